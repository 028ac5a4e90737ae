//! When a deferred message is tried again.
//!
//! RFC 5321 section 4.5.4.1 asks for at least 30 minutes between attempts and 4 to 5 days before giving up; hardly any MTA keeps to the
//! first part.

use crate::random::Key;
use crate::time::{Span, Time};

/// When a deferred message is tried again and when it is given up.
#[derive(Debug, Clone, PartialEq)]
pub struct RetrySchedule {
    /// The wait after each failed attempt.
    pub wait: Wait,
    /// Attempts happen only at queue runs this far apart; `None` means a timer of their own. Each outbound host has its own phase.
    pub queue_run: Option<Span>,
    /// Width of a uniform addition to each wait.
    pub jitter: Span,
    /// Age at which a message bounces, looked at when an attempt has failed.
    pub lifetime: Option<Span>,
    /// Attempts after which it bounces.
    pub max_attempts: Option<u32>,
    /// Which outbound host makes the next attempt.
    pub from: RetryFrom,
}

/// Which outbound host of its site makes the next attempt at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryFrom {
    /// The one that has the message in its queue, as ever.
    Same,
    /// Any of them, each as likely as another.
    Any,
    /// Any of a pool of this many, to which the outbound host of the first attempt belongs; a site is cut into such pools.
    Pool(u32),
}

/// Tells the draw of an outbound host from those for jitter and growth.
const FROM: u64 = 2;

impl RetryFrom {
    /// Returns the outbound host of the next attempt after `host`, at sites of `hosts` each. `draws` are those of the message.
    #[must_use]
    pub fn next(self, host: u32, hosts: u32, failures: u32, draws: Key) -> u32 {
        let pool = match self {
            Self::Same => return host,
            Self::Any => hosts,
            Self::Pool(size) => size.clamp(1, hosts),
        };
        let (site, place) = (host / hosts, host % hosts);
        let first = place / pool * pool;
        let size = pool.min(hosts - first);
        if size == 1 {
            return host;
        }
        let drawn = draws.child(u64::from(failures)).child(FROM).below(size as usize);
        site * hosts + first + drawn as u32
    }
}

/// The schedule of waits between attempts.
#[derive(Debug, Clone, PartialEq)]
pub enum Wait {
    /// Fixed waits after the first, second, ... failure, and what follows them.
    Gaps {
        /// The waits.
        list: Vec<Span>,
        /// What follows the last one.
        then: AfterGaps,
    },
    /// Postfix: as long as the message is old, within bounds.
    Age {
        /// Shortest wait.
        least: Span,
        /// Longest wait.
        most: Span,
    },
    /// dma: each wait is a random number of times the one before.
    RandomGrowth {
        /// The first wait.
        first: Span,
        /// The smallest number of times.
        factor_least: f64,
        /// The largest.
        factor_most: f64,
        /// The longest wait.
        most: Span,
        /// The process sleeps in steps of this length, so that each wait is rounded up to whole ones; what the next wait grows from is not.
        step: Span,
    },
    /// qmail: the k-th retry at k^2 times `unit` after arrival, if attempts fail at once; attempts that take long put off what follows.
    Quadratic {
        /// The wait before the first retry.
        unit: Span,
    },
    /// OpenSMTPD: the k-th retry at k^2 times `unit` after arrival, however long attempts take; times that are past by then are left out.
    Squares {
        /// The wait before the first retry.
        unit: Span,
    },
    /// Every queue run looks at the message; host memory alone decides (Exim).
    EveryQueueRun,
}

/// What follows the last gap of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterGaps {
    /// The last gap is repeated.
    RepeatLast,
    /// Each gap is twice the one before.
    Double,
    /// The last gaps, this many of them, come again and again (Courier).
    Cycle(u8),
    /// The message bounces.
    GiveUp,
}

/// No attempt follows sooner, whatever the schedule says: a queue is never scanned in the second that deferred the message.
const SHORTEST_WAIT: Span = Span::from_secs(1);

/// Tells the draw by which a wait grows from the one for its jitter.
const GROWTH: u64 = 1;

/// A message that has just failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedAttempt {
    /// When it arrived in the queue.
    pub born: Time,
    /// Attempts that have failed, this one included.
    pub failures: u32,
    /// The end of the failed attempt.
    pub now: Time,
    /// The phase of this outbound host's queue runs.
    pub phase: Span,
    /// A retry time of the message itself: queue runs before it skip the message. `Time::ZERO` or any other time that is past if it has none.
    pub not_before: Time,
}

/// The time of the next attempt; `None` if the message bounces. `draws` are those of the message, from which each failure takes its own.
#[must_use]
pub fn next_attempt(policy: &RetrySchedule, message: FailedAttempt, draws: Key) -> Option<Time> {
    let age = message.now.since(message.born);
    let too_old = policy.lifetime.is_some_and(|lifetime| age >= lifetime);
    let too_often = policy.max_attempts.is_some_and(|most| message.failures >= most);
    if too_old || too_often {
        return None;
    }
    let due =
        due(&policy.wait, message, age, draws)?.max(message.now + SHORTEST_WAIT).max(message.not_before);
    let late = Span((policy.jitter.0 as f64 * draws.child(u64::from(message.failures)).unit()) as i64);
    Some(match policy.queue_run {
        None => due + late,
        Some(WHOLE_SECONDS) => {
            next_queue_run(due + Span(1 - WHOLE_SECONDS.0), WHOLE_SECONDS, message.phase) + late
        }
        Some(every) => next_queue_run(due + late + Span(-grace(&policy.wait).0), every, message.phase),
    })
}

/// A queue that is looked through every second counts in whole seconds: a wait begins with the second of the failure, and the attempt comes a jitter
/// after the second in which it is due (Courier 1.0.16, recorded: 220 second attempts 299.3 to 301.4 s after the first, where it waits 300 s).
const WHOLE_SECONDS: Span = Span::from_secs(1);

/// How much before its time a queue run takes a message: Postfix those of the next second (`qmgr_active.c`, `qmgr_active_feed`; recorded: the run
/// 299.1 s after a failure takes what is due after 300 s).
const fn grace(wait: &Wait) -> Span {
    match wait {
        Wait::Age { .. } => Span::from_secs(1),
        _ => Span::ZERO,
    }
}

/// When the message may be tried again, before queue runs come into it.
fn due(wait: &Wait, message: FailedAttempt, age: Span, draws: Key) -> Option<Time> {
    Some(match *wait {
        Wait::Gaps { ref list, then } => message.now + gap(list, then, message.failures)?,
        Wait::Age { least, most } => message.now + age.clamp(least, most.max(least)),
        Wait::RandomGrowth { first, factor_least, factor_most, most, step } => {
            let factor = |failure| {
                let draw = draws.child(u64::from(failure)).child(GROWTH).unit();
                factor_least + (factor_most - factor_least) * draw
            };
            message.now + in_steps(grown(first, (1..message.failures).map(factor), most), step)
        }
        Wait::Quadratic { unit } => message.born + quadratic(unit, age),
        Wait::Squares { unit } => message.born + next_square(unit, message.failures, age),
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

/// A wait that is multiplied by each of `factors`, but never longer than `most`.
fn grown(first: Span, factors: impl Iterator<Item = f64>, most: Span) -> Span {
    factors.fold(first.min(most), |wait, factor| Span::from_secs_f64(wait.as_secs_f64() * factor).min(most))
}

/// Rounded up to whole steps.
fn in_steps(wait: Span, step: Span) -> Span {
    let step = step.0.max(1);
    Span(wait.0.saturating_add(step - 1) / step * step)
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
    fn times(policy: &RetrySchedule, most: usize) -> Vec<i64> {
        schedule_of(policy, most, Entropy::new(1, 0).key(StreamId::new("retry", Purpose::Retry)))
    }

    fn schedule_of(policy: &RetrySchedule, most: usize, key: Key) -> Vec<i64> {
        let mut times = vec![0];
        let mut now = Time::ZERO;
        while times.len() < most {
            let message = FailedAttempt {
                born: Time::ZERO,
                failures: times.len() as u32,
                now,
                phase: Span::ZERO,
                not_before: now,
            };
            let Some(next) = next_attempt(policy, message, key) else { break };
            now = next;
            times.push(now.0 / 1_000_000);
        }
        times
    }

    fn waiting(wait: Wait) -> RetrySchedule {
        RetrySchedule {
            wait,
            queue_run: None,
            jitter: Span::ZERO,
            lifetime: None,
            max_attempts: None,
            from: RetryFrom::Same,
        }
    }

    #[test]
    fn postfix_waits_as_long_as_the_message_is_old() {
        let wait = Wait::Age { least: Span::from_secs(300), most: Span::from_secs(4000) };
        // Measured waves of the lab: 0, 299, 599, 1199, 2399 s.
        assert_eq!(times(&waiting(wait.clone()), 7), [0, 300, 600, 1200, 2400, 4800, 8800]);
        let with_runs = RetrySchedule { queue_run: Some(Span::from_secs(300)), ..waiting(wait) };
        assert_eq!(times(&with_runs, 7), [0, 300, 600, 1200, 2400, 4800, 9000]);
    }

    #[test]
    fn qmail_retries_at_400_k_squared_for_a_week() {
        let qmail = RetrySchedule {
            lifetime: Some(Span::WEEK),
            ..waiting(Wait::Quadratic { unit: Span::from_secs(400) })
        };
        let times = times(&qmail, 100);
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
        let times = times(&waiting(Wait::Squares { unit: Span::from_secs(400) }), 5);
        assert_eq!(times, [0, 400, 1_600, 3_600, 6_400]);
    }

    #[test]
    fn haraka_doubles_from_64_seconds_and_gives_up_after_13_attempts() {
        let list = (0..12).map(|k| Span::from_secs(64 << k)).collect();
        let haraka =
            RetrySchedule { max_attempts: Some(13), ..waiting(Wait::Gaps { list, then: AfterGaps::GiveUp }) };
        let times = times(&haraka, 100);
        assert_eq!(times.len(), 13);
        assert_eq!(times[..4], [0, 64, 192, 448]);
    }

    #[test]
    fn gaps_can_double_after_the_list() {
        let doubling = waiting(Wait::Gaps { list: vec![Span::from_secs(10)], then: AfterGaps::Double });
        assert_eq!(times(&doubling, 4), [0, 10, 30, 70]);
    }

    /// dma.c `deliver`: 300 s, then each time 1.5 to 2.5 times as long, at most 3 h, slept in steps of 30 s. Recorded: 300 s, then twice 540 and
    /// 630 s, then 930, 960 and 1,170 s.
    #[test]
    fn dma_waits_one_and_a_half_to_two_and_a_half_times_as_long() {
        let seconds = Span::from_secs;
        let wait = Wait::RandomGrowth {
            first: seconds(300),
            factor_least: 1.5,
            factor_most: 2.5,
            most: seconds(10_800),
            step: seconds(30),
        };
        let policy = waiting(wait);
        let gaps = |key: Key| -> Vec<i64> {
            let times = schedule_of(&policy, 9, key);
            times.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let keys = Entropy::new(1, 0).key(StreamId::new("retry", Purpose::Retry));
        let all: Vec<Vec<i64>> = (0..1_000).map(|message| gaps(keys.child(message))).collect();
        for gaps in &all {
            assert!(gaps[0] == 300 && gaps.iter().all(|gap| gap % 30 == 0), "{gaps:?}");
            for pair in gaps.windows(2) {
                let (least, most) = (3 * (pair[0] - 30) / 2, (5 * pair[0] / 2 + 30).min(10_800));
                assert!((least.min(10_800)..=most).contains(&pair[1]), "{gaps:?}");
            }
            assert_eq!(gaps[7], 10_800, "at least 300 s times 1.5^7 = 5,126 s, doubled on average: {gaps:?}");
        }
        // The second wait: uniform between 450 and 750 s, rounded up to 30 s: 16 values from 450 on, of mean 615 s. n = 1,000: 14 s are
        // five standard errors of 86.6 / 31.6 = 2.7 s.
        let mean = all.iter().map(|gaps| gaps[1] as f64).sum::<f64>() / 1_000.0;
        assert!((mean - 615.0).abs() < 14.0, "{mean}");
    }

    #[test]
    fn courier_repeats_the_last_three_gaps() {
        let minutes = |list: &[i64]| list.iter().map(|&gap| Span::from_secs(60 * gap)).collect();
        let list = minutes(&[5, 5, 5, 15, 5, 5, 30]);
        let times = times(&waiting(Wait::Gaps { list, then: AfterGaps::Cycle(3) }), 14);
        let gaps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 60).collect();
        assert_eq!(gaps, [5, 5, 5, 15, 5, 5, 30, 5, 5, 30, 5, 5, 30]);
    }

    /// Twelve hosts at sites of six: a pool of four leaves one of two.
    #[test]
    fn retries_leave_from_a_pool_of_the_site() {
        let draws = Entropy::new(1, 0).key(StreamId::new("retry", Purpose::Retry));
        let seen = |from: RetryFrom, host| {
            let next = (1..200).map(|failures| from.next(host, 6, failures, draws));
            next.collect::<std::collections::BTreeSet<u32>>().into_iter().collect::<Vec<u32>>()
        };
        assert_eq!(seen(RetryFrom::Same, 8), [8]);
        assert_eq!(seen(RetryFrom::Any, 8), [6, 7, 8, 9, 10, 11]);
        assert_eq!(seen(RetryFrom::Pool(4), 8), [6, 7, 8, 9]);
        assert_eq!(seen(RetryFrom::Pool(4), 10), [10, 11]);
        assert_eq!(seen(RetryFrom::Pool(9), 0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(seen(RetryFrom::Pool(1), 3), [3]);
    }

    /// A failure 0.7 s after a whole second waits from that second on.
    #[test]
    fn a_queue_in_whole_seconds_counts_from_that_of_the_failure() {
        let list = vec![Span::from_secs(300)];
        let policy = RetrySchedule {
            queue_run: Some(WHOLE_SECONDS),
            ..waiting(Wait::Gaps { list, then: AfterGaps::RepeatLast })
        };
        let next = |now| {
            let (now, phase, not_before) = (Time(now), Span(200_000), Time::ZERO);
            let failed = FailedAttempt { born: now, failures: 1, now, phase, not_before };
            let draws = Entropy::new(1, 0).key(StreamId::new("retry", Purpose::Retry));
            next_attempt(&policy, failed, draws).map(|at| at.0)
        };
        assert_eq!(next(10_900_000), Some(310_200_000));
        assert_eq!(next(11_200_000), Some(311_200_000), "on the second itself");
    }

    #[test]
    fn queue_runs_have_a_phase_and_are_never_missed_twice() {
        let at = |due| next_queue_run(Time(due), Span(100), Span(30)).0;
        assert_eq!((at(0), at(30), at(31), at(130)), (30, 30, 130, 130));
        assert_eq!(at(-200), -170);
    }
}
