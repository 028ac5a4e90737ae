//! What is compared, and what it came to.

use super::document::Operations;
use crate::estimate::measure::{Measure, Value};
use crate::results::Results;
use crate::scenario::{Scenario, ScenarioBuilder};
use crate::tally::labels::Labels;

/// One of the designs that are compared.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What it is called.
    pub name: String,
    /// Its scenario.
    pub builder: ScenarioBuilder,
    /// True if it was made of machines alone, so that it may be drained and lose a node beside.
    pub is_design: bool,
}

/// What one candidate came to, replication by replication.
pub(super) struct Outcome {
    pub(super) results: Results,
    pub(super) measured: Vec<(Measure, Vec<Value>)>,
    pub(super) down: Vec<(Measure, Vec<Value>)>,
    /// With its edge down; without one, what it comes to with a node down, if others have an edge.
    pub(super) edge_down: Vec<(Measure, Vec<Value>)>,
    pub(super) operations: Operations,
    pub(super) scenario: Scenario,
    pub(super) labels: Labels,
}

impl Outcome {
    /// True if a load balancer stands before its machines.
    pub(super) const fn has_edge(&self) -> bool {
        !self.scenario.edges.is_empty()
    }

    /// A design without an edge has only its machines to lose.
    pub(super) fn without_edge_loses_a_node(&mut self) {
        if !self.has_edge() {
            self.edge_down.clone_from(&self.down);
        }
    }
}
