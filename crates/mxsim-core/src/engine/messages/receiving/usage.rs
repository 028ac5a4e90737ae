//! Whether an edge picks a node, and with which weight, after what its checks, the connections of senders and events have said.

use super::standing::PassiveCount;
use crate::engine::messages::state::{Event, Replication};
use crate::engine::probe::Watching;
use crate::ids::EdgeId;
use crate::tally::DrainTally;
use crate::time::{Span, Time};

/// Steps in which a node that comes back is given its weight (HAProxy, `server_recalc_eweight`: `BE_WEIGHT_SCALE` is 16).
const STEPS: u32 = 16;

impl<P: Watching> Replication<'_, '_, P> {
    /// Looks again whether an edge picks a node: what it holds of it has changed.
    pub(super) fn look_at_standing(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let node = state.table.nodes[place];
        let standing = &mut state.standings[place];
        let is_out = !standing.health.is_up() || standing.passive.until.is_some();
        if is_out != standing.out_since.is_some() {
            let since = std::mem::replace(&mut standing.out_since, is_out.then_some(now));
            let is_wrong = is_out && !self.nodes[node.index()].is_dead(now);
            self.recorder.edge(edge).nodes[place].be_out_or_back(since, is_wrong, now);
        }
        let may_try = standing.passive.until.is_none_or(|_| standing.passive.is_on_trial);
        let is_used = standing.health.is_up() && may_try && !standing.is_draining;
        let was_used = state.pool.set_up(place, is_used);
        if is_used && !was_used {
            self.come_back(edge, place, now);
        }
    }

    /// A node is picked again, perhaps with little of its weight at first.
    fn come_back(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let slow_start = state.table.policy.slow_start;
        if slow_start > Span::ZERO {
            state.standings[place].back_at = now;
            state.pool.set_sixteenths(place, 1);
            let step = slow_start.0 / i64::from(STEPS);
            for sixteenths in 2..=STEPS {
                let at = now + Span(step * i64::from(sixteenths - 1));
                self.calendar.schedule(at, Event::WeightRises(edge, place, now, sixteenths));
            }
        }
        self.offer_later(edge);
    }

    /// A node that came back at `back_at` has so many sixteenths of its weight, unless it has gone again.
    pub(crate) fn raise_weight(&mut self, edge: EdgeId, place: usize, (back_at, sixteenths): (Time, u32)) {
        let state = &mut self.edges[edge.index()];
        if state.standings[place].back_at == back_at {
            state.pool.set_sixteenths(place, sixteenths);
        }
    }

    /// A connection of an edge was picked for a node: on trial, it is the only one.
    pub(super) fn note_pick(&mut self, edge: EdgeId, place: usize, now: Time) {
        let standing = &mut self.edges[edge.index()].standings[place];
        if std::mem::replace(&mut standing.passive.is_on_trial, false) {
            self.leave_out(edge, place, now);
        }
    }

    /// A node took a connection of an edge that began at `begun`.
    pub(super) fn note_taken(&mut self, edge: EdgeId, (place, begun): (usize, Time), now: Time) {
        let state = &mut self.edges[edge.index()];
        let Some(policy) = state.table.policy.passive else { return };
        let passive = &mut state.standings[place].passive;
        if passive.fails > 0 && begun.since(passive.last) >= policy.time {
            *passive = PassiveCount { fails: 0, until: None, is_on_trial: false, ..*passive };
            self.look_at_standing(edge, place, now);
        }
    }

    /// A node failed a connection of an edge.
    pub(super) fn note_failure(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let Some(policy) = state.table.policy.passive else { return };
        let passive = &mut state.standings[place].passive;
        (passive.fails, passive.last) = (passive.fails.saturating_add(1), now);
        if passive.fails >= policy.fails && state.table.nodes.len() > 1 {
            self.leave_out(edge, place, now);
        }
    }

    /// Leaves a node out for some time.
    fn leave_out(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let Some(policy) = state.table.policy.passive else { return };
        let until = now + policy.time;
        state.standings[place].passive.until = Some(until);
        self.calendar.schedule(until, Event::TrialBegins(edge, place));
        self.look_at_standing(edge, place, now);
    }

    /// Looks whether a node is drained, now and when that may change again.
    pub(crate) fn look_at_drain(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let node = &self.nodes[state.table.nodes[place].index()];
        let (is_draining, next) = (node.faults.is_draining(now), node.faults.next_edge(now));
        if next < self.world.end {
            self.calendar.schedule(next, Event::DrainChanges(edge, place));
        }
        let standing = &mut state.standings[place];
        if std::mem::replace(&mut standing.is_draining, is_draining) == is_draining {
            return;
        }
        let ended = standing.drain.take();
        if is_draining && now >= Time::ZERO {
            standing.drain = Some(DrainTally::new(place, now, state.pool.open_at(place)));
        }
        self.recorder.edge(edge).drains.extend(ended);
        self.look_at_standing(edge, place, now);
    }

    /// A connection to a node has ended, which may be drained.
    pub(super) fn note_end(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &mut self.edges[edge.index()];
        let left = state.pool.open_at(place);
        if let Some(drain) = &mut state.standings[place].drain {
            drain.note(left, now);
        }
    }

    /// Notes the drains that go on when the run ends.
    pub(super) fn note_drains_at_end(&mut self) {
        for (edge, state) in self.edges.iter().enumerate() {
            let drains = state.standings.iter().filter_map(|standing| standing.drain);
            self.recorder.edge(EdgeId::new(edge)).drains.extend(drains);
        }
    }

    /// The time is over for which a node was left out, unless it has failed since.
    pub(crate) fn begin_trial(&mut self, edge: EdgeId, place: usize, now: Time) {
        let passive = &mut self.edges[edge.index()].standings[place].passive;
        if passive.until == Some(now) {
            passive.is_on_trial = true;
            self.look_at_standing(edge, place, now);
        }
    }
}
