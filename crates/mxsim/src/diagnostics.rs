//! Errors in a scenario, shown as rustc shows them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use mxsim_core::scenario::{Diagnostic, Place, ScenarioError};
use std::io::IsTerminal as _;

/// Columns of a message.
pub(crate) const WIDTH: usize = 80;

/// Errors beyond this many are only counted: nobody reads more at once.
const MOST_SHOWN: usize = 50;

/// All errors, each with its line, the offending bytes marked, and help.
pub(crate) fn render(error: &ScenarioError) -> String {
    let color =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut text: Vec<String> =
        error.diagnostics.iter().take(MOST_SHOWN).map(|one| renderer.render(&groups(error, one))).collect();
    let hidden = error.diagnostics.len().saturating_sub(MOST_SHOWN) + error.left_out;
    if hidden > 0 {
        text.push(format!("... and {hidden} more errors"));
    }
    let plural = if error.diagnostics.len() == 1 { "error" } else { "errors" };
    text.push(format!(
        "{}: {} {plural}, nothing was simulated",
        error.sources[0].name,
        error.diagnostics.len() + error.left_out
    ));
    text.join("\n\n")
}

fn groups<'a>(error: &'a ScenarioError, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let source = &error.sources[diagnostic.source];
    // The first line starts with `error[E101]: `, and the renderer indents the next ones as far.
    let message = wrap(&diagnostic.message, WIDTH - 13);
    let title = Level::ERROR.primary_title(message).id(diagnostic.code);
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
        // Before it stand the line number's column, `= help: `, and as much on the next lines.
        group = group.element(Level::HELP.message(wrap(help, WIDTH - 18)));
    }
    vec![group]
}

/// `text` in lines of at most `width` columns, broken at blanks; control characters, which could drive the terminal, become blanks.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut room = width;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if out.is_empty() {
            room = width.saturating_sub(length);
        } else if length < room {
            out.push(' ');
            room -= length + 1;
        } else {
            out.push('\n');
            room = width.saturating_sub(length);
        }
        out.push_str(word);
    }
    out
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
