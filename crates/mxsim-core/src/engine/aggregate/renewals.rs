//! Many fills of one cache at once.
//!
//! While questions come at a constant rate, the fills of a cache are a renewal process: each waits an exponential time for a question and is then
//! kept for its TTL. The waits of n fills together are a gamma variate, and the part that the first m of them have in it is a beta variate. So n
//! fills are one draw, and where they go past the end of the stretch, those before it are found by halving.

use crate::random::Stream;
use rand_distr::{Beta, Distribution, Gamma};

/// Fewer fills than this are drawn one by one.
const WORTH: f64 = 8.0;
/// So many standard deviations below the expected number, a leap seldom goes too far.
const MARGIN: f64 = 3.0;

/// Fills that follow each other at a constant rate of questions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renewals {
    /// Questions per microsecond.
    pub(crate) rate: f64,
    /// How long each is kept (µs).
    pub(crate) kept: f64,
}

/// Some fills, and when the last of them was (µs from the beginning).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fills {
    pub(crate) count: u64,
    pub(crate) last: f64,
}

impl Renewals {
    /// How many fills to leap over that most likely come within `length` (µs); `None` where that is not worth it.
    pub(crate) fn leap_within(&self, length: f64) -> Option<u64> {
        let cycle = self.kept + 1.0 / self.rate;
        let expected = length / cycle;
        // Only the waits differ, each by as much as it lasts on average.
        let deviation = expected.sqrt() / self.rate / cycle;
        let count = (expected - MARGIN * deviation - 1.0).floor();
        (count >= WORTH).then_some(count as u64)
    }

    /// The first `count` fills from a moment on at which nothing is kept, or those of them that come within `length`.
    pub(crate) fn leap(&self, count: u64, length: f64, stream: &mut Stream) -> Fills {
        let waits = Gamma::new(count as f64, 1.0 / self.rate);
        let whole = (count, waits.map_or(f64::INFINITY, |waits| waits.sample(stream)));
        if self.comes_at(whole) < length {
            return Fills { count, last: self.comes_at(whole) };
        }
        let (mut before, mut after) = ((0, 0.0), whole);
        while after.0 - before.0 > 1 {
            let middle = self.between(before, after, stream);
            if self.comes_at(middle) < length { before = middle } else { after = middle }
        }
        Fills { count: before.0, last: self.comes_at(before) }
    }

    /// When a fill comes, given its number and the waits up to it.
    fn comes_at(&self, (number, waits): (u64, f64)) -> f64 {
        waits + number.saturating_sub(1) as f64 * self.kept
    }

    /// The fill in the middle of two, with the waits up to it.
    fn between(&self, before: (u64, f64), after: (u64, f64), stream: &mut Stream) -> (u64, f64) {
        let number = before.0.midpoint(after.0);
        let part = Beta::new((number - before.0) as f64, (after.0 - number) as f64);
        let part = part.map_or(0.5, |part| part.sample(stream));
        (number, before.1 + (after.1 - before.1) * part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId, exponential};

    fn stream(n: u64) -> Stream {
        Entropy::new(7, n).stream(StreamId::new("renewals", Purpose::Refill))
    }

    /// Drawn one by one: how many fills come within `length`, at most `count`, and when the last did.
    fn one_by_one(of: Renewals, count: u64, length: f64, stream: &mut Stream) -> Fills {
        let (mut fills, mut at) = (Fills { count: 0, last: 0.0 }, 0.0);
        while fills.count < count {
            at += exponential(stream) / of.rate;
            if at >= length {
                break;
            }
            fills = Fills { count: fills.count + 1, last: at };
            at += of.kept;
        }
        fills
    }

    /// Theory: a leap is what fills one by one come to. n = 20,000 of each; the means of number and last moment, and their mean squares, differ by less
    /// than 5 standard errors (two-sided 6 in 10 million each). Leaps that fit, that go past the end by a little, by half and by far.
    #[test]
    fn a_leap_is_as_many_steps() {
        let of = Renewals { rate: 0.02, kept: 100.0 };
        for (case, (count, length)) in
            [(20, 1e9), (20, 3_000.0), (40, 3_000.0), (400, 3_000.0), (9, 40.0)].into_iter().enumerate()
        {
            let (mut a, mut b) = (stream(2 * case as u64), stream(2 * case as u64 + 1));
            let n = 20_000;
            let leaps: Vec<Fills> = (0..n).map(|_| of.leap(count, length, &mut a)).collect();
            let steps: Vec<Fills> = (0..n).map(|_| one_by_one(of, count, length, &mut b)).collect();
            for of in [
                |fills: &Fills| fills.count as f64,
                |fills: &Fills| fills.last,
                |fills: &Fills| (fills.count * fills.count) as f64,
                |fills: &Fills| fills.last * fills.last,
            ] {
                let (x, y): (Vec<f64>, Vec<f64>) =
                    (leaps.iter().map(of).collect(), steps.iter().map(of).collect());
                let error = (variance(&x) / n as f64 + variance(&y) / n as f64).sqrt();
                assert!(
                    (mean(&x) - mean(&y)).abs() <= 5.0 * error,
                    "{count} within {length}: {} and {}, {error}",
                    mean(&x),
                    mean(&y)
                );
            }
        }
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn variance(values: &[f64]) -> f64 {
        let mean = mean(values);
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
    }

    #[test]
    fn a_leap_is_taken_where_it_is_worth_it() {
        let busy = Renewals { rate: 1.0, kept: 300e6 };
        assert_eq!(busy.leap_within(86_400e6), Some(286), "one less than 287.99 fills");
        assert_eq!(busy.leap_within(3_600e6 / 2.0), None);
        assert_eq!(Renewals { rate: 0.0, ..busy }.leap_within(1e9), None, "nobody asks");
    }
}
