//! A full node that drops SYNs: it costs a sender what its kernel's schedule says, to the microsecond.

use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::tally::Tally;
use mxsim_core::time::{Span, Time};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// Seconds after the first SYN at which Linux repeats it: each second up to the fifth, then at twice the gap each time; before 6.5 at twice the gap
/// from the first one on (tcp(7), `tcp_syn_linear_timeouts`).
const LINUX: [f64; 10] = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 11.0, 19.0, 35.0, 67.0];
const LINUX_BEFORE_6_5: [f64; 6] = [1.0, 3.0, 7.0, 15.0, 31.0, 63.0];

/// How long a message holds the only session.
const SESSION: f64 = 100.0;

/// Two messages to a node with one session and room for `backlog`: the second comes `before` seconds before the first is over.
fn two_messages(before: f64, timeouts: &str, backlog: &str) -> Tally {
    let text = text(
        "warm_up = \"1h\"",
        &equal_hosts(1, 300),
        &format!(
            "[traffic]\nmessages_per_day = 2\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1
retry = {{ max_attempts = 1 }}\ntimeouts = {{ {timeouts} }}
[nodes.mx1]\nsessions = 1\nsession_time = \"{SESSION}s\"\nwhen_full = \"drop\"\n{backlog}\n"
        ),
    );
    let mut scenario = scenario(&text);
    let at = |seconds| Time::ZERO + Span::from_secs_f64(seconds);
    let times = vec![at(60.0), at(60.0 + SESSION - before)];
    scenario.set_arrivals("all", times).expect("there is such a sender");
    let world = compile_for(&scenario, MethodChoice::Messages);
    replicate(&world, 1, 0, &|| false).expect("nobody cancels it")
}

/// The delay of the slowest accepted message \[s\].
fn longest(tally: &Tally) -> f64 {
    tally.delays.buckets().last().map_or(0.0, |bucket| Span(bucket.max_us).as_secs_f64())
}

/// Theory: the session is free `t` seconds after the second connection begins, so it gets in with its first SYN at or after `t`, and is over one session
/// later. A node that is free at the very moment takes it.
#[test]
fn the_first_syn_that_finds_room_gets_in() {
    let kernels = [
        ("connect = \"kernel\", kernel = \"linux\"", &LINUX[..]),
        ("connect = \"kernel\", kernel = \"linux-before-6.5\"", &LINUX_BEFORE_6_5[..]),
    ];
    for (timeouts, schedule) in kernels {
        for before in [0.000_001, 0.5, 1.0, 1.000_001, 2.5, 5.0, 6.0, 7.5, 12.0, 30.0, 50.0] {
            let tally = two_messages(before, timeouts, "");
            let syn = schedule.iter().find(|&&syn| syn >= before).expect("it is long enough");
            assert_eq!(longest(&tally), SESSION + syn, "{timeouts}: {before} s before");
            assert_eq!((tally.totals.accepted, tally.nodes[0].full, tally.nodes[0].deferred), (2, 0, 0));
            assert_eq!((tally.sessions[0].connections, tally.sessions[0].full), (2, 0));
        }
    }
}

/// Theory: with a connect time-out of 10 s the SYNs of Linux up to 7 s count; a session that is free later than that is too late, and the connection is one
/// that was turned away. With room in the backlog nothing is dropped at all.
#[test]
fn a_syn_after_the_time_out_is_none() {
    for (before, is_late) in [(6.9, false), (7.1, true), (11.0, true), (50.0, true)] {
        let tally = two_messages(before, "connect = \"10s\"", "");
        let turned_away = u64::from(is_late);
        assert_eq!(tally.totals.bounced, turned_away, "{before} s before");
        assert_eq!((tally.nodes[0].full, tally.sessions[0].full), (turned_away, turned_away));
        assert_eq!((tally.nodes[0].connections_tried, tally.sessions[0].connections), (2, 2));
        let waiting = two_messages(before, "connect = \"10s\"", "backlog = 1");
        assert_eq!((longest(&waiting), waiting.nodes[0].full), (SESSION + before, 0), "{before} s before");
    }
}

/// Theory: the one session of mx1 is taken for longer than the run, so whoever comes there finds out after the shorter of its own connect time-out and
/// that of its kernel, and goes on to the backup, which takes it at once. A reset costs nothing. n: every message of 20 hours.
#[test]
fn a_node_that_stays_full_costs_the_connect_time_out() {
    let zone = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 20 backup.example.com.
mx1.example.com. 300 IN A 192.0.2.1\nbackup.example.com. 300 IN A 192.0.2.2\n";
    for (timeouts, when_full, cost) in [
        ("connect = \"30s\"", "drop", 30.0),
        ("connect = \"35s\"", "drop", 35.0),
        ("connect = \"5m\"", "drop", 133.0),
        ("connect = \"5m\", kernel = \"linux-before-6.5\"", "drop", 127.0),
        ("connect = \"30s\"", "refuse", 0.0),
    ] {
        let results = run(&text(
            "replications = 20\nwindow = \"1h\"\nrun_length = \"1h\"\nwarm_up = \"1h\"",
            zone,
            &format!(
                "[traffic]\nmessages_per_day = 4800\n[[senders]]\npreset = \"randomizing\"\ntimeouts = {{ {timeouts} }}
[nodes.mx1]\nsessions = 1\nsession_time = \"100h\"\nwhen_full = \"{when_full}\"\n"
            ),
        ));
        let delay = results.delivery.delay.expect("mail was accepted");
        let what = format!("{when_full}, {timeouts}");
        assert_eq!((delay.mean, delay.p50, delay.p99, delay.max), (cost, cost, cost, cost), "{what}");
        let (totals, mx1) = (results.delivery.totals, results.nodes[0].totals);
        assert!(totals.accepted > 3_000 && mx1.accepted == 0, "{what}");
        assert_eq!(results.nodes[1].totals.accepted, totals.accepted, "{what}");
        // Whoever comes within the time-out before the end has not found out yet.
        assert!(mx1.full == totals.accepted && mx1.full <= mx1.connections_tried, "{what}");
    }
}
