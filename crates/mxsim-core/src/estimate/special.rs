//! Quantiles of the laws that intervals are built from.
//!
//! Textbook functions, kept here because a result document must not depend on a platform's math library: logarithms come from libm, and
//! the incomplete beta function takes as many terms as a million replications need (library versions stop after about 140, which is
//! enough for some ten thousand only).

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The standard normal quantile.
pub(super) fn normal_quantile(probability: f64) -> f64 {
    -std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * probability)
}

/// Degrees of freedom from which the expansion of [`student_quantile`] is good to nine digits.
const MANY_DEGREES: f64 = 200.0;

/// Quantile of Student's t law; infinite without degrees of freedom.
///
/// For many degrees of freedom by the expansion in their reciprocal (Abramowitz and Stegun 26.7.5).
pub(super) fn student_quantile(probability: f64, degrees: f64) -> f64 {
    if degrees < MANY_DEGREES {
        return StudentsT::new(0.0, 1.0, degrees).map_or(f64::INFINITY, |law| law.inverse_cdf(probability));
    }
    let z = normal_quantile(probability);
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / degrees) / degrees) / degrees
}

/// The half-width factor of a 95 % interval from `replications` independent values.
pub(super) fn t_factor(replications: usize) -> f64 {
    student_quantile(0.975, replications.saturating_sub(1) as f64)
}

/// Quantile of the beta law; its end points where a parameter vanishes.
pub(super) fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    if a <= 0.0 {
        return 0.0;
    }
    if b <= 0.0 {
        return 1.0;
    }
    bisect(|x| beta_cdf(a, b, x) < probability)
}

/// The point of (0, 1) where `below` turns false; `below` must be true first and false after.
pub(super) fn bisect(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // 60 halvings reach the spacing of numbers near 1.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Distribution function of the beta law (the regularised incomplete beta function), for positive `a` and `b`.
pub(super) fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let log_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(log_front);
    // The fraction converges fast on this side of the mean only.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method (Press et al., Numerical Recipes, section 6.4).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    // The number of terms grows with the root of the larger parameter; this is enough for 10^7.
    for term in 1..20_000 {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        result *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from the usual tables (NIST e-Handbook 1.3.6.7.2), to their digits.
    #[test]
    fn student_quantiles_agree_with_the_tables() {
        for (degrees, table) in [(1.0, 12.706), (5.0, 2.571), (39.0, 2.023), (99.0, 1.984), (1e6, 1.960)] {
            let value = student_quantile(0.975, degrees);
            assert!((value - table).abs() < 6e-4, "{degrees}: {value}");
        }
        let (below, above) = (student_quantile(0.975, 199.999), student_quantile(0.975, 200.001));
        assert!((below - above).abs() < 1e-6, "{below} {above}");
        assert!(student_quantile(0.975, 0.0).is_infinite());
    }

    /// Beta(k, n - k + 1) at x is the chance of at least k successes in n trials of probability x.
    #[test]
    fn the_beta_law_is_the_binomial_tail() {
        let (n, x) = (12u32, 0.3f64);
        let mut term = (1.0 - x).powi(12);
        let mut tail = 1.0;
        for k in 1..=n {
            tail -= term;
            term *= f64::from(n - k + 1) / f64::from(k) * x / (1.0 - x);
            let beta = beta_cdf(f64::from(k), f64::from(n - k + 1), x);
            assert!((beta - tail).abs() < 1e-12, "{k}: {beta} {tail}");
        }
    }

    #[test]
    fn quantiles_invert_the_law_for_small_and_huge_parameters() {
        for (a, b) in [(0.5, 0.5), (40.0, 1.0), (1.0, 40.0), (3e4, 2e3), (5e6, 5e6)] {
            for probability in [0.005, 0.3, 0.975] {
                let back = beta_cdf(a, b, beta_quantile(a, b, probability));
                assert!((back - probability).abs() < 1e-6, "{a} {b} {probability}: {back}");
            }
        }
        // Beta(n, 1) has distribution function x^n.
        assert!((beta_quantile(160.0, 1.0, 0.005) - libm::pow(0.005, 1.0 / 160.0)).abs() < 1e-12);
    }
}
