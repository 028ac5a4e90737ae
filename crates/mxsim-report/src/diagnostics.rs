//! Errors in a scenario, a zone or a preset, shown as rustc shows them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use mxsim_core::numerals::{count, counted};
use mxsim_core::syntax::diagnostic::{Diagnostic, Place, ScenarioError, line_and_column};
use std::ops::Range;

use crate::outgoing::{error_text, visible_char};
use crate::page::{TextStyle, wrapped};

/// Errors beyond this many are only counted: no one mends more at once.
const MOST_SHOWN: usize = 5;
/// Columns before a message: the first line starts with `error[E101]: `, and the renderer indents the next ones as far.
const BEFORE_MESSAGE: usize = 13;
/// Columns before a help: the line numbers, `= help: `, and as much on the next lines.
const BEFORE_HELP: usize = 18;
/// Most characters that are marked, and that follow on the line: more never fits beside them.
const MOST_MARKED: usize = 400;
const MOST_BEHIND: usize = 200;

/// All errors, each with its line, the offending bytes marked, and help.
///
/// ```
/// use mxsim_core::scenario::Scenario;
/// let error = Scenario::from_toml("[zone]\ntxt = 1\n").unwrap_err();
/// let screen = mxsim_report::diagnostics::screen(&error, &mxsim_report::TextStyle::default());
/// assert!(screen.contains("error[E101]: unknown key `txt`"));
/// ```
#[must_use]
pub fn screen(error: &ScenarioError, style: &TextStyle) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let shown = error.diagnostics.iter().take(MOST_SHOWN);
    let mut text: Vec<String> = shown.map(|one| renderer.render(&groups(error, one, style.width))).collect();
    let hidden = error.diagnostics.len().saturating_sub(MOST_SHOWN) + error.left_out;
    if hidden > 0 {
        text.push(format!("... and {} more errors", count(hidden as u64)));
    }
    let all = counted((error.diagnostics.len() + error.left_out) as u64, "error", "errors");
    text.push(format!("{}: {all}, nothing was simulated", error_text(&error.sources[0].name)));
    text.join("\n\n")
}

fn groups<'a>(error: &ScenarioError, diagnostic: &'a Diagnostic, width: usize) -> Vec<Group<'a>> {
    let source = &error.sources[diagnostic.source];
    let name = error_text(&source.name);
    let message = wrapped(&diagnostic.message, width.saturating_sub(BEFORE_MESSAGE));
    let title = Level::ERROR.primary_title(message).id(diagnostic.code);
    let mut group = match &diagnostic.place {
        Place::File => title.element(Origin::path(name)),
        Place::Pointer(pointer) => {
            title.element(Origin::path(format!("{name}#{}", error_text(&pointer.to_string()))))
        }
        Place::Span { start, end } => {
            let excerpt = Excerpt::of(&source.text, inside(&source.text, *start, *end));
            let mut mark = AnnotationKind::Primary.span(excerpt.marked);
            if !diagnostic.label.is_empty() {
                mark = mark.label(diagnostic.label.as_str());
            }
            title.element(Snippet::source(excerpt.text).line_start(excerpt.line).path(name).annotation(mark))
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(wrapped(help, width.saturating_sub(BEFORE_HELP))));
    }
    vec![group]
}

/// The lines of a text that an error is about, as they may be shown.
struct Excerpt {
    text: String,
    /// Number of the first line.
    line: usize,
    /// The bytes of `text` to be marked.
    marked: Range<usize>,
}

impl Excerpt {
    fn of(text: &str, marked: Range<usize>) -> Self {
        let marked = marked.start..at_most(text, marked.start, marked.end, MOST_MARKED);
        let start = text[..marked.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[marked.end..].find('\n').map_or(text.len(), |at| marked.end + at);
        let end = at_most(text, marked.end, end, MOST_BEHIND);
        let [before, within, behind] =
            [start..marked.start, marked.clone(), marked.end..end].map(|range| shown(&text[range]));
        let at = before.len();
        let marked = at..at + within.len();
        let line = line_and_column(text, start).0;
        Self { text: [before, within, behind].concat(), line, marked }
    }
}

/// `end`, or the end of the first `most` characters behind `start`.
fn at_most(text: &str, start: usize, end: usize, most: usize) -> usize {
    text[start..end].char_indices().nth(most).map_or(end, |(at, _)| start + at)
}

/// Source text as it may be shown; the renderer writes tabs as blanks.
fn shown(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { visible_char(c) }).collect()
}

/// The byte range, cut to the text and to whole characters, because the renderer slices by it.
fn inside(text: &str, start: usize, end: usize) -> Range<usize> {
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

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn a_mark_never_cuts_a_character() {
        assert_eq!(inside("aüb", 2, 2), 1..3);
        assert_eq!(inside("aüb", 9, 12), 4..4);
    }
}
