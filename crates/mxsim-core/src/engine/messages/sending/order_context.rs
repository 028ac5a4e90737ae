//! What an outbound host knows when it puts candidates in order, for those that look further than the answer.

use crate::engine::messages::sending::destination::Relay;
use crate::engine::messages::sending::pool::Outbound;
use crate::engine::world::World;
use crate::sender::look_around::Surroundings;
use crate::time::Time;

/// The view of one attempt.
#[derive(Debug)]
pub(crate) struct Around<'a> {
    pub(crate) world: &'a World,
    pub(crate) second: u16,
    pub(crate) attempts: u32,
    /// Its connections, if it ever had one.
    pub(crate) outbound: Option<&'a Outbound>,
    /// The same for those that open connections for the destination.
    pub(crate) relay: Option<&'a Relay>,
    pub(crate) now: Time,
}

impl Surroundings for Around<'_> {
    fn name(&self, host: u16) -> &str {
        &self.world.labels.hosts[usize::from(host)].name
    }

    fn second(&self) -> u16 {
        self.second
    }

    fn attempts(&self) -> u32 {
        self.attempts
    }

    fn open(&self, address: u16) -> u32 {
        match self.relay {
            Some(relay) => relay.open(address),
            None => self.outbound.map_or(0, |outbound| outbound.open(address, self.now)),
        }
    }
}
