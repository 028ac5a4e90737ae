//! Nodes, hosts and addresses: who carried how much.

use super::interval::{Blocks, Ratio};
use super::moment::moment;
use super::sample::Sample;
use super::sessions;
use super::spread::Spread;
use super::window::{Loads, per_window};
use crate::results::{Estimate, HostResult, Interval, NodeResult, NodeTotals, PeakRate};
use crate::tally::labels::Labels;
use crate::tally::{MINUTE, PEAK_BINS, Tally};
use crate::time::Span;

/// One result per node.
pub(super) fn nodes(
    labels: &Labels,
    tallies: &[Tally],
    unlimited: &[Tally],
    loads: &Loads,
    spreads: &[Spread],
) -> Vec<NodeResult> {
    let of = |(index, spread): (usize, &Spread)| NodeResult {
        scatter: spread.by_chance().unwrap_or(Interval::alone(0.0)),
        scatter_by_plan: spread.by_plan(),
        ..one(labels, index, (tallies, unlimited), loads)
    };
    spreads.iter().enumerate().map(of).collect()
}

fn one(
    labels: &Labels,
    index: usize,
    (tallies, unlimited): (&[Tally], &[Tally]),
    loads: &Loads,
) -> NodeResult {
    let node = &labels.nodes[index];
    let shares = loads.share(index);
    NodeResult {
        name: node.name.clone(),
        host: node.host.clone(),
        addresses: node.addresses.clone(),
        fair_share: node.fair_share,
        share: shares.estimate(),
        share_of_connections: share_of_connections(tallies, index).estimate(),
        tilt: tilt(&shares, node.fair_share),
        scatter: Interval::alone(0.0),
        scatter_by_plan: None,
        peak_rate: peak_rate(tallies, labels, index, MINUTE),
        peak_rates: (0..PEAK_BINS.len()).map(|bin| peak_rate(tallies, labels, index, bin)).collect(),
        peak_sessions: sessions::peak(tallies, index),
        sessions: sessions::sessions(labels, tallies, unlimited, index),
        share_by_address: node
            .address_indices
            .iter()
            .map(|address| address_share(tallies, *address))
            .collect(),
        availability: availability(tallies, labels.run.window, index),
        totals: totals(tallies, index),
    }
}

/// The part of each window in which the node is up; `None` where no node fails at random.
fn availability(tallies: &[Tally], window: Span, node: usize) -> Option<Estimate> {
    let up = per_window(tallies, |of| Some(1.0 - *of.down.get(node)? as f64 / window.0 as f64));
    (!up.is_empty()).then(|| up.estimate())
}

/// Windows without a connection have no share of them.
fn share_of_connections(tallies: &[Tally], node: usize) -> Sample {
    per_window(tallies, |window| {
        let all: u64 = window.connections_tried.iter().sum();
        (all > 0).then(|| window.connections_tried[node] as f64 / all as f64)
    })
}

/// Mean share minus fair share; without a window with shares 0 and no bounds.
fn tilt(shares: &Sample, fair: f64) -> Interval {
    let Some(mean) = shares.mean().map(|mean| mean.interval()) else { return Interval::alone(0.0) };
    Interval {
        value: mean.value - fair,
        low: mean.low.map(|low| low - fair),
        high: mean.high.map(|high| high - fair),
    }
}

/// Sums that give the variance over windows of dependent windows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    replications: f64,
    windows: f64,
    /// Sum of the values, and of their squares.
    total: f64,
    squares: f64,
    /// Sums over replications of (sum of values)^2, (sum of values)(windows) and windows^2.
    total_squares: f64,
    total_windows: f64,
    windows_squares: f64,
}

impl Sums {
    fn add(&mut self, other: &Self, sign: f64) {
        self.replications += sign * other.replications;
        self.windows += sign * other.windows;
        self.total += sign * other.total;
        self.squares += sign * other.squares;
        self.total_squares += sign * other.total_squares;
        self.total_windows += sign * other.total_windows;
        self.windows_squares += sign * other.windows_squares;
    }

    /// Variance over windows: the mean square about the mean, plus what it lacks because the mean itself has a variance. With one window
    /// per replication this is the usual sum of squares over n - 1. `None` with fewer than two replications.
    pub(super) fn variance(&self) -> Option<f64> {
        let of_mean = self.variance_of_mean()?;
        let mean = self.total / self.windows;
        Some((self.squares / self.windows - mean * mean + of_mean).max(0.0))
    }

    /// Variance of the mean over windows, from the spread between replications. `None` with fewer than two of them.
    fn variance_of_mean(&self) -> Option<f64> {
        if self.replications < 1.5 {
            return None;
        }
        let mean = self.total / self.windows;
        let residuals =
            self.total_squares - 2.0 * mean * self.total_windows + mean * mean * self.windows_squares;
        Some(residuals * self.replications / (self.replications - 1.0) / (self.windows * self.windows))
    }
}

/// [`Sums`] of each jackknife block and of all.
#[derive(Debug)]
pub(super) struct Moments {
    all: Sums,
    blocks: Vec<Sums>,
}

impl Moments {
    pub(super) fn by_block(sample: &Sample) -> Self {
        // The first value is subtracted from every other, so that equal values have exactly no variance.
        let origin = sample.replications().find_map(|windows| windows.first().copied()).unwrap_or(0.0);
        let blocks = Blocks::new(sample.replications().count());
        let mut moments = Self { all: Sums::default(), blocks: vec![Sums::default(); blocks.count] };
        for (r, windows) in sample.replications().enumerate().filter(|(_, windows)| !windows.is_empty()) {
            let sums = Self::of(windows, origin);
            moments.all.add(&sums, 1.0);
            moments.blocks[blocks.block_of(r)].add(&sums, 1.0);
        }
        moments
    }

    fn of(windows: &[f64], origin: f64) -> Sums {
        let n = windows.len() as f64;
        let total: f64 = windows.iter().map(|value| value - origin).sum();
        let squares: f64 = windows.iter().map(|value| (value - origin) * (value - origin)).sum();
        Sums {
            replications: 1.0,
            windows: n,
            total,
            squares,
            total_squares: total * total,
            total_windows: total * n,
            windows_squares: n * n,
        }
    }

    /// The sums over everything but one block.
    pub(super) fn without(&self, left_out: Option<usize>) -> Sums {
        let mut sums = self.all;
        if let Some(block) = left_out {
            sums.add(&self.blocks[block], -1.0);
        }
        sums
    }
}

/// Load of the busiest bin; a window without messages has a peak of zero.
fn peak_rate(tallies: &[Tally], labels: &Labels, node: usize, bin: usize) -> PeakRate {
    let bin_s = PEAK_BINS[bin].as_secs_f64();
    let place = bin * labels.nodes.len() + node;
    let sample = per_window(tallies, |window| Some(window.busiest[place] as f64 / bin_s));
    PeakRate { bin_s, estimate: sample.estimate() }
}

/// Mean over replications of the address's share of what the replication accepted.
fn address_share(tallies: &[Tally], address: usize) -> Interval {
    mean_share(tallies, |tally| tally.accepted_by_address[address])
}

fn mean_share(tallies: &[Tally], part: impl Fn(&Tally) -> u64) -> Interval {
    let shares = tallies.iter().map(|tally| match tally.totals.accepted {
        0 => (0.0, 0.0),
        all => (part(tally) as f64 / all as f64, 1.0),
    });
    Ratio::of(shares).map_or(Interval::alone(0.0), |ratio| ratio.share_interval())
}

pub(super) fn totals(tallies: &[Tally], node: usize) -> NodeTotals {
    let sum = |count: fn(&NodeTotals) -> u64| tallies.iter().map(|tally| count(&tally.nodes[node])).sum();
    NodeTotals {
        connections_tried: sum(|counts| counts.connections_tried),
        accepted: sum(|counts| counts.accepted),
        deferred: sum(|counts| counts.deferred),
        rejected: sum(|counts| counts.rejected),
        full: sum(|counts| counts.full),
        greylisted: sum(|counts| counts.greylisted),
        queue_full: sum(|counts| counts.queue_full),
        accepted_then_bounced: sum(|counts| counts.accepted_then_bounced),
        over_client_sessions: sum(|counts| counts.over_client_sessions),
        over_connection_rate: sum(|counts| counts.over_connection_rate),
        over_message_rate: sum(|counts| counts.over_message_rate),
    }
}

/// One result per exchange host: the mean over replications of its share of what the replication accepted.
pub(super) fn hosts(labels: &Labels, tallies: &[Tally]) -> Vec<HostResult> {
    let host = |(index, host): (usize, &crate::tally::labels::HostLabels)| HostResult {
        name: host.name.clone(),
        preference: host.preference,
        leaves: host.leaves,
        share: mean_share(tallies, |tally| tally.accepted_by_host[index]),
        first: moment(
            tallies.iter().map(|tally| tally.accepted_between[index].map(|(first, _)| first as f64)),
        ),
        last: moment(tallies.iter().map(|tally| tally.accepted_between[index].map(|(_, last)| last as f64))),
    };
    labels.hosts.iter().enumerate().map(host).collect()
}
