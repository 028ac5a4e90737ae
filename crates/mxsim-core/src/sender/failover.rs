//! Where mail goes after a failure.

use crate::time::Span;

/// What a sender does when a connection fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failover {
    /// Tries the next candidate within the attempt; a new attempt orders anew.
    NextHost,
    /// Gives the attempt up and comes back to the same host later.
    SameHostLater,
}

/// Where mail goes after a failure of a node that took the connection. [`Failover::SameHostLater`] here only gives the attempt up: the next
/// one chooses anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reactions {
    /// There was no greeting: none within the time-out, or the connection was closed before it.
    pub silence: Failover,
    /// The greeting was a permanent failure (5xx).
    pub rejecting_greeting: Reaction,
    /// A transient failure (4xx) at a recipient or after the data.
    pub transient_reply: Failover,
    /// The connection was lost at a recipient or during the data.
    pub lost_connection: Failover,
    /// TLS was offered and could not be set up.
    pub tls_failure: TlsFailure,
}

/// What a sender does where TLS is offered and fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFailure {
    /// It never tries TLS, so there is nothing to fail.
    NoTls,
    /// It connects to the same address again and sends in clear.
    PlainSameHost,
    /// It tries the next candidate.
    NextHost,
    /// It gives the attempt up and comes back later.
    Defer,
    /// It tries the next candidate, and from then on sends in clear to the address that failed, for this long.
    NextHostThenPlain(Span),
}

/// What to do after a failed connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Try the next candidate of the list; with none left, defer.
    Next,
    /// Put the message back in the queue.
    Defer,
    /// Give the message up.
    Bounce,
}

impl From<Failover> for Reaction {
    fn from(failover: Failover) -> Self {
        match failover {
            Failover::NextHost => Self::Next,
            Failover::SameHostLater => Self::Defer,
        }
    }
}

impl TlsFailure {
    pub(super) const fn reaction(self) -> Reaction {
        match self {
            Self::Defer => Reaction::Defer,
            Self::NoTls | Self::PlainSameHost | Self::NextHost | Self::NextHostThenPlain(_) => Reaction::Next,
        }
    }
}
