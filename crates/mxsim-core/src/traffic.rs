//! When messages come and from which site: Poisson arrivals under a weekly rhythm, and sizes of sites.

pub mod poisson;

use crate::random::{Stream, exponential, exponentials};
use crate::time::{Span, Time};

/// How the traffic rises and falls. Weights are relative; only their ratios matter.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// The same rate at all times.
    Flat,
    /// One weight per hour of the day, midnight first.
    Daily([f64; 24]),
    /// One weight per hour of the week; hour 0 is the midnight at which measuring starts.
    Weekly(Box<[f64; 168]>),
}

impl Profile {
    /// An office day: a quiet night, a morning peak around ten and a second, lower one in the afternoon; the busiest hour carries 9 % of the day.
    /// *Assumption*: a round shape in the range that `evidence/ux.md` gives for the busiest hour; bring your own 24 weights where you have logs.
    pub const OFFICE: Self = Self::Daily([
        1.2, 0.9, 0.8, 0.8, 1.0, 1.6, 2.8, 4.6, 7.2, 8.8, 9.0, 8.4, 6.8, 7.0, 7.8, 7.4, 6.4, 5.0, 3.6, 2.8,
        2.2, 1.6, 1.3, 1.0,
    ]);

    /// Hourly rates relative to the mean, repeated for ever: 1 value for flat, 24 or 168 else.
    #[must_use]
    pub fn relative_rates(&self) -> Vec<f64> {
        let weights: &[f64] = match self {
            Self::Flat => &[1.0],
            Self::Daily(weights) => weights,
            Self::Weekly(weights) => &weights[..],
        };
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter().map(|weight| weight / mean).collect()
    }
}

/// How the mail of an entry is spread over its sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sizes {
    /// All sites send equally much.
    Equal,
    /// Site k sends in proportion to k^-s (Zipf with exponent s).
    Zipf(f64),
}

impl Sizes {
    /// The part of each of `sites` sites; adds up to 1.
    #[must_use]
    pub fn weights(self, sites: usize) -> Vec<f64> {
        let raw: Vec<f64> = match self {
            Self::Equal => vec![1.0; sites],
            Self::Zipf(exponent) => (1..=sites).map(|k| libm::pow(k as f64, -exponent)).collect(),
        };
        let total: f64 = raw.iter().sum();
        raw.into_iter().map(|weight| weight / total).collect()
    }
}

/// Picks an index with given weights in constant time (alias method: Walker 1977, built as by Vose 1991).
#[derive(Debug, Clone)]
pub struct AliasTable {
    /// (threshold out of 2^32, index taken when above it) per column.
    columns: Vec<(u32, u32)>,
}

impl AliasTable {
    /// A table for `weights`, which need not add up to 1.
    ///
    /// # Panics
    /// If `weights` is empty or has more than 2^32 - 1 entries.
    #[must_use]
    pub fn new(weights: &[f64]) -> Self {
        assert!(
            !weights.is_empty() && u32::try_from(weights.len()).is_ok(),
            "a pick needs 1 to 2^32 - 1 choices"
        );
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let mut scaled: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut columns: Vec<(u32, u32)> = (0..weights.len() as u32).map(|i| (u32::MAX, i)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&i| scaled[i] < 1.0);
        while let (Some(low), Some(&high)) = (small.pop(), large.last()) {
            columns[low] = ((scaled[low] * 4_294_967_296.0) as u32, high as u32);
            scaled[high] -= 1.0 - scaled[low];
            if scaled[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        Self { columns }
    }

    /// The index for 64 uniform bits.
    #[must_use]
    pub fn pick(&self, word: u64) -> usize {
        let wide = u128::from(word) * self.columns.len() as u128;
        let column = (wide >> 64) as usize;
        let within = ((wide as u64) >> 32) as u32;
        let (threshold, other) = self.columns[column];
        // Without a branch: the outcome cannot be foreseen.
        let stays = within < threshold;
        [other as usize, column][usize::from(stays)]
    }
}

/// Poisson arrivals at a rate that changes by the hour, drawn exactly: unit-exponential steps through the cumulated rate.
#[derive(Debug, Clone)]
pub struct Arrivals {
    /// Messages per microsecond, hour by hour, repeated for ever.
    rates: Vec<f64>,
}

/// How far the arrivals have come, to a fraction of a microsecond: rounding each gap down would let messages come too fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Begin of the stretch it stands in, within which the rate does not change.
    from: Time,
    /// How far it stands in it (µs).
    after: f64,
    /// Length of the stretch (µs).
    length: f64,
    /// Messages per microsecond, and microseconds per message.
    rate: f64,
    gap: f64,
}

impl From<Time> for Clock {
    fn from(at: Time) -> Self {
        Self { from: at, after: 0.0, length: 0.0, rate: 0.0, gap: f64::INFINITY }
    }
}

impl Arrivals {
    /// Arrivals of `per_day` messages a day on average, shaped by `profile`.
    #[must_use]
    pub fn new(per_day: f64, profile: &Profile) -> Self {
        let mean = per_day / Span::DAY.0 as f64;
        Self { rates: profile.relative_rates().into_iter().map(|relative| relative * mean).collect() }
    }

    /// Several processes in one, of each the part that is given.
    #[must_use]
    pub fn together(parts: &[(&Self, f64)]) -> Self {
        let hours = parts.iter().map(|(arrivals, _)| arrivals.rates.len()).max().unwrap_or(1);
        let rate = |hour: usize| {
            parts.iter().map(|(arrivals, part)| arrivals.rates[hour % arrivals.rates.len()] * part).sum()
        };
        Self { rates: (0..hours).map(rate).collect() }
    }

    /// The next arrival after `clock`, or [`Time::NEVER`] if none comes before `end`. The clock moves on to it.
    #[inline]
    pub fn next(&self, clock: &mut Clock, end: Time, stream: &mut Stream) -> Time {
        self.next_of(1.0, clock, end, stream)
    }

    /// The same, where only a `part` of the arrivals counts.
    #[inline]
    pub fn next_of(&self, part: f64, clock: &mut Clock, end: Time, stream: &mut Stream) -> Time {
        self.step(exponential(stream) / part, clock, end)
    }

    /// The next arrivals after `clock` and before `end`, so many if there are. The clock moves on to the last.
    pub fn next_few(
        &self,
        count: usize,
        clock: &mut Clock,
        end: Time,
        stream: &mut Stream,
        times: &mut Vec<Time>,
    ) {
        for first in (0..count).step_by(64) {
            // Before the loop, because steps wait for each other and draws do not.
            let gaps: [f64; 64] = exponentials(stream);
            for gap in gaps.into_iter().take(count - first) {
                let at = self.step(gap, clock, end);
                if at >= end {
                    return;
                }
                times.push(at);
            }
        }
    }

    /// Moves the clock on by so many expected messages; [`Time::NEVER`] if that is beyond `end`.
    #[inline(always)]
    fn step(&self, messages: f64, clock: &mut Clock, end: Time) -> Time {
        let mut left = messages;
        loop {
            let after = clock.after + left * clock.gap;
            if after < clock.length {
                clock.after = after;
                // Never negative, so that cutting off is rounding down.
                return Time(clock.from.0 + after as i64);
            }
            left = (left - (clock.length - clock.after) * clock.rate).max(0.0);
            self.turn_hour(clock);
            if clock.from >= end {
                return Time::NEVER;
            }
        }
    }

    /// On to the next stretch: the next hour, or at first what is left of the one it stands in.
    #[inline]
    fn turn_hour(&self, clock: &mut Clock) {
        clock.from = Time(clock.from.0 + clock.length as i64);
        let hour = clock.from.0.div_euclid(Span::HOUR.0);
        clock.after = 0.0;
        clock.length = ((hour + 1) * Span::HOUR.0 - clock.from.0) as f64;
        clock.rate = self.rate_in(hour);
        clock.gap = 1.0 / clock.rate;
    }

    /// The rate in an hour, counted from the beginning (messages per microsecond).
    #[inline]
    fn rate_in(&self, hour: i64) -> f64 {
        self.rates[hour.rem_euclid(self.rates.len() as i64) as usize]
    }

    /// The rate at `at` (messages per microsecond), and until when it stays the same.
    #[must_use]
    pub fn steady_from(&self, at: Time) -> (f64, Time) {
        let hour = at.0.div_euclid(Span::HOUR.0);
        let rate = self.rate_in(hour);
        let changes = (hour + 1..hour + self.rates.len() as i64).find(|&next| self.rate_in(next) != rate);
        (rate, changes.map_or(Time::NEVER, |next| Time(next * Span::HOUR.0)))
    }

    /// Messages expected between `from` and `to`.
    #[must_use]
    pub fn expected(&self, from: Time, to: Time) -> f64 {
        let mut total = 0.0;
        let mut at = from;
        while at < to {
            let hour = at.0.div_euclid(Span::HOUR.0);
            let boundary = Time((hour + 1) * Span::HOUR.0).min(to);
            total += self.rate_in(hour) * boundary.since(at).0 as f64;
            at = boundary;
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    #[test]
    fn zipf_weights_fall_as_one_over_k() {
        let weights = Sizes::Zipf(1.0).weights(4);
        assert!((weights[0] / weights[3] - 4.0).abs() < 1e-12);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    /// Theory: multinomial. n = 1,000,000 picks over 4 cells; chi-square with 3 degrees of freedom stays below 21.1 at 1 in 10,000.
    #[test]
    fn the_alias_table_picks_by_weight() {
        let weights = [0.5, 0.3, 0.15, 0.05];
        let table = AliasTable::new(&weights);
        let key = Entropy::new(5, 0).key(StreamId::new("alias", Purpose::OutboundHost));
        let mut seen = [0u64; 4];
        let n = 1_000_000u64;
        for i in 0..n {
            seen[table.pick(key.child(i).word())] += 1;
        }
        let chi: f64 =
            seen.iter().zip(weights).map(|(&c, w)| (c as f64 - n as f64 * w).powi(2) / (n as f64 * w)).sum();
        assert!(chi < 21.1, "chi-square {chi} for {seen:?}");
    }

    /// Theory: counts per hour are Poisson with the profile's mean. 200 days of 10,000 messages: chi-square over 24 hours, 24 degrees of
    /// freedom, stays below 60.3 at 5 in 100,000.
    #[test]
    fn arrivals_follow_the_profile() {
        let arrivals = Arrivals::new(10_000.0, &Profile::OFFICE);
        let days = 200;
        let end = Time(Span::DAY.0 * days);
        let mut stream = Entropy::new(11, 0).stream(StreamId::new("office", Purpose::Arrival));
        let mut seen = [0f64; 24];
        let mut last = Clock::from(Time::ZERO);
        loop {
            let at = arrivals.next(&mut last, end, &mut stream);
            if at >= end {
                break;
            }
            seen[(at.0 / Span::HOUR.0 % 24) as usize] += 1.0;
        }
        let relative = Profile::OFFICE.relative_rates();
        let chi: f64 = seen
            .iter()
            .zip(&relative)
            .map(|(count, rate)| {
                let mean = rate * 10_000.0 / 24.0 * days as f64;
                (count - mean).powi(2) / mean
            })
            .sum();
        assert!(chi < 60.3, "chi-square {chi}");
        assert!((arrivals.expected(Time::ZERO, end) - 10_000.0 * days as f64).abs() < 1e-3);
    }

    /// Theory: Poisson. At 10,000 messages a microsecond the gaps are far below one; 1,000,000 are expected: the count lies
    /// within 4.5 standard deviations, 4,500, at 1 in 100,000.
    #[test]
    fn gaps_below_a_microsecond_are_not_rounded_away() {
        let per_day = 8.64e14;
        let arrivals = Arrivals::new(per_day, &Profile::Flat);
        let end = Time(100);
        let mut stream = Entropy::new(12, 0).stream(StreamId::new("fast", Purpose::Arrival));
        let mut last = Clock::from(Time::ZERO);
        let mut count = 0f64;
        while arrivals.next(&mut last, end, &mut stream) < end {
            count += 1.0;
        }
        assert!((count - 1_000_000.0).abs() < 4_500.0, "{count} messages");
    }
}
