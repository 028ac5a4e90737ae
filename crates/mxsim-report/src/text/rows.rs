//! Results in one line each.

use crate::outgoing::visible;
use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle, cut};
use crate::shell::word as shell_word;
use crate::words;
use mxsim_core::numerals::{duration, percent};
use mxsim_core::results::{Answer, Results};

/// Columns of an answer, and columns of a name for which other numbers give way.
const ANSWER: usize = 30;
const NAME: usize = 28;

/// The answer in one line: `NO: mail lost. 14.6 % (14.2-15.0 %) of your mail bounces.`
#[must_use]
pub fn oneline(results: &Results) -> String {
    let others = results.verdict.others.iter().map(|other| format!(" Also: {}", visible(&other.sentence)));
    format!("{}: {}{}\n", word(results), visible(&results.verdict.sentence), others.collect::<String>())
}

/// The same of one of several scenarios, its file first.
#[must_use]
pub fn oneline_of(file: &str, results: &Results) -> String {
    format!("{}: {}", visible(file), oneline(results))
}

/// The answer with what it depends on; a no with what it is about.
fn word(results: &Results) -> String {
    let verdict = &results.verdict;
    let word = visible(&words::answer_of(verdict));
    if verdict.answer == Answer::No { format!("{word} ({})", verdict.subject.in_words()) } else { word }
}

/// Several results as a table, one row each, and the command that shows the worst of them.
#[must_use]
pub fn rows(runs: &[(String, Results)], style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let names: Vec<String> = runs.iter().map(|(name, _)| page.clean(name)).collect();
    let cells =
        |cell: &dyn Fn(&Results) -> String| runs.iter().map(|(_, results)| cell(results)).collect::<Vec<_>>();
    let answer = |results: &Results| {
        let sign = page.sign(words::answer(results.verdict.answer).0);
        cut(&format!("{sign} {}", word(results)), ANSWER)
    };
    let columns = vec![
        Column::new("answer", cells(&answer)),
        Column::new("lost", cells(&lost)),
        Column::new("1 in 20 after", cells(&late)).optional(),
        Column::new("busiest host", cells(&busiest)).optional(),
    ];
    columns::write_named(&mut page, "scenario", &names, columns, NAME);
    page.with_next(&next_of_several(runs))
}

/// The command for several scenarios: the page of the one that is worst off, of equals the first.
fn next_of_several(runs: &[(String, Results)]) -> String {
    let worst = runs.iter().min_by_key(|(_, results)| badness(results.verdict.answer));
    let file = worst.map_or("SCENARIO", |(file, _)| if file == "-" { "SCENARIO" } else { file });
    format!("mxsim run {}", shell_word(file))
}

/// The place of an answer among all, the worst first.
const fn badness(answer: Answer) -> u8 {
    match answer {
        Answer::No => 0,
        Answer::CannotTell => 1,
        Answer::DependsOn => 2,
        Answer::YesRoughly => 3,
        Answer::Yes => 4,
    }
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
