//! How a histogram of delays is written and read: as whole numbers, without what follows from them.

use super::delays::{COARSER_BITS, DelayBucket, DelayHistogram, bucket_index};
use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Serialize};

/// The longest delay that is read (µs): no run is as long.
const MOST_US: u64 = 1 << 60;

/// A histogram as it is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DelayCounts {
    sum_us: i128,
    /// True if its buckets are those of [`DelayHistogram::coarser`].
    #[serde(default)]
    coarse: bool,
    /// Three numbers for each bucket, shortest delay first: messages, by how much its shortest delay is above the longest of the bucket before, and by
    /// how much its longest is above its shortest (µs).
    #[serde(default)]
    buckets: Vec<u64>,
}

impl Serialize for DelayHistogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_coarse = |(index, bucket): &(usize, DelayBucket)| *index != bucket_index(bucket.min_us);
        let mut fields = serializer.serialize_struct("DelayHistogram", 3)?;
        fields.serialize_field("sum_us", &self.sum_us)?;
        if self.buckets.iter().any(is_coarse) {
            fields.serialize_field("coarse", &true)?;
        }
        if !self.buckets.is_empty() {
            fields.serialize_field("buckets", &self.written())?;
        }
        fields.end()
    }
}

impl DelayHistogram {
    /// Its buckets as they are written.
    fn written(&self) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(3 * self.buckets.len());
        let mut before = 0;
        for DelayBucket { count, min_us, max_us } in self.buckets() {
            numbers.extend([*count, (min_us - before) as u64, (max_us - min_us) as u64]);
            before = *max_us;
        }
        numbers
    }
}

impl TryFrom<DelayCounts> for DelayHistogram {
    type Error = &'static str;

    fn try_from(counts: DelayCounts) -> Result<Self, Self::Error> {
        let bits = if counts.coarse { COARSER_BITS } else { 0 };
        let (numbers, rest) = counts.buckets.as_chunks::<3>();
        if !rest.is_empty() {
            return Err("a bucket of delays that is no three numbers");
        }
        let (mut buckets, mut bounds) = (Vec::with_capacity(numbers.len()), [0_i128; 2]);
        let (mut next, mut before) = (0, 0_u64);
        for &[count, above, wide] in numbers {
            let min_us = before.saturating_add(above);
            let max_us = min_us.saturating_add(wide);
            if count == 0 || max_us > MOST_US {
                return Err("a bucket of delays that holds nothing, or no delays");
            }
            before = max_us;
            let bucket = DelayBucket { count, min_us: min_us as i64, max_us: max_us as i64 };
            let index = bucket_index(bucket.min_us) >> bits;
            if index < next || bucket_index(bucket.max_us) >> bits != index {
                return Err("buckets of delays that are wider than they may be");
            }
            next = index + 1;
            bounds[0] += i128::from(count) * i128::from(min_us);
            bounds[1] += i128::from(count) * i128::from(max_us);
            buckets.push((index, bucket));
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
            r#"{"sum_us":0,"buckets":[0,0,0]}"#,
            r#"{"sum_us":-1,"buckets":[1,-1,0]}"#,
            r#"{"sum_us":12,"buckets":[1,7,0,1,0,0]}"#,
            r#"{"sum_us":100000,"buckets":[2,0,100000]}"#,
            r#"{"sum_us":9,"buckets":[1,5,0]}"#,
            r#"{"sum_us":5,"buckets":[1,5]}"#,
            r#"{"sum_us":1}"#,
            r#"{"sum_us":0,"more":1}"#,
            r#"{"sum_us":9223372036854775807,"buckets":[1,9223372036854775807,0]}"#,
            r#"{"sum_us":0,"buckets":[1,18446744073709551615,18446744073709551615]}"#,
        ] {
            assert!(serde_json::from_str::<DelayHistogram>(text).is_err(), "{text}");
        }
    }
}
