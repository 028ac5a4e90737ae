//! The document `mxsim.fail/1`.

use crate::results::{Caution, Difference, Interval, Made, Said, Unit};
use serde::{Deserialize, Serialize};

/// Name of the document's schema.
pub const SCHEMA: &str = "mxsim.fail/1";

/// A scenario with and without a failure, simulated with the same random numbers.
///
/// Shares are of the wanted mail that arrives while the failure goes on, unless it is said otherwise. The intervals of `effects`, `nodes`,
/// `senders`, `recovery`, `help` and `classes` hold all together 19 times in 20; those of `delays` and `timeline` each for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailStudy {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The scenario's title.
    pub title: String,
    /// From what it was made; the first fingerprint is that of the scenario without the failure.
    pub made: Made,
    /// The answer: whether the mail gets through a failure like this, as [`Limits`] say.
    pub said: Said,
    /// What fails, how and when.
    pub failure: Failure,
    /// What decides the answer.
    pub limits: Limits,
    /// What it does to the mail; empty if no class of fault was asked for.
    pub effects: Vec<Effect>,
    /// What it does to each node, in the order of the scenario; empty if no class was asked for.
    pub nodes: Vec<NodeEffect>,
    /// Whose mail is late or lost, the most late mail first; senders of whom none is are left out.
    pub senders: Vec<SenderEffect>,
    /// What follows; `null` if no class was asked for.
    pub recovery: Option<Recovery>,
    /// How long mail takes; `null` if no class was asked for.
    pub delays: Option<DelayCurve>,
    /// What happens when; `null` if no class was asked for.
    pub timeline: Option<Timeline>,
    /// What would help, what saves most first; empty if no class was asked for.
    pub help: Vec<Help>,
    /// By which quantity `help` is ranked; empty without any.
    pub ranked_by: String,
    /// What was not tried, and why.
    pub not_tried: Vec<NotTried>,
    /// Each class of fault by itself; empty if one was asked for.
    pub classes: Vec<FaultClass>,
    /// Doubts about these numbers.
    pub cautions: Vec<Caution>,
}

/// What fails, how and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// What fails, in words.
    pub target: String,
    /// The same as it was asked for, for the command line.
    pub asked: Vec<String>,
    /// The nodes that fail, all of them or for the connections of a path.
    pub nodes: Vec<String>,
    /// How they fail, as `--how` takes it; empty if every class was tried.
    pub how: String,
    /// What senders see; empty if every class was tried.
    pub text: String,
    /// When it begins (s from the start of measuring).
    pub from_s: f64,
    /// How long it goes on (s).
    pub length_s: f64,
    /// Wanted messages that arrive in that time, over all replications.
    pub messages: u64,
}

/// What a failure may do and still be survived: parts of the mail that arrives while it goes on, 0..1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// Most that is lost.
    pub lost: f64,
    /// Most that is later than 5 min, so that 19 of 20 messages are not.
    pub late_5m: f64,
    /// Most that is later than 1 h.
    pub late_1h: f64,
}

/// One quantity without and with the failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Effect {
    /// What it is: `lost`, `late_5m`, `delay_mean`, ...
    pub name: String,
    /// The same in words.
    pub text: String,
    /// In what it is counted.
    pub unit: Unit,
    /// Without the failure.
    pub normal: Interval,
    /// With it.
    pub failing: Interval,
    /// By how much it is more with it.
    pub difference: Difference,
}

/// What the failure does to one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeEffect {
    /// Its name.
    pub name: String,
    /// True if it fails.
    pub fails: bool,
    /// Its share of the mail accepted while the failure goes on.
    pub share: Effect,
    /// Its share of the mail accepted after it.
    pub share_after: Effect,
    /// Most messages that it accepts in a bin of the timeline while it goes on, as a rate in a minute.
    pub peak: Effect,
    /// The same after it.
    pub peak_after: Effect,
}

/// What the failure does to the mail of one sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SenderEffect {
    /// Its name.
    pub name: String,
    /// Its part of all mail that arrives while the failure goes on, 0..1.
    pub share_of_mail: Interval,
    /// Part of its own mail that is later than 5 min because of the failure.
    pub late_5m: Difference,
    /// Part of its own mail that is lost because of it.
    pub lost: Difference,
}

/// What follows.
///
/// *Affected* is mail that arrives while the failure goes on and is accepted more than a second later than without it, or not at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recovery {
    /// Affected messages.
    pub affected: Interval,
    /// Those of them that wait when the failure ends.
    pub waiting_at_end: Interval,
    /// Those of them that still wait when the run ends.
    pub still_waiting: Interval,
    /// From the beginning of the failure until 95 % and 99 % of the affected mail is delivered (s); `null` where that is not so in every replication.
    pub delivered_s: [Option<Interval>; 2],
    /// The same from its end; 0 where it is delivered before.
    pub delivered_after_s: [Option<Interval>; 2],
    /// From the end of the failure until 95 % of what waits then is delivered (s); `null` as above. It is how long the surge goes on.
    pub surge_s: Option<Interval>,
    /// Messages that are accepted after the failure beyond what is accepted then without it: the surge.
    pub surge: Interval,
    /// The most that one node accepts in a bin of the timeline after the failure, as a rate in a minute: without and with it.
    pub peak: Effect,
    /// The second in parts of the first.
    pub peak_ratio: Option<f64>,
    /// From the end of the failure until the end of the last bin in which the share of a failed node is off by more than a tenth of its usual share
    /// (s): by its mean, for sure, and perhaps. `null` if that is the last bin of the timeline.
    pub split_normal_s: Option<Interval>,
}

/// How long mail takes that arrives while the failure goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DelayCurve {
    /// Times after a message arrives (s).
    pub after_s: Vec<f64>,
    /// Part of the mail that has not been delivered then: it is later, waits when the run ends, or is lost. With the failure, at each of these times.
    pub undelivered: Vec<Interval>,
    /// The same without it.
    pub undelivered_normal: Vec<Interval>,
}

/// What happens when. Every list has a value for each bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Timeline {
    /// Length of a bin (s).
    pub bin_s: f64,
    /// When the first begins (s from the start of measuring).
    pub from_s: f64,
    /// Messages that wait when a bin ends, with the failure.
    pub waiting: Vec<Interval>,
    /// The same without it.
    pub waiting_normal: Vec<Interval>,
    /// Messages of the time of the failure that have waited for more than 1, 5 and 60 min when a bin ends, mean over replications.
    pub late: [Vec<Interval>; 3],
    /// The nodes.
    pub nodes: Vec<NodeLine>,
}

/// One node in a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeLine {
    /// Its name.
    pub name: String,
    /// Messages accepted in a minute, with the failure.
    pub accepted: Vec<Interval>,
    /// The same without it.
    pub accepted_normal: Vec<Interval>,
    /// Its share of the mail accepted in a bin, with the failure; 0 where none is accepted.
    pub share: Vec<Interval>,
    /// By how much that is more than without it.
    pub share_difference: Vec<Interval>,
}

/// Something that might help, simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Help {
    /// Its name: `refuse`, `shared-greylist`, `one-more-node`, `out-of-zone`, `out-of-zone-60s`, `half-as-long`.
    pub name: String,
    /// The same in words.
    pub text: String,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: String,
    /// What it saves, quantity by quantity, the one it is ranked by first.
    pub saves: Vec<Saving>,
    /// True if it surely saves something of the quantity it is ranked by.
    pub is_sure: bool,
    /// True if the failure is survived with it.
    pub is_enough: bool,
}

/// What something saves of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Saving {
    /// The quantity, as in [`FailStudy::effects`].
    pub name: String,
    /// The same in words.
    pub text: String,
    /// In what it is counted.
    pub unit: Unit,
    /// What is left.
    pub left: Interval,
    /// By how much that is less than with the failure as it was asked for.
    pub saved: Difference,
}

/// Something that might help and was not tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotTried {
    /// What.
    pub text: String,
    /// Why.
    pub why: String,
}

/// One class of fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FaultClass {
    /// The fault as `--how` takes it.
    pub how: String,
    /// What senders see.
    pub text: String,
    /// What it does to the mail.
    pub effects: Vec<Effect>,
    /// True if the failure is survived, false if it is not; `null` if that cannot be told.
    pub is_survived: Option<bool>,
}

impl FailStudy {
    /// What the failure does to a quantity.
    #[must_use]
    pub fn effect(&self, name: &str) -> Option<&Effect> {
        named(&self.effects, name)
    }
}

impl FaultClass {
    /// What it does to a quantity.
    #[must_use]
    pub fn effect(&self, name: &str) -> Option<&Effect> {
        named(&self.effects, name)
    }
}

fn named<'a>(effects: &'a [Effect], name: &str) -> Option<&'a Effect> {
    effects.iter().find(|effect| effect.name == name)
}
