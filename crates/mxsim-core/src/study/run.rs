//! Many replications: in parallel, kept in the order of their numbers, until they are enough. Then other plausible worlds.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one. That holds for a run that was stopped as well: the question comes first, and where it was stopped among the
//! worlds after it, it is a run without worlds.

use crate::engine::compile_for;
use crate::engine::replicate_watched;
use crate::engine::{Compiled, Done};
use crate::estimate::{self, Assumption, Plausible, WhatIf};
use crate::numerals::rough;
use crate::results::Results;
use crate::scenario::Scenario;
use crate::study::cost::{Cost, OtherWorlds, TooLarge};
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::sensitivity::allowance::Allowance;
use crate::study::sensitivity::size::UNDISTURBED;
use crate::study::sensitivity::twins::{Twin, TwinTallies};
use crate::study::sensitivity::{AfterRun, Alternatives, Extreme, Simulator, Tasks, Twins, is_unknown, work};
use crate::tally::Tally;
use std::cell::Cell;
use std::fmt;
#[cfg(feature = "parallel")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};

/// Replications that are begun together. After the first of these it is known how far the world without faults is looked at.
const BATCH: u64 = UNDISTURBED;

/// The tallies of a run, in the order of replications.
#[derive(Debug)]
pub struct Run {
    /// Replications 0, 1, 2, ... without a gap.
    pub tallies: Vec<Tally>,
    /// Those of the worlds that go along with it.
    pub twins: TwinTallies,
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
    let twins = Twins::new(scenario, options.method, &|| observer.stop().is_some()).ok_or_else(nothing)?;
    let is_unknown = is_unknown(scenario);
    cost.beside = OtherWorlds::new(scenario, twins.cost, options.worlds.filter(|_| is_unknown), is_unknown);
    cost.check(options.limit).map_err(RunError::TooLarge)?;
    let leaves_time = is_unknown && options.worlds != Some(0);
    let run = question(&world, &twins, options.at_most(cost.most_replications()), (observer, leaves_time));
    match run.outgrown {
        Some(why) if run.tallies.is_empty() => return Err(RunError::TooLarge(why)),
        Some(why) => observer.outgrown(&why),
        None if run.tallies.is_empty() => return Err(nothing()),
        None => {}
    }
    let looked_at = leaves_time.then(|| look(scenario, &world, &run, (options, cost), observer)).flatten();
    Ok(results(&world, &twins, &run, looked_at, is_unknown))
}

/// Other worlds and their tallies; `None` if it was stopped before all were finished, or one of them is too large.
fn look(
    scenario: &Scenario,
    world: &Compiled,
    run: &Run,
    (options, cost): (RunOptions, Cost),
    observer: &dyn Observer,
) -> Option<Alternatives> {
    let RunOptions { seed, method, worlds: asked, .. } = options;
    let own = work(&run.tallies);
    let after = AfterRun {
        seed,
        method,
        asked,
        replications: run.tallies.len() as u64,
        cost,
        work: own,
        work_with_twins: own + run.twins.work(),
    };
    let tallies = |tasks: &Tasks<'_>, most: u64| within(tasks, most, seed, observer);
    let simulator = Simulator { tallies: &tallies, is_stopped: &|| observer.stop().is_some() };
    Alternatives::look(scenario, &after, (&world.labels, &run.tallies), &simulator)
}

/// The tallies of as many of `tasks`, from the first on, as take no more work than `most` together; `None` if it was stopped before the last of them.
fn within(tasks: &Tasks<'_>, most: u64, seed: u64, observer: &dyn Observer) -> Option<Vec<Tally>> {
    let allowance = Allowance::new(most, tasks.len());
    let one = |i: usize| {
        let (world, r) = tasks[i];
        let is_beyond = Cell::new(allowance.is_exceeded_by(0));
        let stopped_by = |stopped: &dyn Fn(Done) -> bool, done: Done| {
            is_beyond.set(allowance.is_exceeded_by(done.work));
            is_beyond.get() || stopped(done)
        };
        let replicate = |stopped: &dyn Fn(Done) -> bool| {
            let begins = !is_beyond.get();
            begins.then(|| replicate_watched(world, seed, r, &|done| stopped_by(stopped, done))).flatten()
        };
        let done = held_against(Cost::of(world), observer, replicate);
        let mut tally = done.map_err(|ended| if is_beyond.get() { Ended::Beyond } else { ended })?;
        tally.forget_details();
        allowance.took(i, tally.work);
        Ok(tally)
    };
    let (mut done, all) = in_order(tasks.len(), one);
    done.truncate(allowance.fitting(done.iter().map(|tally| tally.work)));
    matches!(all, Ok(()) | Err(Ended::Beyond)).then_some(done)
}

/// What the tallies come to. Worlds that time left no replication say nothing.
fn results(
    world: &Compiled,
    twins: &Twins,
    run: &Run,
    looked_at: Option<Alternatives>,
    is_unknown: bool,
) -> Results {
    let undisturbed = twins.undisturbed().filter(|_| !run.twins.undisturbed.is_empty());
    let Alternatives { extremes, worlds } = looked_at.unwrap_or_default();
    let what_ifs = what_ifs(world, extremes, &run.tallies);
    let plausible = Plausible {
        what_ifs: &what_ifs,
        worlds: &worlds,
        is_left_out: is_unknown && worlds.is_empty() && what_ifs.is_empty(),
        without: &run.twins.without,
        unlimited: &run.twins.unlimited,
        undisturbed: undisturbed.map(|labels| (labels, &run.twins.undisturbed[..])),
    };
    estimate::estimate(&world.labels, &run.tallies, run.partial, plausible)
}

fn what_ifs(world: &Compiled, extremes: Vec<(Extreme, Vec<Tally>)>, run: &[Tally]) -> Vec<WhatIf> {
    let found = |(end, tallies): (Extreme, Vec<Tally>)| {
        let Extreme { sender, unknown, assumed, instead, grade, .. } = end;
        let assumption = Assumption { sender, unknown: unknown.into(), assumed, instead, grade };
        estimate::what_if(&world.labels, run, assumption, &tallies)
    };
    extremes.into_iter().filter_map(found).collect()
}

/// Stops earlier where other worlds are to follow.
struct Watched<'a> {
    observer: &'a dyn Observer,
    leaves_time: bool,
}

impl Observer for Watched<'_> {
    fn stop(&self) -> Option<Stop> {
        let is_time = || (self.leaves_time && self.observer.is_time_for_worlds()).then_some(Stop::TimeUp);
        self.observer.stop().or_else(is_time)
    }
}

/// Runs replications of `world` and its twins until the limit or until `observer` stops it.
pub fn run(world: &Compiled, twins: &Twins, options: RunOptions, observer: &dyn Observer) -> Run {
    question(world, twins, options, (observer, false))
}

/// The same; may leave time for other worlds.
fn question(
    world: &Compiled,
    twins: &Twins,
    options: RunOptions,
    (observer, leaves_time): (&dyn Observer, bool),
) -> Run {
    let (cost, finished, seed) = (Cost::of(world), AtomicU64::new(0), options.seed);
    let mut run = Run { tallies: Vec::new(), twins: TwinTallies::default(), partial: false, outgrown: None };
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        let batch = Batch { world, twins, cost, seed, target, finished: &finished, observer, leaves_time };
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
pub(super) enum Ended {
    /// The observer stopped it.
    Stopped,
    /// It was too large after all.
    Outgrown(TooLarge),
    /// What all may take together is used up.
    Beyond,
}

impl Ended {
    const fn outgrown(self) -> Option<TooLarge> {
        match self {
            Self::Stopped | Self::Beyond => None,
            Self::Outgrown(why) => Some(why),
        }
    }
}

/// A replication of the run itself, and of its twins that take part.
type Own = (Tally, Vec<(Twin, Tally)>);

impl Run {
    fn keep(&mut self, (tally, twins): Own) {
        self.tallies.push(tally);
        twins.into_iter().for_each(|(twin, tally)| self.twins.keep(twin, tally));
    }
}

/// Replications up to `target`.
struct Batch<'a> {
    world: &'a Compiled,
    twins: &'a Twins,
    seed: u64,
    target: u64,
    finished: &'a AtomicU64,
    cost: Cost,
    observer: &'a dyn Observer,
    leaves_time: bool,
}

impl Batch<'_> {
    /// Extends `run` up to the target, or as far as it comes: what comes after a gap is thrown away, so that the run is a prefix.
    fn extend(&self, run: &mut Run) -> Result<(), Ended> {
        while (run.tallies.len() as u64) < self.target {
            let from = run.tallies.len() as u64;
            let to = (from + BATCH).min(self.target);
            let is_settled = self.twins.is_undisturbed_settled(&run.twins);
            let (done, all) = in_order((to - from) as usize, |i| self.own(from + i as u64, is_settled));
            done.into_iter().for_each(|own| run.keep(own));
            fold_delays(&mut run.tallies);
            all?;
        }
        Ok(())
    }

    /// Replication `r` of the world itself and of its twins, with what the nodes do that a goal takes down.
    fn own(&self, r: u64, is_undisturbed_settled: bool) -> Result<Own, Ended> {
        // One is finished whatever is to follow.
        let watched = Watched { observer: self.observer, leaves_time: self.leaves_time && r > 0 };
        let replicate = |world: &Compiled| replicate(world, self.seed, r, self.cost, &watched);
        let mut tally = replicate(self.world)?;
        let mut twins = Vec::new();
        for (twin, world) in self.twins.taking_part(r, (tally.is_full(), is_undisturbed_settled)) {
            let other = replicate(world)?;
            if twin == Twin::Down {
                tally.put_under(&other);
            }
            twins.push((twin, other));
        }
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.progress(finished, self.target);
        Ok((tally, twins))
    }
}

/// Replication `r` of a world, unless it is stopped or grows too large.
fn replicate(
    world: &Compiled,
    seed: u64,
    r: u64,
    cost: Cost,
    observer: &dyn Observer,
) -> Result<Tally, Ended> {
    held_against(cost, observer, |stopped| replicate_watched(world, seed, r, stopped))
}

/// What a replication comes to that is stopped when the observer says so, or when it has done more than it may.
pub(super) fn held_against<T>(
    cost: Cost,
    observer: &dyn Observer,
    replicate: impl FnOnce(&dyn Fn(Done) -> bool) -> Option<T>,
) -> Result<T, Ended> {
    if observer.stop().is_some() {
        return Err(Ended::Stopped);
    }
    let ended = Cell::new(Ended::Stopped);
    let stopped = |done| {
        let outgrown = cost.outgrown(done);
        outgrown.inspect(|why| ended.set(Ended::Outgrown(*why)));
        outgrown.is_some() || observer.stop().is_some()
    };
    replicate(&stopped).ok_or_else(|| ended.get())
}

/// The outcomes of `work` on 0, 1, 2, ... up to the first that has none, and why that one has none. They are begun in this order, so little is
/// lost after a gap.
#[cfg(feature = "parallel")]
pub(super) fn in_order<T: Send>(
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
pub(super) fn in_order<T>(
    count: usize,
    work: impl Fn(usize) -> Result<T, Ended>,
) -> (Vec<T>, Result<(), Ended>) {
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

    /// When it is asked for the `at`th time, it stops, or says that it is time for worlds.
    struct StopsAt {
        at: u64,
        asked: AtomicU64,
        is_for_worlds: bool,
    }

    impl StopsAt {
        fn is_time(&self) -> bool {
            self.asked.fetch_add(1, Ordering::Relaxed) >= self.at
        }
    }

    impl Observer for StopsAt {
        fn stop(&self) -> Option<Stop> {
            (!self.is_for_worlds && self.is_time()).then_some(Stop::TimeUp)
        }

        fn is_time_for_worlds(&self) -> bool {
            self.is_for_worlds && self.is_time()
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

    /// Replications of runs that were stopped, with and without worlds: each is a run that could have been asked for.
    fn stopped(is_for_worlds: bool) -> [Vec<u64>; 2] {
        let scenario = scenario();
        let options = RunOptions::of(&scenario).replications(40).worlds(2);
        let mut seen = [Vec::new(), Vec::new()];
        for at in (20..20_000).step_by(103) {
            // How often it is asked depends on how threads take turns, so there is no telling when a run is through.
            if at > 2_000 && seen.iter().flatten().any(|replications| *replications == 40) {
                break;
            }
            let observer = StopsAt { at, asked: AtomicU64::new(0), is_for_worlds };
            let Ok(stopped) = simulate(&scenario, options, &observer) else { continue };
            let replications = stopped.provenance.replications;
            let without = stopped.cautions.iter().any(|caution| caution.code == "no-worlds");
            let asked = options.replications(replications).worlds(if without { 0 } else { 2 });
            let whole = simulate(&scenario, asked, &crate::study::Quiet).expect("nobody stops it");
            assert!(stopped == whole, "stopped at {at} after {replications}");
            seen[usize::from(without)].push(replications);
        }
        seen
    }

    /// What is stopped has all worlds or none: all only after its last replication.
    #[test]
    fn a_run_that_is_stopped_is_a_shorter_run() {
        let [with, without] = stopped(false);
        assert!(with.iter().all(|r| *r == 40), "{with:?}");
        assert!(without.len() > 1, "{without:?}");
    }

    #[test]
    fn a_run_that_leaves_time_for_worlds_is_a_shorter_run_with_worlds() {
        let [with, without] = stopped(true);
        assert!(with.iter().any(|r| *r < 40), "{with:?}");
        assert_eq!(without, [0; 0]);
    }

    #[test]
    fn what_comes_after_a_gap_is_thrown_away() {
        let work = |i: usize| if i % 7 == 5 { Err(Ended::Stopped) } else { Ok(i) };
        assert_eq!(in_order(100, work), ((0..5).collect(), Err(Ended::Stopped)));
        assert_eq!(in_order(5, work), ((0..5).collect(), Ok(())));
        assert_eq!(in_order(0, work), (Vec::new(), Ok(())));
    }
}
