//! What a message meets where the queue behind a node is full.

use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::state::Replication;
use crate::engine::probe::Watching;
use crate::ids::NodeId;
use crate::node::Objection;
use crate::sender::Outcome;
use crate::smtp::Stage;
use crate::time::Time;

impl<P: Watching> Replication<'_, '_, P> {
    /// Puts a message into the queue behind its node, unless it meets `trouble`; `452` at the recipient if it does not fit, which comes before trouble after
    /// the data.
    pub(super) fn meets_queue(
        &mut self,
        delivery: &mut Delivery,
        (node, trouble): (NodeId, Option<Outcome>),
        now: Time,
    ) -> Option<Outcome> {
        let Some(queue) = &mut self.nodes[node.index()].queue else { return trouble };
        let is_later = |trouble: Outcome| trouble.stage_in_session() == Some(Stage::Data);
        if !trouble.is_none_or(is_later) {
            return trouble;
        }
        if queue.has_room(now) {
            if trouble.is_none() {
                queue.put(now);
            }
            return trouble;
        }
        delivery.objection = Some(Objection::QueueFull);
        Some(Outcome::Deferred(Stage::Recipient))
    }
}
