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
//! `by_nodes` asks for other numbers of nodes, `said` answers.

mod by_nodes;
mod criterion;
mod document;
mod places;
mod plan;
mod run;
mod said;
mod situation;

pub use document::{
    AtSessions, Erlang, LongerSessions, Needed, NodeCount, NodeNeed, NodeSize, PeakSender, SCHEMA, SizeAsked,
    Situation, SituationKind, Sizing, Tested,
};

use crate::engine::MethodChoice;
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::results::{Answer, Interval, MODEL_EPOCH, Made, Said};
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::together::{TogetherOptions, seconds_of};
use crate::study::{Observer, StudyError};
use crate::time::Span;
use criterion::Criterion;
use places::{Scope, SeenNode};
use plan::Plan;
use run::Search;

/// How long a message holds a session where nobody says. *Assumption*: between a server that takes mail as it comes and one that looks it up in
/// lists and scans it; what is needed grows in proportion.
pub const ASSUMED_SESSION: Span = Span::from_secs(5);

/// Processor time that an answer takes unless its replications are said (s of one core, as estimated). *Assumption*: what somebody waits for who
/// has typed a command.
const BUDGET_S: f64 = 12.0;
/// Fewest and most replications of an answer that does not say how many.
const REPLICATIONS: [f64; 2] = [8.0, 200.0];
/// Tests of limits that a situation takes on average.
const TESTS: f64 = 3.0;
/// Sessions so many times as long show what their length is worth.
const LONGER: f64 = 1.05;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SizeOptions {
    /// Nodes that are down at the same time.
    pub survive: usize,
    /// Part of the connections of the busiest hour that may find a node full, 0..1.
    pub turned_away: f64,
    /// Part of the days on which that has to hold, 0..1; `None` for all days together.
    pub busiest: Option<f64>,
    /// By how much the mail grows.
    pub growth: f64,
    /// Most sessions of each node; `None` for those of the scenario.
    pub sessions: Option<u32>,
    /// How long a message holds a session; `None` for what the scenario says.
    pub session_time: Option<Span>,
    /// Messages per second in the busiest hour, at all nodes together; `None` for what the scenario says.
    pub rate: Option<f64>,
    /// The same at each node.
    pub node_rate: Option<f64>,
    /// How long nodes are down before they come back.
    pub outage: Span,
}

impl Default for SizeOptions {
    fn default() -> Self {
        Self {
            survive: 1,
            turned_away: 0.01,
            busiest: None,
            growth: 1.0,
            sessions: None,
            session_time: None,
            rate: None,
            node_rate: None,
            outage: Span::HOUR,
        }
    }
}

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
    let returning = plan.returning(options.survive);
    let mut scenarios: Vec<(Scenario, &Scope)> = vec![
        (plan.ordinary.clone(), &plan.scope),
        (plan.ordinary.with_longer_sessions(LONGER), &plan.scope),
    ];
    scenarios.extend(plan.choices.iter().map(|nodes| (plan.down(nodes), &plan.scope)));
    if options.survive > 0 {
        scenarios.push((plan.surge(&returning), &plan.after));
    }
    let variants = by_nodes::scenarios(builder, &plan, options);
    let replications = together.replications.unwrap_or_else(|| worth(&scenarios, &variants));
    let together = together.replications(replications);
    let seen = run::without_limits(&scenarios, together, observer)?;
    let criterion = Criterion {
        part: options.turned_away,
        on: options.busiest,
        family: Family::of(scenarios.len()),
    };
    let at = |scenario: usize| situation::Seen {
        scenario: &scenarios[scenario].0,
        days: seen.of(scenario).collect(),
        criterion: &criterion,
    };
    let mut found = vec![at(0).situation(SituationKind::Ordinary, &[])];
    let mut places = vec![0];
    let downs: Vec<Situation> = (0..plan.choices.len())
        .map(|choice| at(2 + choice).situation(SituationKind::Down, &plan.choices[choice]))
        .collect();
    let needs_most = (0..downs.len()).max_by(|a, b| by_need(&downs[*a], &downs[*b]).then(b.cmp(a)));
    if let Some(worst) = needs_most {
        found.push(Situation {
            tried: plan.choices.len() as u64,
            possible: plan.possible,
            load_ratio: at(2 + worst).load_over(&at(0), &plan.choices[worst]),
            ..downs[worst].clone()
        });
        places.push(2 + worst);
    }
    if options.survive > 0 {
        places.push(2 + downs.len());
        found.push(Situation {
            tried: 1,
            possible: plan.possible.max(1),
            load_ratio: at(2 + downs.len()).load_over(&at(0), &[]),
            ..at(2 + downs.len()).situation(SituationKind::Surge, &returning)
        });
    }
    let mut searches: Vec<Search<'_>> = places
        .iter()
        .zip(&found)
        .map(|(place, situation)| {
            let (scenario, scope) = &scenarios[*place];
            Search::new(scenario.clone(), scope, situation.sessions.value as u32)
        })
        .collect();
    let has_limits = plan.ordinary.limits().iter().any(Option::is_some);
    let mut partial = seen.partial || run::search(&mut searches, &criterion, together, has_limits, observer)?;
    for (situation, search) in found.iter_mut().zip(searches) {
        situation::settle(situation, search, &criterion);
    }
    if plan.ordinary.loses_what_is_blocked() && options.busiest.is_none() {
        situation::make_exact(&mut found[0], &plan, options.turned_away);
    }
    let needed = needed(&found);
    let (by_nodes, is_partial) =
        by_nodes::by_nodes(&variants, &plan, (&needed, options), (&criterion, together), observer)?;
    partial |= is_partial;
    let sender = found.iter().position(|situation| situation.kind == needed.situation);
    let sender = sender.and_then(|place| at(places[place]).sender_in_peak(&needed.node, criterion.family));
    let longer = longer(&at(0), &at(1), &found[0]);
    let downs: Vec<Situation> = downs.into_iter().chain(found.iter().cloned()).collect();
    let mut sizing = Sizing {
        schema: SCHEMA.into(),
        title: plan.ordinary.title.clone(),
        said: Said::new(Answer::CannotTell, ""),
        asked: SizeAsked {
            survive: options.survive as u64,
            turned_away: options.turned_away,
            busiest: options.busiest,
            messages_per_day: plan.ordinary.messages_per_day,
            busiest_rate: plan.busiest_rate,
            growth: options.growth,
            outage_s: options.outage.as_secs_f64(),
        },
        nodes: situation::nodes(&plan.ordinary, &downs),
        needed,
        situations: found,
        sender,
        longer,
        stops_helping: by_nodes::stops_helping(&by_nodes),
        by_nodes,
        made: Made {
            version: env!("CARGO_PKG_VERSION").into(),
            model_epoch: MODEL_EPOCH,
            seed: together.seed,
            replications: seen.seen.len() as u64,
            run_length_s: plan.ordinary.run.run_length.as_secs_f64(),
            fingerprints: seen.labels.iter().map(|labels| labels.fingerprint.clone()).collect(),
            partial,
        },
    };
    sizing.said = said::said(&sizing, &criterion, plan.assumed);
    Ok(sizing)
}

/// As many replications as the time is worth.
fn worth(scenarios: &[(Scenario, &Scope)], variants: &[by_nodes::Variant]) -> u64 {
    let without: Vec<Scenario> = scenarios
        .iter()
        .map(|(scenario, _)| scenario.with_limits(&vec![None; scenario.nodes.len()]))
        .collect();
    let first = seconds_of(&without, MethodChoice::Messages);
    // An ordinary day, one with nodes down and the hours after their return are tested.
    let tests = TESTS * first * 3.0 / without.len().max(3) as f64;
    let beside = variants.iter().flat_map(|variant| variant.scenarios.clone()).collect::<Vec<Scenario>>();
    let each = first + tests + by_nodes::PART * seconds_of(&beside, MethodChoice::Messages);
    let [fewest, most] = REPLICATIONS;
    (BUDGET_S / each).clamp(fewest, most) as u64
}

/// Which of two situations needs more, by what each node needs and then by its load.
fn by_need(a: &Situation, b: &Situation) -> std::cmp::Ordering {
    let by_sessions = a.sessions.value.total_cmp(&b.sessions.value);
    by_sessions.then(a.load.value.total_cmp(&b.load.value))
}

/// What the situation needs that needs most.
fn needed(situations: &[Situation]) -> Needed {
    let most = situations.iter().max_by(|a, b| a.sessions.value.total_cmp(&b.sessions.value));
    let bound = |of: fn(&Interval) -> Option<f64>| {
        let bounds: Option<Vec<f64>> = situations.iter().map(|situation| of(&situation.sessions)).collect();
        bounds.map(|bounds| bounds.into_iter().fold(0.0, f64::max))
    };
    let most = most.unwrap_or(&situations[0]);
    let sessions = Interval {
        value: most.sessions.value,
        low: bound(|sessions| sessions.low),
        high: bound(|sessions| sessions.high),
    };
    Needed { sessions, situation: most.kind, node: most.node.clone() }
}

/// What longer sessions do to the peak of an ordinary day.
fn longer(
    as_they_are: &situation::Seen<'_>,
    longer: &situation::Seen<'_>,
    ordinary: &Situation,
) -> Option<LongerSessions> {
    let peaks = |seen: &situation::Seen<'_>| -> Vec<Value> {
        let most = |day: &&Vec<SeenNode>| day.iter().map(|node| node.peak).max();
        seen.days.iter().map(|day| most(day).map(|peak| (f64::from(peak), 1.0))).collect()
    };
    let difference = as_they_are.criterion.family.difference(&peaks(longer), &peaks(as_they_are))?;
    let sessions = longer.situation(SituationKind::Ordinary, &[]).sessions;
    let _ = ordinary;
    Some(LongerSessions { factor: LONGER, peak_sessions: difference, sessions })
}
