//! `mxsim report`: a results file as text, Markdown, CSV or figures. Nothing is simulated.

use crate::args::Report;
use crate::exit::{Exit, Failure};
use crate::output::{document, format_for, print, screen_style, write_file};
use mxsim_core::results::Results;
use mxsim_report::figure::Figure;
use mxsim_report::{Size, TextStyle, figure, svg};
use std::path::Path;

/// A figure is a pure function of the results.
type Draw = fn(&Results) -> Figure;

/// The figures, each with its file name and what it shows.
const FIGURES: [(&str, &str, Draw); 2] =
    [("Split per node", "split.svg", figure::split), ("Load by hour", "load.svg", figure::load)];

/// The largest results file that is read (bytes): ten years by the hour for over a hundred nodes are half as much.
const MOST_BYTES: u64 = 256 << 20;

/// Writes the report, and the figures if a folder is named.
pub(crate) fn report(arguments: &Report) -> Result<Exit, Failure> {
    let text = mxsim_import::read_text_up_to(&arguments.results, MOST_BYTES)?;
    let results = mxsim_report::from_json(&text)
        .map_err(|error| Failure::invalid(format!("{}: {error}", arguments.results)))?;
    let paths = match &arguments.figures {
        Some(folder) => draw(&results, folder)?,
        None => Vec::new(),
    };
    let figures: Vec<(&str, &str)> = paths.iter().map(|(title, path)| (*title, path.as_str())).collect();
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    match file {
        Some(file) => write_file(file, &document(&results, format, &TextStyle::default(), &figures))?,
        None => print(&document(&results, format, &screen_style(), &figures))?,
    }
    Ok(Exit::Met)
}

fn draw(results: &Results, folder: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::file(format!("cannot make {}: {error}", folder.display())))?;
    let mut paths = Vec::new();
    for (title, name, figure) in FIGURES {
        let picture = svg(&figure(results), Size::default()).map_err(Failure::invalid)?;
        let path = folder.join(name);
        write_file(&path, &picture)?;
        paths.push((title, path.display().to_string()));
    }
    Ok(paths)
}
