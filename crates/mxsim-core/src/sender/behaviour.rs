//! How one sender behaves: all parameters of its MTA, and the trait for one of your own.

use super::candidate::{Candidate, Candidates};
use super::concurrency::Concurrency;
use super::failover::{Failover, Reaction, Reactions, TlsFailure};
use super::limits::{self, Limits};
use super::memory_policy::Memory;
use super::order;
use super::order_policy::{OrderPolicy, Preference, Stickiness};
use super::outcome::Outcome;
use super::resolve::{Lookups, Policy};
use super::retry::RetrySchedule;
use super::reuse::Reuse;
use super::timeouts::Timeouts;
use crate::random::Key;
use crate::smtp::Stage;
use std::fmt;
use std::sync::Arc;

/// All parameters of one sending MTA that this world can exercise.
#[derive(Debug, Clone, PartialEq)]
pub struct SenderParameters {
    /// In which order candidates are tried.
    pub order: OrderPolicy,
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
    pub retry: RetrySchedule,
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

/// A sender behaviour of your own: order the candidates, react to an outcome. Time-outs, retry and memory stay those of the
/// [`SenderParameters`] beside it.
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

/// How one sender behaves: parameters from the catalogue, with the ordering replaced if the embedding program brings its own.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Parameters of the MTA.
    pub parameters: SenderParameters,
    /// Takes the place of `parameters.order`, `parameters.limits`, `parameters.failover`, `parameters.on_busy` and `parameters.reactions`.
    pub custom: Option<Arc<dyn SenderBehaviour>>,
}

impl Behaviour {
    /// The behaviour of catalogue parameters.
    #[must_use]
    pub const fn from_parameters(parameters: SenderParameters) -> Self {
        Self { parameters, custom: None }
    }

    /// What it makes of preferences; a behaviour of one's own gets them as they are published.
    #[must_use]
    pub fn preference(&self) -> Preference {
        if self.custom.is_some() { Preference::Obey } else { self.parameters.order.preference }
    }

    /// Puts the candidates of one attempt in order.
    pub fn arrange(&self, candidates: &mut Candidates, choice: Key) {
        match &self.custom {
            Some(own) => own.order(candidates, choice),
            None if self.parameters.order.keep == Stickiness::Second => {
                let places = order::Places::new(choice, candidates);
                order::arrange(&self.parameters.order, candidates, places);
            }
            None => order::arrange(&self.parameters.order, candidates, choice),
        }
    }

    /// True if [`reorder_by_state`](super::order_context::reorder_by_state) has more to say about the order.
    #[must_use]
    pub fn depends_on_state(&self) -> bool {
        self.custom.is_none() && self.parameters.order.hosts.depends_on_state()
    }

    /// Cuts the ordered candidates, after memory has taken out those that are not to be tried.
    pub fn cut(&self, candidates: &mut Candidates) {
        if self.custom.is_none() {
            limits::cut(&self.parameters.limits, candidates);
        }
    }

    /// True if a message that failed comes back to the same host.
    #[must_use]
    pub fn comes_back(&self) -> bool {
        self.custom.is_none() && self.parameters.failover == Failover::SameHostLater
    }

    /// What to do after a failure. A permanent failure of the message is final for every MTA (RFC 5321 section 4.2.1).
    #[must_use]
    pub fn react(&self, outcome: Outcome) -> Reaction {
        if let Some(own) = &self.custom {
            return own.react(outcome);
        }
        let parameters = &self.parameters;
        match outcome {
            Outcome::Accepted | Outcome::Refused | Outcome::TimedOut => parameters.failover.into(),
            Outcome::Busy => parameters.on_busy.into(),
            Outcome::NoGreeting | Outcome::Lost(Stage::Greeting) => parameters.reactions.silence.into(),
            Outcome::RejectedGreeting => parameters.reactions.rejecting_greeting,
            Outcome::TlsFailed => parameters.reactions.tls_failure.reaction(),
            // RFC 8461 section 5: such a host must not be used; the sender goes on to the others, and without any the mail waits.
            Outcome::Untrusted => Reaction::Next,
            Outcome::Deferred(_) => parameters.reactions.transient_reply.into(),
            Outcome::Lost(_) => parameters.reactions.lost_connection.into(),
            Outcome::Rejected(_) => Reaction::Bounce,
        }
    }

    /// True if the attempt may use another session after these failures.
    #[must_use]
    pub fn has_sessions_left(&self, failed: &[(Candidate, Outcome)]) -> bool {
        let most = self.parameters.limits.sessions.filter(|_| self.custom.is_none());
        most.is_none_or(|most| {
            failed.iter().filter(|(_, outcome)| outcome.is_in_session()).count() < usize::from(most)
        })
    }

    /// What to do where TLS fails, beside [`Behaviour::react`]; a behaviour of one's own has no say in it.
    #[must_use]
    pub const fn on_tls_failure(&self) -> TlsFailure {
        self.parameters.reactions.tls_failure
    }
}
