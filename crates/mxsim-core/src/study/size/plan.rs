//! The scenarios that are simulated: an ordinary day, nodes down, and the hours after they come back.

use super::document::SituationKind;
use super::options::{ASSUMED_SESSION, LONGER, SizeOptions};
use super::places::Scope;
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::StudyError;
use crate::time::{Span, Time};

/// Most choices of nodes down that are tried.
const MOST_CHOICES: usize = 10;
/// Hours that are simulated from the return of nodes on: senders that wait for an hour come back in the second.
const HOURS_AFTER: usize = 3;
/// Two hours in which as much mail is expected, up to this part, are equally busy.
const AS_BUSY: f64 = 1e-9;

/// The place of the case with longer sessions.
pub(super) const LONGER_CASE: usize = 1;

/// One scenario that is simulated.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The situation that it is, if it is one.
    pub(super) kind: Option<SituationKind>,
    /// The nodes that are down, or were.
    pub(super) down: Vec<usize>,
    pub(super) scenario: Scenario,
    /// When to look.
    pub(super) scope: Scope,
}

/// What is to be simulated.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The scenario on an ordinary day, with the limits of today.
    pub(super) ordinary: Scenario,
    /// The same over the hours around the return of nodes.
    pub(super) around_return: Scenario,
    /// When to look on an ordinary day, and after a return.
    pub(super) scope: Scope,
    pub(super) after: Scope,
    /// When nodes go down to come back.
    pub(super) outage: (Time, Time),
    /// The choices of nodes down that are tried, and how many there are.
    pub(super) choices: Vec<Vec<usize>>,
    pub(super) possible: u64,
    /// Messages per second expected in the busiest hour.
    pub(super) busiest_rate: f64,
    /// What was taken for granted, one sentence each.
    pub(super) assumed: Vec<String>,
}

impl Plan {
    /// The plan for a question.
    pub(super) fn of(builder: &ScenarioBuilder, options: &SizeOptions) -> Result<Self, StudyError> {
        let read = builder.clone().build()?;
        check(&read, options)?;
        let hours = hours_of(read.run.run_length);
        let builder = with_mail(builder, &read, options, hours).set("run.window", "1h");
        let over = |hours: usize| -> Result<Scenario, StudyError> {
            let scenario = builder.clone().set("run.run_length", format!("{hours}h")).build()?;
            Ok(with_machines(scenario.ordinary(), options))
        };
        let ordinary = over(hours)?;
        let planned = busiest_hours(&ordinary, hours);
        let back = return_at(&planned, hours_of(options.outage));
        let back_at = Time::ZERO + Span::HOUR.saturating_mul(back as i64);
        let mut choices = ordinary.choices(options.survive);
        let possible = choices.len() as u64;
        choices.truncate(MOST_CHOICES);
        Ok(Self {
            around_return: over(back + HOURS_AFTER)?,
            busiest_rate: planned.first().map_or(0.0, |hour| ordinary.expected_in_hour(*hour)) / 3_600.0,
            scope: Scope { planned, first: 0 },
            after: Scope { planned: vec![back], first: back },
            outage: (back_at - options.outage, back_at),
            choices,
            possible,
            assumed: assumed(&builder, &read, options),
            ordinary,
        })
    }

    /// An ordinary day as it is and with longer sessions, each choice of nodes down, and the hours around the return of the first.
    pub(super) fn cases(&self, options: &SizeOptions) -> Vec<Case> {
        let on_a_day = |kind, down: &[usize], scenario| Case {
            kind,
            down: down.to_vec(),
            scenario,
            scope: self.scope.clone(),
        };
        let longer = self.ordinary.with_longer_sessions(LONGER);
        let mut cases = vec![
            on_a_day(Some(SituationKind::Ordinary), &[], self.ordinary.clone()),
            on_a_day(None, &[], longer),
        ];
        cases.extend(
            self.choices
                .iter()
                .map(|down| on_a_day(Some(SituationKind::Down), down, self.ordinary.with_nodes_down(down))),
        );
        if options.survive > 0 {
            cases.push(self.surge(options.survive));
        }
        cases
    }

    /// The hours around the return of nodes: the first choice, or all nodes if none would be left.
    fn surge(&self, survive: usize) -> Case {
        let down = self.choices.first().cloned().unwrap_or_else(|| (0..survive).collect());
        Case {
            kind: Some(SituationKind::Surge),
            scenario: self.around_return.with_nodes_down_between(&down, self.outage),
            scope: self.after.clone(),
            down,
        }
    }
}

fn check(scenario: &Scenario, options: &SizeOptions) -> Result<(), StudyError> {
    let nodes = scenario.nodes.len();
    if nodes == 0 {
        return Err(StudyError::Question(
            "the zone has no host that mail could go to, so there is nothing to size".into(),
        ));
    }
    if options.survive > nodes {
        let have = if nodes == 1 { "there is only one".to_owned() } else { format!("there are {nodes}") };
        return Err(StudyError::Question(format!("{} nodes cannot be down: {have}", options.survive)));
    }
    Ok(())
}

/// Whole hours, one at least.
fn hours_of(span: Span) -> usize {
    (span.0 as usize).div_ceil(Span::HOUR.0 as usize).max(1)
}

/// The builder with the mail that is asked for.
fn with_mail(
    builder: &ScenarioBuilder,
    read: &Scenario,
    options: &SizeOptions,
    hours: usize,
) -> ScenarioBuilder {
    let meant = read.nodes.iter().filter(|node| node.fair_share > 0.0).count().max(1) as f64;
    let rate = options.rate.or_else(|| options.node_rate.map(|rate| rate * meant));
    let busiest = (0..hours).map(|hour| read.expected_in_hour(hour)).fold(0.0, f64::max) / 3_600.0;
    let scale = rate.filter(|_| busiest > 0.0).map_or(1.0, |rate| rate / busiest);
    builder.clone().messages_per_day(read.messages_per_day * scale * options.growth)
}

/// The machines that are asked for.
fn with_machines(scenario: Scenario, options: &SizeOptions) -> Scenario {
    let timed = match options.session_time {
        Some(time) => scenario.with_session_time(time),
        None => scenario.with_assumed_session_time(ASSUMED_SESSION),
    };
    match options.sessions {
        Some(sessions) => timed.with_limits(&vec![Some(sessions); timed.nodes.len()]),
        None => timed,
    }
}

/// The hours of the run in which most mail is expected.
fn busiest_hours(scenario: &Scenario, hours: usize) -> Vec<usize> {
    let expected: Vec<f64> = (0..hours).map(|hour| scenario.expected_in_hour(hour)).collect();
    let most = expected.iter().copied().fold(0.0, f64::max);
    (0..hours).filter(|hour| expected[*hour] >= most * (1.0 - AS_BUSY)).collect()
}

/// The hour in which nodes come back: a busiest one that the outage fits before, if need be of a later day.
fn return_at(planned: &[usize], outage: usize) -> usize {
    const DAY: usize = 24;
    let fits = planned.iter().copied().find(|hour| *hour >= outage);
    fits.unwrap_or_else(|| {
        let first = planned.first().copied().unwrap_or(0);
        first + outage.saturating_sub(first).div_ceil(DAY) * DAY
    })
}

fn assumed(builder: &ScenarioBuilder, read: &Scenario, options: &SizeOptions) -> Vec<String> {
    let mut assumed = Vec::new();
    if options.session_time.is_none() && read.has_no_session_time() {
        assumed.push(format!(
            "a message holds a session for {ASSUMED_SESSION} on average (--session-time, from your logs)"
        ));
    }
    if options.rate.is_none() && options.node_rate.is_none() && !builder.says("traffic.messages_per_day") {
        assumed.push(format!(
            "{} messages a day (--rate, for your busiest hour)",
            crate::numerals::count(read.messages_per_day as u64)
        ));
    }
    if options.survive >= read.nodes.len() {
        assumed.push(
            "with all nodes down no mail is taken, so only the hour after their return is sized".into(),
        );
    }
    if read.senders.iter().any(|sender| sender.behaviour.parameters.reuse.waits_for_messages().is_some()) {
        assumed.push("sessions that senders keep open without a message count".into());
    }
    if !read.events.is_empty() || !read.random_outages.is_empty() {
        assumed.push("events and random outages of the scenario are left out".into());
    }
    assumed
}
