//! `[goals]`: what has to hold, and on which part of the windows.

use super::reading::share;
use crate::parameters::{span, span_at};
use crate::scenario::goal::{Goal, GoalKind};
use crate::syntax::tree::{Table, Value};

/// On which part of the windows a goal has to hold where nothing is said: 19 of 20.
const DEFAULT_ON: f64 = 0.95;

/// The goals, in the order of the text.
pub(super) fn read(table: &Table) -> Vec<Goal> {
    table.entries.iter().filter_map(|entry| goal(&entry.key, &entry.value)).collect()
}

fn goal(key: &str, value: &Value) -> Option<Goal> {
    let limit = |name: &str| match value.as_table() {
        Some(table) => table.get(name).and_then(share),
        None => share(value),
    };
    let kind = match key {
        "busiest_share" => GoalKind::BusiestShare { at_most: limit("at_most")? },
        "quietest_share" => GoalKind::QuietestShare { at_least: limit("at_least")? },
        "near_fair" => GoalKind::NearFair { within: limit("within")? },
        "delay_p95" => GoalKind::DelayP95 {
            at_most: match value.as_table() {
                Some(table) => span_at(table, "at_most")?,
                None => span(value)?,
            },
        },
        _ => return None,
    };
    let on = value.as_table().and_then(|table| table.get("on")).and_then(share).unwrap_or(DEFAULT_ON);
    Some(Goal::new(kind, on))
}
