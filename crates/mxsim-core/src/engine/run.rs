//! Many replications: in parallel, kept in the order of their numbers, until they are enough.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one.

use super::compile::compile_for;
use super::cost::{Cost, TooLarge};
use super::law::Engine;
use super::replicate::replicate;
use super::tally::Tally;
use super::world::World;
use crate::estimate::{self, WhatIf};
use crate::results::{Grade, Results};
use crate::scenario::Scenario;
use crate::sender::{HostOrder, Keep, Unit};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Replications handed out between two looks at the observer.
const BATCH: u64 = 32;
/// Replications spent on each what-if: as many as the first look at the goals takes.
pub(super) const WHAT_IF_REPLICATIONS: u64 = 160;
/// A sender that brings less than this part of the mail decides nothing alone.
const LEAST_DECISIVE_SHARE: f64 = 0.05;

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
    pub engine: Engine,
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
        Self { seed: scenario.run.seed, limit, engine: Engine::default() }
    }

    /// The same, giving up after `most` replications at the latest.
    fn at_most(self, most: u64) -> Self {
        let limit = match self.limit {
            Limit::UntilDecided { at_most } => Limit::UntilDecided { at_most: at_most.min(most).max(1) },
            fixed @ Limit::Replications(_) => fixed,
        };
        Self { limit, ..self }
    }
}

/// The tallies of a run, in the order of replications.
#[derive(Debug)]
pub struct Run {
    /// Replications 0, 1, 2, ... without a gap.
    pub tallies: Vec<Tally>,
    /// The same for each what-if world, as many as the first look at the goals takes.
    pub what_ifs: Vec<Vec<Tally>>,
    /// True if it was interrupted.
    pub partial: bool,
}

/// Why there are no results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RunError {
    /// The run would take too long or too much memory; nothing was simulated.
    TooLarge(TooLarge),
    /// It was interrupted before a single replication was done.
    Interrupted,
}

impl std::error::Error for RunError {}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(why) => why.fmt(f),
            Self::Interrupted => f.write_str("interrupted before the first replication was done"),
        }
    }
}

/// Simulates a scenario from start to end.
///
/// # Errors
/// If the run is too large, or was interrupted before a single replication was done.
pub fn simulate(
    scenario: &Scenario,
    options: RunOptions,
    observer: &dyn Observer,
) -> Result<Results, RunError> {
    let mut world = compile_for(scenario, options.engine);
    world.frame.run.seed = options.seed;
    let cost = Cost::of(&world);
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    let options = options.at_most(cost.most_replications());
    let what_ifs = what_if_worlds(scenario, options.engine);
    let worlds: Vec<&World> = what_ifs.iter().map(|what_if| &what_if.world).collect();
    let run = run(&world, &worlds, options, observer);
    if run.tallies.is_empty() {
        return Err(RunError::Interrupted);
    }
    let what_ifs: Vec<WhatIf> = what_ifs
        .into_iter()
        .zip(&run.what_ifs)
        .filter_map(|(what_if, tallies)| what_if.judge(tallies))
        .collect();
    Ok(estimate::estimate(&world.frame, &run.tallies, run.partial, &what_ifs))
}

/// Runs replications of `world` until the limit or until `observer` stops it, and the first few of each world in `what_ifs` beside it.
pub fn run(world: &World, what_ifs: &[&World], options: RunOptions, observer: &dyn Observer) -> Run {
    let mut run = Run { tallies: Vec::new(), what_ifs: vec![Vec::new(); what_ifs.len()], partial: false };
    let finished = AtomicU64::new(0);
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        let batch = Batch { world, what_ifs, seed: options.seed, target, finished: &finished, observer };
        if !batch.extend(&mut run) {
            run.partial = observer.stop() == Some(Stop::Interrupted);
            return run;
        }
        let enough = match options.limit {
            Limit::Replications(_) => true,
            Limit::UntilDecided { at_most } => {
                target >= at_most || estimate::decided(&world.frame, &run.tallies)
            }
        };
        if enough {
            return run;
        }
    }
}

/// Replications up to `target`.
struct Batch<'a> {
    world: &'a World,
    what_ifs: &'a [&'a World],
    seed: u64,
    target: u64,
    finished: &'a AtomicU64,
    observer: &'a dyn Observer,
}

impl Batch<'_> {
    /// Extends `run` up to the target; false if it was stopped on the way.
    fn extend(&self, run: &mut Run) -> bool {
        while (run.tallies.len() as u64) < self.target {
            let from = run.tallies.len() as u64;
            let to = (from + BATCH).min(self.target);
            for finished in self.replications(from..to) {
                // What comes after a gap is thrown away: a run is a prefix.
                let Some((tally, what_ifs)) = finished else { return false };
                run.tallies.push(tally);
                for (all, one) in run.what_ifs.iter_mut().zip(what_ifs) {
                    all.push(one);
                }
            }
            fold_delays(&mut run.tallies);
        }
        true
    }

    #[cfg(feature = "parallel")]
    fn replications(&self, numbers: std::ops::Range<u64>) -> Vec<Option<(Tally, Vec<Tally>)>> {
        use rayon::prelude::*;
        numbers.into_par_iter().map(|r| self.one(r)).collect()
    }

    #[cfg(not(feature = "parallel"))]
    fn replications(&self, numbers: std::ops::Range<u64>) -> Vec<Option<(Tally, Vec<Tally>)>> {
        numbers.map(|r| self.one(r)).collect()
    }

    /// Replication `r` of the world, and of the what-ifs while they last.
    fn one(&self, r: u64) -> Option<(Tally, Vec<Tally>)> {
        let stopped = || match self.observer.stop() {
            Some(Stop::TimeUp) => r > 0,
            Some(Stop::Interrupted) => true,
            None => false,
        };
        if stopped() {
            return None;
        }
        let tally = replicate(self.world, self.seed, r, &stopped)?;
        let mut what_ifs = Vec::new();
        if r < WHAT_IF_REPLICATIONS {
            for world in self.what_ifs {
                what_ifs.push(replicate(world, self.seed, r, &stopped)?);
            }
        }
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(finished, self.target);
        Some((tally, what_ifs))
    }
}

/// Delays are kept for at most this many blocks of replications. The interval of a quantile rests on the spread between blocks, and 256 of
/// them widen it by less than 1 in 200; without blocks the delays of 10,000 replications would fill gigabytes.
const MOST_DELAY_BLOCKS: usize = 256;

/// Moves the delays of each block of replications into its first. Blocks grow by doubling, so the outcome depends on the number of
/// replications alone.
fn fold_delays(tallies: &mut [Tally]) {
    let mut block = 1;
    while tallies.len().div_ceil(block) > MOST_DELAY_BLOCKS {
        block *= 2;
    }
    if block > 1 {
        for members in tallies.chunks_mut(block) {
            if let Some((first, rest)) = members.split_first_mut() {
                rest.iter_mut().for_each(|tally| first.delays.merge(&std::mem::take(&mut tally.delays)));
            }
        }
    }
}

/// A world in which one assumption is turned into its worst plausible opposite.
struct WhatIfWorld {
    sender: usize,
    text: String,
    world: World,
}

impl WhatIfWorld {
    fn judge(self, tallies: &[Tally]) -> Option<WhatIf> {
        if tallies.is_empty() {
            return None;
        }
        let results = estimate::estimate(&self.world.frame, tallies, false, &[]);
        Some(WhatIf {
            sender: self.sender,
            text: self.text,
            statuses: results.goals.iter().map(|goal| goal.status).collect(),
            busiest_p95: results.balance.busiest_share.p95,
        })
    }
}

/// The sender that brings most of the mail among those whose behaviour is only assumed, in the two ways in which it may be worse: each
/// of its outbound hosts keeps one host for good, or all of them choose as one.
fn what_if_worlds(scenario: &Scenario, engine: Engine) -> Vec<WhatIfWorld> {
    let assumed = |i: &usize| {
        let sender = &scenario.senders[*i];
        sender.grade == Grade::Assumed
            && sender.share >= LEAST_DECISIVE_SHARE
            && sender.behaviour.custom.is_none()
    };
    // The first of equals, so that the answer does not depend on how ties are broken.
    let by_share = |a: &usize, b: &usize| {
        scenario.senders[*a].share.total_cmp(&scenario.senders[*b].share).then(b.cmp(a))
    };
    let Some(sender) = (0..scenario.senders.len()).filter(assumed).max_by(by_share) else {
        return Vec::new();
    };
    let kept = scenario.senders[sender].behaviour.law.order.keep == Keep::Forever;
    let choosers = scenario.senders[sender].sites * scenario.senders[sender].hosts;
    let mut worlds = Vec::new();
    if !kept {
        worlds.push(keeping_one_host(scenario, sender, false, engine));
    }
    if choosers > 1 {
        worlds.push(keeping_one_host(scenario, sender, true, engine));
    }
    worlds
}

fn keeping_one_host(scenario: &Scenario, sender: usize, as_one: bool, engine: Engine) -> WhatIfWorld {
    let mut changed = scenario.clone();
    let entry = &mut changed.senders[sender];
    entry.behaviour.law.order.keep = Keep::Forever;
    entry.behaviour.law.order.hosts = HostOrder::Shuffle;
    entry.behaviour.law.order.unit = Unit::Host;
    let choosers = entry.sites * entry.hosts;
    let text = if as_one {
        (entry.sites, entry.hosts) = (1, 1);
        format!("all of its {choosers} outbound hosts chose as one and kept one of your hosts")
    } else if choosers == 1 {
        "its one outbound host kept one of your hosts".into()
    } else {
        format!("each of its {choosers} outbound hosts kept one of your hosts")
    };
    WhatIfWorld { sender, text, world: compile_for(&changed, engine) }
}
