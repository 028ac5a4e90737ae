//! Many replications: in parallel, kept in the order of their numbers, until they are enough. Then other plausible worlds.
//!
//! Replication r depends on the seed and r alone, so the tallies are the same at any number of threads, and those of a shorter run are
//! a prefix of those of a longer one. That holds for a run that was stopped as well: the question comes first, and where it was stopped among the
//! worlds after it, it is a run without worlds.

use crate::engine::{Compiled, compile_for};
use crate::estimate::{self, Assumption, Plausible, WhatIf};
use crate::numerals::rough;
use crate::results::Results;
use crate::scenario::Scenario;
pub use crate::study::batch::{Run, run};
use crate::study::batch::{Setting, fill, question};
use crate::study::beside::within;
use crate::study::cost::{Cost, OtherWorlds, TooLarge};
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::replications::Ended;
use crate::study::sensitivity::deal::{Dealer, Dealt};
use crate::study::sensitivity::{AfterRun, Alternatives, Extreme, Simulator, Tasks, Twins, is_unknown, work};
use crate::study::shard::Shard;
use crate::study::shelf::{Place, Shelf, Shelved};
use crate::tally::Tally;
use std::cell::Cell;
use std::fmt;

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
    /// A shard is a part of a number of replications, and no number is given.
    OpenEnded,
    /// The shelf failed, and knows why.
    Shelf,
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
            Self::OpenEnded => {
                f.write_str("a shard takes a part of a number of replications, and none is given")
            }
            Self::Shelf => f.write_str("what is kept of the run cannot be read or written"),
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
    simulate_shelved(scenario, options, (observer, Shelved::default()))
}

/// The same with a shelf: what is on it is not simulated again, and what is simulated is put there. Such a run may take any time, because it can be
/// gone on with.
///
/// # Errors
/// As [`simulate`], or if the shelf fails.
pub fn simulate_with(
    scenario: &Scenario,
    options: RunOptions,
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<Results, RunError> {
    simulate_shelved(scenario, options, (observer, Shelved(Some(shelf))))
}

/// Puts the replications of a shard on a shelf, and its part of the worlds beside the run.
///
/// # Errors
/// If the number of replications is not fixed, the shard or the whole run is too large, it was stopped, or the shelf fails.
pub fn simulate_shard(
    scenario: &Scenario,
    (options, shard): (RunOptions, Shard),
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<(), RunError> {
    let Limit::Replications(replications) = options.limit else { return Err(RunError::OpenEnded) };
    let range = shard.replications(replications);
    let ready = Ready::new(scenario, options, observer, Some(range.end - range.start))?;
    let Ready { world, twins, cost, is_unknown } = &ready;
    let setting = Setting { observer, leaves_time: false, shelf: Shelved(Some(shelf)) };
    let own = range.end - range.start;
    let failed = |ended: Ended| ready.failed(ended, observer);
    let filled = fill(world, twins, (options, range), setting).map_err(failed)?;
    if !is_unknown || options.worlds == Some(0) || own == 0 {
        return Ok(());
    }
    // What all shards take together, if each of them takes as much.
    let all = |work: u64| (work as f64 / own as f64 * replications as f64) as u64;
    let after = AfterRun {
        seed: options.seed,
        method: options.method,
        asked: options.worlds,
        replications,
        cost: *cost,
        work: all(filled.work),
        work_with_twins: all(filled.work_with_twins),
    };
    // No more than a run spends on them: what does not fit is left to the merge.
    let most = if options.worlds.is_some() { u64::MAX } else { filled.work_with_twins };
    let settled =
        look_ahead(&mut Dealer::new(shard, scenario, &after), most, (options, replications), setting);
    shelf.settled(&settled.map_err(failed)?);
    Ok(())
}

/// Puts the worlds on the shelf that are dealt to a shard, and returns which they are.
fn look_ahead(
    dealer: &mut Dealer<'_>,
    most: u64,
    (options, replications): (RunOptions, u64),
    Setting { observer, shelf, .. }: Setting<'_>,
) -> Result<Vec<Place>, Ended> {
    let simulated = |dealt: &Dealt, most: u64| {
        let worlds = dealt.worlds(options.method, &|| observer.stop().is_some()).ok_or(Ended::Stopped)?;
        let tasks = dealt.tasks(&worlds);
        let done = within(&tasks, most, (options.seed, replications), (observer, shelf))?;
        Ok(tasks.iter().map(|task| task.place).zip(done).collect::<Vec<(Place, Tally)>>())
    };
    let first = simulated(&dealer.first(), most)?;
    let all_work = |done: &[(Place, Tally)], is_meant: fn(&Place) -> bool| {
        let meant = done.iter().filter(|(place, _)| is_meant(place)).map(|(_, tally)| tally.work);
        meant.fold((0_u64, 0), |(work, count), own| (work.saturating_add(own), count + 1))
    };
    let of_drawn = all_work(&first, |place| matches!(place, Place::World { .. }));
    let left = most.saturating_sub(all_work(&first, |_| true).0);
    let further = simulated(&dealer.further(Some(of_drawn)), left)?;
    Ok(first.into_iter().chain(further).map(|(place, _)| place).collect())
}

/// A run made ready.
struct Ready {
    world: Compiled,
    twins: Twins,
    cost: Cost,
    is_unknown: bool,
}

impl Ready {
    /// Makes a run ready that is not too large; `own` is how many replications are simulated here at the most, if not all.
    fn new(
        scenario: &Scenario,
        options: RunOptions,
        observer: &dyn Observer,
        own: Option<u64>,
    ) -> Result<Self, RunError> {
        // Before anything is made of it.
        Cost::check_tables(scenario).map_err(RunError::TooLarge)?;
        let mut world = compile_for(scenario, options.method);
        world.labels.run.seed = options.seed;
        let mut cost = Cost::of(&world);
        // Before other worlds are compiled, which takes as much memory each.
        cost.check_part(options.limit, own).map_err(RunError::TooLarge)?;
        observer.expects(cost.replication_s);
        let twins = Twins::new(scenario, options.method, &|| observer.stop().is_some());
        let twins = twins.ok_or_else(|| nothing(cost, observer))?;
        let is_unknown = is_unknown(scenario);
        cost.beside =
            OtherWorlds::new(scenario, twins.cost, options.worlds.filter(|_| is_unknown), is_unknown);
        cost.check_part(options.limit, own).map_err(RunError::TooLarge)?;
        Ok(Self { world, twins, cost, is_unknown })
    }

    /// Why there is nothing of a run that ended.
    fn failed(&self, ended: Ended, observer: &dyn Observer) -> RunError {
        match ended {
            Ended::Outgrown(why) => RunError::TooLarge(why),
            Ended::Shelf => RunError::Shelf,
            Ended::Stopped | Ended::Beyond => nothing(self.cost, observer),
        }
    }
}

/// Why a run that was stopped came to nothing.
fn nothing(cost: Cost, observer: &dyn Observer) -> RunError {
    match observer.stop() {
        Some(Stop::TimeUp) => RunError::TimeUp { replication_s: cost.replication_s },
        Some(Stop::Interrupted) | None => RunError::Interrupted,
    }
}

fn simulate_shelved(
    scenario: &Scenario,
    options: RunOptions,
    (observer, shelf): (&dyn Observer, Shelved<'_>),
) -> Result<Results, RunError> {
    let ready = Ready::new(scenario, options, observer, shelf.0.map(|_| 1))?;
    let Ready { world, twins, cost, is_unknown } = &ready;
    let leaves_time = *is_unknown && options.worlds != Some(0);
    let setting = Setting { observer, leaves_time, shelf };
    let run = question(world, twins, options.at_most(cost.most_replications()), setting);
    match run.ended {
        Some(Ended::Shelf) => return Err(RunError::Shelf),
        Some(ended) if run.tallies.is_empty() => return Err(ready.failed(ended, observer)),
        Some(Ended::Outgrown(why)) => observer.outgrown(&why),
        _ if run.tallies.is_empty() => return Err(nothing(*cost, observer)),
        _ => {}
    }
    let looked_at = leaves_time.then(|| look(scenario, world, &run, (options, *cost), setting));
    let looked_at = looked_at.transpose()?.flatten();
    Ok(results(world, twins, &run, looked_at, *is_unknown))
}

/// Other worlds and their tallies; `None` if it was stopped before all were finished, or one of them is too large.
fn look(
    scenario: &Scenario,
    world: &Compiled,
    run: &Run,
    (options, cost): (RunOptions, Cost),
    Setting { observer, shelf, .. }: Setting<'_>,
) -> Result<Option<Alternatives>, RunError> {
    let RunOptions { seed, method, worlds: asked, .. } = options;
    let (own, replications) = (work(&run.tallies), run.tallies.len() as u64);
    let work_with_twins = own.saturating_add(run.twins.work());
    let after = AfterRun { seed, method, asked, replications, cost, work: own, work_with_twins };
    let has_shelf_failed = Cell::new(false);
    let tallies = |tasks: &Tasks<'_>, most: u64| {
        let done = within(tasks, most, (seed, replications), (observer, shelf));
        done.inspect_err(|ended| has_shelf_failed.set(*ended == Ended::Shelf)).ok()
    };
    let simulator = Simulator { tallies: &tallies, is_stopped: &|| observer.stop().is_some() };
    let looked_at = Alternatives::look(scenario, &after, (&world.labels, &run.tallies), &simulator);
    if has_shelf_failed.get() { Err(RunError::Shelf) } else { Ok(looked_at) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

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
}
