//! What a goal looks at in each window. Small is good: a window meets the goal if its value does not exceed the [`limit`].

use super::balance::{largest, quietest};
use super::sample::Sample;
use super::window::{Loads, per_window};
use crate::scenario::{GoalKind, LOST, SLOW_PART, TURNED_AWAY};
use crate::tally::labels::{Labels, NodeLabels};
use crate::tally::{HourTally, Strain, Tally, WindowTally};
use crate::time::Span;

/// The values of all windows; a window without the quantity has none.
pub(super) fn measured(kind: &GoalKind, labels: &Labels, tallies: &[Tally], loads: &Loads) -> Sample {
    match *kind {
        GoalKind::DelayP95 { at_most } => late(labels, tallies, at_most),
        GoalKind::Bounced { .. } => bounced(tallies),
        GoalKind::TurnedAway { .. } => per_window(tallies, |window| Some(turned_away(window))),
        GoalKind::Sessions { .. } => {
            per_window(tallies, |window| Some(window.peak_sessions.iter().copied().max().unwrap_or(0).into()))
        }
        GoalKind::Headroom { .. } => per_window(tallies, |window| Some(fullest(labels, window))),
        GoalKind::Survive { .. } => per_window(tallies, worst_strain),
        _ => of_shares(kind, labels, loads),
    }
}

/// The same if all mail that waits when the run ends is late; `None` for goals that this makes no difference to.
pub(super) fn at_worst(kind: &GoalKind, labels: &Labels, tallies: &[Tally]) -> Option<Sample> {
    match *kind {
        GoalKind::DelayP95 { at_most } => {
            let place = delay_place(labels, at_most)?;
            Some(per_window(tallies, |window| {
                let (late, all) =
                    (*window.late.get(place)? + window.undecided, window.arrived + window.undecided);
                (all > 0).then(|| late as f64 / all as f64)
            }))
        }
        GoalKind::Survive { .. } => Some(per_window(tallies, |window| {
            window.with_nodes_down.iter().map(|down| strain(&down.at_worst())).reduce(f64::max)
        })),
        _ => None,
    }
}

/// The largest value that meets the goal.
pub(super) const fn limit(kind: &GoalKind) -> f64 {
    match *kind {
        GoalKind::BusiestShare { at_most }
        | GoalKind::Bounced { at_most }
        | GoalKind::TurnedAway { at_most } => at_most,
        GoalKind::Sessions { at_most } => at_most as f64,
        GoalKind::Headroom { at_least } => 1.0 - at_least,
        GoalKind::QuietestShare { at_least } => -at_least,
        GoalKind::NearFair { within } => within,
        GoalKind::DelayP95 { .. } => SLOW_PART,
        GoalKind::Share { .. } => 0.0,
        GoalKind::Survive { .. } => 1.0,
    }
}

fn of_shares(kind: &GoalKind, labels: &Labels, loads: &Loads) -> Sample {
    let fair: Vec<f64> = labels.nodes.iter().map(|node| node.fair_share).collect();
    match kind {
        GoalKind::QuietestShare { .. } => loads.measure(|shares| -quietest(shares, &fair)),
        GoalKind::NearFair { .. } => loads.measure(|shares| farthest(shares, &fair)),
        GoalKind::Share { node, range } => {
            let ([least, most], place) = (range.bounds(), labels.node(node));
            loads.measure(|shares| {
                let share = place.map_or(0.0, |place| shares[place]);
                (least - share).max(share - most)
            })
        }
        _ => loads.measure(largest),
    }
}

/// Largest deviation from the fair share, relative to it, over the nodes that have one.
fn farthest(shares: &[f64], fair: &[f64]) -> f64 {
    let meant = shares.iter().zip(fair).filter(|(_, fair)| **fair > 0.0);
    meant.map(|(share, fair)| (share / fair - 1.0).abs()).fold(0.0, f64::max)
}

/// Part of the messages of each window that were late; windows without messages have none.
fn late(labels: &Labels, tallies: &[Tally], at_most: Span) -> Sample {
    let place = delay_place(labels, at_most);
    per_window(tallies, |window| {
        let late = *window.late.get(place?)?;
        (window.arrived > 0).then(|| late as f64 / window.arrived as f64)
    })
}

/// The place of a delay goal in tallies, which hold the delay goals only, in their order.
fn delay_place(labels: &Labels, at_most: Span) -> Option<usize> {
    let limits = labels.goals.iter().filter(|goal| matches!(goal.kind, GoalKind::DelayP95 { .. }));
    limits.map(|goal| &goal.kind).position(|kind| *kind == GoalKind::DelayP95 { at_most })
}

/// Part of the messages of each window that bounced; windows without messages have none.
fn bounced(tallies: &[Tally]) -> Sample {
    per_window(tallies, |window| {
        (window.messages > 0)
            .then(|| (window.bounced + window.accepted_then_bounced) as f64 / window.messages as f64)
    })
}

/// Largest part of the connections of its busiest hour that any node turned away.
fn turned_away(window: &WindowTally) -> f64 {
    window.busiest_hour.iter().map(HourTally::part_full).fold(0.0, f64::max)
}

/// The worst that any choice of nodes down does to a window; see [`strain`]. Windows that were not looked at have none.
fn worst_strain(window: &WindowTally) -> Option<f64> {
    window.with_nodes_down.iter().map(strain).reduce(f64::max)
}

/// How many times its limit the worst of these is: what bounces, what is late, and what the fullest node turns away in its busiest hour.
pub(super) fn strain(of: &Strain) -> f64 {
    let part = |count: u64, all: u64| if all == 0 { 0.0 } else { count as f64 / all as f64 };
    let full = of.fullest.part_full() / TURNED_AWAY;
    (part(of.bounced, of.messages) / LOST).max(part(of.late, of.arrived) / SLOW_PART).max(full)
}

/// Largest part of its limit of sessions that any node had in use at the same time.
fn fullest(labels: &Labels, window: &WindowTally) -> f64 {
    let nodes = labels.nodes.iter().zip(&window.peak_sessions);
    let used = |(node, peak): (&NodeLabels, &u32)| Some(f64::from(*peak) / f64::from(node.session_limit?));
    nodes.filter_map(used).fold(0.0, f64::max)
}
