//! What an outage or a change does, in one line each: its own time, and not the day around it.

use mxsim_core::numerals::{clock, duration, percent};
use mxsim_core::results::{EventKind, EventPhase, HostResult, Results};

/// Events on the first page; the rest stands in the document.
const EVENTS_SHOWN: usize = 2;
/// Parts below this are not worth a word.
const WORTH_SAYING: f64 = 0.000_5;

/// One line for each of the first events: what became of the mail that came while it went on.
pub(super) fn lines(results: &Results) -> Vec<String> {
    let shown = results.events.iter().take(EVENTS_SHOWN);
    shown.filter_map(|event| Some(format!("{}: {}", event.text, mail(event.during.as_ref()?)))).collect()
}

fn mail(phase: &EventPhase) -> String {
    let part = |part: Option<mxsim_core::results::Interval>| part.map_or(0.0, |part| part.value);
    let (bounced, later, waiting) = (part(phase.bounced), part(phase.later), part(phase.waiting));
    let mut said = Vec::new();
    if bounced > WORTH_SAYING {
        said.push(format!("{} bounces", percent(bounced)));
    }
    if let Some(delay) = phase.delay.filter(|_| later > WORTH_SAYING) {
        said.push(format!(
            "{} takes {} on average, {} at most",
            percent(later),
            duration(delay.mean),
            duration(delay.max)
        ));
    }
    if waiting > WORTH_SAYING {
        said.push(format!("{} still waits at the end", percent(waiting)));
    }
    if said.is_empty() {
        said.push("all accepted at once".to_owned());
    }
    let taken: Vec<String> = phase
        .nodes
        .iter()
        .filter_map(|node| Some((node, node.share?)))
        .map(|(node, share)| format!("{} {}", node.node, percent(share.value)))
        .take(3)
        .collect();
    if !taken.is_empty() {
        said.push(taken.join(", "));
    }
    said.join("; ")
}

/// When the host that stops getting mail first took its last message, if one stops before the run ends.
pub(super) fn last_message(results: &Results) -> Option<String> {
    let changes = results.events.iter().any(|event| event.kind == EventKind::Change);
    let end = results.series.bin_s * results.series.nodes.first()?.accepted.len() as f64;
    let leaves = |host: &&HostResult| host.last.is_some_and(|last| last.latest < end - results.series.bin_s);
    let host = results.hosts.iter().filter(|_| changes).find(leaves)?;
    let last = host.last?;
    Some(format!(
        "{} gets its last message by {}, on 1 run in 20 later than {}",
        host.name,
        clock(last.estimate.p50),
        clock(last.estimate.p95)
    ))
}
