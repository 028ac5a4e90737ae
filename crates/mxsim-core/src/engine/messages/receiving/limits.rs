//! The clients of a node that limits them, and what a message beyond a limit meets.

use crate::engine::count::recorder::Recorder;
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::receiving::{Admission, ConnectionRequest, Node};
use crate::engine::messages::state::Replication;
use crate::engine::probe::Probe;
use crate::engine::world::World;
use crate::ids::{AddressId, NodeId, OutboundId};
use crate::node::{Account, ClientLimits, Excess};
use crate::sender::Outcome;
use crate::time::Time;
use std::collections::BTreeMap;

/// So many clients are known before any is forgotten.
const FEW: usize = 64;

/// The address from which a connection comes: that of an outbound host in one address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientAddress {
    pub(crate) outbound: OutboundId,
    pub(crate) ipv6: bool,
}

impl ClientAddress {
    /// That of an outbound host which connects to this address.
    fn of(world: &World, outbound: OutboundId, address: AddressId) -> Self {
        Self { outbound, ipv6: world.topology.address(address).ipv6 }
    }
}

/// The clients of one node. Those of which nothing is left to know are forgotten now and then, so that there are never more than twice as many
/// as have a session or a window.
#[derive(Debug)]
pub(crate) struct Clients {
    limits: ClientLimits,
    accounts: BTreeMap<ClientAddress, Account>,
    /// How many there are when those are looked for of which nothing is left.
    crowd: usize,
}

impl Clients {
    /// None yet; `None` if nothing is limited.
    pub(crate) fn new(limits: ClientLimits) -> Option<Box<Self>> {
        limits.is_limiting().then(|| Box::new(Self { limits, accounts: BTreeMap::new(), crowd: FEW }))
    }

    /// How many are known.
    pub(crate) fn count(&self) -> usize {
        self.accounts.len()
    }

    fn account(&mut self, client: ClientAddress, now: Time) -> &mut Account {
        if self.accounts.len() >= self.crowd {
            let limits = &self.limits;
            self.accounts.retain(|_, account| !account.is_blank(limits, now));
            self.crowd = FEW.max(2 * self.accounts.len());
        }
        self.accounts.entry(client).or_insert_with(|| Account::opened(now))
    }

    fn connect(&mut self, client: ClientAddress, now: Time) -> Result<(), Excess> {
        let limits = self.limits;
        self.account(client, now).connect(&limits, now)
    }

    fn send(&mut self, client: ClientAddress, now: Time) -> Result<(), Excess> {
        let limits = self.limits;
        self.account(client, now).send(&limits, now)
    }

    /// A session of a client begins.
    pub(crate) fn begin_session(&mut self, client: ClientAddress, now: Time) {
        self.account(client, now).begin_session();
    }

    /// A session of a client ends.
    pub(crate) fn end_session(&mut self, client: ClientAddress) {
        if let Some(account) = self.accounts.get_mut(&client) {
            account.end_session();
        }
    }
}

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
                Admission::Failed(Outcome::Busy)
            }
        }
    }
}

impl<P: Probe> Replication<'_, '_, P> {
    /// The client of a connection that an outbound host has to an address.
    pub(crate) fn client(&self, outbound: OutboundId, address: AddressId) -> ClientAddress {
        ClientAddress::of(self.world, outbound, address)
    }

    /// Clients that nodes keep in mind.
    pub(crate) fn known_clients(&self) -> usize {
        self.nodes.iter().map(Node::known_clients).sum()
    }

    /// Counts a message that begins in a session; true if it is beyond what its client may send.
    #[inline]
    pub(crate) fn is_beyond_rate(&mut self, delivery: &Delivery, node: NodeId, now: Time) -> bool {
        let Some(clients) = &mut self.nodes[node.index()].clients else { return false };
        let client = ClientAddress::of(self.world, delivery.message.of(), delivery.connection.address);
        let Err(excess) = clients.send(client, now) else { return false };
        self.recorder.beyond_limit(delivery.message.id, node, excess);
        true
    }
}
