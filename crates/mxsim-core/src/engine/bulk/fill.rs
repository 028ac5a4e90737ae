//! The senders simulated in numbers, in one replication.

use super::super::recorder::{BulkAccept, Recorder};
use super::super::world::World;
use super::kept::Holdings;
use super::place::Placer;
use super::plan::{Choice, SenderPlan};
use super::walk::{End, Fate, Tree, Walker};
use crate::random::{Entropy, Stream};
use crate::time::{Span, Time};
use crate::traffic::poisson::poisson;

/// The state of all senders simulated in numbers.
#[derive(Debug)]
pub(in super::super) struct Bulk<'w> {
    world: &'w World,
    entropy: Entropy,
    senders: Vec<Sending<'w>>,
    placers: Vec<Placer<'w>>,
    /// Accepted messages whose seconds are still to be found.
    unplaced: Vec<Unplaced>,
    /// What arrived before then is late by every delay goal if it still waits at the end.
    late_before: Time,
    /// Fates of one piece; kept to save its memory.
    fates: Vec<Fate>,
}

#[derive(Debug)]
struct Sending<'w> {
    plan: &'w SenderPlan,
    stream: Stream,
    /// For a sender that keeps its choices.
    holdings: Option<Holdings<'w>>,
}

/// Messages that a node accepts at any moment of a span, all moments alike. The span lies within one hour and one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Unplaced {
    from: Time,
    to: Time,
    node: usize,
    count: u64,
}

/// Messages of one sender that arrive in one piece.
#[derive(Debug, Clone, Copy)]
struct Piece {
    sender: usize,
    from: Time,
    to: Time,
}

impl<'w> Bulk<'w> {
    pub(in super::super) fn new(world: &'w World, entropy: Entropy) -> Self {
        let plan = &world.bulk;
        let sending = |plan: &'w SenderPlan| Sending {
            plan,
            stream: entropy.stream(plan.stream),
            holdings: match &plan.choice {
                Choice::Anew(_) => None,
                Choice::Kept(choosers) => {
                    Some(Holdings::new(choosers, &world.senders[plan.sender], &entropy))
                }
            },
        };
        let placer = |&id| Placer::new(&plan.tables, entropy.stream(id));
        Self {
            world,
            entropy,
            senders: plan.senders.iter().map(sending).collect(),
            placers: plan.placement.iter().map(placer).collect(),
            unplaced: Vec::new(),
            late_before: world.end - world.delay_limits.iter().copied().max().unwrap_or(Span::ZERO),
            fates: Vec::new(),
        }
    }

    /// Counts everything about messages that arrive from `from` to `to`, within one hour and one window, and places what is accepted then.
    pub(in super::super) fn fill(&mut self, from: Time, to: Time, recorder: &mut Recorder<'_>) {
        if from == Time::ZERO {
            self.world.bulk.refills.draw(self.world, &self.entropy, recorder);
        }
        for i in 0..self.senders.len() {
            match &self.senders[i].plan.choice {
                Choice::Anew(tree) => self.send(i, tree, 1.0, (from, to), recorder),
                Choice::Kept(_) => self.send_from_each_host(i, (from, to), recorder),
            }
        }
        self.place(to, recorder);
    }

    fn send_from_each_host(&mut self, i: usize, (from, to): (Time, Time), recorder: &mut Recorder<'_>) {
        let Some(mut holdings) = self.senders[i].holdings.take() else { return };
        for (chooser, &part) in holdings.parts().iter().enumerate() {
            let mut at = from;
            while at < to {
                let (tree, until) = holdings.at(self.world, chooser, at);
                self.send(i, tree, part, (at, until.min(to)), recorder);
                at = until.min(to);
            }
        }
        self.senders[i].holdings = Some(holdings);
    }

    /// Lets a `part` of the mail of sender `i` go down a tree, piece by piece.
    fn send(
        &mut self,
        i: usize,
        tree: &Tree,
        part: f64,
        (from, to): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        let (world, sender) = (self.world, self.senders[i].plan.sender);
        let table = &world.senders[sender];
        let walker = Walker { world, behaviour: &table.behaviour, by_bins: true };
        let mut fates = std::mem::take(&mut self.fates);
        let mut at = from;
        while at < to {
            let slack = tree.fates(walker, at, &mut fates);
            let mut end = (at + slack).min(to);
            if at < self.late_before {
                end = end.min(self.late_before);
            }
            let mean = table.arrivals.expected(at, end) * part;
            for fate in &fates {
                let count = poisson(mean * fate.probability, &mut self.senders[i].stream);
                if count > 0 {
                    self.count(Piece { sender, from: at, to: end }, fate, count, recorder);
                }
            }
            at = end;
        }
        self.fates = fates;
    }

    /// Counts `count` messages of a piece that meet one fate.
    fn count(&mut self, piece: Piece, fate: &Fate, count: u64, recorder: &mut Recorder<'_>) {
        recorder.arrived_in_bulk(count);
        for attempt in &fate.attempts {
            let window = self.window_of(piece.from + attempt.begun);
            recorder.attempted_in_bulk(attempt.node, window, attempt.failed, count);
        }
        let born_window = self.window_of(piece.from);
        match fate.end {
            End::Accepted { host, address, node, delay } => {
                let window = self.window_of(piece.from + delay);
                let sender = piece.sender;
                recorder.accepted_in_bulk(BulkAccept {
                    sender,
                    host,
                    address,
                    born_window,
                    window,
                    delay,
                    count,
                });
                self.unplaced.push(Unplaced { from: piece.from + delay, to: piece.to + delay, node, count });
            }
            End::UnderWay | End::Nobody => {
                recorder.waiting_in_bulk(born_window, self.world.end.since(piece.from), count);
            }
        }
    }

    fn window_of(&self, at: Time) -> usize {
        (at.0 / self.world.window.0) as usize
    }

    /// Finds the seconds of what is accepted before `until`, equal spans of a node together.
    fn place(&mut self, until: Time, recorder: &mut Recorder<'_>) {
        self.unplaced.sort_unstable();
        let due = self.unplaced.partition_point(|unplaced| unplaced.from < until);
        let (due, _) = self.unplaced.split_at(due);
        for together in due.chunk_by(|a, b| (a.from, a.to, a.node) == (b.from, b.to, b.node)) {
            let Unplaced { from, to, node, .. } = together[0];
            let count = together.iter().map(|unplaced| unplaced.count).sum();
            let hour = from.0 / Span::HOUR.0 * Span::HOUR.0;
            self.placers[node].place(from.0 - hour, to.0 - hour, count, recorder.seconds_of(node));
        }
        let due = due.len();
        self.unplaced.drain(..due);
    }
}
