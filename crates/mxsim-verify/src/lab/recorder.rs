//! A probe that writes down what the nodes see.

use super::event::{Event, What};
use mxsim_core::engine::Compiled;
use mxsim_core::engine::probe::{Probe, Step};
use mxsim_core::ids::{AddressId, MessageId};
use mxsim_core::sender::Outcome;
use mxsim_core::time::Time;

/// Writes down what the nodes of a lab see.
#[derive(Debug)]
pub struct ConnectionRecorder<'a> {
    /// Per address of the world: the lab's node.
    nodes: &'a [u8],
    /// What was seen.
    pub events: Vec<Event>,
}

impl<'a> ConnectionRecorder<'a> {
    /// A probe where the addresses of the world belong to these nodes of the lab.
    #[must_use]
    pub const fn new(nodes: &'a [u8]) -> Self {
        Self { nodes, events: Vec::new() }
    }

    fn see(&mut self, at: Time, address: AddressId, what: What) {
        self.events.push(Event { at, node: self.nodes[address.index()], what });
    }

    /// A connection came to its end or to a session. One that got no answer was seen when it began.
    fn tried(&mut self, now: Time, since: Time, address: AddressId, outcome: Outcome) {
        match outcome {
            Outcome::Refused => self.see(now, address, What::Refused),
            Outcome::TimedOut => self.see(since, address, What::NoAnswer),
            Outcome::Accepted => self.see(now, address, What::Opened),
            // The lab's nodes write down what they say, and such a node says nothing.
            Outcome::NoGreeting => self.see(since, address, What::Opened),
            _ => {
                self.see(now, address, What::Opened);
                self.see(now, address, What::TurnedAway { message: None });
            }
        }
    }
}

impl Probe for ConnectionRecorder<'_> {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        match step {
            Step::Tried { candidate, since, outcome, .. } => {
                self.tried(now, since, candidate.address, outcome)
            }
            Step::TurnedAway { candidate, .. } => {
                let message = Some(message.number as u32);
                self.see(now, candidate.address, What::TurnedAway { message });
            }
            Step::Accepted { address, connection, .. } => {
                self.see(now, address, What::Accepted { message: message.number as u32, connection });
            }
            _ => {}
        }
    }
}

/// Per address of a compiled scenario: its text.
#[must_use]
pub fn addresses(compiled: &Compiled) -> Vec<String> {
    let mut texts = vec![String::new(); compiled.world.topology.addresses.len()];
    for node in &compiled.labels.nodes {
        for (text, &index) in node.addresses.iter().zip(&node.address_indices) {
            texts[index].clone_from(text);
        }
    }
    texts
}
