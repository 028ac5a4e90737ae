//! The first page: the answer, and what has to be known to act on it.

use super::{events, goals, hosts, mail};
use crate::greylisting;
use crate::page::Page;
use crate::unwanted;
use crate::words;
use mxsim_core::numerals::{count, counted, percent, points};
use mxsim_core::results::{
    Answer, Effect, EventKind, Grade, NodeResult, Results, Subject, Unevenness, called,
};

/// A text longer than this is cut to its first sentence (bytes).
const LONG_TEXT: usize = 130;
/// A split that is better by less is not worth a line.
const WORTH_SAYING: f64 = 0.005;
/// A tilt below this is written as zero.
const LEAST_TILT: f64 = 0.000_5;
/// A row with a rank below this is left out before the advice is cut short.
const DETAIL: u8 = 4;
/// A row with this rank is left out only where a page would be more than one.
const NEEDED: u8 = 9;
/// A row with this rank is never left out.
const LAST: u8 = 11;
/// Width of the labels.
const LABEL: usize = 13;
/// Columns beside the labels, and at the left of a sentence.
const ROW: usize = 4;
const NOTE: usize = 2;
/// Hosts that a sentence names.
const HOSTS_NAMED: usize = 4;

/// How much is cut away so that a page stays one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// Most hosts in the table.
    hosts: usize,
    /// Lines of a sentence above the table, and of a row below it.
    lines: [usize; 2],
    /// True if what explains the answer is left out, too.
    is_bare: bool,
    /// Rows of a rank below this may be dropped.
    needed: u8,
}

impl Cut {
    /// Lines of a finding above the answer.
    pub(super) const fn lines_of_finding(self) -> usize {
        self.lines[0]
    }
}

/// The less is cut the better; what is cut stands in `--full`.
pub(super) const CUTS: [Cut; 3] = [
    Cut { hosts: usize::MAX, lines: [usize::MAX; 2], is_bare: false, needed: NEEDED },
    Cut { hosts: 3, lines: [4, 3], is_bare: false, needed: NEEDED },
    Cut { hosts: 2, lines: [3, 2], is_bare: true, needed: LAST },
];

/// Writes it in `room` lines, if what `cut` leaves takes no more.
pub(super) fn write(page: &mut Page, results: &Results, room: usize, cut: Cut) {
    page.paragraph(&page.clipped(0, &words::title(results), cut.lines[1]));
    page.blank();
    verdict(page, results, cut);
    page.blank();
    if words::has_split(results) {
        hosts::write(page, results, cut.hosts);
        page.blank();
    }
    rows(page, results, room.saturating_sub(page.lines()), cut);
}

fn verdict(page: &mut Page, results: &Results, cut: Cut) {
    let verdict = &results.verdict;
    let tone = words::answer(verdict.answer).0;
    let word = page.clean(&words::answer_of(verdict));
    let answer = page.paint(tone, &format!("{} {word}", page.sign(tone)));
    let has_name = verdict.subject != Subject::Evenness || results.nodes.len() > 1;
    let about = if verdict.answer == Answer::No && has_name {
        format!(": {}", verdict.subject.in_words())
    } else {
        String::new()
    };
    page.raw(&format!("  {answer}{about}"));
    let note = |page: &mut Page, text: &str| {
        let text = page.clipped(NOTE, text, cut.lines[0]);
        page.note(&text);
    };
    note(page, &verdict.sentence);
    if cut.is_bare {
        return;
    }
    if !is_about_shares(verdict.subject) && !verdict.why.is_empty() {
        note(page, brief(&verdict.why));
    }
    if !verdict.flips.is_empty() {
        note(page, &verdict.flips);
    }
    if let Some(worlds) = worlds(results) {
        page.note(&worlds);
    }
}

/// In how many plausible worlds the goals are met, where the answer is about them.
fn worlds(results: &Results) -> Option<String> {
    let known = results.uncertainty.not_known.as_ref().filter(|_| is_about_a_split(results))?;
    let meet = (known.share_meeting.value * known.mixes as f64).round() as u64;
    let (meet, all) = (count(meet), counted(known.mixes, "plausible sender mix", "plausible sender mixes"));
    Some(match results.verdict.answer {
        Answer::No => format!("As written it is missed; in {meet} of {all} it would be met."),
        _ => format!("{meet} of {all} meet the goal."),
    })
}

const fn is_about_shares(subject: Subject) -> bool {
    matches!(subject, Subject::Evenness | Subject::Target)
}

/// True if the answer is about shares, and there is more than one node to have them.
fn is_about_a_split(results: &Results) -> bool {
    is_about_shares(results.verdict.subject) && results.nodes.len() > 1
}

/// A row below the table.
struct Row {
    label: &'static str,
    text: String,
    /// How much it is needed.
    rank: u8,
    /// The events it is about.
    events: usize,
}

/// The rows below the table, in `room` lines: what can be done without goes first.
fn rows(page: &mut Page, results: &Results, room: usize, cut: Cut) {
    let mut rows = rows_of(results);
    for row in &mut rows {
        row.text = page.clipped(LABEL + ROW, &row.text, cut.lines[1]);
    }
    // What to do is worth more than what else is known; only then is it cut short.
    if !drop_rows(page, results, &mut rows, room, DETAIL) {
        rows.iter_mut().for_each(shorten);
        drop_rows(page, results, &mut rows, room, cut.needed);
    }
    rows.iter().for_each(|row| page.labelled(row.label, LABEL, &row.text));
}

fn shorten(row: &mut Row) {
    row.text = match row.label {
        "do" | "also" => brief(&row.text),
        "event" => events::without_nodes(&row.text),
        _ => return,
    }
    .to_owned();
}

/// All that can be said below the table.
fn rows_of(results: &Results) -> Vec<Row> {
    let also = others(results).enumerate().map(|(place, also)| {
        let rank = if place == 0 { NEEDED + 1 } else { NEEDED };
        Row { label: "also", text: also, rank, events: 0 }
    });
    let events = events::lines(results).into_iter().enumerate();
    // The first event is what the rest of the page speaks of.
    let events = events.map(|(place, (events, text))| Row {
        label: "event",
        text,
        rank: if place == 0 { NEEDED } else { 3 },
        events,
    });
    let is_split = is_about_a_split(results);
    let more = [
        ("goal", goals::asked(results, is_split), 5),
        ("other goals", goals::beside(results), if goals::misses_another(results) { NEEDED } else { 3 }),
        ("last message", events::last_message(results), 7),
        ("at best", by_message(results), 2),
        ("mail", mail::sentence(results), NEEDED),
        ("greylisting", greylisting::sentence(results), NEEDED),
        ("unwanted", unwanted::sentence(results), 3),
        ("biggest cause", biggest_cause(results), 4),
        ("evidence", evidence(results), 1),
        ("zone", results.findings.is_empty().then(|| "no findings".to_owned()), 0),
        ("limits", limits(results), 1),
        ("sure", Some(sure(results)), LAST),
        ("do", Some(advice(results)), LAST),
    ];
    let said = |(label, text, rank): (&'static str, Option<String>, u8)| {
        Some(Row { label, text: text?, rank, events: 0 })
    };
    let rows = also.chain(events).chain(more.into_iter().filter_map(said));
    rows.filter(|row| !row.text.is_empty()).collect()
}

/// Drops rows of a rank below `rank`, the lowest first, until `room` lines hold the rest; false if they do not.
fn drop_rows(page: &Page, results: &Results, rows: &mut Vec<Row>, room: usize, rank: u8) -> bool {
    let height = |row: &Row| page.lines_of(LABEL, &row.text);
    loop {
        say_what_is_left_out(results, rows);
        if rows.iter().map(height).sum::<usize>() <= room {
            return true;
        }
        let spare = rows.iter().enumerate().filter(|(_, row)| row.rank < rank);
        let Some(place) = spare.min_by_key(|(_, row)| row.rank).map(|(place, _)| place) else { return false };
        rows.remove(place);
    }
}

/// Names in the last but one row what `--full` has beside the page.
fn say_what_is_left_out(results: &Results, rows: &mut [Row]) {
    let shown: usize = rows.iter().map(|row| row.events).sum();
    let also = rows.iter().filter(|row| row.label == "also").count();
    let left = |all: usize, shown: usize, one: &str, many: &str| {
        (all > shown).then(|| counted((all - shown) as u64, one, many))
    };
    let left: Vec<String> = [
        left(others(results).count(), also, "more finding about your mail", "more findings about your mail"),
        left(events::with_mail(results), shown, "more event", "more events"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let left = if left.is_empty() { "more".to_owned() } else { left.join(" and ") };
    if let Some(row) = rows.iter_mut().find(|row| row.label == "sure") {
        row.text = format!("{}; {left}: --full", sure(results));
    }
}

/// Other subjects that matter. How many connections a host turns away stands in the table; how many sessions it needs does not.
fn others(results: &Results) -> impl Iterator<Item = String> {
    let sized = needed_sessions(results);
    // The advice names the sessions, and the table how many connections are turned away.
    let is_told = results.verdict.action.contains(" sessions");
    let others = results.verdict.others.iter();
    let others = others.filter(move |other| !(is_told && other.subject == Subject::TurnedAway));
    others.map(move |other| match &sized {
        Some(sized) if other.subject == Subject::TurnedAway => {
            format!("Connections are turned away: {sized}.")
        }
        _ => other.sentence.clone(),
    })
}

/// `mx1 needs about 12 sessions`, of each host that is full; of many their number.
fn needed_sessions(results: &Results) -> Option<String> {
    let needed = |node: &NodeResult| Some((called(&node.name), node.sessions?.enough?));
    let needed: Vec<(String, u32)> = results.nodes.iter().filter_map(needed).collect();
    let most = needed.iter().map(|(_, enough)| *enough).max()?;
    if needed.len() > HOSTS_NAMED {
        let many = count(needed.len() as u64);
        return Some(format!("{many} hosts need up to {} sessions each", count(most.into())));
    }
    let each = needed
        .iter()
        .map(|(name, enough)| format!("{name} needs about {} sessions", count((*enough).into())));
    Some(each.collect::<Vec<_>>().join(", "))
}

/// What a yes without goals of its own is held against.
fn limits(results: &Results) -> Option<String> {
    let is_arrival = results.verdict.subject == Subject::Loss && results.verdict.answer == Answer::Yes;
    // Goals of the scenario are limits of its own, and what lies beyond another one stands above.
    (is_arrival && results.verdict.others.is_empty() && !goals::has_own(results))
        .then(|| "a no would be: 0.01 % lost, 1 in 20 later than 5 m, 1 in 100 later than 1 h".to_owned())
}

/// What the same hosts would carry if nobody kept a choice, where that is better than what they do carry.
fn by_message(results: &Results) -> Option<String> {
    let verdict = &results.verdict;
    // A goal for the share of one host asks something else, and so does an outage.
    let is_asked = verdict.subject == Subject::Evenness
        || verdict.subject == Subject::Target
            && !results.goals.iter().any(|goal| verdict.sentence.contains(&goal.text));
    let is_split = is_asked && results.events.is_empty();
    let is_short = is_split && !matches!(verdict.answer, Answer::Yes | Answer::YesRoughly);
    let best = results.balance.busiest_by_message.filter(|_| is_short)?;
    (results.balance.busiest_share.p95 - best > WORTH_SAYING)
        .then(|| format!("{} at the busiest host, if each message drew its host anew", percent(best)))
}

fn biggest_cause(results: &Results) -> Option<String> {
    let is_asked = is_about_a_split(results) && !hosts::are_equal_against_aims(results);
    if is_asked && results.unevenness() == Unevenness::Plan {
        return Some("what is planned: events, changes and profiles".to_owned());
    }
    // What a host that is down does to the split is no sender's choice.
    let is_outage =
        results.is_mostly_tilt() && results.events.iter().any(|event| event.kind == EventKind::Fault);
    let cause = results.causes.first().filter(|_| is_asked && !is_outage && results.causes.len() > 1)?;
    let part = match cause.share_of_scatter {
        // A part that may as well be none says nothing.
        Some(scatter) if !results.is_mostly_tilt() => scatter
            .low
            .is_some_and(|low| low > 0.0)
            .then(|| format!("{} of the variation", percent(scatter.value)))?,
        _ if cause.tilt_points.value < LEAST_TILT => return None,
        _ => format!("{} of tilt", points(cause.tilt_points.value)),
    };
    Some(format!("{}: {} of your mail, {part}", cause.sender, percent(cause.share_of_mail.value)))
}

/// The grade of what decides, in its one word, unless the answer has named it.
fn evidence(results: &Results) -> Option<String> {
    let is_open = is_about_a_split(results) && results.verdict.flips.is_empty();
    let decisive = results.provenance.decisive.as_ref().filter(|_| is_open)?;
    Some(format!("{}, for {}", decisive.grade.name(), decisive.senders.first()?))
}

fn sure(results: &Results) -> String {
    let word = words::window(&results.provenance);
    let simulated = counted(results.provenance.windows, word.one, word.many);
    let half = results
        .nodes
        .iter()
        .filter_map(|node| node.share.half_width)
        .fold(None, |most: Option<f64>, half| Some(most.map_or(half, |most| most.max(half))));
    let shares = match half.filter(|half| *half > 0.0 && words::has_split(results)) {
        Some(half) => format!(", shares +/- {}", points(half)),
        None => String::new(),
    };
    let partial = if results.provenance.partial { "PARTIAL, stopped before it was done: " } else { "" };
    format!("{partial}{simulated} simulated{shares}")
}

/// The first sentence of a long text; the whole stands behind it.
fn brief(text: &str) -> &str {
    match text.find(". ") {
        Some(end) if text.len() > LONG_TEXT => &text[..=end],
        _ => text,
    }
}

/// What to do: what has to be counted first, or else what the answer advises.
pub(super) fn advice(results: &Results) -> String {
    settle(results).unwrap_or_else(|| results.verdict.action.clone())
}

/// The command that counts what nobody has published.
fn settle(results: &Results) -> Option<String> {
    let known =
        results.uncertainty.not_known.as_ref().filter(|_| results.verdict.answer == Answer::DependsOn)?;
    let effect: &Effect = known.flips.as_ref().filter(|effect| {
        effect.grade == Grade::Assumed && !matches!(effect.unknown.as_str(), "share" | "idle")
    })?;
    Some(format!(
        "On each host: grep -c ': connect from .*DOMAIN' mail.log, with the domain of {}; then mxsim judge {}. When you know how it \
         behaves, give it grade = \"measured\" in the scenario.",
        effect.sender,
        counts_to_type(&results.nodes)
    ))
}

/// `mx1=N mx2=N ...`: what to type with counts.
fn counts_to_type(nodes: &[NodeResult]) -> String {
    let counts: Vec<String> = nodes.iter().take(HOSTS_NAMED).map(|node| format!("{}=N", node.name)).collect();
    let rest = if nodes.len() > HOSTS_NAMED { " ..." } else { "" };
    format!("{}{rest}", counts.join(" "))
}
