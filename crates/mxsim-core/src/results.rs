//! The results document `mxsim.results/1`: what every report is made from, and what other programs read.
//!
//! Fractions lie in 0..1, times are seconds. Every number that comes from simulation carries an interval; *totals* are plain counts.
//! Adding a field keeps `/1`; changing the meaning of one does not.
//!
//! Main types: [`Results`]; [`Estimate`], a quantity over windows; [`Interval`], any other estimated number.

mod answer;
mod called;
mod delivery;
mod difference;
mod edges;
mod events;
mod greylisting;
mod groups;
mod node_totals;
mod numbers;
mod possible;
mod said;
mod senders;
mod unevenness;

pub use answer::Answer;
pub use called::{called, capital, listed, small};
pub use delivery::{Delay, Delivery, DeliveryTotals};
pub use difference::{Difference, Measured, Unit};
pub use edges::{BehindEdgeResult, DrainResult, EdgeResult, EdgeTotals, GoneResult};
pub use events::{EventAtNode, EventKind, EventPhase, EventResult};
pub use greylisting::GreylistedMail;
pub use groups::GroupResult;
pub use node_totals::NodeTotals;
pub use numbers::{Estimate, Interval, Moment};
pub use said::{Curve, Made, Said};
pub use senders::{SenderAtNode, SenderResult};
pub use unevenness::Unevenness;

use serde::{Deserialize, Serialize};

/// Name of this document's schema.
pub const SCHEMA: &str = "mxsim.results/1";

/// Raised whenever a fixed seed gives other numbers than before.
pub const MODEL_EPOCH: u32 = 3;

/// Everything one `run` found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Results {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The scenario's title.
    pub title: String,
    /// What produced these numbers.
    pub provenance: Provenance,
    /// One entry per node, in the order of the scenario.
    pub nodes: Vec<NodeResult>,
    /// One entry per exchange host; equal to the nodes unless hosts and machines differ.
    pub hosts: Vec<HostResult>,
    /// One entry per group of nodes; not written where no node belongs to one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupResult>,
    /// One entry per edge; not written without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<EdgeResult>,
    /// How even the split is.
    pub balance: Balance,
    /// What became of the messages.
    pub delivery: Delivery,
    /// The same for each sender, in the order of the scenario.
    #[serde(default)]
    pub senders: Vec<SenderResult>,
    /// What each event and each change of the zone does, in the order of the scenario.
    #[serde(default)]
    pub events: Vec<EventResult>,
    /// Who makes it uneven; largest part of tilt and scatter together first.
    pub causes: Vec<Cause>,
    /// Load over the run.
    pub series: Series,
    /// How much of the time each node has how much load.
    #[serde(default)]
    pub duration: DurationCurve,
    /// What senders asked the DNS.
    pub dns: DnsResult,
    /// The goals and whether they are met.
    pub goals: Vec<GoalResult>,
    /// Luck and not-known, kept apart.
    pub uncertainty: Uncertainty,
    /// The answer in words.
    pub verdict: Verdict,
    /// What is wrong or surprising with zone and scenario, the worst first.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Doubts about these numbers.
    pub cautions: Vec<Caution>,
}

impl Results {
    /// The senders whose mail somebody waits for.
    pub fn wanted_senders(&self) -> impl DoubleEndedIterator<Item = &SenderResult> {
        self.senders.iter().filter(|sender| sender.wanted)
    }

    /// How many more replications would decide the goals that are open; `None` if none is, or no number is known.
    #[must_use]
    pub fn more_replications(&self) -> Option<u64> {
        self.goals.iter().filter_map(|goal| goal.more_replications).max()
    }

    /// Messages that bounce in a window on average; `None` where it is less than one.
    #[must_use]
    pub fn bounced_each_window(&self) -> Option<f64> {
        let each = self.delivery.totals.lost() as f64 / self.provenance.windows.max(1) as f64;
        (each >= 1.0).then_some(each)
    }
}

/// What produced a results document; enough to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Provenance {
    /// Version of mxsim.
    pub version: String,
    /// See [`MODEL_EPOCH`].
    pub model_epoch: u32,
    /// Seed of the run.
    pub seed: u64,
    /// Finished replications, `0..replications`.
    pub replications: u64,
    /// Measured windows over all replications.
    pub windows: u64,
    /// Length of a window (s).
    pub window_s: f64,
    /// Length of the warm-up (s).
    pub warm_up_s: f64,
    /// Hash of the resolved scenario, so that two results can be told apart.
    pub fingerprint: String,
    /// True if the run was stopped before it was done.
    pub partial: bool,
    /// Which exact method each sender was simulated by, and why.
    pub methods: Vec<MethodUsed>,
    /// The presets the scenario leans on.
    pub presets: Vec<PresetUsed>,
    /// How well the behaviour is known that the answer rests on; `None` in documents of older versions.
    #[serde(default)]
    pub decisive: Option<Decisive>,
}

/// The weakest grade among senders that carry a decisive share of the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decisive {
    /// That grade. Of a sender that takes hosts in the order of the answer it is also that of its resolvers and of the authority.
    pub grade: Grade,
    /// The senders that have it; the one that makes most of the unevenness first.
    pub senders: Vec<String>,
}

/// The method one sender was simulated by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MethodUsed {
    /// Name of the sender.
    pub sender: String,
    /// `counts`, `decisions` or `messages`.
    pub method: String,
    /// Why that method.
    pub why: String,
}

/// A preset in use and the weakest grade among its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PresetUsed {
    /// `sender`, `resolver`, `authority`, ...
    #[serde(default)]
    pub kind: String,
    /// The preset's id, such as `postfix`.
    pub id: String,
    /// How well it is known.
    pub grade: Grade,
    /// Whether a second reading of its sources agrees.
    #[serde(default)]
    pub status: Status,
    /// Hash of its file if it does not come with mxsim.
    #[serde(default)]
    pub outside: Option<String>,
}

/// Whether the transcription of a preset has been made twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A second reading of the sources, by somebody who had not seen the first, agrees.
    Reviewed,
    /// One reading only.
    #[default]
    Provisional,
}

impl Status {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reviewed, Self::Provisional];

    /// The status as it is written in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reviewed => "reviewed",
            Self::Provisional => "provisional",
        }
    }
}

/// How well something is known, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Recorded on that version of the software.
    Measured,
    /// Read in the source of that version.
    Source,
    /// Said by its documentation.
    Documented,
    /// Said by somebody else.
    Reported,
    /// Nobody knows; a guess.
    Assumed,
}

impl Grade {
    /// All grades, best first.
    pub const ALL: [Self; 5] =
        [Self::Measured, Self::Source, Self::Documented, Self::Reported, Self::Assumed];

    /// The grade as it is written in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Source => "source",
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        }
    }

    /// The grade in words that go on with "that is".
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Source => "read in its source",
            Self::Documented => "documented",
            Self::Reported => "reported by others",
            Self::Assumed => "only assumed",
        }
    }
}

/// One node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeResult {
    /// Name of the node.
    pub name: String,
    /// The exchange host it stands behind; several are joined with `, `.
    pub host: String,
    /// Its IP addresses.
    pub addresses: Vec<String>,
    /// The share a perfectly even split gives it; zero for a backup.
    pub fair_share: f64,
    /// Share of the messages finally accepted in the window.
    pub share: Estimate,
    /// Share of the connections tried in the window.
    pub share_of_connections: Estimate,
    /// How far the mean share is from fair (bias).
    pub tilt: Interval,
    /// Standard deviation of the share by chance: between windows that are planned alike. 0 without bounds where a single replication, or too
    /// little mail, does not tell. In documents of older versions what is planned is in it.
    pub scatter: Interval,
    /// Standard deviation of the mean shares of the windows of a replication, which differ by plan: events, changes, profiles, days of the
    /// week. `null` where it cannot be told from chance, and in documents of older versions.
    #[serde(default)]
    pub scatter_by_plan: Option<Interval>,
    /// Load in the busiest minute of a window.
    pub peak_rate: PeakRate,
    /// Load in the busiest hour, minute and second of a window, longest bin first.
    #[serde(default)]
    pub peak_rates: Vec<PeakRate>,
    /// Most concurrent sessions; `null` while sessions take no time.
    pub peak_sessions: Option<Estimate>,
    /// Its sessions; `null` while they take no time.
    #[serde(default)]
    pub sessions: Option<SessionResult>,
    /// Mean share by host address, in the order of `addresses`.
    pub share_by_address: Vec<Interval>,
    /// Part of the time in which it is up, by window; only written where a node fails at random. Outages that hit a part of the connections do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Estimate>,
    /// Counts over all measured windows.
    pub totals: NodeTotals,
}

/// One exchange host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HostResult {
    /// Its full name.
    pub name: String,
    /// Preference of its MX record when measuring starts; `null` if it joins later.
    pub preference: Option<u16>,
    /// True if the zone names it no more after its last change.
    #[serde(default)]
    pub leaves: bool,
    /// Mean share of the accepted messages.
    pub share: Interval,
    /// When it took its first message; `null` if it never took one. To the second.
    #[serde(default)]
    pub first: Option<Moment>,
    /// When it took its last message; `null` if it never took one. To the second.
    #[serde(default)]
    pub last: Option<Moment>,
}

/// The busiest bin of a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeakRate {
    /// Length of the bin (s).
    pub bin_s: f64,
    /// Accepted messages per second in the busiest bin of a window (1/s).
    pub estimate: Estimate,
}

/// The sessions of one node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionResult {
    /// Most it serves at the same time; `null` without a limit.
    pub limit: Option<u32>,
    /// Time-weighted average of the sessions it serves at the same time.
    pub mean: Interval,
    /// Part of the connections that found it full; `null` without connections.
    pub blocked: Option<Interval>,
    /// Part of the connections in the busiest hour of a window that found it full: the hour in which most connections came to it. Over the
    /// windows with connections; `null` without.
    #[serde(default)]
    pub blocked_in_busiest_hour: Option<Estimate>,
    /// Most sessions at the same time on 19 of 20 windows if it served any number of them; `null` where no more than 1 % of the connections of its
    /// busiest hour are turned away.
    #[serde(default)]
    pub enough: Option<u32>,
    /// Time-weighted average of the sessions with a message under way.
    #[serde(default)]
    pub busy: Option<Interval>,
    /// The same of sessions without one, which a sender keeps open for its next message. Both add up to `mean`.
    #[serde(default)]
    pub idle: Option<Interval>,
    /// Most concurrent sessions with a message under way.
    #[serde(default)]
    pub peak_busy: Option<Estimate>,
    /// Most concurrent sessions without one.
    #[serde(default)]
    pub peak_idle: Option<Estimate>,
    /// Messages per connection that delivered at least one; `null` without such.
    pub messages_per_connection: Option<Interval>,
}

/// How even the split is, over the nodes with a fair share (busiest: over all nodes).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Balance {
    /// Share of the busiest node of each window.
    pub busiest_share: Estimate,
    /// Share of the quietest node of each window that has a fair share.
    pub quietest_share: Estimate,
    /// Largest ratio of a node's share to its fair share.
    pub max_over_fair: Estimate,
    /// Jain's fairness index of share over fair share: 1 is even, 1/n is all on one.
    pub jain: Estimate,
    /// How many independent, equal choosers would scatter as much by chance; `null` without scatter.
    pub effective_choosers: Option<Interval>,
    /// What the busiest node would carry at most on 19 of 20 windows if each message drew its host anew, by closed form; `null` with fewer than
    /// two nodes that are to get mail, or without mail.
    #[serde(default)]
    pub busiest_by_message: Option<f64>,
}

/// One sender's part in the unevenness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// Name of the sender.
    pub sender: String,
    /// Preset or kind it behaves like.
    pub behaves_like: String,
    /// Its part of the accepted mail.
    pub share_of_mail: Interval,
    /// Cov(its messages at a node, all messages there) / Var(all messages there), averaged over nodes; parts add up to 1. `null` without scatter.
    pub share_of_scatter: Option<Interval>,
    /// How much the largest tilt would lose if this sender alone chose uniformly (a share difference, 0..1).
    pub tilt_points: Interval,
    /// How well its behaviour is known.
    pub grade: Grade,
}

/// Load over the run, by bin, averaged over replications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// Length of a bin (s), an hour; bin 0 starts at the first measured midnight, and a run of a week has 168.
    pub bin_s: f64,
    /// One line per node.
    pub nodes: Vec<NodeSeries>,
}

/// Load of one node by bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeSeries {
    /// Name of the node.
    pub name: String,
    /// Mean of the messages accepted per bin.
    pub accepted: Vec<f64>,
    /// 5 % quantile over replications, per bin.
    pub p05: Vec<f64>,
    /// 95 % quantile over replications, per bin.
    pub p95: Vec<f64>,
    /// Half-width of the 95 % interval of the mean, per bin; `null` with a single replication.
    pub half_width: Option<Vec<f64>>,
}

/// Load duration curves: the load of a minute that is exceeded in a given part of the minutes of a run, averaged over replications.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DurationCurve {
    /// Length of a bin (s).
    pub bin_s: f64,
    /// Parts of the time, ascending; at 0 stands the busiest bin, at 1 the quietest.
    pub parts: Vec<f64>,
    /// One curve per node.
    pub nodes: Vec<NodeDuration>,
}

/// The load duration curve of one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeDuration {
    /// Name of the node.
    pub name: String,
    /// Accepted messages per second that are exceeded in each part of the time (1/s), mean over replications.
    pub rate: Vec<f64>,
    /// 5 % quantile over replications, per part.
    pub p05: Vec<f64>,
    /// 95 % quantile over replications, per part.
    pub p95: Vec<f64>,
    /// Half-width of the 95 % interval of the mean, per part; `null` with a single replication.
    pub half_width: Option<Vec<f64>>,
}

/// Look-ups of the MX record set by senders during the measured windows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DnsResult {
    /// MX look-ups asked of the nearest resolver.
    pub mx_lookups: u64,
    /// Those answered from its cache.
    pub mx_cache_hits: u64,
    /// Part answered from its cache; `null` without look-ups.
    pub mx_hit_ratio: Option<Interval>,
}

/// A goal and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GoalResult {
    /// The goal in words.
    pub text: String,
    /// Whether it is met.
    pub status: GoalStatus,
    /// Windows looked at.
    pub windows: u64,
    /// Windows that met it.
    pub windows_met: u64,
    /// Fraction of windows that meet it.
    pub met_fraction: Interval,
    /// About how many more replications would decide it; `null` when decided or when no number would.
    pub more_replications: Option<u64>,
    /// The share it asks of one node; left out of goals of other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<WantedShare>,
}

/// The share that a goal asks of one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WantedShare {
    /// Name of the node.
    pub node: String,
    /// The share to be near, 0..1; `null` if the goal names bounds.
    pub target: Option<f64>,
    /// Least share allowed, 0..1.
    pub at_least: f64,
    /// Largest share allowed, 0..1.
    pub at_most: f64,
}

/// Whether a goal is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GoalStatus {
    /// Met, as far as luck goes.
    Met,
    /// Missed.
    Missed,
    /// The interval still straddles the goal.
    Unknown,
}

/// Luck (a random day) and not known (which sender mix) are never added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uncertainty {
    /// Spread over windows for this one sender mix.
    pub luck: Luck,
    /// Spread over plausible worlds; `null` if everything is known or none was drawn.
    pub not_known: Option<NotKnown>,
}

/// Spread of the decisive quantity over windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Luck {
    /// Which quantity, such as `busiest_share`.
    pub quantity: String,
    /// Its 5 % quantile over windows.
    pub from: f64,
    /// Its 95 % quantile over windows.
    pub to: f64,
}

/// Spread over plausible worlds: other sender mixes, and other behaviour of senders that nobody knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotKnown {
    /// Plausible worlds looked at.
    pub mixes: u64,
    /// Replications of each.
    pub replications: u64,
    /// Part of them that meets the goals.
    pub share_meeting: Interval,
    /// The decisive quantity: `busiest_share` or `quietest_share` on 19 of 20 windows, or `delay_p95` (s).
    pub quantity: String,
    /// Its 5 % quantile over plausible worlds.
    pub from: f64,
    /// 95 % interval of `from`.
    pub from_ci: [Option<f64>; 2],
    /// Its 95 % quantile over plausible worlds.
    pub to: f64,
    /// 95 % interval of `to`.
    pub to_ci: [Option<f64>; 2],
    /// The single assumption with the largest effect among those that flip the answer; `null` if none alone does.
    pub flips: Option<Effect>,
    /// Every assumption that was put to an end of its range, one at a time; the largest effect first.
    pub effects: Vec<Effect>,
}

/// What another assumption does to the decisive quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Effect {
    /// The sender it is about.
    pub sender: String,
    /// What is not known of it: `choosers`, `hold`, `order` or `share`.
    pub unknown: String,
    /// What the scenario assumes.
    pub assumed: String,
    /// What was looked at instead.
    pub instead: String,
    /// The decisive quantity then.
    pub number: Interval,
    /// How far that is from the run, in the same replications.
    pub effect: f64,
    /// Whether it flips the answer.
    pub flips: bool,
    /// How well the assumption is known.
    pub grade: Grade,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdict {
    /// What it is about.
    #[serde(default)]
    pub subject: Subject,
    /// The answer word.
    pub answer: Answer,
    /// What the answer depends on, such as the name of a sender; empty unless the answer is [`Answer::DependsOn`].
    #[serde(default)]
    pub depends_on: String,
    /// The number a manager can repeat.
    pub sentence: String,
    /// Why it is so.
    pub why: String,
    /// What would change the answer; empty if no tested assumption does.
    pub flips: String,
    /// What to do.
    #[serde(rename = "do")]
    pub action: String,
    /// Set if a longer run tells more, because mail waits when this one ends.
    #[serde(default)]
    pub longer_run: Option<LongerRun>,
    /// Other subjects that matter, the most important first.
    #[serde(default)]
    pub others: Vec<OtherSubject>,
}

/// The run that shows what becomes of mail that waits when this one ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LongerRun {
    /// Its run length (s); `null` if the events of the scenario have no end that a run could wait for.
    pub run_length_s: Option<f64>,
}

impl Verdict {
    /// True if the answer, or what stands beside it, has these words after a blank or at its beginning.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        let others = self.others.iter().map(|other| &other.sentence);
        let words = format!(" {words}");
        std::iter::once(&self.sentence).chain(others).any(|sentence| format!(" {sentence}").contains(&words))
    }

    /// Says nothing: what a verdict begins with, and what stands in for one until everything it looks at is known.
    pub(crate) const fn undecided() -> Self {
        Self {
            subject: Subject::Evenness,
            answer: Answer::CannotTell,
            depends_on: String::new(),
            sentence: String::new(),
            why: String::new(),
            flips: String::new(),
            action: String::new(),
            longer_run: None,
            others: Vec::new(),
        }
    }
}

/// Another subject that matters, beside that of the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OtherSubject {
    /// What it is about.
    pub subject: Subject,
    /// The number that lies beyond the limit.
    pub sentence: String,
}

/// What an answer is about, the most important first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subject {
    /// Mail that bounces.
    Loss,
    /// A host that gets no mail, or next to none.
    IdleHost,
    /// Mail that arrives late.
    Delay,
    /// Connections that find a node full.
    TurnedAway,
    /// Sessions at the same time, and how much of their limit is free.
    Sessions,
    /// Whether the other nodes take the mail when nodes are down.
    Survival,
    /// A host whose share is not what it is meant to be.
    Target,
    /// How even the split is.
    #[default]
    Evenness,
}

impl Subject {
    /// The subject in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Loss => "mail lost",
            Self::IdleHost => "a host without mail",
            Self::Delay => "mail late",
            Self::TurnedAway => "connections turned away",
            Self::Sessions => "sessions beyond the goal",
            Self::Survival => "nodes that are down",
            Self::Target => "a host off its share",
            Self::Evenness => "uneven",
        }
    }
}

/// Something about a zone or a scenario that its owner may not have meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Stable code, such as `mx-no-address`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, what follows, and what to do about it.
    pub text: String,
}

impl Finding {
    /// True if a finding of this code is among `findings`.
    #[must_use]
    pub fn is_among(findings: &[Self], code: &str) -> bool {
        findings.iter().any(|finding| finding.code == code)
    }
}

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Mail does not reach a host, or a rule of the protocol is broken.
    Error,
    /// Mail may go elsewhere than its owner expects.
    Warning,
    /// How the text was read, or what is worth knowing.
    Note,
}

impl Severity {
    /// The severity as it is written in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A doubt about the numbers, with advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Caution {
    /// Stable code, such as `few-replications`.
    pub code: String,
    /// What is doubtful and what to do about it.
    pub text: String,
}

impl Caution {
    /// A caution of this code.
    #[must_use]
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}
