//! What edges did with connections, and how long they used each node.

use super::nodes::totals;
use super::sample::Sample;
use super::window::Loads;
use crate::results::{BehindEdgeResult, EdgeResult, EdgeTotals};
use crate::tally::labels::{EdgeLabels, Labels};
use crate::tally::{BehindEdge, Tally};

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
    }
}
