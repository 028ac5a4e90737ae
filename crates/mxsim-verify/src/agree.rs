//! Theory against an interval.
//!
//! The simulator publishes 95 % intervals, and of a hundred of them five miss. So its half-widths are turned back into standard errors,
//! and theory has to lie within as many of them as leave one comparison a false alarm in a million by Student's t. The oracles make fewer
//! than a hundred comparisons, so with fresh seeds a run of all of them would be wrong less than once in 10,000 times (Bonferroni).

use mxsim_core::results::{Estimate, Interval};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Chance of a false alarm of one comparison.
pub const LEVEL: f64 = 1e-6;

/// Jackknife intervals rest on at most this many blocks of replications.
const MOST_BLOCKS: u64 = 50;

/// Two numbers that are equal by construction differ by no more than rounding.
const EXACT: f64 = 1e-9;

/// By which factor a 95 % half-width grows to level [`LEVEL`], with `n` independent values behind it.
///
/// # Panics
/// If `n` is below 2.
#[must_use]
pub fn widening(n: u64) -> f64 {
    let law = StudentsT::new(0.0, 1.0, (n - 1) as f64).expect("two replications at least");
    law.inverse_cdf(1.0 - LEVEL / 2.0) / law.inverse_cdf(0.975)
}

/// The mean of `estimate` over `replications` agrees with `theory`.
///
/// # Panics
/// If it does not.
pub fn assert_mean(what: &str, estimate: &Estimate, replications: u64, theory: f64) {
    let half = estimate.half_width.expect("several replications have a half-width");
    assert_near(what, estimate.mean, half * widening(replications), theory);
}

/// The value of `interval`, a mean or ratio over `replications`, agrees with `theory`.
///
/// # Panics
/// If it does not.
pub fn assert_ratio(what: &str, interval: &Interval, replications: u64, theory: f64) {
    let (low, high) = bounds(what, interval);
    // One side may be cut at 0 or 1.
    let half = (high - interval.value).max(interval.value - low);
    assert_near(what, interval.value, half * widening(replications), theory);
}

/// The value of `interval`, made by a jackknife on the log scale, agrees with `theory`.
///
/// # Panics
/// If it does not.
pub fn assert_positive(what: &str, interval: &Interval, replications: u64, theory: f64) {
    let (_, high) = bounds(what, interval);
    let half = libm::log(high / interval.value);
    let widened = half * widening(replications.min(MOST_BLOCKS));
    assert_near(&format!("{what} (logarithm)"), libm::log(interval.value), widened, libm::log(theory));
}

fn bounds(what: &str, interval: &Interval) -> (f64, f64) {
    match (interval.low, interval.high) {
        (Some(low), Some(high)) => (low, high),
        _ => panic!("{what}: no interval around {}", interval.value),
    }
}

/// `value` is within `half` of `theory`.
///
/// # Panics
/// If it is not.
pub fn assert_near(what: &str, value: f64, half: f64, theory: f64) {
    let off = (value - theory).abs();
    assert!(off <= half + EXACT, "{what}: {value} where theory says {theory}; off by {off}, allowed {half}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of the normal and Student's t: 4.8916 / 1.9600 and, with 49 degrees of freedom, 5.58 / 2.01.
    #[test]
    fn a_million_to_one_is_about_two_and_a_half_half_widths() {
        assert!((widening(1_000_000) - 4.8916 / 1.9600).abs() < 0.001);
        assert!((widening(50) - 2.78).abs() < 0.03, "{}", widening(50));
    }
}
