//! Intervals: how far a number from a finite number of replications may be from the truth.
//!
//! Replications are independent of each other; windows of one replication are not, because caches, held choices and queues reach from one
//! day into the next. Every interval here therefore rests on the spread *between replications*:
//!
//! - a mean, or any ratio of sums: linearised ratio estimator and Student's t (Cochran 1977, *Sampling Techniques*, section 6.3);
//! - a fraction of windows: Wilson's score interval (Wilson 1927) for the *effective* number of independent windows, with the correction
//!   of Korn and Graubard (1998) for that number being estimated;
//! - a quantile: fractional order statistics (Hutson 1999), whose ranks have a beta law whatever the law of the data; with several
//!   windows per replication again for the effective number of windows (Woodruff 1952 for clustered samples);
//! - any other statistic: delete-a-block jackknife over at most [`MOST_BLOCKS`] blocks of replications, on the log scale if it is
//!   positive by nature (Efron and Tibshirani 1993, chapter 11).
//!
//! All of them aim at 95 %, and a test below measures that they get there.

use super::special::{beta_cdf, bisect, normal_quantile, student_quantile, t_factor};
use crate::results::{Interval, Unit};

/// Chance left outside an interval, on both sides together.
const OUTSIDE: f64 = 0.05;

/// Blocks of a jackknife: with 50 the width of an interval is known to about a tenth, and more cost time. *Assumption*.
pub(super) const MOST_BLOCKS: usize = 50;

/// A ratio of two sums over replications and its standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    /// Sum of the numerators over sum of the denominators.
    pub(super) value: f64,
    /// Standard error and the number of replications behind it; `None` with fewer than two.
    error: Option<(f64, usize)>,
}

impl Ratio {
    /// The ratio of `(numerator, denominator)` pairs, one per replication; `None` if the denominators add up to nothing.
    pub(super) fn of(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let (top, bottom) = pairs.clone().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        if bottom <= 0.0 {
            return None;
        }
        let value = top / bottom;
        let (mut squares, mut used) = (0.0, 0usize);
        for (numerator, denominator) in pairs.filter(|pair| pair.1 > 0.0) {
            let residual = numerator - value * denominator;
            squares += residual * residual;
            used += 1;
        }
        let error = (used > 1).then(|| {
            let spread = squares * used as f64 / (used as f64 - 1.0);
            (spread.sqrt() / bottom, used)
        });
        Some(Self { value, error })
    }

    /// Variance of the ratio, if known.
    pub(super) fn variance(&self) -> Option<f64> {
        self.error.map(|(error, _)| error * error)
    }

    /// Half-width of the 95 % interval, if known.
    pub(super) fn half_width(&self) -> Option<f64> {
        self.error.map(|(error, used)| error * t_factor(used))
    }

    /// The 95 % interval.
    pub(super) fn interval(&self) -> Interval {
        let half = self.half_width();
        Interval { value: self.value, low: half.map(|h| self.value - h), high: half.map(|h| self.value + h) }
    }

    /// The 95 % interval of a ratio that lies in 0..1.
    pub(super) fn share_interval(&self) -> Interval {
        Unit::Share.bounded(self.interval())
    }
}

/// The 95 % interval of the fraction of windows that meet something, from `(met, looked at)` per replication. Without windows: 0, no bounds.
pub(super) fn fraction(counts: &[(f64, f64)]) -> Interval {
    let Some(ratio) = Ratio::of(counts.iter().copied()) else { return Interval::alone(0.0) };
    let n = effective_windows(counts);
    let (low, high) = wilson(ratio.value, n, normal_quantile(1.0 - OUTSIDE / 2.0));
    Interval { value: ratio.value, low: Some(low), high: Some(high) }
}

/// Wilson's score interval for a fraction seen in `n` independent trials.
pub(super) fn wilson(fraction: f64, n: f64, z: f64) -> (f64, f64) {
    let z2 = z * z;
    let centre = (fraction + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let spread = fraction * (1.0 - fraction) / n + z2 / (4.0 * n * n);
    let half = z / (1.0 + z2 / n) * spread.sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// How many independent windows would know the fraction as well, from `(met, looked at)` per replication.
///
/// Between the number of replications (windows of one replication all alike; also assumed when no window differs, because then nothing
/// is known of how they hang together) and the number of windows. What tells how windows hang together are the replications that have
/// the rarer outcome at all, so one and a half times their number takes the
/// place of Korn and Graubard's degrees of freedom. The factor is our own: with 40 replications of seven windows that have a correlation of
/// 0.9, intervals of a fraction of 0.97 then cover 98 %; by the number of replications they covered 87 %.
pub(super) fn effective_windows(counts: &[(f64, f64)]) -> f64 {
    let replications = counts.iter().filter(|(_, windows)| *windows > 0.0).count() as f64;
    let windows: f64 = counts.iter().map(|(_, windows)| windows).sum();
    if windows <= replications || replications < 2.0 {
        return replications;
    }
    let with_met = counts.iter().filter(|(met, _)| *met > 0.0).count();
    let with_missed = counts.iter().filter(|(met, windows)| met < windows).count();
    let telling = with_met.min(with_missed) as f64;
    let Some(ratio) = Ratio::of(counts.iter().copied()) else { return replications };
    match ratio.variance() {
        Some(variance) if variance > 0.0 && telling > 0.0 => {
            let known = student_quantile(0.975, windows - 1.0) / student_quantile(0.975, 1.5 * telling);
            let plain = ratio.value * (1.0 - ratio.value);
            (plain / variance * known * known).clamp(replications, windows)
        }
        _ => replications,
    }
}

/// Between which fractions of a sorted sample of `n` independent values the `p`-quantile of their law lies, 19 times in 20.
///
/// Where the extremes do not reach far enough for a bound there is none, and the other bound takes the whole 5 %.
pub(super) fn quantile_bounds(p: f64, n: f64) -> [Option<f64>; 2] {
    // The quantile lies below the least value with chance (1 - p)^n and above the largest with p^n.
    let (least_low, least_high) = (libm::pow(1.0 - p, n), libm::pow(p, n));
    let Some((low, high)) = tails(least_low, least_high) else { return [None, None] };
    // The value at fraction u of the sample has rank u (n + 1), and the chance that it lies below the quantile is the beta law's.
    let place = |chance: f64| {
        bisect(|u| u <= 0.0 || u < 1.0 && beta_cdf(u * (n + 1.0), (1.0 - u) * (n + 1.0), p) > chance)
    };
    let edge = 1.0 / (n + 1.0);
    [low.map(|tail| place(1.0 - tail).max(edge)), high.map(|tail| place(tail).min(1.0 - edge))]
}

/// Splits the 5 % between the sides, given the least each side can do; a side that cannot has `None`.
fn tails(least_low: f64, least_high: f64) -> Option<(Option<f64>, Option<f64>)> {
    const HALF: f64 = OUTSIDE / 2.0;
    match (least_low <= OUTSIDE, least_high <= OUTSIDE) {
        (false, false) => None,
        (true, false) => Some((Some(OUTSIDE), None)),
        (false, true) => Some((None, Some(OUTSIDE))),
        (true, true) => {
            let low = least_low.max((OUTSIDE - least_high).min(HALF));
            let high = least_high.max(OUTSIDE - low).min(least_high.max(HALF));
            (low + high <= OUTSIDE * (1.0 + 1e-12)).then_some((Some(low), Some(high)))
        }
    }
}

/// The blocks of a jackknife: replication `r` of `replications` belongs to block `block_of(r)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    replications: usize,
    /// Number of blocks.
    pub(super) count: usize,
}

impl Blocks {
    /// As many blocks as replications, but at most [`MOST_BLOCKS`].
    pub(super) fn new(replications: usize) -> Self {
        Self { replications, count: replications.min(MOST_BLOCKS) }
    }

    /// The block of a replication; neighbours share one.
    pub(super) const fn block_of(self, replication: usize) -> usize {
        replication * self.count / self.replications
    }
}

/// A half-width on the log scale below which the jackknife has seen nothing but rounding.
const ROUNDING: f64 = 1e-9;

/// The jackknife's 95 % interval of `statistic`, which is given the block to leave out (or none).
/// With `positive` the interval is made on the log scale. `None` if the whole has no value; no bounds if a part has none, nor where
/// a positive statistic does not change whatever is left out: that is not certainty but a blind spot of the jackknife, such as the
/// variance of a share that was 0 as often as 1.
pub(super) fn jackknife(
    blocks: Blocks,
    positive: bool,
    statistic: impl Fn(Option<usize>) -> Option<f64>,
) -> Option<Interval> {
    let value = statistic(None)?;
    Some(jackknife_error(blocks, positive, &statistic).map_or(Interval::alone(value), |half| {
        if positive {
            let factor = libm::exp(half);
            Interval { value, low: Some(value / factor), high: Some(value * factor) }
        } else {
            Interval { value, low: Some(value - half), high: Some(value + half) }
        }
    }))
}

fn jackknife_error(
    blocks: Blocks,
    positive: bool,
    statistic: &impl Fn(Option<usize>) -> Option<f64>,
) -> Option<f64> {
    if blocks.count < 2 {
        return None;
    }
    let mut parts = Vec::with_capacity(blocks.count);
    for block in 0..blocks.count {
        let part = statistic(Some(block))?;
        if positive && part <= 0.0 {
            return None;
        }
        parts.push(if positive { libm::log(part) } else { part });
    }
    let count = blocks.count as f64;
    let mean = parts.iter().sum::<f64>() / count;
    let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
    let half = (squares * (count - 1.0) / count).sqrt() * t_factor(blocks.count);
    (!positive || half > ROUNDING).then_some(half)
}
