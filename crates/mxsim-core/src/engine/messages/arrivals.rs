//! Messages that arrive at their senders.

use crate::engine::messages::compact_attempt::CompactAttempt;
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::receiving::{Admission, ConnectionRequest};
use crate::engine::messages::sending::arrival_block::Arrival;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::state::Replication;
use crate::engine::probe::{Step, Watching};
use crate::engine::world::DeliveryPath;
use crate::engine::world::fixed_candidates::FixedCandidates;
use crate::ids::SenderId;
use crate::time::Time;

impl<'w, P: Watching> Replication<'w, '_, P> {
    /// Handles the arrival of the next message of a sender, and of those after it that come before anything else happens, up to `most`.
    /// Returns their number.
    pub(crate) fn handle_arrivals(&mut self, sender: SenderId, mut now: Time, most: u32) -> u32 {
        let (table, others) = (self.world.sender(sender), self.calendar.next_of_others());
        let mut handled = 0;
        loop {
            let mut number = self.calendar.number();
            let at_once = self.handle_run(sender, others, now, &mut number);
            if at_once == 0 {
                self.watch.handles_alone();
                let arrival = self.senders[sender.index()].take_arrival();
                self.handle_arrival(sender, &arrival, now);
            }
            handled += at_once.max(1);
            let next = self.senders[sender.index()].next_arrival(self.world, table);
            if next >= others || next >= self.calendar.next_event() || handled >= most {
                self.calendar.replace_arrival(next, number);
                return handled;
            }
            now = next;
        }
    }

    #[inline]
    fn handle_arrival(&mut self, sender: SenderId, arrival: &Arrival, now: Time) {
        self.close_chunks(now);
        let path = &self.world.sender(sender).path;
        let message = QueuedMessage::new(sender, arrival, now);
        self.recorder.arrived(message.id);
        match path.fixed_candidates() {
            Some(fixed)
                if !P::ACTIVE
                    && !path.counts_connections()
                    && self.senders[sender.index()].is_blank(message.outbound_host) =>
            {
                self.first_attempt(fixed, message, arrival, now);
            }
            _ => {
                self.note(&message, now, Step::Arrived { outbound_host: message.outbound_host });
                // Nothing else is to be done at this moment, so it need not be a task first.
                self.attempt(message, now);
            }
        }
        self.do_tasks(now);
    }

    /// Begins the first attempt of a message whose candidates are fixed: only the first of them is worked out, and most messages are taken
    /// there.
    fn first_attempt(
        &mut self,
        fixed: &'w FixedCandidates,
        message: QueuedMessage,
        arrival: &Arrival,
        now: Time,
    ) {
        let table = self.sender(&message);
        let (epoch, from_cache) = self.ask_mx_timing(table, message.outbound_host, now);
        self.recorder.looked_up(message.id.sender, now, from_cache);
        let first = arrival.first.unwrap_or_else(|| {
            fixed.first(self.sender_state(&message).choice_for(table, &message, epoch, now))
        });
        let candidate = fixed.candidate(first);
        let node = self.world.topology.first_node_of(candidate.address);
        let connection = Connection {
            fault_draw: self.fault_draw(&message, candidate),
            ..Connection::to(&candidate, now)
        };
        let request = ConnectionRequest {
            message: message.id,
            timeouts: &table.behaviour.parameters.timeouts,
            identity: self.identity(&message, &connection),
            client: self.client(message.of(), candidate.address),
            begun: now,
        };
        let admission = self.connect_to(node, request, now);
        match admission {
            Admission::Session(None) if self.nodes[node.index()].looks_at_messages() => {
                self.go_on_after_first(fixed, message, epoch, admission, now);
            }
            Admission::Session(None) if !self.nodes[node.index()].has_session_time() => {
                self.recorder.accepted(message.id, candidate.host, candidate.address, now);
            }
            Admission::Session(None) if self.nodes[node.index()].ends_unwatched() => {
                let until = now + self.session_time(&message, node);
                self.deliver_unwatched(message.id, candidate.host, candidate.address, (now, until));
            }
            admission => self.go_on_after_first(fixed, message, epoch, admission, now),
        }
    }

    /// Goes on with all candidates, as the first did not take the message at once.
    fn go_on_after_first(
        &mut self,
        fixed: &'w FixedCandidates,
        message: QueuedMessage,
        epoch: u32,
        admission: Admission,
        now: Time,
    ) {
        let table = self.sender(&message);
        let choice = self.sender_state(&message).choice_for(table, &message, epoch, now);
        if let DeliveryPath::Compact(_) = table.path {
            return self.go_on_compactly(fixed, CompactAttempt::new(message, fixed, choice), admission, now);
        }
        let mut attempt = self.new_attempt(message, now);
        fixed.arrange(choice, &mut attempt.candidates);
        table.behaviour.cut(&mut attempt.candidates);
        let first = attempt.candidates[0];
        self.begin_connection(&mut attempt.delivery, first, now);
        if let Some(attempt) = self.admit_attempt(attempt, admission, now) {
            self.try_candidates(attempt, now);
        }
    }
}
