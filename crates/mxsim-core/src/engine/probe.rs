//! Looking over the shoulder of a replication: what happens to each message, step by step.
//!
//! A trace is the simulation itself with a probe that writes down; without one nothing is left of it in the compiled loop.

use crate::ids::{AddressId, HostId, MessageId, NodeId, SenderId};
pub use crate::node::{Excess, Objection};
use crate::sender::memory::Backoff;
use crate::sender::{Candidate, Outcome};
use crate::time::{Span, Time};

/// One step in the life of a message.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It arrived in the sender's queue, at this outbound host.
    Arrived {
        /// `site * hosts + host`.
        outbound_host: u32,
    },
    /// It waits until its outbound host has a connection to spare.
    Queued,
    /// The MX record set was looked up.
    LookedUp {
        /// Which version of the record set came.
        version: usize,
        /// Positions in zone order, in the order of the answer.
        order: &'a [u8],
        /// True if the nearest cache had it.
        from_cache: bool,
        /// How long it may still be kept.
        ttl: Span,
    },
    /// A policy of the zone keeps the sender from using a host of the answer.
    Barred(HostId),
    /// The answer has an address in the place of a host, which the sender does not use.
    Skipped(HostId),
    /// The candidates as the answers give them.
    Candidates(&'a [Candidate]),
    /// The order in which they will be tried.
    Ordered(&'a [Candidate]),
    /// What host memory leaves of them.
    Remembered {
        /// These.
        left: &'a [Candidate],
        /// The others, and until when.
        held: &'a [(Candidate, Backoff)],
    },
    /// What the limits leave of them: these are tried.
    Admitted(&'a [Candidate]),
    /// Memory says that nothing is to be tried now. The candidates, and until when each is held.
    HeldBack(&'a [(Candidate, Backoff)]),
    /// There is nobody to deliver to as things stand.
    NobodyToAsk(NoHost),
    /// A connection to a candidate came to an end or, with `Accepted`, to a session. Every connection that is begun gives one of these: a
    /// refused or silent one too, and one at which only TLS failed.
    Tried {
        /// The candidate.
        candidate: Candidate,
        /// Number of the connection, in the order in which they were begun in this replication.
        connection: u64,
        /// When the connection began.
        since: Time,
        /// How it went.
        outcome: Outcome,
    },
    /// It goes down a connection that was open already.
    Reused {
        /// Host and address of the connection.
        host: HostId,
        /// Its address.
        address: AddressId,
        /// Messages that went down it before.
        messages: u32,
        /// Its number.
        connection: u64,
    },
    /// A node's greylist will have it deferred, unless the connection is lost before.
    Greylisted {
        /// Whose.
        node: NodeId,
        /// True if the table has nothing of it yet; otherwise it came back too early.
        is_new: bool,
        /// True if the table of another node would have let it pass.
        is_known_elsewhere: bool,
    },
    /// The node bounces it, which it has accepted.
    BouncedAfterwards {
        /// Which.
        node: NodeId,
    },
    /// The node did not take it in a session: a reply 4xx or 5xx, or the connection was lost.
    TurnedAway {
        /// By whom; its preference is 0 if the connection was open already.
        candidate: Candidate,
        /// Number of the connection, which goes on unless it was lost.
        connection: u64,
        /// The reply, and at which stage.
        outcome: Outcome,
        /// Why the node replied so, if no fault made it.
        objection: Option<Objection>,
    },
    /// Its client has all that a node lets it have; the connection is told 421.
    OverLimit {
        /// Which.
        candidate: Candidate,
        /// Of what.
        excess: Excess,
    },
    /// A node holds its greeting back.
    GreetingHeldBack {
        /// Which.
        node: NodeId,
        /// For how long.
        delay: Span,
    },
    /// It waits in the backlog of a full node.
    InBacklog(Candidate),
    /// It was accepted.
    Accepted {
        /// By which host.
        host: HostId,
        /// At which address.
        address: AddressId,
        /// By which node.
        node: NodeId,
        /// Over which connection.
        connection: u64,
    },
    /// It goes back to the queue.
    Deferred {
        /// When it is tried again.
        until: Time,
        /// By which outbound host, if by another than before.
        outbound_host: Option<u32>,
    },
    /// It is given up.
    Bounced,
}

/// Why there is nobody to deliver to although the domain takes mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoHost {
    /// The DNS gives no answer.
    NoAnswer,
    /// A policy of the zone leaves no host to use.
    Barred,
    /// No host of the answer has an address.
    NoAddress,
}

/// Watches a replication.
pub trait Probe {
    /// True if it wants to be told of the sessions.
    fn wants_sessions(&self) -> bool {
        false
    }

    /// `message` takes a step at `now`, with so many failed attempts behind it.
    fn step(&mut self, message: MessageId, failures: u32, now: Time, step: Step<'_>);

    /// All sessions of the replication, in no order, once it is over; those of messages that are simulated one by one.
    fn sessions(&mut self, sessions: Vec<SessionSpan>) {
        let _ = sessions;
    }
}

/// A session of a sender at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSpan {
    /// Whose.
    pub sender: SenderId,
    /// Where.
    pub node: NodeId,
    /// When it began.
    pub from: Time,
    /// When it ended, or the run did.
    pub to: Time,
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProbe;

/// A probe, or none: the two for which the engine is compiled.
pub(crate) trait Watching {
    /// False lets the compiler drop every call.
    const ACTIVE: bool;

    fn wants_sessions(&self) -> bool;
    fn step(&mut self, message: MessageId, failures: u32, now: Time, step: Step<'_>);
    fn sessions(&mut self, sessions: Vec<SessionSpan>);
}

impl Watching for NoProbe {
    const ACTIVE: bool = false;

    fn wants_sessions(&self) -> bool {
        false
    }

    fn step(&mut self, _message: MessageId, _failures: u32, _now: Time, _step: Step<'_>) {}

    fn sessions(&mut self, _sessions: Vec<SessionSpan>) {}
}

impl Watching for &mut (dyn Probe + '_) {
    const ACTIVE: bool = true;

    fn wants_sessions(&self) -> bool {
        (**self).wants_sessions()
    }

    fn step(&mut self, message: MessageId, failures: u32, now: Time, step: Step<'_>) {
        (**self).step(message, failures, now, step);
    }

    fn sessions(&mut self, sessions: Vec<SessionSpan>) {
        (**self).sessions(sessions);
    }
}
