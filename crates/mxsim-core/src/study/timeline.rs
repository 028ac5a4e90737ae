//! When things happen in one replication, bin by bin: for questions about an hour and not about a day. It is a probe, so every message is simulated one
//! by one and counted at its microsecond.

use crate::engine::probe::{Probe, Step};
use crate::engine::world::World;
use crate::ids::{MessageId, NodeId};
use crate::time::{Span, Time};

/// What happened in each bin; only messages that arrive after the warm-up count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timeline {
    pub(crate) bin: Span,
    pub(crate) bins: usize,
    pub(crate) senders: usize,
    pub(crate) nodes: usize,
    /// Messages that arrived at their senders, and that were given up, `[bin * senders + sender]`.
    pub(crate) arrived: Vec<u32>,
    pub(crate) bounced: Vec<u32>,
    /// Messages accepted, `[(bin * senders + sender) * nodes + node]`.
    pub(crate) accepted: Vec<u32>,
    /// Connections begun, by place as messages accepted are.
    pub(crate) connections: Vec<u32>,
    /// When each node accepted its last message from each sender, `[sender * nodes + node]`; [`Time::NEVER`] if it accepted none.
    pub(crate) last: Vec<Time>,
    /// Messages that arrived in the time that is watched and were not accepted in the moment they arrived.
    pub(crate) waited: Vec<Waited>,
}

/// A message that had to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waited {
    pub(crate) message: MessageId,
    /// When it was accepted or given up.
    pub(crate) until: Time,
    pub(crate) is_bounced: bool,
}

/// Watches a replication and fills a [`Timeline`].
#[derive(Debug)]
pub(crate) struct Watch<'w> {
    world: &'w World,
    /// Messages that arrive from and before these times are followed until they are gone.
    watched: (Time, Time),
    timeline: Timeline,
}

impl<'w> Watch<'w> {
    /// Bins of this length from the start of measuring to the end of the run.
    pub(crate) fn new(world: &'w World, bin: Span, watched: (Time, Time)) -> Self {
        let bins = (world.run.run_length.0 as usize).div_ceil(bin.0 as usize);
        let (senders, nodes) = (world.senders.len(), world.topology.nodes.len());
        let timeline = Timeline {
            bin,
            bins,
            senders,
            nodes,
            arrived: vec![0; bins * senders],
            bounced: vec![0; bins * senders],
            accepted: vec![0; bins * senders * nodes],
            connections: vec![0; bins * senders * nodes],
            last: vec![Time::NEVER; senders * nodes],
            waited: Vec::new(),
        };
        Self { world, watched, timeline }
    }

    pub(crate) fn finish(self) -> Timeline {
        self.timeline
    }

    /// The place of a sender in the bin that `at` lies in.
    fn place(&self, message: MessageId, at: Time) -> usize {
        let bin = ((at.0 / self.timeline.bin.0) as usize).min(self.timeline.bins - 1);
        bin * self.timeline.senders + message.sender.index()
    }

    fn gone(&mut self, message: MessageId, until: Time, is_bounced: bool) {
        let (from, to) = self.watched;
        if (from..to).contains(&message.born) && (until > message.born || is_bounced) {
            self.timeline.waited.push(Waited { message, until, is_bounced });
        }
    }

    fn accepted(&mut self, message: MessageId, node: NodeId, now: Time) {
        let place = self.place(message, now);
        self.timeline.accepted[place * self.timeline.nodes + node.index()] += 1;
        self.timeline.last[message.sender.index() * self.timeline.nodes + node.index()] = now;
        self.gone(message, now, false);
    }
}

impl Probe for Watch<'_> {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        if message.born < Time::ZERO {
            return;
        }
        match step {
            Step::Arrived { .. } => {
                let place = self.place(message, now);
                self.timeline.arrived[place] += 1;
            }
            Step::Tried { candidate, since, .. } => {
                let node = self.world.topology.node_of(candidate.address);
                let place = self.place(message, since);
                self.timeline.connections[place * self.timeline.nodes + node.index()] += 1;
            }
            Step::Accepted { address, .. } => {
                self.accepted(message, self.world.topology.node_of(address), now);
            }
            Step::Bounced => {
                let place = self.place(message, now);
                self.timeline.bounced[place] += 1;
                self.gone(message, now, true);
            }
            _ => {}
        }
    }
}
