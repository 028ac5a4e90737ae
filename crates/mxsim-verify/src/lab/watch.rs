//! A probe that writes down what the nodes see.

use super::event::{Event, What};
use mxsim_core::engine::World;
use mxsim_core::engine::probe::{Probe, Step, Subject};
use mxsim_core::sender::Outcome;
use mxsim_core::time::Time;

/// Writes down what the nodes of a lab see.
#[derive(Debug)]
pub struct Watch<'a> {
    /// Per address of the world: the lab's node.
    nodes: &'a [u8],
    /// What was seen.
    pub events: Vec<Event>,
    /// Per connection: its address and the messages that went down it.
    connections: Vec<(u16, u32)>,
    /// Per message: the connection it goes down.
    down: Vec<usize>,
}

impl<'a> Watch<'a> {
    /// A probe where the addresses of the world belong to these nodes of the lab.
    #[must_use]
    pub const fn new(nodes: &'a [u8]) -> Self {
        Self { nodes, events: Vec::new(), connections: Vec::new(), down: Vec::new() }
    }

    fn see(&mut self, at: Time, address: u16, what: What) {
        self.events.push(Event { at, node: self.nodes[usize::from(address)], what });
    }

    fn goes_down(&mut self, message: u64, connection: usize) {
        let message = message as usize;
        if self.down.len() <= message {
            self.down.resize(message + 1, usize::MAX);
        }
        self.down[message] = connection;
    }

    fn tried(&mut self, message: u64, now: Time, (address, since): (u16, Time), outcome: Outcome) {
        match outcome {
            Outcome::Accepted => {
                self.see(now, address, What::Opened);
                self.connections.push((address, 0));
                self.goes_down(message, self.connections.len() - 1);
            }
            Outcome::Refused => self.see(now, address, What::Refused),
            Outcome::TimedOut => self.see(since, address, What::NoAnswer),
            Outcome::Busy => {
                self.see(now, address, What::Opened);
                self.see(now, address, What::TurnedAway);
            }
        }
    }
}

impl Probe for Watch<'_> {
    fn step(&mut self, subject: Subject, now: Time, step: Step<'_>) {
        match step {
            Step::Tried { candidate, since, outcome } => {
                self.tried(subject.number, now, (candidate.address, since), outcome);
            }
            Step::Reused { address, messages, .. } => {
                let used = self.connections.iter().rposition(|&known| known == (address, messages));
                self.goes_down(subject.number, used.unwrap_or(usize::MAX));
            }
            Step::Accepted { address, .. } => {
                let connection = self.down.get(subject.number as usize).copied().unwrap_or(usize::MAX);
                if let Some(used) = self.connections.get_mut(connection) {
                    used.1 += 1;
                }
                let (message, connection) = (subject.number as u32, connection as u64);
                self.see(now, address, What::Accepted { message, connection });
            }
            _ => {}
        }
    }
}

/// Per address of `world`: its text.
#[must_use]
pub fn addresses(world: &World) -> Vec<String> {
    let mut texts = vec![String::new(); world.addresses.len()];
    for node in &world.frame.nodes {
        for (text, &index) in node.addresses.iter().zip(&node.address_indices) {
            texts[index].clone_from(text);
        }
    }
    texts
}
