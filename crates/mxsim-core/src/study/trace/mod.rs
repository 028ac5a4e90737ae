//! The first messages of one sender from the queue to their fate, with the reason for every step.
//!
//! A trace is a replication under the eyes of a probe: the same draws, the same order, nothing told that did not happen. It stops as soon
//! as the fate of the last message asked for is known.
//!
//! The document says what happened; its reasons are sentences (`words`), because other programs show them as they are. How a story is laid
//! out on a screen is the report's business.
//!
//! Main types: [`TraceOptions`], what to look at; [`Trace`], the document `mxsim.trace/1`.

mod document;
mod recorder;
mod words;

pub use document::{
    Fate, Happening, PublishedRecord, Trace, TracedCandidate, TracedHold, TracedHop, TracedMessage,
    TracedOutcome, TracedStep,
};

use crate::dns::Zone;
use crate::engine::compile_for;
use crate::engine::replicate_with;
use crate::engine::world::method::MethodChoice;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::Limit;
use crate::syntax::suggest::nearest;
use crate::syntax::tree::shortened;
use crate::time::Time;
use recorder::Recorder;
use std::cell::Cell;
use std::fmt;

/// Most messages of a trace. *Assumption*: nobody reads more.
pub const MOST_MESSAGES: usize = 1_000;

/// Which messages to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceOptions {
    /// Name of the sender; `None` if there is only one.
    pub sender: Option<String>,
    /// The first message to follow arrives now or later.
    pub at: Time,
    /// How many messages to follow; no more than [`MOST_MESSAGES`] are.
    pub messages: usize,
    /// True if messages that are accepted without ever being deferred are passed over.
    pub only_deferred: bool,
    /// Seed of all randomness.
    pub seed: u64,
    /// Number of the replication, from 0.
    pub replication: u64,
}

impl TraceOptions {
    /// The first `messages` of the only sender, on the first day of seed 1.
    #[must_use]
    pub const fn first(messages: usize) -> Self {
        Self { sender: None, at: Time::ZERO, messages, only_deferred: false, seed: 1, replication: 0 }
    }

    /// Messages of this sender.
    #[must_use]
    pub fn sender(self, name: &str) -> Self {
        Self { sender: Some(name.into()), ..self }
    }

    /// Messages that arrive now or later.
    #[must_use]
    pub fn at(self, at: Time) -> Self {
        Self { at, ..self }
    }

    /// Only messages that are deferred or bounced.
    #[must_use]
    pub fn only_deferred(self, only_deferred: bool) -> Self {
        Self { only_deferred, ..self }
    }

    /// The same with this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same in this replication, counted from 0.
    #[must_use]
    pub fn replication(self, replication: u64) -> Self {
        Self { replication, ..self }
    }
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
                write!(f, "there is no sender {}", shortened(name))?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean {}?", shortened(nearest))?;
                }
                write!(f, "; senders are {}", quoted(known))
            }
            Self::WhichSender(known) => write!(f, "name one of the senders: {}", quoted(known)),
            Self::TooLarge(cost) => cost.fmt(f),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| shortened(name)).collect::<Vec<_>>().join(", ")
}

/// Follows messages of one sender through a replication.
///
/// ```
/// use mxsim_core::study::trace::{Fate, TraceOptions, trace};
/// use mxsim_core::scenario::Scenario;
/// use mxsim_core::time::Time;
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let senders = "[[senders]]\nname = \"us\"\npreset = \"postfix\"\n";
/// let scenario = Scenario::from_toml(&format!("[zone]\ntext = \"\"\"\n{zone}\"\"\"\n{senders}")).unwrap();
/// let options = TraceOptions::first(1);
/// let trace = trace(&scenario, &options).unwrap();
/// assert_eq!(trace.messages[0].fate, Fate::Accepted);
/// ```
///
/// # Errors
/// If there is no such sender, several and none was named, or the replication is too large.
pub fn trace(scenario: &Scenario, options: &TraceOptions) -> Result<Trace, TraceError> {
    let sender = find(scenario, options.sender.as_deref())?;
    Cost::check_tables(scenario).map_err(TraceError::TooLarge)?;
    let compiled = compile_for(scenario, MethodChoice::Messages);
    Cost::of(&compiled).check(Limit::Replications(1)).map_err(TraceError::TooLarge)?;
    let decided = Cell::new(options.messages == 0);
    let mut recorder = Recorder::new(&compiled, sender, options, &decided);
    // Whether the replication ran to its end or was stopped makes no difference to what was written down.
    let _ = replicate_with(&compiled, options.seed, options.replication, &|| decided.get(), &mut recorder);
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
        .map(|layer| TracedHop { name: layer.name.clone(), does: words::resolver(&layer.parameters) });
    Trace {
        schema: "mxsim.trace/1".into(),
        title: scenario.title.clone(),
        fingerprint: scenario.fingerprint(),
        seed: options.seed,
        replication: options.replication,
        sender: sender.name.clone(),
        behaves_like: sender.preset.clone(),
        grade: sender.grade,
        from_s: options.at.as_secs_f64(),
        only_deferred: options.only_deferred,
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
