//! Presets and populations as one long tidy table: one parameter or figure per row.

use mxsim_core::catalog::{Population, PresetKind, PresetSummary};

use super::{Shown, population};
use crate::outgoing::in_csv;

const HEADER: [&str; 11] = [
    "kind",
    "id",
    "software",
    "versions",
    "status",
    "parameter",
    "meaning",
    "value",
    "value_in_words",
    "grade",
    "source",
];

/// What is shown, as one table.
///
/// ```
/// use mxsim_core::catalog::Catalog;
/// use mxsim_report::presets::{Shown, csv};
/// let nsd = Shown::named(Catalog::builtin(), "nsd").expect("it is in the catalogue");
/// assert!(csv(&nsd).lines().skip(1).all(|row| row.starts_with("authority,nsd,")));
/// ```
#[must_use]
pub fn csv(shown: &Shown<'_>) -> String {
    let mut text = line(&HEADER);
    shown.presets.iter().for_each(|preset| parameters(&mut text, preset));
    shown.populations.iter().for_each(|population| figures(&mut text, population));
    text
}

fn parameters(text: &mut String, preset: &PresetSummary<'_>) {
    for (path, value) in preset.written {
        let evidence = &preset.evidence[*path];
        text.push_str(&line(&[
            preset.kind.name(),
            preset.id,
            preset.software,
            preset.versions,
            preset.status.name(),
            path,
            preset.kind.meaning(path).unwrap_or_default(),
            value,
            &preset.kind.value_in_words(path, value),
            evidence.grade.name(),
            &evidence.source,
        ]));
    }
}

fn figures(text: &mut String, population: &Population) {
    for figure in &population.figures {
        text.push_str(&line(&[
            population::KIND,
            &population.id,
            population::SOFTWARE,
            "any",
            population.status.name(),
            &population::figure_name(figure),
            population::FIGURE_MEANING,
            &figure.value,
            &PresetKind::Sender.value_in_words(&figure.key, &figure.value),
            figure.evidence.grade.name(),
            &figure.evidence.source,
        ]));
    }
}

/// A record as RFC 4180 has it, with the line ends of the other tables.
fn line(fields: &[&str]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(&in_csv(field))).collect();
    quoted.join(",") + "\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
