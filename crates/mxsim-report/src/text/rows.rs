//! Results in one line each.

use super::answer;
use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle, printable};
use crate::words;
use mxsim_core::numerals::{duration, percent};
use mxsim_core::results::Results;

/// The answer in one line: `NO: mail lost. 14.6 % (14.2-15.0 %) of your mail bounces.`
#[must_use]
pub fn oneline(results: &Results) -> String {
    format!("{}: {}\n", word(results), printable(&results.verdict.sentence))
}

/// The answer word with what it depends on.
fn word(results: &Results) -> String {
    let verdict = &results.verdict;
    let word = words::answer(verdict.answer).1;
    match verdict.depends_on.as_str() {
        "" => format!("{word} ({})", verdict.subject.in_words()),
        on => printable(&format!("{word} {on}")),
    }
}

/// Several results as a table, one row each.
#[must_use]
pub fn rows(runs: &[(String, Results)], style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let names: Vec<String> = runs.iter().map(|(name, _)| page.clean(name)).collect();
    let cells =
        |cell: &dyn Fn(&Results) -> String| runs.iter().map(|(_, results)| cell(results)).collect::<Vec<_>>();
    let columns = vec![
        Column::new(
            "answer",
            cells(&|results| {
                format!("{} {}", page.sign(answer::tone(results.verdict.answer)), word(results))
            }),
        ),
        Column::new("busiest host", cells(&answer::busiest)),
        Column::new("lost", cells(&lost)),
        Column::new("1 in 20 after", cells(&late)),
    ];
    columns::write(&mut page, "scenario", &names, columns);
    page.into_text()
}

fn lost(results: &Results) -> String {
    let totals = &results.delivery.totals;
    if totals.messages == 0 { String::new() } else { percent(totals.bounced as f64 / totals.messages as f64) }
}

fn late(results: &Results) -> String {
    results.delivery.delay.map_or_else(String::new, |delay| duration(delay.p95))
}
