//! What one sender carries through a replication: its streams, its memory, and the choices it keeps.

pub(crate) mod arrivals;
pub(crate) mod child_processes;
pub(crate) mod destination;
pub(crate) mod order_context;
pub(crate) mod pool;
pub(crate) mod processes;

use crate::dns::stub::Home;
use crate::engine::count::recorder::Counted;
use crate::engine::messages::sending::arrivals::{Block, Drawn, Sources};
use crate::engine::messages::sending::destination::Relay;
use crate::engine::messages::sending::order_context::Around;
use crate::engine::messages::sending::pool::Outbound;
use crate::engine::probe::Subject;
use crate::engine::world::{SenderTable, World};
use crate::random::{Entropy, Key, Purpose, StreamId};
use crate::sender::memory::{Admission, Held, Remembered, Report};
use crate::sender::retry::{self, Deferred};
use crate::sender::{Candidate, Candidates, Keep, Memory, RetryLaw};
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// The entity whose draw sets the clocks; no sender's name has a space in front.
const CLOCK: &str = " clock";

/// A message in a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mail {
    pub(crate) sender: u32,
    /// Outbound host: `site * hosts + host`.
    pub(crate) chooser: u32,
    /// How many messages this sender had sent before.
    pub(crate) number: u64,
    pub(crate) born: Time,
    pub(crate) failures: u32,
    /// How long it holds a session, if that is known already; else zero.
    pub(crate) held: Span,
    /// The host and address that failed last, for senders that come back to it.
    pub(crate) tied: Option<(u16, u16)>,
    /// The child process that has it ([`crate::sender::Reuse::Child`]); zero while none has.
    pub(crate) child: u32,
}

impl Mail {
    pub(crate) const fn new(sender: usize, drawn: &Drawn, born: Time) -> Self {
        Self {
            sender: sender as u32,
            chooser: drawn.chooser,
            number: drawn.number,
            born,
            failures: 0,
            held: match drawn.held {
                Some(held) => held,
                None => Span::ZERO,
            },
            tied: None,
            child: 0,
        }
    }

    pub(crate) const fn subject(&self) -> Subject {
        Subject {
            sender: self.sender as usize,
            number: self.number,
            born: self.born,
            failures: self.failures,
        }
    }

    pub(crate) const fn counted(&self) -> Counted {
        Counted { sender: self.sender as usize, born: self.born }
    }

    /// A message that comes back to the same host finds it first, whatever the answer or the draw says now.
    pub(crate) fn put_tied_first(&self, candidates: &mut Candidates) {
        let tied = |candidate: &Candidate| Some((candidate.host, candidate.address)) == self.tied;
        if let Some(place) = candidates.iter().position(tied) {
            candidates[..=place].rotate_right(1);
        }
    }
}

/// The state of one sender.
#[derive(Debug)]
pub(crate) struct SenderState {
    pub(crate) block: Block,
    choice: Key,
    retry: Key,
    holding: Key,
    /// Numbers of sending processes.
    process: Key,
    /// What the clock of every sender says at the start, in seconds modulo 2^16.
    clock: u16,
    /// Where its sites are.
    home: Key,
    /// Lists that outbound hosts work on while they have mail or connections ([`crate::sender::OwnCache::Pinned`]).
    pinned: BTreeMap<u32, (Candidates, u32)>,
    /// Only outbound hosts that have something to remember.
    memory: BTreeMap<u32, Remembered>,
    /// Outbound hosts with something to keep count of: connections under way, kept ones, waiting mail.
    outbound: BTreeMap<u32, Outbound>,
    /// The destination of each, for those that open connections for it and not for a message.
    relays: BTreeMap<u32, Relay>,
    /// How long messages hold a session.
    session: Key,
    /// Which connections are hit by a fault that hits only a part of them.
    fault: Key,
    /// Until when an outbound host sends in clear to an address at which TLS failed.
    clear_until: BTreeMap<(u32, u16), Time>,
    /// Deferred mail that may be fetched before its time, by outbound host and number ([`crate::sender::Reuse::Batch`]).
    deferred: BTreeMap<(u32, u64), Mail>,
    /// Per outbound host: number of the holding time and its end; empty unless the sender holds for exponential times.
    held: Vec<(u64, Time)>,
}

impl SenderState {
    pub(crate) fn new(table: &SenderTable, entropy: &Entropy, start: Time) -> Self {
        let streams = &table.streams;
        let exponential = matches!(table.behaviour.law.order.keep, Keep::Exponential(_));
        let choosers = if exponential { table.sites * table.hosts } else { 0 };
        Self {
            block: Block::new(
                Sources {
                    arrivals: entropy.stream(streams.arrival),
                    outbound_hosts: entropy.stream(streams.outbound_host),
                    choice: entropy.key(streams.choice),
                    session: entropy.key(streams.session),
                },
                start,
            ),
            choice: entropy.key(streams.choice),
            retry: entropy.key(streams.retry),
            holding: entropy.key(streams.holding),
            process: entropy.key(streams.process),
            clock: entropy.key(StreamId::new(CLOCK, Purpose::Process)).word() as u16,
            home: entropy.key(streams.home),
            pinned: BTreeMap::new(),
            memory: BTreeMap::new(),
            outbound: BTreeMap::new(),
            relays: BTreeMap::new(),
            session: entropy.key(streams.session),
            fault: entropy.key(streams.fault),
            clear_until: BTreeMap::new(),
            deferred: BTreeMap::new(),
            held: vec![(0, start); choosers],
        }
    }

    /// True if nothing that happened before makes a difference to this outbound host's next message.
    pub(crate) fn is_blank(&self, chooser: u32) -> bool {
        (self.memory.is_empty() || !self.memory.contains_key(&chooser))
            && (self.outbound.is_empty() || !self.outbound.contains_key(&chooser))
    }

    /// Where the site of an outbound host is.
    pub(crate) fn home(&self, table: &SenderTable, chooser: u32) -> Home {
        table.home_of(self.home.child(u64::from(chooser) / table.hosts as u64))
    }

    /// The list an outbound host works on, while it has anything to do for the domain.
    pub(crate) fn pinned(&self, chooser: u32) -> Option<(Candidates, u32)> {
        let at_work = match self.relays.get(&chooser) {
            Some(relay) => relay.is_alive(),
            None => self.outbound.get(&chooser).is_some_and(Outbound::is_at_work),
        };
        self.pinned.get(&chooser).filter(|_| at_work).cloned()
    }

    pub(crate) fn pin(&mut self, chooser: u32, list: &Candidates, epoch: u32) {
        self.pinned.insert(chooser, (list.clone(), epoch));
    }

    /// The decision how long a message holds a session.
    pub(crate) const fn session_draw(&self, mail: &Mail) -> Key {
        self.session.child(mail.number)
    }

    /// The luck of a connection to an address that a message opens.
    pub(crate) const fn luck(&self, mail: &Mail, address_hash: u64) -> u64 {
        self.fault.child(mail.number).child(mail.failures as u64).child(address_hash).word()
    }

    /// Notes that TLS failed at an address, so that mail goes there in clear for a while.
    pub(crate) fn send_in_clear(&mut self, chooser: u32, address: u16, until: Time) {
        self.clear_until.insert((chooser, address), until);
    }

    /// True if an outbound host sends in clear to an address, because TLS has failed there.
    pub(crate) fn sends_in_clear(&self, chooser: u32, address: u16, now: Time) -> bool {
        self.clear_until.get(&(chooser, address)).is_some_and(|&until| now < until)
    }

    /// The connections of an outbound host.
    pub(crate) fn outbound(&mut self, table: &SenderTable, chooser: u32) -> &mut Outbound {
        let law = table.behaviour.law.concurrency;
        self.outbound.entry(chooser).or_insert_with(|| Outbound::new(law))
    }

    /// The destination of an outbound host.
    pub(crate) fn relay(&mut self, chooser: u32) -> &mut Relay {
        self.relays.entry(chooser).or_default()
    }

    /// The beginning of the second in which an outbound host is at `now`: clocks are not in step.
    pub(crate) fn second(&self, chooser: u32, now: Time) -> Time {
        let second = Span::from_secs(1);
        let since = (now.0 - self.phase(chooser, second).0).rem_euclid(second.0);
        now - Span(since)
    }

    /// Notes a deferred message that may be fetched before its time.
    pub(crate) fn note_deferred(&mut self, mail: Mail) {
        self.deferred.insert((mail.chooser, mail.number), mail);
    }

    /// Takes a deferred message out; false if it has been fetched, and perhaps deferred again, since then.
    pub(crate) fn take_deferred(&mut self, mail: &Mail) -> bool {
        let key = (mail.chooser, mail.number);
        let is_same = self.deferred.get(&key).is_some_and(|known| known.failures == mail.failures);
        is_same && self.deferred.remove(&key).is_some()
    }

    /// The oldest deferred message of an outbound host.
    pub(crate) fn fetch_deferred(&mut self, chooser: u32) -> Option<Mail> {
        let key = *self.deferred.range((chooser, 0)..=(chooser, u64::MAX)).next()?.0;
        self.deferred.remove(&key)
    }

    /// The mail that still waits for a connection, when time is over.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = Mail> {
        let tasks = self.relays.into_values().flat_map(Relay::into_tasks);
        self.outbound.into_values().flat_map(Outbound::into_waiting).chain(tasks)
    }

    /// The time of the next message, or [`Time::NEVER`].
    #[inline]
    pub(crate) fn next_arrival(&mut self, world: &World, table: &SenderTable) -> Time {
        self.block.next_at(world, table)
    }

    /// The message whose time was asked for last.
    #[inline]
    pub(crate) fn next_drawn(&mut self) -> Drawn {
        self.block.take()
    }

    /// The decision that orders this attempt: drawn for the attempt, the message, the cache entry or the holding time.
    pub(crate) fn choice_for(&mut self, table: &SenderTable, mail: &Mail, epoch: u32, now: Time) -> Key {
        let chooser = u64::from(mail.chooser);
        let message = self.choice.child(mail.number);
        // Decisions of outbound hosts must not meet those of messages.
        let host = self.choice.child(!chooser);
        match table.behaviour.law.order.keep {
            // The first attempt is the message itself, which spares a step for almost all of them.
            Keep::Attempt if mail.failures > 0 => message.child(u64::from(mail.failures)),
            Keep::Attempt | Keep::Message => message,
            Keep::Process => match self.queue_run(table, mail, now) {
                Some(begun) => host.child(begun.0 as u64),
                None => message.child(u64::from(mail.failures)),
            },
            Keep::Second => {
                let outbound = self.outbound.get_mut(&mail.chooser);
                let drawn = outbound.and_then(|outbound| outbound.children.draw(mail.child));
                let (begun, before) = drawn.unwrap_or((now, 0));
                self.holding.child(begun.0.div_euclid(1_000_000) as u64).child(u64::from(before))
            }
            Keep::CacheEntry => host.child(u64::from(epoch)),
            Keep::Forever => host,
            Keep::Fixed(span) => {
                // Each outbound host has its own phase, so that they do not choose anew in step.
                let phase = (self.holding.child(chooser).unit() * span.0 as f64) as i64;
                host.child(now.0.saturating_sub(phase).div_euclid(span.0.max(1)) as u64)
            }
            Keep::Exponential(mean) => host.child(self.exponential_holding(mail.chooser, mean, now)),
        }
    }

    /// When the queue run began that takes `mail` out at `now`; `None` for a message that has just arrived.
    fn queue_run(&self, table: &SenderTable, mail: &Mail, now: Time) -> Option<Time> {
        let every = table.behaviour.law.retry.queue_run?;
        let phase = self.phase(mail.chooser, every);
        let since = now.since(Time(phase.0)).0.rem_euclid(every.0.max(1));
        (mail.failures > 0).then_some(now - Span(since))
    }

    /// The phase of an outbound host's queue runs.
    fn phase(&self, chooser: u32, every: Span) -> Span {
        Span(self.retry.child(u64::from(chooser)).below(every.0.max(1) as usize) as i64)
    }

    /// What an outbound host knows when it orders the candidates of `mail` by `choice`.
    pub(crate) fn around<'a>(
        &'a self,
        world: &'a World,
        table: &SenderTable,
        mail: &Mail,
        (choice, now): (Key, Time),
    ) -> Around<'a> {
        let clock = |at: Time| self.clock.wrapping_add(at.0.div_euclid(1_000_000) as u16);
        let second = match table.behaviour.law.order.keep {
            Keep::Process => clock(self.queue_run(table, mail, now).unwrap_or(now)),
            Keep::Second => clock(now),
            _ => choice.word() as u16,
        };
        Around {
            world,
            second,
            attempts: mail.failures,
            outbound: self.outbound.get(&mail.chooser),
            relay: self.relays.get(&mail.chooser),
            now,
        }
    }

    /// The number of the holding time of an outbound host that covers `now`. Exponential times have no memory: once one is over, what is
    /// left of the one that covers `now` is a fresh draw, however many went by unseen.
    fn exponential_holding(&mut self, chooser: u32, mean: Span, now: Time) -> u64 {
        let lengths = self.holding.child(u64::from(chooser));
        let (number, until) = &mut self.held[chooser as usize];
        if *until <= now {
            *number += 1;
            let length = lengths.child(*number).exponential() * mean.0 as f64;
            *until = now + Span((length as i64).max(1));
        }
        *number
    }

    pub(crate) fn admit(
        &mut self,
        table: &SenderTable,
        mail: &Mail,
        list: &mut Candidates,
        now: Time,
    ) -> Admission {
        let process = self.process_of(table, mail, now);
        match self.memory.get_mut(&mail.chooser) {
            Some(remembered) => remembered.admit(&table.behaviour.law.memory, list, now, process),
            None => Admission::Try,
        }
    }

    /// What memory holds against each of `list`, as [`Self::admit`] would take it out.
    pub(crate) fn held(
        &self,
        table: &SenderTable,
        mail: &Mail,
        list: &Candidates,
        now: Time,
    ) -> Vec<(Candidate, Held)> {
        let Some(remembered) = self.memory.get(&mail.chooser) else { return Vec::new() };
        let (law, process) = (&table.behaviour.law.memory, self.process_of(table, mail, now));
        let held = |candidate: &Candidate| Some((*candidate, remembered.held(law, candidate, now, process)?));
        list.iter().filter_map(held).collect()
    }

    /// The number of the process that makes an attempt begun at `now`: one for each, one for a queue run, or that of a child.
    pub(crate) fn process_of(&self, table: &SenderTable, mail: &Mail, now: Time) -> u32 {
        if mail.child > 0 {
            return mail.child;
        }
        let by_run = matches!(table.behaviour.law.memory, Memory::Process { .. });
        let run = if by_run { self.queue_run(table, mail, now) } else { None };
        let process = match run {
            Some(begun) => self.process.child(!u64::from(mail.chooser)).child(begun.0 as u64),
            None => self.process.child(mail.number).child(u64::from(mail.failures)),
        };
        process.word() as u32
    }

    /// How long it takes to start the process of this number.
    pub(crate) fn process_start(&self, chooser: u32, number: u64, mean: Span) -> Span {
        let draw = self.process.child(!u64::from(chooser)).child(!number);
        Span((draw.exponential() * mean.0 as f64) as i64)
    }

    pub(crate) fn begin_waiting(&mut self, table: &SenderTable, chooser: u32) {
        if table.behaviour.law.memory != Memory::Nothing {
            self.memory.entry(chooser).or_default().begin_waiting();
        }
    }

    /// Takes in how an attempt went; true if the sender gives the message up for it.
    pub(crate) fn learn(
        &mut self,
        table: &SenderTable,
        chooser: u32,
        has_waited: bool,
        report: Report<'_>,
    ) -> bool {
        let law = &table.behaviour.law.memory;
        let nothing_new = report.failed.is_empty() && !self.memory.contains_key(&chooser);
        if *law == Memory::Nothing || nothing_new {
            return false;
        }
        let remembered = self.memory.entry(chooser).or_default();
        if has_waited {
            remembered.end_waiting();
        }
        remembered.note(law, report)
    }

    /// When a deferred message is tried again; `None` if it bounces.
    pub(crate) fn next_attempt(&self, law: &RetryLaw, mail: &Mail, now: Time) -> Option<Time> {
        let phase = law.queue_run.map_or(Span::ZERO, |every| self.phase(mail.chooser, every));
        let lots = self.retry.child(!mail.number);
        retry::next_attempt(law, Deferred { born: mail.born, failures: mail.failures, now, phase }, lots)
    }
}
