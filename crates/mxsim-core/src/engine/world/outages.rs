//! Outages of nodes that are drawn anew in each replication.

use crate::engine::world::topology::NodeTable;
use crate::node::{RandomOutages, Schedule};
use crate::random::{Entropy, Purpose, StreamId};
use crate::time::Time;
use std::borrow::Cow;

/// All random outages of a world, each with its stream.
#[derive(Debug, Default)]
pub struct OutagePlan {
    random: Vec<(RandomOutages, StreamId)>,
}

impl OutagePlan {
    /// The plan of these outages.
    #[must_use]
    pub fn new(random: &[RandomOutages]) -> Self {
        let stream = |outages: &RandomOutages| StreamId::new(&outages.name, Purpose::Outage);
        Self { random: random.iter().map(|outages| (outages.clone(), stream(outages))).collect() }
    }

    /// True if no node fails at random.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.random.is_empty()
    }

    /// The faults of a node in one replication. Nodes of a group have the same ones: they are drawn by the name of the group.
    pub(crate) fn faults<'w>(
        &self,
        entropy: &Entropy,
        (node, table): (usize, &'w NodeTable),
        from: Time,
        to: Time,
    ) -> Cow<'w, Schedule> {
        let own = self.random.iter().filter(|(outages, _)| outages.nodes.contains(&node));
        let drawn: Vec<_> =
            own.flat_map(|(outages, stream)| outages.draw(entropy.key(*stream), from, to)).collect();
        if drawn.is_empty() { Cow::Borrowed(&table.faults) } else { Cow::Owned(table.faults.with(drawn)) }
    }
}
