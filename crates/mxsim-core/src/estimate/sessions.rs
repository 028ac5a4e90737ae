//! Sessions: how many at the same time, how often a node was full, and how many messages go down one connection.

use super::interval::Ratio;
use super::window::per_window;
use crate::results::{Estimate, Interval, SessionResult};
use crate::scenario::TURNED_AWAY;
use crate::tally::labels::Labels;
use crate::tally::{HeldTally, SessionTally, Tally, WindowTally};
use crate::time::Span;

/// Most concurrent sessions over windows; `None` while sessions take no time.
pub(super) fn peak(tallies: &[Tally], node: usize) -> Option<Estimate> {
    let any = tallies.iter().flat_map(|tally| &tally.windows).any(|window| !window.peak_sessions.is_empty());
    any.then(|| most(tallies, |window| window.peak_sessions.get(node).copied()))
}

fn most(tallies: &[Tally], of: impl Fn(&WindowTally) -> Option<u32>) -> Estimate {
    per_window(tallies, |window| of(window).map(f64::from)).estimate()
}

/// The part of the connections that found the node full, in the busiest hour of each window.
fn busiest_hour(tallies: &[Tally], node: usize) -> Option<Estimate> {
    let hour =
        |window: &WindowTally| window.busiest_hour.get(node).filter(|hour| hour.connections > 0).copied();
    let any = tallies.iter().flat_map(|tally| &tally.windows).any(|window| hour(window).is_some());
    let part = |window: &WindowTally| hour(window).map(|hour| hour.full as f64 / hour.connections as f64);
    any.then(|| per_window(tallies, part).estimate())
}

/// Time-weighted average of the sessions at a node, or of those of them that are busy or idle.
fn by_work(measured: Span, tallies: &[Tally], node: usize, of: fn(&HeldTally) -> u64) -> Option<Interval> {
    let nodes = tallies.first()?.sessions.len();
    let pairs = tallies.iter().map(|tally| {
        let held = tally.held.iter().skip(node).step_by(nodes.max(1)).map(of);
        (held.sum::<u64>() as f64, measured.0 as f64)
    });
    Ratio::of(pairs).map(|ratio| ratio.interval())
}

/// The same of one sender at one node, `[sender * nodes + node]`: busy and idle; `None` while sessions take no time.
pub(super) fn held(measured: Span, tallies: &[Tally], place: usize) -> [Option<Interval>; 2] {
    let parts: [fn(&HeldTally) -> u64; 2] = [|held| held.busy_us, |held| held.occupied_us - held.busy_us];
    parts.map(|of| {
        let held = tallies.iter().filter_map(|tally| tally.held.get(place));
        Ratio::of(held.map(|held| (of(held) as f64, measured.0 as f64))).map(|ratio| ratio.interval())
    })
}

/// What became of the connections to a node; `None` while sessions take no time.
pub(super) fn sessions(
    of: &Labels,
    tallies: &[Tally],
    unlimited: &[Tally],
    node: usize,
) -> Option<SessionResult> {
    let labels = &of.nodes[node];
    let one = |tally: &Tally| tally.sessions.get(node).copied();
    tallies.iter().any(|tally| one(tally).is_some()).then(|| {
        let ratio = |part: fn(&SessionTally) -> (u64, u64)| {
            let pairs = tallies.iter().filter_map(one).map(|sessions| part(&sessions));
            Ratio::of(pairs.map(|(part, whole)| (part as f64, whole as f64)))
        };
        let in_busiest_hour = busiest_hour(tallies, node);
        SessionResult {
            limit: labels.session_limit,
            mean: mean(labels.measured, tallies, node),
            // A part of the connections: its range stays within 0 and 1, however few were turned away.
            blocked: ratio(|sessions| (sessions.full, sessions.connections))
                .map(|ratio| ratio.share_interval()),
            blocked_in_busiest_hour: in_busiest_hour,
            enough: labels.session_limit.and_then(|limit| enough(limit, unlimited, node, in_busiest_hour)),
            busy: by_work(labels.measured, tallies, node, |held| held.busy_us),
            idle: by_work(labels.measured, tallies, node, |held| held.occupied_us - held.busy_us),
            peak_busy: Some(most(tallies, |window| window.peak_busy.get(node).copied())),
            peak_idle: Some(most(tallies, |window| window.peak_idle.get(node).copied())),
            messages_per_connection: ratio(|sessions| (sessions.messages, sessions.used))
                .map(|ratio| ratio.interval()),
        }
    })
}

/// How many sessions a node that is full needs, on 19 of 20 windows: as many as it has at the same time if it has any number of them. What a full node
/// turns away does not say so, because every message comes again and again.
fn enough(limit: u32, unlimited: &[Tally], node: usize, turned_away: Option<Estimate>) -> Option<u32> {
    let is_full = turned_away?.mean > TURNED_AWAY;
    let most = most(unlimited, |window| window.peak_sessions.get(node).copied()).p95;
    (is_full && most > f64::from(limit)).then_some(most as u32)
}

/// Time-weighted average of the sessions at the same time.
fn mean(measured: Span, tallies: &[Tally], node: usize) -> Interval {
    let occupied = tallies.iter().filter_map(|tally| tally.sessions.get(node));
    let pairs = occupied.map(|sessions| (sessions.occupied_us as f64, measured.0 as f64));
    Ratio::of(pairs).map_or(Interval::alone(0.0), |ratio| ratio.interval())
}
