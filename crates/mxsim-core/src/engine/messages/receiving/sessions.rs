//! The sessions of one node in a replication.
//!
//! Where nothing else waits for the end of a session, the end is only noted, and looked at when somebody comes next: no event is needed for it.
//! Sessions that somebody waits for (a backlog, a sender that counts or keeps its connections) end by an event.

use crate::engine::count::recorder::Recorder;
use crate::node::{Capacity, Outage, Schedule};
use crate::time::Time;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Up to so many ends are faster looked through than kept in order.
const FEW: u32 = 64;

/// Where a new connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Into a session.
    Session,
    /// Into the backlog.
    Backlog,
    /// Nowhere: the node is full.
    None,
}

/// The sessions of one node.
#[derive(Debug)]
pub(crate) struct NodeState<W> {
    capacity: Capacity,
    /// Ends of the sessions that nobody waits for.
    ends: Ends,
    /// Sessions that an event will end.
    open: u32,
    /// Connections waiting for a session.
    backlog: VecDeque<W>,
    /// The outage under way, if there is one, and until when it is so.
    outage: (Option<Outage>, Time),
    /// The largest number of sessions that was reported in the current window.
    reported: u32,
}

impl<W: PartialEq> NodeState<W> {
    pub(crate) fn new(capacity: Capacity, start: Time) -> Self {
        Self {
            capacity,
            ends: Ends::new(capacity.sessions),
            open: 0,
            backlog: VecDeque::new(),
            outage: (None, start),
            reported: 0,
        }
    }

    /// The outage under way at `now`, which never goes back.
    #[inline]
    pub(crate) fn outage(&mut self, schedule: &Schedule, now: Time) -> Option<&Outage> {
        if now >= self.outage.1 {
            self.outage = schedule.state_at(now);
        }
        self.outage.0.as_ref()
    }

    /// The number of sessions; some may be over already, unless the ends have just been settled.
    #[inline]
    fn sessions(&self) -> u32 {
        self.ends.len() + self.open
    }

    fn report(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        let sessions = self.sessions();
        recorder.occupied(node, now, sessions);
        if now >= Time::ZERO {
            self.reported = self.reported.max(sessions);
        }
    }

    /// Where a connection goes that comes at `now`.
    #[inline]
    pub(crate) fn room(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) -> Room {
        let room = if self.is_full(now) {
            if self.backlog.len() < self.capacity.backlog as usize { Room::Backlog } else { Room::None }
        } else {
            Room::Session
        };
        recorder.connected(node, now, room == Room::None);
        room
    }

    /// True if no session is free at `now`. Ends are settled only if it looks like it.
    #[inline]
    pub(crate) fn is_full(&mut self, now: Time) -> bool {
        let limit = self.capacity.sessions.unwrap_or(u32::MAX);
        let is_full = |state: &Self| state.sessions() >= limit;
        is_full(self) && {
            self.ends.settle(now);
            is_full(self)
        }
    }

    /// Begins a session at `began` that ends at `at` and that nobody waits for.
    #[inline]
    pub(crate) fn begin_until(
        &mut self,
        node: usize,
        (began, at): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        recorder.session(node, (began, at), 1);
        self.begin_uncounted(node, (began, at), recorder);
    }

    /// The same for a session that has been counted already.
    #[inline(always)]
    pub(crate) fn begin_uncounted(
        &mut self,
        node: usize,
        (began, at): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        self.ends.add(at);
        // As long as there are no more than before, with those that are over, the most is known.
        if self.sessions() > self.reported {
            self.settle_and_report(node, began, recorder);
        }
    }

    #[cold]
    fn settle_and_report(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        self.ends.settle(now);
        self.report(node, now, recorder);
    }

    /// Begins a session that an event will end.
    pub(crate) fn begin(&mut self, node: usize, now: Time, recorder: &mut Recorder<'_>) {
        self.ends.settle(now);
        self.open += 1;
        self.report(node, now, recorder);
    }

    /// Ends a session begun by [`NodeState::begin`] after so many messages.
    pub(crate) fn end(
        &mut self,
        node: usize,
        times: (Time, Time),
        messages: u32,
        recorder: &mut Recorder<'_>,
    ) {
        self.open -= 1;
        recorder.session(node, times, messages);
    }

    /// Whoever has waited longest, if there is room.
    pub(crate) fn take_from_backlog(&mut self) -> Option<W> {
        let has_room = self.capacity.sessions.is_none_or(|limit| self.sessions() < limit);
        if has_room { self.backlog.pop_front() } else { None }
    }

    pub(crate) fn wait(&mut self, who: W) {
        self.backlog.push_back(who);
    }

    /// Takes somebody out of the backlog who has waited long enough; false if it was not there any more.
    pub(crate) fn leave_backlog(&mut self, who: &W) -> bool {
        let place = self.backlog.iter().position(|other| other == who);
        place.is_some_and(|place| self.backlog.remove(place).is_some())
    }

    /// Sessions go on into a new chunk.
    pub(crate) fn go_on(&mut self, node: usize, recorder: &mut Recorder<'_>) {
        let chunk = recorder.chunk();
        if chunk.begins_window() {
            self.reported = 0;
        }
        self.ends.settle(chunk.from);
        self.report(node, chunk.from, recorder);
    }
}

/// Ends of sessions.
#[derive(Debug)]
enum Ends {
    Few { ends: Vec<Time>, soonest: Time },
    Many(BinaryHeap<Reverse<Time>>),
}

impl Ends {
    fn new(limit: Option<u32>) -> Self {
        if limit.is_some_and(|limit| limit <= FEW) {
            Self::Few { ends: Vec::new(), soonest: Time::NEVER }
        } else {
            Self::Many(BinaryHeap::new())
        }
    }

    #[inline]
    fn len(&self) -> u32 {
        match self {
            Self::Few { ends, .. } => ends.len() as u32,
            Self::Many(ends) => ends.len() as u32,
        }
    }

    #[inline]
    fn add(&mut self, at: Time) {
        match self {
            Self::Few { ends, soonest } => {
                ends.push(at);
                *soonest = (*soonest).min(at);
            }
            Self::Many(ends) => ends.push(Reverse(at)),
        }
    }

    /// Forgets what is over by `now`.
    #[inline]
    fn settle(&mut self, now: Time) {
        match self {
            Self::Few { ends, soonest } => {
                if *soonest <= now {
                    *soonest = forget(ends, now);
                }
            }
            Self::Many(ends) => {
                while ends.peek().is_some_and(|end| end.0 <= now) {
                    ends.pop();
                }
            }
        }
    }
}

/// Takes out the ends up to `now`; gives the soonest that is left. Without branches that cannot be foreseen.
fn forget(ends: &mut Vec<Time>, now: Time) -> Time {
    let (mut kept, mut soonest) = (0, Time::NEVER);
    for i in 0..ends.len() {
        let end = ends[i];
        ends[kept] = end;
        let stays = end > now;
        kept += usize::from(stays);
        soonest = soonest.min(if stays { end } else { Time::NEVER });
    }
    ends.truncate(kept);
    soonest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_keep_ends_agree() {
        let (mut few, mut many) = (Ends::new(Some(5)), Ends::new(None));
        for step in 0..1_000i64 {
            let now = Time(step * 10);
            for ends in [&mut few, &mut many] {
                ends.settle(now);
                ends.add(Time(now.0 + 1 + (step * 7919) % 97));
            }
            assert_eq!(few.len(), many.len(), "at {step}");
        }
        assert!(matches!((few, many), (Ends::Few { .. }, Ends::Many(_))));
    }
}
