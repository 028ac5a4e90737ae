//! Laws of session times: how long the first messages hold a session \[µs\].

use crate::{key, stable};
use mxsim_core::node::{SessionTime, SessionTimes};
use mxsim_core::random::Purpose;
use mxsim_core::time::Span;

#[track_caller]
fn check(policy: SessionTime, in_this_epoch: [i64; 6]) {
    let times = SessionTimes::new(policy);
    let drawn = [0, 1, 2, 3, 4, 5].map(|message| times.draw(key(Purpose::Session).child(message)).0);
    stable(&format!("{policy:?}"), drawn, in_this_epoch);
}

/// A law without a test does not compile.
const _: fn(SessionTime) -> fn() = |policy| match policy {
    SessionTime::Nothing => nothing,
    SessionTime::Fixed(_) => fixed,
    SessionTime::Exponential(_) => exponential,
    SessionTime::Lognormal { .. } => lognormal,
};

#[test]
fn nothing() {
    check(SessionTime::Nothing, [0; 6]);
}

#[test]
fn fixed() {
    check(SessionTime::Fixed(Span::from_secs(2)), [2_000_000; 6]);
}

#[test]
fn exponential() {
    check(SessionTime::Exponential(Span::from_secs(2)), [1929681, 777388, 563691, 1077041, 1442201, 572351]);
}

#[test]
fn lognormal() {
    check(
        SessionTime::Lognormal { mean: Span::from_secs(2), sigma: 0.5 },
        [1517064, 2800411, 2455956, 3520982, 1734759, 2468510],
    );
    check(
        SessionTime::Lognormal { mean: Span::MINUTE, sigma: 2.0 },
        [4432055, 51460832, 30441919, 128601152, 7577863, 31069166],
    );
}
