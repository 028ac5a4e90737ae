//! Health checks of the nodes behind an edge.
//!
//! A check that finds what the last one found changes nothing, so none of those is an event: the next that counts is the first after a fault of
//! the node begins or ends. Only nodes that may turn a check away because they are busy are asked each time.

use super::Node;
use super::clients::ClientAddress;
use crate::edge::{Check, CheckBy};
use crate::engine::connect::{ConnectResult, connect};
use crate::engine::messages::state::{Event, Replication};
use crate::engine::probe::Watching;
use crate::ids::EdgeId;
use crate::node::{Client, Fault, WhenFull};
use crate::sender::{Kernel, Outcome, Timeouts};
use crate::smtp::Stage;
use crate::time::{Span, Time};

/// What a check finds, and after how long.
type Finding = (bool, Span);

impl Node<'_> {
    /// What a check of this client finds that begins at `now`.
    fn check(&mut self, check: &Check, (client, draw): (ClientAddress, u64), now: Time) -> Finding {
        let identity = Client::drawing(draw);
        let timeouts =
            Timeouts { connect: Some(check.patience()), kernel: Kernel::Linux, greeting: check.patience() };
        let is_tcp = check.by == CheckBy::Tcp;
        match connect(&self.faults, (now, now), &timeouts, &identity) {
            ConnectResult::Now(Outcome::Accepted) => self.checked_by(check, client, &identity, now),
            ConnectResult::Now(Outcome::Refused) => (false, Span::ZERO),
            ConnectResult::Now(_) | ConnectResult::Later(_, Outcome::NoGreeting) if is_tcp => {
                (true, Span::ZERO)
            }
            ConnectResult::Now(_) => (false, Span::ZERO),
            ConnectResult::Later(at, outcome) => (outcome == Outcome::Accepted, at.since(now)),
        }
    }

    /// The same of a node that takes connections.
    fn checked_by(&mut self, check: &Check, client: ClientAddress, identity: &Client, now: Time) -> Finding {
        let silence = (false, check.patience());
        let is_tcp = check.by == CheckBy::Tcp;
        if self.is_full(now) {
            let waits = self.backlog.len() < self.table.capacity.backlog as usize;
            return match self.table.capacity.when_full {
                _ if waits && is_tcp => (true, Span::ZERO),
                // A check in the backlog is taken to wait for longer than its time-out.
                _ if waits => silence,
                WhenFull::Busy => (is_tcp, Span::ZERO),
                WhenFull::Refuse => (false, Span::ZERO),
                WhenFull::Drop => silence,
            };
        }
        let is_beyond = self.clients.as_mut().is_some_and(|clients| clients.connect(client, now).is_err());
        if is_tcp {
            return (true, Span::ZERO);
        }
        if self.greeting_delay(identity, now) >= check.patience() {
            return silence;
        }
        let at_recipient = |outcome: Outcome| outcome.stage_in_session() == Some(Stage::Recipient);
        let is_turned_away =
            check.by == CheckBy::Recipient && self.trouble(identity, now, at_recipient).is_some();
        (!is_beyond && !is_turned_away, Span::ZERO)
    }

    /// From when on a check may find something else than one at `now`.
    fn finds_the_same_until(&self, now: Time) -> Time {
        let is_drawn = self.faults.under_way(now).iter().any(|outage| outage.scope.is_partial());
        if is_drawn || self.table.capacity.sessions.is_some() || self.clients.is_some() {
            return now;
        }
        self.faults.next_edge(now)
    }

    /// True if a fault keeps it from taking mail of everybody at `now`.
    pub(super) fn is_dead(&self, now: Time) -> bool {
        let breaks = |fault: Fault| fault.breaks_connections();
        self.faults.under_way(now).iter().any(|outage| breaks(outage.fault) && !outage.scope.is_partial())
    }
}

impl<P: Watching> Replication<'_, '_, P> {
    /// Schedules the first check of each node behind an edge.
    pub(crate) fn schedule_checks(&mut self) {
        for edge in (0..self.edges.len()).map(EdgeId::new) {
            let state = &self.edges[edge.index()];
            let Some(check) = state.table.policy.check else { continue };
            for place in 0..state.table.nodes.len() {
                let at = self.edges[edge.index()].first_check(place, check.every, self.world.start);
                self.calendar.schedule(at, Event::CheckBegins(edge, place));
            }
        }
    }

    /// Checks a node.
    pub(crate) fn begin_check(&mut self, edge: EdgeId, place: usize, now: Time) {
        let state = &self.edges[edge.index()];
        let (Some(check), id) = (state.table.policy.check, state.table.nodes[place]) else { return };
        let draw = state.check_draws(place).child(now.0 as u64).word();
        let client = ClientAddress::of_edge(edge);
        let node = &mut self.nodes[id.index()];
        let (passed, takes) = node.check(&check, (client, draw), now);
        let same_until = node.finds_the_same_until(now);
        // Nothing but its checks changes what they have come to.
        let mut after = self.edges[edge.index()].standings[place].health;
        after.note(passed, &check);
        if takes == Span::ZERO {
            self.end_check(edge, (place, passed), now);
        } else {
            self.calendar.schedule(now + takes, Event::CheckEnds(edge, place, passed));
        }
        let until = if after.is_settled(passed) { same_until } else { now };
        let next = check.next(now, (takes, after), until);
        if next < self.world.end {
            self.calendar.schedule(next, Event::CheckBegins(edge, place));
        }
    }

    /// Takes in what a check found.
    pub(crate) fn end_check(&mut self, edge: EdgeId, (place, passed): (usize, bool), now: Time) {
        let state = &mut self.edges[edge.index()];
        let Some(check) = state.table.policy.check else { return };
        if state.standings[place].health.note(passed, &check) {
            self.look_at_standing(edge, place, now);
        }
    }

    /// Schedules what is known beforehand of the nodes behind edges: when they may be drained.
    pub(crate) fn schedule_drains(&mut self) {
        for edge in (0..self.edges.len()).map(EdgeId::new) {
            for place in 0..self.edges[edge.index()].table.nodes.len() {
                let node = self.edges[edge.index()].table.nodes[place];
                if self.world.topology.node(node).faults.ever(|fault| fault == Fault::Drain) {
                    self.calendar.schedule(self.world.start, Event::DrainChanges(edge, place));
                }
            }
        }
    }

    /// Notes how long nodes were out that are out when the run ends.
    pub(crate) fn note_out_at_end(&mut self) {
        self.note_drains_at_end();
        let end = self.world.end;
        for (edge, state) in self.edges.iter().enumerate() {
            let counts = self.recorder.edge(EdgeId::new(edge));
            for (place, standing) in state.standings.iter().enumerate() {
                standing.out_since.iter().for_each(|since| counts.nodes[place].be_out(*since, end));
            }
        }
    }
}
