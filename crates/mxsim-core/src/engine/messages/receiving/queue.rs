//! What a message meets where the queue behind a node is full.

use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::state::Replication;
use crate::engine::probe::Probe;
use crate::ids::NodeId;
use crate::node::Objection;
use crate::sender::Outcome;
use crate::smtp::Stage;
use crate::time::Time;

impl<P: Probe> Replication<'_, '_, P> {
    /// Puts a message into the queue behind its node that nothing else keeps from it; `452` at the recipient if it does not fit.
    pub(super) fn meets_queue(
        &mut self,
        delivery: &mut Delivery,
        node: NodeId,
        now: Time,
    ) -> Option<Outcome> {
        let queue = self.nodes[node.index()].queue.as_mut()?;
        if queue.take(now) {
            return None;
        }
        delivery.objection = Some(Objection::QueueFull);
        Some(Outcome::Deferred(Stage::Recipient))
    }
}
