//! What a scenario holds once it has been read.

use super::goal::{Goal, GoalKind, combinations};
use crate::dns::{
    DaneZone, DnsChecks, Driver, Host, MtaSts, Name, OrderPolicy, ResolverParameters, StubParameters, Zone,
};
use crate::edge::{EdgePolicy, Partner};
use crate::node::greylisting::Greylisting;
use crate::node::{Capacity, Fault, Outage, RandomOutages, Schedule, Scope};
use crate::parameters::PresetKind;
use crate::results::{Caution, EventKind, Finding, Grade, PresetUsed};
use crate::sender::{Behaviour, SenderBehaviour, Unknowns};
use crate::syntax::tree::shortened;
use crate::time::{Span, Time};
use crate::traffic::{Profile, Sizes};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

/// A whole scenario, with nothing left to go wrong.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scenario {
    /// Title, for reports.
    pub title: String,
    /// How long and how often to simulate.
    pub run: RunPlan,
    /// The zone and its changes, in order of time; the first holds from the start of the warm-up.
    pub zones: Vec<ZoneVersion>,
    /// In which order the authoritative servers answer.
    pub authority: Authority,
    /// The domain's MTA-STS policy, if it has one.
    pub mta_sts: Option<MtaSts>,
    /// What DANE says about its hosts.
    pub dane: DaneZone,
    /// Messages per day over all senders.
    pub messages_per_day: f64,
    /// Who sends; shares add up to 1. An entry with a `mix` has become one sender per preset.
    pub senders: Vec<Sender>,
    /// How far other plausible mixes of these senders may lie; `None` if the mix is taken as known.
    pub mix: Option<Mix>,
    /// The machines that receive.
    pub nodes: Vec<Node>,
    /// The load balancers before them.
    pub edges: Vec<Edge>,
    /// Nodes that fail at random, alone or in groups.
    pub random_outages: Vec<RandomOutages>,
    /// What nodes do about senders that they do not know, if any [greylists](Node::greylists).
    pub greylisting: Option<Greylisting>,
    /// The faults of `[[events]]` as they were written; what they do is in `nodes`.
    pub faults: Vec<PlannedFault>,
    /// Events and changes of the zone that results look at one by one; what they do is in `nodes` and `zones`.
    pub events: Vec<PlannedEvent>,
    /// What has to hold; never empty (the default is the rough-even goal).
    pub goals: Vec<Goal>,
    /// True if the scenario names no goal and `goals` holds the default.
    pub goals_are_default: bool,
    /// Presets the scenario leans on, each once.
    pub presets: Vec<PresetUsed>,
    /// What is wrong or surprising with the zone or the scenario, the worst first.
    pub findings: Vec<Finding>,
    /// Doubts that need no simulation.
    pub cautions: Vec<Caution>,
}

/// When a sender without a limit of its own is taken to give a message up (RFC 5321 section 4.5.4.1: at least 4 to 5 days).
const GIVE_UP: Span = Span::from_hours(5 * 24);
/// A share never vanishes quite, so that every sender stays in a world beside the run.
pub(crate) const LEAST_SHARE: f64 = 1e-9;
/// A longer run is nothing to advise. *Assumption*: a season.
const FAR: Span = Span::from_hours(90 * 24);

impl Scenario {
    /// True if several MX hosts are one machine, so that nothing is split, and no outage is planned in which that would be beside the point.
    pub(crate) fn is_one_machine(&self) -> bool {
        let is_shared = Finding::is_among(&self.findings, "shared-address");
        let is_planned = self.zones.len() > 1 || self.nodes.iter().any(|node| !node.faults.is_empty());
        is_shared && self.nodes.len() == 1 && !is_planned
    }

    /// True if what is asked of one record set changes the answers of another, or nobody answers for a time: then no answer is the same always.
    pub(crate) fn couples_record_sets<'a>(
        senders: impl IntoIterator<Item = &'a Sender>,
        authority: &Authority,
    ) -> bool {
        let layers = senders.into_iter().flat_map(|sender| &sender.resolver);
        let mut drivers = layers.map(|layer| layer.parameters.order.driver).chain([authority.order.driver]);
        !authority.away.is_empty() || drivers.any(Driver::couples_record_sets)
    }

    /// True if a later version of the zone than the first names the node no more.
    pub(crate) fn retires(&self, node: &Node) -> bool {
        let [first, .., last] = &self.zones[..] else { return false };
        first.zone.names(node) && !last.zone.names(node)
    }

    /// True if the first version of the zone names this exchange host, and the last one does not.
    pub(crate) fn retires_host(&self, name: &Name) -> bool {
        let names = |version: &ZoneVersion| version.zone.mx.iter().any(|mx| mx.exchange == *name);
        let [first, .., last] = &self.zones[..] else { return false };
        names(first) && !names(last)
    }

    /// The places of the nodes that this version of the zone names no more, and the one before it did.
    pub(crate) fn retired_by(&self, version: usize) -> Vec<usize> {
        let (old, new) = (&self.zones[version - 1].zone, &self.zones[version].zone);
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(|(_, node)| old.names(node) && !new.names(node)).map(|(place, _)| place).collect()
    }

    /// The longest TTL of the answers that this version of the zone makes old; `None` if it changes no answer.
    pub(crate) fn outdated_ttl(&self, version: usize) -> Option<Span> {
        self.zones[version - 1].zone.longest_outdated_ttl(&self.zones[version].zone)
    }

    /// True if a run of this length does not see the end of the event, and somebody waits for it. Nobody waits for nodes that are retired.
    pub(crate) fn outlives(&self, event: &PlannedEvent) -> bool {
        event.goes_on_at(self.run.run_length) && !self.is_retirement(event)
    }

    /// True if it is about nodes alone that the zone no longer names.
    pub(crate) fn is_retirement(&self, event: &PlannedEvent) -> bool {
        !event.nodes.is_empty() && event.nodes.iter().all(|node| self.retires(&self.nodes[*node]))
    }

    /// The same without faults of nodes.
    pub(crate) fn without_faults(&self) -> Self {
        let mut same = self.clone();
        same.nodes.iter_mut().for_each(|node| node.faults = Schedule::default());
        same.edges.iter_mut().for_each(|edge| edge.faults = Schedule::default());
        same.faults.clear();
        same.events.retain(|event| event.kind != EventKind::Fault);
        same.random_outages.clear();
        same
    }

    /// The same with these nodes dropping all packets between two moments, and with no other fault of theirs; what was written of faults stays.
    pub(super) fn dropping(&self, nodes: &[usize], (from, to): (Time, Time)) -> Self {
        let outage = Outage { from, to, fault: Fault::Drop, scope: Scope::ALL };
        let mut same = self.clone();
        nodes.iter().for_each(|node| same.nodes[*node].faults = Schedule::new(vec![outage]));
        same
    }

    /// The same with these nodes down from the first moment to the last. Packets that vanish are the worst that a dead host does to a sender, which
    /// has to wait.
    pub(crate) fn with_nodes_down(&self, nodes: &[usize]) -> Self {
        let mut same = self.dropping(nodes, (Time(i64::MIN), Time::NEVER));
        same.faults.clear();
        same.events.clear();
        same
    }

    /// The run length, in whole windows and days, after which every event is over and every sender has given up what it could not deliver; `None` if
    /// that is beyond [`FAR`].
    pub(crate) fn settled(&self) -> Option<Span> {
        let lasting = self.events.iter().filter(|event| !self.is_retirement(event));
        let over = lasting.flat_map(|event| &event.during).map(|span| span.1.since(Time::ZERO)).max();
        let lifetime = |sender: &Sender| sender.behaviour.parameters.retry.lifetime.unwrap_or(GIVE_UP);
        let gives_up = self.wanted_senders().map(lifetime).max().unwrap_or(GIVE_UP);
        let after = over.unwrap_or(Span::ZERO) + gives_up;
        let window = self.run.window;
        let days = after.up_to_whole(window.max(Span::DAY));
        (after <= FAR).then(|| window.saturating_mul(days.0 / window.0))
    }

    /// The senders whose mail somebody waits for.
    pub(crate) fn wanted_senders(&self) -> impl Iterator<Item = &Sender> {
        self.senders.iter().filter(|sender| sender.wanted)
    }

    /// True if an MX record of the zone, at any time, has an address in the place of a host name.
    pub(crate) fn has_mx_to_address(&self) -> bool {
        let mut records = self.zones.iter().flat_map(|version| &version.zone.mx);
        records.any(|mx| mx.exchange.as_address().is_some())
    }

    /// The scenario with next to no mail that nobody waits for, where that changes nothing for the other mail: no node has places that it could
    /// take, and no cache serves both. `None` elsewhere, and where all mail is wanted.
    pub(crate) fn without_unwanted_mail(&self) -> Option<Self> {
        let caches = |wanted| {
            let senders = self.senders.iter().filter(move |sender| sender.wanted == wanted);
            senders.flat_map(|sender| &sender.resolver).map(|layer| &layer.shared_as)
        };
        let meets = || caches(false).any(|own| caches(true).any(|other| own == other));
        if self.senders.iter().all(|sender| sender.wanted) || self.has_sessions() || meets() {
            return None;
        }
        let mut silenced = self.clone();
        let unwanted = silenced.senders.iter_mut().filter(|sender| !sender.wanted);
        unwanted.for_each(|sender| sender.share = LEAST_SHARE);
        Some(silenced)
    }

    /// The nodes that are down together in each world that a goal `survive` looks at, as their places.
    pub(crate) fn down(&self) -> impl Iterator<Item = Vec<usize>> {
        let asked = self.goals.iter().find_map(|goal| match goal.kind {
            GoalKind::Survive { nodes } => Some(nodes as usize),
            _ => None,
        });
        combinations(self.nodes.len(), asked.unwrap_or(0))
    }

    /// True if an MTA-STS policy of the domain has to be obeyed: then mail of those who obey it goes over TLS or not at all.
    pub(crate) fn enforces_tls(&self) -> bool {
        self.mta_sts.as_ref().is_some_and(MtaSts::is_enforced)
    }

    /// True if none of the nodes behind a host offers TLS.
    pub(crate) fn offers_no_tls(&self, host: &Name) -> bool {
        let is_behind = |node: &&Node| node.host.split(", ").any(|name| name == host.as_str());
        let mut nodes = self.nodes.iter().filter(is_behind).peekable();
        nodes.peek().is_some() && nodes.all(|node| !node.capacity.tls)
    }

    /// True if sessions take time, or places, at any node.
    pub(crate) fn has_sessions(&self) -> bool {
        self.nodes.iter().any(|node| node.capacity.is_timed())
    }

    /// How well everything is known that decides where the mail of `sender` goes: its own behaviour and, if it takes hosts in the order of
    /// the answer, the presets of its resolvers and of the authority.
    pub(crate) fn decisive_grade(&self, sender: &Sender) -> Grade {
        if sender.behaviour.parameters.order.draws() {
            return sender.grade;
        }
        let grade_of = |kind: PresetKind, id: &str| {
            let used = self.presets.iter().find(|used| used.kind == kind.name() && used.id == id);
            used.map_or(Grade::Assumed, |used| used.grade)
        };
        let resolvers = sender.resolver.iter().map(|layer| grade_of(PresetKind::Resolver, &layer.preset));
        let order = resolvers.chain([grade_of(PresetKind::Authority, &self.authority.name)]);
        order.fold(sender.grade, Grade::max)
    }

    /// Lets `sender` order and react by a behaviour of your own; its time-outs, retries and memory stay. For an entry with a `mix` name
    /// its part, `entry/preset`.
    ///
    /// # Errors
    /// If there is no such sender; the text names those there are.
    pub fn set_behaviour(&mut self, sender: &str, behaviour: Arc<dyn SenderBehaviour>) -> Result<(), String> {
        let found = self.sender_mut(sender)?;
        found.behaviour.custom = Some(behaviour);
        found.grade = Grade::Assumed;
        // What is yours is known to you, and a preset's ranges say nothing about it.
        found.unknowns = Unknowns::default();
        Ok(())
    }

    /// Lets `sender` send exactly one message at each of these times, in the place of what its share and profile say; times before the
    /// warm-up or after the run bring none. For an entry with a `mix` name its part, `entry/preset`.
    ///
    /// ```
    /// # use mxsim_core::{study::{Quiet, RunOptions, simulate}, scenario::Scenario, time::{Span, Time}};
    /// # let zone = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
    /// # let text = format!("[run]\nreplications = 2\n[zone]\ntext = \"\"\"\n{zone}\"\"\"\n[[senders]]\nname = \"us\"\npreset = \"exim\"\n");
    /// # let mut scenario = Scenario::from_toml(&text).unwrap();
    /// scenario.set_arrivals("us", vec![Time::ZERO, Time::ZERO + Span::from_secs(5)])?;
    /// let results = simulate(&scenario, RunOptions::of(&scenario), &Quiet).unwrap();
    /// assert_eq!(results.delivery.totals.messages, 4, "two in each of two replications");
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such sender; the text names those there are.
    pub fn set_arrivals(&mut self, sender: &str, mut times: Vec<Time>) -> Result<(), String> {
        times.sort_unstable();
        self.sender_mut(sender)?.given = Some(times.into());
        Ok(())
    }

    fn sender_mut(&mut self, name: &str) -> Result<&mut Sender, String> {
        let names: Vec<String> = self.senders.iter().map(|sender| sender.name.clone()).collect();
        let found = self.senders.iter_mut().find(|sender| sender.name == name);
        found.ok_or_else(|| {
            format!("there is no sender {}; senders are {}", shortened(name), names.join(", "))
        })
    }
}

/// How long and how often to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
pub struct ZoneVersion {
    /// When it replaces the version before.
    pub at: Time,
    /// What it says.
    pub zone: Zone,
}

/// A fault of `[[events]]`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlannedFault {
    /// When it first begins.
    pub at: Time,
    /// How long it lasts each time.
    pub length: Span,
    /// How often it comes back.
    pub every: Option<Span>,
    /// What it is.
    pub fault: Fault,
    /// Its name, if it decides who is hit; else empty.
    pub name: String,
    /// The nodes that show it, as their places.
    pub nodes: Vec<usize>,
    /// The edges that show it, as their places.
    pub edges: Vec<usize>,
    /// The senders that it hits, by name; `None` for all.
    pub from: Option<Vec<String>>,
    /// Whom else it spares.
    pub scope: Scope,
}

/// An event, or a change of the zone, as results look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedEvent {
    /// What it is, in the words of the scenario.
    pub text: String,
    /// Its name, if it decides who is hit; else empty.
    pub name: String,
    /// What kind it is of.
    pub kind: EventKind,
    /// The nodes that fail, as their places; none of a change or where nobody answers.
    pub nodes: Vec<usize>,
    /// When it goes on, from and to; perhaps before or after the measured time. A change goes on until the answers from before it have run out.
    pub during: Vec<(Time, Time)>,
}

impl PlannedEvent {
    /// When it first begins in a run of this length.
    pub(crate) fn begins(&self, run_length: Span) -> Option<Time> {
        let end = Time::ZERO + run_length;
        self.during.iter().map(|span| span.0).filter(|from| (Time::ZERO..end).contains(from)).min()
    }

    /// True if it begins in a run of this length and goes on when that ends.
    fn goes_on_at(&self, run_length: Span) -> bool {
        let end = Time::ZERO + run_length;
        self.during.iter().any(|&(from, to)| from < end && to > end)
    }
}

/// The authoritative servers of the zone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authority {
    /// Preset id, for reports.
    pub name: String,
    /// In which order they answer.
    pub order: OrderPolicy,
    /// Weights of hosts and addresses that have one, by name.
    pub weights: BTreeMap<String, u32>,
    /// When they do not answer: from and to, in order of time and apart.
    pub away: Vec<(Time, Time)>,
    /// How they find out which machines are up, if they do.
    pub checks: Option<DnsChecks>,
}

impl Authority {
    /// The weight of an exchange host or an address.
    #[must_use]
    pub fn weight(&self, name: &str) -> u32 {
        let label = name.split('.').next().unwrap_or(name);
        self.weights.get(name).or_else(|| self.weights.get(label)).copied().unwrap_or(1)
    }
}

/// The library a sender asks for addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stub {
    /// Preset id, for reports.
    pub name: String,
    /// How it sorts them.
    pub parameters: StubParameters,
}

/// One sender: one organisation, or many alike.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sender {
    /// Its name, unique. Part of a mix: `entry/preset`.
    pub name: String,
    /// Its part of all wanted messages, 0..1; of a sender whose mail is not wanted, how much it sends for each wanted message.
    pub share: f64,
    /// False for mail that nobody waits for, such as spam: it counts in connections, sessions and its own row only.
    pub wanted: bool,
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
    /// The library that sorts addresses, where its behaviour asks for one.
    pub stub: Stub,
    /// The addresses it sends from, one of a family at most; a family that is missing is drawn for each site.
    pub addresses: Vec<IpAddr>,
    /// When it sends.
    pub profile: Profile,
    /// When it sends instead, if the embedding program brings the times of its messages.
    pub given: Option<Arc<[Time]>>,
    /// Caches between it and the authority, nearest first; never empty.
    pub resolver: Vec<ResolverLayer>,
    /// How it orders, fails over, retries and remembers.
    pub behaviour: Behaviour,
    /// What is not known of it: nothing unless its grade is `reported` or `assumed`.
    pub unknowns: Unknowns,
}

impl Zone {
    /// True if an MX record leads to the node.
    fn names(&self, node: &Node) -> bool {
        // A host that an earlier version named stays among the hosts of a later one.
        let is_named = |host: &&Host| self.mx.is_empty() || self.mx.iter().any(|mx| mx.exchange == host.name);
        let addresses = self.hosts.iter().filter(is_named).flat_map(Host::addresses);
        addresses.into_iter().any(|ip| node.is_reached_by(ip))
    }

    /// The longest TTL of the answers that `new` makes old; `None` if it changes no answer.
    pub(crate) fn longest_outdated_ttl(&self, new: &Self) -> Option<Span> {
        let mx =
            (self.mx != new.mx).then_some(if self.mx.is_empty() { self.negative_ttl } else { self.mx_ttl });
        let of_host = |host: &Host| {
            let other = new.host(&host.name);
            let a = other.is_none_or(|other| other.a != host.a).then_some(host.a_ttl);
            let aaaa = other.is_none_or(|other| other.aaaa != host.aaaa).then_some(host.aaaa_ttl);
            a.filter(|_| !host.a.is_empty()).max(aaaa.filter(|_| !host.aaaa.is_empty()))
        };
        mx.max(self.hosts.iter().filter_map(of_host).max())
    }
}

/// The population a mix comes from. Plausible mixes are Dirichlet around the shares of the senders.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mix {
    /// Id of the population.
    pub population: String,
    /// Concentration of the law: the larger, the nearer to the shares.
    pub concentration: f64,
    /// How well the population is known.
    pub grade: Grade,
}

/// One caching layer between a sender and the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolverLayer {
    /// Name in the scenario, or preset id.
    pub name: String,
    /// The preset its parameters are laid over.
    pub preset: String,
    /// How it caches and orders.
    pub parameters: ResolverParameters,
    /// Layers with equal `shared_as` are the same caches, whichever sender asks.
    pub shared_as: String,
}

/// A machine that receives mail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// Its name, unique.
    pub name: String,
    /// The exchange hosts it stands behind, joined with `, `.
    pub host: String,
    /// Its addresses; none if the zone does not name it.
    pub addresses: Vec<IpAddr>,
    /// The addresses of the edges that it stands behind.
    pub through: Vec<IpAddr>,
    /// The share a perfectly even split gives it; zero for a backup. Adds up to 1 over the nodes.
    pub fair_share: f64,
    /// The groups it belongs to, whose nodes fail together.
    pub groups: Vec<String>,
    /// Its faults.
    pub faults: Schedule,
    /// How many sessions it serves at the same time, and how long they take.
    pub capacity: Capacity,
    /// True if it greylists.
    pub greylists: bool,
}

impl Node {
    /// True if mail for this address may come to it, directly or through an edge.
    #[must_use]
    pub fn is_reached_by(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address) || self.through.contains(&address)
    }
}

/// A load balancer before nodes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Edge {
    /// Its name, unique among edges and nodes.
    pub name: String,
    /// Its addresses, which the zone publishes.
    pub addresses: Vec<IpAddr>,
    /// The nodes behind it, as their places.
    pub nodes: Vec<usize>,
    /// The preset that its keys are laid over.
    pub preset: String,
    /// What it is told to do.
    pub policy: EdgePolicy,
    /// The edge that takes its addresses over, if there is one.
    pub partner: Option<Partner>,
    /// Its own faults; those of nodes are theirs.
    pub faults: Schedule,
}
