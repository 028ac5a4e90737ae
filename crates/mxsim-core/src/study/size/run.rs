//! Simulating the situations: first with any number of sessions, then with the limits that are worth a test.

use super::criterion::Criterion;
use super::document::Tested;
use super::places::{Scope, SeenNode, Sessions};
use super::plan::Case;
use crate::engine::MethodChoice;
use crate::estimate::measure::Value;
use crate::estimate::ranks;
use crate::results::{Interval, Unit};
use crate::scenario::Scenario;
use crate::study::together::{Replication, Together, TogetherOptions, simulate_together};
use crate::study::{Observer, RunError};
use crate::tally::{HourTally, Tally};

/// Most rounds of tests.
const MOST_ROUNDS: usize = 9;

/// Simulates cases with any number of sessions, and looks at each of their nodes.
pub(super) fn without_limits(
    cases: &[Case],
    options: TogetherOptions,
    observer: &dyn Observer,
) -> Result<Together<Vec<SeenNode>>, RunError> {
    let unlimited: Vec<Scenario> = cases.iter().map(|case| case.scenario.without_limits()).collect();
    let wanted =
        |scenario: &Scenario| -> Vec<bool> { scenario.senders.iter().map(|sender| sender.wanted).collect() };
    let wanted: Vec<Vec<bool>> = unlimited.iter().map(wanted).collect();
    let options = options.method(MethodChoice::Messages);
    simulate_together(&unlimited, options, observer, |replication| {
        let mut sessions = Sessions::default();
        replication.tally_with(&mut sessions)?;
        let at = replication.scenario;
        Some(sessions.seen(unlimited[at].nodes.len(), &wanted[at], &cases[at].scope))
    })
}

/// One node of one day with limits: its connections in the planned hours, and in the hour that had most.
type Turned = (HourTally, HourTally);

fn turned(tally: &Tally, scope: &Scope) -> Vec<Turned> {
    let hours = |node: usize| tally.windows.iter().map(move |window| window.busiest_hour[node]);
    let of = |node: usize| {
        let planned = hours(node).enumerate().filter(|(hour, _)| scope.planned.contains(hour));
        let sum = |sum: HourTally, (_, hour): (usize, HourTally)| HourTally {
            connections: sum.connections + hour.connections,
            full: sum.full + hour.full,
        };
        let busiest = hours(node).skip(scope.first).max_by_key(|hour| hour.connections);
        (planned.fold(HourTally::default(), sum), busiest.unwrap_or_default())
    };
    (0..tally.nodes.len()).map(of).collect()
}

/// A situation whose size is looked for.
pub(super) struct Search<'a> {
    pub(super) scenario: Scenario,
    pub(super) scope: &'a Scope,
    /// Most sessions that are too few, and fewest that are enough.
    too_few: u32,
    enough: Option<u32>,
    next: Option<u32>,
    step: u32,
    pub(super) tested: Vec<Tested>,
    pub(super) today: Option<Tested>,
}

impl<'a> Search<'a> {
    /// Begins with a guess.
    pub(super) fn new(scenario: Scenario, scope: &'a Scope, guess: u32) -> Self {
        let next = Some(guess.max(1));
        Self { scenario, scope, too_few: 0, enough: None, next, step: 1, tested: Vec::new(), today: None }
    }

    /// The fewest sessions that are enough, once that is known.
    pub(super) fn found(&self) -> Option<u32> {
        self.enough.filter(|enough| enough - self.too_few == 1)
    }

    /// Notes whether so many are enough, and what is worth a test now.
    fn note(&mut self, sessions: u32, is_enough: bool) {
        if is_enough {
            self.enough = Some(self.enough.map_or(sessions, |enough| enough.min(sessions)));
        } else {
            self.too_few = self.too_few.max(sessions);
        }
        self.next = match (self.too_few, self.enough) {
            (_, Some(enough)) if enough <= self.too_few + 1 => None,
            (0, Some(enough)) => Some(enough.saturating_sub(self.step).max(1)),
            (too_few, None) => Some(too_few.saturating_add(self.step)),
            (too_few, Some(enough)) => Some(too_few + (enough - too_few) / 2),
        };
        self.step = self.step.saturating_mul(2);
    }
}

/// Tests limits of all situations side by side, until each is known to the session or enough was tried; with `with_today` the limits of today, too.
/// Returns true if it was interrupted.
pub(super) fn search(
    searches: &mut [Search<'_>],
    criterion: &Criterion,
    options: TogetherOptions,
    with_today: bool,
    observer: &dyn Observer,
) -> Result<bool, RunError> {
    let mut partial = false;
    for round in 0..MOST_ROUNDS {
        let tests = tests_of(searches, with_today && round == 0);
        if tests.is_empty() || partial {
            break;
        }
        match run_tests(&tests, options, observer) {
            Ok(together) => {
                partial = together.partial;
                note_all(searches, &tests, &together, criterion);
            }
            // What has been found so far counts.
            Err(RunError::TimeUp { .. }) => break,
            Err(RunError::Interrupted) => partial = true,
            Err(other) => return Err(other),
        }
    }
    searches.iter_mut().for_each(|search| search.tested.sort_by_key(|tested| tested.sessions));
    Ok(partial)
}

fn run_tests(
    tests: &[Test<'_>],
    options: TogetherOptions,
    observer: &dyn Observer,
) -> Result<Together<Vec<Turned>>, RunError> {
    let scenarios: Vec<Scenario> = tests.iter().map(|test| test.scenario.clone()).collect();
    simulate_together(&scenarios, options, observer, |replication: &Replication<'_>| {
        let tally = replication.tally()?;
        Some(turned(&tally, tests[replication.scenario].scope))
    })
}

fn note_all(
    searches: &mut [Search<'_>],
    tests: &[Test<'_>],
    together: &Together<Vec<Turned>>,
    criterion: &Criterion,
) {
    for (at, test) in tests.iter().enumerate() {
        let (search, tested) = (&mut searches[test.search], tested(together, at, test, criterion));
        let Some(sessions) = tested.sessions else {
            search.today = Some(tested);
            continue;
        };
        search.note(sessions, criterion.is_met(tested.turned_away, tested.days_met));
        search.tested.push(tested);
    }
}

/// One limit of one situation.
struct Test<'a> {
    search: usize,
    scenario: Scenario,
    scope: &'a Scope,
    /// Of each node; `None` for the limits of today.
    sessions: Option<u32>,
}

/// What is worth a test in this round.
fn tests_of<'a>(searches: &[Search<'a>], with_today: bool) -> Vec<Test<'a>> {
    let of = |search: usize, sessions: Option<u32>| {
        let Search { scenario, scope, .. } = &searches[search];
        let all = |sessions: u32| vec![Some(sessions); scenario.nodes.len()];
        let limits = sessions.map_or_else(|| scenario.limits(), all);
        Test { search, scenario: scenario.with_limits(&limits), scope, sessions }
    };
    let next = searches.iter().enumerate().filter_map(|(place, search)| Some((place, search.next?)));
    let limited = next.map(|(place, sessions)| of(place, Some(sessions)));
    let today = (0..searches.len()).filter(|_| with_today).map(|place| of(place, None));
    limited.chain(today).collect()
}

/// What a test says.
fn tested(together: &Together<Vec<Turned>>, at: usize, test: &Test<'_>, criterion: &Criterion) -> Tested {
    let nodes = test.scenario.nodes.len();
    let of_node = |node: usize| -> Option<Interval> {
        let value = |day: &Vec<Turned>| -> Value {
            let hours = day[node].0;
            Some((hours.full as f64, hours.connections as f64))
        };
        let values: Vec<Value> = together.of(at).map(value).collect();
        criterion.family.mean(&values).map(|part| Unit::Share.bounded(part))
    };
    let most = (0..nodes).filter_map(of_node).max_by(|a, b| a.value.total_cmp(&b.value));
    let is_met = |day: &Vec<Turned>| day.iter().all(|node| node.1.part_full() <= criterion.part);
    let met: Vec<bool> = together.of(at).map(is_met).collect();
    Tested {
        sessions: test.sessions,
        turned_away: most.unwrap_or(Interval::alone(0.0)),
        days_met: ranks::part(&met),
    }
}
