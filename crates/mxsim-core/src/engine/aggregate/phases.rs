//! Before, during and after events: which of the messages of a flow belong there.
//!
//! All moments of a flow are alike, so each of its messages lies in a part of it with the chance of its length. These draws have a stream of their
//! own, which a scenario without events never reads.

use crate::engine::aggregate::draw::binomial;
use crate::engine::aggregate::outcome_tree::{Disposition, Fate};
use crate::engine::count::recorder::Recorder;
use crate::engine::world::World;
use crate::random::Stream;
use crate::time::{Span, Time};

/// Counts messages that arrive within a span and share a fate.
pub(crate) fn count(
    world: &World,
    born: (Time, Time),
    messages: (&Fate, u64),
    stream: &mut Stream,
    recorder: &mut Recorder<'_>,
) {
    divide(world, born, messages, stream, |from, fate, here| count_part(from, fate, here, recorder));
}

/// Counts the connections alone, of mail that nobody waits for.
pub(crate) fn count_connections(
    world: &World,
    born: (Time, Time),
    messages: (&Fate, u64),
    stream: &mut Stream,
    recorder: &mut Recorder<'_>,
) {
    divide(world, born, messages, stream, |from, fate, here| {
        count_connections_of_part(from, fate, here, recorder);
    });
}

/// Divides messages that arrive within a span at the moments at which another phase begins for them.
fn divide(
    world: &World,
    born: (Time, Time),
    (fate, count): (&Fate, u64),
    stream: &mut Stream,
    mut count_part: impl FnMut(Time, &Fate, u64),
) {
    if world.phases.is_empty() || count == 0 {
        return;
    }
    let cuts = cuts(world, born, fate);
    let ends = cuts.iter().copied().chain([born.1]);
    let (mut from, mut left) = (born.0, count);
    for to in ends {
        let part = to.since(from).0 as f64 / born.1.since(from).0 as f64;
        let here = if to == born.1 { left } else { binomial(left, part, stream) };
        count_part(from, fate, here);
        (from, left) = (to, left - here);
    }
}

/// The moments of arrival at which something that happens to the message falls into another phase.
fn cuts(world: &World, born: (Time, Time), fate: &Fate) -> Vec<Time> {
    let begun = fate.attempts.iter().map(|attempt| attempt.begun);
    let mut cuts = Vec::new();
    for later in begun.chain([Span::ZERO, fate.delay()]) {
        let edges = world.phases.edges_in((born.0 + later, born.1 + later));
        cuts.extend(edges.map(|edge| edge - later));
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// Counts messages that arrive from `born` on and before the next cut.
fn count_part(born: Time, fate: &Fate, count: u64, recorder: &mut Recorder<'_>) {
    recorder.phases.arrived_in_bulk(born, count);
    count_connections_of_part(born, fate, count, recorder);
    let phases = &mut recorder.phases;
    match fate.end {
        Disposition::Accepted { node, delay, .. } => {
            phases.at_node(born + delay, node, |node| node.accepted += count);
            phases.accepted(born, delay, count);
        }
        Disposition::UnderWay | Disposition::Nobody => phases.waiting(born, count),
    }
}

/// Their connections.
fn count_connections_of_part(born: Time, fate: &Fate, count: u64, recorder: &mut Recorder<'_>) {
    let phases = &mut recorder.phases;
    for (place, attempt) in fate.attempts.iter().enumerate() {
        phases.at_node(born + attempt.begun, attempt.node, |node| node.connections_tried += count);
        // A connection has failed when the next one begins.
        if let Some(next) = fate.attempts.get(place + 1).filter(|_| attempt.failed) {
            phases.at_node(born + next.begun, attempt.node, |node| node.failed += count);
        }
    }
}
