//! A connection from an outbound host to a node.

use crate::engine::messages::receiving::passage::Passage;
use crate::ids::{AddressId, HostId};
use crate::sender::Candidate;
use crate::time::{Span, Time};

/// An open connection, or one that is being opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) host: HostId,
    pub(crate) address: AddressId,
    /// How it gets to its node.
    pub(crate) passage: Passage,
    /// When its session began.
    pub(crate) opened: Time,
    /// From when its age counts: that moment, but for connections that are there when the run begins.
    pub(crate) ages_from: Time,
    /// Messages it has delivered.
    pub(crate) messages: u32,
    /// Tells it from all others of this replication; for probes.
    pub(crate) number: u64,
    /// Decides whether it is hit by a fault that hits only a part of the connections.
    pub(crate) fault_draw: u64,
    /// True if it is in clear though the node offers TLS.
    pub(crate) in_clear: bool,
    /// KumoMTA: the MX set it was opened for, as a sum of hashes of its hosts.
    pub(crate) mx_set: u64,
    /// Postfix: whether connections were kept when the message on it was taken out of the queue.
    pub(crate) kept_on_demand: bool,
    /// Courier: the child process that has it; zero without one.
    pub(crate) child: u32,
}

impl Connection {
    /// A connection to a candidate that begins at `now`.
    pub(crate) const fn to(candidate: &Candidate, now: Time) -> Self {
        Self {
            host: candidate.host,
            address: candidate.address,
            passage: Passage::NOT_BEGUN,
            opened: now,
            ages_from: now,
            messages: 0,
            number: 0,
            fault_draw: 0,
            in_clear: false,
            mx_set: 0,
            kept_on_demand: false,
            child: 0,
        }
    }
}

/// A connection that is free for another message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FreeConnection {
    pub(crate) connection: Connection,
    /// Whether its last message was taken.
    pub(crate) delivered: bool,
}

/// What becomes of a connection that has delivered a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterDelivery {
    /// It is closed.
    Close,
    /// It takes the next message that waits, or is closed if none does.
    NextWaiting,
    /// The same, but without a waiting message it stays open for a while.
    StayOpen(Span),
}
