//! Nodes: the machines that receive mail, how much they can serve, and the faults they show by schedule.
//!
//! A node that *refuses* answers a connection with a reset at once; one that *drops* says nothing, and the sender waits for its own
//! connect time-out or the kernel's, whichever is shorter; a *silent* one takes the connection and never greets. The other faults are
//! answers: a transient or permanent failure, or a lost connection, at a [`Stage`](crate::smtp::Stage) of the session. A node that
//! [greylists](greylisting) gives such an answer too, to whom it does not know yet.

mod fault;
pub mod greylisting;
mod limits;
mod objection;
mod outages;
mod queue;
mod schedule;
mod server;
mod session_time;

pub use fault::{Client, Fault, Numbered, Outage, Scope, ShareOf, Slowdown};
pub use limits::{Account, ClientLimits, Excess, Rates};
pub use objection::Objection;
pub use outages::{HowLong, RandomOutages};
pub use queue::{Queue, QueueLevel};
pub use schedule::Schedule;
pub(crate) use schedule::State;
pub use server::Server;
pub use session_time::{SessionTime, SessionTimes};

use crate::time::Span;

/// How many sessions a node serves at the same time, and how long they take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Most concurrent sessions; `None` for any number.
    pub sessions: Option<u32>,
    /// How long one message holds a session, from the connection to its acceptance.
    pub session_time: SessionTime,
    /// How long one that is turned away at the recipient holds its session; `None` for as long as one that is taken.
    pub refusal_time: Option<Span>,
    /// Connections that are taken beyond `sessions` and wait for the greeting until a session ends, first come first served.
    pub backlog: u32,
    /// What a connection beyond both meets.
    pub when_full: WhenFull,
    /// Messages that it works on at the same time, first come first served; `None` for any number. The others wait in their sessions.
    pub workers: Option<u32>,
    /// The queue behind it; `None` if it passes on at once what it takes.
    pub queue: Option<Queue>,
    /// What it lets each client have.
    pub clients: ClientLimits,
    /// Whether it offers STARTTLS; all senders use it where offered.
    pub tls: bool,
}

impl Capacity {
    /// Sessions that take no time, and any number of them.
    pub const UNLIMITED: Self = Self {
        sessions: None,
        session_time: SessionTime::Nothing,
        refusal_time: None,
        backlog: 0,
        when_full: WhenFull::Busy,
        workers: None,
        queue: None,
        clients: ClientLimits::NONE,
        tls: true,
    };

    /// True if its sessions take time or are limited.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.sessions.is_some() || self.session_time != SessionTime::Nothing
    }
}

/// What a connection to a full node meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// The greeting `421`: the sender knows at once that the node is busy.
    Busy,
    /// A reset, as if the port were closed.
    Refuse,
    /// Nothing: its SYN is dropped, and the next one that the sender's kernel sends is a new try.
    Drop,
}
