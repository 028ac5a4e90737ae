//! The replications of a run itself: in batches, each with the twins that take part in it, kept in the order of their numbers.

use crate::engine::{Compiled, replicate_watched};
use crate::estimate;
use crate::study::cost::Cost;
use crate::study::limit::{Limit, Observer, RunOptions, Stop};
use crate::study::replications::{Ended, held_against, in_order};
use crate::study::sensitivity::Twins;
use crate::study::sensitivity::size::UNDISTURBED;
use crate::study::sensitivity::twins::{OwnTwins, Twin, TwinTallies};
use crate::study::shelf::{Place, Shelved, shape_of};
use crate::tally::{Shape, Tally};
use serde::{Deserialize, Serialize};
use std::ops::Range;
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
    /// Why it ended before its limit, if it did.
    pub(super) ended: Option<Ended>,
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
    question(world, twins, options, Setting { observer, leaves_time: false, shelf: Shelved::default() })
}

/// How a run is watched and what it has at hand.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) observer: &'a dyn Observer,
    /// True if it leaves time for other worlds.
    pub(super) leaves_time: bool,
    pub(super) shelf: Shelved<'a>,
}

/// Runs replications until the limit, or until they are stopped.
pub(super) fn question(world: &Compiled, twins: &Twins, options: RunOptions, setting: Setting<'_>) -> Run {
    let mut run = Run { tallies: Vec::new(), twins: TwinTallies::default(), partial: false, ended: None };
    let batch = Batch::new(world, twins, options, setting);
    loop {
        let done = run.tallies.len() as u64;
        let target = match options.limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { at_most } => estimate::next_look(done).min(at_most),
        };
        if let Err(ended) = batch.extend(&mut run, target) {
            run.partial = ended == Ended::Stopped && setting.observer.stop() == Some(Stop::Interrupted);
            run.ended = Some(ended);
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

/// What a part of the replications took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filled {
    /// Work of the replications.
    pub(super) work: u64,
    /// The same with their twins.
    pub(super) work_with_twins: u64,
}

/// Puts replications `range` on the shelf.
pub(super) fn fill(
    world: &Compiled,
    twins: &Twins,
    (options, range): (RunOptions, Range<u64>),
    setting: Setting<'_>,
) -> Result<Filled, Ended> {
    let batch = Batch::new(world, twins, options, setting);
    let (mut filled, mut seen) = (Filled::default(), TwinTallies::default());
    let mut from = range.start;
    while from < range.end {
        let to = (from + BATCH).min(range.end);
        // Whether that world goes on shows in the first replications of all; who has others simulates it, and the merge may not need it.
        let is_settled = range.start == 0 && twins.is_undisturbed_settled(&seen);
        let (done, all) = in_order((to - from) as usize, |i| {
            batch.own(from + i as u64, is_settled, range.end - range.start)
        });
        for own in done {
            filled.work = filled.work.saturating_add(own.tally.work);
            // No more of them than twins are looked at.
            seen.keep(own.twins);
        }
        all?;
        from = to;
    }
    filled.work_with_twins = filled.work.saturating_add(seen.work());
    Ok(filled)
}

/// A replication of the run itself, and of its twins that take part: a line of a part.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    replication: u64,
    tally: Tally,
    #[serde(default, skip_serializing_if = "OwnTwins::is_empty")]
    twins: OwnTwins,
}

impl Run {
    fn keep(&mut self, own: Own) {
        self.tallies.push(own.tally);
        self.twins.keep(own.twins);
    }
}

/// How replications are simulated.
struct Batch<'a> {
    world: &'a Compiled,
    twins: &'a Twins,
    seed: u64,
    cost: Cost,
    finished: AtomicU64,
    setting: Setting<'a>,
    /// What the tallies of the run look like.
    shape: Shape,
}

impl<'a> Batch<'a> {
    fn new(world: &'a Compiled, twins: &'a Twins, options: RunOptions, setting: Setting<'a>) -> Self {
        let most = match options.limit {
            Limit::Replications(most) | Limit::UntilDecided { at_most: most } => most,
        };
        let (cost, finished) = (Cost::of(world), AtomicU64::new(0));
        Self { world, twins, seed: options.seed, cost, finished, setting, shape: shape_of(world, most) }
    }

    /// Extends `run` up to the target, or as far as it comes: what comes after a gap is thrown away, so that the run is a prefix.
    fn extend(&self, run: &mut Run, target: u64) -> Result<(), Ended> {
        while (run.tallies.len() as u64) < target {
            let from = run.tallies.len() as u64;
            let to = (from + BATCH).min(target);
            let is_settled = self.twins.is_undisturbed_settled(&run.twins);
            let (done, all) =
                in_order((to - from) as usize, |i| self.own(from + i as u64, is_settled, target));
            done.into_iter().for_each(|own| run.keep(own));
            fold_delays(&mut run.tallies);
            all?;
        }
        Ok(())
    }

    /// Replication `r` of the world itself and of its twins, with what the nodes do that a goal takes down.
    fn own(&self, r: u64, is_undisturbed_settled: bool, target: u64) -> Result<Own, Ended> {
        // One is finished whatever is to follow.
        let Setting { observer, leaves_time, shelf } = self.setting;
        let watched = Watched { observer, leaves_time: leaves_time && r > 0 };
        let replicate = |world: &Compiled| replicate(world, self.seed, r, self.cost, &watched);
        let place = Place::Replication(r);
        let kept: Option<Own> = shelf.take(place, |own| self.check(own, r))?;
        let is_kept = kept.is_some();
        let mut own = match kept {
            Some(own) => own,
            None => Own { replication: r, tally: replicate(self.world)?, twins: OwnTwins::default() },
        };
        let mut is_whole = is_kept;
        let taking_part: Vec<(Twin, &Compiled)> =
            self.twins.taking_part(r, (own.tally.is_full(), is_undisturbed_settled)).collect();
        own.twins.retain(|twin| taking_part.iter().any(|(own, _)| *own == twin));
        for (twin, world) in taking_part {
            // What is kept has those with nodes down in it.
            if own.twins.has(twin) || (is_kept && twin == Twin::Down) {
                continue;
            }
            let other = replicate(world)?;
            if twin == Twin::Down {
                own.tally.put_under(&other);
            }
            own.twins.put(twin, other);
            is_whole = false;
        }
        shelf.keep(place, &own, is_whole)?;
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        observer.progress(finished, target);
        Ok(own)
    }

    /// Checks that what was kept can be of this run.
    fn check(&self, own: &Own, r: u64) -> Result<(), &'static str> {
        if own.replication != r {
            return Err("it says two numbers");
        }
        own.tally.fits(&self.shape)?;
        own.twins.all().try_for_each(|(twin, tally)| {
            let world = self.twins.world(twin).ok_or("this scenario has no such world beside it")?;
            let is_detailed = twin == Twin::Undisturbed;
            tally.fits(&Shape { down: 0, is_detailed, ..shape_of(world, self.shape.replications) })
        })
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
