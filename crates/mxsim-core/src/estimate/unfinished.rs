//! Mail that still waits when the run ends: what is known of it, and what is not.
//!
//! It is neither on time nor lost. How long it has waited is a lower bound of its delay, and whether it is ever accepted lies beyond the run. Some mail
//! always waits, for a retry that comes in time; that is no doubt. It is one if an event goes on beyond the end of the run and mail waits for it, or if
//! more mail waits than the delays of the accepted mail explain.

use super::delivery::{delay, part, up_to};
use crate::numerals::{Ranged, duration, percent};
use crate::results::{Delay, Interval, LongerRun};
use crate::scenario::LOST;
use crate::tally::labels::{EventLabels, Labels};
use crate::tally::{DelayHistogram, Tally};
use crate::time::Span;

/// So many times the mail that waits on average is more than the time of day explains. *Assumption*.
const MORE_THAN_USUAL: f64 = 3.0;

/// So many messages more than that may wait by chance. *Assumption*: three standard deviations of ten.
const BY_CHANCE: f64 = 10.0;
/// Where more than this waits, the delays of the accepted mail say little. *Assumption*, as the part of the mail that may be late.
pub(super) const MUCH: f64 = 0.01;

/// The mail that waits when the run ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unfinished {
    /// Its part of all messages; `None` without messages.
    pub(super) waiting: Option<Interval>,
    /// True if more of it may be lost than is harmless.
    pub(super) is_open: bool,
    /// The run length after which everything planned is over and every sender has given up; `None` if that is too far away.
    settled: Option<Span>,
    /// The run length.
    run_length: Span,
}

impl Unfinished {
    pub(super) fn of(labels: &Labels, tallies: &[Tally]) -> Self {
        let counts = |tally: &Tally| (tally.totals.waiting, tally.totals.messages);
        let waiting = part(tallies.iter().map(counts));
        let is_much = waiting.is_some_and(|waiting| waiting.value > LOST);
        Self {
            waiting,
            is_open: is_much && is_unusual(labels, tallies) || waits_for_an_event(labels, tallies),
            settled: labels.settled,
            run_length: labels.run.run_length,
        }
    }

    /// True if too much waits to say of the rest how long mail takes.
    pub(super) fn is_much(&self) -> bool {
        self.waiting.is_some_and(|waiting| waiting.value > MUCH)
    }

    /// `6.2 % of your mail still waits when the run ends, and what becomes of it is not known`.
    pub(super) fn sentence(&self) -> String {
        let part = self.waiting.map_or_else(|| percent(0.0), |part| Ranged::from(part).percent());
        format!("{part} of your mail still waits when the run ends, and what becomes of it is not known")
    }

    /// The run that sees the end of it.
    pub(super) fn longer_run(&self) -> LongerRun {
        let settled = self.settled.filter(|settled| *settled > self.run_length);
        LongerRun { run_length_s: settled.map(Span::as_secs_f64) }
    }

    /// What to write to see the end of it.
    pub(super) fn action(&self) -> String {
        match self.settled {
            Some(settled) if settled > self.run_length => format!(
                "Measure until senders have given up: write run_length = \"{settled}\" into [run]; the run ends after {} now.",
                duration(self.run_length.as_secs_f64())
            ),
            Some(_) => "Measure a longer run (run_length in [run]): something keeps the mail waiting.".into(),
            None => "Let the events end, and measure a run that is five days longer than they are (run_length in [run]).".into(),
        }
    }
}

/// True if much more mail waits at the end than waits on average. By Little's law that is all the time that messages waited, over the time measured.
fn is_unusual(labels: &Labels, tallies: &[Tally]) -> bool {
    let waited: f64 = tallies.iter().map(|tally| tally.delays.sum_us() as f64).sum();
    let waiting: u64 = tallies.iter().map(|tally| tally.totals.waiting).sum();
    waiting as f64 > MORE_THAN_USUAL * waited / labels.run.run_length.0 as f64 + BY_CHANCE
}

/// True if of the mail that came during an event which goes on after the end of the run, more waits than may be lost, or none came.
fn waits_for_an_event(labels: &Labels, tallies: &[Tally]) -> bool {
    let waits = |(number, event): (usize, &EventLabels)| {
        let during = tallies.iter().filter_map(|tally| tally.during(number));
        let of = part(during.map(|tally| (tally.waiting, tally.arrived)));
        event.outlives_run && of.is_none_or(|part| part.value > LOST)
    };
    labels.events.iter().enumerate().any(waits)
}

/// The delays of all mail that was accepted or waits, as if what waits were accepted when the run ends: bounds from below.
pub(super) fn least_delay(tallies: &[Tally]) -> Option<Delay> {
    let all = tallies.iter().map(|tally| {
        let mut all = tally.delays.clone();
        all.merge(&tally.waiting);
        all
    });
    let all: Vec<DelayHistogram> = all.collect();
    delay(&all.iter().collect::<Vec<_>>())
}

/// The part of the mail accepted or waiting that may be later than `limit`, if all that waits is.
pub(super) fn later_at_most(tallies: &[Tally], limit: Span) -> Option<Interval> {
    // Delays may have been moved to another replication, and then all of them have.
    let later = |tally: &Tally| {
        let (accepted, waiting) = (tally.delays.count(), tally.waiting.count());
        (accepted - up_to(&tally.delays, limit.0 as f64) as u64 + waiting, accepted + waiting)
    };
    part(tallies.iter().map(later))
}
