//! What a message meets at a node that greylists.

use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::state::Replication;
use crate::engine::probe::{Step, Watching};
use crate::engine::world::greylisting::{Envelope, GreylistKeys, GreylistPlan};
use crate::ids::{EdgeId, NodeId};
use crate::node::Objection;
use crate::node::greylisting::{Greylist, Verdict};
use crate::random::Entropy;
use crate::sender::Outcome;
use crate::smtp::Stage;
use crate::time::Time;

/// The greylists of all nodes in one replication.
#[derive(Debug)]
pub(crate) struct Greylists<'w> {
    plan: &'w GreylistPlan,
    keys: GreylistKeys,
    list: Greylist,
}

impl<'w> Greylists<'w> {
    /// Before the first message.
    pub(crate) fn new(plan: &'w GreylistPlan, entropy: &Entropy) -> Self {
        Self { plan, keys: plan.keys(entropy), list: Greylist::new(plan.rules, plan.table) }
    }

    /// Keys and clients that they have noted.
    pub(crate) fn entries(&self) -> usize {
        self.list.entries()
    }
}

impl<P: Watching> Replication<'_, '_, P> {
    /// What goes wrong with a message that begins in a session: it is one too many for its client, `trouble`, if a fault shows first, the
    /// answer of a greylist, or that of a full queue.
    #[inline]
    pub(crate) fn meets(
        &mut self,
        delivery: &mut Delivery,
        trouble: Option<Outcome>,
        now: Time,
    ) -> Option<Outcome> {
        let node = delivery.connection.passage.node;
        if self.is_beyond_rate(delivery, node, now) {
            delivery.objection = Some(Objection::Rate);
            return Some(Outcome::Deferred(Stage::Recipient));
        }
        let trouble = if self.world.topology.node(node).greylists {
            self.meets_greylist(delivery, node, trouble, now)
        } else {
            trouble
        };
        self.meets_queue(delivery, (node, trouble), now)
    }

    fn meets_greylist(
        &mut self,
        delivery: &mut Delivery,
        node: NodeId,
        trouble: Option<Outcome>,
        now: Time,
    ) -> Option<Outcome> {
        let message = &mut delivery.message;
        let Some(lists) = &mut self.greylists else { return trouble };
        let stage = lists.plan.rules.stage;
        let before = |trouble: Outcome| trouble.stage_in_session().is_none_or(|at| at <= stage);
        if trouble.is_some_and(before) {
            return trouble;
        }
        let table = self.world.sender(message.id.sender);
        let home = self.senders[message.id.sender.index()].home(table, message.outbound_host);
        let address = self.world.topology.address(delivery.connection.address);
        let hides = |edge: &EdgeId| self.world.topology.edges[edge.index()].policy.hides_senders();
        let envelope = Envelope {
            sender: message.id.sender,
            number: message.id.number,
            outbound_host: message.outbound_host,
            ipv6: address.ipv6,
            edge: delivery.connection.passage.edge().filter(hides).map(|_| address.ip),
        };
        let Some(greeted) = lists.plan.greet(&lists.keys, envelope, node, home) else { return trouble };
        let mut contact = greeted.contact;
        contact.is_last &= trouble.is_none();
        let Verdict::Deferred { is_new, is_known_elsewhere } = lists.list.meet(node, &contact, now, &greeted)
        else {
            return trouble;
        };
        let is_first = !std::mem::replace(&mut message.is_greylisted, true);
        delivery.objection = Some(Objection::Greylisted { is_first, is_known_elsewhere });
        let message = delivery.message;
        self.note(&message, now, Step::Greylisted { node, is_new, is_known_elsewhere });
        Some(Outcome::Deferred(stage))
    }
}
