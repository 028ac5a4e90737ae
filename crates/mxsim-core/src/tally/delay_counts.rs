//! How a histogram of delays is written and read: as whole numbers, without what follows from them.

use super::delays::{COARSER_BITS, DelayBucket, DelayHistogram, bucket_index};
use serde::{Deserialize, Serialize};

/// The longest delay that is read (µs): no run is as long.
const MOST_US: i64 = 1 << 60;

/// A histogram as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DelayCounts {
    sum_us: i128,
    /// True if its buckets are those of [`DelayHistogram::coarser`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    coarse: bool,
    /// Number of messages, shortest and longest delay (µs) of each bucket, shortest delay first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<(u64, i64, i64)>,
}

impl From<DelayHistogram> for DelayCounts {
    fn from(histogram: DelayHistogram) -> Self {
        let is_coarse = |(index, bucket): &(usize, DelayBucket)| *index != bucket_index(bucket.min_us);
        let coarse = histogram.buckets.iter().any(is_coarse);
        let written = |bucket: &DelayBucket| (bucket.count, bucket.min_us, bucket.max_us);
        Self { sum_us: histogram.sum_us(), coarse, buckets: histogram.buckets().map(written).collect() }
    }
}

impl TryFrom<DelayCounts> for DelayHistogram {
    type Error = &'static str;

    fn try_from(counts: DelayCounts) -> Result<Self, Self::Error> {
        let bits = if counts.coarse { COARSER_BITS } else { 0 };
        let number = |delay: i64| bucket_index(delay) >> bits;
        let (mut buckets, mut bounds) = (Vec::with_capacity(counts.buckets.len()), [0_i128; 2]);
        let mut next = 0;
        for (count, min_us, max_us) in counts.buckets {
            if count == 0 || min_us < 0 || min_us > max_us || max_us > MOST_US {
                return Err("a bucket of delays that holds nothing, or no delays");
            }
            let index = number(min_us);
            if index < next || number(max_us) != index {
                return Err("buckets of delays that are in no order, or wider than they may be");
            }
            next = index + 1;
            bounds[0] += i128::from(count) * i128::from(min_us);
            bounds[1] += i128::from(count) * i128::from(max_us);
            buckets.push((index, DelayBucket { count, min_us, max_us }));
        }
        if !(bounds[0]..=bounds[1]).contains(&counts.sum_us) {
            return Err("delays that do not add up to their sum");
        }
        Ok(Self { buckets, sum_us: counts.sum_us })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn histogram() -> DelayHistogram {
        let mut histogram = DelayHistogram::default();
        (0..400_i64).for_each(|k| histogram.add(Span(k * k * k)));
        histogram
    }

    #[test]
    fn what_is_written_is_read() {
        for histogram in [DelayHistogram::default(), histogram(), histogram().coarser()] {
            let text = serde_json::to_string(&histogram).expect("a text");
            assert_eq!(serde_json::from_str::<DelayHistogram>(&text).expect(&text), histogram);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in [
            r#"{"sum_us":0,"buckets":[[0,0,0]]}"#,
            r#"{"sum_us":-1,"buckets":[[1,-1,-1]]}"#,
            r#"{"sum_us":5,"buckets":[[1,6,5]]}"#,
            r#"{"sum_us":12,"buckets":[[1,7,7],[1,5,5]]}"#,
            r#"{"sum_us":100000,"buckets":[[2,0,100000]]}"#,
            r#"{"sum_us":9,"buckets":[[1,5,5]]}"#,
            r#"{"sum_us":1}"#,
            r#"{"sum_us":0,"more":1}"#,
            r#"{"sum_us":9223372036854775807,"buckets":[[1,9223372036854775807,9223372036854775807]]}"#,
        ] {
            assert!(serde_json::from_str::<DelayHistogram>(text).is_err(), "{text}");
        }
    }
}
