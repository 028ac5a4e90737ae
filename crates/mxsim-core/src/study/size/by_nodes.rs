//! The same mail on other numbers of equal nodes.

use super::criterion::Criterion;
use super::document::{AtSessions, Needed, NodeCount};
use super::places::{Scope, SeenNode};
use super::plan::Plan;
use super::{SizeOptions, run};
use crate::results::Interval;
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::study::together::TogetherOptions;
use crate::study::{Observer, RunError};

/// Numbers of nodes that are tried.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=6;
/// The part of the replications that they get: a table needs less than an answer.
pub(super) const PART: f64 = 0.25;
/// Fewest replications of it.
const FEWEST: u64 = 4;
/// Sizes that are looked at, in parts of what is needed.
const SIZES: [f64; 5] = [0.5, 0.75, 1.0, 1.5, 2.0];
/// A node more helps if all nodes together need less by at least this part. *Assumption*: below a twentieth nobody buys a machine.
const WORTH_IT: f64 = 0.05;
/// Keys of a scenario that are about its own hosts.
const OF_ITS_HOSTS: [&str; 10] = [
    "zone.file",
    "zone.domain",
    "zone.addresses",
    "zone.mta_sts",
    "zone.dane",
    "nodes",
    "groups",
    "changes",
    "events",
    "goals",
];

/// A number of equal nodes: an ordinary day and, where nodes are left, one with some down.
pub(super) struct Variant {
    pub(super) nodes: usize,
    pub(super) scenarios: Vec<Scenario>,
}

/// Each number of nodes; none where the scenario says things of its hosts that equal ones cannot have.
pub(super) fn scenarios(builder: &ScenarioBuilder, plan: &Plan, options: &SizeOptions) -> Vec<Variant> {
    let of = |nodes: usize| {
        let hours = plan.ordinary.run.run_length.as_secs_f64() / 3_600.0;
        let bare = OF_ITS_HOSTS.iter().fold(builder.clone(), |builder, key| builder.without(key));
        let equal = bare
            .without("greylisting.nodes")
            .set("zone.text", equal_hosts(nodes, plan.ordinary.zones[0].zone.mx_ttl.as_secs_f64()))
            .set("run.window", "1h")
            .set("run.run_length", format!("{hours}h"))
            .messages_per_day(plan.ordinary.messages_per_day)
            .build()
            .ok()?;
        let equal = equal.ordinary().with_nodes_like(&plan.ordinary.nodes[0]);
        let down = (0 < options.survive && options.survive < nodes)
            .then(|| equal.with_nodes_down(&(0..options.survive).collect::<Vec<usize>>()));
        Some(Variant { nodes, scenarios: [equal].into_iter().chain(down).collect() })
    };
    let all: Option<Vec<Variant>> = COUNTS.map(of).collect();
    all.unwrap_or_default()
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
    plan: &Plan,
    (needed, options): (&Needed, &SizeOptions),
    (criterion, together): (&Criterion, TogetherOptions),
    observer: &dyn Observer,
) -> Result<(Vec<NodeCount>, bool), RunError> {
    let replications = ((together.replications.unwrap_or(FEWEST) as f64 * PART) as u64).max(FEWEST);
    let scenarios: Vec<(Scenario, &Scope)> = variants
        .iter()
        .flat_map(|variant| variant.scenarios.iter().map(|scenario| (scenario.clone(), &plan.scope)))
        .collect();
    if scenarios.is_empty() {
        return Ok((Vec::new(), false));
    }
    let seen = match run::without_limits(&scenarios, together.replications(replications), observer) {
        Ok(seen) => seen,
        Err(RunError::Interrupted) => return Ok((Vec::new(), true)),
        Err(RunError::TimeUp { .. } | RunError::TooLarge(_)) => return Ok((Vec::new(), false)),
    };
    let sizes = sizes(needed.sessions.value, options.sessions);
    let mut first = 0;
    let mut counts = Vec::new();
    for variant in variants {
        let days = |place: usize| seen.of(first + place).collect::<Vec<&Vec<SeenNode>>>();
        let worst = days(variant.scenarios.len() - 1);
        let ordinary = enough(criterion, &days(0), variant.nodes);
        let down = (variant.scenarios.len() > 1).then(|| enough(criterion, &worst, variant.nodes)).flatten();
        let Some(ordinary) = ordinary else { continue };
        let each = down.map_or(ordinary.value, |down| down.value.max(ordinary.value));
        let turned_away = sizes.iter().filter_map(|sessions| {
            let of = |node: usize| criterion.turned_away(&of_node(&worst, node), *sessions as usize);
            let most = (0..variant.nodes).filter_map(of).max_by(|a, b| a.value.total_cmp(&b.value))?;
            Some(AtSessions { sessions: *sessions, turned_away: most })
        });
        counts.push(NodeCount {
            nodes: variant.nodes as u64,
            ordinary,
            down,
            together: each * variant.nodes as f64,
            turned_away: turned_away.collect(),
        });
        first += variant.scenarios.len();
    }
    Ok((counts, seen.partial))
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
fn sizes(needed: f64, today: Option<u32>) -> Vec<u32> {
    let mut sizes: Vec<u32> = SIZES.iter().map(|part| (needed * part).round().max(1.0) as u32).collect();
    sizes.extend(today);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The first number of nodes beyond which one more is not worth it.
pub(super) fn stops_helping(counts: &[NodeCount]) -> Option<u64> {
    let useful = counts.iter().filter(|count| count.down.is_some() || counts.iter().all(|count| count.down.is_none()));
    let useful: Vec<&NodeCount> = useful.collect();
    let pairs = useful.windows(2).find(|pair| pair[1].together > pair[0].together * (1.0 - WORTH_IT));
    pairs.map(|pair| pair[0].nodes)
}
