//! Walks that need no more than an order and a place in it.
//!
//! Where a sender remembers nothing, keeps no connection, tries all of a short deck in one attempt and goes on to the next host whatever
//! happens, and where nodes refuse connections or say nothing but never turn a session bad or make it wait, nothing has to be kept of a walk but where it stands. So it fits
//! into the calendar and needs no memory of its own. Which senders are like that is decided once, by [`walks_lightly`]; everything
//! else goes through `replicate.rs`, and comes to the same.

use crate::engine::connect::outlasts;
use crate::engine::count::recorder::Counted;
use crate::engine::messages::receiving::admission::Met;
use crate::engine::messages::sending::Mail;
use crate::engine::messages::{Event, Replication};
use crate::engine::probe::Probe;
use crate::engine::world::fixed_candidates::{Deck, Stop};
use crate::engine::world::{SenderTable, World};
use crate::node::Fault;
use crate::random::Key;
use crate::sender::{Failover, Memory, Outcome};
use crate::time::Time;

/// No fault hits only a part of the connections.
const NO_LUCK: u64 = 0;

/// An attempt under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LightWalk {
    pub(crate) mail: Mail,
    /// What the order of the candidates is drawn from.
    choice: Key,
    /// One bit for each place of the deck that has had its turn.
    tried: u8,
    /// The place whose turn it is; `None` when all have had it.
    now: Option<u8>,
}

impl LightWalk {
    pub(crate) fn new(mail: Mail, deck: &Deck, choice: Key) -> Self {
        Self::beginning_at(deck.first(choice), mail, choice)
    }

    /// The same if the first candidate is known.
    const fn beginning_at(first: u8, mail: Mail, choice: Key) -> Self {
        Self { mail, choice, tried: 0, now: Some(first) }
    }

    /// The turn goes to the next candidate.
    fn go_on(&mut self, deck: &Deck) {
        if let Some(place) = self.now {
            self.tried |= 1 << place;
            self.now = deck.next(self.choice, self.tried);
        }
    }

    /// Where the candidate leads whose turn it is.
    fn stop(&self, deck: &Deck) -> Option<Stop> {
        self.now.map(|place| deck.stop(place))
    }
}

/// True if all walks of this sender are light.
pub(crate) fn walks_lightly(world: &World, sender: &SenderTable) -> bool {
    let (behaviour, law) = (&sender.behaviour, &sender.behaviour.law);
    let tries_all = |deck: &Deck| {
        let mut candidates = deck.candidates();
        behaviour.cut(&mut candidates);
        candidates.len() == deck.count() && deck.count() <= Deck::SHORT
    };
    let in_session = |fault: Fault| !matches!(fault, Fault::Refuse | Fault::Drop);
    sender.deck.as_ref().is_some_and(tries_all)
        && behaviour.custom.is_none()
        && law.failover == Failover::NextHost
        && law.on_busy == Failover::NextHost
        && law.limits.sessions.is_none()
        && law.memory == Memory::Nothing
        && !sender.managed
        && world.capacities.iter().all(|capacity| capacity.backlog == 0)
        && world.nodes.iter().all(|faults| !faults.is_partial() && !faults.ever(in_session))
}

impl<'w, P: Probe> Replication<'w, '_, P> {
    /// Deals with the messages of a sender of light walks from the next on, for as long as each is taken by the first node it turns to or
    /// meets silence there, and nothing else happens: most messages are like that, so there is a short way for them. The first comes at
    /// `now`, and before `others` none of another sender does. Gives how many they are; `number` becomes that of the next arrival.
    pub(crate) fn deal_a_run(&mut self, sender: usize, others: Time, now: Time, number: &mut u64) -> u32 {
        let (world, table) = (self.world, &self.world.senders[sender]);
        let Some(deck) = table.deck.as_ref().filter(|_| table.walks_lightly && !P::ACTIVE) else { return 0 };
        self.close_chunks(now);
        let (layer, caches) = table.layers[0];
        let Some(plain) = &mut self.plain_caches[usize::from(layer)] else { return 0 };
        if now < Time::ZERO || (self.timed && world.session_time.is_none()) {
            return 0;
        }
        let chunk_ends = self.recorder.chunk().to;
        let mut until = others.min(self.calendar.next_event()).min(chunk_ends);
        let timeouts = &table.behaviour.law.timeouts;
        let block = &mut self.senders[sender].block;
        let (run, recorder) = (block.run(self.timed), &mut self.recorder);
        let (mut count, mut hits, mut own_number) = (0, 0, None);
        for (place, &at) in run.at.iter().enumerate() {
            if at >= until {
                break;
            }
            let Stop { host, address, node } = deck.stop(run.first[place]);
            let state = &mut self.nodes[node];
            let message = Counted { sender, born: at };
            if let Some(outage) = state.outage(&world.nodes[node], at) {
                // Anything but silence to the end is for the long way.
                let Some(over) = outlasts(outage, at, timeouts, NO_LUCK) else { break };
                // The next arrival has been scheduled before what happens now.
                own_number = Some(self.calendar.number());
                let drawn = block.ahead(place);
                let (mail, choice) = (Mail::new(sender, &drawn, at), block.choice(&drawn));
                let walk = LightWalk::beginning_at(run.first[place], mail, choice);
                self.calendar.schedule(over, Event::AnsweredLight(walk, Outcome::TimedOut));
                recorder.attempted(message, node);
                until = until.min(over);
            } else if self.timed {
                if state.is_full(at) {
                    break;
                }
                own_number = None;
                let over = at + run.held[place];
                state.begin_uncounted(node, (at, over), recorder);
                if over < chunk_ends {
                    recorder.taken_at_once(message, (host, address), node, over);
                } else {
                    recorder.attempted(message, node);
                    recorder.connected(node, at, false);
                    recorder.session(node, (at, over), 1);
                    recorder.will_be_accepted(message, host, address, over);
                }
            } else {
                own_number = None;
                recorder.taken_at_once(message, (host, address), node, at);
            }
            hits += u64::from(plain.ask(table.cache_of(caches, run.chooser[place]), at).1);
            count += 1;
        }
        recorder.arrived_in_a_run(count as u64, hits);
        block.skip(count);
        *number = own_number.unwrap_or_else(|| self.calendar.number());
        count as u32
    }

    /// One delivery attempt after the first.
    pub(crate) fn attempt_lightly(&mut self, deck: &'w Deck, mail: Mail, now: Time) {
        let table = &self.world.senders[mail.sender as usize];
        let (epoch, from_cache) = self.touch(table, mail.chooser, now);
        self.recorder.looked_up(now, from_cache);
        self.recorder.retried(mail.counted());
        let choice = self.senders[mail.sender as usize].choice_for(table, &mail, epoch, now);
        let walk = LightWalk::new(mail, deck, choice);
        if let Some(met) = self.meet_next(deck, &walk, now) {
            self.walk_lightly(walk, met, now);
        }
    }

    /// The current candidate meets something; the walk goes on until a node takes the message, one is silent or none is left.
    pub(crate) fn walk_lightly(&mut self, mut walk: LightWalk, mut met: Met, now: Time) {
        let world = self.world;
        let Some(deck) = &world.senders[walk.mail.sender as usize].deck else { return };
        while let Some(stop) = walk.stop(deck) {
            match met {
                Met::Session => return self.serve(&walk.mail, stop, now),
                Met::Silence(at, outcome) => {
                    return self.calendar.schedule(at, Event::AnsweredLight(walk, outcome));
                }
                // No node has a backlog, or a fault in a session.
                Met::Failure(_) | Met::Backlog | Met::Trouble(_) => {
                    self.recorder.failed(walk.mail.counted(), stop.node);
                }
            }
            walk.go_on(deck);
            met = match self.meet_next(deck, &walk, now) {
                Some(met) => met,
                None => break,
            };
        }
        self.put_back(walk.mail, now);
    }

    /// What the connection to the next candidate meets; `None` if none is left.
    fn meet_next(&mut self, deck: &Deck, walk: &LightWalk, now: Time) -> Option<Met> {
        let node = walk.stop(deck)?.node;
        let timeouts = &self.world.senders[walk.mail.sender as usize].behaviour.law.timeouts;
        self.recorder.attempted(walk.mail.counted(), node);
        Some(self.meet(walk.mail.counted(), node, (timeouts, NO_LUCK), now))
    }

    fn serve(&mut self, mail: &Mail, Stop { host, address, node }: Stop, now: Time) {
        if self.takes_time(node) {
            let held = self.time_in_session(mail, node);
            self.begin_unwatched(mail.counted(), (host, address), node, (now, now + held));
        } else {
            self.recorder.accepted(mail.counted(), host, address, now);
        }
    }

    pub(crate) fn answered_light(&mut self, walk: LightWalk, outcome: Outcome, now: Time) {
        let Some(deck) = &self.world.senders[walk.mail.sender as usize].deck else { return };
        let Some(Stop { node, .. }) = walk.stop(deck) else { return };
        let met = if outcome == Outcome::Accepted {
            self.greeting(walk.mail.counted(), node, now)
        } else {
            Met::Failure(outcome)
        };
        self.walk_lightly(walk, met, now);
    }
}
