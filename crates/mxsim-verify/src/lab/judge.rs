//! How unusual a recording is among simulations of the same run.
//!
//! All statistics of a run are judged together: a *surprise* is worked out for each from a first batch of simulations (how far into a tail
//! the value lies, and beyond the batch how many standard deviations further), and the largest is the surprise of the run. Whether that is
//! unusual is told by a second batch, of which each member has a surprise of its own (a Monte Carlo test in the sense of Barnard 1963, on the
//! minimum p of Westfall and Young 1993): dependent statistics and many of them cost nothing in level.

use mxsim_core::random::Key;

/// Simulations of the first batch.
pub const FIRST_BATCH: usize = 500;
/// Simulations of the second batch.
pub const SECOND_BATCH: usize = 1_000;

/// The first batch, statistic by statistic.
#[derive(Debug, Clone)]
pub struct Scale(Vec<Column>);

#[derive(Debug, Clone)]
struct Column {
    sorted: Vec<f64>,
    deviation: f64,
}

impl Column {
    fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let constant = values.first() == values.last();
        Self { sorted: values, deviation: if constant { 0.0 } else { square.sqrt() } }
    }

    fn surprise(&self, value: f64) -> f64 {
        let n = self.sorted.len();
        let below = self.sorted.partition_point(|&other| other <= value);
        let above = n - self.sorted.partition_point(|&other| other < value);
        let (least, most) = (self.sorted[0], self.sorted[n - 1]);
        match below.min(above) {
            0 if self.deviation == 0.0 => f64::INFINITY,
            0 => libm::log10(n as f64) + (least - value).max(value - most) / self.deviation,
            tail => -libm::log10((2.0 * tail as f64 / n as f64).min(1.0)),
        }
    }
}

impl Scale {
    /// The scale of these simulations, each with its values in the order of the statistics.
    #[must_use]
    pub fn of(simulations: &[Vec<f64>]) -> Self {
        let statistics = simulations.first().map_or(0, Vec::len);
        let column = |i| Column::new(simulations.iter().map(|values| values[i]).collect());
        Self((0..statistics).map(column).collect())
    }

    /// The largest surprise of these values, and in which statistic.
    #[must_use]
    pub fn surprise(&self, values: &[f64]) -> (f64, usize) {
        let each =
            self.0.iter().zip(values).enumerate().map(|(i, (column, &value))| (column.surprise(value), i));
        each.fold((0.0, 0), |most, one| if one.0 > most.0 { one } else { most })
    }
}

/// A model of a run: scale, and surprises of the second batch.
#[derive(Debug, Clone)]
pub struct Band {
    scale: Scale,
    /// In order.
    surprises: Vec<f64>,
}

impl Band {
    /// The band of both batches.
    #[must_use]
    pub fn of(first: &[Vec<f64>], second: &[Vec<f64>]) -> Self {
        let scale = Scale::of(first);
        let mut surprises: Vec<f64> = second.iter().map(|values| scale.surprise(values).0).collect();
        surprises.sort_by(f64::total_cmp);
        Self { scale, surprises }
    }

    /// The p-value of a run, and the statistic that surprises most.
    #[must_use]
    pub fn p(&self, values: &[f64]) -> (f64, usize) {
        let (surprise, statistic) = self.scale.surprise(values);
        (self.p_of(surprise), statistic)
    }

    fn p_of(&self, surprise: f64) -> f64 {
        let below = self.surprises.partition_point(|&other| other < surprise);
        (self.surprises.len() - below + 1) as f64 / (self.surprises.len() + 1) as f64
    }

    /// The surprise of a run.
    #[must_use]
    pub fn surprise(&self, values: &[f64]) -> f64 {
        self.scale.surprise(values).0
    }

    /// True if no simulation of the second batch is as surprising: level 1 in [`SECOND_BATCH`] + 1.
    #[must_use]
    pub fn rejects(&self, values: &[f64]) -> bool {
        self.surprises.last().is_none_or(|&most| self.scale.surprise(values).0 > most)
    }

    /// The largest surprise of the second batch.
    #[must_use]
    pub fn most_surprising(&self) -> f64 {
        self.surprises.last().copied().unwrap_or_default()
    }

    /// Adds to the second batch.
    pub fn extend(&mut self, more: &[Vec<f64>]) {
        self.surprises.extend(more.iter().map(|values| self.scale.surprise(values).0));
        self.surprises.sort_by(f64::total_cmp);
    }

    /// Size of the second batch.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.surprises.len()
    }
}

/// Where a value lies in a sample: uniform on 0..1 if it comes from the same law, whatever its ties, because chance breaks them.
#[must_use]
pub fn place(value: f64, sample: impl Iterator<Item = f64>, draw: Key) -> f64 {
    let (mut below, mut equal, mut n) = (0.0, 1.0, 1.0);
    for other in sample {
        below += f64::from(u8::from(other < value));
        equal += f64::from(u8::from(other == value));
        n += 1.0;
    }
    (below + draw.unit() * equal) / n
}

/// Two-sided p-value of a place.
#[must_use]
pub fn two_sided(place: f64) -> f64 {
    2.0 * place.min(1.0 - place)
}

/// The chance that `n` uniform numbers lie as far from uniform as these (Kolmogorov-Smirnov). Stephens 1970 turns the statistic into one of
/// the limiting law, which is right to a hundredth from n = 5 on.
#[must_use]
pub fn kolmogorov(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 1.0;
    }
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let gap = |(i, value): (usize, &f64)| ((i as f64 + 1.0) / n - value).max(value - i as f64 / n);
    let largest = values.iter().enumerate().map(gap).fold(0.0, f64::max);
    let t = largest * (n.sqrt() + 0.12 + 0.11 / n.sqrt());
    let term = |k: i32| sign(k) * libm::exp(-2.0 * f64::from(k * k) * t * t);
    if t < 0.2 { 1.0 } else { (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0) }
}

fn sign(k: i32) -> f64 {
    if k % 2 == 1 { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::random::{Entropy, Purpose, StreamId};

    fn key() -> Key {
        Entropy::new(7, 0).key(StreamId::new("judge", Purpose::Process))
    }

    /// A coin tossed 40 times, twice, and a constant.
    fn toss(n: u64) -> Vec<f64> {
        let heads =
            |of: u64| (0..40).filter(|&i| key().child(n).child(of).child(i).unit() < 0.5).count() as f64;
        vec![heads(0), heads(1), 3.0]
    }

    fn band() -> Band {
        let all: Vec<Vec<f64>> = (0..1_500).map(toss).collect();
        Band::of(&all[..FIRST_BATCH], &all[FIRST_BATCH..])
    }

    /// Theory: p of the same law is uniform but for ties, which only raise it. n = 1,000: the part at or below 0.1 stays below 0.1 + 4.9 standard
    /// errors at 1 in 1,000,000.
    #[test]
    fn the_same_law_is_rejected_as_often_as_it_says() {
        let band = band();
        let low = (10_000..11_000).filter(|&n| band.p(&toss(n)).0 <= 0.1).count();
        assert!(low < 147, "{low} of 1,000 at or below 0.1");
    }

    #[test]
    fn what_never_comes_out_is_rejected() {
        let band = band();
        assert!(band.rejects(&[20.0, 20.0, 4.0]), "a constant is not what it was");
        assert!(band.rejects(&[40.0, 20.0, 3.0]), "40 heads");
        assert_eq!(band.p(&[40.0, 20.0, 3.0]).1, 0);
        assert!(!band.rejects(&[20.0, 20.0, 3.0]));
    }

    /// Theory: places are uniform although tosses tie. n = 2,000; p of Kolmogorov's test is below one in a million once in a million seeds.
    #[test]
    fn places_of_discrete_statistics_are_uniform() {
        let sample: Vec<f64> = (0..1_500).map(|n| toss(n)[0]).collect();
        let place = |n| place(toss(n)[0], sample.iter().copied(), key().child(n).child(9));
        let places: Vec<f64> = (20_000..20_400).map(place).collect();
        assert!(kolmogorov(places.clone()) > 1e-6);
        let squeezed = places.iter().map(|place| place * place).collect();
        assert!(kolmogorov(squeezed) < 1e-6, "and what is not uniform is found out");
    }

    /// Kolmogorov's law: at 1.36 about 5 %, at 1.95 about 1 in 1,000.
    #[test]
    fn kolmogorov_gives_the_known_tails() {
        let n = 1_000_000;
        let shifted =
            |by: f64| (0..n).map(|i| ((f64::from(i) + 0.5) / f64::from(n) + by / 1_000.0).min(1.0)).collect();
        assert!((kolmogorov(shifted(1.358)) - 0.05).abs() < 0.002);
        assert!((kolmogorov(shifted(1.949)) - 0.001).abs() < 0.0001);
    }
}
