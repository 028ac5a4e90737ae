//! How much mail all nodes together take, at most.

use super::World;
use super::topology::{EdgeTable, NodeTable, Target};
use crate::ids::NodeId;
use crate::node::{Fault, Outage};
use crate::time::Time;

impl World {
    /// Messages that all nodes together take in a microsecond between two moments, at most; `None` where that is any number.
    #[must_use]
    pub fn taken_per_us(&self, from: Time, to: Time) -> Option<f64> {
        let nodes = self.topology.nodes.iter().enumerate();
        nodes.map(|(place, node)| taken_by(node, self.passed_on_to(NodeId::new(place)), (from, to))).sum()
    }

    /// Most sessions that edges let a node have that mail reaches only through them; `None` where that is any number. Of a limit for all nodes of
    /// an edge each has an equal part.
    fn passed_on_to(&self, node: NodeId) -> Option<f64> {
        if self.topology.addresses.iter().any(|address| address.target == Target::Node(node)) {
            return None;
        }
        let before = self.topology.edges.iter().filter(|edge| edge.nodes.contains(&node));
        let limit = |edge: &EdgeTable| {
            let each = edge.policy.sessions_per_node.map(f64::from);
            let of_all = edge.policy.sessions.map(|all| f64::from(all) / edge.nodes.len() as f64);
            [each, of_all].into_iter().flatten().reduce(f64::min)
        };
        before.map(limit).sum()
    }
}

/// The same of one node: what its sessions take while it is slowest, or what its queue passes on, whichever is less. Where sessions are unlimited,
/// messages wait in them for a worker and are not turned away.
fn taken_by(node: &NodeTable, passed_on: Option<f64>, (from, to): (Time, Time)) -> Option<f64> {
    let meets = |outage: &&Outage| outage.from < to && outage.to > from;
    let slowest = node.faults.outages().iter().filter(meets).map(slowdown).fold(1.0, f64::max);
    let mean = node.capacity.session_time.mean().0 as f64 * slowest;
    let workers = node.capacity.workers.unwrap_or(u32::MAX);
    let own = node.capacity.sessions.map(|sessions| f64::from(sessions.min(workers)));
    let at_once = [own, passed_on].into_iter().flatten().reduce(f64::min);
    let sessions = at_once.filter(|_| mean > 0.0).map(|sessions| sessions / mean);
    let queue = node.capacity.queue.map(|queue| 1.0 / queue.each.0 as f64);
    [sessions, queue].into_iter().flatten().reduce(f64::min)
}

/// How many times as long a session takes in an outage that hits it.
fn slowdown(outage: &Outage) -> f64 {
    if let Fault::Slow(slowdown) = outage.fault { slowdown.factor() } else { 1.0 }
}
