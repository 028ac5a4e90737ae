//! The document `mxsim.compare/1`.

use crate::results::{Answer, Difference, GoalStatus, Made, Measured, Said, Unit};
use serde::{Deserialize, Serialize};

/// Name of the document's schema.
pub const SCHEMA: &str = "mxsim.compare/1";

/// Several designs, simulated with the same random numbers and held against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Title of the first scenario.
    pub title: String,
    /// From what it was made.
    pub made: Made,
    /// The answer.
    pub said: Said,
    /// The name of the design that beats all others, or ties with those that it does not beat; `null` if none does.
    pub winner: Option<String>,
    /// What the user's goals ask of the split, and what that means for the choice between equal MX and a load balancer.
    pub trade: Trade,
    /// The designs, in the order in which they were given.
    pub designs: Vec<Compared>,
    /// Every two of them.
    pub pairs: Vec<Pair>,
}

/// One design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Compared {
    /// Its name: that of the design, or of the file.
    pub name: String,
    /// What `mxsim run` answers for it.
    pub answer: Answer,
    /// The same in a sentence.
    pub sentence: String,
    /// Its goals.
    pub goals: Vec<ComparedGoal>,
    /// What was measured on an ordinary day; with [`Compared::node_down`] all intervals hold together.
    pub measured: Vec<Measured>,
    /// What was measured on a day on which its first node drops all packets from 10:00 to 11:00; empty for scenarios that were not made here.
    pub node_down: Vec<Measured>,
    /// The same on a day on which its edge drops all packets from 10:00 to 11:00; not written without an edge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edge_down: Vec<Measured>,
    /// How it is operated.
    pub operations: Operations,
    /// The records that publish it.
    pub zone: String,
}

/// A goal and whether a design meets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparedGoal {
    /// The goal in words.
    pub text: String,
    /// Whether it is met.
    pub status: GoalStatus,
}

/// How a design is operated: worked out from its zone and, where a time stands, from simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Operations {
    /// Exchange hosts that the zone names.
    pub hosts: usize,
    /// Addresses that the zone publishes for them.
    pub addresses: usize,
    /// Machines behind them; each of them may fail.
    pub nodes: usize,
    /// The node that is taken out in what follows: the first.
    pub node: String,
    /// Records to be removed to take that node out of the zone.
    pub records_to_drain: usize,
    /// From the change of the zone until the node gets at most 5 % of the mail that it got before (s, in whole bins of 5 min), and until it gets at most
    /// 1 %; `null` if that is not within the run, or was not simulated.
    pub drained_s: [Option<f64>; 2],
    /// Machines that a sender reaches which keeps to one address.
    pub pinned_reaches: usize,
    /// Load balancers before the machines, partners included; each of them may fail.
    #[serde(default)]
    pub edges: usize,
    /// True if all senders have the address of an edge, so that limits and greylists take them for one.
    #[serde(default)]
    pub hides_senders: bool,
}

/// Two designs held against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pair {
    /// The first design.
    pub first: String,
    /// The second design.
    pub second: String,
    /// The better one; `null` if it cannot be told.
    pub winner: Option<String>,
    /// The goal or quantity that decides it; empty without a winner.
    pub decided_by: String,
    /// Part of the days on which the winner is better in that quantity, 0..1; `null` if a goal decides, or nothing.
    pub better_on: Option<f64>,
    /// By how much the first is above the second.
    pub differences: Vec<NamedDifference>,
}

/// A difference and what it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NamedDifference {
    /// Name of the quantity; that of a day with a node down begins with `node_down.`.
    pub name: String,
    /// The same in words.
    pub text: String,
    /// In what it is counted.
    pub unit: Unit,
    /// The difference.
    pub difference: Difference,
}

/// How strict a split the goals ask for, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trade {
    /// How strict.
    pub grade: TradeGrade,
    /// What follows, in a sentence.
    pub sentence: String,
    /// What would have to be different for the other answer.
    pub otherwise: String,
}

/// How strict a split the goals ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TradeGrade {
    /// Records in the DNS meet every goal.
    Simple,
    /// They may, or meet some.
    Moderate,
    /// None of the designs meets a goal about the load of one node: that takes a load balancer in front, or larger nodes.
    Strict,
}
