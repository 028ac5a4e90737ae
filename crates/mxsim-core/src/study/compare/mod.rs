//! Which design: several scenarios, or several ways to publish the machines of one, under common random numbers.
//!
//! Main functions: [`compare`]; [`designs`], which makes the scenarios of one. Main type: [`Comparison`], the document `mxsim.compare/1`.

mod designs;
mod document;
mod duel;
mod operations;
mod outcome;
mod trade;

pub use designs::{Design, left_out};
pub use document::{
    Compared, ComparedGoal, Comparison, NamedDifference, Operations, Pair, SCHEMA, Trade, TradeGrade,
};
pub use outcome::Candidate;

use crate::engine::MethodChoice;
use crate::estimate::measure::{Measure, Value};
use crate::estimate::paired::Family;
use crate::estimate::{Plausible, estimate};
use crate::results::{Answer, Said};
use crate::scenario::{EventSpec, Fault, Scenario, ScenarioBuilder};
use crate::study::StudyError;
use crate::study::limit::Observer;
use crate::study::shard::Shard;
use crate::study::shelf::Shelf;
use crate::study::together::{
    Replication, Together, TogetherOptions, simulate_shard_together, simulate_together,
    simulate_together_with,
};
use crate::tally::Tally;
use crate::tally::labels::Labels;
use crate::time::Span;
use operations::AtFirstNode;
use outcome::Outcome;

/// The scenarios of these designs, made of the machines and senders of one.
///
/// # Errors
/// If the scenario has fewer than two machines.
pub fn designs(builder: &ScenarioBuilder, designs: &[Design]) -> Result<Vec<Candidate>, StudyError> {
    let one = |design: &Design| {
        Ok(Candidate { name: design.name().into(), builder: design.of(builder)?, is_design: true })
    };
    designs.iter().map(one).collect()
}

/// The worlds of one candidate: as it is, and as a design with its first node drained, with its first node down, and with its edge down.
const AS_IT_IS: usize = 0;
const DRAINED: usize = 1;
const DOWN: usize = 2;
const EDGE_DOWN: usize = 3;

/// What is kept of a replication.
struct Seen {
    tally: Option<Tally>,
    at_first: AtFirstNode,
    down: Vec<Value>,
}

/// Compares two scenarios or more.
///
/// ```
/// use mxsim_core::study::compare::{Design, compare, designs};
/// use mxsim_core::study::TogetherOptions;
/// use mxsim_core::{Quiet, ScenarioBuilder, SenderSpec};
/// let zone = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
///             a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n";
/// let builder = ScenarioBuilder::new(zone).messages_per_day(2_000.0).sender(SenderSpec::new("us").preset("postfix"));
/// let options = TogetherOptions::of(&builder.clone().build()?).replications(10);
/// let comparison = compare(&designs(&builder, &[Design::EqualMx, Design::Backup])?, options, &Quiet)?;
/// assert_eq!(comparison.winner.as_deref(), Some("equal-mx"), "a backup shares nothing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there are fewer than two, one of them is wrong, or they are too large together.
pub fn compare(
    candidates: &[Candidate],
    options: TogetherOptions,
    observer: &dyn Observer,
) -> Result<Comparison, StudyError> {
    let asked = Asked::new(candidates, options)?;
    let look = |replication: &Replication<'_>| asked.see(replication);
    let together = simulate_together(&asked.scenarios(), asked.options, observer, look)?;
    Ok(document(candidates, &asked.worlds, &together))
}

/// The same with a shelf: what is on it is not simulated again.
///
/// # Errors
/// As [`compare`], or if the shelf fails.
pub fn compare_with(
    candidates: &[Candidate],
    options: TogetherOptions,
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<Comparison, StudyError> {
    let asked = Asked::new(candidates, options)?;
    let look = |replication: &Replication<'_>| asked.see(replication);
    let together = simulate_together_with(&asked.scenarios(), asked.options, (observer, shelf), look)?;
    Ok(document(candidates, &asked.worlds, &together))
}

/// Puts the replications of a shard on a shelf.
///
/// # Errors
/// As [`compare`], if the number of replications is not given, or if the shelf fails.
pub fn compare_shard(
    candidates: &[Candidate],
    (options, shard): (TogetherOptions, Shard),
    observer: &dyn Observer,
    shelf: &dyn Shelf,
) -> Result<(), StudyError> {
    let asked = Asked::new(candidates, options)?;
    let look = |replication: &Replication<'_>| asked.see(replication);
    Ok(simulate_shard_together(&asked.scenarios(), (asked.options, shard), (observer, shelf), look)?)
}

/// What is simulated to compare.
struct Asked {
    worlds: Vec<World>,
    drains: bool,
    options: TogetherOptions,
}

impl Asked {
    fn new(candidates: &[Candidate], options: TogetherOptions) -> Result<Self, StudyError> {
        if candidates.len() < 2 {
            return Err(StudyError::Question("it takes two designs or two scenarios to compare".into()));
        }
        let drains = candidates.iter().any(|candidate| candidate.is_design);
        // When a node is drained is seen message by message.
        let options = if drains { options.method(MethodChoice::Messages) } else { options };
        Ok(Self { worlds: worlds(candidates)?, drains, options })
    }

    fn scenarios(&self) -> Vec<Scenario> {
        self.worlds.iter().map(|(_, _, scenario)| scenario.clone()).collect()
    }

    fn see(&self, replication: &Replication<'_>) -> Option<Seen> {
        see(replication, self.worlds[replication.scenario].1, self.drains)
    }
}

/// Looks at a replication of one of the worlds of a candidate.
fn see(replication: &Replication<'_>, world: usize, drains: bool) -> Option<Seen> {
    let labels = &replication.compiled.labels;
    let mut watch = operations::FirstNodeProbe::new(&replication.compiled.world);
    let tally = if drains { replication.tally_counting(&mut watch)? } else { replication.tally()? };
    let down = measures_down(labels).into_iter().filter(|_| world == DOWN || world == EDGE_DOWN);
    let down = down.map(|measure| measure.of(labels, &tally)).collect();
    Some(Seen { down, tally: (world == AS_IT_IS).then_some(tally), at_first: watch.finish() })
}

/// Candidate, which of its worlds, and scenario.
type World = (usize, usize, Scenario);

fn worlds(candidates: &[Candidate]) -> Result<Vec<World>, StudyError> {
    let mut worlds = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let scenario = candidate.builder.clone().build()?;
        if candidate.is_design {
            worlds.push((place, DRAINED, operations::drained(&candidate.builder, &scenario)?));
            worlds.push((place, DOWN, with_node_down(&candidate.builder, &scenario)?));
            if !scenario.edges.is_empty() {
                worlds.push((place, EDGE_DOWN, with_edge_down(&candidate.builder, &scenario)?));
            }
        }
        worlds.push((place, AS_IT_IS, scenario));
    }
    // The designs themselves first, so that documents name them first.
    worlds.sort_by_key(|(place, world, _)| (*world, *place));
    Ok(worlds)
}

/// The scenario with its first node dropping all packets for an hour.
fn with_node_down(builder: &ScenarioBuilder, scenario: &Scenario) -> Result<Scenario, StudyError> {
    let event = EventSpec::new(&scenario.nodes[0].name, Fault::Drop).at(operations::AT).lasting(Span::HOUR);
    Ok(builder.clone().event(event).build()?)
}

/// The scenario with its first edge dropping all packets for an hour.
fn with_edge_down(builder: &ScenarioBuilder, scenario: &Scenario) -> Result<Scenario, StudyError> {
    let event = EventSpec::edge(&scenario.edges[0].name, Fault::Drop);
    Ok(builder.clone().event(event.at(operations::AT).lasting(Span::HOUR)).build()?)
}

/// What is measured on an ordinary day. Sessions count where they take time.
fn measures(timed: bool) -> Vec<Measure> {
    let mut all = vec![
        Measure::BusiestShare,
        Measure::PeakMinute,
        Measure::Lost,
        Measure::Later(Span::from_minutes(5)),
        Measure::DelayMean,
        Measure::Connections,
    ];
    if timed {
        all.extend([Measure::TurnedAway, Measure::PeakSessions]);
    }
    all
}

/// What is measured with a node down.
fn measures_down(labels: &Labels) -> Vec<Measure> {
    let mut all = vec![Measure::Lost, Measure::Later(Span::from_minutes(5)), Measure::DelayMean];
    if labels.nodes.iter().any(|node| node.session_limit.is_some()) {
        all.push(Measure::TurnedAway);
    }
    all
}

fn document(candidates: &[Candidate], worlds: &[World], together: &Together<Seen>) -> Comparison {
    let mut outcomes: Vec<Outcome> =
        (0..candidates.len()).map(|place| outcome(place, worlds, together)).collect();
    if outcomes.iter().any(Outcome::has_edge) {
        outcomes.iter_mut().for_each(Outcome::without_edge_loses_a_node);
    }
    let family = family(&outcomes);
    let pairs = duel::pairs(candidates, &outcomes, family);
    let winner = duel::winner(candidates, &pairs);
    let trade = trade::trade(&outcomes, candidates);
    Comparison {
        schema: SCHEMA.into(),
        title: outcomes[0].scenario.title.clone(),
        made: together.made(),
        said: said(winner.as_ref(), &pairs, &trade, candidates),
        winner,
        trade,
        designs: candidates.iter().zip(&outcomes).map(|(c, outcome)| compared(c, outcome, family)).collect(),
        pairs,
    }
}

fn outcome(place: usize, worlds: &[World], together: &Together<Seen>) -> Outcome {
    let at = |world: usize| worlds.iter().position(|(p, w, _)| (*p, *w) == (place, world));
    let own = at(AS_IT_IS).expect("each candidate has a world of its own");
    let labels = &together.labels[own];
    let scenario = worlds[own].2.clone();
    let tallies: Vec<Tally> = together.of(own).filter_map(|seen| seen.tally.clone()).collect();
    let values = |measure: &Measure| tallies.iter().map(|tally| measure.of(labels, tally)).collect();
    let measured = measures(scenario.has_sessions()).into_iter().map(|m| (m.clone(), values(&m))).collect();
    let while_down = |world: Option<usize>| {
        world.map_or_else(Vec::new, |at| {
            let all = measures_down(&together.labels[at]).into_iter().enumerate();
            all.map(|(i, measure)| (measure, together.of(at).map(|seen| seen.down[i]).collect())).collect()
        })
    };
    let (down, edge_down) = (while_down(at(DOWN)), while_down(at(EDGE_DOWN)));
    let mut operations = operations::of_zone(&scenario);
    if let Some(drained) = at(DRAINED) {
        operations.drained_s = operations::drained_s(
            together.of(own).map(|seen| &seen.at_first),
            together.of(drained).map(|seen| &seen.at_first),
        );
    }
    let results = estimate(labels, &tallies, together.partial, Plausible::default());
    Outcome { results, measured, down, edge_down, operations, scenario, labels: labels.clone() }
}

/// All intervals of the document: the values of each candidate, and the differences of every two.
fn family(outcomes: &[Outcome]) -> Family {
    let of = |outcome: &Outcome| outcome.measured.len() + outcome.down.len() + outcome.edge_down.len();
    let own: usize = outcomes.iter().map(of).sum();
    let pairs = outcomes.len() * (outcomes.len() - 1) / 2;
    let most = outcomes.iter().map(of).max().unwrap_or(1);
    Family::of(own + pairs * most)
}

fn compared(candidate: &Candidate, outcome: &Outcome, family: Family) -> Compared {
    let measured = |(measure, values): &(Measure, Vec<Value>)| {
        Some(measure.measured(&outcome.labels, family.mean(values)?))
    };
    let results = &outcome.results;
    let goals =
        results.goals.iter().map(|goal| ComparedGoal { text: goal.text.clone(), status: goal.status });
    Compared {
        name: candidate.name.clone(),
        answer: results.verdict.answer,
        sentence: results.verdict.sentence.clone(),
        goals: goals.collect(),
        measured: outcome.measured.iter().filter_map(measured).collect(),
        node_down: outcome.down.iter().filter_map(measured).collect(),
        edge_down: outcome.edge_down.iter().filter(|_| outcome.has_edge()).filter_map(measured).collect(),
        operations: outcome.operations.clone(),
        zone: outcome.scenario.zone_lines(),
    }
}

/// The answer.
fn said(winner: Option<&String>, pairs: &[Pair], trade: &Trade, candidates: &[Candidate]) -> Said {
    let answer = if winner.is_some() { Answer::Yes } else { Answer::CannotTell };
    let (sentence, why) = duel::in_words(winner, pairs);
    let mut said = Said::new(answer, sentence);
    said.why = why;
    said.flips.clone_from(&trade.otherwise);
    said.advice.clone_from(&trade.sentence);
    if candidates.iter().any(|candidate| candidate.is_design) {
        said.assumed.push("every design has the same machines, senders and TTLs".into());
    }
    said
}
