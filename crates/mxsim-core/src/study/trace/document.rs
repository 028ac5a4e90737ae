//! The document `mxsim.trace/1`: what happened to each message, typed, with the reason for every step in words.

use crate::results::Grade;
use serde::Serialize;

/// The document `mxsim.trace/1`. Times are seconds since the first measured midnight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// `mxsim.trace/1`.
    pub schema: String,
    /// Title of the scenario.
    pub title: String,
    /// Hash of the resolved scenario.
    pub fingerprint: String,
    /// Seed of all randomness.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    /// Name of the sender.
    pub sender: String,
    /// The preset it behaves like.
    pub behaves_like: String,
    /// How well that is known.
    pub grade: Grade,
    /// The first message arrives now or later (s).
    pub from_s: f64,
    /// True if only messages that are deferred or bounced are followed.
    pub only_deferred: bool,
    /// The mail domain.
    pub domain: String,
    /// What the zone says at that time, in zone order.
    pub zone: Vec<PublishedRecord>,
    /// The authority, then the resolvers from there to the sender, each with what it does to the order of MX records.
    pub hops: Vec<TracedHop>,
    /// The messages, in order of arrival.
    pub messages: Vec<TracedMessage>,
}

/// A record of the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedRecord {
    /// Its owner.
    pub name: String,
    /// How long it may be kept (s).
    pub ttl_s: u64,
    /// `MX`, `A` or `AAAA`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Its data as a zone has it.
    pub data: String,
}

/// Where an answer passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedHop {
    /// Its name.
    pub name: String,
    /// What it does to the order of MX records.
    pub does: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedMessage {
    /// How many messages the sender had sent before, warm-up included.
    pub number: u64,
    /// When it arrived (s).
    pub arrived_s: f64,
    /// The sending machine, counted from 0 over all sites.
    pub outbound_host: u32,
    /// What became of it.
    pub fate: Fate,
    /// What happened, in order of time.
    pub steps: Vec<TracedStep>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A node took it.
    Accepted,
    /// The sender gave it up.
    Bounced,
    /// The run ended before it was decided.
    Waiting,
}

/// One step of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedStep {
    /// When it was taken or, of a connection, when it came to an end (s).
    pub at_s: f64,
    /// What happened.
    pub what: Happening,
}

/// What can happen to a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// It waits for a connection to spare.
    Queued {
        /// The limit that makes it wait.
        why: String,
    },
    /// The MX records were looked up.
    LookedUp {
        /// Preference and exchange host, in the order of the answer.
        answer: Vec<String>,
        /// True if the nearest cache had them.
        from_cache: bool,
        /// How long that cache may still keep them (s).
        time_left_s: f64,
    },
    /// What the answers give.
    Candidates {
        /// In the order of the answers.
        list: Vec<TracedCandidate>,
    },
    /// The sender put them in order.
    Ordered {
        /// In the order in which they will be tried.
        list: Vec<TracedCandidate>,
        /// The law of that order.
        why: String,
    },
    /// Some will not be tried in this attempt.
    TakenOut {
        /// Those.
        list: Vec<TracedCandidate>,
        /// Until when host memory holds each; empty if it is the limits that leave them out.
        held: Vec<TracedHold>,
        /// What host memory or the limits say.
        why: String,
    },
    /// Nothing is tried now.
    HeldBack {
        /// When the first of them may be tried again (s); `None` if it is not host memory that holds them.
        until_s: Option<f64>,
        /// Until when host memory holds each candidate, in order; empty if it is the domain that is held.
        held: Vec<TracedHold>,
        /// What host memory says, or the DNS.
        why: String,
    },
    /// A connection came to an end or, if it was accepted, to a session.
    Tried {
        /// To whom.
        candidate: TracedCandidate,
        /// Number of the connection, in the order in which they were begun.
        connection: u64,
        /// When it began (s).
        since_s: f64,
        /// How it went.
        outcome: TracedOutcome,
        /// The same in words.
        why: String,
    },
    /// It goes down a connection that was open already.
    Reused {
        /// Exchange host.
        host: String,
        /// Address.
        address: String,
        /// Its number.
        connection: u64,
        /// Messages that went down it before.
        messages_before: u32,
        /// Messages that may go down it after this one; `None` for any number.
        messages_left: Option<u32>,
        /// It is closed after so long without a message (s); `None` if it is not kept for messages to come.
        idle_s: Option<f64>,
        /// The law of reuse.
        why: String,
    },
    /// The sender does not use a host of the answer: a policy of the zone forbids it, or an address stands in the place of its name.
    Barred {
        /// Exchange host.
        host: String,
        /// Why.
        why: String,
    },
    /// The greylist of a node has it deferred.
    Greylisted {
        /// Node.
        node: String,
        /// Why it does not pass.
        why: String,
    },
    /// A node bounces it, which it has accepted: the sender believes that it delivered.
    BouncedAfterwards {
        /// Node.
        node: String,
    },
    /// A node did not take it in a session.
    TurnedAway {
        /// Which.
        candidate: TracedCandidate,
        /// Number of the connection.
        connection: u64,
        /// The reply, and at which stage.
        outcome: TracedOutcome,
        /// What the sender does about it.
        why: String,
    },
    /// Its outbound host has all that a node lets a client have.
    OverLimit {
        /// Which.
        candidate: TracedCandidate,
        /// Of what.
        why: String,
    },
    /// A node holds its greeting back.
    GreetingHeldBack {
        /// Node.
        node: String,
        /// For how long (s).
        delay_s: f64,
    },
    /// A full node lets it wait for the greeting.
    InBacklog {
        /// Which.
        candidate: TracedCandidate,
    },
    /// A node took it.
    Accepted {
        /// Exchange host.
        host: String,
        /// Address.
        address: String,
        /// The machine behind it.
        node: String,
        /// Number of the connection.
        connection: u64,
        /// Time since it arrived (s).
        delay_s: f64,
    },
    /// It is tried again later.
    Deferred {
        /// When (s).
        until_s: f64,
        /// The outbound host that does it, if it is another than before.
        #[serde(skip_serializing_if = "Option::is_none")]
        outbound_host: Option<u32>,
        /// The retry law.
        why: String,
    },
    /// It is given up.
    Bounced {
        /// For what.
        why: String,
    },
}

/// An address that may be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedCandidate {
    /// Preference of its MX record.
    pub preference: u16,
    /// Exchange host.
    pub host: String,
    /// Address.
    pub address: String,
    /// The machine behind it.
    pub node: String,
}

/// What host memory knows of a candidate that it holds back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedHold {
    /// The candidate.
    pub candidate: TracedCandidate,
    /// From then on it may be tried (s). qmail and sendmail hold by the process; another process may wait longer or shorter.
    pub until_s: f64,
    /// When the hold began: the last failure, of those that count (s).
    pub since_s: f64,
    /// Failures that count, or OpenSMTPD's penalty.
    pub failures: u32,
    /// How it failed last.
    pub outcome: TracedOutcome,
    /// The same in words.
    pub why: String,
}

/// How a connection went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TracedOutcome {
    /// A session began.
    Session,
    /// The node refused it.
    Refused,
    /// Nobody answered.
    TimedOut,
    /// Its greeting was 4xx, such as 421.
    Busy,
    /// It took the connection and did not greet.
    NoGreeting,
    /// Its greeting was 5xx.
    RejectedGreeting,
    /// TLS was offered and could not be set up.
    TlsFailed,
    /// Its certificate does not verify, and the sender checks it.
    Untrusted,
    /// It replied 4xx at a recipient.
    RecipientDeferred,
    /// It replied 5xx at a recipient.
    RecipientRejected,
    /// It replied 4xx after the data.
    DataDeferred,
    /// It replied 5xx after the data.
    DataRejected,
    /// The connection was lost in the session.
    Lost,
}
