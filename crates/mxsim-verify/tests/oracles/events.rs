//! Before, during and after an outage, a full node and a change: what happens in each time, and what becomes of the mail that arrives in it.

use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::results::{EventPhase, EventResult, Interval, Results};
use mxsim_core::tally::{PhaseTally, Tally};
use mxsim_verify::agree::{assert_near, assert_ratio, widening};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// Days in each experiment.
const DAYS: u64 = 40;
/// Messages per second.
const RATE: f64 = 0.5;

/// Two hosts, flat traffic from a sender that shuffles.
fn two_hosts(sender: &str, rest: &str) -> String {
    text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &equal_hosts(2, 300),
        &format!(
            "[traffic]\nmessages_per_day = {}\nprofile = \"flat\"\n[[senders]]\nname = \"all\"\nsites = 20\nresolver = \"plain\"\n{sender}\n{rest}",
            RATE * 86_400.0
        ),
    )
}

fn outage(fault: &str, node: &str, length: &str) -> String {
    format!("[[events]]\nat = \"10:00\"\nfor = \"{length}\"\nnode = {node}\nfault = \"{fault}\"\n")
}

fn phases(event: &EventResult) -> [&EventPhase; 3] {
    [&event.before, &event.during, &event.after].map(|phase| phase.as_ref().expect("in the measured time"))
}

fn share(phase: &EventPhase, node: usize) -> Interval {
    phase.nodes[node].share.expect("accepted messages")
}

/// The messages of a phase are Poisson: within five standard deviations.
fn assert_messages(phase: &EventPhase) {
    let theory = RATE * phase.length_s * DAYS as f64;
    assert_near("messages of a phase", phase.messages as f64, 5.0 * theory.sqrt(), theory);
}

/// Theory: the first host drops all packets for 30 minutes. Half of the mail that arrives then tries it first, waits 30 s and goes to the second host:
/// all of that is accepted later, and nothing before or after. The kernel sends its last packet after 15 s, so what begins in the last 15 s finds the
/// host back, sooner than after 30 s, and what begins in the 15 s before gives up after the end: of 120 connections one each. So all delays but one
/// in 120 are 30 s, and after the end both hosts have as much mail as before.
/// n: 36,000 messages a phase.
#[test]
fn an_outage_shows_in_its_own_half_hour() {
    let sender = "preset = \"randomizing\"\ntimeouts = { connect = \"30s\" }";
    let results = run(&two_hosts(sender, &outage("drop", "\"mx1\"", "30m")));
    let [event] = &results.events[..] else { panic!("one event") };
    assert_eq!(event.text, "mx1: drop from 10:00 for 30m");
    let [before, during, after] = phases(event);
    for phase in [before, during, after] {
        assert_eq!(phase.length_s, 1_800.0);
        assert_messages(phase);
        assert_eq!(phase.bounced.map(|part| part.value), Some(0.0));
    }
    for quiet in [before, after] {
        assert_eq!(quiet.prompt.map(|part| part.value), Some(1.0));
        assert!(quiet.delay.is_none());
    }
    assert_ratio("later", &during.later.expect("messages"), DAYS, 0.5);
    let delay = during.delay.expect("mail waits");
    assert_eq!((delay.p50, delay.p95, delay.max), (30.0, 30.0, 30.0));
    assert!(delay.mean > 29.75 && delay.mean < 29.9, "{}", delay.mean);
    assert_ratio("before", &share(before, 0), DAYS, 0.5);
    assert_eq!(share(during, 0).value, 0.0, "nothing is accepted by a host that drops");
    assert_ratio("after", &share(after, 0), DAYS, 0.5);
    let tried = |phase: &EventPhase| phase.nodes[0].connections_tried as f64;
    let theory = RATE * 900.0 * DAYS as f64;
    assert_near("connections during", tried(during), 5.0 * theory.sqrt(), theory);
    let failed = |phase: &EventPhase| phase.nodes[0].failed as f64;
    let part = theory / 120.0;
    let back = tried(during) - failed(during) - failed(after);
    assert_near("connections that find it back", back, 5.0 * part.sqrt(), part);
    assert_near("connections that fail after the end", failed(after), 5.0 * part.sqrt(), part);
    assert!(failed(before) == 0.0 && during.nodes[1].failed == 0);
}

/// Theory: both hosts refuse for an hour; a sender that tries once loses exactly the mail of that hour. It comes back every six hours, three times that
/// day: three hours during, three before and three after.
#[test]
fn mail_is_lost_in_the_hour_of_the_outage_and_in_no_other() {
    let sender = "preset = \"randomizing\"\nretry = { max_attempts = 1 }";
    let every = "every = \"6h\"\n";
    let results = run(&two_hosts(sender, &format!("{}{every}", outage("refuse", "\"*\"", "1h"))));
    let [before, during, after] = phases(&results.events[0]);
    assert_eq!([before, during, after].map(|phase| phase.length_s), [10_800.0; 3]);
    let parts = |phase: &EventPhase| {
        [phase.bounced, phase.prompt, phase.later].map(|part| part.expect("messages").value)
    };
    assert_eq!([before, during, after].map(parts), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    assert_eq!(during.messages, results.delivery.totals.bounced);
    assert!(during.nodes.iter().all(|node| node.share.is_none()), "nothing is accepted");
}

/// Theory: a change at noon with a TTL of an hour goes on until one o'clock. Before, all mail goes to the old host; afterwards, none. With busy caches
/// half of it does in between.
#[test]
fn a_change_goes_on_until_its_ttl_has_run_out() {
    let zone = "example.com. 3600 IN MX 10 old.example.com.\nold.example.com. 300 IN A 192.0.2.1\n";
    let results: Results = run(&text(
        &format!("replications = {DAYS}"),
        zone,
        "[[changes]]\nat = \"12:00\"\nadd = \"new.example.com. 300 IN A 192.0.2.2\"\nreplace = \"example.com. 300 IN MX 10 new.example.com.\"
[traffic]\nmessages_per_day = 50000\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 30\nsizes = \"equal\"\nresolver = \"plain\"\n",
    ));
    let [event] = &results.events[..] else { panic!("one change") };
    assert_eq!(event.text, "the zone changes at 12:00");
    let [before, during, after] = phases(event);
    assert_eq!(during.length_s, 3_600.0);
    assert_eq!((share(before, 0).value, share(after, 0).value), (1.0, 0.0));
    let half = share(during, 0);
    let width = (half.high.expect("a bound") - half.value) * widening(DAYS);
    assert_near("during", half.value, width, 0.5);
}

/// Sums over replications of everything in the phases of an event.
fn sums(tallies: &[Tally]) -> Vec<(String, f64)> {
    let mut sums = Vec::new();
    for phase in 0..3 {
        let of = |count: &dyn Fn(&PhaseTally) -> u64| -> f64 {
            tallies.iter().map(|tally| count(&tally.phases[phase])).sum::<u64>() as f64
        };
        let mut add = |what: &str, sum: f64| sums.push((format!("{what} in phase {phase}"), sum));
        add("arrived", of(&|tally| tally.arrived));
        add("prompt", of(&|tally| tally.prompt));
        add("later", of(&|tally| tally.later));
        add("delays", of(&|tally| tally.delays.count()));
        for node in 0..2 {
            add("accepted", of(&|tally| tally.nodes[node].accepted));
            add("tried", of(&|tally| tally.nodes[node].connections_tried));
            add("failed", of(&|tally| tally.nodes[node].failed));
        }
    }
    sums
}

/// The methods agree on each phase: messages drawn as numbers are placed before, into and after an outage as single ones are. All sums are Poisson
/// numbers or sums of them that occur once or twice a message; two of them differ by less than six standard deviations.
#[test]
fn every_method_counts_the_same_phases() {
    let sender = "preset = \"randomizing\"\ntimeouts = { connect = \"30s\" }";
    for (fault, length) in [("refuse", "40m"), ("drop", "25m")] {
        let scenario = scenario(&two_hosts(sender, &outage(fault, "\"mx1\"", length)));
        let [fast, slow] = [MethodChoice::Fastest, MethodChoice::Messages].map(|method| {
            let world = compile_for(&scenario, method);
            assert_eq!(world.labels.methods[0].method == "messages", method == MethodChoice::Messages);
            let run = |r| replicate(&world, 17, r, &|| false).expect("nobody cancels it");
            sums(&(0..DAYS).map(run).collect::<Vec<_>>())
        });
        for ((what, a), (_, b)) in fast.iter().zip(&slow) {
            assert_near(&format!("{fault}: {what}"), *a, 6.0 * (2.0 * (a + b)).sqrt(), *b);
        }
        assert!(fast.iter().any(|(what, sum)| what.starts_with("failed in phase 1") && *sum > 1_000.0));
    }
}
