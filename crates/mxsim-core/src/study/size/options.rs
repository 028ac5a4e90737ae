//! What is asked, and what is taken for granted.

use crate::time::Span;

/// How long a message holds a session where nobody says. *Assumption*: between a server that takes mail as it comes and one that looks it up in
/// lists and scans it; what is needed grows in proportion.
pub const ASSUMED_SESSION: Span = Span::from_secs(5);

/// Sessions so many times as long show what their length is worth.
pub(super) const LONGER: f64 = 1.05;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SizeOptions {
    /// Nodes that are down at the same time.
    pub survive: usize,
    /// Part of the connections of the busiest hour that may find a node full, 0..1.
    pub turned_away: f64,
    /// Part of the days on which that has to hold, 0..1; `None` for all days together.
    pub busiest: Option<f64>,
    /// By how much the mail grows.
    pub growth: f64,
    /// Most sessions of each node; `None` for those of the scenario.
    pub sessions: Option<u32>,
    /// How long a message holds a session; `None` for what the scenario says.
    pub session_time: Option<Span>,
    /// Messages per second in the busiest hour, at all nodes together; `None` for what the scenario says.
    pub rate: Option<f64>,
    /// The same at each node.
    pub node_rate: Option<f64>,
    /// How long nodes are down before they come back.
    pub outage: Span,
}

impl Default for SizeOptions {
    fn default() -> Self {
        Self {
            survive: 1,
            turned_away: 0.01,
            busiest: None,
            growth: 1.0,
            sessions: None,
            session_time: None,
            rate: None,
            node_rate: None,
            outage: Span::HOUR,
        }
    }
}
