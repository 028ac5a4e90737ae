//! Why a run is refused, in words.

use crate::numerals::{bytes, count, rough};
use std::fmt;

/// The longest single replication that is not refused (s of one core).
pub(super) const LONGEST_REPLICATION_S: f64 = 900.0;
/// The longest run with a fixed number of replications that is not refused (s of one core): a day.
pub(super) const LONGEST_RUN_S: f64 = 86_400.0;
/// The most memory for one replication, and for all tallies together (bytes): 4 GiB.
pub(super) const MOST_MEMORY: f64 = 4_294_967_296.0;

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
    /// Whether worlds were asked for, and a greylist remembers whom it met.
    pub(super) has_worlds: bool,
    pub(super) has_greylist: bool,
}

impl TooLarge {
    /// What takes less of that which is too much; of everything, if nothing alone is.
    fn advice(&self) -> String {
        let longest = if self.replications > 1 { LONGEST_RUN_S } else { LONGEST_REPLICATION_S };
        let is_over =
            [self.seconds > longest, self.working_bytes > MOST_MEMORY, self.tallies_bytes > MOST_MEMORY];
        let is_any = is_over.contains(&true);
        let [time, working, tallies] = is_over.map(|is_over| is_over || !is_any);
        let all = [
            (time || working, "fewer messages_per_day, sites or hosts"),
            (time || tallies, "a shorter run_length"),
            (time, "a shorter warm_up"),
            (time && self.retries > self.messages, "shorter outages or longer waits between retries"),
            (working && self.has_greylist, "fewer correspondents in greylisting.new"),
            (tallies, "longer windows"),
            ((time || tallies) && self.has_worlds, "fewer --worlds"),
            ((time || tallies) && self.replications > 1, "fewer replications"),
        ];
        all.into_iter().filter(|(helps, _)| *helps).map(|(_, what)| what).collect::<Vec<_>>().join("; ")
    }
}

impl std::error::Error for TooLarge {}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.replications == 1 { "replication needs" } else { "replications need" };
        write!(
            f,
            "this is too large to run: {} {what} about {} h of one core for {} messages each with {} retries, {} at work \
             and {} to keep the counts; what helps: {}",
            count(self.replications),
            rough(self.seconds / 3_600.0),
            rough(self.messages),
            rough(self.retries),
            bytes(self.working_bytes),
            bytes(self.tallies_bytes),
            self.advice(),
        )
    }
}
