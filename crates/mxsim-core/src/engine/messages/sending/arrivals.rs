//! Messages of one sender drawn ahead, a block at a time.
//!
//! When a message arrives, which outbound host it leaves by, which candidate its first attempt begins with and how long it will hold a session
//! depend on nothing that happens meanwhile. Drawn in blocks they cost a fraction of what they cost one by one.

use crate::engine::world::{SenderTable, World};
use crate::random::{Key, Stream, words};
use crate::sender::Keep;
use crate::time::{Span, Time};
use crate::traffic::Clock;
use std::ops::Range;

/// Messages drawn at once. More gain nothing, fewer cost more.
const SIZE: usize = 256;
/// Words taken at once.
const PART: usize = 64;

/// The next messages of one sender.
#[derive(Debug)]
pub(crate) struct Block {
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
pub(crate) struct Sources {
    pub(crate) arrivals: Stream,
    pub(crate) outbound_hosts: Stream,
    pub(crate) choice: Key,
    pub(crate) session: Key,
}

/// Messages that follow each other: see [`Block`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'b> {
    pub(crate) at: &'b [Time],
    pub(crate) chooser: &'b [u32],
    pub(crate) first: &'b [u8],
    /// Empty if sessions take no time.
    pub(crate) held: &'b [Span],
}

/// A message of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    pub(crate) number: u64,
    pub(crate) chooser: u32,
    /// See [`Block::first`].
    pub(crate) first: Option<u8>,
    /// See [`Block::held`].
    pub(crate) held: Option<Span>,
}

impl Block {
    pub(crate) fn new(sources: Sources, start: Time) -> Self {
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
    pub(crate) fn next_at(&mut self, world: &World, table: &SenderTable) -> Time {
        if self.next == self.at.len() {
            self.refill(world, table);
        }
        self.at.get(self.next).copied().unwrap_or(Time::NEVER)
    }

    /// The messages that have been drawn, from the next on; none if they have no first candidate or, where a time in a session is wanted,
    /// not that.
    pub(crate) fn run(&self, timed: bool) -> Run<'_> {
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
    pub(crate) const fn skip(&mut self, count: usize) {
        self.next += count;
    }

    /// The message whose time was asked for last.
    pub(crate) fn take(&mut self) -> Drawn {
        self.next += 1;
        self.drawn(self.next - 1)
    }

    /// The message at a place of [`Block::run`].
    pub(crate) fn ahead(&self, place: usize) -> Drawn {
        self.drawn(self.next + place)
    }

    fn drawn(&self, i: usize) -> Drawn {
        Drawn {
            number: self.base + i as u64,
            chooser: self.chooser[i],
            first: self.first.get(i).copied(),
            held: self.held.get(i).copied(),
        }
    }

    /// The decision about the order of the first attempt, if it depends on the message only.
    pub(crate) const fn choice(&self, message: &Drawn) -> Key {
        self.choice.child(message.number)
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
            self.first.extend(self.numbers().map(|number| deck.first(self.choice.child(number))));
        }
        self.held.clear();
        if let Some(times) = &world.session_time {
            times.draw_all(self.numbers().map(|number| self.session.child(number)), &mut self.held);
        }
    }

    /// Numbers of the messages of the block.
    fn numbers(&self) -> Range<u64> {
        self.base..self.base + self.at.len() as u64
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
        let hosts = &mut self.outbound_hosts;
        for part in self.at.chunks(PART) {
            let sites: [u64; PART] = words(hosts);
            self.chooser.extend(sites.iter().take(part.len()).map(|&word| table.site.pick(word) as u32));
        }
        if table.hosts == 1 {
            return;
        }
        for choosers in self.chooser.chunks_mut(PART) {
            let words: [u64; PART] = words(hosts);
            for (chooser, word) in choosers.iter_mut().zip(words) {
                let host = ((u128::from(word) * table.hosts as u128) >> 64) as usize;
                *chooser = (*chooser as usize * table.hosts + host) as u32;
            }
        }
    }
}
