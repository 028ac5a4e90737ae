//! Workers behind the sessions of a node: M/M/c, where those that wait hold their sessions.

use crate::{ONCE, REPLICATIONS, at_seconds, experiment, interval};
use mxsim_core::theory::failure::erlang_b;
use mxsim_verify::agree::assert_ratio;

/// Erlang C, the chance to wait at `workers` servers with `offered` load: B / (1 - rho (1 - B)) of Erlang B (Cooper 1981, section 3.5).
fn erlang_c(workers: u32, offered: f64) -> f64 {
    let (blocked, rho) = (erlang_b(workers, offered), offered / f64::from(workers));
    blocked / (1.0 - rho * (1.0 - blocked))
}

/// Theory: M/M/c. The mean time from connection to acceptance is E\[S\] + C E\[S\] / (c - a), the sessions that are open are as many as messages are there,
/// lambda times that, and nothing is turned away. n: 800,000 messages each.
#[test]
fn a_message_waits_for_a_worker_as_erlang_says() {
    for (workers, offered) in [(1, 0.7), (4, 3.0)] {
        let per_second = offered / 10.0;
        let hours = 8e5 / REPLICATIONS as f64 / per_second / 3_600.0;
        let node = format!("[nodes.mx1]\nworkers = {workers}\nsession_time = {{ exponential = \"10s\" }}\n");
        let results = experiment(1, per_second, hours, &node);
        let stay = 10.0 * (1.0 + erlang_c(workers, offered) / (f64::from(workers) - offered));
        let delay = results.delivery.delay.expect("mail was accepted");
        let what = format!("{workers} workers");
        let mean = interval(delay.mean, delay.mean_ci);
        assert_ratio(&format!("{what}: delay"), &mean, REPLICATIONS, stay);
        let sessions = results.nodes[0].sessions.expect("sessions take time");
        assert_ratio(&format!("{what}: sessions"), &sessions.mean, REPLICATIONS, per_second * stay);
        assert_eq!((results.nodes[0].totals.full, results.delivery.totals.bounced), (0, 0), "{what}");
    }
}

/// Theory: two workers and messages of 10 s that come at 0, 1, 2 and 3 s are done at 10, 11, 20 and 21 s; a node with two sessions turns away the last
/// two, with workers or without.
#[test]
fn who_comes_first_is_worked_on_first() {
    let delays = |node: &str| {
        let tally = at_seconds(ONCE, &format!("[nodes.mx1]\nsession_time = \"10s\"\n{node}"), 0..4);
        let buckets = tally.delays.buckets().map(|bucket| (bucket.max_us / 1_000_000, bucket.count));
        (buckets.collect::<Vec<_>>(), tally.windows[0].peak_sessions[0], tally.totals.bounced)
    };
    assert_eq!(delays("workers = 2"), (vec![(10, 2), (18, 2)], 4, 0));
    assert_eq!(delays("workers = 1"), (vec![(10, 1), (19, 1), (28, 1), (37, 1)], 4, 0));
    assert_eq!(delays("workers = 4"), delays(""));
    assert_eq!(delays("workers = 1\nsessions = 2"), (vec![(10, 1), (19, 1)], 2, 2));
}
