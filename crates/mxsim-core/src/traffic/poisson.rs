//! Poisson numbers: one of any mean, or very many of one mean from a table.

use crate::random::Stream;
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, Poisson};

/// Weights below this part of the largest are left out of a table: together they are less than 1 in 10^18.
const NEGLIGIBLE: f64 = 1e-21;

/// A Poisson number of any mean (Ahrens and Dieter 1982; small means by Knuth's product).
pub fn poisson(mean: f64, stream: &mut Stream) -> u64 {
    Poisson::new(mean).map_or(0, |law| law.sample(stream) as u64)
}

/// Poisson numbers of one mean, each from one 64-bit word (alias method: Walker 1977, built as by Vose 1991).
#[derive(Debug, Clone)]
pub struct PoissonTable {
    mean: f64,
    /// The number of the first column.
    least: u32,
    /// Threshold out of 2^64, and the column taken above it.
    columns: Vec<(u64, u32)>,
}

impl PoissonTable {
    /// A table for a positive `mean`.
    #[must_use]
    pub fn new(mean: f64) -> Self {
        let (least, weights) = weights(mean);
        Self { mean, least, columns: columns(&weights) }
    }

    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The number for 64 uniform bits.
    #[must_use]
    #[inline]
    pub fn pick(&self, word: u64) -> u32 {
        let wide = u128::from(word) * self.columns.len() as u128;
        let column = (wide >> 64) as u32;
        let (threshold, other) = self.columns[column as usize];
        self.least + if (wide as u64) < threshold { column } else { other }
    }

    /// Puts a number of its own into each of `numbers` and gives their sum.
    pub fn fill(&self, numbers: &mut [u32], stream: &mut Stream) -> u64 {
        let mut sum = 0;
        for number in numbers {
            *number = self.pick(stream.next_u64());
            sum += u64::from(*number);
        }
        sum
    }
}

/// The least number and the relative weights from it on, by p(k + 1) / p(k) = mean / (k + 1).
fn weights(mean: f64) -> (u32, Vec<f64>) {
    let mode = mean as u32;
    let mut weights = Vec::new();
    let (mut k, mut weight) = (mode, 1.0);
    while weight > NEGLIGIBLE && k > 0 {
        weight *= f64::from(k) / mean;
        k -= 1;
        weights.push(weight);
    }
    weights.reverse();
    weights.push(1.0);
    let (mut above, mut weight) = (mode, 1.0);
    while weight > NEGLIGIBLE {
        above += 1;
        weight *= mean / f64::from(above);
        weights.push(weight);
    }
    (k, weights)
}

fn columns(weights: &[f64]) -> Vec<(u64, u32)> {
    let scale = weights.len() as f64 / weights.iter().sum::<f64>();
    let mut scaled: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
    let mut columns: Vec<(u64, u32)> = (0..weights.len() as u32).map(|i| (u64::MAX, i)).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|&i| scaled[i] < 1.0);
    while let (Some(low), Some(&high)) = (small.pop(), large.last()) {
        // 2^64 as a float; `as` stops at the largest number.
        columns[low] = ((scaled[low] * 18_446_744_073_709_551_616.0) as u64, high as u32);
        scaled[high] -= 1.0 - scaled[low];
        if scaled[high] < 1.0 {
            large.pop();
            small.push(high);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};
    use std::collections::BTreeMap;

    fn stream(n: u64) -> Stream {
        Entropy::new(21, n).stream(StreamId::new("poisson", Purpose::Placement))
    }

    /// Probability of `k` at mean `mean`.
    fn probability(mean: f64, k: u64) -> f64 {
        libm::exp(k as f64 * libm::log(mean) - mean - libm::lgamma(k as f64 + 1.0))
    }

    /// Chi-square of `n` numbers against theory, over the numbers expected at least 20 times, and its degrees of freedom.
    fn chi_square(mean: f64, n: u64, mut draw: impl FnMut() -> u64) -> (f64, f64) {
        let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
        for _ in 0..n {
            *seen.entry(draw()).or_default() += 1;
        }
        let (mut chi, mut freedom, mut rest) = (0.0, 0.0, (n as f64, n as f64));
        for k in 0..(mean * 3.0) as u64 + 50 {
            let expected = n as f64 * probability(mean, k);
            if expected >= 20.0 {
                let count = *seen.get(&k).unwrap_or(&0) as f64;
                chi += (count - expected).powi(2) / expected;
                rest = (rest.0 - count, rest.1 - expected);
                freedom += 1.0;
            }
        }
        (chi + (rest.0 - rest.1).powi(2) / rest.1.max(1.0), freedom)
    }

    /// Theory: Poisson. n = 400,000 for each mean. Chi-square with f degrees of freedom stays below f + 2 sqrt(11.6 f) + 23.2 but for
    /// exp(-11.6), less than 1 in 100,000 (Laurent and Massart 2000, lemma 1).
    #[test]
    fn tables_and_single_draws_are_poisson() {
        let n = 400_000;
        for (i, mean) in [0.01, 0.9, 3.86, 38.6, 700.0].into_iter().enumerate() {
            let bound = |freedom: f64| freedom + 2.0 * (11.6 * freedom).sqrt() + 23.2;
            let table = PoissonTable::new(mean);
            let mut words = stream(i as u64);
            let (chi, freedom) = chi_square(mean, n, || u64::from(table.pick(words.next_u64())));
            assert!(chi < bound(freedom), "table of mean {mean}: {chi} with {freedom}");
            let mut words = stream(100 + i as u64);
            let (chi, freedom) = chi_square(mean, n, || poisson(mean, &mut words));
            assert!(chi < bound(freedom), "mean {mean}: {chi} with {freedom}");
        }
    }
}
