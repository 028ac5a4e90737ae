//! Schedules: when a message is tried again.

use crate::{key, stable};
use mxsim_core::random::Purpose;
use mxsim_core::sender::retry::{FailedAttempt, next_attempt};
use mxsim_core::sender::{AfterGaps, RetryFrom, RetrySchedule, Wait};
use mxsim_core::time::{Span, Time};

const fn seconds(seconds: i64) -> Span {
    Span::from_secs(seconds)
}

/// A schedule without jitter, queue runs or end.
const fn schedule(wait: Wait) -> RetrySchedule {
    RetrySchedule {
        wait,
        queue_run: None,
        jitter: Span::ZERO,
        lifetime: None,
        max_attempts: None,
        from: RetryFrom::Same,
    }
}

fn gaps(then: AfterGaps) -> RetrySchedule {
    schedule(Wait::Gaps { list: vec![seconds(60), seconds(300), seconds(900)], then })
}

/// When a message that came at 1,000 s is tried again \[s after it came\]; each attempt takes three seconds.
fn times(policy: &RetrySchedule) -> Vec<f64> {
    let born = Time::ZERO + seconds(1_000);
    let (mut now, mut times) = (born, Vec::new());
    for failures in 1..=6 {
        let message =
            FailedAttempt { born, failures, now: now + seconds(3), phase: seconds(17), not_before: born };
        let Some(next) = next_attempt(policy, message, key(Purpose::Retry).child(42)) else { break };
        times.push(next.since(born).as_secs_f64());
        now = next;
    }
    times
}

#[track_caller]
fn check<const N: usize>(policy: &RetrySchedule, in_this_epoch: [f64; N]) {
    stable(&format!("{policy:?}"), times(policy), in_this_epoch);
}

/// A schedule of waits without a test does not compile.
const _: fn(Wait) -> fn() = |wait| match wait {
    Wait::Gaps { then: AfterGaps::RepeatLast, .. } => gaps_of_which_the_last_is_repeated,
    Wait::Gaps { then: AfterGaps::Double, .. } => gaps_that_double,
    Wait::Gaps { then: AfterGaps::Cycle(_), .. } => gaps_that_come_round,
    Wait::Gaps { then: AfterGaps::GiveUp, .. } => gaps_after_which_it_gives_up,
    Wait::Age { .. } => as_long_as_the_message_is_old,
    Wait::RandomGrowth { .. } => random_growth,
    Wait::Quadratic { .. } => quadratic,
    Wait::Squares { .. } => squares,
    Wait::EveryQueueRun => every_queue_run,
};

#[test]
fn gaps_of_which_the_last_is_repeated() {
    check(&gaps(AfterGaps::RepeatLast), [63.0, 366.0, 1269.0, 2172.0, 3075.0, 3978.0]);
}

#[test]
fn gaps_that_double() {
    check(&gaps(AfterGaps::Double), [63.0, 366.0, 1269.0, 3072.0, 6675.0, 13878.0]);
}

#[test]
fn gaps_that_come_round() {
    check(&gaps(AfterGaps::Cycle(2)), [63.0, 366.0, 1269.0, 1572.0, 2475.0, 2778.0]);
}

#[test]
fn gaps_after_which_it_gives_up() {
    check(&gaps(AfterGaps::GiveUp), [63.0, 366.0, 1269.0]);
}

#[test]
fn as_long_as_the_message_is_old() {
    check(
        &schedule(Wait::Age { least: seconds(300), most: seconds(4_000) }),
        [303.0, 612.0, 1230.0, 2466.0, 4938.0, 8941.0],
    );
}

#[test]
fn random_growth() {
    let wait = Wait::RandomGrowth {
        first: seconds(300),
        factor_least: 1.5,
        factor_most: 2.5,
        most: seconds(10_800),
        step: seconds(30),
    };
    check(&schedule(wait), [303.0, 996.0, 2079.0, 4242.0, 8625.0, 19188.0]);
}

#[test]
fn quadratic() {
    check(
        &schedule(Wait::Quadratic { unit: seconds(400) }),
        [441.0, 1681.0, 3721.0, 6561.0, 10201.0, 14641.0],
    );
}

#[test]
fn squares() {
    check(&schedule(Wait::Squares { unit: seconds(400) }), [400.0, 1600.0, 3600.0, 6400.0, 10000.0, 14400.0]);
}

#[test]
fn every_queue_run() {
    check(
        &RetrySchedule { queue_run: Some(seconds(1_800)), ..schedule(Wait::EveryQueueRun) },
        [817.0, 2617.0, 4417.0, 6217.0, 8017.0, 9817.0],
    );
}

#[test]
fn jitter() {
    check(
        &RetrySchedule { jitter: seconds(60), ..gaps(AfterGaps::RepeatLast) },
        [117.900154, 444.665414, 1375.801657, 2304.124171, 3213.983672, 4133.138079],
    );
}

#[test]
fn jitter_and_queue_runs() {
    let age = schedule(Wait::Age { least: seconds(300), most: seconds(4_000) });
    check(
        &RetrySchedule { jitter: seconds(60), queue_run: Some(seconds(300)), ..age },
        [517.0, 1117.0, 2317.0, 4717.0, 8917.0, 13117.0],
    );
}

#[test]
fn ends() {
    check(
        &RetrySchedule { lifetime: Some(seconds(2_000)), ..gaps(AfterGaps::RepeatLast) },
        [63.0, 366.0, 1269.0, 2172.0],
    );
    check(&RetrySchedule { max_attempts: Some(3), ..gaps(AfterGaps::RepeatLast) }, [63.0, 366.0]);
}
