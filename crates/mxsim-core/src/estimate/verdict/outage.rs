//! Outages and changes of the zone: what they are in words, and what to do about the mail that they hold up.

use super::Evidence;
use super::subjects::NODES_NAMED;
use crate::numerals::{Ranged, percent_range};
use crate::results::{SenderResult, called};
use crate::tally::labels::NodeLabels;
use crate::time::Span;

/// A cache finds no host in a part of an outage that is the outage over the TTL; with this many times the outage, one in ten is left.
const MANY_TIMES: i64 = 10;

/// What to do where mail waits for a node that says nothing.
const SILENT: &str = "A host that says nothing makes each sender wait for its time-out: let it refuse connections (stop the listener, or have the firewall \
                      reject), and senders go on to another host at once.";

/// The same where a node defers what it could refuse.
const DEFERRING: &str = "Defer at the greeting, or on no host: many senders that are deferred (4xx) later than that do not go on to another host, but wait and come \
                         back to the same one.";

/// The same where nodes fail and answer, and no other takes the mail.
const ALONE: &str = "Mail waits until its sender tries again and finds a host that takes it: keep another host up meanwhile, or make the outage \
                     shorter.";

/// How a node fails, for those that do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    always: bool,
    in_part: bool,
}

impl Extent {
    const fn of(node: &NodeLabels) -> Self {
        Self { always: node.always_fails, in_part: node.fails_in_part }
    }

    /// "fails for part of the run".
    fn in_words(self, is_one: bool) -> String {
        let time = if self.always { "all of the run" } else { "part of the run" };
        match (self.in_part, is_one) {
            (true, true) => format!("fails a part of its connections for {time}"),
            (true, false) => format!("fail a part of their connections for {time}"),
            (false, true) => format!("fails for {time}"),
            (false, false) => format!("fail for {time}"),
        }
    }
}

impl Evidence<'_> {
    /// Which nodes fail, and how far.
    pub(super) fn outage(&self) -> Option<String> {
        let parts = [self.planned_outage(), self.random_outage()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The nodes that fail at random, and the part of the time that they are up.
    fn random_outage(&self) -> Option<String> {
        let both = self.results.nodes.iter().zip(&self.labels.nodes);
        let at_random = both.filter(|(_, labels)| labels.fails_at_random);
        let up: Vec<(String, Ranged)> = at_random
            .filter_map(|(node, _)| {
                Some((called(&node.name), Ranged::mean_share(node.availability.as_ref()?)))
            })
            .collect();
        match &up[..] {
            [] => None,
            [(name, up)] => Some(format!("{name} fails at random and is up {} of the time.", up.percent())),
            some => {
                let mean = || some.iter().map(|(_, up)| up.value);
                let range = percent_range(mean().fold(1.0, f64::min), mean().fold(0.0, f64::max));
                let who = match some.len() {
                    few if few <= NODES_NAMED => {
                        some.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
                    }
                    many => format!("{many} nodes"),
                };
                Some(format!("{who} fail at random; each is up {range} of the time."))
            }
        }
    }

    /// Which nodes fail at a time that is known, and how far, where no event says it with its time.
    fn planned_outage(&self) -> Option<String> {
        if !self.labels.events.is_empty() {
            return None;
        }
        let nodes = &self.labels.nodes;
        let failing: Vec<&NodeLabels> =
            nodes.iter().filter(|node| node.fails && !node.fails_at_random).collect();
        let extent = Extent::of(failing.first()?);
        let are_alike = failing.iter().all(|node| Extent::of(node) == extent);
        if failing.len() == nodes.len() && are_alike {
            return Some(all_fail(&failing, extent));
        }
        let mut extents: Vec<Extent> = failing.iter().map(|node| Extent::of(node)).collect();
        extents.dedup();
        let sentence = |extent: Extent| {
            let alike = failing.iter().filter(|node| Extent::of(node) == extent);
            let names: Vec<String> = alike.map(|node| called(&node.name)).collect();
            format!("{} {}.", names.join(", "), extent.in_words(names.len() == 1))
        };
        let mut sentences: Vec<String> = extents.into_iter().map(sentence).collect();
        sentences.sort_unstable();
        sentences.dedup();
        Some(sentences.join(" "))
    }

    /// What to do where hosts fail over IPv6 and answer over IPv4.
    pub(super) fn ipv6_action(&self) -> Option<String> {
        let mut failing = self.labels.nodes.iter().filter(|node| node.fails).peekable();
        failing.peek()?;
        let silent = failing.clone().any(|node| node.goes_silent);
        failing.all(|node| node.fails_over_ipv6).then(|| {
            let wait = if silent { " A sender that meets silence waits for its time-out." } else { "" };
            format!(
                "Only IPv6 fails: mend it, or take the AAAA records out of the zone until it works; senders then come over IPv4 at once.{wait}"
            )
        })
    }

    /// Who meets the faults of the nodes that fail, if those are of a path and all alike.
    pub(super) fn bad_path(&self) -> Option<&[String]> {
        let mut failing = self.labels.nodes.iter().filter(|node| node.fails);
        let first = &failing.next()?.hit_senders[..];
        (!first.is_empty() && failing.all(|node| node.hit_senders == first)).then_some(first)
    }

    /// What to do where only some senders meet a fault: the path to them is bad, or they check a certificate.
    pub(super) fn path_action(&self) -> Option<String> {
        let who = some_senders(self.bad_path()?);
        let failing: Vec<&NodeLabels> = self.labels.nodes.iter().filter(|node| node.fails).collect();
        let names: Vec<String> = failing.iter().map(|node| called(&node.name)).collect();
        let names = names.join(" and ");
        Some(if failing.iter().all(|node| node.untrusted) {
            format!(
                "Renew the certificate of {names}: mail of {who} goes to other hosts, as it is checked there, and without any of those it waits until it bounces."
            )
        } else {
            format!(
                "Nobody but {who} meets this, so look at the path and not at {names}: ask {who} and your network provider. A host in another network gives that \
                 mail a way round."
            )
        })
    }

    /// What to do about nodes that take longer for a while.
    pub(super) fn slow_action(&self) -> String {
        let slow = self.labels.nodes.iter().filter(|node| node.delays);
        let names: Vec<String> = slow.map(|node| called(&node.name)).collect();
        let names = names.join(" and ");
        if self.results.nodes.len() == 1 {
            return format!("Make {names} as fast as before: there is no other host to go on to.");
        }
        format!(
            "Make {names} as fast as before, or have it refuse connections meanwhile: a sender goes on to another host when one refuses, and not when one is slow."
        )
    }

    /// What to do about mail that waits for a node or for the new records.
    pub(super) fn outage_action(&self) -> String {
        let nodes = &self.labels.nodes;
        let any = |of: fn(&NodeLabels) -> bool| nodes.iter().any(of);
        let others_are_up = nodes.iter().any(|node| !node.fails && node.fair_share > 0.0);
        match () {
            () if any(|node| node.leaves && node.fails) => self.cutover_action(),
            () if let Some(action) = self.ipv6_action() => action,
            () if any(|node| node.goes_silent) && any(|node| !node.fails) => SILENT.into(),
            () if self.defers_beside_others() => DEFERRING.into(),
            () if others_are_up => self.beside_others(),
            () => ALONE.into(),
        }
    }

    /// True if a node defers what others would take.
    pub(super) fn defers_beside_others(&self) -> bool {
        let nodes = &self.labels.nodes;
        nodes.iter().any(|node| node.defers) && nodes.iter().any(|node| !node.fails)
    }

    /// What to do where other hosts take the mail of all senders that go on to another.
    fn beside_others(&self) -> String {
        let late = |sender: &&SenderResult| sender.late.is_some_and(|late| late.value > 0.0);
        let waiting: Vec<&str> =
            self.results.wanted_senders().filter(late).map(|sender| sender.name.as_str()).collect();
        let who = match waiting[..] {
            [] => "only senders that come back to the same host wait".to_owned(),
            [one] => format!("only {one} waits"),
            [one, other] => format!("only {one} and {other} wait"),
            [one, ref more @ ..] => format!("only {one} and {} more wait", more.len()),
        };
        format!(
            "Other hosts are up, and {who}, for the same host: make the outage shorter, or take its MX record out of the zone one TTL before."
        )
    }

    /// What to do where a node defers mail until senders give it up.
    pub(super) fn deferred_action(&self) -> String {
        let names: Vec<String> =
            self.labels.nodes.iter().filter(|node| node.defers).map(|node| called(&node.name)).collect();
        let names = names.join(" and ");
        format!(
            "Some senders come back to {names} until they give up, whatever other hosts would take: have {names} refuse connections instead of \
             answering 4xx, or take it out of the zone one TTL before."
        )
    }

    /// What to do where caches still name a host that is gone.
    pub(super) fn cutover_action(&self) -> String {
        let ttl = self.labels.old_answers;
        let leaving: Vec<String> =
            self.labels.nodes.iter().filter(|node| node.leaves).map(|node| called(&node.name)).collect();
        format!(
            "Caches hold the old records for up to {ttl} after the change: keep {} up for that long, or lower the TTL to 5m at least {ttl} before the \
             change.",
            leaving.join(", ")
        )
    }

    /// What to do where nobody answers for the domain. Caches are of every age when an outage begins: of those with a TTL as long as the outage half
    /// hold on to the end on average, and with ten times that nine in ten.
    pub(super) fn dns_action(&self) -> String {
        let away = self.labels.dns_away.unwrap_or(Span::ZERO);
        format!(
            "Have name servers in two places. Until then a longer TTL helps: with {} (as long as the outage) a cache loses the answer half-way through it on \
             average, with {} only 1 cache in {MANY_TIMES} loses it at all.",
            away,
            away.saturating_mul(MANY_TIMES)
        )
    }
}

/// Senders in a sentence, not too many of them.
pub(super) fn some_senders(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, more @ ..] => format!("{one} and {} more senders", more.len()),
        [] => "nobody".into(),
    }
}

/// Where there is no node that does not fail, no other takes the mail.
fn all_fail(nodes: &[&NodeLabels], extent: Extent) -> String {
    let names: Vec<String> = nodes.iter().map(|node| called(&node.name)).collect();
    match &names[..] {
        [only] => format!("The only node, {only}, {}: mail waits meanwhile.", extent.in_words(true)),
        _ => format!("All nodes ({}) {}.", names.join(", "), extent.in_words(false)),
    }
}
