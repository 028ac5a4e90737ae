//! Errors in a scenario, shown as rustc shows them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use mxsim_core::scenario::{Diagnostic, Place, ScenarioError};
use std::io::IsTerminal as _;

/// Errors beyond this many are only counted: nobody reads more at once.
const MOST_SHOWN: usize = 50;

/// All errors, each with its line, the offending bytes marked, and help.
pub(crate) fn render(error: &ScenarioError) -> String {
    let color =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text: Vec<String> =
        error.diagnostics.iter().take(MOST_SHOWN).map(|one| renderer.render(&groups(error, one))).collect();
    let hidden = error.diagnostics.len().saturating_sub(MOST_SHOWN);
    if hidden > 0 {
        text.push(format!("... and {hidden} more errors"));
    }
    let plural = if error.diagnostics.len() == 1 { "error" } else { "errors" };
    text.push(format!(
        "{}: {} {plural}, nothing was simulated",
        error.sources[0].name,
        error.diagnostics.len()
    ));
    text.join("\n\n")
}

fn groups<'a>(error: &'a ScenarioError, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let source = &error.sources[diagnostic.source];
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = match &diagnostic.place {
        Place::File => title.element(Origin::path(source.name.as_str())),
        Place::Pointer(pointer) => title.element(Origin::path(format!("{}#{pointer}", source.name))),
        Place::Span { start, end } => {
            let mut mark = AnnotationKind::Primary.span(inside(&source.text, *start, *end));
            if !diagnostic.label.is_empty() {
                mark = mark.label(diagnostic.label.as_str());
            }
            title.element(Snippet::source(source.text.as_str()).path(source.name.as_str()).annotation(mark))
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

/// The byte range, cut to the text and to whole characters, because the renderer slices by it.
fn inside(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let mut start = start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
