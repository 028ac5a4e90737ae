//! Placing counts on seconds: so many messages, each at a moment of its own in a span, all moments alike.
//!
//! Few messages are placed one by one. Many are multinomial over the seconds, and a vector of Poisson numbers is multinomial too once its
//! sum is known, *whatever their mean*. So each second gets a Poisson number out of a table of about the right mean, and the
//! difference to the wanted sum is put right by messages that are added or taken away at random; that keeps it multinomial. With a mean that
//! fits, the difference is about the root of the count.

use crate::random::Stream;
use crate::traffic::poisson::{PoissonTable, poisson};
use rand_chacha::rand_core::Rng;
use rand_distr::{Binomial, Distribution};

const SECOND: i64 = 1_000_000;
const SECONDS_PER_HOUR: usize = 3_600;
/// Below so many messages a second they are placed one by one.
const FEW: u64 = 2;

/// The mean up to which there are tables (messages a second); beyond, each number is drawn for itself.
const LARGEST_TABLE: f64 = 32_768.0;

/// Tables for the usual means (messages a second), and for all others a ladder that halves what is left with each step.
pub(super) fn tables(usual: impl Iterator<Item = f64>) -> Vec<PoissonTable> {
    let mut means: Vec<f64> = usual.filter(|&mean| mean >= FEW as f64).collect();
    means.sort_by(f64::total_cmp);
    // Nodes with equal shares differ in the last bits only.
    means.dedup_by(|b, a| *b - *a <= *a * 1e-9);
    let most = means.last().copied().unwrap_or(0.0).min(LARGEST_TABLE);
    means.retain(|&mean| mean <= LARGEST_TABLE);
    let ladder = std::iter::successors(Some(1.0), |mean| Some(mean * 2.0)).take_while(|&mean| mean <= most);
    means.extend(ladder);
    means.sort_by(f64::total_cmp);
    means.into_iter().map(PoissonTable::new).collect()
}

/// Places counts of one node.
#[derive(Debug)]
pub(super) struct Placer<'t> {
    /// Tables in the order of their means.
    tables: &'t [PoissonTable],
    stream: Stream,
    /// One pass over the seconds.
    drawn: Box<[u32; SECONDS_PER_HOUR]>,
}

impl<'t> Placer<'t> {
    pub(super) fn new(tables: &'t [PoissonTable], stream: Stream) -> Self {
        Self { tables, stream, drawn: Box::new([0; SECONDS_PER_HOUR]) }
    }

    /// Places `count` messages between `from` and `to` (µs of the hour) on the `seconds` of that hour.
    pub(super) fn place(&mut self, from: i64, to: i64, count: u64, seconds: &mut [u32]) {
        let (first, last) = ((from + SECOND - 1) / SECOND, to / SECOND);
        if last <= first || count < FEW * (last - first) as u64 {
            return self.one_by_one(from, to, count, seconds);
        }
        // The whole seconds apart from what sticks out before and after them.
        let (before, after) = (first * SECOND - from, to - last * SECOND);
        let early = self.part(count, before as f64 / (to - from) as f64);
        let late = self.part(count - early, after as f64 / (to - from - before) as f64);
        self.one_by_one(from, from + before, early, seconds);
        self.one_by_one(to - after, to, late, seconds);
        self.spread(count - early - late, &mut seconds[first as usize..last as usize]);
    }

    /// How many of `count` fall into a part of the time.
    fn part(&mut self, count: u64, part: f64) -> u64 {
        if part <= 0.0 {
            return 0;
        }
        Binomial::new(count, part.min(1.0)).map_or(0, |law| law.sample(&mut self.stream))
    }

    fn one_by_one(&mut self, from: i64, to: i64, count: u64, seconds: &mut [u32]) {
        if from / SECOND == (to - 1) / SECOND {
            // All in one second, and there may be very many.
            seconds[(from / SECOND) as usize] += count as u32;
            return;
        }
        let length = (to - from) as u128;
        for _ in 0..count {
            let at = from + ((u128::from(self.stream.next_u64()) * length) >> 64) as i64;
            seconds[(at / SECOND) as usize] += 1;
        }
    }

    /// Spreads `count` messages over whole seconds.
    fn spread(&mut self, count: u64, seconds: &mut [u32]) {
        let mut left = count;
        while left >= FEW * seconds.len() as u64 {
            let mean = left as f64 / seconds.len() as f64;
            let table = self.table_for(left, seconds.len());
            let drawn = &mut self.drawn[..seconds.len()];
            let sum = match table {
                Some(table) if mean <= LARGEST_TABLE => table.fill(drawn, &mut self.stream),
                Some(_) => fill(drawn, mean, &mut self.stream),
                None => break,
            };
            if sum > left {
                take_away(drawn, sum - left, &mut self.stream);
            }
            for (second, drawn) in seconds.iter_mut().zip(drawn) {
                *second += *drawn;
            }
            left = left.saturating_sub(sum);
        }
        add(seconds, left, &mut self.stream);
    }

    /// The table of the largest mean that does not go far beyond `count`.
    fn table_for(&self, count: u64, seconds: usize) -> Option<&'t PoissonTable> {
        let most = (count as f64 + 2.0 * (count as f64).sqrt()) / seconds as f64;
        self.tables[..self.tables.partition_point(|table| table.mean() <= most)].last()
    }
}

/// Like [`PoissonTable::fill`] for a mean that no table is made for.
fn fill(numbers: &mut [u32], mean: f64, stream: &mut Stream) -> u64 {
    numbers.fill_with(|| poisson(mean, stream) as u32);
    numbers.iter().copied().map(u64::from).sum()
}

/// Adds `count` messages, each in a second of its own choice: as many choices from one word as it holds.
fn add(seconds: &mut [u32], count: u64, stream: &mut Stream) {
    let bits = usize::BITS - (seconds.len() - 1).leading_zeros();
    let mut left = count;
    while left > 0 {
        let mut word = stream.next_u64();
        for _ in 0..64 / bits.max(1) {
            let second = (word & ((1 << bits) - 1)) as usize;
            word >>= bits;
            if let Some(messages) = seconds.get_mut(second)
                && left > 0
            {
                *messages += 1;
                left -= 1;
            }
        }
    }
}

/// Takes `count` messages away, any message as likely as any other.
fn take_away(seconds: &mut [u32], count: u64, stream: &mut Stream) {
    let most = u128::from(seconds.iter().copied().max().unwrap_or(0));
    let mut left = count;
    while left > 0 {
        let wide = u128::from(stream.next_u64()) * seconds.len() as u128;
        // A second is taken in proportion to what it holds.
        let messages = &mut seconds[(wide >> 64) as usize];
        if ((u128::from(wide as u64) * most) >> 64) < u128::from(*messages) {
            *messages -= 1;
            left -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    fn stream(n: u64) -> Stream {
        Entropy::new(31, n).stream(StreamId::new("mx1", Purpose::Placement))
    }

    /// Chi-square of `times` placements of `count` messages over the cells, against the length of each, and the index of dispersion summed
    /// over all placements: (over sums, over single counts).
    fn chi_squares(tables: &[PoissonTable], from: i64, to: i64, count: u64, times: u64) -> (f64, f64) {
        let mut placer = Placer::new(tables, stream(count + from as u64));
        let cells: Vec<f64> = (from / SECOND..=(to - 1) / SECOND)
            .map(|second| {
                let (start, end) = (from.max(second * SECOND), to.min((second + 1) * SECOND));
                (end - start) as f64 / (to - from) as f64
            })
            .collect();
        let (first, mut sums, mut single) = ((from / SECOND) as usize, vec![0u64; cells.len()], 0.0);
        for _ in 0..times {
            let mut seconds = vec![0u32; SECONDS_PER_HOUR];
            placer.place(from, to, count, &mut seconds);
            assert_eq!(seconds.iter().copied().map(u64::from).sum::<u64>(), count);
            for (i, part) in cells.iter().enumerate() {
                let (seen, expected) = (seconds[first + i], count as f64 * part);
                sums[i] += u64::from(seen);
                single += (f64::from(seen) - expected).powi(2) / expected;
            }
        }
        let expected = |part: &f64| (count * times) as f64 * part;
        let chi = sums
            .iter()
            .zip(&cells)
            .map(|(&sum, part)| (sum as f64 - expected(part)).powi(2) / expected(part));
        (chi.sum(), single)
    }

    /// Theory: multinomial, so chi-square of the sums has k - 1 degrees of freedom for k seconds, and that of the single counts k - 1 for each
    /// of 200 placements (mean exactly; variance 2 (k - 1) plus what unequal seconds add, below 40 k^2 / count). Both lie within 5 standard deviations at less than 1 in
    /// 100,000. Counts below, near and far beyond the tables, whole hours and spans that begin and end within a second.
    #[test]
    fn placement_is_multinomial() {
        let tables = tables([3.9, 40.0, 41.0].into_iter());
        let times = 200;
        for (from, to, count) in [
            (0, 3_600 * SECOND, 1_000),
            (0, 3_600 * SECOND, 14_000),
            (0, 3_600 * SECOND, 146_000),
            (0, 3_600 * SECOND, 100_000),
            (100 * SECOND + 300_000, 130 * SECOND + 700_000, 1_000),
            (100 * SECOND + 300_000, 130 * SECOND + 700_000, 20),
            (7 * SECOND + 1, 9 * SECOND - 1, 300),
        ] {
            let cells = ((to - 1) / SECOND - from / SECOND + 1) as f64;
            let (sums, single) = chi_squares(&tables, from, to, count, times);
            let freedom = cells - 1.0;
            let near =
                |seen: f64, mean: f64, variance: f64| (seen - mean).abs() < 5.0 * variance.sqrt() + 10.0;
            assert!(near(sums, freedom, 2.0 * freedom), "{from} {to} {count}: sums {sums}, {freedom}");
            let variance = times as f64 * (2.0 * freedom + 40.0 * cells * cells / count as f64);
            assert!(
                near(single, times as f64 * freedom, variance),
                "{from} {to} {count}: single {single}, {freedom} x {times}"
            );
        }
    }

    #[test]
    fn very_many_messages_are_spread_without_a_table() {
        let tables = tables([100_000.0].into_iter());
        let mut seconds = vec![0u32; SECONDS_PER_HOUR];
        Placer::new(&tables, stream(1)).place(0, 3_600 * SECOND, 360_000_000, &mut seconds);
        assert_eq!(seconds.iter().copied().map(u64::from).sum::<u64>(), 360_000_000);
        assert!(seconds.iter().all(|&messages| (98_000..102_000).contains(&messages)));
    }
}
