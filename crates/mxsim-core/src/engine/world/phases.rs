//! When the events of a scenario go on: the time of each, as much before it and as much after.

use crate::scenario::PlannedEvent;
use crate::tally::PHASES;
use crate::time::{Span, Time};

/// Most events: each phase of each has a bit.
const MOST_EVENTS: usize = u64::BITS as usize / PHASES;

/// Spans of time, in order and apart.
type Spans = Vec<(Time, Time)>;

/// Which phases of which events a moment lies in, as a set of bits: that of phase `p` of event `e` is `e * PHASES + p`.
#[derive(Debug, Default)]
pub struct Phases {
    /// From each of these times on, until the next, the set is the same.
    edges: Vec<(Time, u64)>,
    /// Measured time of each phase.
    pub(crate) lengths: Vec<Span>,
}

impl Phases {
    /// The phases of `events` within the measured time, which ends at `end`. Of more than [`MOST_EVENTS`] the first.
    #[must_use]
    pub fn new(events: &[PlannedEvent], end: Time) -> Self {
        let phases: Vec<Spans> =
            events.iter().take(MOST_EVENTS).flat_map(|event| around(&event.during, end)).collect();
        let mut flips: Vec<(Time, u64)> = Vec::new();
        for (number, spans) in phases.iter().enumerate() {
            flips.extend(spans.iter().flat_map(|&(from, to)| [(from, 1 << number), (to, 1 << number)]));
        }
        flips.sort_unstable();
        let mut edges: Vec<(Time, u64)> = Vec::new();
        for (at, bit) in flips {
            let set = edges.last().map_or(0, |last| last.1) ^ bit;
            match edges.last_mut() {
                Some(last) if last.0 == at => last.1 = set,
                _ => edges.push((at, set)),
            }
        }
        Self { edges, lengths: phases.iter().map(|spans| together(spans)).collect() }
    }

    /// True without events, so that nothing is to be counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The phases that a moment lies in.
    pub(crate) fn at(&self, at: Time) -> u64 {
        let after = self.edges.partition_point(|edge| edge.0 <= at);
        after.checked_sub(1).map_or(0, |last| self.edges[last].1)
    }

    /// The times in a span, its start excluded, at which a phase begins or ends.
    pub(crate) fn edges_in(&self, (from, to): (Time, Time)) -> impl Iterator<Item = Time> {
        let after = self.edges.partition_point(|edge| edge.0 <= from);
        self.edges[after..].iter().map(|edge| edge.0).take_while(move |at| *at < to)
    }

    /// When the next phase begins or ends after `at`.
    pub(crate) fn next_edge(&self, at: Time) -> Time {
        self.edges_in((at, Time::NEVER)).next().unwrap_or(Time::NEVER)
    }
}

/// The numbers of the bits in a set.
pub(crate) fn members(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(number)
    })
}

/// Before, during and after, within the measured time. An event that comes back is never before or after itself while it goes on.
fn around(during: &[(Time, Time)], end: Time) -> [Spans; PHASES] {
    let length = |&(from, to): &(Time, Time)| to.since(from);
    let before = during.iter().map(|span| (span.0 - length(span), span.0)).collect();
    let after = during.iter().map(|span| (span.1, span.1 + length(span))).collect();
    let whole = joined(during.to_vec());
    let beside = |spans: Spans| within(without(joined(spans), &whole), end);
    [beside(before), within(whole.clone(), end), beside(after)]
}

/// The parts of spans in the measured time.
fn within(spans: Spans, end: Time) -> Spans {
    let cut = spans.into_iter().map(|(from, to)| (from.max(Time::ZERO), to.min(end)));
    cut.filter(|(from, to)| from < to).collect()
}

/// Spans in order, those that meet as one.
fn joined(mut spans: Spans) -> Spans {
    spans.sort_unstable();
    let mut apart: Spans = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// What is left of spans, all in order and apart, outside others.
fn without(spans: Spans, others: &[(Time, Time)]) -> Spans {
    let mut left = Vec::new();
    for (mut from, to) in spans {
        let first = others.partition_point(|other| other.1 <= from);
        for other in others[first..].iter().take_while(|other| other.0 < to) {
            left.push((from, other.0));
            from = other.1;
        }
        left.push((from, to));
    }
    left.retain(|(from, to)| from < to);
    left
}

fn together(spans: &[(Time, Time)]) -> Span {
    Span(spans.iter().map(|(from, to)| to.since(*from).0).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::EventKind;

    fn hour(hours: i64) -> Time {
        Time::ZERO + Span::from_hours(hours)
    }

    fn event(during: &[(i64, i64)]) -> PlannedEvent {
        let during = during.iter().map(|&(from, to)| (hour(from), hour(to))).collect();
        PlannedEvent {
            text: String::new(),
            name: String::new(),
            kind: EventKind::Fault,
            nodes: Vec::new(),
            during,
        }
    }

    #[test]
    fn phases_lie_beside_their_event_and_within_the_measured_time() {
        let phases = Phases::new(&[event(&[(1, 4)]), event(&[(22, 30)])], hour(24));
        let hours = |number: usize| phases.lengths[number].0 / Span::HOUR.0;
        assert_eq!([0, 1, 2, 3, 4, 5].map(hours), [1, 3, 3, 8, 2, 0]);
        let at = |at: i64| members(phases.at(hour(at))).collect::<Vec<_>>();
        assert_eq!([at(0), at(1), at(4)], [[0], [1], [2]]);
        assert_eq!((at(7), at(13), at(14), at(23)), (vec![], vec![], vec![3], vec![4]));
        assert_eq!((phases.next_edge(hour(0)), phases.next_edge(hour(7))), (hour(1), hour(14)));
    }

    #[test]
    fn an_event_that_comes_back_is_not_beside_itself() {
        let phases = Phases::new(&[event(&[(2, 4), (5, 7), (20, 22)])], hour(24));
        assert_eq!([0, 1, 2].map(|number| phases.lengths[number].0 / Span::HOUR.0), [5, 6, 5]);
        let at = |at: i64| members(phases.at(hour(at))).collect::<Vec<_>>();
        assert_eq!((at(4), at(3), at(8), at(18)), (vec![0, 2], vec![1], vec![2], vec![0]));
    }

    #[test]
    fn nothing_is_counted_without_events() {
        let phases = Phases::new(&[], hour(24));
        assert!(phases.is_empty() && phases.at(hour(3)) == 0 && phases.next_edge(hour(3)) == Time::NEVER);
    }
}
