//! Runs against nodes that greylist: `G-grey300`, `G-greyshared300`, `G-grey300-primary`, `G-grey300-gap4.3`.
//!
//! The number is the delay in seconds; with `shared` all nodes have one table, with `primary` only the first node greylists, and `gap` says how far
//! apart messages were submitted where it is not 3 s. A node knows senders by client, sender and recipient, nothing is forgotten, and every message
//! has a recipient of its own, so that each is a first contact.
//!
//! Compared are how often each message was tried, where, and when. The MTA was started shortly before the first message, and with it its queue runs;
//! how long before is not recorded, so the phase is drawn evenly. The lab's machine was loaded: a simulated time is taken to be seen up to `LATE`
//! and `LATE_PART` of it later, or `EARLY` earlier, as waves of retries are.

use super::event::{Event, What};
use super::names::{How, Mode};
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use mxsim_core::time::{Span, Time};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Between two messages, unless the mode says otherwise.
const GAP: Span = Span::from_secs(3);
/// A run stops after this, or when all messages have come.
const CAP: Span = Span::from_secs(2_400);
/// Attempts further apart belong to different tries: what one delivery attempt of an MTA tries follows at once.
const APART: Span = Span::from_secs(15);
/// How much later than simulated something may be seen, in seconds and in proportion to the time.
const LATE: f64 = 5.0;
const LATE_PART: f64 = 0.01;
/// How much earlier.
const EARLY: f64 = 2.0;

/// What nodes do in such a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greylist {
    /// A key passes after this.
    pub delay: Span,
    /// True if all nodes have one table.
    pub is_shared: bool,
    /// True if only the first node greylists.
    pub is_primary_only: bool,
    /// Between two messages.
    pub gap: Span,
}

impl Greylist {
    /// That of a mode, if it is one.
    #[must_use]
    pub fn of(mode: &str) -> Option<Self> {
        let mut parts = mode.strip_prefix("G-grey")?.split('-');
        let first = parts.next()?;
        let (is_shared, delay) = match first.strip_prefix("shared") {
            Some(delay) => (true, delay),
            None => (false, first),
        };
        let mut list = Self { delay: seconds(delay)?, is_shared, is_primary_only: false, gap: GAP };
        for part in parts {
            match part.strip_prefix("gap") {
                Some(gap) => list.gap = seconds(gap)?,
                None if part == "primary" => list.is_primary_only = true,
                None => return None,
            }
        }
        Some(list)
    }

    /// How its messages are submitted, and when it stops.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        Mode { how: How::OneByOne, gap: self.gap, idle: CAP, cap: CAP }
    }

    /// `[greylisting]` of its scenario, where the first node is called so.
    #[must_use]
    pub fn section(&self, first: &str) -> Value {
        let nodes = if self.is_primary_only { first } else { "*" };
        json!({
            "preset": "plain",
            "table": if self.is_shared { "shared" } else { "node" },
            "nodes": nodes,
            "new": "100 %",
            "mask4": 32,
            "delay": self.delay.to_string(),
            "window": "30d",
            "expiry": "30d",
        })
    }
}

fn seconds(text: &str) -> Option<Span> {
    let number: f64 = text.parse().ok()?;
    (number > 0.0 && number.is_finite()).then(|| Span::from_secs_f64(number))
}

/// What a run shows of its tries.
#[derive(Debug, Default)]
pub struct Tries {
    /// Per message: when each try began, from its first attempt on (s).
    begun: Vec<Vec<f64>>,
    /// Per message: its attempts.
    attempts: Vec<usize>,
    /// Per message that was accepted: how long that took from its first attempt on (s).
    delays: Vec<f64>,
    /// Messages accepted in their first try.
    at_once: usize,
}

impl Tries {
    /// Of events in order of time.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let mut seen: BTreeMap<u32, Vec<(Time, bool)>> = BTreeMap::new();
        for event in events {
            match event.what {
                What::Accepted { message, .. } => seen.entry(message).or_default().push((event.at, true)),
                What::TurnedAway { message: Some(message) } => {
                    seen.entry(message).or_default().push((event.at, false));
                }
                _ => {}
            }
        }
        let mut all = Self::default();
        seen.values().for_each(|attempts| all.add(attempts));
        all
    }

    fn add(&mut self, attempts: &[(Time, bool)]) {
        let first = attempts[0].0;
        let tries = attempts.chunk_by(|a, b| b.0.since(a.0) <= APART);
        self.begun.push(tries.clone().map(|own| own[0].0.since(first).as_secs_f64()).collect());
        self.attempts.push(attempts.len());
        let taken = attempts.iter().find(|(_, accepted)| *accepted);
        let at_once = tries.clone().next().is_some_and(|own| own.iter().any(|(_, accepted)| *accepted));
        self.at_once += usize::from(at_once);
        // How many milliseconds a machine takes from one host to the next says nothing of greylisting.
        let delay = |(at, _): &(Time, bool)| if at_once { 0.0 } else { at.since(first).as_secs_f64() };
        self.delays.extend(taken.map(delay));
    }

    /// Attempts of all messages together, and of the one with most.
    #[must_use]
    pub fn attempts(&self) -> (f64, f64) {
        let most = self.attempts.iter().max().copied().unwrap_or(0);
        (self.attempts.iter().sum::<usize>() as f64, most as f64)
    }

    /// Messages accepted in their first try.
    #[must_use]
    pub const fn at_once(&self) -> f64 {
        self.at_once as f64
    }

    /// Mean, least and longest time to acceptance (s); zero if nothing was accepted.
    #[must_use]
    pub fn delays(&self) -> [f64; 3] {
        let n = self.delays.len().max(1) as f64;
        let least = self.delays.iter().copied().reduce(f64::min).unwrap_or(0.0);
        [self.delays.iter().sum::<f64>() / n, least, self.delays.iter().copied().fold(0.0, f64::max)]
    }

    /// Mean time of the try of this number, from 1 for the first after the first, over the messages that have one (s); zero if none has.
    #[must_use]
    pub fn begins(&self, number: usize) -> f64 {
        let times: Vec<f64> = self.begun.iter().filter_map(|own| own.get(number).copied()).collect();
        times.iter().sum::<f64>() / times.len().max(1) as f64
    }
}

/// How late the lab's clock and machine let something be seen in one simulation.
#[derive(Debug, Clone, Copy)]
pub struct Lateness(Key);

impl Lateness {
    /// That of a simulation.
    #[must_use]
    pub fn of(seed: u64, replication: u64) -> Self {
        Self(Entropy::new(seed, replication).key(StreamId::new("lateness", Purpose::Process)))
    }

    /// When something is seen that happens so long (s) after another thing; what happens at once is seen at once.
    #[must_use]
    pub fn seen(self, seconds: f64) -> f64 {
        if seconds < APART.as_secs_f64() {
            return seconds;
        }
        let part = |number| self.0.child(number).unit();
        seconds * (1.0 + LATE_PART * part(0)) + LATE * part(1) - EARLY * part(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_say_what_nodes_do() {
        let list = |mode| {
            Greylist::of(mode).map(|list| (list.delay, list.is_shared, list.is_primary_only, list.gap))
        };
        assert_eq!(list("G-grey300"), Some((Span::from_secs(300), false, false, GAP)));
        assert_eq!(list("G-greyshared60.5"), Some((Span(60_500_000), true, false, GAP)));
        assert_eq!(
            list("G-grey300-primary-gap4.3"),
            Some((Span::from_secs(300), false, true, Span(4_300_000)))
        );
        assert_eq!((list("G-grey"), list("G-grey300-secondary"), list("F-4211")), (None, None, None));
    }

    #[test]
    fn tries_are_told_apart_by_pauses() {
        let event = |seconds, node, what| Event { at: Time::ZERO + Span::from_secs(seconds), node, what };
        let away = What::TurnedAway { message: Some(7) };
        let events = [
            event(10, 0, away),
            event(11, 1, away),
            event(110, 1, away),
            event(112, 0, What::Accepted { message: 7, connection: 3 }),
            event(112, 0, What::Accepted { message: 8, connection: 3 }),
        ];
        let tries = Tries::of(&events);
        assert_eq!((tries.attempts(), tries.at_once()), ((5.0, 4.0), 1.0));
        assert_eq!((tries.begins(1), tries.begins(2)), (100.0, 0.0));
        assert_eq!(tries.delays(), [51.0, 0.0, 102.0]);
    }
}
