//! How many sessions and nodes does the mail need: on an ordinary day, with nodes down, and in the hour after they come back?
//!
//! ```text
//!   situations without limits --ordered places--> what every limit turns away if it is lost   (one simulation, all limits)
//!                                                   |  the first guess; by Erlang's formula the answer where that is exact
//!                                                   v
//!   situations with a limit  --turned away?--> one more or one less, until the fewest that are enough are known
//! ```
//!
//! All of it under common random numbers. `plan` makes the scenarios, `places` and `run` look at them, `criterion` says what is enough,
//! `situation` writes it down, `by_nodes` asks for other numbers of nodes, `said` answers.

mod by_nodes;
mod criterion;
mod document;
mod options;
mod places;
mod plan;
mod run;
mod said;
mod situation;

pub use document::{
    AtSessions, Erlang, LongerSessions, Needed, NodeCount, NodeNeed, NodeSize, PeakSender, SCHEMA, Situation,
    SituationKind, SizeAsked, Sizing, Tested,
};
pub use options::{ASSUMED_SESSION, SizeOptions};

use crate::engine::MethodChoice;
use crate::estimate::measure::Value;
use crate::results::{Answer, Interval, Made, Said};
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::together::{Together, TogetherOptions, seconds_of, worth};
use crate::study::{Observer, RunError, StudyError};
use by_nodes::Variant;
use criterion::Criterion;
use options::LONGER;
use places::SeenNode;
use plan::{Case, Plan};
use run::Search;
use situation::Seen;

/// Tests of limits that a situation takes on average, and situations that are tested.
const TESTS: f64 = 3.0;
const TESTED: f64 = 3.0;

/// Sizes the nodes of a scenario.
///
/// ```
/// use mxsim_core::study::size::{SizeOptions, size};
/// use mxsim_core::study::{Quiet, TogetherOptions};
/// use mxsim_core::{ScenarioBuilder, SenderSpec, Span};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let builder = ScenarioBuilder::new(zone)
///     .messages_per_day(5_000.0)
///     .sender(SenderSpec::new("everyone").preset("randomizing").sites(50));
/// let mut options = SizeOptions::default();
/// options.session_time = Some(Span::from_secs(20));
/// let together = TogetherOptions::of(&builder.clone().build()?).replications(4);
/// let sizing = size(&builder, &options, together, &Quiet)?;
/// // 5,000 messages of 20 s are 1.16 at the same time; with one of two nodes down the other needs 5 places for them (Erlang B: 0.6 %).
/// assert!((4.0..=6.0).contains(&sizing.needed.sessions.value), "{}", sizing.said.sentence);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the question does not fit the scenario, a scenario made for it is wrong, or nothing was finished.
pub fn size(
    builder: &ScenarioBuilder,
    options: &SizeOptions,
    together: TogetherOptions,
    observer: &dyn Observer,
) -> Result<Sizing, StudyError> {
    let plan = Plan::of(builder, options)?;
    let cases = plan.cases(options);
    let variants = by_nodes::variants(builder, &plan, options);
    let replications = together.replications.unwrap_or_else(|| replications(&cases, &variants));
    let together = together.replications(replications);
    let study = Study {
        seen: run::without_limits(&cases, together, observer)?,
        criterion: Criterion::of(options, cases.len()),
        plan: &plan,
        cases: &cases,
        options,
        together,
        observer,
    };
    let mut found = study.found();
    if found[0].situation.nodes.is_empty() {
        return Err(StudyError::Question(
            "no message reached a node in the days that were simulated, so there is nothing to size: either so little mail arrives, or no node \
             takes any (mxsim check says why)"
                .into(),
        ));
    }
    let mut partial = study.seen.partial || study.test(&mut found)?;
    let needed = needed(&found);
    let (by_nodes, is_partial) = study.by_nodes(&variants, &needed)?;
    partial |= is_partial;
    let mut sizing = study.document(found, needed, by_nodes, partial);
    sizing.said = said::said(&sizing, &study.criterion, &plan.assumed);
    Ok(sizing)
}

/// As many replications as the time is worth.
fn replications(cases: &[Case], variants: &[Variant]) -> u64 {
    let cost = |cases: &mut dyn Iterator<Item = &Case>| {
        let unlimited: Vec<Scenario> = cases.map(|case| case.scenario.without_limits()).collect();
        seconds_of(&unlimited, MethodChoice::Messages)
    };
    let first = cost(&mut cases.iter());
    let tests = TESTS * TESTED * first / cases.len() as f64;
    let beside = by_nodes::PART * cost(&mut variants.iter().flat_map(|variant| &variant.cases));
    worth(first + tests + beside)
}

/// What is known while the question is answered.
struct Study<'a> {
    plan: &'a Plan,
    cases: &'a [Case],
    options: &'a SizeOptions,
    criterion: Criterion,
    together: TogetherOptions,
    observer: &'a dyn Observer,
    /// The cases without limits.
    seen: Together<Vec<SeenNode>>,
}

/// What was found of one case.
struct Found {
    case: usize,
    situation: Situation,
}

impl Study<'_> {
    /// What was seen of a case.
    fn seen(&self, case: usize) -> Seen<'_> {
        let days = self.seen.of(case).collect();
        Seen { scenario: &self.cases[case].scenario, days, criterion: &self.criterion }
    }

    /// The situations that count: an ordinary day, of those with nodes down the one that needs most, and the surge.
    fn found(&self) -> Vec<Found> {
        let of = |kind: SituationKind| {
            let places = (0..self.cases.len()).filter(move |case| self.cases[*case].kind == Some(kind));
            let found = places.map(|case| Found { case, situation: self.situation(case, kind) });
            found.reduce(|most, other| if most.is_beyond(&other) { most } else { other })
        };
        [SituationKind::Ordinary, SituationKind::Down, SituationKind::Surge]
            .into_iter()
            .filter_map(of)
            .collect()
    }

    fn situation(&self, case: usize, kind: SituationKind) -> Situation {
        let down = &self.cases[case].down;
        let is_down = kind == SituationKind::Down;
        let seen = self.seen(case);
        let beside: &[usize] = if is_down { down } else { &[] };
        Situation {
            tried: if is_down { self.plan.choices.len() as u64 } else { 1 },
            possible: if is_down { self.plan.possible } else { 1 },
            load_ratio: (kind != SituationKind::Ordinary)
                .then(|| seen.load_over(&self.seen(0), beside))
                .flatten(),
            ..seen.situation(kind, down)
        }
    }

    /// Tests limits in each situation, until the fewest sessions that are enough are known. Returns true if it was interrupted.
    fn test(&self, found: &mut [Found]) -> Result<bool, RunError> {
        let search = |found: &Found| {
            let case = &self.cases[found.case];
            Search::new(case.scenario.clone(), &case.scope, found.situation.sessions.value as u32)
        };
        let mut searches: Vec<Search<'_>> = found.iter().map(search).collect();
        let has_limits = self.plan.ordinary.limits().iter().any(Option::is_some);
        let partial = run::search(&mut searches, &self.criterion, self.together, has_limits, self.observer)?;
        for (found, search) in found.iter_mut().zip(searches) {
            situation::settle(&mut found.situation, search);
        }
        if self.plan.ordinary.loses_what_is_blocked() && self.options.busiest.is_none() {
            situation::make_exact(&mut found[0].situation, self.plan, self.options.turned_away);
        }
        Ok(partial)
    }

    fn by_nodes(&self, variants: &[Variant], needed: &Needed) -> Result<(Vec<NodeCount>, bool), RunError> {
        let sizes = by_nodes::sizes(needed.sessions.value, self.options.sessions);
        by_nodes::by_nodes(variants, &sizes, (&self.criterion, self.together), self.observer)
    }

    /// All of it but the answer in words.
    fn document(&self, found: Vec<Found>, needed: Needed, by_nodes: Vec<NodeCount>, partial: bool) -> Sizing {
        let worst = found.iter().find(|found| found.situation.kind == needed.situation);
        let sender = worst.and_then(|found| self.seen(found.case).sender_in_peak(&needed.node));
        // Each node in the choice that is worst for it.
        let all = (0..self.cases.len()).filter_map(|case| Some(self.situation(case, self.cases[case].kind?)));
        let nodes = situation::nodes(&self.plan.ordinary, &all.collect::<Vec<Situation>>());
        Sizing {
            schema: SCHEMA.into(),
            title: self.plan.ordinary.title.clone(),
            said: Said::new(Answer::CannotTell, ""),
            asked: self.asked(),
            needed,
            situations: found.into_iter().map(|found| found.situation).collect(),
            nodes,
            sender,
            longer: self.longer(),
            stops_helping: by_nodes::stops_helping(&by_nodes),
            by_nodes,
            made: Made { partial, ..self.seen.made() },
        }
    }

    fn asked(&self) -> SizeAsked {
        SizeAsked {
            survive: self.options.survive as u64,
            turned_away: self.options.turned_away,
            busiest: self.options.busiest,
            messages_per_day: self.plan.ordinary.messages_per_day,
            busiest_rate: self.plan.busiest_rate,
            growth: self.options.growth,
            outage_s: self.options.outage.as_secs_f64(),
        }
    }

    /// What longer sessions do to an ordinary day.
    fn longer(&self) -> Option<LongerSessions> {
        let longer = self.seen(plan::LONGER_CASE);
        let peaks = |seen: &Seen<'_>| -> Vec<Value> {
            let most = |day: &&Vec<SeenNode>| day.iter().map(|node| node.peak).max();
            seen.days.iter().map(|day| most(day).map(|peak| (f64::from(peak), 1.0))).collect()
        };
        let difference = self.criterion.family.difference(&peaks(&longer), &peaks(&self.seen(0)))?;
        let sessions = longer.situation(SituationKind::Ordinary, &[]).sessions;
        Some(LongerSessions { factor: LONGER, peak: difference, sessions })
    }
}

impl Found {
    /// True if it needs at least as much as another.
    fn is_beyond(&self, other: &Self) -> bool {
        let rank = |found: &Self| (found.situation.sessions.value, found.situation.load.value);
        rank(self) >= rank(other)
    }
}

/// What the situation needs that needs most.
fn needed(found: &[Found]) -> Needed {
    let situations = || found.iter().map(|found| &found.situation);
    let bound = |of: fn(&Interval) -> Option<f64>| {
        let bounds: Option<Vec<f64>> = situations().map(|situation| of(&situation.sessions)).collect();
        bounds.map(|bounds| bounds.into_iter().fold(0.0, f64::max))
    };
    let more = |a: &&Situation, b: &&Situation| a.sessions.value.total_cmp(&b.sessions.value);
    let most = situations().max_by(more).unwrap_or(&found[0].situation);
    let (low, high) = (bound(|sessions| sessions.low), bound(|sessions| sessions.high));
    let sessions = Interval { value: most.sessions.value, low, high };
    Needed { sessions, situation: most.kind, node: most.node.clone() }
}
