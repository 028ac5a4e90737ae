//! How even the split is as a whole.

use super::spread::{Spread, effective_choosers};
use super::window::Loads;
use crate::results::Balance;
use crate::tally::labels::Labels;
use crate::theory::split::busiest_by_message;

/// Busiest and quietest node, ratios to fair, Jain's index (Jain, Chiu and Hawe 1984) and effective choosers.
///
/// The busiest is looked for among all nodes, the rest is about nodes with a fair share. Jain's index has no value where those carried
/// nothing at all; it counts as its least, 1/n, there.
pub(super) fn balance(labels: &Labels, loads: &Loads, spreads: &[Spread]) -> Balance {
    let fair: Vec<f64> = labels.nodes.iter().map(|node| node.fair_share).collect();
    let over_fair = |shares: &[f64]| -> Vec<f64> {
        shares.iter().zip(&fair).filter(|(_, fair)| **fair > 0.0).map(|(share, fair)| share / fair).collect()
    };
    Balance {
        busiest_share: loads.measure(largest).estimate(),
        quietest_share: loads.measure(|shares| quietest(shares, &fair)).estimate(),
        max_over_fair: loads.measure(|shares| largest(&over_fair(shares))).estimate(),
        jain: loads.measure(|shares| jain(&over_fair(shares))).estimate(),
        effective_choosers: effective_choosers(spreads),
        busiest_by_message: busiest_by_message(&fair, loads.messages_of_a_window()),
    }
}

/// The largest of some shares.
pub(super) fn largest(shares: &[f64]) -> f64 {
    shares.iter().copied().fold(0.0, f64::max)
}

/// The least share among nodes with a fair share.
pub(super) fn quietest(shares: &[f64], fair: &[f64]) -> f64 {
    let meant = shares.iter().zip(fair).filter(|(_, fair)| **fair > 0.0);
    meant.map(|(share, _)| *share).fold(1.0, f64::min)
}

fn jain(ratios: &[f64]) -> f64 {
    let n = ratios.len() as f64;
    let sum: f64 = ratios.iter().sum();
    let squares: f64 = ratios.iter().map(|ratio| ratio * ratio).sum();
    if squares > 0.0 { sum * sum / (n * squares) } else { 1.0 / n.max(1.0) }
}
