//! The load duration curve: how much load each node has for how much of the time, the busy end spread out.

use mxsim_core::numerals::significant;
use mxsim_core::results::{NodeDuration, Results};

use super::{Axis, BANDS_AT_MOST, Figure, Line, Mark, Scale, Series};
use crate::capacity::{self, Need, RateUnit};
use crate::words;

/// Load duration curves: one line per node with its P5-P95 band over replications, and its busiest bin as a mark.
///
/// A planner reads it from the right: the load of nearly all the time, then what the last hundredth and the busiest minute ask for.
#[must_use]
pub fn duration(results: &Results) -> Figure {
    let curve = &results.duration;
    let need = capacity::need(results);
    let unit = RateUnit::for_largest(capacity::largest(curve));
    let crowded = curve.nodes.len() > BANDS_AT_MOST;
    let with_band = |index: usize| !crowded || need.as_ref().is_some_and(|need| need.node == index);
    let nodes = || curve.nodes.iter().enumerate();
    let lines = nodes().map(|(index, node)| Series::Line(line(node, &curve.parts, unit, with_band(index))));
    let marks = nodes().filter_map(|(index, node)| mark(node, &curve.parts, unit, with_band(index)));
    Figure {
        title: title(results, need.as_ref(), unit),
        subtitle: subtitle(results, need.as_ref(), unit, crowded),
        x: Axis {
            label: "part of the time that is busier (1 % of a day is 14 minutes)".to_owned(),
            scale: Scale::Parts,
        },
        y: Axis { label: format!("messages accepted per {}", unit.word), scale: Scale::Number },
        series: lines.chain(marks.map(Series::Mark)).collect(),
        references: Vec::new(),
    }
}

/// What is enough for every node, because it is enough for the one that needs most.
fn title(results: &Results, need: Option<&Need>, unit: RateUnit) -> String {
    let Some(need) = need else {
        let nothing = results.delivery.totals.accepted == 0;
        return if nothing {
            "No message was accepted"
        } else {
            "These results hold no load by part of the time"
        }
        .to_owned();
    };
    let part = capacity::part(need.part);
    let nodes = &results.duration.nodes;
    if need.rate.value <= 0.0 {
        return format!("Every node is idle for all but {part} of the time");
    }
    let who = if nodes.len() == 1 { capacity::short(&nodes[0].name) } else { "every node".to_owned() };
    let rate = significant(need.rate.value * unit.factor);
    format!("Enough for {who} for all but {part} of the time: {rate} messages a {}", unit.word)
}

fn subtitle(results: &Results, need: Option<&Need>, unit: RateUnit, crowded: bool) -> String {
    let bands = if crowded { "band of that node" } else { "bands" };
    let bin = words::bin_word(results.duration.bin_s);
    let marks = format!("lines: mean; {bands}: P5 to P95 over replications; diamonds: busiest {bin}");
    let Some(need) = need else { return marks };
    let busiest = need
        .busiest
        .map_or_else(String::new, |busiest| format!(", {} in its busiest {bin}", unit.plain(busiest)));
    let name = capacity::short(&results.duration.nodes[need.node].name);
    format!("{name} needs most: {} a {}{busiest}; {marks}", unit.plain(need.rate), unit.word)
}

/// The curve without the busiest bin, which stands apart.
fn line(node: &NodeDuration, parts: &[f64], unit: RateUnit, with_band: bool) -> Line {
    let points = parts.iter().zip(&node.rate).filter(|(part, _)| **part > 0.0);
    let band = parts.iter().zip(node.p05.iter().zip(&node.p95)).filter(|(part, _)| **part > 0.0);
    let band = band.map(|(part, (low, high))| (*part, low * unit.factor, high * unit.factor));
    Line {
        label: node.name.clone(),
        points: points.map(|(part, rate)| (*part, rate * unit.factor)).collect(),
        band: if with_band { band.collect() } else { Vec::new() },
    }
}

/// The busiest bin.
fn mark(node: &NodeDuration, parts: &[f64], unit: RateUnit, with_band: bool) -> Option<Mark> {
    let at = parts.iter().position(|part| *part == 0.0)?;
    let value = *node.rate.get(at)?;
    let band = node.p05.get(at).zip(node.p95.get(at)).filter(|_| with_band);
    Some(Mark {
        x: 0.0,
        value: value * unit.factor,
        band: band.map(|(low, high)| (low * unit.factor, high * unit.factor)),
    })
}
