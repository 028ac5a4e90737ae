//! The mail of senders simulated in numbers, as flows: how much is expected where and when, before anything is drawn.

use crate::engine::aggregate::outcome_tree::{Attempt, Disposition, Fate, OutcomeTree, Walker};
use crate::engine::world::World;
use crate::ids::{NodeId, SenderId};
use crate::time::{Span, Time};
use std::cmp::Ordering;

/// Messages that a node accepts in a span, all moments alike, and that have everything else in common. The span lies within one hour and
/// one window.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) node: NodeId,
    pub(crate) sender: SenderId,
    /// What each of them met.
    pub(crate) fate: Fate,
    /// How many are expected.
    pub(crate) expected: f64,
}

impl Flow {
    /// Where and when.
    pub(crate) const fn span(&self) -> (Time, Time, NodeId) {
        (self.from, self.to, self.node)
    }

    /// Everything but the number.
    fn key(&self) -> (Time, Time, NodeId, SenderId, Disposition, &[Attempt]) {
        (self.from, self.to, self.node, self.sender, self.fate.end, &self.fate.attempts)
    }

    /// True if messages of one cannot be told from those of the other.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// A part of the mail of one sender that arrives between two moments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'t> {
    pub(crate) sender: SenderId,
    /// The way it goes.
    pub(crate) tree: &'t OutcomeTree,
    /// Which part of the sender's mail it is.
    pub(crate) part: f64,
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// The flows on their way.
#[derive(Debug)]
pub(crate) struct Flows<'w> {
    world: &'w World,
    flows: Vec<Flow>,
    /// What arrived before then is late by every delay goal if it still waits at the end.
    late_before: Time,
    /// Fates of one piece; kept to save its memory.
    fates: Vec<Fate>,
}

impl<'w> Flows<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let late_before = world.end - world.delay_limits.iter().copied().max().unwrap_or(Span::ZERO);
        Self { world, flows: Vec::new(), late_before, fates: Vec::new() }
    }

    /// Lets mail go its way, piece by piece. What nobody accepts before the end is given to `lost`: from when to when it arrives, its fate
    /// and the expected number.
    pub(crate) fn send(&mut self, sent: Sent<'_>, mut lost: impl FnMut((Time, Time), &Fate, f64)) {
        let Sent { sender, tree, part, from, to } = sent;
        let table = self.world.sender(sender);
        let walker = Walker { world: self.world, behaviour: &table.behaviour, by_bins: true };
        let mut at = from;
        while at < to {
            let slack = tree.fates(walker, at, &mut self.fates);
            let mut end = (at + slack).min(to);
            if at < self.late_before {
                end = end.min(self.late_before);
            }
            let mean = table.arrivals.expected(at, end) * part;
            for fate in self.fates.drain(..) {
                let expected = mean * fate.probability;
                match fate.end {
                    Disposition::Accepted { node, delay, .. } => {
                        self.flows.push(Flow {
                            from: at + delay,
                            to: end + delay,
                            node,
                            sender,
                            fate,
                            expected,
                        });
                    }
                    Disposition::UnderWay | Disposition::Nobody => lost((at, end), &fate, expected),
                }
            }
            at = end;
        }
    }

    /// Takes out the flows of before `until`, those of one span together and in it those that are alike.
    pub(crate) fn due(&mut self, until: Time) -> Vec<Flow> {
        self.flows.sort_by(Flow::order);
        let due = self.flows.partition_point(|flow| flow.from < until);
        let later = self.flows.split_off(due);
        std::mem::replace(&mut self.flows, later)
    }
}
