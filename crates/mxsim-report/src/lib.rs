//! Reports: a results document as terminal text, Markdown, CSV, JSON and figures.
//!
//! A report never simulates. It is made from documents alone: [`mxsim_core::results`], those of [`mxsim_core::study`], the errors of a scenario and the
//! presets of a catalogue. So a results file written on one machine gives the same report on any other.
//!
//! Every format keeps one order: answer word, the number a manager can repeat, why, what flips it, what to do, how sure. No estimate
//! is written without its 95 % range, unless that lies below the digits shown; frequencies come before percentiles, and differences of
//! shares are *points*. Every number is put into text by [`mxsim_core::numerals`], and every text of
//! somebody else (names, titles, pieces of input) passes `outgoing`, so that nothing in it steers what shows it.
//!
//! | function | returns |
//! |---|---|
//! | [`screen()`], [`full()`] | the first page of `mxsim run`; that and everything behind it |
//! | [`oneline()`], [`oneline_of()`], [`rows()`] | the answer in one line; of one of several files; several results as a table |
//! | [`markdown()`] | the same content for a ticket or a wiki |
//! | [`csv()`] | one long tidy table for a spreadsheet or R |
//! | [`json()`], [`from_json()`] | the results document itself, and back |
//! | [`ask::screen`], [`judge::screen`], [`check::screen`], [`trace::screen`], [`presets::screen`] | the screens of the other questions |
//! | [`study`] | the documents of the commands that simulate scenarios side by side |
//! | [`pretty()`] | documents as JSON |
//! | [`findings::screen`], [`findings::registry`] | what is wrong or surprising with a zone or a scenario, and what may be |
//! | [`diagnostics::screen`] | the errors of a scenario, as rustc shows errors |
//! | [`figure`] | figures as plain data: [`split()`](figure::split()), [`load()`](figure::load()), [`duration()`](figure::duration()), [`capacity()`](figure::capacity()) |
//! | [`svg()`], [`png()`] | a figure drawn |
//! | [`message()`], [`next()`], [`short()`] | a sentence and a next command, wrapped; a title, cut |

pub mod ask;
mod capacity;
pub mod check;
mod csv_table;
pub mod diagnostics;
mod document;
mod error;
pub mod figure;
pub mod findings;
mod greylisting;
pub mod judge;
mod markdown;
mod next;
mod outgoing;
mod page;
mod png;
pub mod presets;
mod scatter;
mod shell;
pub mod study;
mod svg;
mod text;
pub mod trace;
mod unwanted;
mod words;

pub use csv_table::csv;
pub use document::{from_json, json, pretty};
pub use error::ReportError;
pub use markdown::{MarkdownStyle, markdown};
pub use page::{TextStyle, WIDTH, message, next, short};
pub use png::png;
pub use svg::{Size, svg};
pub use text::{Files, full, oneline, oneline_of, rows, screen};
