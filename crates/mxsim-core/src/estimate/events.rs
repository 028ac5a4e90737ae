//! Events: what they do to shares, connections and delays.

use super::delivery::{delay, part};
use crate::results::{EventAtNode, EventPhase, EventResult};
use crate::tally::labels::{EventLabels, Labels};
use crate::tally::{PhaseAtNode, PhaseTally, Tally};
use crate::time::{Span, Time};

/// One result per event, in the order of the labels.
pub(super) fn events(labels: &Labels, tallies: &[Tally]) -> Vec<EventResult> {
    let event = |(number, event): (usize, &EventLabels)| {
        let [before, during, after] = [0, 1, 2].map(|place| {
            let of = tallies.iter().filter_map(|tally| tally.phase(number, place));
            let length = event.lengths[place];
            (length > Span::ZERO).then(|| phase(labels, &of.collect::<Vec<_>>(), length))
        });
        let begins_s = event.begins.map(|begins| begins.since(Time::ZERO).as_secs_f64());
        EventResult { text: event.text.clone(), kind: event.kind, begins_s, before, during, after }
    };
    labels.events.iter().enumerate().map(event).collect()
}

fn phase(labels: &Labels, tallies: &[&PhaseTally], length: Span) -> EventPhase {
    let of_arrived =
        |count: fn(&PhaseTally) -> u64| part(tallies.iter().map(|tally| (count(tally), tally.arrived)));
    let delays: Vec<_> = tallies.iter().map(|tally| &tally.delays).collect();
    EventPhase {
        length_s: length.as_secs_f64(),
        nodes: (0..labels.nodes.len()).map(|node| at_node(labels, tallies, node)).collect(),
        messages: tallies.iter().map(|tally| tally.arrived).sum(),
        bounced: of_arrived(|tally| tally.bounced),
        accepted_then_bounced: of_arrived(|tally| tally.accepted_then_bounced)
            .filter(|_| tallies.iter().any(|tally| tally.accepted_then_bounced > 0)),
        prompt: of_arrived(|tally| tally.prompt),
        later: of_arrived(|tally| tally.later),
        waiting: of_arrived(|tally| tally.waiting),
        delay: delay(&delays),
    }
}

fn at_node(labels: &Labels, tallies: &[&PhaseTally], node: usize) -> EventAtNode {
    let sum = |count: fn(&PhaseAtNode) -> u64| tallies.iter().map(|tally| count(&tally.nodes[node])).sum();
    let accepted = |tally: &PhaseTally| tally.nodes.iter().map(|node| node.accepted).sum::<u64>();
    EventAtNode {
        node: labels.nodes[node].name.clone(),
        share: part(tallies.iter().map(|tally| (tally.nodes[node].accepted, accepted(tally)))),
        connections_tried: sum(|at| at.connections_tried),
        failed: sum(|at| at.failed),
        turned_away: sum(|at| at.full),
    }
}
