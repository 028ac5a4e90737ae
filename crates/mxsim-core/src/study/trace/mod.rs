//! The first messages of one sender from the queue to their fate, with the reason for every step.
//!
//! A trace is a replication under the eyes of a probe: the same draws, the same order, nothing told that did not happen. It stops as soon
//! as the fate of the last message asked for is known.
//!
//! Main types: [`TraceOptions`], what to look at; [`Trace`], the document `mxsim.trace/1`.

mod recorder;
mod words;

use crate::dns::Zone;
use crate::engine::compile_for;
use crate::engine::replicate_with;
use crate::engine::world::method::Engine;
use crate::results::Grade;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::Limit;
use crate::syntax::suggest::nearest;
use crate::time::Time;
use recorder::Recorder;
use serde::Serialize;
use std::cell::Cell;
use std::fmt;

/// Most messages of a trace. *Assumption*: nobody reads more.
pub const MOST_MESSAGES: usize = 1_000;

/// Which messages to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceOptions {
    /// Name of the sender; `None` if there is only one.
    pub sender: Option<String>,
    /// The first message to follow arrives now or later.
    pub at: Time,
    /// How many messages to follow; no more than [`MOST_MESSAGES`] are.
    pub messages: usize,
    /// Seed of all randomness.
    pub seed: u64,
    /// Number of the replication, from 0.
    pub replication: u64,
}

/// Why there is no trace.
#[derive(Debug)]
pub enum TraceError {
    /// No sender has this name.
    UnknownSender {
        /// What was asked for.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
        /// All names.
        known: Vec<String>,
    },
    /// There are several senders and none was named.
    WhichSender(Vec<String>),
    /// The replication is too large.
    TooLarge(TooLarge),
}

impl std::error::Error for TraceError {}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSender { name, nearest, known } => {
                write!(f, "there is no sender {name:?}")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean {nearest:?}?")?;
                }
                write!(f, "; senders are {}", quoted(known))
            }
            Self::WhichSender(known) => write!(f, "name one of the senders: {}", quoted(known)),
            Self::TooLarge(cost) => cost.fmt(f),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

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

/// Follows messages of one sender through a replication.
///
/// ```
/// use mxsim_core::engine::trace::{Fate, TraceOptions, trace};
/// use mxsim_core::scenario::Scenario;
/// use mxsim_core::time::Time;
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let senders = "[[senders]]\nname = \"us\"\npreset = \"postfix\"\n";
/// let scenario = Scenario::from_toml(&format!("[zone]\ntext = \"\"\"\n{zone}\"\"\"\n{senders}")).unwrap();
/// let options = TraceOptions { sender: None, at: Time::ZERO, messages: 1, seed: 1, replication: 0 };
/// let trace = trace(&scenario, &options).unwrap();
/// assert_eq!(trace.messages[0].fate, Fate::Accepted);
/// ```
///
/// # Errors
/// If there is no such sender, several and none was named, or the replication is too large.
pub fn trace(scenario: &Scenario, options: &TraceOptions) -> Result<Trace, TraceError> {
    let sender = find(scenario, options.sender.as_deref())?;
    let world = compile_for(scenario, Engine::Messages);
    Cost::of(&world).check(Limit::Replications(1)).map_err(TraceError::TooLarge)?;
    let decided = Cell::new(options.messages == 0);
    let mut recorder = Recorder::new(&world, sender, options, &decided);
    // Whether the replication ran to its end or was stopped makes no difference to what was written down.
    let _ = replicate_with(&world, options.seed, options.replication, &|| decided.get(), &mut recorder);
    let messages = recorder.into_messages();
    Ok(document(scenario, sender, options, messages))
}

fn find(scenario: &Scenario, name: Option<&str>) -> Result<usize, TraceError> {
    let known = || scenario.senders.iter().map(|sender| sender.name.clone()).collect::<Vec<_>>();
    let Some(name) = name else {
        let only = scenario.senders.len() == 1;
        return if only { Ok(0) } else { Err(TraceError::WhichSender(known())) };
    };
    scenario.senders.iter().position(|sender| sender.name == name).ok_or_else(|| {
        let names = scenario.senders.iter().map(|sender| sender.name.as_str());
        let nearest = nearest(name, names).map(str::to_owned);
        TraceError::UnknownSender { name: name.to_owned(), nearest, known: known() }
    })
}

fn document(
    scenario: &Scenario,
    sender: usize,
    options: &TraceOptions,
    messages: Vec<TracedMessage>,
) -> Trace {
    let sender = &scenario.senders[sender];
    let before = scenario.zones.iter().rfind(|version| version.at <= options.at);
    let zone = &before.unwrap_or(&scenario.zones[0]).zone;
    let authority = &scenario.authority;
    let first = TracedHop { name: authority.name.clone(), does: words::answer_order(&authority.order) };
    let resolvers = sender
        .resolver
        .iter()
        .rev()
        .map(|layer| TracedHop { name: layer.name.clone(), does: words::resolver(&layer.law) });
    Trace {
        schema: "mxsim.trace/1".into(),
        title: scenario.title.clone(),
        fingerprint: scenario.fingerprint.clone(),
        seed: options.seed,
        replication: options.replication,
        sender: sender.name.clone(),
        behaves_like: sender.preset.clone(),
        grade: sender.grade,
        from_s: options.at.as_secs_f64(),
        domain: zone.domain.to_string(),
        zone: records(zone),
        hops: std::iter::once(first).chain(resolvers).collect(),
        messages,
    }
}

fn records(zone: &Zone) -> Vec<PublishedRecord> {
    let record = |name: &dyn fmt::Display, ttl: crate::time::Span, record_type: &str, data: String| {
        let ttl_s = ttl.as_secs_f64() as u64;
        PublishedRecord { name: name.to_string(), ttl_s, record_type: record_type.into(), data }
    };
    let mx = zone
        .mx
        .iter()
        .map(|mx| record(&zone.domain, zone.mx_ttl, "MX", format!("{} {}", mx.preference, mx.exchange)));
    let addresses = zone.hosts.iter().flat_map(|host| {
        let a = host.a.iter().map(|ip| record(&host.name, host.a_ttl, "A", ip.to_string()));
        let aaaa = host.aaaa.iter().map(|ip| record(&host.name, host.aaaa_ttl, "AAAA", ip.to_string()));
        a.chain(aaaa).collect::<Vec<_>>()
    });
    mx.chain(addresses).collect()
}
