//! Plausible worlds with known answers.

use super::{labels, tally};
use crate::estimate::{Assumption, Plausible, WhatIf, estimate, promising, what_if};
use crate::results::{GoalStatus, Grade, Results};
use crate::scenario::{Goal, GoalKind};
use crate::tally::Tally;

/// A world in which the busiest of two nodes has so many of 100 messages, every day.
fn always(busiest: u32) -> Vec<Tally> {
    vec![tally(2, &[&[busiest, 100 - busiest]]); 20]
}

fn results(worlds: &[Vec<Tally>], what_ifs: &[WhatIf]) -> Results {
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most: 0.7 }, 0.95)];
    estimate(
        &labels,
        &vec![tally(2, &[&[52, 48]]); 160],
        false,
        Plausible { what_ifs, worlds, ..Plausible::default() },
    )
}

fn assumption(instead: &str) -> Assumption {
    Assumption {
        sender: 0,
        unknown: "hold".into(),
        assumed: "it draws for each message".into(),
        instead: instead.into(),
        grade: Grade::Assumed,
    }
}

/// By hand: the busiest shares are 51, 52, ..., 90 %; twenty of forty worlds stay at or below 70 %. The 5 % quantile of 40 values (type 8) is
/// at rank 0.05 (40 + 1/3) + 1/3 = 2.35, that is 52.35 %, and the 95 % quantile at rank 38.65, 88.65 %.
#[test]
fn worlds_are_counted_and_their_numbers_spread() {
    let worlds: Vec<Vec<Tally>> = (51..91).map(always).collect();
    let found = results(&worlds, &[]).uncertainty.not_known.expect("worlds were drawn");
    assert_eq!((found.mixes, found.replications, found.quantity.as_str()), (40, 20, "busiest_share"));
    assert_eq!(found.share_meeting.value, 0.5);
    let bounds = [found.share_meeting.low, found.share_meeting.high].map(Option::unwrap_or_default);
    assert!(bounds[0] > 0.33 && bounds[0] < 0.40 && bounds[1] > 0.60 && bounds[1] < 0.67, "{bounds:?}");
    assert!((found.from * 100.0 - 52.35).abs() < 0.1 && (found.to * 100.0 - 88.65).abs() < 0.1, "{found:?}");
    assert_eq!((found.flips, found.effects.len()), (None, 0));
}

/// A world that misses the goal on 1 of 20 days meets it, as it asks for 19 of 20; one that misses on 2 does not.
#[test]
fn a_world_meets_a_goal_as_often_as_it_asks_for() {
    let missing = |bad: usize| {
        let day = |n: usize| tally(2, &[if n < bad { &[90, 10] } else { &[50, 50] }]);
        (0..20).map(day).collect::<Vec<Tally>>()
    };
    let part =
        |bad| results(&[missing(bad)], &[]).uncertainty.not_known.map(|found| found.share_meeting.value);
    assert_eq!((part(0), part(1), part(2)), (Some(1.0), Some(1.0), Some(0.0)));
}

#[test]
fn without_worlds_nothing_is_said_of_them() {
    assert_eq!(results(&[], &[]).uncertainty.not_known, None);
}

#[test]
fn effects_are_ranked_and_the_largest_that_flips_is_named() {
    let labels = {
        let mut labels = labels(&[0.5, 0.5], 1);
        labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most: 0.7 }, 0.95)];
        labels
    };
    let run = vec![tally(2, &[&[52, 48]]); 160];
    let other = |text: &str, busiest: u32| {
        let days = vec![tally(2, &[&[busiest, 100 - busiest]]); 160];
        what_if(&labels, &run, assumption(text), &days).expect("messages were accepted")
    };
    let what_ifs = [other("harmless", 60), other("bad", 80), other("worse", 95)];
    assert_eq!(what_ifs[2].statuses, [GoalStatus::Missed]);
    let found = results(&[always(60)], &what_ifs);
    let not_known = found.uncertainty.not_known.expect("a world was drawn");
    let texts: Vec<&str> = not_known.effects.iter().map(|effect| effect.instead.as_str()).collect();
    assert_eq!(texts, ["worse", "bad", "harmless"]);
    assert_eq!(not_known.effects.iter().map(|effect| effect.flips).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(not_known.flips.map(|effect| effect.instead), Some("worse".to_owned()));
    assert!(found.verdict.flips.contains("if worse"), "{:?}", found.verdict);
}

/// Of worlds that are not decided yet, those that change the number most in the direction that flips go on.
#[test]
fn the_promising_ends_go_on() {
    let mut labels = labels(&[0.5, 0.5], 1);
    labels.goals = vec![Goal::new(GoalKind::BusiestShare { at_most: 0.7 }, 0.95)];
    let run = vec![tally(2, &[&[60, 40]]); 32];
    let days = |busiest: u32| vec![tally(2, &[&[busiest, 100 - busiest]]); 32];
    // 55 improves a yes and 90 is missed already; 61, 65 and 69 may yet flip it.
    let extremes = [days(55), days(61), days(69), days(90), days(65)];
    assert_eq!(promising(&labels, &run, &extremes, 2), [false, false, true, false, true]);
}
