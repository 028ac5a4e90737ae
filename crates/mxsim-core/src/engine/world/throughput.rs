//! How much mail all nodes together take, at most.

use super::World;
use super::topology::NodeTable;
use crate::node::{Fault, Outage};
use crate::time::Time;

impl World {
    /// Messages that all nodes together take in a microsecond between two moments, at most; `None` where that is any number.
    #[must_use]
    pub fn taken_per_us(&self, from: Time, to: Time) -> Option<f64> {
        self.topology.nodes.iter().map(|node| taken_by(node, from, to)).sum()
    }
}

/// The same of one node: what its sessions take while it is slowest, or what its queue passes on, whichever is less. Where sessions are unlimited,
/// messages wait in them for a worker and are not turned away.
fn taken_by(node: &NodeTable, from: Time, to: Time) -> Option<f64> {
    let meets = |outage: &&Outage| outage.from < to && outage.to > from;
    let slowest = node.faults.outages().iter().filter(meets).map(slowdown).fold(1.0, f64::max);
    let mean = node.capacity.session_time.mean().0 as f64 * slowest;
    let workers = node.capacity.workers.unwrap_or(u32::MAX);
    let at_once = node.capacity.sessions.map(|sessions| sessions.min(workers));
    let sessions = at_once.filter(|_| mean > 0.0).map(|sessions| f64::from(sessions) / mean);
    let queue = node.capacity.queue.map(|queue| 1.0 / queue.each.0 as f64);
    [sessions, queue].into_iter().flatten().reduce(f64::min)
}

/// How many times as long a session takes in an outage that hits it.
fn slowdown(outage: &Outage) -> f64 {
    if let Fault::Slow(slowdown) = outage.fault { slowdown.factor() } else { 1.0 }
}
