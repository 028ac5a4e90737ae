//! Results as terminal text, readable without colour.
//!
//! The first screen answers on one page: verdict, hosts, what became of the mail, the largest cause, how sure it is, what to do, and the
//! next command. [`full`] goes on with every range, the causes and the sources; [`oneline`] and [`rows`] say less.

mod answer;
mod bar;
mod events;
mod rows;
mod senders;
mod tables;

use crate::findings;
use crate::next::next_command;
use crate::page::{Page, TextStyle};
use mxsim_core::results::Results;

pub(crate) use events::worst_first;
pub use rows::{oneline, rows};

/// Lines of a terminal.
const LINES: usize = 25;

/// Names of the files of a run, for the commands that a screen offers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// The scenario; `None` if it has no file.
    pub scenario: Option<&'a str>,
    /// The zone that was asked about without a scenario.
    pub zone: Option<&'a str>,
    /// The run length that was asked for beside the scenario's own.
    pub run_length: Option<&'a str>,
    /// The results, where they were written.
    pub results: Option<&'a str>,
}

/// The results on one page.
#[must_use]
pub fn screen(results: &Results, files: &Files<'_>, style: &TextStyle) -> String {
    let next = next_command(results, files);
    first_page(results, &next, style).with_next(&next)
}

/// The results on one page, and after it everything that is known about them.
#[must_use]
pub fn full(results: &Results, files: &Files<'_>, style: &TextStyle) -> String {
    let next = next_command(results, files);
    let mut page = first_page(results, &next, style);
    page.blank();
    tables::write(&mut page, results, style.ascii);
    page.with_next(&next)
}

/// The page without the `next` command, for which it leaves room.
fn first_page(results: &Results, next: &str, style: &TextStyle) -> Page {
    let mut page = Page::new(style);
    findings::write_worst(&mut page, &results.findings);
    // A blank stands before the command.
    let room = LINES - 1 - page.lines_of_next(next);
    answer::write(&mut page, results, room);
    page
}
