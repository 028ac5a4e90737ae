//! The world in which a host whose address is not known has none.

use crate::dns::{AddressStatus, Host};
use crate::scenario::Scenario;

/// The scenario without the addresses that only stand for unknown ones; `None` if there are none, or if no host would be left with one.
pub(super) fn without(scenario: &Scenario) -> Option<Scenario> {
    let hosts = |scenario: &Scenario, fits: fn(&Host) -> bool| {
        scenario.zones.iter().flat_map(|version| &version.zone.hosts).any(fits)
    };
    if !hosts(scenario, |host| host.status == AddressStatus::Unknown) {
        return None;
    }
    let mut without = scenario.clone();
    without.zones.iter_mut().flat_map(|version| &mut version.zone.hosts).for_each(forget);
    hosts(&without, |host| host.addresses().next().is_some()).then_some(without)
}

/// Takes an address away that only stands for an unknown one. Beside an IPv6 address only the IPv4 address is not known.
fn forget(host: &mut Host) {
    if host.status == AddressStatus::Unknown {
        if host.a.is_empty() {
            host.aaaa.clear();
        }
        host.a.clear();
        host.status = if host.aaaa.is_empty() { AddressStatus::Absent } else { AddressStatus::Published };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(records: &str) -> Scenario {
        let text = format!("[zone]\ntext = \"\"\"\n{records}\"\"\"\n[[senders]]\npreset = \"randomizing\"\n");
        Scenario::from_toml(&text).expect("a scenario")
    }

    const MX: &str = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n";

    #[test]
    fn only_what_stands_for_an_unknown_address_is_taken_away() {
        assert!(without(&scenario(MX)).is_none(), "all addresses are assumed");
        let known = format!("{MX}a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n");
        assert!(without(&scenario(&known)).is_none());
        let one = without(&scenario(&format!("{MX}a.example.com. 300 IN A 192.0.2.1\n"))).expect("unknown");
        let addresses: Vec<usize> = one.zones[0].zone.hosts.iter().map(|host| host.a.len()).collect();
        assert_eq!(addresses, [1, 0]);
    }

    #[test]
    fn a_host_with_an_ipv6_address_keeps_it() {
        let records =
            format!("{MX}a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN AAAA 2001:db8::1\n");
        let without = without(&scenario(&records)).expect("an unknown IPv4 address");
        let host = &without.zones[0].zone.hosts[1];
        assert_eq!((host.a.len(), host.aaaa.len(), host.status), (0, 1, AddressStatus::Published));
    }
}
