//! Who still sends to the old hosts: the part of all mail that they take, over the time since the change, by sender.

use super::{Axis, Figure, Line, Scale, Series};
use crate::capacity::short;
use mxsim_core::numerals::{duration, duration_range};
use mxsim_core::results::Curve;
use mxsim_core::study::cutover::Cutover;

/// Of the time after the last message so much is shown, as a part of what came before.
const AFTERWARDS: f64 = 1.3;

/// The part of all mail that still comes to the old hosts; the uppermost line is that of all senders together.
#[must_use]
pub fn cutover(cutover: &Cutover) -> Figure {
    let end = end(cutover);
    let mut series = vec![Series::Line(line(&cutover.curve, &cutover.edges_s, end, true))];
    series.extend(cutover.curves.iter().map(|curve| Series::Line(line(curve, &cutover.edges_s, end, false))));
    Figure {
        title: title(cutover),
        subtitle: subtitle(cutover),
        x: Axis {
            label: "time since the change (each step of the axis is longer than the one before)".to_owned(),
            scale: Scale::Elapsed,
        },
        y: Axis { label: "part of all mail that comes to the old host".to_owned(), scale: Scale::Percent },
        series,
        references: Vec::new(),
    }
}

/// Where the picture ends (s): some time after the last message.
fn end(cutover: &Cutover) -> f64 {
    let whole = cutover.edges_s.last().copied().unwrap_or(0.0);
    let latest = cutover.variants.first().and_then(|keeps| keeps.last).map_or(whole, |last| last.latest);
    (latest * AFTERWARDS).min(whole)
}

fn title(cutover: &Cutover) -> String {
    let old: Vec<String> = cutover.change.old.iter().map(|name| short(name)).collect();
    let old = old.join(", ");
    let keeps = &cutover.variants[0];
    match &keeps.last {
        None => format!("{old} takes no mail after the change"),
        Some(_) if keeps.still > 0.0 => {
            format!("{old} still takes mail {} after the change", duration(cutover.change.watched_s))
        }
        Some(last) => format!("{old} takes its last message {} after the change", duration(last.latest)),
    }
}

fn subtitle(cutover: &Cutover) -> String {
    let last = cutover.variants[0].last.filter(|_| cutover.variants[0].still <= 0.0);
    let range = last.map_or_else(String::new, |last| {
        let span = duration_range(last.earliest, last.latest);
        format!("last message in {} runs: {span}; ", last.replications)
    });
    format!(
        "{range}lines: mean; band: 95 % interval of the mean of all senders; senders in the order of the legend add up to the first line"
    )
}

/// A line through the middle of each bin up to `end`; bins in which nothing came are left out.
fn line(curve: &Curve, edges: &[f64], end: f64, with_band: bool) -> Line {
    let middle = |bin: usize| (edges[bin] + edges[bin + 1]) / 2.0;
    let bins = || {
        curve
            .values
            .iter()
            .enumerate()
            .filter(|(bin, value)| edges[*bin] <= end && (value.low.is_some() || value.value > 0.0))
    };
    let band = bins().filter_map(|(bin, value)| Some((middle(bin), value.low?, value.high?)));
    Line {
        label: curve.name.clone(),
        points: bins().map(|(bin, value)| (middle(bin), value.value)).collect(),
        band: if with_band { band.collect() } else { Vec::new() },
    }
}
