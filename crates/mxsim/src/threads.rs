//! The threads that simulate.

use crate::memory;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZero;
use std::thread::available_parallelism;

/// Runs `work` on as many threads as asked for, else on one for each core. Where not so many can be started it goes on with half of them, and
/// so on; the results do not depend on it.
pub(crate) fn with<T: Send>(asked: Option<u16>, work: impl FnOnce() -> T + Send) -> T {
    let cores = || available_parallelism().map_or(1, NonZero::get);
    match pool(asked.map_or_else(cores, usize::from).min(memory::most_threads())) {
        Some(pool) => pool.install(work),
        // The thread that is there already.
        None => {
            let own = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
            drop(own);
            work()
        }
    }
}

fn pool(most: usize) -> Option<ThreadPool> {
    let halves = std::iter::successors(Some(most), |threads| (*threads > 1).then_some(threads / 2));
    halves.map(|threads| ThreadPoolBuilder::new().num_threads(threads).build()).find_map(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_any_number_of_threads() {
        for asked in [None, Some(1), Some(3)] {
            assert_eq!(with(asked, rayon::current_num_threads) == 3, asked == Some(3));
        }
    }
}
