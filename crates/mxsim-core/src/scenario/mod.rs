//! A scenario, checked and complete: after this point nothing can be invalid and no default is missing.
//!
//! ```text
//!   text --tree--> ScenarioDoc (spans kept) --validate--> Scenario
//! ```
//!
//! Main types: [`Scenario`], [`Sender`], [`Goal`].

use crate::dns::{OrderLaw, ResolverLaw, Zone};
use crate::node::Schedule;
use crate::results::{Caution, Grade, PresetUsed};
use crate::sender::Behaviour;
use crate::time::{Span, Time};
use crate::traffic::{Profile, Sizes};
use std::net::IpAddr;

/// A whole scenario, with nothing left to go wrong.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Title, for reports.
    pub title: String,
    /// How long and how often to simulate.
    pub run: RunPlan,
    /// The zone and its changes, in order of time; the first holds from the start of the warm-up.
    pub zones: Vec<ZoneVersion>,
    /// In which order the authoritative servers answer.
    pub authority: Authority,
    /// Messages per day over all senders.
    pub messages_per_day: f64,
    /// Who sends; shares add up to 1. An entry with a `mix` has become one sender per preset.
    pub senders: Vec<Sender>,
    /// The machines that receive.
    pub nodes: Vec<Node>,
    /// What has to hold; never empty (the default is the rough-even goal).
    pub goals: Vec<Goal>,
    /// True if the scenario names no goal and `goals` holds the default.
    pub goals_are_default: bool,
    /// Presets the scenario leans on, each once.
    pub presets: Vec<PresetUsed>,
    /// Doubts that need no simulation.
    pub cautions: Vec<Caution>,
    /// Hash of the resolved scenario (hexadecimal).
    pub fingerprint: String,
}

/// How long and how often to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPlan {
    /// Replications; `None` means as many as decide the goals.
    pub replications: Option<u64>,
    /// Seed of all randomness.
    pub seed: u64,
    /// The span a share is measured over.
    pub window: Span,
    /// Measured length of one replication; a whole number of windows.
    pub run_length: Span,
    /// Simulated before measuring starts.
    pub warm_up: Span,
}

impl RunPlan {
    /// Windows measured in each replication.
    #[must_use]
    pub const fn windows(&self) -> usize {
        (self.run_length.0 / self.window.0) as usize
    }
}

/// What is published from `at` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneVersion {
    /// When it replaces the version before.
    pub at: Time,
    /// What it says.
    pub zone: Zone,
}

/// The authoritative servers of the zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Preset id, for reports.
    pub name: String,
    /// In which order they answer.
    pub order: OrderLaw,
}

/// One sender: one organisation, or many alike.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Its name, unique. Part of a mix: `entry/preset`.
    pub name: String,
    /// Its part of all messages, 0..1.
    pub share: f64,
    /// The preset or kind it behaves like.
    pub preset: String,
    /// Weakest grade among the parameters of that preset; `assumed` as soon as the scenario overrides one.
    pub grade: Grade,
    /// Organisations this entry stands for.
    pub sites: usize,
    /// How the mail is spread over them.
    pub sizes: Sizes,
    /// Outbound hosts of each site, choosing independently.
    pub hosts: usize,
    /// True if it has an IPv6 route.
    pub ipv6: bool,
    /// When it sends.
    pub profile: Profile,
    /// Caches between it and the authority, nearest first; never empty.
    pub resolver: Vec<ResolverLayer>,
    /// How it orders, fails over, retries and remembers.
    pub behaviour: Behaviour,
}

/// One caching layer between a sender and the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolverLayer {
    /// Name in the scenario, or preset id.
    pub name: String,
    /// How it caches and orders.
    pub law: ResolverLaw,
    /// How many independent caches there are.
    pub caches: Caches,
    /// Layers with equal `shared_as` are the same caches, whichever sender asks.
    pub shared_as: String,
}

/// How many independent caches a layer has and who meets which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caches {
    /// One for each outbound host.
    PerHost,
    /// One for each site.
    PerSite,
    /// This many; an outbound host always meets the same one.
    Count(usize),
}

/// A machine that receives mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name, unique.
    pub name: String,
    /// The exchange hosts it stands behind, joined with `, `.
    pub host: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// The share a perfectly even split gives it; zero for a backup. Adds up to 1 over the nodes.
    pub fair_share: f64,
    /// Its faults.
    pub faults: Schedule,
}

/// Something that has to hold on a part of the windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// In words, for reports.
    pub text: String,
    /// What is looked at.
    pub kind: GoalKind,
    /// On which part of the windows it has to hold, 0..1.
    pub on: f64,
}

/// What a goal looks at in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GoalKind {
    /// No node carries more than this share.
    BusiestShare {
        /// Largest share allowed, 0..1.
        at_most: f64,
    },
    /// No node with a fair share carries less than this share.
    QuietestShare {
        /// Least share allowed, 0..1.
        at_least: f64,
    },
    /// 95 % of the messages that arrive in the window are accepted within this time.
    DelayP95 {
        /// Longest delay allowed.
        at_most: Span,
    },
    /// Every node with a fair share is within this fraction of it (0.25: between 3/4 and 5/4).
    NearFair {
        /// Largest deviation relative to the fair share.
        within: f64,
    },
}

impl Goal {
    /// "Rough even": all nodes within a quarter of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn rough_even() -> Self {
        Self {
            text: "every node within a quarter of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.25 },
            on: 0.95,
        }
    }

    /// "Even": all nodes within a tenth of their fair share, jointly, on 19 of 20 windows.
    #[must_use]
    pub fn even() -> Self {
        Self {
            text: "every node within a tenth of its fair share, on 19 of 20 windows".into(),
            kind: GoalKind::NearFair { within: 0.10 },
            on: 0.95,
        }
    }
}
