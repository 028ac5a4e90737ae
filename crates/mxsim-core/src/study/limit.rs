//! How long a run may go on: the replications that are asked for, and who may stop it before.

use crate::engine::MethodChoice;
use crate::scenario::Scenario;

/// How many replications to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// This many.
    Replications(u64),
    /// As many as decide every goal, but no more than this.
    UntilDecided {
        /// Where it gives up.
        at_most: u64,
    },
}

/// Seed and length of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOptions {
    /// Seed of all randomness.
    pub seed: u64,
    /// How many replications.
    pub limit: Limit,
    /// By which laws.
    pub method: MethodChoice,
    /// Plausible worlds drawn beside the run where something is not known; `None` for as many as cost little, 64 at most.
    pub worlds: Option<u64>,
}

impl RunOptions {
    /// Replications after which an undecided run stops by default.
    pub const DEFAULT_MOST: u64 = 10_240;

    /// What the scenario itself asks for.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let limit = match scenario.run.replications {
            Some(replications) => Limit::Replications(replications),
            None => Limit::UntilDecided { at_most: Self::DEFAULT_MOST },
        };
        Self { seed: scenario.run.seed, limit, method: MethodChoice::default(), worlds: None }
    }

    /// The same, giving up after `most` replications at the latest.
    pub(super) fn at_most(self, most: u64) -> Self {
        let limit = match self.limit {
            Limit::UntilDecided { at_most } => Limit::UntilDecided { at_most: at_most.min(most).max(1) },
            fixed @ Limit::Replications(_) => fixed,
        };
        Self { limit, ..self }
    }
}

/// Why a run is to stop before its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody interrupted it: the results are marked partial.
    Interrupted,
    /// The time that was allowed is used up: what is finished counts. One replication is always finished.
    TimeUp,
}

/// Watches a run and may stop it. Called from several threads.
pub trait Observer: Sync {
    /// `finished` replications are done; `target` is how many there will be at least.
    fn progress(&self, finished: u64, target: u64) {
        let _ = (finished, target);
    }

    /// Whether to stop; looked at every few milliseconds.
    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// An observer that neither shows nor stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {}
