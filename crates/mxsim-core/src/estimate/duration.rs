//! Load duration curves: which load a node has for how much of the time.

use super::series::Bin;
use crate::results::{DurationCurve, NodeDuration};
use crate::tally::labels::Labels;
use crate::tally::{DURATION_PARTS, MINUTE, PEAK_BINS, Tally};

/// Mean and spread over replications of each node's curve.
pub(super) fn duration(labels: &Labels, tallies: &[Tally]) -> DurationCurve {
    let bin_s = PEAK_BINS[MINUTE].as_secs_f64();
    let parts = DURATION_PARTS.len();
    let line = |node: usize| {
        let rate = |tally: &Tally, part: usize| tally.duration[node * parts + part] as f64 / bin_s;
        let bins: Vec<Bin> =
            (0..parts).map(|part| Bin::of(tallies.iter().map(move |tally| rate(tally, part)))).collect();
        NodeDuration {
            name: labels.nodes[node].name.clone(),
            rate: bins.iter().map(|bin| bin.mean).collect(),
            p05: bins.iter().map(|bin| bin.p05).collect(),
            p95: bins.iter().map(|bin| bin.p95).collect(),
            half_width: bins.iter().map(|bin| bin.half_width).collect(),
        }
    };
    DurationCurve {
        bin_s,
        parts: DURATION_PARTS.to_vec(),
        nodes: (0..labels.nodes.len()).map(line).collect(),
    }
}
