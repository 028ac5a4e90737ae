//! What a connection meets at a node: a fault, a session, a backlog, a full node.

use crate::engine::connect::{Connection as Answer, connect, outcome_of};
use crate::engine::count::recorder::Counted;
use crate::engine::messages::Replication;
use crate::engine::messages::receiving::sessions::Room;
use crate::engine::messages::sending::Mail;
use crate::engine::probe::Probe;
use crate::node::WhenFull;
use crate::sender::{Candidate, Outcome, Timeouts};
use crate::time::Time;

/// What a connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// A session.
    Session,
    /// A session, or an attempt at TLS, in which something goes wrong.
    Trouble(Outcome),
    /// A place in the backlog.
    Backlog,
    /// A failure at once.
    Failure(Outcome),
    /// Silence, which ends later.
    Silence(Time, Outcome),
}

impl<P: Probe> Replication<'_, '_, P> {
    /// The luck of a connection that a message opens; only looked for where luck matters.
    #[inline]
    pub(crate) fn luck(&self, mail: &Mail, candidate: Candidate, node: usize) -> u64 {
        if !self.world.nodes[node].is_partial() {
            return 0;
        }
        self.senders[mail.sender as usize].luck(mail, candidate.address_hash)
    }

    /// What a connection of this luck to `node` begun at `now` meets.
    #[inline]
    pub(crate) fn meet(
        &mut self,
        message: Counted,
        node: usize,
        (timeouts, luck): (&Timeouts, u64),
        now: Time,
    ) -> Met {
        if self.nodes[node].outage(&self.world.nodes[node], now).is_none() {
            return self.greeting(message, node, now);
        }
        match connect(&self.world.nodes[node], now, timeouts, luck) {
            Answer::Now(Outcome::Accepted) => self.past_greeting(message, node, luck, now),
            Answer::Now(outcome) => Met::Failure(outcome),
            Answer::Later(at, outcome) => Met::Silence(at, outcome),
        }
    }

    /// What a connection meets at a node that does not fail up to its greeting.
    pub(crate) fn past_greeting(&mut self, message: Counted, node: usize, luck: u64, now: Time) -> Met {
        match self.greeting(message, node, now) {
            Met::Session => self.session(node, luck, now),
            met => met,
        }
    }

    /// What a connection meets that gets a session.
    pub(crate) fn session(&self, node: usize, luck: u64, now: Time) -> Met {
        self.trouble(node, luck, now).map_or(Met::Session, Met::Trouble)
    }

    /// What goes wrong in a session of this luck, with TLS or a message that begins at `now`.
    pub(crate) fn trouble(&self, node: usize, luck: u64, now: Time) -> Option<Outcome> {
        let fault = self.world.nodes[node].fault_at(now, luck).filter(|fault| fault.is_past_greeting())?;
        let outcome = outcome_of(fault);
        (outcome != Outcome::TlsFailed || self.world.capacities[node].tls).then_some(outcome)
    }

    /// What a connection meets at a node that takes it.
    #[inline]
    pub(crate) fn greeting(&mut self, message: Counted, node: usize, now: Time) -> Met {
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
}
