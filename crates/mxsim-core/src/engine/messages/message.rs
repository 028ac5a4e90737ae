//! A message in the queue of an outbound host.

use crate::engine::messages::sending::arrival_block::Arrival;
use crate::ids::{AddressId, HostId, MessageId, OutboundId, SenderId};
use crate::sender::{Candidate, Candidates};
use crate::time::{Span, Time};

/// A message that is to be delivered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueuedMessage {
    pub(crate) id: MessageId,
    /// Number of its outbound host.
    pub(crate) outbound_host: u32,
    /// Attempts that have failed.
    pub(crate) failures: u32,
    /// How long it holds a session, if that is known already; else zero.
    pub(crate) session_time: Span,
    /// The host and address that failed last, for senders that come back to it.
    pub(crate) tied: Option<(HostId, AddressId)>,
    /// The child process that has it ([`crate::sender::Reuse::Child`]); zero while none has.
    pub(crate) child: u32,
    /// True once a greylist has deferred it.
    pub(crate) is_greylisted: bool,
    /// True if a delivery might fetch it before its time when it was put back last ([`crate::sender::Reuse::Batch`]); once one has, its retry is
    /// none any more, whatever has become of it since.
    pub(crate) is_listed: bool,
}

impl QueuedMessage {
    /// A message that has just arrived.
    pub(crate) const fn new(sender: SenderId, arrival: &Arrival, born: Time) -> Self {
        Self {
            id: MessageId { sender, born, number: arrival.number },
            outbound_host: arrival.outbound_host,
            failures: 0,
            session_time: match arrival.session_time {
                Some(known) => known,
                None => Span::ZERO,
            },
            tied: None,
            child: 0,
            is_greylisted: false,
            is_listed: false,
        }
    }

    /// Its outbound host.
    pub(crate) const fn of(&self) -> OutboundId {
        OutboundId { sender: self.id.sender, host: self.outbound_host }
    }

    /// Puts the host it is tied to first, whatever the answer or the draw says now.
    pub(crate) fn put_tied_first(&self, candidates: &mut Candidates) {
        let tied = |candidate: &Candidate| Some((candidate.host, candidate.address)) == self.tied;
        if let Some(place) = candidates.iter().position(tied) {
            candidates[..=place].rotate_right(1);
        }
    }
}
