//! What is measured of the mail of a failure: quantities of one replication, their means and their differences.

use super::document::Effect;
use super::watch::{OfSender, Seen};
use crate::estimate::measure::Value;
use crate::estimate::paired::Family;
use crate::results::Unit;
use crate::time::Span;

/// Mail that takes longer than these is counted.
pub(super) const LATE: [Span; 3] = [Span::MINUTE, Span::from_minutes(5), Span::HOUR];

/// A quantity of the wanted mail that arrives while the failure goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Part that bounces.
    Lost,
    /// Part that takes longer than [`LATE`], or waits when the run ends.
    Late(usize),
    /// Part that waits when the run ends.
    Waiting,
    /// Mean delay of what is accepted.
    DelayMean,
    /// The delay that 19 of 20 accepted messages stay below.
    DelayP95,
    /// Connections for each message.
    Connections,
    /// Most sessions at the same time at any node, all through the run.
    PeakSessions,
}

use Quantity::{Connections, DelayMean, DelayP95, Late, Lost, PeakSessions, Waiting};

impl Quantity {
    /// What is shown of a failure.
    pub(super) const ALL: [Self; 9] =
        [Lost, Late(0), Late(1), Late(2), Waiting, DelayMean, DelayP95, Connections, PeakSessions];
    /// What is shown of a class of fault, and of what might help.
    pub(super) const FEW: [Self; 5] = [Lost, Late(1), Late(2), DelayMean, Connections];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Lost => "lost",
            Late(0) => "late_1m",
            Late(1) => "late_5m",
            Late(_) => "late_1h",
            Waiting => "waiting",
            DelayMean => "delay_mean",
            DelayP95 => "delay_p95",
            Connections => "connections_per_message",
            PeakSessions => "peak_sessions",
        }
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Lost => "mail lost",
            Late(0) => "later than 1 min",
            Late(1) => "later than 5 min",
            Late(_) => "later than 1 h",
            Waiting => "still waiting at the end",
            DelayMean => "mean delay",
            DelayP95 => "delay, 95 %",
            Connections => "connections per message",
            PeakSessions => "peak sessions, busiest node",
        }
    }

    pub(super) const fn unit(self) -> Unit {
        match self {
            DelayMean | DelayP95 => Unit::Seconds,
            Connections | PeakSessions => Unit::Count,
            Lost | Late(_) | Waiting => Unit::Share,
        }
    }

    pub(super) fn of(self, numbers: &Numbers) -> Value {
        let part = |part: u64, whole: u64| (whole > 0).then_some((part as f64, whole as f64));
        match self {
            Lost => part(numbers.lost, numbers.arrived),
            Late(place) => part(numbers.late[place], numbers.arrived),
            Waiting => part(numbers.waiting, numbers.arrived),
            DelayMean => {
                let accepted = numbers.accepted as f64;
                (accepted > 0.0).then_some((numbers.delay_us as f64 / 1e6, accepted))
            }
            DelayP95 => numbers.delay_p95_us.map(|delay| (delay as f64 / 1e6, 1.0)),
            Connections => part(numbers.connections, numbers.arrived),
            PeakSessions => numbers.peak_sessions,
        }
    }
}

/// What one replication comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Numbers {
    pub(super) arrived: u64,
    pub(super) accepted: u64,
    pub(super) lost: u64,
    pub(super) waiting: u64,
    pub(super) connections: u64,
    /// By [`LATE`].
    pub(super) late: [u64; 3],
    /// Delays of accepted messages, added up (µs).
    pub(super) delay_us: i128,
    /// The delay that 19 of 20 of them stay below (µs).
    pub(super) delay_p95_us: Option<i64>,
    pub(super) peak_sessions: Value,
}

impl Numbers {
    pub(super) fn of(seen: &Seen, peak_sessions: Value) -> Self {
        let sum = |of: fn(&OfSender) -> u64| seen.senders.iter().map(of).sum::<u64>();
        let mut delays: Vec<i64> =
            seen.waited.iter().filter(|waited| !waited.is_bounced).map(|waited| waited.delay().0).collect();
        delays.sort_unstable();
        let waiting = sum(still_waiting);
        let later = |limit: &Span| delays.len() - delays.partition_point(|delay| *delay <= limit.0);
        let accepted = sum(|sender| sender.accepted);
        Self {
            arrived: sum(|sender| sender.arrived),
            accepted,
            lost: sum(|sender| sender.lost),
            waiting,
            connections: sum(|sender| sender.connections),
            late: LATE.each_ref().map(|limit| later(limit) as u64 + waiting),
            delay_us: delays.iter().map(|delay| i128::from(*delay)).sum::<i128>(),
            delay_p95_us: p95(&delays, accepted as usize),
            peak_sessions,
        }
    }
}

/// Messages of a sender that wait when the run ends.
pub(super) const fn still_waiting(sender: &OfSender) -> u64 {
    // What was accepted and then bounced is among both.
    (sender.arrived + sender.accepted_then_bounced).saturating_sub(sender.accepted + sender.lost)
}

/// The delay that 19 of 20 of so many messages stay below, of which all but these have none.
fn p95(delays: &[i64], accepted: usize) -> Option<i64> {
    let place = (accepted * 19).div_ceil(20).checked_sub(1)?;
    let prompt = accepted.saturating_sub(delays.len());
    Some(place.checked_sub(prompt).map_or(0, |place| delays[place]))
}

/// A quantity without and with a failure; `None` where nothing is known of it.
pub(super) fn effect(
    family: Family,
    quantity: Quantity,
    [normal, failing]: [&[Numbers]; 2],
) -> Option<Effect> {
    let [normal, failing] = [normal, failing].map(|of| values(of, |numbers| quantity.of(numbers)));
    between(family, (quantity.name(), quantity.text(), quantity.unit()), [&normal, &failing])
}

pub(super) fn between(
    family: Family,
    (name, text, unit): (&str, &str, Unit),
    [normal, failing]: [&[Value]; 2],
) -> Option<Effect> {
    Some(Effect {
        name: name.into(),
        text: text.into(),
        unit,
        normal: unit.bounded(family.mean(normal)?),
        failing: unit.bounded(family.mean(failing)?),
        difference: family.difference(failing, normal)?,
    })
}

pub(super) fn values<T>(of: &[T], value: impl Fn(&T) -> Value) -> Vec<Value> {
    of.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nineteen_of_twenty_stay_below_the_delay() {
        let delays: Vec<i64> = (1..=10).collect();
        // Of a hundred messages the 95th is the fifth of those that had to wait.
        assert_eq!(p95(&delays, 100), Some(5));
        assert_eq!(p95(&delays, 1_000), Some(0));
        assert_eq!((p95(&delays, 10), p95(&[], 0)), (Some(10), None));
    }
}
