//! The same scenario with other machines, for questions about how large they have to be.

use super::goal::{Goal, combinations};
use super::model::{Node, PlannedFault, Scenario, Sender};
use crate::node::{Capacity, Fault, Scope, SessionTime};
use crate::sender::{Concurrency, Reuse};
use crate::time::{Span, Time};

impl Scenario {
    /// Most sessions of each node; `None` for any number.
    pub(crate) fn limits(&self) -> Vec<Option<u32>> {
        self.nodes.iter().map(|node| node.capacity.sessions).collect()
    }

    /// The same with these limits.
    pub(crate) fn with_limits(&self, limits: &[Option<u32>]) -> Self {
        let mut same = self.clone();
        for (node, limit) in same.nodes.iter_mut().zip(limits) {
            node.capacity.sessions = *limit;
            if limit.is_none() {
                node.capacity.backlog = 0;
            }
        }
        same
    }

    /// The same with any number of sessions at each node.
    pub(crate) fn without_limits(&self) -> Self {
        self.with_limits(&vec![None; self.nodes.len()])
    }

    /// The same without events and faults, for a day on which nothing happens.
    pub(crate) fn ordinary(&self) -> Self {
        let mut same = self.without_faults();
        same.events.clear();
        same.goals = vec![Goal::rough_even()];
        same
    }

    /// The choices of so many nodes, those with the largest fair shares first.
    pub(crate) fn choices(&self, down: usize) -> Vec<Vec<usize>> {
        let mut nodes: Vec<usize> = (0..self.nodes.len()).collect();
        nodes.sort_by(|a, b| self.nodes[*b].fair_share.total_cmp(&self.nodes[*a].fair_share));
        let places = |choice: Vec<usize>| choice.into_iter().map(|place| nodes[place]).collect();
        combinations(nodes.len(), down).map(places).collect()
    }

    /// The same with these nodes down between two moments, as [`Scenario::with_nodes_down`] has them down for ever.
    pub(crate) fn with_nodes_down_between(&self, nodes: &[usize], (from, to): (Time, Time)) -> Self {
        let mut same = self.dropping(nodes, (from, to));
        same.faults.push(PlannedFault {
            edges: Vec::new(),
            at: from,
            length: to.since(from),
            every: None,
            fault: Fault::Drop,
            name: String::new(),
            nodes: nodes.to_vec(),
            from: None,
            scope: Scope::ALL,
        });
        same
    }

    /// True if a node does not say how long a session takes.
    pub(crate) fn has_no_session_time(&self) -> bool {
        self.nodes.iter().any(|node| node.capacity.session_time == SessionTime::Nothing)
    }

    /// The same with sessions of this mean: exponential ones at nodes that do not say how long theirs are.
    pub(crate) fn with_assumed_session_time(&self, mean: Span) -> Self {
        let mut same = self.clone();
        let without = |node: &&mut Node| node.capacity.session_time == SessionTime::Nothing;
        for node in same.nodes.iter_mut().filter(without) {
            node.capacity.session_time = SessionTime::Exponential(mean);
        }
        same
    }

    /// The same with sessions of this length at every node.
    pub(crate) fn with_session_time(&self, time: Span) -> Self {
        let mut same = self.clone();
        same.nodes.iter_mut().for_each(|node| node.capacity.session_time = SessionTime::Fixed(time));
        same
    }

    /// The same with sessions so many times as long.
    pub(crate) fn with_longer_sessions(&self, factor: f64) -> Self {
        let longer = |span: Span| Span::from_secs_f64(span.as_secs_f64() * factor);
        let mut same = self.clone();
        for node in &mut same.nodes {
            node.capacity.session_time = match node.capacity.session_time {
                SessionTime::Nothing => SessionTime::Nothing,
                SessionTime::Fixed(time) => SessionTime::Fixed(longer(time)),
                SessionTime::Exponential(mean) => SessionTime::Exponential(longer(mean)),
                SessionTime::Lognormal { mean, sigma } => {
                    SessionTime::Lognormal { mean: longer(mean), sigma }
                }
            };
        }
        same
    }

    /// The mean time that a message holds a session at this node.
    pub(crate) fn mean_session_time(&self, node: usize) -> Span {
        self.nodes[node].capacity.session_time.mean()
    }

    /// The same with nodes that can do what this one can.
    pub(crate) fn with_nodes_like(&self, node: &Node) -> Self {
        let mut same = self.clone();
        same.nodes.iter_mut().for_each(|other| other.capacity = node.capacity);
        same
    }

    /// Messages of all senders expected in an hour of the run, counted from its start.
    pub(crate) fn expected_in_hour(&self, hour: usize) -> f64 {
        let of = |sender: &Sender| {
            let rates = sender.profile.relative_rates();
            sender.share * rates[hour % rates.len()]
        };
        self.messages_per_day / 24.0 * self.senders.iter().map(of).sum::<f64>()
    }

    /// True if a connection that finds its node full is lost and nothing else happens: then Erlang's formula is exact. One node with one
    /// address, senders that never come back and open a connection for each message, and the same rate all day.
    pub(crate) fn loses_what_is_blocked(&self) -> bool {
        let [node] = &self.nodes[..] else { return false };
        let plain = |capacity: &Capacity| Capacity {
            sessions: None,
            session_time: SessionTime::Nothing,
            ..*capacity
        };
        let is_plain = plain(&node.capacity) == Capacity { tls: node.capacity.tls, ..Capacity::UNLIMITED };
        let is_steady = (1..168).all(|hour| {
            let change = self.expected_in_hour(hour) - self.expected_in_hour(0);
            change.abs() <= 1e-9 * self.expected_in_hour(0)
        });
        let gives_up = |sender: &Sender| {
            let parameters = &sender.behaviour.parameters;
            parameters.retry.max_attempts == Some(1)
                && parameters.reuse == Reuse::Never
                && parameters.concurrency == Concurrency::UNLIMITED
                && sender.given.is_none()
        };
        let has_one_path = node.addresses.len() == 1 && !node.host.contains(',') && self.zones.len() == 1;
        is_plain
            && is_steady
            && has_one_path
            && self.greylisting.is_none()
            && self.senders.iter().all(gives_up)
    }
}
