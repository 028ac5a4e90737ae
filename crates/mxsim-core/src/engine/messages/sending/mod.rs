//! What one sender carries through a replication: its streams, its memory, and the choices it keeps.

pub(crate) mod arrival_block;
pub(crate) mod child_processes;
pub(crate) mod connection;
pub(crate) mod destination;
pub(crate) mod order_context;
pub(crate) mod outbound_host;
pub(crate) mod per_host;
pub(crate) mod processes;

use crate::dns::stub::Home;
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::sending::arrival_block::{Arrival, ArrivalBlock, Sources};
use crate::engine::messages::sending::destination::DestinationQueue;
use crate::engine::messages::sending::order_context::OutboundContext;
use crate::engine::messages::sending::outbound_host::OutboundHost;
use crate::engine::messages::sending::per_host::PerHost;
use crate::engine::world::{SenderTable, World};
use crate::ids::{AddressId, HostId};
use crate::node::{Client, Numbered};
use crate::random::{Entropy, Key, Purpose, StreamId};
use crate::sender::memory::{Backoff, MemoryVerdict, Remembered, Report};
use crate::sender::message_times::MessageTimes;
use crate::sender::retry::{self, FailedAttempt};
use crate::sender::{
    Candidate, Candidates, Memory, Outcome, RetryFrom, RetrySchedule, RetryStep, Stickiness,
};
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// The entity whose draw sets the clocks; no sender's name has a space in front.
const CLOCK: &str = " clock";

/// What an outbound host did last, where its order goes by that.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    /// Attempts that went by a list.
    attempts: u32,
    /// The host that gave it its last session.
    last_good: Option<HostId>,
}

/// The state of one sender.
#[derive(Debug)]
pub(crate) struct SenderState {
    pub(crate) arrivals: ArrivalBlock,
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
    pinned: PerHost<(Candidates, u32)>,
    /// Outbound hosts whose order goes by what they did last ([`HostOrder::RoundRobin`], [`HostOrder::LastGood`]).
    turns: PerHost<Turn>,
    /// Only outbound hosts that have something to remember.
    memory: PerHost<Remembered>,
    /// Messages that have retry times of their own, by number ([`Memory::HostAddress`]).
    message_times: BTreeMap<u64, MessageTimes>,
    /// Outbound hosts with something to keep count of: connections under way, kept ones, waiting messages.
    outbound: PerHost<OutboundHost>,
    /// The destination of each, for those that open connections for it and not for a message.
    destinations: PerHost<DestinationQueue>,
    /// How long messages hold a session.
    session: Key,
    /// How old connections are when the run begins.
    age: Key,
    /// Which connections are hit by a fault that hits only a part of them.
    fault: Key,
    /// Which outbound hosts, sites and recipients are.
    hit: Key,
    /// Until when an outbound host sends in clear to an address at which TLS failed.
    clear_until: BTreeMap<(u32, AddressId), Time>,
    /// Deferred messages that may be fetched before its time, by outbound host and number ([`crate::sender::Reuse::Batch`]).
    deferred: BTreeMap<(u32, u64), QueuedMessage>,
    /// Per outbound host: number of the holding time and its end; empty unless the sender holds for exponential times.
    held: Vec<(u64, Time)>,
}

impl SenderState {
    pub(crate) fn new(table: &SenderTable, entropy: &Entropy, start: Time) -> Self {
        let streams = &table.streams;
        let exponential = matches!(table.behaviour.parameters.order.keep, Stickiness::Exponential(_));
        let choosers = if exponential { table.outbound_hosts() } else { 0 };
        Self {
            arrivals: ArrivalBlock::new(
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
            pinned: PerHost::new(),
            turns: PerHost::new(),
            memory: PerHost::new(),
            message_times: BTreeMap::new(),
            outbound: PerHost::new(),
            destinations: PerHost::new(),
            session: entropy.key(streams.session),
            age: entropy.key(streams.age),
            fault: entropy.key(streams.fault),
            hit: entropy.key(streams.hit),
            clear_until: BTreeMap::new(),
            deferred: BTreeMap::new(),
            held: vec![(0, start); choosers],
        }
    }

    /// Entries of its tables: outbound hosts of which something is known, and messages with times of their own.
    pub(crate) fn entries(&self) -> usize {
        let hosts = [self.memory.len(), self.outbound.len(), self.destinations.len(), self.turns.len()];
        let others = self.pinned.len() + self.message_times.len() + self.deferred.len();
        hosts.into_iter().sum::<usize>() + others + self.clear_until.len()
    }

    /// True if an outbound host remembers something of a node.
    #[inline]
    fn remembers(&self, host: u32) -> bool {
        self.memory.contains(host)
    }

    /// True if anything that is remembered may keep a message from a candidate.
    #[inline]
    pub(crate) fn may_hold(&self, message: &QueuedMessage) -> bool {
        self.remembers(message.outbound_host) || self.has_own_times(message)
    }

    /// True if a message has retry times of its own.
    #[inline]
    pub(crate) fn has_own_times(&self, message: &QueuedMessage) -> bool {
        !self.message_times.is_empty() && self.message_times.contains_key(&message.id.number)
    }

    /// True if nothing that happened before makes a difference to this outbound host's next message.
    pub(crate) fn is_blank(&self, host: u32) -> bool {
        !self.memory.contains(host) && !self.outbound.contains(host)
    }

    /// Where the site of an outbound host is.
    pub(crate) fn home(&self, table: &SenderTable, host: u32) -> Home {
        table.home_of(self.home.child(u64::from(host) / table.hosts as u64))
    }

    /// The list an outbound host works on, while it has anything to do for the domain.
    pub(crate) fn pinned(&self, host: u32) -> Option<&(Candidates, u32)> {
        let at_work = match self.destinations.get(host) {
            Some(destination) => destination.is_alive(),
            None => self.outbound.get(host).is_some_and(OutboundHost::is_at_work),
        };
        self.pinned.get(host).filter(|_| at_work)
    }

    pub(crate) fn pin(&mut self, host: u32, list: &Candidates, epoch: u32) {
        *self.pinned.get_or_insert_with(host, || (Candidates::new(), 0)) =
            (Candidates::from_slice(list), epoch);
    }

    /// The decision how long a message holds a session.
    pub(crate) const fn session_draw(&self, message: &QueuedMessage) -> Key {
        self.session.child(message.id.number)
    }

    /// The fault draw of a connection to an address that a message opens.
    pub(crate) const fn fault_draw(&self, message: &QueuedMessage, address_hash: u64) -> u64 {
        self.fault.child(message.id.number).child(message.failures as u64).child(address_hash).word()
    }

    /// Who opens a connection of this family and draw for a message, or uses one for it.
    pub(crate) const fn identity(
        &self,
        table: &SenderTable,
        message: &QueuedMessage,
        (ipv6, connection): (bool, u64),
    ) -> Client {
        let (sites, hosts) = (table.sites as u32, table.hosts as u32);
        let outbound_host = Numbered { number: message.outbound_host, of: sites.saturating_mul(hosts) };
        let site = Numbered { number: message.outbound_host / hosts, of: sites };
        let (sender, recipient, hit) = (table.name_hash, message.id.number, self.hit);
        Client { sender, ipv6, connection, outbound_host, site, recipient, hit }
    }

    /// Notes that TLS failed at an address, so that mail goes there in clear for a while.
    pub(crate) fn send_in_clear(&mut self, host: u32, address: AddressId, until: Time) {
        self.clear_until.insert((host, address), until);
    }

    /// True if an outbound host sends in clear to an address, because TLS has failed there.
    pub(crate) fn sends_in_clear(&self, host: u32, address: AddressId, now: Time) -> bool {
        self.clear_until.get(&(host, address)).is_some_and(|&until| now < until)
    }

    /// The connections of an outbound host.
    #[inline]
    pub(crate) fn outbound(&mut self, table: &SenderTable, host: u32) -> &mut OutboundHost {
        let policy = table.behaviour.parameters.concurrency;
        self.outbound.get_or_insert_with(host, || OutboundHost::new(policy))
    }

    /// The destination of an outbound host.
    pub(crate) fn destination(&mut self, host: u32) -> &mut DestinationQueue {
        self.destinations.get_or_insert_with(host, DestinationQueue::default)
    }

    /// The beginning of the second in which an outbound host is at `now`: clocks are not in step.
    pub(crate) fn second(&self, host: u32, now: Time) -> Time {
        let second = Span::from_secs(1);
        let since = (now.0 - self.phase(host, second).0).rem_euclid(second.0);
        now - Span(since)
    }

    /// Notes a deferred message that may be fetched before its time.
    pub(crate) fn note_deferred(&mut self, message: QueuedMessage) {
        self.deferred.insert((message.outbound_host, message.id.number), message);
    }

    /// Takes a deferred message out; false if it has been fetched, and perhaps deferred again, since then.
    pub(crate) fn take_deferred(&mut self, message: &QueuedMessage) -> bool {
        let key = (message.outbound_host, message.id.number);
        let is_same = self.deferred.get(&key).is_some_and(|known| known.failures == message.failures);
        is_same && self.deferred.remove(&key).is_some()
    }

    /// The oldest deferred message of an outbound host.
    pub(crate) fn fetch_deferred(&mut self, host: u32) -> Option<QueuedMessage> {
        let key = *self.deferred.range((host, 0)..=(host, u64::MAX)).next()?.0;
        self.deferred.remove(&key)
    }

    /// The messages that still wait for a connection, when time is over.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = QueuedMessage> {
        let queued = self.destinations.into_values().flat_map(DestinationQueue::into_messages);
        self.outbound.into_values().flat_map(OutboundHost::into_waiting).chain(queued)
    }

    /// The time of the next message, or [`Time::NEVER`].
    #[inline]
    pub(crate) fn next_arrival(&mut self, world: &World, table: &SenderTable) -> Time {
        self.arrivals.next_at(world, table)
    }

    /// The message whose time was asked for last.
    #[inline]
    pub(crate) fn take_arrival(&mut self) -> Arrival {
        self.arrivals.take()
    }

    /// The decision that orders this attempt: drawn for the attempt, the message, the cache entry or the holding time.
    pub(crate) fn choice_for(
        &mut self,
        table: &SenderTable,
        message: &QueuedMessage,
        epoch: u32,
        now: Time,
    ) -> Key {
        let number = u64::from(message.outbound_host);
        let own = self.choice.child(message.id.number);
        // Decisions of outbound hosts must not meet those of messages.
        let host = self.choice.child(!number);
        match table.behaviour.parameters.order.keep {
            // The first attempt is the message itself, which spares a step for almost all of them.
            Stickiness::Attempt if message.failures > 0 => own.child(u64::from(message.failures)),
            Stickiness::Attempt | Stickiness::Message => own,
            Stickiness::Process => match self.queue_run(table, message, now) {
                Some(begun) => host.child(begun.0 as u64),
                None => own.child(u64::from(message.failures)),
            },
            Stickiness::Second => {
                let outbound = self.outbound.get_mut(message.outbound_host);
                let drawn = outbound.and_then(|outbound| outbound.children.draw(message.child));
                let (begun, before) = drawn.unwrap_or((now, 0));
                self.holding.child(begun.0.div_euclid(1_000_000) as u64).child(u64::from(before))
            }
            Stickiness::CacheEntry => host.child(u64::from(epoch)),
            Stickiness::Forever => host,
            Stickiness::Fixed(span) => {
                // Each outbound host has its own phase, so that they do not choose anew in step.
                let phase = (self.holding.child(number).unit() * span.0 as f64) as i64;
                host.child(now.0.saturating_sub(phase).div_euclid(span.0.max(1)) as u64)
            }
            Stickiness::Exponential(mean) => {
                host.child(self.exponential_holding(message.outbound_host, mean, now))
            }
        }
    }

    /// When the queue run began that takes `message` out at `now`; `None` for a message that has just arrived.
    fn queue_run(&self, table: &SenderTable, message: &QueuedMessage, now: Time) -> Option<Time> {
        let every = table.behaviour.parameters.retry.queue_run?;
        let phase = self.phase(message.outbound_host, every);
        let since = now.since(Time(phase.0)).0.rem_euclid(every.0.max(1));
        (message.failures > 0).then_some(now - Span(since))
    }

    /// The phase of an outbound host's queue runs.
    fn phase(&self, host: u32, every: Span) -> Span {
        Span(self.retry.child(u64::from(host)).below(every.0.max(1) as usize) as i64)
    }

    /// When, from the start of the run, the connection in this place of an outbound host is used up that was there before.
    pub(crate) fn first_used_up(&self, host: u32, place: u32, age: Span) -> Span {
        let draw = self.age.child(u64::from(host)).child(u64::from(place));
        Span((draw.unit() * age.0 as f64) as i64)
    }

    /// What an outbound host knows when it orders the candidates of `message` by `choice`.
    pub(crate) fn order_context<'a>(
        &'a self,
        world: &'a World,
        table: &SenderTable,
        message: &QueuedMessage,
        (choice, now): (Key, Time),
    ) -> OutboundContext<'a> {
        let clock = |at: Time| self.clock.wrapping_add(at.0.div_euclid(1_000_000) as u16);
        let second = match table.behaviour.parameters.order.keep {
            Stickiness::Process => clock(self.queue_run(table, message, now).unwrap_or(now)),
            Stickiness::Second => clock(now),
            _ => choice.word() as u16,
        };
        let turn = self.turns.get(message.outbound_host).copied().unwrap_or_default();
        OutboundContext {
            topology: &world.topology,
            second,
            attempts: message.failures,
            turn: turn.attempts,
            last_good: turn.last_good,
            outbound: self.outbound.get(message.outbound_host),
            destination: self.destinations.get(message.outbound_host),
            now,
        }
    }

    /// Notes that an attempt of an outbound host has gone by its list.
    pub(crate) fn take_turn(&mut self, host: u32) {
        let turn = self.turns.get_or_insert_with(host, Turn::default);
        turn.attempts = turn.attempts.wrapping_add(1);
    }

    /// Notes the host that gave an outbound host a session.
    pub(crate) fn note_good(&mut self, outbound_host: u32, host: HostId) {
        self.turns.get_or_insert_with(outbound_host, Turn::default).last_good = Some(host);
    }

    /// The number of the holding time of an outbound host that covers `now`. Exponential times have no memory: once one is over, what is
    /// left of the one that covers `now` is a fresh draw, however many went by unseen.
    fn exponential_holding(&mut self, host: u32, mean: Span, now: Time) -> u64 {
        let lengths = self.holding.child(u64::from(host));
        let (number, until) = &mut self.held[host as usize];
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
        message: &QueuedMessage,
        list: &mut Candidates,
        now: Time,
    ) -> MemoryVerdict {
        let process = self.process_of(table, message, now);
        let verdict = match self.memory.get_mut(message.outbound_host) {
            Some(remembered) => remembered.admit(&table.behaviour.parameters.memory, list, now, process),
            None => MemoryVerdict::Try,
        };
        match self.message_times.get(&message.id.number) {
            Some(times) if verdict == MemoryVerdict::Try => {
                list.retain(|candidate| times.held(candidate, now).is_none());
                if list.is_empty() { MemoryVerdict::Defer } else { MemoryVerdict::Try }
            }
            _ => verdict,
        }
    }

    /// What memory holds against each of `list`, as [`Self::admit`] would take it out.
    pub(crate) fn held(
        &self,
        table: &SenderTable,
        message: &QueuedMessage,
        list: &Candidates,
        now: Time,
    ) -> Vec<(Candidate, Backoff)> {
        let (policy, process) = (&table.behaviour.parameters.memory, self.process_of(table, message, now));
        let remembered = self.memory.get(message.outbound_host);
        let times = self.message_times.get(&message.id.number);
        let held = |candidate: &Candidate| {
            let by_host = remembered.and_then(|known| known.held(policy, candidate, now, process));
            let held = by_host.or_else(|| times.and_then(|times| times.held(candidate, now)));
            Some((*candidate, held?))
        };
        list.iter().filter_map(held).collect()
    }

    /// The number of the process that makes an attempt begun at `now`: one for each, one for a queue run, or that of a child.
    pub(crate) fn process_of(&self, table: &SenderTable, message: &QueuedMessage, now: Time) -> u32 {
        if message.child > 0 {
            return message.child;
        }
        let by_run = matches!(table.behaviour.parameters.memory, Memory::Process { .. });
        let run = if by_run { self.queue_run(table, message, now) } else { None };
        let process = match run {
            Some(begun) => self.process.child(!u64::from(message.outbound_host)).child(begun.0 as u64),
            None => self.process.child(message.id.number).child(u64::from(message.failures)),
        };
        process.word() as u32
    }

    /// How long it takes to start the process of this number.
    pub(crate) fn process_start(&self, host: u32, number: u64, mean: Span) -> Span {
        let draw = self.process.child(!u64::from(host)).child(!number);
        Span((draw.exponential() * mean.0 as f64) as i64)
    }

    pub(crate) fn begin_waiting(&mut self, table: &SenderTable, host: u32) {
        if table.behaviour.parameters.memory != Memory::Nothing {
            self.memory.get_or_insert_with(host, Remembered::default).begin_waiting();
        }
    }

    /// Takes in how an attempt went that had these failures; true if the sender gives the message up for it.
    pub(crate) fn learn(
        &mut self,
        table: &SenderTable,
        delivery: &Delivery,
        failed: &[(Candidate, Outcome)],
        (accepted, now): (Option<Candidate>, Time),
    ) -> bool {
        let (policy, message) = (&table.behaviour.parameters.memory, &delivery.message);
        let nothing_new = failed.is_empty() && !self.may_hold(message);
        if *policy == Memory::Nothing || nothing_new {
            return false;
        }
        let process = self.process_of(table, message, delivery.begun);
        let report = Report { failed, accepted, now, process };
        if let Memory::HostAddress { rule, of_messages: true, .. } = policy {
            self.learn_of_message(rule, message, report);
        }
        let remembered = self.memory.get_or_insert_with(message.outbound_host, Remembered::default);
        if delivery.has_waited {
            remembered.end_waiting();
        }
        remembered.note(policy, report)
    }

    /// Takes in what an attempt says of its message alone.
    fn learn_of_message(&mut self, rule: &[RetryStep], message: &QueuedMessage, report: Report<'_>) {
        let mut times = self.message_times.remove(&message.id.number).unwrap_or_default();
        if report.accepted.is_none() {
            times.note(rule, report.failed, message.id.born, report.now);
            if !times.is_empty() {
                self.message_times.insert(message.id.number, times);
            }
        }
    }

    /// Forgets the retry times of a message that is given up.
    pub(crate) fn forget_message(&mut self, message: &QueuedMessage) {
        if !self.message_times.is_empty() {
            self.message_times.remove(&message.id.number);
        }
    }

    /// The outbound host that makes the next attempt at a message that has just failed.
    pub(crate) fn next_host(&self, table: &SenderTable, message: &QueuedMessage) -> u32 {
        let from = table.behaviour.parameters.retry.from;
        if from == RetryFrom::Same {
            return message.outbound_host;
        }
        let draws = self.retry.child(!message.id.number);
        from.next(message.outbound_host, table.hosts as u32, message.failures, draws)
    }

    /// When a deferred message is tried again; `None` if it bounces.
    pub(crate) fn next_attempt(
        &self,
        policy: &RetrySchedule,
        message: &QueuedMessage,
        now: Time,
    ) -> Option<Time> {
        let phase = policy.queue_run.map_or(Span::ZERO, |every| self.phase(message.outbound_host, every));
        let draws = self.retry.child(!message.id.number);
        let times = self.message_times.get(&message.id.number);
        let not_before = times.and_then(MessageTimes::not_before).unwrap_or(now);
        retry::next_attempt(
            policy,
            FailedAttempt { born: message.id.born, failures: message.failures, now, phase, not_before },
            draws,
        )
    }
}
