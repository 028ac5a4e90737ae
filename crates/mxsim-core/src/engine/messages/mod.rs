//! One replication, message by message.
//!
//! A message arrives at an outbound host, which looks the domain up, orders the candidates and walks them. A refused connection takes no
//! time; a silent one takes the time-out, and the walk goes on as an event of its own, so that what other messages learn meanwhile
//! counts. A message that nobody took goes back to the queue or bounces. What happens once a node takes the connection is in
//! `deliver.rs`.

pub(crate) mod destination_session;
pub(crate) mod fast_path;
pub(crate) mod receiving;
pub(crate) mod resolve;
pub(crate) mod sending;
pub(crate) mod session;

use crate::dns::cache::{Layer, Network, PlainCaches, Question};
use crate::engine::aggregate::Bulk;
use crate::engine::calendar::{Calendar, Next};
use crate::engine::count::recorder::Recorder;
use crate::engine::messages::destination_session::Due;
use crate::engine::messages::fast_path::LightWalk;
use crate::engine::messages::receiving::admission::Met;
use crate::engine::messages::receiving::sessions::NodeState;
use crate::engine::messages::sending::arrivals::Drawn;
use crate::engine::messages::sending::pool::Connection;
use crate::engine::messages::sending::{Mail, SenderState};
use crate::engine::probe::{NoHost, NoProbe, Probe, Step};
use crate::engine::world::fixed_candidates::Deck;
use crate::engine::world::method::Law;
use crate::engine::world::{LayerTable, MX, SenderTable, World};
use crate::random::Entropy;
use crate::sender::look_around::look_around;
use crate::sender::memory::{Admission, Report};
use crate::sender::{Candidate, Candidates, Outcome, Reaction, TlsFailure};
use crate::tally::Tally;
use crate::time::Time;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Events between two looks at the cancel flag.
const EVENTS_PER_LOOK: u32 = 8_192;

/// Simulates replication `replication` of `seed`. Returns `None` if `cancelled` said so.
pub fn replicate(world: &World, seed: u64, replication: u64, cancelled: &dyn Fn() -> bool) -> Option<Tally> {
    replicate_with(world, seed, replication, cancelled, &mut NoProbe)
}

/// The same under the eyes of a probe.
pub fn replicate_with<P: Probe>(
    world: &World,
    seed: u64,
    replication: u64,
    cancelled: &dyn Fn() -> bool,
    probe: &mut P,
) -> Option<Tally> {
    let mut state = Replication::new(world, Entropy::new(seed, replication), probe);
    let mut until_look = EVENTS_PER_LOOK;
    while let Some(next) = state.calendar.take_next() {
        if until_look == 0 {
            until_look = EVENTS_PER_LOOK;
            if cancelled() {
                return None;
            }
        }
        until_look -= 1;
        match next {
            Next::Arrival(now, sender) => until_look = until_look.saturating_sub(state.arrivals(sender, now)),
            Next::Event(now, event) if now < world.end => state.handle(now, event),
            Next::Event(now, event) => {
                // Taken out too early: it belongs to what is left.
                state.calendar.schedule(now, event);
                break;
            }
        }
    }
    Some(state.finish())
}

#[derive(Debug)]
pub(crate) enum Event {
    /// A queued message is tried again.
    Retry(Mail),
    /// A connection that had to wait has come to an end.
    Answered(Box<Walk>, Outcome),
    /// The same for a light walk.
    AnsweredLight(LightWalk, Outcome),
    /// A message in a session is accepted, or turned away.
    Over(Box<Walk>),
    /// A connection in a backlog has waited for the greeting long enough.
    NoGreeting(u64),
    /// A connection begins that no message asked for.
    Connects(Box<Walk>),
    /// A node says goodbye to such a connection.
    Quits(Box<Walk>),
    /// The time has come for something of a destination.
    Relay(Due),
    /// A process that delivers mail is there.
    ProcessReady { sender: u32, chooser: u32 },
    /// A process that delivered a message may have the next.
    ProcessFree { sender: u32, chooser: u32 },
    /// A connection without work is closed.
    IdleOver { sender: u32, chooser: u32, number: u32 },
}

/// An attempt under way: the candidates, how far it has come, and who failed.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) mail: Mail,
    pub(crate) candidates: Candidates,
    pub(crate) next: usize,
    pub(crate) failed: SmallVec<[(Candidate, Outcome); 4]>,
    pub(crate) has_waited: bool,
    /// When the attempt began.
    pub(crate) begun: Time,
    /// When the connection under way began.
    pub(crate) since: Time,
    /// The connection under way.
    pub(crate) connection: Connection,
    /// Why the session will not take the message; `None` if it will.
    pub(crate) trouble: Option<Outcome>,
    /// Messages that the session has turned away in a row, where this makes a difference.
    pub(crate) turned_away: u32,
}

impl Walk {
    pub(crate) fn new(mail: Mail, candidates: Candidates, now: Time) -> Self {
        let connection = Connection {
            host: 0,
            address: 0,
            opened: now,
            messages: 0,
            number: 0,
            luck: 0,
            clear: false,
            set: 0,
            keeps: false,
            child: 0,
        };
        Self {
            mail,
            candidates,
            next: 0,
            failed: SmallVec::new(),
            has_waited: false,
            begun: now,
            since: now,
            connection,
            trouble: None,
            turned_away: 0,
        }
    }

    /// Makes a candidate the next one.
    pub(crate) fn put_next(&mut self, candidate: Candidate) {
        let left = &self.candidates[self.next..];
        match left.iter().position(|other| other.address == candidate.address) {
            Some(place) => self.candidates[self.next..=self.next + place].rotate_right(1),
            None => self.candidates.insert(self.next, candidate),
        }
    }

    /// The candidate of the connection under way. One that was open already has no place among the candidates.
    pub(crate) fn candidate(&self, world: &World) -> Candidate {
        let Connection { host, address, .. } = self.connection;
        self.candidates.get(self.next).copied().unwrap_or_else(|| world.candidate(0, host, address))
    }
}

/// Tells one set of MX hosts from another, whatever their order.
fn mx_set(candidates: &Candidates) -> u64 {
    let begins = |i: &usize| *i == 0 || candidates[i - 1].host != candidates[*i].host;
    (0..candidates.len()).filter(begins).fold(0, |sum: u64, i| sum.wrapping_add(candidates[i].host_hash))
}

/// Why an attempt may try nobody.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Nobody {
    /// Host memory holds all of them back.
    Now,
    /// There is nobody to deliver to as things stand.
    NotYet(NoHost),
    /// The domain takes no mail, or every host has been bad for too long.
    Ever,
}

#[derive(Debug)]
pub(crate) struct Replication<'w, 'p, P> {
    pub(crate) world: &'w World,
    pub(crate) dns: Network<'w>,
    /// Per layer: its caches, if only the times of their entries matter.
    pub(crate) plain_caches: Vec<Option<PlainCaches<'w>>>,
    pub(crate) calendar: Calendar<Event>,
    pub(crate) senders: Vec<SenderState>,
    pub(crate) nodes: Vec<NodeState<u64>>,
    /// Walks that wait in a backlog.
    pub(crate) in_backlog: BTreeMap<u64, Box<Walk>>,
    pub(crate) numbered: u64,
    /// Connections begun.
    connections: u64,
    pub(crate) recorder: Recorder<'w>,
    /// Senders whose messages are drawn as counts.
    bulk: Bulk<'w>,
    pub(crate) timed: bool,
    pub(crate) probe: &'p mut P,
    /// Walks that are over, for the next ones.
    #[expect(clippy::vec_box, reason = "the boxes themselves are used again")]
    spare: Vec<Box<Walk>>,
}

impl<'w, 'p, P: Probe> Replication<'w, 'p, P> {
    fn new(world: &'w World, entropy: Entropy, probe: &'p mut P) -> Self {
        let layer = |table: &LayerTable| Layer {
            law: table.law,
            caches: table.caches,
            key: entropy.key(table.stream),
        };
        let layers: Vec<Layer> = world.layers.iter().map(layer).collect();
        let plain = |(table, layer): (&LayerTable, &Layer)| {
            table.plain.then(|| PlainCaches::new(&world.record_sets[MX], *layer, world.start))
        };
        let plain_caches = world.layers.iter().zip(&layers).map(plain).collect();
        let authority_key = entropy.key(world.authority_stream);
        let mut senders: Vec<SenderState> =
            world.senders.iter().map(|table| SenderState::new(table, &entropy, world.start)).collect();
        let mut calendar = Calendar::new();
        for (sender, state) in senders.iter_mut().enumerate() {
            if world.senders[sender].law.law != Law::Messages {
                continue;
            }
            let at = state.next_arrival(world, &world.senders[sender]);
            if at < world.end {
                calendar.add_arrival(at, sender);
            }
        }
        Self {
            world,
            dns: Network::new(&world.record_sets, world.authority, authority_key, layers)
                .in_use_before(world.start)
                .authority_away(&world.authority_away),
            plain_caches,
            calendar,
            senders,
            nodes: world.capacities.iter().map(|capacity| NodeState::new(*capacity, world.start)).collect(),
            in_backlog: BTreeMap::new(),
            numbered: 0,
            connections: 0,
            recorder: Recorder::new(world),
            bulk: Bulk::new(world, entropy),
            timed: world.is_timed(),
            probe,
            spare: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, mail: &Mail, now: Time, step: Step<'_>) {
        if P::ACTIVE {
            self.probe.step(mail.subject(), now, step);
        }
    }

    /// Closes the chunks that are over at `now`, with the messages that are drawn as counts.
    #[inline]
    pub(crate) fn close_chunks(&mut self, now: Time) {
        while now >= self.recorder.chunk().to {
            let chunk = self.recorder.chunk();
            self.bulk.fill(chunk.from, chunk.to, &mut self.recorder);
            self.recorder.close_chunk();
            self.sessions_go_on();
        }
    }

    /// The next message of a sender arrives, and those after it that come before anything else happens. Gives their number.
    fn arrivals(&mut self, sender: usize, mut now: Time) -> u32 {
        let (table, others) = (&self.world.senders[sender], self.calendar.next_of_others());
        let mut handled = 0;
        loop {
            let mut number = self.calendar.number();
            let dealt = self.deal_a_run(sender, others, now, &mut number);
            if dealt == 0 {
                let drawn = self.senders[sender].next_drawn();
                self.arrival(sender, &drawn, now);
            }
            handled += dealt.max(1);
            let next = self.senders[sender].next_arrival(self.world, table);
            if next >= others || next >= self.calendar.next_event() || handled >= EVENTS_PER_LOOK {
                self.calendar.replace_arrival(next, number);
                return handled;
            }
            now = next;
        }
    }

    #[inline]
    fn arrival(&mut self, sender: usize, drawn: &Drawn, now: Time) {
        self.close_chunks(now);
        let table = &self.world.senders[sender];
        let mail = Mail::new(sender, drawn, now);
        self.recorder.arrived(mail.counted());
        match &table.deck {
            Some(deck) if !P::ACTIVE && !table.managed && self.senders[sender].is_blank(mail.chooser) => {
                self.deal(deck, mail, drawn, now);
            }
            _ => {
                self.note(&mail, now, Step::Arrived { outbound_host: mail.chooser });
                self.attempt(mail, now);
            }
        }
    }

    fn handle(&mut self, now: Time, event: Event) {
        self.close_chunks(now);
        match event {
            Event::Retry(mail) => self.retry(mail, now),
            Event::Answered(walk, outcome) => self.answered(walk, outcome, now),
            Event::AnsweredLight(walk, outcome) => self.answered_light(walk, outcome, now),
            Event::Over(walk) => self.over(walk, now),
            Event::NoGreeting(number) => self.no_greeting(number, now),
            Event::Connects(walk) => self.walk(walk, now),
            Event::Quits(walk) => self.session_is_over(walk, now),
            Event::Relay(due) => self.relay_due(due, now),
            Event::ProcessReady { sender, chooser } => self.process_ready(sender, chooser, now),
            Event::ProcessFree { sender, chooser } => self.process_free(sender, chooser, now),
            Event::IdleOver { sender, chooser, number } => self.idle_over(sender, chooser, number, now),
        }
    }

    fn retry(&mut self, mail: Mail, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        if !table.fetches_deferred() || self.senders[mail.sender as usize].take_deferred(&mail) {
            self.attempt(mail, now);
        }
    }

    /// The first attempt of a sender whose candidates are always the same: only the first of them is looked for.
    fn deal(&mut self, deck: &'w Deck, mail: Mail, drawn: &Drawn, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let (epoch, from_cache) = self.touch(table, mail.chooser, now);
        self.recorder.looked_up(now, from_cache);
        let first = drawn.first.unwrap_or_else(|| {
            let choice = self.senders[mail.sender as usize].choice_for(table, &mail, epoch, now);
            deck.first(choice)
        });
        let candidate = deck.candidate(first);
        let node = self.world.addresses[usize::from(candidate.address)].node;
        let message = mail.counted();
        self.recorder.attempted(message, node);
        let luck = self.luck(&mail, candidate, node);
        match self.meet(message, node, (&table.behaviour.law.timeouts, luck), now) {
            Met::Session if !self.takes_time(node) => {
                self.recorder.accepted(message, candidate.host, candidate.address, now);
            }
            Met::Session if self.ends_unwatched(node) => {
                let held = self.time_in_session(&mail, node);
                self.begin_unwatched(message, (candidate.host, candidate.address), node, (now, now + held));
            }
            met => self.deal_on(deck, mail, epoch, met, now),
        }
    }

    /// The first candidate did not take the message at once: the walk goes on with all of them.
    fn deal_on(&mut self, deck: &'w Deck, mail: Mail, epoch: u32, met: Met, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let choice = self.senders[mail.sender as usize].choice_for(table, &mail, epoch, now);
        if table.walks_lightly {
            return self.walk_lightly(LightWalk::new(mail, deck, choice), met, now);
        }
        let mut candidates = deck.arranged(&table.behaviour, choice);
        table.behaviour.cut(&mut candidates);
        let mut walk = self.new_walk(Walk::new(mail, candidates, now));
        let first = walk.candidates[0];
        self.begin_connection(&mut walk, first, now);
        if let Some(walk) = self.meets(walk, met, now) {
            self.walk(walk, now);
        }
    }

    /// Looks the MX record set up where the order of the answer makes no difference: the epoch, and whether the cache had it.
    #[inline]
    pub(crate) fn touch(&mut self, table: &SenderTable, chooser: u32, now: Time) -> (u32, bool) {
        let (layer, cache) = table.nearest(chooser);
        match &mut self.plain_caches[layer] {
            Some(caches) => caches.ask(cache, now),
            None => {
                let question = Question { set: MX, client: table.client_of(chooser), now };
                let answer = self.dns.ask(&table.hops(chooser), question);
                answer.map_or((0, false), |answer| (answer.epoch, answer.from_cache))
            }
        }
    }

    /// One delivery attempt: a connection that is open already, or look up, order, ask memory, cut, walk.
    pub(crate) fn attempt(&mut self, mut mail: Mail, now: Time) {
        let world = self.world;
        let table = &world.senders[mail.sender as usize];
        if let Some(deck) = table.deck.as_ref().filter(|_| table.walks_lightly && !P::ACTIVE) {
            return self.attempt_lightly(deck, mail, now);
        }
        if table.relays {
            return self.hand_over(mail, now);
        }
        if table.managed && self.uses_or_waits_for_a_connection(&mut mail, now) {
            return;
        }
        match self.candidates(&mail, &[], now) {
            Err(Nobody::Ever) => {
                self.leave_child(&mail, now);
                self.note(&mail, now, Step::Bounced);
                self.recorder.bounced(mail.counted());
            }
            Err(Nobody::Now) => {
                self.leave_child(&mail, now);
                self.put_back(mail, now);
            }
            Err(Nobody::NotYet(why)) => {
                self.leave_child(&mail, now);
                self.note(&mail, now, Step::NobodyToAsk(why));
                self.put_back(mail, now);
            }
            Ok((candidates, set)) => {
                if mail.failures > 0 {
                    self.recorder.retried(mail.counted());
                }
                let mut walk = self.new_walk(Walk::new(mail, candidates, now));
                walk.connection.set = set;
                if table.managed {
                    let outbound = self.senders[mail.sender as usize].outbound(table, mail.chooser);
                    outbound.begin();
                    walk.connection.keeps = outbound.keeps();
                }
                self.walk(walk, now);
            }
        }
    }

    /// Who is tried, in order, and of which set of MX hosts: look up, order, ask memory, cut. Without the addresses that have failed in this
    /// attempt already.
    pub(crate) fn candidates(
        &mut self,
        mail: &Mail,
        failed: &[(Candidate, Outcome)],
        now: Time,
    ) -> Result<(Candidates, u64), Nobody> {
        let table = &self.world.senders[mail.sender as usize];
        let found = match &table.deck {
            Some(deck) if !P::ACTIVE => self.look_up_deck(deck, mail, table, now),
            _ => self.look_up(mail, table, now),
        };
        let (mut candidates, epoch) = found?;
        self.note(mail, now, Step::Candidates(&candidates));
        let state = &mut self.senders[mail.sender as usize];
        let choice = state.choice_for(table, mail, epoch, now);
        let set = mx_set(&candidates);
        table.behaviour.arrange(&mut candidates, choice);
        if table.behaviour.looks_around() {
            let around = state.around(self.world, table, mail, (choice, now));
            look_around(table.behaviour.law.order.hosts, &mut candidates, &around);
        }
        mail.put_tied_first(&mut candidates);
        self.note(mail, now, Step::Ordered(&candidates));
        let has_failed =
            |candidate: &Candidate| failed.iter().any(|(bad, _)| bad.address == candidate.address);
        candidates.retain(|candidate| !has_failed(candidate));
        self.ask_memory(mail, &mut candidates, now)?;
        table.behaviour.cut(&mut candidates);
        self.note(mail, now, Step::Admitted(&candidates));
        Ok((candidates, set))
    }

    /// Takes out what host memory holds back, if it lets the attempt begin at all.
    fn ask_memory(&mut self, mail: &Mail, candidates: &mut Candidates, now: Time) -> Result<(), Nobody> {
        let table = &self.world.senders[mail.sender as usize];
        let state = &mut self.senders[mail.sender as usize];
        let all = if P::ACTIVE { candidates.clone() } else { Candidates::new() };
        let admission = state.admit(table, mail, candidates, now);
        let held = if P::ACTIVE { state.held(table, mail, &all, now) } else { Vec::new() };
        match admission {
            Admission::Bounce => Err(Nobody::Ever),
            Admission::Defer => {
                // After a session that failed nobody else may be left: that is no hold.
                if !held.is_empty() {
                    self.note(mail, now, Step::HeldBack(&held));
                }
                Err(Nobody::Now)
            }
            Admission::Try => {
                self.note(mail, now, Step::Remembered { left: candidates, held: &held });
                Ok(())
            }
        }
    }

    /// A message that was turned away on a connection that was open already goes to the others.
    pub(crate) fn go_to_others(&mut self, mut walk: Box<Walk>, now: Time) {
        match self.candidates(&walk.mail, &walk.failed, now) {
            Ok((candidates, _)) => {
                (walk.candidates, walk.next) = (candidates, 0);
                self.walk(walk, now);
            }
            Err(_) => self.nobody_took_it(walk, now),
        }
    }

    /// Tries one candidate after the other until one takes the message, one keeps it waiting, or none is left.
    pub(crate) fn walk(&mut self, mut walk: Box<Walk>, now: Time) {
        let world = self.world;
        let table = &world.senders[walk.mail.sender as usize];
        let (timeouts, looks_for_kept) = (&table.behaviour.law.timeouts, table.looks_for_kept());
        while let Some(&candidate) = walk.candidates.get(walk.next) {
            if looks_for_kept && self.goes_over_kept(&mut walk, now) {
                return self.deliver_walk(walk, now);
            }
            let node = world.addresses[usize::from(candidate.address)].node;
            self.recorder.attempted(walk.mail.counted(), node);
            self.begin_connection(&mut walk, candidate, now);
            let met = self.meet(walk.mail.counted(), node, (timeouts, walk.connection.luck), now);
            match self.meets(walk, met, now) {
                Some(same) => walk = same,
                None => return,
            }
        }
        self.nobody_took_it(walk, now);
    }

    fn begin_connection(&mut self, walk: &mut Walk, candidate: Candidate, now: Time) {
        self.connections += 1;
        walk.since = now;
        let Connection { set, keeps, .. } = walk.connection;
        walk.connection = Connection {
            set,
            keeps,
            child: walk.mail.child,
            host: candidate.host,
            address: candidate.address,
            opened: now,
            messages: 0,
            number: self.connections,
            luck: self.luck(&walk.mail, candidate, self.world.addresses[usize::from(candidate.address)].node),
            clear: self.senders[walk.mail.sender as usize].sends_in_clear(
                walk.mail.chooser,
                candidate.address,
                now,
            ),
        };
    }

    /// The connection to the current candidate meets something; gives the walk back if it goes on to the next.
    pub(crate) fn meets(&mut self, mut walk: Box<Walk>, met: Met, now: Time) -> Option<Box<Walk>> {
        match met {
            Met::Session => self.begin_session(walk, None, now),
            Met::Trouble(Outcome::TlsFailed) => return self.tls_fails(walk, now),
            Met::Trouble(outcome) => self.begin_session(walk, Some(outcome), now),
            Met::Backlog => self.wait_for_greeting(walk, now),
            Met::Silence(at, outcome) => {
                self.begin_waiting(&mut walk);
                self.calendar.schedule(at, Event::Answered(walk, outcome));
            }
            Met::Failure(outcome) => return self.fails(walk, outcome, now),
        }
        None
    }

    /// TLS cannot be set up. The handshake takes no time.
    fn tls_fails(&mut self, mut walk: Box<Walk>, now: Time) -> Option<Box<Walk>> {
        let behaviour = &self.world.senders[walk.mail.sender as usize].behaviour;
        match behaviour.on_tls_failure() {
            _ if walk.connection.clear => self.begin_session(walk, None, now),
            TlsFailure::NoTls => self.begin_session(walk, None, now),
            TlsFailure::PlainSameHost => {
                let candidate = walk.candidate(self.world);
                let node = self.world.addresses[usize::from(candidate.address)].node;
                self.note_tried(&walk, Outcome::TlsFailed, now);
                self.recorder.failed(walk.mail.counted(), node);
                self.recorder.attempted(walk.mail.counted(), node);
                self.begin_connection(&mut walk, candidate, now);
                walk.connection.clear = true;
                self.begin_session(walk, None, now);
            }
            TlsFailure::NextHostThenPlain(long) => {
                let (chooser, address) = (walk.mail.chooser, walk.connection.address);
                self.senders[walk.mail.sender as usize].send_in_clear(chooser, address, now + long);
                return self.fails(walk, Outcome::TlsFailed, now);
            }
            TlsFailure::NextHost | TlsFailure::Defer => return self.fails(walk, Outcome::TlsFailed, now),
        }
        None
    }

    /// The current candidate failed; gives the walk back if it goes on to the next.
    pub(crate) fn fails(&mut self, mut walk: Box<Walk>, outcome: Outcome, now: Time) -> Option<Box<Walk>> {
        if self.is_for_all(&walk) {
            self.connection_fails(walk, outcome, now);
            return None;
        }
        match self.fail(&mut walk, outcome, now) {
            Reaction::Next => return Some(walk),
            Reaction::Defer => self.nobody_took_it(walk, now),
            Reaction::Bounce => self.give_up(walk, now),
        }
        None
    }

    pub(crate) fn begin_waiting(&mut self, walk: &mut Walk) {
        if !walk.has_waited {
            walk.has_waited = true;
            let table = &self.world.senders[walk.mail.sender as usize];
            self.senders[walk.mail.sender as usize].begin_waiting(table, walk.mail.chooser);
        }
    }

    fn answered(&mut self, walk: Box<Walk>, outcome: Outcome, now: Time) {
        let connection = walk.connection;
        let met = if outcome == Outcome::Accepted {
            let node = self.world.addresses[usize::from(connection.address)].node;
            self.past_greeting(walk.mail.counted(), node, connection.luck, now)
        } else {
            Met::Failure(outcome)
        };
        if let Some(walk) = self.meets(walk, met, now) {
            self.walk(walk, now);
        }
    }

    pub(crate) fn note_tried(&mut self, walk: &Walk, outcome: Outcome, now: Time) {
        let (candidate, connection) = (walk.candidate(self.world), walk.connection.number);
        self.note(&walk.mail, now, Step::Tried { candidate, connection, since: walk.since, outcome });
    }

    /// Counts a failure and says what the sender does about it.
    pub(crate) fn fail(&mut self, walk: &mut Walk, outcome: Outcome, now: Time) -> Reaction {
        let candidate = walk.candidate(self.world);
        let node = self.world.addresses[usize::from(candidate.address)].node;
        if outcome.is_in_session() {
            let connection = walk.connection.number;
            self.note(&walk.mail, now, Step::TurnedAway { candidate, connection, outcome });
        } else {
            self.note_tried(walk, outcome, now);
        }
        if outcome.is_permanent() {
            self.recorder.rejected(walk.mail.counted(), node);
        } else {
            self.recorder.failed(walk.mail.counted(), node);
        }
        walk.failed.push((candidate, outcome));
        walk.next += 1;
        let behaviour = &self.world.senders[walk.mail.sender as usize].behaviour;
        if behaviour.comes_back() {
            walk.mail.tied = Some((candidate.host, candidate.address));
        }
        match behaviour.react(outcome) {
            Reaction::Next if !behaviour.has_sessions_left(&walk.failed) => Reaction::Defer,
            reaction => reaction,
        }
    }

    fn give_up(&mut self, walk: Box<Walk>, now: Time) {
        self.bounce(&walk, now);
        self.not_delivered(walk, now);
    }

    pub(crate) fn nobody_took_it(&mut self, walk: Box<Walk>, now: Time) {
        self.defer(&walk, now);
        self.not_delivered(walk, now);
    }

    /// The message of a walk is given up for a permanent failure.
    pub(crate) fn bounce(&mut self, walk: &Walk, now: Time) {
        self.note(&walk.mail, now, Step::Bounced);
        self.recorder.bounced(walk.mail.counted());
        self.learn(walk, None, now);
    }

    /// The message of a walk goes back to the queue, unless the sender has had enough.
    pub(crate) fn defer(&mut self, walk: &Walk, now: Time) {
        if self.learn(walk, None, now) {
            self.note(&walk.mail, now, Step::Bounced);
            self.recorder.bounced(walk.mail.counted());
        } else {
            self.put_back(walk.mail, now);
        }
    }

    /// Tells memory how the attempt went; true if the sender gives the message up for it.
    pub(crate) fn learn(&mut self, walk: &Walk, accepted: Option<Candidate>, now: Time) -> bool {
        let table = &self.world.senders[walk.mail.sender as usize];
        let state = &mut self.senders[walk.mail.sender as usize];
        let process = state.process_of(table, &walk.mail, walk.begun);
        let report = Report { failed: &walk.failed, accepted, now, process };
        state.learn(table, walk.mail.chooser, walk.has_waited, report)
    }

    /// Back to the queue until the next attempt, or bounced.
    pub(crate) fn put_back(&mut self, mut mail: Mail, now: Time) {
        mail.failures += 1;
        mail.child = 0;
        let table = &self.world.senders[mail.sender as usize];
        let state = &mut self.senders[mail.sender as usize];
        let Some(at) = state.next_attempt(&table.behaviour.law.retry, &mail, now) else {
            self.note(&mail, now, Step::Bounced);
            return self.recorder.bounced(mail.counted());
        };
        if table.fetches_deferred() {
            state.note_deferred(mail);
        }
        self.note(&mail, now, Step::Deferred { until: at });
        self.calendar.schedule(at, Event::Retry(mail));
    }

    /// A walk in a box that was used before, so that messages need no memory of their own.
    pub(crate) fn new_walk(&mut self, walk: Walk) -> Box<Walk> {
        match self.spare.pop() {
            Some(mut used) => {
                *used = walk;
                used
            }
            None => Box::new(walk),
        }
    }

    pub(crate) fn recycle(&mut self, walk: Box<Walk>) {
        self.spare.push(walk);
    }

    fn finish(mut self) -> Tally {
        self.close_chunks(self.world.end);
        for event in std::mem::take(&mut self.calendar).into_rest() {
            self.leave(event);
        }
        let mut recorder = self.recorder;
        let queued = self.senders.into_iter().flat_map(SenderState::into_waiting);
        queued.for_each(|mail| recorder.waiting(mail.counted()));
        recorder.finish()
    }

    /// Takes stock of what is still to come when time is over.
    fn leave(&mut self, event: Event) {
        match event {
            Event::Retry(mail) => {
                let table = &self.world.senders[mail.sender as usize];
                if !table.fetches_deferred() || self.senders[mail.sender as usize].take_deferred(&mail) {
                    self.recorder.waiting(mail.counted());
                }
            }
            Event::Answered(walk, _) if self.is_for_all(&walk) => {}
            Event::Answered(walk, _) => self.recorder.waiting(walk.mail.counted()),
            Event::AnsweredLight(walk, _) => self.recorder.waiting(walk.mail.counted()),
            Event::Over(walk) => {
                self.recorder.waiting(walk.mail.counted());
                self.still_open(walk.connection);
            }
            Event::NoGreeting(number) => {
                if let Some(walk) = self.in_backlog.remove(&number)
                    && !self.is_for_all(&walk)
                {
                    self.recorder.waiting(walk.mail.counted());
                }
            }
            Event::Connects(_) | Event::ProcessReady { .. } | Event::ProcessFree { .. } => {}
            Event::Quits(walk) => self.still_open(walk.connection),
            Event::Relay(due) => {
                if let Some(connection) = self.idle_when_over(due) {
                    self.still_open(connection);
                }
            }
            Event::IdleOver { sender, chooser, number } => {
                let table = &self.world.senders[sender as usize];
                let outbound = self.senders[sender as usize].outbound(table, chooser);
                if let Some(connection) = outbound.close_idle(number) {
                    self.still_open(connection);
                }
            }
        }
    }
}
