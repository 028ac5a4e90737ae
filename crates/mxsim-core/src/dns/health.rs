//! Health checks of an authority: it leaves out records of machines that do not answer.

use super::zone::{MxRecord, Zone};
use crate::time::{Span, Time};
use std::net::IpAddr;

/// Which records an authority leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answered {
    /// Addresses.
    Addresses,
    /// MX records of hosts that have no other address.
    Mx,
    /// Both.
    Both,
}

/// How an authority checks the machines that its records lead to (Amazon Route 53, and others like it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsChecks {
    /// Time between two checks of a machine.
    pub every: Span,
    /// Good checks in a row after which its records come back.
    pub rise: u32,
    /// Failed checks in a row after which they are left out.
    pub fall: u32,
    /// Which of them.
    pub records: Answered,
}

impl DnsChecks {
    /// Those of Route 53: every 30 s, and three in a row for either change (`RequestInterval`, `FailureThreshold`).
    pub const ROUTE_53: Self = Self { every: Span::from_secs(30), rise: 3, fall: 3, records: Answered::Both };

    /// When the records of a machine that is down in this time are left out; `None` if it is back before the checks have found it. *Assumption*:
    /// the checks begin when nothing is left of the interval, so that finding takes as long as it can.
    #[must_use]
    pub(crate) fn found(&self, (from, to): (Time, Time)) -> Option<(Time, Time)> {
        let after = |checks: u32| Span(self.every.0.saturating_mul(i64::from(checks)));
        let found = from + after(self.fall);
        (found < to).then(|| (found, to + after(self.rise)))
    }

    /// The zone without the records that lead to these addresses. A set of which nothing would be left is answered whole.
    #[must_use]
    pub(crate) fn without(&self, zone: &Zone, dead: &[IpAddr]) -> Zone {
        let mut answered = zone.clone();
        if self.records != Answered::Addresses {
            let is_dead = |ip: IpAddr| dead.contains(&ip);
            let lives =
                |mx: &&MxRecord| zone.host(&mx.exchange).is_none_or(|host| !host.addresses().all(is_dead));
            let living: Vec<MxRecord> = zone.mx.iter().filter(lives).cloned().collect();
            if !living.is_empty() {
                answered.mx = living;
            }
        }
        if self.records != Answered::Mx {
            for host in &mut answered.hosts {
                keep_living(&mut host.a, |ip| !dead.contains(&IpAddr::V4(*ip)));
                keep_living(&mut host.aaaa, |ip| !dead.contains(&IpAddr::V6(*ip)));
            }
        }
        answered
    }
}

fn keep_living<T: Copy>(addresses: &mut Vec<T>, lives: impl Fn(&T) -> bool) {
    let living: Vec<T> = addresses.iter().copied().filter(|address| lives(address)).collect();
    if !living.is_empty() {
        *addresses = living;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64) -> (Time, Time) {
        (Time::ZERO + Span::from_secs(from), Time::ZERO + Span::from_secs(to))
    }

    #[test]
    fn three_checks_find_and_three_forget() {
        let checks = DnsChecks::ROUTE_53;
        assert_eq!(checks.found(span(100, 1_000)), Some(span(190, 1_090)));
        assert_eq!(checks.found(span(100, 190)), None, "it is back in time");
    }

    #[test]
    fn a_set_is_never_emptied() {
        let text = "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
                    a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\nb.e.example. 300 A 192.0.2.3\n";
        let scenario = crate::scenario::ScenarioBuilder::new(text).build().expect("a scenario");
        let zone = &scenario.zones[0].zone;
        let dead = |list: &[&str]| -> Vec<IpAddr> {
            list.iter().map(|text| text.parse().expect("an address")).collect()
        };
        let left = |records, list: &[&str]| {
            let zone = DnsChecks { records, ..DnsChecks::ROUTE_53 }.without(zone, &dead(list));
            (zone.mx.len(), zone.hosts.iter().map(|host| host.a.len()).collect::<Vec<_>>())
        };
        assert_eq!(left(Answered::Both, &["192.0.2.1"]), (1, vec![1, 2]));
        assert_eq!(left(Answered::Addresses, &["192.0.2.1", "192.0.2.2"]), (2, vec![1, 1]));
        assert_eq!(left(Answered::Both, &["192.0.2.1", "192.0.2.2", "192.0.2.3"]), (2, vec![1, 2]));
    }
}
