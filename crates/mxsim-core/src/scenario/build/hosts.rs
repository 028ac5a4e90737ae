//! Other zones made from the zone of a scenario: as many equal hosts, another TTL.

use super::ScenarioBuilder;
use crate::dns::{AddressStatus, Host, MxRecord, Name, Zone};
use crate::scenario::keys::is_node_capacity;
use crate::syntax::diagnostic::ScenarioError;
use crate::syntax::shape::EVERY;
use crate::time::Span;
use serde_json::{Map, Value, json};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Addresses for documentation (RFC 5737, RFC 3849) that made-up hosts get.
const IPV4: [u8; 3] = [192, 0, 2];
const IPV6: [u16; 7] = [0x2001, 0xdb8, 0, 0, 0, 0, 0];

impl ScenarioBuilder {
    /// Most hosts that [`equal_hosts`](Self::equal_hosts) makes: a made-up one has an address of one /24.
    pub const MOST_HOSTS: u16 = 100;

    /// As many MX hosts of equal preference, each one machine, with the TTLs of the zone that measuring starts with. The first are the hosts of best
    /// preference that the zone has, the others are made up; all nodes have the capacity of the first. Changes of the zone, MTA-STS and DANE, which
    /// know no made-up host, are dropped. Null MX, and 0, give no host.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario as it stands.
    pub fn equal_hosts(mut self, hosts: u16) -> Result<Self, ScenarioError> {
        let scenario = self.clone().build()?;
        let zone = equal(&scenario.zones[0].zone, hosts.min(Self::MOST_HOSTS));
        let first = zone.hosts.iter().flat_map(Host::addresses).next();
        let like = scenario.nodes.iter().find(|node| first.is_some_and(|ip| node.addresses.contains(&ip)));
        let capacity = self.capacity_of(like.map(|node| node.name.as_str()));
        self.document.insert("nodes".into(), json!({ EVERY: capacity }));
        let gone = ["changes", "zone.mta_sts", "zone.dane"];
        Ok(gone.into_iter().fold(self.published(&zone), Self::without))
    }

    /// The zone with this TTL for its MX and address records; what `changes` adds keeps its own.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario as it stands.
    pub fn ttl(self, ttl: Span) -> Result<Self, ScenarioError> {
        let scenario = self.clone().build()?;
        let mut zone = scenario.zones[0].zone.clone();
        zone.mx_ttl = ttl;
        for host in &mut zone.hosts {
            (host.a_ttl, host.aaaa_ttl) = (ttl, ttl);
        }
        Ok(self.published(&zone))
    }

    /// What the document says of all nodes, and of this one in particular.
    fn capacity_of(&self, node: Option<&str>) -> Map<String, Value> {
        let nodes = self.document.get("nodes");
        let of = |name: &str| nodes.and_then(|nodes| nodes.get(name)).and_then(Value::as_object).cloned();
        let mut capacity = of(EVERY).unwrap_or_default();
        let own = node.and_then(of).unwrap_or_default();
        capacity.extend(own.into_iter().filter(|(key, _)| is_node_capacity(key)));
        capacity
    }
}

/// A zone with so many equal hosts of one address of each family that the first host has.
fn equal(zone: &Zone, count: u16) -> Zone {
    let best = zone.mx.iter().map(|mx| mx.preference).min();
    let is_best = |host: &&Host| {
        zone.mx.is_empty() || zone.mx.iter().any(|mx| Some(mx.preference) == best && mx.exchange == host.name)
    };
    let usable = |host: &&Host| host.addresses().next().is_some() && host.name.as_address().is_none();
    let own: Vec<&Host> = zone.hosts.iter().filter(is_best).filter(usable).collect();
    let count = if zone.is_null_mx() { 0 } else { usize::from(count) };
    let mut hosts: Vec<Host> = own.iter().take(count).map(|host| with_one_address(host)).collect();
    let like = hosts.first().cloned();
    for number in 1..=ScenarioBuilder::MOST_HOSTS * 2 {
        if hosts.len() < count {
            hosts.extend(made_up(zone, like.as_ref(), number));
        }
    }
    let preference = best.unwrap_or(10);
    let mx = hosts.iter().map(|host| MxRecord { preference, exchange: host.name.clone() }).collect();
    Zone { mx, hosts, ..zone.clone() }
}

fn with_one_address(host: &Host) -> Host {
    let mut one = host.clone();
    one.a.truncate(1);
    one.aaaa.truncate(1);
    one
}

/// A host that the zone does not have; `None` if the zone uses its name or its address.
fn made_up(zone: &Zone, like: Option<&Host>, number: u16) -> Option<Host> {
    let name = Name::new(&format!("mx{number}.{}", zone.domain.as_str()));
    let [a, b, c] = IPV4;
    let ipv4 = Ipv4Addr::new(a, b, c, u8::try_from(number).ok()?);
    let [p, q, r, s, t, u, v] = IPV6;
    let ipv6 = Ipv6Addr::new(p, q, r, s, t, u, v, number);
    let is_taken = zone
        .hosts
        .iter()
        .any(|host| host.name == name || host.a.contains(&ipv4) || host.aaaa.contains(&ipv6));
    let ttl = like.map_or(zone.mx_ttl, |host| host.a_ttl);
    let has_ipv6 = like.is_some_and(|host| !host.aaaa.is_empty());
    let has_ipv4 = like.is_none_or(|host| !host.a.is_empty());
    (!is_taken).then(|| Host {
        name,
        a: has_ipv4.then_some(ipv4).into_iter().collect(),
        a_ttl: ttl,
        aaaa: has_ipv6.then_some(ipv6).into_iter().collect(),
        aaaa_ttl: like.map_or(ttl, |host| host.aaaa_ttl),
        status: AddressStatus::Published,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 20 mx2.example.com.\n\
                        a.example.com. 60 IN A 192.0.2.7\nmx2.example.com. 60 IN A 192.0.2.2\n";

    #[test]
    fn equal_hosts_begin_with_those_of_best_preference() {
        let builder = ScenarioBuilder::new(ZONE).set("nodes.a.sessions", 5).set("nodes.a.session_time", "1s");
        let scenario = builder.equal_hosts(4).and_then(ScenarioBuilder::build).expect("a scenario");
        let names: Vec<&str> = scenario.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["a", "mx1", "mx3", "mx4"]);
        assert!(
            scenario.nodes.iter().all(|node| node.fair_share == 0.25 && node.capacity.sessions == Some(5))
        );
        assert!(scenario.zones[0].zone.hosts.iter().all(|host| host.a_ttl == Span::MINUTE));
    }

    #[test]
    fn one_ttl_for_all_records_and_everything_else_as_it_was() {
        let builder = ScenarioBuilder::new(ZONE);
        let before = builder.clone().build().expect("a scenario");
        let after = builder.ttl(Span::HOUR).and_then(ScenarioBuilder::build).expect("a scenario");
        let (old, new) = (&before.zones[0].zone, &after.zones[0].zone);
        assert_eq!((&old.mx, new.mx_ttl), (&new.mx, Span::HOUR));
        assert!(new.hosts.iter().zip(&old.hosts).all(|(new, old)| new.a == old.a && new.a_ttl == Span::HOUR));
    }
}
