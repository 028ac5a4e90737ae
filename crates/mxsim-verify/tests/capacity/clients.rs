//! Limits per client: what each outbound host may have of a node, by arithmetic and by Erlang B of each alone.

use crate::REPLICATIONS;
use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::trace::{Happening, TraceOptions, TracedStep, trace};
use mxsim_core::tally::Tally;
use mxsim_core::theory::failure::erlang_b;
use mxsim_core::time::{Span, Time};
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// A sender with one outbound host that tries each message once, and more keys.
fn sender(name: &str, keys: &str) -> String {
    format!(
        "[[senders]]\nname = \"{name}\"\nshare = \"50 %\"\npreset = \"randomizing\"\nsites = 1\nretry = {{ max_attempts = 1 }}\n{keys}\n"
    )
}

/// A day of two senders, `a` and `b`, before nodes as `zone` has them and `node` says of `mx1`.
fn day(zone: &str, keys: &str, node: &str) -> Scenario {
    scenario(&text(
        "warm_up = \"1h\"",
        zone,
        &format!(
            "[traffic]\nmessages_per_day = 2\n{}{}[nodes.mx1]\n{node}\n",
            sender("a", keys),
            sender("b", keys)
        ),
    ))
}

/// What becomes of messages of `a` and `b` that come at these seconds.
fn at_times(mut scenario: Scenario, a: &[f64], b: &[f64]) -> Tally {
    for (name, seconds) in [("a", a), ("b", b)] {
        let times = seconds.iter().map(|&second| Time::ZERO + Span::from_secs_f64(second)).collect();
        scenario.set_arrivals(name, times).expect("there is such a sender");
    }
    replicate(&compile_for(&scenario, MethodChoice::Messages), 1, 0, &|| false).expect("nobody cancels it")
}

/// Messages of each sender that were accepted and that bounced.
fn fates(tally: &Tally) -> [(u64, u64); 2] {
    [0, 1].map(|sender| (tally.senders[sender].totals.accepted, tally.senders[sender].totals.bounced))
}

/// How often each limit of `mx1` turned something away: sessions, connections, messages.
fn over(tally: &Tally) -> (u64, u64, u64) {
    let counts = tally.nodes[0];
    (counts.over_client_sessions, counts.over_connection_rate, counts.over_message_rate)
}

/// Theory: with two sessions of 100 s for each client the third message of `a` within 100 s meets 421, and the next one after 100 s is taken. `b` has two
/// of its own. The node as a whole is never full.
#[test]
fn each_client_has_sessions_of_its_own() {
    let node = "session_time = \"100s\"\nsessions = 10\nsessions_per_client = 2";
    let tally = at_times(day(&equal_hosts(1, 300), "", node), &[0.0, 10.0, 20.0, 30.0, 101.0], &[25.0, 26.0]);
    assert_eq!(fates(&tally), [(3, 2), (2, 0)]);
    assert_eq!((over(&tally), tally.nodes[0].full, tally.nodes[0].deferred), ((2, 0, 0), 0, 2));
    assert_eq!((tally.senders[0].over_limits, tally.senders[1].over_limits), (2, 0));
    assert_eq!((tally.sessions[0].connections, tally.sessions[0].full), (7, 0), "a session was free for all");
}

/// The trace of a message that meets a limit says which, as often as the tally counts it.
#[test]
fn a_trace_says_which_limit_a_connection_is_over() {
    let steps = |node: &str| {
        let mut scenario = day(&equal_hosts(1, 300), "", &format!("session_time = \"100s\"\n{node}"));
        let times = [0, 10, 20].map(|second| Time::ZERO + Span::from_secs(second)).to_vec();
        scenario.set_arrivals("a", times).expect("there is such a sender");
        let messages = trace(&scenario, &TraceOptions::first(3).sender("a")).expect("a trace").messages;
        let why = |step: &TracedStep| match &step.what {
            Happening::OverLimit { why, .. } => Some(why.clone()),
            _ => None,
        };
        messages.iter().map(|message| message.steps.iter().find_map(why)).collect::<Vec<_>>()
    };
    let says = |why: &Option<String>, key: &str| why.as_ref().is_some_and(|why| why.contains(key));
    let sessions = steps("sessions_per_client = 2");
    assert!(sessions[..2] == [None, None] && says(&sessions[2], "sessions_per_client"), "{sessions:?}");
    let rates = steps("rates = { connections = 1, messages = 9, per = \"15s\" }");
    assert!(rates[0].is_none() && says(&rates[1], "rates.connections") && rates[2].is_none(), "{rates:?}");
}

/// Theory: a client is an address. One outbound host has an IPv4 and an IPv6 address, so it may have a session from each: the second message finds the
/// other one after 421, if it does not choose it at once; the third finds neither.
#[test]
fn the_address_families_of_a_client_are_counted_apart() {
    let zone = format!("{}mx1.example.com. 300 IN AAAA 2001:db8::1\n", equal_hosts(1, 300));
    let node = "session_time = \"100s\"\nsessions_per_client = 1";
    let tally = at_times(day(&zone, "ipv6 = true", node), &[0.0, 10.0, 20.0], &[]);
    assert_eq!(fates(&tally)[0], (2, 1));
    assert!((2..=3).contains(&over(&tally).0), "{:?}", over(&tally));
}

/// Theory: a client that waits in the backlog has no session yet. Of two connections of `a` that wait while `b` has the only session the first is
/// taken and the second meets 421 if it is served while the first is still there: with two sessions, both of `b`, that end at once.
#[test]
fn a_connection_is_counted_when_it_is_served() {
    let node = "session_time = \"100s\"\nsessions = 2\nbacklog = 10\nsessions_per_client = 2";
    let tally = at_times(day(&equal_hosts(1, 300), "", node), &[10.0, 11.0, 12.0], &[0.0, 1.0]);
    // Served at 100, 101 and 200 s, by when the first two are over: the limit is never met.
    assert_eq!((fates(&tally), over(&tally)), ([(3, 0), (2, 0)], (0, 0, 0)));
    let node = node.replace("per_client = 2", "per_client = 1");
    let tally = at_times(day(&equal_hosts(1, 300), "", &node), &[0.5, 11.0, 12.0], &[0.0]);
    // The two that wait for a session are served at 100 s, while `a` has one until 100.5 s; 421, one after the other.
    assert_eq!((fates(&tally), over(&tally)), ([(1, 2), (1, 0)], (2, 0, 0)));
}

/// Theory: three connections in a window of 60 s. It begins with the first connection, and the next one with the first that comes more than 60 s later
/// (anvil.c: `start + var_anvil_time_unit < now`), so 3, 30 and 60 s are beyond it and 60.5 s begins another, with 61 s in it.
#[test]
fn connections_beyond_the_rate_meet_421() {
    let node = "rates = { connections = 3 }";
    let times = [0.0, 1.0, 2.0, 3.0, 30.0, 60.0, 60.5, 61.0, 62.0, 63.0];
    let tally = at_times(day(&equal_hosts(1, 300), "", node), &times[..8], &[1.5, 2.5, 3.5]);
    assert_eq!(fates(&tally), [(5, 3), (3, 0)]);
    assert_eq!((over(&tally), tally.nodes[0].deferred), ((0, 3, 0), 3));
    let [short, long] = ["10s", "2m"].map(|per| node.replace('3', &format!("3, per = \"{per}\"")));
    let each = |node: &str| over(&at_times(day(&equal_hosts(1, 300), "", node), &times, &[])).1;
    // Windows of 10 s begin at 0, 30 and 60 s; the last has 60, 60.5 and 61, and 62 and 63 are beyond it. One of 2 min has three of the ten.
    assert_eq!((each(&short), each(&long)), (1 + 2, 7));
}

/// Theory: two messages in a window. The third and fourth of the one connection of `a` are deferred at MAIL, and the connection goes on: the fifth, in the
/// next window, goes down it. Messages that are turned away count, too, and connections are of another count.
#[test]
fn messages_beyond_the_rate_are_deferred_in_their_session() {
    let keys =
        "reuse = { connections = \"always\", idle = \"5m\", messages = \"unlimited\", age = \"unlimited\" }";
    let node = "session_time = \"1s\"\nrates = { connections = 1, messages = 2 }";
    let times = [0.0, 10.0, 20.0, 30.0, 61.0];
    let tally = at_times(day(&equal_hosts(1, 300), keys, node), &times, &[]);
    assert_eq!((fates(&tally)[0], over(&tally)), ((3, 2), (0, 0, 2)));
    assert_eq!((tally.nodes[0].connections_tried, tally.sessions[0].connections), (1, 1));
}

/// Theory: `b` sends a message a second for 610 s, `a` one a minute. With 20 messages in 60 s a window of `b` has 61 of its messages, at 0, 1, ..., 60 s,
/// and 20 of those are taken; ten windows. `a` never meets the limit.
#[test]
fn a_limit_defers_the_largest_sender_alone() {
    let every = |step: usize| -> Vec<f64> { (0..610).step_by(step).map(|second| second as f64).collect() };
    let tally = at_times(day(&equal_hosts(1, 300), "", "rates = { messages = 20 }"), &every(60), &every(1));
    assert_eq!(fates(&tally), [(11, 0), (200, 410)]);
    assert_eq!(
        (over(&tally), tally.senders[0].over_limits, tally.senders[1].over_limits),
        ((0, 0, 410), 0, 410)
    );
}

/// Theory: what meets 421 comes again. Two of `a` beyond the rate come back after two minutes, to the microsecond, in a window of their own.
#[test]
fn what_is_turned_away_comes_again() {
    let wait = "{ wait = { gaps = { list = [\"2m\"], then = \"repeat-last\" } }, queue_run = \"none\", lifetime = \"1d\" }";
    let scenario = scenario(&text(
        "warm_up = \"1h\"",
        &equal_hosts(1, 300),
        &format!(
            "[traffic]\nmessages_per_day = 2\n{}[nodes.mx1]\nrates = {{ connections = 3 }}\n",
            sender("a", "").replace("50 %", "100 %").replace("{ max_attempts = 1 }", wait)
        ),
    ));
    let mut given = scenario;
    let times = [0, 1, 2, 3, 30].map(|second| Time::ZERO + Span::from_secs(second));
    given.set_arrivals("a", times.to_vec()).expect("there is such a sender");
    let tally =
        replicate(&compile_for(&given, MethodChoice::Fastest), 1, 0, &|| false).expect("nobody cancels it");
    let delays: Vec<(u64, i64)> =
        tally.delays.buckets().map(|bucket| (bucket.count, bucket.max_us)).collect();
    assert_eq!(delays, [(3, 0), (2, 120_000_000)]);
    assert_eq!((tally.totals.retries, over(&tally)), (2, (0, 2, 0)));
}

/// Theory: a node with any number of sessions and c for each client is a node with c sessions for each of 40 equal clients, and each loses what Erlang B
/// says for a fortieth of the traffic. n: 40 times 20,000 messages. Whatever a fast method could do, each message is simulated.
#[test]
fn each_client_loses_what_erlang_says() {
    let (clients, per_second) = (40.0, 4.0);
    for (most, offered) in [(1, 0.5), (3, 2.0)] {
        let session = offered * clients / per_second;
        let scenario = text(
            &format!("replications = {REPLICATIONS}\nwindow = \"84m\"\nrun_length = \"84m\"\nwarm_up = \"1h\""),
            &equal_hosts(1, 86_400),
            &format!(
                "[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = {clients}\nsizes = \"equal\"
retry = {{ max_attempts = 1 }}\n[nodes.mx1]\nsessions_per_client = {most}\nsession_time = {{ exponential = \"{session}s\" }}\n",
                per_second * 86_400.0
            ),
        );
        let results = run(&scenario);
        let lost = results.delivery.bounced_share.expect("messages");
        assert_ratio(&format!("{most} for each"), &lost, REPLICATIONS, erlang_b(most, offered));
        let counts = results.nodes[0].totals;
        assert_eq!((counts.over_client_sessions, counts.full), (counts.deferred, 0));
        assert_eq!(results.senders[0].over_limits, counts.over_client_sessions);
    }
}

/// Theory: messages of a client that is limited depend on each other, so they are simulated one by one; without a limit they need not be.
#[test]
fn a_limit_is_for_single_messages() {
    let methods = |node: &str| {
        let limited = text(
            "",
            &equal_hosts(2, 300),
            &format!("[traffic]\nmessages_per_day = 100000\n[[senders]]\npreset = \"randomizing\"\n{node}"),
        );
        compile_for(&scenario(&limited), MethodChoice::Fastest).labels.methods[0].method.clone()
    };
    assert_eq!(methods(""), "counts");
    assert_eq!(methods("[nodes.mx2]\nrates = { messages = 1_000_000 }\n"), "messages");
    assert_eq!(methods("[nodes.mx2]\nsessions_per_client = 1_000\nsession_time = \"1s\"\n"), "messages");
}
