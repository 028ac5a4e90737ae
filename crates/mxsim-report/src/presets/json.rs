//! The document `mxsim.presets/1`. A population has the same fields as a preset.

use mxsim_core::catalog::{Figure, NotKnown, Population, PresetKind, PresetSummary};
use serde_json::{Value, json};

use super::{Shown, population};
use crate::document::pretty;

/// What is shown, for programs; populations last.
///
/// ```
/// use mxsim_core::catalog::Catalog;
/// use mxsim_report::presets::{Shown, json};
/// assert!(json(&Shown::whole(Catalog::builtin())).contains("\"schema\": \"mxsim.presets/1\""));
/// ```
#[must_use]
pub fn json(shown: &Shown<'_>) -> String {
    let presets = shown.presets.iter().map(preset);
    let populations = shown.populations.iter().map(|population| of_population(population));
    let presets: Vec<Value> = presets.chain(populations).collect();
    pretty(&json!({ "schema": "mxsim.presets/1", "presets": presets }))
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
        "parameters": preset.written.iter().map(parameter).collect::<Vec<_>>(),
        "outbound_hosts": preset.outbound_hosts.map(|hosts| {
            json!({ "number": hosts.number, "grade": hosts.evidence.grade.name(), "source": hosts.evidence.source })
        }),
        "not_known": not_known(preset.not_known),
    })
}

fn of_population(population: &Population) -> Value {
    let figure = |figure: &Figure| {
        json!({
            "name": population::figure_name(figure), "meaning": population::FIGURE_MEANING, "value": figure.value,
            "value_in_words": PresetKind::Sender.value_in_words(&figure.key, &figure.value), "grade": figure.evidence.grade.name(),
            "source": figure.evidence.source,
        })
    };
    let grade = population.weakest_grade().name();
    json!({
        "kind": population::KIND, "id": population.id, "title": population.title, "software": population::SOFTWARE,
        "versions": "any", "status": population.status.name(), "notes": population.notes, "outside": population.outside,
        "weakest_grade": grade, "decisive_grade": grade,
        "parameters": population.figures.iter().map(figure).collect::<Vec<_>>(),
        "outbound_hosts": null,
        "not_known": not_known(std::slice::from_ref(&population.mix)),
    })
}

fn not_known(list: &[NotKnown]) -> Vec<Value> {
    let one = |not_known: &NotKnown| {
        json!({
            "name": not_known.name, "meaning": not_known.meaning(), "range": not_known.range,
            "grade": not_known.evidence.grade.name(), "source": not_known.evidence.source,
        })
    };
    list.iter().map(one).collect()
}
