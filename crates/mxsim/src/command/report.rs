//! `mxsim report`: a results file as text, Markdown, CSV or figures. Nothing is simulated.

use crate::args::Report;
use crate::exit::{Exit, Failure};
use crate::output::{Layout, document, format_for, print, screen_style, write_file};
use mxsim_core::results::Results;
use mxsim_report::figure::Figure;
use mxsim_report::{Files, Size, TextStyle, figure, png, svg};
use std::path::Path;

/// A figure is a pure function of the results.
type Draw = fn(&Results) -> Figure;

/// The figures, each with what it shows and its file name without an ending.
const FIGURES: [(&str, &str, Draw); 4] = [
    ("Split per node", "split", figure::split),
    ("Load by hour", "load", figure::load),
    ("Load by part of the time", "duration", figure::duration),
    ("Busiest hour, minute and second", "capacity", figure::capacity),
];

/// The largest results file that is read (bytes): ten years by the hour for over a hundred nodes are half as much.
const MOST_BYTES: u64 = 256 << 20;

/// Writes the report, and the figures if a folder is named.
pub(crate) fn report(arguments: &Report) -> Result<Exit, Failure> {
    let text = mxsim_import::read_text_up_to(&arguments.results, MOST_BYTES)?;
    let results = mxsim_report::from_json(&text)
        .map_err(|error| Failure::invalid(format!("{}: {error}", arguments.results)))?;
    let paths = match &arguments.figures {
        Some(folder) => write(folder, &pictures(&results, arguments)?)?,
        None => Vec::new(),
    };
    let figures: Vec<(&str, &str)> = paths.iter().map(|(title, path)| (*title, path.as_str())).collect();
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    let named = (arguments.results != "-").then_some(arguments.results.as_str());
    let files = Files { scenario: None, results: named };
    let layout = Layout { format, full: arguments.output.full, files, figures: &figures };
    match file {
        Some(file) => write_file(file, document(&results, &layout, &TextStyle::default()).as_bytes())?,
        None => print(&document(&results, &layout, &screen_style()))?,
    }
    Ok(Exit::Met)
}

/// A figure drawn: its title, its file name and what the file holds.
type Picture = (&'static str, String, Vec<u8>);

/// All pictures asked for, drawn before the first is written: what cannot be drawn leaves no half set behind.
fn pictures(results: &Results, arguments: &Report) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for (title, name, draw) in FIGURES {
        let figure = draw(results);
        let size = Size::of(&figure);
        let drawing = svg(&figure, size).map_err(Failure::invalid)?;
        pictures.push((title, format!("{name}.svg"), drawing.into_bytes()));
        if arguments.png {
            let picture = png(&figure, size, arguments.width).map_err(Failure::invalid)?;
            pictures.push((title, format!("{name}.png"), picture));
        }
    }
    Ok(pictures)
}

/// Writes the pictures; gives the title of each figure with the path of its last picture.
fn write(folder: &Path, pictures: &[Picture]) -> Result<Vec<(&'static str, String)>, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::file(format!("cannot make {}: {error}", folder.display())))?;
    let mut paths: Vec<(&'static str, String)> = Vec::new();
    for (title, name, contents) in pictures {
        let path = folder.join(name);
        write_file(&path, contents)?;
        paths.push((*title, path.display().to_string()));
    }
    // Markdown shows PNG where it was asked for: more viewers take it.
    paths.reverse();
    paths.dedup_by_key(|(title, _)| *title);
    paths.reverse();
    Ok(paths)
}
