//! The first page: the answer, and what has to be known to act on it.

use super::events;
use crate::capacity::{self, RateUnit};
use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::words::{self, WindowWord};
use mxsim_core::numerals::{count, counted, duration, percent, points, significant};
use mxsim_core::results::{Answer, Delivery, Effect, Estimate, Grade, NodeResult, Results, Subject};

/// Most hosts in the table; of more the first few are shown, and the rest is counted.
const MOST_HOSTS: usize = 6;
const FIRST_HOSTS: usize = 4;
/// A text longer than this is cut to its first sentence (bytes).
const LONG_TEXT: usize = 130;
/// Width of the labels.
const LABEL: usize = 13;

pub(super) fn write(page: &mut Page, results: &Results) {
    page.paragraph(&words::title(results));
    page.blank();
    verdict(page, results);
    page.blank();
    if words::has_split(results) {
        hosts(page, results);
        page.blank();
    }
    rows(page, results);
}

fn verdict(page: &mut Page, results: &Results) {
    let verdict = &results.verdict;
    let tone = words::answer(verdict.answer).0;
    let word = page.clean(&words::answer_of(verdict));
    let answer = page.paint(tone, &format!("{} {word}", page.sign(tone)));
    let about = if verdict.answer == Answer::No && verdict.subject != Subject::Evenness {
        format!(": {}", verdict.subject.in_words())
    } else {
        String::new()
    };
    page.raw(&format!("  {answer}{about}"));
    page.note(&verdict.sentence);
    if !is_about_shares(verdict.subject) && !verdict.why.is_empty() {
        page.note(brief(&verdict.why));
    }
    if !verdict.flips.is_empty() {
        page.note(&verdict.flips);
    }
    if let Some(worlds) = worlds(results) {
        page.note(&worlds);
    }
}

/// In how many plausible worlds the goals are met, where the answer is about them.
fn worlds(results: &Results) -> Option<String> {
    let known =
        results.uncertainty.not_known.as_ref().filter(|_| is_about_shares(results.verdict.subject))?;
    let meet = (known.share_meeting.value * known.mixes as f64).round() as u64;
    Some(format!(
        "{} of {} meet the goal.",
        count(meet),
        counted(known.mixes, "plausible sender mix", "plausible sender mixes")
    ))
}

const fn is_about_shares(subject: Subject) -> bool {
    matches!(subject, Subject::Evenness | Subject::Target)
}

fn hosts(page: &mut Page, results: &Results) {
    let word = words::window(&results.provenance);
    let many = results.nodes.len() > MOST_HOSTS;
    let shown = if many { &results.nodes[..FIRST_HOSTS] } else { &results.nodes[..] };
    let names: Vec<String> = shown.iter().map(|node| page.clean(&capacity::short(&node.name))).collect();
    columns::write(page, "host", &names, host_columns(results, shown, word));
    let rest = results.nodes.len() - shown.len();
    if rest > 0 {
        page.note(&format!("and {} in --full", counted(rest as u64, "more host", "more hosts")));
    }
}

fn host_columns(results: &Results, nodes: &[NodeResult], word: WindowWord) -> Vec<Column> {
    let has_sessions = nodes.iter().any(|node| node.sessions.is_some());
    let cells = |cell: &dyn Fn(&NodeResult) -> String| nodes.iter().map(cell).collect::<Vec<_>>();
    let mut columns =
        vec![Column::new(format!("typical {}", word.one), cells(&|node| percent(node.share.p50)))];
    if results.provenance.windows > 1 {
        // Beside sessions there is no room for more.
        let often = if has_sessions { "" } else { " (1 in 20)" };
        let head = format!("bad {}{often}", word.one);
        columns.push(Column::new(head, cells(&|node| percent(node.share.p95))));
    }
    let busiest = |node: &NodeResult| capacity::peaks(node).first().map_or(0.0, |peak| peak.estimate.p95);
    let unit = RateUnit::for_largest(nodes.iter().map(busiest).fold(0.0, f64::max));
    let rate =
        |node: &NodeResult| format!("{}/{}", significant(busiest(node) * unit.factor), short(unit.word));
    columns.push(Column::new("busiest hour", cells(&rate)));
    if has_sessions {
        columns.push(Column::new("sessions (busy)", cells(&sessions)));
        columns.push(Column::new("turned away", cells(&turned_away)));
    }
    columns
}

/// Units as they stand behind a stroke.
fn short(unit: &str) -> &str {
    match unit {
        "second" => "s",
        "minute" => "min",
        other => other,
    }
}

/// `35 (30) of 40`: most sessions on a bad window, those with a message under way, and the limit.
fn sessions(node: &NodeResult) -> String {
    let whole = |most: &Estimate| count(most.p95.round() as u64);
    let busy = node.sessions.and_then(|sessions| sessions.peak_busy);
    let busy = busy.map_or_else(String::new, |busy| format!(" ({})", whole(&busy)));
    let most = node.peak_sessions.as_ref().map_or_else(String::new, |most| format!("{}{busy}", whole(most)));
    match node.sessions.and_then(|sessions| sessions.limit) {
        Some(limit) => format!("{most} of {}", count(limit.into())),
        None => most,
    }
}

/// In the busiest hour, where that is known.
fn turned_away(node: &NodeResult) -> String {
    let Some(sessions) = node.sessions else { return String::new() };
    let part =
        sessions.blocked_in_busiest_hour.map(|part| part.mean).or(sessions.blocked.map(|part| part.value));
    part.map_or_else(String::new, percent)
}

fn rows(page: &mut Page, results: &Results) {
    for other in &results.verdict.others {
        page.labelled("also", LABEL, &other.sentence);
    }
    for event in events::lines(results) {
        page.labelled("event", LABEL, &event);
    }
    let rows = [
        ("goal", goal(results)),
        ("last message", events::last_message(results)),
        ("mail", mail(results)),
        ("biggest cause", biggest_cause(results)),
        ("evidence", evidence(results)),
        ("zone", results.findings.is_empty().then(|| "no findings".to_owned())),
        ("sure", Some(sure(results))),
        ("do", settle(results).or_else(|| Some(brief(&results.verdict.action).to_owned()))),
    ];
    for (label, text) in rows {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            page.labelled(label, LABEL, &text);
        }
    }
}

/// What became of the mail; nothing where the verdict has just said it.
fn mail(results: &Results) -> Option<String> {
    let totals = &results.delivery.totals;
    let subject = results.verdict.subject;
    if totals.messages == 0
        || totals.accepted == 0
        || (subject == Subject::Loss && results.verdict.answer == Answer::Yes)
    {
        return None;
    }
    let part = |count: u64| percent(count as f64 / totals.messages as f64);
    let lost =
        (totals.bounced > 0 && subject != Subject::Loss).then(|| format!("{} bounced", part(totals.bounced)));
    let waiting = (totals.waiting > 0).then(|| format!("{} still waiting at the end", part(totals.waiting)));
    let accepted = (totals.bounced == 0 && totals.waiting == 0).then(|| "all accepted".to_owned());
    let delay = delay(&results.delivery).filter(|_| subject != Subject::Delay);
    let parts: Vec<String> = [accepted, lost, waiting, delay].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn delay(delivery: &Delivery) -> Option<String> {
    let delay = delivery.delay?;
    Some(match () {
        () if delay.max == 0.0 => "no delay".to_owned(),
        () if delay.p95 == 0.0 => format!("19 of 20 at once, the longest takes {}", duration(delay.max)),
        // Mail that nothing holds up takes the time of its session.
        () if delay.p95 == delay.max => format!("no message takes longer than {}", duration(delay.max)),
        () => format!("1 in 20 takes longer than {}", duration(delay.p95)),
    })
}

/// What was asked for, where the answer does not quote it.
fn goal(results: &Results) -> Option<String> {
    let goal = results.goals.first().filter(|_| is_about_shares(results.verdict.subject))?;
    (!results.verdict.sentence.contains(&goal.text)).then(|| goal.text.clone())
}

fn biggest_cause(results: &Results) -> Option<String> {
    let cause = results
        .causes
        .first()
        .filter(|_| results.causes.len() > 1 && is_about_shares(results.verdict.subject))?;
    let part = match cause.share_of_scatter {
        // A part that may as well be none says nothing.
        Some(scatter) if !results.is_mostly_tilt() => scatter
            .low
            .is_some_and(|low| low > 0.0)
            .then(|| format!("{} of the variation", percent(scatter.value)))?,
        _ => format!("{} of tilt", points(cause.tilt_points.value)),
    };
    Some(format!("{}: {} of your mail, {part}", cause.sender, percent(cause.share_of_mail.value)))
}

/// The grade of what decides, in its one word.
fn evidence(results: &Results) -> Option<String> {
    let decisive =
        results.provenance.decisive.as_ref().filter(|_| is_about_shares(results.verdict.subject))?;
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
    format!("{partial}{simulated} simulated{shares}; more: --full")
}

/// The first sentence of a long text; the whole stands behind it.
fn brief(text: &str) -> &str {
    match text.find(". ") {
        Some(end) if text.len() > LONG_TEXT => &text[..=end],
        _ => text,
    }
}

/// The command that counts what nobody has published.
fn settle(results: &Results) -> Option<String> {
    let known =
        results.uncertainty.not_known.as_ref().filter(|_| results.verdict.answer == Answer::DependsOn)?;
    let effect: &Effect =
        known.flips.as_ref().filter(|effect| effect.grade == Grade::Assumed && effect.unknown != "share")?;
    Some(format!(
        "On each host: grep -c 'connect from .*DOMAIN' mail.log, with the domain of {}; then mxsim judge {}. When you know how it \
         behaves, give it grade = \"measured\" in the scenario.",
        effect.sender,
        counts_to_type(&results.nodes)
    ))
}

/// `mx1=N mx2=N ...`: what to type with counts.
fn counts_to_type(nodes: &[NodeResult]) -> String {
    let counts: Vec<String> = nodes.iter().take(FIRST_HOSTS).map(|node| format!("{}=N", node.name)).collect();
    let rest = if nodes.len() > FIRST_HOSTS { " ..." } else { "" };
    format!("{}{rest}", counts.join(" "))
}
