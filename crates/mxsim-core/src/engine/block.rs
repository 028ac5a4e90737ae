//! Messages of one sender drawn ahead, a block at a time.
//!
//! When a message arrives, which outbound host it leaves by, which candidate its first attempt begins with and how long it will hold a session
//! depend on nothing that happens meanwhile. Drawn in blocks they cost a fraction of what they cost one by one.

use super::deck::Deck;
use super::world::{SenderTable, World};
use crate::node::SessionTime;
use crate::random::{Key, Stream};
use crate::sender::Keep;
use crate::time::{Span, Time};
use crate::traffic::Clock;
use rand_chacha::rand_core::Rng;

/// Messages drawn at once. More gain nothing, fewer cost more.
const SIZE: usize = 256;

/// The next messages of one sender.
#[derive(Debug)]
pub(super) struct Block {
    arrivals: Stream,
    clock: Clock,
    outbound_hosts: Stream,
    choice: Key,
    session: Key,
    /// Number of the first message of the block.
    base: u64,
    /// Place of the next message.
    next: usize,
    at: Vec<Time>,
    chooser: Vec<u32>,
    /// Place in the deck of the first candidate; empty without a deck or if the first depends on more than the message.
    first: Vec<u8>,
    /// Time in a session; empty unless it is the same law at every node.
    held: Vec<Span>,
}

/// Streams and keys a block draws from.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) arrivals: Stream,
    pub(super) outbound_hosts: Stream,
    pub(super) choice: Key,
    pub(super) session: Key,
}

/// Messages that follow each other: see [`Block`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'b> {
    pub(super) at: &'b [Time],
    pub(super) chooser: &'b [u32],
    pub(super) first: &'b [u8],
    /// Empty if sessions take no time.
    pub(super) held: &'b [Span],
}

/// A message of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    pub(super) number: u64,
    pub(super) chooser: u32,
    /// See [`Block::first`].
    pub(super) first: Option<u8>,
    /// See [`Block::held`].
    pub(super) held: Option<Span>,
}

impl Block {
    pub(super) fn new(sources: Sources, start: Time) -> Self {
        let Sources { arrivals, outbound_hosts, choice, session } = sources;
        Self {
            arrivals,
            clock: Clock::from(start),
            outbound_hosts,
            choice,
            session,
            base: 0,
            next: 0,
            at: Vec::new(),
            chooser: Vec::new(),
            first: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The time of the next message, or [`Time::NEVER`] if none comes before the end.
    pub(super) fn next_at(&mut self, world: &World, table: &SenderTable) -> Time {
        if self.next == self.at.len() {
            self.refill(world, table);
        }
        self.at.get(self.next).copied().unwrap_or(Time::NEVER)
    }

    /// The messages that have been drawn, from the next on; none if they have no first candidate or, where a time in a session is wanted,
    /// not that.
    pub(super) fn run(&self, timed: bool) -> Run<'_> {
        let drawn = self.first.len().min(if timed { self.held.len() } else { usize::MAX });
        let rest = self.next.min(drawn)..drawn;
        Run {
            at: &self.at[rest.clone()],
            chooser: &self.chooser[rest.clone()],
            first: &self.first[rest.clone()],
            held: if timed { &self.held[rest] } else { &[] },
        }
    }

    /// Passes over messages that have been dealt with.
    pub(super) const fn skip(&mut self, count: usize) {
        self.next += count;
    }

    /// The message whose time was asked for last.
    pub(super) fn take(&mut self) -> Drawn {
        let i = self.next;
        self.next += 1;
        Drawn {
            number: self.base + i as u64,
            chooser: self.chooser[i],
            first: self.first.get(i).copied(),
            held: self.held.get(i).copied(),
        }
    }

    fn refill(&mut self, world: &World, table: &SenderTable) {
        self.base += self.at.len() as u64;
        self.next = 0;
        self.at.clear();
        self.draw_arrivals(world, table);
        self.draw_outbound_hosts(table);
        self.first.clear();
        let by_message = matches!(table.behaviour.law.order.keep, Keep::Attempt | Keep::Message);
        if let Some(deck) = table.deck.as_ref().filter(|_| by_message) {
            self.draw_first(deck);
        }
        self.held.clear();
        if let Some(law) = world.session_time {
            self.draw_held(law);
        }
    }

    fn draw_arrivals(&mut self, world: &World, table: &SenderTable) {
        match &table.given {
            Some(times) => {
                let left = times.get(self.base as usize..).unwrap_or_default();
                self.at.extend_from_slice(&left[..SIZE.min(left.len())]);
            }
            None => {
                table.arrivals.next_few(SIZE, &mut self.clock, world.end, &mut self.arrivals, &mut self.at);
            }
        }
    }

    fn draw_outbound_hosts(&mut self, table: &SenderTable) {
        self.chooser.clear();
        for _ in 0..self.at.len() {
            let site = table.site.pick(self.outbound_hosts.next_u64());
            let host = match table.hosts {
                1 => 0,
                hosts => ((u128::from(self.outbound_hosts.next_u64()) * hosts as u128) >> 64) as usize,
            };
            self.chooser.push((site * table.hosts + host) as u32);
        }
    }

    fn draw_first(&mut self, deck: &Deck) {
        for number in self.base..self.base + self.at.len() as u64 {
            self.first.push(deck.first(self.choice.child(number)));
        }
    }

    fn draw_held(&mut self, law: SessionTime) {
        let (session, base) = (self.session, self.base);
        law.draw_all(self.at.len(), |i| session.child(base + i as u64), &mut self.held);
    }
}
