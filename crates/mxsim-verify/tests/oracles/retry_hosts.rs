//! Which outbound host makes the next attempt: the same one, any of its site, or any of a pool.

use mxsim_core::study::trace::{Happening, TraceOptions, TracedMessage, trace};
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::{equal_hosts, scenario, text};
use std::collections::BTreeSet;

const ATTEMPTS: i32 = 9;
const MESSAGES: usize = 500;

/// Messages that no host takes, nine attempts each, from a site of twelve outbound hosts.
fn messages(from: &str) -> Vec<TracedMessage> {
    let text = text(
        "warm_up = \"1h\"",
        &equal_hosts(2, 300),
        &format!(
            "[traffic]\nmessages_per_day = 24000\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nhosts = 12\n\
             retry = {{ wait = {{ gaps = {{ list = [\"1m\"], then = \"repeat-last\" }} }}, max_attempts = {ATTEMPTS}, from = {from} }}\n\
             [[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"*\"\nfault = \"defer\"\nstage = \"recipient\"\n"
        ),
    );
    trace(&scenario(&text), &TraceOptions::first(MESSAGES)).expect("a trace").messages
}

/// The outbound host of each attempt.
fn hosts(message: &TracedMessage) -> Vec<u32> {
    let mut hosts = vec![message.outbound_host];
    for step in &message.steps {
        if let Happening::Deferred { outbound_host, .. } = &step.what {
            hosts.push(outbound_host.unwrap_or(hosts[hosts.len() - 1]));
        }
    }
    hosts
}

fn mean_of_distinct(from: &str) -> f64 {
    let distinct = |message: &TracedMessage| {
        let hosts = hosts(message);
        assert_eq!(hosts.len(), ATTEMPTS as usize, "{hosts:?}");
        hosts.into_iter().collect::<BTreeSet<u32>>().len() as f64
    };
    messages(from).iter().map(distinct).sum::<f64>() / MESSAGES as f64
}

/// Theory: k attempts from n hosts, each drawn anew and uniformly, come from n (1 - (1 - 1/n)^k) different ones on average. n: 500 messages of 9
/// attempts. The number of different ones lies between 1 and 9 and has a standard deviation below 1.2, so five standard errors of the mean
/// are below 0.27; level below one in a million.
#[test]
fn retries_come_from_as_many_hosts_as_theory_says() {
    let theory = |n: f64| n * (1.0 - (1.0 - 1.0 / n).powi(ATTEMPTS));
    assert_near("any of twelve", mean_of_distinct("\"any\""), 0.27, theory(12.0));
    assert_near("a pool of three", mean_of_distinct("{ pool = 3 }"), 0.27, theory(3.0));
    assert!((mean_of_distinct("\"same\"") - 1.0).abs() < f64::EPSILON);
}

/// A pool is a part of the site: twelve hosts make four pools of three.
#[test]
fn a_pool_keeps_to_itself() {
    for message in messages("{ pool = 3 }") {
        let pools: BTreeSet<u32> = hosts(&message).iter().map(|host| host / 3).collect();
        assert_eq!(pools.len(), 1, "{:?}", hosts(&message));
    }
}
