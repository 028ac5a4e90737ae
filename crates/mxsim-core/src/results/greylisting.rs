//! Mail that greylisting held up.

use super::delivery::Delay;
use super::numbers::Interval;
use serde::{Deserialize, Serialize};

/// The messages that a greylist deferred at least once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GreylistedMail {
    /// How many, over all measured windows.
    pub messages: u64,
    /// Deferrals by a node though the table of another would have let the message pass.
    pub known_elsewhere: u64,
    /// Part of all messages, 0..1; `null` without messages.
    pub share: Option<Interval>,
    /// Part of those accepted that a node took which does not greylist, 0..1; `null` if none was accepted.
    pub leaked: Option<Interval>,
    /// Time from arrival in the sender's queue to acceptance (s), over those accepted; `null` if none was.
    pub delay: Option<Delay>,
}

/// True for what is not written into a document.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
