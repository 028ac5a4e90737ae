//! The connections of one outbound host: how many at the same time, which are kept open, and the mail that waits for one.

use crate::engine::messages::message::QueuedMessage;
use crate::engine::messages::sending::child_processes::Children;
use crate::engine::messages::sending::connection::{AfterDelivery, Connection};
use crate::engine::messages::sending::processes::Processes;
use crate::ids::AddressId;
use crate::sender::{Concurrency, Growth, Reuse, ReuseLimits};
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// Postfix keeps connections while a delivery begins within this time after the last one ended (`qmgr_entry.c`, `BACK_TO_BACK_DELIVERY`).
const BACK_TO_BACK: Span = Span::from_secs(1);

/// The connections to one address.
#[derive(Debug, Clone, Copy)]
struct Link {
    address: AddressId,
    /// How many are open, idle ones included.
    open: u32,
}

/// A connection without work.
#[derive(Debug, Clone, Copy)]
struct Idle {
    connection: Connection,
    until: Time,
    /// Tells it from all others of this outbound host.
    number: u32,
}

/// One outbound host.
#[derive(Debug, Default)]
pub(crate) struct OutboundHost {
    /// Deliveries under way.
    busy: u32,
    /// How many there may be.
    allowed: u32,
    /// Messages that wait for their turn.
    waiting: VecDeque<QueuedMessage>,
    idle: Vec<Idle>,
    /// Before then none of them has been idle for too long.
    none_over_before: Time,
    numbered: u32,
    /// When the last delivery of this queue ended.
    last_done: Option<Time>,
    /// True while Postfix has connections kept that deliver now.
    keeps: bool,
    /// True once it has, so that those kept before are used.
    uses_kept: bool,
    links: Vec<Link>,
    pub(crate) children: Children,
    /// Addresses with connections kept, in the order in which the first was kept, and until when that is known.
    bound: Vec<(AddressId, Time)>,
    /// Who delivers, where that takes a process.
    pub(crate) processes: Processes,
    /// True while a task is due that starts waiting mail.
    pub(crate) start_is_due: bool,
}

impl OutboundHost {
    pub(crate) fn new(policy: Concurrency) -> Self {
        Self { allowed: policy.initial, ..Self::default() }
    }

    /// True if another delivery may begin while `tasks` messages want to.
    pub(crate) fn may_begin(&self, policy: Concurrency, tasks: usize) -> bool {
        match policy.growth {
            // Those that open connections by the queue open them for the destination (`relay/`).
            Growth::ByOne | Growth::HalfQueue { .. } => self.busy < self.allowed,
            Growth::Processes { .. } => self.busy < self.allowed && self.processes.any_free(),
            Growth::Exponential { rate } => {
                let part = 1.0 - libm::exp(-rate * tasks as f64);
                f64::from(self.busy) < libm::ceil(f64::from(policy.most) * part).min(f64::from(policy.most))
            }
        }
    }

    /// Connections that are open, to whatever address.
    pub(crate) fn how_many_open(&self) -> u32 {
        self.links.iter().map(|link| link.open).sum()
    }

    fn how_many_idle(&self, now: Time) -> usize {
        self.idle.iter().filter(|idle| now <= idle.until).count()
    }

    /// A connection is opened.
    pub(crate) fn opened(&mut self, address: AddressId) {
        match self.links.iter_mut().find(|link| link.address == address) {
            Some(link) => link.open += 1,
            None => self.links.push(Link { address, open: 1 }),
        }
    }

    /// A connection is closed.
    pub(crate) fn closed(&mut self, address: AddressId) {
        if let Some(link) = self.links.iter_mut().find(|link| link.address == address) {
            link.open = link.open.saturating_sub(1);
        }
    }

    /// Connections open to an address.
    pub(crate) fn open(&self, address: AddressId, now: Time) -> u32 {
        let open = self.links.iter().find(|link| link.address == address).map_or(0, |link| link.open);
        let is_over = |idle: &&Idle| idle.until < now && idle.connection.address == address;
        open.saturating_sub(self.idle.iter().filter(is_over).count() as u32)
    }

    /// True if it has a delivery under way, mail that waits or a connection open.
    pub(crate) fn is_at_work(&self) -> bool {
        self.busy > 0 || !self.waiting.is_empty() || !self.idle.is_empty()
    }

    pub(crate) const fn is_busy(&self) -> bool {
        self.busy > 0
    }

    /// How long something takes of which this is the time while as many deliveries as there may be are under way.
    pub(crate) fn shared(&self, policy: Concurrency, time: Span) -> Span {
        policy.shared(time, self.busy)
    }

    pub(crate) fn wait(&mut self, message: QueuedMessage) {
        self.waiting.push_back(message);
    }

    /// Messages that wait for their turn.
    pub(crate) fn how_many_wait(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) const fn begin(&mut self) {
        self.busy += 1;
        self.processes.take();
    }

    /// The number of the process to be started for mail that waits, if that is what it waits for.
    pub(crate) fn starts_process(&mut self, policy: Concurrency) -> Option<u64> {
        let wanted = matches!(policy.growth, Growth::Processes { .. })
            && self.busy < self.allowed
            && !self.waiting.is_empty();
        if wanted { self.processes.start() } else { None }
    }

    /// A delivery is over. Postfix, `qmgr_queue.c`: success allows one more, failure one less, but never none. Where the first and the
    /// largest number are the same there is no such feedback, only a fixed limit (qmail, `concurrencyremote`).
    pub(crate) fn done(&mut self, policy: Concurrency, delivered: bool, now: Time) {
        if policy.initial == policy.most {
            self.allowed = policy.most;
        } else if delivered {
            // No further than the initial number beyond what is in use.
            let most = policy.most.min(self.busy.saturating_add(policy.initial));
            self.allowed = self.allowed.saturating_add(1).min(most.max(self.allowed));
        } else {
            self.allowed = self.allowed.saturating_sub(1).max(1);
        }
        self.busy -= 1;
        self.processes.give_back();
        self.last_done = Some(now);
        if self.busy == 0 && self.waiting.is_empty() {
            self.allowed = policy.initial;
            (self.last_done, self.keeps, self.uses_kept) = (None, false, false);
        }
    }

    /// Postfix takes a message out of the queue: true if a connection that was kept may be used (`qmgr_entry.c`, `qmgr_entry_select`).
    /// Connections are kept from the first delivery on that begins within a second after another ended, and as long as deliveries follow
    /// each other so or overlap. A queue that has run empty is forgotten, and with it that connections were kept: messages one by one have
    /// one each.
    pub(crate) fn select(&mut self, now: Time) -> bool {
        let back_to_back = self.last_done.is_some_and(|last| now.since(last) <= BACK_TO_BACK);
        self.keeps = back_to_back || (self.keeps && self.busy > 0);
        self.uses_kept |= self.keeps;
        self.uses_kept
    }

    /// The next mail that waits, for a connection that is at hand.
    pub(crate) fn next_waiting(&mut self) -> Option<QueuedMessage> {
        self.waiting.pop_front()
    }

    /// The next mail that waits, if it may begin.
    pub(crate) fn next_that_may_begin(&mut self, policy: Concurrency) -> Option<QueuedMessage> {
        if self.may_begin(policy, self.waiting.len()) { self.waiting.pop_front() } else { None }
    }

    /// True if Postfix has the connection kept of the message that it took out of the queue last.
    pub(crate) const fn keeps(&self) -> bool {
        self.keeps
    }

    /// True if [`OutboundHost::select`] said so last.
    pub(crate) const fn uses_kept(&self) -> bool {
        self.uses_kept
    }

    /// What becomes of a connection that has just delivered a message, `retried` or not.
    pub(crate) fn after(
        &mut self,
        policy: Reuse,
        connection: &Connection,
        retried: bool,
        now: Time,
    ) -> AfterDelivery {
        let wear = |kept: ReuseLimits| kept.is_used_up(connection.messages, now.since(connection.ages_from));
        // It is not kept longer than it may still take a message.
        let stay = |kept: ReuseLimits| {
            let left = kept.age.map_or(kept.idle, |most| (connection.ages_from + most).since(now));
            AfterDelivery::StayOpen(kept.idle.min(left))
        };
        match policy {
            Reuse::Never => AfterDelivery::Close,
            _ if policy.kept().is_some_and(wear) => AfterDelivery::Close,
            Reuse::Demand(kept) if connection.kept_on_demand => stay(kept),
            Reuse::Demand(_) => AfterDelivery::Close,
            Reuse::Always(kept) | Reuse::Child(kept) => stay(kept),
            Reuse::Last(kept) if self.busy == 0 && self.how_many_idle(now) == 0 => stay(kept),
            Reuse::Last(_) => AfterDelivery::NextWaiting,
            Reuse::Batch(_) => AfterDelivery::NextWaiting,
            // Only mail of the same queue run may follow, which comes at once or waits already.
            Reuse::QueueRun(kept) if retried => stay(kept),
            Reuse::QueueRun(_) => AfterDelivery::Close,
        }
    }

    /// Keeps a connection open; gives its number.
    pub(crate) fn keep(&mut self, connection: Connection, until: Time) -> u32 {
        self.numbered = self.numbered.wrapping_add(1);
        self.none_over_before = if self.idle.is_empty() { until } else { self.none_over_before.min(until) };
        self.idle.push(Idle { connection, until, number: self.numbered });
        self.numbered
    }

    /// An idle connection that fits, the one used last.
    pub(crate) fn take_idle(&mut self, fits: impl Fn(&Connection) -> bool, now: Time) -> Option<Connection> {
        self.forget_idle(now);
        let place = self.idle.iter().rposition(|idle| fits(&idle.connection))?;
        Some(self.idle.remove(place).connection)
    }

    /// An idle connection that fits, as Postfix finds it (`scache_multi.c`): of the address that has been bound to the domain longest, and
    /// among those the one kept longest.
    pub(crate) fn take_bound(&mut self, fits: impl Fn(&Connection) -> bool, now: Time) -> Option<Connection> {
        self.forget_idle(now);
        let rank = |idle: &Idle| self.bound.iter().position(|bound| bound.0 == idle.connection.address);
        let fitting = self.idle.iter().enumerate().filter(|(_, idle)| fits(&idle.connection));
        let place = fitting.min_by_key(|(_, idle)| rank(idle))?.0;
        Some(self.idle.remove(place).connection)
    }

    /// Binds an address to the domain, at the end of the list unless it is there (`scache_multi_save_dest`).
    pub(crate) fn bind(&mut self, address: AddressId, now: Time, until: Time) {
        self.bound.retain(|bound| now <= bound.1);
        match self.bound.iter_mut().find(|bound| bound.0 == address) {
            Some(bound) => bound.1 = until,
            None => self.bound.push((address, until)),
        }
    }

    /// Closes the connections whose time without work is over.
    fn forget_idle(&mut self, now: Time) {
        if now <= self.none_over_before {
            return;
        }
        while let Some(over) = self.idle.iter().position(|idle| idle.until < now) {
            let idle = self.idle.remove(over);
            self.closed(idle.connection.address);
        }
        self.none_over_before = self.idle.iter().map(|idle| idle.until).min().unwrap_or(Time::NEVER);
    }

    /// Takes the idle connection of this number, if it has not been used since.
    pub(crate) fn close_idle(&mut self, number: u32) -> Option<Connection> {
        let place = self.idle.iter().position(|idle| idle.number == number)?;
        Some(self.idle.remove(place).connection)
    }

    /// The mail that still waits, when time is over.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = QueuedMessage> {
        self.waiting.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::messages::sending::arrival_block::Arrival;
    use crate::ids::SenderId;
    use crate::sender::{Candidate, FiledUnder};

    const KEPT: ReuseLimits = ReuseLimits {
        idle: Span::from_secs(2),
        messages: Some(3),
        age: None,
        tls: true,
        filed_under: FiledUnder::Domain,
    };

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn connection(messages: u32) -> Connection {
        Connection { messages, ..Connection::to(&Candidate::NONE, at(0)) }
    }

    #[test]
    fn postfix_keeps_a_connection_only_while_deliveries_follow_each_other() {
        let policy = Concurrency { initial: 5, most: 20, growth: Growth::ByOne };
        let mut host = OutboundHost::new(policy);
        let begin = |host: &mut OutboundHost, now| {
            host.select(at(now));
            host.begin();
            Connection { kept_on_demand: host.keeps(), ..connection(1) }
        };
        let end = |host: &mut OutboundHost, connection, now| {
            host.done(policy, true, at(now));
            host.after(Reuse::Demand(KEPT), &connection, false, at(now))
        };
        let [first, second, third] = [0, 0, 0].map(|now| begin(&mut host, now));
        assert_eq!(
            end(&mut host, first, 1),
            AfterDelivery::Close,
            "taken out of the queue before any had ended"
        );
        let fourth = begin(&mut host, 2);
        assert_eq!(end(&mut host, fourth, 3), AfterDelivery::StayOpen(KEPT.idle), "one second after");
        let fifth = begin(&mut host, 9);
        assert_eq!(end(&mut host, fifth, 9), AfterDelivery::StayOpen(KEPT.idle), "while others go on");
        assert_eq!(end(&mut host, second, 9), AfterDelivery::Close, "as was decided when it was taken");
        assert_eq!(end(&mut host, third, 9), AfterDelivery::Close);
        let sixth = begin(&mut host, 9);
        assert_eq!(end(&mut host, sixth, 9), AfterDelivery::Close, "the queue had run empty");
    }

    /// Postfix, `scache_multi.c`: `scache_multi_find_dest` goes through the addresses in the order in which they were bound to the domain, and
    /// `scache_multi_find_endp` gives the connection that was kept first; both add at the end (`ring_prepend`).
    #[test]
    fn postfix_uses_up_the_connections_to_one_address_before_it_looks_at_the_next() {
        let mut host = OutboundHost::default();
        let keep = |host: &mut OutboundHost, address, number, second| {
            let until = at(second) + KEPT.idle;
            let address = AddressId(address);
            host.bind(address, at(second), until);
            host.keep(Connection { address, number, ..connection(1) }, until);
        };
        [(7, 1), (3, 2), (7, 3)]
            .into_iter()
            .for_each(|(address, number)| keep(&mut host, address, number, 0));
        let take = |host: &mut OutboundHost, now| host.take_bound(|_| true, now).map(|taken| taken.number);
        assert_eq!([take(&mut host, at(1)), take(&mut host, at(1))], [Some(1), Some(3)], "both of address 7");
        keep(&mut host, 7, 4, 1);
        assert_eq!(take(&mut host, at(1)), Some(4), "which stays in front of address 3");
        assert_eq!(
            host.take_bound(|other| other.address == AddressId(3), at(1)).map(|taken| taken.number),
            Some(2)
        );
        keep(&mut host, 3, 5, 4);
        keep(&mut host, 7, 6, 4);
        assert_eq!(
            take(&mut host, at(4)),
            Some(5),
            "an address of which none was kept for two seconds is forgotten"
        );
    }

    /// Postfix counts deliveries and not connections (`qmgr_entry.c`, `busy_refcount`).
    #[test]
    fn a_delivery_needs_a_process_that_is_free() {
        let growth = Growth::Processes { start: Span::from_secs(1), hand_over: Span::ZERO, beside: None };
        let policy = Concurrency { initial: 2, most: 20, growth };
        let mut host = OutboundHost::new(policy);
        assert!(!host.may_begin(policy, 1), "there is none yet");
        assert_eq!(host.starts_process(policy), None, "and none is wanted");
        (0..3).for_each(|_| host.wait(mail()));
        assert_eq!(host.starts_process(policy), Some(1));
        assert_eq!(host.starts_process(policy), None, "one at a time");
    }

    fn mail() -> QueuedMessage {
        let arrival = Arrival { number: 0, outbound_host: 0, first: None, session_time: None };
        QueuedMessage::new(SenderId(0), &arrival, at(0))
    }

    #[test]
    fn a_worn_connection_is_closed() {
        let mut host = OutboundHost::default();
        assert_eq!(
            host.after(Reuse::Always(KEPT), &connection(2), false, at(0)),
            AfterDelivery::StayOpen(KEPT.idle)
        );
        assert_eq!(host.after(Reuse::Always(KEPT), &connection(3), false, at(0)), AfterDelivery::Close);
        let old = ReuseLimits { messages: None, age: Some(Span::from_secs(10)), ..KEPT };
        assert_eq!(host.after(Reuse::Always(old), &connection(9), false, at(10)), AfterDelivery::Close);
        let soon = AfterDelivery::StayOpen(Span::from_secs(1));
        assert_eq!(
            host.after(Reuse::Always(old), &connection(9), false, at(9)),
            soon,
            "not kept beyond its age"
        );
    }

    #[test]
    fn a_fixed_limit_stays_whatever_happens() {
        let policy = Concurrency { initial: 2, most: 2, growth: Growth::ByOne };
        let mut host = OutboundHost::new(policy);
        host.begin();
        host.begin();
        host.done(policy, false, at(0));
        host.begin();
        assert!(!host.may_begin(policy, 1));
        host.done(policy, false, at(0));
        assert!(host.may_begin(policy, 1), "two at the same time after two failures");
    }

    /// 32 times (1 - exp(-0.023)) is 0.73, and with 300 in the queue 31.97.
    #[test]
    fn kumomta_opens_more_the_more_waits() {
        let policy = Concurrency { initial: 1, most: 32, growth: Growth::Exponential { rate: 0.023 } };
        let mut host = OutboundHost::new(policy);
        host.begin();
        assert!(!host.may_begin(policy, 1));
        assert!(host.may_begin(policy, 2), "1.44 is rounded up");
        (0..30).for_each(|_| host.begin());
        assert!(host.may_begin(policy, 300));
        host.begin();
        assert!(!host.may_begin(policy, 300));
    }

    #[test]
    fn opensmtpd_keeps_its_last_connection_only() {
        let mut host = OutboundHost::default();
        host.begin();
        assert_eq!(host.after(Reuse::Last(KEPT), &connection(1), false, at(0)), AfterDelivery::NextWaiting);
        host.done(Concurrency::UNLIMITED, true, at(0));
        assert_eq!(
            host.after(Reuse::Last(KEPT), &connection(1), false, at(0)),
            AfterDelivery::StayOpen(KEPT.idle)
        );
    }

    #[test]
    fn concurrency_grows_with_success_and_never_falls_to_nothing() {
        let policy = Concurrency { initial: 2, most: 4, growth: Growth::ByOne };
        let mut host = OutboundHost::new(policy);
        host.begin();
        host.begin();
        assert!(!host.may_begin(policy, 1));
        host.done(policy, true, at(0));
        host.begin();
        assert!(host.may_begin(policy, 1), "three at the same time after one success");
        host.begin();
        for _ in 0..2 {
            host.done(policy, false, at(0));
        }
        assert!(!host.may_begin(policy, 1), "one is left, and it is in use");
        host.done(policy, false, at(0));
        host.begin();
        assert!(host.may_begin(policy, 1), "a queue that ran empty begins anew");
    }
}
