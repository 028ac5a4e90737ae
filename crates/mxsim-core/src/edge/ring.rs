//! A ring of points, for consistent hashing (Karger et al. 1997).

use crate::random::{Key, name_hash};

/// Points of a node of the largest weight: nginx, `ngx_stream_upstream_hash_module.c`, places 160 for each unit of weight; HAProxy places 16
/// (`BE_WEIGHT_SCALE`). With few points the shares are uneven whatever the clients do.
const POINTS: u64 = 160;

/// The points of all nodes, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ring {
    points: Vec<(u64, usize)>,
}

impl Ring {
    /// The ring of nodes of these names and weights. A point is placed by the name of its node, so that it stays where it is whoever else is there.
    pub(super) fn new(nodes: &[(&str, u32)]) -> Self {
        let most = nodes.iter().map(|(_, weight)| *weight).max().unwrap_or(1).max(1);
        let mut points = Vec::new();
        for (place, (name, weight)) in nodes.iter().enumerate() {
            let key = Key::ROOT.child(name_hash(name));
            let count = (POINTS * u64::from(*weight)).div_ceil(u64::from(most));
            points.extend((0..count).map(|number| (key.child(number).word(), place)));
        }
        points.sort_unstable();
        Self { points }
    }

    /// The node of the first point from `hash` on that is not passed over.
    pub(super) fn find(&self, hash: u64, is_up: impl Fn(usize) -> bool) -> Option<usize> {
        let start = self.points.partition_point(|point| point.0 < hash);
        let round = self.points[start..].iter().chain(&self.points[..start]);
        round.map(|point| point.1).find(|place| is_up(*place))
    }
}
