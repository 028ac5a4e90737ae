//! Connections that wait for the greeting: M/M/c/K, first come first served, and the sender's patience.

use crate::{REPLICATIONS, experiment, interval};
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::experiment::{run, text};

/// Chances of 0, 1, ..., `places` connections at `sessions` servers with `offered` load.
fn markov(sessions: usize, places: usize, offered: f64) -> Vec<f64> {
    let mut chances = vec![1.0];
    for n in 1..=places {
        chances.push(chances[n - 1] * offered / n.min(sessions) as f64);
    }
    let whole: f64 = chances.iter().sum();
    chances.into_iter().map(|chance| chance / whole).collect()
}

/// Theory: M/M/c/K (Kleinrock 1975, section 3.6 and around): with p(n) = p(n - 1) a / min(n, c), the part blocked is p(K), the mean number of sessions
/// a (1 - p(K)), and by Little's law the mean time from connection to acceptance is L / (lambda (1 - p(K))).
/// n: 800,000 messages each.
#[test]
fn a_backlog_is_a_queue_of_limited_length() {
    for (sessions, backlog, offered) in [(1, 3, 0.8), (3, 4, 3.0), (8, 2, 10.0)] {
        let per_second = offered / 10.0;
        let hours = 8e5 / REPLICATIONS as f64 / per_second / 3_600.0;
        let node = format!(
            "[nodes.mx1]\nsessions = {sessions}\nbacklog = {backlog}\nsession_time = {{ exponential = \"10s\" }}\n"
        );
        let patient = "retry = { max_attempts = 1 }\ntimeouts = { greeting = \"10h\" }\n";
        let results = experiment(1, per_second, hours, &format!("{patient}{node}"));
        let chances = markov(sessions, sessions + backlog, offered);
        let lost = chances[sessions + backlog];
        let present: f64 = chances.iter().enumerate().map(|(n, chance)| n as f64 * chance).sum();
        let seen = results.nodes[0].sessions.expect("sessions take time");
        let delay = results.delivery.delay.expect("mail was accepted");
        let what = format!("{sessions} sessions, {backlog} waiting");
        let blocked = seen.blocked.expect("there are connections");
        assert_ratio(&format!("{what}: blocked"), &blocked, REPLICATIONS, lost);
        assert_ratio(&format!("{what}: busy"), &seen.mean, REPLICATIONS, offered * (1.0 - lost));
        let mean = interval(delay.mean, delay.mean_ci);
        assert_ratio(&format!("{what}: delay"), &mean, REPLICATIONS, present / (per_second * (1.0 - lost)));
    }
}

/// Theory: M/M/1, first come first served: the time from connection to acceptance is exponential of mean 1 / (mu - lambda) = 50 s. Last come first
/// served has the same mean and a median of about half. n: 40 times 200 hours of 0.08 messages a second, 2,300,000 in all.
#[test]
fn who_waits_longest_is_served_first() {
    let node = "[nodes.mx1]\nsessions = 1\nbacklog = 100000\nsession_time = { exponential = \"10s\" }\n";
    let results = experiment(1, 0.08, 200.0, &format!("timeouts = {{ greeting = \"10h\" }}\n{node}"));
    let delay = results.delivery.delay.expect("mail was accepted");
    for (what, value, ci, part) in [
        ("median", delay.p50, delay.p50_ci, 0.5),
        ("p95", delay.p95, delay.p95_ci, 0.05),
        ("p99", delay.p99, delay.p99_ci, 0.01),
    ] {
        assert_ratio(what, &interval(value, ci), REPLICATIONS, -libm::log(part) * 50.0);
    }
}

/// Theory: the one session of mx1 is taken for longer than the run, so whoever comes there hangs up after exactly the greeting time-out and goes
/// on to the backup, which takes it at once. n: every message of 20 hours.
#[test]
fn a_sender_waits_for_the_greeting_exactly_as_long_as_it_says() {
    let zone = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 20 backup.example.com.
mx1.example.com. 300 IN A 192.0.2.1\nbackup.example.com. 300 IN A 192.0.2.2\n";
    let results = run(&text(
        "replications = 20\nwindow = \"1h\"\nrun_length = \"1h\"\nwarm_up = \"1h\"",
        zone,
        "[traffic]\nmessages_per_day = 4800\n[[senders]]\npreset = \"randomizing\"\ntimeouts = { greeting = \"77s\" }
[nodes.mx1]\nsessions = 1\nbacklog = 1000\nsession_time = \"100h\"\n",
    ));
    let delay = results.delivery.delay.expect("mail was accepted");
    assert_eq!((delay.mean, delay.p50, delay.p99, delay.max), (77.0, 77.0, 77.0, 77.0));
    let totals = results.delivery.totals;
    assert!(totals.accepted > 3_000 && results.nodes[0].totals.accepted == 0);
    assert_eq!(results.nodes[0].totals.full, 0, "nobody was turned away");
    assert_eq!(results.nodes[1].totals.accepted, totals.accepted);
}
