//! Documents of the commands that simulate scenarios side by side, in every format: one command is one file.

mod compare;
mod cutover;
mod fail;
pub(crate) mod parts;
mod size;
mod sweep;

use crate::TextStyle;
use crate::figure::Figure;
use crate::shell::word as shell_word;
use mxsim_core::results::{Made, Said};
use serde::Serialize;
use std::borrow::Cow;

pub use compare::plan;
pub use cutover::cutover_plan;
pub(crate) use size::whole;

/// What was asked, for the screen.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The scenarios or zones as they were typed.
    pub inputs: &'a [&'a str],
    /// Its options that the next command keeps, as they were typed.
    pub options: &'a [String],
    /// True if the page goes on with everything that is known.
    pub full: bool,
}

impl Asked<'_> {
    /// The next command as far as it says what it is about: `mxsim size site.toml --survive 2`.
    fn begin(&self, command: &str) -> String {
        let typed = self.inputs.iter().copied().chain(self.options.iter().map(String::as_str));
        let typed: Vec<Cow<'_, str>> = typed.map(shell_word).collect();
        format!("mxsim {command} {}", typed.join(" "))
    }
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

impl Drawing {
    /// A figure with what it shows and its file name without an ending.
    #[must_use]
    pub fn new(title: &str, name: &str, figure: Figure) -> Self {
        Self { title: title.into(), name: name.into(), figure }
    }
}

/// A document of a command that simulates scenarios side by side.
pub trait StudyReport: Serialize {
    /// Its answer.
    fn said(&self) -> &Said;
    /// What it was made from.
    fn made(&self) -> &Made;
    /// The word that the page begins with.
    fn word(&self) -> String;
    /// The page for people: the answer first, and the next command last.
    fn screen(&self, asked: &Asked<'_>, style: &TextStyle) -> String;
    /// The answer in one line.
    fn oneline(&self) -> String {
        parts::line(&self.word(), self.said())
    }
    /// The same content for a ticket or a wiki.
    fn markdown(&self) -> String;
    /// One table for a spreadsheet.
    fn csv(&self) -> String;
    /// Its figures.
    fn figures(&self) -> Vec<Drawing>;
}
