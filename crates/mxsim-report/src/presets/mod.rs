//! Presets and populations: how senders, resolvers, authorities, stubs and greylisting software behave, who sends to a domain, and who says so.
//!
//! One [`Shown`] is written in four ways: [`screen()`], [`json()`], [`csv()`] and [`markdown()`]. [`template()`] is what a second reader fills in.

mod json;
mod markdown;
mod population;
mod table;
mod template;

pub use json::json;
pub use markdown::markdown;
pub use table::csv;
pub use template::template;

use mxsim_core::catalog::{Catalog, NotKnown, Population, PresetKind, PresetSummary};

use crate::page::{Page, TextStyle, fit, width_of};

/// Columns before a grade at the right of a line.
const BEFORE_GRADE: usize = 68;
/// Columns of a grade in a list.
const GRADE_COLUMNS: usize = 12;

/// What of a catalogue is shown.
///
/// ```
/// use mxsim_core::catalog::Catalog;
/// use mxsim_report::presets::{Shown, screen};
/// let postfix = Shown::named(Catalog::builtin(), "postfix").expect("it is in the catalogue");
/// assert!(screen(&postfix, &mxsim_report::TextStyle::default()).starts_with("postfix: a sender preset, "));
/// assert!(Shown::named(Catalog::builtin(), "posfix").is_none());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Shown<'a> {
    /// Presets, by kind and id.
    pub presets: Vec<PresetSummary<'a>>,
    /// Populations, by id.
    pub populations: Vec<&'a Population>,
    /// True if it is the whole catalogue, which is listed; what was asked for by its id is shown in full.
    pub is_whole: bool,
}

impl<'a> Shown<'a> {
    /// Everything in `catalog`.
    #[must_use]
    pub fn whole(catalog: &'a Catalog) -> Self {
        Self { presets: catalog.summaries(), populations: catalog.populations().collect(), is_whole: true }
    }

    /// The population of that id, else every preset of it, as two kinds may share one; `None` if there is none.
    #[must_use]
    pub fn named(catalog: &'a Catalog, id: &str) -> Option<Self> {
        if let Some(population) = catalog.population(id) {
            return Some(Self { presets: Vec::new(), populations: vec![population], is_whole: false });
        }
        let presets: Vec<PresetSummary<'_>> =
            catalog.summaries().into_iter().filter(|preset| preset.id == id).collect();
        (!presets.is_empty()).then_some(Self { presets, populations: Vec::new(), is_whole: false })
    }
}

/// A list of the whole catalogue, or every parameter of what was asked for.
#[must_use]
pub fn screen(shown: &Shown<'_>, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    if shown.is_whole {
        list(&mut page, shown);
        return page.with_next("mxsim presets postfix, for every parameter of it and its source");
    }
    shown.presets.iter().for_each(|shown| preset(&mut page, shown));
    shown.populations.iter().for_each(|population| population::write(&mut page, population));
    page.with_next(&next_command(shown))
}

/// One line and the title of each preset and population, under its kind.
fn list(page: &mut Page, shown: &Shown<'_>) {
    let widest = shown.presets.iter().map(|preset| width_of(preset.id)).max().unwrap_or(0);
    let width = widest.clamp(18, 50) + 2;
    for kind in PresetKind::ALL {
        listed_kind(page, kind.name(), width);
        for preset in shown.presets.iter().filter(|preset| preset.kind == kind) {
            let grade = fit(preset.decisive_grade.name(), GRADE_COLUMNS);
            let status = format!("{}{}", preset.status.name(), outside(preset.outside));
            page.raw(&format!("  {}{grade}{status}", fit(preset.id, width)));
            page.indented(6, preset.title);
        }
        page.blank();
    }
    population::list(page, &shown.populations, width);
    page.paragraph(LEGEND);
}

fn listed_kind(page: &mut Page, kind: &str, width: usize) {
    page.raw(&format!("{}  {}status", fit(kind, width), fit("known by", GRADE_COLUMNS)));
}

const fn outside(hash: Option<&str>) -> &'static str {
    if hash.is_some() { ", yours" } else { "" }
}

const LEGEND: &str = "Known by: the weakest grade of the parameters that decide where mail goes, from measured (recorded \
                      on that version), source (read in its source) and documented to reported (said by others) and assumed (a \
                      guess). Status: reviewed once a second reader, who had not seen the first, has read the sources and agrees.";

/// One preset with every parameter.
fn preset(page: &mut Page, preset: &PresetSummary<'_>) {
    let what = format!("{} preset, {}", preset.kind.with_article(), preset.status.name());
    page.blank();
    head(page, preset.id, &what, preset.outside);
    page.paragraph(preset.title);
    page.blank();
    page.note(&format!("models {}, {}", preset.software, preset.versions));
    if !preset.notes.is_empty() {
        page.note(preset.notes);
    }
    for (path, value) in preset.written {
        let evidence = &preset.evidence[*path];
        graded(page, path, evidence.grade.name());
        page.note(preset.kind.meaning(path).unwrap_or_default());
        page.note(&format!("= {}", preset.kind.value_in_words(path, value)));
        page.note(&format!("by {}", evidence.source));
    }
    if let Some(hosts) = preset.outbound_hosts {
        graded(page, "hosts", hosts.evidence.grade.name());
        page.note("outbound hosts of a sender that does not say how many it has");
        page.note(&format!("= {}", hosts.number));
        page.note(&format!("by {}", hosts.evidence.source));
    }
    not_known(page, preset.not_known);
}

fn head(page: &mut Page, id: &str, what: &str, outside: Option<&str>) {
    let from = outside.map_or_else(String::new, |hash| format!(", from a file of yours ({hash})"));
    page.paragraph(&format!("{id}: {what}{from}"));
}

/// A parameter with its grade at the right.
fn graded(page: &mut Page, name: &str, grade: &str) {
    page.blank();
    let name = page.clean(name);
    let blanks = BEFORE_GRADE.saturating_sub(width_of(&name));
    page.raw(&format!("{name}{}{grade}", " ".repeat(blanks)));
}

/// What is not known, its plausible range, and who says so.
fn not_known(page: &mut Page, list: &[NotKnown]) {
    for not_known in list {
        graded(page, &format!("not known: {}", not_known.name), not_known.evidence.grade.name());
        page.note(not_known.meaning());
        page.note(&format!("= {}", not_known.range));
        page.note(&format!("by {}", not_known.evidence.source));
    }
}

fn next_command(shown: &Shown<'_>) -> String {
    let Some(preset) = shown.presets.first() else {
        let id = shown.populations.first().map_or("", |population| population.id.as_str());
        return format!("mxsim init, then population = \"{id}\" in [traffic]");
    };
    let id = preset.id;
    match preset.kind {
        PresetKind::Sender => format!(
            "mxsim init, then preset = \"{id}\" in [[senders]]; any parameter above may stand beside it"
        ),
        PresetKind::Resolver => format!("mxsim init, then resolver = \"{id}\" in [[senders]]"),
        PresetKind::Authority => format!("mxsim init, then authority = \"{id}\" in [zone]"),
        PresetKind::Greylisting => format!(
            "mxsim init, then preset = \"{id}\" in [greylisting]; any parameter above may stand beside it"
        ),
        PresetKind::Edge => format!(
            "mxsim init, then preset = \"{id}\" in [edge.NAME]; any parameter above may stand beside it, those of check in check = {{ ... }}"
        ),
        PresetKind::Stub => format!(
            "mxsim init, then stub = \"{id}\" beside a preset in [[senders]] that lets a library sort (dns.address_sort)"
        ),
    }
}
