//! What happened at a node, in counts.

use serde::{Deserialize, Serialize};

/// Counts at one node over all measured windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeTotals {
    /// Connections tried.
    pub connections_tried: u64,
    /// Messages accepted.
    pub accepted: u64,
    /// Connections and messages that failed for now (refused, no answer, lost, TLS failed, 4xx).
    pub deferred: u64,
    /// Connections and messages answered with a permanent error (5xx).
    pub rejected: u64,
    /// Attempts that found it full: refused, turned away with 421, or dropped until the sender gave up; part of `deferred`.
    #[serde(default)]
    pub full: u64,
    /// Messages deferred as the queue behind it had no room; part of `deferred`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub queue_full: u64,
    /// Messages that it accepted and then bounced; part of `accepted`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub accepted_then_bounced: u64,
    /// Messages that its greylist deferred, each time; part of `deferred`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub greylisted: u64,
    /// Connections turned away as their client had all sessions that it may have; part of `deferred`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub over_client_sessions: u64,
    /// Connections turned away as their client had had all connections of its window; part of `deferred`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub over_connection_rate: u64,
    /// Messages deferred as their client had sent all messages of its window; part of `deferred`. Not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub over_message_rate: u64,
}

impl NodeTotals {
    /// Attempts that came to it: accepted, deferred and rejected.
    #[must_use]
    pub const fn came(&self) -> u64 {
        self.accepted + self.deferred + self.rejected
    }
}

impl std::ops::AddAssign for NodeTotals {
    fn add_assign(&mut self, other: Self) {
        self.connections_tried += other.connections_tried;
        self.accepted += other.accepted;
        self.deferred += other.deferred;
        self.rejected += other.rejected;
        self.full += other.full;
        self.queue_full += other.queue_full;
        self.accepted_then_bounced += other.accepted_then_bounced;
        self.greylisted += other.greylisted;
        self.over_client_sessions += other.over_client_sessions;
        self.over_connection_rate += other.over_connection_rate;
        self.over_message_rate += other.over_message_rate;
    }
}
