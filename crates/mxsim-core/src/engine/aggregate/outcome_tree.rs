//! What becomes of messages that arrive at a given time: a tree of candidates, and the fates of those who walk it.
//!
//! All orders of a sender, up to the first node that never fails, grow into one tree: messages part where their orders part. At a
//! given time only those branches are walked whose nodes do not answer. Each fate comes with its probability, and all of them together
//! with a *slack*: for so long whoever arrives later meets exactly the same, only later.

use crate::engine::aggregate::orders::Orders;
use crate::engine::connect::{ConnectResult, connect};
use crate::engine::world::World;
use crate::ids::{AddressId, HostId, NodeId};
use crate::node::{Client, Schedule};
use crate::sender::{Behaviour, Candidate, Outcome, Reaction};
use crate::time::{Span, Time};
use smallvec::SmallVec;

/// Candidates in the orders in which they may be tried.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutcomeTree {
    roots: Vec<Branch>,
}

/// One candidate after those on the way to it.
#[derive(Debug, Clone)]
struct Branch {
    candidate: Candidate,
    node: NodeId,
    /// Probability of an order that begins like this.
    probability: f64,
    next: Vec<Branch>,
}

/// What becomes of a part of the messages of one time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fate {
    /// Connections tried, in order.
    pub(crate) attempts: SmallVec<[Attempt; 2]>,
    /// How it ends.
    pub(crate) end: Disposition,
    /// Which part of the messages meets it.
    pub(crate) probability: f64,
}

impl Fate {
    /// How long after its arrival a message is accepted; zero if it is not.
    pub(crate) const fn delay(&self) -> Span {
        match self.end {
            Disposition::Accepted { delay, .. } => delay,
            Disposition::UnderWay | Disposition::Nobody => Span::ZERO,
        }
    }
}

/// One connection; times count from the arrival of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attempt {
    pub(crate) node: NodeId,
    pub(crate) begun: Span,
    /// True if it has failed before the end of the run.
    pub(crate) failed: bool,
}

/// How a walk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Disposition {
    /// Accepted so long after the arrival.
    Accepted { host: HostId, address: AddressId, node: NodeId, delay: Span },
    /// Still under way when the run ends.
    UnderWay,
    /// No candidate took it.
    Nobody,
}

/// The surroundings of a walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walker<'a> {
    pub(crate) world: &'a World,
    pub(crate) behaviour: &'a Behaviour,
    /// Whether fates are to stay within their hours and windows.
    pub(crate) by_bins: bool,
}

/// The walk of messages that arrived at one time, so far.
#[derive(Debug)]
struct Path<'f> {
    born: Time,
    attempts: SmallVec<[Attempt; 2]>,
    slack: Span,
    fates: &'f mut Vec<Fate>,
}

impl OutcomeTree {
    /// The tree of `orders`.
    pub(crate) fn new(world: &World, orders: &Orders) -> Self {
        let mut tree = Self::default();
        for (order, probability) in orders {
            let mut branches = &mut tree.roots;
            for candidate in order {
                let node = world.topology.first_node_of(candidate.address);
                let known = branches.iter().position(|branch| branch.candidate == *candidate);
                let place = known.unwrap_or_else(|| {
                    let (candidate, next) = (*candidate, Vec::new());
                    branches.push(Branch { candidate, node, probability: 0.0, next });
                    branches.len() - 1
                });
                branches[place].probability += probability;
                if world.topology.node(node).faults.is_empty() {
                    break;
                }
                branches = &mut branches[place].next;
            }
        }
        tree
    }

    /// The nodes that a message may be sent to, each once.
    pub(crate) fn nodes(&self) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        let mut left: Vec<&Branch> = self.roots.iter().collect();
        while let Some(branch) = left.pop() {
            nodes.push(branch.node);
            left.extend(&branch.next);
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Writes the fates of messages that arrive at `born` into `fates`, and gives the slack: whoever arrives less than that later has the
    /// same fates, and none of their connections falls into another hour or window.
    pub(crate) fn fates(&self, walker: Walker<'_>, born: Time, fates: &mut Vec<Fate>) -> Span {
        fates.clear();
        let mut path = Path { born, attempts: SmallVec::new(), slack: Span::FOREVER, fates };
        walker.walk(&self.roots, Span::ZERO, 1.0, &mut path);
        path.slack
    }
}

impl Walker<'_> {
    /// Walks `branches`, which are reached `after` the arrival by a part `probability` of the messages.
    fn walk(&self, branches: &[Branch], after: Span, probability: f64, path: &mut Path<'_>) {
        self.hold_still(path, path.born + after);
        if path.born + after >= self.world.end {
            return path.finish(Disposition::UnderWay, probability);
        }
        if branches.is_empty() {
            return path.finish(Disposition::Nobody, probability);
        }
        for branch in branches {
            self.connect(branch, after, path);
        }
    }

    fn connect(&self, branch: &Branch, after: Span, path: &mut Path<'_>) {
        let (now, faults) = (path.born + after, &self.world.topology.node(branch.node).faults);
        let connection = connect(faults, (now, now), &self.behaviour.parameters.timeouts, &Client::ANYBODY);
        let (at, outcome) = match connection {
            ConnectResult::Now(outcome) => (now, outcome),
            ConnectResult::Later(at, outcome) => (at, outcome),
        };
        path.slack = path.slack.min(self.until_another_answer(faults, now, at));
        self.hold_still(path, at);
        let ended = at < self.world.end;
        let failed = ended && outcome != Outcome::Accepted;
        path.attempts.push(Attempt { node: branch.node, begun: after, failed });
        let delay = at.since(path.born);
        match (ended, outcome) {
            (false, _) => path.finish(Disposition::UnderWay, branch.probability),
            (true, Outcome::Accepted) => {
                let Candidate { host, address, .. } = branch.candidate;
                path.finish(
                    Disposition::Accepted { host, address, node: branch.node, delay },
                    branch.probability,
                );
            }
            (true, failure) => match self.behaviour.react(failure) {
                Reaction::Next => self.walk(&branch.next, delay, branch.probability, path),
                Reaction::Defer | Reaction::Bounce => path.finish(Disposition::Nobody, branch.probability),
            },
        }
        path.attempts.pop();
    }

    /// Keeps `at` within its hour and window, and on its side of the end.
    fn hold_still(&self, path: &mut Path<'_>, at: Time) {
        if at < self.world.end {
            path.slack = path.slack.min(self.world.end.since(at));
        }
        for bin in [Span::HOUR, self.world.window()].into_iter().filter(|_| self.by_bins) {
            path.slack = path.slack.min(Span(bin.0 - at.0.rem_euclid(bin.0)));
        }
    }

    /// For how long later connections end like the one from `now` to `at`: until a SYN of theirs meets a fault that comes or goes.
    fn until_another_answer(&self, faults: &Schedule, now: Time, at: Time) -> Span {
        let repeats = self.behaviour.parameters.timeouts.kernel.retransmissions().iter();
        let syns = repeats.map(|&seconds| now + Span::from_secs(seconds)).take_while(|&syn| syn <= at);
        let slacks = std::iter::once(now).chain(syns).map(|syn| faults.next_edge(syn).since(syn));
        slacks.min().unwrap_or(Span::FOREVER)
    }
}

impl Path<'_> {
    fn finish(&mut self, end: Disposition, probability: f64) {
        self.fates.push(Fate { attempts: self.attempts.clone(), end, probability });
    }
}
