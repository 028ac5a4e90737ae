//! Faults and changes of the zone of a scenario written in Rust.

use super::values::put;
use crate::node::Fault;
use crate::time::Span;
use serde_json::{Map, Value, json};

/// A fault of one node or more: an entry of `events`. Unless told otherwise it begins with the run, lasts an hour and hits every connection.
///
/// ```
/// use mxsim_core::smtp::Stage;
/// use mxsim_core::{EventSpec, Fault, ScenarioBuilder, Span};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .event(EventSpec::new("mx1", Fault::Defer(Stage::Recipient)).at(Span::from_hours(10)).lasting(Span::HOUR).share(0.5))
///     .build()?;
/// assert_eq!(scenario.nodes[0].faults.outages()[0].fault, Fault::Defer(Stage::Recipient));
/// # Ok::<(), mxsim_core::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an event counts only once it is given to a ScenarioBuilder"]
pub struct EventSpec {
    pub(super) table: Map<String, Value>,
}

impl EventSpec {
    /// `node` (`*`: every node) shows `fault`.
    pub fn new(node: &str, fault: Fault) -> Self {
        Self::all([node], fault)
    }

    /// All of `nodes` show `fault` at the same time.
    pub fn all<'a>(nodes: impl IntoIterator<Item = &'a str>, fault: Fault) -> Self {
        let nodes: Vec<&str> = nodes.into_iter().collect();
        let node = if let [one] = nodes[..] { json!(one) } else { json!(nodes) };
        let event = Self { table: Map::new() }.set("node", node).set("fault", fault.name());
        let event = match (fault, fault.stage()) {
            (Fault::Slow(slowdown), _) => event.set("factor", slowdown.factor()),
            (Fault::Tarpit(delay), _) => event.set("delay", delay.to_string()),
            (_, Some(stage)) => event.set("stage", stage.name()),
            (_, None) => event,
        };
        event.at(Span::ZERO).lasting(Span::HOUR)
    }

    /// An edge shows `fault`.
    pub fn edge(edge: &str, fault: Fault) -> Self {
        let mut event = Self::all([], fault).set("edge", edge);
        event.table.remove("node");
        event
    }

    /// Sets any key of `[[events]]`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// When it begins, counted from midnight of the first measured day.
    pub fn at(self, after_start: Span) -> Self {
        self.set("at", after_start.to_string())
    }

    /// How long it lasts.
    pub fn lasting(self, length: Span) -> Self {
        self.set("for", length.to_string())
    }

    /// How often it comes back, until the end of the run.
    pub fn every(self, period: Span) -> Self {
        self.set("every", period.to_string())
    }

    /// The part of the connections that it hits, above 0 and up to 1.
    pub fn share(self, share: f64) -> Self {
        self.set("share", share)
    }
}

/// A change of the zone: an entry of `changes`. Records are lines of a zone.
#[derive(Debug, Clone)]
#[must_use = "a change counts only once it is given to a ScenarioBuilder"]
pub struct ChangeSpec {
    pub(super) table: Map<String, Value>,
}

impl ChangeSpec {
    /// A change that is published so long after midnight of the first measured day.
    pub fn at(after_start: Span) -> Self {
        let mut table = Map::new();
        put(&mut table, "at", after_start.to_string().into());
        Self { table }
    }

    /// Sets any key of `[[changes]]`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// Takes these records away; a line without data takes the whole set of owner and type.
    pub fn remove(self, lines: &str) -> Self {
        self.set("remove", lines)
    }

    /// Puts these records in the place of the sets of the same owner and type.
    pub fn replace(self, lines: &str) -> Self {
        self.set("replace", lines)
    }

    /// Adds these records: the key `add`.
    pub fn publish(self, lines: &str) -> Self {
        self.set("add", lines)
    }
}
