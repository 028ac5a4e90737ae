//! What a key does: a scenario with one value after the other, all simulated under common random numbers.
//!
//! ```text
//!   keys --grid--> scenarios --simulate_together--> values and goals of each replication --> means, differences, the answer
//! ```
//!
//! Main function: [`sweep`]. Main types: [`SweptKey`], what is swept; [`Sweep`], the document `mxsim.sweep/1`.

mod answer;
mod document;
mod grid;
mod key;

pub use document::{Key, Point, PointGoal, Quantity, SCHEMA, Sweep};
pub use key::SweptKey;

use crate::estimate::measure::{Measure, Value, bad_day, busiest_shares};
use crate::estimate::paired::Family;
use crate::estimate::{GoalTrial, goal_trials, holds_as_counted, status_among, windows_in_words};
use crate::results::{Difference, GoalStatus, Interval, Made, Measured, Said};
use crate::scenario::{Goal, GoalKind, LATE_PART, LOST, SLOW, Scenario, ScenarioBuilder, TURNED_AWAY};
use crate::study::StudyError;
use crate::study::limit::Observer;
use crate::study::shard::Shard;
use crate::study::shelf::Shelf;
use crate::study::together::{
    Replication, Together, TogetherOptions, simulate_shard_together, simulate_together,
    simulate_together_with,
};
use crate::time::Span;
use grid::{GridPoint, grid};

/// Below this a delay, a part or a number is nothing that anybody minds. *Assumption*.
const NOTHING_S: f64 = 1.0;
const NOTHING: f64 = 0.01;

/// What is kept of a replication.
struct Seen {
    values: Vec<Value>,
    goals: Vec<GoalTrial>,
    busiest: Vec<f64>,
}

/// Simulates the scenario of `builder` with each combination of the values of `keys`.
///
/// ```
/// use mxsim_core::study::sweep::{SweptKey, sweep};
/// use mxsim_core::study::TogetherOptions;
/// use mxsim_core::{Quiet, ScenarioBuilder, SenderSpec};
/// let zone = "example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n";
/// let builder = ScenarioBuilder::new(zone).messages_per_day(1_000.0).sender(SenderSpec::new("us").preset("postfix"));
/// let options = TogetherOptions::of(&builder.clone().build()?).replications(10);
/// let sweep = sweep(&builder, &[SweptKey::parse("nodes=1..4")?], options, &Quiet)?;
/// assert_eq!(sweep.points.len(), 4);
/// assert!(sweep.points[3].differences.iter().flatten().any(|difference| difference.sign() < 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there is no such key, a value does not fit, there are more than 200 points, or they are too large together.
pub fn sweep(
    builder: &ScenarioBuilder,
    keys: &[SweptKey],
    options: TogetherOptions,
    observer: &dyn Observer,
) -> Result<Sweep, StudyError> {
    let asked = Asked::new(builder, keys)?;
    let together = simulate_together(&asked.scenarios, options, observer, |one| asked.see(one))?;
    Ok(asked.document(keys, &together))
}

/// The same with a shelf: what is on it is not simulated again.
///
/// # Errors
/// As [`sweep`], or if the shelf fails.
pub fn sweep_with(
    (builder, keys): (&ScenarioBuilder, &[SweptKey]),
    options: TogetherOptions,
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<Sweep, StudyError> {
    let asked = Asked::new(builder, keys)?;
    let together =
        simulate_together_with(&asked.scenarios, options, (observer, shelf), |one| asked.see(one))?;
    Ok(asked.document(keys, &together))
}

/// Puts the replications of a shard on a shelf.
///
/// # Errors
/// As [`sweep`], if the number of replications is not given, or if the shelf fails.
pub fn sweep_shard(
    (builder, keys): (&ScenarioBuilder, &[SweptKey]),
    (options, shard): (TogetherOptions, Shard),
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<(), StudyError> {
    let asked = Asked::new(builder, keys)?;
    let see = |one: &Replication<'_>| asked.see(one);
    Ok(simulate_shard_together(&asked.scenarios, (options, shard), (observer, shelf), see)?)
}

/// What is simulated for a sweep.
struct Asked {
    written: Scenario,
    values: Vec<Vec<String>>,
    scenarios: Vec<Scenario>,
    measures: Vec<Measure>,
}

impl Asked {
    fn new(builder: &ScenarioBuilder, keys: &[SweptKey]) -> Result<Self, StudyError> {
        let written = builder.clone().build()?;
        let points = grid(builder, keys)?;
        let (values, scenarios): (Vec<Vec<String>>, Vec<Scenario>) =
            points.into_iter().map(|GridPoint { values, scenario }| (values, scenario)).unzip();
        let measures = measures(&scenarios);
        Ok(Self { written, values, scenarios, measures })
    }

    fn see(&self, replication: &Replication<'_>) -> Option<Seen> {
        let (tally, labels) = (replication.tally()?, &replication.compiled.labels);
        Some(Seen {
            values: self.measures.iter().map(|measure| measure.of(labels, &tally)).collect(),
            goals: goal_trials(labels, &tally),
            busiest: busiest_shares(&tally),
        })
    }

    fn document(self, keys: &[SweptKey], together: &Together<Seen>) -> Sweep {
        let Self { written, values, scenarios, measures } = self;
        let swept = Swept { keys, written: &written, scenarios: &scenarios, measures: &measures, together };
        swept.document(values)
    }
}

/// What is measured: what a verdict looks at, as far as the scenarios have it.
fn measures(scenarios: &[Scenario]) -> Vec<Measure> {
    let nodes = || scenarios.iter().flat_map(|scenario| &scenario.nodes);
    let mut measures = vec![
        Measure::Lost,
        Measure::Waiting,
        Measure::Later(SLOW),
        Measure::Later(Span::HOUR),
        Measure::DelayMean,
        Measure::DelayP95,
        Measure::Connections,
    ];
    if nodes().any(|node| node.capacity.sessions.is_some()) {
        measures.push(Measure::TurnedAway);
    }
    if nodes().any(|node| node.capacity.is_timed()) {
        measures.push(Measure::PeakSessions);
    }
    measures.extend([Measure::PeakMinute, Measure::BusiestShare, Measure::QuietestShare]);
    measures
}

/// True for what is a trouble by itself, and for the split; anything else is of interest where it changes.
const fn is_always_of_interest(measure: &Measure) -> bool {
    !matches!(
        measure,
        Measure::Connections | Measure::PeakMinute | Measure::PeakSessions | Measure::QuietestShare
    )
}

/// How much of a quantity nobody minds.
fn nothing(measure: &Measure) -> f64 {
    match measure {
        Measure::Lost => LOST,
        Measure::DelayMean | Measure::DelayP95 => NOTHING_S,
        _ => NOTHING,
    }
}

/// The limit beyond which a quantity is a finding whatever the goals say, and in the absence of goals.
fn limit(measure: &Measure, goals_are_default: bool) -> Option<(f64, String)> {
    let of_default = |limit: (f64, String)| goals_are_default.then_some(limit);
    match measure {
        Measure::Lost => Some((LOST, "at most 0.01 % of the mail bounces".into())),
        Measure::Later(Span::HOUR) => {
            of_default((LATE_PART, "at most 1 % of the mail is later than 1h".into()))
        }
        Measure::DelayP95 => {
            of_default((SLOW.as_secs_f64(), format!("95 % of the mail is accepted within {SLOW}")))
        }
        Measure::TurnedAway => of_default((
            TURNED_AWAY,
            "at most 1 % of the connections are turned away in the busiest hour".into(),
        )),
        _ => None,
    }
}

/// All that was simulated.
struct Swept<'a> {
    keys: &'a [SweptKey],
    written: &'a Scenario,
    scenarios: &'a [Scenario],
    measures: &'a [Measure],
    together: &'a Together<Seen>,
}

impl Swept<'_> {
    fn document(&self, values: Vec<Vec<String>>) -> Sweep {
        let family = Family::of(self.measures.len() * (2 * self.scenarios.len() - 1));
        let columns: Vec<Vec<Vec<Value>>> =
            (0..self.scenarios.len()).map(|point| self.columns(point)).collect();
        let own = self.written.fingerprint();
        let point = |(place, values): (usize, Vec<String>)| {
            let is_as_written = self.together.labels[place].fingerprint == own;
            self.point(place, values, is_as_written, (&columns, family))
        };
        let points: Vec<Point> = values.into_iter().enumerate().map(point).collect();
        let quantities = self.quantities(&points);
        let mut sweep = Sweep {
            schema: SCHEMA.into(),
            title: self.written.title.clone(),
            said: Said::new(crate::results::Answer::CannotTell, ""),
            keys: self.keys.iter().map(key).collect(),
            quantities,
            points,
            windows: windows_in_words(self.written.run.window).into(),
            made: Made {
                // A key may be the run length itself.
                run_length_s: self.written.run.run_length.as_secs_f64(),
                ..self.together.made()
            },
        };
        sweep.said = answer::said(&sweep, self.written);
        sweep
    }

    /// The values of each measure at a point, replication by replication.
    fn columns(&self, point: usize) -> Vec<Vec<Value>> {
        let of = |measure: usize| self.together.of(point).map(|seen| seen.values[measure]).collect();
        (0..self.measures.len()).map(of).collect()
    }

    fn point(
        &self,
        place: usize,
        values: Vec<String>,
        is_as_written: bool,
        (columns, family): (&[Vec<Vec<Value>>], Family),
    ) -> Point {
        let labels = &self.together.labels[place];
        let own = &columns[place];
        let measured: Vec<Option<Measured>> = self
            .measures
            .iter()
            .zip(own)
            .map(|(measure, values)| Some(measure.measured(labels, family.mean(values)?)))
            .collect();
        let differences: Vec<Option<Difference>> = match place {
            0 => Vec::new(),
            _ => own.iter().zip(&columns[0]).map(|(own, first)| family.difference(own, first)).collect(),
        };
        let goals = self.goals(place);
        let (status, missed) = self.status(place, &goals, &measured);
        let met_so_far = self.is_met_so_far(place, &measured);
        let busiest = self.together.of(place).map(|seen| seen.busiest.as_slice());
        let busiest_share_p95 = bad_day(busiest);
        Point {
            values,
            is_as_written,
            status,
            met_so_far,
            missed,
            goals,
            measured,
            differences,
            busiest_share_p95,
        }
    }

    /// The goals of a point; what a node down does is not simulated here.
    fn goals(&self, place: usize) -> Vec<PointGoal> {
        let goals = &self.together.labels[place].goals;
        let judged = self.together.labels.iter().map(|labels| labels.goals.len()).sum();
        let goal = |(number, goal): (usize, &Goal)| {
            let trials: Vec<GoalTrial> = self.together.of(place).map(|seen| seen.goals[number]).collect();
            let (status, met_fraction) = status_among(goal, &trials, judged);
            PointGoal { text: goal.text.clone(), status, met_fraction }
        };
        let looked_at =
            goals.iter().enumerate().filter(|(_, goal)| !matches!(goal.kind, GoalKind::Survive { .. }));
        looked_at.map(goal).collect()
    }

    /// Whether goals and limits hold as counted.
    fn is_met_so_far(&self, place: usize, measured: &[Option<Measured>]) -> bool {
        let labels = &self.together.labels[place];
        let seen = || self.together.of(place);
        let holds = |(number, goal): (usize, &Goal)| {
            let is_looked_at = !matches!(goal.kind, GoalKind::Survive { .. });
            !is_looked_at || holds_as_counted(goal, seen().map(|seen| seen.goals[number]))
        };
        let within = |(measure, measured): (&Measure, &Option<Measured>)| {
            let most = limit(measure, labels.goals_are_default).map_or(f64::INFINITY, |(most, _)| most);
            measured.as_ref().is_none_or(|one| one.value.value <= most)
        };
        labels.goals.iter().enumerate().all(holds) && self.measures.iter().zip(measured).all(within)
    }

    /// The worst of goals and limits, and the texts of those that are missed.
    fn status(
        &self,
        place: usize,
        goals: &[PointGoal],
        measured: &[Option<Measured>],
    ) -> (GoalStatus, Vec<String>) {
        let is_default = self.together.labels[place].goals_are_default;
        let mut all: Vec<(GoalStatus, String)> =
            goals.iter().map(|goal| (goal.status, goal.text.clone())).collect();
        for (measure, measured) in self.measures.iter().zip(measured) {
            if let Some((most, text)) = limit(measure, is_default) {
                let status =
                    measured.as_ref().map_or(GoalStatus::Met, |measured| against(measured.value, most));
                all.push((status, text));
            }
        }
        let has = |wanted: GoalStatus| all.iter().any(|(status, _)| *status == wanted);
        let worst = [GoalStatus::Missed, GoalStatus::Unknown].into_iter().find(|status| has(*status));
        let missed =
            all.iter().filter(|(status, _)| *status == GoalStatus::Missed).map(|(_, text)| text.clone());
        (worst.unwrap_or(GoalStatus::Met), missed.collect())
    }

    fn quantities(&self, points: &[Point]) -> Vec<Quantity> {
        let labels = &self.together.labels[0];
        let quantity = |(place, measure): (usize, &Measure)| {
            let reaction = points.iter().filter_map(|point| reaction(points, point, place, nothing(measure)));
            let reaction = reaction.fold(0.0, f64::max);
            let largest = points.iter().filter_map(|point| Some(point.measured[place].as_ref()?.value.value));
            let is_beyond = largest.fold(0.0, f64::max) > nothing(measure) && is_always_of_interest(measure);
            let is_told = points.iter().any(|point| sign(point, place) != 0);
            Quantity {
                name: measure.name(labels),
                text: measure.text(labels),
                unit: measure.unit(),
                matters: is_told || is_beyond,
                reaction,
            }
        };
        self.measures.iter().enumerate().map(quantity).collect()
    }
}

fn against(interval: Interval, most: f64) -> GoalStatus {
    match (interval.low, interval.high) {
        (Some(low), _) if low > most => GoalStatus::Missed,
        (_, Some(high)) if high <= most => GoalStatus::Met,
        _ => GoalStatus::Unknown,
    }
}

/// 1 or -1 if the point is surely above or below the first in this quantity.
fn sign(point: &Point, place: usize) -> i8 {
    point.differences.get(place).copied().flatten().map_or(0, |difference| difference.sign())
}

/// By how much a quantity is away from the first point, as a part of the larger of the two; `None` if that may be nothing.
fn reaction(points: &[Point], point: &Point, place: usize, nothing: f64) -> Option<f64> {
    let value = |point: &Point| Some(point.measured[place].as_ref()?.value.value);
    let (own, first) = (value(point)?, value(&points[0])?);
    let least = own.abs().max(first.abs());
    (sign(point, place) != 0 && least > nothing).then(|| (own - first).abs() / least)
}

fn key(key: &SweptKey) -> Key {
    Key {
        key: key.key.clone(),
        values: key.values.iter().map(|value| value.text.clone()).collect(),
        rises: key.rises(),
    }
}
