//! Worlds that differ from the scenario's in what the zone or the nodes are like, not in what is assumed of senders.

use super::unknown_hosts;
use crate::scenario::{Goal, GoalKind, SLOW, Scenario};

/// In what a world differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Twin {
    /// Hosts whose address is not known have none.
    Without,
    /// No node fails.
    Undisturbed,
    /// A choice of nodes is down all the time.
    Down,
    /// Nodes serve any number of sessions.
    Unlimited,
}

/// All that the scenario asks for.
pub(super) fn twins(scenario: &Scenario) -> Vec<(Twin, Scenario)> {
    let without = unknown_hosts::without(scenario).map(|without| (Twin::Without, without));
    let undisturbed = undisturbed(scenario).map(|undisturbed| (Twin::Undisturbed, undisturbed));
    let down = scenario.down().map(|nodes| (Twin::Down, down(scenario, &nodes)));
    let unlimited = unlimited(scenario).map(|unlimited| (Twin::Unlimited, unlimited));
    without.into_iter().chain(undisturbed).chain(down).chain(unlimited).collect()
}

/// The scenario with any number of sessions at each node, to see how many it needs; `None` where there is no limit.
fn unlimited(scenario: &Scenario) -> Option<Scenario> {
    let mut unlimited = scenario.clone();
    let limited = unlimited.nodes.iter_mut().filter_map(|node| node.capacity.sessions.take());
    (limited.count() > 0).then_some(unlimited)
}

/// The scenario without its faults, to see whether it would split the mail; `None` where nobody asks, or the zone changes too.
fn undisturbed(scenario: &Scenario) -> Option<Scenario> {
    let fails = scenario.nodes.iter().any(|node| !node.faults.is_empty());
    let meant = scenario.nodes.iter().filter(|node| node.fair_share > 0.0).count();
    if !fails || meant < 2 || !scenario.goals_are_default || scenario.zones.len() > 1 {
        return None;
    }
    Some(scenario.without_faults())
}

/// The scenario with these nodes down all the time, and a goal that has what is slow counted.
fn down(scenario: &Scenario, nodes: &[usize]) -> Scenario {
    let goals = vec![Goal::new(GoalKind::DelayP95 { at_most: SLOW }, 0.95)];
    Scenario { goals, ..scenario.with_nodes_down(nodes) }
}
