//! How a connection went, or what became of a message on it.

use crate::smtp::Stage;

/// How a connection to one candidate went, or what became of a message on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The message was accepted.
    Accepted,
    /// The node answered with a reset.
    Refused,
    /// No answer within the time-out.
    TimedOut,
    /// The node took the connection and never greeted.
    NoGreeting,
    /// It said to come back later: a greeting 4xx, such as 421.
    Busy,
    /// Its greeting was a permanent failure (5xx).
    RejectedGreeting,
    /// TLS was offered and could not be set up.
    TlsFailed,
    /// Its certificate does not verify, and the sender checks it.
    Untrusted,
    /// A transient failure (4xx) at this stage, after the greeting.
    Deferred(Stage),
    /// A permanent failure (5xx) at this stage, after the greeting.
    Rejected(Stage),
    /// The connection was lost at this stage; at the greeting if it was closed before one.
    Lost(Stage),
}

impl Outcome {
    /// True if the failure is one of the message in a session: the node greeted, and TLS was set up if wanted.
    #[must_use]
    pub const fn is_in_session(self) -> bool {
        self.stage_in_session().is_some()
    }

    /// The stage of the session at which the message failed, if that was in one.
    #[must_use]
    pub const fn stage_in_session(self) -> Option<Stage> {
        match self {
            Self::Deferred(stage) | Self::Rejected(stage) => Some(stage),
            Self::Lost(stage) if !matches!(stage, Stage::Greeting) => Some(stage),
            _ => None,
        }
    }

    /// True if the failure is one of the host rather than of the message: no session came about, or it was lost.
    #[must_use]
    pub const fn is_host_error(self) -> bool {
        !matches!(self, Self::Accepted | Self::Deferred(_) | Self::Rejected(_))
    }

    /// True if the answer was final.
    #[must_use]
    pub const fn is_permanent(self) -> bool {
        matches!(self, Self::RejectedGreeting | Self::Rejected(_))
    }
}
