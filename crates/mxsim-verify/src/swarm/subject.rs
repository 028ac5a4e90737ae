//! A scenario of the swarm, simulated as far as the invariants need it.

use crate::swarm::step_counter::StepCounter;
use mxsim_core::engine::{Compiled, MethodChoice, compile_for, replicate, replicate_with};
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::cost::Cost;
use mxsim_core::study::{Limit, Observer, Quiet, RunError, RunOptions, Stop, simulate};
use mxsim_core::tally::Tally;
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Most work of one replication that the swarm takes on now and then, in messages simulated one by one, as the cost estimate has it.
pub(super) const MOST_WORK: f64 = 150_000.0;
/// Most work of one replication that it takes on every time.
pub(super) const USUAL_WORK: f64 = 25_000.0;
/// Most memory at work (bytes).
const MOST_BYTES: f64 = 2.56e8;
/// Looks at the cancel flag, each 8,192 events, after which a replication is far beyond any estimate the swarm takes on.
const MOST_LOOKS: u32 = 80;
/// Looks at the observer after which a run with all worlds beside it is given up: a fraction of a second.
const MOST_RUN_LOOKS: u32 = 60;
/// Replications of a run.
pub(super) const REPLICATIONS: u64 = 3;

/// A scenario with what is known of it.
pub struct Subject {
    /// What the reader made of the text.
    pub scenario: Scenario,
    /// Simulated by the methods that `compile` chooses.
    pub(super) fast: Compiled,
    /// Simulated message by message.
    pub(super) slow: Compiled,
    /// Replications by the fast methods.
    pub(super) tallies: Vec<Tally>,
    /// Replication 0 message by message, and what was seen of it.
    pub(super) watched: Tally,
    pub(super) watch: StepCounter,
    results: OnceLock<Result<Option<Results>, String>>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("title", &self.scenario.title).finish_non_exhaustive()
    }
}

/// Why a scenario is not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The reader refuses it.
    Refused,
    /// The cost check of the simulator refuses it.
    TooLarge,
    /// It takes longer than a swarm should spend on one scenario.
    Dear,
    /// It went on far beyond its estimated cost and was stopped.
    BeyondEstimate,
}

/// Work of a replication by its estimate, in messages simulated one by one.
pub(super) fn estimated_work(compiled: &Compiled) -> f64 {
    // The estimate counts a million of them to a second.
    Cost::of(compiled).replication_s * 1e6
}

impl Subject {
    /// Reads `toml` and simulates it, if a replication takes no more than `most_work`.
    ///
    /// # Errors
    /// If it is not to be simulated.
    pub fn new(toml: &str, most_work: f64) -> Result<Self, Unfit> {
        let scenario = Scenario::from_toml(toml).map_err(|_| Unfit::Refused)?;
        let fast = affordable(&scenario, MethodChoice::Fastest, most_work)?;
        let slow = affordable(&scenario, MethodChoice::Messages, most_work)?;
        let seed = scenario.run.seed;
        let one = |r| replicate(&fast, seed, r, &few_looks()).ok_or(Unfit::BeyondEstimate);
        let tallies = (0..REPLICATIONS).map(one).collect::<Result<Vec<_>, _>>()?;
        let mut watch = StepCounter::new(&slow);
        let watched = replicate_with(&slow, seed, 0, &few_looks(), &mut watch);
        let watched = watched.ok_or(Unfit::BeyondEstimate)?;
        Ok(Self { scenario, fast, slow, tallies, watched, watch, results: OnceLock::new() })
    }

    /// Runs it as anybody would, on so many threads; `None` if the worlds beside the run take too long.
    ///
    /// # Errors
    /// In words, if there are no results.
    pub(super) fn run_on(&self, threads: usize) -> Result<Option<Results>, String> {
        let options = RunOptions::of(&self.scenario).replications(REPLICATIONS).worlds(0);
        let patience = Patience(AtomicU32::new(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| error.to_string())?;
        match pool.install(|| simulate(&self.scenario, options, &patience)) {
            _ if patience.is_at_its_end() => Ok(None),
            Err(RunError::TooLarge(_)) => Ok(None),
            Err(error) => Err(error.to_string()),
            Ok(results) => Ok(Some(results)),
        }
    }

    /// The results of its run on one thread; `None` if it takes too long.
    ///
    /// # Errors
    /// In words, if there are none.
    pub(super) fn results(&self) -> Result<Option<&Results>, String> {
        let results = self.results.get_or_init(|| self.run_on(1));
        results.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}

/// The world of a scenario, unless it costs too much.
fn affordable(scenario: &Scenario, method: MethodChoice, most_work: f64) -> Result<Compiled, Unfit> {
    let compiled = compile_for(scenario, method);
    let cost = Cost::of(&compiled);
    if cost.check(Limit::Replications(REPLICATIONS)).is_err() {
        return Err(Unfit::TooLarge);
    }
    let fits = estimated_work(&compiled) <= most_work && cost.working_bytes + cost.tally_bytes <= MOST_BYTES;
    if fits { Ok(compiled) } else { Err(Unfit::Dear) }
}

/// A run of a scenario that the cost check refuses is refused, before anything is simulated.
///
/// # Errors
/// If it is not.
pub(super) fn is_refused(toml: &str) -> Result<(), String> {
    let scenario = Scenario::from_toml(toml).map_err(|error| error.to_string())?;
    let options = RunOptions::of(&scenario).method(MethodChoice::Messages).replications(REPLICATIONS);
    match simulate(&scenario, options.worlds(0), &Quiet) {
        Err(RunError::TooLarge(_)) => Ok(()),
        other => Err(format!("it is not refused as too large: {:?}", other.map(|_| "results"))),
    }
}

/// Ends a replication after [`MOST_LOOKS`].
pub(super) fn few_looks() -> impl Fn() -> bool {
    let looks = Cell::new(0);
    move || {
        looks.set(looks.get() + 1);
        looks.get() > MOST_LOOKS
    }
}

/// Ends a run that goes on and on.
struct Patience(AtomicU32);

impl Patience {
    fn is_at_its_end(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MOST_RUN_LOOKS
    }
}

impl Observer for Patience {
    fn stop(&self) -> Option<Stop> {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.is_at_its_end().then_some(Stop::Interrupted)
    }
}
