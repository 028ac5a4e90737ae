//! What happens when: the timeline of a failure, and when the split is as it was before.

use super::document::{NodeLine, Timeline};
use super::measure::{LATE, values};
use super::watch::{Period, Seen};
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::results::Interval;
use crate::time::{Span, Time};

/// Seconds in a minute.
pub(super) const PER_MINUTE: f64 = 60.0;
/// Bins before the failure, and at least so many after it.
const BEFORE: i64 = 12;
const AFTER: i64 = 36;
/// Lengths of bins, each for failures up to a length. *Assumption*: as many as a figure of half a page can show.
const BINS: [(Span, Span); 4] = [
    (Span::from_hours(4), Span::from_minutes(5)),
    (Span::from_hours(12), Span::from_minutes(15)),
    (Span::from_hours(72), Span::HOUR),
    (Span::FOREVER, Span::from_hours(4)),
];
/// The split is as before where no failed node's share is off by more than this part of it.
const OFF: f64 = 0.1;
/// Nothing is known.
pub(super) const NOTHING: Interval = Interval::alone(0.0);

impl Period {
    /// Bins around a failure; one of them begins with it.
    pub(super) fn around((from, to): (Time, Time), end: Time) -> Self {
        let length = to.since(from);
        let bin = BINS.iter().find(|(most, _)| length <= *most).map_or(Span::HOUR, |(_, bin)| *bin);
        let before = (from.0 / bin.0).min(BEFORE);
        let first = from - bin.saturating_mul(before);
        let shown = length.max(bin.saturating_mul(AFTER));
        let last = (to + shown).min(end);
        let bins = (last.since(first).0 / bin.0).max(1) as usize;
        Self { from, to, bin, first, bins, end }
    }
}

/// One replication without and one with the failure.
pub(super) type Pair<'a> = [&'a Seen; 2];

/// The timeline; its intervals hold each for itself.
pub(super) fn timeline(pairs: &[Pair<'_>], names: &[String], period: &Period) -> Timeline {
    let family = Family::of(1);
    let bins = || 0..period.bins;
    let mean = |value: &dyn Fn(&Pair<'_>) -> f64| {
        family.mean(&values(pairs, |pair| Some((value(pair), 1.0)))).unwrap_or(NOTHING)
    };
    let waiting = |which: usize| {
        bins().map(|bin| mean(&|pair| pair[which].bins.waiting[bin] as f64)).collect::<Vec<_>>()
    };
    Timeline {
        bin_s: period.bin.as_secs_f64(),
        from_s: period.first.as_secs_f64(),
        waiting: waiting(1),
        waiting_normal: waiting(0),
        late: LATE.map(|limit| {
            bins().map(|bin| mean(&|pair| waited_for(pair[1], limit, period.ends(bin)) as f64)).collect()
        }),
        nodes: names.iter().enumerate().map(|(node, name)| line(pairs, name, node, period)).collect(),
    }
}

/// Messages of the time of the failure that have waited for longer than this at a moment.
fn waited_for(seen: &Seen, limit: Span, at: Time) -> usize {
    let is_late = |born: Time, until: Time| at >= born + limit && until > at;
    seen.waited.iter().filter(|waited| is_late(waited.message.born, waited.until)).count()
}

fn line(pairs: &[Pair<'_>], name: &str, node: usize, period: &Period) -> NodeLine {
    let family = Family::of(1);
    let rate = PER_MINUTE / period.bin.as_secs_f64();
    let accepted = |which: usize| {
        let of = |bin: usize| values(pairs, |pair| Some((count(pair[which], bin, node) * rate, 1.0)));
        (0..period.bins).map(|bin| family.mean(&of(bin)).unwrap_or(NOTHING)).collect()
    };
    let of_share = |which: usize, bin: usize| values(pairs, |pair| share(pair[which], bin, node));
    let share = |bin: usize| family.mean(&of_share(1, bin)).unwrap_or(NOTHING);
    NodeLine {
        name: name.into(),
        accepted: accepted(1),
        accepted_normal: accepted(0),
        share: (0..period.bins).map(share).collect(),
        share_difference: (0..period.bins).map(|bin| off(family, pairs, bin, node)).collect(),
    }
}

fn count(seen: &Seen, bin: usize, node: usize) -> f64 {
    f64::from(seen.bins.accepted[bin * seen.during.len() + node])
}

/// The share of a node in a bin, as its messages and all.
fn share(seen: &Seen, bin: usize, node: usize) -> Value {
    let nodes = seen.during.len();
    let all: u32 = seen.bins.accepted[bin * nodes..][..nodes].iter().sum();
    (all > 0).then(|| (count(seen, bin, node), f64::from(all)))
}

/// By how much the share of a node is more with the failure than without it.
fn off(family: Family, pairs: &[Pair<'_>], bin: usize, node: usize) -> Interval {
    let of = |which: usize| values(pairs, |pair| share(pair[which], bin, node));
    family.difference(&of(1), &of(0)).map_or(NOTHING, |difference| difference.value)
}

/// From the end of the failure until the split of these nodes is as without it; see `Recovery::split_normal_s`.
pub(super) fn split_normal(pairs: &[Pair<'_>], failed: &[usize], period: &Period) -> Option<Interval> {
    let after = period.first_after();
    let family = Family::of((period.bins.saturating_sub(after) * failed.len()).max(1));
    let normal = |node: usize| {
        let all: f64 = pairs.iter().map(|[normal, _]| normal.after.iter().sum::<u64>() as f64).sum();
        let own: f64 = pairs.iter().map(|[normal, _]| normal.after[node] as f64).sum();
        if all > 0.0 { own / all } else { 0.0 }
    };
    let last = |is_off: &dyn Fn(Interval, f64) -> bool| {
        let is_off_at = |bin: &usize| {
            failed.iter().any(|&node| is_off(off(family, pairs, *bin, node), normal(node) * OFF))
        };
        (after..period.bins).rev().find(is_off_at)
    };
    let mean = last(&|off, most| off.value.abs() > most);
    let surely =
        last(&|off, most| off.low.is_some_and(|low| low > most) || off.high.is_some_and(|high| high < -most));
    let reaches = |bound: Option<f64>, most: f64| bound.is_none_or(|bound| bound.abs() > most);
    let perhaps = last(&|off, most| reaches(off.low, most) || reaches(off.high, most));
    let until = |bin: Option<usize>| bin.map_or(0.0, |bin| period.ends(bin).since(period.to).as_secs_f64());
    let is_seen = |bin: &Option<usize>| bin.is_none_or(|bin| bin + 1 < period.bins);
    let value = Some(mean).filter(is_seen).map(until)?;
    Some(Interval {
        value,
        low: Some(surely).filter(is_seen).map(until),
        high: Some(perhaps).filter(is_seen).map(until),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_lie_around_the_failure_and_within_the_run() {
        let at = |minutes: i64| Time::ZERO + Span::from_minutes(minutes);
        let period = Period::around((at(600), at(630)), at(17 * 60));
        assert_eq!((period.first, period.bins, period.first_after()), (at(540), 54, 18));
        assert_eq!(period.ends(17), at(630));
        // It begins after midnight with a part of an hour before it, and ends with the run.
        let early = Period::around((at(12), at(20)), at(60));
        assert_eq!((early.first, early.bins, early.first_after()), (at(2), 11, 4));
    }
}
