//! The catalogue as Markdown: one table per kind, then every parameter of each preset. `docs/catalogue.md` holds it.

use std::fmt::Write as _;

use mxsim_core::catalog::{NotKnown, Population, PresetKind, PresetSummary};

use super::{Shown, population};
use crate::outgoing::{code_in_markdown, in_markdown, visible};

const INTRODUCTION: &str = "# The catalogue

Every model of a sender, resolver and authority and every population that comes with mxsim, with the value of each parameter and where it was seen. This page is what
`mxsim presets --format md` prints; a test holds the two against each other.

*Known by* is the weakest grade of the parameters that decide where mail goes: of a sender order, limits, failover, memory and reuse, of all others every
parameter. Grades, best first: *measured* (recorded on that version), *source* (read in its source), *documented*, *reported* (said by somebody else),
*assumed* (a guess). A preset is *reviewed* once somebody who had not seen it has read its sources [a second time](second-reading.md) and agrees; until
then it is *provisional*.
";

/// The page of the whole catalogue, or a page of its own for what was asked for.
///
/// ```
/// use mxsim_core::catalog::Catalog;
/// use mxsim_report::presets::{Shown, markdown};
/// let nsd = Shown::named(Catalog::builtin(), "nsd").expect("it is in the catalogue");
/// assert!(markdown(&nsd).starts_with("# Authority nsd\n"));
/// ```
#[must_use]
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut page = String::new();
    if shown.is_whole {
        page.push_str(INTRODUCTION);
        PresetKind::ALL.into_iter().for_each(|kind| overview(&mut page, kind, &shown.presets));
        populations_overview(&mut page, &shown.populations);
    }
    let level = if shown.is_whole { "##" } else { "#" };
    shown.presets.iter().for_each(|shown| preset(&mut page, shown, level));
    shown.populations.iter().for_each(|population| figures(&mut page, population, level));
    page.trim_start().to_owned()
}

fn populations_overview(page: &mut String, populations: &[&Population]) {
    let kind = population::KIND;
    let _ = writeln!(page, "\n## Kind: {kind}\n");
    page.push_str("| id | status | known by | who sends |\n|---|---|---|---|\n");
    for population in populations {
        let _ = writeln!(
            page,
            "| [{id}](#{kind}-{anchor}) | {} | {} | {} |",
            population.status.name(),
            population.weakest_grade().name(),
            in_markdown(&population.title),
            id = code_in_markdown(&population.id),
            anchor = anchor(&population.id),
        );
    }
}

fn figures(page: &mut String, population: &Population, level: &str) {
    let _ = writeln!(page, "\n{level} {} {}\n", capitalised(population::KIND), in_markdown(&population.id));
    let _ = writeln!(page, "{}.\n", in_markdown(&population.title));
    let (status, grade) = (population.status.name(), population.weakest_grade().name());
    let _ = writeln!(page, "- Status: {status}; known by: {grade}");
    if let Some(hash) = &population.outside {
        let _ = writeln!(page, "- From a file of your own ({hash})");
    }
    if !population.notes.is_empty() {
        let _ = writeln!(page, "- {}", in_markdown(&population.notes));
    }
    not_known(page, std::slice::from_ref(&population.mix));
    page.push_str("\n| sender | key | value | grade | source |\n|---|---|---|---|---|\n");
    for figure in &population.figures {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            in_markdown(&figure.sender),
            code_in_markdown(&figure.key),
            in_markdown(&PresetKind::Sender.value_in_words(&figure.key, &figure.value)),
            figure.evidence.grade.name(),
            in_markdown(&figure.evidence.source)
        );
    }
}

/// What is not known, its plausible range, and who says so.
fn not_known(page: &mut String, list: &[NotKnown]) {
    for not_known in list {
        let _ = writeln!(
            page,
            "- Not known: {}: {} ({}: {})",
            not_known.meaning(),
            in_markdown(&not_known.range),
            not_known.evidence.grade.name(),
            in_markdown(&not_known.evidence.source)
        );
    }
}

fn overview(page: &mut String, kind: PresetKind, presets: &[PresetSummary<'_>]) {
    let name = kind.name();
    let _ = writeln!(page, "\n## Kind: {name}\n");
    page.push_str(
        "| id | software | versions | status | known by | what it does |\n|---|---|---|---|---|---|\n",
    );
    for preset in presets.iter().filter(|preset| preset.kind == kind) {
        let _ = writeln!(
            page,
            "| [{id}](#{name}-{anchor}) | {} | {} | {} | {} | {} |",
            in_markdown(preset.software),
            in_markdown(preset.versions),
            preset.status.name(),
            preset.decisive_grade.name(),
            in_markdown(preset.title),
            id = code_in_markdown(preset.id),
            anchor = anchor(preset.id),
        );
    }
}

fn preset(page: &mut String, preset: &PresetSummary<'_>, level: &str) {
    let _ = writeln!(page, "\n{level} {} {}\n", capitalised(preset.kind.name()), in_markdown(preset.id));
    let _ = writeln!(page, "{}.\n", in_markdown(preset.title));
    let (status, grade) = (preset.status.name(), preset.decisive_grade.name());
    let _ = writeln!(page, "- Models {}, {}", in_markdown(preset.software), in_markdown(preset.versions));
    let _ = writeln!(
        page,
        "- Status: {status}; known by: {grade}, with all parameters {}",
        preset.weakest_grade.name()
    );
    if let Some(hash) = preset.outside {
        let _ = writeln!(page, "- From a file of your own ({hash})");
    }
    if !preset.notes.is_empty() {
        let _ = writeln!(page, "- {}", in_markdown(preset.notes));
    }
    if let Some(hosts) = preset.outbound_hosts {
        let (grade, source) = (hosts.evidence.grade.name(), in_markdown(&hosts.evidence.source));
        let _ = writeln!(
            page,
            "- Outbound hosts, where a scenario says nothing: {} ({grade}: {source})",
            hosts.number
        );
    }
    not_known(page, preset.not_known);
    page.push_str("\n| parameter | what it is for | value | grade | source |\n|---|---|---|---|---|\n");
    for (path, value) in preset.written {
        let evidence = &preset.evidence[*path];
        let meaning = preset.kind.meaning(path).unwrap_or_default();
        let _ = writeln!(
            page,
            "| `{path}` | {} | {} | {} | {} |",
            in_markdown(meaning),
            in_markdown(&preset.kind.value_in_words(path, value)),
            evidence.grade.name(),
            in_markdown(&evidence.source)
        );
    }
}

fn capitalised(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// The anchor of a heading that ends in `id`.
fn anchor(id: &str) -> String {
    let kept = visible(id)
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
        .collect::<String>();
    kept.replace(' ', "-")
}
