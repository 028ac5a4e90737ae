//! What the nodes carried, window by window.
//!
//! A share is of the messages *accepted* in a window, so a window in which nothing was accepted has no shares. Such windows are left out
//! of everything about shares, and a caution says how many there were.

use super::sample::Sample;
use crate::tally::{Tally, WindowTally};
use crate::time::Span;

/// Accepted messages per window and node, over all replications.
#[derive(Debug)]
pub(super) struct Loads {
    nodes: usize,
    /// `[window * nodes + node]`, windows of all replications one after the other.
    counts: Vec<u64>,
    /// Windows in each replication.
    windows: Vec<usize>,
}

impl Loads {
    pub(super) fn new(nodes: usize, tallies: &[Tally]) -> Self {
        let mut counts = Vec::new();
        for window in tallies.iter().flat_map(|tally| &tally.windows) {
            let start = counts.len();
            counts.resize(start + nodes, 0);
            for (place, accepted) in window.accepted.iter().enumerate() {
                counts[start + place % nodes] += accepted;
            }
        }
        Self { nodes, counts, windows: tallies.iter().map(|tally| tally.windows.len()).collect() }
    }

    /// The value of `measure` in each window, given the nodes' shares; windows without accepted messages have none.
    pub(super) fn measure(&self, measure: impl Fn(&[f64]) -> f64) -> Sample {
        let mut sample = Sample::default();
        let mut shares = vec![0.0; self.nodes];
        let mut at = 0;
        for windows in &self.windows {
            for _ in 0..*windows {
                let counts = &self.counts[at..at + self.nodes];
                at += self.nodes;
                let total: u64 = counts.iter().sum();
                if total > 0 {
                    for (share, count) in shares.iter_mut().zip(counts) {
                        *share = *count as f64 / total as f64;
                    }
                    sample.push(measure(&shares));
                }
            }
            sample.end_replication();
        }
        sample
    }

    /// Accepted messages of a window: the harmonic mean over windows with any, because the scatter of a window goes with one over its messages.
    pub(super) fn messages_of_a_window(&self) -> f64 {
        let totals = self.counts.chunks(self.nodes.max(1)).map(|counts| counts.iter().sum::<u64>() as f64);
        let (windows, inverse) = totals
            .filter(|total| *total > 0.0)
            .fold((0.0, 0.0), |(windows, inverse), total| (windows + 1.0, inverse + 1.0 / total));
        if windows > 0.0 { windows / inverse } else { 0.0 }
    }

    /// Replications, those without a window included.
    pub(super) const fn replications(&self) -> usize {
        self.windows.len()
    }

    /// A node's share in each window of the run, of the replications in which the window took mail: which replication, and the share.
    pub(super) fn by_window(&self, node: usize) -> Vec<Vec<(usize, f64)>> {
        let places = self.windows.iter().copied().max().unwrap_or(0);
        let mut windows = vec![Vec::with_capacity(self.windows.len()); places];
        let mut counts = self.counts.chunks(self.nodes.max(1));
        for (replication, of_it) in self.windows.iter().enumerate() {
            for (window, counts) in windows.iter_mut().zip(counts.by_ref().take(*of_it)) {
                let total: u64 = counts.iter().sum();
                if total > 0 {
                    window.push((replication, counts[node] as f64 / total as f64));
                }
            }
        }
        windows
    }

    /// A node's share.
    pub(super) fn share(&self, node: usize) -> Sample {
        self.measure(|shares| shares[node])
    }
}

/// A quantity read off each window; `None` leaves a window out.
pub(super) fn per_window(tallies: &[Tally], value: impl Fn(&WindowTally) -> Option<f64>) -> Sample {
    let mut sample = Sample::default();
    for tally in tallies {
        for value in tally.windows.iter().filter_map(&value) {
            sample.push(value);
        }
        sample.end_replication();
    }
    sample
}

/// The plural of what a window of this length is called.
pub const fn plural(window: Span) -> &'static str {
    match window {
        Span::DAY => "days",
        Span::HOUR => "hours",
        Span::WEEK => "weeks",
        _ => "windows",
    }
}
