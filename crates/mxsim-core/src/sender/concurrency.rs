//! How many connections one outbound host has at the same time.

use crate::time::Span;

/// How many connections to the domain one outbound host has at the same time; messages beyond wait in its queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concurrency {
    /// At first, and again after the queue has run empty.
    pub initial: u32,
    /// At most.
    pub most: u32,
    /// How it gets from one to the other.
    pub growth: Growth,
}

/// How the number of connections an outbound host may have changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Growth {
    /// It grows by one with each delivery and shrinks by one with each failure (Postfix, `qmgr_queue.c`).
    ByOne,
    /// The same, where each delivery is the work of a process. The first ones are still to be started, one at a time (Postfix, `master_avail.c`:
    /// another is started only if none is free, and until one is free it does not look again). Where a start takes no longer than a blink
    /// this is [`Growth::ByOne`].
    Processes {
        /// Mean time until a process that is started is there.
        start: Span,
        /// Time between the end of a delivery and the beginning of the next one of its process, in which the connection is free.
        hand_over: Span,
    },
    /// OpenSMTPD, mta.c `mta_connect`: two whenever mail waits, more up to half of what waits. They are opened for the destination and not for
    /// a message, which waits for the first that is ready, and only the last is kept.
    HalfQueue {
        /// Time between two new connections.
        pause: Span,
        /// Time between two new connections to one address.
        pause_per_address: Span,
    },
    /// KumoMTA, ready_queue.rs `ideal_connection_count`: `most` times (1 - exp(-`rate` times what waits)), rounded up.
    Exponential {
        /// Rate per waiting message.
        rate: f64,
    },
}

impl Concurrency {
    /// No limit.
    pub const UNLIMITED: Self = Self { initial: u32::MAX, most: u32::MAX, growth: Growth::ByOne };

    /// True if connections are opened for the destination and not for a message.
    pub(crate) const fn is_for_destination(self) -> bool {
        matches!(self.growth, Growth::HalfQueue { .. })
    }

    /// Time between two new connections; zero for most.
    pub(crate) const fn pause(self) -> Span {
        match self.growth {
            Growth::HalfQueue { pause, .. } => pause,
            Growth::ByOne | Growth::Processes { .. } | Growth::Exponential { .. } => Span::ZERO,
        }
    }

    /// Time between two new connections to one address; zero for most.
    pub(crate) const fn pause_per_address(self) -> Span {
        match self.growth {
            Growth::HalfQueue { pause_per_address, .. } => pause_per_address,
            Growth::ByOne | Growth::Processes { .. } | Growth::Exponential { .. } => Span::ZERO,
        }
    }
}
