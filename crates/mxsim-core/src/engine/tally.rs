//! What one replication counted. Tallies hold integers only, so merging them in the order of replications is exact.

use crate::results::{DeliveryTotals, NodeTotals};
use crate::time::Span;

/// Lengths of the bins whose busiest is looked for, longest first; see [`WindowTally::busiest`].
pub const PEAK_BINS: [Span; 3] = [Span::HOUR, Span::MINUTE, Span::from_secs(1)];
/// Place of the minute among [`PEAK_BINS`].
pub const MINUTE: usize = 1;
/// Length of a bin of the load series.
pub const SERIES_BIN: Span = Span::HOUR;

/// Everything one replication counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// One per window, in order.
    pub windows: Vec<WindowTally>,
    /// Messages accepted per series bin and node, `[bin * nodes + node]`; bins cover the whole run length, the last one perhaps in part.
    pub series: Vec<u64>,
    /// Load duration: messages a node accepted in the minute that is exceeded in each part of [`DURATION_PARTS`] of the run's minutes,
    /// `[node * parts + part]`.
    pub duration: Vec<u64>,
    /// Per node: its sessions; empty while sessions take no time.
    pub sessions: Vec<SessionTally>,
    /// Delays of the accepted messages.
    pub delays: DelayHistogram,
    /// What became of the messages.
    pub totals: DeliveryTotals,
    /// Per node.
    pub nodes: Vec<NodeTotals>,
    /// Messages accepted per address of the world.
    pub accepted_by_address: Vec<u64>,
    /// Messages accepted per exchange host of the world.
    pub accepted_by_host: Vec<u64>,
    /// MX look-ups during measured windows.
    pub mx_lookups: u64,
    /// Those the nearest cache answered.
    pub mx_cache_hits: u64,
}

/// What one window counted. Only messages that arrived at their sender after the warm-up count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowTally {
    /// Messages accepted in the window, `[sender * nodes + node]`.
    pub accepted: Vec<u64>,
    /// Connections tried in the window, per node.
    pub attempts: Vec<u64>,
    /// Most messages accepted in one bin of each of [`PEAK_BINS`], `[bin * nodes + node]`. A bin that reaches into another window counts
    /// with its part in this one.
    pub busiest: Vec<u64>,
    /// Most sessions at the same time, per node; empty while sessions take no time.
    pub peak_sessions: Vec<u32>,
    /// Messages that arrived in the window and whose delay is known well enough for every delay goal.
    pub arrived: u64,
    /// Per delay goal (in the order of the goals): messages that arrived in the window and were not accepted within the goal's time.
    pub late: Vec<u64>,
}

/// The parts of the time at which load duration is kept.
pub const DURATION_PARTS: [f64; 21] = [
    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7,
    0.8, 0.9, 1.0,
];

/// The sessions of one node in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionTally {
    /// Sessions that ended.
    pub ended: u64,
    /// Their time from start to end, together (µs).
    pub lasted_us: u64,
    /// The number of sessions, summed over the measured time (session µs).
    pub occupied_us: u64,
    /// Connections tried while it was not failing.
    pub connections: u64,
    /// Those that found it full.
    pub full: u64,
    /// Connections that delivered at least one message.
    pub used: u64,
    /// Messages they delivered.
    pub messages: u64,
}

/// Delays in buckets of at most 0.2 % width that remember their extremes, so that a bucket with one value gives that value exactly.
///
/// Merging is exact in any order: counts add, extremes are extremes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DelayHistogram {
    /// Non-empty buckets with their numbers, shortest delay first.
    buckets: Vec<(usize, DelayBucket)>,
    sum_us: i128,
}

/// One bucket of a [`DelayHistogram`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DelayBucket {
    /// Messages in it.
    pub count: u64,
    /// Shortest delay in it (µs).
    pub min_us: i64,
    /// Longest delay in it (µs).
    pub max_us: i64,
}

/// Buckets per factor of two are 2^9.
const SUB_BITS: u32 = 9;

#[inline]
pub(super) fn bucket_index(delay_us: i64) -> usize {
    // The first 2^9 buckets hold one value each, and so do the second.
    let shift = shift(delay_us);
    ((shift as usize) << SUB_BITS) + (delay_us as u64 >> shift) as usize
}

/// How many of the last bits of a delay make no difference to its bucket.
#[inline]
const fn shift(delay_us: i64) -> u32 {
    (delay_us as u64 | 1 << SUB_BITS).ilog2() - SUB_BITS
}

/// The bucket of a delay below [`FAR`], and how far it lies into it, in 2^-32 of its width: the digits of a floating-point number.
#[inline]
fn place(delay_us: i64) -> (usize, u32) {
    /// What lies before the exponent of 2^9, less the 2^9 buckets of one value each.
    const BEFORE: usize = (1_023 + SUB_BITS as usize - 1) << SUB_BITS;
    if delay_us < 1 << SUB_BITS {
        return (delay_us as usize, 0);
    }
    let bits = (delay_us as f64).to_bits() >> (52 - SUB_BITS - 32);
    ((bits >> 32) as usize - BEFORE, bits as u32)
}

/// The delay so far into a bucket (µs).
fn delay_at(index: usize, offset: u32) -> i64 {
    let shift = (index >> SUB_BITS).saturating_sub(1);
    (((index - (shift << SUB_BITS)) as i64) << shift) + (u64::from(offset) >> (32 - shift)) as i64
}

/// Delays while they are counted: a place for every bucket up to the longest, so that counting one is a single step.
#[derive(Debug, Default)]
pub(super) struct DelayCounter {
    buckets: Vec<CountedBucket>,
    /// Delays from [`FAR`] on.
    far: DelayHistogram,
    sum_us: i128,
}

/// Delays from here on (µs, 51 days) are so rare that they may cost a search; below, places in a bucket fit into 32 bits.
const FAR: i64 = 1 << (SUB_BITS + 33);

/// A [`DelayBucket`] while it is counted. It is small, because counting is as fast as memory is.
#[derive(Debug, Clone, Copy)]
struct CountedBucket {
    count: u64,
    /// Shortest and longest delay: how far into the bucket.
    min: u32,
    max: u32,
}

impl CountedBucket {
    const EMPTY: Self = Self { count: 0, min: u32::MAX, max: 0 };
}

impl DelayCounter {
    /// Counts `count` equal delays.
    pub(super) fn add(&mut self, delay: Span, count: u64) {
        self.count(delay, count);
        self.sum_us += i128::from(delay.0) * i128::from(count);
    }

    /// Counts delays, one each.
    pub(super) fn add_all(&mut self, delays: &[Span]) {
        let mut sum_us = 0u128;
        for &delay in delays {
            self.count(delay, 1);
            sum_us += delay.0 as u128;
        }
        self.sum_us += sum_us as i128;
    }

    #[inline]
    fn count(&mut self, delay: Span, count: u64) {
        if delay.0 >= FAR {
            let bucket = DelayBucket { count, min_us: delay.0, max_us: delay.0 };
            return self.far.include(bucket_index(delay.0), bucket);
        }
        let (index, offset) = place(delay.0);
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, CountedBucket::EMPTY);
        }
        let bucket = &mut self.buckets[index];
        bucket.count += count;
        bucket.min = bucket.min.min(offset);
        bucket.max = bucket.max.max(offset);
    }

    /// The same without the empty places.
    pub(super) fn finish(self) -> DelayHistogram {
        let full = self.buckets.iter().enumerate().filter(|(_, bucket)| bucket.count > 0);
        let bucket = |(index, bucket): (usize, &CountedBucket)| {
            let (min_us, max_us) = (delay_at(index, bucket.min), delay_at(index, bucket.max));
            (index, DelayBucket { count: bucket.count, min_us, max_us })
        };
        let mut buckets: Vec<(usize, DelayBucket)> = full.map(bucket).collect();
        // They come after all others.
        buckets.extend(self.far.buckets);
        DelayHistogram { buckets, sum_us: self.sum_us }
    }
}

impl DelayHistogram {
    /// Counts one delay.
    pub fn add(&mut self, delay: Span) {
        self.include(bucket_index(delay.0), DelayBucket { count: 1, min_us: delay.0, max_us: delay.0 });
        self.sum_us += i128::from(delay.0);
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (index, bucket) in &other.buckets {
            self.include(*index, *bucket);
        }
        self.sum_us += other.sum_us;
    }

    fn include(&mut self, index: usize, bucket: DelayBucket) {
        match self.buckets.binary_search_by_key(&index, |&(index, _)| index) {
            Ok(place) => self.buckets[place].1.include(bucket),
            Err(place) => self.buckets.insert(place, (index, bucket)),
        }
    }

    /// Delays counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets().map(|bucket| bucket.count).sum()
    }

    /// Sum of all delays (µs).
    #[must_use]
    pub const fn sum_us(&self) -> i128 {
        self.sum_us
    }

    /// The non-empty buckets, shortest delay first.
    pub fn buckets(&self) -> impl Iterator<Item = &DelayBucket> {
        self.buckets.iter().map(|(_, bucket)| bucket)
    }
}

impl DelayBucket {
    fn include(&mut self, other: Self) {
        self.min_us = self.min_us.min(other.min_us);
        self.max_us = self.max_us.max(other.max_us);
        self.count += other.count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_ordered_and_narrow() {
        let mut last = 0;
        for value in (0..1_000_000i64)
            .step_by(37)
            .chain((1..40).map(|k| 1i64 << k))
            .collect::<std::collections::BTreeSet<_>>()
        {
            let index = bucket_index(value);
            assert!(index >= last, "{value}");
            last = index;
        }
        assert_ne!(bucket_index(30_000_000), bucket_index(30_080_000));
    }

    /// Whatever is counted comes out as the histogram says that is made value by value, near and far.
    #[test]
    fn counting_gives_the_histogram() {
        let powers = (0..55).flat_map(|k| [(1i64 << k) - 1, 1 << k, (1 << k) + (1 << k) / 700]);
        let delays: Vec<Span> = powers.map(Span).collect();
        let (mut counter, mut histogram) = (DelayCounter::default(), DelayHistogram::default());
        for chunk in delays.chunks(7) {
            counter.add_all(chunk);
            counter.add(chunk[0], 2);
            chunk.iter().chain([&chunk[0]; 2]).for_each(|delay| histogram.add(*delay));
        }
        assert!(delays.iter().any(|delay| delay.0 >= FAR));
        assert_eq!(counter.finish(), histogram);
    }

    #[test]
    fn a_single_value_is_kept_exactly() {
        let mut histogram = DelayHistogram::default();
        histogram.add(Span::from_secs(30));
        histogram.add(Span::from_secs(30));
        let bucket = histogram.buckets().next().copied();
        assert_eq!(bucket, Some(DelayBucket { count: 2, min_us: 30_000_000, max_us: 30_000_000 }));
    }
}
