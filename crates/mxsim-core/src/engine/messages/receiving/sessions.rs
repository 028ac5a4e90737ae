//! The sessions of one node in a replication.
//!
//! Where nothing waits for the end of a session, the end is only noted, and looked at when the next connection comes: it needs no event.
//! Sessions whose end matters (a backlog, a sender that counts or keeps its connections) end by an event.

use crate::engine::count::recorder::Recorder;
use crate::ids::NodeId;
use crate::time::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Below this many session ends, a linear scan beats a heap.
const FEW: u32 = 64;

/// The sessions of one node.
#[derive(Debug)]
pub(crate) struct Sessions {
    limit: u32,
    /// Ends of the sessions whose end needs no event.
    ends: Ends,
    /// Sessions that an event will end.
    open: u32,
    /// Those of them that have a message under way; the others are kept open for the next one.
    working: u32,
    /// The largest number of sessions that was reported in the current window, and of those with a message under way.
    reported: u32,
    reported_busy: u32,
    /// As long as there are no more sessions than this, neither number is larger than was reported.
    watermark: u32,
}

impl Sessions {
    /// None yet, and at most `limit`.
    pub(crate) fn new(limit: Option<u32>) -> Self {
        Self {
            limit: limit.unwrap_or(u32::MAX),
            ends: Ends::new(limit),
            open: 0,
            working: 0,
            reported: 0,
            reported_busy: 0,
            watermark: 0,
        }
    }

    /// Number of sessions; some may be over already, unless the ends have just been settled.
    #[inline]
    fn count(&self) -> u32 {
        self.ends.len() + self.open
    }

    /// True if fewer than the limit are open, as far as ends have been settled.
    fn has_room(&self) -> bool {
        self.count() < self.limit
    }

    /// True if no session is free at `now`. Ends are settled only if it looks like it.
    #[inline]
    pub(crate) fn is_full(&mut self, now: Time) -> bool {
        !self.has_room() && {
            self.ends.settle(now);
            !self.has_room()
        }
    }

    /// Begins a session that ends by itself.
    #[inline(always)]
    pub(crate) fn begin_until(
        &mut self,
        node: NodeId,
        (from, to): (Time, Time),
        recorder: &mut Recorder<'_>,
    ) {
        self.ends.add(to);
        // As long as there are no more than before, with those that are over, the most is known.
        if self.count() > self.watermark {
            self.settle_and_report(node, from, recorder);
        }
    }

    #[cold]
    fn settle_and_report(&mut self, node: NodeId, now: Time, recorder: &mut Recorder<'_>) {
        self.ends.settle(now);
        self.report(node, now, recorder);
    }

    fn report(&mut self, node: NodeId, now: Time, recorder: &mut Recorder<'_>) {
        let (sessions, busy) = (self.count(), self.ends.len() + self.working);
        recorder.sessions.occupied(node, now, sessions, busy);
        if now >= Time::ZERO {
            self.reported = self.reported.max(sessions);
            self.reported_busy = self.reported_busy.max(busy);
        }
        self.set_watermark();
    }

    fn set_watermark(&mut self) {
        self.watermark = self.reported.min(self.reported_busy.saturating_add(self.open - self.working));
    }

    /// Begins a session that an event will end; a message comes next.
    pub(crate) fn begin(&mut self, node: NodeId, now: Time, recorder: &mut Recorder<'_>) {
        self.open += 1;
        self.settle_and_report(node, now, recorder);
    }

    /// Ends such a session.
    pub(crate) fn end(&mut self) {
        self.open -= 1;
        self.set_watermark();
    }

    /// A message comes to such a session.
    pub(crate) fn work(&mut self, node: NodeId, now: Time, recorder: &mut Recorder<'_>) {
        self.working += 1;
        self.settle_and_report(node, now, recorder);
    }

    /// Its message is over.
    pub(crate) fn rest(&mut self) {
        self.working -= 1;
        self.set_watermark();
    }

    /// Sessions that are kept open without a message.
    pub(crate) const fn idle(&self) -> u32 {
        self.open - self.working
    }

    /// Goes on into a new chunk of counting.
    pub(crate) fn begin_chunk(&mut self, node: NodeId, recorder: &mut Recorder<'_>) {
        let chunk = recorder.chunk();
        if chunk.begins_window() {
            (self.reported, self.reported_busy) = (0, 0);
        }
        self.settle_and_report(node, chunk.from, recorder);
        recorder.sessions.idle(node, chunk.from, self.idle());
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
