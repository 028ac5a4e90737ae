//! Hosts that are published and that no sender on the Internet reaches.

use crate::node::{Fault, Outage, Schedule, Scope};
use crate::scenario::{Node, Reach, Scenario};
use crate::time::Time;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The addresses that no sender reaches, where others are reached.
pub(super) struct OutOfReach {
    addresses: BTreeSet<IpAddr>,
    start: Time,
}

impl OutOfReach {
    /// Those of private hosts and private addresses beside public ones, and those that are for something else. A zone with nothing else stays as it is: it may be that of
    /// a network of its own.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let (mut lost, mut reached) = (BTreeSet::new(), BTreeSet::new());
        for zone in scenario.zones.iter().map(|version| &version.zone) {
            for host in &zone.hosts {
                let is_lost = matches!(Reach::of(host, zone), Reach::Private | Reach::Special);
                let out: BTreeSet<IpAddr> = host.out_of_reach().collect();
                for ip in host.addresses() {
                    if is_lost || out.contains(&ip) { &mut lost } else { &mut reached }.insert(ip);
                }
            }
        }
        let addresses = if reached.is_empty() { reached } else { &lost - &reached };
        Self { addresses, start: Time::ZERO - scenario.run.warm_up }
    }

    /// The faults of a node; one that is out of reach gives no answer from the start of the warm-up on. *Assumption*: packets to such an address
    /// get lost; a sender in whose own network it is used would find somebody else there.
    pub(super) fn faults_of(&self, node: &Node) -> Schedule {
        let is_lost =
            !node.addresses.is_empty() && node.addresses.iter().all(|ip| self.addresses.contains(ip));
        if !is_lost {
            return node.faults.clone();
        }
        Schedule::new(vec![Outage {
            from: self.start,
            to: Time::NEVER,
            fault: Fault::Drop,
            scope: Scope::ALL,
        }])
    }
}
