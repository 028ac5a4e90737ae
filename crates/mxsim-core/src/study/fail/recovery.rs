//! What follows a failure: until when the affected mail is delivered, and the surge.

use super::document::{Effect, Recovery};
use super::measure::{between, still_waiting, values};
use super::timeline::PER_MINUTE;
use super::watch::{OfSender, Period, Seen, Waited};
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::results::{Interval, Unit};
use crate::time::{Span, Time};
use std::collections::BTreeMap;
use std::ops::Range;

/// A message is affected if it is later than without the failure by more than this.
const MATTERS: Span = Span::from_secs(1);
/// Parts of the affected mail that are waited for, as so many of a hundred.
const DELIVERED: [u64; 2] = [95, 99];

/// What follows in one replication.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Followed {
    affected: u64,
    waiting_at_end: u64,
    still_waiting: u64,
    /// When so much of the affected mail is delivered, see [`DELIVERED`].
    delivered: [Option<Time>; 2],
    /// When so much of what waits at the end of the failure is.
    drained: Option<Time>,
    /// Messages accepted after the failure, without and with it.
    after: [u64; 2],
    /// The most that a node accepts in a bin after it, likewise.
    peak: [u32; 2],
}

impl Followed {
    /// Holds a replication with the failure against the same without it.
    pub(super) fn of([normal, failing]: [&Seen; 2], period: &Period) -> Self {
        let without: BTreeMap<_, _> = normal.waited.iter().map(|waited| (waited.message, waited)).collect();
        let is_affected = |waited: &&Waited| match without.get(&waited.message) {
            Some(other) if waited.is_bounced => !other.is_bounced,
            Some(other) => waited.delay() > other.delay() + MATTERS,
            None => waited.is_bounced || waited.delay() > MATTERS,
        };
        let affected: Vec<&Waited> = failing.waited.iter().filter(is_affected).collect();
        let sum = |seen: &Seen, of: fn(&OfSender) -> u64| seen.senders.iter().map(of).sum::<u64>();
        let more = |of: fn(&OfSender) -> u64| sum(failing, of).saturating_sub(sum(normal, of));
        let (waits, bounced) = (more(still_waiting), more(|sender| sender.accepted_then_bounced));
        let taken = affected.iter().filter(|waited| !waited.is_bounced);
        let mut delivered: Vec<Time> = taken.map(|waited| waited.until).collect();
        delivered.sort_unstable();
        let all = affected.len() as u64 + waits + bounced;
        let waiting_at_end =
            affected.iter().filter(|waited| waited.until >= period.to).count() as u64 + waits;
        let late = &delivered[delivered.partition_point(|until| *until < period.to)..];
        Self {
            affected: all,
            waiting_at_end,
            still_waiting: waits,
            delivered: DELIVERED.map(|part| when(&delivered, part, all, period.from)),
            drained: when(late, DELIVERED[0], waiting_at_end, period.to),
            after: [normal, failing].map(|seen| seen.after.iter().sum()),
            peak: [normal, failing].map(|seen| peak(seen, None, period.first_after()..period.bins)),
        }
    }

    fn surge(&self) -> f64 {
        self.after[1] as f64 - self.after[0] as f64
    }
}

/// When `part` of a hundred of `all` messages are delivered, of which these are in the end; `start` if there are none.
fn when(delivered: &[Time], part: u64, all: u64, start: Time) -> Option<Time> {
    match (all * part).div_ceil(100).checked_sub(1) {
        Some(last) => delivered.get(last as usize).copied(),
        None => Some(start),
    }
}

/// The most messages that a node, or any of them, accepts in one of these bins.
pub(super) fn peak(seen: &Seen, node: Option<usize>, bins: Range<usize>) -> u32 {
    let nodes = seen.during.len();
    let of = |bin: usize| &seen.bins.accepted[bin * nodes..][..nodes];
    let most = |counts: &[u32]| node.map_or(counts.iter().copied().max(), |node| counts.get(node).copied());
    bins.filter_map(|bin| most(of(bin))).max().unwrap_or(0)
}

/// Intervals of what follows, but for the split.
pub(super) fn recovery(family: Family, followed: &[Followed], period: &Period) -> Recovery {
    let mean = |of: &dyn Fn(&Followed) -> f64| {
        let values = values(followed, |followed| Some((of(followed), 1.0)));
        family.mean(&values).unwrap_or(Interval::alone(0.0))
    };
    let count = |of: &dyn Fn(&Followed) -> f64| Unit::Count.bounded(mean(of));
    let moment = |of: &dyn Fn(&Followed) -> Option<Time>, since: Time| {
        let is_always = followed.iter().all(|followed| of(followed).is_some());
        let after = |followed: &Followed| of(followed).map_or(0.0, |at| at.since(since).as_secs_f64());
        is_always.then(|| Unit::Seconds.bounded(mean(&after)))
    };
    let peak = peaks(family, followed, period);
    Recovery {
        affected: count(&|followed| followed.affected as f64),
        waiting_at_end: count(&|followed| followed.waiting_at_end as f64),
        still_waiting: count(&|followed| followed.still_waiting as f64),
        delivered_s: [0, 1].map(|part| moment(&|followed| followed.delivered[part], period.from)),
        delivered_after_s: [0, 1].map(|part| moment(&|followed| followed.delivered[part], period.to)),
        surge_s: moment(&|followed| followed.drained, period.to),
        surge: mean(&Followed::surge),
        peak_ratio: (peak.normal.value > 0.0).then(|| peak.failing.value / peak.normal.value),
        peak,
        split_normal_s: None,
    }
}

fn peaks(family: Family, followed: &[Followed], period: &Period) -> Effect {
    let rate = PER_MINUTE / period.bin.as_secs_f64();
    let of = |which: usize| -> Vec<Value> {
        values(followed, |followed| Some((f64::from(followed.peak[which]) * rate, 1.0)))
    };
    let name = ("peak_after", "busiest node after the failure", Unit::PerMinute);
    between(family, name, [&of(0), &of(1)]).expect("every replication has a peak")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_mail_is_delivered_when_the_last_of_it_is() {
        let times: Vec<Time> = (1..=20).map(Time).collect();
        assert_eq!(when(&times, 95, 20, Time::ZERO), Some(Time(19)));
        assert_eq!(when(&times, 99, 20, Time::ZERO), Some(Time(20)));
        // One of 21 is not delivered: 20 are 95 % of them, and not 99 %.
        assert_eq!(
            (when(&times, 95, 21, Time::ZERO), when(&times, 99, 21, Time::ZERO)),
            (Some(Time(20)), None)
        );
        assert_eq!(when(&[], 95, 0, Time(7)), Some(Time(7)));
    }
}
