//! The clients of a node that limits them, and what a message beyond a limit meets.

use super::clients::ClientAddress;
use crate::engine::count::recorder::Recorder;
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::receiving::{Admission, ConnectionRequest, Node};
use crate::engine::messages::sending::SenderState;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::state::Replication;
use crate::engine::probe::Watching;
use crate::ids::{AddressId, NodeId, OutboundId};
use crate::time::Time;

impl Node<'_> {
    /// True if the sessions of each client are counted, so that their ends matter.
    pub(crate) const fn limits_client_sessions(&self) -> bool {
        self.table.capacity.clients.sessions.is_some()
    }

    /// How many clients it knows, if it limits them.
    pub(crate) fn known_clients(&self) -> usize {
        self.clients.as_ref().map_or(0, |clients| clients.count())
    }

    /// Gives a free session to a connection, unless its client is beyond a limit.
    #[inline]
    pub(crate) fn admit(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        let Some(clients) = &mut self.clients else { return Admission::Session(None) };
        match clients.connect(request.client, now) {
            Ok(()) => Admission::Session(None),
            Err(excess) => {
                recorder.beyond_limit(request.message, self.id, excess);
                Admission::OverLimit(excess)
            }
        }
    }
}

impl<P: Watching> Replication<'_, '_, P> {
    /// The client of a connection that an outbound host has to an address, where no edge stands between.
    pub(crate) fn client(&self, outbound: OutboundId, address: AddressId) -> ClientAddress {
        ClientAddress::of(self.world, outbound, address)
    }

    /// The client of a connection of an outbound host, as its node sees it.
    pub(crate) fn client_of(&self, outbound: OutboundId, connection: &Connection) -> ClientAddress {
        match connection.passage.edge() {
            Some(edge) if self.edges[edge.index()].table.policy.hides_senders() => {
                ClientAddress::of_edge(edge)
            }
            _ => self.client(outbound, connection.address),
        }
    }

    /// What senders remember of their own hosts and of messages, and nodes in their greylists.
    pub(crate) fn remembered(&self) -> usize {
        let greylists = self.greylists.as_ref().map_or(0, |greylists| greylists.entries());
        self.senders.iter().map(SenderState::entries).sum::<usize>() + greylists
    }

    /// Clients that nodes keep in mind.
    pub(crate) fn known_clients(&self) -> usize {
        self.nodes.iter().map(Node::known_clients).sum()
    }

    /// Counts a message that begins in a session; true if it is beyond what its client may send.
    #[inline]
    pub(crate) fn is_beyond_rate(&mut self, delivery: &Delivery, node: NodeId, now: Time) -> bool {
        if self.nodes[node.index()].clients.is_none() {
            return false;
        }
        let client = self.client_of(delivery.message.of(), &delivery.connection);
        let clients = self.nodes[node.index()].clients.as_mut();
        clients.is_some_and(|clients| clients.send(client, now).is_err())
    }
}
