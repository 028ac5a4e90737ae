//! A message on its way, and the two that carry one: a delivery attempt, which looks for a connection for its message, and a session of a
//! destination, which looks for messages for its connection.

use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::sending::connection::Connection;
use crate::node::Objection;
use crate::sender::{Candidate, Candidates, Outcome};
use crate::time::Time;
use smallvec::SmallVec;

/// A message, the connection it is on, and what has failed before.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) message: QueuedMessage,
    /// When the attempt began.
    pub(crate) begun: Time,
    /// Candidates that failed in this attempt.
    pub(crate) failed: SmallVec<[(Candidate, Outcome); 4]>,
    /// True once the attempt has had to wait for an answer.
    pub(crate) has_waited: bool,
    /// The candidate of the connection.
    pub(crate) candidate: Candidate,
    pub(crate) connection: Connection,
    /// When the connection began.
    pub(crate) since: Time,
    /// Why the session will not take the message; `None` if it will.
    pub(crate) trouble: Option<Outcome>,
    /// What the node has against it, where that is counted by itself once it has said so.
    pub(crate) objection: Option<Objection>,
}

impl Delivery {
    fn new(message: QueuedMessage, candidate: Candidate, now: Time) -> Self {
        Self {
            message,
            begun: now,
            failed: SmallVec::new(),
            has_waited: false,
            candidate,
            connection: Connection::to(&candidate, now),
            since: now,
            trouble: None,
            objection: None,
        }
    }

    /// What [`Delivery::new`] makes without a candidate, in its place.
    fn begin_anew(&mut self, message: QueuedMessage, now: Time) {
        self.failed.clear();
        (self.message, self.candidate) = (message, Candidate::NONE);
        self.connection = Connection::to(&self.candidate, now);
        (self.begun, self.since) = (now, now);
        (self.has_waited, self.trouble, self.objection) = (false, None, None);
    }

    /// True if the last failure was one of the message and not of the host.
    pub(crate) fn host_is_well(&self) -> bool {
        self.failed.last().is_some_and(|(_, outcome)| !outcome.is_host_error())
    }
}

/// One attempt to deliver one message: the candidates, and how far it has come.
#[derive(Debug)]
pub(crate) struct DeliveryAttempt {
    pub(crate) delivery: Delivery,
    pub(crate) candidates: Candidates,
    /// The place of the next candidate.
    pub(crate) next: usize,
}

impl DeliveryAttempt {
    /// An attempt that has no candidates yet.
    pub(crate) fn new(message: QueuedMessage, now: Time) -> Self {
        Self {
            delivery: Delivery::new(message, Candidate::NONE, now),
            candidates: Candidates::new(),
            next: 0,
        }
    }

    /// The same in the place of an attempt that is over.
    pub(crate) fn begin_anew(&mut self, message: QueuedMessage, now: Time) {
        self.delivery.begin_anew(message, now);
        self.candidates.clear();
        self.next = 0;
    }

    /// Makes a candidate the next one.
    pub(crate) fn put_next(&mut self, candidate: Candidate) {
        let left = &self.candidates[self.next..];
        match left.iter().position(|other| other.address == candidate.address) {
            Some(place) => self.candidates[self.next..=self.next + place].rotate_right(1),
            None => self.candidates.insert(self.next, candidate),
        }
    }
}

/// A connection that was opened for a destination and takes what is next in its queue (OpenSMTPD).
#[derive(Debug)]
pub(crate) struct DestinationSession {
    /// The message it has, or had last; before the first, the one that had waited longest when it was opened.
    pub(crate) delivery: Delivery,
    /// Messages that it has turned away in a row.
    pub(crate) turned_away: u32,
}

impl DestinationSession {
    pub(crate) fn new(first: QueuedMessage, candidate: Candidate, now: Time) -> Self {
        Self { delivery: Delivery::new(first, candidate, now), turned_away: 0 }
    }
}

/// Who has asked a node for a connection and waits for the answer.
#[derive(Debug)]
pub(crate) enum Caller {
    Attempt(Box<DeliveryAttempt>),
    Destination(Box<DestinationSession>),
}

impl Caller {
    pub(crate) const fn delivery(&self) -> &Delivery {
        match self {
            Self::Attempt(attempt) => &attempt.delivery,
            Self::Destination(session) => &session.delivery,
        }
    }

    pub(crate) const fn delivery_mut(&mut self) -> &mut Delivery {
        match self {
            Self::Attempt(attempt) => &mut attempt.delivery,
            Self::Destination(session) => &mut session.delivery,
        }
    }
}
