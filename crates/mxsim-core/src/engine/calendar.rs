//! The event calendar: what happens next.
//!
//! **Order is a contract**: events come in order of time, and events of one instant in the order in which they were scheduled.

use crate::time::Time;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Events of type `E` in order of time.
#[derive(Debug)]
pub struct Calendar<E> {
    heap: BinaryHeap<Scheduled<E>>,
    scheduled: u64,
}

#[derive(Debug)]
struct Scheduled<E> {
    at: Time,
    sequence: u64,
    event: E,
}

impl<E> Calendar<E> {
    /// An empty calendar.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), scheduled: 0 }
    }

    /// Adds an event.
    pub fn schedule(&mut self, at: Time, event: E) {
        self.heap.push(Scheduled { at, sequence: self.scheduled, event });
        self.scheduled += 1;
    }

    /// Takes the next event out.
    pub fn take_next(&mut self) -> Option<(Time, E)> {
        self.heap.pop().map(|scheduled| (scheduled.at, scheduled.event))
    }

    /// All events that are left, in no order.
    pub fn into_rest(self) -> impl Iterator<Item = E> {
        self.heap.into_iter().map(|scheduled| scheduled.event)
    }
}

impl<E> Default for Calendar<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> PartialEq for Scheduled<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Scheduled<E> {}

impl<E> PartialOrd for Scheduled<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Scheduled<E> {
    /// Reversed, because the standard heap gives the largest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_instant_keep_the_order_in_which_they_were_scheduled() {
        let mut calendar = Calendar::new();
        for (at, event) in [(5, 'c'), (1, 'a'), (5, 'd'), (1, 'b')] {
            calendar.schedule(Time(at), event);
        }
        let order: String = std::iter::from_fn(|| calendar.take_next()).map(|(_, event)| event).collect();
        assert_eq!(order, "abcd");
    }
}
