//! Many replications: in parallel, kept in the order of their numbers, until they are enough.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one.

use crate::engine::Compiled;
use crate::engine::compile_for;
use crate::engine::replicate;
use crate::estimate::{self, Assumption, Plausible, WhatIf};
use crate::results::Results;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::sensitivity::{AlternativeTallies, Alternatives, Extreme, Slot, Twin};
use crate::tally::Tally;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Replications handed out between two looks at the observer.
const BATCH: u64 = 32;
/// The tallies of a run, in the order of replications.
#[derive(Debug)]
pub struct Run {
    /// Replications 0, 1, 2, ... without a gap.
    pub tallies: Vec<Tally>,
    /// Those of the worlds beside it.
    pub beside: AlternativeTallies,
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
    let mut world = compile_for(scenario, options.method);
    world.labels.run.seed = options.seed;
    let mut cost = Cost::of(&world);
    // Before other worlds are compiled, which takes as much memory each.
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    let beside = Alternatives::new(scenario, (options.seed, options.method), options.worlds, &cost);
    cost.beside = beside.size;
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    let options = options.at_most(cost.most_replications());
    let run = run(&world, &beside, options, observer);
    if run.tallies.is_empty() {
        return Err(RunError::Interrupted);
    }
    let undisturbed = beside.undisturbed().cloned();
    let what_ifs = what_ifs(&world, beside, &run);
    let plausible = Plausible {
        what_ifs: &what_ifs,
        worlds: &run.beside.worlds,
        without: &run.beside.without,
        undisturbed: undisturbed.as_ref().map(|labels| (labels, &run.beside.undisturbed[..])),
    };
    Ok(estimate::estimate(&world.labels, &run.tallies, run.partial, plausible))
}

fn what_ifs(world: &Compiled, beside: Alternatives, run: &Run) -> Vec<WhatIf> {
    let found = |((end, _), tallies): ((Extreme, Compiled), &Vec<Tally>)| {
        let Extreme { sender, unknown, assumed, instead, grade, .. } = end;
        let assumption = Assumption { sender, unknown: unknown.into(), assumed, instead, grade };
        estimate::what_if(&world.labels, &run.tallies, assumption, tallies)
    };
    beside.extremes.into_iter().zip(&run.beside.extremes).filter_map(found).collect()
}

/// Runs replications of `world` until the limit or until `observer` stops it, and the first few of each world in `beside`.
pub fn run(world: &Compiled, beside: &Alternatives, options: RunOptions, observer: &dyn Observer) -> Run {
    let mut run = Run { tallies: Vec::new(), beside: beside.tallies(), partial: false };
    let finished = AtomicU64::new(0);
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        let batch = Batch { world, beside, seed: options.seed, target, finished: &finished, observer };
        if !batch.extend(&mut run) {
            run.partial = observer.stop() == Some(Stop::Interrupted);
            return run;
        }
        let enough = match options.limit {
            Limit::Replications(_) => true,
            Limit::UntilDecided { at_most } => {
                target >= at_most || estimate::decided(&world.labels, &run.tallies)
            }
        };
        if enough {
            return run;
        }
    }
}

/// A replication of the world and of those beside it.
type Replicated = (Tally, Vec<(Slot, Tally)>);

/// Replications up to `target`.
struct Batch<'a> {
    world: &'a Compiled,
    beside: &'a Alternatives,
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
            for finished in self.replications(from..to, run.beside.promising.as_deref()) {
                // What comes after a gap is thrown away: a run is a prefix.
                let Some((tally, others)) = finished else { return false };
                run.tallies.push(tally);
                others.into_iter().for_each(|(place, tally)| run.beside.keep(place, tally));
            }
            run.beside.screen(self.world, &run.tallies);
            fold_delays(&mut run.tallies);
        }
        true
    }

    #[cfg(feature = "parallel")]
    fn replications(&self, numbers: Range<u64>, promising: Option<&[bool]>) -> Vec<Option<Replicated>> {
        use rayon::prelude::*;
        numbers.into_par_iter().map(|r| self.one(r, promising)).collect()
    }

    #[cfg(not(feature = "parallel"))]
    fn replications(&self, numbers: Range<u64>, promising: Option<&[bool]>) -> Vec<Option<Replicated>> {
        numbers.map(|r| self.one(r, promising)).collect()
    }

    /// Replication `r` of the world, and of the worlds beside it that take part.
    fn one(&self, r: u64, promising: Option<&[bool]>) -> Option<Replicated> {
        let stopped = || match self.observer.stop() {
            Some(Stop::TimeUp) => r > 0,
            Some(Stop::Interrupted) => true,
            None => false,
        };
        if stopped() {
            return None;
        }
        let mut tally = replicate(self.world, self.seed, r, &stopped)?;
        let mut others = Vec::new();
        for (place, world) in self.beside.taking_part(r, promising) {
            let other = replicate(world, self.seed, r, &stopped)?;
            match place {
                Slot::Twin(Twin::Down) => tally.put_under(&other),
                place => others.push((place, other)),
            }
        }
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(finished, self.target);
        Some((tally, others))
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
                rest.iter_mut().for_each(|tally| tally.move_delays_to(first));
            }
        }
    }
}
