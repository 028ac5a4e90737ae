//! Counts what happens before, during and after the events of a scenario.
//!
//! Chunks end where a phase begins or ends, so what a chunk counted belongs to the same phases as a whole, and counting a message costs nothing
//! more. Only what became of a message that arrived in an earlier chunk is looked up by the time of its arrival.

use crate::engine::world::phases::{Phases, members};
use crate::ids::NodeId;
use crate::results::NodeTotals;
use crate::tally::{DelayCounter, DelayHistogram, PhaseAtNode, PhaseTally};
use crate::time::{Span, Time};

/// What a chunk counted, and the sums up to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkCounts<'a> {
    /// Messages accepted and connections tried, per node.
    pub(crate) nodes: &'a [(u64, u64)],
    /// Messages that arrived in it and were accepted without delay.
    pub(crate) prompt: u64,
    /// Messages that have arrived so far.
    pub(crate) arrived: u64,
    /// What has failed so far, per node.
    pub(crate) failed: &'a [NodeTotals],
}

/// Counts phases.
#[derive(Debug)]
pub(crate) struct PhaseCounter<'w> {
    phases: &'w Phases,
    /// The phases of the current chunk.
    now: u64,
    tallies: Vec<PhaseTally>,
    /// Per phase: delays of the messages that had to wait and were accepted in the chunk they arrived in, and of those accepted later.
    fresh: Vec<DelayHistogram>,
    later: Vec<DelayCounter>,
    /// Sums up to the current chunk; messages drawn as numbers do not count there.
    arrived: u64,
    failed: Vec<NodeTotals>,
}

impl<'w> PhaseCounter<'w> {
    pub(crate) fn new(phases: &'w Phases, nodes: usize) -> Self {
        let tally = PhaseTally { nodes: vec![PhaseAtNode::default(); nodes], ..PhaseTally::default() };
        let number = if phases.is_empty() { 0 } else { phases.lengths.len() };
        Self {
            phases,
            now: phases.at(Time::ZERO),
            tallies: vec![tally; number],
            fresh: vec![DelayHistogram::default(); number],
            later: (0..number).map(|_| DelayCounter::default()).collect(),
            arrived: 0,
            failed: vec![NodeTotals::default(); nodes],
        }
    }

    /// True if other phases begin at `at`.
    pub(crate) fn change_at(&self, at: Time) -> bool {
        self.phases.at(at) != self.now
    }

    /// Messages took so long that arrived and were accepted in one chunk of the current phases.
    pub(crate) fn fresh(&mut self, delays: &DelayHistogram) {
        let delays = delays.coarser();
        members(self.now).for_each(|phase| self.fresh[phase].merge(&delays));
    }

    /// Messages that arrived at `born` were accepted; zero delay is none.
    pub(crate) fn accepted(&mut self, born: Time, delay: Span, count: u64) {
        for phase in members(self.phases.at(born)) {
            if delay > Span::ZERO {
                self.later[phase].add(delay, count);
            } else {
                self.tallies[phase].prompt += count;
            }
        }
    }

    /// A message that arrived at `born` bounced.
    pub(crate) fn bounced(&mut self, born: Time) {
        members(self.phases.at(born)).for_each(|phase| self.tallies[phase].bounced += 1);
    }

    /// A message that arrived at `born` was accepted and bounced afterwards.
    pub(crate) fn accepted_then_bounced(&mut self, born: Time) {
        members(self.phases.at(born)).for_each(|phase| self.tallies[phase].accepted_then_bounced += 1);
    }

    /// Messages that arrived at `born` still wait when the run ends.
    pub(crate) fn waiting(&mut self, born: Time, count: u64) {
        members(self.phases.at(born)).for_each(|phase| self.tallies[phase].waiting += count);
    }

    /// Closes a chunk; the next one begins at `next`.
    pub(crate) fn close_chunk(&mut self, chunk: ChunkCounts<'_>, next: Time) {
        if self.phases.is_empty() {
            return;
        }
        for phase in members(self.now) {
            let tally = &mut self.tallies[phase];
            tally.prompt += chunk.prompt;
            tally.arrived += chunk.arrived - self.arrived;
            for (node, at) in tally.nodes.iter_mut().enumerate() {
                let (before, now) = (&self.failed[node], &chunk.failed[node]);
                at.accepted += chunk.nodes[node].0;
                at.connections_tried += chunk.nodes[node].1;
                at.failed += now.deferred + now.rejected - before.deferred - before.rejected;
                at.full += now.full - before.full;
            }
        }
        self.arrived = chunk.arrived;
        self.failed.copy_from_slice(chunk.failed);
        self.now = self.phases.at(next);
    }

    /// Passes over messages that were drawn as numbers.
    pub(crate) const fn pass_over_arrivals(&mut self, count: u64) {
        self.arrived += count;
    }

    /// Passes over failures that were drawn as numbers.
    pub(crate) fn pass_over_failures(&mut self, node: NodeId, count: u64) {
        self.failed[node.index()].deferred += count;
    }

    pub(crate) fn finish(self) -> Vec<PhaseTally> {
        let finish = |((mut tally, fresh), later): ((PhaseTally, DelayHistogram), DelayCounter)| {
            tally.delays = fresh;
            tally.delays.merge(&later.finish().coarser());
            tally.later = tally.delays.count();
            let fates = tally.bounced + tally.prompt + tally.later + tally.waiting;
            assert_eq!(tally.arrived, fates, "every message of a phase has one fate");
            tally
        };
        self.tallies.into_iter().zip(self.fresh).zip(self.later).map(finish).collect()
    }
}

/// Messages that were drawn as numbers.
impl PhaseCounter<'_> {
    /// So many arrived at `at`.
    pub(crate) fn arrived_in_bulk(&mut self, at: Time, count: u64) {
        members(self.phases.at(at)).for_each(|phase| self.tallies[phase].arrived += count);
    }

    /// Something happened at a node at `at`.
    pub(crate) fn at_node(&mut self, at: Time, node: NodeId, count: impl Fn(&mut PhaseAtNode)) {
        members(self.phases.at(at)).for_each(|phase| count(&mut self.tallies[phase].nodes[node.index()]));
    }
}
