//! Many replications: in parallel, kept in the order of their numbers, until they are enough.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one. That holds for a run that was stopped as well. Where it was stopped before the worlds beside its first
//! replications were done, it is a shorter run without worlds.

use crate::engine::Compiled;
use crate::engine::compile_for;
use crate::engine::replicate_watched;
use crate::estimate::{self, Assumption, Plausible, WhatIf};
use crate::numerals::rough;
use crate::results::Results;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::sensitivity::{AlternativeTallies, Alternatives, Extreme, Slot, Twin};
use crate::tally::Tally;
use std::cell::Cell;
use std::fmt;
use std::ops::Range;
#[cfg(feature = "parallel")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};

/// Replications that are begun together, and those of the run itself that come before other worlds.
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
    let is_unknown = beside.is_unknown;
    let what_ifs = what_ifs(world, beside, run);
    let drawn = run.beside.worlds.first().is_some_and(|tallies| !tallies.is_empty());
    let plausible = Plausible {
        what_ifs: &what_ifs,
        worlds: if drawn { &run.beside.worlds } else { &[] },
        is_left_out: is_unknown && !drawn && what_ifs.is_empty(),
        without: &run.beside.without,
        unlimited: &run.beside.unlimited,
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
    let (cost, finished, seed) = (Cost::of(world), AtomicU64::new(0), options.seed);
    let mut run = Run { tallies: Vec::new(), beside: beside.tallies(), partial: false, outgrown: None };
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        let batch = Batch { world, beside, cost, seed, target, finished: &finished, observer };
        if let Err(ended) = batch.extend(&mut run) {
            run.partial = ended == Ended::Stopped && observer.stop() == Some(Stop::Interrupted);
            run.outgrown = ended.outgrown();
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

/// Why a replication has no tally.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ended {
    /// The observer stopped it.
    Stopped,
    /// It was too large after all.
    Outgrown(TooLarge),
}

impl Ended {
    const fn outgrown(self) -> Option<TooLarge> {
        match self {
            Self::Stopped => None,
            Self::Outgrown(why) => Some(why),
        }
    }
}

/// A replication of the run itself, and of its twins that take part.
type Own = (Tally, Vec<(Twin, Tally)>);

impl Run {
    fn keep(&mut self, (tally, twins): Own) {
        self.tallies.push(tally);
        twins.into_iter().for_each(|(twin, tally)| self.beside.keep(Slot::Twin(twin), tally));
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
    observer: &'a dyn Observer,
}

impl Batch<'_> {
    /// Extends `run` up to the target, or as far as it comes.
    fn extend(&self, run: &mut Run) -> Result<(), Ended> {
        while (run.tallies.len() as u64) < self.target {
            let from = run.tallies.len() as u64;
            let to = (from + BATCH).min(self.target);
            let all = if from == 0 { self.first(to, run) } else { self.further(from..to, run) };
            if all.is_ok() {
                run.beside.screen(self.world, &run.tallies);
            }
            fold_delays(&mut run.tallies);
            all?;
        }
        Ok(())
    }

    /// The first replications: those of the run itself before any of the worlds beside it, because it is the question. The worlds are all
    /// kept or none, so that a run that was stopped is one without worlds.
    fn first(&self, to: u64, run: &mut Run) -> Result<(), Ended> {
        let (own, all) = in_order(to as usize, |r| self.own(r as u64));
        own.into_iter().for_each(|own| run.keep(own));
        all?;
        let of = |r: u64| self.beside.taking_part(r, None).map(move |(slot, world)| (r, slot, world));
        let others: Vec<(u64, Slot, &Compiled)> = (0..to).flat_map(of).collect();
        let (done, all) = in_order(others.len(), |i| self.other(others[i].2, others[i].0));
        all?;
        others.into_iter().zip(done).for_each(|((_, slot, _), tally)| run.beside.keep(slot, tally));
        Ok(())
    }

    /// Those that follow, each with all its worlds: what comes after a gap is thrown away, so that the run is a prefix.
    fn further(&self, numbers: Range<u64>, run: &mut Run) -> Result<(), Ended> {
        let promising = run.beside.promising.clone();
        let with_others = |r: u64| {
            let others = self.beside.taking_part(r, promising.as_deref());
            let others = others.map(|(slot, world)| Ok((slot, self.other(world, r)?)));
            Ok((self.own(r)?, others.collect::<Result<Vec<_>, Ended>>()?))
        };
        let (done, all) =
            in_order((numbers.end - numbers.start) as usize, |i| with_others(numbers.start + i as u64));
        for (own, others) in done {
            run.keep(own);
            others.into_iter().for_each(|(slot, tally)| run.beside.keep(slot, tally));
        }
        all
    }

    /// Replication `r` of the world itself and of its twins, with what the nodes do that a goal takes down.
    fn own(&self, r: u64) -> Result<Own, Ended> {
        let mut tally = self.replicate(self.world, r)?;
        let mut twins = Vec::new();
        for (twin, world) in self.beside.twins_in(r, tally.is_full()) {
            let other = self.replicate(world, r)?;
            match twin {
                Twin::Down => tally.put_under(&other),
                twin => twins.push((twin, other)),
            }
        }
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(finished, self.target);
        Ok((tally, twins))
    }

    /// The same replication of a world beside it.
    fn other(&self, world: &Compiled, r: u64) -> Result<Tally, Ended> {
        let mut tally = self.replicate(world, r)?;
        tally.forget_details();
        Ok(tally)
    }

    fn replicate(&self, world: &Compiled, r: u64) -> Result<Tally, Ended> {
        if self.observer.stop().is_some() {
            return Err(Ended::Stopped);
        }
        let ended = Cell::new(Ended::Stopped);
        let stopped = |done| {
            let outgrown = self.cost.outgrown(done);
            outgrown.inspect(|why| ended.set(Ended::Outgrown(*why)));
            outgrown.is_some() || self.observer.stop().is_some()
        };
        replicate_watched(world, self.seed, r, &stopped).ok_or_else(|| ended.get())
    }
}

/// The outcomes of `work` on 0, 1, 2, ... up to the first that has none, and why that one has none. They are begun in this order, so little is
/// lost after a gap.
#[cfg(feature = "parallel")]
fn in_order<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T, Ended> + Sync,
) -> (Vec<T>, Result<(), Ended>) {
    use rayon::prelude::*;
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let take = || Some(next.fetch_add(1, Ordering::Relaxed) as usize).filter(|i| *i < count);
    let one = |i| work(i).inspect_err(|_| is_over.store(true, Ordering::Relaxed));
    let begin = || if is_over.load(Ordering::Relaxed) { None } else { take() };
    let worker = |_| std::iter::from_fn(|| begin().map(|i| (i, one(i))));
    let workers = rayon::current_num_threads().min(count);
    let mut done: Vec<(usize, Result<T, Ended>)> =
        (0..workers).into_par_iter().with_max_len(1).flat_map_iter(worker).collect();
    done.sort_unstable_by_key(|(i, _)| *i);
    up_to_first(done.into_iter().map(|(_, one)| one))
}

/// The same on one thread.
#[cfg(not(feature = "parallel"))]
fn in_order<T>(count: usize, work: impl Fn(usize) -> Result<T, Ended>) -> (Vec<T>, Result<(), Ended>) {
    up_to_first((0..count).map(work))
}

fn up_to_first<T>(outcomes: impl Iterator<Item = Result<T, Ended>>) -> (Vec<T>, Result<(), Ended>) {
    let mut kept = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(one) => kept.push(one),
            Err(ended) => return (kept, Err(ended)),
        }
    }
    (kept, Ok(()))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Stops when it is asked for the `at`th time.
    struct StopsAt {
        at: u64,
        asked: AtomicU64,
    }

    impl Observer for StopsAt {
        fn stop(&self) -> Option<Stop> {
            (self.asked.fetch_add(1, Ordering::Relaxed) >= self.at).then_some(Stop::TimeUp)
        }
    }

    /// Two hosts, one whose address is not known, a node that fails, and a sender whose behaviour is not known.
    fn scenario() -> Scenario {
        let text = "[zone]\ntext = \"\"\"\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                    example.com. 300 IN MX 20 c.example.net.\na.example.com. 300 IN A 192.0.2.1\n\
                    b.example.com. 300 IN A 192.0.2.2\n\"\"\"\n\
                    [traffic]\nmessages_per_day = 50\n[run]\nwarm_up = \"0s\"\n[[senders]]\npreset = \"gmail\"\n\
                    [[events]]\nat = \"10:00\"\nfor = \"1h\"\nnode = \"a\"\nfault = \"drop\"\n";
        Scenario::from_toml(text).expect("a scenario")
    }

    /// Wherever it is stopped, a run is one that could have been asked for.
    #[test]
    fn a_run_that_is_stopped_is_a_shorter_run() {
        let scenario = scenario();
        let options = RunOptions::of(&scenario).replications(40).worlds(2);
        let mut seen = std::collections::BTreeSet::new();
        let of = |seen: &std::collections::BTreeSet<(bool, u64)>, without| -> Vec<u64> {
            seen.iter().filter(|(found, _)| *found == without).map(|(_, r)| *r).collect()
        };
        for at in (20..20_000).step_by(103) {
            // How often it is asked depends on how threads take turns, so there is no telling when a run is through.
            if at > 2_000 && of(&seen, false).len() > 1 && of(&seen, true).len() > 1 {
                break;
            }
            let observer = StopsAt { at, asked: AtomicU64::new(0) };
            let Ok(stopped) = simulate(&scenario, options, &observer) else { continue };
            let replications = stopped.provenance.replications;
            let without = stopped.cautions.iter().any(|caution| caution.code == "no-worlds");
            let asked = options.replications(replications).worlds(if without { 0 } else { 2 });
            let whole = simulate(&scenario, asked, &crate::study::Quiet).expect("nobody stops it");
            assert!(stopped == whole, "stopped at {at} after {replications}");
            seen.insert((without, replications));
        }
        let (with, without) = (of(&seen, false), of(&seen, true));
        assert!(with.len() > 1 && with.iter().all(|r| *r >= BATCH), "{with:?}");
        assert!(without.len() > 1 && without.iter().all(|r| *r <= BATCH), "{without:?}");
    }

    #[test]
    fn what_comes_after_a_gap_is_thrown_away() {
        let work = |i: usize| if i % 7 == 5 { Err(Ended::Stopped) } else { Ok(i) };
        assert_eq!(in_order(100, work), ((0..5).collect(), Err(Ended::Stopped)));
        assert_eq!(in_order(5, work), ((0..5).collect(), Ok(())));
        assert_eq!(in_order(0, work), (Vec::new(), Ok(())));
    }
}
