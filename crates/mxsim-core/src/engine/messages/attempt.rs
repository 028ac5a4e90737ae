//! One delivery attempt: it tries one candidate after the other until one takes the message, one keeps it waiting, or none is left.

use crate::engine::messages::delivery::{Caller, Delivery, DeliveryAttempt};
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::receiving::passage::{Passage, Way};
use crate::engine::messages::receiving::{Admission, ConnectionRequest};
use crate::engine::messages::resolve::NoCandidate;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::state::{Event, Replication, Task};
use crate::engine::probe::{Step, Watching};
use crate::engine::world::DeliveryPath;
use crate::ids::NodeId;
use crate::node::{Client, Excess};
use crate::sender::{Candidate, Outcome, Reaction, TlsFailure};
use crate::time::Time;

impl<'w, P: Watching> Replication<'w, '_, P> {
    /// Tries a deferred message again, unless a delivery has fetched it meanwhile.
    pub(crate) fn retry(&mut self, message: QueuedMessage) {
        if self.take_deferred(&message) {
            self.push(Task::Attempt(message));
        }
    }

    /// Takes a deferred message out of the queue; false if a delivery has fetched it meanwhile.
    pub(crate) fn take_deferred(&mut self, message: &QueuedMessage) -> bool {
        !message.is_listed || self.sender_state(message).take_deferred(message)
    }

    /// True if a delivery may fetch a deferred message before its time. Exim, smtp.c, `update_waiting`: "Do not put this message on the list of
    /// those waiting for specific hosts, as otherwise it is likely to be tried too often."
    fn may_be_fetched(&mut self, message: &QueuedMessage) -> bool {
        self.sender(message).fetches_deferred() && !self.sender_state(message).has_own_times(message)
    }

    /// Begins a delivery attempt: over a connection that is open, or with a look-up.
    pub(crate) fn attempt(&mut self, mut message: QueuedMessage, now: Time) {
        match &self.sender(&message).path {
            DeliveryPath::Compact(fixed) if !P::ACTIVE => return self.attempt_compactly(fixed, message, now),
            DeliveryPath::ForDestination(_) => return self.hand_over(message, now),
            DeliveryPath::CountedConnections(_) if self.reuses_or_waits(&mut message, now) => return,
            DeliveryPath::Compact(_) | DeliveryPath::CountedConnections(_) | DeliveryPath::PerMessage(_) => {}
        }
        let mut attempt = self.new_attempt(message, now);
        match self.find_candidates(&message, &[], &mut attempt.candidates, now) {
            Ok(mx_set) => {
                if message.failures > 0 {
                    self.recorder.retried(message.id);
                }
                attempt.delivery.connection.mx_set = mx_set;
                if self.sender(&message).path.counts_connections() {
                    let outbound = self.outbound(message.of());
                    outbound.begin();
                    attempt.delivery.connection.kept_on_demand = outbound.keeps();
                }
                self.try_candidates(attempt, now);
            }
            Err(why) => {
                self.recycle(attempt);
                self.end_without_candidates(message, why, now);
            }
        }
    }

    fn end_without_candidates(&mut self, message: QueuedMessage, why: NoCandidate, now: Time) {
        self.leave_child(&message, now);
        match why {
            NoCandidate::Permanent => {
                self.give_up(&message, now);
            }
            NoCandidate::HeldBack => self.put_back(message, now),
            NoCandidate::Unresolved(why) => {
                self.note(&message, now, Step::NobodyToAsk(why));
                self.put_back(message, now);
            }
        }
    }

    /// Goes on with a message that was turned away on a connection that was open already: to candidates other than those that failed.
    pub(crate) fn try_others(&mut self, mut attempt: Box<DeliveryAttempt>, now: Time) {
        let DeliveryAttempt { delivery, candidates, next } = &mut *attempt;
        *next = 0;
        match self.find_candidates(&delivery.message, &delivery.failed, candidates, now) {
            Ok(_) => self.try_candidates(attempt, now),
            Err(_) => self.end_undelivered(attempt, now),
        }
    }

    /// Tries one candidate after the other.
    pub(crate) fn try_candidates(&mut self, mut attempt: Box<DeliveryAttempt>, now: Time) {
        let looks_for_idle = self.sender(&attempt.delivery.message).looks_for_idle();
        while let Some(&candidate) = attempt.candidates.get(attempt.next) {
            if looks_for_idle {
                attempt = match self.try_idle_connection(attempt, now) {
                    Some(without) => without,
                    None => return,
                };
            }
            self.begin_connection(&mut attempt.delivery, candidate, now);
            let admission = self.connect(&mut attempt.delivery, now);
            attempt = match self.admit_attempt(attempt, admission, now) {
                Some(failed) => failed,
                None => return,
            };
        }
        self.end_undelivered(attempt, now);
    }

    /// Begins a connection to a candidate.
    pub(crate) fn begin_connection(&mut self, delivery: &mut Delivery, candidate: Candidate, now: Time) {
        self.connections += 1;
        let message = delivery.message;
        let Connection { mx_set, kept_on_demand, .. } = delivery.connection;
        (delivery.since, delivery.candidate) = (now, candidate);
        delivery.connection = Connection {
            mx_set,
            kept_on_demand,
            passage: Passage::to(&self.world.topology, candidate.address),
            child: message.child,
            number: self.connections,
            fault_draw: self.fault_draw(&message, candidate),
            in_clear: self.sender_state(&message).sends_in_clear(
                message.outbound_host,
                candidate.address,
                now,
            ),
            ..Connection::to(&candidate, now)
        };
    }

    /// The fault draw of a connection that a message opens; only drawn where it makes a difference.
    #[inline]
    pub(crate) fn fault_draw(&self, message: &QueuedMessage, candidate: Candidate) -> u64 {
        let topology = &self.world.topology;
        if !topology.address(candidate.address).tells_clients_apart {
            return 0;
        }
        self.senders[message.id.sender.index()].fault_draw(message, candidate.address_hash)
    }

    /// Who opens a connection for a message, or uses one for it, as faults tell clients apart; only found out where they do.
    #[inline]
    pub(crate) fn identity(&self, message: &QueuedMessage, connection: &Connection) -> Client {
        let topology = &self.world.topology;
        if !topology.address(connection.address).tells_clients_apart {
            return Client::ANYBODY;
        }
        let ipv6 = topology.address(connection.address).ipv6;
        let state = &self.senders[message.id.sender.index()];
        state.identity(self.sender(message), message, (ipv6, connection.fault_draw))
    }

    /// Asks the node, or the edge, of a connection that has just begun.
    pub(crate) fn connect(&mut self, delivery: &mut Delivery, now: Time) -> Admission {
        let Passage { node, way, .. } = delivery.connection.passage;
        if let Way::Before(edge) = way {
            return self.connect_through(edge, delivery, now);
        }
        let request = ConnectionRequest { begun: now, ..self.request(delivery) };
        self.connect_to(node, request, now)
    }

    /// A connection as its node sees it.
    pub(crate) fn request(&self, delivery: &Delivery) -> ConnectionRequest<'w> {
        let Delivery { message, connection, since, .. } = delivery;
        ConnectionRequest {
            message: message.id,
            timeouts: &self.sender(message).behaviour.parameters.timeouts,
            identity: self.identity(message, connection),
            client: self.client_of(message.of(), connection),
            begun: *since,
        }
    }

    /// Asks the node of a connection again that has given no answer so far.
    fn connect_again(&mut self, delivery: &mut Delivery, now: Time) -> Admission {
        let Passage { node, way, .. } = delivery.connection.passage;
        if way != Way::Direct {
            return self.connect_through_again(delivery, now);
        }
        let request = self.request(delivery);
        self.nodes[node.index()].connect_again(request, now, &mut self.recorder)
    }

    /// Counts a connection, and asks the node.
    #[inline]
    pub(crate) fn connect_to(
        &mut self,
        node: NodeId,
        request: ConnectionRequest<'_>,
        now: Time,
    ) -> Admission {
        self.recorder.attempted(request.message, node);
        self.nodes[node.index()].connect(request, now, &mut self.recorder)
    }

    /// Takes in what a node does with a connection.
    pub(crate) fn handle_admission(&mut self, caller: Caller, admission: Admission, now: Time) {
        match caller {
            Caller::Attempt(attempt) => {
                if let Some(failed) = self.admit_attempt(attempt, admission, now) {
                    self.try_candidates(failed, now);
                }
            }
            Caller::Destination(session) => self.admit_session(session, admission, now),
        }
    }

    /// The same for an attempt, which comes back if it goes on with the next candidate.
    pub(crate) fn admit_attempt(
        &mut self,
        mut attempt: Box<DeliveryAttempt>,
        admission: Admission,
        now: Time,
    ) -> Option<Box<DeliveryAttempt>> {
        match admission {
            Admission::Session(Some(outcome @ (Outcome::TlsFailed | Outcome::Untrusted))) => {
                if !self.goes_on_in_clear(&mut attempt.delivery, outcome, now) {
                    return self.fail_connection(attempt, outcome, now);
                }
                self.begin_session(attempt, None, now);
            }
            Admission::Session(trouble) => self.begin_session(attempt, trouble, now),
            Admission::Backlog => self.wait_in_backlog(Caller::Attempt(attempt), now),
            Admission::NoAnswerUntil(at, outcome) => {
                self.wait_for_answer(Caller::Attempt(attempt), at, outcome);
            }
            Admission::OverLimit(excess) => {
                self.note_over_limit(&attempt.delivery, excess, now);
                return self.fail_connection(attempt, Outcome::Busy, now);
            }
            Admission::Failed(outcome) => return self.fail_connection(attempt, outcome, now),
        }
        None
    }

    /// Goes on with a connection to which a node has given no answer so far.
    pub(crate) fn answered(&mut self, mut caller: Caller, outcome: Outcome, now: Time) {
        let admission = match outcome {
            Outcome::Accepted => self.connect_again(caller.delivery_mut(), now),
            failure => {
                // One that waited for the greeting of a tarpit had a session.
                let node = caller.delivery().connection.passage.node;
                if self.nodes[node.index()].has_waiting() {
                    self.push(Task::OfferSession(node));
                }
                Admission::Failed(failure)
            }
        };
        self.handle_admission(caller, admission, now);
    }

    /// Waits for an answer that comes later.
    pub(crate) fn wait_for_answer(&mut self, mut caller: Caller, at: Time, outcome: Outcome) {
        self.begin_waiting(caller.delivery_mut());
        self.calendar.schedule(at, Event::Answered(caller, outcome));
    }

    /// Waits in the backlog of a full node for its greeting.
    pub(crate) fn wait_in_backlog(&mut self, mut caller: Caller, now: Time) {
        self.begin_waiting(caller.delivery_mut());
        let Delivery { message, candidate, connection, .. } = *caller.delivery();
        self.note(&message, now, Step::InBacklog(candidate));
        let patience = self.sender(&message).behaviour.parameters.timeouts.greeting;
        self.backlogged += 1;
        let number = self.backlogged;
        match connection.passage.way {
            Way::Before(edge) => self.edges[edge.index()].wait(number),
            Way::Direct | Way::Through(..) => self.node_of(&connection).wait(number),
        }
        self.in_backlog.insert(number, caller);
        self.calendar.schedule(now + patience, Event::GreetingTimesOut(number));
    }

    /// Gives up a connection that has waited in a backlog for too long.
    pub(crate) fn time_out_greeting(&mut self, number: u64, now: Time) {
        let Some(caller) = self.in_backlog.remove(&number) else { return };
        let connection = caller.delivery().connection;
        match connection.passage.way {
            Way::Before(edge) => self.edges[edge.index()].leave_queue(number),
            Way::Direct | Way::Through(..) => self.node_of(&connection).leave_backlog(number),
        }
        self.handle_admission(caller, Admission::Failed(Outcome::NoGreeting), now);
    }

    fn begin_waiting(&mut self, delivery: &mut Delivery) {
        if !std::mem::replace(&mut delivery.has_waited, true) {
            let (table, message) = (self.sender(&delivery.message), delivery.message);
            self.sender_state(&message).begin_waiting(table, message.outbound_host);
        }
    }

    /// What a sender does where TLS cannot be set up, or where it does not trust whom it reached; the handshake takes no time. True if it goes on
    /// in clear.
    pub(crate) fn goes_on_in_clear(&mut self, delivery: &mut Delivery, outcome: Outcome, now: Time) -> bool {
        let message = delivery.message;
        match self.sender(&message).behaviour.on_tls_failure() {
            TlsFailure::NoTls => true,
            _ if outcome == Outcome::Untrusted || self.sender(&message).needs_tls => false,
            _ if delivery.connection.in_clear => true,
            TlsFailure::PlainSameHost => {
                let candidate = delivery.candidate;
                // An edge is taken to send the second connection to the node that it picked for the first.
                let passage = delivery.connection.passage;
                let node = passage.node;
                self.note_tried(delivery, Outcome::TlsFailed, now);
                self.recorder.failed(message.id, node);
                self.recorder.attempted(message.id, node);
                self.begin_connection(delivery, candidate, now);
                (delivery.connection.passage, delivery.connection.in_clear) = (passage, true);
                true
            }
            TlsFailure::NextHostThenPlain(long) => {
                let address = delivery.connection.address;
                self.sender_state(&message).send_in_clear(message.outbound_host, address, now + long);
                false
            }
            TlsFailure::NextHost | TlsFailure::Defer => false,
        }
    }

    /// Takes in that the connection of an attempt failed; the attempt comes back if it goes on with the next candidate.
    fn fail_connection(
        &mut self,
        mut attempt: Box<DeliveryAttempt>,
        outcome: Outcome,
        now: Time,
    ) -> Option<Box<DeliveryAttempt>> {
        let reaction = self.record_failure(&mut attempt.delivery, outcome, now);
        self.leave_edge(&mut attempt.delivery.connection, now);
        match reaction {
            Reaction::Next => {
                attempt.next += 1;
                return Some(attempt);
            }
            Reaction::Defer => self.end_undelivered(attempt, now),
            Reaction::Bounce => {
                self.bounce(&attempt.delivery, now);
                self.leave_connection(attempt, now);
            }
        }
        None
    }

    /// Ends an attempt that has no candidate left, or gives up: its message goes back to the queue.
    fn end_undelivered(&mut self, attempt: Box<DeliveryAttempt>, now: Time) {
        self.defer(&attempt.delivery, now);
        self.leave_connection(attempt, now);
    }

    /// Ends an attempt without delivery, whose last connection is none any more.
    pub(crate) fn leave_connection(&mut self, attempt: Box<DeliveryAttempt>, now: Time) {
        let (message, host_is_well) = (attempt.delivery.message, attempt.delivery.host_is_well());
        self.leave_child(&message, now);
        self.recycle(attempt);
        let table = self.sender(&message);
        if table.path.counts_connections() {
            self.outbound(message.of()).done(table.behaviour.parameters.concurrency, host_is_well, now);
            self.schedule_start_of_waiting(message.of());
        }
    }

    pub(crate) fn note_tried(&mut self, delivery: &Delivery, outcome: Outcome, now: Time) {
        let Delivery { message, candidate, connection, since, .. } = *delivery;
        self.note(&message, now, Step::Tried { candidate, connection: connection.number, since, outcome });
    }

    /// Tells a probe why a connection meets 421.
    pub(crate) fn note_over_limit(&mut self, delivery: &Delivery, excess: Excess, now: Time) {
        let Delivery { message, candidate, .. } = *delivery;
        self.note(&message, now, Step::OverLimit { candidate, excess });
    }

    /// Counts a failure and says what the sender does about it.
    pub(crate) fn record_failure(
        &mut self,
        delivery: &mut Delivery,
        outcome: Outcome,
        now: Time,
    ) -> Reaction {
        let Delivery { message, candidate, connection, .. } = *delivery;
        let node = connection.passage.node;
        if outcome.is_in_session() {
            let connection = connection.number;
            let objection = delivery.objection;
            self.note(&message, now, Step::TurnedAway { candidate, connection, outcome, objection });
        } else {
            self.note_tried(delivery, outcome, now);
        }
        if let Way::Before(edge) = connection.passage.way {
            self.recorder.ended_at_edge(message.id, edge);
        } else if outcome.is_permanent() {
            self.recorder.rejected(message.id, node);
        } else {
            self.recorder.failed(message.id, node);
        }
        if let Some(objection) = delivery.objection.take() {
            self.recorder.objected(message.id, node, objection);
        }
        delivery.failed.push((candidate, outcome));
        let behaviour = &self.sender(&message).behaviour;
        if behaviour.comes_back() {
            delivery.message.tied = Some((candidate.host, candidate.address));
        }
        match behaviour.react(outcome) {
            Reaction::Next if !behaviour.has_sessions_left(&delivery.failed) => Reaction::Defer,
            reaction => reaction,
        }
    }

    /// Gives a message up for a permanent failure.
    pub(crate) fn bounce(&mut self, delivery: &Delivery, now: Time) {
        self.learn(delivery, None, now);
        self.give_up(&delivery.message, now);
    }

    /// Puts a message back into the queue, unless the sender has had enough of it.
    pub(crate) fn defer(&mut self, delivery: &Delivery, now: Time) {
        if self.learn(delivery, None, now) {
            self.give_up(&delivery.message, now);
        } else {
            self.put_back(delivery.message, now);
        }
    }

    /// Gives a message up: it bounces.
    pub(crate) fn give_up(&mut self, message: &QueuedMessage, now: Time) {
        self.note(message, now, Step::Bounced);
        self.sender_state(message).forget_message(message);
        self.recorder.bounced(message.id);
    }

    /// Tells host memory how an attempt went; true if the sender gives the message up for it.
    pub(crate) fn learn(&mut self, delivery: &Delivery, accepted: Option<Candidate>, now: Time) -> bool {
        let table = self.sender(&delivery.message);
        self.sender_state(&delivery.message).learn(table, delivery, &delivery.failed, (accepted, now))
    }

    /// Puts a message back into the queue until its next attempt, or bounces it.
    pub(crate) fn put_back(&mut self, mut message: QueuedMessage, now: Time) {
        message.failures += 1;
        message.child = 0;
        let table = self.sender(&message);
        let state = self.sender_state(&message);
        let before = message.outbound_host;
        message.outbound_host = state.next_host(table, &message);
        let Some(at) = state.next_attempt(&table.behaviour.parameters.retry, &message, now) else {
            return self.give_up(&message, now);
        };
        message.is_listed = self.may_be_fetched(&message);
        if message.is_listed {
            self.sender_state(&message).note_deferred(message);
        }
        let outbound_host = Some(message.outbound_host).filter(|host| *host != before);
        self.note(&message, now, Step::Deferred { until: at, outbound_host });
        self.calendar.schedule(at, Event::Retry(message));
    }
}
