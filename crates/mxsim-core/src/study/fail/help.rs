//! What would help: other scenarios in which the same fails, each with one thing done better.

use super::document::NotTried;
use super::target::Target;
use crate::dns::{Host, MxRecord, Name, Zone};
use crate::scenario::{ChangeSpec, Fault, GreyTable, Node, Scenario, ScenarioBuilder};
use crate::study::drain::Drain;
use crate::time::{Span, Time};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How long it takes to take a node out of the zone, and to put it back. *Assumption*: somebody is called and looks.
const REACTION: Span = Span::from_minutes(5);
/// A TTL that is short.
const SHORT_TTL: Span = Span::MINUTE;
/// Names that a new host may have.
const NEW_HOSTS: [&str; 4] = ["new-mx", "new-mx-2", "new-mx-3", "new-mx-4"];

/// A failure and the scenario that it comes over.
pub(super) struct Failing<'a> {
    /// The scenario without the failure.
    pub(super) base: &'a ScenarioBuilder,
    pub(super) scenario: &'a Scenario,
    pub(super) target: &'a Target,
    pub(super) fault: Fault,
    pub(super) from: Time,
    pub(super) length: Span,
}

/// Something that might help.
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) advice: String,
    pub(super) scenario: Scenario,
}

/// A variant before it is made, or why there is none.
type Draft = Result<(&'static str, String, String, ScenarioBuilder), NotTried>;

fn not_tried(text: &str, why: impl Into<String>) -> Draft {
    Err(NotTried { text: text.into(), why: why.into() })
}

impl Failing<'_> {
    fn over(&self, base: &ScenarioBuilder) -> ScenarioBuilder {
        base.clone().event(self.target.event(self.fault, (self.from, self.length)))
    }

    /// The scenario with the failure.
    pub(super) fn failing(&self) -> ScenarioBuilder {
        self.over(self.base)
    }

    fn to(&self) -> Time {
        self.from + self.length
    }

    /// Everything that applies, and what does not.
    pub(super) fn variants(&self) -> (Vec<Variant>, Vec<NotTried>) {
        let drafts = [
            self.refuse(),
            self.shared_greylist(),
            self.one_more(),
            self.out_of_zone(None),
            self.short_ttl(),
            self.half(),
        ];
        let (mut variants, mut not_tried) = (Vec::new(), Vec::new());
        for draft in drafts.into_iter().flatten() {
            let made = draft.and_then(|(name, text, advice, builder)| match builder.build() {
                Ok(scenario) => Ok(Variant { name, text, advice, scenario }),
                Err(error) => {
                    let why = error.to_string().lines().next().unwrap_or_default().to_owned();
                    Err(NotTried { text, why })
                }
            });
            match made {
                Ok(variant) => variants.push(variant),
                Err(why) => not_tried.push(why),
            }
        }
        (variants, not_tried)
    }

    /// Refused instead of anything slower; a path is nobody's to close.
    fn refuse(&self) -> Option<Draft> {
        let is_other = self.fault != Fault::Refuse && !self.target.is_path();
        let refused = || self.base.clone().event(self.target.event(Fault::Refuse, (self.from, self.length)));
        is_other.then(|| {
            let advice =
                "let it refuse connections while it is down (stop the listener; reject instead of drop)";
            Ok(("refuse", "it refuses connections instead".into(), advice.into(), refused()))
        })
    }

    fn shared_greylist(&self) -> Option<Draft> {
        let greylisting = self.scenario.greylisting.as_ref()?;
        let nodes = self.scenario.nodes.iter().filter(|node| node.greylists).count();
        (greylisting.table == GreyTable::PerNode && nodes > 1).then(|| {
            let shared = self.over(&self.base.clone().set("greylisting.table", "shared"));
            let advice = "let all nodes share one greylist table";
            Ok(("shared-greylist", "one greylist table for all nodes".into(), advice.into(), shared))
        })
    }

    fn one_more(&self) -> Option<Draft> {
        const TEXT: &str = "one more equal node";
        if self.target.is_everywhere(self.scenario.nodes.len()) {
            return Some(not_tried(
                TEXT,
                "what fails is not a node of its own, so the new one would fail with them",
            ));
        }
        let zone = &self.scenario.zones[0].zone;
        let node = &self.scenario.nodes[*self.target.nodes.first()?];
        let Some(other) = with_one_more(zone, node) else {
            return Some(not_tried(TEXT, "the zone has no MX host to set it beside"));
        };
        let Some(published) = self.publishing(&other) else { return Some(not_tried(TEXT, REWRITE)) };
        let published =
            NEW_HOSTS.iter().fold(published, |builder, name| match other.host(&host_name(name, zone)) {
                Some(_) => builder.node_like(name, node),
                None => builder,
            });
        let advice = "add one more node of the same preference";
        Some(Ok(("one-more-node", TEXT.into(), advice.into(), self.over(&published))))
    }

    /// The scenario with another zone, if nothing but that changes.
    fn publishing(&self, zone: &Zone) -> Option<ScenarioBuilder> {
        let own = self.base.clone().published(&self.scenario.zones[0].zone).build().ok()?;
        (own.fingerprint() == self.scenario.fingerprint()).then(|| self.base.clone().published(zone))
    }

    /// Taken out of the zone, whose records have this TTL, and put back afterwards.
    fn out_of_zone(&self, ttl: Option<Span>) -> Option<Draft> {
        let zone = &self.scenario.zones[0].zone;
        let text = format!("out of the zone after {REACTION} (TTL {})", ttl.unwrap_or(zone.mx_ttl));
        let lines = drain_lines(zone, self.scenario, &self.target.nodes);
        if self.target.is_path() {
            return None;
        }
        let Some(lines) = lines else { return Some(not_tried(&text, "nothing would be left in the zone")) };
        if self.length <= REACTION {
            return Some(not_tried(&text, format!("the failure is over after {}", self.length)));
        }
        let base = match ttl {
            Some(ttl) => self.publishing(&with_ttl(zone, ttl)),
            None => Some(self.base.clone()),
        };
        let Some(base) = base else { return Some(not_tried(&text, REWRITE)) };
        let change = |at: Time| ChangeSpec::at(at.since(Time::ZERO) + REACTION);
        let changed = self
            .over(&base)
            .change(change(self.from).remove(&lines))
            .change(change(self.to()).publish(&lines));
        let (name, advice) = match ttl {
            None => (
                "out-of-zone",
                format!(
                    "take its records out of the zone within {REACTION}, and put them back {REACTION} after it is up"
                ),
            ),
            Some(ttl) => (
                "out-of-zone-60s",
                format!(
                    "lower the TTL of the MX records to {ttl} now, and take the node out of the zone within {REACTION} of a failure"
                ),
            ),
        };
        Some(Ok((name, text, advice, changed)))
    }

    fn short_ttl(&self) -> Option<Draft> {
        let is_longer = self.scenario.zones[0].zone.mx_ttl > SHORT_TTL;
        is_longer.then(|| self.out_of_zone(Some(SHORT_TTL))).flatten()
    }

    fn half(&self) -> Option<Draft> {
        let half = Span(self.length.0 / 2).max(Span::from_secs(1));
        let event = self.target.event(self.fault, (self.from, half));
        let advice = "have it up again in half the time: an alarm, a runbook, a spare";
        (half < self.length).then(|| {
            Ok((
                "half-as-long",
                format!("half as long ({half})"),
                advice.into(),
                self.base.clone().event(event),
            ))
        })
    }
}

/// The zone with no TTL above this.
fn with_ttl(zone: &Zone, ttl: Span) -> Zone {
    let mut other = zone.clone();
    other.mx_ttl = zone.mx_ttl.min(ttl);
    for host in &mut other.hosts {
        (host.a_ttl, host.aaaa_ttl) = (host.a_ttl.min(ttl), host.aaaa_ttl.min(ttl));
    }
    other
}

/// Why a zone cannot be changed.
const REWRITE: &str = "the zone holds more than can be written again";

fn host_name(label: &str, zone: &Zone) -> Name {
    Name::new(&format!("{label}.{}", zone.domain))
}

/// The zone with one more node beside this: one more address of its host if the host has several, else one more MX host.
fn with_one_more(zone: &Zone, node: &Node) -> Option<Zone> {
    let own = |host: &&Host| host.addresses().any(|ip| node.addresses.contains(&ip));
    let host = zone.hosts.iter().find(own)?;
    let record = zone.mx.iter().find(|mx| mx.exchange == host.name)?;
    let new = new_addresses(zone);
    let mut other = zone.clone();
    if host.addresses().any(|ip| !node.addresses.contains(&ip)) {
        let widened = other.hosts.iter_mut().find(|known| known.name == host.name)?;
        if widened.a.is_empty() {
            widened.aaaa.push(new.1)
        } else {
            widened.a.push(new.0)
        }
        return Some(other);
    }
    let name = NEW_HOSTS.iter().map(|label| host_name(label, zone)).find(|name| zone.host(name).is_none())?;
    other.mx.push(MxRecord { preference: record.preference, exchange: name.clone() });
    let a = if host.a.is_empty() { Vec::new() } else { vec![new.0] };
    let aaaa = if host.aaaa.is_empty() { Vec::new() } else { vec![new.1] };
    other.hosts.push(Host { name, a, aaaa, ..host.clone() });
    Some(other)
}

/// Addresses for documentation (RFC 5737, RFC 3849) that the zone does not have.
fn new_addresses(zone: &Zone) -> (Ipv4Addr, Ipv6Addr) {
    let is_free = |ip: IpAddr| !zone.hosts.iter().flat_map(Host::addresses).any(|known| known == ip);
    let v4 = (1..255).rev().map(|last| Ipv4Addr::new(198, 51, 100, last)).find(|ip| is_free(IpAddr::V4(*ip)));
    let v6 = (1..=u16::MAX).rev().map(|last| Ipv6Addr::new(0x2001, 0xdb8, 0xff, 0, 0, 0, 0, last));
    let v6 = v6.into_iter().find(|ip| is_free(IpAddr::V6(*ip)));
    (v4.unwrap_or(Ipv4Addr::new(198, 51, 100, 254)), v6.unwrap_or(Ipv6Addr::LOCALHOST))
}

/// The records that lead to these nodes, as lines; `None` if none would be left without them.
fn drain_lines(zone: &Zone, scenario: &Scenario, nodes: &[usize]) -> Option<String> {
    let drain = Drain::of(zone, scenario, nodes);
    let has_both = drain.hosts_left > 0 && !drain.lines.is_empty();
    has_both.then(|| drain.lines.iter().map(|line| format!("{line}\n")).collect())
}
