//! One replication, message by message.
//!
//! A message arrives at an outbound host, which looks the domain up, orders the candidates and walks them. A refused connection takes no
//! time; a silent one takes the time-out, and the walk goes on as an event of its own, so that what other messages learn meanwhile
//! counts. A message that nobody took goes back to the queue or bounces.

use super::calendar::Calendar;
use super::recorder::{Counted, Recorder};
use super::tally::Tally;
use super::world::{MX, NOWHERE, SenderTable, World};
use crate::dns::cache::{Layer, Network};
use crate::node::{Fault, Schedule};
use crate::random::{Entropy, Key, Stream};
use crate::sender::memory::{Admission, Remembered, Report};
use crate::sender::retry::{Deferred, next_attempt};
use crate::sender::{Candidate, Candidates, Keep, Memory, Outcome, Reaction, Timeouts};
use crate::time::{Span, Time};
use rand_chacha::rand_core::Rng;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Events between two looks at the cancel flag.
const EVENTS_PER_LOOK: u32 = 8_192;

/// Simulates replication `replication` of `seed`. Returns `None` if `cancelled` said so.
pub fn replicate(world: &World, seed: u64, replication: u64, cancelled: &dyn Fn() -> bool) -> Option<Tally> {
    let mut state = Replication::new(world, Entropy::new(seed, replication));
    for sender in 0..world.senders.len() {
        state.schedule_arrival(sender, world.start);
    }
    let mut until_look = EVENTS_PER_LOOK;
    while let Some((now, event)) = state.calendar.take_next() {
        if now >= world.end {
            // Taken out too early: it belongs to what is left.
            state.calendar.schedule(now, event);
            break;
        }
        until_look -= 1;
        if until_look == 0 {
            until_look = EVENTS_PER_LOOK;
            if cancelled() {
                return None;
            }
        }
        state.handle(now, event);
    }
    Some(state.finish())
}

#[derive(Debug)]
enum Event {
    /// The next message of a sender.
    Arrival { sender: usize },
    /// A queued message is tried again.
    Retry(Mail),
    /// A connection that had to wait has come to an end.
    Answered(Box<Walk>, Outcome),
}

/// A message in a queue.
#[derive(Debug, Clone, Copy)]
struct Mail {
    sender: u32,
    /// Outbound host: `site * hosts + host`.
    chooser: u32,
    /// How many messages this sender had sent before.
    number: u64,
    born: Time,
    failures: u32,
}

/// An attempt under way: the candidates, how far it has come, and who failed.
#[derive(Debug)]
struct Walk {
    mail: Mail,
    candidates: Candidates,
    next: usize,
    failed: SmallVec<[(Candidate, Outcome); 4]>,
    has_waited: bool,
}

impl Mail {
    const fn counted(&self) -> Counted {
        Counted { sender: self.sender as usize, born: self.born }
    }
}

/// What one sender carries through a replication.
#[derive(Debug)]
struct SenderState {
    arrivals: Stream,
    outbound_hosts: Stream,
    choice: Key,
    retry: Key,
    holding: Key,
    constant: Key,
    sent: u64,
    /// Only outbound hosts that have something to remember.
    memory: BTreeMap<u32, Remembered>,
    /// Per outbound host: number of the holding time and its end; empty unless the sender holds by time.
    held: Vec<(u32, Time)>,
}

#[derive(Debug)]
struct Replication<'w> {
    world: &'w World,
    dns: Network<'w>,
    calendar: Calendar<Event>,
    senders: Vec<SenderState>,
    recorder: Recorder<'w>,
}

/// The end of a connection attempt: at once, or later.
enum Connection {
    Now(Outcome),
    Later(Time, Outcome),
}

impl<'w> Replication<'w> {
    fn new(world: &'w World, entropy: Entropy) -> Self {
        let layer = |table: &super::world::LayerTable| Layer {
            law: table.law,
            caches: table.caches,
            key: entropy.key(table.stream),
        };
        let layers = world.layers.iter().map(layer).collect();
        let authority_key = entropy.key(world.authority_stream);
        Self {
            world,
            dns: Network::new(&world.record_sets, world.authority, authority_key, layers),
            calendar: Calendar::new(),
            senders: world
                .senders
                .iter()
                .map(|table| SenderState::new(table, &entropy, world.start))
                .collect(),
            recorder: Recorder::new(world),
        }
    }

    fn handle(&mut self, now: Time, event: Event) {
        match event {
            Event::Arrival { sender } => {
                self.schedule_arrival(sender, now);
                let mail = self.senders[sender].new_mail(sender, &self.world.senders[sender], now);
                self.recorder.arrived(mail.counted());
                self.attempt(mail, now);
            }
            Event::Retry(mail) => {
                self.recorder.retried(mail.counted());
                self.attempt(mail, now);
            }
            Event::Answered(walk, outcome) => self.answered(walk, outcome, now),
        }
    }

    fn schedule_arrival(&mut self, sender: usize, now: Time) {
        let stream = &mut self.senders[sender].arrivals;
        let at = self.world.senders[sender].arrivals.next(now, self.world.end, stream);
        if at < self.world.end {
            self.calendar.schedule(at, Event::Arrival { sender });
        }
    }

    /// One delivery attempt: look up, order, ask memory, cut, walk.
    fn attempt(&mut self, mail: Mail, now: Time) {
        let world = self.world;
        let table = &world.senders[mail.sender as usize];
        let Some((mut candidates, epoch)) = self.look_up(&mail, table, now) else {
            // A null MX (RFC 7505) or no address anywhere: permanent, RFC 5321 section 5.1.
            self.recorder.bounced(mail.counted());
            return;
        };
        let state = &mut self.senders[mail.sender as usize];
        let choice = state.choice_for(table, &mail, epoch, now);
        table.behaviour.arrange(&mut candidates, choice);
        match state.admit(table, &mail, &mut candidates, now) {
            Admission::Bounce => return self.recorder.bounced(mail.counted()),
            Admission::Defer => return self.put_back(mail, now),
            Admission::Try => table.behaviour.cut(&mut candidates),
        }
        self.walk(Walk { mail, candidates, next: 0, failed: SmallVec::new(), has_waited: false }, now);
    }

    /// The candidates in answer order, and the epoch of the MX entry; `None` if the domain can never take the message.
    fn look_up(&mut self, mail: &Mail, table: &SenderTable, now: Time) -> Option<(Candidates, u32)> {
        let world = self.world;
        let hops = table.hops(mail.chooser);
        let answer = self.dns.look_up(&hops, MX, now);
        self.recorder.looked_up(now, answer.from_cache);
        let records = &world.record_sets[MX].versions[answer.version].records;
        let mut candidates = Candidates::new();
        let mut add = |preference, host: u16| {
            let sets = &world.hosts[usize::from(host)];
            for set in [sets.aaaa.filter(|_| table.ipv6), sets.a].into_iter().flatten() {
                if let Some(record) = world.certain[set] {
                    candidates.push(world.candidate(preference, host, record.target));
                    continue;
                }
                let addresses = self.dns.look_up(&hops, set, now);
                let records = &world.record_sets[set].versions[addresses.version].records;
                for &position in &addresses.order {
                    candidates.push(world.candidate(preference, host, records[usize::from(position)].target));
                }
            }
        };
        if let Some(host) = world.implicit_host.filter(|_| records.is_empty()) {
            add(0, host);
        }
        for &position in &answer.order {
            let record = records[usize::from(position)];
            if record.target != NOWHERE {
                add(record.preference, record.target);
            }
        }
        (!candidates.is_empty()).then_some((candidates, answer.epoch))
    }

    /// Tries one candidate after the other until one takes the message, one keeps it waiting, or none is left.
    fn walk(&mut self, mut walk: Walk, now: Time) {
        let world = self.world;
        let table = &world.senders[walk.mail.sender as usize];
        while let Some(&candidate) = walk.candidates.get(walk.next) {
            let node = world.addresses[usize::from(candidate.address)].node;
            self.recorder.attempted(walk.mail.counted(), node, now);
            match connect(&world.nodes[node], now, &table.behaviour.law.timeouts) {
                Connection::Now(Outcome::Accepted) => return self.accept(&walk, candidate, now),
                Connection::Now(outcome) => match self.fail(&mut walk, candidate, outcome) {
                    Reaction::Next => {}
                    Reaction::Defer => break,
                    Reaction::Bounce => return self.give_up(&walk, now),
                },
                Connection::Later(at, outcome) => {
                    if !walk.has_waited {
                        walk.has_waited = true;
                        self.senders[walk.mail.sender as usize].begin_waiting(table, &walk.mail);
                    }
                    return self.calendar.schedule(at, Event::Answered(Box::new(walk), outcome));
                }
            }
        }
        self.nobody_took_it(&walk, now);
    }

    fn answered(&mut self, mut walk: Box<Walk>, outcome: Outcome, now: Time) {
        let candidate = walk.candidates[walk.next];
        if outcome == Outcome::Accepted {
            return self.accept(&walk, candidate, now);
        }
        match self.fail(&mut walk, candidate, outcome) {
            Reaction::Next => self.walk(*walk, now),
            Reaction::Defer => self.nobody_took_it(&walk, now),
            Reaction::Bounce => self.give_up(&walk, now),
        }
    }

    fn fail(&mut self, walk: &mut Walk, candidate: Candidate, outcome: Outcome) -> Reaction {
        let node = self.world.addresses[usize::from(candidate.address)].node;
        self.recorder.failed(walk.mail.counted(), node);
        walk.failed.push((candidate, outcome));
        walk.next += 1;
        self.world.senders[walk.mail.sender as usize].behaviour.react(outcome)
    }

    fn accept(&mut self, walk: &Walk, candidate: Candidate, now: Time) {
        self.recorder.accepted(walk.mail.counted(), candidate.host, candidate.address, now);
        self.learn(walk, Some(candidate), now);
    }

    fn give_up(&mut self, walk: &Walk, now: Time) {
        self.recorder.bounced(walk.mail.counted());
        self.learn(walk, None, now);
    }

    fn nobody_took_it(&mut self, walk: &Walk, now: Time) {
        if self.learn(walk, None, now) {
            self.recorder.bounced(walk.mail.counted());
        } else {
            self.put_back(walk.mail, now);
        }
    }

    /// Tells memory how the attempt went; true if the sender gives the message up for it.
    fn learn(&mut self, walk: &Walk, accepted: Option<Candidate>, now: Time) -> bool {
        let table = &self.world.senders[walk.mail.sender as usize];
        let report = Report { failed: &walk.failed, accepted, now };
        self.senders[walk.mail.sender as usize].learn(table, walk, report)
    }

    /// Back to the queue until the next attempt, or bounced.
    fn put_back(&mut self, mut mail: Mail, now: Time) {
        mail.failures += 1;
        let law = &self.world.senders[mail.sender as usize].behaviour.law.retry;
        let state = &self.senders[mail.sender as usize];
        let host = state.retry.child(u64::from(mail.chooser));
        let phase =
            law.queue_run.map_or(Span::ZERO, |every| Span(host.below(every.0.max(1) as usize) as i64));
        let draw = state.retry.child(!mail.number).child(u64::from(mail.failures));
        let deferred = Deferred { born: mail.born, failures: mail.failures, now, phase };
        match next_attempt(law, deferred, draw) {
            Some(at) => self.calendar.schedule(at, Event::Retry(mail)),
            None => self.recorder.bounced(mail.counted()),
        }
    }

    fn finish(self) -> Tally {
        let mut recorder = self.recorder;
        for event in self.calendar.into_rest() {
            match event {
                Event::Arrival { .. } => {}
                Event::Retry(mail) => recorder.waiting(mail.counted()),
                Event::Answered(walk, _) => recorder.waiting(walk.mail.counted()),
            }
        }
        recorder.finish()
    }
}

impl SenderState {
    fn new(table: &SenderTable, entropy: &Entropy, start: Time) -> Self {
        let streams = &table.streams;
        let by_time = matches!(table.behaviour.law.order.keep, Keep::Exponential(_) | Keep::Fixed(_));
        let choosers = if by_time { table.sites * table.hosts } else { 0 };
        Self {
            arrivals: entropy.stream(streams.arrival),
            outbound_hosts: entropy.stream(streams.outbound_host),
            choice: entropy.key(streams.choice),
            retry: entropy.key(streams.retry),
            holding: entropy.key(streams.holding),
            constant: entropy.key(streams.constant),
            sent: 0,
            memory: BTreeMap::new(),
            held: vec![(0, start); choosers],
        }
    }

    fn new_mail(&mut self, sender: usize, table: &SenderTable, now: Time) -> Mail {
        let site = table.site.pick(self.outbound_hosts.next_u64());
        let word = u128::from(self.outbound_hosts.next_u64());
        let host = ((word * table.hosts as u128) >> 64) as usize;
        let number = self.sent;
        self.sent += 1;
        Mail {
            sender: sender as u32,
            chooser: (site * table.hosts + host) as u32,
            number,
            born: now,
            failures: 0,
        }
    }

    /// The decision that orders this attempt: drawn for the attempt, the message, the cache entry or the holding time.
    fn choice_for(&mut self, table: &SenderTable, mail: &Mail, epoch: u32, now: Time) -> Key {
        let chooser = u64::from(mail.chooser);
        let message = self.choice.child(mail.number);
        // Decisions of outbound hosts must not meet those of messages.
        let host = self.choice.child(!chooser);
        match table.behaviour.law.order.keep {
            Keep::Attempt => message.child(u64::from(mail.failures)),
            Keep::Message => message,
            Keep::CacheEntry => host.child(u64::from(epoch)),
            Keep::Forever => host,
            Keep::Fixed(span) => {
                // The first one is cut short, so that outbound hosts do not choose anew in step.
                let phase = self.holding.child(chooser).unit();
                let length = |n| if n == 1 { Span((phase * span.0 as f64) as i64) } else { span };
                host.child(self.holding_time(mail.chooser, now, length))
            }
            Keep::Exponential(mean) => {
                let lengths = self.holding.child(chooser);
                let length = |n| Span((lengths.child(n).exponential() * mean.0 as f64) as i64);
                host.child(self.holding_time(mail.chooser, now, length))
            }
        }
    }

    /// The number of the holding time that covers `now`, given the length of each.
    fn holding_time(&mut self, chooser: u32, now: Time, length: impl Fn(u64) -> Span) -> u64 {
        let (number, until) = &mut self.held[chooser as usize];
        while *until <= now {
            *number += 1;
            *until += length(u64::from(*number)).max(Span(1));
        }
        u64::from(*number)
    }

    fn admit(
        &mut self,
        table: &SenderTable,
        mail: &Mail,
        candidates: &mut Candidates,
        now: Time,
    ) -> Admission {
        match self.memory.get_mut(&mail.chooser) {
            Some(remembered) => remembered.admit(&table.behaviour.law.memory, candidates, now),
            None => Admission::Try,
        }
    }

    fn begin_waiting(&mut self, table: &SenderTable, mail: &Mail) {
        if table.behaviour.law.memory != Memory::Nothing {
            self.remembered(mail.chooser).begin_waiting();
        }
    }

    fn learn(&mut self, table: &SenderTable, walk: &Walk, report: Report<'_>) -> bool {
        let law = &table.behaviour.law.memory;
        let nothing_new = walk.failed.is_empty() && !self.memory.contains_key(&walk.mail.chooser);
        if *law == Memory::Nothing || nothing_new {
            return false;
        }
        let remembered = self.remembered(walk.mail.chooser);
        if walk.has_waited {
            remembered.end_waiting();
        }
        remembered.note(law, report)
    }

    fn remembered(&mut self, chooser: u32) -> &mut Remembered {
        let constant = (self.constant.child(u64::from(chooser)).word() >> 32) as u32;
        self.memory.entry(chooser).or_insert_with(|| Remembered::new(constant))
    }
}

/// How a connection begun at `now` ends. A silent node is asked again with each repeated SYN, so one that comes back is found.
fn connect(faults: &Schedule, now: Time, timeouts: &Timeouts) -> Connection {
    match faults.fault_at(now) {
        None => return Connection::Now(Outcome::Accepted),
        Some(Fault::Refuse) => return Connection::Now(Outcome::Refused),
        Some(Fault::Drop) => {}
    }
    let limit = timeouts.silent_host();
    let repeats = timeouts.kernel.retransmissions().iter().map(|&seconds| Span::from_secs(seconds));
    for at in repeats.take_while(|&after| after < limit).map(|after| now + after) {
        match faults.fault_at(at) {
            None => return Connection::Later(at, Outcome::Accepted),
            Some(Fault::Refuse) => return Connection::Later(at, Outcome::Refused),
            Some(Fault::Drop) => {}
        }
    }
    Connection::Later(now + limit, Outcome::TimedOut)
}
