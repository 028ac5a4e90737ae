//! One node: it decides about itself what a connection finds there, and for how long.

mod checks;
pub(crate) mod clients;
mod delays;
pub(crate) mod edge;
pub(crate) mod greylisting;
pub(crate) mod limits;
pub(crate) mod passage;
mod passing_on;
mod queue;
pub(crate) mod sessions;
mod standing;
mod usage;
mod workers;

use crate::engine::connect::{ConnectResult, connect, outcome_of, silent_until};
use crate::engine::count::recorder::Recorder;
use crate::engine::world::topology::NodeTable;
use crate::ids::{MessageId, NodeId, SenderId};
use crate::node::{Client, Excess, Fault, Outage, QueueLevel, Schedule, SessionTime, State, WhenFull};
use crate::random::Key;
use crate::sender::{Outcome, Timeouts};
use crate::time::{Span, Time};
use clients::{ClientAddress, Clients};
use sessions::Sessions;
use std::borrow::Cow;
use std::collections::VecDeque;
use workers::Workers;

/// A connection as a node sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionRequest<'a> {
    /// The message it is for, for counting.
    pub(crate) message: MessageId,
    /// How long its sender waits.
    pub(crate) timeouts: &'a Timeouts,
    /// Who opens it, as faults tell clients apart.
    pub(crate) identity: Client,
    /// Where it comes from.
    pub(crate) client: ClientAddress,
    /// When its first SYN was sent.
    pub(crate) begun: Time,
}

/// What a node does with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It greets; what goes wrong later, in TLS or with the message, if anything does.
    Session(Option<Outcome>),
    /// It takes the connection, and the greeting has to wait until a session is free.
    Backlog,
    /// Its client is beyond a limit and is told so, 421.
    OverLimit(Excess),
    /// It fails at once.
    Failed(Outcome),
    /// Nothing comes back before then, and this is how it ends; with `Accepted` the node is asked again.
    NoAnswerUntil(Time, Outcome),
}

/// A node in one replication.
#[derive(Debug)]
pub(crate) struct Node<'w> {
    id: NodeId,
    table: &'w NodeTable,
    /// Its faults in this replication.
    faults: Cow<'w, Schedule>,
    sessions: Sessions,
    /// Numbers of the connections that wait for a session.
    backlog: VecDeque<u64>,
    /// The outages under way, and until when it is so.
    state: State,
    /// True if sessions take time or are limited at any node, so that they are counted.
    is_counted: bool,
    /// Its clients, if it limits them.
    clients: Option<Box<Clients>>,
    /// Its workers, if there are too few for any number of sessions.
    workers: Option<Workers>,
    /// The queue behind it, if mail waits there.
    queue: Option<QueueLevel>,
}

impl<'w> Node<'w> {
    /// A node before the first connection.
    pub(crate) fn new(
        id: NodeId,
        (table, faults): (&'w NodeTable, Cow<'w, Schedule>),
        is_counted: bool,
        start: Time,
    ) -> Self {
        let sessions = Sessions::new(table.capacity.sessions);
        let clients = Clients::new(table.capacity.clients);
        let workers = table.capacity.workers.map(Workers::new);
        let queue = table.capacity.queue.map(|queue| QueueLevel::new(queue, start));
        let (backlog, state) = (VecDeque::new(), State::unknown(start));
        Self { id, table, faults, sessions, backlog, state, is_counted, clients, workers, queue }
    }

    /// True if messages hold its sessions for some time.
    #[inline]
    pub(crate) fn has_session_time(&self) -> bool {
        self.table.capacity.session_time != SessionTime::Nothing
    }

    /// True if nothing ever depends on the end of a session, so that it needs no event.
    pub(crate) const fn ends_unwatched(&self) -> bool {
        self.table.capacity.backlog == 0
            && !self.limits_client_sessions()
            && self.workers.is_none()
            && !self.table.is_behind_edge
    }

    /// True if it offers STARTTLS.
    pub(crate) const fn offers_tls(&self) -> bool {
        self.table.capacity.tls
    }

    /// True if it may do something else with a message than take it as fast as ever: by a greylist, as one too many for its client or its queue,
    /// because it bounces what it has accepted, or because it is slow.
    #[inline]
    pub(crate) const fn looks_at_messages(&self) -> bool {
        let may_defer = self.table.greylists || self.clients.is_some() || self.queue.is_some();
        may_defer || self.table.bounces || self.table.delays
    }

    /// How long the message of this draw holds a session.
    pub(crate) fn session_time(&self, draw: Key) -> Span {
        self.table.session_times.draw(draw)
    }

    /// The outages under way at `now`, which never goes back, in the order in which they show.
    #[inline]
    pub(crate) fn outages(&mut self, now: Time) -> &[Outage] {
        if now >= self.state.until {
            self.state = self.faults.state_at(now);
        }
        self.faults.of_state(self.state)
    }

    /// Answers a connection that begins at `now`.
    #[inline]
    pub(crate) fn connect(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        if self.outages(now).is_empty() {
            return self.greet(request, now, recorder);
        }
        match connect(&self.faults, (request.begun, now), request.timeouts, &request.identity) {
            ConnectResult::Now(Outcome::Accepted) => self.greet_despite_faults(request, now, recorder),
            ConnectResult::Now(outcome) => Admission::Failed(outcome),
            ConnectResult::Later(at, outcome) => Admission::NoAnswerUntil(at, outcome),
        }
    }

    /// Answers the next SYN of a connection that has had no answer so far, or finds that its sender has given up: then the node was full.
    pub(crate) fn connect_again(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        if now.since(request.begun) < request.timeouts.connect_timeout() {
            return self.connect(request, now, recorder);
        }
        self.turn_away(request.message, Outcome::TimedOut, now, recorder)
    }

    /// Greets a connection that no fault keeps from it, if there is room.
    #[inline]
    pub(crate) fn greet(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        let message = request.message;
        if !self.is_counted {
            return self.admit(request, now, recorder);
        }
        let is_full = self.is_full(now);
        if is_full && self.backlog.len() >= self.table.capacity.backlog as usize {
            return match self.table.capacity.when_full {
                WhenFull::Busy => self.turn_away(message, Outcome::Busy, now, recorder),
                WhenFull::Refuse => self.turn_away(message, Outcome::Refused, now, recorder),
                WhenFull::Drop => {
                    let until = silent_until(request.begun, now, request.timeouts);
                    Admission::NoAnswerUntil(until, Outcome::Accepted)
                }
            };
        }
        recorder.sessions.connected(message.sender, self.id, now, false);
        if is_full { Admission::Backlog } else { self.admit(request, now, recorder) }
    }

    /// Turns a connection away for which there is no room.
    fn turn_away(
        &self,
        message: MessageId,
        outcome: Outcome,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        recorder.sessions.connected(message.sender, self.id, now, true);
        recorder.found_full(message, self.id);
        Admission::Failed(outcome)
    }

    /// The same for a connection that got as far as the greeting while the node had a fault: it may show later.
    fn greet_despite_faults(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        let admission = self.greet(request, now, recorder);
        self.hold_back(admission, request, (now, now + request.timeouts.greeting), recorder)
    }

    /// Gives a free session to a connection that has waited for one.
    pub(crate) fn serve_waiting(
        &mut self,
        request: ConnectionRequest<'_>,
        now: Time,
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        let admission = self.admit(request, now, recorder);
        // It has waited in the backlog since it began.
        let patience = request.begun + request.timeouts.greeting;
        self.hold_back(admission, request, (now, patience.max(now)), recorder)
    }

    /// The same admission, unless a tarpit holds its greeting back for longer than its sender waits, until `patience`. Meanwhile it has a session.
    fn hold_back(
        &mut self,
        admission: Admission,
        request: ConnectionRequest<'_>,
        (now, patience): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) -> Admission {
        let delay = self.greeting_delay(&request.identity, now);
        if delay == Span::ZERO || now + delay < patience || !matches!(admission, Admission::Session(_)) {
            return self.with_trouble(admission, &request.identity, now);
        }
        let (sender, times) = (request.message.sender, (now, patience));
        self.begin_uncounted(times, recorder);
        recorder.sessions.session(sender, self.id, times, 0);
        recorder.sessions.transaction(sender, self.id, times);
        Admission::NoAnswerUntil(patience, Outcome::NoGreeting)
    }

    /// The same admission with what goes wrong in the session, if it is to one.
    fn with_trouble(&self, admission: Admission, client: &Client, now: Time) -> Admission {
        match admission {
            Admission::Session(_) => Admission::Session(self.trouble(client, now, |_| true)),
            other => other,
        }
    }

    /// What goes wrong first with TLS, or with a message that begins at `now`, of what is `possible`.
    fn trouble(&self, client: &Client, now: Time, possible: impl Fn(Outcome) -> bool) -> Option<Outcome> {
        let outages = self.faults.under_way(now).iter();
        let past_greeting = outages.filter(|outage| outage.fault.is_past_greeting() && outage.hits(client));
        let mut outcomes = past_greeting.map(|outage| outcome_of(outage.fault));
        outcomes.find(|outcome| match outcome {
            Outcome::Accepted => false,
            Outcome::TlsFailed | Outcome::Untrusted => self.offers_tls() && possible(*outcome),
            _ => possible(*outcome),
        })
    }

    /// How long it is down for everybody between two moments.
    pub(crate) fn down(&self, from: Time, to: Time) -> Span {
        self.faults.down(from, to)
    }

    /// True if it ever bounces what it has accepted.
    #[inline]
    pub(crate) const fn ever_bounces(&self) -> bool {
        self.table.bounces
    }

    /// True if it bounces a message of this client that it accepts at `now`.
    pub(crate) fn bounces(&self, client: &Client, now: Time) -> bool {
        let outages = self.faults.under_way(now).iter();
        outages.filter(|outage| outage.fault == Fault::AcceptThenBounce).any(|outage| outage.hits(client))
    }

    /// The same on a connection that is open already: its TLS was set up when it was opened.
    pub(crate) fn trouble_in_session(&self, client: &Client, now: Time) -> Option<Outcome> {
        self.trouble(client, now, Outcome::is_in_session)
    }

    /// True if it fails at `now` in a way that breaks an open connection of this client.
    pub(crate) fn breaks_connection(&self, client: &Client, now: Time) -> bool {
        self.faults.breaks_connection(client, now)
    }

    /// True if no session is free at `now`.
    #[inline]
    pub(crate) fn is_full(&mut self, now: Time) -> bool {
        self.sessions.is_full(now)
    }

    /// Begins a session at `from` that ends at `to`, delivers one message and whose end changes nothing for anybody.
    #[inline]
    pub(crate) fn begin_until(
        &mut self,
        sender: SenderId,
        (from, to): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        recorder.sessions.single(sender, self.id, (from, to));
        self.begin_uncounted((from, to), recorder);
    }

    /// The same for a session that has been counted already.
    #[inline(always)]
    pub(crate) fn begin_uncounted(&mut self, times: (Time, Time), recorder: &mut Recorder<'_>) {
        self.sessions.begin_until(self.id, times, recorder);
    }

    /// Begins a session that an event will end.
    pub(crate) fn begin(&mut self, client: ClientAddress, now: Time, recorder: &mut Recorder<'_>) {
        self.sessions.begin(self.id, now, recorder);
        if let Some(clients) = &mut self.clients {
            clients.begin_session(client, now);
        }
    }

    /// Ends a session begun by [`Node::begin`], of these times, after so many messages.
    pub(crate) fn end(
        &mut self,
        (sender, client): (SenderId, ClientAddress),
        times: (Time, Time),
        messages: u32,
        recorder: &mut Recorder<'_>,
    ) {
        self.sessions.end();
        if let Some(clients) = &mut self.clients {
            clients.end_session(client);
        }
        recorder.sessions.session(sender, self.id, times, messages);
    }

    /// When a message is over that comes at `now` and needs so much work.
    pub(crate) fn finish_work(&mut self, now: Time, work: Span) -> Time {
        self.workers.as_mut().map_or(now + work, |workers| workers.finish(now, work))
    }

    /// A message is under way in such a session between these times.
    pub(crate) fn begin_transaction(
        &mut self,
        sender: SenderId,
        times: (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        self.sessions.work(self.id, times.0, recorder);
        recorder.sessions.transaction(sender, self.id, times);
    }

    /// It is over.
    pub(crate) fn end_transaction(&mut self) {
        self.sessions.rest();
    }

    /// A session is kept open without a message from now on.
    pub(crate) fn note_idle(&self, now: Time, recorder: &mut Recorder<'_>) {
        recorder.sessions.idle(self.id, now, self.sessions.idle());
    }

    /// True if connections wait in its backlog.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The connection that has waited longest, if a session is free for it.
    pub(crate) fn take_from_backlog(&mut self, now: Time) -> Option<u64> {
        if self.is_full(now) { None } else { self.backlog.pop_front() }
    }

    /// Puts the connection of this number into the backlog.
    pub(crate) fn wait(&mut self, number: u64) {
        self.backlog.push_back(number);
    }

    /// Takes a connection out of the backlog that gives up.
    pub(crate) fn leave_backlog(&mut self, number: u64) {
        self.backlog.retain(|&other| other != number);
    }

    /// Goes on into a new chunk of counting with the sessions that are open.
    pub(crate) fn begin_chunk(&mut self, recorder: &mut Recorder<'_>) {
        self.sessions.begin_chunk(self.id, recorder);
    }
}
