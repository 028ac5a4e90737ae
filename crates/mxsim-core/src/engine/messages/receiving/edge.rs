//! An edge in one replication: its nodes, what it knows of them, and the connections that wait for one.

use super::standing::Standing;
use crate::edge::{Forwarding, Pool};
use crate::engine::world::topology::EdgeTable;
use crate::random::{Entropy, Key};
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// The draws of an edge, by what they are about.
const CLIENTS: u64 = 0;
const PICKS: u64 = 1;
const CHECKS: u64 = 2;

/// An edge in one replication.
#[derive(Debug)]
pub(crate) struct Edge<'w> {
    pub(crate) table: &'w EdgeTable,
    pub(super) pool: Pool,
    /// What it holds of each node.
    pub(super) standings: Vec<Standing>,
    /// Numbers of the connections that wait for a node.
    pub(super) queue: VecDeque<u64>,
    draws: Key,
}

impl<'w> Edge<'w> {
    /// An edge before the first connection, all nodes in use.
    pub(crate) fn new(table: &'w EdgeTable, entropy: &Entropy) -> Self {
        Self {
            table,
            pool: table.pool.clone(),
            standings: vec![Standing::default(); table.nodes.len()],
            queue: VecDeque::new(),
            draws: entropy.key(table.stream),
        }
    }

    /// What a client is told apart by, the same in all of a replication.
    pub(super) fn client(&self, sender: u64, outbound_host: u32, ipv6: bool) -> u64 {
        self.draws.child(CLIENTS).child(sender).child(u64::from(outbound_host)).child(u64::from(ipv6)).word()
    }

    /// The draws of a pick for this message of a sender.
    pub(super) fn pick_draws(&self, sender: u64, message: u64) -> Key {
        self.draws.child(PICKS).child(sender).child(message)
    }

    /// The draws of the checks of the node in this place.
    pub(super) fn check_draws(&self, place: usize) -> Key {
        self.draws.child(CHECKS).child(place as u64)
    }

    /// Takes a connection out of its queue that gives up.
    pub(crate) fn leave_queue(&mut self, number: u64) {
        self.queue.retain(|&other| other != number);
    }

    /// Puts the connection of this number into its queue.
    pub(crate) fn wait(&mut self, number: u64) {
        self.queue.push_back(number);
    }
}

impl Edge<'_> {
    pub(super) const fn is_proxy(&self) -> bool {
        matches!(self.table.policy.forwarding, Forwarding::Proxy { .. })
    }

    /// When the first check of each node begins: anywhere in the first interval.
    pub(super) fn first_check(&self, place: usize, every: Span, start: Time) -> Time {
        start + Span((self.check_draws(place).unit() * every.0 as f64) as i64)
    }
}
