//! Worlds that differ from the scenario's in what the zone or the nodes are like, not in what is assumed of senders.

use super::unknown_hosts;
use crate::node::{Fault, Outage, Schedule};
use crate::results::EventKind;
use crate::scenario::{Goal, GoalKind, SLOW, Scenario};
use crate::time::Time;

/// In what a world differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Twin {
    /// Hosts whose address is not known have none.
    Without,
    /// No node fails.
    Undisturbed,
    /// A choice of nodes is down all the time.
    Down,
}

/// All that the scenario asks for.
pub(super) fn twins(scenario: &Scenario) -> Vec<(Twin, Scenario)> {
    let without = unknown_hosts::without(scenario).map(|without| (Twin::Without, without));
    let undisturbed = undisturbed(scenario).map(|undisturbed| (Twin::Undisturbed, undisturbed));
    let down = scenario.down().map(|nodes| (Twin::Down, down(scenario, &nodes)));
    without.into_iter().chain(undisturbed).chain(down).collect()
}

/// The scenario without its faults, to see whether it would split the mail; `None` where nobody asks, or the zone changes too.
fn undisturbed(scenario: &Scenario) -> Option<Scenario> {
    let fails = scenario.nodes.iter().any(|node| !node.faults.is_empty());
    let meant = scenario.nodes.iter().filter(|node| node.fair_share > 0.0).count();
    if !fails || meant < 2 || !scenario.goals_are_default || scenario.zones.len() > 1 {
        return None;
    }
    let mut undisturbed = scenario.clone();
    undisturbed.nodes.iter_mut().for_each(|node| node.faults = Schedule::default());
    undisturbed.events.retain(|event| event.kind != EventKind::Fault);
    Some(undisturbed)
}

/// The scenario with these nodes down all the time. Packets that vanish are the worst a dead host does to a sender that has to wait.
fn down(scenario: &Scenario, nodes: &[usize]) -> Scenario {
    let mut down = scenario.clone();
    for node in nodes {
        let always = Outage { from: Time(i64::MIN), to: Time::NEVER, fault: Fault::Drop, share: 1.0 };
        down.nodes[*node].faults = Schedule::new(vec![always]);
    }
    down.events.clear();
    down.goals = vec![Goal::new(GoalKind::DelayP95 { at_most: SLOW }, 0.95)];
    down
}
