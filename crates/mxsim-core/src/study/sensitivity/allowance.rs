//! How much work a row of tasks may take together, counted in the order of the tasks whatever order they end in: so what fits is the same at any
//! number of threads.

use std::iter::once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a row of tasks may take.
#[derive(Debug)]
pub(in super::super) struct Allowance {
    most: u64,
    /// What the tasks took that are through up to the first that is not.
    settled: AtomicU64,
    /// What each task took that is through, and the first that is not.
    taken: Mutex<(Vec<Option<u64>>, usize)>,
}

impl Allowance {
    pub(in super::super) fn new(most: u64, tasks: usize) -> Self {
        Self { most, settled: AtomicU64::new(0), taken: Mutex::new((vec![None; tasks], 0)) }
    }

    /// True if a task that is not through yet and has taken so much does not fit, whatever those before it still take.
    pub(in super::super) fn is_exceeded_by(&self, own: u64) -> bool {
        self.settled.load(Ordering::Relaxed).saturating_add(own) > self.most
    }

    /// A task is through that took so much.
    pub(in super::super) fn took(&self, task: usize, work: u64) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (works, next) = &mut *taken;
        works[task] = Some(work);
        while let Some(Some(work)) = works.get(*next) {
            self.settled.fetch_add(*work, Ordering::Relaxed);
            *next += 1;
        }
    }

    /// How many tasks fit that took so much each, from the first on.
    pub(in super::super) fn fitting(&self, works: impl Iterator<Item = u64>) -> usize {
        let sums = works.scan(0_u64, |sum, work| {
            *sum = sum.saturating_add(work);
            Some(*sum)
        });
        once(0).chain(sums).take_while(|sum| *sum <= self.most).count() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_depends_on_the_tasks_before_alone() {
        let allowance = Allowance::new(100, 4);
        allowance.took(2, 90);
        assert!(!allowance.is_exceeded_by(100), "what ends early may yet be beyond the end");
        allowance.took(0, 40);
        assert!(!allowance.is_exceeded_by(60) && allowance.is_exceeded_by(61));
        allowance.took(1, 50);
        assert!(allowance.is_exceeded_by(0), "the third is settled, too");
        assert_eq!(allowance.fitting([40, 50, 90].into_iter()), 2);
        assert_eq!(allowance.fitting([40, 60].into_iter()), 2);
        assert_eq!(allowance.fitting([101, 1].into_iter()), 0);
    }

    #[test]
    fn what_is_not_limited_fits() {
        let allowance = Allowance::new(u64::MAX, 2);
        assert!(!allowance.is_exceeded_by(u64::MAX));
        assert_eq!(allowance.fitting([u64::MAX, u64::MAX].into_iter()), 2);
    }
}
