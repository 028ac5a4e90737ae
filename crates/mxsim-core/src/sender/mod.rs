//! Sending MTAs: in which order they try the hosts of a domain, what they do after a failure, and when they come back.
//!
//! One attempt goes through the same steps for every MTA; a preset sets each of them:
//!
//! ```text
//!   candidates (answer order) -> order -> skip what memory says -> limits -> walk: connect, react -> retry or bounce
//! ```
//!
//! Main types: [`SenderLaw`], all parameters of one MTA; [`Candidate`], one address to try; [`SenderBehaviour`], the trait an embedding
//! program implements to bring its own way of ordering and reacting.

pub mod limits;
pub mod memory;
pub mod order;
pub mod order_context;
pub mod resolve;
pub mod retry;
mod unknown;

pub use unknown::Unknowns;

pub use resolve::{AddressSort, Check, Lookups, NullMx, OwnCache, Policy};

use crate::ids::{AddressId, HostId};
use crate::random::Key;
use crate::smtp::Stage;
use crate::time::Span;
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

/// One address a sender may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Preference of the MX record it came from.
    pub preference: u16,
    /// Index of its exchange host.
    pub host: HostId,
    /// Index of its address.
    pub address: AddressId,
    /// True for an IPv6 address.
    pub ipv6: bool,
    /// Hash of the host's name, to key decisions by.
    pub host_hash: u64,
    /// Hash of the address as text, to key decisions by.
    pub address_hash: u64,
}

/// The candidates of one attempt.
pub type Candidates = SmallVec<[Candidate; 8]>;

/// All parameters of one sending MTA that this world can exercise.
#[derive(Debug, Clone, PartialEq)]
pub struct SenderLaw {
    /// In which order candidates are tried.
    pub order: OrderLaw,
    /// How many are tried.
    pub limits: Limits,
    /// Where mail goes after a failed connection.
    pub failover: Failover,
    /// Where mail goes after a greeting that says to come back later (421).
    pub on_busy: Failover,
    /// Where it goes after any other failure of a node that took the connection.
    pub reactions: Reactions,
    /// How long a silent host is waited for.
    pub timeouts: Timeouts,
    /// When a deferred message is tried again.
    pub retry: RetryLaw,
    /// What is remembered of bad hosts.
    pub memory: Memory,
    /// When an open connection takes the next message.
    pub reuse: Reuse,
    /// How many connections one outbound host has at the same time.
    pub concurrency: Concurrency,
    /// What it does with the answers of its resolver.
    pub dns: Lookups,
    /// Which hosts it may use.
    pub policy: Policy,
}

/// When an open connection of an outbound host takes the next message instead of a new one. It wins over the order of candidates, so the
/// unit of choice becomes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Each message opens its own connection.
    Never,
    /// Postfix: connections are kept once deliveries follow each other within a second, and no longer once they do not.
    Demand(Kept),
    /// Every connection is kept open for the next message.
    Always(Kept),
    /// Courier: child processes with a connection each; the first that is idle, in the order of their places, takes the next message.
    Child(Kept),
    /// OpenSMTPD: a connection that runs out of work is closed unless it is the last one of its outbound host.
    Last(Kept),
    /// After a delivery whatever waits at this outbound host goes down the same connection, queued or deferred; nothing is kept for
    /// messages to come.
    Batch(Kept),
    /// Messages that one queue run takes out of the queue go down the connection that its first one opened.
    QueueRun(Kept),
}

impl Reuse {
    /// The limits of what is kept, if anything is.
    #[must_use]
    pub const fn kept(self) -> Option<Kept> {
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
}

/// Limits of a kept connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
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

/// In which order candidates of one preference are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLaw {
    /// What is put in order.
    pub unit: Unit,
    /// How hosts (or, with [`Unit::Address`], addresses) of equal preference are ordered.
    pub hosts: HostOrder,
    /// How the addresses inside one host are ordered; not used with [`Unit::Address`].
    pub addresses: AddressOrder,
    /// Which address family goes first.
    pub family: Family,
    /// How long one drawn order is kept.
    pub keep: Keep,
}

impl OrderLaw {
    /// True if the order depends on chance at all.
    #[must_use]
    pub const fn draws(&self) -> bool {
        match self.unit {
            Unit::Address => matches!(self.hosts, HostOrder::Shuffle),
            Unit::Host => {
                matches!(
                    self.hosts,
                    HostOrder::Shuffle
                        | HostOrder::AdjacentSwap
                        | HostOrder::RandomComparator
                        | HostOrder::NameHash
                ) || matches!(self.addresses, AddressOrder::Shuffle)
            }
        }
    }
}

/// What is put in order inside one preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Exchange hosts; the addresses of a host stay together.
    Host,
    /// Every address of every host: a host with more addresses gets more mail.
    Address,
}

/// How units of equal preference are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostOrder {
    /// Uniformly at random.
    Shuffle,
    /// As the resolver answered.
    Answer,
    /// One pass of coin-flip swaps of neighbours (Haraka): the third record is never first.
    AdjacentSwap,
    /// The first of the answer; then the last record moves into its place (64-bit qmail): A B C gives A C B.
    LastIntoHole,
    /// A merge sort whose comparison of equals is a coin flip (Postal): three hosts come first 50 : 25 : 25.
    RandomComparator,
    /// By a hash of the host's name that starts from the second in which the process began (sendmail before 8.12).
    NameHash,
    /// The address with the fewest open connections of this outbound host; on a tie the one whose look-up was sent first, which is the first
    /// record of the answer, then the last to the second (OpenSMTPD).
    LeastConnections,
    /// All records of all preferences in one circle; each attempt starts one further (slimta).
    AttemptIndex,
}

impl HostOrder {
    /// True if what the outbound host is doing, or has done with the message, makes a difference to the order.
    #[must_use]
    pub const fn depends_on_state(self) -> bool {
        match self {
            Self::NameHash | Self::LeastConnections | Self::AttemptIndex => true,
            Self::Shuffle
            | Self::Answer
            | Self::AdjacentSwap
            | Self::LastIntoHole
            | Self::RandomComparator => false,
        }
    }
}

/// How the addresses of one host are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOrder {
    /// Uniformly at random.
    Shuffle,
    /// As the resolver answered.
    Answer,
}

/// Which address family goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// No preference; inside a host AAAA and A stay as drawn, or AAAA before A where the answer's order is kept.
    Any,
    /// IPv6 before IPv4 inside each host.
    Ipv6First,
    /// IPv4 before IPv6 inside each host.
    Ipv4First,
    /// Exim: IPv6 first inside each host, then one forward pass over the preference class lifts an IPv6 address over a preceding IPv4
    /// address by one place.
    Ipv6BubblePass,
    /// IPv6 before IPv4 in the whole preference class: a host without AAAA comes after all others (dma).
    Ipv6FirstInClass,
    /// IPv4 before IPv6 in the whole preference class.
    Ipv4FirstInClass,
    /// IPv4 only; AAAA is not even asked for.
    Ipv4Only,
}

/// How long one drawn order is kept by an outbound host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Each attempt draws anew.
    Attempt,
    /// Each message draws once; its retries keep the order.
    Message,
    /// Each process draws once: a message that has just arrived has a process to itself, all that one queue run tries again share one.
    Process,
    /// Each process draws one list after the other, and the second in which it began is the seed: processes that began in the same second draw
    /// alike, at whichever outbound host. What is drawn belongs to places in the answer, not to names. Without [`Reuse::Child`] each
    /// attempt has a process to itself.
    Second,
    /// Until the MX answer in the resolver's cache is replaced.
    CacheEntry,
    /// For an exponentially distributed time of this mean.
    Exponential(Span),
    /// For exactly this time.
    Fixed(Span),
    /// For ever.
    Forever,
}

/// How many candidates one attempt may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Hosts tried per attempt; `None` for all.
    pub hosts: Option<u16>,
    /// Addresses tried per host; `None` for all.
    pub addresses_per_host: Option<u16>,
    /// Addresses tried per attempt; `None` for all.
    pub addresses: Option<u16>,
    /// Sessions per attempt: connections that got past the greeting and TLS; `None` for any number.
    pub sessions: Option<u16>,
    /// Exception to the cut.
    pub cut: Cut,
}

/// How a list that is too long is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The first ones stay.
    Plain,
    /// Postfix: up to half of the places are kept for each address family.
    FamilyBalance,
    /// Exim: once the limit is used up in one preference, it goes on with the next preference.
    ReachEveryPreference,
}

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

/// How long a silent host is waited for: the shorter of the two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// The MTA's own connect time-out; `None` leaves it to the kernel.
    pub connect: Option<Span>,
    /// The kernel's.
    pub kernel: Kernel,
    /// How long it waits for the greeting of a node that took the connection and then says nothing (RFC 5321 section 4.5.3.2.1: 5 minutes).
    pub greeting: Span,
}

/// When the kernel repeats a SYN and when it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Linux since 6.5 (`tcp_syn_linear_timeouts` 4): SYNs after 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s, given up after 133 s
    /// (measured on 6.18).
    Linux,
    /// Linux before 6.5 (`tcp_syn_retries` 6): SYNs after 1, 3, 7, 15, 31, 63 s, given up after 127 s.
    LinuxBefore6_5,
}

impl Kernel {
    /// Seconds after the first SYN at which it is repeated.
    #[must_use]
    pub const fn retransmissions(self) -> &'static [i64] {
        match self {
            Self::Linux => &[1, 2, 3, 4, 5, 7, 11, 19, 35, 67],
            Self::LinuxBefore6_5 => &[1, 3, 7, 15, 31, 63],
        }
    }

    /// When connect() fails with ETIMEDOUT.
    #[must_use]
    pub const fn gives_up_after(self) -> Span {
        match self {
            Self::Linux => Span::from_secs(133),
            Self::LinuxBefore6_5 => Span::from_secs(127),
        }
    }
}

impl Timeouts {
    /// How long a connection attempt to a silent host takes.
    #[must_use]
    pub fn silent_host(&self) -> Span {
        let kernel = self.kernel.gives_up_after();
        self.connect.map_or(kernel, |own| own.min(kernel))
    }
}

/// When a deferred message is tried again and when it is given up.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryLaw {
    /// The wait after each failed attempt.
    pub wait: Wait,
    /// Attempts happen only at queue runs this far apart; `None` means a timer of their own. Each outbound host has its own phase.
    pub queue_run: Option<Span>,
    /// Width of a uniform addition to each wait.
    pub jitter: Span,
    /// Age at which a message bounces, looked at when an attempt has failed.
    pub lifetime: Option<Span>,
    /// Attempts after which it bounces.
    pub max_attempts: Option<u32>,
}

/// The law of waits between attempts.
#[derive(Debug, Clone, PartialEq)]
pub enum Wait {
    /// Fixed waits after the first, second, ... failure, and what follows them.
    Gaps {
        /// The waits.
        list: Vec<Span>,
        /// What follows the last one.
        then: AfterGaps,
    },
    /// Postfix: as long as the message is old, within bounds.
    Age {
        /// Shortest wait.
        least: Span,
        /// Longest wait.
        most: Span,
    },
    /// dma: each wait is a random number of times the one before.
    RandomGrowth {
        /// The first wait.
        first: Span,
        /// The smallest number of times.
        factor_least: f64,
        /// The largest.
        factor_most: f64,
        /// The longest wait.
        most: Span,
        /// The process sleeps in steps of this length, so that each wait is rounded up to whole ones; what the next wait grows from is not.
        step: Span,
    },
    /// qmail: the k-th retry at k^2 times `unit` after arrival, if attempts fail at once; attempts that take long put off what follows.
    Quadratic {
        /// The wait before the first retry.
        unit: Span,
    },
    /// OpenSMTPD: the k-th retry at k^2 times `unit` after arrival, however long attempts take; times that are past by then are left out.
    Squares {
        /// The wait before the first retry.
        unit: Span,
    },
    /// Every queue run looks at the message; host memory alone decides (Exim).
    EveryQueueRun,
}

/// What follows the last gap of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterGaps {
    /// The last gap is repeated.
    RepeatLast,
    /// Each gap is twice the one before.
    Double,
    /// The last gaps, this many of them, come again and again (Courier).
    Cycle(u8),
    /// The message bounces.
    GiveUp,
}

/// What an outbound host remembers of bad hosts.
#[derive(Debug, Clone, PartialEq)]
pub enum Memory {
    /// Nothing.
    Nothing,
    /// Postfix: after this many messages in a row failed on all candidates, all mail of the domain is deferred untried for a while.
    Domain {
        /// Failed messages in a row that declare the domain dead.
        failures: u32,
        /// How long it stays dead.
        hold: Span,
    },
    /// sendmail: within one process, which is a queue run, a host that failed is not tried again for this time.
    Process {
        /// How long it is skipped (`Timeout.hoststatus`).
        hold: Span,
    },
    /// Courier: a child process to which no host gave a session ([`Reuse::Child`]) defers whatever else it gets for a while.
    Child {
        /// How long (`esmtpdelay`).
        hold: Span,
    },
    /// OpenSMTPD: an address that failed is disabled for `unit` times the square of its penalty; failing adds one to that, being enabled again
    /// takes one off.
    Route {
        /// Hold for a penalty of one.
        unit: Span,
        /// Longest hold.
        most: Span,
    },
    /// Exim: each host and address has retry times of its own, shared by all messages; a host that is not due is not tried.
    HostAddress {
        /// Steps of the retry rule.
        rule: Vec<RetryStep>,
        /// Age after which a record is forgotten.
        expire: Span,
    },
    /// qmail: an address with at least `count` connect time-outs, at least `apart` from each other, is skipped for `hold_base` plus
    /// `hold_step` times (process id mod `hold_steps`).
    AddressTimeouts {
        /// Time-outs needed.
        count: u32,
        /// Time-outs closer together count once.
        apart: Span,
        /// Shortest hold.
        hold_base: Span,
        /// One step of the part that depends on the process id.
        hold_step: Span,
        /// Number of steps.
        hold_steps: u32,
    },
}

/// One step of Exim's retry rule, in force until the record is `until` old.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryStep {
    /// Age of the first failure up to which this step holds.
    pub until: Span,
    /// First (or only) gap.
    pub gap: Span,
    /// Each gap is this many times the one before (1 for a fixed gap).
    pub factor: f64,
}

/// How a connection to one candidate went, or what became of a message on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The message was accepted.
    Accepted,
    /// The node answered with a reset.
    Refused,
    /// No answer within the time-out.
    TimedOut,
    /// The node took the connection and never greeted.
    Silent,
    /// It said to come back later: a greeting 4xx, such as 421.
    Busy,
    /// Its greeting was a permanent failure (5xx).
    RejectedGreeting,
    /// TLS was offered and could not be set up.
    TlsFailed,
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
        match self {
            Self::Deferred(_) | Self::Rejected(_) => true,
            Self::Lost(stage) => !matches!(stage, Stage::Greeting),
            _ => false,
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
    const fn reaction(self) -> Reaction {
        match self {
            Self::Defer => Reaction::Defer,
            Self::NoTls | Self::PlainSameHost | Self::NextHost | Self::NextHostThenPlain(_) => Reaction::Next,
        }
    }
}

/// A sender behaviour of your own: order the candidates, react to an outcome. Time-outs, retry and memory stay those of the
/// [`SenderLaw`] beside it.
pub trait SenderBehaviour: fmt::Debug + Send + Sync {
    /// Puts `candidates`, which come in the order of the DNS answer, into the order in which they will be tried; it may drop some.
    /// `choice` is the only randomness to use.
    fn order(&self, candidates: &mut Candidates, choice: Key);

    /// What to do after a failed connection or a message that was not taken. The default gives up after a permanent failure of the
    /// message and walks on after everything else.
    fn react(&self, outcome: Outcome) -> Reaction {
        match outcome {
            Outcome::Rejected(_) => Reaction::Bounce,
            _ => Reaction::Next,
        }
    }
}

/// How one sender behaves: a law from the catalogue, with the ordering replaced if the embedding program brings its own.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Parameters of the MTA.
    pub law: SenderLaw,
    /// Takes the place of `law.order`, `law.limits`, `law.failover`, `law.on_busy` and `law.reactions`.
    pub custom: Option<Arc<dyn SenderBehaviour>>,
}

impl Behaviour {
    /// The behaviour of a catalogue law.
    #[must_use]
    pub const fn from_law(law: SenderLaw) -> Self {
        Self { law, custom: None }
    }

    /// Puts the candidates of one attempt in order.
    pub fn arrange(&self, candidates: &mut Candidates, choice: Key) {
        match &self.custom {
            Some(own) => own.order(candidates, choice),
            None if self.law.order.keep == Keep::Second => {
                let places = order::Places::new(choice, candidates);
                order::arrange(&self.law.order, candidates, places);
            }
            None => order::arrange(&self.law.order, candidates, choice),
        }
    }

    /// True if [`order_context::reorder_by_state`] has more to say about the order.
    #[must_use]
    pub fn depends_on_state(&self) -> bool {
        self.custom.is_none() && self.law.order.hosts.depends_on_state()
    }

    /// Cuts the ordered candidates, after memory has taken out those that are not to be tried.
    pub fn cut(&self, candidates: &mut Candidates) {
        if self.custom.is_none() {
            limits::cut(&self.law.limits, candidates);
        }
    }

    /// True if a message that failed comes back to the same host.
    #[must_use]
    pub fn comes_back(&self) -> bool {
        self.custom.is_none() && self.law.failover == Failover::SameHostLater
    }

    /// What to do after a failure. A permanent failure of the message is final for every MTA (RFC 5321 section 4.2.1).
    #[must_use]
    pub fn react(&self, outcome: Outcome) -> Reaction {
        if let Some(own) = &self.custom {
            return own.react(outcome);
        }
        let law = &self.law;
        match outcome {
            Outcome::Accepted | Outcome::Refused | Outcome::TimedOut => law.failover.into(),
            Outcome::Busy => law.on_busy.into(),
            Outcome::Silent | Outcome::Lost(Stage::Greeting) => law.reactions.silence.into(),
            Outcome::RejectedGreeting => law.reactions.rejecting_greeting,
            Outcome::TlsFailed => law.reactions.tls_failure.reaction(),
            Outcome::Deferred(_) => law.reactions.transient_reply.into(),
            Outcome::Lost(_) => law.reactions.lost_connection.into(),
            Outcome::Rejected(_) => Reaction::Bounce,
        }
    }

    /// True if the attempt may use another session after these failures.
    #[must_use]
    pub fn has_sessions_left(&self, failed: &[(Candidate, Outcome)]) -> bool {
        let most = self.law.limits.sessions.filter(|_| self.custom.is_none());
        most.is_none_or(|most| {
            failed.iter().filter(|(_, outcome)| outcome.is_in_session()).count() < usize::from(most)
        })
    }

    /// What to do where TLS fails, beside [`Behaviour::react`]; a behaviour of one's own has no say in it.
    #[must_use]
    pub const fn on_tls_failure(&self) -> TlsFailure {
        self.law.reactions.tls_failure
    }
}
