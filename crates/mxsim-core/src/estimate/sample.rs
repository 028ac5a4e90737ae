//! A quantity that was measured once per window, kept by replication.

use super::interval::{Ratio, effective_windows, quantile_bounds};
use crate::results::Estimate;

/// Values of one quantity, window by window; windows without the quantity are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    values: Vec<f64>,
    /// Where each replication ends in `values`.
    ends: Vec<usize>,
}

impl Sample {
    /// Adds a window to the current replication.
    pub(super) fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// Closes the current replication.
    pub(super) fn end_replication(&mut self) {
        self.ends.push(self.values.len());
    }

    /// True if no window has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values of each replication.
    pub(super) fn replications(&self) -> impl Iterator<Item = &[f64]> + Clone {
        let start = |r: usize| if r == 0 { 0 } else { self.ends[r - 1] };
        (0..self.ends.len()).map(move |r| &self.values[start(r)..self.ends[r]])
    }

    /// The mean over windows.
    pub(super) fn mean(&self) -> Option<Ratio> {
        Ratio::of(self.replications().map(|windows| (windows.iter().sum(), windows.len() as f64)))
    }

    /// The values in rising order.
    pub(super) fn sorted(&self) -> Sorted<'_> {
        let mut rising = self.values.clone();
        rising.sort_by(f64::total_cmp);
        Sorted { sample: self, rising }
    }

    /// Mean and quantiles with their intervals; all zero and without intervals if there is no value.
    pub(super) fn estimate(&self) -> Estimate {
        const NONE: [Option<f64>; 2] = [None, None];
        let Some(mean) = self.mean() else {
            return Estimate {
                mean: 0.0,
                half_width: None,
                p05: 0.0,
                p05_ci: NONE,
                p50: 0.0,
                p50_ci: NONE,
                p95: 0.0,
                p95_ci: NONE,
            };
        };
        let sorted = self.sorted();
        let [(p05, p05_ci), (p50, p50_ci), (p95, p95_ci)] = [0.05, 0.5, 0.95].map(|p| sorted.quantile(p));
        Estimate { mean: mean.value, half_width: mean.half_width(), p05, p05_ci, p50, p50_ci, p95, p95_ci }
    }
}

/// A sample with its values in rising order.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    sample: &'a Sample,
    rising: Vec<f64>,
}

impl Sorted<'_> {
    /// The `p`-quantile over windows and its 95 % interval. The sample must not be empty.
    pub(super) fn quantile(&self, p: f64) -> (f64, [Option<f64>; 2]) {
        let value = quantile_of(&self.rising, p);
        let counts: Vec<(f64, f64)> = self
            .sample
            .replications()
            .map(|windows| {
                (windows.iter().filter(|window| **window <= value).count() as f64, windows.len() as f64)
            })
            .collect();
        let bounds = quantile_bounds(p, effective_windows(&counts));
        (value, bounds.map(|bound| bound.map(|fraction| at_rank(&self.rising, fraction))))
    }
}

/// The `p`-quantile of values in rising order: linear between them, median-unbiased whatever their law (Hyndman and Fan 1996, type 8).
pub(super) fn quantile_of(rising: &[f64], p: f64) -> f64 {
    let n = rising.len() as f64;
    interpolate(rising, p * (n + 1.0 / 3.0) + 1.0 / 3.0)
}

/// The value at rank `fraction (n + 1)`.
fn at_rank(rising: &[f64], fraction: f64) -> f64 {
    interpolate(rising, fraction * (rising.len() as f64 + 1.0))
}

/// The value at a rank counted from 1, linear between ranks.
fn interpolate(rising: &[f64], rank: f64) -> f64 {
    let last = rising.len() - 1;
    let below = (rank.floor() as usize).clamp(1, last + 1) - 1;
    let above = (below + 1).min(last);
    let part = (rank - (below + 1) as f64).clamp(0.0, 1.0);
    let (low, high) = (rising[below], rising[above]);
    if low == high { low } else { low + part * (high - low) }
}
