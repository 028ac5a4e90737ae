//! How a design is operated: what a change touches, and how long its mail takes to follow.

use super::document::Operations;
use crate::dns::Host;
use crate::engine::probe::Probe;
use crate::engine::probe::Step;
use crate::engine::world::World;
use crate::ids::MessageId;
use crate::scenario::{ChangeSpec, EventSpec, Fault, Scenario, ScenarioBuilder};
use crate::study::StudyError;
use crate::study::drain::Drain;
use crate::study::together::CountingProbe;
use crate::time::{Span, Time};

/// When the first node is taken out of the zone, and when it fails: in the morning, when there is mail to see. *Assumption*.
pub(super) const AT: Span = Span::from_hours(10);
/// How precisely the time is told until a node is drained.
const BIN: Span = Span::from_minutes(5);
/// What is left of the mail of a drained node, as a part of what it got before.
const LEFT: [f64; 2] = [0.05, 0.01];
/// Standard errors by which a bin has to lie above [`LEFT`] to count as mail that still comes: with some hundred bins one of them would reach three by
/// chance in a run of ten.
const SURE: f64 = 3.0;

/// The records whose removal takes the first node out of the zone, as lines.
fn drain_lines(scenario: &Scenario) -> Vec<String> {
    Drain::of(&scenario.zones[0].zone, scenario, &[0]).lines
}

/// The scenario in which the first node is taken out of the zone at [`AT`], or drained by the edge before it.
pub(super) fn drained(builder: &ScenarioBuilder, scenario: &Scenario) -> Result<Scenario, StudyError> {
    if let Some(node) = scenario.nodes.first().filter(|node| !node.through.is_empty()) {
        let rest = Span(scenario.run.run_length.0 - AT.0).max(Span::HOUR);
        let event = EventSpec::new(&node.name, Fault::Drain).at(AT).lasting(rest);
        return Ok(builder.clone().event(event).build()?);
    }
    let lines = drain_lines(scenario).join("\n");
    Ok(builder.clone().change(ChangeSpec::at(AT).remove(&lines)).build()?)
}

/// What of a design can be read off its zone.
pub(super) fn of_zone(scenario: &Scenario) -> Operations {
    let zone = &scenario.zones[0].zone;
    let named = |host: &&Host| zone.mx.is_empty() || zone.mx.iter().any(|mx| mx.exchange == host.name);
    let mut addresses: Vec<_> = zone.hosts.iter().filter(named).flat_map(Host::addresses).collect();
    addresses.sort_unstable();
    addresses.dedup();
    Operations {
        hosts: zone.hosts.iter().filter(named).count(),
        addresses: addresses.len(),
        nodes: scenario.nodes.len(),
        node: scenario.nodes.first().map(|node| node.name.clone()).unwrap_or_default(),
        records_to_drain: drain_lines(scenario).len(),
        drained_s: [None, None],
        // Without an edge each address is one machine's.
        pinned_reaches: scenario.edges.iter().map(|edge| edge.nodes.len()).max().unwrap_or(1),
        edges: scenario.edges.iter().map(|edge| 1 + usize::from(edge.partner.is_some())).sum(),
        hides_senders: scenario.edges.iter().any(|edge| edge.policy.hides_senders()),
    }
}

/// Messages that the first node accepted in each bin from [`AT`] on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AtFirstNode(Vec<u64>);

/// Counts them.
pub(super) struct FirstNodeProbe {
    counts: Vec<u64>,
}

impl FirstNodeProbe {
    pub(super) fn new(world: &World) -> Self {
        let bins = (world.run.run_length.0 - AT.0).max(0) / BIN.0;
        Self { counts: vec![0; bins as usize] }
    }

    pub(super) fn finish(self) -> AtFirstNode {
        AtFirstNode(self.counts)
    }
}

impl CountingProbe for FirstNodeProbe {
    fn counts(&mut self) -> &mut Vec<u64> {
        &mut self.counts
    }
}

impl Probe for FirstNodeProbe {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        let Step::Accepted { node, .. } = step else { return };
        let bin = now.since(Time::ZERO + AT).0.div_euclid(BIN.0);
        let is_first = node.index() == 0;
        let place = usize::try_from(bin).ok().filter(|_| is_first && message.born >= Time::ZERO);
        if let Some(count) = place.and_then(|bin| self.counts.get_mut(bin)) {
            *count += 1;
        }
    }
}

/// How long after the change the node still got more than each part of [`LEFT`] of what it gets without it (s); `None` where that goes on to the end.
pub(super) fn drained_s<'a>(
    without: impl Iterator<Item = &'a AtFirstNode>,
    with: impl Iterator<Item = &'a AtFirstNode>,
) -> [Option<f64>; 2] {
    let (before, after) = (sums(without), sums(with));
    LEFT.map(|left| {
        let is_above = |bin: &usize| {
            let (expected, got) = (left * before[*bin] as f64, after[*bin] as f64);
            got > expected + SURE * expected.max(1.0).sqrt()
        };
        let last = (0..before.len().min(after.len())).rev().find(is_above);
        let bins = last.map_or(0, |last| last + 1);
        (bins < before.len()).then(|| bins as f64 * BIN.as_secs_f64())
    })
}

fn sums<'a>(replications: impl Iterator<Item = &'a AtFirstNode>) -> Vec<u64> {
    let mut sums = Vec::new();
    for AtFirstNode(counts) in replications {
        sums.resize(counts.len(), 0);
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sums
}
