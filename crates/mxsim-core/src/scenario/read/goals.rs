//! `[goals]`: what has to hold, and on which part of the windows.

use super::nodes::report_unknown_node;
use super::reading::{Reading, share};
use crate::parameters::span;
use crate::scenario::goal::{Goal, GoalKind, ShareRange, combinations};
use crate::scenario::model::Node;
use crate::syntax::diagnostic::code;
use crate::syntax::tree::{Entry, Table, Value};

/// On which part of the windows a goal has to hold where nothing is said: 19 of 20.
const DEFAULT_ON: f64 = 0.95;

/// Most choices of nodes that are down: each is a run of its own.
const MOST_CHOICES: usize = 32;

/// The goals, in the order of the text.
pub(super) fn read(table: &Table, nodes: &[Node], reading: &mut Reading) -> Vec<Goal> {
    let mut goals = Vec::new();
    for entry in &table.entries {
        match entry.value.as_table().filter(|_| entry.key == "share") {
            Some(shares) => {
                goals.extend(shares.entries.iter().filter_map(|own| of_node(own, nodes, reading)))
            }
            None => {
                let goal = goal(&entry.key, &entry.value);
                goals.extend(goal.filter(|goal| can_be_told(&goal.kind, entry, nodes, reading)));
            }
        }
    }
    goals
}

/// True if the scenario has what a goal is about; else that is reported.
fn can_be_told(kind: &GoalKind, entry: &Entry, nodes: &[Node], reading: &mut Reading) -> bool {
    let (has, what) = match kind {
        GoalKind::TurnedAway { .. } | GoalKind::Headroom { .. } => {
            (nodes.iter().any(|node| node.capacity.sessions.is_some()), "no node has a limit of sessions")
        }
        GoalKind::Sessions { .. } => {
            (nodes.iter().any(|node| node.capacity.is_timed()), "sessions take no time at any node")
        }
        GoalKind::Survive { nodes: down } => return can_survive(*down, entry, nodes, reading),
        _ => (true, ""),
    };
    if !has {
        let message = format!("goals.{}: {what}", entry.key);
        let help = match kind {
            GoalKind::Sessions { .. } => {
                "say how long a session lasts: `[nodes.\"*\"] session_time = \"2s\"`"
            }
            _ => "say what a node can serve: `[nodes.\"*\"] sessions = 20, session_time = \"2s\"`",
        };
        reading.report.error(code::MISSING, &entry.key_place, message).help(help);
    }
    has
}

/// True if a node is left, and the choices of those that are down are not too many to look at.
fn can_survive(down: u32, entry: &Entry, nodes: &[Node], reading: &mut Reading) -> bool {
    let choices = combinations(nodes.len(), down as usize).take(MOST_CHOICES + 1).count();
    let (problem, help) = if nodes.len() == 1 {
        let problem = "there is one node, and a single host survives no failure";
        (problem.to_owned(), "add a second MX host to the zone, or take `survive` away")
    } else if down as usize >= nodes.len() {
        (format!("of {} nodes none is left", nodes.len()), "ask for fewer nodes than there are")
    } else if choices > MOST_CHOICES {
        (
            format!("{down} of {} nodes can be down in more than {MOST_CHOICES} ways", nodes.len()),
            "ask for one node, `survive = 1`, or plan with fewer nodes",
        )
    } else {
        return true;
    };
    let message = format!("goals.{}: {problem}", entry.key);
    reading.report.error(code::CONFLICT, &entry.value.place, message).help(help);
    false
}

fn goal(key: &str, value: &Value) -> Option<Goal> {
    let written = |name: &str| value.as_table().map_or(Some(value), |table| table.get(name));
    let limit = |name: &str| written(name).and_then(share);
    let kind = match key {
        "busiest_share" => GoalKind::BusiestShare { at_most: limit("at_most")? },
        "quietest_share" => GoalKind::QuietestShare { at_least: limit("at_least")? },
        "near_fair" => GoalKind::NearFair { within: limit("within")? },
        "bounced" => GoalKind::Bounced { at_most: limit("at_most")? },
        "turned_away" => GoalKind::TurnedAway { at_most: limit("at_most")? },
        "headroom" => GoalKind::Headroom { at_least: limit("at_least")? },
        "sessions" => GoalKind::Sessions { at_most: written("at_most").and_then(count)? },
        "survive" => GoalKind::Survive { nodes: written("nodes").and_then(count)? },
        "delay_p95" => GoalKind::DelayP95 { at_most: written("at_most").and_then(span)? },
        _ => return None,
    };
    Some(Goal::new(kind, on(value)))
}

fn count(value: &Value) -> Option<u32> {
    value.as_integer().and_then(|number| u32::try_from(number).ok())
}

/// On which part of the windows a goal has to hold.
fn on(value: &Value) -> f64 {
    value.as_table().and_then(|table| table.get("on")).and_then(share).unwrap_or(DEFAULT_ON)
}

/// The goal for the share of one node.
fn of_node(entry: &Entry, nodes: &[Node], reading: &mut Reading) -> Option<Goal> {
    if !nodes.iter().any(|node| node.name == entry.key) {
        let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
        report_unknown_node(&entry.key, &entry.key_place, &names, reading);
        return None;
    }
    let range = match entry.value.as_table() {
        None => ShareRange::Target(share(&entry.value)?),
        Some(table) => range(table, entry, reading)?,
    };
    Some(Goal::new(GoalKind::Share { node: entry.key.clone(), range }, on(&entry.value)))
}

fn range(table: &Table, entry: &Entry, reading: &mut Reading) -> Option<ShareRange> {
    let [target, least, most] = ["target", "at_least", "at_most"].map(|key| table.get(key).and_then(share));
    let (code, problem, help) = match (target, least, most) {
        (Some(target), None, None) => return Some(ShareRange::Target(target)),
        (Some(_), _, _) => (code::CONFLICT, "a target and bounds", "keep either `target` or the bounds"),
        (None, None, None) => {
            (code::MISSING, "no share", "add `target = \"50 %\"`, or `at_least` or `at_most`")
        }
        (None, least, most) => {
            let (least, most) = (least.unwrap_or(0.0), most.unwrap_or(1.0));
            if least <= most {
                return Some(ShareRange::Between(least, most));
            }
            (code::CONFLICT, "`at_least` is above `at_most`", "exchange the two")
        }
    };
    let message = format!("goals.share.{}: {problem}", entry.key);
    reading.report.error(code, &entry.value.place, message).help(help);
    None
}
