//! What a naive "random choice for each message" gets wrong about senders, each row of the ranking of skews as a test of the stated size.
//!
//! Level: shares are compared at one false alarm in a million each (`mxsim_verify::agree`), and there are fewer than two hundred; what is
//! exact by theory is compared exactly. Not here, because one receiving domain cannot show it: connections that tenants of a hosting site
//! share. Postfix's reuse under TLS has its own tests in `verdicts`.

mod backup;
mod bursts;
mod destination;
mod memory;
mod order;
mod time_outs;

use mxsim_core::engine::MethodChoice;
use mxsim_core::results::Results;
use mxsim_core::study::trace::{Happening, Trace, TraceOptions, TracedMessage, trace};
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_core::time::{Span, Time};
use mxsim_verify::agree::assert_mean;
use mxsim_verify::experiment::{scenario, text};

/// Zone lines: for each host its preference and families, `6` an IPv6 and `4` an IPv4 address.
fn zone(hosts: &[(u16, &str)]) -> String {
    let mut lines = String::new();
    for (i, (preference, families)) in hosts.iter().enumerate() {
        let host = i + 1;
        lines += &format!("example.com. 300 IN MX {preference} mx{host}.example.com.\n");
        for (k, family) in families.chars().enumerate() {
            lines += &match family {
                '6' => format!("mx{host}.example.com. 300 IN AAAA 2001:db8::{host}:{k}\n"),
                _ => format!("mx{host}.example.com. 300 IN A 192.0.2.{}\n", 10 * host + k),
            };
        }
    }
    lines
}

/// Days of 400 messages from 50 sites: a share of 1/2 is known to 0.0025 after 100 of them.
const DAYS: u64 = 100;

/// Runs one preset against a zone; `more` are further lines of its entry and sections after it.
fn of_preset(preset: &str, hosts: &[(u16, &str)], more: &str) -> Results {
    let scenario = scenario(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &zone(hosts),
        &format!(
            "[traffic]\nmessages_per_day = 400\n[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nsites = 50\n{more}"
        ),
    ));
    // Not by `experiment::run`: it holds outcomes against connections, and here a connection may carry many messages.
    let options = RunOptions::of(&scenario).method(MethodChoice::Messages);
    simulate(&scenario, options, &Quiet).unwrap_or_else(|error| panic!("{preset}: {error}"))
}

/// The shares of hosts are `theory`, which is exact where it says 0 or 1.
#[track_caller]
fn assert_hosts(what: &str, results: &Results, theory: &[f64]) {
    assert_eq!(results.hosts.len(), theory.len());
    for (host, &theory) in results.hosts.iter().zip(theory) {
        let nodes = results.nodes.iter().filter(|node| node.host == host.name);
        let mut nodes = nodes.peekable();
        let what = format!("{what}: {}", host.name);
        match nodes.next() {
            Some(node) if nodes.peek().is_none() => assert_mean(&what, &node.share, DAYS, theory),
            _ => mxsim_verify::agree::assert_ratio(&what, &host.share, DAYS, theory),
        }
    }
}

/// Follows messages of the one sender of a scenario, from the first measured moment or `at` later.
fn follow(toml: &str, messages: usize, at: Span) -> Trace {
    let options = TraceOptions::first(messages).at(Time::ZERO + at);
    trace(&scenario(toml), &options).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

/// Where and over which connection a message was accepted, and when \[s\].
fn accepted(message: &TracedMessage) -> Option<(&str, u64, f64)> {
    message.steps.iter().find_map(|step| match &step.what {
        Happening::Accepted { node, connection, .. } => Some((&node[..], *connection, step.at_s)),
        _ => None,
    })
}
