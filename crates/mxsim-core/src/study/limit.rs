//! How long a run may go on: the replications that are asked for, and who may stop it before.

use crate::engine::MethodChoice;
use crate::scenario::Scenario;
use crate::study::too_large::TooLarge;

/// Simulated messages, or other events, per second of one core: the middle of what `population.rs` shows, which is 0.8 to 8 million.
/// *Assumption* about the machine; only the order of size matters here.
pub(super) const MESSAGES_PER_SECOND: f64 = 2e6;

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
///
/// ```
/// use mxsim_core::{Limit, RunOptions, ScenarioBuilder};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let options = RunOptions::of(&ScenarioBuilder::new(zone).build()?).seed(7).replications(100);
/// assert_eq!((options.seed, options.limit), (7, Limit::Replications(100)));
/// # Ok::<(), mxsim_core::ScenarioError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunOptions {
    /// Seed of all randomness.
    pub seed: u64,
    /// How many replications.
    pub limit: Limit,
    /// By which methods.
    pub method: MethodChoice,
    /// Plausible worlds drawn after the run where something is not known; `None` for as many as cost no more than the run itself, 64 at most.
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

    /// The same with this seed.
    #[must_use]
    pub const fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same with this limit.
    #[must_use]
    pub const fn limit(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    /// The same with this many replications, decided or not.
    #[must_use]
    pub const fn replications(self, replications: u64) -> Self {
        self.limit(Limit::Replications(replications))
    }

    /// The same by this method: all give the same distribution, the default is the fastest.
    #[must_use]
    pub const fn method(self, method: MethodChoice) -> Self {
        Self { method, ..self }
    }

    /// The same with this many plausible worlds; 0 for none.
    #[must_use]
    pub const fn worlds(self, worlds: u64) -> Self {
        Self { worlds: Some(worlds), ..self }
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
#[non_exhaustive]
pub enum Stop {
    /// Somebody interrupted it: the results are marked partial.
    Interrupted,
    /// The time that was allowed is used up: what is finished counts.
    TimeUp,
}

/// Watches a run and may stop it. Called from several threads.
pub trait Observer: Sync {
    /// `finished` replications are done; `target` is how many there will be at least.
    fn progress(&self, finished: u64, target: u64) {
        let _ = (finished, target);
    }

    /// One replication is expected to cost so much (s of one core); told before the first begins.
    fn expects(&self, replication_s: f64) {
        let _ = replication_s;
    }

    /// So many replications are planned at the most, which are expected to cost so much together (s of one core); told before the first begins.
    fn plans(&self, replications: u64, all_s: f64) {
        let _ = (replications, all_s);
    }

    /// A replication was too large after all, and the run ended with those that were finished before it.
    fn outgrown(&self, why: &TooLarge) {
        let _ = why;
    }

    /// Whether to stop; looked at every few milliseconds.
    fn stop(&self) -> Option<Stop> {
        None
    }

    /// Whether the time that is left is needed for the worlds that follow the run; looked at as [`stop`](Self::stop) is.
    fn is_time_for_worlds(&self) -> bool {
        false
    }
}

/// An observer that neither shows nor stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {}
