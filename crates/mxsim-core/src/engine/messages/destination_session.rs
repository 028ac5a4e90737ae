//! What happens between an outbound host and a destination that connections are opened for: mail that waits is looked after, connections are
//! opened, and sessions take what is next in the queue.

use crate::engine::messages::delivery::{Caller, DestinationSession};
use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::receiving::Admission;
use crate::engine::messages::resolve::NoCandidate;
use crate::engine::messages::sending::connection::Connection;
use crate::engine::messages::sending::destination::{
    DueEvent, EXCHANGES, Failing, Found, Idle, LATER_LOOK, MOST_TURNED_AWAY, SECOND_LOOK, TICK,
};
use crate::engine::messages::state::{Event, Replication};
use crate::engine::probe::{Step, Watching};
use crate::ids::{AddressId, OutboundId};
use crate::sender::{Candidate, Candidates, Concurrency, Memory, Outcome, Reaction};
use crate::time::{Span, Time};

/// A session without work: since when, and its number.
type WithoutWork = Option<(Time, u32)>;

impl<P: Watching> Replication<'_, '_, P> {
    fn concurrency(&self, of: OutboundId) -> Concurrency {
        self.world.sender(of.sender).behaviour.parameters.concurrency
    }

    /// The second in which an outbound host is, by its own clock.
    fn second(&self, of: OutboundId, now: Time) -> Time {
        self.senders[of.sender.index()].second(of.host, now)
    }

    fn schedule_due(&mut self, of: OutboundId, due: DueEvent, at: Time) {
        self.calendar.schedule(at, Event::DestinationDue(of, due));
    }

    /// Puts a message into the queue of its destination (mta.c, `mta_handle_envelope`).
    pub(crate) fn hand_over(&mut self, message: QueuedMessage, now: Time) {
        let of = message.of();
        self.note(&message, now, Step::Queued);
        if message.failures > 0 {
            self.recorder.retried(message.id);
        }
        self.destination(of).messages.push_back(message);
        self.queued += 1;
        self.tick_idle_session(of, now);
        self.drain(of, now);
        self.destination(of).release();
    }

    /// Handles what is due at a destination.
    pub(crate) fn handle_due(&mut self, of: OutboundId, due: DueEvent, now: Time) {
        match due {
            DueEvent::Drain => {
                self.destination(of).will_drain = false;
                self.drain(of, now);
                self.destination(of).release();
            }
            DueEvent::Connect(number) => {
                if self.destination(of).waits == Some(number) {
                    self.open_connections(of, now);
                }
            }
            DueEvent::FindWork(number) => {
                if let Some(idle) = self.destination(of).take_idle(number) {
                    self.find_work(idle.session, Some((idle.since, number)), now);
                }
            }
        }
    }

    /// Looks after mail that waits, now or when it is time to (mta.c, `mta_drain`).
    fn drain(&mut self, of: OutboundId, now: Time) {
        let second = self.second(of, now);
        loop {
            let destination = self.destination(of);
            if destination.messages.is_empty() {
                return;
            }
            if let Some(failing) = destination.failing {
                return self.flush(of, failing, now);
            }
            if destination.will_drain {
                return;
            }
            if let Some(next) = destination.next_look.filter(|&next| next > second) {
                destination.will_drain = true;
                return self.schedule_due(of, DueEvent::Drain, now + next.since(second));
            }
            self.look_for_connections(of, second, now);
        }
    }

    /// Opens connections, and says when to look again (mta.c, `mta_query_source` and `mta_on_source`). If every address is out of use twice in
    /// a row, mail is given back to the queue.
    fn look_for_connections(&mut self, of: OutboundId, second: Time, now: Time) {
        self.open_connections(of, now);
        let destination = self.destination(of);
        let wait = if std::mem::replace(&mut destination.known, true) { LATER_LOOK } else { SECOND_LOOK };
        if destination.broken {
            destination.bad_looks += 1;
            destination.next_look = None;
            if destination.bad_looks > 1 {
                destination.failing = Some(Failing::Defer);
            }
        } else {
            (destination.bad_looks, destination.next_look) = (0, Some(second + wait));
        }
    }

    /// All mail that waits goes back to the queue, or is given up (mta.c, `mta_flush`).
    fn flush(&mut self, of: OutboundId, failing: Failing, now: Time) {
        let messages = std::mem::take(&mut self.destination(of).messages);
        self.queued -= messages.len();
        for message in messages {
            match failing {
                Failing::Defer => self.put_back(message, now),
                Failing::Bounce => self.give_up(&message, now),
            }
        }
    }

    /// Decides on the connections that there are too few of, or waits until it may open one (mta.c, `mta_connect`).
    fn open_connections(&mut self, of: OutboundId, now: Time) {
        let (second, policy) = (self.second(of, now), self.concurrency(of));
        loop {
            let destination = self.destination(of);
            if destination.broken {
                return;
            }
            destination.waits = None;
            if !destination.wants_connection() {
                return;
            }
            let found = match destination.rests(policy.most, policy.pause(), second) {
                Some(until) => Found::Wait(until),
                None => self.find_route(of, second, now),
            };
            match found {
                Found::Route(candidate) => self.decide_on_connection(of, candidate, now),
                Found::Wait(until) => {
                    let destination = self.destination(of);
                    let number = destination.next_number();
                    destination.waits = Some(number);
                    return self.schedule_due(of, DueEvent::Connect(number), now + until.since(second));
                }
                Found::NoRoute => return self.destination(of).broken = true,
                Found::Failing(failing) => return self.destination(of).failing = Some(failing),
            }
        }
    }

    /// Finds the address to connect to. What is looked up and ordered is noted for the message that waits longest.
    fn find_route(&mut self, of: OutboundId, second: Time, now: Time) -> Found {
        let Some(&message) = self.destination(of).messages.front() else { return Found::NoRoute };
        let pause = self.concurrency(of).pause_per_address();
        let mut candidates = Candidates::new();
        match self.find_candidates(&message, &[], &mut candidates, now) {
            Ok(_) => self.destination(of).find(&candidates, pause, second),
            Err(NoCandidate::HeldBack) => Found::NoRoute,
            Err(NoCandidate::Permanent) => Found::Failing(Failing::Bounce),
            Err(NoCandidate::Unresolved(why)) => {
                self.note(&message, now, Step::NobodyToAsk(why));
                Found::Failing(Failing::Defer)
            }
        }
    }

    /// Decides to open a connection. It begins in the next turn of the sender's event loop, after everything else that is due at this moment:
    /// `connect` returns at once, and what comes of it is an event of its own (`ioev.c`, `io_connect`).
    fn decide_on_connection(&mut self, of: OutboundId, candidate: Candidate, now: Time) {
        let (second, policy) = (self.second(of, now), self.concurrency(of));
        let destination = self.destination(of);
        let Some(&first) = destination.messages.front() else { return };
        destination.opens(policy, candidate.address, second);
        self.tick_idle_session(of, now);
        let session = Box::new(DestinationSession::new(first, candidate, now));
        self.calendar.schedule(now, Event::SessionOpens(session));
    }

    /// Opens a connection that was decided on.
    pub(crate) fn open_session(&mut self, mut session: Box<DestinationSession>, now: Time) {
        let candidate = session.delivery.candidate;
        self.begin_connection(&mut session.delivery, candidate, now);
        let admission = self.connect(&mut session.delivery, now);
        self.admit_session(session, admission, now);
    }

    /// Takes in what a node does with the connection of a destination.
    pub(crate) fn admit_session(
        &mut self,
        mut session: Box<DestinationSession>,
        admission: Admission,
        now: Time,
    ) {
        match admission {
            Admission::Session(Some(outcome @ (Outcome::TlsFailed | Outcome::Untrusted)))
                if !self.goes_on_in_clear(&mut session.delivery, outcome, now) =>
            {
                self.fail_session(session, outcome, now);
            }
            Admission::Session(_) => self.make_session_ready(session, now),
            Admission::Backlog => self.wait_in_backlog(Caller::Destination(session), now),
            Admission::NoAnswerUntil(at, outcome) => {
                self.wait_for_answer(Caller::Destination(session), at, outcome);
            }
            Admission::OverLimit(excess) => {
                self.note_over_limit(&session.delivery, excess, now);
                self.fail_session(session, Outcome::Busy, now);
            }
            Admission::Failed(outcome) => self.fail_session(session, outcome, now),
        }
    }

    /// A connection did not get as far as a first message. The address is out of use for a while if none was ready there before.
    fn fail_session(&mut self, mut session: Box<DestinationSession>, outcome: Outcome, now: Time) {
        let (of, address) = (session.delivery.message.of(), session.delivery.connection.address);
        let table = self.world.sender(of.sender);
        let reaction = self.record_failure(&mut session.delivery, outcome, now);
        self.leave_edge(&mut session.delivery.connection, now);
        let remembers = matches!(table.behaviour.parameters.memory, Memory::Route { .. });
        let is_new = match self.destination(of).route_mut(address) {
            Some(route) if !route.valid => {
                route.down = !remembers;
                true
            }
            _ => false,
        };
        let delivery = &session.delivery;
        let failed = if is_new { &delivery.failed[..] } else { &[] };
        self.senders[of.sender.index()].learn(table, delivery, failed, (None, now));
        match reaction {
            Reaction::Next => {}
            Reaction::Defer => self.destination(of).failing = Some(Failing::Defer),
            Reaction::Bounce => self.destination(of).failing = Some(Failing::Bounce),
        }
        self.close_route(of, address, now);
        self.drain(of, now);
        self.destination(of).release();
    }

    /// A connection is gone, and perhaps another takes its place (mta.c, `mta_route_collect`).
    fn close_route(&mut self, of: OutboundId, address: AddressId, now: Time) {
        let (second, policy) = (self.second(of, now), self.concurrency(of));
        self.destination(of).closes(address, second);
        self.open_connections(of, now);
        self.destination(of).has_closed(policy, address, second);
        self.destination(of).release();
    }

    /// Makes a connection ready for its first message (`mta_session.c`, state `MTA_READY`).
    fn make_session_ready(&mut self, mut session: Box<DestinationSession>, now: Time) {
        let (of, address) = (session.delivery.message.of(), session.delivery.connection.address);
        self.note_tried(&session.delivery, Outcome::Accepted, now);
        session.delivery.connection.opened = now;
        let node = session.delivery.connection.passage.node.index();
        if self.nodes[node].has_session_time() {
            let client = self.client_of(of, &session.delivery.connection);
            self.nodes[node].begin(client, now, &mut self.recorder);
        } else {
            self.leave_edge(&mut session.delivery.connection, now);
        }
        if self.destination(of).is_ready(address) {
            self.open_connections(of, now);
        }
        self.find_work(session, None, now);
    }

    /// A session takes what is next, lingers, or is closed. It may have been without work before.
    fn find_work(&mut self, mut session: Box<DestinationSession>, idle: WithoutWork, now: Time) {
        loop {
            if self.is_broken(&session.delivery.message, &session.delivery.connection, now) {
                return self.close_session(session, now);
            }
            if self.is_worn(&session, now) {
                return self.quit(session, now);
            }
            let of = session.delivery.message.of();
            let Some(message) = self.destination(of).messages.pop_front() else {
                return self.linger(session, idle, now);
            };
            self.queued -= 1;
            self.take_message(&mut session, message, now);
            if self.node_of(&session.delivery.connection).has_session_time() {
                return self.schedule_end(Caller::Destination(session), now);
            }
            match self.complete_message(session, now) {
                Some(open) => session = open,
                None => return,
            }
        }
    }

    /// True if a connection takes no more messages.
    fn is_worn(&self, session: &DestinationSession, now: Time) -> bool {
        let policy = self.sender(&session.delivery.message).behaviour.parameters.reuse;
        let Connection { messages, opened, .. } = session.delivery.connection;
        let kept = policy.kept().filter(|_| self.can_keep(policy, &session.delivery.connection));
        let worn = match kept {
            None => messages > 0 || session.turned_away > 0,
            Some(kept) => kept.is_used_up(messages, now.since(opened)),
        };
        worn || session.turned_away >= MOST_TURNED_AWAY
    }

    /// A session begins with a message.
    fn take_message(&mut self, session: &mut DestinationSession, message: QueuedMessage, now: Time) {
        let Connection { host, address, messages, number, .. } = session.delivery.connection;
        let is_first = messages == 0 && session.turned_away == 0;
        if !is_first || message.id.number != session.delivery.message.id.number {
            self.note(&message, now, Step::Reused { host, address, messages, connection: number });
        }
        let delivery = &mut session.delivery;
        (delivery.message, delivery.begun) = (message, now);
        delivery.failed.clear();
        self.begin_in_session(delivery, now);
    }

    /// Ends the transaction of a session, which then looks for work.
    pub(crate) fn end_message_of_session(&mut self, session: Box<DestinationSession>, now: Time) {
        if let Some(open) = self.complete_message(session, now) {
            self.find_work(open, None, now);
        }
    }

    /// What becomes of the message of a session, which comes back if it goes on.
    fn complete_message(
        &mut self,
        mut session: Box<DestinationSession>,
        now: Time,
    ) -> Option<Box<DestinationSession>> {
        let delivery = &mut session.delivery;
        match delivery.trouble.take() {
            None => {
                delivery.connection = self.accept(delivery, now);
                session.turned_away = 0;
            }
            Some(outcome) => {
                match self.record_failure(delivery, outcome, now) {
                    Reaction::Bounce => self.bounce(delivery, now),
                    // No other address is tried for a message that one has turned away (`mta_session.c`, `mta_flush_task`).
                    Reaction::Defer | Reaction::Next => self.defer(delivery, now),
                }
                session.turned_away += 1;
                if matches!(outcome, Outcome::Lost(_)) {
                    self.close_session(session, now);
                    return None;
                }
            }
        }
        session.delivery.has_waited = false;
        Some(session)
    }

    /// Closes a session in good order. Until the node has said goodbye it counts as open and ready, so that two that find no work within this time
    /// both close, and mail that comes then waits for the next look (`mta_session.c`, state `MTA_QUIT`).
    fn quit(&mut self, session: Box<DestinationSession>, now: Time) {
        let node = session.delivery.connection.passage.node;
        if !self.nodes[node.index()].has_session_time() {
            return self.close_session(session, now);
        }
        let goodbye = Span(self.session_time(&session.delivery.message, node).0 / EXCHANGES);
        self.calendar.schedule(now + goodbye, Event::SessionQuits(session));
    }

    /// Closes a session.
    pub(crate) fn close_session(&mut self, session: Box<DestinationSession>, now: Time) {
        let (of, connection) = (session.delivery.message.of(), session.delivery.connection);
        self.destination(of).ready -= 1;
        self.end_session(of, connection, now);
        self.close_route(of, connection.address, now);
    }

    /// A session finds no work: it looks again each second if it is the last one, for a while.
    fn linger(&mut self, session: Box<DestinationSession>, idle: WithoutWork, now: Time) {
        let of = session.delivery.message.of();
        let policy = self.world.sender(of.sender).behaviour.parameters.reuse;
        let patience = policy.kept().map(|kept| kept.idle).unwrap_or_default();
        let destination = self.destination(of);
        let since = idle.map_or(now, |(since, _)| since);
        if destination.open > 1 || now.since(since) >= patience {
            return self.quit(session, now);
        }
        let node = &self.nodes[session.delivery.connection.passage.node.index()];
        if node.has_session_time() {
            node.note_idle(now, &mut self.recorder);
        }
        let destination = self.destination(of);
        let number = idle.map_or_else(|| destination.next_number(), |(_, number)| number);
        destination.idle = Some(Idle { session, since, number, ticking: false });
        if idle.is_none() {
            self.schedule_due(of, DueEvent::FindWork(number), now + patience);
        }
    }

    /// There is news for a session without work, which it sees when its second is over.
    fn tick_idle_session(&mut self, of: OutboundId, now: Time) {
        let Some(idle) = self.destination(of).idle.as_mut().filter(|idle| !idle.ticking) else { return };
        idle.ticking = true;
        let ticks = now.since(idle.since).0 / TICK.0 + 1;
        let (number, at) = (idle.number, idle.since + TICK.saturating_mul(ticks));
        self.schedule_due(of, DueEvent::FindWork(number), at);
    }
}
