//! What became of the messages, and how long they took.

use super::greylisting;
use super::interval::Ratio;
use super::special::t_factor;
use crate::results::{Delay, Delivery, DeliveryTotals, Interval};
use crate::tally::labels::Labels;
use crate::tally::{DelayBucket, DelayHistogram, Tally};

/// Microseconds in a second.
const SECOND: f64 = 1e6;

/// Totals and delays of wanted mail, and the connections of all.
pub(super) fn delivery(labels: &Labels, tallies: &[Tally]) -> Delivery {
    let delays: Vec<&DelayHistogram> = tallies.iter().map(|tally| &tally.delays).collect();
    let late = |tally: &Tally| labels.wanted(tally).map(|sender| sender.late).sum::<u64>();
    Delivery {
        totals: totals(tallies.iter().map(|tally| tally.totals)),
        bounced_share: bounced_share(tallies.iter().map(|tally| tally.totals)),
        late: part(tallies.iter().map(|tally| (late(tally), not_bounced(tally.totals)))),
        delay: delay(&delays),
        greylisted: greylisting::of_all(labels, tallies),
    }
}

/// Messages that were accepted or still wait.
pub(super) const fn not_bounced(totals: DeliveryTotals) -> u64 {
    totals.accepted + totals.waiting
}

/// Counts of all replications together.
pub(super) fn totals(replications: impl Iterator<Item = DeliveryTotals>) -> DeliveryTotals {
    let mut sum = DeliveryTotals::default();
    replications.for_each(|totals| sum += totals);
    sum
}

/// The part of the messages that bounced, those that a node had accepted included; `None` without messages.
pub(super) fn bounced_share(replications: impl Iterator<Item = DeliveryTotals> + Clone) -> Option<Interval> {
    part(replications.map(|totals| (totals.lost(), totals.messages)))
}

/// A part of a whole, from `(part, whole)` of each replication; `None` if there is nothing of the whole.
pub(super) fn part(replications: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Interval> {
    let pairs = replications.map(|(part, whole)| (part as f64, whole as f64));
    Ratio::of(pairs).map(|ratio| ratio.share_interval())
}

/// Delays over all replications, one histogram each; `None` without a delay. An empty histogram is one that was moved to another
/// replication.
pub(super) fn delay(replications: &[&DelayHistogram]) -> Option<Delay> {
    let mut merged = DelayHistogram::default();
    replications.iter().for_each(|delays| merged.merge(delays));
    let pairs = replications.iter().map(|delays| (delays.sum_us() as f64, delays.count() as f64));
    let mean = Ratio::of(pairs)?;
    let mean_ci = mean.half_width().map_or([None, None], |half| {
        [Some((mean.value - half).max(0.0) / SECOND), Some((mean.value + half) / SECOND)]
    });
    let [(p50, p50_ci), (p95, p95_ci), (p99, p99_ci)] =
        [0.50, 0.95, 0.99].map(|p| quantile(&merged, replications, p));
    let most =
        |histogram: &DelayHistogram| histogram.buckets().last().map(|bucket| bucket.max_us as f64 / SECOND);
    let largest: Vec<f64> = replications.iter().filter_map(|delays| most(delays)).collect();
    Some(Delay {
        mean: mean.value / SECOND,
        mean_ci,
        p50,
        p50_ci,
        p95,
        p95_ci,
        p99,
        p99_ci,
        max: largest.iter().copied().fold(0.0, f64::max),
        max_ci: [largest.iter().copied().reduce(f64::min), largest.iter().copied().reduce(f64::max)],
    })
}

/// The `p`-quantile of all delays and its interval (Woodruff 1952): the quantiles at p minus and plus the error of the fraction of delays
/// up to the quantile, which comes from the spread of that fraction between replications.
///
/// Delays come in atoms: nine of ten are zero, the rest is a time-out or a retry. Where the quantile sits on the edge of an atom, the
/// fraction *below* it may spread more than the fraction up to it; the larger error counts.
fn quantile(merged: &DelayHistogram, replications: &[&DelayHistogram], p: f64) -> (f64, [Option<f64>; 2]) {
    let value = at_fraction(merged, p);
    let used = replications.iter().filter(|delays| delays.count() > 0).count();
    // Delays are whole microseconds.
    let errors = [value, value.ceil() - 1.0].map(|limit| fraction_error(replications, limit));
    let error = errors.into_iter().flatten().reduce(f64::max);
    let bounds = error.map_or([None, None], |error| {
        let half = error * t_factor(used);
        [p - half, p + half]
            .map(|bound| (0.0..=1.0).contains(&bound).then(|| at_fraction(merged, bound) / SECOND))
    });
    (value / SECOND, bounds)
}

/// Standard error of the fraction of delays up to a limit; `None` from a single replication.
fn fraction_error(replications: &[&DelayHistogram], limit_us: f64) -> Option<f64> {
    let counts = replications.iter().map(|delays| (up_to(delays, limit_us), delays.count() as f64));
    let counts: Vec<(f64, f64)> = counts.collect();
    Ratio::of(counts.into_iter()).and_then(|ratio| ratio.variance()).map(f64::sqrt)
}

/// The nearest-rank quantile \[µs\]; inside a bucket ranks are spread evenly between its extremes.
pub(super) fn at_fraction(histogram: &DelayHistogram, p: f64) -> f64 {
    let count = histogram.count();
    let rank = ((p * count as f64).ceil() as u64).clamp(1, count.max(1));
    let mut before = 0;
    for bucket in histogram.buckets() {
        if rank <= before + bucket.count {
            return inside(bucket, rank - before);
        }
        before += bucket.count;
    }
    0.0
}

fn inside(bucket: &DelayBucket, rank: u64) -> f64 {
    let least = bucket.min_us as f64;
    if bucket.count < 2 {
        return least;
    }
    least + (bucket.max_us - bucket.min_us) as f64 * (rank - 1) as f64 / (bucket.count - 1) as f64
}

/// Delays of at most `limit_us`, counted as [`at_fraction`] spreads them.
pub(super) fn up_to(histogram: &DelayHistogram, limit_us: f64) -> f64 {
    histogram.buckets().map(|bucket| part_up_to(bucket, limit_us)).sum()
}

fn part_up_to(bucket: &DelayBucket, limit_us: f64) -> f64 {
    let (least, most) = (bucket.min_us as f64, bucket.max_us as f64);
    if limit_us >= most {
        return bucket.count as f64;
    }
    if limit_us < least {
        return 0.0;
    }
    // Here least <= limit < most, so the bucket has at least two delays.
    1.0 + (bucket.count - 1) as f64 * (limit_us - least) / (most - least)
}
