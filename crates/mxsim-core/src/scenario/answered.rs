//! What an authority answers that checks the machines of its records: the zone without what is dead, from when on.

use super::model::{Scenario, ZoneVersion};
use crate::node::{Fault, Outage, Schedule};
use crate::time::Time;
use std::borrow::Cow;
use std::net::IpAddr;

/// When an address is found dead, from and to.
type Dead = (IpAddr, (Time, Time));

impl Scenario {
    /// The versions of the zone as the authority answers them.
    pub(crate) fn answered_zones(&self) -> Cow<'_, [ZoneVersion]> {
        let dead = self.found_dead();
        let Some(checks) = self.authority.checks.filter(|_| !dead.is_empty()) else {
            return Cow::Borrowed(&self.zones);
        };
        let mut times: Vec<Time> = self.zones.iter().map(|version| version.at).collect();
        times.extend(dead.iter().flat_map(|(_, (from, to))| [*from, *to]));
        times.sort_unstable();
        times.dedup();
        let first = self.zones[0].at;
        let answered = times.into_iter().filter(|at| *at >= first).map(|at| {
            let published = self.zones.iter().rfind(|version| version.at <= at).unwrap_or(&self.zones[0]);
            let is_now = |(_, (from, to)): &&Dead| *from <= at && at < *to;
            let now: Vec<IpAddr> = dead.iter().filter(is_now).map(|(address, _)| *address).collect();
            ZoneVersion { at, zone: checks.without(&published.zone, &now) }
        });
        Cow::Owned(answered.collect())
    }

    /// The addresses that checks of the authority find dead, and when.
    fn found_dead(&self) -> Vec<Dead> {
        let Some(checks) = self.authority.checks else { return Vec::new() };
        let nodes = self.nodes.iter().map(|node| (&node.addresses, &node.faults));
        let edges = self.edges.iter().map(|edge| (&edge.addresses, &edge.faults));
        let of = |(addresses, faults): (&Vec<IpAddr>, &Schedule)| -> Vec<Dead> {
            let down = faults.outages().iter().filter(|outage| is_seen(outage));
            let found = down.filter_map(|outage| checks.found((outage.from, outage.to)));
            let at_all = |span| addresses.iter().map(move |address| (*address, span));
            found.flat_map(at_all).collect()
        };
        nodes.chain(edges).flat_map(of).collect()
    }
}

/// True if a check fails for it.
fn is_seen(outage: &Outage) -> bool {
    let keeps_away = matches!(outage.fault, Fault::Refuse | Fault::Drop | Fault::NoGreeting);
    keeps_away && !outage.scope.is_partial()
}
