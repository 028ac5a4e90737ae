//! `[goals]`: what has to hold, and on which part of the windows.

use crate::parameters::{span, span_at};
use crate::scenario::read::share;
use crate::scenario::{Goal, GoalKind};
use crate::syntax::quantity::percent_text;
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

/// The goal in words.
pub(crate) fn in_words(kind: GoalKind, on: f64) -> String {
    let what = match kind {
        GoalKind::BusiestShare { at_most } => format!("no node above {}", percent_text(at_most)),
        GoalKind::QuietestShare { at_least } => format!("no node below {}", percent_text(at_least)),
        GoalKind::DelayP95 { at_most } => format!("95 % of messages accepted within {at_most}"),
        GoalKind::NearFair { within: 0.25 } => "every node within a quarter of its fair share".into(),
        GoalKind::NearFair { within: 0.10 } => "every node within a tenth of its fair share".into(),
        GoalKind::NearFair { within } => {
            format!("every node within {} of its fair share", percent_text(within))
        }
    };
    let when = match on {
        0.95 => "on 19 of 20 windows".into(),
        1.0 => "on every window".into(),
        on => format!("on {} of the windows", percent_text(on)),
    };
    format!("{what}, {when}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_goal_reads_like_the_same_goal_written_out() {
        assert_eq!(Goal::rough_even(), Goal::new(GoalKind::NearFair { within: 0.25 }, 0.95));
        assert_eq!(Goal::even(), Goal::new(GoalKind::NearFair { within: 0.10 }, 0.95));
        assert_eq!(
            in_words(GoalKind::BusiestShare { at_most: 0.4 }, 0.9),
            "no node above 40 %, on 90 % of the windows"
        );
    }
}
