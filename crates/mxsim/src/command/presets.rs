//! `mxsim presets`: how senders, resolvers and authorities behave, and who says so.

mod words;

use crate::args::{PlainFormat, Presets};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::screen::next;
use mxsim_core::catalog::{Catalog, PresetKind, Sheet};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Lists all presets, or shows one with every parameter.
pub(crate) fn presets(arguments: &Presets) -> Result<Exit, Failure> {
    let catalog = arguments.presets.catalog()?;
    let shown = match &arguments.id {
        None => catalog.sheets(),
        Some(id) => named(&catalog, id)?,
    };
    match (arguments.format, &arguments.id) {
        (PlainFormat::Json, _) => print(&format!("{:#}\n", document(&shown)))?,
        (PlainFormat::Text, None) => print(&list(&shown))?,
        (PlainFormat::Text, Some(_)) => print(&pages(&shown))?,
    }
    Ok(Exit::Met)
}

/// Every preset of that id; two kinds may share one.
fn named<'a>(catalog: &'a Catalog, id: &str) -> Result<Vec<Sheet<'a>>, Failure> {
    let found: Vec<Sheet<'_>> = catalog.sheets().into_iter().filter(|sheet| sheet.id == id).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let help = match catalog.nearest(id) {
        Some(near) => format!("did you mean {near}?"),
        None => "`mxsim presets` lists them".to_owned(),
    };
    Err(Failure::usage(format!("presets: there is no preset {id:?}; {help}")))
}

fn list(entries: &[Sheet<'_>]) -> String {
    const INDENT: usize = 32;
    let mut text = String::new();
    for kind in PresetKind::ALL {
        let _ = writeln!(text, "{:<20}{:<12}what it does", kind.name(), "known by");
        for entry in entries.iter().filter(|entry| entry.kind == kind) {
            let title = wrap(entry.title, WIDTH - INDENT).replace('\n', &format!("\n{:INDENT$}", ""));
            let _ = writeln!(text, "  {:<18}{:<12}{title}", entry.id, entry.weakest_grade.name());
        }
        text.push('\n');
    }
    text.push_str(&wrap(LEGEND, WIDTH));
    text.push('\n');
    text + &next("mxsim presets postfix, for every parameter of it and its source")
}

const LEGEND: &str = "Known by: the weakest grade of its parameters, from measured (recorded on that version), source \
                      (read in its source) and documented to reported (said by somebody else) and assumed (a guess).";

fn pages(entries: &[Sheet<'_>]) -> String {
    let mut text: String = entries.iter().map(page).collect();
    let id = entries[0].id;
    text.push_str(&match entries[0].kind {
        PresetKind::Sender => next(&format!(
            "mxsim init, then preset = \"{id}\" in [[senders]]; any parameter above may stand beside it"
        )),
        PresetKind::Resolver => next(&format!("mxsim init, then resolver = \"{id}\" in [[senders]]")),
        PresetKind::Authority => next(&format!("mxsim init, then authority = \"{id}\" in [zone]")),
    });
    text
}

fn page(entry: &Sheet<'_>) -> String {
    let mut text = format!("{}: {} preset, {}\n", entry.id, entry.kind.with_article(), entry.status.name());
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

fn document(entries: &[Sheet<'_>]) -> Value {
    let presets: Vec<Value> = entries.iter().map(preset).collect();
    json!({ "schema": "mxsim.presets/1", "presets": presets })
}

fn preset(entry: &Sheet<'_>) -> Value {
    let parameter = |(path, value): &(&'static str, String)| {
        let evidence = &entry.evidence[*path];
        json!({
            "name": path, "meaning": entry.kind.meaning(path), "value": value, "value_in_words": words::value(path, value),
            "grade": evidence.grade.name(), "source": evidence.source,
        })
    };
    json!({
        "kind": entry.kind.name(), "id": entry.id, "title": entry.title, "software": entry.software,
        "versions": entry.versions, "status": entry.status.name(), "notes": entry.notes, "weakest_grade": entry.weakest_grade.name(),
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}
