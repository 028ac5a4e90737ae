//! Attempts that need no more than an order of fixed candidates and a place in it.
//!
//! Where a sender remembers nothing, keeps no connection, tries all of a few candidates in one attempt and goes on to the next host whatever
//! happens, and where nodes refuse connections or drop packets but never turn a session bad or make it wait, nothing has to be kept of an
//! attempt but where it stands. Which senders are like that is decided once
//! ([`DeliveryPath::Compact`](crate::engine::world::DeliveryPath::Compact)). Everything else goes through `attempt.rs`, with the same outcome.

use crate::engine::connect::outlasts;
use crate::engine::messages::compact_attempt::CompactAttempt;
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::receiving::{Admission, ConnectionRequest};
use crate::engine::messages::state::{Event, Replication};
use crate::engine::probe::Watching;
use crate::engine::world::fixed_candidates::{FixedCandidates, Stop};
use crate::ids::{AddressId, MessageId, SenderId};
use crate::node::Client;
use crate::sender::Outcome;
use crate::time::Time;

impl<'w, P: Watching> Replication<'w, '_, P> {
    /// Handles messages of a sender with compact attempts from the next on, for as long as each is taken by the first node it turns to or
    /// gets no answer there, and nothing else happens: most messages are like that. The first comes at `now`, and before `others` none of
    /// another sender does. Returns how many they are; `number` becomes that of the next arrival.
    pub(crate) fn handle_run(&mut self, sender: SenderId, others: Time, now: Time, number: &mut u64) -> u32 {
        let (world, table) = (self.world, self.world.sender(sender));
        let Some(fixed) = table.path.compact().filter(|_| !P::ACTIVE) else { return 0 };
        self.close_chunks(now);
        let (layer, caches) = table.layers[0];
        let Some(cache_times) = &mut self.cache_times[usize::from(layer)] else { return 0 };
        if now < Time::ZERO || (self.is_timed && world.topology.session_times.is_none()) {
            return 0;
        }
        let chunk_ends = self.recorder.chunk().to;
        let mut until = others.min(self.calendar.next_event()).min(chunk_ends);
        let timeouts = &table.behaviour.parameters.timeouts;
        let arrivals = &mut self.senders[sender.index()].arrivals;
        let (run, recorder) = (arrivals.run(self.is_timed), &mut self.recorder);
        // Delays of messages taken at once are noted together, from the last message that was not.
        let delays = |from, to| run.session_time.get(from..to).unwrap_or_default();
        let (mut count, mut noted, mut hits, mut own_number) = (0, 0, 0, None);
        for (place, &at) in run.at.iter().enumerate() {
            if at >= until {
                break;
            }
            let Stop { host, address, node } = fixed.stop(run.first[place]);
            let state = &mut self.nodes[node.index()];
            let message = MessageId { sender, born: at, number: run.number + place as u64 };
            if let Some(outage) = state.outages(at).first() {
                // No fault tells clients apart here. Anything but silence to the end is for the long way.
                let Some(over) = outlasts(outage, at, timeouts) else { break };
                // The next arrival has been scheduled before what happens now.
                own_number = Some(self.calendar.number());
                let arrival = arrivals.ahead(place);
                let (message, choice) = (QueuedMessage::new(sender, &arrival, at), arrivals.choice(&arrival));
                let attempt = CompactAttempt::beginning_at(run.first[place], message, choice);
                self.calendar.schedule(over, Event::CompactAnswered(attempt, Outcome::TimedOut));
                recorder.attempted(message.id, node);
                recorder.note_delays(sender, delays(noted, place));
                (noted, until) = (place + 1, until.min(over));
            } else if self.is_timed {
                if state.is_full(at) {
                    break;
                }
                own_number = None;
                let over = at + run.session_time[place];
                state.begin_uncounted((at, over), recorder);
                if over < chunk_ends {
                    recorder.taken_at_once(message, (host, address), node, over);
                } else {
                    recorder.attempted(message, node);
                    recorder.sessions.connected(sender, node, at, false);
                    recorder.sessions.single(sender, node, (at, over));
                    recorder.will_be_accepted(message, host, address, over);
                    recorder.note_delays(sender, delays(noted, place));
                    noted = place + 1;
                }
            } else {
                own_number = None;
                recorder.taken_at_once(message, (host, address), node, at);
            }
            hits += u64::from(cache_times.ask(table.cache_of(caches, run.outbound_host[place]), at).1);
            count += 1;
        }
        recorder.note_delays(sender, delays(noted, count));
        recorder.arrived_in_a_run(sender, count as u64, hits);
        arrivals.skip(count);
        *number = own_number.unwrap_or_else(|| self.calendar.number());
        count as u32
    }

    /// Makes a delivery attempt after the first.
    pub(crate) fn attempt_compactly(
        &mut self,
        fixed: &'w FixedCandidates,
        message: QueuedMessage,
        now: Time,
    ) {
        let table = self.sender(&message);
        let (epoch, from_cache) = self.ask_mx_timing(table, message.outbound_host, now);
        self.recorder.looked_up(message.id.sender, now, from_cache);
        self.recorder.retried(message.id);
        let choice = self.sender_state(&message).choice_for(table, &message, epoch, now);
        let attempt = CompactAttempt::new(message, fixed, choice);
        if let Some(admission) = self.connect_compactly(fixed, &attempt, now) {
            self.go_on_compactly(fixed, attempt, admission, now);
        }
    }

    /// Goes on after the answer of a node, until one takes the message, one gives no answer or none is left.
    pub(crate) fn go_on_compactly(
        &mut self,
        fixed: &FixedCandidates,
        mut attempt: CompactAttempt,
        mut admission: Admission,
        now: Time,
    ) {
        while let Some(stop) = attempt.stop(fixed) {
            match admission {
                Admission::Session(None) => return self.deliver_compactly(&attempt.message, stop, now),
                Admission::NoAnswerUntil(at, outcome) => {
                    return self.calendar.schedule(at, Event::CompactAnswered(attempt, outcome));
                }
                // No node has a backlog, a limit for each client, or a fault in a session.
                Admission::Failed(_)
                | Admission::OverLimit(_)
                | Admission::Backlog
                | Admission::Session(Some(_)) => {
                    self.recorder.failed(attempt.message.id, stop.node);
                }
            }
            attempt.go_on(fixed);
            admission = match self.connect_compactly(fixed, &attempt, now) {
                Some(admission) => admission,
                None => break,
            };
        }
        self.put_back(attempt.message, now);
    }

    /// Connects to the next candidate; `None` if none is left.
    fn connect_compactly(
        &mut self,
        fixed: &FixedCandidates,
        attempt: &CompactAttempt,
        now: Time,
    ) -> Option<Admission> {
        let Stop { node, address, .. } = attempt.stop(fixed)?;
        let request = self.compact_request(attempt, address, now);
        Some(self.connect_to(node, request, now))
    }

    fn compact_request(
        &self,
        attempt: &CompactAttempt,
        address: AddressId,
        now: Time,
    ) -> ConnectionRequest<'w> {
        ConnectionRequest {
            message: attempt.message.id,
            timeouts: &self.sender(&attempt.message).behaviour.parameters.timeouts,
            identity: Client::ANYBODY,
            client: self.client(attempt.message.of(), address),
            begun: now,
        }
    }

    fn deliver_compactly(&mut self, message: &QueuedMessage, Stop { host, address, node }: Stop, now: Time) {
        if self.nodes[node.index()].has_session_time() {
            let until = now + self.session_time(message, node);
            self.deliver_unwatched(message.id, host, address, (now, until));
        } else {
            self.recorder.accepted(message.id, host, address, now);
        }
    }

    /// Goes on with an attempt to which a node has given no answer so far.
    pub(crate) fn compact_answered(&mut self, attempt: CompactAttempt, outcome: Outcome, now: Time) {
        let Some(fixed) = self.sender(&attempt.message).path.compact() else { return };
        let Some(Stop { node, address, .. }) = attempt.stop(fixed) else { return };
        let admission = if outcome == Outcome::Accepted {
            let request = self.compact_request(&attempt, address, now);
            self.nodes[node.index()].greet(request, now, &mut self.recorder)
        } else {
            Admission::Failed(outcome)
        };
        self.go_on_compactly(fixed, attempt, admission, now);
    }
}
