//! What becomes of a message in a session, and then of its connection.

use crate::engine::messages::delivery::{Caller, Delivery, DeliveryAttempt};
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::sending::connection::{AfterDelivery, Connection, FreeConnection};
use crate::engine::messages::state::{Event, Replication, Task};
use crate::engine::probe::{Step, Watching};
use crate::ids::{AddressId, HostId, MessageId, NodeId, OutboundId};
use crate::sender::{FiledUnder, Growth, HostOrder, Memory, Outcome, Reaction, Reuse};
use crate::time::{Span, Time};

const fn belongs_to_one_host(filed_under: FiledUnder) -> bool {
    matches!(filed_under, FiledUnder::Host | FiledUnder::Address)
}

impl<P: Watching> Replication<'_, '_, P> {
    /// How long a message holds a session of a node.
    pub(crate) fn session_time(&self, message: &QueuedMessage, node: NodeId) -> Span {
        if message.session_time > Span::ZERO {
            return message.session_time;
        }
        let draw = self.senders[message.id.sender.index()].session_draw(message);
        self.nodes[node.index()].session_time(draw)
    }

    /// The same time, or less if the sender's deliveries share its machine and not all it may have are under way.
    fn shared(&mut self, message: &QueuedMessage, time: Span) -> Span {
        let policy = self.sender(message).behaviour.parameters.concurrency;
        self.outbound(message.of()).shared(policy, time)
    }

    /// Delivers one message in a session whose end changes nothing for anybody else.
    #[inline]
    pub(crate) fn deliver_unwatched(
        &mut self,
        message: MessageId,
        host: HostId,
        address: AddressId,
        times: (Time, Time),
    ) {
        let node = self.world.topology.first_node_of(address).index();
        self.nodes[node].begin_until(message.sender, times, &mut self.recorder);
        self.recorder.will_be_accepted(message, host, address, times.1);
    }

    /// Begins a session: the node has greeted, and TLS is set up if wanted. A message that is turned away (`trouble`) holds its session as
    /// long as one that is taken: the node has to be told of it either way.
    pub(crate) fn begin_session(
        &mut self,
        mut attempt: Box<DeliveryAttempt>,
        trouble: Option<Outcome>,
        now: Time,
    ) {
        let delivery = &mut attempt.delivery;
        self.note_tried(delivery, Outcome::Accepted, now);
        let trouble = self.meets(delivery, trouble, now);
        (delivery.connection.opened, delivery.trouble) = (now, trouble);
        let (message, Connection { host, address, .. }) = (delivery.message, delivery.connection);
        let stays = self.sender(&message).behaviour.parameters.order.hosts == HostOrder::LastGood;
        if stays && trouble.is_none() {
            self.sender_state(&message).note_good(message.outbound_host, host);
        }
        let node = delivery.connection.passage.node;
        if self.sender(&message).path.counts_connections() {
            self.outbound(message.of()).opened(address);
            delivery.connection.ages_from = self.ages_from(message.of(), now);
        }
        let is_watched = trouble.is_some()
            || message.is_greylisted
            || self.nodes[node.index()].ever_bounces()
            || P::ACTIVE
            || !self.nodes[node.index()].ends_unwatched()
            || self.is_watched(&attempt.delivery);
        let state = &mut self.nodes[node.index()];
        if !state.has_session_time() {
            self.leave_edge(&mut attempt.delivery.connection, now);
            self.end_delivery(attempt, now);
        } else if !is_watched {
            let (greeting, time) = self.session_times(&attempt.delivery, node, now);
            let until = now + greeting + time;
            self.deliver_unwatched(message.id, host, address, (now, until));
            self.recycle(attempt);
        } else {
            let client = self.client_of(message.of(), &attempt.delivery.connection);
            self.nodes[node.index()].begin(client, now, &mut self.recorder);
            self.schedule_end(Caller::Attempt(attempt), now);
        }
    }

    /// Schedules the end of the transaction that has just begun.
    pub(crate) fn schedule_end(&mut self, caller: Caller, now: Time) {
        let Delivery { message, connection, .. } = *caller.delivery();
        let node = connection.passage.node;
        let (greeting, time) = self.session_times(caller.delivery(), node, now);
        let work = self.shared(&message, time);
        if greeting > Span::ZERO {
            self.note(&message, now, Step::GreetingHeldBack { node, delay: greeting });
        }
        let state = &mut self.nodes[node.index()];
        let at = state.finish_work(now, work) + greeting;
        state.begin_transaction(message.id.sender, (now, at), &mut self.recorder);
        self.calendar.schedule(at, Event::TransactionEnds(caller));
    }

    /// True if the sender learns from the end of the session, or waits for it.
    fn is_watched(&self, delivery: &Delivery) -> bool {
        let table = self.sender(&delivery.message);
        let state = &self.senders[delivery.message.id.sender.index()];
        let remembers = table.behaviour.parameters.memory != Memory::Nothing
            && !(delivery.failed.is_empty()
                && state.is_blank(delivery.message.outbound_host)
                && !state.has_own_times(&delivery.message));
        table.path.counts_connections() || remembers
    }

    /// Ends a transaction.
    pub(crate) fn end_transaction(&mut self, mut caller: Caller, now: Time) {
        self.break_in_transaction(caller.delivery_mut(), now);
        let connection = caller.delivery().connection;
        self.node_of(&connection).end_transaction();
        match caller {
            Caller::Attempt(attempt) => self.end_delivery(attempt, now),
            Caller::Destination(session) => self.end_message_of_session(session, now),
        }
    }

    /// Ends the transaction of an attempt: its message is taken, or turned away.
    fn end_delivery(&mut self, mut attempt: Box<DeliveryAttempt>, now: Time) {
        let message = attempt.delivery.message;
        match attempt.delivery.trouble.take() {
            None => {
                let connection = self.accept(&attempt.delivery, now);
                self.recycle(attempt);
                self.free_connection(message, FreeConnection { connection, delivered: true }, now);
            }
            Some(outcome) => self.turn_away(attempt, outcome, now),
        }
    }

    /// A message is not taken: it goes on elsewhere, goes back to the queue or bounces.
    fn turn_away(&mut self, mut attempt: Box<DeliveryAttempt>, outcome: Outcome, now: Time) {
        let (message, connection) = (attempt.delivery.message, attempt.delivery.connection);
        let is_lost = matches!(outcome, Outcome::Lost(_));
        match self.record_failure(&mut attempt.delivery, outcome, now) {
            Reaction::Next => {
                attempt.next += 1;
                let has_candidates = !attempt.candidates.is_empty();
                self.push(if has_candidates {
                    Task::TryCandidates(attempt)
                } else {
                    Task::TryOthers(attempt)
                });
                return self.release_connection(&message, connection, is_lost, now);
            }
            Reaction::Defer => self.defer(&attempt.delivery, now),
            Reaction::Bounce => self.bounce(&attempt.delivery, now),
        }
        if is_lost {
            self.leave_connection(attempt, now);
            self.close(message.of(), connection, now);
        } else {
            self.recycle(attempt);
            self.free_connection(message, FreeConnection { connection, delivered: false }, now);
        }
    }

    /// Takes a message in, which was delivered; returns the connection as it is afterwards.
    pub(crate) fn accept(&mut self, delivery: &Delivery, now: Time) -> Connection {
        let message = delivery.message;
        let connection = Connection { messages: delivery.connection.messages + 1, ..delivery.connection };
        let Connection { host, address, number, .. } = connection;
        self.note(
            &message,
            now,
            Step::Accepted { host, address, node: connection.passage.node, connection: number },
        );
        let node = connection.passage.node;
        self.recorder.accepted_by(message.id, (host, address), node, now);
        if self.nodes[node.index()].ever_bounces() && self.bounces(&message, &connection, now) {
            self.recorder.accepted_then_bounced(message.id, node);
            self.note(&message, now, Step::BouncedAfterwards { node });
        }
        if message.is_greylisted {
            self.recorder.accepted_after_greylisting(message.id, node, now);
        }
        // A message that went down an open connection has no candidates, but its delivery tells as much.
        let accepted = self.world.topology.candidate(0, host, address);
        self.learn(delivery, Some(accepted), now);
        connection
    }

    /// True if the node of a connection bounces a message that it has accepted at `now`.
    fn bounces(&self, message: &QueuedMessage, connection: &Connection, now: Time) -> bool {
        let node = connection.passage.node;
        self.nodes[node.index()].bounces(&self.identity(message, connection), now)
    }

    /// A connection is free after `message`.
    fn free_connection(&mut self, message: QueuedMessage, free: FreeConnection, now: Time) {
        if self.sender(&message).path.counts_connections() {
            self.push(Task::ReuseConnection(message, free));
        } else {
            self.close(message.of(), free.connection, now);
        }
    }

    /// Lets go of a connection whose message goes on elsewhere: it is kept for others if it still works, or closed.
    fn release_connection(
        &mut self,
        message: &QueuedMessage,
        connection: Connection,
        is_lost: bool,
        now: Time,
    ) {
        let table = self.sender(message);
        let policy = table.behaviour.parameters.reuse;
        if table.path.counts_connections() && !is_lost && self.can_keep(policy, &connection) {
            let after = self.outbound(message.of()).after(policy, &connection, message.failures > 0, now);
            if let AfterDelivery::StayOpen(idle) = after {
                return self.keep(message.of(), connection, (now, now + idle));
            }
        }
        self.close(message.of(), connection, now);
    }

    /// From when the age of a connection counts that begins now. Mail has been sent before the run, so the first connection in each place of
    /// an outbound host is as old as chance has it: otherwise busy hosts would all renew theirs at the same time, run after run. A run without
    /// a warm-up begins with no connection.
    fn ages_from(&mut self, of: OutboundId, now: Time) -> Time {
        let kept = self.world.sender(of.sender).behaviour.parameters.reuse.kept();
        let (Some(age), start) = (kept.and_then(|kept| kept.age), self.world.start) else { return now };
        if start >= Time::ZERO || now.since(start) >= age {
            return now;
        }
        let place = self.outbound(of).how_many_open();
        let used_up = start + self.senders[of.sender.index()].first_used_up(of.host, place, age);
        if now < used_up { used_up - age } else { now }
    }

    /// Gives a free connection its next message, keeps it open or closes it. Afterwards other waiting mail may have its turn.
    pub(crate) fn reuse_connection(&mut self, message: QueuedMessage, free: FreeConnection, now: Time) {
        let table = self.sender(&message);
        let (of, policy) = (message.of(), table.behaviour.parameters.reuse);
        let connection = free.connection;
        let can_keep = self.can_keep(policy, &connection);
        if let Growth::Processes { hand_over, .. } = table.behaviour.parameters.concurrency.growth {
            let hand_over = self.shared(&message, hand_over);
            return self.free_process_later(&message, connection, can_keep, hand_over, now);
        }
        self.leave_child(&message, now);
        self.schedule_start_of_waiting(of);
        let outbound = self.outbound(of);
        // A message that a node turned away in a session says nothing against the node (Postfix, `smtp_trouble.c`).
        outbound.done(table.behaviour.parameters.concurrency, true, now);
        let after = if can_keep {
            outbound.after(policy, &connection, message.failures > 0, now)
        } else {
            AfterDelivery::Close
        };
        // A child process has the connection that it opened, so that the first that is idle decides. Where a connection belongs to one host,
        // mail that waits finds out for itself whether it wants that one.
        let takes_any = !matches!(policy, Reuse::Child(_))
            && policy.kept().is_none_or(|kept| !belongs_to_one_host(kept.filed_under));
        let takes_next = takes_any && after != AfterDelivery::Close;
        let mut next = if takes_next { outbound.next_waiting() } else { None };
        self.queued -= usize::from(next.is_some());
        // One that was just turned away is not fetched again at once.
        if next.is_none() && after == AfterDelivery::NextWaiting && free.delivered {
            next = self.senders[of.sender.index()].fetch_deferred(of.host);
        }
        match (after, next) {
            (_, Some(next)) => self.deliver_over(next, connection, now),
            (AfterDelivery::StayOpen(idle), None) => self.keep(of, connection, (now, now + idle)),
            (AfterDelivery::Close | AfterDelivery::NextWaiting, None) => self.close(of, connection, now),
        }
    }

    /// Whether a connection may be kept at all: under TLS only some senders do.
    pub(crate) fn can_keep(&self, policy: Reuse, connection: &Connection) -> bool {
        let node = connection.passage.node;
        let tls = self.nodes[node.index()].offers_tls() && !connection.in_clear;
        policy.kept().is_some_and(|kept| kept.tls || !tls)
    }

    /// Keeps a connection open without work.
    pub(crate) fn keep(&mut self, of: OutboundId, connection: Connection, (now, until): (Time, Time)) {
        let on_demand = matches!(self.world.sender(of.sender).behaviour.parameters.reuse, Reuse::Demand(_));
        let outbound = self.outbound(of);
        if on_demand {
            outbound.bind(connection.address, now, until);
        }
        let number = outbound.keep(connection, until);
        // Its end only matters where an idle connection takes up a session.
        let node = &self.nodes[connection.passage.node.index()];
        if node.has_session_time() {
            node.note_idle(now, &mut self.recorder);
            self.calendar.schedule(until, Event::IdleTimesOut(of, number));
        }
    }

    /// Closes a connection that has been idle for too long, unless it has been used since.
    pub(crate) fn time_out_idle(&mut self, of: OutboundId, number: u32, now: Time) {
        if let Some(connection) = self.outbound(of).close_idle(number) {
            self.close(of, connection, now);
        }
    }

    /// True if the node of an open connection fails in a way that breaks it.
    pub(crate) fn is_broken(&self, message: &QueuedMessage, connection: &Connection, now: Time) -> bool {
        let node = connection.passage.node;
        let client = self.identity(message, connection);
        match connection.passage.edge() {
            Some(edge) => self.has_broken(edge, connection, &client, now),
            None => self.nodes[node.index()].breaks_connection(&client, now),
        }
    }

    /// Sends a message down an open connection.
    pub(crate) fn deliver_over(&mut self, message: QueuedMessage, connection: Connection, now: Time) {
        if self.is_broken(&message, &connection, now) {
            // The sender finds out and begins anew.
            self.push(Task::Attempt(message));
            return self.close(message.of(), connection, now);
        }
        let Connection { host, address, messages, number, .. } = connection;
        self.note(&message, now, Step::Reused { host, address, messages, connection: number });
        if message.failures > 0 {
            self.recorder.retried(message.id);
        }
        let outbound = self.outbound(message.of());
        // A message that waited is taken out of the queue now; for another this changes nothing.
        outbound.select(now);
        outbound.begin();
        let connection = Connection { kept_on_demand: outbound.keeps(), ..connection };
        // The others are looked up only if this one fails.
        let mut attempt = self.new_attempt(message, now);
        attempt.delivery.candidate = self.world.topology.candidate(0, host, address);
        self.adopt_connection(&mut attempt.delivery, connection, now);
        self.transact(attempt, now);
    }

    /// Begins a transaction on an open connection.
    fn transact(&mut self, attempt: Box<DeliveryAttempt>, now: Time) {
        if self.node_of(&attempt.delivery.connection).has_session_time() {
            self.schedule_end(Caller::Attempt(attempt), now);
        } else {
            self.end_delivery(attempt, now);
        }
    }

    /// Goes on over a connection that is open already.
    fn adopt_connection(&mut self, delivery: &mut Delivery, connection: Connection, now: Time) {
        delivery.connection = connection;
        self.begin_in_session(delivery, now);
    }

    /// Finds out what goes wrong with a message that begins in a session that is open.
    pub(crate) fn begin_in_session(&mut self, delivery: &mut Delivery, now: Time) {
        let client = self.identity(&delivery.message, &delivery.connection);
        let trouble = self.node_of(&delivery.connection).trouble_in_session(&client, now);
        delivery.trouble = self.meets(delivery, trouble, now);
    }

    /// Looks for an open connection that goes before a new one to the next candidate, for senders that look for one only now. The attempt comes
    /// back if there is none.
    pub(crate) fn try_idle_connection(
        &mut self,
        mut attempt: Box<DeliveryAttempt>,
        now: Time,
    ) -> Option<Box<DeliveryAttempt>> {
        let message = attempt.delivery.message;
        let Some(connection) = self.take_idle_for(&attempt, now) else { return Some(attempt) };
        if self.is_broken(&message, &connection, now) {
            self.push(Task::TryCandidates(attempt));
            self.close(message.of(), connection, now);
            return None;
        }
        let Connection { host, address, messages, number, .. } = connection;
        let preference = attempt.candidates[attempt.next].preference;
        attempt.put_next(self.world.topology.candidate(preference, host, address));
        attempt.delivery.candidate = attempt.candidates[attempt.next];
        self.adopt_connection(&mut attempt.delivery, connection, now);
        self.note(&message, now, Step::Reused { host, address, messages, connection: number });
        self.transact(attempt, now);
        None
    }

    /// Takes the idle connection that goes before a new one to the next candidate, if there is one.
    fn take_idle_for(&mut self, attempt: &DeliveryAttempt, now: Time) -> Option<Connection> {
        let message = attempt.delivery.message;
        let policy = self.sender(&message).behaviour.parameters.reuse;
        let takes_part = match policy {
            Reuse::QueueRun(_) => message.failures > 0,
            Reuse::Demand(_) => self.outbound(message.of()).uses_kept(),
            Reuse::Always(_) | Reuse::Last(_) => true,
            Reuse::Never | Reuse::Child(_) | Reuse::Batch(_) => false,
        };
        let kept = policy.kept().filter(|_| takes_part)?;
        let (left, mx_set) = (&attempt.candidates[attempt.next..], attempt.delivery.connection.mx_set);
        let next = left[0];
        let prefers =
            |host| left.iter().any(|other| other.preference == next.preference && other.host == host);
        let fits = |connection: &Connection| match kept.filed_under {
            // Any of the domain was looked for before; what has come up since is found by its address (Postfix, `smtp_reuse_addr`).
            FiledUnder::Domain => connection.address == next.address,
            FiledUnder::MxSet => connection.mx_set == mx_set,
            FiledUnder::Preference => prefers(connection.host),
            FiledUnder::Host => connection.host == next.host,
            FiledUnder::Address => connection.address == next.address,
        };
        self.take_idle(message.of(), fits, now)
    }

    /// Takes an idle connection that fits, the way the sender finds one.
    pub(crate) fn take_idle(
        &mut self,
        of: OutboundId,
        fits: impl Fn(&Connection) -> bool,
        now: Time,
    ) -> Option<Connection> {
        let on_demand = matches!(self.world.sender(of.sender).behaviour.parameters.reuse, Reuse::Demand(_));
        let outbound = self.outbound(of);
        if on_demand { outbound.take_bound(&fits, now) } else { outbound.take_idle(&fits, now) }
    }

    /// Closes a connection of an outbound host.
    pub(crate) fn close(&mut self, of: OutboundId, connection: Connection, now: Time) {
        if self.world.sender(of.sender).path.counts_connections() {
            self.outbound(of).closed(connection.address);
        }
        self.end_session(of, connection, now);
    }

    /// Ends the session that a connection took up, if it took up one.
    pub(crate) fn end_session(&mut self, of: OutboundId, mut connection: Connection, now: Time) {
        self.leave_edge(&mut connection, now);
        let node = connection.passage.node;
        let client = self.client_of(of, &connection);
        let state = &mut self.nodes[node.index()];
        if state.has_session_time() {
            state.end((of.sender, client), (connection.opened, now), connection.messages, &mut self.recorder);
            if state.has_waiting() {
                self.push(Task::OfferSession(node));
            }
        }
    }

    /// Gives a free session to the connection that has waited longest for one; and then to the next, if that one does not get as far as a
    /// session.
    pub(crate) fn offer_session(&mut self, node: NodeId, now: Time) {
        let Some(number) = self.nodes[node.index()].take_from_backlog(now) else { return };
        self.push(Task::OfferSession(node));
        if let Some(caller) = self.in_backlog.remove(&number) {
            let request = self.request(caller.delivery());
            let admission = self.nodes[node.index()].serve_waiting(request, now, &mut self.recorder);
            self.handle_admission(caller, admission, now);
        }
    }
}
