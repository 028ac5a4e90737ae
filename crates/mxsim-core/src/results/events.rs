//! What the events of a scenario do: before, during and after each.

use super::delivery::Delay;
use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// What kind of event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A node fails.
    #[default]
    Fault,
    /// The zone changes.
    Change,
    /// Nobody answers for the zone.
    NoAnswer,
}

/// One event of the scenario, or one change of its zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventResult {
    /// What it is, in the words of the scenario.
    pub text: String,
    /// What kind it is of.
    pub kind: EventKind,
    /// When it first begins (s after the measured time does); `null` if that is not in the measured time.
    #[serde(default)]
    pub begins_s: Option<f64>,
    /// As long as the event, right before it; `null` if that is not in the measured time.
    pub before: Option<EventPhase>,
    /// While it goes on. Of a change of the zone: until the answers from before it have run out.
    pub during: Option<EventPhase>,
    /// As long as the event, right after it.
    pub after: Option<EventPhase>,
}

/// One phase of an event: all its times in a replication together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventPhase {
    /// How long it is in each replication (s).
    pub length_s: f64,
    /// What happened at each node in this time.
    pub nodes: Vec<EventAtNode>,
    /// Messages that arrived at their senders in this time, over all replications.
    pub messages: u64,
    /// Part of them that bounced, whenever that was; `null` without messages.
    pub bounced: Option<Interval>,
    /// Part of them that a node accepted and then bounced; they are among those accepted. Not written where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_then_bounced: Option<Interval>,
    /// Part of them that was accepted without any delay; time in a session is delay.
    pub prompt: Option<Interval>,
    /// Part of them that was accepted later.
    pub later: Option<Interval>,
    /// Part of them that still waited when the run ended. This and the three other parts add up to 1.
    pub waiting: Option<Interval>,
    /// Delay of those accepted later (s); `null` if none was. Quantiles are known to 3 %, extremes and atoms exactly.
    pub delay: Option<Delay>,
}

/// What happened at one node in a phase of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventAtNode {
    /// Name of the node.
    pub node: String,
    /// Its part of the messages accepted in this time, 0..1; `null` if none was.
    pub share: Option<Interval>,
    /// Connections tried, over all replications.
    pub connections_tried: u64,
    /// Connections and messages that failed, for now or for good.
    pub failed: u64,
    /// Those of them that found it full.
    pub turned_away: u64,
}
