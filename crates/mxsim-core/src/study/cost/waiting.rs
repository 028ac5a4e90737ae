//! How much mail waits, and how often it is tried again meanwhile: while nodes fail, while the DNS is away, where a policy leaves no host, and
//! while nodes are full.
//!
//! All of it is an upper bound: what might wait is taken to wait until the end of the trouble.

use super::{MOST_COUNTED, one_by_one};
use crate::engine::Compiled;
use crate::engine::outcome_of;
use crate::engine::world::{SenderTable, World};
use crate::ids::{HostId, NodeId};
use crate::random::{Entropy, Purpose, StreamId};
use crate::sender::retry::{FailedAttempt, next_attempt};
use crate::sender::{Failover, NoAddress, Outcome, Reaction, RetrySchedule};
use crate::time::{Span, Time};

/// The retries of one replication.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Retries {
    pub(super) count: f64,
    /// What they cost, in messages that are taken at the first connection.
    pub(super) work: f64,
}

/// The retries of all senders, and the most messages that wait at the same time.
pub(super) fn retries(compiled: &Compiled) -> (Retries, f64) {
    let world = &compiled.world;
    let (mut all, mut queued) = (Retries::default(), 0.0);
    let overload = overload(compiled);
    // Who is simulated in numbers never has to try again.
    for sender in one_by_one(compiled) {
        let nodes = usable_nodes(world, sender);
        // A message costs a look-up and a connection; a retry that fails costs a look-up and a connection to each node. *Assumption*: both
        // cost the same.
        let work = match sender.behaviour.parameters.failover {
            Failover::NextHost => (1.0 + nodes.len() as f64) / 2.0,
            Failover::SameHostLater => 1.0,
        };
        let mut waits = None;
        let full = overload.iter().map(|(from, to, part)| (vec![(*from, *to)], *part));
        for (outages, part) in outages(compiled, sender, &nodes).into_iter().chain(full) {
            if outages.is_empty() {
                continue;
            }
            let waits = waits.get_or_insert_with(|| {
                Waits::new(&sender.behaviour.parameters.retry, world.end.since(world.start))
            });
            for (from, to) in waits.joined(&outages) {
                let messages = sender.expected(from, to) * part;
                let retries = messages * waits.retries_in(to.since(from));
                all.count += retries;
                all.work += retries * work;
                queued += messages;
            }
        }
    }
    (all, queued)
}

/// The nodes with an address that is of use to the sender.
fn usable_nodes(world: &World, sender: &SenderTable) -> Vec<NodeId> {
    let usable = |node: &NodeId| {
        let mut landings = world.topology.landings.iter().filter(|landing| landing.node == *node);
        landings.any(|landing| sender.ipv6 || !world.topology.address(landing.address).ipv6)
    };
    (0..world.topology.nodes.len()).map(NodeId::new).filter(usable).collect()
}

/// From when to when.
type Times = Vec<(Time, Time)>;

/// When a sender's mail waits, and which part of it: what is meant for a node while that shows a fault after which the sender does not go on,
/// and all of it while all nodes fail otherwise. Final answers make nobody wait, but are taken to do so: this is an upper bound.
fn outages(compiled: &Compiled, sender: &SenderTable, nodes: &[NodeId]) -> Vec<(Times, f64)> {
    let (world, behaviour) = (&compiled.world, &sender.behaviour);
    // Where the sessions of an attempt are limited, mail may stay behind though the sender would go on.
    let goes_on = |outcome: Outcome| {
        behaviour.react(outcome) == Reaction::Next
            && !(outcome.is_in_session() && behaviour.parameters.limits.sessions.is_some())
    };
    let of = |node: &NodeId, going_on: bool| -> Times {
        let faults = world.topology.faults_on_the_way(*node);
        let outages = faults.outages().iter();
        let hitting = outages.filter(|outage| outage.keeps_out(sender.name_hash));
        let such = hitting.filter(|outage| goes_on(outcome_of(outage.fault)) == going_on);
        let within = such.map(|outage| (outage.from.max(world.start), outage.to.min(world.end)));
        within.filter(|(from, to)| from < to).collect()
    };
    let part = |node: &NodeId| (of(node, false), compiled.labels.nodes[node.index()].fair_share);
    let common = nodes.iter().map(|node| of(node, true)).reduce(|a, b| intersection(&a, &b));
    let lost = std::iter::once((no_host(world, sender), 1.0));
    nodes.iter().map(part).chain(common.map(|times| (times, 1.0))).chain(lost).collect()
}

/// When a sender finds nobody to deliver to: while the DNS is away, and always where a policy leaves no host, or where none has
/// an address and it waits for one. What caches know is left out.
fn no_host(world: &World, sender: &SenderTable) -> Times {
    let waits_without = sender.behaviour.parameters.policy.no_address == NoAddress::Retry;
    let is_useless = |host: HostId| {
        let table = world.topology.host(host);
        let is_bare = sender.skipped[host.index()] || (table.a.is_none() && table.aaaa.is_none());
        sender.is_barred(host) || (waits_without && is_bare)
    };
    let mut hosts = (0..world.topology.hosts.len()).map(HostId::new).peekable();
    if hosts.peek().is_some() && hosts.all(is_useless) {
        return vec![(world.start, world.end)];
    }
    let away = world.topology.authority_away.iter();
    let within = away.map(|&(from, to)| (from.max(world.start), to.min(world.end)));
    within.filter(|(from, to)| from < to).collect()
}

/// When more mail has come than all nodes together take, from and to, and which part of what comes then they do not take: a fluid that flows in
/// as messages come, hour by hour, and out as sessions end. None where a node takes any number.
fn overload(compiled: &Compiled) -> Vec<(Time, Time, f64)> {
    let world = &compiled.world;
    if world.taken_per_us(world.start, world.end).is_none() {
        return Vec::new();
    }
    let (mut spells, mut from) = (Vec::new(), world.start);
    // Begin, what came and what has not been taken yet.
    let mut spell: Option<(Time, f64, f64)> = None;
    while from < world.end {
        let to = (from + Span::HOUR).min(world.end);
        let came: f64 = one_by_one(compiled).map(|sender| sender.expected(from, to)).sum();
        let (begun, all, waits) = spell.unwrap_or((from, 0.0, 0.0));
        let taken = world.taken_per_us(from, to).unwrap_or(f64::INFINITY);
        let left = waits + came - taken * to.since(from).0 as f64;
        spell = (left > 0.0).then_some((begun, all + came, left));
        if let (None, true) = (spell, waits > 0.0) {
            spells.push((begun, from, waits / all));
        }
        from = to;
    }
    spells.extend(spell.map(|(begun, all, waits)| (begun, world.end, waits / all)));
    spells
}

/// The times in both lists, which are in order and without overlap.
fn intersection(a: &[(Time, Time)], b: &[(Time, Time)]) -> Times {
    let (mut i, mut j, mut both) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let (from, to) = (a[i].0.max(b[j].0), a[i].1.min(b[j].1));
        if from < to {
            both.push((from, to));
        }
        if a[i].1 < b[j].1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

/// The attempts of a message that fails all the time.
#[derive(Debug)]
struct Waits {
    /// Age of the message at each failure that another attempt follows.
    failures: Vec<Span>,
    /// Sums of the first 0, 1, 2, ... of them (µs).
    sums: Vec<f64>,
    /// The last wait, if it goes on like that; `None` if the message bounces.
    pace: Option<Span>,
}

impl Waits {
    /// The attempts until the message is `longest` old.
    fn new(policy: &RetrySchedule, longest: Span) -> Self {
        let mut waits = Self { failures: Vec::new(), sums: vec![0.0], pace: None };
        let (mut now, mut sum) = (Time::ZERO, 0.0);
        // Lots may fall as they like: an estimate does not depend on them.
        let lots = Entropy::new(0, 0).key(StreamId::new("cost", Purpose::Retry));
        while waits.failures.len() < MOST_COUNTED {
            let failures = waits.failures.len() as u32 + 1;
            let message =
                FailedAttempt { born: Time::ZERO, failures, now, phase: Span::ZERO, not_before: now };
            let Some(next) = next_attempt(policy, message, lots) else {
                waits.pace = None;
                break;
            };
            sum += now.0 as f64;
            waits.failures.push(now.since(Time::ZERO));
            waits.sums.push(sum);
            waits.pace = Some(next.since(now));
            now = next;
            if now.since(Time::ZERO) > longest {
                break;
            }
        }
        waits
    }

    /// Mean number of retries of messages that arrive at any moment of an outage of this length alike.
    fn retries_in(&self, outage: Span) -> f64 {
        let length = outage.0 as f64;
        // A retry follows each failure before the end of the outage, and the time of arrival that leaves room for it is a part of it.
        let counted = self.failures.partition_point(|age| *age < outage);
        let retries = counted as f64 - self.sums[counted] / length;
        retries + self.uncounted(outage)
    }

    /// Those after the last one counted.
    fn uncounted(&self, outage: Span) -> f64 {
        match (self.pace, self.failures.last()) {
            (Some(pace), Some(last)) if *last < outage => {
                let left = (outage.0 - last.0) as f64;
                (left / pace.0.max(1) as f64 - 1.0).max(0.0) * left / outage.0 as f64 / 2.0
            }
            _ => 0.0,
        }
    }

    /// The wait in force at the end of an outage for a message from its start.
    fn wait_after(&self, outage: Span) -> Span {
        let next = self.failures.partition_point(|age| *age < outage);
        match (next.checked_sub(1).map(|last| self.failures[last]), self.failures.get(next)) {
            (Some(last), Some(next)) => Span(next.0 - last.0),
            _ => self.pace.unwrap_or(Span::ZERO),
        }
    }

    /// Outages with those joined between which a waiting message may not be tried; it then waits through both.
    fn joined(&self, outages: &[(Time, Time)]) -> Times {
        let mut joined: Times = Vec::new();
        for &(from, to) in outages {
            match joined.last_mut() {
                Some(last) if from.since(last.1) < self.wait_after(last.1.since(last.0)) => last.1 = to,
                _ => joined.push((from, to)),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Outages of 59 s in each minute: a message that waits for a minute may miss every gap between them.
    #[test]
    fn short_gaps_between_outages_do_not_hide_them() {
        let waits = |seconds| {
            let wait = crate::sender::Wait::Gaps {
                list: vec![Span::from_secs(seconds)],
                then: crate::sender::AfterGaps::RepeatLast,
            };
            let policy = RetrySchedule {
                wait,
                queue_run: None,
                jitter: Span::ZERO,
                lifetime: None,
                max_attempts: None,
                from: crate::sender::RetryFrom::Same,
            };
            Waits::new(&policy, Span::DAY)
        };
        let at = |seconds: i64| Time::ZERO + Span::from_secs(seconds);
        let outages: Times = (0..60).map(|minute| (at(minute * 60), at(minute * 60 + 59))).collect();
        assert_eq!(waits(60).joined(&outages), [(at(0), at(59 * 60 + 59))]);
        assert_eq!(waits(1).joined(&outages).len(), 60);
    }
}
