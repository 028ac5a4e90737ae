//! Results in one line each.

use crate::outgoing::visible;
use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle};
use crate::words;
use mxsim_core::numerals::{duration, percent};
use mxsim_core::results::{Answer, Results};

/// The answer in one line: `NO: mail lost. 14.6 % (14.2-15.0 %) of your mail bounces.`
#[must_use]
pub fn oneline(results: &Results) -> String {
    let others = results.verdict.others.iter().map(|other| format!(" Also: {}", visible(&other.sentence)));
    format!("{}: {}{}\n", word(results), visible(&results.verdict.sentence), others.collect::<String>())
}

/// The answer with what it depends on; a no with what it is about.
fn word(results: &Results) -> String {
    let verdict = &results.verdict;
    let word = visible(&words::answer_of(verdict));
    if verdict.answer == Answer::No { format!("{word} ({})", verdict.subject.in_words()) } else { word }
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
                format!("{} {}", page.sign(words::answer(results.verdict.answer).0), word(results))
            }),
        ),
        Column::new("busiest host", cells(&busiest)),
        Column::new("lost", cells(&lost)),
        Column::new("1 in 20 after", cells(&late)),
    ];
    columns::write(&mut page, "scenario", &names, columns);
    page.into_text()
}

/// The busiest host on its bad window.
fn busiest(results: &Results) -> String {
    let has_split = words::has_split(results) && results.nodes.len() > 1;
    if has_split { percent(results.balance.busiest_share.p95) } else { String::new() }
}

fn lost(results: &Results) -> String {
    let totals = &results.delivery.totals;
    if totals.messages == 0 { String::new() } else { percent(totals.bounced as f64 / totals.messages as f64) }
}

fn late(results: &Results) -> String {
    results.delivery.delay.map_or_else(String::new, |delay| duration(delay.p95))
}
