//! Quantities of one replication by which scenarios are held against each other.

use super::delivery::{at_fraction, not_bounced, up_to};
use super::sample::Sample;
use crate::results::{Interval, Measured, Unit};
use crate::tally::labels::Labels;
use crate::tally::{MINUTE, Tally, WindowTally};
use crate::time::Span;

/// A quantity that every replication has a value of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Part of the wanted mail that bounced, that which a node had accepted included.
    Lost,
    /// Part of the wanted mail that still waits when the run ends.
    Waiting,
    /// Part of the mail that did not bounce which took longer than this, or has waited for longer when the run ends.
    Later(Span),
    /// Mean delay of accepted mail.
    DelayMean,
    /// The delay that 19 of 20 accepted messages stay below.
    DelayP95,
    /// Connections tried for each message.
    Connections,
    /// Part of the connections that find a node full, at the fullest node in its busiest hour.
    TurnedAway,
    /// Most sessions at the same time at any node.
    PeakSessions,
    /// Most messages accepted in a minute at any node.
    PeakMinute,
    /// Share of the busiest node.
    BusiestShare,
    /// Share of the quietest node that has a fair share.
    QuietestShare,
    /// Share of this node.
    Share(usize),
    /// Most sessions at the same time at this node.
    PeakSessionsAt(usize),
}

/// A quantity of one replication as `(sum, of how much)`, so that replications with more mail count for more; `None` where there is nothing of it.
pub type Value = Option<(f64, f64)>;

impl Measure {
    /// Its name in documents.
    #[must_use]
    pub fn name(&self, labels: &Labels) -> String {
        let node = |place: usize| &labels.nodes[place].name;
        match self {
            Self::Lost => "bounced".into(),
            Self::Waiting => "waiting".into(),
            Self::Later(span) => format!("late_{}", span.to_string().replace(' ', "")),
            Self::DelayMean => "delay_mean".into(),
            Self::DelayP95 => "delay_p95".into(),
            Self::Connections => "connections_per_message".into(),
            Self::TurnedAway => "turned_away".into(),
            Self::PeakSessions => "peak_sessions".into(),
            Self::PeakMinute => "peak_minute".into(),
            Self::BusiestShare => "busiest_share".into(),
            Self::QuietestShare => "quietest_share".into(),
            Self::Share(at) => format!("share.{}", node(*at)),
            Self::PeakSessionsAt(at) => format!("peak_sessions.{}", node(*at)),
        }
    }

    /// The same in words.
    #[must_use]
    pub fn text(&self, labels: &Labels) -> String {
        let node = |place: usize| &labels.nodes[place].name;
        match self {
            Self::Lost => "mail bounced".into(),
            Self::Waiting => "still waiting at the end".into(),
            Self::Later(span) => format!("mail later than {span}"),
            Self::DelayMean => "mean delay".into(),
            Self::DelayP95 => "delay, 95 %".into(),
            Self::Connections => "connections per message".into(),
            Self::TurnedAway => "turned away, busiest hour".into(),
            Self::PeakSessions => "peak sessions, busiest node".into(),
            Self::PeakMinute => "busiest minute, busiest node".into(),
            Self::BusiestShare => "share of the busiest node".into(),
            Self::QuietestShare => "share of the quietest node".into(),
            Self::Share(at) => format!("share of {}", node(*at)),
            Self::PeakSessionsAt(at) => format!("peak sessions at {}", node(*at)),
        }
    }

    /// In what it is counted.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self {
            Self::DelayMean | Self::DelayP95 => Unit::Seconds,
            Self::PeakMinute => Unit::PerMinute,
            Self::Connections | Self::PeakSessions | Self::PeakSessionsAt(_) => Unit::Count,
            _ => Unit::Share,
        }
    }

    /// True if less of it is better, false if more is; `None` if neither is.
    #[must_use]
    pub const fn is_better_low(&self) -> Option<bool> {
        match self {
            Self::Share(_) => None,
            Self::QuietestShare => Some(false),
            _ => Some(true),
        }
    }

    /// What a document says of it.
    #[must_use]
    pub fn measured(&self, labels: &Labels, mean: Interval) -> Measured {
        let unit = self.unit();
        Measured { name: self.name(labels), text: self.text(labels), unit, value: unit.bounded(mean) }
    }

    /// Its value in a replication.
    #[must_use]
    pub fn of(&self, labels: &Labels, tally: &Tally) -> Value {
        let totals = &tally.totals;
        let part = |part: u64, whole: u64| (whole > 0).then_some((part as f64, whole as f64));
        let most = |value: Option<u32>| value.map(|value| (f64::from(value), 1.0));
        match self {
            Self::Lost => part(totals.lost(), totals.messages),
            Self::Waiting => part(totals.waiting, totals.messages),
            Self::Later(span) => later(tally, *span),
            Self::DelayMean => {
                let count = tally.delays.count();
                (count > 0).then(|| (tally.delays.sum_us() as f64 / 1e6, count as f64))
            }
            Self::DelayP95 => {
                (tally.delays.count() > 0).then(|| (at_fraction(&tally.delays, 0.95) / 1e6, 1.0))
            }
            Self::Connections => part(totals.connections_tried, totals.messages),
            Self::TurnedAway => turned_away(tally),
            Self::PeakSessions => {
                most(tally.windows.iter().flat_map(|w| w.peak_sessions.iter().copied()).max())
            }
            Self::PeakSessionsAt(at) => {
                most(tally.windows.iter().filter_map(|w| w.peak_sessions.get(*at).copied()).max())
            }
            Self::PeakMinute => peak_minute(tally),
            Self::BusiestShare => over_windows(tally, |window| shares(window, tally).reduce(f64::max)),
            Self::QuietestShare => over_windows(tally, |window| {
                let fair = labels.nodes.iter().map(|node| node.fair_share > 0.0);
                shares(window, tally)
                    .zip(fair)
                    .filter_map(|(share, fair)| fair.then_some(share))
                    .reduce(f64::min)
            }),
            Self::Share(at) => over_windows(tally, |window| shares(window, tally).nth(*at)),
        }
    }
}

/// The largest share of a node in each window in which something was accepted.
#[must_use]
pub fn busiest_shares(tally: &Tally) -> Vec<f64> {
    tally.windows.iter().filter_map(|window| shares(window, tally).reduce(f64::max)).collect()
}

/// The 95 % quantile over windows of a quantity, `values` by replication, with a 95 % interval of its own; `None` without windows.
#[must_use]
pub fn bad_day<'a>(values: impl Iterator<Item = &'a [f64]>) -> Option<Interval> {
    let mut sample = Sample::default();
    for windows in values {
        windows.iter().for_each(|value| sample.push(*value));
        sample.end_replication();
    }
    (!sample.is_empty()).then(|| {
        let (value, [low, high]) = sample.sorted().quantile(0.95);
        Interval { value, low, high }
    })
}

/// Messages later than `span`, of those that did not bounce.
fn later(tally: &Tally, span: Span) -> Value {
    let all = not_bounced(tally.totals) as f64;
    let limit = span.0 as f64;
    let in_time = up_to(&tally.delays, limit) + up_to(&tally.waiting, limit);
    (all > 0.0).then_some(((all - in_time).max(0.0), all))
}

fn turned_away(tally: &Tally) -> Value {
    let hours = tally.windows.iter().flat_map(|window| &window.busiest_hour);
    hours.map(|hour| hour.part_full()).reduce(f64::max).map(|most| (most, 1.0))
}

fn peak_minute(tally: &Tally) -> Value {
    let nodes = tally.nodes.len();
    let minutes = tally.windows.iter().flat_map(|window| &window.busiest[MINUTE * nodes..][..nodes]);
    minutes.max().map(|most| (*most as f64, 1.0))
}

/// A mean over the windows in which something was accepted.
fn over_windows(tally: &Tally, of: impl Fn(&WindowTally) -> Option<f64>) -> Value {
    let values = tally.windows.iter().filter_map(of);
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then_some((sum, count))
}

/// The share of each node in a window; none if nothing was accepted.
fn shares<'a>(window: &'a WindowTally, tally: &Tally) -> impl Iterator<Item = f64> + use<'a> {
    let nodes = tally.nodes.len();
    let all: u64 = window.accepted.iter().sum();
    let accepted = move |node: usize| window.accepted.iter().skip(node).step_by(nodes).sum::<u64>();
    (0..if all > 0 { nodes } else { 0 }).map(move |node| accepted(node) as f64 / all as f64)
}
