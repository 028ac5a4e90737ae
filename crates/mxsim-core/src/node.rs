//! Nodes: the machines that receive mail, and the faults they show by schedule.
//!
//! A node that *refuses* answers a connection with a reset at once; a node that *drops* says nothing, and the sender waits for its own
//! connect time-out or the kernel's, whichever is shorter.

use crate::random::Key;
use crate::time::{Span, Time};

/// What is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The port answers with a reset: the sender knows at once.
    Refuse,
    /// Packets vanish: the sender waits for its time-out.
    Drop,
}

impl Fault {
    /// The fault as it is written in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Drop => "drop",
        }
    }
}

/// A fault from `from` (included) to `to` (excluded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// First moment of the fault.
    pub from: Time,
    /// First moment after it.
    pub to: Time,
    /// What is wrong.
    pub fault: Fault,
}

/// The faults of one node, in order of time and without overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    outages: Vec<Outage>,
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
        Self { outages: kept }
    }

    /// The fault at `time`, if any.
    #[must_use]
    pub fn fault_at(&self, time: Time) -> Option<Fault> {
        let after = self.outages.partition_point(|outage| outage.from <= time);
        let last = self.outages[..after].last()?;
        (time < last.to).then_some(last.fault)
    }

    /// True if the node never fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outages.is_empty()
    }

    /// The outages, in order.
    #[must_use]
    pub fn outages(&self) -> &[Outage] {
        &self.outages
    }
}

/// How many sessions a node serves at the same time, and how long they take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Most concurrent sessions; `None` for any number.
    pub sessions: Option<u32>,
    /// How long one message holds a session, from the connection to its acceptance.
    pub session_time: SessionTime,
    /// Connections that are taken beyond `sessions` and wait for the greeting until a session ends, first come first served.
    pub backlog: u32,
    /// What a connection beyond both meets.
    pub when_full: WhenFull,
    /// Whether it offers STARTTLS; all senders use it where offered.
    pub tls: bool,
}

impl Capacity {
    /// Sessions that take no time, and any number of them.
    pub const UNLIMITED: Self = Self {
        sessions: None,
        session_time: SessionTime::Nothing,
        backlog: 0,
        when_full: WhenFull::Busy,
        tls: true,
    };

    /// True if its sessions take time or are limited.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.sessions.is_some() || self.session_time != SessionTime::Nothing
    }
}

/// The law of the time one message holds a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionTime {
    /// No time at all.
    Nothing,
    /// Always the same.
    Fixed(Span),
    /// Exponentially distributed with this mean.
    Exponential(Span),
    /// Lognormal with this mean; `sigma` is the standard deviation of its logarithm.
    Lognormal {
        /// Its mean.
        mean: Span,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl SessionTime {
    /// The time of the message whose decision is `draw`. One message has the same luck at every node.
    #[must_use]
    pub fn draw(&self, draw: Key) -> Span {
        match *self {
            Self::Nothing => Span::ZERO,
            Self::Fixed(span) => span,
            Self::Exponential(mean) => at_least_one(draw.exponential() * mean.0 as f64),
            Self::Lognormal { mean, sigma } => {
                // The mean of exp(m + s Z) is exp(m + s^2 / 2).
                at_least_one(mean.0 as f64 * libm::exp(sigma * (draw.normal() - 0.5 * sigma)))
            }
        }
    }

    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> Span {
        match *self {
            Self::Nothing => Span::ZERO,
            Self::Fixed(mean) | Self::Exponential(mean) | Self::Lognormal { mean, .. } => mean,
        }
    }
}

/// A session that takes time takes a microsecond at least.
fn at_least_one(microseconds: f64) -> Span {
    Span((microseconds as i64).max(1))
}

/// What a connection to a full node meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// The greeting `421`: the sender knows at once that the node is busy.
    Busy,
    /// A reset, as if the port were closed.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    fn outage(from: i64, to: i64, fault: Fault) -> Outage {
        Outage { from: Time(from), to: Time(to), fault }
    }

    #[test]
    fn a_fault_starts_at_its_start_and_is_over_at_its_end() {
        let schedule = Schedule::new(vec![outage(10, 20, Fault::Drop), outage(30, 40, Fault::Refuse)]);
        assert_eq!(schedule.fault_at(Time(9)), None);
        assert_eq!(schedule.fault_at(Time(10)), Some(Fault::Drop));
        assert_eq!(schedule.fault_at(Time(20)), None);
        assert_eq!(schedule.fault_at(Time(39)), Some(Fault::Refuse));
    }

    /// Theory: the means are those asked for; standard deviations 1 and sqrt(e^0.25 - 1) = 0.533 s. n = 200,000: 4.5 standard errors are
    /// 0.0101 and 0.0054 s, each at 1 in 100,000. The median of a lognormal is its mean times exp(-sigma^2 / 2).
    #[test]
    fn session_times_have_their_mean() {
        let root = Entropy::new(1, 0).key(StreamId::new("x", Purpose::Session));
        let n = 200_000u64;
        let second = Span::from_secs(1);
        let mean =
            |law: SessionTime| (0..n).map(|i| law.draw(root.child(i)).as_secs_f64()).sum::<f64>() / n as f64;
        let lognormal = SessionTime::Lognormal { mean: second, sigma: 0.5 };
        assert!((mean(SessionTime::Exponential(second)) - 1.0).abs() < 0.0101);
        assert!((mean(lognormal) - 1.0).abs() < 0.0054, "{}", mean(lognormal));
        let below =
            (0..n).filter(|i| lognormal.draw(root.child(*i)).as_secs_f64() < libm::exp(-0.125)).count();
        assert!((below as f64 / n as f64 - 0.5).abs() < 0.0051, "{below}");
        assert_eq!(SessionTime::Fixed(second).draw(root), second);
    }

    #[test]
    fn of_two_overlapping_faults_the_first_goes_on() {
        let schedule = Schedule::new(vec![outage(15, 30, Fault::Refuse), outage(10, 20, Fault::Drop)]);
        assert_eq!(schedule.fault_at(Time(17)), Some(Fault::Drop));
        assert_eq!(schedule.fault_at(Time(25)), Some(Fault::Refuse));
    }
}
