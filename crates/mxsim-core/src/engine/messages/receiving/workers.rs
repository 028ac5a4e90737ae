//! The workers of a node: how many messages it works on at the same time, however many sessions it has.

use crate::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When the workers of a node are free again: first come, first served, so that each message knows its turn when it comes.
#[derive(Debug)]
pub(crate) struct Workers {
    most: usize,
    /// When those that have had a message are free; at most `most`.
    free: BinaryHeap<Reverse<Time>>,
}

impl Workers {
    /// All of them free.
    pub(crate) fn new(most: u32) -> Self {
        Self { most: most as usize, free: BinaryHeap::new() }
    }

    /// When the work on a message is over that comes at `now` and takes a worker so long.
    pub(crate) fn finish(&mut self, now: Time, work: Span) -> Time {
        let free = if self.free.len() < self.most { None } else { self.free.pop() };
        let over = free.map_or(now, |free| free.0.max(now)) + work;
        self.free.push(Reverse(over));
        over
    }
}
