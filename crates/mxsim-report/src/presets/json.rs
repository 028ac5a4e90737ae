//! The document `mxsim.presets/1`. A population has the same fields as a preset.

use mxsim_core::catalog::{Figure, NotKnown, Population, Sheet};
use serde_json::{Value, json};

use super::{Shown, population, words};
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
    let sheets = shown.sheets.iter().map(preset);
    let populations = shown.populations.iter().map(|population| of_population(population));
    let presets: Vec<Value> = sheets.chain(populations).collect();
    pretty(&json!({ "schema": "mxsim.presets/1", "presets": presets }))
}

fn preset(sheet: &Sheet<'_>) -> Value {
    let parameter = |(path, value): &(&'static str, String)| {
        let evidence = &sheet.evidence[*path];
        json!({
            "name": path, "meaning": sheet.kind.meaning(path), "value": value, "value_in_words": words::value(path, value),
            "grade": evidence.grade.name(), "source": evidence.source,
        })
    };
    json!({
        "kind": sheet.kind.name(), "id": sheet.id, "title": sheet.title, "software": sheet.software,
        "versions": sheet.versions, "status": sheet.status.name(), "notes": sheet.notes, "outside": sheet.outside,
        "weakest_grade": sheet.weakest_grade.name(), "decisive_grade": sheet.decisive_grade.name(),
        "parameters": sheet.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "not_known": not_known(sheet.not_known),
    })
}

fn of_population(population: &Population) -> Value {
    let figure = |figure: &Figure| {
        json!({
            "name": population::figure_name(figure), "meaning": population::FIGURE_MEANING, "value": figure.value,
            "value_in_words": words::value(&figure.key, &figure.value), "grade": figure.evidence.grade.name(),
            "source": figure.evidence.source,
        })
    };
    let grade = population.weakest_grade().name();
    json!({
        "kind": population::KIND, "id": population.id, "title": population.title, "software": population::SOFTWARE,
        "versions": "any", "status": population.status.name(), "notes": population.notes, "outside": population.outside,
        "weakest_grade": grade, "decisive_grade": grade,
        "parameters": population.figures.iter().map(figure).collect::<Vec<_>>(),
        "not_known": not_known(std::slice::from_ref(&population.mix)),
    })
}

fn not_known(list: &[NotKnown]) -> Vec<Value> {
    let one = |not_known: &NotKnown| {
        json!({
            "name": not_known.name, "meaning": words::unknown(not_known.name), "range": not_known.range,
            "grade": not_known.evidence.grade.name(), "source": not_known.evidence.source,
        })
    };
    list.iter().map(one).collect()
}
