//! Which exact method a sender is simulated by.
//!
//! All methods give the same distribution; they differ in cost. *Messages* simulates every message and is always right. *Counts* draws
//! Poisson numbers of messages at once, *decisions* draws the choices that outbound hosts keep and the numbers of messages in between. When
//! they are exact is written down in one place, `aggregate/plan.rs`.

use crate::results::MethodUsed;
use serde::{Deserialize, Serialize};

/// How the messages of one sender are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimulationMethod {
    /// As Poisson numbers, because no choice depends on an earlier message.
    Counts,
    /// As Poisson numbers between the decisions of outbound hosts that keep their choice.
    Decisions,
    /// One by one.
    Messages,
}

/// Which methods may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodChoice {
    /// For each sender the cheapest method that is exact.
    #[default]
    Fastest,
    /// *Messages* for every sender.
    Messages,
}

/// A method and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodDecision {
    /// The method.
    pub method: SimulationMethod,
    /// Why it applies.
    pub why: &'static str,
}

impl SimulationMethod {
    /// The method as it is written in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Decisions => "decisions",
            Self::Messages => "messages",
        }
    }
}

impl MethodDecision {
    /// The decision as it stands in the results.
    #[must_use]
    pub fn used_for(&self, sender: &str) -> MethodUsed {
        MethodUsed { sender: sender.into(), method: self.method.name().into(), why: self.why.into() }
    }
}
