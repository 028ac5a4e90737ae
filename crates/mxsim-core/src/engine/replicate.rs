//! One replication, message by message.
//!
//! A message arrives at an outbound host, which looks the domain up, orders the candidates and walks them. A refused connection takes no
//! time; a silent one takes the time-out, and the walk goes on as an event of its own, so that what other messages learn meanwhile
//! counts. A message that nobody took goes back to the queue or bounces.

use super::bulk::Bulk;
use super::calendar::Calendar;
use super::connect::{Connection, connect};
use super::law::Law;
use super::recorder::Recorder;
use super::sender_state::{Mail, SenderState};
use super::tally::Tally;
use super::world::{LayerTable, MX, NOWHERE, SenderTable, World};
use crate::dns::cache::{Layer, Network};
use crate::random::Entropy;
use crate::sender::memory::{Admission, Report};
use crate::sender::{Candidate, Candidates, Outcome, Reaction};
use crate::time::Time;
use smallvec::SmallVec;

/// Events between two looks at the cancel flag.
const EVENTS_PER_LOOK: u32 = 8_192;

/// Simulates replication `replication` of `seed`. Returns `None` if `cancelled` said so.
pub fn replicate(world: &World, seed: u64, replication: u64, cancelled: &dyn Fn() -> bool) -> Option<Tally> {
    let mut state = Replication::new(world, Entropy::new(seed, replication));
    for sender in 0..world.senders.len() {
        if world.senders[sender].law.law == Law::Messages {
            state.schedule_arrival(sender);
        }
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
        state.close_chunks_before(now);
        state.handle(now, event);
    }
    state.close_chunks_before(world.end);
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

/// An attempt under way: the candidates, how far it has come, and who failed.
#[derive(Debug)]
struct Walk {
    mail: Mail,
    candidates: Candidates,
    next: usize,
    failed: SmallVec<[(Candidate, Outcome); 4]>,
    has_waited: bool,
}

#[derive(Debug)]
struct Replication<'w> {
    world: &'w World,
    dns: Network<'w>,
    calendar: Calendar<Event>,
    senders: Vec<SenderState>,
    recorder: Recorder<'w>,
    /// Senders whose messages are drawn as counts.
    bulk: Bulk<'w>,
}

impl<'w> Replication<'w> {
    fn new(world: &'w World, entropy: Entropy) -> Self {
        let layer = |table: &LayerTable| Layer {
            law: table.law,
            caches: table.caches,
            key: entropy.key(table.stream),
        };
        let layers = world.layers.iter().map(layer).collect();
        let authority_key = entropy.key(world.authority_stream);
        Self {
            world,
            dns: Network::new(&world.record_sets, world.authority, authority_key, layers)
                .in_use_before(world.start),
            calendar: Calendar::new(),
            senders: world
                .senders
                .iter()
                .map(|table| SenderState::new(table, &entropy, world.start))
                .collect(),
            recorder: Recorder::new(world),
            bulk: Bulk::new(world, entropy),
        }
    }

    /// Closes the chunks of time that are over at `now`.
    fn close_chunks_before(&mut self, now: Time) {
        while self.recorder.chunk().to <= now {
            let chunk = self.recorder.chunk();
            self.bulk.fill(chunk.from, chunk.to, &mut self.recorder);
            self.recorder.close_chunk();
        }
    }

    fn handle(&mut self, now: Time, event: Event) {
        match event {
            Event::Arrival { sender } => {
                self.schedule_arrival(sender);
                let mail = self.senders[sender].new_mail(sender, &self.world.senders[sender], now);
                self.recorder.arrived(mail.counted());
                self.attempt(mail, now);
            }
            Event::Retry(mail) => self.attempt(mail, now),
            Event::Answered(walk, outcome) => self.answered(walk, outcome, now),
        }
    }

    fn schedule_arrival(&mut self, sender: usize) {
        let at = self.senders[sender].next_arrival(&self.world.senders[sender], self.world.end);
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
        mail.put_tied_first(&mut candidates);
        match state.admit(table, &mail, &mut candidates, now) {
            Admission::Bounce => return self.recorder.bounced(mail.counted()),
            Admission::Defer => return self.put_back(mail, now),
            Admission::Try => table.behaviour.cut(&mut candidates),
        }
        if mail.failures > 0 {
            self.recorder.retried(mail.counted());
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
            self.recorder.attempted(walk.mail.counted(), node);
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
                        self.senders[walk.mail.sender as usize].begin_waiting(table, walk.mail.chooser);
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
        if self.world.senders[walk.mail.sender as usize].behaviour.comes_back() {
            walk.mail.tied = Some((candidate.host, candidate.address));
        }
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
        self.senders[walk.mail.sender as usize].learn(table, walk.mail.chooser, walk.has_waited, report)
    }

    /// Back to the queue until the next attempt, or bounced.
    fn put_back(&mut self, mut mail: Mail, now: Time) {
        mail.failures += 1;
        let law = &self.world.senders[mail.sender as usize].behaviour.law.retry;
        match self.senders[mail.sender as usize].next_attempt(law, &mail, now) {
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
