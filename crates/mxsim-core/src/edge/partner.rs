//! A second edge that takes the addresses of one over that fails.

use crate::node::{Fault, Outage};
use crate::time::{Span, Time};

/// How long a reset lasts that only breaks what is open.
const MOMENT: Span = Span(1);

/// A partner of an edge: it stands by with the same nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partner {
    /// How long nobody has the addresses after the edge has failed.
    pub takeover: Span,
    /// True if the edge takes its addresses back when it is well again. Connections through the partner break with that.
    pub preempt: bool,
}

impl Partner {
    /// The usual VRRP: three missed advertisements, one a second, and the skew of priority 100, (256 - 100) / 256 s (keepalived 2.4.3,
    /// `VRRP_MS_DOWN_TIMER`, `VRRP_ADVER_DFL`; RFC 5798 section 6.1).
    pub const VRRP: Self = Self { takeover: Span(3_609_375), preempt: true };

    /// What is left of outages of the edge. Only one that takes the edge away from everybody is noticed.
    #[must_use]
    pub(crate) fn takes_over(&self, outages: Vec<Outage>) -> Vec<Outage> {
        outages.into_iter().flat_map(|outage| self.of_one(outage)).collect()
    }

    fn of_one(&self, outage: Outage) -> Vec<Outage> {
        let is_noticed = outage.fault.breaks_connections() && !outage.scope.is_partial();
        let over: Time = outage.from + self.takeover;
        if !is_noticed || over >= outage.to {
            return vec![outage];
        }
        let back = Outage { from: outage.to, to: outage.to + MOMENT, fault: Fault::Refuse, ..outage };
        let first = Outage { to: over, ..outage };
        if self.preempt { vec![first, back] } else { vec![first] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Scope;

    fn outage(fault: Fault, scope: Scope) -> Outage {
        let second = |seconds| Time::ZERO + Span::from_secs(seconds);
        Outage { from: second(10), to: second(100), fault, scope }
    }

    #[test]
    fn an_outage_is_cut_short_and_the_way_back_breaks_what_is_open() {
        let left = Partner::VRRP.takes_over(vec![outage(Fault::Drop, Scope::ALL)]);
        let lengths: Vec<Span> = left.iter().map(|outage| outage.to.since(outage.from)).collect();
        assert_eq!(lengths, [Partner::VRRP.takeover, MOMENT]);
        let stays = Partner { preempt: false, ..Partner::VRRP };
        assert_eq!(stays.takes_over(vec![outage(Fault::Refuse, Scope::ALL)]).len(), 1);
    }

    #[test]
    fn what_it_does_not_notice_stays() {
        let busy = outage(Fault::NoGreeting, Scope::ALL);
        let some = outage(Fault::Drop, Scope { share: 0.5, ..Scope::ALL });
        assert_eq!(Partner::VRRP.takes_over(vec![busy, some]), [busy, some]);
    }
}
