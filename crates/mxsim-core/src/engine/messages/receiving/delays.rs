//! What a slow node and a tarpit do to a session: nothing is lost there, everything takes longer.

use super::Node;
use crate::engine::messages::delivery::Delivery;
use crate::engine::messages::state::Replication;
use crate::engine::probe::Watching;
use crate::ids::NodeId;
use crate::node::{Client, Fault, Slowdown};
use crate::sender::Outcome;
use crate::smtp::Stage;
use crate::time::{Span, Time};

impl Node<'_> {
    /// How long the greeting is held back from this client at `now`; of several tarpits the longest counts.
    pub(super) fn greeting_delay(&self, client: &Client, now: Time) -> Span {
        if !self.table.delays {
            return Span::ZERO;
        }
        let outages = self.faults.under_way(now).iter().filter(|outage| outage.hits(client));
        let delays = outages.filter_map(|outage| match outage.fault {
            Fault::Tarpit(delay) => Some(delay),
            _ => None,
        });
        delays.max().unwrap_or(Span::ZERO)
    }

    /// How long a message of this client that begins at `now` holds its session, where it would for `time`; of several slow faults the slowest counts.
    fn slowed(&self, client: &Client, now: Time, time: Span) -> Span {
        let outages = self.faults.under_way(now).iter().filter(|outage| outage.hits(client));
        let slowdowns = outages.filter_map(|outage| match outage.fault {
            Fault::Slow(slowdown) => Some(slowdown),
            _ => None,
        });
        slowdowns.max().unwrap_or(Slowdown::NONE).of(time)
    }
}

/// True if its node turns a message away at the recipient, before it has seen the data.
fn is_refused(delivery: &Delivery) -> bool {
    delivery.trouble.and_then(Outcome::stage_in_session) == Some(Stage::Recipient)
}

impl<P: Watching> Replication<'_, '_, P> {
    /// How long a message that begins at `now` holds its session: before the greeting, if it is the first of its connection, and after it.
    #[inline]
    pub(crate) fn session_times(&self, delivery: &Delivery, node: NodeId, now: Time) -> (Span, Span) {
        let state = &self.nodes[node.index()];
        let time = match state.table.capacity.refusal_time.filter(|_| is_refused(delivery)) {
            Some(time) => time,
            None => self.session_time(&delivery.message, node),
        };
        if !state.table.delays {
            return (Span::ZERO, time);
        }
        let client = self.identity(&delivery.message, &delivery.connection);
        let is_first = delivery.connection.opened == now && delivery.connection.messages == 0;
        let greeting = if is_first { state.greeting_delay(&client, now) } else { Span::ZERO };
        (greeting, state.slowed(&client, now, time))
    }
}
