//! When a host that leaves the zone has got its last message.

use super::Evidence;
use crate::numerals::clock;
use crate::results::{HostResult, LongerRun, called};
use crate::tally::labels::NodeLabels;

/// What a host does whose last message the run does not show.
const STILL: &str = " mail when the run ends.";

/// True if the machine is one of this exchange host.
fn stands_behind(node: &NodeLabels, host: &HostResult) -> bool {
    node.host.split(", ").any(|name| name == host.name)
}

impl Evidence<'_> {
    /// `"old" takes its last message by 10:58:00 in 19 of 20 runs.`, for the hosts that leave; `None` if none does.
    pub(super) fn last_messages(&self) -> Option<String> {
        let leaving: Vec<&HostResult> = self.results.hosts.iter().filter(|host| host.leaves).collect();
        let last = |host: &&HostResult| host.last.map(|last| last.estimate.p95);
        let latest =
            leaving.iter().max_by(|a, b| last(a).unwrap_or(0.0).total_cmp(&last(b).unwrap_or(0.0)))?;
        let names: Vec<String> = leaving.iter().map(|host| called(&self.node_of(host))).collect();
        let (names, takes, its) = match names.len() {
            1 => (names[0].clone(), "takes", "its"),
            _ => (names.join(" and "), "take", "their"),
        };
        let by = last(latest)?;
        Some(match by + self.results.series.bin_s < self.measured_s() {
            true => format!("{names} {takes} {its} last message by {} in 19 of 20 runs.", clock(by)),
            false => format!("{names} still {takes}{STILL}"),
        })
    }

    /// The longer run that shows the last message of a host that leaves, if this one is too short for it.
    pub(super) fn run_to_the_last_message(&self) -> Option<LongerRun> {
        let is_open = self.last_messages().is_some_and(|sentence| sentence.ends_with(STILL));
        is_open.then(|| self.unfinished.longer_run())
    }

    /// The name of the first node of a host.
    fn node_of(&self, host: &HostResult) -> String {
        let node = self.labels.nodes.iter().find(|node| stands_behind(node, host));
        node.map_or_else(|| host.name.clone(), |node| node.name.clone())
    }

    /// Length of the measured time (s).
    fn measured_s(&self) -> f64 {
        self.labels.run.run_length.as_secs_f64()
    }
}
