//! When an open connection takes the next message.

use crate::time::Span;

/// When an open connection of an outbound host takes the next message instead of a new one. It wins over the order of candidates, so the
/// unit of choice becomes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Each message opens its own connection.
    Never,
    /// Postfix: connections are kept once deliveries follow each other within a second, and no longer once they do not.
    Demand(ReuseLimits),
    /// Every connection is kept open for the next message.
    Always(ReuseLimits),
    /// Courier: child processes with a connection each; the first that is idle, in the order of their places, takes the next message.
    Child(ReuseLimits),
    /// OpenSMTPD: a connection that runs out of work is closed unless it is the last one of its outbound host.
    Last(ReuseLimits),
    /// After a delivery whatever waits at this outbound host goes down the same connection, queued or deferred; nothing is kept for
    /// messages to come.
    Batch(ReuseLimits),
    /// Messages that one queue run takes out of the queue go down the connection that its first one opened.
    QueueRun(ReuseLimits),
}

impl Reuse {
    /// The limits of what is kept, if anything is.
    #[must_use]
    pub const fn kept(self) -> Option<ReuseLimits> {
        match self {
            Self::Never => None,
            Self::Demand(kept)
            | Self::Always(kept)
            | Self::Child(kept)
            | Self::Last(kept)
            | Self::Batch(kept)
            | Self::QueueRun(kept) => Some(kept),
        }
    }

    /// The limits of connections that stay open for a message that is still to come, if any do.
    #[must_use]
    pub const fn waits_for_messages(self) -> Option<ReuseLimits> {
        match self {
            Self::Never | Self::Batch(_) | Self::QueueRun(_) => None,
            Self::Demand(kept) | Self::Always(kept) | Self::Child(kept) | Self::Last(kept) => Some(kept),
        }
    }

    /// The same, but what is kept is closed after so long without a message.
    #[must_use]
    pub const fn idle_for(mut self, idle: Span) -> Self {
        match &mut self {
            Self::Never | Self::Batch(_) | Self::QueueRun(_) => {}
            Self::Demand(kept) | Self::Always(kept) | Self::Child(kept) | Self::Last(kept) => {
                kept.idle = idle
            }
        }
        self
    }
}

/// Limits of a kept connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReuseLimits {
    /// It is closed after so long without a message.
    pub idle: Span,
    /// It is closed after so many messages; `None` for any number.
    pub messages: Option<u32>,
    /// It takes no message any more once it is so old; `None` for any age.
    pub age: Option<Span>,
    /// Whether connections under TLS are kept too.
    pub tls: bool,
    /// Which messages it may take.
    pub filed_under: FiledUnder,
}

impl ReuseLimits {
    /// True if a connection that took so many messages and is so old takes no more.
    #[must_use]
    pub fn is_used_up(&self, messages: u32, age: Span) -> bool {
        self.messages.is_some_and(|most| messages >= most) || self.age.is_some_and(|most| age >= most)
    }
}

/// What an open connection is filed under: it takes the messages that ask for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FiledUnder {
    /// The domain: whatever the order of candidates would be, and before any look-up.
    Domain,
    /// The names of all MX hosts: a changed MX set has connections of its own (KumoMTA).
    MxSet,
    /// A host of the preference that is tried first: it goes before all others of that preference (sendmail, `mci_match`).
    Preference,
    /// The host: it takes a message when its host is the next to try.
    Host,
    /// The address, likewise.
    Address,
}
