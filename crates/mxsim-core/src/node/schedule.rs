//! When which faults of a node are under way.

use super::fault::{Client, Fault, Outage, ShareOf};
use crate::time::{Span, Time};

/// The faults of one node. Several may be under way at the same time: a connection meets the one that shows first of those that hit it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schedule {
    /// In order of their beginning.
    outages: Vec<Outage>,
    /// Times without an edge in which some outage is under way, in order.
    segments: Vec<Segment>,
    /// The outages of all segments, one segment after the other, each in the order in which they show.
    active: Vec<Outage>,
    /// True if some outage hits only a part of the connections.
    partial: bool,
    /// What is wrong with the node in outages that are drawn anew in each replication.
    random: Vec<Fault>,
}

/// A time in which the same outages are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    from: Time,
    to: Time,
    /// Where its outages begin and end in the list of all.
    active: (u32, u32),
}

/// What is under way at a node, and until when it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    active: (u32, u32),
    pub(crate) until: Time,
}

impl State {
    /// Nothing, and no longer than to this moment.
    pub(crate) const fn unknown(until: Time) -> Self {
        Self { active: (0, 0), until }
    }
}

impl Schedule {
    /// A schedule of `outages` in any order. The same fault that hits the same clients twice at the same time is one.
    #[must_use]
    pub fn new(outages: Vec<Outage>) -> Self {
        let outages = with_coins(joined(outages));
        let partial = outages.iter().any(|outage| outage.scope.is_partial());
        let mut schedule =
            Self { outages, segments: Vec::new(), active: Vec::new(), partial, random: Vec::new() };
        schedule.lay_out();
        schedule
    }

    /// Finds the segments: between two edges the same outages are under way.
    fn lay_out(&mut self) {
        let edges = edges(&self.outages);
        let (mut next, mut under_way): (usize, Vec<Outage>) = (0, Vec::new());
        for pair in edges.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            under_way.retain(|outage| outage.to > from);
            while let Some(outage) = self.outages.get(next).filter(|outage| outage.from <= from) {
                under_way.push(*outage);
                next += 1;
            }
            if under_way.is_empty() {
                continue;
            }
            // A stable sort: of equals the first stays the first.
            under_way.sort_by_key(|outage| outage.fault.rank());
            let begin = self.active.len() as u32;
            self.active.extend(&under_way);
            self.segments.push(Segment { from, to, active: (begin, self.active.len() as u32) });
        }
    }

    /// How many places the outages take that are under way at the same time; a schedule of many that overlap is too large to be made.
    #[must_use]
    pub fn places(outages: &[Outage]) -> usize {
        let outages = joined(outages.to_vec());
        let edges = edges(&outages);
        let place = |time: Time| edges.partition_point(|edge| *edge < time);
        outages.iter().map(|outage| place(outage.to) - place(outage.from)).sum()
    }

    /// True if some outage is under way at every moment from `from` to `to`.
    #[must_use]
    pub fn covers(&self, from: Time, to: Time) -> bool {
        let reached = self.segments.iter().fold(from, |reached, segment| {
            if segment.from <= reached { reached.max(segment.to) } else { reached }
        });
        reached >= to
    }

    fn segment_at(&self, time: Time) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.from <= time);
        self.segments[..after].last().filter(|segment| time < segment.to)
    }

    /// The outages under way at `time`, in the order in which they show.
    #[must_use]
    pub fn under_way(&self, time: Time) -> &[Outage] {
        self.segment_at(time).map_or(&[], |segment| self.among(segment.active))
    }

    /// True if an outage under way at `time` breaks an open connection of this client.
    #[must_use]
    pub fn breaks_connection(&self, client: &Client, time: Time) -> bool {
        let mut outages = self.under_way(time).iter();
        outages.any(|outage| outage.fault.breaks_connections() && outage.hits(client))
    }

    /// True if an outage between `since` and `time` broke a connection of this client that was open all the while.
    #[must_use]
    pub fn has_broken_connection(&self, client: &Client, since: Time, time: Time) -> bool {
        let after = self.segments.partition_point(|segment| segment.to <= since);
        let segments = self.segments[after..].iter().take_while(|segment| segment.from <= time);
        let mut outages = segments.flat_map(|segment| self.among(segment.active));
        outages.any(|outage| outage.fault.breaks_connections() && outage.hits(client))
    }

    /// True if the node is drained at `time`.
    #[must_use]
    pub fn is_draining(&self, time: Time) -> bool {
        self.under_way(time).iter().any(|outage| outage.fault == Fault::Drain)
    }

    fn among(&self, (from, to): (u32, u32)) -> &[Outage] {
        &self.active[from as usize..to as usize]
    }

    /// Those of a state.
    pub(crate) fn of_state(&self, state: State) -> &[Outage] {
        self.among(state.active)
    }

    /// What a client meets at `time`: of the faults that hit it, the one that shows first.
    #[must_use]
    pub fn fault_at(&self, time: Time, client: &Client) -> Option<Fault> {
        self.outage_at(time, client).map(|outage| outage.fault)
    }

    /// The outage that shows first to a client at `time`.
    #[must_use]
    pub fn outage_at(&self, time: Time, client: &Client) -> Option<&Outage> {
        self.under_way(time).iter().find(|outage| outage.hits(client))
    }

    /// What is under way at `time`, and until when it is so.
    #[must_use]
    pub(crate) fn state_at(&self, time: Time) -> State {
        let after = self.segments.partition_point(|segment| segment.from <= time);
        let now = self.segments[..after].last().filter(|segment| time < segment.to);
        let begins = || self.segments.get(after).map_or(Time::NEVER, |segment| segment.from);
        now.map_or_else(
            || State::unknown(begins()),
            |segment| State { active: segment.active, until: segment.to },
        )
    }

    /// The next moment after `time` at which a fault begins or ends.
    pub(crate) fn next_edge(&self, time: Time) -> Time {
        self.state_at(time).until
    }

    /// The same for a node that also fails at random, in this way.
    #[must_use]
    pub fn failing_at_random(mut self, fault: Fault) -> Self {
        self.random.push(fault);
        self
    }

    /// True if some outages are drawn anew in each replication.
    #[must_use]
    pub fn is_random(&self) -> bool {
        !self.random.is_empty()
    }

    /// The outages of a replication: those that are planned, and these that were drawn.
    #[must_use]
    pub(crate) fn with(&self, drawn: Vec<Outage>) -> Self {
        let outages = self.outages.iter().copied().chain(drawn).collect();
        Self { random: self.random.clone(), ..Self::new(outages) }
    }

    /// How long, between two moments, an outage is under way that hits everybody.
    #[must_use]
    pub(crate) fn down(&self, from: Time, to: Time) -> Span {
        let is_down = |outage: &Outage| !outage.scope.is_partial() && !outage.fault.is_delay();
        let hits_all = |segment: &&Segment| self.among(segment.active).iter().any(is_down);
        let within = |segment: &Segment| segment.to.min(to).since(segment.from.max(from)).0.max(0);
        let after = self.segments.partition_point(|segment| segment.to <= from);
        let segments = self.segments[after..].iter().take_while(|segment| segment.from < to);
        Span(segments.filter(hits_all).map(within).sum())
    }

    /// True if the node never fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outages.is_empty() && self.random.is_empty()
    }

    /// True if it depends on the client whether a connection is hit.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// True if it ever shows such a fault.
    pub fn ever(&self, such: impl Fn(Fault) -> bool) -> bool {
        self.outages.iter().map(|outage| outage.fault).chain(self.random.iter().copied()).any(such)
    }

    /// The outages, in order of their beginning.
    #[must_use]
    pub fn outages(&self) -> &[Outage] {
        &self.outages
    }
}

/// The outages, of which those keep the coin of their event that hit a part of the connections while another event does: each tosses one of its own. All others
/// take the draw of the connection as it is.
fn with_coins(mut outages: Vec<Outage>) -> Vec<Outage> {
    let tosses = |outage: &Outage| outage.scope.share < 1.0 && outage.scope.share_of == ShareOf::Connections;
    let mut keeps = vec![false; outages.len()];
    let mut under_way: Vec<usize> = Vec::new();
    for (place, outage) in outages.iter().enumerate().filter(|(_, outage)| tosses(outage)) {
        under_way.retain(|&other| outages[other].to > outage.from);
        for &other in under_way.iter().filter(|&&other| outages[other].scope.event != outage.scope.event) {
            (keeps[other], keeps[place]) = (true, true);
        }
        under_way.push(place);
    }
    for (outage, keeps) in outages.iter_mut().zip(keeps) {
        if tosses(outage) && !keeps {
            outage.scope.event = 0;
        }
    }
    outages
}

/// All moments at which an outage begins or ends, in order.
fn edges(outages: &[Outage]) -> Vec<Time> {
    let mut edges: Vec<Time> = outages.iter().flat_map(|outage| [outage.from, outage.to]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The outages in order of their beginning. Of one fault with one scope, times that overlap are joined.
fn joined(mut outages: Vec<Outage>) -> Vec<Outage> {
    outages.retain(|outage| outage.from < outage.to);
    outages.sort_by_key(|outage| (outage.from, outage.to));
    let mut kept: Vec<Outage> = Vec::with_capacity(outages.len());
    // The last outage of each fault and scope, as its place among those kept; there are few.
    let mut last: Vec<usize> = Vec::new();
    for outage in outages {
        let same =
            |place: &&mut usize| kept[**place].fault == outage.fault && kept[**place].scope == outage.scope;
        match last.iter_mut().find(same) {
            Some(place) if outage.from < kept[*place].to => {
                let to = &mut kept[*place].to;
                *to = (*to).max(outage.to);
            }
            Some(place) => {
                *place = kept.len();
                kept.push(outage);
            }
            None => {
                last.push(kept.len());
                kept.push(outage);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::fault::Scope;
    use super::*;
    use crate::smtp::Stage;

    fn outage(from: i64, to: i64, fault: Fault) -> Outage {
        Outage { from: Time(from), to: Time(to), fault, scope: Scope::ALL }
    }

    const ANYBODY: &Client = &Client::ANYBODY;

    #[test]
    fn a_fault_starts_at_its_start_and_is_over_at_its_end() {
        let schedule = Schedule::new(vec![outage(10, 20, Fault::Drop), outage(30, 40, Fault::Refuse)]);
        assert_eq!(schedule.fault_at(Time(9), ANYBODY), None);
        assert_eq!(schedule.fault_at(Time(10), ANYBODY), Some(Fault::Drop));
        assert_eq!(schedule.fault_at(Time(20), ANYBODY), None);
        assert_eq!(schedule.fault_at(Time(39), ANYBODY), Some(Fault::Refuse));
        assert_eq!([9, 10, 40].map(|at| schedule.next_edge(Time(at))), [Time(10), Time(20), Time::NEVER]);
    }

    /// Whichever begins first: packets that are lost hide everything else, and an earlier stage hides a later one.
    #[test]
    fn of_several_faults_the_one_that_shows_first_is_met() {
        let data = Fault::Reject(Stage::Data);
        let recipient = Fault::Defer(Stage::Recipient);
        let schedule =
            Schedule::new(vec![outage(0, 30, data), outage(10, 25, Fault::Drop), outage(20, 40, recipient)]);
        let met = |at| schedule.fault_at(Time(at), ANYBODY);
        assert_eq!(
            [5, 15, 22, 27, 35].map(met),
            [data, Fault::Drop, Fault::Drop, recipient, recipient].map(Some)
        );
        assert!(schedule.covers(Time(0), Time(40)) && !schedule.covers(Time(0), Time(41)));
    }

    #[test]
    fn who_is_not_hit_by_one_may_be_hit_by_another() {
        let part = Outage { scope: Scope::part(0.5), ..outage(0, 10, Fault::Drop) };
        let schedule = Schedule::new(vec![part, outage(0, 10, Fault::Refuse)]);
        let met = |draw| schedule.fault_at(Time(1), &Client::drawing(draw));
        assert_eq!([0, u64::MAX].map(met), [Some(Fault::Drop), Some(Fault::Refuse)]);
    }

    /// Two events of a half each hit three quarters; one alone, and one after the other, take the draw of the connection as it is.
    #[test]
    fn events_at_the_same_time_toss_coins_of_their_own() {
        let half = |from, to, event| Outage {
            scope: Scope { event, ..Scope::part(0.5) },
            ..outage(from, to, Fault::Drop)
        };
        let hit = |outages: Vec<Outage>, at: i64| {
            let schedule = Schedule::new(outages);
            let draws = (0..4_000u64).map(|number| crate::random::Key::ROOT.child(number).word());
            let hit = draws.filter(|draw| schedule.fault_at(Time(at), &Client::drawing(*draw)).is_some());
            hit.count() as f64 / 4_000.0
        };
        let both = vec![half(0, 10, 1), half(5, 15, 2)];
        assert!((hit(both.clone(), 7) - 0.75).abs() < 0.035 && (hit(both, 12) - 0.5).abs() < 0.04);
        assert_eq!(Schedule::new(vec![half(0, 10, 1), half(10, 15, 2)]).outages()[1].scope.event, 0);
        assert!((hit(vec![half(0, 10, 1), half(0, 10, 1)], 7) - 0.5).abs() < 0.04, "the same event is one");
    }

    #[test]
    fn an_event_that_overlaps_itself_is_one() {
        let often: Vec<Outage> = (0..1_000).map(|i| outage(i * 10, i * 10 + 15, Fault::Refuse)).collect();
        assert_eq!(Schedule::places(&often), 1);
        assert_eq!(Schedule::new(often).outages(), [outage(0, 10_005, Fault::Refuse)]);
        let apart: Vec<Outage> = (0..100)
            .map(|i| outage(i, 1_000, Fault::Reject(Stage::Data)))
            .enumerate()
            .map(|(i, one)| Outage { scope: Scope { event: i as u64, ..Scope::ALL }, ..one })
            .collect();
        assert_eq!(Schedule::places(&apart), 100 * 101 / 2);
    }
}
