//! The load: messages accepted per hour at each node over the run.

use mxsim_core::numerals::{Ranged, significant};
use mxsim_core::results::{NodeSeries, Results, Series as LoadSeries};

use super::{Axis, BANDS_AT_MOST, Figure, Line, Scale, Series};
use crate::capacity::short;
use crate::words;

/// Seconds in an hour.
const HOUR_S: f64 = 3_600.0;

/// Load by hour: one line per node with its P5-P95 band over replications.
#[must_use]
pub fn load(results: &Results) -> Figure {
    let series = &results.series;
    let peak = peak(series);
    let crowded = series.nodes.len() > BANDS_AT_MOST;
    let lines = series.nodes.iter().enumerate().map(|(index, node)| {
        let with_band = !crowded || peak.is_some_and(|peak| peak.node == index);
        Series::Line(line(node, series.bin_s, with_band))
    });
    Figure {
        title: title(series, peak),
        subtitle: subtitle(series, peak, crowded),
        x: Axis { label: "time since the first measured midnight".to_owned(), scale: Scale::Clock },
        y: Axis { label: "messages accepted per hour".to_owned(), scale: Scale::Number },
        series: lines.collect(),
        references: Vec::new(),
    }
}

/// Where the largest mean is.
#[derive(Debug, Clone, Copy)]
struct Peak {
    node: usize,
    bin: usize,
    accepted: f64,
}

/// The largest mean of any node and bin; the first of equals. `None` if nothing was accepted.
fn peak(series: &LoadSeries) -> Option<Peak> {
    let mut best: Option<Peak> = None;
    for (node, line) in series.nodes.iter().enumerate() {
        for (bin, &accepted) in line.accepted.iter().enumerate() {
            let least = best.map_or(0.0, |best| best.accepted);
            if accepted.is_finite() && accepted > least {
                best = Some(Peak { node, bin, accepted });
            }
        }
    }
    best
}

fn per_hour(bin_s: f64) -> f64 {
    if bin_s > 0.0 { HOUR_S / bin_s } else { 1.0 }
}

fn title(series: &LoadSeries, peak: Option<Peak>) -> String {
    let Some(peak) = peak else { return "No message was accepted".to_owned() };
    format!(
        "Busiest {}: {} takes {} messages an hour",
        words::bin_word(series.bin_s),
        short(&series.nodes[peak.node].name),
        significant(peak.accepted * per_hour(series.bin_s))
    )
}

fn subtitle(series: &LoadSeries, peak: Option<Peak>, crowded: bool) -> String {
    let bands = if crowded { "band of the busiest node" } else { "bands" };
    let marks = format!("lines: mean; {bands}: P5 to P95 over replications");
    let Some(peak) = peak else { return marks };
    let half = series.nodes[peak.node].half_width.as_ref().and_then(|half| half.get(peak.bin)).copied();
    let around = |sign: f64| half.map(|half| (peak.accepted + sign * half).max(0.0) * per_hour(series.bin_s));
    let rate = Ranged::new(peak.accepted * per_hour(series.bin_s), [around(-1.0), around(1.0)]);
    format!("{} an hour; {marks}", rate.plain())
}

/// A line through the middle of each bin.
fn line(node: &NodeSeries, bin_s: f64, with_band: bool) -> Line {
    let middle = |index: usize| (index as f64 + 0.5) * bin_s;
    let factor = per_hour(bin_s);
    let points = node.accepted.iter().enumerate().map(|(at, accepted)| (middle(at), accepted * factor));
    let band = node.p05.iter().zip(&node.p95).enumerate();
    let band = band.map(|(at, (low, high))| (middle(at), low * factor, high * factor));
    Line {
        label: node.name.clone(),
        points: points.collect(),
        band: if with_band { band.collect() } else { Vec::new() },
    }
}
