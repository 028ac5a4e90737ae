//! How long mail takes that arrives while the failure goes on.

use super::document::DelayCurve;
use super::measure::{still_waiting, values};
use super::timeline::{NOTHING, Pair};
use super::watch::{OfSender, Period, Seen};
use crate::estimate::paired::Family;
use crate::time::Span;

/// The curve has a point after each of these (s), as long as all messages are watched for so long. *Assumption*: three or four for each power of ten
/// show every step of a retry schedule.
const AFTER_S: [i64; 20] = [
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400,
    172_800, 345_600,
];

/// The part that has not been delivered after each time; its intervals hold each for itself.
pub(super) fn delays(pairs: &[Pair<'_>], period: &Period) -> DelayCurve {
    let watched = period.end.since(period.to);
    let after: Vec<Span> =
        AFTER_S.into_iter().map(Span::from_secs).filter(|after| *after <= watched).collect();
    let family = Family::of(1);
    let curve = |which: usize| {
        let part = |after: &Span| {
            let of = values(pairs, |pair| {
                let arrived: u64 = pair[which].senders.iter().map(|sender| sender.arrived).sum();
                (arrived > 0).then(|| (undelivered(pair[which], *after) as f64, arrived as f64))
            });
            family.mean(&of).unwrap_or(NOTHING)
        };
        after.iter().map(part).collect()
    };
    DelayCurve {
        undelivered: curve(1),
        undelivered_normal: curve(0),
        after_s: after.iter().map(|after| after.as_secs_f64()).collect(),
    }
}

/// Messages that have not been delivered so long after they arrived, or never are.
fn undelivered(seen: &Seen, after: Span) -> u64 {
    let never = |sender: &OfSender| sender.lost + still_waiting(sender);
    let later = seen.waited.iter().filter(|waited| !waited.is_bounced && waited.delay() > after);
    later.count() as u64 + seen.senders.iter().map(never).sum::<u64>()
}
