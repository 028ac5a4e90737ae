//! Outbound hosts that keep an order for a holding time: the method *decisions*.
//!
//! Each outbound host goes from one decision to the next, and between two of them all its messages have the same order. For exponential
//! times the message engine begins a holding time with the first message after the last one ended, and here they follow each other
//! without a gap. It is the same distribution: what is left of an exponential time is exponential again, so a message finds the choice
//! of the message before it with probability exp(-gap / mean) either way.

use crate::engine::aggregate::orders;
use crate::engine::aggregate::outcome_tree::OutcomeTree;
use crate::engine::world::{SenderTable, World};
use crate::random::{Entropy, Key};
use crate::sender::Stickiness;
use crate::time::{Span, Time};

/// The outbound hosts of one sender.
#[derive(Debug)]
pub(crate) struct StickyHosts {
    /// The part of the sender's mail that each brings.
    pub(crate) parts: Vec<f64>,
}

impl StickyHosts {
    /// The outbound hosts of `sender`, whose sites have these `sizes`; refused if messages one by one cost less.
    pub(crate) fn new(world: &World, sender: &SenderTable, sizes: &[f64]) -> Result<Self, &'static str> {
        if sender.arrivals.expected(world.start, world.end) < decisions(world, sender) {
            return Err("its outbound hosts decide more often than messages come");
        }
        let choosers = sender.sites * sender.hosts;
        let parts =
            (0..choosers).map(|chooser| sizes[chooser / sender.hosts] / sender.hosts as f64).collect();
        Ok(Self { parts })
    }
}

/// How often a holding time of `sender` is over in one replication.
fn holdings(world: &World, sender: &SenderTable) -> i64 {
    match sender.behaviour.parameters.order.keep {
        Stickiness::Exponential(span) | Stickiness::Fixed(span) => world.end.0 / span.0.max(1),
        Stickiness::Forever
        | Stickiness::CacheEntry
        | Stickiness::Attempt
        | Stickiness::Message
        | Stickiness::Process
        | Stickiness::Second => 0,
    }
}

/// Pieces of mail in one replication: each outbound host begins one with each chunk of counting and with each holding time.
fn decisions(world: &World, sender: &SenderTable) -> f64 {
    let chunks = world.end.0 / Span::HOUR.0.min(world.window().0) + 1;
    (sender.sites * sender.hosts) as f64 * (chunks + holdings(world, sender)) as f64
}

/// What the numbers of `sender` cost in one replication, in messages simulated one by one. Pieces that begin at different moments have seconds of
/// their own, but no more of them than messages.
pub(crate) fn work(world: &World, sender: &SenderTable) -> f64 {
    /// A piece, and a number for a second, beside a message. Measured: about 50 ns and 12 ns, rounded up for a message of 1 us.
    const PIECE: f64 = 0.1;
    const SECOND: f64 = 0.02;
    let seconds = if holdings(world, sender) == 0 {
        0.0
    } else {
        (sender.sites * sender.hosts) as f64 * world.end.since(Time::ZERO).as_secs_f64()
    };
    PIECE * decisions(world, sender) + SECOND * seconds.min(sender.expected(world.start, world.end))
}

/// What each outbound host of a sender holds in one replication.
#[derive(Debug)]
pub(crate) struct HeldOrders<'w> {
    choosers: &'w StickyHosts,
    sender: &'w SenderTable,
    choice: Key,
    holding: Key,
    held: Vec<HeldOrder>,
}

#[derive(Debug, Clone)]
struct HeldOrder {
    number: u64,
    until: Time,
    tree: OutcomeTree,
}

impl<'w> HeldOrders<'w> {
    pub(crate) fn new(choosers: &'w StickyHosts, sender: &'w SenderTable, entropy: &Entropy) -> Self {
        let nothing = HeldOrder { number: 0, until: Time::ZERO, tree: OutcomeTree::default() };
        Self {
            choosers,
            sender,
            choice: entropy.key(sender.streams.choice),
            holding: entropy.key(sender.streams.holding),
            held: vec![nothing; choosers.parts.len()],
        }
    }

    /// The part of the mail of each outbound host.
    pub(crate) fn parts(&self) -> &'w [f64] {
        &self.choosers.parts
    }

    /// What outbound host `chooser` holds at `now`, and until when. Times only go forward.
    pub(crate) fn at(&mut self, world: &World, chooser: usize, now: Time) -> (&OutcomeTree, Time) {
        if self.held[chooser].until <= now {
            let (number, until) = self.next(chooser, now);
            let tree = self.order(world, chooser, number);
            self.held[chooser] = HeldOrder { number, until, tree };
        }
        let held = &self.held[chooser];
        (&held.tree, held.until)
    }

    /// Number and end of the holding time that covers `now`, when the one before is over.
    fn next(&self, chooser: usize, now: Time) -> (u64, Time) {
        let own = self.holding.child(chooser as u64);
        match self.sender.behaviour.parameters.order.keep {
            Stickiness::Exponential(mean) => {
                let number = self.held[chooser].number + 1;
                let length = own.child(number).exponential() * mean.0 as f64;
                (number, now + Span((length as i64).max(1)))
            }
            Stickiness::Fixed(span) => {
                let every = span.0.max(1);
                let phase = (own.unit() * span.0 as f64) as i64;
                let number = now.0.saturating_sub(phase).div_euclid(every);
                (number as u64, Time((number + 1).saturating_mul(every).saturating_add(phase)))
            }
            Stickiness::Forever
            | Stickiness::CacheEntry
            | Stickiness::Attempt
            | Stickiness::Message
            | Stickiness::Process
            | Stickiness::Second => (0, Time::NEVER),
        }
    }

    /// The orders that a decision leaves.
    fn order(&self, world: &World, chooser: usize, number: u64) -> OutcomeTree {
        let host = self.choice.child(!(chooser as u64));
        let forever = self.sender.behaviour.parameters.order.keep == Stickiness::Forever;
        let key = if forever { host } else { host.child(number) };
        OutcomeTree::new(world, &orders::decided(world, self.sender, key))
    }
}
