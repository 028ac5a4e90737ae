//! Whole numbers of which each replication has one, and how many of the replications meet something.

use super::interval::{fraction, quantile_bounds};
use crate::results::Interval;

/// The smallest of `values`, one per replication, that is enough for the part `p` of them, with its 95 % interval; a bound that so few replications
/// cannot give is missing. `None` without values.
pub(crate) fn enough_for(values: &[u32], p: f64) -> Option<Interval> {
    let mut rising = values.to_vec();
    rising.sort_unstable();
    let last = rising.len().checked_sub(1)?;
    let at = |rank: f64| f64::from(rising[(rank.max(1.0) as usize - 1).min(last)]);
    let n = rising.len() as f64;
    // Ranks of whole numbers: down for the lower bound, up for the upper.
    let [low, high] = quantile_bounds(p, n);
    let value = at((p * n - 1e-9).ceil());
    Some(Interval {
        value,
        low: low.map(|fraction| at((fraction * (n + 1.0)).floor()).min(value)),
        high: high.map(|fraction| at((fraction * (n + 1.0)).ceil()).max(value)),
    })
}

/// The fewest replications that say from above what the part `p` of all days stays below, 19 times in 20: with fewer, the largest that was
/// seen is too small too often.
pub(crate) fn replications_for(p: f64) -> u64 {
    (libm::log(0.05) / libm::log(p)).ceil() as u64
}

/// The part of the replications that meet something, with its 95 % interval.
pub(crate) fn part(met: &[bool]) -> Interval {
    let counts: Vec<(f64, f64)> = met.iter().map(|met| (f64::from(u8::from(*met)), 1.0)).collect();
    fraction(&counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_for_nine_of_ten_is_the_ninth() {
        let values: Vec<u32> = (1..=10).rev().collect();
        let enough = enough_for(&values, 0.9).expect("values");
        assert_eq!((enough.value, enough.high), (9.0, None), "ten days say nothing of the worst");
        assert_eq!(enough_for(&[7], 0.5).map(|only| only.value), Some(7.0));
        assert_eq!(enough_for(&[], 0.5), None);
    }

    /// 0.95^59 = 0.0485, 0.99^299 = 0.0495.
    #[test]
    fn so_many_days_bound_the_worst() {
        assert_eq!((replications_for(0.95), replications_for(0.99)), (59, 299));
        let values: Vec<u32> = (0..59).collect();
        assert_eq!(enough_for(&values, 0.95).and_then(|enough| enough.high), Some(58.0));
        assert_eq!(enough_for(&values[..58], 0.95).and_then(|enough| enough.high), None);
    }
}
