//! Which exact law a sender is simulated by.
//!
//! All laws give the same distribution; they differ in cost. *Messages* simulates every message and is always right. *Counts* (Poisson
//! counts drawn at once) and *decisions* (one draw per cache entry or holding time) join as variants here, with a branch in
//! [`decide`] that says when they are exact.

use crate::results::LawUsed;
use crate::scenario::Sender;

/// How the messages of one sender are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Law {
    /// One by one.
    Messages,
}

/// Which laws may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// For each sender the cheapest law that is exact.
    #[default]
    Fastest,
    /// *Messages* for every sender.
    Messages,
}

/// A law and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawDecision {
    /// The law.
    pub law: Law,
    /// Why it applies.
    pub why: &'static str,
}

impl Law {
    /// The law as it is written in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
        }
    }
}

/// Decides by which law `sender` is simulated.
#[must_use]
pub const fn decide(_sender: &Sender) -> LawDecision {
    LawDecision { law: Law::Messages, why: "every message is simulated, which is exact for any sender" }
}

impl LawDecision {
    /// The decision as it stands in the results.
    #[must_use]
    pub fn used_for(&self, sender: &str) -> LawUsed {
        LawUsed { sender: sender.into(), law: self.law.name().into(), why: self.why.into() }
    }
}
