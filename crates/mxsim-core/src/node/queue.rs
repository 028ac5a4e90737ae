//! The queue behind a node: mail that it has taken and not passed on yet, to a store or a scanner. One that is full pushes back.
//!
//! Exim and Postfix answer `452 4.3.1` where the disk of the queue is full (`check_spool_space`, `queue_minfree`), Exchange where it is short of
//! resources (back pressure). Mail is passed on one after the other, each after the same time, so this is the queue M/D/1/K where mail comes at random.

use crate::time::{Span, Time};

/// How much fits into a queue, and how fast it empties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Most messages in it, with the one that is being passed on.
    pub room: u32,
    /// How long it takes to pass one on.
    pub each: Span,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy)]
pub struct QueueLevel {
    policy: Queue,
    /// When it is empty, if nothing comes.
    empty_at: Time,
}

impl QueueLevel {
    /// Nothing in it at `start`.
    #[must_use]
    pub const fn new(policy: Queue, start: Time) -> Self {
        Self { policy, empty_at: start }
    }

    /// True if a message fits that comes at `now`.
    #[must_use]
    pub fn has_room(&self, now: Time) -> bool {
        let others = self.policy.each.saturating_mul(i64::from(self.policy.room) - 1);
        self.empty_at.max(now).since(now) <= others
    }

    /// Puts a message in that comes at `now`.
    pub fn put(&mut self, now: Time) {
        self.empty_at = self.empty_at.max(now) + self.policy.each;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_takes_what_fits_and_then_one_for_each_that_leaves() {
        let mut level = QueueLevel::new(Queue { room: 3, each: Span::from_secs(10) }, Time::ZERO);
        let mut take = |second| {
            let now = Time::ZERO + Span::from_secs(second);
            let has_room = level.has_room(now);
            if has_room {
                level.put(now);
            }
            has_room
        };
        // Three at once fit; at 9 s all are still in it, at 10 s the first has left.
        assert_eq!(
            [0, 0, 0, 0, 9, 10, 19, 20, 20].map(&mut take),
            [true, true, true, false, false, true, false, true, false]
        );
        assert_eq!([100, 100, 100, 100].map(take), [true, true, true, false], "it was empty");
    }
}
