//! `mxsim presets`: how senders, resolvers, authorities and stubs behave, and who says so.

mod words;

use crate::args::{PlainFormat, Presets};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::screen::next;
use mxsim_core::catalog::{Catalog, Evidence, Preset, PresetKind};
use mxsim_core::results::Grade;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Lists all presets, or shows one with every parameter.
pub(crate) fn presets(arguments: &Presets) -> Result<Exit, Failure> {
    let all = entries(Catalog::builtin());
    let shown: Vec<&Entry> = match &arguments.id {
        None => all.iter().collect(),
        Some(id) => named(&all, id)?,
    };
    match (arguments.format, &arguments.id) {
        (PlainFormat::Json, _) => print(&format!("{:#}\n", document(&shown)))?,
        (PlainFormat::Text, None) => print(&list(&shown))?,
        (PlainFormat::Text, Some(_)) => print(&pages(&shown))?,
    }
    Ok(Exit::Met)
}

/// A preset of any kind.
struct Entry {
    kind: PresetKind,
    id: &'static str,
    title: &'static str,
    software: &'static str,
    versions: &'static str,
    status: &'static str,
    notes: &'static str,
    parameters: &'static [(&'static str, String)],
    evidence: &'static BTreeMap<String, Evidence>,
    weakest: Grade,
}

impl Entry {
    fn of<L>(kind: PresetKind, preset: &'static Preset<L>) -> Self {
        Self {
            kind,
            id: &preset.id,
            title: &preset.title,
            software: &preset.software,
            versions: &preset.versions,
            status: &preset.status,
            notes: &preset.notes,
            parameters: &preset.parameters,
            evidence: &preset.evidence,
            weakest: preset.weakest_grade(),
        }
    }
}

fn entries(catalog: &'static Catalog) -> Vec<Entry> {
    let senders = catalog.senders().map(|preset| Entry::of(PresetKind::Sender, preset));
    let resolvers = catalog.resolvers().map(|preset| Entry::of(PresetKind::Resolver, preset));
    let authorities = catalog.authorities().map(|preset| Entry::of(PresetKind::Authority, preset));
    let stubs = catalog.stubs().map(|preset| Entry::of(PresetKind::Stub, preset));
    senders.chain(resolvers).chain(authorities).chain(stubs).collect()
}

/// Every preset of that id; two kinds may share one.
fn named<'a>(all: &'a [Entry], id: &str) -> Result<Vec<&'a Entry>, Failure> {
    let found: Vec<&Entry> = all.iter().filter(|entry| entry.id == id).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let help = match Catalog::builtin().nearest(id) {
        Some(near) => format!("did you mean {near}?"),
        None => "`mxsim presets` lists them".to_owned(),
    };
    Err(Failure::usage(format!("presets: there is no preset {id:?}; {help}")))
}

fn list(entries: &[&Entry]) -> String {
    const INDENT: usize = 32;
    let mut text = String::new();
    for kind in PresetKind::ALL {
        let _ = writeln!(text, "{:<20}{:<12}what it does", kind.name(), "known by");
        for entry in entries.iter().filter(|entry| entry.kind == kind) {
            let title = wrap(entry.title, WIDTH - INDENT).replace('\n', &format!("\n{:INDENT$}", ""));
            let _ = writeln!(text, "  {:<18}{:<12}{title}", entry.id, entry.weakest.name());
        }
        text.push('\n');
    }
    text.push_str(&wrap(LEGEND, WIDTH));
    text.push('\n');
    text + &next("mxsim presets postfix, for every parameter of it and its source")
}

const LEGEND: &str = "Known by: the weakest grade of its parameters, from measured (recorded on that version), source \
                      (read in its source) and documented to reported (said by somebody else) and assumed (a guess).";

fn pages(entries: &[&Entry]) -> String {
    let mut text: String = entries.iter().map(|entry| page(entry)).collect();
    let id = entries[0].id;
    text.push_str(&match entries[0].kind {
        PresetKind::Sender => next(&format!(
            "mxsim init, then preset = \"{id}\" in [[senders]]; any parameter above may stand beside it"
        )),
        PresetKind::Resolver => next(&format!("mxsim init, then resolver = \"{id}\" in [[senders]]")),
        PresetKind::Authority => next(&format!("mxsim init, then authority = \"{id}\" in [zone]")),
        PresetKind::Stub => next(&format!(
            "mxsim init, then stub = \"{id}\" beside a preset in [[senders]] that lets a library sort (dns.address_sort)"
        )),
    });
    text
}

fn page(entry: &Entry) -> String {
    let mut text = format!("{}: {} preset, {}\n", entry.id, entry.kind.with_article(), entry.status);
    let _ = writeln!(text, "{}\n", wrap(entry.title, WIDTH));
    item(&mut text, &format!("models {}, {}", entry.software, entry.versions));
    if !entry.notes.is_empty() {
        item(&mut text, entry.notes);
    }
    for (path, value) in entry.parameters {
        let evidence = &entry.evidence[*path];
        let grade = evidence.grade.name();
        let _ = writeln!(text, "\n{path:<width$}{grade}", width = WIDTH - 12);
        item(&mut text, entry.kind.meaning(path).unwrap_or_default());
        item(&mut text, &format!("= {}", words::value(path, value)));
        item(&mut text, &format!("by {}", evidence.source));
    }
    text
}

/// A paragraph under its indent.
fn item(text: &mut String, sentence: &str) {
    let _ = writeln!(text, "  {}", wrap(sentence, WIDTH - 2).replace('\n', "\n  "));
}

fn document(entries: &[&Entry]) -> Value {
    let presets: Vec<Value> = entries.iter().map(|entry| preset(entry)).collect();
    json!({ "schema": "mxsim.presets/1", "presets": presets })
}

fn preset(entry: &Entry) -> Value {
    let parameter = |(path, value): &(&'static str, String)| {
        let evidence = &entry.evidence[*path];
        json!({
            "name": path, "meaning": entry.kind.meaning(path), "value": value, "value_in_words": words::value(path, value),
            "grade": evidence.grade.name(), "source": evidence.source,
        })
    };
    json!({
        "kind": entry.kind.name(), "id": entry.id, "title": entry.title, "software": entry.software,
        "versions": entry.versions, "status": entry.status, "notes": entry.notes, "weakest_grade": entry.weakest.name(),
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}
