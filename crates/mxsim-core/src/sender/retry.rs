//! When a deferred message is tried again.
//!
//! RFC 5321 section 4.5.4.1 asks for at least 30 minutes between attempts and 4 to 5 days before giving up; hardly any MTA keeps to the
//! first part.

use super::{AfterGaps, RetryLaw, Wait};
use crate::random::Key;
use crate::time::{Span, Time};

/// No attempt follows sooner, whatever the law says: a queue is never scanned in the second that deferred the message.
const SHORTEST_WAIT: Span = Span::from_secs(1);

/// A message that has just failed.
#[derive(Debug, Clone, Copy)]
pub struct Deferred {
    /// When it arrived in the queue.
    pub born: Time,
    /// Attempts that have failed, this one included.
    pub failures: u32,
    /// The end of the failed attempt.
    pub now: Time,
    /// The phase of this outbound host's queue runs.
    pub phase: Span,
}

/// The time of the next attempt; `None` if the message bounces.
#[must_use]
pub fn next_attempt(law: &RetryLaw, message: Deferred, draw: Key) -> Option<Time> {
    let age = message.now.since(message.born);
    let too_old = law.lifetime.is_some_and(|lifetime| age >= lifetime);
    let too_often = law.max_attempts.is_some_and(|most| message.failures >= most);
    if too_old || too_often {
        return None;
    }
    let due = due(&law.wait, message, age)?.max(message.now + SHORTEST_WAIT);
    let late = Span((law.jitter.0 as f64 * draw.unit()) as i64);
    let due = if law.jitter == Span::ZERO { due } else { due + late };
    Some(match law.queue_run {
        None => due,
        Some(every) => next_queue_run(due + Span(-grace(&law.wait).0), every, message.phase),
    })
}

/// How much before its time a queue run takes a message: Postfix those of the next second (`qmgr_active.c`, `qmgr_active_feed`; recorded: the run
/// 299.1 s after a failure takes what is due after 300 s).
const fn grace(wait: &Wait) -> Span {
    match wait {
        Wait::Age { .. } => Span::from_secs(1),
        _ => Span::ZERO,
    }
}

/// When the message may be tried again, before queue runs come into it.
fn due(wait: &Wait, message: Deferred, age: Span) -> Option<Time> {
    Some(match wait {
        Wait::Gaps { list, then } => message.now + gap(list, *then, message.failures)?,
        Wait::Age { least, most } => message.now + age.clamp(*least, (*most).max(*least)),
        Wait::Quadratic { unit } => message.born + quadratic(*unit, age),
        Wait::Squares { unit } => message.born + next_square(*unit, message.failures, age),
        Wait::EveryQueueRun => message.now,
    })
}

fn gap(list: &[Span], then: AfterGaps, failures: u32) -> Option<Span> {
    let index = failures.saturating_sub(1) as usize;
    if let Some(gap) = list.get(index) {
        return Some(*gap);
    }
    let last = *list.last()?;
    match then {
        AfterGaps::GiveUp => None,
        AfterGaps::RepeatLast => Some(last),
        AfterGaps::Cycle(of) => {
            let of = usize::from(of).clamp(1, list.len());
            Some(list[list.len() - of + (index - list.len()) % of])
        }
        AfterGaps::Double => {
            let doublings = (index + 1 - list.len()).min(40);
            Some(last.saturating_mul(1 << doublings))
        }
    }
}

/// qmail-send.c `nextretry`: (whole root of the age in seconds + 20) squared, seconds after arrival; 20 is the root of 400 s.
fn quadratic(unit: Span, age: Span) -> Span {
    let step = libm::sqrt(unit.as_secs_f64());
    let root = libm::sqrt(age.as_secs_f64());
    // A unit that is no square has no whole root to add to, so nothing is cut off there.
    let root = if step.fract() == 0.0 { root.floor() } else { root };
    Span::from_secs_f64((root + step) * (root + step))
}

/// OpenSMTPD, scheduler_ramqueue.c `scheduler_next`: the square of the failures times `unit`, or the first later one that is still to come.
fn next_square(unit: Span, failures: u32, age: Span) -> Span {
    let past = libm::sqrt(age.0.max(0) as f64 / unit.0.max(1) as f64).floor() as i64;
    let is_past = |step: i64| unit.saturating_mul(step.saturating_mul(step)) <= age;
    let step = i64::from(failures.max(1)).max(past + i64::from(is_past(past)));
    // The root may be off by its last bit.
    let step = step + i64::from(is_past(step));
    unit.saturating_mul(step.saturating_mul(step))
}

/// The first queue run at or after `due`.
fn next_queue_run(due: Time, every: Span, phase: Span) -> Time {
    let every = every.0.max(1);
    let since = due.0.saturating_sub(phase.0);
    let runs = since.div_euclid(every) + i64::from(since.rem_euclid(every) > 0);
    Time(phase.0.saturating_add(runs.saturating_mul(every)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    /// All attempt times of a message born at zero whose attempts fail at once.
    fn schedule(law: &RetryLaw, most: usize) -> Vec<i64> {
        let key = Entropy::new(1, 0).key(StreamId::new("retry", Purpose::Retry));
        let mut times = vec![0];
        let mut now = Time::ZERO;
        while times.len() < most {
            let message = Deferred { born: Time::ZERO, failures: times.len() as u32, now, phase: Span::ZERO };
            let Some(next) = next_attempt(law, message, key) else { break };
            now = next;
            times.push(now.0 / 1_000_000);
        }
        times
    }

    fn law(wait: Wait) -> RetryLaw {
        RetryLaw { wait, queue_run: None, jitter: Span::ZERO, lifetime: None, max_attempts: None }
    }

    #[test]
    fn postfix_waits_as_long_as_the_message_is_old() {
        let wait = Wait::Age { least: Span::from_secs(300), most: Span::from_secs(4000) };
        // Measured waves of the lab: 0, 299, 599, 1199, 2399 s.
        assert_eq!(schedule(&law(wait.clone()), 7), [0, 300, 600, 1200, 2400, 4800, 8800]);
        let with_runs = RetryLaw { queue_run: Some(Span::from_secs(300)), ..law(wait) };
        assert_eq!(schedule(&with_runs, 7), [0, 300, 600, 1200, 2400, 4800, 9000]);
    }

    #[test]
    fn qmail_retries_at_400_k_squared_for_a_week() {
        let qmail =
            RetryLaw { lifetime: Some(Span::WEEK), ..law(Wait::Quadratic { unit: Span::from_secs(400) }) };
        let times = schedule(&qmail, 100);
        assert_eq!(times[..5], [0, 400, 1600, 3600, 6400]);
        // The pass after the end of the lifetime is still made: 400 * 39^2 = 608,400 s.
        assert_eq!(times.last(), Some(&608_400));
    }

    /// The lab saw retries at 400.1 and 1600.3 s, though an attempt at three dead nodes takes eleven seconds.
    #[test]
    fn opensmtpd_retries_at_400_k_squared_however_long_attempts_take() {
        let next =
            |failures, age| next_square(Span::from_secs(400), failures, Span::from_secs(age)).0 / 1_000_000;
        assert_eq!([next(1, 11), next(2, 411), next(3, 1_611)], [400, 1_600, 3_600]);
        assert_eq!(next(1, 399), 400);
        assert_eq!(next(1, 400), 1_600, "in the second in which it would be due it is past");
        assert_eq!(next(1, 1_700), 3_600, "an attempt that took half an hour");
        let times = schedule(&law(Wait::Squares { unit: Span::from_secs(400) }), 5);
        assert_eq!(times, [0, 400, 1_600, 3_600, 6_400]);
    }

    #[test]
    fn haraka_doubles_from_64_seconds_and_gives_up_after_13_attempts() {
        let list = (0..12).map(|k| Span::from_secs(64 << k)).collect();
        let haraka = RetryLaw { max_attempts: Some(13), ..law(Wait::Gaps { list, then: AfterGaps::GiveUp }) };
        let times = schedule(&haraka, 100);
        assert_eq!(times.len(), 13);
        assert_eq!(times[..4], [0, 64, 192, 448]);
    }

    #[test]
    fn gaps_can_double_after_the_list() {
        let doubling = law(Wait::Gaps { list: vec![Span::from_secs(10)], then: AfterGaps::Double });
        assert_eq!(schedule(&doubling, 4), [0, 10, 30, 70]);
    }

    #[test]
    fn courier_repeats_the_last_three_gaps() {
        let minutes = |list: &[i64]| list.iter().map(|&gap| Span::from_secs(60 * gap)).collect();
        let list = minutes(&[5, 5, 5, 15, 5, 5, 30]);
        let times = schedule(&law(Wait::Gaps { list, then: AfterGaps::Cycle(3) }), 14);
        let gaps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 60).collect();
        assert_eq!(gaps, [5, 5, 5, 15, 5, 5, 30, 5, 5, 30, 5, 5, 30]);
    }

    #[test]
    fn queue_runs_have_a_phase_and_are_never_missed_twice() {
        let at = |due| next_queue_run(Time(due), Span(100), Span(30)).0;
        assert_eq!((at(0), at(30), at(31), at(130)), (30, 30, 130, 130));
        assert_eq!(at(-200), -170);
    }
}
