//! What has to go from a zone for nodes to get no more mail.

use crate::dns::{Host, Zone};
use crate::scenario::Scenario;
use std::net::IpAddr;

/// Records whose removal takes nodes out of a zone.
pub(super) struct Drain {
    /// One line for each.
    pub(super) lines: Vec<String>,
    /// Exchange hosts that lead somewhere without them.
    pub(super) hosts_left: usize,
}

impl Drain {
    /// The records that lead to these nodes of a scenario in `zone`: MX records of hosts that are theirs alone, and their addresses at all other hosts.
    pub(super) fn of(zone: &Zone, scenario: &Scenario, nodes: &[usize]) -> Self {
        let is_own = |ip: &IpAddr| nodes.iter().any(|node| scenario.nodes[*node].addresses.contains(ip));
        let is_named = |host: &&Host| zone.mx.is_empty() || zone.mx.iter().any(|mx| mx.exchange == host.name);
        let mut drain = Self { lines: Vec::new(), hosts_left: 0 };
        for host in zone.hosts.iter().filter(is_named) {
            let (own, others): (Vec<IpAddr>, Vec<IpAddr>) = host.addresses().partition(is_own);
            drain.hosts_left += usize::from(!others.is_empty());
            if others.is_empty() && !own.is_empty() && !zone.mx.is_empty() {
                drain.lines.extend(mx_lines(zone, host));
            } else {
                drain.lines.extend(own.iter().map(|ip| address_line(host, ip)));
            }
        }
        drain
    }
}

fn mx_lines(zone: &Zone, host: &Host) -> impl Iterator<Item = String> {
    let own = zone.mx.iter().filter(|mx| mx.exchange == host.name);
    own.map(|mx| format!("{}. IN MX {} {}.", zone.domain, mx.preference, mx.exchange))
}

fn address_line(host: &Host, ip: &IpAddr) -> String {
    format!("{}. IN {} {ip}", host.name, if ip.is_ipv4() { "A" } else { "AAAA" })
}
