//! The tree into a [`Scenario`]: first every value against its shape, then what only makes sense together.
//!
//! A value whose shape is wrong has been reported when the sections are read; they then go on with the default, so that one slip does not
//! hide the others.

mod capacity;
mod events;
pub(crate) mod goals;
mod nodes;
mod population;
mod resolvers;
mod run;
mod senders;
mod zone;

pub(crate) use nodes::fair_nodes;

use crate::catalog::{Catalog, Population, Preset};
use crate::results::{Caution, PresetUsed};
use crate::scenario::keys::{DEFAULT_MESSAGES_PER_DAY, DOCUMENT};
use crate::scenario::{Format, Goal, RunOverrides, Scenario, SourceText};
use crate::syntax::diagnostic::{Place, Report, ScenarioError, code};
use crate::syntax::shape::check_table;
use crate::syntax::tree::{Kind, Table, Value, parse_json, parse_toml};
use crate::traffic::Profile;

/// Largest text that is read; a scenario with a week of hourly events for a thousand nodes has 1 MB.
const MOST_BYTES: usize = 16 << 20;

/// How files a scenario names are opened.
pub(crate) type Files<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What the sections share while they are read.
struct Reading {
    report: Report,
    /// The presets the scenario may name; a clone shares them.
    catalog: Catalog,
    cautions: Vec<Caution>,
    presets: Vec<PresetUsed>,
}

impl Reading {
    fn caution(&mut self, code: &str, text: String) {
        let caution = Caution { code: code.into(), text };
        if !self.cautions.contains(&caution) {
            self.cautions.push(caution);
        }
    }

    /// The scenario leans on this preset.
    fn uses<L>(&mut self, preset: &Preset<L>) {
        let used = preset.used();
        if !self.presets.contains(&used) {
            self.presets.push(used);
        }
        let what = format!("{} preset {}", preset.kind.name(), preset.id);
        self.caution_replaced(&what, preset.replaces, preset.outside.as_deref());
    }

    /// The same of a population.
    fn uses_population(&mut self, population: &Population) {
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

/// Reads a text.
pub(crate) fn read(
    source: &SourceText,
    catalog: &Catalog,
    files: Files<'_>,
    overrides: RunOverrides,
) -> Result<Scenario, ScenarioError> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if text.len() > MOST_BYTES {
        let mut report = Report::new(&source.name, "");
        let message = format!("the text has {} bytes, of at most {MOST_BYTES}", text.len());
        report
            .error(code::TOO_LARGE, &Place::File, message)
            .help("put the zone into a file of its own and drop what is not needed");
        return Err(report.into_certain_error());
    }
    let mut report = Report::with_ids(&source.name, text, catalog.known_ids());
    let parsed = match source.format {
        Format::Toml => parse_toml(&mut report),
        Format::Json => parse_json(&mut report),
    };
    match parsed {
        Some(root) => read_tree(&root, report, catalog, files, overrides),
        None => Err(report.into_certain_error()),
    }
}

/// Reads a tree.
pub(crate) fn read_tree(
    root: &Value,
    mut report: Report,
    catalog: &Catalog,
    files: Files<'_>,
    overrides: RunOverrides,
) -> Result<Scenario, ScenarioError> {
    let Kind::Table(document) = &root.kind else {
        report
            .error(code::WRONG_TYPE, &root.place, format!("a scenario is a table, found {}", root.quoted()))
            .help("start with { \"zone\": { \"text\": \"...\" } }");
        return Err(report.into_certain_error());
    };
    check_table(DOCUMENT, document, &Place::File, "", &mut report);
    let mut reading = Reading { report, catalog: catalog.clone(), cautions: Vec::new(), presets: Vec::new() };
    let scenario = read_sections(document, &mut reading, files, overrides);
    match (reading.report.into_error(), scenario) {
        (None, Some(scenario)) => Ok(scenario),
        (Some(error), _) => Err(error),
        (None, None) => Err(Report::new("scenario", "").into_certain_error()),
    }
}

/// Reads the sections; `None` if anything is wrong, which has been reported.
fn read_sections(
    document: &Table,
    reading: &mut Reading,
    files: Files<'_>,
    overrides: RunOverrides,
) -> Option<Scenario> {
    let empty = Table::default();
    let traffic = document.table("traffic").unwrap_or(&empty);
    let profile = senders::profile(traffic, reading).unwrap_or(Profile::Flat);
    let mut run = run::read(document.table("run").unwrap_or(&empty), overrides, reading);
    let resolvers = resolvers::read(document.table("resolvers").unwrap_or(&empty), reading);
    let (senders, mix) = senders::read(document, &resolvers, &profile, reading);
    let goals = goals::read(document.table("goals").unwrap_or(&empty));
    let authority = zone::authority(document.table("zone").unwrap_or(&empty), reading);
    let mut zones = zone::read(document, files, reading)?;
    let (mta_sts, dane) = zone::policies(document.table("zone").unwrap_or(&empty), &zones, reading);
    let mut nodes = nodes::read(document.table("nodes").unwrap_or(&empty), &zones, reading);
    events::read(document, run.run_length, &mut nodes, reading);
    if !reading.report.is_clean() {
        return None;
    }
    run.warm_up = run::warm_up(document.table("run").unwrap_or(&empty), &zones, &senders, &authority);
    zones[0].at = crate::time::Time(-run.warm_up.0);
    let messages_per_day = traffic.get("messages_per_day").and_then(Value::as_number);
    let title = document.text("title").map_or_else(|| zones[0].zone.domain.to_string(), str::to_owned);
    let mut scenario = Scenario {
        title,
        run,
        zones,
        authority,
        mta_sts,
        dane,
        messages_per_day: messages_per_day.unwrap_or(DEFAULT_MESSAGES_PER_DAY),
        senders,
        mix,
        nodes,
        goals_are_default: goals.is_empty(),
        goals: if goals.is_empty() { vec![Goal::rough_even()] } else { goals },
        presets: std::mem::take(&mut reading.presets),
        cautions: std::mem::take(&mut reading.cautions),
        fingerprint: String::new(),
    };
    scenario.refresh_fingerprint();
    Some(scenario)
}

/// The items of a list of tables.
fn tables<'t>(document: &'t Table, key: &str) -> Vec<(&'t Value, &'t Table)> {
    let items = document.get(key).and_then(Value::as_list).unwrap_or_default();
    items.iter().filter_map(|item| Some((item, item.as_table()?))).collect()
}

/// The share a value holds.
fn share(value: &Value) -> Option<f64> {
    value.as_number().or_else(|| crate::syntax::quantity::percent(value.as_text()?).ok())
}
