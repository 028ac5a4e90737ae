//! What one replication shows of a cutover: which mail still comes to the old hosts, and what becomes of the mail that is sent after the change.

use crate::engine::probe::{Probe, Step};
use crate::engine::world::World;
use crate::ids::{MessageId, NodeId};
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// Delays beyond which a message is late.
pub(super) const LATE: [Span; 2] = [Span::from_minutes(5), Span::HOUR];

/// Where and when the old hosts are looked at.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// The moment of the change.
    pub(super) at: Time,
    /// Per node: true if the change takes it out.
    pub(super) is_old: Vec<bool>,
    /// Ends of the bins, as times since the change, rising; nothing is counted after the last.
    pub(super) ends: Vec<Span>,
}

impl Scene {
    /// Bins from the change to the end of the run: as wide as a part of the shortest TTL at first, then wider and wider.
    pub(super) fn new(at: Time, is_old: Vec<bool>, shortest: Span, end: Time) -> Self {
        let horizon = end.since(at);
        let mut ends = Vec::new();
        let mut last = Span::ZERO;
        while last < horizon {
            let width = (shortest.0 / FIRST_BINS).max(last.0 / GROWTH).max(Span::from_secs(1).0);
            last = Span((last.0 + width).min(horizon.0));
            ends.push(last);
        }
        Self { at, is_old, ends }
    }

    /// Where bins begin and end (s since the change).
    pub(super) fn edges(&self) -> Vec<f64> {
        std::iter::once(0.0).chain(self.ends.iter().map(|end| end.as_secs_f64())).collect()
    }

    /// The bin of a moment after the change.
    fn bin(&self, now: Time) -> usize {
        let since = now.since(self.at);
        self.ends.partition_point(|end| *end <= since).min(self.ends.len() - 1)
    }
}

/// The shortest TTL has this many bins, and a later bin this part of the time that has gone by. *Assumption*: a point is known to a twentieth.
const FIRST_BINS: i64 = 24;
const GROWTH: i64 = 24;

/// What was seen in one replication, of wanted mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Messages accepted in each bin, and those that an old host accepted.
    pub(super) all: Vec<u32>,
    pub(super) old: Vec<u32>,
    /// Messages that an old host accepted, by sender and bin.
    pub(super) by_sender: BTreeMap<(u32, u32), u32>,
    /// Messages accepted from each sender after the change.
    pub(super) of_sender: Vec<u32>,
    /// When an old host accepted the last message of each sender.
    pub(super) last: BTreeMap<u32, Time>,
    /// Messages sent after the change, and what became of them.
    pub(super) sent: u64,
    pub(super) accepted: u64,
    pub(super) bounced: u64,
    pub(super) late: [u64; 2],
    pub(super) delay_us: i64,
}

impl Seen {
    /// When an old host accepted the last message of all.
    pub(super) fn last_of_all(&self) -> Option<Time> {
        self.last.values().copied().max()
    }

    /// Messages that an old host accepted after the change.
    pub(super) fn to_old(&self) -> u64 {
        self.old.iter().map(|count| u64::from(*count)).sum()
    }

    /// Messages sent after the change that are in a queue when the run ends.
    pub(super) const fn waiting(&self) -> u64 {
        self.sent.saturating_sub(self.accepted + self.bounced)
    }
}

/// Counts what arrives after the change.
#[derive(Debug)]
pub(super) struct Arrivals<'w> {
    world: &'w World,
    scene: &'w Scene,
    seen: Seen,
}

impl<'w> Arrivals<'w> {
    pub(super) fn new(world: &'w World, scene: &'w Scene) -> Self {
        let bins = scene.ends.len();
        let seen = Seen {
            all: vec![0; bins],
            old: vec![0; bins],
            of_sender: vec![0; world.senders.len()],
            ..Seen::default()
        };
        Self { world, scene, seen }
    }

    pub(super) fn finish(self) -> Seen {
        self.seen
    }

    fn accepted(&mut self, message: MessageId, node: NodeId, now: Time) {
        if now >= self.scene.at {
            let (bin, sender) = (self.scene.bin(now), message.sender.0);
            self.seen.all[bin] += 1;
            self.seen.of_sender[message.sender.index()] += 1;
            if self.scene.is_old[node.index()] {
                self.seen.old[bin] += 1;
                *self.seen.by_sender.entry((sender, bin as u32)).or_default() += 1;
                self.seen.last.insert(sender, now);
            }
        }
        if message.born >= self.scene.at {
            self.delivered(now.since(message.born));
        }
    }

    fn delivered(&mut self, delay: Span) {
        self.seen.accepted += 1;
        self.seen.delay_us += delay.0;
        for (late, limit) in self.seen.late.iter_mut().zip(LATE) {
            *late += u64::from(delay > limit);
        }
    }
}

impl Probe for Arrivals<'_> {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        if !self.world.sender(message.sender).wanted {
            return;
        }
        let is_after = message.born >= self.scene.at;
        match step {
            Step::Arrived { .. } => self.seen.sent += u64::from(is_after),
            Step::Accepted { node, .. } => self.accepted(message, node, now),
            Step::Bounced => self.seen.bounced += u64::from(is_after),
            // It has been counted as accepted the moment before.
            Step::BouncedAfterwards { .. } if is_after => {
                self.seen.accepted -= 1;
                self.seen.bounced += 1;
            }
            _ => {}
        }
    }
}
