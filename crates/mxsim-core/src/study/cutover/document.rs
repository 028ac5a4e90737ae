//! The document of `mxsim cutover`.

use crate::results::{Curve, Difference, Interval, Made, Measured, Moment, Said};
use serde::{Deserialize, Serialize};

/// Schema of the document.
pub const SCHEMA: &str = "mxsim.cutover/1";

/// What follows when hosts are taken out of a zone. Times are seconds since the change unless said otherwise, shares 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cutover {
    /// `mxsim.cutover/1`.
    pub schema: String,
    /// Title of the scenario.
    pub title: String,
    /// From what it was made.
    pub made: Made,
    /// The answer.
    pub said: Said,
    /// What changes, and when.
    pub change: Change,
    /// Each way in which the old hosts may go on, the first being that they go on as they are; all with the same random numbers.
    pub variants: Vec<Variant>,
    /// Who still sends to the old hosts while they go on as they are, most of the mail first.
    pub senders: Vec<OldSender>,
    /// Where bins of the curves begin and end (s since the change); one more than there are bins.
    pub edges_s: Vec<f64>,
    /// Part of the mail accepted in each bin that an old host accepted while it goes on as it is.
    pub curve: Curve,
    /// The same of each sender, as a part of all mail; those that matter least together.
    pub curves: Vec<Curve>,
    /// What is to be done, in order of time.
    pub plan: Vec<Step>,
    /// The change of the name servers, if the two zones name different ones; it is not simulated.
    pub name_servers: Option<NameServers>,
}

/// What changes, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// When the new records are published (s since the first measured midnight).
    pub at_s: f64,
    /// The nodes that it takes out.
    pub old: Vec<String>,
    /// The nodes that take mail after it.
    pub new: Vec<String>,
    /// The longest TTL of the answers that it makes old (s).
    pub ttl_s: f64,
    /// The lines that change: `-` before those that go, `+` before those that come.
    pub lines: Vec<String>,
    /// The lower TTL that is published before the change, if that was looked at.
    pub lowering: Option<Lowering>,
    /// How long the old hosts are watched (s).
    pub watched_s: f64,
    /// When the plan stops the old hosts (s); `None` if no safe time was found.
    pub stop_s: Option<f64>,
    /// True if that time was given and not found.
    pub is_stop_given: bool,
}

/// A lower TTL before the change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lowering {
    /// The lower TTL (s).
    pub ttl_s: f64,
    /// How long before the change it is published (s).
    pub before_s: f64,
    /// True if the plan does so; otherwise it is only looked at.
    pub is_planned: bool,
}

/// One way in which the old hosts may go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variant {
    /// Its name: `keeps`, `refuses`, `drops`, `lowered`, `plan`.
    pub name: String,
    /// The same in words.
    pub text: String,
    /// When parts of the mail have moved; empty where the old hosts take no mail any more.
    pub moved: Vec<Moved>,
    /// The last message that an old host accepts; `None` if it accepts none after the change.
    pub last: Option<Moment>,
    /// Part of the replications in which mail still comes to an old host when the watch ends.
    pub still: f64,
    /// When the last old answer has run out, and what it led to (s); without what only ends when a sender has no mail or is restarted.
    pub runs_out_s: f64,
    /// Quantities of the mail that is sent after the change, with the differences from the first variant.
    pub quantities: Vec<Quantity>,
}

/// When a part of the mail has moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moved {
    /// The part of the mail that goes to other hosts from then on.
    pub part: f64,
    /// When (s since the change); `None` if not while it is watched.
    pub after_s: Option<Interval>,
}

/// One quantity of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quantity {
    /// The quantity.
    pub measured: Measured,
    /// By how much it is above that of the first variant; `None` for that one.
    pub difference: Option<Difference>,
}

/// A sender and the old hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldSender {
    /// Its name.
    pub name: String,
    /// What keeps it there.
    pub held_by: HeldBy,
    /// The same in words.
    pub why: String,
    /// Part of all mail after the change that it sends.
    pub share_of_mail: Interval,
    /// Part of the mail of the old hosts after the change that it sends.
    pub share_of_old: Interval,
    /// The last message of it that an old host accepts; `None` if none is after the change.
    pub last: Option<Moment>,
    /// Part of the replications in which it still sends to an old host when the watch ends.
    pub still: f64,
}

/// What keeps a sender at an old host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeldBy {
    /// A cache that keeps the old answer for its TTL.
    Ttl,
    /// A cache that cuts the TTL.
    Cut,
    /// Connections that stay open for the next message.
    Connections,
    /// A cache that keeps every answer for a time of its own.
    Fixed,
    /// A cache that lifts short TTLs, or keeps answers for longer than it may.
    Lifted,
    /// A cache that serves answers that have expired.
    Stale,
    /// A list of hosts that is kept while there is mail or a connection.
    Pinned,
    /// A cache that never asks again.
    Never,
}

/// One step of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// When (s since the change, negative before it).
    pub at_s: f64,
    /// What to do.
    pub text: String,
}

/// A change of name servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NameServers {
    /// The name servers of the old zone.
    pub old: Vec<String>,
    /// Those of the new one.
    pub new: Vec<String>,
    /// The longest TTL of the old NS records (s), if the text says one.
    pub ttl_s: Option<u64>,
    /// What that means.
    pub text: String,
}
