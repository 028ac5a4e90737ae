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
}

impl<'a> Watch<'a> {
    /// A probe where the addresses of the world belong to these nodes of the lab.
    #[must_use]
    pub const fn new(nodes: &'a [u8]) -> Self {
        Self { nodes, events: Vec::new() }
    }

    fn see(&mut self, at: Time, address: u16, what: What) {
        self.events.push(Event { at, node: self.nodes[usize::from(address)], what });
    }

    /// A connection came to its end or to a session. One that got no answer was seen when it began.
    fn tried(&mut self, now: Time, since: Time, address: u16, outcome: Outcome) {
        match outcome {
            Outcome::Refused => self.see(now, address, What::Refused),
            Outcome::TimedOut => self.see(since, address, What::NoAnswer),
            Outcome::Accepted => self.see(now, address, What::Opened),
            // The lab's nodes write down what they say, and such a node says nothing.
            Outcome::Silent => self.see(since, address, What::Opened),
            _ => {
                self.see(now, address, What::Opened);
                self.see(now, address, What::TurnedAway { message: None });
            }
        }
    }
}

impl Probe for Watch<'_> {
    fn step(&mut self, subject: Subject, now: Time, step: Step<'_>) {
        match step {
            Step::Tried { candidate, since, outcome, .. } => {
                self.tried(now, since, candidate.address, outcome)
            }
            Step::TurnedAway { candidate, .. } => {
                let message = Some(subject.number as u32);
                self.see(now, candidate.address, What::TurnedAway { message });
            }
            Step::Accepted { address, connection, .. } => {
                self.see(now, address, What::Accepted { message: subject.number as u32, connection });
            }
            _ => {}
        }
    }
}

/// Per address of `world`: its text.
#[must_use]
pub fn addresses(world: &World) -> Vec<String> {
    let mut texts = vec![String::new(); world.addresses.len()];
    for node in &world.labels.nodes {
        for (text, &index) in node.addresses.iter().zip(&node.address_indices) {
            texts[index].clone_from(text);
        }
    }
    texts
}
