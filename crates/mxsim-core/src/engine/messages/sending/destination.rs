//! The queue of a destination as OpenSMTPD keeps it: connections are opened for the destination and not for a message, one in some seconds, and
//! each takes what is next in the common queue once it is ready (mta.c and `mta_session.c` of 6.8.0p2; of 7.8.0p1 the same).
//!
//! Here is what one outbound host knows of its destination; `destination_session.rs` has what happens. The clock counts whole seconds, so every
//! pause is reckoned from the second in which it began.

use crate::engine::messages::delivery::DestinationSession;
use crate::engine::messages::message::QueuedMessage;
use crate::ids::AddressId;
use crate::sender::{Candidate, Candidates, Concurrency};
use crate::time::{Span, Time};
use smallvec::SmallVec;
use std::collections::VecDeque;

/// No more mail than this is held outside the queue (limit.c, `task_hiwat`).
pub(crate) const MOST_TASKS: usize = 50;
/// No more connections than this to one address (limit.c, `maxconn_per_route`).
pub(crate) const MOST_PER_ADDRESS: u32 = 5;
/// A session that has been turned away so often in a row is closed (`mta_session.c`, `MAX_TRYBEFOREDISABLE`).
pub(crate) const MOST_TURNED_AWAY: u32 = 10;
/// An address is left alone for so long after a connection to it closed (limit.c, `discdelay_route`), if it is still known then.
pub(crate) const CLOSING_REST: Span = Span::from_secs(3);
/// A message takes four exchanges (MAIL, RCPT, DATA, the text), and QUIT is one more of the same length.
pub(crate) const EXCHANGES: i64 = 4;
/// Where a limit stands in the way it is looked at again so late (mta.c, `DELAY_CHECK_LIMIT`).
pub(crate) const LIMIT_REST: Span = Span::from_secs(5);
/// New mail gives rise to connections so long after the first (mta.c, `DELAY_CHECK_SOURCE`), and then
pub(crate) const SECOND_LOOK: Span = Span::from_secs(1);
/// so often (mta.c, `DELAY_CHECK_SOURCE_SLOW`).
pub(crate) const LATER_LOOK: Span = Span::from_secs(10);
/// A session without work looks for some so often (`mta_session.c`, `mta_enter_state`, state `MTA_READY`).
pub(crate) const TICK: Span = Span::from_secs(1);

/// What an outbound host knows of its destination (`struct mta_relay` and its one connector).
#[derive(Debug, Default)]
pub(crate) struct DestinationQueue {
    /// Messages that wait for a session.
    pub(crate) messages: VecDeque<QueuedMessage>,
    /// Connections, those not ready included.
    pub(crate) open: u32,
    /// Connections that have come as far as a first message.
    pub(crate) ready: u32,
    pub(crate) routes: SmallVec<[Route; 4]>,
    pub(crate) last_opened: Option<Time>,
    /// When new mail gives rise to connections again; at once if absent.
    pub(crate) next_look: Option<Time>,
    /// Looks in a row that found every address out of use.
    pub(crate) bad_looks: u32,
    /// True once it has been looked for connections.
    pub(crate) known: bool,
    /// Every address is out of use: no connection is opened any more until all is forgotten.
    pub(crate) broken: bool,
    /// What becomes of all mail until all is forgotten.
    pub(crate) failing: Option<Failing>,
    /// A drain is due.
    pub(crate) will_drain: bool,
    /// The number of the wait for a new connection.
    pub(crate) waits: Option<u32>,
    pub(crate) idle: Option<Idle>,
    pub(crate) numbered: u32,
}

/// Something that is due at a destination.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DueEvent {
    /// Waiting mail is looked after.
    Drain,
    /// The wait of this number for a new connection is over.
    Connect(u32),
    /// The session without work of this number looks for some.
    FindWork(u32),
}

/// What becomes of mail that no connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    Defer,
    Bounce,
}

/// What is known of an address (`struct mta_route`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) address: AddressId,
    pub(crate) open: u32,
    /// True once a connection was ready.
    pub(crate) valid: bool,
    pub(crate) last_opened: Time,
    pub(crate) last_closed: Option<Time>,
    /// A connection is closing at this moment.
    pub(crate) closing: bool,
    /// Not to be tried again before all is forgotten, where host memory has nothing to say of it.
    pub(crate) down: bool,
}

/// A session without work.
#[derive(Debug)]
pub(crate) struct Idle {
    pub(crate) session: Box<DestinationSession>,
    pub(crate) since: Time,
    pub(crate) number: u32,
    /// It will look for work when its second is over.
    pub(crate) ticking: bool,
}

/// Where a new connection may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Found {
    Route(Candidate),
    /// Nowhere before then.
    Wait(Time),
    /// Nowhere any more.
    NoRoute,
    /// There is nobody to deliver to.
    Failing(Failing),
}

impl Route {
    /// Whether it may be forgotten: nobody uses it, and its pause is over (mta.c, `mta_route_unref`).
    pub(crate) fn is_over(&self, pause: Span, second: Time) -> bool {
        self.open == 0 && !self.closing && !self.down && self.last_opened + pause <= second
    }

    /// Until when no connection may be opened, and whether a limit is the reason (mta.c, `mta_find_route`).
    pub(crate) fn rests(&self, pause: Span, second: Time) -> Option<(Time, bool)> {
        // The first connection to an address has to be ready before there is a second one.
        if self.open >= MOST_PER_ADDRESS || (self.open > 0 && !self.valid) {
            return Some((second + LIMIT_REST, true));
        }
        let closed = self.last_closed.map(|last| last + CLOSING_REST);
        let ends = [Some(self.last_opened + pause), closed];
        ends.into_iter().flatten().find(|&until| until > second).map(|until| (until, false))
    }
}

impl DestinationQueue {
    /// True while it knows the addresses of its destination (mta.c: the queue holds its domain, connections and looks hold the queue).
    pub(crate) const fn is_alive(&self) -> bool {
        self.open > 0 || self.will_drain
    }

    /// Connections to an address.
    pub(crate) fn open(&self, address: AddressId) -> u32 {
        self.route(address).map_or(0, |route| route.open)
    }

    /// The mail that still waits, when time is over.
    pub(crate) fn into_messages(self) -> impl Iterator<Item = QueuedMessage> {
        self.messages.into_iter()
    }

    pub(crate) fn route(&self, address: AddressId) -> Option<&Route> {
        self.routes.iter().find(|route| route.address == address)
    }

    pub(crate) fn route_mut(&mut self, address: AddressId) -> Option<&mut Route> {
        self.routes.iter_mut().find(|route| route.address == address)
    }

    /// True if there are fewer connections than the mail that waits asks for (mta.c, `mta_connect`).
    pub(crate) fn wants_connection(&self) -> bool {
        let (waiting, open) = (self.messages.len().min(MOST_TASKS), self.open as usize);
        waiting > self.ready as usize && (open <= 2 || open < waiting / 2)
    }

    /// Until when no connection may be opened, wherever it would go.
    pub(crate) fn rests(&self, most: u32, pause: Span, second: Time) -> Option<Time> {
        if self.open >= most {
            return Some(second + LIMIT_REST);
        }
        self.last_opened.map(|last| last + pause).filter(|&until| until > second)
    }

    /// The first of the candidates that may have a connection now, of the best preference: a worse one is for failures, not for pauses.
    pub(crate) fn find(&self, candidates: &Candidates, pause: Span, second: Time) -> Found {
        let is_down = |candidate: &&Candidate| self.route(candidate.address).is_some_and(|route| route.down);
        for class in candidates.chunk_by(|a, b| a.preference == b.preference) {
            let (mut limit, mut again): (Option<Time>, Option<Time>) = (None, None);
            for candidate in class.iter().filter(|candidate| !is_down(candidate)) {
                let known = self.route(candidate.address).filter(|route| !route.is_over(pause, second));
                match known.and_then(|route| route.rests(pause, second)) {
                    None => return Found::Route(*candidate),
                    Some((until, true)) => limit = Some(until),
                    Some((until, false)) => again = Some(again.map_or(until, |first| first.min(until))),
                }
            }
            if let Some(until) = limit.or(again) {
                return Found::Wait(until);
            }
        }
        Found::NoRoute
    }

    /// A connection is begun.
    pub(crate) fn opens(&mut self, policy: Concurrency, address: AddressId, second: Time) {
        self.open += 1;
        self.last_opened = Some(second);
        self.forget_routes(policy, second);
        match self.route_mut(address) {
            Some(route) => (route.open, route.last_opened) = (route.open + 1, second),
            None => self.routes.push(Route {
                address,
                open: 1,
                valid: false,
                last_opened: second,
                last_closed: None,
                closing: false,
                down: false,
            }),
        }
    }

    /// A connection is ready; true if it is the first to its address.
    pub(crate) fn is_ready(&mut self, address: AddressId) -> bool {
        self.ready += 1;
        self.route_mut(address).is_some_and(|route| !std::mem::replace(&mut route.valid, true))
    }

    /// A connection closes.
    pub(crate) fn closes(&mut self, address: AddressId, second: Time) {
        self.open -= 1;
        if let Some(route) = self.route_mut(address) {
            (route.open, route.last_closed, route.closing) = (route.open - 1, Some(second), true);
        }
    }

    /// It has closed: an address that nobody uses is forgotten, and with it that a connection was closed.
    pub(crate) fn has_closed(&mut self, policy: Concurrency, address: AddressId, second: Time) {
        if let Some(route) = self.route_mut(address) {
            route.closing = false;
        }
        self.forget_routes(policy, second);
    }

    pub(crate) fn forget_routes(&mut self, policy: Concurrency, second: Time) {
        let pause = policy.pause_per_address();
        self.routes.retain(|route| !route.is_over(pause, second));
    }

    /// Forgets all but what is known of addresses, if nobody holds it (mta.c, `mta_relay_unref`).
    pub(crate) fn release(&mut self) {
        if self.is_alive() || !self.messages.is_empty() {
            return;
        }
        let mut routes = std::mem::take(&mut self.routes);
        routes.iter_mut().for_each(|route| route.down = false);
        *self = Self { routes, numbered: self.numbered, ..Self::default() };
    }

    pub(crate) fn next_number(&mut self) -> u32 {
        self.numbered = self.numbered.wrapping_add(1);
        self.numbered
    }

    pub(crate) fn take_idle(&mut self, number: u32) -> Option<Idle> {
        self.idle.take_if(|idle| idle.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::messages::sending::arrival_block::Arrival;
    use crate::ids::{HostId, SenderId};
    use crate::sender::Growth;

    const PAUSE: Span = Span::from_secs(5);
    const CONCURRENCY: Concurrency = Concurrency {
        initial: 1,
        most: 20,
        growth: Growth::HalfQueue { pause: Span::from_secs(2), pause_per_address: PAUSE },
    };

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn mail(number: u64) -> QueuedMessage {
        let arrival = Arrival { number, outbound_host: 0, first: None, session_time: None };
        QueuedMessage::new(SenderId(0), &arrival, at(0))
    }

    fn with_tasks(tasks: u64) -> DestinationQueue {
        DestinationQueue { messages: (0..tasks).map(mail).collect(), ..DestinationQueue::default() }
    }

    fn candidate((preference, number): (u16, u16)) -> Candidate {
        Candidate { preference, host: HostId(number), address: AddressId(number), ..Candidate::NONE }
    }

    /// Two of preference 10 and a backup.
    fn found(queue: &DestinationQueue, second: i64) -> Found {
        let list: Candidates = [(10, 1), (10, 2), (20, 3)].into_iter().map(candidate).collect();
        queue.find(&list, PAUSE, at(second))
    }

    fn route(number: usize) -> Found {
        Found::Route([candidate((10, 1)), candidate((10, 2)), candidate((20, 3))][number - 1])
    }

    #[test]
    fn connections_are_opened_two_at_once_or_up_to_half_of_what_waits() {
        let mut queue = with_tasks(1);
        assert!(queue.wants_connection());
        queue.opens(CONCURRENCY, AddressId(1), at(0));
        assert!(queue.wants_connection(), "one that is not ready does not count");
        queue.is_ready(AddressId(1));
        assert!(!queue.wants_connection());
        let mut queue = with_tasks(300);
        (1..=3).for_each(|address| queue.opens(CONCURRENCY, AddressId(address), at(0)));
        assert!(queue.wants_connection(), "three are fewer than half of fifty");
        queue.messages.truncate(7);
        assert!(!queue.wants_connection(), "three are half of seven");
        queue.messages.truncate(8);
        assert_eq!(queue.rests(20, Span::from_secs(2), at(1)), Some(at(2)));
        assert_eq!(queue.rests(20, Span::from_secs(2), at(2)), None);
        assert_eq!(queue.rests(3, Span::from_secs(2), at(2)), Some(at(7)), "a limit is looked at after 5 s");
    }

    #[test]
    fn an_address_has_no_second_connection_before_the_first_is_ready() {
        let mut queue = with_tasks(9);
        queue.opens(CONCURRENCY, AddressId(1), at(0));
        assert_eq!(found(&queue, 2), route(2));
        queue.opens(CONCURRENCY, AddressId(2), at(2));
        assert_eq!(found(&queue, 60), Found::Wait(at(65)), "the backup is for failures, not for silence");
        queue.is_ready(AddressId(2));
        assert_eq!(found(&queue, 60), route(2));
        assert_eq!(found(&queue, 4), Found::Wait(at(9)), "a limit counts before a pause");
        queue.is_ready(AddressId(1));
        assert_eq!(found(&queue, 4), Found::Wait(at(5)), "five seconds between connections to an address");
        assert_eq!(found(&queue, 5), route(1));
    }

    #[test]
    fn an_address_is_forgotten_with_its_last_connection() {
        let mut queue = with_tasks(9);
        queue.opens(CONCURRENCY, AddressId(1), at(0));
        queue.is_ready(AddressId(1));
        queue.closes(AddressId(1), at(8));
        assert_eq!(found(&queue, 8), route(2), "three seconds after a connection closed");
        queue.has_closed(CONCURRENCY, AddressId(1), at(8));
        assert_eq!(found(&queue, 8), route(1), "but nobody knows of it any more");
        queue.opens(CONCURRENCY, AddressId(1), at(9));
        queue.closes(AddressId(1), at(10));
        queue.has_closed(CONCURRENCY, AddressId(1), at(10));
        assert_eq!(found(&queue, 13), route(2), "within its five seconds it is known");
        assert_eq!(found(&queue, 14), route(1));
    }

    #[test]
    fn all_is_forgotten_when_neither_a_connection_nor_a_look_holds_it() {
        let mut queue = with_tasks(0);
        queue.opens(CONCURRENCY, AddressId(1), at(0));
        (queue.broken, queue.failing) = (true, Some(Failing::Defer));
        queue.release();
        assert!(queue.broken, "a connection holds it");
        queue.closes(AddressId(1), at(1));
        queue.will_drain = true;
        queue.release();
        assert!(queue.broken, "a look holds it");
        queue.will_drain = false;
        queue.release();
        assert!(!queue.broken && queue.failing.is_none() && queue.last_opened.is_none());
        assert_eq!(found(&queue, 1), route(2), "what is known of an address stays");
    }
}
