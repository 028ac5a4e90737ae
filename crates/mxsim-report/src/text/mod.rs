//! Results as terminal text, readable without colour.
//!
//! The first screen answers on one page: verdict, hosts, what became of the mail, the largest cause, how sure it is, what to do, and the
//! next command. [`full`] goes on with every range, the causes and the sources; [`oneline`] and [`rows`] say less.

mod answer;
mod bar;
mod events;
mod goals;
mod hosts;
mod mail;
mod reasons;
mod rows;
mod senders;
mod tables;

use crate::findings;
use crate::next::next_command;
use crate::page::{Page, TextStyle};
use answer::{CUTS, Cut};
use mxsim_core::results::Results;

pub(crate) use events::worst_first;
pub use rows::{oneline, oneline_of, rows};

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
    let next = next_command(results, files, false);
    first_page(results, &next, style).with_next(&next)
}

/// The results on one page, and after it everything that is known about them.
#[must_use]
pub fn full(results: &Results, files: &Files<'_>, style: &TextStyle) -> String {
    let next = next_command(results, files, true);
    let mut page = first_page(results, &next, style);
    page.blank();
    tables::write(&mut page, results, style.ascii);
    page.with_next(&next)
}

/// The page without the `next` command, for which it leaves room: the first that is short enough of those on which more and more is cut.
fn first_page(results: &Results, next: &str, style: &TextStyle) -> Page {
    // A blank stands before the command.
    let room = LINES.saturating_sub(1 + Page::new(style).lines_of_next(next));
    let page = |cut: Cut| {
        let mut page = Page::new(style);
        findings::write_worst(&mut page, &results.findings, cut.lines_of_finding());
        answer::write(&mut page, results, room, cut);
        page
    };
    let is_short = |page: &Page| page.lines() <= room;
    let short = CUTS.into_iter().map(page).find(is_short);
    short.unwrap_or_else(|| page(CUTS[CUTS.len() - 1]).shortened(room))
}
