//! Means of quantities and their differences between scenarios that were simulated side by side, with intervals that hold for all of them together.
//!
//! Replications of two scenarios with the same number share their random numbers. What both have in common falls out of their difference, so the
//! interval comes from the differences of each replication and not from the spread of either scenario. Where a document shows k of them, each
//! interval leaves out 5 % / k (Bonferroni), so that all hold together 19 times in 20.

use super::interval::Ratio;
use super::measure::Value;
use super::special::student_quantile;
use crate::results::{Difference, Interval};

/// Chance left outside all intervals of a family together.
const OUTSIDE: f64 = 0.05;

/// How sure each interval of a family is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    outside: f64,
}

impl Family {
    /// That of a family of so many intervals.
    #[must_use]
    pub fn of(intervals: usize) -> Self {
        Self { outside: OUTSIDE / intervals.max(1) as f64 }
    }

    /// The half-width factor from so many replications.
    fn factor(self, replications: usize) -> f64 {
        student_quantile(1.0 - self.outside / 2.0, replications.saturating_sub(1) as f64)
    }

    /// The mean of a quantity over replications; `None` where no replication has a value.
    #[must_use]
    pub fn mean(self, values: &[Value]) -> Option<Interval> {
        let ratio = Ratio::of(values.iter().copied().map(Option::unwrap_or_default))?;
        Some(self.around(ratio.value, ratio.variance().map(f64::sqrt), values.len()))
    }

    /// By how much `a` is above `b`; `None` where one of them has no value in any replication.
    #[must_use]
    pub fn difference(self, a: &[Value], b: &[Value]) -> Option<Difference> {
        let [first, second] =
            [a, b].map(|values| Ratio::of(values.iter().copied().map(Option::unwrap_or_default)));
        let (first, second) = (first?, second?);
        let (da, db) = (residuals(a, first.value), residuals(b, second.value));
        let count = a.len() as f64;
        let paired: f64 = da.iter().zip(&db).map(|(a, b)| (a - b) * (a - b)).sum();
        let error = (a.len() > 1).then(|| (paired / (count * (count - 1.0))).sqrt());
        let apart = first.variance().zip(second.variance()).map(|(a, b)| (a + b).sqrt());
        let (below, above) = sides(a, b);
        Some(Difference {
            value: self.around(first.value - second.value, error, a.len()),
            narrower: apart.zip(error).and_then(|(apart, paired)| (paired > 0.0).then(|| apart / paired)),
            below,
            above,
        })
    }

    fn around(self, value: f64, error: Option<f64>, replications: usize) -> Interval {
        let half = error.map(|error| error * self.factor(replications));
        Interval { value, low: half.map(|half| value - half), high: half.map(|half| value + half) }
    }
}

/// What each replication adds to the error of a ratio (Cochran 1977, section 6.3): their mean is 0.
fn residuals(values: &[Value], ratio: f64) -> Vec<f64> {
    let bottom: f64 = values.iter().flatten().map(|value| value.1).sum();
    let mean = bottom / values.len() as f64;
    values.iter().map(|value| value.map_or(0.0, |(top, bottom)| (top - ratio * bottom) / mean)).collect()
}

/// The parts of the replications in which `a` is below and above `b`.
fn sides(a: &[Value], b: &[Value]) -> (f64, f64) {
    let of = |value: &Value| value.filter(|(_, bottom)| *bottom > 0.0).map(|(top, bottom)| top / bottom);
    let both: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| of(a).zip(of(b))).collect();
    let part = |is: fn(&(f64, f64)) -> bool| {
        both.iter().filter(|pair| is(pair)).count() as f64 / both.len().max(1) as f64
    };
    (part(|(a, b)| a < b), part(|(a, b)| a > b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(numbers: &[f64]) -> Vec<Value> {
        numbers.iter().map(|number| Some((*number, 1.0))).collect()
    }

    /// What two scenarios share is not in their difference: t of (1, 2, 3) against 100 times the same is that of the differences alone.
    #[test]
    fn what_is_shared_falls_out() {
        let b = [100.0, 200.0, 150.0, 50.0];
        let a: Vec<f64> = b.iter().zip([1.0, 2.0, 3.0, 2.0]).map(|(b, d)| b + d).collect();
        let difference = Family::of(1).difference(&values(&a), &values(&b)).expect("values");
        // Mean 2, standard deviation 0.8165, four of them, t(3) = 3.1824.
        let half = 3.182_446 * 0.816_497 / 2.0;
        assert!((difference.value.value - 2.0).abs() < 1e-9);
        assert!((difference.value.high.expect("a bound") - 2.0 - half).abs() < 1e-5);
        assert!(difference.narrower.expect("a ratio") > 50.0);
        assert_eq!((difference.below, difference.above, difference.sign()), (0.0, 1.0, 1));
    }

    #[test]
    fn more_intervals_are_wider() {
        let some = values(&[1.0, 2.0, 3.0, 5.0]);
        let width = |family: Family| family.mean(&some).and_then(|mean| mean.high).expect("a bound");
        assert!(width(Family::of(20)) > width(Family::of(1)));
        assert_eq!(Family::of(3).mean(&[None, None]), None);
        assert_eq!(Family::of(1).difference(&some, &some).expect("values").sign(), 0);
    }
}
