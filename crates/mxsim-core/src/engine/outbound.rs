//! The connections of one outbound host: how many at the same time, which are kept open, and the mail that waits for one.

use super::sender_state::Mail;
use crate::sender::{Concurrency, Kept, Reuse};
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// Postfix keeps connections while a delivery begins within this time after the last one ended (`qmgr_entry.c`, `BACK_TO_BACK_DELIVERY`).
const BACK_TO_BACK: Span = Span::from_secs(1);

/// An open connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) host: u16,
    pub(super) address: u16,
    pub(super) opened: Time,
    /// Messages it has delivered.
    pub(super) messages: u32,
    /// Tells it from all others of this replication; for probes.
    pub(super) number: u64,
    /// Decides whether it is hit by a fault that hits only a part of the connections.
    pub(super) luck: u64,
    /// True if it is in clear though the node offers TLS.
    pub(super) clear: bool,
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
pub(super) struct Outbound {
    /// Deliveries under way.
    busy: u32,
    /// How many there may be.
    allowed: u32,
    /// Mail that waits for its turn.
    waiting: VecDeque<Mail>,
    idle: Vec<Idle>,
    numbered: u32,
    last_done: Option<Time>,
    /// True while waiting mail is being started, so that it is done once.
    starting: bool,
}

/// What becomes of a connection that has delivered a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It is closed.
    Close,
    /// It takes the next message that waits, or is closed if none does.
    NextWaiting,
    /// The same, but without a waiting message it stays open for a while.
    StayOpen(Span),
}

impl Outbound {
    pub(super) fn new(law: Concurrency) -> Self {
        Self { allowed: law.initial, ..Self::default() }
    }

    /// True if another delivery may begin.
    pub(super) const fn may_begin(&self) -> bool {
        self.busy < self.allowed
    }

    pub(super) const fn is_busy(&self) -> bool {
        self.busy > 0
    }

    pub(super) fn wait(&mut self, mail: Mail) {
        self.waiting.push_back(mail);
    }

    /// Messages that wait for their turn.
    pub(super) fn how_many_wait(&self) -> usize {
        self.waiting.len()
    }

    pub(super) const fn begin(&mut self) {
        self.busy += 1;
    }

    /// A delivery is over. Postfix, `qmgr_queue.c`: success allows one more, failure one less, but never none. Where the first and the
    /// largest number are the same there is no such feedback, only a fixed limit (qmail, `concurrencyremote`).
    pub(super) fn done(&mut self, law: Concurrency, delivered: bool) {
        if law.initial == law.most {
            self.allowed = law.most;
        } else if delivered {
            // No further than the initial number beyond what is in use.
            let most = law.most.min(self.busy.saturating_add(law.initial));
            self.allowed = self.allowed.saturating_add(1).min(most.max(self.allowed));
        } else {
            self.allowed = self.allowed.saturating_sub(1).max(1);
        }
        self.busy -= 1;
        if self.busy == 0 && self.waiting.is_empty() {
            self.allowed = law.initial;
        }
    }

    /// The next mail that waits, if it may begin; `in_hand` says that a connection is at hand and no new one is needed.
    pub(super) fn next_waiting(&mut self, in_hand: bool) -> Option<Mail> {
        if in_hand || self.may_begin() { self.waiting.pop_front() } else { None }
    }

    /// Whether waiting mail is to be started now; true once until [`Outbound::started`].
    pub(super) const fn start(&mut self) -> bool {
        !std::mem::replace(&mut self.starting, true)
    }

    pub(super) const fn started(&mut self) {
        self.starting = false;
    }

    /// What becomes of a connection that has just delivered a message, `retried` or not.
    pub(super) fn after(&mut self, law: Reuse, connection: &Connection, retried: bool, now: Time) -> After {
        let back_to_back = self.last_done.is_some_and(|last| now.since(last) <= BACK_TO_BACK);
        self.last_done = Some(now);
        let wear = |kept: Kept| {
            kept.messages.is_some_and(|most| connection.messages >= most)
                || kept.age.is_some_and(|most| now.since(connection.opened) >= most)
        };
        // It is not kept longer than it may still take a message.
        let stay = |kept: Kept| {
            let left = kept.age.map_or(kept.idle, |most| (connection.opened + most).since(now));
            After::StayOpen(kept.idle.min(left))
        };
        match law {
            Reuse::Never => After::Close,
            Reuse::Demand(kept) | Reuse::Always(kept) | Reuse::Batch(kept) | Reuse::QueueRun(kept)
                if wear(kept) =>
            {
                After::Close
            }
            Reuse::Demand(kept) if back_to_back => stay(kept),
            Reuse::Demand(_) => After::Close,
            Reuse::Always(kept) => stay(kept),
            Reuse::Batch(_) => After::NextWaiting,
            // Only mail of the same queue run may follow, which comes at once or waits already.
            Reuse::QueueRun(kept) if retried => stay(kept),
            Reuse::QueueRun(_) => After::Close,
        }
    }

    /// Keeps a connection open; gives its number.
    pub(super) fn keep(&mut self, connection: Connection, until: Time) -> u32 {
        self.numbered = self.numbered.wrapping_add(1);
        self.idle.push(Idle { connection, until, number: self.numbered });
        self.numbered
    }

    /// An idle connection for a message, the one used last.
    pub(super) fn take_idle(&mut self, now: Time) -> Option<Connection> {
        self.idle.retain(|idle| now <= idle.until);
        self.idle.pop().map(|idle| idle.connection)
    }

    /// Takes the idle connection of this number, if it has not been used since.
    pub(super) fn close_idle(&mut self, number: u32) -> Option<Connection> {
        let place = self.idle.iter().position(|idle| idle.number == number)?;
        Some(self.idle.remove(place).connection)
    }

    /// The mail that still waits, when time is over.
    pub(super) fn into_waiting(self) -> impl Iterator<Item = Mail> {
        self.waiting.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Kept = Kept { idle: Span::from_secs(2), messages: Some(3), age: None, tls: true };

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn connection(messages: u32) -> Connection {
        Connection { host: 0, address: 0, opened: at(0), messages, number: 0, luck: 0, clear: false }
    }

    #[test]
    fn postfix_keeps_a_connection_only_while_deliveries_follow_each_other() {
        let mut host = Outbound::default();
        let after =
            |host: &mut Outbound, now| host.after(Reuse::Demand(KEPT), &connection(1), false, at(now));
        assert_eq!(after(&mut host, 0), After::Close);
        assert_eq!(after(&mut host, 1), After::StayOpen(KEPT.idle));
        assert_eq!(after(&mut host, 3), After::Close);
    }

    #[test]
    fn a_worn_connection_is_closed() {
        let mut host = Outbound::default();
        assert_eq!(host.after(Reuse::Always(KEPT), &connection(2), false, at(0)), After::StayOpen(KEPT.idle));
        assert_eq!(host.after(Reuse::Always(KEPT), &connection(3), false, at(0)), After::Close);
        let old = Kept { messages: None, age: Some(Span::from_secs(10)), ..KEPT };
        assert_eq!(host.after(Reuse::Always(old), &connection(9), false, at(10)), After::Close);
        let soon = After::StayOpen(Span::from_secs(1));
        assert_eq!(
            host.after(Reuse::Always(old), &connection(9), false, at(9)),
            soon,
            "not kept beyond its age"
        );
    }

    #[test]
    fn a_fixed_limit_stays_whatever_happens() {
        let law = Concurrency { initial: 2, most: 2 };
        let mut host = Outbound::new(law);
        host.begin();
        host.begin();
        host.done(law, false);
        host.begin();
        assert!(!host.may_begin());
        host.done(law, false);
        assert!(host.may_begin(), "two at the same time after two failures");
    }

    #[test]
    fn concurrency_grows_with_success_and_never_falls_to_nothing() {
        let law = Concurrency { initial: 2, most: 4 };
        let mut host = Outbound::new(law);
        host.begin();
        host.begin();
        assert!(!host.may_begin());
        host.done(law, true);
        host.begin();
        assert!(host.may_begin(), "three at the same time after one success");
        host.begin();
        for _ in 0..2 {
            host.done(law, false);
        }
        assert!(!host.may_begin(), "one is left, and it is in use");
        host.done(law, false);
        host.begin();
        assert!(host.may_begin(), "a queue that ran empty begins anew");
    }
}
