//! Nodes that take longer: a slow one, and one that holds its greeting back.

use crate::{ONCE, REPLICATIONS, at_seconds, experiment};
use mxsim_core::study::trace::{Happening, TraceOptions, trace};
use mxsim_core::tally::Tally;
use mxsim_core::theory::failure::erlang_b;
use mxsim_core::time::{Span, Time};
use mxsim_verify::agree::{assert_near, assert_ratio};
use mxsim_verify::experiment::{equal_hosts, scenario, text};

/// An hour of trouble of `mx1` at the beginning of the run.
fn hour(fault: &str) -> String {
    format!("[[events]]\nat = \"0s\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = {fault}\n")
}

/// What becomes of messages of one outbound host that come at these seconds, each tried once.
fn at_times(keys: &str, node: &str, events: &str, seconds: &[i64]) -> Tally {
    at_seconds(&format!("{ONCE}\n{keys}"), &format!("[nodes.mx1]\n{node}\n{events}"), seconds.iter().copied())
}

/// Delays of accepted messages in seconds, with how many have each.
fn delays(tally: &Tally) -> Vec<(i64, u64)> {
    tally.delays.buckets().map(|bucket| (bucket.max_us / 1_000_000, bucket.count)).collect()
}

/// Theory: 10 s at a factor of 6 are 60 s for a message that begins within the hour, also if it ends after it; 10 s for those before and after. Of two
/// faults the slowest counts.
#[test]
fn a_slow_node_takes_so_many_times_as_long() {
    let slow = hour("\"slow\"\nfactor = 6");
    let node = "session_time = \"10s\"";
    assert_eq!(delays(&at_times("", node, &slow, &[0, 1_000, 3_599, 3_600])), [(10, 1), (60, 3)]);
    let twice = format!("{slow}{}", hour("\"slow\"\nfactor = 2.5"));
    assert_eq!(delays(&at_times("", node, &twice, &[0, 3_600])), [(10, 1), (60, 1)]);
    let short = slow.replace("1h", "30s");
    assert_eq!(delays(&at_times("", node, &short, &[0, 29, 30, 31])), [(10, 2), (60, 2)]);
}

/// Theory: with 4 sessions of 10 s mean and 0.2 messages a second a node that is twice as slow all the time loses what Erlang B says of a load of 4, and
/// holds 4 (1 - B) sessions. n: 400,000 messages.
#[test]
fn a_slow_node_turns_away_what_erlang_says_of_its_load() {
    let node =
        "retry = { max_attempts = 1 }\n[nodes.mx1]\nsessions = 4\nsession_time = { exponential = \"10s\" }\n";
    let hours = 4e5 / REPLICATIONS as f64 / 0.2 / 3_600.0;
    let events = "[[events]]\nat = \"0s\"\nfor = \"30d\"\nnode = \"mx1\"\nfault = \"slow\"\nfactor = 2\n";
    let results = experiment(1, 0.2, hours, &format!("{node}{events}"));
    let blocked = erlang_b(4, 4.0);
    let n = results.delivery.totals.messages as f64;
    // Blocked messages come in bunches: their variance is below that of independent ones times the mean number in a bunch, 4 here.
    let error = 4.9 * (4.0 * blocked * (1.0 - blocked) / n).sqrt();
    assert_near("blocked", results.delivery.totals.bounced as f64 / n, error, blocked);
    let held = results.nodes[0].sessions.expect("sessions take time").mean;
    assert_ratio("sessions", &held, REPLICATIONS, 4.0 * (1.0 - blocked));
}

/// Theory: 20 s before the greeting and 10 s after it. The second message down the same connection meets no greeting. Who waits 15 s for a greeting gets
/// none; two tarpits are as long as the longer of them.
#[test]
fn a_tarpit_holds_its_greeting_back() {
    let tarpit = hour("\"tarpit\"\ndelay = \"20s\"");
    let node = "session_time = \"10s\"";
    assert_eq!(delays(&at_times("", node, &tarpit, &[0, 1_000, 3_599, 3_600])), [(10, 1), (30, 3)]);
    let longer = format!("{tarpit}{}", hour("\"tarpit\"\ndelay = \"50s\""));
    assert_eq!(delays(&at_times("", node, &longer, &[0])), [(60, 1)]);
    let keeps = "concurrency = 1\nreuse = { connections = \"always\", idle = \"5m\", messages = \"unlimited\", age = \"unlimited\" }";
    assert_eq!(delays(&at_times(keeps, node, &tarpit, &[0, 100, 200])), [(10, 2), (30, 1)]);
    let tally = at_times("timeouts = { greeting = \"15s\" }", node, &tarpit, &[0, 1_000, 3_600]);
    assert_eq!((tally.totals.accepted, tally.totals.bounced), (1, 2));
    assert_eq!(tally.windows[0].peak_sessions[0], 1, "nobody who is not greeted has a session");
}

/// The trace says for how long the greeting is held back, and nothing of a node that greets at once.
#[test]
fn a_trace_says_that_a_greeting_is_held_back() {
    let events = hour("\"tarpit\"\ndelay = \"20s\"");
    let rest = format!("[[senders]]\npreset = \"postfix\"\n{events}");
    let scenario = scenario(&text("warm_up = \"0s\"", &equal_hosts(1, 300), &rest));
    let held = |at: i64| {
        let options = TraceOptions::first(20).at(Time::ZERO + Span::from_secs(at));
        let messages = trace(&scenario, &options).expect("a trace").messages;
        let steps = messages.iter().flat_map(|message| &message.steps);
        let delays = steps.filter_map(|step| match step.what {
            Happening::GreetingHeldBack { delay_s, .. } => Some(delay_s),
            _ => None,
        });
        delays.collect::<Vec<f64>>()
    };
    let during = held(60);
    assert!(!during.is_empty() && during.iter().all(|delay| *delay == 20.0), "{during:?}");
    assert_eq!(held(7_200), Vec::<f64>::new());
}

/// Theory: where sessions take no time otherwise, they take as long as the greeting is held back: 0.1 a second for 20 s are 2 sessions (Little), and
/// every message is 20 s late. Mail that goes to the other of two nodes is not late. n: 200,000 messages.
#[test]
fn a_tarpit_gives_sessions_a_time() {
    let hours = 2e5 / REPLICATIONS as f64 / 0.2 / 3_600.0;
    let events =
        "[[events]]\nat = \"-1h\"\nfor = \"30d\"\nnode = \"mx1\"\nfault = \"tarpit\"\ndelay = \"20s\"\n"
            .replace("-1h", "0s");
    let results = experiment(2, 0.2, hours, &events);
    let held = results.nodes[0].sessions.expect("sessions take time").mean;
    assert_ratio("sessions", &held, REPLICATIONS, 2.0);
    let delay = results.delivery.delay.expect("mail was accepted");
    assert_ratio("delay", &crate::interval(delay.mean, delay.mean_ci), REPLICATIONS, 10.0);
}

/// Theory: of 0.2 messages a second half go to one node first, which defers half of those at the recipient, 1 s after they came; the other node takes them. So the
/// first holds 0.05 x 1 + 0.05 x 20 sessions, and 0.1 x 20 without `refusal_time`. n: 200,000 messages.
#[test]
fn who_is_turned_away_at_the_recipient_holds_a_session_for_less() {
    let held = |refusal: &str| {
        let hours = 2e5 / REPLICATIONS as f64 / 0.2 / 3_600.0;
        let events = "[[events]]\nat = \"0s\"\nfor = \"30d\"\nnode = \"mx1\"\nfault = \"defer\"\nstage = \"recipient\"\nshare = \"50 %\"\n";
        let node = format!("[nodes.\"*\"]\nsession_time = \"20s\"\n{refusal}");
        experiment(2, 0.2, hours, &format!("{node}{events}")).nodes[0]
            .sessions
            .expect("sessions take time")
            .mean
    };
    assert_ratio("1 s", &held("refusal_time = \"1s\"\n"), REPLICATIONS, 0.05 * 1.0 + 0.05 * 20.0);
    assert_ratio("as long", &held(""), REPLICATIONS, 0.1 * 20.0);
}

/// Theory: who waits 30 s for the greeting of a tarpit of 60 s has a session for 30 s and no message in it: 0.25 a second offer a load of 7.5 to five sessions,
/// of which Erlang B finds all taken for 45 %. The others hold the rest, 7.5 (1 - B). n: 100,000 connections.
#[test]
fn who_waits_in_vain_for_a_greeting_has_a_session_meanwhile() {
    let rest = "timeouts = { greeting = \"30s\" }\nretry = { max_attempts = 1 }\n[nodes.mx1]\nsession_time = \"1s\"\nsessions = 5\n";
    let tarpit =
        "[[events]]\nat = \"0s\"\nfor = \"30d\"\nnode = \"mx1\"\nfault = \"tarpit\"\ndelay = \"60s\"\n";
    let hours = 1e5 / REPLICATIONS as f64 / 0.25 / 3_600.0;
    let results = experiment(1, 0.25, hours, &format!("{rest}{tarpit}"));
    let (node, blocked) = (&results.nodes[0], erlang_b(5, 7.5));
    let tried = node.totals.connections_tried as f64;
    let error = 4.9 * (5.0 * blocked * (1.0 - blocked) / tried).sqrt();
    assert_near("full", node.totals.full as f64 / tried, error, blocked);
    let held = node.sessions.expect("sessions take time").mean;
    assert_ratio("sessions", &held, REPLICATIONS, 7.5 * (1.0 - blocked));
    assert_eq!(results.delivery.totals.accepted, 0);
}

/// Theory: of a patience of 30 s those 20 s are gone that a connection has waited in the backlog, so a greeting held back for 15 s comes too late, and one for 5 s
/// does not: 20 s, 5 s and 20 s for the message. The session that it waits in is free again after 30 s, for the next one.
#[test]
fn the_backlog_and_a_tarpit_are_one_wait() {
    let node = "session_time = \"20s\"\nsessions = 1\nbacklog = 10";
    let tarpit = |delay: &str| {
        format!(
            "[[events]]\nat = \"5s\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = \"tarpit\"\ndelay = \"{delay}\"\n"
        )
    };
    let waits = "timeouts = { greeting = \"30s\" }";
    let short = at_times(waits, node, &tarpit("5s"), &[0, 1]);
    assert_eq!(delays(&short), [(20, 1), (44, 1)]);
    let long = at_times(waits, node, &tarpit("15s"), &[0, 1, 29]);
    // The one of 1 s gives up at 31 s; the one of 29 s is greeted 15 s after that, at 46 s, and done at 66 s.
    assert_eq!((delays(&long), long.totals.bounced), (vec![(20, 1), (37, 1)], 1));
}
