//! What scenarios that were simulated side by side have to do with each other, in numbers.

use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// One quantity of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measured {
    /// What it is: `bounced`, `late_5m`, `delay_mean`, `share.mx1`, ...
    pub name: String,
    /// The same in words.
    pub text: String,
    /// In what it is counted.
    pub unit: Unit,
    /// Its mean, with an interval that holds for all quantities of the document together.
    pub value: Interval,
}

/// In what a quantity is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// A part of a whole, 0..1.
    Share,
    /// Seconds.
    Seconds,
    /// A number of things.
    Count,
    /// A number of things in a minute.
    PerMinute,
}

impl Unit {
    /// The same interval with bounds that its quantity can have: nothing is below zero, and no share above one.
    #[must_use]
    pub fn bounded(self, interval: Interval) -> Interval {
        let most = if self == Self::Share { 1.0 } else { f64::INFINITY };
        let within = |bound: f64| bound.clamp(0.0, most);
        Interval { low: interval.low.map(within), high: interval.high.map(within), ..interval }
    }
}

/// By how much one scenario differs from another in one quantity, replication by replication.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Its mean, with an interval that holds for all differences of the document together.
    pub value: Interval,
    /// How much wider the interval would be if the two scenarios had not been simulated with the same random numbers; `null` where the difference
    /// is the same in all replications.
    pub narrower: Option<f64>,
    /// Part of the replications in which it is below zero, 0..1.
    pub below: f64,
    /// Part of the replications in which it is above zero, 0..1.
    pub above: f64,
}

impl Difference {
    /// 1 if it is surely above zero, -1 if it is surely below, 0 if that cannot be told.
    #[must_use]
    pub fn sign(&self) -> i8 {
        match (self.value.low, self.value.high) {
            (Some(low), _) if low > 0.0 => 1,
            (_, Some(high)) if high < 0.0 => -1,
            _ => 0,
        }
    }
}
