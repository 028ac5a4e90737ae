//! What the nodes of each group carry together.

use super::nodes::totals;
use super::window::Loads;
use crate::results::{GroupResult, NodeTotals};
use crate::tally::Tally;
use crate::tally::labels::Labels;

/// One result per group, in the order of the nodes that name them.
pub(super) fn groups(labels: &Labels, tallies: &[Tally], loads: &Loads) -> Vec<GroupResult> {
    let mut names: Vec<&String> = Vec::new();
    for name in labels.nodes.iter().flat_map(|node| &node.groups) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| group(name, labels, tallies, loads)).collect()
}

fn group(name: &String, labels: &Labels, tallies: &[Tally], loads: &Loads) -> GroupResult {
    let is_in = |place: &usize| labels.nodes[*place].groups.contains(name);
    let places: Vec<usize> = (0..labels.nodes.len()).filter(is_in).collect();
    let mut sum = NodeTotals::default();
    places.iter().for_each(|place| sum += totals(tallies, *place));
    GroupResult {
        name: name.clone(),
        nodes: places.iter().map(|place| labels.nodes[*place].name.clone()).collect(),
        fair_share: places.iter().map(|place| labels.nodes[*place].fair_share).sum(),
        share: loads.measure(|shares| places.iter().map(|place| shares[*place]).sum()).estimate(),
        totals: sum,
    }
}
