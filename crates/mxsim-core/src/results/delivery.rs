//! What became of the messages.

use super::greylisting::GreylistedMail;
use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// What became of the messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Counts over all measured windows.
    pub totals: DeliveryTotals,
    /// Part of the messages that bounced, 0..1, those that a node had accepted included; `null` without messages.
    #[serde(default)]
    pub bounced_share: Option<Interval>,
    /// Part of the messages accepted or still waiting that took longer than an hour, 0..1; what waits counts with its time so far. `null` without such
    /// messages.
    #[serde(default)]
    pub late: Option<Interval>,
    /// Time from arrival in the sender's queue to acceptance, over accepted messages; `null` if none was accepted.
    pub delay: Option<Delay>,
    /// Messages that a greylist deferred at least once; not written where no node greylists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greylisted: Option<GreylistedMail>,
}

/// Counts over all measured windows; `messages = accepted + bounced + waiting`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryTotals {
    /// Messages that arrived at a sender.
    pub messages: u64,
    /// Accepted by a node.
    pub accepted: u64,
    /// Those of them that the node bounced afterwards, so that the sender believes it delivered. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub accepted_then_bounced: u64,
    /// Given up by the sender.
    pub bounced: u64,
    /// Still queued when the run ended.
    pub waiting: u64,
    /// Connections tried.
    pub connections_tried: u64,
    /// Delivery attempts of a message after its first one.
    pub retries: u64,
}

impl DeliveryTotals {
    /// Messages that nobody reads: given up by the sender, or bounced by the node that accepted them.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.bounced + self.accepted_then_bounced
    }
}

impl std::ops::AddAssign for DeliveryTotals {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.accepted += other.accepted;
        self.accepted_then_bounced += other.accepted_then_bounced;
        self.bounced += other.bounced;
        self.waiting += other.waiting;
        self.connections_tried += other.connections_tried;
        self.retries += other.retries;
    }
}

/// Delivery delay over accepted messages (s).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delay {
    /// Mean delay.
    pub mean: f64,
    /// 95 % interval of `mean`.
    pub mean_ci: [Option<f64>; 2],
    /// Median delay.
    pub p50: f64,
    /// 95 % interval of `p50`.
    pub p50_ci: [Option<f64>; 2],
    /// 95 % quantile.
    pub p95: f64,
    /// 95 % interval of `p95`.
    pub p95_ci: [Option<f64>; 2],
    /// 99 % quantile.
    pub p99: f64,
    /// 95 % interval of `p99`.
    pub p99_ci: [Option<f64>; 2],
    /// The largest delay that occurred; its interval spans the largest of the replications, `[least, most]`.
    pub max: f64,
    /// Least and most of the replications' largest delays; beyond 256 replications, of blocks of them.
    pub max_ci: [Option<f64>; 2],
}
