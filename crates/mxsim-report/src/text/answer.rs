//! The first page: the answer, and what has to be known to act on it.

use super::events;
use crate::capacity::{self, RateUnit};
use crate::greylisting;
use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::unwanted;
use crate::words::{self, WindowWord};
use mxsim_core::numerals::{count, counted, duration, percent, points, rough, significant};
use mxsim_core::results::{
    Answer, Delivery, Effect, Estimate, EventKind, Finding, GoalStatus, Grade, NodeResult, Results, Subject,
    Unevenness, Verdict, called,
};

/// Most hosts in the table; of more the first few are shown, and the rest is counted.
const MOST_HOSTS: usize = 6;
const FIRST_HOSTS: usize = 4;
/// A text longer than this is cut to its first sentence (bytes).
const LONG_TEXT: usize = 130;
/// A split that is better by less is not worth a line.
const WORTH_SAYING: f64 = 0.005;
/// A tilt below this is written as zero.
const LEAST_TILT: f64 = 0.000_5;
/// A row with a rank below this is left out before the advice is cut short.
const DETAIL: u8 = 4;
/// A row with this rank is never left out.
const NEEDED: u8 = 9;
/// Width of the labels.
const LABEL: usize = 13;

/// Writes it in `room` lines, if what has to stand there takes no more.
pub(super) fn write(page: &mut Page, results: &Results, room: usize) {
    page.paragraph(&words::title(results));
    page.blank();
    verdict(page, results);
    page.blank();
    if words::has_split(results) {
        hosts(page, results);
        page.blank();
    }
    rows(page, results, room.saturating_sub(page.lines()));
}

fn verdict(page: &mut Page, results: &Results) {
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
    let mut columns = Vec::new();
    let has_targets = has_targets(results);
    if has_targets {
        columns.push(Column::new("target".to_owned(), cells(&|node| percent(node.fair_share))));
    }
    columns.push(Column::new(format!("typical {}", word.one), cells(&|node| percent(node.share.p50))));
    if results.provenance.windows > 1 && !(has_targets && has_sessions) {
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
        let some_are_limited = nodes.iter().any(|node| limit(node).is_some());
        columns.push(Column::new("sessions (busy)", cells(&|node| sessions(node, some_are_limited))));
        columns.push(Column::new("turned away", cells(&turned_away)));
    }
    columns
}

/// True if hosts are meant to carry unequal parts.
fn has_targets(results: &Results) -> bool {
    let meant = || results.nodes.iter().map(|node| node.fair_share).filter(|fair| *fair > 0.0);
    let (least, most) = (meant().fold(1.0, f64::min), meant().fold(0.0, f64::max));
    most > least * 1.01
}

/// Units as they stand behind a stroke.
fn short(unit: &str) -> &str {
    match unit {
        "second" => "s",
        "minute" => "min",
        other => other,
    }
}

fn limit(node: &NodeResult) -> Option<u32> {
    node.sessions.and_then(|sessions| sessions.limit)
}

/// `35 (30) of 40`: most sessions on a bad window, those with a message under way, and the limit; that it has none where others have one.
fn sessions(node: &NodeResult, some_are_limited: bool) -> String {
    let whole = |most: &Estimate| count(most.p95.round() as u64);
    let busy = node.sessions.and_then(|sessions| sessions.peak_busy);
    let busy = busy.map_or_else(String::new, |busy| format!(" ({})", whole(&busy)));
    let most = node.peak_sessions.as_ref().map_or_else(String::new, |most| format!("{}{busy}", whole(most)));
    match limit(node) {
        // Where a session takes no time there is never more than none.
        None if node.peak_sessions.as_ref().is_none_or(|most| most.p95 == 0.0) => "-".to_owned(),
        Some(limit) => format!("{most} of {}", count(limit.into())),
        None if some_are_limited => format!("{most}, no limit"),
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

/// The rows below the table, in `room` lines: what can be done without goes first.
fn rows(page: &mut Page, results: &Results, room: usize) {
    let mut rows: Vec<Row> = others(results).map(|also| ("also", also, NEEDED)).collect();
    let events = events::lines(results).into_iter().enumerate();
    // The first event is what the rest of the page speaks of.
    rows.extend(events.map(|(place, event)| ("event", event, if place == 0 { NEEDED } else { 3 })));
    let more = [
        ("goal", goal(results), 5),
        ("other goals", other_goals(results), if misses_another(results) { NEEDED } else { 3 }),
        ("last message", events::last_message(results), 7),
        ("at best", by_message(results), 2),
        ("mail", mail(results), NEEDED),
        ("greylisting", greylisting::sentence(results), NEEDED),
        ("unwanted", unwanted::sentence(results), 3),
        ("biggest cause", biggest_cause(results), 4),
        ("evidence", evidence(results), 1),
        ("zone", results.findings.is_empty().then(|| "no findings".to_owned()), 0),
        ("limits", limits(results), 1),
        ("sure", Some(sure(results)), NEEDED),
        ("do", settle(results).or_else(|| Some(results.verdict.action.clone())), NEEDED),
    ];
    let said = |(label, text, rank): (&'static str, Option<String>, u8)| Some((label, text?, rank));
    rows.extend(more.into_iter().filter_map(said).filter(|(_, text, _)| !text.is_empty()));
    // What to do is worth more than what else is known; only then is it cut short.
    if !drop_rows(page, &mut rows, room, DETAIL) {
        for (label, text, _) in &mut rows {
            *text = match *label {
                "do" => brief(text),
                "event" => events::without_nodes(text),
                _ => continue,
            }
            .to_owned();
        }
        drop_rows(page, &mut rows, room, NEEDED);
    }
    rows.iter().for_each(|(label, text, _)| page.labelled(label, LABEL, text));
}

/// Drops rows of a rank below `rank`, the lowest first, until `room` lines hold the rest; false if they do not.
fn drop_rows(page: &Page, rows: &mut Vec<Row>, room: usize, rank: u8) -> bool {
    let height = |(_, text, _): &Row| page.lines_of(LABEL, text);
    while rows.iter().map(height).sum::<usize>() > room {
        let spare = rows.iter().enumerate().filter(|(_, row)| row.2 < rank);
        let Some(place) = spare.min_by_key(|(_, row)| row.2).map(|(place, _)| place) else { return false };
        rows.remove(place);
    }
    true
}

/// Label, text, and how much it is needed.
type Row = (&'static str, String, u8);

/// Other subjects that matter. How many connections a host turns away stands in the table; how many sessions it needs does not.
fn others(results: &Results) -> impl Iterator<Item = String> {
    let sized = needed_sessions(results);
    results.verdict.others.iter().map(move |other| match &sized {
        Some(sized) if other.subject == Subject::TurnedAway => {
            format!("Connections are turned away: {sized}.")
        }
        _ => other.sentence.clone(),
    })
}

/// `mx1 needs about 12 sessions`, of each host that is full.
fn needed_sessions(results: &Results) -> Option<String> {
    let needed = |node: &NodeResult| {
        let enough = node.sessions?.enough?;
        Some(format!("{} needs about {} sessions", called(&node.name), count(enough.into())))
    };
    let needed: Vec<String> = results.nodes.iter().filter_map(needed).collect();
    (!needed.is_empty()).then(|| needed.join(", "))
}

/// What a yes without goals of its own is held against.
fn limits(results: &Results) -> Option<String> {
    let is_arrival = results.verdict.subject == Subject::Loss && results.verdict.answer == Answer::Yes;
    is_arrival
        .then(|| "a no would be: 0.01 % lost, 1 in 20 later than 5 m, 1 in 100 later than 1 h".to_owned())
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
    let told = |about: Subject| {
        subject == about || results.verdict.others.iter().any(|other| other.subject == about)
    };
    let lost = (totals.bounced > 0 && !told(Subject::Loss))
        .then(|| format!("{} bounced{}", part(totals.bounced), each_window(results)));
    let waiting = (totals.waiting > 0 && !is_said_to_wait(&results.verdict))
        .then(|| format!("{} still queued when the run ends", part(totals.waiting)));
    let all = all_accepted(results);
    let accepted = (totals.bounced == 0 && totals.waiting == 0).then(|| all.to_owned());
    let delay = delay(results).filter(|_| !told(Subject::Delay)).map(|delay| match told(Subject::Loss) {
        true if accepted.is_none() => format!("of the rest {delay}"),
        _ => delay,
    });
    let parts: Vec<String> = [accepted, lost, waiting, delay].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// True if the answer says how much of the mail still waits.
fn is_said_to_wait(verdict: &Verdict) -> bool {
    let others = verdict.others.iter().map(|other| &other.sentence);
    others.chain([&verdict.sentence]).any(|sentence| sentence.contains("still waits"))
}

/// That all mail was accepted, and of which senders that is true where not of all.
fn all_accepted(results: &Results) -> &'static str {
    let has = |code: &str| Finding::is_among(&results.findings, code);
    match () {
        () if has("null-mx-beside-others") => "all accepted, if senders pass the null MX over",
        () if has("private-addresses") => "all accepted from your own network",
        () => "all accepted",
    }
}

/// ` (37 a day)`.
fn each_window(results: &Results) -> String {
    let word = words::window(&results.provenance).one;
    results.bounced_each_window().map_or_else(String::new, |each| format!(" ({} a {word})", rough(each)))
}

fn delay(results: &Results) -> Option<String> {
    let Delivery { delay, totals, .. } = &results.delivery;
    let delay = (*delay)?;
    // Who reads how long mail takes may think of all of it.
    let rest =
        if totals.waiting > totals.accepted / 100 && totals.bounced == 0 { "of the rest " } else { "" };
    Some(match () {
        () if delay.max == 0.0 => "none is delayed".to_owned(),
        () if delay.p95 == 0.0 => format!("19 of 20 at once, the longest takes {}", duration(delay.max)),
        // Mail that nothing holds up takes the time of its session.
        () if delay.p95 == delay.max => format!("no message takes longer than {}", duration(delay.max)),
        () => {
            format!("{rest}1 in 20 takes longer than {}{}", duration(delay.p95), slowest(results, delay.p95))
        }
    })
}

/// The sender whose mail takes longest, where that is much longer than the mail of all.
fn slowest(results: &Results, all: f64) -> String {
    let p95 = words::much_slower(results, all, |sender| Some(sender.delay?.p95));
    p95.map_or_else(String::new, |(sender, p95)| format!(" ({}: {})", sender.name, duration(p95)))
}

/// What was asked for, where the answer does not quote it.
fn goal(results: &Results) -> Option<String> {
    let goal = results.goals.first().filter(|_| is_about_a_split(results))?;
    (!results.verdict.sentence.contains(&goal.text)).then(|| goal.text.clone())
}

/// How the goals stand that the answer is not about.
fn other_goals(results: &Results) -> Option<String> {
    let verdict = &results.verdict;
    let quoted = results.goals.iter().position(|goal| verdict.sentence.contains(&goal.text))?;
    let others =
        || results.goals.iter().enumerate().filter(|(place, _)| *place != quoted).map(|(_, goal)| goal);
    let with = |status: GoalStatus| others().filter(move |goal| goal.status == status);
    let missed = with(GoalStatus::Missed).map(|goal| format!("missed: {}", goal.text)).next();
    let counted = |status: GoalStatus, word: &str| {
        let many = with(status).count() as u64;
        (many > 0).then(|| format!("{} {word}", count(many)))
    };
    let parts = [
        counted(GoalStatus::Met, "met"),
        counted(GoalStatus::Unknown, "not certain yet"),
        counted(GoalStatus::Missed, "missed").filter(|_| with(GoalStatus::Missed).count() > 1),
        missed,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
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

/// True if a goal is missed that the answer is not about.
fn misses_another(results: &Results) -> bool {
    let sentence = &results.verdict.sentence;
    results.goals.iter().any(|goal| goal.status == GoalStatus::Missed && !sentence.contains(&goal.text))
}

fn biggest_cause(results: &Results) -> Option<String> {
    let is_asked = is_about_a_split(results);
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
    let counts: Vec<String> = nodes.iter().take(FIRST_HOSTS).map(|node| format!("{}=N", node.name)).collect();
    let rest = if nodes.len() > FIRST_HOSTS { " ..." } else { "" };
    format!("{}{rest}", counts.join(" "))
}
