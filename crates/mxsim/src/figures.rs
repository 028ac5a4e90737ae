//! The figures of results, drawn into a folder.

use crate::args::Figures;
use crate::exit::Failure;
use crate::files::write_set;
use mxsim_core::results::Results;
use mxsim_report::figure::Figure;
use mxsim_report::study::Drawing;
use mxsim_report::{Size, figure, png, svg};
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

/// All figures of results.
pub(crate) fn figures_of(results: &Results) -> Vec<Drawing> {
    FIGURES.map(|(title, name, draw)| Drawing::new(title, name, draw(results))).into()
}

/// Draws what was asked for; returns the title and the path of each figure, none without a folder.
pub(crate) fn drawn(
    drawings: impl FnOnce() -> Vec<Drawing>,
    asked: &Figures,
) -> Result<Vec<(String, String)>, Failure> {
    match &asked.figures {
        Some(folder) => write(folder, pictures(&drawings(), asked)?, asked.force.force),
        None => Ok(Vec::new()),
    }
}

/// A figure drawn: its title, its file name and what the file holds.
type Picture = (String, String, Vec<u8>);

/// All pictures asked for, drawn before the first is written: what cannot be drawn leaves no half set behind.
fn pictures(drawings: &[Drawing], asked: &Figures) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for Drawing { title, name, figure } in drawings {
        let size = Size::of(figure);
        let drawing = svg(figure, size).map_err(Failure::invalid)?;
        pictures.push((title.clone(), format!("{name}.svg"), drawing.into_bytes()));
        if asked.png {
            let picture = png(figure, size, asked.width).map_err(Failure::invalid)?;
            pictures.push((title.clone(), format!("{name}.png"), picture));
        }
    }
    Ok(pictures)
}

/// Writes the pictures; gives the title of each figure with the path of its last picture.
fn write(folder: &Path, pictures: Vec<Picture>, force: bool) -> Result<Vec<(String, String)>, Failure> {
    let (titles, files): (Vec<String>, Vec<(String, Vec<u8>)>) =
        pictures.into_iter().map(|(title, name, contents)| (title, (name, contents))).unzip();
    let written = write_set(folder, &files, force)?;
    let mut paths: Vec<(String, String)> =
        titles.into_iter().zip(written.iter().map(|path| path.display().to_string())).collect();
    // Markdown shows PNG where it was asked for: more viewers take it.
    paths.reverse();
    paths.dedup_by(|a, b| a.0 == b.0);
    paths.reverse();
    Ok(paths)
}
