//! How large nodes have to be, as a document.

use crate::results::{Difference, Interval, Made, Said};
use serde::{Deserialize, Serialize};

/// Name and version of the document.
pub const SCHEMA: &str = "mxsim.size/1";

/// What `mxsim size` found: the sessions and nodes that the mail needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sizing {
    /// Always `mxsim.size/1`.
    pub schema: String,
    /// Title of the scenario.
    pub title: String,
    /// The answer.
    pub said: Said,
    /// What was asked for.
    pub asked: SizeAsked,
    /// The size that is enough in every situation.
    pub needed: Needed,
    /// What each situation needs: an ordinary day, nodes down, and the hour after they come back.
    pub situations: Vec<Situation>,
    /// What each node needs and has.
    pub nodes: Vec<NodeSize>,
    /// The sender that has most sessions open in the peak of the situation that needs most; `null` if no session was open.
    pub sender: Option<PeakSender>,
    /// What longer sessions do.
    pub longer: Option<LongerSessions>,
    /// The same mail on other numbers of equal nodes.
    pub by_nodes: Vec<NodeCount>,
    /// From this number of nodes on, one more saves less than a twentieth of the sessions of all nodes; `null` if each of those tried saves more.
    pub stops_helping: Option<u64>,
    /// From what it was made.
    pub made: Made,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SizeAsked {
    /// Nodes that are down at the same time.
    pub survive: u64,
    /// Part of the connections of the busiest hour that may find a node full, 0..1.
    pub turned_away: f64,
    /// Part of the days on which that has to hold, 0..1; `null` for all days together.
    pub busiest: Option<f64>,
    /// Messages per day, growth included.
    pub messages_per_day: f64,
    /// Messages per second expected in the busiest hour.
    pub busiest_rate: f64,
    /// By how much the mail has grown.
    pub growth: f64,
    /// How long nodes are down before they come back (s).
    pub outage_s: f64,
}

/// A size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Needed {
    /// Sessions of each node.
    pub sessions: Interval,
    /// The situation that needs them.
    pub situation: SituationKind,
    /// The node that needs them.
    pub node: String,
}

/// What happens to the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SituationKind {
    /// Nothing.
    Ordinary,
    /// Some are down all day.
    Down,
    /// Some were down and have come back.
    Surge,
}

/// What one situation needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Situation {
    /// Which.
    pub kind: SituationKind,
    /// The same in words, to go on a sentence: `on an ordinary day`.
    pub text: String,
    /// The nodes that are down, or were: of all choices tried those that need most.
    pub nodes_down: Vec<String>,
    /// Choices of nodes down that were tried.
    pub tried: u64,
    /// Choices that there are.
    pub possible: u64,
    /// Sessions that each node needs: the fewest at which the simulated nodes turn away no more than asked.
    pub sessions: Interval,
    /// The node that needs them.
    pub node: String,
    /// Sessions open at that node if it had any number of them, on average over the busiest hour (erlang).
    pub load: Interval,
    /// How many times as much the nodes that are up have to do as on an ordinary day, in the busiest hour; `null` on an ordinary day.
    pub load_ratio: Option<Interval>,
    /// Most sessions open at the same time at any node with any number of them: the mean over days.
    pub peak: Interval,
    /// What Erlang's formula says of the same load.
    pub erlang: Erlang,
    /// What was simulated with a limit, fewest sessions first: every node has as many.
    pub tested: Vec<Tested>,
    /// The same with the limits of today; `null` where no node has one.
    pub today: Option<Tested>,
    /// What each node needs; nodes without a connection are left out.
    pub nodes: Vec<NodeNeed>,
}

/// Erlang's formula, for connections that are lost when the node is full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Erlang {
    /// Sessions offered to the node (erlang).
    pub offered: f64,
    /// The fewest sessions that turn away no more than asked.
    pub sessions: u32,
    /// True if the formula is exact here, so that it is the answer: one node, no second try, one connection for each message, a constant rate.
    pub exact: bool,
    /// By how much the simulated part that is turned away exceeds the formula's, at as many sessions as the situation needs; `null` if that was not simulated.
    pub departs: Option<Interval>,
}

/// What a limit turns away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tested {
    /// Sessions of each node; `null` for the limits of today.
    pub sessions: Option<u32>,
    /// Part of the connections of the busiest hour that find the node full, at the node that turns away most, over all days together.
    pub turned_away: Interval,
    /// Part of the days on which no node turns away more than asked in its busiest hour.
    pub days_met: Interval,
}

/// What one node needs in one situation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeNeed {
    /// Its name.
    pub node: String,
    /// Sessions it needs if what it turns away is lost.
    pub sessions: Interval,
    /// Sessions open on average over the busiest hour (erlang).
    pub load: Interval,
}

/// What one node needs in the situation that is worst for it, and has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeSize {
    /// Its name.
    pub name: String,
    /// Sessions it has; `null` for any number.
    pub limit: Option<u32>,
    /// Sessions it needs; `null` if it never gets a connection.
    pub needed: Option<Interval>,
    /// The situation that needs them.
    pub situation: Option<SituationKind>,
    /// Limit / needed; below 1 it is too small.
    pub headroom: Option<Interval>,
}

/// Who fills a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeakSender {
    /// Its name.
    pub name: String,
    /// Its part of the sessions open at the fullest moment, 0..1.
    pub share: Interval,
}

/// What longer sessions do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LongerSessions {
    /// So many times as long.
    pub factor: f64,
    /// By how much that raises the most sessions at the same time, on an ordinary day.
    pub peak: Difference,
    /// What each node then needs on an ordinary day.
    pub sessions: Interval,
}

/// The same mail on a number of equal nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeCount {
    /// How many nodes.
    pub nodes: u64,
    /// Sessions each needs on an ordinary day.
    pub ordinary: Interval,
    /// Sessions each needs with as many down as asked; `null` if none would be left.
    pub down: Option<Interval>,
    /// Sessions of all nodes together, if each has what it needs in both.
    pub together: f64,
    /// Part of the connections of the busiest hour that nodes of so many sessions turn away with as many down as asked (on an ordinary day, if none
    /// would be left).
    pub turned_away: Vec<AtSessions>,
}

/// What nodes of one size turn away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AtSessions {
    /// Sessions of each node.
    pub sessions: u32,
    /// Part of the connections of the busiest hour that find the node full, if they are lost then.
    pub turned_away: Interval,
}
