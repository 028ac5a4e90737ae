//! Messages of one sender drawn ahead, a block at a time.
//!
//! When a message arrives, which outbound host it leaves by, which candidate its first attempt begins with and how long it will hold a session
//! depend on nothing that happens meanwhile. Arrival in blocks they cost a fraction of what they cost one by one.

use crate::engine::world::{SenderTable, World};
use crate::random::{Key, Stream, words};
use crate::sender::Stickiness;
use crate::time::{Span, Time};
use crate::traffic::Clock;
use std::ops::Range;

/// Messages drawn at once. More gain nothing, fewer cost more.
const SIZE: usize = 256;
/// Words taken at once.
const PART: usize = 64;

/// The next messages of one sender.
#[derive(Debug)]
pub(crate) struct ArrivalBlock {
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
    outbound_host: Vec<u32>,
    /// Place among the fixed candidates of the first one; empty without fixed candidates or if the first depends on more than the message.
    first: Vec<u8>,
    /// Time in a session; empty unless it is the same distribution at every node.
    session_time: Vec<Span>,
}

/// Streams and keys a block draws from.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) arrivals: Stream,
    pub(crate) outbound_hosts: Stream,
    pub(crate) choice: Key,
    pub(crate) session: Key,
}

/// Messages that follow each other: see [`ArrivalBlock`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'b> {
    /// Number of the first.
    pub(crate) number: u64,
    pub(crate) at: &'b [Time],
    pub(crate) outbound_host: &'b [u32],
    pub(crate) first: &'b [u8],
    /// Empty if sessions take no time.
    pub(crate) session_time: &'b [Span],
}

/// A message of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// How many messages its sender had sent before.
    pub(crate) number: u64,
    /// Number of its outbound host.
    pub(crate) outbound_host: u32,
    /// Place among fixed candidates of the one its first attempt begins with, if that depends on the message only.
    pub(crate) first: Option<u8>,
    /// Time in a session, if the distribution is the same at every node.
    pub(crate) session_time: Option<Span>,
}

impl ArrivalBlock {
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
            outbound_host: Vec::new(),
            first: Vec::new(),
            session_time: Vec::new(),
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
        let drawn = self.first.len().min(if timed { self.session_time.len() } else { usize::MAX });
        let rest = self.next.min(drawn)..drawn;
        Run {
            number: self.base + self.next as u64,
            at: &self.at[rest.clone()],
            outbound_host: &self.outbound_host[rest.clone()],
            first: &self.first[rest.clone()],
            session_time: if timed { &self.session_time[rest] } else { &[] },
        }
    }

    /// Passes over messages that have been dealt with.
    pub(crate) const fn skip(&mut self, count: usize) {
        self.next += count;
    }

    /// The message whose time was asked for last.
    pub(crate) fn take(&mut self) -> Arrival {
        self.next += 1;
        self.arrival(self.next - 1)
    }

    /// The message at a place of [`ArrivalBlock::run`].
    pub(crate) fn ahead(&self, place: usize) -> Arrival {
        self.arrival(self.next + place)
    }

    fn arrival(&self, i: usize) -> Arrival {
        Arrival {
            number: self.base + i as u64,
            outbound_host: self.outbound_host[i],
            first: self.first.get(i).copied(),
            session_time: self.session_time.get(i).copied(),
        }
    }

    /// The decision about the order of the first attempt, if it depends on the message only.
    pub(crate) const fn choice(&self, message: &Arrival) -> Key {
        self.choice.child(message.number)
    }

    fn refill(&mut self, world: &World, table: &SenderTable) {
        self.base += self.at.len() as u64;
        self.next = 0;
        self.at.clear();
        self.draw_arrivals(world, table);
        self.draw_outbound_hosts(table);
        self.first.clear();
        let by_message =
            matches!(table.behaviour.parameters.order.keep, Stickiness::Attempt | Stickiness::Message);
        if let Some(fixed) = table.path.fixed_candidates().filter(|_| by_message) {
            self.first.extend(self.numbers().map(|number| fixed.first(self.choice.child(number))));
        }
        self.session_time.clear();
        if let Some(times) = &world.topology.session_times {
            times.draw_all(self.numbers().map(|number| self.session.child(number)), &mut self.session_time);
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
        self.outbound_host.clear();
        let hosts = &mut self.outbound_hosts;
        for part in self.at.chunks(PART) {
            let sites: [u64; PART] = words(hosts);
            self.outbound_host
                .extend(sites.iter().take(part.len()).map(|&word| table.site.pick(word) as u32));
        }
        if table.hosts == 1 {
            return;
        }
        for hosts_of_part in self.outbound_host.chunks_mut(PART) {
            let words: [u64; PART] = words(hosts);
            for (outbound_host, word) in hosts_of_part.iter_mut().zip(words) {
                let host = ((u128::from(word) * table.hosts as u128) >> 64) as usize;
                *outbound_host = (*outbound_host as usize * table.hosts + host) as u32;
            }
        }
    }
}
