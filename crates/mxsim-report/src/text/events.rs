//! What an outage or a change does, in one line each: its own time, and not the day around it.

use mxsim_core::numerals::{clock, duration, percent};
use mxsim_core::results::{EventPhase, EventResult, HostResult, Interval, Results, called};

/// Events on the first page; the rest stands in the document.
const EVENTS_SHOWN: usize = 2;
/// Nodes of an event on the first page.
const NODES_SHOWN: usize = 3;
/// Stands before the nodes.
const TAKEN_BY: &str = "; accepted meanwhile by ";
/// Parts below this are not worth a word.
const WORTH_SAYING: f64 = 0.000_5;

/// One line for each of the first events: what became of the mail that came while it went on, and how many events the line is about.
pub(super) fn lines(results: &Results) -> Vec<(usize, String)> {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for event in worst_first(results) {
        let Some(during) = event.during.as_ref() else { continue };
        let mail = mail(results, during);
        // Events of one time share the mail that comes meanwhile.
        match lines.iter_mut().find(|(_, same)| *same == mail && !mail.is_empty()) {
            Some((events, _)) => events.push(&event.text),
            None => lines.push((vec![&event.text], mail)),
        }
    }
    let line = |(events, mail): (Vec<&str>, String)| {
        let mail = if mail.is_empty() { mail } else { format!(": {mail}") };
        (events.len(), format!("{}{mail}", events.join("; ")))
    };
    lines.into_iter().take(EVENTS_SHOWN).map(line).collect()
}

/// How many events have something to say about mail.
pub(super) fn with_mail(results: &Results) -> usize {
    results.events.iter().filter(|event| event.during.is_some()).count()
}

/// Every event with what became of its mail.
pub(super) fn all(results: &Results) -> Vec<(&str, String)> {
    let told = |event: &'_ EventResult| event.during.as_ref().map(|during| (fates(during), during.clone()));
    let each = results.events.iter().filter_map(|event| Some((event.text.as_str(), told(event)?)));
    each.map(|(text, (fates, during))| (text, with_nodes(&in_words(&fates, &during), &during))).collect()
}

/// The events, those first whose own time is worst for the mail; of equals the first.
pub(crate) fn worst_first(results: &Results) -> Vec<&EventResult> {
    let part = |part: Option<Interval>| part.map_or(0.0, |part| part.value);
    // Mail that is lost is worse than any that waits.
    let trouble = |event: &EventResult| {
        event
            .during
            .as_ref()
            .map_or(0.0, |during| 10.0 * part(during.bounced) + part(during.waiting) + part(during.later))
    };
    let mut events: Vec<&EventResult> = results.events.iter().collect();
    events.sort_by(|a, b| trouble(b).total_cmp(&trouble(a)));
    events
}

/// `28.7 % of the mail in this time (30 m) takes 49 s on average, 2 m 13 s at most; accepted meanwhile by mx2 51.6 %, mx3 48.4 %`; of an event that
/// takes all the time only what the page does not say elsewhere.
fn mail(results: &Results, phase: &EventPhase) -> String {
    if phase.length_s < measured_s(results) {
        return with_nodes(&in_words(&fates(phase), phase), phase);
    }
    let mut fates = fates(phase);
    fates.retain(|(part, _)| !results.verdict.says(&percent(*part)));
    if fates.is_empty() { String::new() } else { in_words(&fates, phase) }
}

/// Length of the measured time (s).
fn measured_s(results: &Results) -> f64 {
    let bins = results.series.nodes.first().map_or(0, |node| node.accepted.len());
    results.series.bin_s * bins as f64
}

/// What becomes of the mail, and which nodes take it.
fn with_nodes(fates: &str, phase: &EventPhase) -> String {
    let to = phase.nodes.iter().filter_map(|node| Some((node, node.share?.value)));
    let to: Vec<String> = to
        .filter(|(_, share)| *share > WORTH_SAYING)
        .map(|(node, share)| format!("{} {}", called(&node.node), percent(share)))
        .collect();
    if to.is_empty() || phase.nodes.len() < 2 {
        return fates.to_owned();
    }
    let more = to.len().saturating_sub(NODES_SHOWN);
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{fates}{TAKEN_BY}{}{others}", to[..to.len() - more].join(", "))
}

/// The same without the nodes that take the mail, which the table shows for the day.
pub(super) fn without_nodes(event: &str) -> &str {
    event.rsplit_once(TAKEN_BY).map_or(event, |(fates, _)| fates)
}

/// What becomes of the mail that comes meanwhile, and the part of it of which that is so.
fn fates(phase: &EventPhase) -> Vec<(f64, String)> {
    let part = |part: Option<Interval>| part.map(|part| part.value).filter(|part| *part > WORTH_SAYING);
    let bounced = part(phase.bounced).map(|part| (part, "bounces".to_owned()));
    let afterwards =
        part(phase.accepted_then_bounced).map(|part| (part, "is accepted and bounced afterwards".to_owned()));
    let later = part(phase.later).zip(phase.delay).map(|(part, delay)| {
        (part, format!("takes {} on average, {} at most", duration(delay.mean), duration(delay.max)))
    });
    let waiting = part(phase.waiting).map(|part| (part, "still waits at the end".to_owned()));
    [bounced, afterwards, later, waiting].into_iter().flatten().collect()
}

/// The fates in a row; the first says what the parts are of.
fn in_words(fates: &[(f64, String)], phase: &EventPhase) -> String {
    let time = format!("the mail in this time ({})", duration(phase.length_s));
    let [(part, fate), rest @ ..] = fates else { return format!("{time} is all accepted at once") };
    let rest = rest.iter().map(|(part, fate)| format!(", {} {fate}", percent(*part)));
    format!("{} of {time} {fate}{}", percent(*part), rest.collect::<String>())
}

/// When the host that stops getting mail first took its last message, if one stops before the run ends.
pub(super) fn last_message(results: &Results) -> Option<String> {
    if results.verdict.sentence.contains("last message") {
        return None;
    }
    let end = measured_s(results);
    let leaves = |host: &&HostResult| {
        host.leaves && host.last.is_some_and(|last| last.latest < end - results.series.bin_s)
    };
    let host = results.hosts.iter().find(leaves)?;
    let last = host.last?;
    let [usual, late] = [last.estimate.p50, last.estimate.p95].map(clock);
    let late = if late == usual { String::new() } else { format!(", on 1 run in 20 later than {late}") };
    Some(format!("{} takes its last message by {usual}{late}", called(&host.name)))
}
