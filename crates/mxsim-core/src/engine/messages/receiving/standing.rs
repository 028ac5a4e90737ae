//! What an edge holds of a node behind it.

use crate::edge::Health;
use crate::tally::DrainTally;
use crate::time::Time;

/// What an edge holds of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// What its checks have come to.
    pub(super) health: Health,
    /// What connections of senders have come to.
    pub(super) passive: PassiveCount,
    /// Since when it is out, by checks or by connections that failed.
    pub(super) out_since: Option<Time>,
    /// When it last came back.
    pub(super) back_at: Time,
    /// True while it is drained.
    pub(super) is_draining: bool,
    /// What is looked at of that, in measured time.
    pub(super) drain: Option<DrainTally>,
}

impl Default for Standing {
    fn default() -> Self {
        let passive = PassiveCount { fails: 0, last: Time::ZERO, until: None, is_on_trial: false };
        Self {
            health: Health::UP,
            passive,
            out_since: None,
            back_at: Time::ZERO,
            is_draining: false,
            drain: None,
        }
    }
}

/// What connections to a node have come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PassiveCount {
    /// Connections that failed.
    pub(super) fails: u32,
    /// When the last of them did.
    pub(super) last: Time,
    /// Until when it is left out; `None` if it is not.
    pub(super) until: Option<Time>,
    /// True from then on until a connection is tried there.
    pub(super) is_on_trial: bool,
}
