//! The same mail on other numbers of equal nodes.

use super::criterion::Criterion;
use super::document::{AtSessions, NodeCount};
use super::options::SizeOptions;
use super::places::SeenNode;
use super::plan::{Case, Plan};
use super::run;
use crate::results::Interval;
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::together::TogetherOptions;
use crate::study::{Observer, RunError};

/// Numbers of nodes that are tried.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=6;
/// The part of the replications that they get: a table needs less than an answer.
pub(super) const PART: f64 = 0.5;
/// Fewest replications of it.
const FEWEST: u64 = 4;
/// Sizes that are looked at, in parts of what is needed.
const SIZES: [f64; 5] = [0.5, 0.75, 1.0, 1.5, 2.0];
/// A node more helps if all nodes together need less by at least this part. *Assumption*: below a twentieth nobody buys a machine.
const WORTH_IT: f64 = 0.05;
/// Keys of a scenario that are about its own hosts.
const OF_ITS_HOSTS: [&str; 11] = [
    "zone.file",
    "zone.domain",
    "zone.addresses",
    "zone.mta_sts",
    "zone.dane",
    "nodes",
    "greylisting.nodes",
    "groups",
    "changes",
    "events",
    "goals",
];

/// A number of equal nodes: an ordinary day and, where nodes are left, one with some down.
pub(super) struct Variant {
    pub(super) nodes: usize,
    pub(super) cases: Vec<Case>,
}

/// Each number of nodes; none where the scenario says things of its hosts that equal ones cannot have.
pub(super) fn variants(builder: &ScenarioBuilder, plan: &Plan, options: &SizeOptions) -> Vec<Variant> {
    let of = |nodes: usize| {
        let equal = equal(builder, plan, nodes)?;
        let down = (0 < options.survive && options.survive < nodes)
            .then(|| equal.with_nodes_down(&(0..options.survive).collect::<Vec<usize>>()));
        let case = |scenario| Case { kind: None, down: Vec::new(), scenario, scope: plan.scope.clone() };
        Some(Variant { nodes, cases: [equal].into_iter().chain(down).map(case).collect() })
    };
    let all: Option<Vec<Variant>> = COUNTS.map(of).collect();
    all.unwrap_or_default()
}

/// The same mail on so many equal nodes.
fn equal(builder: &ScenarioBuilder, plan: &Plan, nodes: usize) -> Option<Scenario> {
    let bare = OF_ITS_HOSTS.iter().fold(builder.clone(), |builder, key| builder.without(key));
    let hours = plan.ordinary.run.run_length.as_secs_f64() / 3_600.0;
    let ttl_s = plan.ordinary.zones[0].zone.mx_ttl.as_secs_f64();
    let equal = bare
        .set("zone.text", equal_hosts(nodes, ttl_s))
        .set("run.window", "1h")
        .set("run.run_length", format!("{hours}h"))
        .messages_per_day(plan.ordinary.messages_per_day);
    Some(equal.build().ok()?.ordinary().with_nodes_like(&plan.ordinary.nodes[0]))
}

/// Zone lines of so many equal hosts.
fn equal_hosts(hosts: usize, ttl_s: f64) -> String {
    let line = |host: usize| {
        format!(
            "example.com. {ttl_s} IN MX 10 mx{host}.example.com.\nmx{host}.example.com. {ttl_s} IN A 192.0.2.{host}\n"
        )
    };
    (1..=hosts).map(line).collect()
}

/// What each number of nodes needs, and whether that was interrupted: then there is nothing of it.
pub(super) fn by_nodes(
    variants: &[Variant],
    sizes: &[u32],
    (criterion, together): (&Criterion, TogetherOptions),
    observer: &dyn Observer,
) -> Result<(Vec<NodeCount>, bool), RunError> {
    let replications = ((together.replications.unwrap_or(FEWEST) as f64 * PART) as u64).max(FEWEST);
    let cases: Vec<Case> = variants.iter().flat_map(|variant| variant.cases.clone()).collect();
    if cases.is_empty() {
        return Ok((Vec::new(), false));
    }
    let seen = match run::without_limits(&cases, together.replications(replications), observer) {
        Ok(seen) => seen,
        Err(RunError::Interrupted) => return Ok((Vec::new(), true)),
        Err(RunError::TimeUp { .. } | RunError::TooLarge(_)) => return Ok((Vec::new(), false)),
        Err(error) => return Err(error),
    };
    let mut days = (0..cases.len()).map(|case| seen.of(case).collect::<Vec<&Vec<SeenNode>>>());
    let counts = variants.iter().filter_map(|variant| {
        let of_variant: Vec<Vec<&Vec<SeenNode>>> = days.by_ref().take(variant.cases.len()).collect();
        count(variant.nodes, &of_variant, sizes, criterion)
    });
    Ok((counts.collect(), seen.partial))
}

/// What so many nodes need, from an ordinary day and perhaps one with nodes down.
fn count(
    nodes: usize,
    days: &[Vec<&Vec<SeenNode>>],
    sizes: &[u32],
    criterion: &Criterion,
) -> Option<NodeCount> {
    let (ordinary, worst) = (days.first()?, days.last()?);
    let ordinary = enough(criterion, ordinary, nodes)?;
    let down = days.get(1).and_then(|down| enough(criterion, down, nodes));
    let each = down.map_or(ordinary.value, |down| down.value.max(ordinary.value));
    let turned_away = |sessions: &u32| {
        let of = |node: usize| criterion.turned_away(&of_node(worst, node), *sessions as usize);
        let most = (0..nodes).filter_map(of).max_by(|a, b| a.value.total_cmp(&b.value))?;
        Some(AtSessions { sessions: *sessions, turned_away: most })
    };
    Some(NodeCount {
        nodes: nodes as u64,
        ordinary,
        down,
        together: each * nodes as f64,
        turned_away: sizes.iter().filter_map(turned_away).collect(),
    })
}

fn of_node<'a>(days: &[&'a Vec<SeenNode>], node: usize) -> Vec<&'a SeenNode> {
    days.iter().map(|day| &day[node]).collect()
}

/// What the node needs that needs most.
fn enough(criterion: &Criterion, days: &[&Vec<SeenNode>], nodes: usize) -> Option<Interval> {
    let needs = (0..nodes).filter_map(|node| criterion.enough(&of_node(days, node)));
    needs.max_by(|a, b| a.value.total_cmp(&b.value))
}

/// Sizes around what is needed, and the one of today.
pub(super) fn sizes(needed: f64, today: Option<u32>) -> Vec<u32> {
    let mut sizes: Vec<u32> = SIZES.iter().map(|part| (needed * part).round().max(1.0) as u32).collect();
    sizes.extend(today);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The first number of nodes beyond which one more is not worth it.
pub(super) fn stops_helping(counts: &[NodeCount]) -> Option<u64> {
    let is_asked = counts.iter().any(|count| count.down.is_some());
    let useful: Vec<&NodeCount> = counts.iter().filter(|count| count.down.is_some() == is_asked).collect();
    let pair = useful.windows(2).find(|pair| pair[1].together > pair[0].together * (1.0 - WORTH_IT));
    pair.map(|pair| pair[0].nodes)
}
