//! What the sessions of a node are there for: mail that is under way, mail to come, and the busiest hour.

use crate::{REPLICATIONS, experiment};
use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::results::NodeResult;
use mxsim_core::theory::failure::{enough_sessions, erlang_b};
use mxsim_verify::agree::{assert_near, assert_ratio, widening};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// Outbound hosts of the sender that keeps connections.
const SITES: f64 = 100.0;
/// Messages per second of each.
const RATE: f64 = 0.01;
/// How long a message takes, and how long a connection stays open after it \[s\].
const SESSION: f64 = 2.0;
const IDLE: f64 = 60.0;

/// One sender with one connection per outbound host, which it keeps, and one of as much mail that keeps none.
fn kept_and_not() -> String {
    let sender = |name: &str, keys: &str| {
        format!(
            "[[senders]]\nname = \"{name}\"\nshare = \"50 %\"\npreset = \"randomizing\"\nsites = {SITES}\nsizes = \"equal\"\n{keys}\n"
        )
    };
    let keeps = format!("concurrency = 1\nreuse = {{ connections = \"always\", idle = \"{IDLE}s\" }}");
    text(
        &format!("replications = {REPLICATIONS}\nwindow = \"3h\"\nrun_length = \"3h\"\nwarm_up = \"1h\""),
        &equal_hosts(1, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = {}\nprofile = \"flat\"\n{}{}[nodes.mx1]\nsession_time = \"{SESSION}s\"\n",
            2.0 * SITES * RATE * 86_400.0,
            sender("keeps", &keeps),
            sender("closes", "reuse = \"never\"")
        ),
    )
}

/// Theory (Little): messages under way are lambda E\[S\] for each sender. A host with one connection has none to do for 1 - rho of its time, which falls
/// into spans of exponential length; of each the connection stays open for the first minute at most, so that 1 - exp(-r T) of that time it is idle.
/// n: 40 times 10,800 messages of each sender; idle is known to 0.3 %.
#[test]
fn a_session_is_busy_with_a_message_or_idle_for_the_next() {
    let results = run(&kept_and_not());
    let busy = SITES * RATE * SESSION;
    let idle = SITES * (1.0 - RATE * SESSION) * (1.0 - libm::exp(-RATE * IDLE));
    let seen = results.nodes[0].sessions.expect("sessions take time");
    assert_ratio("all busy", &seen.busy.expect("a number"), REPLICATIONS, 2.0 * busy);
    assert_ratio("all idle", &seen.idle.expect("a number"), REPLICATIONS, idle);
    assert_ratio("all", &seen.mean, REPLICATIONS, 2.0 * busy + idle);
    let held = |sender: usize| {
        let at = &results.senders[sender].by_node[0];
        (at.busy_sessions.expect("a number"), at.idle_sessions.expect("a number"))
    };
    assert_ratio("kept: busy", &held(0).0, REPLICATIONS, busy);
    assert_ratio("kept: idle", &held(0).1, REPLICATIONS, idle);
    assert_ratio("closed: busy", &held(1).0, REPLICATIONS, busy);
    assert_eq!(held(1).1.value, 0.0, "who keeps no connection has none idle");
    let peak = |node: &NodeResult| node.peak_sessions.expect("sessions take time");
    let [all, busy, idle] =
        [Some(peak(&results.nodes[0])), seen.peak_busy, seen.peak_idle].map(|peak| peak.expect("a peak").p50);
    assert!(busy < 25.0 && idle > 50.0 && idle <= SITES, "{busy} busy and {idle} idle");
    assert!(all >= busy.max(idle) && all <= busy + idle, "{all} of {busy} and {idle}");
}

/// Peaks and averages hang together in every window, whatever begins before it or goes on after it: in no window were there more than the peaks say,
/// and each number of sessions is busy or idle.
#[test]
fn peaks_cover_averages_in_every_window() {
    let windows = kept_and_not().replace("window = \"3h\"", "window = \"1m\"");
    let world = compile_for(&scenario(&windows), MethodChoice::Messages);
    for r in 0..4 {
        let tally = replicate(&world, 3, r, &|| false).expect("nobody cancels it");
        for window in &tally.windows {
            let (all, busy, idle) = (window.peak_sessions[0], window.peak_busy[0], window.peak_idle[0]);
            assert!(all >= busy.max(idle) && all <= busy + idle, "{all} of {busy} and {idle}");
        }
        let held = |of: fn(&mxsim_core::tally::HeldTally) -> u64| tally.held.iter().map(of).sum::<u64>();
        assert_eq!(held(|held| held.occupied_us), tally.sessions[0].occupied_us);
        assert!(tally.held.iter().all(|held| held.busy_us <= held.occupied_us));
        assert_eq!(tally.held[1].busy_us, tally.held[1].occupied_us, "who keeps none is always busy");
    }
}

/// Theory: in the hour from noon ten times as many messages come as in any other; with sessions of 5 s each hour is in equilibrium within seconds, so
/// that each turns away what Erlang B says: the busiest hour much, the run as a whole the mean over its connections.
/// n: 40 days; the busiest hour has 40 times 3,600 connections and its part is known to 0.5 %. What is left of the hour before moves it by less than
/// 0.1 %.
#[test]
fn the_busiest_hour_turns_away_what_erlang_says() {
    let (sessions, session, peak) = (4, 5.0, 1.0);
    let weights: Vec<String> = (0..24).map(|hour| if hour == 12 { "10" } else { "1" }.to_owned()).collect();
    let results = run(&text(
        &format!("replications = {REPLICATIONS}\nwarm_up = \"1h\""),
        &equal_hosts(1, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = {}\nprofile = [{}]\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1
retry = {{ max_attempts = 1 }}\n[nodes.mx1]\nsessions = {sessions}\nsession_time = {{ exponential = \"{session}s\" }}\n",
            peak * 3_600.0 * 3.3,
            weights.join(", ")
        ),
    ));
    let [busy, quiet] = [peak, peak / 10.0].map(|rate| erlang_b(sessions, rate * session));
    let seen = results.nodes[0].sessions.expect("sessions take time");
    let hour = seen.blocked_in_busiest_hour.expect("connections");
    let half = hour.half_width.expect("replications") * widening(REPLICATIONS);
    assert_near("turned away in the busiest hour", hour.mean, half + 1e-3 * busy, busy);
    let all = (10.0 * busy + 23.0 * quiet) / 33.0;
    assert_ratio("turned away over the run", &seen.blocked.expect("connections"), REPLICATIONS, all);
}

/// Theory: a node that serves any number of sessions has a Poisson number of them, and in an hour of 3,600 calls it reaches a level k at most 3,600 p(k-1)
/// times on average. What is said to be enough is what it has at most on 19 of 20 hours: not fewer than Erlang's formula says for half a percent turned
/// away, and not more than a level that is reached in less than 1 hour of 10,000. It is the same however many sessions the node had.
/// n: 16 hours. That the largest of them lies beyond the upper bound has a chance of 16 in 10,000 at most.
#[test]
fn what_is_said_to_be_enough_is_enough() {
    let (per_second, session) = (1.0, 8.0);
    let seen = |sessions: u32| {
        let node = format!(
            "[nodes.mx1]\nsessions = {sessions}\nsession_time = {{ exponential = \"{session}s\" }}\n"
        );
        let results = experiment(1, per_second, 1.0, &format!("retry = {{ max_attempts = 1 }}\n{node}"));
        results.nodes[0].sessions.expect("sessions take time")
    };
    let offered = per_second * session;
    let least = enough_sessions(offered, 0.005).expect("a number");
    let reached = |level: u32| {
        let none = libm::exp(-offered);
        3_600.0 * per_second * (1..level).fold(none, |part, k| part * offered / f64::from(k))
    };
    let most = (least..).find(|level| reached(*level) < 1e-4).expect("a level");
    for sessions in [1, 3, 6, 10] {
        let enough = seen(sessions).enough.expect("too many are turned away");
        assert!((least..=most).contains(&enough), "{sessions}: {enough} is not in {least}..{most}");
        let then = seen(enough).blocked_in_busiest_hour.expect("connections").mean;
        assert!(then < 0.005, "{enough} sessions turn away {then}");
    }
    assert_eq!(seen(most).enough, None, "what is enough already needs no number");
}
