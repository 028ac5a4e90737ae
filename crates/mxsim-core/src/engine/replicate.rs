//! One replication, message by message.
//!
//! A message arrives at an outbound host, which looks the domain up, orders the candidates and walks them. A refused connection takes no
//! time; a silent one takes the time-out, and the walk goes on as an event of its own, so that what other messages learn meanwhile
//! counts. A message that nobody took goes back to the queue or bounces. What happens once a node takes the connection is in
//! `deliver.rs`.

use super::block::Drawn;
use super::bulk::Bulk;
use super::calendar::{Calendar, Next};
use super::connect::{Connection as Answer, connect};
use super::deck::Deck;
use super::law::Law;
use super::node_state::{NodeState, Room};
use super::outbound::Connection;
use super::probe::{NoHost, NoProbe, Probe, Step};
use super::recorder::{Counted, Recorder};
use super::sender_state::{Mail, SenderState};
use super::tally::Tally;
use super::world::{LayerTable, MX, NOWHERE, SenderTable, World};
use crate::dns::cache::{Hop, Layer, Network, PlainCaches, Question};
use crate::dns::stub::{Home, sort_by_rule_9};
use crate::node::WhenFull;
use crate::random::Entropy;
use crate::sender::memory::{Admission, Report};
use crate::sender::{Candidate, Candidates, Outcome, OwnCache, Reaction, Timeouts};
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
        until_look -= 1;
        if until_look == 0 {
            until_look = EVENTS_PER_LOOK;
            if cancelled() {
                return None;
            }
        }
        match next {
            Next::Arrival(now, sender) => state.arrival(sender, now),
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
pub(super) enum Event {
    /// A queued message is tried again.
    Retry(Mail),
    /// A connection that had to wait has come to an end.
    Answered(Box<Walk>, Outcome),
    /// A message in a session is accepted.
    Delivered(Box<Walk>),
    /// A connection in a backlog has waited for the greeting long enough.
    NoGreeting(u64),
    /// A connection without work is closed.
    IdleOver { sender: u32, chooser: u32, number: u32 },
}

/// An attempt under way: the candidates, how far it has come, and who failed.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) mail: Mail,
    pub(super) candidates: Candidates,
    pub(super) next: usize,
    pub(super) failed: SmallVec<[(Candidate, Outcome); 4]>,
    pub(super) has_waited: bool,
    /// When the connection under way began.
    pub(super) since: Time,
    /// The connection it is delivered over.
    pub(super) connection: Connection,
}

impl Walk {
    pub(super) fn new(mail: Mail, candidates: Candidates, now: Time) -> Self {
        let connection = Connection { host: 0, address: 0, opened: now, messages: 0 };
        Self { mail, candidates, next: 0, failed: SmallVec::new(), has_waited: false, since: now, connection }
    }
}

/// What a connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// A session.
    Session,
    /// A place in the backlog.
    Backlog,
    /// A failure at once.
    Failure(Outcome),
    /// Silence, which ends later.
    Silence(Time, Outcome),
}

/// What a look-up leads to.
#[derive(Debug)]
enum Found {
    /// Addresses to try, and the epoch of the MX entry they came with.
    Candidates(Candidates, u32),
    /// The domain can never take the message.
    NoMail,
    /// There is nobody to deliver to as things stand.
    NotNow(NoHost),
}

/// Who asks for addresses.
struct Asker<'a> {
    hops: &'a [Hop],
    client: u64,
    now: Time,
    /// Where it is, once that has counted.
    home: Option<Home>,
}

/// Addresses found so far, and why some may be missing.
struct Gathered {
    candidates: Candidates,
    missing: Option<NoHost>,
}

#[derive(Debug)]
pub(super) struct Replication<'w, 'p, P> {
    pub(super) world: &'w World,
    dns: Network<'w>,
    /// Per layer: its caches, if only the times of their entries matter.
    plain_caches: Vec<Option<PlainCaches<'w>>>,
    pub(super) calendar: Calendar<Event>,
    pub(super) senders: Vec<SenderState>,
    pub(super) nodes: Vec<NodeState<u64>>,
    /// Walks that wait in a backlog.
    pub(super) in_backlog: BTreeMap<u64, Box<Walk>>,
    pub(super) numbered: u64,
    pub(super) recorder: Recorder<'w>,
    /// Senders whose messages are drawn as counts.
    bulk: Bulk<'w>,
    pub(super) timed: bool,
    pub(super) probe: &'p mut P,
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
            recorder: Recorder::new(world),
            bulk: Bulk::new(world, entropy),
            timed: world.is_timed(),
            probe,
            spare: Vec::new(),
        }
    }

    pub(super) fn note(&mut self, mail: &Mail, now: Time, step: Step<'_>) {
        if P::ACTIVE {
            self.probe.step(mail.subject(), now, step);
        }
    }

    /// Closes the chunks that are over at `now`, with the messages that are drawn as counts.
    #[inline]
    fn close_chunks(&mut self, now: Time) {
        while now >= self.recorder.chunk().to {
            let chunk = self.recorder.chunk();
            self.bulk.fill(chunk.from, chunk.to, &mut self.recorder);
            self.recorder.close_chunk();
            self.sessions_go_on();
        }
    }

    fn arrival(&mut self, sender: usize, now: Time) {
        self.close_chunks(now);
        let table = &self.world.senders[sender];
        let state = &mut self.senders[sender];
        let drawn = state.next_drawn();
        let next = state.next_arrival(self.world, table);
        self.calendar.replace_arrival(next);
        let mail = Mail::new(sender, &drawn, now);
        self.recorder.arrived(mail.counted());
        match &table.deck {
            Some(deck) if !P::ACTIVE && !table.managed && state.is_blank(mail.chooser) => {
                self.deal(deck, mail, &drawn, now);
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
            Event::Delivered(walk) => self.delivered(walk, now),
            Event::NoGreeting(number) => self.no_greeting(number, now),
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
        match self.meet(message, node, &table.behaviour.law.timeouts, now) {
            Met::Session if !self.takes_time(node) => {
                self.recorder.accepted(message, candidate.host, candidate.address, now);
            }
            Met::Session if self.ends_unwatched(node) => {
                let held = drawn.held.unwrap_or_else(|| self.time_in_session(&mail, node));
                self.begin_unwatched(message, (candidate.host, candidate.address), node, (now, now + held));
            }
            met => self.deal_on(deck, mail, epoch, met, now),
        }
    }

    /// The first candidate did not take the message at once: the walk goes on with all of them.
    fn deal_on(&mut self, deck: &'w Deck, mail: Mail, epoch: u32, met: Met, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let choice = self.senders[mail.sender as usize].choice_for(table, &mail, epoch, now);
        let mut candidates = deck.arranged(&table.behaviour, choice);
        table.behaviour.cut(&mut candidates);
        let walk = self.new_walk(Walk::new(mail, candidates, now));
        if let Some(walk) = self.meets(walk, met, now) {
            self.walk(walk, now);
        }
    }

    /// Looks the MX record set up where the order of the answer makes no difference: the epoch, and whether the cache had it.
    #[inline]
    fn touch(&mut self, table: &SenderTable, chooser: u32, now: Time) -> (u32, bool) {
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
    pub(super) fn attempt(&mut self, mail: Mail, now: Time) {
        let world = self.world;
        let table = &world.senders[mail.sender as usize];
        if table.managed && self.uses_or_waits_for_a_connection(&mail, now) {
            return;
        }
        let found = match &table.deck {
            Some(deck) if !P::ACTIVE => self.look_up_deck(deck, &mail, table, now),
            _ => self.look_up(&mail, table, now),
        };
        let (mut candidates, epoch) = match found {
            Found::Candidates(candidates, epoch) => (candidates, epoch),
            Found::NoMail => {
                self.note(&mail, now, Step::Bounced);
                return self.recorder.bounced(mail.counted());
            }
            Found::NotNow(why) => {
                self.note(&mail, now, Step::NobodyToAsk(why));
                return self.put_back(mail, now);
            }
        };
        self.note(&mail, now, Step::Candidates(&candidates));
        let state = &mut self.senders[mail.sender as usize];
        let choice = state.choice_for(table, &mail, epoch, now);
        table.behaviour.arrange(&mut candidates, choice);
        mail.put_tied_first(&mut candidates);
        self.note(&mail, now, Step::Ordered(&candidates));
        let state = &mut self.senders[mail.sender as usize];
        match state.admit(table, &mail, &mut candidates, now) {
            Admission::Bounce => {
                self.note(&mail, now, Step::Bounced);
                return self.recorder.bounced(mail.counted());
            }
            Admission::Defer => {
                self.note(&mail, now, Step::HeldBack);
                return self.put_back(mail, now);
            }
            Admission::Try => {
                self.note(&mail, now, Step::Remembered(&candidates));
                table.behaviour.cut(&mut candidates);
            }
        }
        self.note(&mail, now, Step::Admitted(&candidates));
        if mail.failures > 0 {
            self.recorder.retried(mail.counted());
        }
        if table.managed {
            self.senders[mail.sender as usize].outbound(table, mail.chooser).begin();
        }
        let walk = self.new_walk(Walk::new(mail, candidates, now));
        self.walk(walk, now);
    }

    /// The same where the candidates are always the same.
    fn look_up_deck(&mut self, deck: &Deck, mail: &Mail, table: &SenderTable, now: Time) -> Found {
        let (epoch, from_cache) = self.touch(table, mail.chooser, now);
        self.recorder.looked_up(now, from_cache);
        Found::Candidates(deck.candidates(), epoch)
    }

    /// The candidates in answer order and the epoch of the MX entry, or what it means that there are none.
    fn look_up(&mut self, mail: &Mail, table: &SenderTable, now: Time) -> Found {
        let pins = table.behaviour.law.dns.cache == OwnCache::Pinned;
        let pinned = self.senders[mail.sender as usize].pinned(mail.chooser).filter(|_| pins);
        if let Some((candidates, epoch)) = pinned {
            return Found::Candidates(candidates, epoch);
        }
        let found = self.ask_dns(mail, table, now);
        if let Found::Candidates(candidates, epoch) = &found
            && pins
        {
            self.senders[mail.sender as usize].pin(mail.chooser, candidates, *epoch);
        }
        found
    }

    fn ask_dns(&mut self, mail: &Mail, table: &SenderTable, now: Time) -> Found {
        let world = self.world;
        let hops = table.hops(mail.chooser);
        let client = table.client_of(mail.chooser);
        let answer = self.dns.ask(&hops, Question { set: MX, client, now });
        let Some(mut answer) = answer else {
            self.recorder.looked_up(now, false);
            return Found::NotNow(NoHost::NoAnswer);
        };
        if self.plain_caches[table.nearest(mail.chooser).0].is_some() {
            // Only its times are simulated, and they are the same for all who ask.
            (answer.epoch, answer.from_cache) = self.touch(table, mail.chooser, now);
        }
        self.recorder.looked_up(now, answer.from_cache);
        let (version, from_cache, ttl) = (answer.version, answer.from_cache, answer.ttl);
        self.note(mail, now, Step::LookedUp { version, order: &answer.order, from_cache, ttl });
        let records = &world.record_sets[MX].versions[answer.version].records;
        let policy = &table.behaviour.law.policy;
        let mut gathered = Gathered { candidates: Candidates::new(), missing: None };
        let mut asker = Asker { hops: &hops, client, now, home: None };
        if let Some(host) = world.implicit_host.filter(|_| records.is_empty() && policy.implicit_mx) {
            self.add_host(table, mail, &mut asker, (0, host), &mut gathered);
        }
        for &position in &answer.order {
            let record = records[usize::from(position)];
            if record.target != NOWHERE {
                self.add_host(table, mail, &mut asker, (record.preference, record.target), &mut gathered);
            } else if !policy.null_mx.bounces(record.preference) {
                gathered.missing.get_or_insert(NoHost::NoAnswer);
            }
        }
        let Gathered { candidates, missing } = gathered;
        match missing {
            Some(why) if candidates.is_empty() => Found::NotNow(why),
            // A null MX (RFC 7505) or no address anywhere: permanent, RFC 5321 section 5.1.
            None if candidates.is_empty() => Found::NoMail,
            _ => Found::Candidates(candidates, answer.epoch),
        }
    }

    /// The addresses of a host, in the order in which the sender gets them.
    fn add_host(
        &mut self,
        table: &SenderTable,
        mail: &Mail,
        asker: &mut Asker<'_>,
        (preference, host): (u16, u16),
        gathered: &mut Gathered,
    ) {
        let world = self.world;
        let sets = &world.hosts[usize::from(host)];
        if table.barred[usize::from(host)] {
            gathered.missing.get_or_insert(NoHost::Barred);
            return;
        }
        for set in [sets.aaaa.filter(|_| table.ipv6), sets.a].into_iter().flatten() {
            if let Some(record) = world.certain[set] {
                gathered.candidates.push(world.candidate(preference, host, record.target));
                continue;
            }
            let Some(answer) =
                self.dns.ask(asker.hops, Question { set, client: asker.client, now: asker.now })
            else {
                gathered.missing = Some(NoHost::NoAnswer);
                continue;
            };
            let set = &world.record_sets[set];
            let records = &set.versions[answer.version].records;
            let first = gathered.candidates.len();
            let found = answer.order.iter().map(|&position| records[usize::from(position)].target);
            gathered.candidates.extend(found.map(|address| world.candidate(preference, host, address)));
            let bits = table.compares(set.record_type, sets);
            if bits > 0 {
                let senders = &self.senders;
                let home = *asker
                    .home
                    .get_or_insert_with(|| senders[mail.sender as usize].home(table, mail.chooser));
                let address = |candidate: &Candidate| world.addresses[usize::from(candidate.address)].ip;
                sort_by_rule_9(&mut gathered.candidates[first..], &home, bits, address);
            }
        }
    }

    /// What a connection to `node` begun at `now` meets.
    #[inline]
    fn meet(&mut self, message: Counted, node: usize, timeouts: &Timeouts, now: Time) -> Met {
        if self.nodes[node].fault(&self.world.nodes[node], now).is_none() {
            return self.greeting(message, node, now);
        }
        match connect(&self.world.nodes[node], now, timeouts) {
            Answer::Now(Outcome::Accepted) => self.greeting(message, node, now),
            Answer::Now(outcome) => Met::Failure(outcome),
            Answer::Later(at, outcome) => Met::Silence(at, outcome),
        }
    }

    /// What a connection meets at a node that takes it.
    #[inline]
    fn greeting(&mut self, message: Counted, node: usize, now: Time) -> Met {
        if !self.timed {
            return Met::Session;
        }
        match self.nodes[node].room(node, now, &mut self.recorder) {
            Room::Session => Met::Session,
            Room::Backlog => Met::Backlog,
            Room::None => {
                self.recorder.found_full(message, node);
                Met::Failure(match self.world.capacities[node].when_full {
                    WhenFull::Busy => Outcome::Busy,
                    WhenFull::Refuse => Outcome::Refused,
                })
            }
        }
    }

    /// Tries one candidate after the other until one takes the message, one keeps it waiting, or none is left.
    pub(super) fn walk(&mut self, mut walk: Box<Walk>, now: Time) {
        let world = self.world;
        let timeouts = &world.senders[walk.mail.sender as usize].behaviour.law.timeouts;
        while let Some(&candidate) = walk.candidates.get(walk.next) {
            let node = world.addresses[usize::from(candidate.address)].node;
            self.recorder.attempted(walk.mail.counted(), node);
            walk.since = now;
            let met = self.meet(walk.mail.counted(), node, timeouts, now);
            match self.meets(walk, met, now) {
                Some(same) => walk = same,
                None => return,
            }
        }
        self.nobody_took_it(walk, now);
    }

    /// The connection to the current candidate meets something; gives the walk back if it goes on to the next.
    pub(super) fn meets(&mut self, mut walk: Box<Walk>, met: Met, now: Time) -> Option<Box<Walk>> {
        let candidate = walk.candidates[walk.next];
        match met {
            Met::Session => self.begin_session(walk, candidate, now),
            Met::Backlog => self.wait_for_greeting(walk, candidate, now),
            Met::Silence(at, outcome) => {
                self.begin_waiting(&mut walk);
                self.calendar.schedule(at, Event::Answered(walk, outcome));
            }
            Met::Failure(outcome) => return self.fails(walk, candidate, outcome, now),
        }
        None
    }

    /// The current candidate failed; gives the walk back if it goes on to the next.
    pub(super) fn fails(
        &mut self,
        mut walk: Box<Walk>,
        candidate: Candidate,
        outcome: Outcome,
        now: Time,
    ) -> Option<Box<Walk>> {
        match self.fail(&mut walk, candidate, outcome, now) {
            Reaction::Next => return Some(walk),
            Reaction::Defer => self.nobody_took_it(walk, now),
            Reaction::Bounce => self.give_up(walk, now),
        }
        None
    }

    pub(super) fn begin_waiting(&mut self, walk: &mut Walk) {
        if !walk.has_waited {
            walk.has_waited = true;
            let table = &self.world.senders[walk.mail.sender as usize];
            self.senders[walk.mail.sender as usize].begin_waiting(table, walk.mail.chooser);
        }
    }

    fn answered(&mut self, walk: Box<Walk>, outcome: Outcome, now: Time) {
        let candidate = walk.candidates[walk.next];
        let met = if outcome == Outcome::Accepted {
            self.greeting(walk.mail.counted(), self.world.addresses[usize::from(candidate.address)].node, now)
        } else {
            Met::Failure(outcome)
        };
        if let Some(walk) = self.meets(walk, met, now) {
            self.walk(walk, now);
        }
    }

    fn fail(&mut self, walk: &mut Walk, candidate: Candidate, outcome: Outcome, now: Time) -> Reaction {
        let node = self.world.addresses[usize::from(candidate.address)].node;
        let (mail, since) = (walk.mail, walk.since);
        self.note(&mail, now, Step::Tried { candidate, since, outcome });
        self.recorder.failed(mail.counted(), node);
        walk.failed.push((candidate, outcome));
        walk.next += 1;
        if self.world.senders[mail.sender as usize].behaviour.comes_back() {
            walk.mail.tied = Some((candidate.host, candidate.address));
        }
        self.world.senders[mail.sender as usize].behaviour.react(outcome)
    }

    fn give_up(&mut self, walk: Box<Walk>, now: Time) {
        self.note(&walk.mail, now, Step::Bounced);
        self.recorder.bounced(walk.mail.counted());
        self.learn(&walk, None, now);
        self.not_delivered(walk, now);
    }

    fn nobody_took_it(&mut self, walk: Box<Walk>, now: Time) {
        if self.learn(&walk, None, now) {
            self.note(&walk.mail, now, Step::Bounced);
            self.recorder.bounced(walk.mail.counted());
        } else {
            self.put_back(walk.mail, now);
        }
        self.not_delivered(walk, now);
    }

    /// Tells memory how the attempt went; true if the sender gives the message up for it.
    pub(super) fn learn(&mut self, walk: &Walk, accepted: Option<Candidate>, now: Time) -> bool {
        let table = &self.world.senders[walk.mail.sender as usize];
        let report = Report { failed: &walk.failed, accepted, now };
        self.senders[walk.mail.sender as usize].learn(table, walk.mail.chooser, walk.has_waited, report)
    }

    /// Back to the queue until the next attempt, or bounced.
    fn put_back(&mut self, mut mail: Mail, now: Time) {
        mail.failures += 1;
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
    pub(super) fn new_walk(&mut self, walk: Walk) -> Box<Walk> {
        match self.spare.pop() {
            Some(mut used) => {
                *used = walk;
                used
            }
            None => Box::new(walk),
        }
    }

    pub(super) fn recycle(&mut self, walk: Box<Walk>) {
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
            Event::Answered(walk, _) => self.recorder.waiting(walk.mail.counted()),
            Event::Delivered(walk) => {
                self.recorder.waiting(walk.mail.counted());
                self.still_open(walk.connection);
            }
            Event::NoGreeting(number) => {
                if let Some(walk) = self.in_backlog.remove(&number) {
                    self.recorder.waiting(walk.mail.counted());
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
