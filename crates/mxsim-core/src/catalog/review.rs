//! A second reading of a preset's sources, by somebody who has not seen the first, and how the two differ.
//!
//! docs/second-reading.md says how one is made. Values are compared as parameters: `"300s"` and `"5m"` are one value.

use super::preset::PresetSummary;
use crate::parameters::{
    AUTHORITY, EDGE, GREYLISTING, Literals, ParameterTable, PresetKind, RESOLVER, SENDER, STUB, Written,
};
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
        let first: Literals<'_> =
            preset.written.iter().map(|(path, value)| (*path, value.as_str())).collect();
        let reviewed = self.values.iter().map(|(path, reviewed)| (*path, reviewed.value.as_str()));
        // Where the reviewer is silent the preset stands.
        let second: Literals<'_> = first.pairs().chain(reviewed).collect();
        let matters = |path: &&str| {
            !preset.kind.has_no_effect(path, &first) && !preset.kind.has_no_effect(path, &second)
        };
        let paths = second.pairs().map(|(path, _)| path).filter(matters);
        paths.filter_map(|path| self.difference(path, first.get(path), preset)).collect()
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

impl PresetKind {
    /// Reads the file of a second reading, which errors call `file`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_review(self, file: &str, text: &str) -> Result<Review, ScenarioError> {
        match self {
            Self::Sender => read(file, text, &SENDER),
            Self::Resolver => read(file, text, &RESOLVER),
            Self::Authority => read(file, text, &AUTHORITY),
            Self::Stub => read(file, text, &STUB),
            Self::Greylisting => read(file, text, &GREYLISTING),
            Self::Edge => read(file, text, &EDGE),
        }
    }
}

fn read<L: Clone>(file: &str, text: &str, group: &ParameterTable<L>) -> Result<Review, ScenarioError> {
    let mut report = Report::new(file, text);
    let Some(document) = parse_toml(&mut report) else { return Err(report.into_certain_error()) };
    let table = document.into_table().unwrap_or_default();
    let mut keys = vec![
        required("id", Shape::Name, "the preset"),
        required("reader", Shape::Text, "who read"),
        required("source", Shape::Text, "repository, and version or commit"),
        required("where", Shape::Map(&Shape::Text), "by parameter, the places read"),
        optional("not_in_source", Shape::Map(&Shape::Text), "", "by parameter, why the source cannot tell"),
    ];
    keys.extend(group.keys());
    check_table(&keys, &table, &Place::File, "", &mut report);
    let mut parameters = group.blank.clone();
    group.read(&table, &mut parameters);
    let values = values(&table, group.write(&parameters), &mut report);
    let not_in_source = texts(&table, "not_in_source");
    match report.into_error() {
        Some(error) => Err(error),
        None => Ok(Review {
            id: table.text("id").unwrap_or_default().into(),
            reader: table.text("reader").unwrap_or_default().into(),
            source: table.text("source").unwrap_or_default().into(),
            values,
            not_in_source,
        }),
    }
}

/// The parameters that stand in the file, each with its places. What is not there has the value of blank parameters and was not said.
fn values(
    table: &Table,
    written: Vec<Written>,
    report: &mut Report,
) -> BTreeMap<&'static str, ReviewedValue> {
    let places = texts(table, "where");
    let stands = |path: &str| {
        let (section, key) = path.split_once('.')?;
        table.table(section)?.entry(key)
    };
    let mut values = BTreeMap::new();
    for (path, value) in written {
        let Some(entry) = stands(path) else { continue };
        let seen = places.get(path).map(String::as_str).unwrap_or_default();
        if seen.trim().is_empty() {
            report
                .error(code::MISSING, &entry.key_place, format!("{path}: no place is named"))
                .help(format!("add to [where]: \"{path}\" = \"file and function\""));
        }
        values.insert(path, ReviewedValue { value, places: seen.into() });
    }
    values
}

fn texts(table: &Table, key: &str) -> BTreeMap<String, String> {
    let entries = table.table(key).map(|table| table.entries.as_slice()).unwrap_or_default();
    let pair = |entry: &Entry| Some((entry.key.clone(), entry.value.as_text()?.to_owned()));
    entries.iter().filter_map(pair).collect()
}
