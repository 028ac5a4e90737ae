//! What edges did with connections, and how long they used each node.

use super::moment::moment;
use super::nodes::totals;
use super::sample::Sample;
use super::window::Loads;
use crate::results::{BehindEdgeResult, DrainResult, EdgeResult, EdgeTotals, GoneResult};
use crate::tally::labels::{EdgeLabels, Labels};
use crate::tally::{BehindEdge, DRAINED_PARTS, DrainTally, Tally};
use crate::time::Time;

/// One result per edge.
pub(super) fn edges(labels: &Labels, tallies: &[Tally], loads: &Loads) -> Vec<EdgeResult> {
    let edges = labels.edges.iter().enumerate();
    edges.map(|(edge, own)| one(edge, own, labels, (tallies, loads))).collect()
}

fn one(edge: usize, own: &EdgeLabels, labels: &Labels, (tallies, loads): (&[Tally], &Loads)) -> EdgeResult {
    let nodes = own.nodes.iter().enumerate();
    EdgeResult {
        name: own.name.clone(),
        addresses: own.addresses.clone(),
        totals: sums(edge, tallies),
        nodes: nodes
            .map(|(place, node)| behind((edge, place, *node), own, labels, (tallies, loads)))
            .collect(),
    }
}

fn sums(edge: usize, tallies: &[Tally]) -> EdgeTotals {
    let mut totals = EdgeTotals::default();
    for own in tallies.iter().map(|tally| &tally.edges[edge]) {
        totals.connections_ended += own.ended;
        totals.without_node += own.without_node;
        totals.full += own.full;
        totals.queued += own.queued;
        totals.passed_over += own.passed_over;
    }
    totals
}

fn behind(
    (edge, place, node): (usize, usize, usize),
    own: &EdgeLabels,
    labels: &Labels,
    (tallies, loads): (&[Tally], &Loads),
) -> BehindEdgeResult {
    let of = |tally: &Tally| -> BehindEdge { tally.edges[edge].nodes[place] };
    let all = labels.run.run_length.0 as f64;
    let mut out = Sample::default();
    for tally in tallies {
        out.push(of(tally).out_us as f64 / all);
        out.end_replication();
    }
    BehindEdgeResult {
        name: labels.nodes[node].name.clone(),
        share: loads
            .measure(|shares| {
                let together: f64 = own.nodes.iter().map(|node| shares[*node]).sum();
                if together > 0.0 { shares[node] / together } else { 0.0 }
            })
            .estimate(),
        taken_out: tallies.iter().map(|tally| of(tally).taken_out).sum(),
        taken_out_alive: tallies.iter().map(|tally| of(tally).taken_out_alive).sum(),
        out: out.estimate(),
        totals: totals(tallies, node),
        drains: drains((edge, place), tallies),
    }
}

/// The drains of a node, which are the same in each replication.
fn drains((edge, place): (usize, usize), tallies: &[Tally]) -> Vec<DrainResult> {
    let of = |tally: &Tally| -> Vec<DrainTally> {
        tally.edges[edge].drains.iter().filter(|drain| drain.place as usize == place).copied().collect()
    };
    let by_replication: Vec<Vec<DrainTally>> = tallies.iter().map(of).collect();
    let most = by_replication.iter().map(Vec::len).max().unwrap_or(0);
    (0..most).filter_map(|number| drain(by_replication.iter().filter_map(|all| all.get(number)))).collect()
}

fn drain<'t>(replications: impl Iterator<Item = &'t DrainTally> + Clone) -> Option<DrainResult> {
    let at = replications.clone().next()?.at;
    let mut open = Sample::default();
    for drain in replications.clone() {
        open.push(f64::from(drain.open));
        open.end_replication();
    }
    let gone = |(which, part): (usize, &f64)| {
        let after = |drain: &DrainTally| drain.gone[which].map(|gone| gone.since(drain.at).as_secs_f64());
        GoneResult { part: *part, after_s: moment(replications.clone().map(after)) }
    };
    Some(DrainResult {
        at_s: at.since(Time::ZERO).as_secs_f64(),
        open: open.estimate(),
        gone: DRAINED_PARTS.iter().enumerate().map(gone).collect(),
    })
}
