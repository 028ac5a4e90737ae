//! What an edge is told to do.

use super::health::Check;
use crate::node::WhenFull;
use crate::time::Span;

/// How an edge picks a node for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Balance {
    /// One after the other, in proportion to their weights and evenly interleaved.
    RoundRobin,
    /// The one with the fewest open connections for its weight; of several, the one whose connections changed longest ago.
    LeastConnections,
    /// A random one, in proportion to the weights.
    Random,
    /// The less busy of two different random ones.
    RandomOfTwo,
    /// By a hash of the client's address, modulo the weights of the nodes that are up: when one leaves, most clients move.
    SourceHash,
    /// By a hash of the client's address on a ring of points: when a node leaves, only its own clients move.
    ConsistentHash,
}

impl Balance {
    /// True if a client always goes to the same node as long as the same nodes are up.
    #[must_use]
    pub const fn is_by_client(self) -> bool {
        matches!(self, Self::SourceHash | Self::ConsistentHash)
    }
}

/// How an edge passes a connection on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forwarding {
    /// It accepts the connection, then opens one of its own to the node. A node that refuses or does not answer is passed over for another one;
    /// the sender only sees that the greeting takes longer.
    Proxy {
        /// How long it waits for a node to take the connection.
        connect_timeout: Span,
        /// How many connections to nodes it tries for one of a sender; `None` for one to each node.
        tries: Option<u32>,
        /// Which node it tries after one that failed.
        next: NextTry,
    },
    /// It rewrites or redirects packets: what the node does, the sender sees.
    Packets,
}

/// Which node a proxy tries after one that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextTry {
    /// Another one, at once.
    Another,
    /// The same one: after this time if it refused, and at once if it did not answer.
    Same {
        /// How long it waits after a refusal.
        wait: Span,
    },
}

/// How connections of senders tell a proxy that a node is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passive {
    /// Connections that a node has to refuse, or leave without an answer, before it is left out. One that is taken, and that began more than `time`
    /// after the last failure, starts the count anew.
    pub fails: u32,
    /// How long the node is left out. Then one connection is tried there, and the next ones once that has been taken.
    pub time: Span,
}

/// The client address that nodes behind an edge see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// That of the sender: the edge forwards packets unchanged, or says it in the PROXY protocol.
    Kept,
    /// Its own: all senders are one client.
    Edge,
}

/// What a connection meets for which the edge has no node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithoutNode {
    /// It is taken, and closed before a greeting.
    Close,
    /// It is reset.
    Refuse,
    /// Its packets vanish.
    Drop,
}

/// What an edge is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EdgePolicy {
    /// How it picks a node.
    pub balance: Balance,
    /// How it passes a connection on.
    pub forwarding: Forwarding,
    /// The client address that nodes see.
    pub source: Source,
    /// Most connections that are open through it at the same time.
    pub sessions: Option<u32>,
    /// Most of them to one node.
    pub sessions_per_node: Option<u32>,
    /// Connections beyond these that it takes and keeps waiting for a node, first come first served.
    pub queue: u32,
    /// What a connection beyond that meets.
    pub when_full: WhenFull,
    /// What a connection meets while no node is up.
    pub without_node: WithoutNode,
    /// How it asks nodes whether they are up; `None` if it does not.
    pub check: Option<Check>,
    /// How the connections of senders tell it; `None` if they do not.
    pub passive: Option<Passive>,
    /// A node that comes back is given its weight in sixteen steps over this time.
    pub slow_start: Span,
}

impl EdgePolicy {
    /// One node after the other, packet by packet, without limits, and nothing that tells which nodes are up.
    pub(crate) const BLANK: Self = Self {
        balance: Balance::RoundRobin,
        forwarding: Forwarding::Packets,
        source: Source::Kept,
        sessions: None,
        sessions_per_node: None,
        queue: 0,
        when_full: WhenFull::Refuse,
        without_node: WithoutNode::Close,
        check: None,
        passive: None,
        slow_start: Span::ZERO,
    };

    /// True if something depends on how many connections are open.
    #[must_use]
    pub const fn counts_connections(&self) -> bool {
        self.limits_connections() || matches!(self.balance, Balance::LeastConnections | Balance::RandomOfTwo)
    }

    /// True if all senders are one client to the nodes.
    #[must_use]
    pub fn hides_senders(&self) -> bool {
        self.source == Source::Edge
    }

    /// True if a connection may find no room.
    #[must_use]
    pub const fn limits_connections(&self) -> bool {
        self.sessions.is_some() || self.sessions_per_node.is_some()
    }
}
