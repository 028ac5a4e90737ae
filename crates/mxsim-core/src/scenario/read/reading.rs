//! What the sections of a scenario share while they are read.

use crate::catalog::{Catalog, Population, Preset};
use crate::results::{Caution, Finding, PresetUsed};
use crate::scenario::findings;
use crate::syntax::diagnostic::{Report, code};
use crate::syntax::quantity::percent;
use crate::syntax::suggest::some_of;
use crate::syntax::tree::{Table, Value, shortened};
use std::collections::BTreeSet;

/// How files a scenario names are opened.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What the sections share while they are read.
pub(super) struct Reading {
    pub(super) report: Report,
    /// The presets the scenario may name; a clone shares them.
    pub(super) catalog: Catalog,
    pub(super) cautions: Vec<Caution>,
    pub(super) findings: Vec<Finding>,
    pub(super) presets: Vec<PresetUsed>,
    /// Codes and texts of what has been said.
    said: BTreeSet<(String, String)>,
}

impl Reading {
    /// Nothing read yet; what is wrong with the shape of the document stands in `report`.
    pub(super) fn new(report: Report, catalog: Catalog) -> Self {
        let (cautions, findings, presets) = (Vec::new(), Vec::new(), Vec::new());
        Self { report, catalog, cautions, findings, presets, said: BTreeSet::new() }
    }

    pub(super) fn caution(&mut self, code: &str, text: String) {
        if self.said.insert((code.into(), text.clone())) {
            self.cautions.push(Caution { code: code.into(), text });
        }
    }

    /// Something of the registry was found.
    pub(super) fn finding(&mut self, code: &str, text: String) {
        if self.said.insert((code.into(), text.clone())) {
            self.findings.push(findings::finding(code, text));
        }
    }

    /// The scenario leans on this preset.
    pub(super) fn uses<L>(&mut self, preset: &Preset<L>) {
        let used = preset.used();
        if !self.presets.contains(&used) {
            self.presets.push(used);
        }
        let what = format!("{} preset {}", preset.kind.name(), preset.id);
        self.caution_replaced(&what, preset.replaces, preset.outside.as_deref());
    }

    /// The same of a population.
    pub(super) fn uses_population(&mut self, population: &Population) {
        self.presets.push(population.used());
        let what = format!("population {}", population.id);
        self.caution_replaced(&what, population.replaces, population.outside.as_deref());
    }

    fn caution_replaced(&mut self, what: &str, replaces: bool, outside: Option<&str>) {
        if let (true, Some(hash)) = (replaces, outside) {
            let text = format!(
                "the {what} is not the one that comes with mxsim: a file of yours ({hash}) takes its place"
            );
            self.caution("replaced-preset", text);
        }
    }
}

/// The items of a list of tables.
pub(super) fn tables<'t>(document: &'t Table, key: &str) -> Vec<(&'t Value, &'t Table)> {
    let items = document.get(key).and_then(Value::as_list).unwrap_or_default();
    items.iter().filter_map(|item| Some((item, item.as_table()?))).collect()
}

/// The share a value holds.
pub(super) fn share(value: &Value) -> Option<f64> {
    value.as_number().or_else(|| percent(value.as_text()?).ok())
}

/// The text, or the texts of the list, at a key; none without it.
pub(super) fn texts(table: &Table, key: &str) -> Vec<String> {
    values(table, key).into_iter().filter_map(Value::as_text).map(str::to_owned).collect()
}

/// The value at a key, or the values of the list there.
pub(super) fn values<'t>(table: &'t Table, key: &str) -> Vec<&'t Value> {
    let Some(value) = table.get(key) else { return Vec::new() };
    value.as_list().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// Reports what an event names and does not exist, with the nearest that does; `add` is the help where there is none at all.
pub(super) fn report_unknown(
    what: &str,
    item: &Value,
    mut known: Vec<&str>,
    add: &str,
    reading: &mut Reading,
) {
    known.sort_unstable();
    known.dedup();
    let name = item.as_text().unwrap_or_default();
    let help = match reading.report.nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => add.to_owned(),
        None => format!("{what}s are {}", some_of(known)),
    };
    let message = format!("events: there is no {what} {}", shortened(name));
    reading
        .report
        .error(code::UNKNOWN_NODE, &item.place, message)
        .label(format!("unknown {what}"))
        .help(help);
}
