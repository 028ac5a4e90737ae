//! What became of the mail of each sender.

use super::delivery::{Delay, DeliveryTotals};
use super::greylisting::GreylistedMail;
use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// One sender: what it sent, what became of it, and where it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SenderResult {
    /// Its name.
    pub name: String,
    /// False for mail that nobody waits for, such as spam.
    pub wanted: bool,
    /// Its part of the accepted wanted mail, 0..1; 0 without bounds if its mail is not wanted.
    pub share_of_mail: Interval,
    /// Counts over all measured windows; `messages = accepted + bounced + waiting`.
    pub totals: DeliveryTotals,
    /// Part of its messages that bounced, 0..1, those that a node had accepted included; `null` without messages.
    pub bounced_share: Option<Interval>,
    /// Part of its messages accepted or still waiting that took longer than an hour, 0..1; what waits counts with its time so far. `null` without
    /// such messages.
    pub late: Option<Interval>,
    /// Time from arrival in its queue to acceptance (s), over accepted messages; `null` if none was accepted. Quantiles are known to 3 %, extremes
    /// and atoms exactly.
    pub delay: Option<Delay>,
    /// Its messages that a greylist deferred at least once; not written where no node greylists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greylisted: Option<GreylistedMail>,
    /// Its connections and messages that a node turned away as one too many for a client; not written where it is 0.
    #[serde(default, skip_serializing_if = "super::greylisting::is_zero")]
    pub over_limits: u64,
    /// Where its mail went, one entry per node.
    pub by_node: Vec<SenderAtNode>,
}

/// The mail of one sender at one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SenderAtNode {
    /// Name of the node.
    pub node: String,
    /// Part of the sender's accepted messages that this node took, 0..1.
    pub share: Interval,
    /// Time-weighted average of its sessions with a message under way; `null` while sessions take no time.
    pub busy_sessions: Option<Interval>,
    /// The same of sessions that it keeps open for its next message.
    pub idle_sessions: Option<Interval>,
}
