//! `mxsim presets`: how senders, resolvers, authorities and stubs behave, which populations there are, and who says so.

mod markdown;
mod population;
mod table;
mod template;

use crate::args::{Format, Presets};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::screen::next;
use mxsim_core::catalog::{Catalog, Population, PresetKind, PresetSummary};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Lists all presets, or shows one with every parameter.
pub(crate) fn presets(arguments: &Presets) -> Result<Exit, Failure> {
    if let Some(kind) = &arguments.template {
        print(&template::template(kind_named(kind)?))?;
        return Ok(Exit::Met);
    }
    let catalog = arguments.presets.catalog()?;
    if let Some(population) = arguments.id.as_deref().and_then(|id| catalog.population(id)) {
        let text = match arguments.format {
            Format::Json => format!("{:#}\n", listed(vec![population::json(population)])),
            Format::Csv => table::csv(&[], &[population]),
            Format::Md => markdown::population_page(population),
            Format::Text => population::page(population),
        };
        print(&text)?;
        return Ok(Exit::Met);
    }
    let shown = match &arguments.id {
        None => catalog.summaries(),
        Some(id) => named(&catalog, id)?,
    };
    let populations: Vec<&Population> = match &arguments.id {
        None => catalog.populations().collect(),
        Some(_) => Vec::new(),
    };
    print(&match (arguments.format, &arguments.id) {
        (Format::Json, _) => format!("{:#}\n", listed(everything(&shown, &populations))),
        (Format::Csv, _) => table::csv(&shown, &populations),
        (Format::Md, None) => markdown::catalogue(&shown, &populations),
        (Format::Md, Some(_)) => markdown::pages(&shown),
        (Format::Text, None) => list(&shown, &populations),
        (Format::Text, Some(_)) => pages(&shown),
    })?;
    Ok(Exit::Met)
}

fn kind_named(name: &str) -> Result<PresetKind, Failure> {
    PresetKind::named(name).ok_or_else(|| {
        let known = PresetKind::ALL.map(PresetKind::name).join(", ");
        Failure::usage(format!("--template: there is no kind of preset {name:?}; kinds are {known}"))
    })
}

/// Every preset of that id; two kinds may share one.
fn named<'a>(catalog: &'a Catalog, id: &str) -> Result<Vec<PresetSummary<'a>>, Failure> {
    let found: Vec<PresetSummary<'_>> =
        catalog.summaries().into_iter().filter(|preset| preset.id == id).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let help = match catalog.nearest(id) {
        Some(near) => format!("did you mean {near}?"),
        None => "`mxsim presets` lists them".to_owned(),
    };
    Err(Failure::usage(format!("presets: there is no preset {id:?}; {help}")))
}

/// One line and the title of each preset.
fn list(presets: &[PresetSummary<'_>], populations: &[&Population]) -> String {
    let widest = presets.iter().map(|preset| preset.id.len()).max().unwrap_or(0);
    let width = widest.clamp(18, 50) + 2;
    let mut text = String::new();
    for kind in PresetKind::ALL {
        let _ = writeln!(text, "{:<width$}  {:<12}status", kind.name(), "known by");
        for preset in presets.iter().filter(|preset| preset.kind == kind) {
            let (grade, status) = (preset.decisive_grade.name(), preset.status.name());
            let _ = writeln!(text, "  {:<width$}{grade:<12}{status}{}", preset.id, outside(preset.outside));
            indented(&mut text, 6, preset.title);
        }
        text.push('\n');
    }
    population::list(&mut text, populations, width);
    text.push_str(&wrap(LEGEND, WIDTH));
    text.push('\n');
    text + &next("mxsim presets postfix, for every parameter of it and its source")
}

const fn outside(hash: Option<&str>) -> &'static str {
    if hash.is_some() { ", yours" } else { "" }
}

const LEGEND: &str = "Known by: the weakest grade of the parameters that decide where mail goes, from measured (recorded \
                      on that version), source (read in its source) and documented to reported (said by somebody else) and assumed (a \
                      guess). Status: reviewed once somebody who had not seen the first has read the sources a second time and agrees.";

fn pages(presets: &[PresetSummary<'_>]) -> String {
    let mut text: String = presets.iter().map(page).collect();
    let id = presets[0].id;
    text.push_str(&match presets[0].kind {
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

fn page(preset: &PresetSummary<'_>) -> String {
    let from = preset.outside.map_or_else(String::new, |hash| format!(", from a file of yours ({hash})"));
    let head =
        format!("{}: {} preset, {}{from}", preset.id, preset.kind.with_article(), preset.status.name());
    let mut text = format!("{}\n{}\n\n", wrap(&head, WIDTH), wrap(preset.title, WIDTH));
    indented(&mut text, 2, &format!("models {}, {}", preset.software, preset.versions));
    if !preset.notes.is_empty() {
        indented(&mut text, 2, preset.notes);
    }
    for (path, value) in preset.parameters {
        let evidence = &preset.evidence[*path];
        let grade = evidence.grade.name();
        let _ = writeln!(text, "\n{path:<width$}{grade}", width = WIDTH - 12);
        indented(&mut text, 2, preset.kind.meaning(path).unwrap_or_default());
        indented(&mut text, 2, &format!("= {}", preset.kind.value_in_words(path, value)));
        indented(&mut text, 2, &format!("by {}", evidence.source));
    }
    population::not_known(&mut text, preset.not_known);
    text
}

/// A paragraph under its indent.
fn indented(text: &mut String, indent: usize, sentence: &str) {
    let start = " ".repeat(indent);
    let lines = wrap(sentence, WIDTH - indent).replace('\n', &format!("\n{start}"));
    let _ = writeln!(text, "{start}{lines}");
}

fn listed(presets: Vec<Value>) -> Value {
    json!({ "schema": "mxsim.presets/1", "presets": presets })
}

/// All presets, populations last.
fn everything(presets: &[PresetSummary<'_>], populations: &[&Population]) -> Vec<Value> {
    presets
        .iter()
        .map(preset)
        .chain(populations.iter().map(|population| population::json(population)))
        .collect()
}

fn preset(preset: &PresetSummary<'_>) -> Value {
    let parameter = |(path, value): &(&'static str, String)| {
        let evidence = &preset.evidence[*path];
        json!({
            "name": path, "meaning": preset.kind.meaning(path), "value": value, "value_in_words": preset.kind.value_in_words(path, value),
            "grade": evidence.grade.name(), "source": evidence.source,
        })
    };
    json!({
        "kind": preset.kind.name(), "id": preset.id, "title": preset.title, "software": preset.software,
        "versions": preset.versions, "status": preset.status.name(), "notes": preset.notes, "outside": preset.outside,
        "weakest_grade": preset.weakest_grade.name(), "decisive_grade": preset.decisive_grade.name(),
        "parameters": preset.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "not_known": population::not_known_json(preset.not_known),
    })
}
