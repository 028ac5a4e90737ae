//! The messages of a span, all moments alike: how many come in each second.
//!
//! They are a Poisson process, so each second has a Poisson number of its own, and how many there are altogether is the sum. Few messages
//! are drawn the other way round: first how many, then a moment for each.

use crate::random::Stream;
use crate::traffic::poisson::{PoissonTable, poisson};
use rand_chacha::rand_core::Rng;

const SECOND: i64 = 1_000_000;
/// Below so many messages a second each is drawn for itself.
const FEW: f64 = 0.5;
/// A table that is not there yet is worth making for so many seconds.
const WORTH_A_TABLE: usize = 600;

/// Tables for these means (messages a second), as far as tables are of use to them.
pub(crate) fn tables(means: impl Iterator<Item = f64>) -> Vec<PoissonTable> {
    let of_use = |mean: &f64| (FEW..=PoissonTable::LARGEST_MEAN).contains(mean);
    let mut means: Vec<f64> = means.filter(of_use).collect();
    means.sort_by(f64::total_cmp);
    means.dedup_by(|b, a| is_same(*a, *b));
    means.into_iter().map(PoissonTable::new).collect()
}

/// Whether two means are the same but for the rounding of the sums they came from.
fn is_same(a: f64, b: f64) -> bool {
    (b - a).abs() <= a * 1e-12
}

/// Draws the messages of one node.
#[derive(Debug)]
pub(crate) struct Placer<'t> {
    /// Tables in the order of their means.
    tables: &'t [PoissonTable],
    pub(crate) stream: Stream,
}

impl<'t> Placer<'t> {
    pub(crate) const fn new(tables: &'t [PoissonTable], stream: Stream) -> Self {
        Self { tables, stream }
    }

    /// Adds messages, `expected` of them on average, that come between `from` and `to` (µs of the hour) to the `seconds` of that hour; says
    /// how many there are.
    pub(crate) fn place(&mut self, from: i64, to: i64, expected: f64, seconds: &mut [u32]) -> u64 {
        let (first, last) = ((from + SECOND - 1) / SECOND, to / SECOND);
        let in_a_second = expected * SECOND as f64 / (to - from) as f64;
        if last <= first || in_a_second < FEW {
            return self.one_by_one(from, to, expected, seconds);
        }
        // The whole seconds apart from what sticks out before and after them.
        let mut part = |length: i64, second: i64| {
            let count = poisson(in_a_second * (length as f64 / SECOND as f64), &mut self.stream);
            if count > 0 {
                seconds[second as usize] += count as u32;
            }
            count
        };
        let early = part(first * SECOND - from, first - 1);
        let late = part(to - last * SECOND, last);
        early + late + self.spread(in_a_second, &mut seconds[first as usize..last as usize])
    }

    fn one_by_one(&mut self, from: i64, to: i64, expected: f64, seconds: &mut [u32]) -> u64 {
        let count = poisson(expected, &mut self.stream);
        if from / SECOND == (to - 1) / SECOND {
            // All in one second, and there may be very many.
            seconds[(from / SECOND) as usize] += count as u32;
            return count;
        }
        let length = (to - from) as u128;
        for _ in 0..count {
            let at = from + ((u128::from(self.stream.next_u64()) * length) >> 64) as i64;
            seconds[(at / SECOND) as usize] += 1;
        }
        count
    }

    /// A number of `mean` for each of `seconds`.
    fn spread(&mut self, mean: f64, seconds: &mut [u32]) -> u64 {
        let next = self.tables.partition_point(|table| table.mean() < mean);
        let near = self.tables[next.saturating_sub(1)..].iter().take(2);
        if let Some(table) = near.into_iter().find(|table| is_same(table.mean(), mean)) {
            return table.add_to(seconds, &mut self.stream);
        }
        if seconds.len() >= WORTH_A_TABLE && mean <= PoissonTable::LARGEST_MEAN {
            return PoissonTable::new(mean).add_to(seconds, &mut self.stream);
        }
        let mut total = 0;
        for second in seconds {
            let count = poisson(mean, &mut self.stream);
            *second += count as u32;
            total += count;
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    const HOUR: i64 = 3_600 * SECOND;

    fn stream(n: u64) -> Stream {
        Entropy::new(31, n).stream(StreamId::new("mx1", Purpose::Placement))
    }

    /// Index of dispersion of `times` placements against the length of each second: (of sums over placements, of single numbers, of totals).
    fn chi_squares(placer: &mut Placer<'_>, from: i64, to: i64, expected: f64, times: u64) -> [f64; 3] {
        let length = |second: i64| (to.min((second + 1) * SECOND) - from.max(second * SECOND)) as f64;
        let means: Vec<f64> = (from / SECOND..=(to - 1) / SECOND)
            .map(|second| expected * length(second) / (to - from) as f64)
            .collect();
        let (first, mut sums) = ((from / SECOND) as usize, vec![0u64; means.len()]);
        let (mut single, mut totals) = (0.0, 0.0);
        let off = |seen: f64, mean: f64| (seen - mean).powi(2) / mean;
        for _ in 0..times {
            let mut seconds = vec![0u32; 3_600];
            let count = placer.place(from, to, expected, &mut seconds);
            assert_eq!(seconds.iter().copied().map(u64::from).sum::<u64>(), count);
            totals += off(count as f64, expected);
            for (i, &mean) in means.iter().enumerate() {
                sums[i] += u64::from(seconds[first + i]);
                single += off(f64::from(seconds[first + i]), mean);
            }
        }
        let sums = sums.iter().zip(&means).map(|(&sum, mean)| off(sum as f64, mean * times as f64));
        [sums.sum(), single, totals]
    }

    /// Theory: independent Poisson numbers, so each sum of (seen - mean)^2 / mean over n numbers has mean n exactly and variance 2 n plus the sum of
    /// 1 / mean. It lies within 5 standard deviations, and 10 for the skew of few numbers, at less than 1 in 100,000. Few and many messages, with
    /// a table at hand, one that is made and none; whole hours and spans that begin and end within a second.
    #[test]
    fn each_second_has_a_poisson_number() {
        let tables = tables([3.9, 40.0, 41.0].into_iter());
        let times = 200;
        for (i, (from, to, expected)) in [
            (0, HOUR, 1_000.0),
            (0, HOUR, 3.9 * 3_600.0),
            (0, HOUR, 40.0 * 3_600.0),
            (0, HOUR, 100_000.0),
            (100 * SECOND + 300_000, 130 * SECOND + 700_000, 1_000.0),
            (100 * SECOND + 300_000, 130 * SECOND + 700_000, 10.0),
            (7 * SECOND + 1, 9 * SECOND - 1, 300.0),
        ]
        .into_iter()
        .enumerate()
        {
            let mut placer = Placer::new(&tables, stream(i as u64));
            let seconds = ((to - 1) / SECOND - from / SECOND + 1) as f64;
            let seen = chi_squares(&mut placer, from, to, expected, times);
            let mean = expected / seconds;
            for (what, seen, n, mean) in [
                ("sums", seen[0], seconds, mean * times as f64),
                ("seconds", seen[1], seconds * times as f64, mean),
                ("totals", seen[2], times as f64, expected),
            ] {
                // The two seconds at the ends may be a third as long as others, or less.
                let within = 5.0 * (2.0 * n + n / mean * 1.5).sqrt() + 10.0;
                assert!((seen - n).abs() < within, "{what} of {from} to {to}, {expected}: {seen}, {n}");
            }
        }
    }

    #[test]
    fn very_many_messages_are_spread_without_a_table() {
        let mut seconds = vec![0u32; 3_600];
        let count = Placer::new(&[], stream(1)).place(0, HOUR, 3_600.0 * 2e6, &mut seconds);
        assert_eq!(seconds.iter().copied().map(u64::from).sum::<u64>(), count);
        assert!(seconds.iter().all(|&messages| (1_990_000..2_010_000).contains(&messages)));
    }
}
