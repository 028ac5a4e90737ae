//! Populations among the presets: their figures, and who says so.

use super::{indented, outside};
use crate::diagnostics::{WIDTH, wrap};
use crate::screen::next;
use mxsim_core::catalog::{Figure, NotKnown, Population, PresetKind};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Its kind, in lists of presets.
pub(super) const KIND: &str = "population";
/// What it models, where presets name their software.
pub(super) const SOFTWARE: &str = "senders of a domain";
/// What a figure is for.
pub(super) const FIGURE_MEANING: &str = "as in [[senders]]";

/// What lists of parameters call a figure.
pub(super) fn figure_name(figure: &Figure) -> String {
    format!("{}: {}", figure.sender, figure.key)
}

/// The value of a figure in English.
pub(super) fn value_in_words(figure: &Figure) -> String {
    PresetKind::Sender.value_in_words(&figure.key, &figure.value)
}

/// One line and the title of each population.
pub(super) fn list(text: &mut String, populations: &[&Population], width: usize) {
    let _ = writeln!(text, "{:<width$}  {:<12}status", "population", "known by");
    for population in populations {
        let grade = population.weakest_grade().name();
        let (status, yours) = (population.status.name(), outside(population.outside.as_deref()));
        let _ = writeln!(text, "  {:<width$}{grade:<12}{status}{yours}", population.id);
        indented(text, 6, &population.title);
    }
    text.push('\n');
}

/// Every figure of a population.
pub(super) fn page(population: &Population) -> String {
    let from = population
        .outside
        .as_deref()
        .map_or_else(String::new, |hash| format!(", from a file of yours ({hash})"));
    let head = format!("{}: a population, {}{from}", population.id, population.status.name());
    let mut text = format!("{}\n{}\n\n", wrap(&head, WIDTH), wrap(&population.title, WIDTH));
    indented(&mut text, 2, &population.notes);
    for figure in &population.figures {
        let name = figure_name(figure);
        let _ = writeln!(text, "\n{name:<width$}{}", figure.evidence.grade.name(), width = WIDTH - 12);
        indented(&mut text, 2, &format!("= {}", value_in_words(figure)));
        indented(&mut text, 2, &format!("by {}", figure.evidence.source));
    }
    not_known(&mut text, std::slice::from_ref(&population.mix));
    text + &next(&format!("mxsim init, then population = \"{}\" in [traffic]", population.id))
}

/// What is not known, from where to where it may lie, and who says so.
pub(super) fn not_known(text: &mut String, list: &[NotKnown]) {
    for not_known in list {
        let name = format!("not known: {}", not_known.name);
        let grade = not_known.evidence.grade.name();
        let _ = writeln!(text, "\n{name:<width$}{grade}", width = WIDTH - 12);
        indented(text, 2, not_known.meaning());
        indented(text, 2, &format!("= {}", not_known.range));
        indented(text, 2, &format!("by {}", not_known.evidence.source));
    }
}

/// For programs: the same fields as a preset has.
pub(super) fn json(population: &Population) -> Value {
    let figure = |figure: &Figure| {
        json!({
            "name": figure_name(figure), "meaning": FIGURE_MEANING, "value": figure.value,
            "value_in_words": value_in_words(figure), "grade": figure.evidence.grade.name(),
            "source": figure.evidence.source,
        })
    };
    let grade = population.weakest_grade().name();
    json!({
        "kind": KIND, "id": population.id, "title": population.title, "software": SOFTWARE,
        "versions": "any", "status": population.status.name(), "notes": population.notes, "outside": population.outside,
        "weakest_grade": grade, "decisive_grade": grade,
        "parameters": population.figures.iter().map(figure).collect::<Vec<_>>(),
        "not_known": not_known_json(std::slice::from_ref(&population.mix)),
    })
}

/// What is not known, for programs.
pub(super) fn not_known_json(list: &[NotKnown]) -> Vec<Value> {
    let one = |not_known: &NotKnown| {
        json!({
            "name": not_known.name, "meaning": not_known.meaning(), "range": not_known.range,
            "grade": not_known.evidence.grade.name(), "source": not_known.evidence.source,
        })
    };
    list.iter().map(one).collect()
}
