//! Documents of the commands that simulate scenarios side by side, in every format: one command is one file.

mod compare;
mod cutover;
mod fail;
pub(crate) mod parts;
mod size;
mod sweep;

use crate::TextStyle;
use crate::figure::Figure;
use serde::Serialize;

pub use compare::plan;
pub use cutover::cutover_plan;
pub(crate) use size::whole;

/// What was asked, for the screen.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The scenario or zone as it was typed.
    pub input: &'a str,
    /// True if the page goes on with everything that is known.
    pub full: bool,
}

/// A figure to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// What it shows.
    pub title: String,
    /// Its file name without an ending.
    pub name: String,
    /// The figure.
    pub figure: Figure,
}

/// A document of a command that simulates scenarios side by side.
pub trait StudyReport: Serialize {
    /// The page for people: the answer first, and the next command last.
    fn screen(&self, asked: &Asked<'_>, style: &TextStyle) -> String;
    /// The answer in one line.
    fn oneline(&self) -> String;
    /// The same content for a ticket or a wiki.
    fn markdown(&self) -> String;
    /// One table for a spreadsheet.
    fn csv(&self) -> String;
    /// Its figures.
    fn figures(&self) -> Vec<Drawing>;
}
