//! What an outage or a change does, in one line each: its own time, and not the day around it.

use mxsim_core::numerals::{clock, duration, percent};
use mxsim_core::results::{EventKind, EventPhase, EventResult, HostResult, Interval, Results, called};

/// Events on the first page; the rest stands in the document.
const EVENTS_SHOWN: usize = 2;
/// Nodes of an event on the first page.
const NODES_SHOWN: usize = 3;
/// Stands before the nodes.
const TAKEN_BY: &str = "; accepted meanwhile by ";
/// Parts below this are not worth a word.
const WORTH_SAYING: f64 = 0.000_5;

/// One line for each of the first events: what became of the mail that came while it went on.
pub(super) fn lines(results: &Results) -> Vec<String> {
    let shown = worst_first(results).into_iter().take(EVENTS_SHOWN);
    shown.filter_map(|event| Some(format!("{}: {}", event.text, mail(event.during.as_ref()?)))).collect()
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

/// `28.7 % of the mail in this time (30 m) takes 49 s on average, 2 m 13 s at most; accepted meanwhile by mx2 51.6 %, mx3 48.4 %`.
fn mail(phase: &EventPhase) -> String {
    let fates = fates(phase).join(", ");
    let to = phase.nodes.iter().filter_map(|node| Some((node, node.share?.value)));
    let to: Vec<String> = to
        .filter(|(_, share)| *share > WORTH_SAYING)
        .map(|(node, share)| format!("{} {}", called(&node.node), percent(share)))
        .collect();
    if to.is_empty() || phase.nodes.len() < 2 {
        return fates;
    }
    let more = to.len().saturating_sub(NODES_SHOWN);
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{fates}{TAKEN_BY}{}{others}", to[..to.len() - more].join(", "))
}

/// The same without the nodes that take the mail, which the table shows for the day.
pub(super) fn without_nodes(event: &str) -> &str {
    event.rsplit_once(TAKEN_BY).map_or(event, |(fates, _)| fates)
}

/// What becomes of the mail that comes meanwhile.
fn fates(phase: &EventPhase) -> Vec<String> {
    let part = |part: Option<Interval>| part.map(|part| part.value).filter(|part| *part > WORTH_SAYING);
    let bounced = part(phase.bounced).map(|part| (part, "bounces".to_owned()));
    let later = part(phase.later).zip(phase.delay).map(|(part, delay)| {
        (part, format!("takes {} on average, {} at most", duration(delay.mean), duration(delay.max)))
    });
    let waiting = part(phase.waiting).map(|part| (part, "still waits at the end".to_owned()));
    let time = format!(" of the mail in this time ({})", duration(phase.length_s));
    let mut of = time.as_str();
    let mut fates = Vec::new();
    for (part, fate) in [bounced, later, waiting].into_iter().flatten() {
        fates.push(format!("{}{of} {fate}", percent(part)));
        of = "";
    }
    if fates.is_empty() {
        fates.push(format!("the mail in this time ({}) is all accepted at once", duration(phase.length_s)));
    }
    fates
}

/// When the host that stops getting mail first took its last message, if one stops before the run ends.
pub(super) fn last_message(results: &Results) -> Option<String> {
    let changes = results.events.iter().any(|event| event.kind == EventKind::Change);
    let end = results.series.bin_s * results.series.nodes.first()?.accepted.len() as f64;
    let leaves = |host: &&HostResult| host.last.is_some_and(|last| last.latest < end - results.series.bin_s);
    let host = results.hosts.iter().filter(|_| changes).find(leaves)?;
    let last = host.last?;
    let [usual, late] = [last.estimate.p50, last.estimate.p95].map(clock);
    let late = if late == usual { String::new() } else { format!(", on 1 run in 20 later than {late}") };
    Some(format!("{} takes its last message by {usual}{late}", called(&host.name)))
}
