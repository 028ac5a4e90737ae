//! The document `mxsim.sweep/1`.

use crate::results::{Difference, GoalStatus, Interval, Made, Measured, Said, Unit};
use serde::{Deserialize, Serialize};

/// Name of the document's schema.
pub const SCHEMA: &str = "mxsim.sweep/1";

/// A scenario with one value of a key after the other, all simulated with the same random numbers.
///
/// All intervals of [`Point::measured`] and [`Point::differences`] together hold 19 times in 20.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sweep {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Title of the scenario.
    pub title: String,
    /// From what it was made; one fingerprint for each point.
    pub made: Made,
    /// The answer.
    pub said: Said,
    /// The keys, the first of them the one that a figure has along its axis.
    pub keys: Vec<Key>,
    /// What was measured at each point, in the order of [`Point::measured`].
    pub quantities: Vec<Quantity>,
    /// The grid: the values of the last key change fastest.
    pub points: Vec<Point>,
    /// What a day (or another window) is called: `days`, `hours`, `weeks`, `windows`.
    pub windows: String,
}

/// A key that was swept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Key {
    /// Its path in the scenario, `nodes` or `ttl`.
    pub key: String,
    /// Its values as they were typed or stand in a scenario.
    pub values: Vec<String>,
    /// True if they are numbers that rise, so that it makes sense to say *from* and *up to*.
    pub rises: bool,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quantity {
    /// What it is: `bounced`, `late_5m`, `busiest_share`, ...
    pub name: String,
    /// The same in words.
    pub text: String,
    /// In what it is counted.
    pub unit: Unit,
    /// True if it differs from the first point for sure, or is the share of the busiest node, or a trouble that anybody would mind at one of the points.
    pub matters: bool,
    /// By how much it reacts: the largest change that is not zero for sure, as a part of the larger of the two values, 0..1.
    pub reaction: f64,
}

/// One point of the grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Point {
    /// The value of each key.
    pub values: Vec<String>,
    /// True if this is the scenario as it is written.
    pub is_as_written: bool,
    /// Whether all goals are met and nothing lies beyond its limit.
    pub status: GoalStatus,
    /// True if all goals were met on as many of the simulated days as they ask for, whether these are enough to be sure or not.
    pub met_so_far: bool,
    /// The goals and limits that are missed.
    pub missed: Vec<String>,
    /// Each goal.
    pub goals: Vec<PointGoal>,
    /// Means of the quantities; `null` where there is nothing of it, such as the delay of no mail.
    pub measured: Vec<Option<Measured>>,
    /// By how much each quantity is above that of the first point; empty for the first point.
    pub differences: Vec<Option<Difference>>,
    /// The share of the busiest node that 19 of 20 windows stay below, with a 95 % interval of its own; `null` without mail.
    pub busiest_share_p95: Option<Interval>,
}

/// A goal at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PointGoal {
    /// The goal in words.
    pub text: String,
    /// Whether it is met. Of all goals of all points, any is called wrongly at most 5 times in 100.
    pub status: GoalStatus,
    /// The part of the windows that meets it, 0..1, with a 95 % interval of its own.
    pub met_fraction: Interval,
}
