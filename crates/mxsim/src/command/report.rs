//! `mxsim report`: a results file as text, Markdown, CSV or figures. Nothing is simulated.

use crate::args::Report;
use crate::exit::{Exit, Failure};
use crate::figures::{drawn, figures_of};
use crate::files::write_file;
use crate::output::{Layout, document, format_for, is_no_input, print, screen_style};
use mxsim_report::{Files, TextStyle};
use std::path::Path;

/// The largest results file that is read (bytes): ten years by the hour for over a hundred nodes are half as much.
const MOST_BYTES: u64 = 256 << 20;

/// Writes the report, and the figures if a folder is named.
pub(crate) fn report(arguments: &Report) -> Result<Exit, Failure> {
    is_no_input(&arguments.output, &arguments.results)?;
    let text = mxsim_import::read_text_up_to(&arguments.results, MOST_BYTES)?;
    let results = mxsim_report::from_json(&text)
        .map_err(|error| Failure::invalid(format!("{}: {error}", arguments.results)))?;
    let figures = drawn(|| figures_of(&results), &arguments.figures)?;
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    let named = (arguments.results != "-").then_some(arguments.results.as_str());
    let files = Files { results: named, ..Files::default() };
    let layout = Layout { format, full: arguments.output.full, files, figures: &figures };
    match file {
        Some(file) => {
            let text = document(&results, &layout, &TextStyle::default());
            write_file(file, text.as_bytes(), arguments.figures.force.force)?;
        }
        None => print(&document(&results, &layout, &screen_style()))?,
    }
    Ok(Exit::Met)
}
