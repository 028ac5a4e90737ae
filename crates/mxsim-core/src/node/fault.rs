//! Faults of a node by schedule: what it answers instead of taking the mail, at which stage, and to which part of its connections.

use crate::smtp::Stage;
use crate::time::Time;

/// What is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The port answers with a reset: the sender knows at once. Open connections break.
    Refuse,
    /// Packets vanish: the sender waits for its time-out. Open connections break.
    Drop,
    /// The node takes the connection and never greets. Connections that are past the greeting go on.
    NoGreeting,
    /// It answers with a transient failure (4xx) at this stage.
    Defer(Stage),
    /// It answers with a permanent failure (5xx) at this stage; in TLS, the handshake fails.
    Reject(Stage),
    /// It closes the connection at this stage.
    Disconnect(Stage),
}

impl Fault {
    /// The fault as it is written in a scenario, without its stage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Drop => "drop",
            Self::NoGreeting => "silent",
            Self::Defer(_) => "defer",
            Self::Reject(_) => "reject",
            Self::Disconnect(_) => "disconnect",
        }
    }

    /// The stage it shows at, of those that show once the node has taken the connection and says or does something.
    #[must_use]
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::Refuse | Self::Drop | Self::NoGreeting => None,
            Self::Defer(stage) | Self::Reject(stage) | Self::Disconnect(stage) => Some(stage),
        }
    }

    /// True if connections that are open already break with it.
    #[must_use]
    pub const fn breaks_connections(self) -> bool {
        matches!(self, Self::Refuse | Self::Drop)
    }

    /// True if a sender has to wait until it knows.
    #[must_use]
    pub const fn keeps_sender_waiting(self) -> bool {
        matches!(self, Self::Drop | Self::NoGreeting)
    }

    /// True if it shows only after the greeting.
    #[must_use]
    pub const fn is_past_greeting(self) -> bool {
        matches!(self.stage(), Some(Stage::Tls | Stage::Recipient | Stage::Data))
    }
}

/// A fault from `from` (included) to `to` (excluded).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// First moment of the fault.
    pub from: Time,
    /// First moment after it.
    pub to: Time,
    /// What is wrong.
    pub fault: Fault,
    /// The part of the connections that it hits, above 0 and up to 1.
    pub share: f64,
}

impl Outage {
    /// Whether it hits the connection with this draw, a number drawn uniformly from all of 64 bits.
    #[must_use]
    pub const fn hits(&self, fault_draw: u64) -> bool {
        ((fault_draw >> 11) as f64) < self.share * (1u64 << 53) as f64
    }
}

/// The faults of one node, in order of time and without overlap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schedule {
    outages: Vec<Outage>,
    /// True if some outage hits only a part of the connections.
    partial: bool,
}

impl Schedule {
    /// A schedule of `outages` in any order. Where two overlap the one that starts first goes on until its end.
    #[must_use]
    pub fn new(mut outages: Vec<Outage>) -> Self {
        outages.sort_by_key(|outage| (outage.from, outage.to));
        let mut kept: Vec<Outage> = Vec::with_capacity(outages.len());
        for mut outage in outages {
            if let Some(last) = kept.last() {
                outage.from = outage.from.max(last.to);
            }
            if outage.from < outage.to {
                kept.push(outage);
            }
        }
        let partial = kept.iter().any(|outage| outage.share < 1.0);
        Self { outages: kept, partial }
    }

    /// True if some outage is under way at every moment from `from` to `to`.
    #[must_use]
    pub fn covers(&self, from: Time, to: Time) -> bool {
        let reached = self.outages.iter().fold(from, |reached, outage| {
            if outage.from <= reached { reached.max(outage.to) } else { reached }
        });
        reached >= to
    }

    /// What a connection with this draw meets at `time`; see [`Outage::hits`].
    #[must_use]
    pub fn fault_at(&self, time: Time, fault_draw: u64) -> Option<Fault> {
        self.fault_until(time, fault_draw).map(|(fault, _)| fault)
    }

    /// The same, and until when it is so.
    #[must_use]
    pub fn fault_until(&self, time: Time, fault_draw: u64) -> Option<(Fault, Time)> {
        self.outage_at(time).filter(|outage| outage.hits(fault_draw)).map(|outage| (outage.fault, outage.to))
    }

    /// The outage under way at `time`.
    #[must_use]
    pub fn outage_at(&self, time: Time) -> Option<&Outage> {
        let after = self.outages.partition_point(|outage| outage.from <= time);
        let last = self.outages[..after].last()?;
        (time < last.to).then_some(last)
    }

    /// The outage under way at `time`, if there is one, and until when it is so.
    #[must_use]
    pub fn state_at(&self, time: Time) -> (Option<Outage>, Time) {
        match self.outage_at(time) {
            Some(outage) => (Some(*outage), outage.to),
            None => {
                let after = self.outages.partition_point(|outage| outage.from <= time);
                (None, self.outages.get(after).map_or(Time::NEVER, |outage| outage.from))
            }
        }
    }

    /// True if the node never fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outages.is_empty()
    }

    /// True if the draw decides whether a connection is hit.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// True if it ever shows such a fault.
    pub fn ever(&self, such: impl Fn(Fault) -> bool) -> bool {
        self.outages.iter().any(|outage| such(outage.fault))
    }

    /// The outages, in order.
    #[must_use]
    pub fn outages(&self) -> &[Outage] {
        &self.outages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outage(from: i64, to: i64, fault: Fault) -> Outage {
        Outage { from: Time(from), to: Time(to), fault, share: 1.0 }
    }

    #[test]
    fn a_fault_starts_at_its_start_and_is_over_at_its_end() {
        let schedule = Schedule::new(vec![outage(10, 20, Fault::Drop), outage(30, 40, Fault::Refuse)]);
        assert_eq!(schedule.fault_at(Time(9), 0), None);
        assert_eq!(schedule.fault_at(Time(10), u64::MAX), Some(Fault::Drop));
        assert_eq!(schedule.fault_at(Time(20), 0), None);
        assert_eq!(schedule.fault_at(Time(39), 0), Some(Fault::Refuse));
        assert_eq!(schedule.state_at(Time(9)), (None, Time(10)));
        assert_eq!(schedule.state_at(Time(10)), (Some(outage(10, 20, Fault::Drop)), Time(20)));
        assert_eq!(schedule.state_at(Time(40)), (None, Time::NEVER));
    }

    #[test]
    fn of_two_overlapping_faults_the_first_goes_on() {
        let schedule = Schedule::new(vec![outage(15, 30, Fault::Refuse), outage(10, 20, Fault::Drop)]);
        assert_eq!(schedule.fault_at(Time(17), 0), Some(Fault::Drop));
        assert_eq!(schedule.fault_at(Time(25), 0), Some(Fault::Refuse));
    }

    #[test]
    fn a_share_hits_connections_below_it() {
        let third = Outage { share: 1.0 / 3.0, ..outage(0, 1, Fault::NoGreeting) };
        assert!(third.hits(0) && third.hits(u64::MAX / 3 - 4_096));
        assert!(!third.hits(u64::MAX / 3 + 4_096) && !third.hits(u64::MAX));
        assert!(outage(0, 1, Fault::NoGreeting).hits(u64::MAX), "all of them");
    }
}
