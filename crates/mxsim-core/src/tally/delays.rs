//! How long messages took, counted in buckets.

use super::delay_counts::DelayCounts;
use crate::time::Span;
use serde::Deserialize;

/// Delays in buckets of at most 0.2 % width that remember their extremes, so that a bucket with one value gives that value exactly.
///
/// Merging is exact in any order: counts add, extremes are extremes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "DelayCounts")]
pub struct DelayHistogram {
    /// Non-empty buckets with their numbers, shortest delay first.
    pub(super) buckets: Vec<(usize, DelayBucket)>,
    pub(super) sum_us: i128,
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

/// Pages of a [`DelayCounter`]: one for each factor of two below [`FAR`].
const PAGES: usize = (FAR.ilog2() - SUB_BITS) as usize + 1;

/// How many of the last bits of a bucket's number tell it from others that are one in a [`DelayHistogram::coarser`] histogram.
pub(super) const COARSER_BITS: u32 = 4;

/// Delays while they are counted: a place for every bucket of a factor of two that occurs, so that counting one is a single step.
#[derive(Debug)]
pub(crate) struct DelayCounter {
    /// Each empty until one of its buckets is counted.
    pages: [Vec<CountedBucket>; PAGES],
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

    /// The bucket of this number, unless it is empty.
    fn finish(self, index: usize) -> Option<(usize, DelayBucket)> {
        let bounds = || (delay_at(index, self.min), delay_at(index, self.max));
        (self.count > 0).then(|| {
            let (min_us, max_us) = bounds();
            (index, DelayBucket { count: self.count, min_us, max_us })
        })
    }
}

impl Default for DelayCounter {
    fn default() -> Self {
        Self { pages: std::array::from_fn(|_| Vec::new()), far: DelayHistogram::default(), sum_us: 0 }
    }
}

impl DelayCounter {
    /// Counts `count` equal delays.
    #[inline]
    pub(crate) fn add(&mut self, delay: Span, count: u64) {
        self.count(delay, count);
        self.sum_us += i128::from(delay.0) * i128::from(count);
    }

    /// Counts delays one by one. Their sum must fit into an `i64`, in microseconds.
    pub(crate) fn add_all(&mut self, delays: &[Span]) {
        delays.iter().for_each(|&delay| self.count(delay, 1));
        self.sum_us += i128::from(delays.iter().map(|delay| delay.0).sum::<i64>());
    }

    #[inline(always)]
    fn count(&mut self, delay: Span, count: u64) {
        if delay.0 >= FAR {
            let bucket = DelayBucket { count, min_us: delay.0, max_us: delay.0 };
            return self.far.include(bucket_index(delay.0), bucket);
        }
        let (index, offset) = place(delay.0);
        let page = &mut self.pages[index >> SUB_BITS];
        if page.is_empty() {
            page.resize(1 << SUB_BITS, CountedBucket::EMPTY);
        }
        let bucket = &mut page[index & ((1 << SUB_BITS) - 1)];
        bucket.count += count;
        bucket.min = bucket.min.min(offset);
        bucket.max = bucket.max.max(offset);
    }

    /// The same without the empty places.
    pub(crate) fn finish(self) -> DelayHistogram {
        let places = |(page, buckets): (usize, Vec<CountedBucket>)| {
            let numbers = page << SUB_BITS..;
            numbers.zip(buckets)
        };
        let counted = self.pages.into_iter().enumerate().flat_map(places);
        let mut buckets: Vec<(usize, DelayBucket)> =
            counted.filter_map(|(index, bucket)| bucket.finish(index)).collect();
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

    /// Counts `count` messages that did not have to wait.
    pub(crate) fn add_prompt(&mut self, count: u64) {
        if count > 0 {
            self.include(0, DelayBucket { count, min_us: 0, max_us: 0 });
        }
    }

    /// Adds all of `other`, bucket by bucket in the order of both.
    pub fn merge(&mut self, other: &Self) {
        let mut own = std::mem::take(&mut self.buckets).into_iter().peekable();
        for &(index, bucket) in &other.buckets {
            while let Some(before) = own.next_if(|before| before.0 < index) {
                self.buckets.push(before);
            }
            let mut both = bucket;
            if let Some((_, same)) = own.next_if(|same| same.0 == index) {
                both.include(same);
            }
            self.buckets.push((index, both));
        }
        self.buckets.extend(own);
        self.sum_us += other.sum_us;
    }

    /// The same in buckets of at most 3.2 % width, which take a sixteenth of the memory: for delays that are kept many times over. Extremes and
    /// the sum stay exact, and so does a bucket with one value.
    #[must_use]
    pub(crate) fn coarser(&self) -> Self {
        let mut coarse = Self { buckets: Vec::new(), sum_us: self.sum_us };
        for &(index, bucket) in &self.buckets {
            let index = index >> COARSER_BITS;
            match coarse.buckets.last_mut() {
                Some((last, same)) if *last == index => same.include(bucket),
                _ => coarse.buckets.push((index, bucket)),
            }
        }
        coarse
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

    /// What is merged, or made coarser before, is what counting all of it gives.
    #[test]
    fn merging_and_coarsening_lose_nothing() {
        let spans = |step: usize| (1..3_000).step_by(step).map(|value| Span(value * value * 1_000));
        let mut all = DelayHistogram::default();
        spans(2).chain(spans(3)).for_each(|delay| all.add(delay));
        let [mut two, three] = [2, 3].map(|step| {
            let mut histogram = DelayHistogram::default();
            spans(step).for_each(|delay| histogram.add(delay));
            histogram
        });
        let mut coarse = two.coarser();
        coarse.merge(&three.coarser());
        two.merge(&three);
        assert_eq!(two, all);
        assert_eq!(coarse, all.coarser());
        assert_eq!((coarse.count(), coarse.sum_us()), (all.count(), all.sum_us()));
        let most = |histogram: &DelayHistogram| histogram.buckets().last().map(|bucket| bucket.max_us);
        assert_eq!(most(&coarse), most(&all));
        let widest = coarse.buckets().map(|bucket| bucket.max_us as f64 / bucket.min_us as f64);
        assert!(widest.fold(1.0, f64::max) < 1.033);
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
