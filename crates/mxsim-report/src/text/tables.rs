//! Everything behind an answer: shares, loads, sessions and causes with their ranges, and what made them.

use mxsim_core::numerals::{self, Ranged};
use mxsim_core::results::{Cause, NodeResult, Results, SessionResult};

use super::{answer, bar, events, reasons, senders};
use crate::capacity;
use crate::greylisting;
use crate::page::columns::{self, Column};
use crate::page::{Page, width_of};
use crate::scatter;
use crate::words::{self, WindowWord};

/// Senders listed under what makes it uneven.
const CAUSES_SHOWN: usize = 5;
/// Widest and narrowest bar (columns).
const BAR_COLUMNS: [usize; 2] = [6, 40];

pub(super) fn write(page: &mut Page, results: &Results, ascii: bool) {
    let word = words::window(&results.provenance);
    page.paragraph(&words::setting(results));
    item_unless_empty(page, "why", &results.verdict.why);
    item_unless_empty(page, "do", &answer::advice(results));
    for other in &results.verdict.others {
        page.item("also", &other.sentence);
    }
    page.item("chance", &words::luck(results));
    page.item("uncertainty", &words::not_known(&results.uncertainty));
    page.blank();
    if words::has_split(results) {
        shares(page, &results.nodes, word, ascii);
        unevenness(page, results, word);
        loads(page, results, word);
        sessions(page, &results.nodes);
        reasons::write(page, results, word);
        reasons::write_groups(page, results);
        reasons::write_edges(page, results, word);
        hosts(page, results);
        balance(page, results);
        causes(page, results);
        senders::write(page, results);
    }
    greylisting::write(page, results);
    planned_events(page, results);
    delivery(page, results);
    goals(page, results, word);
    tail(page, results);
}

fn item_unless_empty(page: &mut Page, label: &str, text: &str) {
    if !text.trim().is_empty() {
        page.item(label, text);
    }
}

fn names(page: &Page, nodes: &[NodeResult]) -> Vec<String> {
    nodes.iter().map(|node| page.clean(&node.name)).collect()
}

fn column(nodes: &[NodeResult], cell: impl Fn(&NodeResult) -> String) -> Vec<String> {
    nodes.iter().map(cell).collect()
}

fn shares(page: &mut Page, nodes: &[NodeResult], word: WindowWord, ascii: bool) {
    let names = names(page, nodes);
    let mut columns = vec![
        Column::new("mean %", column(nodes, |node| Ranged::mean_share(&node.share).percent_bare())),
        Column::new("P5 %", column(nodes, |node| Ranged::p05(&node.share).percent_bare())),
        Column::new("P95 %", column(nodes, |node| Ranged::p95(&node.share).percent_bare())),
    ];
    let full = bar::scale(nodes.iter().map(|node| node.share.mean.max(node.share.p95)).fold(0.0, f64::max));
    let [least, most] = BAR_COLUMNS;
    let room = columns::room_beside(page, &names, &columns).saturating_sub(2).min(most);
    if room >= least {
        let bars = column(nodes, |node| bar::bar(node.share.mean, node.share.p95, full, room, ascii));
        columns.insert(0, Column::new(bar::axis(full, room), bars).optional());
    }
    let (solid, light) = (page.pick("█", "#"), page.pick("░", "-"));
    let legend = format!(
        "share of mail per {}: {solid} mean, {light} up to P95; (95 % range of each number)",
        word.one
    );
    page.note(&legend);
    columns::write(page, "node", &names, columns);
    page.blank();
}

fn unevenness(page: &mut Page, results: &Results, word: WindowWord) {
    let nodes = &results.nodes;
    let names = names(page, nodes);
    let mut columns = vec![
        Column::new("fair %", column(nodes, |node| numerals::percent_digits(node.fair_share))).optional(),
        Column::new("tilt, points", column(nodes, |node| Ranged::from(node.tilt).signed_points_bare())),
        Column::new("scatter, points", column(nodes, |node| scatter::points(results, node))),
    ];
    let mut legend = format!(
        "tilt: mean share off the fair share; scatter: its spread from {one} to {one}",
        one = word.one
    );
    if results.differs_by_plan() {
        columns.push(Column::new("planned, points", column(nodes, planned)));
        legend.push_str(" by chance; planned: that of events, changes and profiles");
    }
    page.note(&legend);
    columns::write(page, "node", &names, columns);
    if let Some(connections) = words::connections(nodes) {
        page.item("connections", &connections);
    }
    page.blank();
}

fn planned(node: &NodeResult) -> String {
    node.scatter_by_plan.map_or_else(String::new, |plan| Ranged::from(plan).points_bare())
}

/// What a node has to take in its busiest times of a bad window.
fn loads(page: &mut Page, results: &Results, word: WindowWord) {
    let nodes = &results.nodes;
    let names = names(page, nodes);
    let bins = nodes.first().map_or(&[][..], capacity::peaks);
    let cell = |at: usize| {
        move |node: &NodeResult| {
            capacity::peaks(node).get(at).map_or_else(String::new, |peak| Ranged::p95(&peak.estimate).plain())
        }
    };
    let columns = bins.iter().enumerate().map(|(at, peak)| {
        Column::new(format!("busiest {}", words::bin_word(peak.bin_s)), column(nodes, cell(at)))
    });
    page.note(&format!("messages per second, on 1 {} in 20 more than this", word.one));
    columns::write(page, "node", &names, columns.collect());
    if let Some(sentence) = capacity::sentence(results) {
        page.item("capacity", &sentence);
    }
    page.blank();
}

/// Sessions at the same time, where they take time.
fn sessions(page: &mut Page, nodes: &[NodeResult]) {
    if nodes.iter().all(|node| node.sessions.is_none()) {
        return;
    }
    let names = names(page, nodes);
    let session = |cell: fn(&SessionResult) -> Option<String>| {
        move |node: &NodeResult| node.sessions.as_ref().and_then(cell).unwrap_or_default()
    };
    let most = |node: &NodeResult| {
        node.peak_sessions.as_ref().map_or_else(String::new, |most| Ranged::p95(most).plain())
    };
    let mean = |sessions: &SessionResult| Some(Ranged::from(sessions.mean).plain());
    let away = |sessions: &SessionResult| Some(Ranged::from(sessions.blocked?).percent_bare());
    let columns = vec![
        Column::new("limit", column(nodes, words::session_limit)),
        Column::new("mean", column(nodes, session(mean))),
        Column::new("most, P95", column(nodes, most)),
        Column::new("turned away %", column(nodes, session(away))),
    ];
    page.note("sessions at the same time, and the part of the connections that found the node full");
    columns::write(page, "node", &names, columns);
    if let Some(reuse) = words::reuse(nodes) {
        page.item("reuse", &reuse);
    }
    page.blank();
}

fn hosts(page: &mut Page, results: &Results) {
    if !words::hosts_worth_saying(results) {
        return;
    }
    let names: Vec<String> = results.hosts.iter().map(|host| page.clean(&host.name)).collect();
    let shares = results.hosts.iter().map(|host| Ranged::from(host.share).percent_bare()).collect();
    let preferences = results.hosts.iter().map(words::preference).collect();
    let columns = vec![Column::new("record", preferences), Column::new("share of mail %", shares)];
    columns::write(page, "exchange host", &names, columns);
    page.blank();
}

fn balance(page: &mut Page, results: &Results) {
    for (index, line) in words::balance(results).iter().enumerate() {
        page.item(if index == 0 { "balance" } else { "" }, line);
    }
    page.blank();
}

fn causes(page: &mut Page, results: &Results) {
    let causes = &results.causes;
    if causes.is_empty() {
        return;
    }
    page.note("what makes it uneven, largest part of tilt and scatter together first");
    let shown = &causes[..causes.len().min(CAUSES_SHOWN)];
    let longest = shown.iter().map(|cause| width_of(&cause.sender)).max().unwrap_or(0).clamp(4, 20);
    for cause in shown {
        page.wide_item(&cause.sender, longest, &cause_sentence(results, cause));
    }
    let rest = causes.len() - shown.len();
    if rest > 0 {
        let more = numerals::counted(rest as u64, "sender", "senders");
        page.note(&format!("and {more} more in the Markdown and CSV reports"));
    }
    page.blank();
}

fn cause_sentence(results: &Results, cause: &Cause) -> String {
    let scatter = cause.share_of_scatter.map_or_else(
        || scatter::nobody(results).to_owned(),
        |part| format!("{} of the scatter", Ranged::from(part).percent()),
    );
    format!(
        "{scatter}, {} of the tilt, {} of the mail; like {} ({})",
        Ranged::from(cause.tilt_points).points(),
        Ranged::from(cause.share_of_mail).percent(),
        cause.behaves_like,
        cause.grade.name()
    )
}

/// Every event, in the order of the scenario; the first page shows the worst.
fn planned_events(page: &mut Page, results: &Results) {
    for (text, mail) in events::all(results) {
        page.item("event", &format!("{text}: {mail}"));
    }
    page.blank();
}

fn delivery(page: &mut Page, results: &Results) {
    for (index, line) in words::delivery(&results.delivery).iter().enumerate() {
        page.item(if index == 0 { "delivery" } else { "" }, line);
    }
    let delays: Vec<String> = words::delay(&results.delivery)
        .into_iter()
        .filter(|(name, _)| ["mean", "P95", "longest"].contains(name))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    item_unless_empty(page, "delay", &delays.join(", "));
    if let Some(dns) = words::dns(&results.dns) {
        page.item("DNS", &dns);
    }
    page.blank();
}

fn goals(page: &mut Page, results: &Results, word: WindowWord) {
    for goal in &results.goals {
        let line = format!("{}: {}", goal.text, words::goal_record(goal, word));
        page.signed(words::goal_tone(goal.status), &line);
    }
    page.blank();
}

fn tail(page: &mut Page, results: &Results) {
    for caution in &results.cautions {
        page.item("caution", &words::caution(caution));
    }
    page.blank();
    page.item("made by", &words::provenance(&results.provenance));
    if let Some(decisive) = words::decisive(&results.provenance) {
        page.item("evidence", &decisive);
    }
    if let Some(presets) = words::presets(&results.provenance) {
        page.item("presets", &presets);
    }
    if let Some(methods) = words::methods(&results.provenance) {
        page.item("methods", &methods);
    }
    if page.holds("(?)") {
        page.item("(?)", "no range: too few replications, or nothing varied");
    }
}
