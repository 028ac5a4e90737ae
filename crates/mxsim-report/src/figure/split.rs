//! The split: mean share of each node, its band from window to window, and the fair share.

use mxsim_core::numerals::{self, Ranged, percent};
use mxsim_core::results::{NodeResult, Results};

use super::{Axis, Bar, Figure, Reference, Scale, Series};
use crate::words;

/// Share of mail per node with its P5-P95 band over windows, and the fair share.
#[must_use]
pub fn split(results: &Results) -> Figure {
    let word = words::window(&results.provenance);
    let marks = format!(
        "bars: mean share (95 % range at the right); whiskers: P5 to P95 over {}",
        numerals::counted(results.provenance.windows, word.one, word.many)
    );
    let (title, subtitle) = if results.delivery.totals.accepted == 0 {
        ("No message was accepted".to_owned(), marks)
    } else {
        let range = Ranged::p95(&results.balance.busiest_share).percent();
        (finding(results), format!("{range}; {marks}"))
    };
    Figure {
        title,
        subtitle,
        x: Axis { label: format!("share of the mail accepted in a {} [%]", word.one), scale: Scale::Percent },
        y: Axis { label: "node".to_owned(), scale: Scale::Names },
        series: vec![Series::Bars(
            results.nodes.iter().enumerate().map(|(group, node)| bar(node, group)).collect(),
        )],
        references: fair_shares(&results.nodes),
    }
}

/// What the busiest node carries in a bad window, or always where nothing scatters.
fn finding(results: &Results) -> String {
    let one = words::window(&results.provenance).one;
    let busiest = &results.balance.busiest_share;
    let [usual, bad] = [busiest.p05, busiest.p95].map(percent);
    if results.provenance.windows < 2 {
        return format!("Busiest node carried {bad} on the one {one} looked at");
    }
    if usual == bad {
        return format!("Busiest node carries {bad} on 9 {} of 10", words::window(&results.provenance).many);
    }
    let or_more = if busiest.p95 < 1.0 { " or more" } else { "" };
    format!("Busiest node carries {bad}{or_more} on 1 {one} in 20")
}

fn bar(node: &NodeResult, group: usize) -> Bar {
    let text = Ranged::mean_share(&node.share).percent();
    Bar {
        label: node.name.clone(),
        group,
        value: node.share.mean,
        text,
        band: Some((node.share.p05, node.share.p95)),
    }
}

/// One reference per run of neighbours with the same fair share.
fn fair_shares(nodes: &[NodeResult]) -> Vec<Reference> {
    let mut references: Vec<Reference> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        match references.last_mut() {
            Some(reference) if (reference.value - node.fair_share).abs() < 1e-9 => reference.last = index,
            _ => references.push(Reference {
                label: "fair share".to_owned(),
                value: node.fair_share,
                first: index,
                last: index,
            }),
        }
    }
    references
}
