//! What other designs of the same machines say: without edges, with a partner, with machines that have no addresses of their own.

use super::ScenarioBuilder;
use crate::node::Fault;
use serde_json::{Value, json};

impl ScenarioBuilder {
    /// Takes away all edges, and the events that only they know of.
    pub(crate) fn without_edges(mut self) -> Self {
        self.document.remove("edge");
        let is_of_edge = |event: &Value| event.get("edge").is_some() || event["fault"] == Fault::Drain.name();
        if let Some(Value::Array(events)) = self.document.get_mut("events") {
            events.retain(|event| !is_of_edge(event));
        }
        self
    }

    /// Gives an edge that it has a partner.
    pub(crate) fn with_partner(mut self, edge: &str) -> Self {
        self.named("edge", edge).insert("partner".into(), json!({}));
        self
    }

    /// Takes away what is said of a node under a key.
    pub(crate) fn node_without(mut self, node: &str, key: &str) -> Self {
        self.named("nodes", node).remove(key);
        self
    }
}
