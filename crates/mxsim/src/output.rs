//! How results become a document, and how it reaches standard output. Files are written by [`crate::files`].

use crate::args::{Force, Format, Output};
use crate::exit::Failure;
use crate::files::write_file;
use mxsim_core::results::Results;
use mxsim_report::{Files, MarkdownStyle, TextStyle};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

/// The format asked for, or the one the file name suggests.
pub(crate) fn format_for(asked: Option<Format>, file: Option<&Path>) -> Format {
    let by_name = || match file.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some("md") => Format::Md,
        _ => Format::Text,
    };
    asked.unwrap_or_else(by_name)
}

/// How results become a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout<'a> {
    pub(crate) format: Format,
    /// True if text goes on with everything that is known.
    pub(crate) full: bool,
    /// The files that its next command names.
    pub(crate) files: Files<'a>,
    /// Figures with their titles, for Markdown.
    pub(crate) figures: &'a [(String, String)],
}

/// Results as a document.
pub(crate) fn document(results: &Results, layout: &Layout<'_>, style: &TextStyle) -> String {
    match layout.format {
        Format::Text if layout.full => mxsim_report::full(results, &layout.files, style),
        Format::Text => mxsim_report::screen(results, &layout.files, style),
        Format::Oneline => mxsim_report::oneline(results),
        Format::Json => mxsim_report::json(results),
        Format::Csv => mxsim_report::csv(results),
        Format::Md => {
            let figures: Vec<(&str, &str)> =
                layout.figures.iter().map(|(title, path)| (title.as_str(), path.as_str())).collect();
            mxsim_report::markdown(results, &MarkdownStyle { figures: &figures })
        }
    }
}

/// Writes a document to the file that was asked for, and shows the answer on the screen as well: what cannot be written does not take it along.
/// `document` is given the format, how text looks, and the file that holds the results, once there is one.
pub(crate) fn deliver(
    output: &Output,
    is_quiet: bool,
    force: Force,
    document: impl Fn(Format, &TextStyle, Option<&str>) -> String,
) -> Result<(), Failure> {
    let Some(file) = output.output.as_deref().filter(|path| *path != Path::new("-")) else {
        let format = format_for(output.format, None);
        let format = if is_quiet && format == Format::Text { Format::Oneline } else { format };
        return print(&document(format, &screen_style(), None));
    };
    let format = format_for(output.format, Some(file));
    let written = write_file(file, document(format, &TextStyle::default(), None).as_bytes(), force.force);
    if is_quiet {
        return written;
    }
    let kept = (written.is_ok() && format == Format::Json).then(|| file.display().to_string());
    written.and(print(&document(Format::Text, &screen_style(), kept.as_deref())))
}

/// Refuses an output that would replace what is read.
pub(crate) fn is_no_input(output: &Output, input: &str) -> Result<(), Failure> {
    let Some(file) = output.output.as_deref() else { return Ok(()) };
    let place = |path: &Path| path.canonicalize().ok().filter(|place| place.is_file());
    match (place(file), place(Path::new(input))) {
        (Some(one), Some(other)) if one == other => Err(Failure::usage(format!(
            "-o {}: that is what is read, and it would be replaced; name another file",
            file.display()
        ))),
        _ => Ok(()),
    }
}

/// How text looks on standard output.
pub(crate) fn screen_style() -> TextStyle {
    style(io::stdout().is_terminal())
}

/// How text looks on standard error.
pub(crate) fn error_style() -> TextStyle {
    style(io::stderr().is_terminal())
}

/// Colour only on a terminal and without `NO_COLOR`.
fn style(is_terminal: bool) -> TextStyle {
    let color = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    TextStyle { color, ..TextStyle::default() }
}

/// Writes to standard output. A reader that has gone away is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::file(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
