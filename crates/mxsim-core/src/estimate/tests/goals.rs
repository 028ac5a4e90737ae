//! Goals and the sequential rule.

use super::{labels, lumpy, tally};
use crate::estimate::{Plausible, decided, estimate, goal_statuses, next_look};
use crate::random::{Entropy, Purpose, StreamId};
use crate::results::GoalStatus::{Met, Missed, Unknown};
use crate::scenario::{Goal, GoalKind, ShareRange};
use crate::tally::labels::Labels;
use crate::tally::{HourTally, Tally, WindowTally};
use crate::time::Span;

fn asking(kind: GoalKind, on: f64) -> Labels {
    Labels {
        goals: vec![Goal { text: "goal".into(), kind, on }],
        down: Vec::new(),
        goals_are_default: false,
        changes: false,
        ..labels(&[0.5, 0.5], 1)
    }
}

/// Days that are fine or not, one per replication.
fn days(fine: impl Iterator<Item = bool>) -> Vec<Tally> {
    fine.map(|fine| tally(2, &[if fine { &[50, 50] } else { &[90, 10] }])).collect()
}

fn of_mx1(range: ShareRange) -> GoalKind {
    GoalKind::Share { node: "mx1".into(), range }
}

const HALF: GoalKind = GoalKind::BusiestShare { at_most: 0.6 };

#[test]
fn looks_double() {
    let looks: Vec<u64> = [0, 159, 160, 161, 320, 5_000].into_iter().map(next_look).collect();
    assert_eq!(looks, [160, 160, 320, 320, 640, 5_120]);
    assert_eq!(next_look(u64::MAX), u64::MAX);
}

#[test]
fn clear_cases_are_decided_at_the_first_look() {
    let labels = asking(HALF, 0.95);
    // 0.005^(1/160) = 0.967 > 0.95, but 0.005^(1/40) = 0.876.
    assert_eq!(goal_statuses(&labels, &days((0..160).map(|_| true))), [Met]);
    assert_eq!(goal_statuses(&labels, &days((0..40).map(|_| true))), [Unknown]);
    assert_eq!(goal_statuses(&labels, &days((0..160).map(|day| day % 5 > 0))), [Missed]);
    assert!(decided(&labels, &days((0..160).map(|_| true))));
    assert!(!decided(&labels, &days((0..40).map(|_| true))));
    let early = estimate(&labels, &days((0..40).map(|_| true)), false, Plausible::default());
    assert_eq!(early.goals[0].more_replications, Some(120));
    // Missed every time: 1 - 0.005^(1/n) < 0.95 from n = 2 on, so one more replication is enough, and it decides.
    let hopeless = estimate(&labels, &days((0..1).map(|_| false)), false, Plausible::default());
    assert_eq!(hopeless.goals[0].more_replications, Some(1));
    assert_eq!(goal_statuses(&labels, &days((0..2).map(|_| false))), [Missed]);
    // Missed by every third window: as many as are said to be needed do decide, and one fewer does not.
    let often = |n: u64| days((0..n).map(|day| day % 3 > 0));
    let said = estimate(&labels, &often(3), false, Plausible::default()).goals[0].more_replications.unwrap();
    assert_eq!(goal_statuses(&labels, &often(3 + said)), [Missed]);
    assert_eq!(goal_statuses(&labels, &often(3)), [Unknown]);
    assert!(said < 40, "{said}");
    let close_by = estimate(&labels, &days((0..160).map(|day| day % 20 > 0)), false, Plausible::default());
    assert_eq!(close_by.goals[0].more_replications, None, "exactly on the goal no number decides");
    assert_eq!((close_by.goals[0].windows, close_by.goals[0].windows_met), (160, 152));
}

#[test]
fn the_first_deciding_look_stands() {
    let labels = asking(HALF, 0.95);
    let late_trouble = days((0..320).map(|day| day < 160));
    assert_eq!(goal_statuses(&labels, &late_trouble), [Met]);
    // Seen in the other order the first look decides the other way.
    assert_eq!(goal_statuses(&labels, &days((0..320).map(|day| day >= 160))), [Missed]);
}

#[test]
fn a_status_depends_on_the_tallies_alone() {
    let labels = labels(&[1.0 / 3.0; 3], 1);
    let tallies = lumpy(3, &[(60, 10)], 2, 700);
    for replications in [1, 40, 80, 160, 200, 320, 699] {
        let fixed = goal_statuses(&labels, &tallies[..replications]);
        let published = estimate(&labels, &tallies[..replications], false, Plausible::default()).goals;
        assert_eq!(fixed, [published[0].status]);
        // Once a look has decided, more replications change nothing.
        if replications.is_multiple_of(160) && fixed != [Unknown] {
            assert_eq!(fixed, goal_statuses(&labels, &tallies));
        }
    }
}

/// Theory: with the true fraction exactly at the goal each wrong word comes in at most 1 of 100 runs, however often is looked. 1,000 runs of
/// up to 1,280 replications, two windows each; 22 or more of 1,000 at a true 1 % has a chance of 1 in 2,000.
#[test]
fn looking_often_does_not_err_more() {
    let labels = asking(HALF, 0.95);
    let (good, bad) = (tally(2, &[&[50, 50], &[50, 50]]), tally(2, &[&[90, 10], &[90, 10]]));
    let id = StreamId::new("looks", Purpose::Choice);
    let mut wrong = [0u32; 2];
    for run in 0..1_000 {
        let key = Entropy::new(8, run).key(id);
        let fine = |r: u64| key.child(r).unit() <= 0.95;
        let counts: Vec<Tally> =
            (0..1_280).map(|r| if fine(r) { good.clone() } else { bad.clone() }).collect();
        match goal_statuses(&labels, &counts)[0] {
            Met => wrong[0] += 1,
            Missed => wrong[1] += 1,
            Unknown => {}
        }
    }
    assert!(wrong[0] < 22 && wrong[1] < 22, "{wrong:?}");
    assert!(wrong[0] + wrong[1] > 0, "the rule is not that careful");
}

#[test]
fn always_is_never_shown_and_soon_refuted() {
    let labels = asking(HALF, 1.0);
    assert_eq!(goal_statuses(&labels, &days((0..640).map(|_| true))), [Unknown]);
    assert_eq!(goal_statuses(&labels, &days((0..640).map(|day| day != 639))), [Missed]);
    let results = estimate(&labels, &days((0..640).map(|_| true)), false, Plausible::default());
    assert_eq!(results.goals[0].more_replications, None);
    assert!(results.verdict.action.contains("99 of 100"), "{}", results.verdict.action);
}

#[test]
fn each_kind_of_goal_looks_at_its_own() {
    let all = |accepted: &[u32]| vec![tally(2, &[accepted]); 160];
    for (kind, fine, not) in [
        (GoalKind::BusiestShare { at_most: 0.6 }, [60, 40], [61, 39]),
        (GoalKind::QuietestShare { at_least: 0.4 }, [60, 40], [61, 39]),
        (GoalKind::NearFair { within: 0.1 }, [55, 45], [56, 44]),
        (of_mx1(ShareRange::Target(0.4)), [50, 50], [51, 49]),
        (of_mx1(ShareRange::Target(0.4)), [30, 70], [29, 71]),
        (of_mx1(ShareRange::Between(0.2, 1.0)), [20, 80], [19, 81]),
        (of_mx1(ShareRange::Between(0.0, 0.2)), [20, 80], [21, 79]),
    ] {
        let labels = asking(kind.clone(), 0.9);
        assert_eq!(goal_statuses(&labels, &all(&fine)), [Met], "{kind:?}");
        assert_eq!(goal_statuses(&labels, &all(&not)), [Missed], "{kind:?}");
    }
    // A backup has no fair share: nearness does not look at it, the busiest share does.
    let mut backup = asking(GoalKind::NearFair { within: 0.1 }, 0.9);
    (backup.nodes[0].fair_share, backup.nodes[1].fair_share) = (1.0, 0.0);
    assert_eq!(goal_statuses(&backup, &all(&[95, 5])), [Met]);
    backup.goals[0].kind = GoalKind::BusiestShare { at_most: 0.9 };
    assert_eq!(goal_statuses(&backup, &all(&[5, 95])), [Missed]);
}

#[test]
fn delay_goals_count_late_messages() {
    let mut labels = asking(HALF, 0.9);
    for at_most in [Span::MINUTE, Span::HOUR] {
        labels.goals.push(Goal { text: "delay".into(), kind: GoalKind::DelayP95 { at_most }, on: 0.9 });
    }
    let mut one = tally(2, &[&[50, 50]]);
    one.windows[0] = WindowTally { late: vec![6, 5], ..one.windows[0].clone() };
    assert_eq!(goal_statuses(&labels, &vec![one; 160]), [Met, Missed, Met]);
}

#[test]
fn a_bounce_goal_counts_the_mail_that_arrived_in_the_window() {
    let labels = asking(GoalKind::Bounced { at_most: 0.05 }, 0.9);
    for (bounced, status) in [(5, Met), (6, Missed)] {
        let mut one = tally(2, &[&[50, 50]]);
        one.windows[0] = WindowTally { bounced, messages: 100, ..one.windows[0].clone() };
        assert_eq!(goal_statuses(&labels, &vec![one; 160]), [status]);
    }
}

#[test]
fn goals_about_sessions_look_at_the_worst_node() {
    let mut one = tally(2, &[&[50, 50]]);
    let hour = |connections, full| HourTally { connections, full };
    one.windows[0] = WindowTally {
        peak_sessions: vec![8, 10],
        busiest_hour: vec![hour(100, 5), hour(0, 0)],
        with_nodes_down: Vec::new(),
        ..one.windows[0].clone()
    };
    for (kind, status) in [
        (GoalKind::TurnedAway { at_most: 0.05 }, Met),
        (GoalKind::TurnedAway { at_most: 0.049 }, Missed),
        (GoalKind::Sessions { at_most: 10 }, Met),
        (GoalKind::Sessions { at_most: 9 }, Missed),
        // Only the first node has a limit: of 10, 8 are in use.
        (GoalKind::Headroom { at_least: 0.2 }, Met),
        (GoalKind::Headroom { at_least: 0.21 }, Missed),
    ] {
        let mut labels = asking(kind, 0.9);
        labels.nodes[0].session_limit = Some(10);
        assert_eq!(goal_statuses(&labels, &vec![one.clone(); 160]), [status], "{:?}", labels.goals);
    }
}
