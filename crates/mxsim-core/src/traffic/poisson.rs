//! Poisson numbers: one of any mean, or very many of one mean from a table.

use crate::random::{Stream, words};
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, Poisson};

/// Weights below this part of the largest are left out of a table: together they are less than 1 in 10^18.
const NEGLIGIBLE: f64 = 1e-21;

/// Bits of a draw that find its slot; more would not fit into the nearest cache of a processor, fewer would split more slots.
const SLOT_BITS: u32 = 14;
/// Draws out of one 64-bit word.
const PER_WORD: usize = 4;
/// Marks a slot that belongs to several numbers.
const SPLIT: u16 = 1 << 15;

/// A Poisson number of any mean (Ahrens and Dieter 1982; small means by Knuth's product).
pub fn poisson(mean: f64, stream: &mut Stream) -> u64 {
    Poisson::new(mean).map_or(0, |law| law.sample(stream) as u64)
}

/// Very many Poisson numbers of one mean, four from each 64-bit word.
///
/// The first 14 of 16 bits name a slot, and almost every slot lies within one number. Where it does not, another word decides
/// between the numbers that share the slot, so that the law is exact to the last of 64 bits.
#[derive(Debug, Clone)]
pub struct PoissonTable {
    mean: f64,
    /// The number that the others count from.
    least: u32,
    /// Per slot: the first number it belongs to, counted from `least`; with [`SPLIT`] if there are more.
    slots: Box<[u16]>,
    /// Per number: the probability of it or a smaller one, out of 2^64.
    up_to: Vec<u64>,
}

impl PoissonTable {
    /// The largest mean of a table: its numbers spread over fewer than `SPLIT`.
    pub const LARGEST_MEAN: f64 = 1e6;

    /// A table for a positive `mean` of at most [`PoissonTable::LARGEST_MEAN`].
    #[must_use]
    pub fn new(mean: f64) -> Self {
        let (least, weights) = weights(mean);
        let up_to = cumulated(&weights);
        Self { mean, least, slots: slots(&up_to), up_to }
    }

    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Adds a number of its own to each of `sums` and gives the sum of them all.
    pub fn add_to(&self, sums: &mut [u32], stream: &mut Stream) -> u64 {
        sums.chunks_mut(BATCH).map(|sums| self.add_batch(sums, stream)).sum()
    }

    /// The same for at most [`BATCH`] numbers.
    fn add_batch(&self, sums: &mut [u32], stream: &mut Stream) -> u64 {
        let words: [u64; BATCH / PER_WORD] = words(stream);
        let (mut split, mut splits, mut total) = ([0u8; BATCH], 0, 0u64);
        for (place, sum) in sums.iter_mut().enumerate() {
            let slot = self.slots[usize::from(draw(&words, place) >> (16 - SLOT_BITS))];
            let number = self.least + u32::from(slot & !SPLIT);
            *sum += number;
            total += u64::from(number);
            // Noted without a branch, because it cannot be foreseen.
            split[splits] = place as u8;
            splits += usize::from(slot >= SPLIT);
        }
        for &place in &split[..splits] {
            let more = self.further(draw(&words, usize::from(place)), stream.next_u64());
            sums[usize::from(place)] += more;
            total += u64::from(more);
        }
        total
    }

    /// How far a draw lies beyond the first number of its slot, which is split.
    #[inline]
    fn further(&self, draw: u16, finer: u64) -> u32 {
        // Below the last number's, so that the search ends.
        let exact = ((u64::from(draw) << 48) | (finer >> 16)).min(u64::MAX - 1);
        let first = usize::from(self.slots[usize::from(draw >> (16 - SLOT_BITS))] & !SPLIT);
        // Most slots that are split are split in two.
        let mut number = first + usize::from(self.up_to[first] <= exact);
        while self.up_to[number] <= exact {
            number += 1;
        }
        (number - first) as u32
    }
}

/// Numbers drawn at once.
const BATCH: usize = 128;

/// The 16 bits that draw the number at `place`.
#[inline]
const fn draw(words: &[u64; BATCH / PER_WORD], place: usize) -> u16 {
    (words[place / PER_WORD] >> (place % PER_WORD * 16)) as u16
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

/// The probabilities out of 2^64 of each number or a smaller one; the last is certain.
fn cumulated(weights: &[f64]) -> Vec<u64> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let mut up_to: Vec<u64> = weights
        .iter()
        .map(|weight| {
            sum += weight;
            // 2^64 as a float; `as` stops at the largest number.
            (sum / total * 18_446_744_073_709_551_616.0) as u64
        })
        .collect();
    up_to.pop();
    up_to.push(u64::MAX);
    up_to
}

fn slots(up_to: &[u64]) -> Box<[u16]> {
    const WIDTH: u64 = 1 << (64 - SLOT_BITS);
    let mut number = 0usize;
    (0..1 << SLOT_BITS)
        .map(|slot: u64| {
            let (first, last) = (slot * WIDTH, slot * WIDTH + (WIDTH - 1));
            while up_to[number] <= first {
                number += 1;
            }
            let is_split = up_to[number] <= last && number + 1 < up_to.len();
            number as u16 | if is_split { SPLIT } else { 0 }
        })
        .collect()
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
        for (i, mean) in [0.01, 0.9, 3.86, 38.6, 700.0, 50_000.0].into_iter().enumerate() {
            let bound = |freedom: f64| freedom + 2.0 * (11.6 * freedom).sqrt() + 23.2;
            let mut numbers = vec![0; n as usize];
            let sum = PoissonTable::new(mean).add_to(&mut numbers, &mut stream(i as u64));
            assert_eq!(sum, numbers.iter().copied().map(u64::from).sum::<u64>());
            let mut numbers = numbers.into_iter();
            let (chi, freedom) = chi_square(mean, n, || numbers.next().map_or(0, u64::from));
            assert!(chi < bound(freedom), "table of mean {mean}: {chi} with {freedom}");
            let mut words = stream(100 + i as u64);
            let (chi, freedom) = chi_square(mean, n, || poisson(mean, &mut words));
            assert!(chi < bound(freedom), "mean {mean}: {chi} with {freedom}");
        }
    }
}
