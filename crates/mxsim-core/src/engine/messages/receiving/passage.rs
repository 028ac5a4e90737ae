//! How a connection gets to its node: directly, or through an edge that picks one.

use crate::engine::world::topology::{Target, Topology};
use crate::ids::{AddressId, EdgeId, NodeId};
use crate::time::Time;

/// Where a connection is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// No edge stands before its node.
    Direct,
    /// At this edge, which has not picked a node.
    Before(EdgeId),
    /// Through this edge, which picked the node in this place.
    Through(EdgeId, u16),
}

/// The way of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passage {
    /// The node it is for; before an edge has picked one, the first of its nodes.
    pub(crate) node: NodeId,
    pub(crate) way: Way,
    /// True while the edge counts it among those that are open.
    pub(crate) is_counted: bool,
    /// Nodes that the edge has tried for it.
    pub(crate) tries: u16,
    /// When it began to try the last of them.
    pub(crate) tried_at: Time,
}

impl Passage {
    /// That of a connection that has not begun.
    pub(crate) const NOT_BEGUN: Self =
        Self { node: NodeId(0), way: Way::Direct, is_counted: false, tries: 0, tried_at: Time::ZERO };

    /// That of a connection to an address.
    pub(crate) fn to(topology: &Topology, address: AddressId) -> Self {
        let way = match topology.address(address).target {
            Target::Node(_) => Way::Direct,
            Target::Edge(edge) => Way::Before(edge),
        };
        Self { node: topology.first_node_of(address), way, ..Self::NOT_BEGUN }
    }

    /// The edge before its node, if there is one.
    pub(crate) const fn edge(&self) -> Option<EdgeId> {
        match self.way {
            Way::Direct => None,
            Way::Before(edge) | Way::Through(edge, _) => Some(edge),
        }
    }
}
