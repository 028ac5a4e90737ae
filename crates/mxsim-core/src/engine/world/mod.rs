//! A scenario as indices and tables, ready to be simulated any number of times.

pub mod fixed_candidates;
pub mod greylisting;
pub mod known_candidates;
pub mod method;
mod out_of_reach;
mod outages;
pub mod phases;
pub mod senders;
mod throughput;
pub mod topology;

pub use outages::OutagePlan;
pub use phases::Phases;
pub use senders::{DeliveryPath, SenderTable};
pub use topology::{MX, NOWHERE, Topology};

use crate::ids::SenderId;
use crate::scenario::RunPlan;
use crate::time::{Span, Time};
use greylisting::GreylistPlan;
use known_candidates::KnownCandidates;

/// What is the same in all replications. Immutable, and shared by them.
#[derive(Debug)]
pub struct World {
    /// Run length, window and warm-up.
    pub run: RunPlan,
    /// Start of the warm-up.
    pub start: Time,
    /// End of the last window.
    pub end: Time,
    /// The zone, its resolvers and its nodes.
    pub topology: Topology,
    /// Senders.
    pub senders: Vec<SenderTable>,
    /// Per sender: its candidates, where it need not ask for addresses.
    pub known_candidates: Vec<Option<KnownCandidates>>,
    /// Per resolver layer: true if only the times of its entries matter to those who ask it.
    pub times_only: Vec<bool>,
    /// What its nodes do about senders that they do not know, if any greylists.
    pub greylisting: Option<GreylistPlan>,
    /// When nodes fail at random.
    pub outages: OutagePlan,
    /// When the events of the scenario go on.
    pub phases: Phases,
    /// The delay limits of the delay goals, in order.
    pub delay_limits: Vec<Span>,
}

impl World {
    /// A sender.
    #[must_use]
    #[inline]
    pub fn sender(&self, sender: SenderId) -> &SenderTable {
        &self.senders[sender.index()]
    }

    /// Length of a window.
    #[must_use]
    #[inline]
    pub const fn window(&self) -> Span {
        self.run.window
    }
}
