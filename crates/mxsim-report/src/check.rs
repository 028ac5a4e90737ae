//! The screen of `mxsim check`: a valid scenario in a few lines.

use mxsim_core::numerals::{counted, percent_digits};
use mxsim_core::results::Answer;
use mxsim_core::study::check::{SenderSummary, Summary};

use crate::findings;
use crate::page::columns::{self, Column};
use crate::page::{Page, TextStyle, cut};
use crate::text::Files;
use crate::words;

/// Longest name of a host (columns); what is longer is cut.
const HOST_COLUMNS: usize = 32;
/// Longest preset with its grade.
const PRESET_COLUMNS: usize = 40;

/// The summary for people; `files` names what was checked, for the next command.
///
/// ```
/// use mxsim_core::scenario::ScenarioBuilder;
/// use mxsim_core::study::check::Summary;
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let summary = Summary::of(&ScenarioBuilder::new(zone).build()?);
/// let screen = mxsim_report::check::screen(&summary, &mxsim_report::Files::default(), &mxsim_report::TextStyle::default());
/// assert!(screen.starts_with("valid: mail for example.com, "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn screen(summary: &Summary, files: &Files<'_>, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    // `as` saturates, and no one means more.
    let messages = counted(summary.messages_per_day.round() as u64, "message", "messages");
    findings::write(&mut page, &summary.findings);
    let is_sound = summary.standing != Answer::No;
    let valid = if is_sound { "valid" } else { "valid, but not as you may have meant it" };
    page.paragraph(&format!("{valid}: mail for {}, {messages} a day", summary.domain));
    page.blank();
    nodes(&mut page, summary);
    senders(&mut page, summary);
    for goal in &summary.goals {
        page.item("goal", goal);
    }
    for caution in &summary.cautions {
        page.item("caution", &words::caution(caution));
    }
    page.with_next(&next(files))
}

fn next(files: &Files<'_>) -> String {
    let scenario = files.scenario.unwrap_or("SCENARIO");
    match words::zone_file(files) {
        Some(zone) => format!("mxsim ask {zone}"),
        None => format!("mxsim run {scenario}, or mxsim check {scenario} --resolved for every default"),
    }
}

fn nodes(page: &mut Page, summary: &Summary) {
    let names: Vec<String> = summary.nodes.iter().map(|node| node.name.clone()).collect();
    let hosts = summary.nodes.iter().map(|node| cut(&page.clean(&node.host), HOST_COLUMNS)).collect();
    let shares = summary.nodes.iter().map(|node| percent_digits(node.fair_share)).collect();
    let columns = vec![Column::new("exchange host", hosts), Column::new("fair %", shares)];
    columns::write(page, "node", &names, columns);
    page.blank();
}

fn senders(page: &mut Page, summary: &Summary) {
    let names: Vec<String> = summary.senders.iter().map(|sender| sender.name.clone()).collect();
    // What nobody waits for comes on top.
    let share = |sender: &SenderSummary| {
        let plus = if sender.wanted { "" } else { "+" };
        format!("{plus}{}", percent_digits(sender.share))
    };
    let shares = summary.senders.iter().map(share).collect();
    let like = summary.senders.iter().map(|sender| {
        let like = format!("{} ({})", sender.preset, sender.grade.name());
        cut(&page.clean(&like), PRESET_COLUMNS)
    });
    let columns = vec![Column::new("share %", shares), Column::new("behaves like (grade)", like.collect())];
    columns::write(page, "sender", &names, columns);
    page.blank();
}
