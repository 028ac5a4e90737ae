//! Sessions: how many at the same time, how often a node was full, and how many messages go down one connection.

use super::interval::{Ratio, unknown};
use super::window::per_window;
use crate::results::{Estimate, Interval, SessionResult};
use crate::tally::labels::NodeLabels;
use crate::tally::{SessionTally, Tally};
use crate::time::Span;

/// Most concurrent sessions over windows; `None` while sessions take no time.
pub(super) fn peak(tallies: &[Tally], node: usize) -> Option<Estimate> {
    let any = tallies.iter().flat_map(|tally| &tally.windows).any(|window| !window.peak_sessions.is_empty());
    any.then(|| {
        per_window(tallies, |window| window.peak_sessions.get(node).copied().map(f64::from)).estimate()
    })
}

/// What became of the connections to a node; `None` while sessions take no time.
pub(super) fn sessions(labels: &NodeLabels, tallies: &[Tally], node: usize) -> Option<SessionResult> {
    let one = |tally: &Tally| tally.sessions.get(node).copied();
    tallies.iter().any(|tally| one(tally).is_some()).then(|| {
        let ratio = |part: fn(&SessionTally) -> (u64, u64)| {
            let pairs = tallies.iter().filter_map(one).map(|sessions| part(&sessions));
            Ratio::of(pairs.map(|(part, whole)| (part as f64, whole as f64)))
        };
        SessionResult {
            limit: labels.session_limit,
            mean: mean(labels.measured, tallies, node),
            // A part of the connections: its range stays within 0 and 1, however few were turned away.
            blocked: ratio(|sessions| (sessions.full, sessions.connections))
                .map(|ratio| ratio.share_interval()),
            messages_per_connection: ratio(|sessions| (sessions.messages, sessions.used))
                .map(|ratio| ratio.interval()),
        }
    })
}

/// Time-weighted average of the sessions at the same time.
fn mean(measured: Span, tallies: &[Tally], node: usize) -> Interval {
    let occupied = tallies.iter().filter_map(|tally| tally.sessions.get(node));
    let pairs = occupied.map(|sessions| (sessions.occupied_us as f64, measured.0 as f64));
    Ratio::of(pairs).map_or(unknown(0.0), |ratio| ratio.interval())
}
