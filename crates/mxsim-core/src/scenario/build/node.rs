//! A node of a scenario written in Rust.

use super::values::{self, put};
use crate::node::{Rates, SessionTime, WhenFull};
use crate::parameters::words::word_of;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// What is said of one node, or of all: an entry of `nodes`.
///
/// ```
/// use mxsim_core::{NodeSpec, ScenarioBuilder, SessionTime, Span, WhenFull};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .node(NodeSpec::every().sessions(20).session_time(SessionTime::Exponential(Span::from_secs(2))))
///     .node(NodeSpec::new("mx2").backlog(100).when_full(WhenFull::Refuse))
///     .build()?;
/// assert_eq!(scenario.nodes[0].capacity.sessions, Some(20));
/// assert_eq!((scenario.nodes[0].capacity.backlog, scenario.nodes[1].capacity.backlog), (0, 100));
/// # Ok::<(), mxsim_core::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a node counts only once it is given to a ScenarioBuilder"]
pub struct NodeSpec {
    pub(super) name: String,
    pub(super) table: Map<String, Value>,
}

impl NodeSpec {
    /// One node, by its name: its exchange host's, whole or without the domain.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), table: Map::new() }
    }

    /// Every node that does not say otherwise.
    pub fn every() -> Self {
        Self::new("*")
    }

    /// Sets any key of `[nodes.NAME]`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// Most concurrent sessions; without it there is no limit. It needs a [`session_time`](Self::session_time). Where nodes can be full,
    /// messages are simulated one by one, which takes far longer than a run without limits.
    pub fn sessions(self, most: u32) -> Self {
        self.set("sessions", most)
    }

    /// How long one message holds a session.
    pub fn session_time(self, time: SessionTime) -> Self {
        self.set("session_time", values::session_time(time))
    }

    /// Connections beyond the limit of sessions that it takes and lets wait for the greeting.
    pub fn backlog(self, connections: u32) -> Self {
        self.set("backlog", connections)
    }

    /// What a connection meets that finds no session and no place in the backlog: an answer, or nothing until a repeated SYN finds room.
    pub fn when_full(self, says: WhenFull) -> Self {
        self.set("when_full", word_of(says))
    }

    /// Messages that it works on at the same time; the others wait for their turn in their sessions. It needs a
    /// [`session_time`](Self::session_time), too.
    pub fn workers(self, most: u32) -> Self {
        self.set("workers", most)
    }

    /// Most concurrent sessions of one client, which is an address of an outbound host; it needs a [`session_time`](Self::session_time), too.
    pub fn sessions_per_client(self, most: u32) -> Self {
        self.set("sessions_per_client", most)
    }

    /// Most connections and messages of one client in a window of time.
    pub fn rates(self, rates: Rates) -> Self {
        self.set("rates", values::rates(rates))
    }

    /// Whether it offers STARTTLS.
    pub fn tls(self, offered: bool) -> Self {
        self.set("tls", offered)
    }

    /// Its fair share relative to the other nodes of the best preference (1 if it is not said).
    pub fn weight(self, weight: f64) -> Self {
        self.set("weight", weight)
    }

    /// The addresses that are this machine, if they are not those of its exchange host.
    pub fn addresses(self, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let addresses: Vec<String> = addresses.into_iter().map(|address| address.to_string()).collect();
        self.set("addresses", addresses)
    }
}
