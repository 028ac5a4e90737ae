//! The sessions of one replication as places that are taken in order: one simulation without limits says what every limit turns away.
//!
//! Each session takes the free place with the lowest number. Where a connection that finds no place is lost, a node of c places has exactly those
//! sessions that took a place up to c, at the same times: what a node of c places turns away is what goes beyond place c (ordered hunting; Cooper
//! 1981, *Introduction to Queueing Theory*, section 3.4). So the number beyond each place is what each limit blocks, for any law of session
//! times and any pattern of arrivals, and never grows with the limit.

use crate::engine::probe::{Probe, SessionSpan, Step};
use crate::ids::{MessageId, SenderId};
use crate::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Collects the sessions of a replication.
#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<SessionSpan>);

impl Probe for Sessions {
    fn wants_sessions(&self) -> bool {
        true
    }

    fn step(&mut self, _message: MessageId, _failures: u32, _now: Time, _step: Step<'_>) {}

    fn sessions(&mut self, sessions: Vec<SessionSpan>) {
        self.0 = sessions;
    }
}

/// When to look.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// The hours in which most mail is expected, all equal.
    pub(super) planned: Vec<usize>,
    /// The first hour in which the busiest may lie, and the peak.
    pub(super) first: usize,
}

/// What was seen of one node in one replication.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SeenNode {
    /// Connections of the planned hours beyond each place: `beyond[c]` is what c places turn away, `beyond[0]` all there are.
    pub(super) planned: Vec<u32>,
    /// The same of the hour that had most of them.
    pub(super) busiest: Vec<u32>,
    /// Sessions that begin in the planned hours, by how long they last: their average number (erlang).
    pub(super) load: f64,
    /// Most sessions at the same time, and whose they were.
    pub(super) peak: u32,
    pub(super) holders: BTreeMap<SenderId, u32>,
}

impl Sessions {
    /// What was seen of each of so many nodes. Connections of senders whose mail is not wanted take places and are not counted.
    pub(super) fn seen(mut self, nodes: usize, wanted: &[bool], scope: &Scope) -> Vec<SeenNode> {
        self.0.sort_unstable_by_key(|session| (session.node, session.from, session.to, session.sender));
        let mut seen = vec![SeenNode::default(); nodes];
        for of_node in self.0.chunk_by(|a, b| a.node == b.node) {
            seen[of_node[0].node.index()] = seen_at(of_node, wanted, scope);
        }
        seen
    }
}

/// What was seen of one node, from its sessions in the order of their beginning.
fn seen_at(sessions: &[SessionSpan], wanted: &[bool], scope: &Scope) -> SeenNode {
    let mut places = Places::default();
    let mut hours: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let (mut load, mut peak, mut fullest) = (0.0, 0, Time::ZERO);
    for session in sessions {
        let place = places.take(session.from, session.to);
        let Some(hour) = hour_of(session.from).filter(|hour| *hour >= scope.first) else { continue };
        if places.taken > peak {
            (peak, fullest) = (places.taken, session.from);
        }
        if scope.planned.contains(&hour) {
            load += session.to.since(session.from).as_secs_f64();
        }
        if wanted[session.sender.index()] {
            count_at(hours.entry(hour).or_default(), place);
        }
    }
    let busiest = hours.values().max_by_key(|places| (places.iter().sum::<u32>(), Reverse(places.len())));
    let planned = scope.planned.iter().filter_map(|hour| hours.get(hour));
    SeenNode {
        busiest: beyond(busiest.into_iter()),
        planned: beyond(planned),
        load: load / (scope.planned.len() as f64 * Span::HOUR.as_secs_f64()),
        peak,
        holders: holders(sessions, fullest),
    }
}

/// The hour of the measured time that a moment lies in.
fn hour_of(at: Time) -> Option<usize> {
    usize::try_from(at.0.div_euclid(Span::HOUR.0)).ok()
}

fn count_at(places: &mut Vec<u32>, place: u32) {
    let index = place as usize - 1;
    if places.len() <= index {
        places.resize(index + 1, 0);
    }
    places[index] += 1;
}

/// From how many took each place to how many went beyond it.
fn beyond<'a>(hours: impl Iterator<Item = &'a Vec<u32>>) -> Vec<u32> {
    let mut beyond: Vec<u32> = Vec::new();
    for places in hours {
        beyond.resize(beyond.len().max(places.len() + 1), 0);
        let mut left = 0;
        for place in (0..places.len()).rev() {
            left += places[place];
            beyond[place] += left;
        }
    }
    beyond
}

/// Whose the sessions are that are open at a moment.
fn holders(sessions: &[SessionSpan], at: Time) -> BTreeMap<SenderId, u32> {
    let mut holders = BTreeMap::new();
    for session in sessions.iter().filter(|session| session.from <= at && at < session.to) {
        *holders.entry(session.sender).or_insert(0) += 1;
    }
    holders
}

/// Places that are taken lowest number first.
#[derive(Debug, Default)]
struct Places {
    free: BinaryHeap<Reverse<u32>>,
    ends: BinaryHeap<Reverse<(Time, u32)>>,
    most: u32,
    taken: u32,
}

impl Places {
    /// The place, counted from 1, that a session takes from one moment to another. A place that becomes free at the moment is free.
    fn take(&mut self, from: Time, to: Time) -> u32 {
        while let Some(&Reverse((end, place))) = self.ends.peek() {
            if end > from {
                break;
            }
            self.ends.pop();
            self.free.push(Reverse(place));
            self.taken -= 1;
        }
        let place = self.free.pop().map_or_else(
            || {
                self.most += 1;
                self.most
            },
            |Reverse(place)| place,
        );
        self.ends.push(Reverse((to, place)));
        self.taken += 1;
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::NodeId;

    fn session(from: i64, to: i64) -> SessionSpan {
        let at = |seconds: i64| Time::ZERO + Span::from_secs(seconds);
        SessionSpan { sender: SenderId::new(0), node: NodeId::new(0), from: at(from), to: at(to) }
    }

    /// The sessions that a node of c places would have, told one by one.
    fn blocked_one_by_one(sessions: &[SessionSpan], places: usize) -> u32 {
        let (mut ends, mut blocked): (Vec<Time>, u32) = (Vec::new(), 0);
        for session in sessions {
            ends.retain(|end| *end > session.from);
            if ends.len() < places {
                ends.push(session.to);
            } else {
                blocked += 1;
            }
        }
        blocked
    }

    /// Ordered hunting is a loss system at every number of places, here with sessions of all lengths.
    #[test]
    fn beyond_a_place_goes_what_so_many_places_turn_away() {
        let length = |k: i64| 1 + (k * k * 7) % 83;
        let sessions: Vec<SessionSpan> = (0..500).map(|k| session(3 * k, 3 * k + length(k))).collect();
        let scope = Scope { planned: vec![0], first: 0 };
        let seen = Sessions(sessions.clone()).seen(1, &[true], &scope);
        assert!(seen[0].peak > 5, "{}", seen[0].peak);
        for places in 0..seen[0].planned.len() {
            assert_eq!(seen[0].planned[places], blocked_one_by_one(&sessions, places), "{places} places");
        }
        assert_eq!(seen[0].planned.last(), Some(&0));
        assert_eq!(seen[0].holders.values().sum::<u32>(), seen[0].peak);
    }

    #[test]
    fn the_hour_with_most_connections_is_the_busiest() {
        let mut sessions = vec![session(10, 20), session(3_610, 3_620), session(3_612, 3_620)];
        sessions.push(session(7_300, 7_310));
        let seen = Sessions(sessions).seen(1, &[true], &Scope { planned: vec![0, 2], first: 0 });
        assert_eq!((&seen[0].busiest[..], &seen[0].planned[..]), (&[2, 1, 0][..], &[2, 0][..]));
        assert!((seen[0].load - 20.0 / 7_200.0).abs() < 1e-12);
    }
}
