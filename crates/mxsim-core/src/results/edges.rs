//! Load balancers before nodes.

use super::node_totals::NodeTotals;
use super::numbers::{Estimate, Moment};
use serde::{Deserialize, Serialize};

/// One edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EdgeResult {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// What came of the connections that did not go straight to a node.
    pub totals: EdgeTotals,
    /// The nodes behind it.
    pub nodes: Vec<BehindEdgeResult>,
}

/// Counts of an edge over all measured windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EdgeTotals {
    /// Connections that got no further than the edge. They count in no node.
    pub connections_ended: u64,
    /// Times a connection found no node up.
    pub without_node: u64,
    /// Connections that found the edge, or all of its nodes, full.
    pub full: u64,
    /// Connections that waited at the edge for a node.
    pub queued: u64,
    /// Times a node refused a connection of the edge, or did not answer, and the edge tried another.
    pub passed_over: u64,
}

/// A node as its edge sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BehindEdgeResult {
    /// Its name.
    pub name: String,
    /// Its share of what the edge's nodes accept in the window.
    pub share: Estimate,
    /// Times that health checks took it out, over all measured windows.
    pub taken_out: u64,
    /// Those of them in which no fault kept it from taking connections: it was too busy for the check.
    pub taken_out_alive: u64,
    /// Part of the measured time in which it was out.
    pub out: Estimate,
    /// Its counts over all measured windows, whichever way mail came to it.
    pub totals: NodeTotals,
    /// The times that it was drained; not written if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drains: Vec<DrainResult>,
}

/// A node that an edge sends no new connections to, while open ones go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DrainResult {
    /// When it began (s after the first measured midnight).
    pub at_s: f64,
    /// Connections through the edge that were open to it then.
    pub open: Estimate,
    /// When parts of them had ended.
    pub gone: Vec<GoneResult>,
}

/// When a part of the connections had ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GoneResult {
    /// The part.
    pub part: f64,
    /// How long after the drain began (s), in the replications in which it came so far; `None` if in none.
    pub after_s: Option<Moment>,
}
