//! Many replications: in parallel, kept in the order of their numbers, until they are enough.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one.

use crate::engine::Compiled;
use crate::engine::Done;
use crate::engine::compile_for;
use crate::engine::replicate_watched;
use crate::estimate::{self, Assumption, Plausible, WhatIf};
use crate::numerals::rough;
use crate::results::Results;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::sensitivity::{AlternativeTallies, Alternatives, Extreme, Slot};
use crate::tally::Tally;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

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
    /// Why it ended where a replication was too large after all.
    pub outgrown: Option<TooLarge>,
}

/// Why there are no results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RunError {
    /// The run would take too long or too much memory; nothing was simulated.
    TooLarge(TooLarge),
    /// It was interrupted before a single replication was done.
    Interrupted,
    /// The time was up before a single replication was done.
    TimeUp {
        /// What one is expected to cost (s of one core).
        replication_s: f64,
    },
}

impl std::error::Error for RunError {}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(why) => why.fmt(f),
            Self::Interrupted => f.write_str("interrupted before the first replication was done"),
            Self::TimeUp { replication_s } => write!(
                f,
                "the time was up before the first replication was done, which costs about {} s",
                rough(*replication_s)
            ),
        }
    }
}

/// Simulates a scenario from start to end.
///
/// # Errors
/// If the run is too large, or was stopped before a single replication was done.
pub fn simulate(
    scenario: &Scenario,
    options: RunOptions,
    observer: &dyn Observer,
) -> Result<Results, RunError> {
    // Before anything is made of it.
    Cost::check_tables(scenario).map_err(RunError::TooLarge)?;
    let mut world = compile_for(scenario, options.method);
    world.labels.run.seed = options.seed;
    let mut cost = Cost::of(&world);
    // Before other worlds are compiled, which takes as much memory each.
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    observer.expects(cost.replication_s);
    let nothing = || match observer.stop() {
        Some(Stop::TimeUp) => RunError::TimeUp { replication_s: cost.replication_s },
        Some(Stop::Interrupted) | None => RunError::Interrupted,
    };
    let chosen = (options.seed, options.method);
    let beside = Alternatives::new(scenario, chosen, options.worlds, &cost, &|| observer.stop().is_some())
        .ok_or_else(nothing)?;
    cost.beside = beside.size;
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    let run = run(&world, &beside, options.at_most(cost.most_replications()), observer);
    match run.outgrown {
        Some(why) if run.tallies.is_empty() => return Err(RunError::TooLarge(why)),
        Some(why) => observer.outgrown(&why),
        None if run.tallies.is_empty() => return Err(nothing()),
        None => {}
    }
    Ok(results(&world, beside, &run))
}

/// What the tallies come to. Worlds that time left no replication say nothing.
fn results(world: &Compiled, beside: Alternatives, run: &Run) -> Results {
    let undisturbed = beside.undisturbed().cloned().filter(|_| !run.beside.undisturbed.is_empty());
    let what_ifs = what_ifs(world, beside, run);
    let drawn = run.beside.worlds.first().is_some_and(|tallies| !tallies.is_empty());
    let plausible = Plausible {
        what_ifs: &what_ifs,
        worlds: if drawn { &run.beside.worlds } else { &[] },
        without: &run.beside.without,
        undisturbed: undisturbed.as_ref().map(|labels| (labels, &run.beside.undisturbed[..])),
    };
    estimate::estimate(&world.labels, &run.tallies, run.partial, plausible)
}

fn what_ifs(world: &Compiled, beside: Alternatives, run: &Run) -> Vec<WhatIf> {
    let found = |((end, _), tallies): ((Extreme, Compiled), &Vec<Tally>)| {
        let Extreme { sender, unknown, assumed, instead, grade, .. } = end;
        let assumption = Assumption { sender, unknown: unknown.into(), assumed, instead, grade };
        estimate::what_if(&world.labels, &run.tallies, assumption, tallies)
    };
    let looked_at = |(_, tallies): &((Extreme, Compiled), &Vec<Tally>)| !tallies.is_empty();
    beside.extremes.into_iter().zip(&run.beside.extremes).filter(looked_at).filter_map(found).collect()
}

/// Runs replications of `world` until the limit or until `observer` stops it, and the first few of each world in `beside`.
pub fn run(world: &Compiled, beside: &Alternatives, options: RunOptions, observer: &dyn Observer) -> Run {
    let cost = Cost::of(world);
    let mut run = Run { tallies: Vec::new(), beside: beside.tallies(), partial: false, outgrown: None };
    let (finished, outgrown) = (AtomicU64::new(0), Mutex::new(None));
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        let seed = options.seed;
        let batch =
            Batch { world, beside, cost, seed, target, finished: &finished, outgrown: &outgrown, observer };
        if !batch.extend(&mut run) {
            run.partial = observer.stop() == Some(Stop::Interrupted);
            run.outgrown = outgrown.into_inner().unwrap_or_else(PoisonError::into_inner);
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

/// Replications up to `target`.
struct Batch<'a> {
    world: &'a Compiled,
    beside: &'a Alternatives,
    seed: u64,
    target: u64,
    finished: &'a AtomicU64,
    cost: Cost,
    /// Of the first replication that was too large after all, in the order of time.
    outgrown: &'a Mutex<Option<TooLarge>>,
    observer: &'a dyn Observer,
}

impl Batch<'_> {
    /// Extends `run` up to the target; false if it was stopped on the way. The run itself comes first, because it is the question; the worlds
    /// beside it get the time that is left.
    fn extend(&self, run: &mut Run) -> bool {
        while (run.tallies.len() as u64) < self.target {
            let from = run.tallies.len() as u64;
            let to = (from + BATCH).min(self.target);
            run.tallies.extend(in_order((to - from) as usize, |i| self.own(from + i as u64)));
            let whole = run.tallies.len() as u64 == to && self.others(from..to, &mut run.beside);
            if whole {
                run.beside.screen(self.world, &run.tallies);
            }
            fold_delays(&mut run.tallies);
            if !whole {
                return false;
            }
        }
        true
    }

    /// Replication `r` of the world itself, with what the nodes do that a goal takes down.
    fn own(&self, r: u64) -> Option<Tally> {
        let mut tally = self.replicate(self.world, r)?;
        for world in self.beside.down() {
            tally.put_under(&self.replicate(world, r)?);
        }
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(finished, self.target);
        Some(tally)
    }

    /// The replications of these `numbers` of all worlds beside the run; false if they were stopped. A number counts where all worlds are done.
    fn others(&self, numbers: Range<u64>, tallies: &mut AlternativeTallies) -> bool {
        let promising = tallies.promising.clone();
        let of = |r: u64| self.beside.taking_part(r, promising.as_deref()).map(move |other| (r, other));
        let others: Vec<(u64, (Slot, &Compiled))> = numbers.flat_map(of).collect();
        let done = in_order(others.len(), |i| self.replicate(others[i].1.1, others[i].0));
        let stopped_in = others.get(done.len()).map(|(r, _)| *r);
        for ((r, (slot, _)), tally) in others.iter().zip(done) {
            if Some(*r) != stopped_in {
                tallies.keep(*slot, tally);
            }
        }
        stopped_in.is_none()
    }

    fn replicate(&self, world: &Compiled, r: u64) -> Option<Tally> {
        let stopped = |done| self.observer.stop().is_some() || self.is_outgrown(done);
        if self.observer.stop().is_some() { None } else { replicate_watched(world, self.seed, r, &stopped) }
    }

    /// True if a replication has done so much that it is too large after all, which ends the run.
    fn is_outgrown(&self, done: Done) -> bool {
        let why = self.cost.outgrown(done);
        if why.is_some() {
            *self.outgrown.lock().unwrap_or_else(PoisonError::into_inner) = why;
        }
        why.is_some()
    }
}

/// The outcomes of `work` on 0, 1, 2, ... up to the first that has none. They are begun in this order, so little is lost after a gap.
#[cfg(feature = "parallel")]
fn in_order<T: Send>(count: usize, work: impl Fn(usize) -> Option<T> + Sync) -> Vec<T> {
    use rayon::prelude::*;
    let next = AtomicU64::new(0);
    let take = || Some(next.fetch_add(1, Ordering::Relaxed) as usize).filter(|i| *i < count);
    let worker = |_| std::iter::from_fn(|| take().and_then(|i| Some((i, work(i)?))));
    let workers = rayon::current_num_threads().min(count);
    let mut done: Vec<(usize, T)> =
        (0..workers).into_par_iter().with_max_len(1).flat_map_iter(worker).collect();
    done.sort_unstable_by_key(|(i, _)| *i);
    done.into_iter().enumerate().take_while(|(place, (i, _))| place == i).map(|(_, (_, one))| one).collect()
}

/// The same on one thread.
#[cfg(not(feature = "parallel"))]
fn in_order<T>(count: usize, work: impl Fn(usize) -> Option<T>) -> Vec<T> {
    (0..count).map_while(work).collect()
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
