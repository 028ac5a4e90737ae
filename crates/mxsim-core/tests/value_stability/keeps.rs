//! How long a drawn order is kept: the first host of the first attempts of a sender with two outbound hosts.
//!
//! A message comes every 25 minutes from midnight on. All four hosts refuse until half past one, so the first messages are tried again; a queue run
//! comes every 20 minutes. Each attempt is written as the outbound host, the number of the message and the first host, with `'` for a retry.

use crate::stable;
use mxsim_core::engine::probe::{Probe, Step};
use mxsim_core::engine::{MethodChoice, compile_for, replicate_with};
use mxsim_core::ids::MessageId;
use mxsim_core::scenario::Scenario;
use mxsim_core::sender::Stickiness;
use mxsim_core::time::{Span, Time};
use std::collections::BTreeMap;

const SCENARIO: &str = r#"
[run]
warm_up = "0s"

[zone]
text = """
example.com.     1800 IN MX 10 mx0.example.com.
example.com.     1800 IN MX 10 mx1.example.com.
example.com.     1800 IN MX 10 mx2.example.com.
example.com.     1800 IN MX 10 mx3.example.com.
mx0.example.com. 1800 IN A  192.0.2.1
mx1.example.com. 1800 IN A  192.0.2.2
mx2.example.com. 1800 IN A  192.0.2.3
mx3.example.com. 1800 IN A  192.0.2.4
"""

[[senders]]
name = "us"
preset = "randomizing"
hosts = 2
resolver = "plain"
retry = { wait = "every-queue-run", queue_run = "20m" }
order = { keep = KEEP }

[[events]]
at = "00:00"
for = "90m"
node = "*"
fault = "refuse"
"#;

/// First choices, in the order in which they were made.
#[derive(Default)]
struct FirstChoices {
    outbound_hosts: BTreeMap<u64, u32>,
    written: Vec<String>,
}

impl Probe for FirstChoices {
    fn step(&mut self, message: MessageId, failures: u32, _now: Time, step: Step<'_>) {
        match step {
            Step::Arrived { outbound_host } => {
                self.outbound_hosts.insert(message.number, outbound_host);
            }
            Step::Ordered(candidates) => {
                let outbound_host = self.outbound_hosts.get(&message.number).copied().unwrap_or_default();
                let host = ["a", "b"][outbound_host as usize];
                let retry = if failures > 0 { "'" } else { "" };
                self.written.push(format!("{host}{}{retry}:{}", message.number, candidates[0].host.0));
            }
            _ => {}
        }
    }
}

#[track_caller]
fn check(keep: &str, in_this_epoch: &str) {
    let text = SCENARIO.replace("KEEP", keep);
    let mut scenario = Scenario::from_toml(&text).expect("a scenario");
    let times = (0..12).map(|message| Time(message * 25 * Span::MINUTE.0)).collect();
    scenario.set_arrivals("us", times).expect("there is such a sender");
    let mut seen = FirstChoices::default();
    replicate_with(&compile_for(&scenario, MethodChoice::Messages), 1, 0, &|| false, &mut seen);
    stable(&format!("keep = {keep}"), seen.written[..16].join(" "), in_this_epoch);
}

/// A way to keep an order without a test does not compile.
const _: fn(Stickiness) -> fn() = |keep| match keep {
    Stickiness::Attempt => attempt,
    Stickiness::Message => message,
    Stickiness::Process => process,
    Stickiness::Second => second,
    Stickiness::CacheEntry => cache_entry,
    Stickiness::Exponential(_) => exponential_time,
    Stickiness::Fixed(_) => fixed_time,
    Stickiness::Forever => forever,
};

#[test]
fn attempt() {
    check(
        "'attempt'",
        "b0:0 b0':0 b1:0 b0':1 b1':2 a2:1 b0':0 b1':0 a2':1 b0':3 b1':2 b3:1 a2':0 b0':3 b1':2 b3':2",
    );
}

#[test]
fn message() {
    check(
        "'message'",
        "b0:0 b0':0 b1:0 b0':0 b1':0 a2:1 b0':0 b1':0 a2':1 b0':0 b1':0 b3:1 a2':1 b0':0 b1':0 b3':1",
    );
}

#[test]
fn process() {
    check(
        "'process'",
        "b0:3 b0':2 b1:0 b0':1 b1':1 a2:3 b0':0 b1':0 a2':2 b0':2 b1':2 b3:3 a2':2 b0':2 b1':2 b3':2",
    );
}

#[test]
fn second() {
    check(
        "'second'",
        "b0:1 b0':1 b1:3 b0':1 b1':1 a2:0 b0':1 b1':1 a2':1 b0':2 b1':2 b3:1 a2':0 b0':0 b1':0 b3':0",
    );
}

#[test]
fn cache_entry() {
    check(
        "'cache-entry'",
        "b0:3 b0':2 b1:2 b0':2 b1':2 a2:3 b0':0 b1':0 a2':3 b0':0 b1':0 b3:0 a2':1 b0':2 b1':2 b3':2",
    );
}

#[test]
fn exponential_time() {
    check(
        "{ exponential = '1h' }",
        "b0:3 b0':3 b1:3 b0':3 b1':3 a2:1 b0':3 b1':3 a2':3 b0':3 b1':3 b3:3 a2':3 b0':3 b1':3 b3':3",
    );
}

#[test]
fn fixed_time() {
    check(
        "{ fixed = '1h' }",
        "b0:3 b0':3 b1:3 b0':3 b1':3 a2:2 b0':3 b1':3 a2':2 b0':1 b1':1 b3:1 a2':2 b0':1 b1':1 b3':1",
    );
}

#[test]
fn forever() {
    check(
        "'forever'",
        "b0:1 b0':1 b1:1 b0':1 b1':1 a2:0 b0':1 b1':1 a2':0 b0':1 b1':1 b3:1 a2':0 b0':1 b1':1 b3':1",
    );
}
