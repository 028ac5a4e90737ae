//! Sessions: how many at the same time, how often a node was full, and how many messages go down one connection.

use super::interval::{Ratio, unknown};
use super::window::per_window;
use crate::results::{Estimate, Interval, NodeTotals, SessionResult};
use crate::scenario::TURNED_AWAY;
use crate::tally::labels::Labels;
use crate::tally::{HeldTally, SessionTally, Tally, WindowTally};
use crate::theory::failure::{enough_sessions, offered_load};
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
pub(super) fn sessions(of: &Labels, tallies: &[Tally], node: usize) -> Option<SessionResult> {
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
            enough: enough(of, tallies, node, in_busiest_hour),
            busy: by_work(labels.measured, tallies, node, |held| held.busy_us),
            idle: by_work(labels.measured, tallies, node, |held| held.occupied_us - held.busy_us),
            peak_busy: Some(most(tallies, |window| window.peak_busy.get(node).copied())),
            peak_idle: Some(most(tallies, |window| window.peak_idle.get(node).copied())),
            messages_per_connection: ratio(|sessions| (sessions.messages, sessions.used))
                .map(|ratio| ratio.interval()),
        }
    })
}

/// How many sessions would turn away no more than is worth a word.
///
/// A node that is far too small is offered every message again and again, so what it turns away says little about the mail. What it needs follows from
/// the mail itself: messages that come in the busiest hour, and the session time each takes. Where that is no more than it has already, or an outage
/// moves mail and its retries to it, the part that it turns away says more.
fn enough(labels: &Labels, tallies: &[Tally], node: usize, turned_away: Option<Estimate>) -> Option<u32> {
    let (part, limit) = (turned_away?.mean, labels.nodes[node].session_limit?);
    // Most nodes have room, and the search takes as many steps as there are sessions.
    if part <= TURNED_AWAY {
        return None;
    }
    // Half of what is worth a word, so that the next run says so too.
    let enough = |offered: f64| enough_sessions(offered, 0.5 * TURNED_AWAY);
    let measured = || enough(offered_load(limit, part)?);
    if labels.nodes.iter().any(|node| node.fails) {
        return measured();
    }
    match offered_by_mail(labels, tallies, node).and_then(enough) {
        Some(enough) if enough > limit => Some(enough),
        _ => measured(),
    }
}

/// Sessions that the mail of the busiest hour takes at a node on average, if none is turned away.
fn offered_by_mail(labels: &Labels, tallies: &[Tally], node: usize) -> Option<f64> {
    let sum = |count: fn(&SessionTally) -> u64| -> f64 {
        tallies.iter().filter_map(|tally| tally.sessions.get(node)).map(|of| count(of) as f64).sum()
    };
    let (occupied, messages) = (sum(|of| of.occupied_us), sum(|of| of.messages));
    let share = share_of_first_tries(labels, tallies, node)?;
    let session = occupied / messages / Span::HOUR.0 as f64;
    Some(labels.busiest_hour * share * session).filter(|offered| offered.is_finite())
}

/// The part of the mail that turns to a node first: at least what it takes, more where others take what it turns away, and no more than its part of
/// the connections.
fn share_of_first_tries(labels: &Labels, tallies: &[Tally], node: usize) -> Option<f64> {
    let part = |count: fn(&NodeTotals) -> u64| {
        let all: f64 = tallies.iter().flat_map(|tally| &tally.nodes).map(|of| count(of) as f64).sum();
        let own: f64 = tallies.iter().map(|tally| count(&tally.nodes[node]) as f64).sum();
        Some(own / all).filter(|part| part.is_finite())
    };
    let (taken, tried) = (part(|of| of.accepted)?, part(|of| of.connections_tried)?);
    Some(taken.max(tried.min(labels.nodes[node].fair_share)))
}

/// Time-weighted average of the sessions at the same time.
fn mean(measured: Span, tallies: &[Tally], node: usize) -> Interval {
    let occupied = tallies.iter().filter_map(|tally| tally.sessions.get(node));
    let pairs = occupied.map(|sessions| (sessions.occupied_us as f64, measured.0 as f64));
    Ratio::of(pairs).map_or(unknown(0.0), |ratio| ratio.interval())
}
