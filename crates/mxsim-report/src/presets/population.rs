//! Populations among the presets: their figures, and who says so.

use mxsim_core::catalog::{Figure, Population, PresetKind};

use super::{GRADE_COLUMNS, graded, head, listed_kind, not_known, outside};
use crate::page::{Page, fit};

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

/// One line and the title of each population.
pub(super) fn list(page: &mut Page, populations: &[&Population], width: usize) {
    listed_kind(page, KIND, width);
    for population in populations {
        let grade = fit(population.weakest_grade().name(), GRADE_COLUMNS);
        let status = format!("{}{}", population.status.name(), outside(population.outside.as_deref()));
        page.raw(&format!("  {}{grade}{status}", fit(&population.id, width)));
        page.indented(6, &population.title);
    }
    page.blank();
}

/// Every figure of a population.
pub(super) fn write(page: &mut Page, population: &Population) {
    let what = format!("a population, {}", population.status.name());
    head(page, &population.id, &what, population.outside.as_deref());
    page.paragraph(&population.title);
    page.blank();
    if !population.notes.is_empty() {
        page.note(&population.notes);
    }
    for figure in &population.figures {
        graded(page, &figure_name(figure), figure.evidence.grade.name());
        page.note(&format!("= {}", PresetKind::Sender.value_in_words(&figure.key, &figure.value)));
        page.note(&format!("by {}", figure.evidence.source));
    }
    not_known(page, std::slice::from_ref(&population.mix));
}
