//! What one replication shows of a failure: a probe that counts the mail of the time in which it goes on, and when mail is accepted around it.

use crate::engine::probe::{Probe, Step};
use crate::engine::world::World;
use crate::ids::{MessageId, NodeId};
use crate::time::{Span, Time};

/// When the failure goes on, and what is looked at around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// First moment of the failure.
    pub(super) from: Time,
    /// First moment after it.
    pub(super) to: Time,
    /// Length of a bin of the timeline, and where the first begins.
    pub(super) bin: Span,
    pub(super) first: Time,
    /// Number of bins.
    pub(super) bins: usize,
    /// End of the run.
    pub(super) end: Time,
}

impl Period {
    /// When a bin ends.
    pub(super) fn ends(&self, bin: usize) -> Time {
        self.first + self.bin.saturating_mul(bin as i64 + 1)
    }

    /// The first bin that begins when the failure is over, or later.
    pub(super) fn first_after(&self) -> usize {
        (self.to.since(self.first).up_to_whole(self.bin).0 / self.bin.0) as usize
    }

    fn bin_of(&self, at: Time) -> Option<usize> {
        let bin = (at.0 - self.first.0).div_euclid(self.bin.0);
        usize::try_from(bin).ok().filter(|bin| *bin < self.bins)
    }
}

/// The wanted mail of one sender that arrives while the failure goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OfSender {
    /// Messages.
    pub(super) arrived: u64,
    /// Connections begun for them.
    pub(super) connections: u64,
    /// Those of them that were accepted.
    pub(super) accepted: u64,
    /// Those that bounced, those that a node had accepted included.
    pub(super) lost: u64,
    /// Those that a node had accepted and then bounced.
    pub(super) accepted_then_bounced: u64,
}

/// A message that was not accepted in the moment it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waited {
    pub(super) message: MessageId,
    /// When it was accepted, or given up.
    pub(super) until: Time,
    pub(super) is_bounced: bool,
}

impl Waited {
    pub(super) fn delay(&self) -> Span {
        self.until.since(self.message.born)
    }
}

/// Wanted mail around the failure, bin by bin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bins {
    /// Messages that wait when a bin ends.
    pub(super) waiting: Vec<i64>,
    /// Messages accepted, `[bin * nodes + node]`.
    pub(super) accepted: Vec<u32>,
}

/// What one replication shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// By sender.
    pub(super) senders: Vec<OfSender>,
    /// Messages that arrived while the failure went on and had to wait.
    pub(super) waited: Vec<Waited>,
    /// Messages that each node accepted while it went on, and after it.
    pub(super) during: Vec<u64>,
    pub(super) after: Vec<u64>,
    pub(super) bins: Bins,
}

/// Watches a replication.
pub(super) struct FailureProbe<'w> {
    world: &'w World,
    period: Period,
    seen: Seen,
    /// Messages that arrived before the first bin less those that were gone by then, and the same in each bin.
    before: i64,
    change: Vec<i64>,
}

impl<'w> FailureProbe<'w> {
    pub(super) fn new(world: &'w World, period: Period) -> Self {
        let nodes = world.topology.nodes.len();
        let seen = Seen {
            senders: vec![OfSender::default(); world.senders.len()],
            waited: Vec::new(),
            during: vec![0; nodes],
            after: vec![0; nodes],
            bins: Bins { waiting: Vec::new(), accepted: vec![0; period.bins * nodes] },
        };
        Self { world, period, seen, before: 0, change: vec![0; period.bins] }
    }

    pub(super) fn finish(self) -> Seen {
        let mut waiting = self.before;
        let waits = self.change.iter().map(|change| {
            waiting += change;
            waiting
        });
        let mut seen = self.seen;
        seen.bins.waiting = waits.collect();
        seen
    }

    /// One message more or less that waits.
    fn waits(&mut self, at: Time, change: i64) {
        match self.period.bin_of(at) {
            Some(bin) => self.change[bin] += change,
            None if at < self.period.first => self.before += change,
            None => {}
        }
    }

    fn accepted(&mut self, node: NodeId, now: Time) {
        let Period { from, to, .. } = self.period;
        if let Some(bin) = self.period.bin_of(now) {
            self.seen.bins.accepted[bin * self.seen.during.len() + node.index()] += 1;
        }
        if now >= to {
            self.seen.after[node.index()] += 1;
        } else if now >= from {
            self.seen.during[node.index()] += 1;
        }
    }

    /// A message is accepted or given up.
    fn gone(&mut self, message: MessageId, until: Time, is_bounced: bool) {
        self.waits(until, -1);
        if !self.is_watched(message) {
            return;
        }
        let sender = &mut self.seen.senders[message.sender.index()];
        if is_bounced {
            sender.lost += 1;
        } else {
            sender.accepted += 1;
        }
        if until > message.born || is_bounced {
            self.seen.waited.push(Waited { message, until, is_bounced });
        }
    }

    /// True if it arrived while the failure went on.
    fn is_watched(&self, message: MessageId) -> bool {
        (self.period.from..self.period.to).contains(&message.born)
    }
}

impl Probe for FailureProbe<'_> {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        if message.born < Time::ZERO || !self.world.sender(message.sender).wanted {
            return;
        }
        let is_watched = self.is_watched(message);
        let sender = &mut self.seen.senders[message.sender.index()];
        match step {
            Step::Arrived { .. } => {
                sender.arrived += u64::from(is_watched);
                self.waits(now, 1);
            }
            Step::Tried { .. } if is_watched => sender.connections += 1,
            Step::Accepted { node, .. } => {
                self.accepted(node, now);
                self.gone(message, now, false);
            }
            Step::BouncedAfterwards { .. } if is_watched => {
                sender.accepted_then_bounced += 1;
                sender.lost += 1;
            }
            Step::Bounced => self.gone(message, now, true),
            _ => {}
        }
    }
}
