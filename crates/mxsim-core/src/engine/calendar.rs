//! The event calendar: what happens next.
//!
//! **Order is a contract**: events come in order of time, and events of one instant in the order in which they were scheduled.
//!
//! Most waits are alike (a time-out, a first retry), so most events are scheduled in the order in which they come. Such events queue in
//! *lanes*; only what fits no lane goes through the heap. The next arrival of each sender has a place of its own.

use crate::time::Time;
use std::cmp::Ordering;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};

const LANES: usize = 8;

/// The rank of an event that does not come.
const NEVER: i128 = rank(Time::NEVER, u64::MAX);

/// Time and number of an event in one number, so that which of two comes first is one comparison without a branch.
const fn rank(at: Time, number: u64) -> i128 {
    (at.0 as i128) << 64 | number as i128
}

/// What comes next.
#[derive(Debug)]
pub enum Next<E> {
    /// The next message of the sender with this index. It stays next until [`Calendar::replace_arrival`].
    Arrival(Time, usize),
    /// An event, taken out.
    Event(Time, E),
}

/// Events of type `E` in order of time.
#[derive(Debug)]
pub struct Calendar<E> {
    arrivals: BinaryHeap<Scheduled<usize>>,
    /// Each in order of time.
    lanes: [VecDeque<Scheduled<E>>; LANES],
    /// Ranks of the first event of each lane and, in the last place, of the heap.
    fronts: [i128; LANES + 1],
    /// Lanes that have ever had an event; the first ones.
    used: usize,
    heap: BinaryHeap<Scheduled<u32>>,
    /// The events of the heap, which has their places: what goes up and down in it is small.
    kept: Vec<Option<E>>,
    /// Places of no event.
    free: Vec<u32>,
    /// The least of them, and its place.
    first: (i128, usize),
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
    pub fn new() -> Self {
        Self {
            arrivals: BinaryHeap::new(),
            lanes: std::array::from_fn(|_| VecDeque::new()),
            fronts: [NEVER; LANES + 1],
            used: 0,
            heap: BinaryHeap::new(),
            kept: Vec::new(),
            free: Vec::new(),
            first: (NEVER, LANES),
            scheduled: 0,
        }
    }

    /// Adds an event.
    pub fn schedule(&mut self, at: Time, event: E) {
        let sequence = self.number();
        let rank = rank(at, sequence);
        let place = match self.lanes.iter().position(|lane| lane.back().is_none_or(|last| last.at <= at)) {
            Some(lane) => {
                self.lanes[lane].push_back(Scheduled { at, sequence, event });
                self.used = self.used.max(lane + 1);
                lane
            }
            None => {
                let event = self.keep(event);
                self.heap.push(Scheduled { at, sequence, event });
                LANES
            }
        };
        self.fronts[place] = self.fronts[place].min(rank);
        self.first = self.first.min((rank, place));
    }

    /// Keeps an event of the heap; gives its place.
    fn keep(&mut self, event: E) -> u32 {
        if let Some(place) = self.free.pop() {
            self.kept[place as usize] = Some(event);
            return place;
        }
        self.kept.push(Some(event));
        self.kept.len() as u32 - 1
    }

    /// Takes the first event out of the heap.
    fn take_from_heap(&mut self) -> Option<Scheduled<E>> {
        let Scheduled { at, sequence, event: place } = self.heap.pop()?;
        self.free.push(place);
        self.kept[place as usize].take().map(|event| Scheduled { at, sequence, event })
    }

    /// Adds the first arrival of a sender.
    pub fn add_arrival(&mut self, at: Time, sender: usize) {
        let sequence = self.number();
        self.arrivals.push(Scheduled { at, sequence, event: sender });
    }

    /// The number of an arrival that is scheduled now.
    #[inline]
    pub const fn number(&mut self) -> u64 {
        self.scheduled += 1;
        self.scheduled - 1
    }

    /// Puts the following arrival of the same sender, scheduled under this number, in the place of the one that [`Calendar::take_next`] gave;
    /// none with [`Time::NEVER`].
    pub fn replace_arrival(&mut self, at: Time, number: u64) {
        let Some(mut top) = self.arrivals.peek_mut() else { return };
        if at == Time::NEVER {
            PeekMut::pop(top);
        } else {
            (top.at, top.sequence) = (at, number);
        }
    }

    /// When the first arrival comes of all other senders than the one that [`Calendar::take_next`] gave.
    #[must_use]
    pub fn next_of_others(&self) -> Time {
        // The second of a heap is one of the two below the first.
        self.arrivals.as_slice().iter().take(3).skip(1).map(|arrival| arrival.at).min().unwrap_or(Time::NEVER)
    }

    /// When the first event comes.
    #[must_use]
    #[inline]
    pub const fn next_event(&self) -> Time {
        Time((self.first.0 >> 64) as i64)
    }

    /// What comes next.
    pub fn take_next(&mut self) -> Option<Next<E>> {
        if let Some(top) = self.arrivals.peek().filter(|top| top.rank() < self.first.0) {
            return Some(Next::Arrival(top.at, top.event));
        }
        let place = self.first.1;
        let (event, next) = match self.lanes.get_mut(place) {
            Some(lane) => (lane.pop_front(), lane.front().map(Scheduled::rank)),
            None => (self.take_from_heap(), self.heap.peek().map(Scheduled::rank)),
        };
        self.fronts[place] = next.unwrap_or(NEVER);
        self.first = (self.fronts[LANES], LANES);
        for (place, &rank) in self.fronts[..self.used].iter().enumerate() {
            self.first = if rank < self.first.0 { (rank, place) } else { self.first };
        }
        event.map(|scheduled| Next::Event(scheduled.at, scheduled.event))
    }

    /// How many events are scheduled; arrivals are not among them.
    #[must_use]
    pub fn events(&self) -> usize {
        self.lanes.iter().map(VecDeque::len).sum::<usize>() + self.heap.len()
    }

    /// All events that are left, in no order; arrivals are not among them.
    pub fn into_rest(self) -> impl Iterator<Item = E> {
        let lanes = self.lanes.into_iter().flatten().map(|scheduled| scheduled.event);
        lanes.chain(self.kept.into_iter().flatten())
    }
}

impl<E> Default for Calendar<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Scheduled<E> {
    const fn rank(&self) -> i128 {
        rank(self.at, self.sequence)
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
        other.rank().cmp(&self.rank())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    /// Takes everything out; arrivals come once.
    fn order<E>(calendar: &mut Calendar<E>) -> Vec<(Time, Result<usize, E>)> {
        let mut order = vec![];
        while let Some(next) = calendar.take_next() {
            match next {
                Next::Arrival(at, sender) => {
                    calendar.replace_arrival(Time::NEVER, 0);
                    order.push((at, Ok(sender)));
                }
                Next::Event(at, event) => order.push((at, Err(event))),
            }
        }
        order
    }

    #[test]
    fn events_of_one_instant_keep_the_order_in_which_they_were_scheduled() {
        let mut calendar = Calendar::new();
        for (at, event) in [(5, 'c'), (1, 'a'), (5, 'd'), (1, 'b')] {
            calendar.schedule(Time(at), event);
        }
        let letters: String = order(&mut calendar).into_iter().filter_map(|(_, event)| event.err()).collect();
        assert_eq!(letters, "abcd");
    }

    #[test]
    fn lanes_and_heap_together_are_in_order() {
        let mut calendar = Calendar::new();
        let key = Entropy::new(1, 0).key(StreamId::new("calendar", Purpose::Retry));
        let mut expected = vec![];
        for number in 0..5_000u64 {
            let at = Time(key.child(number).below(700) as i64);
            if number % 5 == 0 {
                calendar.add_arrival(at, number as usize);
            } else {
                calendar.schedule(at, number);
            }
            expected.push((at, number));
        }
        expected.sort_unstable();
        let seen: Vec<(Time, u64)> = order(&mut calendar)
            .into_iter()
            .map(|(at, event)| (at, event.map_or_else(|event| event, |sender| sender as u64)))
            .collect();
        assert_eq!(seen, expected);
        assert!(calendar.into_rest().next().is_none());
    }
}
