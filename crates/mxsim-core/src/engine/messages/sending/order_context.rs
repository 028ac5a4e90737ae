//! What an outbound host knows when it puts candidates in order, for those that look further than the answer.

use super::destination::DestinationQueue;
use super::outbound_host::OutboundHost;
use crate::engine::world::Topology;
use crate::ids::{AddressId, HostId};
use crate::sender::order_context::OrderContext;
use crate::time::Time;

/// The view of one attempt.
#[derive(Debug)]
pub(crate) struct OutboundContext<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) second: u16,
    pub(crate) attempts: u32,
    pub(crate) turn: u32,
    pub(crate) last_good: Option<HostId>,
    /// Its connections, if it ever had one.
    pub(crate) outbound: Option<&'a OutboundHost>,
    /// The same for those that open connections for the destination.
    pub(crate) destination: Option<&'a DestinationQueue>,
    pub(crate) now: Time,
}

impl OrderContext for OutboundContext<'_> {
    fn name(&self, host: HostId) -> &str {
        self.topology.host(host).name.as_str()
    }

    fn second(&self) -> u16 {
        self.second
    }

    fn attempts(&self) -> u32 {
        self.attempts
    }

    fn turn(&self) -> u32 {
        self.turn
    }

    fn last_good(&self) -> Option<HostId> {
        self.last_good
    }

    fn open(&self, address: AddressId) -> u32 {
        match self.destination {
            Some(destination) => destination.open(address),
            None => self.outbound.map_or(0, |outbound| outbound.open(address, self.now)),
        }
    }
}
