//! When messages come, from which site, and how many.

use crate::{key, stable, stream};
use mxsim_core::random::Purpose;
use mxsim_core::time::{Span, Time};
use mxsim_core::traffic::poisson::{PoissonTable, poisson};
use mxsim_core::traffic::{AliasTable, Arrivals, Clock, Profile, Sizes};

/// The first arrivals \[µs\] at 100 messages a day from 21:30 on: the hours count.
#[track_caller]
fn check(profile: &Profile, in_this_epoch: [i64; 6]) {
    let arrivals = Arrivals::new(100.0, profile);
    let mut clock = Clock::from(Time(21 * Span::HOUR.0 + 30 * Span::MINUTE.0));
    let mut stream = stream(Purpose::Arrival);
    let next = |_| arrivals.next(&mut clock, Time(Span::WEEK.0), &mut stream).0;
    stable(&format!("{profile:?}"), [(); 6].map(next), in_this_epoch);
}

/// A profile without a test does not compile.
const _: fn(Profile) -> fn() = |profile| match profile {
    Profile::Flat => flat,
    Profile::Daily(_) => office,
    Profile::Weekly(_) => weekly,
};

#[test]
fn flat() {
    check(&Profile::Flat, [77667705644, 78605391622, 80506830979, 80811211958, 80937030865, 87203387699]);
}

#[test]
fn office() {
    check(&Profile::OFFICE, [78097150115, 80848050072, 87887607568, 88944485967, 89381357170, 110502660267]);
}

#[test]
fn weekly() {
    let weights = std::array::from_fn(|hour| if hour < 120 { 1.0 + hour as f64 % 24.0 } else { 0.5 });
    check(
        &Profile::Weekly(Box::new(weights)),
        [77510385119, 77897028363, 78681063423, 78806571164, 78858451038, 81344814403],
    );
}

/// Arrivals drawn in blocks are those that are drawn one by one.
#[test]
fn blocks() {
    let (mut times, mut clock) = (Vec::new(), Clock::from(Time::ZERO));
    let arrivals = Arrivals::new(1_000.0, &Profile::OFFICE);
    arrivals.next_few(200, &mut clock, Time(Span::DAY.0), &mut stream(Purpose::Arrival), &mut times);
    stable(
        "arrivals of a block",
        [times[0].0, times[63].0, times[64].0, times[199].0],
        [92953348, 22024630758, 22042852308, 32026659284],
    );
}

#[test]
fn sizes() {
    let sites = |sizes: Sizes| {
        let table = AliasTable::new(&sizes.weights(50));
        [0, 1, 2, 3, 4, 5, 6, 7].map(|message| table.pick(key(Purpose::OutboundHost).child(message).word()))
    };
    stable("sites of equal size", sites(Sizes::Equal), [32, 18, 48, 47, 10, 14, 41, 26]);
    stable("sites by Zipf", sites(Sizes::Zipf(1.0)), [32, 18, 6, 5, 9, 0, 2, 0]);
}

#[test]
fn counts() {
    let mut stream = stream(Purpose::Counts);
    stable(
        "Poisson numbers",
        [0.3, 7.0, 12.0, 150.0, 1e6].map(|mean| poisson(mean, &mut stream)),
        [0, 9, 20, 147, 998810],
    );
}

#[test]
fn counts_from_a_table() {
    let numbers = |mean| {
        let mut sums = [0; 8];
        PoissonTable::new(mean).add_to(&mut sums, &mut stream(Purpose::Placement));
        sums
    };
    stable("Poisson numbers of mean 0.7 from a table", numbers(0.7), [1, 2, 1, 0, 1, 0, 0, 1]);
    stable("Poisson numbers of mean 40 from a table", numbers(40.0), [41, 47, 42, 38, 44, 38, 36, 40]);
}
