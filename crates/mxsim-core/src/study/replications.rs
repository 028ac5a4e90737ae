//! Replications in parallel, kept in the order of their numbers, and why one of them has nothing to keep.

use crate::engine::Done;
use crate::study::cost::{Cost, TooLarge};
use crate::study::limit::Observer;
use std::cell::Cell;
#[cfg(feature = "parallel")]
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Why a replication has no tally.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ended {
    /// The observer stopped it.
    Stopped,
    /// It was too large after all.
    Outgrown(TooLarge),
    /// What all may take together is used up.
    Beyond,
    /// What is kept of the run cannot be read or written.
    Shelf,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_gap_is_thrown_away() {
        let work = |i: usize| if i % 7 == 5 { Err(Ended::Stopped) } else { Ok(i) };
        assert_eq!(in_order(100, work), ((0..5).collect(), Err(Ended::Stopped)));
        assert_eq!(in_order(5, work), ((0..5).collect(), Ok(())));
        assert_eq!(in_order(0, work), (Vec::new(), Ok(())));
    }
}
