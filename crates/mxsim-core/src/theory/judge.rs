//! Whether counts per node are luck: goodness of fit when the mail comes from a number of equal, independent choosers.
//!
//! Messages that one chooser brings all go to one node, so counts of M messages from N choosers scatter as counts of N would. Pearson's
//! statistic of the messages, divided by the design effect M / N, is then the statistic of the choosers (Brier 1980, *Biometrika* 67, on
//! counts that come in clusters; the first-order correction of Rao and Scott 1981, *JASA* 76). Its law is that of a multinomial of N:
//! enumerated while there are few ways to place the choosers, else a gamma law with the exact mean n - 1 and the exact variance
//! 2 (n - 1) + (sum of 1/f - n^2 - 2n + 2) / N (Haldane 1937, *Biometrika* 29), which tends to chi-square for large N.
//!
//! Main type: [`Fit`].

use statrs::function::erf::erfc_inv;
use statrs::function::gamma::checked_gamma_ur;

/// Ways to place the choosers up to which they are enumerated: a fraction of a second at most.
const MOST_WAYS: f64 = 200_000.0;

/// Relative slack when two statistics are compared: equal splits in another order must count as equal.
const SLACK: f64 = 1e-9;

/// Counts per node beside their fair shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    counts: Vec<u64>,
    fair: Vec<f64>,
}

/// How a chance was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All ways to place the choosers were enumerated.
    ExactMultinomial,
    /// A gamma law with the exact mean and variance of the statistic.
    MomentMatched,
}

/// The chance of a split at least as uneven, and how it was computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// Probability, 0..1.
    pub p_value: f64,
    /// How it was computed.
    pub method: Method,
}

impl Fit {
    /// Counts of messages and relative fair shares (`weights`), one of each per node.
    ///
    /// `None` unless there are at least two nodes, as many weights as counts, a message at all, and every weight is finite and above 0.
    #[must_use]
    pub fn new(counts: &[u64], weights: &[f64]) -> Option<Self> {
        let positive = weights.iter().all(|weight| weight.is_finite() && *weight > 0.0);
        let total: f64 = weights.iter().sum();
        let some_mail = counts.iter().any(|count| *count > 0);
        let sound = counts.len() >= 2 && counts.len() == weights.len() && positive && some_mail;
        let fair = weights.iter().map(|weight| weight / total).collect();
        sound.then(|| Self { counts: counts.to_vec(), fair })
    }

    /// Fair share of each node; they add up to 1.
    #[must_use]
    pub fn fair_shares(&self) -> &[f64] {
        &self.fair
    }

    /// All messages.
    #[must_use]
    pub fn messages(&self) -> f64 {
        self.counts.iter().map(|count| *count as f64).sum()
    }

    /// Share of each node.
    pub fn shares(&self) -> impl Iterator<Item = f64> {
        let messages = self.messages();
        self.counts.iter().map(move |count| *count as f64 / messages)
    }

    /// Pearson's statistic if each of `choosers` brought equally many of these messages; without a design effect if that is all of them.
    #[must_use]
    pub fn chi_square(&self, choosers: f64) -> f64 {
        let parts = self.shares().zip(&self.fair).map(|(share, fair)| (share - fair) * (share - fair) / fair);
        choosers * parts.sum::<f64>()
    }

    /// The chance that `choosers` equal, independent choosers split at least as unevenly. At most one per message counts.
    #[must_use]
    pub fn chance(&self, choosers: u64) -> Chance {
        let choosers = (choosers.max(1) as f64).min(self.messages());
        self.chance_of(self.chi_square(choosers), choosers)
    }

    /// The chance of the most uneven split there can be: all mail on the node with the smallest fair share. Where even that is not rare,
    /// no split can look wrong.
    #[must_use]
    pub fn least_chance(&self, choosers: u64) -> f64 {
        let choosers = (choosers.max(1) as f64).min(self.messages());
        let least = self.fair.iter().copied().fold(1.0, f64::min);
        self.chance_of(choosers * (1.0 / least - 1.0), choosers).p_value
    }

    fn chance_of(&self, statistic: f64, choosers: f64) -> Chance {
        if ways(choosers, self.fair.len()) <= MOST_WAYS {
            let p_value = exact(&self.fair, choosers as u32, statistic);
            return Chance { p_value, method: Method::ExactMultinomial };
        }
        let p_value = moment_matched(&self.fair, choosers, statistic);
        Chance { p_value, method: Method::MomentMatched }
    }

    /// From how many choosers on the split is rarer than `level`: with fewer it is luck. `None` if it is luck even when each message
    /// chooses for itself.
    ///
    /// Found by halving; for very few choosers the chance goes down in steps that are not quite monotone, and this is one of them.
    #[must_use]
    pub fn break_even(&self, level: f64) -> Option<u64> {
        let luck = |choosers| self.chance(choosers).p_value >= level;
        let (mut few, mut many) = (1, self.messages() as u64);
        if luck(many) {
            return None;
        }
        while many - few > 1 {
            let middle = few + (many - few) / 2;
            if luck(middle) { few = middle } else { many = middle }
        }
        Some(many)
    }

    /// Intervals that hold the long-run share of every node together with the chance `confidence` (Goodman 1965, *Technometrics* 7:
    /// Wilson's score interval at the level divided by the number of nodes), for `choosers` choosers, at most one per message.
    #[must_use]
    pub fn intervals(&self, choosers: u64, confidence: f64) -> Vec<[f64; 2]> {
        let n = (choosers.max(1) as f64).min(self.messages());
        let tail = (1.0 - confidence) / self.counts.len() as f64;
        let z2 = 2.0 * erfc_inv(tail) * erfc_inv(tail);
        self.shares().map(|share| wilson(share, n, z2)).collect()
    }
}

/// Wilson's score interval (1927) for a share seen among `n`, `z2` the square of the normal quantile.
fn wilson(share: f64, n: f64, z2: f64) -> [f64; 2] {
    let middle = share + z2 / (2.0 * n);
    let reach = (z2 * (share * (1.0 - share) + z2 / (4.0 * n)) / n).sqrt();
    let scale = 1.0 + z2 / n;
    [((middle - reach) / scale).clamp(0.0, share), ((middle + reach) / scale).clamp(share, 1.0)]
}

/// Ways to place `choosers` on `nodes`: the binomial coefficient of choosers + nodes - 1 over nodes - 1, or so much that it is too many.
fn ways(choosers: f64, nodes: usize) -> f64 {
    let mut ways = 1.0;
    for k in 1..nodes {
        ways *= (choosers + k as f64) / k as f64;
        if ways > MOST_WAYS {
            return f64::INFINITY;
        }
    }
    ways
}

/// The chance of a statistic of at least `statistic`, by enumeration of all counts of `choosers`.
fn exact(fair: &[f64], choosers: u32, statistic: f64) -> f64 {
    let lists = Terms::of(fair, choosers);
    let all = libm::lgamma(f64::from(choosers) + 1.0);
    lists.tail(0, choosers, all, statistic * (1.0 - SLACK) - SLACK).clamp(0.0, 1.0)
}

/// For every node and count what it adds to the logarithm of the chance and to the statistic.
struct Terms(Vec<Vec<(f64, f64)>>);

impl Terms {
    fn of(fair: &[f64], choosers: u32) -> Self {
        let term = |fair: f64, k: u32| {
            let (k, expected) = (f64::from(k), fair * f64::from(choosers));
            let log = k * libm::log(fair) - libm::lgamma(k + 1.0);
            (log, (k - expected) * (k - expected) / expected)
        };
        Self(fair.iter().map(|fair| (0..=choosers).map(|k| term(*fair, k)).collect()).collect())
    }

    /// Chance of all counts of the nodes from `node` on that leave nothing of `left` and add at least `wanted` to the statistic.
    fn tail(&self, node: usize, left: u32, log: f64, wanted: f64) -> f64 {
        let terms = &self.0[node];
        if node + 1 == self.0.len() {
            let (own, statistic) = terms[left as usize];
            return if statistic >= wanted { libm::exp(log + own) } else { 0.0 };
        }
        let ahead = |k: u32| {
            let (own, statistic) = terms[k as usize];
            self.tail(node + 1, left - k, log + own, wanted - statistic)
        };
        (0..=left).map(ahead).sum()
    }
}

/// The same by a gamma law with the exact mean and variance.
fn moment_matched(fair: &[f64], choosers: f64, statistic: f64) -> f64 {
    let n = fair.len() as f64;
    let reciprocals: f64 = fair.iter().map(|fair| 1.0 / fair).sum();
    let mean = n - 1.0;
    let variance = 2.0 * mean + (reciprocals - n * n - 2.0 * n + 2.0) / choosers;
    if statistic <= 0.0 {
        return 1.0;
    }
    // Gamma with shape mean^2 / variance and scale variance / mean; far out the series gives up, and the chance is nothing.
    checked_gamma_ur(mean * mean / variance, statistic * mean / variance).unwrap_or(0.0).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(counts: &[u64], weights: &[f64]) -> Fit {
        Fit::new(counts, weights).expect("a fit")
    }

    fn even(counts: &[u64]) -> Fit {
        fit(counts, &vec![1.0; counts.len()])
    }

    /// By hand: two fair nodes and 10 messages, 9 to 1. Binomial: P(at least 9 or at most 1) = 2 (10 + 1) / 1024.
    #[test]
    fn two_nodes_are_a_binomial() {
        let chance = even(&[9, 1]).chance(10);
        assert_eq!(chance.method, Method::ExactMultinomial);
        assert!((chance.p_value - 22.0 / 1024.0).abs() < 1e-12, "{chance:?}");
    }

    /// By hand: three messages on three nodes. All on one: 3 / 27; two and one: 18 / 27; one each: 6 / 27.
    #[test]
    fn three_messages_on_three_nodes_are_counted_by_hand() {
        for (counts, ways) in [([3, 0, 0], 3.0), ([1, 2, 0], 21.0), ([1, 1, 1], 27.0)] {
            let p_value = even(&counts).chance(3).p_value;
            assert!((p_value - ways / 27.0).abs() < 1e-12, "{counts:?}: {p_value}");
        }
        assert!((even(&[1, 1, 1]).least_chance(3) - 3.0 / 27.0).abs() < 1e-12);
    }

    /// By hand: weights 1 and 3, two messages, both on the light node: 1/16; chi-square (2 - 0.5)^2 / 0.5 + (0 - 1.5)^2 / 1.5 = 6.
    #[test]
    fn weights_are_fair_shares() {
        let light = fit(&[2, 0], &[1.0, 3.0]);
        assert!((light.chi_square(2.0) - 6.0).abs() < 1e-12);
        assert!((light.chance(2).p_value - 1.0 / 16.0).abs() < 1e-12);
    }

    /// By hand: 410, 290, 300 give 26.6; with two degrees of freedom P = e^(-26.6 / 2), and the level 5 % is reached at 5.991 / 0.0266 = 225.3
    /// choosers. The gamma law differs from chi-square by 1/N here.
    #[test]
    fn the_example_of_the_manual() {
        let example = even(&[410, 290, 300]);
        assert!((example.chi_square(1000.0) - 26.6).abs() < 1e-9);
        let p_value = example.chance(1000).p_value;
        assert!((0.9..1.1).contains(&(p_value / libm::exp(-13.3))), "{p_value}");
        let limit = example.break_even(0.05).expect("not the luck of messages");
        assert!((220..=230).contains(&limit), "{limit}");
        assert!(example.chance(limit).p_value < 0.05 && example.chance(limit - 1).p_value >= 0.05);
        assert_eq!(even(&[340, 330, 330]).break_even(0.05), None);
    }

    #[test]
    fn more_choosers_than_messages_are_as_many_as_messages() {
        let example = even(&[41, 29, 30]);
        assert_eq!(example.chance(100), example.chance(u64::MAX));
        assert_eq!(example.chance(0), example.chance(1));
        assert_eq!(example.chance(1).p_value, 1.0);
    }

    /// Chance must not jump where enumeration ends: 630 choosers on three nodes are few ways, 632 are many.
    #[test]
    fn both_methods_agree_where_they_meet() {
        let fit = even(&[360_000, 300_000, 340_000]);
        let (exact, matched) = (fit.chance(625), fit.chance(650));
        assert_eq!((exact.method, matched.method), (Method::ExactMultinomial, Method::MomentMatched));
        let at_same = moment_matched(&fit.fair, 625.0, fit.chi_square(625.0));
        assert!((exact.p_value - at_same).abs() < 0.003, "{} {at_same}", exact.p_value);
    }

    /// By hand: Wilson 1927 for 8 of 10 at 95 %: 0.4902 to 0.9433. Goodman's for one of two nodes takes 97.5 %.
    #[test]
    fn intervals_are_scores() {
        let [low, high] = wilson(0.8, 10.0, 1.959_963_985 * 1.959_963_985);
        assert!((low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4, "{low} {high}");
        let joint = even(&[8, 2]).intervals(10, 0.95)[0];
        let alone = wilson(0.8, 10.0, 2.241_402_728 * 2.241_402_728);
        assert!((joint[0] - alone[0]).abs() < 1e-8 && (joint[1] - alone[1]).abs() < 1e-8, "{joint:?}");
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for (counts, weights) in [
            (&[1u64][..], &[1.0][..]),
            (&[], &[]),
            (&[0, 0], &[1.0, 1.0]),
            (&[1, 2], &[1.0]),
            (&[1, 2], &[1.0, 0.0]),
            (&[1, 2], &[1.0, f64::NAN]),
        ] {
            assert_eq!(Fit::new(counts, weights), None, "{counts:?} {weights:?}");
        }
        assert!(fit(&[u64::MAX, 0], &[1.0, 1.0]).chance(u64::MAX).p_value < 1e-300);
    }

    /// xorshift64*, so that theory needs nothing else of this crate.
    struct Draws(u64);

    impl Draws {
        fn unit(&mut self) -> f64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
        }

        fn node(&mut self, fair: &[f64]) -> usize {
            let mut left = self.unit();
            for (node, fair) in fair.iter().enumerate() {
                left -= fair;
                if left < 0.0 {
                    return node;
                }
            }
            fair.len() - 1
        }
    }

    /// Of `days` days of `choosers` choosers that bring 7 messages each, the fraction judged rarer than 5 %.
    fn false_alarms(weights: &[f64], choosers: u32, days: u32) -> f64 {
        let mut draws = Draws(0x9E37_79B9_7F4A_7C15);
        let total: f64 = weights.iter().sum();
        let fair: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        let alarms = (0..days)
            .filter(|_| {
                let mut counts = vec![0; fair.len()];
                (0..choosers).for_each(|_| counts[draws.node(&fair)] += 7);
                Fit::new(&counts, weights).is_some_and(|fit| fit.chance(choosers.into()).p_value < 0.05)
            })
            .count();
        alarms as f64 / f64::from(days)
    }

    /// Theory: an exact test errs at most 5 % of the time, less where splits are few; the gamma law 5 %, give or take its third moment, for
    /// which 1 % is left. With 4,000 and 20,000 days the standard error is 0.0034 and 0.0015; the bounds are 4.5 of them wider, so a sound
    /// test fails once in 10^5.
    #[test]
    fn one_lucky_day_in_twenty_is_judged_rare() {
        for (weights, choosers) in [(&[1.0, 1.0, 1.0][..], 30), (&[1.0, 1.0, 2.0], 12)] {
            let rate = false_alarms(weights, choosers, 4_000);
            assert!((0.01..0.05 + 0.0155).contains(&rate), "{weights:?} {choosers}: {rate}");
        }
        for (weights, choosers) in [(&[1.0; 10][..], 500), (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 200)] {
            let rate = false_alarms(weights, choosers, 20_000);
            assert!((0.04 - 0.007..0.06 + 0.007).contains(&rate), "{weights:?} {choosers}: {rate}");
        }
    }
}
