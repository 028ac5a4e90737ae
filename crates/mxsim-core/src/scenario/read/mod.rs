//! The tree into a [`Scenario`]: first every value against its shape, then what only makes sense together.
//!
//! A value whose shape is wrong has been reported when the sections are read; they then go on with the default, so that one slip does not
//! hide the others.

mod capacity;
mod edges;
mod events;
mod fault;
mod goals;
mod greylisting;
mod limits;
mod nodes;
mod outages;
mod planned;
mod population;
mod reading;
mod resolvers;
mod run;
mod senders;
mod source;
mod words;
mod zone;

pub(super) use nodes::fair_nodes;
pub use source::{Format, RunOverrides, SourceText, parse_duration, parse_moment};

use crate::catalog::Catalog;
use crate::scenario::findings;
use crate::scenario::goal::Goal;
use crate::scenario::keys::{DEFAULT_MESSAGES_PER_DAY, DOCUMENT};
use crate::scenario::model::Scenario;
use crate::syntax::diagnostic::{Place, Report, ScenarioError, code};
use crate::syntax::shape::check_table;
use crate::syntax::tree::{Kind, Table, Value, parse_json, parse_toml};
use crate::traffic::Profile;
use reading::{Files, Reading};

/// Largest text that is read; a scenario with a week of hourly events for a thousand nodes has 1 MB.
const MOST_BYTES: usize = 16 << 20;
/// Most brackets, braces, commas and equals signs of a scenario: each may stand for a value, of up to 340 bytes in memory. The longest resolved scenario
/// has 1.4 million.
const MOST_MARKS: usize = 2_000_000;

impl Scenario {
    /// Reads a scenario. `files` opens the zone file it may name; it gets the name as written and gives the text or the reason why not.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place and what to write instead.
    pub fn read(
        source: &SourceText,
        files: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, ScenarioError> {
        Self::read_with(source, Catalog::builtin(), files, RunOverrides::default())
    }

    /// The same, with the presets of `catalog`, and what the command line says in place of the scenario.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read_with(
        source: &SourceText,
        catalog: &Catalog,
        files: &dyn Fn(&str) -> Result<String, String>,
        overrides: RunOverrides,
    ) -> Result<Self, ScenarioError> {
        read(source, catalog, files, overrides)
    }

    /// Reads a TOML text that names no file.
    ///
    /// ```
    /// use mxsim_core::scenario::Scenario;
    /// let scenario = Scenario::from_toml(r#"
    /// [zone]
    /// text = """
    /// example.com.     300 IN MX 10 mx1.example.com.
    /// mx1.example.com. 300 IN A  192.0.2.1
    /// """
    /// "#).unwrap();
    /// assert_eq!(scenario.nodes[0].name, "mx1");
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        Self::from_text("scenario.toml", text, Format::Toml)
    }

    /// Reads a JSON text that names no file.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        Self::from_text("scenario.json", text, Format::Json)
    }

    fn from_text(name: &str, text: &str, format: Format) -> Result<Self, ScenarioError> {
        let source = SourceText { name: name.into(), text: text.into(), format };
        Self::read(&source, &|_| Err("this scenario was not read from a file".into()))
    }
}

/// Reads a text.
fn read(
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
    if marks(text) > MOST_MARKS {
        let mut report = Report::new(&source.name, "");
        let message = format!("the text holds more than {MOST_MARKS} values, or their brackets and commas");
        report.error(code::TOO_LARGE, &Place::File, message).help("no scenario needs as many: is this one?");
        return Err(report.into_certain_error());
    }
    let mut report = Report::with_ids(&source.name, text, catalog.known_ids());
    match parsed(source.format, &mut report) {
        Some(root) => read_tree(root, report, catalog, files, overrides),
        None => Err(report.into_certain_error()),
    }
}

/// The brackets, braces, commas and equals signs of a text: no less than the values that a reader would hold in memory.
fn marks(text: &str) -> usize {
    text.bytes().filter(|byte| b"[{,=".contains(byte)).count()
}

/// The tree of the text of a report; what is wrong with it is reported.
fn parsed(format: Format, report: &mut Report) -> Option<Value> {
    match format {
        Format::Toml => parse_toml(report),
        Format::Json => parse_json(report),
    }
}

/// The tree of a text, if it has one.
pub(super) fn tree_of(source: &SourceText) -> Option<Value> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    parsed(source.format, &mut Report::new(&source.name, text))
}

/// Reads a tree.
pub(crate) fn read_tree(
    root: Value,
    mut report: Report,
    catalog: &Catalog,
    files: Files<'_>,
    overrides: RunOverrides,
) -> Result<Scenario, ScenarioError> {
    let mut root = words::understood(root, catalog);
    overrides.name_domain(&mut root);
    let root = &root;
    let Kind::Table(document) = &root.kind else {
        report
            .error(code::WRONG_TYPE, &root.place, format!("a scenario is a table, found {}", root.quoted()))
            .help("start with { \"zone\": { \"text\": \"...\" } }");
        return Err(report.into_certain_error());
    };
    check_table(DOCUMENT, document, &Place::File, "", &mut report);
    let mut reading = Reading::new(report, catalog.clone());
    let scenario = read_sections(document, &mut reading, files, &overrides);
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
    overrides: &RunOverrides,
) -> Option<Scenario> {
    let empty = Table::default();
    let traffic = document.table("traffic").unwrap_or(&empty);
    let profile = senders::profile(traffic, reading).unwrap_or(Profile::Flat);
    let mut run = run::read(document.table("run").unwrap_or(&empty), overrides, reading);
    let resolvers = resolvers::read(document.table("resolvers").unwrap_or(&empty), reading);
    let (senders, mix) = senders::read(document, &resolvers, &profile, reading);
    let authority = zone::authority(document.table("zone").unwrap_or(&empty), reading);
    let mut zones = zone::read(document, files, reading)?;
    let (mta_sts, dane) = zone::policies(document.table("zone").unwrap_or(&empty), &zones, reading);
    let drafts = edges::drafts(document, &zones, reading);
    let mut nodes = nodes::read(document.table("nodes").unwrap_or(&empty), &zones, &drafts, reading);
    let mut edges = edges::finish(drafts, &nodes, reading);
    let hit = (&mut nodes[..], &mut edges[..], &senders[..], mta_sts.as_ref());
    let (faults, events) = events::read(document, run.run_length, hit, reading);
    let random_outages = outages::read(document, run.run_length, &mut nodes, reading);
    let greylisting = greylisting::read(document, &mut nodes, reading);
    let goals = goals::read(document.table("goals").unwrap_or(&empty), &nodes, reading);
    if !reading.report.is_clean() {
        return None;
    }
    run.warm_up = run::warm_up(document.table("run").unwrap_or(&empty), &zones, &senders, &authority);
    zones[0].at = crate::time::Time(-run.warm_up.0);
    let messages_per_day = traffic.get("messages_per_day").and_then(Value::as_number);
    senders::say_how_a_number_was_read(traffic, reading);
    let title = document.text("title").map_or_else(|| zones[0].zone.domain.to_string(), str::to_owned);
    let events = planned::planned(events, &zones, &authority, run.run_length, reading);
    let mut scenario = Scenario {
        title,
        faults,
        events,
        run,
        zones,
        authority,
        mta_sts,
        dane,
        messages_per_day: messages_per_day.unwrap_or(DEFAULT_MESSAGES_PER_DAY),
        senders,
        mix,
        nodes,
        edges,
        random_outages,
        greylisting,
        goals_are_default: goals.is_empty(),
        goals: if goals.is_empty() { vec![Goal::rough_even()] } else { goals },
        presets: std::mem::take(&mut reading.presets),
        findings: Vec::new(),
        cautions: std::mem::take(&mut reading.cautions),
    };
    scenario.findings = findings::all(&scenario, std::mem::take(&mut reading.findings));
    Some(scenario)
}
