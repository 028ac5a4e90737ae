//! Presets and populations as one long tidy table: one parameter or figure per row.

use super::population;
use mxsim_core::catalog::{Population, PresetSummary};

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

pub(super) fn csv(presets: &[PresetSummary<'_>], populations: &[&Population]) -> String {
    let mut text = line(&HEADER);
    for preset in presets {
        for (path, value) in preset.parameters {
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
    populations.iter().for_each(|population| figures(&mut text, population));
    text
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
            &population::value_in_words(figure),
            figure.evidence.grade.name(),
            &figure.evidence.source,
        ]));
    }
}

/// A record as RFC 4180 has it, with the line ends of the other tables.
fn line(fields: &[&str]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    quoted.join(",") + "\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
