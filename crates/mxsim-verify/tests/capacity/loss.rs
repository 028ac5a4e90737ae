//! Oracle 5: blocked calls cleared (Erlang B, for any law of session times), and any number of sessions (Poisson).

use crate::{REPLICATIONS, experiment, near_mean};
use mxsim_core::engine::{compile, replicate};
use mxsim_core::theory::failure::erlang_b;
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::experiment::{equal_hosts, scenario, text};

/// Mean session time \[s\].
const SESSION: f64 = 10.0;

const LAWS: [&str; 3] =
    ["\"10s\"", "{ exponential = \"10s\" }", "{ lognormal = { mean = \"10s\", sigma = 1.0 } }"];

/// Theory: Erlang B, whatever the law of session times; the mean number of sessions is what is offered and not blocked. A message that meets a
/// full node bounces, so bounced messages and full nodes are the same thing.
/// n: 600,000 messages (4,000,000 where 1 in 10,000 is blocked) for each law. A blocking of 0.5 is known to 0.001, and sessions that are 2 % shorter
/// move it by 0.005.
#[test]
fn a_full_node_blocks_as_erlang_says() {
    for (sessions, offered, messages) in
        [(1, 1.0, 6e5), (2, 0.3, 6e5), (5, 2.5, 6e5), (20, 18.0, 6e5), (100, 95.0, 6e5), (10, 2.6, 4e6)]
    {
        let theory = erlang_b(sessions, offered);
        assert!((1e-4..=0.5).contains(&theory), "{theory} is out of the range this is about");
        for law in LAWS {
            let per_second = offered / SESSION;
            let hours = messages / REPLICATIONS as f64 / per_second / 3_600.0;
            let what = format!("{sessions} sessions of {law}, {offered} offered");
            let node = format!("[nodes.mx1]\nsessions = {sessions}\nsession_time = {law}\n");
            let results =
                experiment(1, per_second, hours, &format!("retry = {{ max_attempts = 1 }}\n{node}"));
            let (totals, first) = (results.delivery.totals, &results.nodes[0]);
            let seen = first.sessions.expect("sessions take time");
            let blocked = seen.blocked.expect("there are connections");
            assert_ratio(&format!("{what}: blocked"), &blocked, REPLICATIONS, theory);
            assert_ratio(&format!("{what}: busy"), &seen.mean, REPLICATIONS, offered * (1.0 - theory));
            assert_eq!(
                (totals.bounced, totals.connections_tried),
                (first.totals.full, totals.messages),
                "{what}"
            );
            assert!(first.peak_sessions.expect("sessions take time").p95 <= f64::from(sessions), "{what}");
        }
    }
}

/// Theory: without a limit the number of sessions is Poisson of mean a = lambda E\[S\] for any law; a window of w seconds sees none at all with
/// the chance exp(-a - lambda w): none at its start and no arrival. a = 1, w = 60 s.
/// n: 40 replications of 2,880 windows; the part of empty windows, 0.111, is known to 0.002.
#[test]
fn without_a_limit_sessions_are_poisson() {
    let (per_second, mean, window, replications) = (0.02, 50.0, 60.0, 40u32);
    let theory = libm::exp(-per_second * (mean + window));
    for law in LAWS.map(|law| law.replace("10s", "50s")) {
        let scenario = scenario(&text(
            "window = \"1m\"\nrun_length = \"2d\"\nwarm_up = \"1h\"",
            &equal_hosts(1, 86_400),
            &format!(
                "[traffic]\nmessages_per_day = {}\n[[senders]]\npreset = \"randomizing\"\n[nodes.mx1]\nsession_time = {law}\n",
                per_second * 86_400.0
            ),
        ));
        let world = compile(&scenario);
        let (mut busy, mut empty) = (vec![], vec![]);
        for r in 0..replications {
            let tally = replicate(&world, 77, r.into(), &|| false).expect("nobody cancels it");
            busy.push(tally.sessions[0].occupied_us as f64 / 1e6 / 172_800.0);
            let none = tally.windows.iter().filter(|window| window.peak_sessions[0] == 0).count();
            empty.push(none as f64 / tally.windows.len() as f64);
        }
        near_mean(&format!("{law}: mean"), &busy, per_second * mean);
        near_mean(&format!("{law}: empty windows"), &empty, theory);
    }
}
