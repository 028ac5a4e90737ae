//! What is seen of a replication from outside: every step of every message.

use mxsim_core::engine::Compiled;
use mxsim_core::engine::probe::{Probe, Step};
use mxsim_core::ids::{AddressId, MessageId};
use mxsim_core::sender::Outcome;
use mxsim_core::time::Time;
use std::collections::BTreeMap;

/// Sessions of one node as they are seen from outside, in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sessions {
    /// Time that all together were open (µs).
    pub(super) occupied_us: u64,
    /// Lengths of those that ended (µs), together.
    pub(super) lasted_us: u64,
    /// How many ended.
    pub(super) ended: u64,
}

/// Counts what happens.
#[derive(Debug)]
pub(super) struct StepCounter {
    node_of: Vec<usize>,
    end: Time,
    /// When the session of a message began, and at which address.
    open: BTreeMap<MessageId, (Time, AddressId)>,
    sessions: Vec<Sessions>,
    /// Messages that went down a connection that was open already.
    pub(super) reused: u64,
    /// Messages that a node turned away within a session.
    pub(super) turned_away: u64,
    /// Messages that arrived, warm-up included.
    pub(super) arrived: u64,
    /// Attempts: looks at what there is to deliver to.
    pub(super) attempts: u64,
    /// Connections tried.
    pub(super) connections: u64,
}

impl StepCounter {
    pub(super) fn new(world: &Compiled) -> Self {
        let topology = &world.world.topology;
        let node_of = topology.landings.iter().map(|landing| landing.node.index()).collect();
        Self {
            node_of,
            end: world.world.end,
            open: BTreeMap::new(),
            sessions: vec![Sessions::default(); topology.nodes.len()],
            reused: 0,
            turned_away: 0,
            arrived: 0,
            attempts: 0,
            connections: 0,
        }
    }

    /// What the replication took, in messages that are taken at the first connection: such a one costs a look-up and a connection.
    pub(super) fn work(&self) -> f64 {
        (self.attempts + self.connections) as f64 / 2.0
    }

    /// Sessions at each node; those still open are open until the end of the run.
    pub(super) fn sessions(&self) -> Vec<Sessions> {
        let mut all = self.sessions.clone();
        for &(began, address) in self.open.values() {
            all[self.node_of[address.index()]].occupied_us += self.measured(began, self.end);
        }
        all
    }

    /// The part of a session that lies in the measured time (µs).
    fn measured(&self, began: Time, until: Time) -> u64 {
        until.min(self.end).since(began.max(Time::ZERO)).0.max(0) as u64
    }

    /// The session of a message ends, with its acceptance.
    fn close(&mut self, message: MessageId, now: Time) {
        let Some((began, address)) = self.open.remove(&message) else { return };
        let occupied = self.measured(began, now);
        let sessions = &mut self.sessions[self.node_of[address.index()]];
        sessions.occupied_us += occupied;
        if now >= Time::ZERO && now < self.end {
            sessions.lasted_us += now.since(began).0 as u64;
            sessions.ended += 1;
        }
    }
}

impl Probe for StepCounter {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        match step {
            Step::Arrived { .. } => self.arrived += 1,
            Step::LookedUp { .. } | Step::HeldBack(_) | Step::NobodyToAsk(_) => self.attempts += 1,
            Step::Tried { candidate, outcome, .. } => {
                self.connections += 1;
                if outcome == Outcome::Accepted {
                    self.open.insert(message, (now, candidate.address));
                }
            }
            Step::Reused { .. } => self.reused += 1,
            Step::TurnedAway { .. } => self.turned_away += 1,
            Step::Accepted { .. } => self.close(message, now),
            _ => {}
        }
    }
}
