//! What the statistics need to know of a world: names, fair shares, goals and provenance.

use crate::results::{Caution, EventKind, Finding, Grade, MethodUsed, PresetUsed};
use crate::scenario::{Goal, Greylisting, Reach, RunPlan};
use crate::tally::{PHASES, SenderTally, Tally};
use crate::time::{Span, Time};

/// Names and settings that turn tallies into results.
#[derive(Debug, Clone)]
pub struct Labels {
    /// Title of the scenario.
    pub title: String,
    /// Seed, window, run length, warm-up.
    pub run: RunPlan,
    /// Nodes, in tally order.
    pub nodes: Vec<NodeLabels>,
    /// Edges, in tally order.
    pub edges: Vec<EdgeLabels>,
    /// Exchange hosts, in tally order.
    pub hosts: Vec<HostLabels>,
    /// Senders, in tally order.
    pub senders: Vec<SenderLabels>,
    /// Events, in tally order.
    pub events: Vec<EventLabels>,
    /// Goals; delay goals in tally order.
    pub goals: Vec<Goal>,
    /// True if `goals` holds only the default.
    pub goals_are_default: bool,
    /// The nodes that are down together in each world that a goal `survive` looks at; empty without one.
    pub down: Vec<Vec<usize>>,
    /// What nodes do about senders that they do not know, if any greylists.
    pub greylisting: Option<Greylisting>,
    /// The longest time in the run in which nobody answers for the zone; `None` without one.
    pub dns_away: Option<Span>,
    /// True if the zone changes while the run goes on.
    pub changes: bool,
    /// How long caches hold the answers from before a change, at most; zero without one.
    pub old_answers: Span,
    /// The run length after which everything planned is over and every sender has given up what it could not deliver; `None` if that is more than a
    /// season.
    pub settled: Option<Span>,
    /// Which law each sender runs by.
    pub methods: Vec<MethodUsed>,
    /// Presets in use.
    pub presets: Vec<PresetUsed>,
    /// What is wrong or surprising with zone and scenario.
    pub findings: Vec<Finding>,
    /// Doubts from the scenario.
    pub cautions: Vec<Caution>,
    /// Hash of the resolved scenario.
    pub fingerprint: String,
}

impl Labels {
    /// What a replication counted of the senders whose mail is wanted.
    pub(crate) fn wanted<'a>(&'a self, tally: &'a Tally) -> impl Iterator<Item = &'a SenderTally> {
        let of_all = tally.senders.iter().zip(&self.senders);
        of_all.filter(|(_, labels)| labels.wanted).map(|(sender, _)| sender)
    }

    /// The place of the node with this name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }
}

/// One node.
#[derive(Debug, Clone)]
pub struct NodeLabels {
    /// Its name.
    pub name: String,
    /// The exchange hosts it stands behind.
    pub host: String,
    /// The groups it belongs to.
    pub groups: Vec<String>,
    /// Its addresses as text.
    pub addresses: Vec<String>,
    /// The same as indices into [`crate::tally::Tally::accepted_by_address`].
    pub address_indices: Vec<usize>,
    /// Its fair share, 0..1.
    pub fair_share: f64,
    /// True if it has a fault at some time of the run that keeps mail away, and does not only make it slow.
    pub fails: bool,
    /// True if it has one all the time.
    pub always_fails: bool,
    /// True if its faults hit only a part of the connections.
    pub fails_in_part: bool,
    /// True if it fails at random times, too.
    pub fails_at_random: bool,
    /// True if its faults hit connections over IPv6 alone.
    pub fails_over_ipv6: bool,
    /// The senders whose path to it is bad, if its faults are of a path; empty if others meet them too.
    pub hit_senders: Vec<String>,
    /// True if its only fault is a certificate that does not verify.
    pub untrusted: bool,
    /// True if it is slow, or a tarpit, at some time.
    pub delays: bool,
    /// True if it answers 4xx once it has greeted.
    pub defers: bool,
    /// True if it greylists.
    pub greylists: bool,
    /// True if the zone no longer names it after its last change.
    pub leaves: bool,
    /// True if it says nothing at some time, so that whoever tries it waits for a time-out.
    pub goes_silent: bool,
    /// Messages it works on at the same time, if that is limited.
    pub workers: Option<u32>,
    /// Most sessions it serves at the same time.
    pub session_limit: Option<u32>,
    /// Length of the measured time.
    pub measured: Span,
}

/// One edge.
#[derive(Debug, Clone)]
pub struct EdgeLabels {
    /// Its name.
    pub name: String,
    /// Its addresses as text.
    pub addresses: Vec<String>,
    /// The places of the nodes behind it.
    pub nodes: Vec<usize>,
    /// True if nodes see its address in the place of those of senders.
    pub hides_senders: bool,
}

/// One event of the scenario, or one change of its zone.
#[derive(Debug, Clone)]
pub struct EventLabels {
    /// What it is.
    pub text: String,
    /// What kind it is of.
    pub kind: EventKind,
    /// When it first begins, if that is in the measured time.
    pub begins: Option<Time>,
    /// True if it goes on when the run ends.
    pub outlives_run: bool,
    /// How long it is before it, during it and after it in a replication.
    pub lengths: [Span; PHASES],
}

/// One exchange host.
#[derive(Debug, Clone)]
pub struct HostLabels {
    /// Its full name.
    pub name: String,
    /// Preference when measuring starts.
    pub preference: Option<u16>,
    /// True if the last version of the zone names it no more, and the first one does.
    pub leaves: bool,
    /// Whether a sender can deliver to it.
    pub reach: Reach,
}

/// One sender.
#[derive(Debug, Clone)]
pub struct SenderLabels {
    /// Its name.
    pub name: String,
    /// Preset or kind.
    pub behaves_like: String,
    /// How well that is known.
    pub grade: Grade,
    /// How well everything is known that decides where its mail goes, its resolvers included.
    pub decisive_grade: Grade,
    /// Its part of all messages as the scenario says.
    pub share: f64,
    /// False for mail that nobody waits for.
    pub wanted: bool,
}
