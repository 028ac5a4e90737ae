//! Preset files: their shape, and what has to stand in one.

use super::based_on::{BASED_ON, Bases, completed};
use super::evidence::{EVIDENCE, Evidence, evidence, hash, status, statuses};
use super::preset::Preset;
use super::unknown;
use crate::parameters::{ParameterTable, PresetKind, Written};
use crate::syntax::diagnostic::{Place, Report, ScenarioError, code};
use crate::syntax::shape::{Key, Shape, check_table, optional, required, word};
use crate::syntax::suggest::nearest;
use crate::syntax::tree::{Entry, Table, Value, parse_toml, shortened};
use std::collections::BTreeMap;

/// Keys of a preset file beside its parameters.
const HEAD: &[Key] = &[
    required("id", Shape::Name, "the name scenarios use"),
    required("title", Shape::Text, "one line on what it does"),
    required("software", Shape::Text, "the software it models"),
    required("versions", Shape::Text, "versions it holds for"),
    required("status", word(statuses), "whether a second reading of its sources agrees"),
    required("notes", Shape::Text, "what else is good to know"),
];

/// Reads one preset file; one from outside may be based on others.
pub(super) fn read_preset<L: Clone>(
    kind: PresetKind,
    file: &str,
    text: &str,
    outside: Option<&Bases>,
    group: &ParameterTable<L>,
) -> Result<Preset<L>, ScenarioError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut report = Report::new(file, text);
    let Some(document) = parse_toml(&mut report) else { return Err(report.into_certain_error()) };
    let table = document.into_table().unwrap_or_default();
    let table = match outside {
        Some(bases) => completed(kind, &table, bases, &mut report),
        None => table,
    };
    if !report.is_clean() {
        return Err(report.into_certain_error());
    }
    let mut parameters = group.blank.clone();
    // The tests, which are built with debug assertions, read every embedded file; a command does not check what it brings each time it begins.
    let is_checked = outside.is_some() || cfg!(debug_assertions);
    if is_checked {
        check_keys(kind, &table, &mut report);
    }
    group.read(&table, &mut parameters);
    let written = group.write(&parameters);
    if is_checked {
        check_complete(&table, &written, &mut report);
    }
    if let Some((section, rule)) = group.broken_rule(&table, &parameters) {
        report.error(code::CONFLICT, &place_of(&table, section), rule).help("change one of the two");
    }
    let evidence = read_evidence(&table);
    match report.into_error() {
        Some(error) => Err(error),
        None => Ok(Preset {
            outside: outside.map(|_| hash(text)),
            ..preset(kind, &table, parameters, evidence, written)
        }),
    }
}

fn preset<L>(
    kind: PresetKind,
    table: &Table,
    parameters: L,
    evidence: BTreeMap<String, Evidence>,
    written: Vec<Written>,
) -> Preset<L> {
    let head = |key: &str| table.text(key).unwrap_or_default().to_owned();
    let (unknowns, not_known) = unknown::read(table);
    Preset {
        kind,
        id: head("id"),
        title: head("title"),
        software: head("software"),
        versions: head("versions"),
        status: status(table),
        notes: head("notes"),
        parameters,
        evidence,
        written,
        unknowns: table.get("unknown").is_some().then_some(unknowns),
        not_known,
        outbound_hosts: unknown::outbound_hosts(table),
        outside: None,
        replaces: false,
    }
}

/// The error of a file whose id another file of the same kind has already.
pub(super) fn same_id(file: &str, text: &str, other: &str) -> ScenarioError {
    let mut report = Report::new(file, text);
    let document = parse_toml(&mut report);
    let table = document.as_ref().and_then(Value::as_table);
    let place = table.map_or(Place::File, |table| place_of(table, "id"));
    let message = format!("{other} has the same id");
    report.error(code::DUPLICATE_NAME, &place, message).help("give each preset an `id` of its own");
    report.into_certain_error()
}

/// Where a section or key stands.
fn place_of(table: &Table, key: &str) -> Place {
    table.get(key).map_or(Place::File, |value| value.place.clone())
}

/// Checks the keys of a preset file: its head, the sections of its parameters, and the evidence.
fn check_keys(kind: PresetKind, table: &Table, report: &mut Report) {
    let mut keys = HEAD.to_vec();
    keys.push(optional(
        BASED_ON,
        Shape::Name,
        "nothing",
        "the preset that says whatever this file leaves out",
    ));
    keys.extend_from_slice(kind.keys());
    keys.push(required("evidence", Shape::Map(&EVIDENCE), "where each parameter was seen"));
    if kind == PresetKind::Sender {
        keys.push(optional("unknown", unknown::OF_SENDER, "everything is known", "what is not known"));
        keys.push(optional(
            "outbound_hosts",
            unknown::OUTBOUND_HOSTS,
            "one",
            "how many outbound hosts choose",
        ));
    }
    // The names of the evidence are paths, which the shape of a map would take too.
    check_table(&keys, table, &Place::File, "", report);
}

/// Every parameter must stand in the file and have evidence, and there must be no other evidence.
fn check_complete(table: &Table, parameters: &[Written], report: &mut Report) {
    let empty = Table::default();
    let evidence = table.table("evidence").unwrap_or(&empty);
    for (path, _) in parameters {
        check_present(table, path, report);
        check_seen(table, evidence, path, report);
    }
    for entry in &evidence.entries {
        check_wanted(entry, parameters, report);
    }
}

/// A preset says everything; what is not said would be a default that nobody has seen.
fn check_present(table: &Table, path: &str, report: &mut Report) {
    let (section, key) = path.split_once('.').unwrap_or((path, ""));
    if table.table(section).is_some_and(|section| section.get(key).is_some()) {
        return;
    }
    report
        .error(code::MISSING, &place_of(table, section), format!("{path} is missing"))
        .help(format!("a preset names every parameter: add `{key}` to [{section}]"));
}

fn check_seen(table: &Table, evidence: &Table, path: &str, report: &mut Report) {
    let seen_in = evidence.table(path).and_then(|fields| fields.text("where")).unwrap_or_default();
    if !seen_in.trim().is_empty() {
        return;
    }
    let (section, key) = path.split_once('.').unwrap_or((path, ""));
    let value = table.table(section).and_then(|section| section.get(key));
    let place = evidence.get(path).or(value).map_or(Place::File, |value| value.place.clone());
    report
        .error(code::MISSING, &place, format!("{path} has no evidence"))
        .help(format!("add to [evidence]: \"{path}\" = {{ grade = \"assumed\", where = \"...\" }}"));
}

fn check_wanted(entry: &Entry, parameters: &[Written], report: &mut Report) {
    if parameters.iter().any(|(path, _)| *path == entry.key) {
        return;
    }
    let message = format!("evidence for {}, which is no parameter", shortened(&entry.key));
    let help = match nearest(&entry.key, parameters.iter().map(|(path, _)| *path)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "take it out".into(),
    };
    report.error(code::UNKNOWN_KEY, &entry.key_place, message).help(help);
}

fn read_evidence(table: &Table) -> BTreeMap<String, Evidence> {
    let entries = table.table("evidence").map(|evidence| evidence.entries.as_slice()).unwrap_or_default();
    let read = |entry: &Entry| Some((entry.key.clone(), evidence(entry.value.as_table()?)?));
    entries.iter().filter_map(read).collect()
}
