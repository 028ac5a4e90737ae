//! Which exact law a sender is simulated by.
//!
//! All laws give the same distribution; they differ in cost. *Messages* simulates every message and is always right. *Counts* draws
//! Poisson numbers of messages at once, *decisions* draws the choices that outbound hosts keep and the numbers of messages in between. When
//! they are exact is written down in one place, `bulk/plan.rs`.

use crate::results::LawUsed;

/// How the messages of one sender are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Law {
    /// As Poisson numbers, because no choice depends on an earlier message.
    Counts,
    /// As Poisson numbers between the decisions of outbound hosts that keep their choice.
    Decisions,
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
            Self::Counts => "counts",
            Self::Decisions => "decisions",
            Self::Messages => "messages",
        }
    }
}

impl LawDecision {
    /// The decision as it stands in the results.
    #[must_use]
    pub fn used_for(&self, sender: &str) -> LawUsed {
        LawUsed { sender: sender.into(), law: self.law.name().into(), why: self.why.into() }
    }
}
