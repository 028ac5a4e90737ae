//! What each node must take for a while: its busiest hour, minute and second on a bad day.

use mxsim_core::numerals::{self, Ranged, significant};
use mxsim_core::results::{NodeResult, PeakRate, Results};

use super::{Axis, Bar, Figure, Scale, Series};
use crate::capacity::{self, RateUnit};
use crate::words;

/// Load of each node in its busiest hour, minute and second: the 95 % quantile over windows with its 95 % range.
#[must_use]
pub fn capacity(results: &Results) -> Figure {
    let unit = RateUnit::for_largest(largest(&results.nodes));
    let word = words::window(&results.provenance);
    let bars =
        results.nodes.iter().enumerate().flat_map(|(group, node)| {
            capacity::peaks(node).iter().map(move |peak| bar(node, group, peak, unit))
        });
    let windows = numerals::counted(results.provenance.windows, word.one, word.many);
    let marks = format!("bars: P95 over {windows}; whiskers: its 95 % range");
    let (title, subtitle) = match steepest(&results.nodes) {
        Some((node, peak)) if results.delivery.totals.accepted > 0 => {
            let range = unit.plain(Ranged::p95(&peak.estimate));
            (finding(results, node, peak, unit), format!("{range} messages a {}; {marks}", unit.word))
        }
        _ => ("No message was accepted".to_owned(), marks),
    };
    Figure {
        title,
        subtitle,
        x: Axis { label: format!("messages accepted per {}", unit.word), scale: Scale::Number },
        y: Axis { label: "node and bin".to_owned(), scale: Scale::Names },
        series: vec![Series::Bars(bars.collect())],
        references: Vec::new(),
    }
}

fn bad(peak: &PeakRate) -> f64 {
    if peak.estimate.p95.is_finite() { peak.estimate.p95 } else { 0.0 }
}

fn largest(nodes: &[NodeResult]) -> f64 {
    nodes.iter().flat_map(capacity::peaks).map(bad).fold(0.0, f64::max)
}

/// The node with the largest load in its shortest bin; the first of equals.
fn steepest(nodes: &[NodeResult]) -> Option<(&NodeResult, &PeakRate)> {
    let mut steepest: Option<(&NodeResult, &PeakRate)> = None;
    for node in nodes {
        let Some(peak) = capacity::peaks(node).last() else { continue };
        if steepest.is_none_or(|(_, best)| bad(peak) > bad(best)) {
            steepest = Some((node, peak));
        }
    }
    steepest
}

fn finding(results: &Results, node: &NodeResult, peak: &PeakRate, unit: RateUnit) -> String {
    let one = words::window(&results.provenance).one;
    let often = if results.provenance.windows < 2 {
        format!("on the one {one} looked at")
    } else {
        format!("or more on 1 {one} in 20")
    };
    let rate = significant(peak.estimate.p95 * unit.factor);
    let bin = words::bin_word(peak.bin_s);
    let per = if bin == unit.word { String::new() } else { format!(" a {}", unit.word) };
    format!("Busiest {bin}: {} takes {rate} messages{per} {often}", capacity::short(&node.name))
}

fn bar(node: &NodeResult, group: usize, peak: &PeakRate, unit: RateUnit) -> Bar {
    let ranged = unit.scaled(Ranged::p95(&peak.estimate));
    Bar {
        label: format!("{} {}", capacity::short(&node.name), words::bin_word(peak.bin_s)),
        group,
        value: ranged.value,
        text: ranged.plain(),
        band: Some((ranged.low.unwrap_or(ranged.value), ranged.high.unwrap_or(ranged.value))),
    }
}
