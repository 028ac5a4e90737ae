//! An edge of a scenario written in Rust.

use super::values::put;
use crate::edge::{Balance, Source};
use crate::parameters::words::word_of;
use crate::time::Span;
use serde_json::{Map, Value, json};

/// A load balancer before nodes: one entry of `edge`.
///
/// ```
/// use mxsim_core::edge::Balance;
/// use mxsim_core::{EdgeSpec, ScenarioBuilder};
/// let zone = "example.com. 300 IN MX 10 mx.example.com.\n\
///             mx.example.com. 300 IN A 192.0.2.1\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .edge(EdgeSpec::new("mx", ["a", "b"]).balance(Balance::LeastConnections))
///     .build()?;
/// assert_eq!((scenario.nodes.len(), scenario.nodes[0].fair_share), (2, 0.5));
/// assert_eq!(scenario.edges[0].policy.balance, Balance::LeastConnections);
/// # Ok::<(), mxsim_core::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an edge counts only once it is given to a ScenarioBuilder"]
pub struct EdgeSpec {
    pub(super) name: String,
    pub(super) table: Map<String, Value>,
}

impl EdgeSpec {
    /// An edge of this name before these nodes. It has the addresses of the exchange host whose first label is its name.
    pub fn new<'a>(name: &str, nodes: impl IntoIterator<Item = &'a str>) -> Self {
        let own = Self { name: name.into(), table: Map::new() };
        own.set("nodes", nodes.into_iter().collect::<Vec<&str>>())
    }

    /// Sets any key of `[edge.NAME]`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// How it picks a node.
    pub fn balance(self, balance: Balance) -> Self {
        self.set("balance", json!(word_of(balance)))
    }

    /// Whose address the nodes see.
    pub fn source(self, source: Source) -> Self {
        self.set("source", json!(word_of(source)))
    }

    /// The time between two health checks of a node.
    pub fn checked_every(self, every: Span) -> Self {
        self.set("check.every", every.to_string())
    }
}
