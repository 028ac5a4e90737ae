//! Numbers that come from simulation, with what is known of them.

use serde::{Deserialize, Serialize};

/// A quantity over windows: its mean and its quantiles, each with a 95 % interval.
///
/// A bound is `null` where the replications are too few to give one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over windows.
    pub mean: f64,
    /// Half-width of the 95 % interval of the mean; `null` with a single replication.
    pub half_width: Option<f64>,
    /// 5 % quantile over windows.
    pub p05: f64,
    /// 95 % interval of `p05`, `[low, high]`.
    pub p05_ci: [Option<f64>; 2],
    /// Median over windows.
    pub p50: f64,
    /// 95 % interval of `p50`.
    pub p50_ci: [Option<f64>; 2],
    /// 95 % quantile over windows.
    pub p95: f64,
    /// 95 % interval of `p95`.
    pub p95_ci: [Option<f64>; 2],
}

/// A number with its 95 % interval; a bound is `null` where it cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Point estimate.
    pub value: f64,
    /// Lower bound.
    pub low: Option<f64>,
    /// Upper bound.
    pub high: Option<f64>,
}

impl Interval {
    /// A number of which nothing is known beside it.
    #[must_use]
    pub const fn alone(value: f64) -> Self {
        Self { value, low: None, high: None }
    }
}

/// When something happened (s from the start of measuring), over the replications in which it did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moment {
    /// Replications in which it happened.
    pub replications: u64,
    /// The earliest of them.
    pub earliest: f64,
    /// The latest of them.
    pub latest: f64,
    /// Mean and quantiles over replications.
    pub estimate: Estimate,
}
