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
use crate::study::replications::{Ended, held_against, in_order};
use crate::study::run::RunError;
use crate::study::shard::Shard;
use crate::study::shelf::{Place, Shelf, Shelved, shape_of};
use crate::tally::labels::Labels;
use crate::tally::{MOST_TOGETHER, Shape, Tally};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
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
    /// What is kept of it, if anything is.
    kept: Option<&'a Case>,
    /// What was simulated, where it is to be kept.
    done: Option<&'a Cell<Option<Case>>>,
}

/// A replication of one of the scenarios as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    tally: Tally,
    /// What was seen message by message, if anything was looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<u64>,
}

/// A replication of all scenarios: a line of a part.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CasesLine {
    replication: u64,
    cases: Vec<Case>,
}

/// A probe whose counts can be kept beside the tally.
pub(crate) trait CountingProbe: Probe {
    /// What it has counted.
    fn counts(&mut self) -> &mut Vec<u64>;
}

impl Replication<'_> {
    /// Simulates it; `None` if it was stopped.
    pub(crate) fn tally(&self) -> Option<Tally> {
        if let Some(kept) = self.kept {
            return Some(kept.tally.clone());
        }
        let (seed, replication) = self.of;
        let tally = replicate_watched(self.compiled, seed, replication, self.stopped)?;
        self.keep(&tally, &[]);
        Some(tally)
    }

    /// The same under the eyes of a probe, which sees messages that are simulated one by one.
    pub(crate) fn tally_with(&self, probe: &mut dyn Probe) -> Option<Tally> {
        replicate_watched_with(self.compiled, self.of, self.stopped, probe)
    }

    /// The same with a probe whose counts are kept.
    pub(crate) fn tally_counting(&self, probe: &mut impl CountingProbe) -> Option<Tally> {
        if let Some(kept) = self.kept.filter(|kept| kept.seen.len() == probe.counts().len()) {
            probe.counts().clone_from(&kept.seen);
            return Some(kept.tally.clone());
        }
        let tally = replicate_watched_with(self.compiled, self.of, self.stopped, probe)?;
        self.keep(&tally, probe.counts());
        Some(tally)
    }

    fn keep(&self, tally: &Tally, seen: &[u64]) {
        if let Some(done) = self.done {
            done.set(Some(Case { tally: tally.clone(), seen: seen.to_vec() }));
        }
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
    let ready = Ready::new(scenarios, options, observer, Extent::default())?;
    ready.simulate(look)
}

/// The same with a shelf.
pub(crate) fn simulate_together_with<T: Send>(
    scenarios: &[Scenario],
    options: TogetherOptions,
    (observer, shelf): (&dyn Observer, &dyn Shelf),
    look: impl Fn(&Replication<'_>) -> Option<T> + Sync,
) -> Result<Together<T>, RunError> {
    let ready =
        Ready::new(scenarios, options, observer, Extent { shelf: Shelved(Some(shelf)), own: Some(1) })?;
    ready.simulate(look)
}

/// Puts the replications of a shard on a shelf.
pub(crate) fn simulate_shard_together<T: Send>(
    scenarios: &[Scenario],
    (options, shard): (TogetherOptions, Shard),
    (observer, shelf): (&dyn Observer, &dyn Shelf),
    look: impl Fn(&Replication<'_>) -> Option<T> + Sync,
) -> Result<(), RunError> {
    let range = shard.replications(options.replications.ok_or(RunError::OpenEnded)?);
    let extent = Extent { shelf: Shelved(Some(shelf)), own: Some(range.end - range.start) };
    let ready = Ready::new(scenarios, options, observer, extent)?;
    let finished = AtomicU64::new(0);
    let count = (range.end - range.start) as usize;
    let one = |i: usize| {
        ready.of_all(range.start + i as u64, &look)?;
        observer.progress(finished.fetch_add(1, Ordering::Relaxed) + 1, count as u64);
        Ok(())
    };
    in_order(count, one).1.map_err(|ended| ready.failed(ended))
}

/// How much of it is simulated, and where it is kept.
#[derive(Debug, Default)]
struct Extent<'a> {
    shelf: Shelved<'a>,
    /// The most replications that are simulated here, if not all.
    own: Option<u64>,
}

/// Scenarios made ready.
struct Ready<'a> {
    worlds: Vec<Compiled>,
    costs: Vec<Cost>,
    each_s: f64,
    seed: u64,
    replications: u64,
    observer: &'a dyn Observer,
    shelf: Shelved<'a>,
}

impl<'a> Ready<'a> {
    fn new(
        scenarios: &[Scenario],
        options: TogetherOptions,
        observer: &'a dyn Observer,
        Extent { shelf, own }: Extent<'a>,
    ) -> Result<Self, RunError> {
        scenarios.iter().try_for_each(Cost::check_tables).map_err(RunError::TooLarge)?;
        let worlds: Vec<Compiled> =
            scenarios.iter().map(|scenario| compile_for(scenario, options.method)).collect();
        let costs: Vec<Cost> = worlds.iter().map(Cost::of).collect();
        let each_s: f64 = costs.iter().map(|cost| cost.replication_s).sum();
        let replications = options.replications.unwrap_or_else(|| worth(each_s));
        for cost in &costs {
            cost.check_part(Limit::Replications(replications), own).map_err(RunError::TooLarge)?;
        }
        observer.expects(each_s);
        if own.is_none() {
            observer.plans(replications, each_s * replications as f64);
        }
        Ok(Self { worlds, costs, each_s, seed: options.seed, replications, observer, shelf })
    }

    fn simulate<T: Send>(
        self,
        look: impl Fn(&Replication<'_>) -> Option<T> + Sync,
    ) -> Result<Together<T>, RunError> {
        let finished = AtomicU64::new(0);
        let (observer, replications) = (self.observer, self.replications);
        let one = |r: usize| {
            let seen = self.of_all(r as u64, &look)?;
            observer.progress(finished.fetch_add(1, Ordering::Relaxed) + 1, replications);
            Ok(seen)
        };
        let (seen, all) = in_order(replications as usize, one);
        let stop = observer.stop();
        match all {
            Err(Ended::Shelf) => Err(RunError::Shelf),
            Err(ended) if seen.is_empty() => Err(self.failed(ended)),
            all => {
                if let Err(Ended::Outgrown(why)) = all {
                    observer.outgrown(&why);
                }
                let partial = all == Err(Ended::Stopped) && stop == Some(Stop::Interrupted);
                let labels = self.worlds.into_iter().map(|world| world.labels).collect();
                Ok(Together { labels, seen, partial, seed: self.seed })
            }
        }
    }

    /// What is seen of replication `r` of all scenarios.
    fn of_all<T>(&self, r: u64, look: &impl Fn(&Replication<'_>) -> Option<T>) -> Result<Vec<T>, Ended> {
        let place = Place::Replication(r);
        let kept: Option<CasesLine> = self.shelf.take(place, |line| self.check(line, r))?;
        let is_to_be_kept = self.shelf.0.is_some() && kept.is_none();
        let mut cases = Vec::new();
        let mut one = |scenario: usize| {
            let (compiled, of) = (&self.worlds[scenario], (self.seed, r));
            let done = Cell::new(None);
            let kept = kept.as_ref().map(|line| &line.cases[scenario]);
            let seen = held_against(self.costs[scenario], self.observer, |stopped| {
                let done = is_to_be_kept.then_some(&done);
                look(&Replication { scenario, compiled, of, stopped, kept, done })
            })?;
            cases.extend(done.take());
            Ok(seen)
        };
        let seen = (0..self.worlds.len()).map(&mut one).collect::<Result<Vec<T>, Ended>>()?;
        match kept {
            Some(line) => self.shelf.keep(place, &line, true)?,
            None => self.shelf.keep(place, &CasesLine { replication: r, cases }, false)?,
        }
        Ok(seen)
    }

    /// Checks that what was kept can be of these scenarios.
    fn check(&self, line: &CasesLine, r: u64) -> Result<(), &'static str> {
        if line.replication != r {
            return Err("it says two numbers");
        }
        if line.cases.len() != self.worlds.len() {
            return Err("it does not have as many cases as there are scenarios");
        }
        let mut both = line.cases.iter().zip(&self.worlds);
        both.try_for_each(|(case, world)| {
            let sum = case.seen.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
            if sum > MOST_TOGETHER / self.replications.max(1) {
                return Err("its counts are too large to be added up");
            }
            case.tally.fits(&Shape { down: 0, ..shape_of(world, self.replications) })
        })
    }

    /// Why there is nothing of what ended.
    fn failed(&self, ended: Ended) -> RunError {
        match ended {
            Ended::Outgrown(why) => RunError::TooLarge(why),
            Ended::Shelf => RunError::Shelf,
            Ended::Stopped | Ended::Beyond => match self.observer.stop() {
                Some(Stop::TimeUp) => RunError::TimeUp { replication_s: self.each_s },
                _ => RunError::Interrupted,
            },
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
