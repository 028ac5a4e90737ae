//! Scatter by chance and by plan.

use super::{close, inside, labels, tally};
use crate::estimate::{Plausible, estimate};
use crate::random::{Entropy, Purpose, StreamId};
use crate::results::{Interval, Results, Unevenness};
use crate::tally::Tally;

fn of(nodes: usize, tallies: &[Tally]) -> Results {
    let results =
        estimate(&labels(&vec![1.0 / nodes as f64; nodes], 1), tallies, false, Plausible::default());
    assert_eq!(results.check_possible(), Ok(()));
    results
}

/// Replications in whose windows so many messages choose each among all nodes from one on: `(messages, first node)`.
fn shuffled(nodes: usize, windows: &[(u32, usize)], replications: u64) -> Vec<Tally> {
    let id = StreamId::new("shuffled", Purpose::Choice);
    let day = |replication: u64, place: usize, (messages, first): (u32, usize)| {
        let key = Entropy::new(9, replication).key(id).child(place as u64);
        let mut accepted = vec![0u32; nodes];
        (0..messages).for_each(|at| accepted[first + key.child(u64::from(at)).below(nodes - first)] += 1);
        accepted
    };
    let one = |replication| {
        let days: Vec<Vec<u32>> =
            windows.iter().enumerate().map(|(place, plan)| day(replication, place, *plan)).collect();
        tally(nodes, &days.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    (0..replications).map(one).collect()
}

/// Shares 0.6 and 0.4 on the first day, 0.3 and 0.1 on the second: variance 0.02 each; the means 0.5 and 0.2 are 0.15 off their own.
#[test]
fn two_days_of_two_replications_worked_out_by_hand() {
    let results = of(2, &[tally(2, &[&[60, 40], &[30, 70]]), tally(2, &[&[40, 60], &[10, 90]])]);
    for node in &results.nodes {
        close(node.scatter.value, 0.02f64.sqrt(), 1e-9);
        close(node.scatter_by_plan.unwrap().value, 0.15, 1e-9);
    }
    // f (1 - f) is 0.25 and 0.16, plus the variance 0.01 of either mean.
    close(results.balance.effective_choosers.unwrap().value, 0.215 / 0.02, 1e-8);
    assert_eq!(results.unevenness(), Unevenness::Unknown, "two replications give no interval");
}

/// Theory: a day of 60 messages over three nodes, one of 30 over two of them. The variances of the shares add up to (2/3)/60 and (1/2)/30, so
/// the choosers are (2/3 + 1/2) over their sum, 42; the first node's mean is 1/3 or 0, and 1/6 off its own. 400 replications, fixed seed.
#[test]
fn what_is_planned_is_no_chance() {
    let results = of(3, &shuffled(3, &[(60, 0), (30, 1)], 400));
    inside(results.balance.effective_choosers.unwrap(), 42.0);
    inside(results.nodes[0].scatter, (2.0f64 / 9.0 / 60.0 / 2.0).sqrt());
    inside(results.nodes[0].scatter_by_plan.unwrap(), 1.0 / 6.0);
    assert_eq!(results.unevenness(), Unevenness::Plan);
}

/// Theory: seven days alike are one day seven times, whether or not the mail of a replication keeps its choice from day to day.
#[test]
fn days_that_are_planned_alike_differ_by_chance_alone() {
    let kept: Vec<Tally> = shuffled(3, &[(25, 0)], 200)
        .iter()
        .map(|day| {
            let accepted: Vec<u32> = day.windows[0].accepted.iter().map(|count| *count as u32).collect();
            tally(3, &[&accepted[..]; 7])
        })
        .collect();
    for tallies in [shuffled(3, &[(25, 0); 7], 200), kept] {
        let results = of(3, &tallies);
        inside(results.balance.effective_choosers.unwrap(), 25.0);
        assert_eq!(results.nodes[0].scatter_by_plan.unwrap().low, Some(0.0));
        assert_eq!((results.unevenness(), results.differs_by_plan()), (Unevenness::Chance, false));
    }
}

/// With the same mail in every replication all is plan, and nothing is left to chance.
#[test]
fn a_plan_without_chance_is_all_plan() {
    let results = of(2, &vec![tally(2, &[&[50, 50], &[100, 0]]); 20]);
    close(results.nodes[0].scatter_by_plan.unwrap().value, 0.25, 1e-9);
    assert_eq!((results.nodes[0].scatter.value, results.balance.effective_choosers), (0.0, None));
    assert_eq!((results.unevenness(), results.differs_by_plan()), (Unevenness::Plan, true));
}

/// One replication of several days, and two that never took mail on the same day.
#[test]
fn what_cannot_be_told_is_not_told() {
    let one = [tally(2, &[&[60, 40], &[30, 70]])];
    let apart = [tally(2, &[&[6, 4], &[0, 0]]), tally(2, &[&[0, 0], &[3, 7]])];
    for tallies in [&one[..], &apart[..]] {
        let results = of(2, tallies);
        assert_eq!((results.nodes[0].scatter_by_plan, results.balance.effective_choosers), (None, None));
        assert_eq!((results.nodes[0].scatter.low, results.differs_by_plan()), (None, false));
    }
    assert_eq!(of(2, &one).unevenness(), Unevenness::Unknown);
    assert!(of(2, &one).verdict.why.contains("cannot tell tilt, plan and chance apart"));
}

/// A single window has nothing to differ from, whatever happens in it.
#[test]
fn a_single_window_has_no_plan_to_differ_by() {
    let none = Some(Interval { value: 0.0, low: Some(0.0), high: Some(0.0) });
    assert_eq!(of(3, &shuffled(3, &[(25, 0)], 30)).nodes[0].scatter_by_plan, none);
}
