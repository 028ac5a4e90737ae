//! Connections that are kept: what ends them, and who gets more mail because of them.

use crate::{REPLICATIONS, experiment};
use mxsim_core::engine::{compile, replicate};
use mxsim_core::results::{NodeResult, Results};
use mxsim_core::tally::Tally;
use mxsim_verify::agree::{assert_mean, assert_near, assert_ratio};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

const FAST_AND_SLOW: &str = "[nodes.mx1]\nsession_time = \"500ms\"\n[nodes.mx2]\nsession_time = \"2s\"\n";

fn messages_per_connection(node: &NodeResult) -> f64 {
    let sessions = node.sessions.expect("sessions take time");
    sessions.messages_per_connection.expect("some delivered").value
}

fn busy(results: &Results) -> f64 {
    results.nodes.iter().map(|node| node.sessions.expect("sessions take time").mean.value).sum()
}

/// More mail than twenty connections can carry, at most 40 messages a second: each is always at work from its beginning in the first second on, and
/// one that ends is followed by another at once. Without a warm-up, because mail that queued in it would be served first and not be counted.
fn saturated(replications: u64, minutes: u32, reuse: &str) -> Results {
    run(&text(
        &format!("replications = {replications}\nwindow = \"{minutes}m\"\nrun_length = \"{minutes}m\"\nwarm_up = \"0s\""),
        &equal_hosts(2, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = 4_320_000\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1\nconcurrency = 20
reuse = {{ connections = \"always\", idle = \"5m\", {reuse} }}\n{FAST_AND_SLOW}"
        ),
    ))
}

/// The mean of 4 K / (4 K + n - K), K binomial (n, 1/2): the share of a node four times as fast with K of n connections that live equally long.
fn share_by_pace(n: u32) -> f64 {
    let (n, mut chance, mut mean) = (f64::from(n), libm::exp2(-f64::from(n)), 0.0);
    let mut k = 0.0;
    while k <= n {
        mean += chance * 4.0 * k / (3.0 * k + n);
        chance *= (n - k) / (k + 1.0);
        k += 1.0;
    }
    mean
}

/// Theory: connections that live equally *long* carry mail in proportion to the pace of their node, 4 : 1. With an age of 60 s a connection ends
/// with its 120th message at the fast node (60 / 0.5) and with its 30th at the slow one (60 / 2), exactly. Twenty are open at all times but the first
/// half second. n: 40 times 100 connections in five minutes.
#[test]
fn the_faster_node_gets_more_of_connections_of_one_age() {
    let results = saturated(REPLICATIONS, 5, "age = \"60s\"");
    assert_mean("share of the fast node", &results.nodes[0].share, REPLICATIONS, share_by_pace(100));
    let each = [0, 1].map(|node| messages_per_connection(&results.nodes[node]));
    assert_eq!(each, [120.0, 30.0]);
    assert_near("connections", busy(&results), 0.05, 20.0);
}

/// Theory: connections that carry equally *many* messages give both nodes the same mail, however slow one is; it only has more sessions. Each has
/// exactly 25 messages. n: 40 times about 2,300 connections of 25 messages in an hour; the first and the last of each, cut off by the edges of the hour,
/// move the share by 0.0013, a seventh of what is allowed.
#[test]
fn connections_of_equally_many_messages_do_not_care() {
    let results = saturated(REPLICATIONS, 60, "messages = 25");
    assert_mean("share of the fast node", &results.nodes[0].share, REPLICATIONS, 0.5);
    assert_eq!(messages_per_connection(&results.nodes[0]), 25.0);
    assert_eq!(messages_per_connection(&results.nodes[1]), 25.0);
    assert_near("connections", busy(&results), 0.05, 20.0);
}

/// Theory: connections that never end are as many at each node as were drawn at first, K of binomial (20, 1/2), and the fast node's share is
/// 4 K / (4 K + 20 - K) for good. n: 200 replications; the mean share, 0.790, is known to 0.006.
#[test]
fn connections_for_good_keep_the_luck_of_their_first_draw() {
    let results = saturated(200, 5, "messages = \"unlimited\", age = \"unlimited\"");
    assert_mean("share of the fast node", &results.nodes[0].share, 200, share_by_pace(20));
    assert_near("connections", busy(&results), 0.05, 20.0);
}

/// Theory: one connection at a time. Once its queue runs empty the next message comes after an exponential time, so it is closed with the chance
/// exp(-lambda idle); until then it carries one busy period of the M/D/1 queue after the other, 1 / (1 - rho) messages each. With lambda = 0.1 / s,
/// idle = 10 s and 1 s each: e / 0.9 = 3.02. While it is idle it holds its session.
/// n: 400,000 messages.
#[test]
fn an_idle_connection_is_closed_after_its_idle_time() {
    let (rate, idle, session) = (0.1, 10.0, 1.0);
    let reuse = "concurrency = 1\nreuse = { connections = \"always\", idle = \"10s\", messages = \"unlimited\", age = \"unlimited\" }\n";
    let results = experiment(1, rate, 28.0, &format!("{reuse}[nodes.mx1]\nsession_time = \"1s\"\n"));
    let closed = libm::exp(-rate * idle);
    let sessions = results.nodes[0].sessions.expect("sessions take time");
    let each = sessions.messages_per_connection.expect("some delivered");
    assert_ratio("messages per connection", &each, REPLICATIONS, 1.0 / closed / (1.0 - rate * session));
    // Of the time without work, 1 - rho, an idle connection is there for E[min(X, idle)] of E[X], X exponential.
    let held = rate * session + (1.0 - rate * session) * (1.0 - closed);
    assert_ratio("sessions held", &sessions.mean, REPLICATIONS, held);
}

/// Theory: who keeps none under TLS has one message per connection at a node that offers it, and more at one that does not.
#[test]
fn tls_ends_the_connections_of_some_senders() {
    let reuse = "reuse = { connections = \"always\", idle = \"1m\", messages = \"unlimited\", age = \"unlimited\", tls = false }\n";
    let nodes = "[nodes.\"*\"]\nsession_time = \"1s\"\n[nodes.mx2]\ntls = false\n";
    let results = experiment(2, 1.0, 1.0, &format!("{reuse}{nodes}"));
    assert_eq!(messages_per_connection(&results.nodes[0]), 1.0);
    assert!(messages_per_connection(&results.nodes[1]) > 10.0);
}

/// Theory: a connection takes `initial` at first and one more with each delivery up to `most`, never more; under load it gets there.
#[test]
fn connections_in_parallel_stay_within_their_limit() {
    let results = experiment(
        1,
        2.0,
        1.0,
        "concurrency = { initial = 2, most = 5 }\n[nodes.mx1]\nsession_time = \"3s\"\n",
    );
    let peak = results.nodes[0].peak_sessions.expect("sessions take time");
    assert_eq!((peak.p05, peak.p95), (5.0, 5.0));
    assert_near("connections", busy(&results), 1e-6, 5.0);
}

/// One day whose mail comes in the first hour, while both nodes refuse.
fn after_the_outage(sender: &str) -> Vec<Tally> {
    let world = compile(&scenario(&text(
        "warm_up = \"1h\"",
        &equal_hosts(2, 300),
        &format!(
            "[traffic]\nmessages_per_day = 300\nprofile = [1{}]\n[[senders]]\npreset = \"randomizing\"\nsites = 1\n{sender}
[[events]]\nat = \"00:00\"\nfor = \"90m\"\nnode = [\"mx1\", \"mx2\"]\nfault = \"refuse\"\n",
            ", 0".repeat(23)
        ),
    )));
    (0..20).map(|r| replicate(&world, 3, r, &|| false).expect("nobody cancels it")).collect()
}

/// Theory: after an outage the deferred mail of one outbound host goes down one connection, so one node gets all of it; without reuse each
/// message is a draw of its own, and of some 300 not one node gets all. n: 20 days of 300 messages.
#[test]
fn the_backlog_of_an_outage_goes_down_one_connection() {
    let gap =
        "retry = { wait = { gaps = { list = [\"2h\"], then = \"repeat-last\" } }, lifetime = \"5d\" }\n";
    let runs = "retry = { wait = \"every-queue-run\", queue_run = \"30m\", lifetime = \"5d\" }\n";
    let kept = |kind: &str| format!("reuse = {{ connections = \"{kind}\", idle = \"1s\" }}\n");
    for (sender, to_one) in
        [(kept("batch") + gap, true), (kept("queue-run") + runs, true), (gap.to_string(), false)]
    {
        for tally in after_the_outage(&sender) {
            let accepted = [tally.nodes[0].accepted, tally.nodes[1].accepted];
            assert_eq!(accepted[0] + accepted[1], tally.totals.messages, "{sender}: all is delivered");
            assert_eq!(accepted.contains(&0), to_one, "{sender}: {accepted:?}");
        }
    }
}

/// Theory: three failures in a row make the domain dead for five minutes, and a success clears them. The node refuses for one minute, so only the
/// mail of about six minutes of six hours is deferred, once or twice: far below a twentieth. If deliveries over a kept connection were not
/// successes the domain would be dead again and again. n: 40 times 4,300 messages.
#[test]
fn deliveries_over_kept_connections_are_successes() {
    let sender = "reuse = { connections = \"always\", idle = \"1m\", messages = \"unlimited\", age = \"unlimited\" }
memory = { domain = { failures = 3, hold = \"5m\" } }
[nodes.mx1]\nsession_time = \"1s\"\n[[events]]\nat = \"00:30\"\nfor = \"1m\"\nnode = \"mx1\"\nfault = \"refuse\"\n";
    let totals = experiment(1, 0.2, 6.0, sender).delivery.totals;
    assert!(totals.retries > 0 && totals.retries * 20 < totals.messages, "{totals:?}");
}

/// Theory: a message has one fate. One that a delivery fetched before its time (Exim's wait- database) is deferred at the recipient and has retry times of its own
/// from then on; the retry that it had been put back for is none any more. A full node makes deliveries fetch often. The engine counts the fates of each phase itself
/// and stops where they do not add up; here the whole is counted once more. n: 20 days with 600 messages in the event.
#[test]
fn a_message_that_was_fetched_is_not_tried_for_its_old_retry_too() {
    let results = run(&text(
        "replications = 20\nrun_length = \"17h\"\nwindow = \"17h\"",
        &equal_hosts(2, 600),
        "[traffic]\nmessages_per_day = 30_000\n[nodes.\"*\"]\nsessions = 2\nsession_time = { exponential = \"4s\" }\n[[senders]]\npreset = \"exim\"\nsites = 30\n\
         [[events]]\nnode = \"mx1\"\nat = \"10:00\"\nfor = \"30m\"\nfault = \"defer\"\nstage = \"recipient\"\n",
    ));
    let totals = results.delivery.totals;
    assert_eq!(totals.messages, totals.accepted + totals.bounced + totals.waiting, "{totals:?}");
    assert!(totals.retries > 1_000, "nothing was deferred: {totals:?}");
}
