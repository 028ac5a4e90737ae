//! Load over the run, bin by bin.

use super::interval::Ratio;
use super::sample::quantile_of;
use crate::results::{NodeSeries, Series};
use crate::tally::labels::Labels;
use crate::tally::{SERIES_BIN, Tally};

/// Mean and spread over replications of the messages a node accepted in each bin.
pub(super) fn series(labels: &Labels, tallies: &[Tally]) -> Series {
    let nodes = labels.nodes.len();
    let bins =
        tallies.iter().map(|tally| tally.series.len()).min().unwrap_or(0).checked_div(nodes).unwrap_or(0);
    let line = |node: usize| {
        let bins: Vec<Bin> = (0..bins)
            .map(|bin| Bin::of(tallies.iter().map(move |tally| tally.series[bin * nodes + node] as f64)))
            .collect();
        NodeSeries {
            name: labels.nodes[node].name.clone(),
            accepted: bins.iter().map(|bin| bin.mean).collect(),
            p05: bins.iter().map(|bin| bin.p05).collect(),
            p95: bins.iter().map(|bin| bin.p95).collect(),
            half_width: bins.iter().map(|bin| bin.half_width).collect(),
        }
    };
    Series { bin_s: SERIES_BIN.as_secs_f64(), nodes: (0..nodes).map(line).collect() }
}

/// A quantity over replications.
pub(super) struct Bin {
    pub(super) mean: f64,
    pub(super) p05: f64,
    pub(super) p95: f64,
    pub(super) half_width: Option<f64>,
}

impl Bin {
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let mean = Ratio::of(values.clone().map(|value| (value, 1.0)));
        let mut rising: Vec<f64> = values.collect();
        rising.sort_by(f64::total_cmp);
        Self {
            mean: mean.map_or(0.0, |mean| mean.value),
            p05: quantile_of(&rising, 0.05),
            p95: quantile_of(&rising, 0.95),
            half_width: mean.and_then(|mean| mean.half_width()),
        }
    }
}
