//! The sessions of one node in a replication.
//!
//! Where nothing else waits for the end of a session, the end is only noted, and looked at when somebody comes next: no event is needed for it.
//! Sessions that somebody waits for (a backlog, a sender that counts or keeps its connections) end by an event.

use super::recorder::{Counted, Recorder};
use crate::node::Capacity;
use crate::time::Time;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

/// A session whose end is known and that delivers one message then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    pub(super) at: Time,
    pub(super) began: Time,
    pub(super) message: Counted,
    pub(super) host: u16,
    pub(super) address: u16,
}

/// Where a new connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Into a session.
    Session,
    /// Into the backlog.
    Backlog,
    /// Nowhere: the node is full.
    None,
}

/// The sessions of one node.
#[derive(Debug)]
pub(super) struct NodeState<W> {
    capacity: Capacity,
    /// Sessions with a known end, soonest first.
    ends: BinaryHeap<Ending>,
    /// Sessions that an event will end.
    open: u32,
    /// Connections waiting for a session.
    backlog: VecDeque<W>,
    /// Until when the sessions have been summed up.
    summed_to: Time,
}

impl<W: PartialEq> NodeState<W> {
    pub(super) const fn new(capacity: Capacity, start: Time) -> Self {
        Self { capacity, ends: BinaryHeap::new(), open: 0, backlog: VecDeque::new(), summed_to: start }
    }

    fn sessions(&self) -> u32 {
        self.ends.len() as u32 + self.open
    }

    /// Ends the sessions that are over by `now`; their messages are accepted.
    pub(super) fn settle(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        while let Some(&Ending { at, began, message, host, address }) = self.ends.peek() {
            if at > now {
                break;
            }
            self.sum_up(node, at, recorder);
            self.ends.pop();
            recorder.accepted(message, host, address, at);
            Self::ended(node, began, at, 1, recorder);
        }
    }

    /// Adds the sessions since the last change up to `now`.
    fn sum_up(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        if now > Time::ZERO {
            let since = now.since(self.summed_to.max(Time::ZERO));
            recorder.sessions(node).occupied_us += since.0 as u64 * u64::from(self.sessions());
        }
        self.summed_to = now;
    }

    fn ended(node: usize, began: Time, at: Time, messages: u32, recorder: &mut Recorder<'_>) {
        if at >= Time::ZERO {
            let tally = recorder.sessions(node);
            tally.ended += 1;
            tally.lasted_us += at.since(began).0 as u64;
            tally.used += u64::from(messages > 0);
            tally.messages += u64::from(messages);
        }
    }

    /// Where a connection goes that comes at `now`.
    pub(super) fn room(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) -> Room {
        self.settle(node, now, recorder);
        let room = match self.capacity.sessions {
            Some(limit) if self.sessions() >= limit => {
                if self.backlog.len() < self.capacity.backlog as usize { Room::Backlog } else { Room::None }
            }
            _ => Room::Session,
        };
        if now >= Time::ZERO {
            let tally = recorder.sessions(node);
            tally.connections += 1;
            tally.full += u64::from(room == Room::None);
        }
        room
    }

    /// Begins a session with a known end.
    pub(super) fn begin_until(&mut self, node: usize, ending: Ending, recorder: &mut Recorder<'_>) {
        self.sum_up(node, ending.began, recorder);
        self.ends.push(ending);
        if now_counts(ending.began) {
            self.note_peak(node, recorder);
        }
    }

    /// Begins a session that an event will end.
    pub(super) fn begin(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        self.settle(node, now, recorder);
        self.sum_up(node, now, recorder);
        self.open += 1;
        if now_counts(now) {
            self.note_peak(node, recorder);
        }
    }

    /// Ends a session begun by [`NodeState::begin`] after so many messages; gives whoever waits for its place.
    pub(super) fn end(
        &mut self,
        node: usize,
        (began, now): (Time, Time),
        messages: u32,
        recorder: &mut Recorder<'_>,
    ) -> Option<W> {
        self.settle(node, now, recorder);
        self.sum_up(node, now, recorder);
        self.open -= 1;
        Self::ended(node, began, now, messages, recorder);
        self.backlog.pop_front()
    }

    pub(super) fn wait(&mut self, who: W) {
        self.backlog.push_back(who);
    }

    /// Takes somebody out of the backlog who has waited long enough; false if it was not there any more.
    pub(super) fn leave_backlog(&mut self, who: &W) -> bool {
        let place = self.backlog.iter().position(|other| other == who);
        place.is_some_and(|place| self.backlog.remove(place).is_some())
    }

    /// As many sessions as now were open at the same time.
    pub(super) fn note_peak(&self, node: usize, recorder: &mut Recorder<'_>) {
        recorder.occupied(node, self.sessions());
    }

    /// The sessions that are left when time is over.
    pub(super) fn finish(mut self, node: usize, end: Time, recorder: &mut Recorder<'_>) {
        self.sum_up(node, end, recorder);
        self.ends.drain().for_each(|ending| recorder.waiting(ending.message));
    }
}

const fn now_counts(now: Time) -> bool {
    now.0 >= 0
}

impl PartialEq for Ending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ending {}

impl PartialOrd for Ending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ending {
    /// Reversed, because the standard heap gives the largest first. Sessions that end at the same time are all accepted then, so their
    /// order does not matter.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.cmp(&self.at)
    }
}
