//! A second reading of a preset's sources, by somebody who has not seen the first, and how the two differ.
//!
//! docs/second-reading.md says how one is made. Values are compared as laws: `"300s"` and `"5m"` are one value.

use super::PresetKind;
use super::preset::PresetSummary;
use super::read::Form;
use crate::results::{Grade, Status};
use crate::syntax::diagnostic::{Place, Report, ScenarioError, code};
use crate::syntax::shape::{Shape, check_table, optional, required};
use crate::syntax::tree::{Entry, Table, parse_toml};
use std::collections::BTreeMap;
use std::fmt;

/// What a second reader found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The preset it is about.
    pub id: String,
    /// Who read.
    pub reader: String,
    /// What was read: repository, and version or commit.
    pub source: String,
    /// By parameter: the value as a TOML literal, and the places it was read at.
    pub values: BTreeMap<&'static str, ReviewedValue>,
    /// Parameters the source cannot tell, and why.
    pub not_in_source: BTreeMap<String, String>,
}

/// What a second reader says of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedValue {
    /// The value, a TOML literal.
    pub value: String,
    /// Where it was read.
    pub places: String,
}

/// A parameter on which the two readings differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The parameter.
    pub path: String,
    /// Value in the preset; `None` if it has no such parameter.
    pub first: Option<String>,
    /// Value of the second reading; `None` if it says nothing of it.
    pub second: Option<String>,
    /// Where the preset has it from.
    pub first_places: String,
    /// Where the second reader has it from.
    pub second_places: String,
    /// True if the preset claims to have it from the source, so that the two have to agree.
    pub binding: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |value: &Option<String>, places: &str| match value {
            Some(value) => format!("{value} ({places})"),
            None => "nothing".into(),
        };
        write!(
            f,
            "{}: the preset says {}, the second reading {}",
            self.path,
            side(&self.first, &self.first_places),
            side(&self.second, &self.second_places)
        )
    }
}

impl Review {
    /// Every parameter on which the reading differs from the preset. One that the reader could not find, with a reason, is none, nor is
    /// one that has no meaning beside the others of either reading.
    #[must_use]
    pub fn differences(&self, preset: &PresetSummary<'_>) -> Vec<Difference> {
        let first: BTreeMap<&str, &str> =
            preset.parameters.iter().map(|(path, value)| (*path, value.as_str())).collect();
        let mut paths: Vec<&str> = first.keys().copied().chain(self.values.keys().copied()).collect();
        paths.sort_unstable();
        paths.dedup();
        let in_first = |path: &str| first.get(path).copied();
        let in_second =
            |path: &str| self.values.get(path).map(|said| said.value.as_str()).or_else(|| in_first(path));
        paths.retain(|path| {
            !means_nothing(preset.kind, path, in_first) && !means_nothing(preset.kind, path, in_second)
        });
        paths.into_iter().filter_map(|path| self.difference(path, in_first(path), preset)).collect()
    }

    fn difference(&self, path: &str, first: Option<&str>, preset: &PresetSummary<'_>) -> Option<Difference> {
        let second = self.values.get(path);
        let excused = second.is_none() && self.not_in_source.contains_key(path);
        if excused || first == second.map(|said| said.value.as_str()) {
            return None;
        }
        let evidence = preset.evidence.get(path);
        Some(Difference {
            path: path.into(),
            first: first.map(str::to_owned),
            second: second.map(|said| said.value.clone()),
            first_places: evidence.map(|evidence| evidence.source.clone()).unwrap_or_default(),
            second_places: second.map(|said| said.places.clone()).unwrap_or_default(),
            // What only the second reader has found, the first has overlooked.
            binding: evidence.is_none_or(|evidence| evidence.grade == Grade::Source),
        })
    }

    /// The status the preset deserves: reviewed if both readings agree on every parameter it has from the source, and there are some.
    #[must_use]
    pub fn status(&self, preset: &PresetSummary<'_>) -> Status {
        let from_source = |path: &str| preset.evidence.get(path).is_some_and(|e| e.grade == Grade::Source);
        let says_something = self.values.keys().any(|path| from_source(path));
        let agrees = !self.differences(preset).iter().any(|difference| difference.binding);
        if says_something && agrees { Status::Reviewed } else { Status::Provisional }
    }
}

/// True if `path` changes nothing beside the parameters that `value` gives as TOML literals, so that a reader may leave it out. Each line
/// says what the engine does: `dns/order.rs` and `dns/cache.rs`, `sender/order.rs` and `sender/limits.rs`, `engine/outbound.rs`.
fn means_nothing<'a>(kind: PresetKind, path: &str, value: impl Fn(&str) -> Option<&'a str>) -> bool {
    let is = |path: &str, literal: &str| value(path) == Some(literal);
    let stays = is("order.transform", "\"none\"");
    match path {
        "order.driver" | "order.direction" => {
            value("order.transform").is_some_and(|transform| transform != "\"rotate\"")
        }
        "order.hold" => stays,
        "order.hold_variants" => stays || is("order.hold", "\"none\""),
        "order.types" => stays && is("order.max_records", "\"unlimited\""),
        "order.max_records" => is("order.types", "[]"),
        // An authority has no miss.
        "order.verbatim_on_miss" => {
            kind == PresetKind::Authority || (stays && is("order.base", "\"as-received\""))
        }
        "order.addresses" => is("order.unit", "\"address\""),
        "limits.cut" => is("limits.addresses", "\"unlimited\""),
        // Only what goes on to the next host after a session may come to a second one.
        "limits.sessions" => ["failover.on_transient_reply", "failover.on_lost_connection"]
            .iter()
            .all(|reaction| is(reaction, "\"defer\"")),
        "concurrency.growth" => {
            value("concurrency.initial").is_some()
                && value("concurrency.initial") == value("concurrency.most")
        }
        "reuse.idle" if is("reuse.connections", "\"batch\"") => true,
        "reuse.connections" => false,
        _ => path.starts_with("reuse.") && is("reuse.connections", "\"never\""),
    }
}

/// Reads the file of a second reading.
pub(super) fn read_review<L: Clone>(file: &str, text: &str, form: &Form<L>) -> Result<Review, ScenarioError> {
    let mut report = Report::new(file, text);
    let Some(document) = parse_toml(&mut report) else { return Err(report.into_certain_error()) };
    let table = document.as_table().cloned().unwrap_or_default();
    let mut keys = vec![
        required("id", Shape::Name, "the preset"),
        required("reader", Shape::Text, "who read"),
        required("source", Shape::Text, "repository, and version or commit"),
        required("where", Shape::Map(&Shape::Text), "by parameter, the places read"),
        optional("not_in_source", Shape::Map(&Shape::Text), "", "by parameter, why the source cannot tell"),
    ];
    keys.extend_from_slice(form.keys);
    check_table(&keys, &table, &Place::File, "", &mut report);
    let mut law = form.blank.clone();
    (form.read)(&table, &mut law);
    let said = said(&table, (form.write)(&law), &mut report);
    let not_in_source = texts(&table, "not_in_source");
    match report.into_error() {
        Some(error) => Err(error),
        None => Ok(Review {
            id: table.text("id").unwrap_or_default().into(),
            reader: table.text("reader").unwrap_or_default().into(),
            source: table.text("source").unwrap_or_default().into(),
            values: said,
            not_in_source,
        }),
    }
}

/// The parameters that stand in the file, each with its places. What is not there has the value of a blank law and was not said.
fn said(
    table: &Table,
    written: Vec<super::params::Written>,
    report: &mut Report,
) -> BTreeMap<&'static str, ReviewedValue> {
    let places = texts(table, "where");
    let stands = |path: &str| {
        let (section, key) = path.split_once('.')?;
        table.table(section)?.entry(key)
    };
    let mut said = BTreeMap::new();
    for (path, value) in written {
        let Some(entry) = stands(path) else { continue };
        let seen = places.get(path).map(String::as_str).unwrap_or_default();
        if seen.trim().is_empty() {
            report
                .error(code::MISSING, &entry.key_place, format!("{path}: no place is named"))
                .help(format!("add to [where]: \"{path}\" = \"file and function\""));
        }
        said.insert(path, ReviewedValue { value, places: seen.into() });
    }
    said
}

fn texts(table: &Table, key: &str) -> BTreeMap<String, String> {
    let entries = table.table(key).map(|table| table.entries.as_slice()).unwrap_or_default();
    let pair = |entry: &Entry| Some((entry.key.clone(), entry.value.as_text()?.to_owned()));
    entries.iter().filter_map(pair).collect()
}
