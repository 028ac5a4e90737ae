//! What is enough: the fewest sessions that turn away no more than asked.

use super::options::SizeOptions;
use super::places::SeenNode;
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::estimate::ranks;
use crate::results::{Interval, Unit};

/// When a limit is enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Criterion {
    /// Part of the connections of the busiest hour that may be turned away.
    pub(super) part: f64,
    /// Part of the days on which that has to hold; `None` for all days together.
    pub(super) on: Option<f64>,
    /// How sure.
    pub(super) family: Family,
}

impl Criterion {
    /// What is asked, for a document with what is said of so many scenarios.
    pub(super) fn of(options: &SizeOptions, scenarios: usize) -> Self {
        Self { part: options.turned_away, on: options.busiest, family: Family::of(scenarios) }
    }

    /// The fewest sessions that are enough for a node if what it turns away is lost; `None` if it never gets a connection.
    pub(super) fn enough(&self, days: &[&SeenNode]) -> Option<Interval> {
        match self.on {
            Some(on) => {
                let busy: Vec<u32> = days
                    .iter()
                    .filter(|day| !day.busiest.is_empty())
                    .map(|day| self.enough_on(day))
                    .collect();
                ranks::enough_for(&busy, on)
            }
            None => self.enough_together(days),
        }
    }

    /// The fewest sessions that are enough on one day.
    fn enough_on(&self, day: &SeenNode) -> u32 {
        let all = f64::from(day.busiest[0]);
        day.busiest.partition_point(|beyond| f64::from(*beyond) > self.part * all) as u32
    }

    fn enough_together(&self, days: &[&SeenNode]) -> Option<Interval> {
        let most = days.iter().map(|day| day.planned.len()).max().filter(|most| *most > 0)?;
        let turned_away = |sessions: usize| self.turned_away(days, sessions);
        let fewest = |is_enough: &dyn Fn(Interval) -> bool| {
            let is_few = |sessions: usize| turned_away(sessions).is_some_and(|part| !is_enough(part));
            first_that_is_not(most, is_few) as f64
        };
        let value = fewest(&|part| part.value <= self.part);
        let has_bounds = turned_away(0)?.low.is_some();
        Some(Interval {
            value,
            low: has_bounds.then(|| fewest(&|part| part.low.is_none_or(|low| low <= self.part)).min(value)),
            high: has_bounds
                .then(|| fewest(&|part| part.high.is_some_and(|high| high <= self.part)).max(value)),
        })
    }

    /// The part that so many sessions turn away, over all days together.
    pub(super) fn turned_away(&self, days: &[&SeenNode], sessions: usize) -> Option<Interval> {
        let of = |day: &&SeenNode| -> Value {
            let all = *day.planned.first()?;
            let beyond = day.planned.get(sessions).copied().unwrap_or(0);
            Some((f64::from(beyond), f64::from(all)))
        };
        let values: Vec<Value> = days.iter().map(of).collect();
        self.family.mean(&values).map(|part| Unit::Share.bounded(part))
    }

    /// True if a limit that was simulated is enough, as far as its numbers say.
    pub(super) fn is_met(&self, turned_away: Interval, days_met: Interval) -> bool {
        match self.on {
            Some(on) => days_met.value >= on - 1e-9,
            None => turned_away.value <= self.part,
        }
    }

    /// Whether it surely is, or surely is not; `None` if that cannot be told.
    pub(super) fn is_surely_met(&self, turned_away: Interval, days_met: Interval) -> Option<bool> {
        let (fine, bad) = match self.on {
            Some(on) => {
                (days_met.low.is_some_and(|low| low >= on), days_met.high.is_some_and(|high| high < on))
            }
            None => {
                let part = turned_away;
                (part.high.is_some_and(|high| high <= self.part), part.low.is_some_and(|low| low > self.part))
            }
        };
        (fine || bad).then_some(fine)
    }
}

/// The first number below `most` for which `is` is false, where it is true up to there; `most` if there is none.
fn first_that_is_not(most: usize, is: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if is(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
