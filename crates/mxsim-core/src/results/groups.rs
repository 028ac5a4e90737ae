//! Groups of nodes that fail together.

use super::node_totals::NodeTotals;
use super::numbers::Estimate;
use serde::{Deserialize, Serialize};

/// One group: a rack, a site, or whatever else the scenario calls so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupResult {
    /// Its name.
    pub name: String,
    /// Its nodes.
    pub nodes: Vec<String>,
    /// The share that a perfectly even split gives them together.
    pub fair_share: f64,
    /// Their share of the messages finally accepted in the window, together.
    pub share: Estimate,
    /// Their counts over all measured windows, together.
    pub totals: NodeTotals,
}
