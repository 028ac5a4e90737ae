//! Populations: who sends to a domain of some kind, as data with the source of every figure.

use super::evidence::{EVIDENCE, Evidence, evidence, hash, status, statuses};
use super::unknown::{self, NotKnown};
use crate::parameters::sender_entry::SENDER_ENTRY;
use crate::results::{Grade, PresetUsed, Status};
use crate::syntax::diagnostic::{Place, Report, ScenarioError, code};
use crate::syntax::ids::KnownIds;
use crate::syntax::shape::{Key, Shape, check_table, required, word};
use crate::syntax::tree::{Table, Value, parse_toml};
use std::sync::Arc;

/// The folder of populations in a catalogue.
pub const FOLDER: &str = "population";

/// The population of a scenario that names no sender. *Assumption*: small firms are the most numerous owners of domains.
pub const DEFAULT_POPULATION: &str = "small-business";

/// A population of senders.
#[derive(Debug, Clone)]
pub struct Population {
    /// The name scenarios use.
    pub id: String,
    /// One line on whose senders these are.
    pub title: String,
    /// `provisional` until somebody else has found the same figures.
    pub status: Status,
    /// What else is good to know.
    pub notes: String,
    /// Every figure, by sender and key.
    pub figures: Vec<Figure>,
    /// Plausible mixes are Dirichlet around the shares with this concentration: the larger, the nearer.
    pub concentration: f64,
    /// How far plausible mixes lie from the shares, and who says so.
    pub mix: NotKnown,
    /// Hash of its file (hexadecimal) if it does not come with the library.
    pub outside: Option<String>,
    /// True if it takes the place of another.
    pub(crate) replaces: bool,
    /// Its `[[senders]]` as a scenario writes them.
    pub(crate) senders: Vec<Table>,
}

/// A figure of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The sender it is about.
    pub sender: String,
    /// Its key in `[[senders]]`.
    pub key: String,
    /// The value as the scenario would write it.
    pub value: String,
    /// Who says so.
    pub evidence: Evidence,
}

impl Population {
    /// The weakest grade among its figures.
    #[must_use]
    pub fn weakest_grade(&self) -> Grade {
        let figures = self.figures.iter().map(|figure| figure.evidence.grade);
        figures.chain([self.mix.evidence.grade]).max().unwrap_or(Grade::Assumed)
    }

    /// What results say of it.
    #[must_use]
    pub fn used(&self) -> PresetUsed {
        PresetUsed {
            kind: FOLDER.into(),
            id: self.id.clone(),
            grade: self.weakest_grade(),
            status: self.status,
            outside: self.outside.clone(),
        }
    }

    /// Its sender of that name as `[[senders]]` writes it: keys and TOML literals.
    #[must_use]
    pub fn sender(&self, name: &str) -> Vec<(&str, &str)> {
        let own = self.figures.iter().filter(|figure| figure.sender == name);
        own.map(|figure| (figure.key.as_str(), figure.value.as_str())).collect()
    }
}

/// Keys of a population file beside its senders.
const FILE: &[Key] = &[
    required("id", Shape::Name, "the name scenarios use"),
    required("title", Shape::Text, "one line on whose senders these are"),
    required("status", word(statuses), "whether somebody else found the same figures"),
    required("notes", Shape::Text, "what else is good to know"),
    required("unknown", unknown::OF_POPULATION, "how far a plausible mix lies from the shares"),
];

/// Reads a population file, whose senders may name the presets of `ids`.
pub(super) fn read(
    name: &str,
    text: &str,
    outside: bool,
    ids: Arc<dyn KnownIds>,
) -> Result<Population, ScenarioError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut report = Report::with_ids(name, text, ids);
    let document = parse_toml(&mut report);
    let table = document.as_ref().and_then(|value| value.as_table()).cloned().unwrap_or_default();
    let entries = table.entries.iter().filter(|entry| entry.key != "senders").cloned().collect();
    check_table(FILE, &Table { entries }, &Place::File, "", &mut report);
    let senders: Vec<&Table> = table
        .get("senders")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_table)
        .collect();
    if senders.is_empty() {
        report.error(code::MISSING, &Place::File, "a population has [[senders]]");
    }
    let figures = senders.iter().flat_map(|sender| figures(sender, &mut report)).collect();
    let mix = unknown::read_mix(&table);
    let head = |key: &str| table.text(key).unwrap_or_default().to_owned();
    match (report.into_error(), mix) {
        (None, Some((concentration, mix))) => Ok(Population {
            id: head("id"),
            title: head("title"),
            status: status(&table),
            notes: head("notes"),
            figures,
            concentration,
            mix,
            outside: outside.then(|| hash(text)),
            replaces: false,
            senders: senders.into_iter().map(without_evidence).collect(),
        }),
        (error, _) => {
            Err(error.unwrap_or_else(|| unreachable!("a file without [unknown] has been reported")))
        }
    }
}

/// Every key but the name is a figure and needs evidence; evidence for anything else is an error.
fn figures(sender: &Table, report: &mut Report) -> Vec<Figure> {
    let empty = Table::default();
    let sources = sender.table("evidence").unwrap_or(&empty);
    let name = sender.text("name").unwrap_or_default();
    if name.is_empty() || sender.get("share").is_none() {
        report.error(code::MISSING, &Place::File, "each sender of a population has a name and a share");
    }
    check_table(&SENDER_ENTRY, &without_evidence(sender), &Place::File, "senders", report);
    let mut figures = Vec::new();
    for entry in sender.entries.iter().filter(|entry| !["name", "evidence"].contains(&entry.key.as_str())) {
        let Some(source) = sources.get(&entry.key) else {
            let message = format!("{name}: {} has no evidence", entry.key);
            report.error(code::MISSING, &entry.key_place, message);
            continue;
        };
        EVIDENCE.check(source, &entry.key, report);
        let Some(evidence) = source.as_table().and_then(evidence) else { continue };
        let value = literal(&entry.value);
        figures.push(Figure { sender: name.to_owned(), key: entry.key.clone(), value, evidence });
    }
    for stray in sources.entries.iter().filter(|source| sender.get(&source.key).is_none()) {
        let message = format!("{name}: evidence for `{}`, which does not stand there", stray.key);
        report.error(code::UNKNOWN_KEY, &stray.key_place, message);
    }
    figures
}

/// A value as TOML writes it, tables inline.
fn literal(value: &Value) -> String {
    match value.as_table() {
        None => value.quoted(),
        Some(table) => {
            let pairs: Vec<String> = table
                .entries
                .iter()
                .map(|entry| format!("{} = {}", entry.key, literal(&entry.value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn without_evidence(sender: &Table) -> Table {
    Table { entries: sender.entries.iter().filter(|entry| entry.key != "evidence").cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, embedded_in, stem};

    #[test]
    fn every_embedded_population_is_named_after_its_id_and_adds_up() {
        assert_eq!(Catalog::builtin().populations().count(), embedded_in(FOLDER).count());
        assert!(Catalog::builtin().population(DEFAULT_POPULATION).is_some());
        for (name, _) in embedded_in(FOLDER) {
            let stem = stem(name);
            let population = Catalog::builtin().population(stem).expect("a population of that name");
            assert_eq!(population.id, stem);
            let share = |figure: &&Figure| figure.key == "share";
            let percent = |figure: &Figure| {
                figure.value.trim_matches('"').trim_end_matches(" %").parse().unwrap_or(0.0)
            };
            let unwanted = |own: &&Table| own.get("wanted").and_then(Value::as_boolean) == Some(false);
            let unwanted: Vec<_> =
                population.senders.iter().filter(unwanted).map(|own| own.text("name")).collect();
            let wanted = |figure: &&Figure| !unwanted.contains(&Some(figure.sender.as_str()));
            let total: f64 = population.figures.iter().filter(share).filter(wanted).map(percent).sum();
            assert!((total - 100.0).abs() < 1e-9, "{stem}: {total}");
        }
    }

    #[test]
    fn a_figure_without_evidence_is_refused() {
        let text = "id = \"x\"\ntitle = \"x\"\nstatus = \"provisional\"\nnotes = \"\"\n[[senders]]\nname = \"a\"\nshare = 1.0\nhosts = 3\n\
                    [senders.evidence]\nshare = { grade = \"assumed\", where = \"here\" }\nEXTRA[unknown.mix]\nconcentration = 30\n\
                    grade = \"assumed\"\nwhere = \"here\"\n";
        let error = |extra: &str| {
            let read = read("x.toml", &text.replace("EXTRA", extra), true, Catalog::builtin().known_ids());
            read.err().map(|error| error.to_string())
        };
        let hosts = "hosts = { grade = \"assumed\", where = \"here\" }\n";
        assert_eq!(error(hosts), None);
        assert!(error("").is_some_and(|text| text.contains("hosts has no evidence")));
        let stray = format!("{hosts}sites = {{ grade = \"assumed\", where = \"here\" }}\n");
        assert!(error(&stray).is_some_and(|text| text.contains("does not stand there")));
    }

    /// A slip in a file of one's own is found when the file is read, not when a scenario uses it.
    #[test]
    fn unknown_keys_and_presets_are_refused() {
        let text = FILE_TEXT;
        let error = |from: &str, to: &str| {
            let read = read("x.toml", &text.replace(from, to), true, Catalog::builtin().known_ids());
            read.err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(error("", ""), "");
        assert!(error("hosts", "hostz").contains("did you mean `hosts`"));
        assert!(error("\"gmail\"", "\"gmial\"").contains("did you mean \"gmail\""));
        assert!(error("provisional", "good").contains("E107"));
    }

    const FILE_TEXT: &str = r#"
id = "x"
title = "x"
status = "provisional"
notes = ""
[[senders]]
name = "a"
share = 1.0
preset = "gmail"
hosts = 3
[senders.evidence]
share = { grade = "assumed", where = "here" }
preset = { grade = "assumed", where = "here" }
hosts = { grade = "assumed", where = "here" }
[unknown.mix]
concentration = 30
grade = "assumed"
where = "here"
"#;
}
