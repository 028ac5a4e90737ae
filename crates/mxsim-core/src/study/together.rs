//! Several scenarios under common random numbers: replication r of each has the same seed, and what they share draws alike, so that what differs
//! between them is the change and not chance.
//!
//! ```text
//!   scenarios --compile--> worlds --replicate(seed, r)--> what is looked at     x R, all worlds of a replication or none
//! ```

use crate::engine::probe::Probe;
use crate::engine::{
    Compiled, Done, MethodChoice, compile_beside, compile_for, replicate_watched, replicate_watched_with,
};
use crate::results::{MODEL_EPOCH, Made};
use crate::scenario::Scenario;
use crate::study::cost::Cost;
use crate::study::limit::{Limit, Observer, Stop};
use crate::study::run::{Ended, RunError, held_against, in_order};
use crate::tally::Tally;
use crate::tally::labels::Labels;
use std::sync::atomic::{AtomicU64, Ordering};

/// Processor time that a comparison takes unless its replications are said (s of one core, as estimated, so that it does not depend on the
/// machine). *Assumption*: what somebody waits for who has typed a command.
const BUDGET_S: f64 = 6.0;
/// Fewest and most replications of a comparison that does not say how many. With fewer no interval is worth its name; more are rarely asked for.
const REPLICATIONS: [f64; 2] = [10.0, 200.0];

/// How scenarios are simulated together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TogetherOptions {
    /// Seed of all randomness.
    pub seed: u64,
    /// Replications of each; `None` for as many as some seconds are worth.
    pub replications: Option<u64>,
    /// By which methods.
    pub method: MethodChoice,
}

impl TogetherOptions {
    /// What the first of the scenarios asks for.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            seed: scenario.run.seed,
            replications: scenario.run.replications,
            method: MethodChoice::default(),
        }
    }

    /// The same with this seed.
    #[must_use]
    pub const fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same with this many replications.
    #[must_use]
    pub const fn replications(self, replications: u64) -> Self {
        Self { replications: Some(replications), ..self }
    }

    /// The same by this method.
    #[must_use]
    pub const fn method(self, method: MethodChoice) -> Self {
        Self { method, ..self }
    }
}

/// What was seen of several scenarios.
#[derive(Debug)]
pub(crate) struct Together<T> {
    /// Of each scenario, in their order.
    pub(crate) labels: Vec<Labels>,
    /// By replication, and in it by scenario.
    pub(crate) seen: Vec<Vec<T>>,
    /// True if it was interrupted.
    pub(crate) partial: bool,
    /// Seed of all randomness.
    seed: u64,
}

impl<T> Together<T> {
    /// What was seen of one scenario, in the order of replications.
    pub(crate) fn of(&self, scenario: usize) -> impl Iterator<Item = &T> + Clone {
        self.seen.iter().map(move |seen| &seen[scenario])
    }

    /// What the document says of it; the run length is that of the first scenario.
    pub(crate) fn made(&self) -> Made {
        Made {
            version: env!("CARGO_PKG_VERSION").into(),
            model_epoch: MODEL_EPOCH,
            seed: self.seed,
            replications: self.seen.len() as u64,
            run_length_s: self.labels[0].run.run_length.as_secs_f64(),
            fingerprints: self.labels.iter().map(|labels| labels.fingerprint.clone()).collect(),
            partial: self.partial,
        }
    }
}

/// One replication of one of the scenarios, before it is simulated.
pub(crate) struct Replication<'a> {
    /// The place of the scenario.
    pub(crate) scenario: usize,
    pub(crate) compiled: &'a Compiled,
    of: (u64, u64),
    stopped: &'a dyn Fn(Done) -> bool,
}

impl Replication<'_> {
    /// Simulates it; `None` if it was stopped.
    pub(crate) fn tally(&self) -> Option<Tally> {
        let (seed, replication) = self.of;
        replicate_watched(self.compiled, seed, replication, self.stopped)
    }

    /// The same under the eyes of a probe, which sees messages that are simulated one by one.
    pub(crate) fn tally_with(&self, probe: &mut dyn Probe) -> Option<Tally> {
        replicate_watched_with(self.compiled, self.of, self.stopped, probe)
    }
}

/// Simulates all scenarios, and looks at each of their replications.
///
/// # Errors
/// If they are too large together, or were stopped before a single replication of all was done.
pub(crate) fn simulate_together<T: Send>(
    scenarios: &[Scenario],
    options: TogetherOptions,
    observer: &dyn Observer,
    look: impl Fn(&Replication<'_>) -> Option<T> + Sync,
) -> Result<Together<T>, RunError> {
    scenarios.iter().try_for_each(Cost::check_tables).map_err(RunError::TooLarge)?;
    let worlds: Vec<Compiled> =
        scenarios.iter().map(|scenario| compile_for(scenario, options.method)).collect();
    let costs: Vec<Cost> = worlds.iter().map(Cost::of).collect();
    let each: f64 = costs.iter().map(|cost| cost.replication_s).sum();
    let replications = options.replications.unwrap_or_else(|| worth(each));
    for cost in &costs {
        cost.check(Limit::Replications(replications)).map_err(RunError::TooLarge)?;
    }
    observer.expects(each);
    observer.plans(replications, each * replications as f64);
    let finished = AtomicU64::new(0);
    let of_all = |r: usize| {
        let one = |scenario: usize| {
            let (compiled, of) = (&worlds[scenario], (options.seed, r as u64));
            held_against(costs[scenario], observer, |stopped| {
                look(&Replication { scenario, compiled, of, stopped })
            })
        };
        let seen = (0..worlds.len()).map(one).collect::<Result<Vec<T>, Ended>>()?;
        observer.progress(finished.fetch_add(1, Ordering::Relaxed) + 1, replications);
        Ok(seen)
    };
    let (seen, all) = in_order(replications as usize, of_all);
    let labels = worlds.into_iter().map(|world| world.labels).collect();
    let stop = observer.stop();
    match all {
        Err(Ended::Outgrown(why)) if seen.is_empty() => Err(RunError::TooLarge(why)),
        Err(Ended::Stopped) if seen.is_empty() => Err(match stop {
            Some(Stop::TimeUp) => RunError::TimeUp { replication_s: each },
            _ => RunError::Interrupted,
        }),
        all => {
            if let Err(Ended::Outgrown(why)) = all {
                observer.outgrown(&why);
            }
            let partial = all == Err(Ended::Stopped) && stop == Some(Stop::Interrupted);
            Ok(Together { labels, seen, partial, seed: options.seed })
        }
    }
}

/// Processor time of one replication of all scenarios (s of one core), as estimated.
pub(crate) fn seconds_of(scenarios: &[Scenario], method: MethodChoice) -> f64 {
    scenarios.iter().map(|scenario| Cost::of(&compile_beside(scenario, method)).replication_s).sum()
}

/// As many replications as the time is worth that a comparison takes, if one of all scenarios costs `each` (s).
pub(crate) fn worth(each: f64) -> u64 {
    let [fewest, most] = REPLICATIONS;
    (BUDGET_S / each).clamp(fewest, most) as u64
}
