//! Scenario to world: names become indices, defaults are long gone, and nothing can fail any more.

use super::aggregate::{self, Plan};
use super::world::greylisting::GreylistPlan;
use super::world::method::{MethodChoice, MethodDecision};
use super::world::topology::Names;
use super::world::{Phases, SenderTable, Topology, World, known_candidates, senders};
use crate::dns::{Name, Zone};
use crate::engine::world::OutagePlan;
use crate::node::{Fault, Outage, Schedule};
use crate::results::EventKind;
use crate::scenario::{Edge, Goal, GoalKind, Node, PlannedEvent, Reach, Scenario, Sender};
use crate::tally::PHASES;
use crate::tally::labels::{EdgeLabels, EventLabels, HostLabels, Labels, NodeLabels, SenderLabels};
use crate::time::{Span, Time};
use std::net::IpAddr;

/// A compiled scenario. Immutable; shared by all replications.
#[derive(Debug)]
pub struct Compiled {
    /// What the statistics need to know.
    pub labels: Labels,
    /// Tables.
    pub world: World,
    /// How each sender is simulated, and why.
    pub methods: Vec<MethodDecision>,
    /// How the senders are simulated whose messages are drawn as numbers.
    pub(crate) plan: Plan,
}

impl Compiled {
    /// What the senders drawn as numbers cost in one replication, in messages simulated one by one.
    #[must_use]
    pub fn aggregate_work(&self) -> f64 {
        self.plan.work(&self.world)
    }
}

/// Compiles a checked scenario.
#[must_use]
pub fn compile(scenario: &Scenario) -> Compiled {
    compile_for(scenario, MethodChoice::default())
}

/// Compiles a checked scenario, with a choice of methods.
#[must_use]
pub fn compile_for(scenario: &Scenario, method: MethodChoice) -> Compiled {
    let mut compiled = compile_beside(scenario, method);
    compiled.labels.fingerprint = scenario.fingerprint();
    compiled
}

/// The same without a fingerprint, for worlds beside a run: nobody sees theirs, and they are many.
pub(crate) fn compile_beside(scenario: &Scenario, method: MethodChoice) -> Compiled {
    let names = Names::of(scenario);
    let world = world(scenario, &names);
    let (methods, plan) = aggregate::plan(&world, scenario, method);
    Compiled { labels: labels(scenario, &names, &world, &methods), world, methods, plan }
}

fn world(scenario: &Scenario, names: &Names) -> World {
    let (layers, by_sender) = senders::layers(scenario);
    let topology = Topology::new(scenario, names, layers);
    let senders: Vec<SenderTable> = scenario
        .senders
        .iter()
        .zip(by_sender)
        .map(|(sender, layers)| SenderTable::new(sender, scenario, names, &topology, layers))
        .collect();
    let known_candidates = known_candidates::of_all(&topology, &senders);
    let knows = senders.iter().zip(&known_candidates);
    let knows: Vec<bool> =
        knows.map(|(sender, known)| sender.path.fixed_candidates().is_some() || known.is_some()).collect();
    World {
        run: scenario.run,
        start: Time::ZERO - scenario.run.warm_up,
        end: Time::ZERO + scenario.run.run_length,
        times_only: senders::times_only(&topology, &senders, &knows),
        greylisting: GreylistPlan::of(scenario),
        outages: OutagePlan::new(&scenario.random_outages),
        phases: Phases::new(&scenario.events, Time::ZERO + scenario.run.run_length),
        topology,
        senders,
        known_candidates,
        delay_limits: delay_limits(scenario),
    }
}

fn delay_limits(scenario: &Scenario) -> Vec<Span> {
    let limit = |goal: &Goal| match goal.kind {
        GoalKind::DelayP95 { at_most } => Some(at_most),
        _ => None,
    };
    scenario.goals.iter().filter_map(limit).collect()
}

fn labels(scenario: &Scenario, names: &Names, world: &World, methods: &[MethodDecision]) -> Labels {
    Labels {
        title: scenario.title.clone(),
        run: scenario.run,
        nodes: scenario.nodes.iter().map(|node| node_labels(scenario, names, node)).collect(),
        edges: scenario.edges.iter().map(edge_labels).collect(),
        hosts: host_labels(scenario, names),
        senders: scenario.senders.iter().map(|sender| sender_labels(scenario, sender)).collect(),
        events: event_labels(scenario, world),
        goals: scenario.goals.clone(),
        goals_are_default: scenario.goals_are_default,
        down: scenario.down().collect(),
        greylisting: scenario.greylisting.clone(),
        dns_away: scenario.authority.away.iter().map(|(from, to)| to.since(*from)).max(),
        changes: scenario.zones.iter().any(|version| version.at > Time::ZERO),
        old_answers: old_answers(scenario),
        settled: scenario.settled(),
        methods: scenario
            .senders
            .iter()
            .zip(methods)
            .map(|(sender, method)| method.used_for(&sender.name))
            .collect(),
        presets: scenario.presets.clone(),
        findings: scenario.findings.clone(),
        cautions: scenario.cautions.clone(),
        fingerprint: String::new(),
    }
}

fn node_labels(scenario: &Scenario, names: &Names, node: &Node) -> NodeLabels {
    // Only addresses that some version of the zone publishes.
    let published = || node.addresses.iter().filter_map(|&ip| Some((ip, names.address(ip)?)));
    let failing = failing(scenario, node);
    NodeLabels {
        name: node.name.clone(),
        host: node.host.clone(),
        groups: node.groups.clone(),
        addresses: published().map(|(ip, _)| IpAddr::to_string(&ip)).collect(),
        address_indices: published().map(|(_, address)| address.index()).collect(),
        fair_share: node.fair_share,
        fails: !failing.is_empty() || node.faults.is_random(),
        always_fails: failing.covers(Time::ZERO, Time::ZERO + scenario.run.run_length),
        fails_in_part: !failing.is_empty()
            && failing.outages().iter().all(|outage| outage.scope.is_partial()),
        fails_at_random: node.faults.is_random(),
        fails_over_ipv6: is_over_ipv6(node, &failing),
        hit_senders: if node.faults.is_random() { Vec::new() } else { hit_senders(scenario, &failing) },
        untrusted: !node.faults.is_random() && is_untrusted(&failing),
        delays: node.faults.ever(Fault::is_delay),
        defers: node.faults.ever(|fault| matches!(fault, Fault::Defer(_)) && fault.is_past_greeting()),
        leaves: scenario.retires(node),
        greylists: node.greylists,
        goes_silent: node.faults.ever(Fault::keeps_sender_waiting),
        workers: node.capacity.workers,
        session_limit: node.capacity.sessions,
        measured: scenario.run.run_length,
    }
}

fn edge_labels(edge: &Edge) -> EdgeLabels {
    EdgeLabels {
        name: edge.name.clone(),
        addresses: edge.addresses.iter().map(IpAddr::to_string).collect(),
        nodes: edge.nodes.clone(),
        hides_senders: edge.policy.hides_senders(),
    }
}

/// The faults of a node, and those of the edges before it, that keep mail away before the run ends.
fn failing(scenario: &Scenario, node: &Node) -> Schedule {
    let is_seen = |outage: &Outage| outage.from < Time::ZERO + scenario.run.run_length;
    let keeps_away = |outage: &&Outage| !outage.fault.is_delay() && is_seen(outage);
    let is_before = |edge: &&Edge| edge.addresses.iter().any(|ip| node.through.contains(ip));
    let of_edges = scenario.edges.iter().filter(is_before).flat_map(|edge| edge.faults.outages());
    Schedule::new(node.faults.outages().iter().chain(of_edges).filter(keeps_away).copied().collect())
}

/// The senders that these faults hit, if they hit some and nobody else.
fn hit_senders(scenario: &Scenario, failing: &Schedule) -> Vec<String> {
    let hit = |sender: &&Sender| failing.outages().iter().any(|outage| outage.scope.is_from(&sender.name));
    let is_path = failing.outages().iter().all(|outage| outage.scope.sender.is_some());
    let hit = scenario.senders.iter().filter(|sender| is_path && hit(sender));
    hit.map(|sender| sender.name.clone()).collect()
}

/// True if nothing but connections over IPv6 meets these faults.
fn is_over_ipv6(node: &Node, failing: &Schedule) -> bool {
    let is_ipv6 = |outage: &Outage| outage.scope.ipv6 == Some(true);
    !node.faults.is_random() && !failing.is_empty() && failing.outages().iter().all(is_ipv6)
}

fn is_untrusted(failing: &Schedule) -> bool {
    !failing.is_empty() && failing.outages().iter().all(|outage| outage.fault == Fault::Certificate)
}

/// How long caches hold the answers from before a change.
fn old_answers(scenario: &Scenario) -> Span {
    let changes = scenario.events.iter().filter(|event| event.kind == EventKind::Change);
    changes.flat_map(|change| &change.during).map(|(from, to)| to.since(*from)).max().unwrap_or(Span::ZERO)
}

fn host_labels(scenario: &Scenario, names: &Names) -> Vec<HostLabels> {
    let zone = zone_at_zero(scenario);
    let preference =
        |name: &Name| zone.mx.iter().filter(|mx| mx.exchange == *name).map(|mx| mx.preference).min();
    let host = |name: &Name| HostLabels {
        name: name.to_string(),
        preference: preference(name),
        leaves: scenario.retires_host(name),
        reach: zone.host(name).map_or(Reach::Reachable, |host| Reach::of(host, zone)),
    };
    names.hosts.iter().map(host).collect()
}

fn sender_labels(scenario: &Scenario, sender: &Sender) -> SenderLabels {
    SenderLabels {
        name: sender.name.clone(),
        behaves_like: sender.preset.clone(),
        grade: sender.grade,
        decisive_grade: scenario.decisive_grade(sender),
        share: sender.share,
        wanted: sender.wanted,
    }
}

fn event_labels(scenario: &Scenario, world: &World) -> Vec<EventLabels> {
    let lengths = world.phases.lengths.chunks_exact(PHASES);
    let event = |(event, lengths): (&PlannedEvent, &[Span])| EventLabels {
        text: event.text.clone(),
        kind: event.kind,
        begins: event.begins(scenario.run.run_length),
        outlives_run: scenario.outlives(event),
        lengths: std::array::from_fn(|phase| lengths[phase]),
    };
    scenario.events.iter().zip(lengths).map(event).collect()
}

/// The zone as it stands when measuring starts.
fn zone_at_zero(scenario: &Scenario) -> &Zone {
    let latest = scenario.zones.iter().rev().find(|version| version.at <= Time::ZERO);
    &latest.unwrap_or(&scenario.zones[0]).zone
}
