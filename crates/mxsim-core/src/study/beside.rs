//! Replications of other worlds than the run's, as many as an allowance has room for.

use crate::engine::{Done, replicate_watched};
use crate::study::cost::Cost;
use crate::study::limit::Observer;
use crate::study::replications::{Ended, held_against, in_order};
use crate::study::sensitivity::allowance::Allowance;
use crate::study::sensitivity::{Task, Tasks};
use crate::study::shelf::{OtherWorldLine, Shelved, shape_of};
use crate::tally::{Shape, Tally};
use std::cell::Cell;

/// The tallies of as many of `tasks`, from the first on, as take no more work than `most` together; `None` if it was stopped before the last of them.
pub(super) fn within(
    tasks: &Tasks<'_>,
    most: u64,
    (seed, replications): (u64, u64),
    (observer, shelf): (&dyn Observer, Shelved<'_>),
) -> Result<Vec<Tally>, Ended> {
    let allowance = Allowance::new(most, tasks.len());
    let one = |i: usize| {
        let task = &tasks[i];
        let kept = shelf.take(task.place, |line: &OtherWorldLine| task.check(line, replications))?;
        let was_there = kept.is_some();
        let line = match kept {
            Some(line) => line,
            None => OtherWorldLine::new(task.place, simulate(task, seed, &allowance, observer)?),
        };
        allowance.took(i, line.tally.work);
        shelf.keep(task.place, &line, was_there)?;
        Ok(line.tally)
    };
    let (mut done, all) = in_order(tasks.len(), one);
    done.truncate(allowance.fitting(done.iter().map(|tally| tally.work)));
    match all {
        Ok(()) | Err(Ended::Beyond) => Ok(done),
        Err(ended) => Err(ended),
    }
}

/// One of them, unless it takes more than is allowed.
fn simulate(
    task: &Task<'_>,
    seed: u64,
    allowance: &Allowance,
    observer: &dyn Observer,
) -> Result<Tally, Ended> {
    let is_beyond = Cell::new(allowance.is_exceeded_by(0));
    let stopped_by = |stopped: &dyn Fn(Done) -> bool, done: Done| {
        is_beyond.set(allowance.is_exceeded_by(done.work));
        is_beyond.get() || stopped(done)
    };
    let replicate = |stopped: &dyn Fn(Done) -> bool| {
        let begins = !is_beyond.get();
        let watched = |done| stopped_by(stopped, done);
        begins.then(|| replicate_watched(task.world, seed, task.place.replication(), &watched)).flatten()
    };
    let done = held_against(Cost::of(task.world), observer, replicate);
    let mut tally = done.map_err(|ended| if is_beyond.get() { Ended::Beyond } else { ended })?;
    tally.forget_details();
    Ok(tally)
}

impl Task<'_> {
    /// Checks that what was kept can be its line.
    fn check(&self, line: &OtherWorldLine, replications: u64) -> Result<(), &'static str> {
        if line.is_of(self.place) {
            line.tally.fits(&self.shape(replications))
        } else {
            Err("it says two places")
        }
    }

    /// What its tally looks like.
    fn shape(&self, replications: u64) -> Shape {
        Shape { down: 0, is_detailed: false, ..shape_of(self.world, replications) }
    }
}
