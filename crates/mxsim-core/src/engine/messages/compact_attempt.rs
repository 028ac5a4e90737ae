//! An attempt of which nothing has to be kept but an order and a place in it.

use crate::engine::messages::message::QueuedMessage;
use crate::engine::world::fixed_candidates::{FixedCandidates, Stop};
use crate::random::Key;

/// An attempt of a sender whose [`DeliveryPath`](crate::engine::world::DeliveryPath) is compact. It fits into the calendar and needs no memory
/// of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CompactAttempt {
    pub(crate) message: QueuedMessage,
    /// What the order of the candidates is drawn from.
    choice: Key,
    /// One bit for each candidate that has been tried.
    tried: u8,
    /// The place of the candidate that is tried; `None` when all have been.
    place: Option<u8>,
}

impl CompactAttempt {
    /// An attempt in the order of `choice`.
    pub(crate) fn new(message: QueuedMessage, fixed: &FixedCandidates, choice: Key) -> Self {
        Self::beginning_at(fixed.first(choice), message, choice)
    }

    /// The same if the place of the first candidate is known.
    pub(crate) const fn beginning_at(first: u8, message: QueuedMessage, choice: Key) -> Self {
        Self { message, choice, tried: 0, place: Some(first) }
    }

    /// Goes on to the next candidate.
    pub(crate) fn go_on(&mut self, fixed: &FixedCandidates) {
        if let Some(place) = self.place {
            self.tried |= 1 << place;
            self.place = fixed.next(self.choice, self.tried);
        }
    }

    /// Where the candidate leads that is tried.
    pub(crate) fn stop(&self, fixed: &FixedCandidates) -> Option<Stop> {
        self.place.map(|place| fixed.stop(place))
    }
}
