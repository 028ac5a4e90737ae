//! Why a run is refused, in words.

use crate::numerals::{bytes, count, rough};
use std::fmt;

/// A run that would take too long or too much memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TooLarge {
    pub(super) replications: u64,
    /// Processor time of all (s).
    pub(super) seconds: f64,
    /// Messages and retries of each.
    pub(super) messages: f64,
    pub(super) retries: f64,
    /// Memory at work, and of all tallies (bytes).
    pub(super) working_bytes: f64,
    pub(super) tallies_bytes: f64,
}

impl std::error::Error for TooLarge {}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.replications == 1 { "replication needs" } else { "replications need" };
        write!(
            f,
            "this is too large to run: {} {what} about {} h of one core for {} messages each with {} retries, {} at work \
             and {} to keep the counts; use fewer messages_per_day, sites or hosts, a shorter run_length, warm_up or \
             outage, longer windows, longer waits between retries, or fewer replications",
            count(self.replications),
            rough(self.seconds / 3_600.0),
            rough(self.messages),
            rough(self.retries),
            bytes(self.working_bytes),
            bytes(self.tallies_bytes),
        )
    }
}
