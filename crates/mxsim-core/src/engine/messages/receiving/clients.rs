//! The clients of a node that limits what each may have.

use crate::engine::world::World;
use crate::ids::{AddressId, EdgeId, OutboundId, SenderId};
use crate::node::{Account, ClientLimits, Excess};
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
    /// That of an edge, whose checks and, without the address of the sender, connections are those of one client.
    pub(super) const fn of_edge(edge: EdgeId) -> Self {
        Self { outbound: OutboundId { sender: SenderId(u32::MAX), host: edge.0 as u32 }, ipv6: false }
    }

    /// That of an outbound host which connects to this address.
    pub(super) fn of(world: &World, outbound: OutboundId, address: AddressId) -> Self {
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

    pub(super) fn account(&mut self, client: ClientAddress, now: Time) -> &mut Account {
        if self.accounts.len() >= self.crowd {
            let limits = &self.limits;
            self.accounts.retain(|_, account| !account.is_blank(limits, now));
            self.crowd = FEW.max(2 * self.accounts.len());
        }
        self.accounts.entry(client).or_insert_with(|| Account::opened(now))
    }

    pub(super) fn connect(&mut self, client: ClientAddress, now: Time) -> Result<(), Excess> {
        let limits = self.limits;
        self.account(client, now).connect(&limits, now)
    }

    pub(super) fn send(&mut self, client: ClientAddress, now: Time) -> Result<(), Excess> {
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
