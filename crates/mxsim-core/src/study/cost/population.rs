//! The estimate held against what is counted, on scenarios of odd sizes and on those that come with the project. Both are the same on every
//! machine.

use super::Cost;
use crate::engine::{Done, MethodChoice, compile_for, replicate_watched};
use crate::scenario::Scenario;
use std::cell::Cell;

/// Work that nobody waits for.
const LITTLE: f64 = 50_000.0;

/// Tried again each minute.
const EACH_MINUTE: &str =
    "retry = { wait = { gaps = { list = [\"1m\"], then = \"repeat-last\" } }, queue_run = \"none\" }\n";

const ORDERED: &str = "resolver = \"dnsmasq\"\n";

/// So many equal hosts with one address each.
fn zone(hosts: usize, ttl: u32, rest: &str) -> String {
    let host = |i: usize| {
        let address = format!("192.0.{}.{}", 2 + i / 250, 1 + i % 250);
        format!("e.example. {ttl} MX 10 h{i}.e.example.\nh{i}.e.example. {ttl} A {address}\n")
    };
    let text: String = (0..hosts).map(host).collect();
    format!("[zone]\n{rest}text = \"\"\"\n{text}\"\"\"\n")
}

/// Two hosts, so much mail a day without warm-up, and what follows.
fn day(messages: f64, rest: &str) -> String {
    format!("{}[run]\nwarm_up = \"0s\"\n[traffic]\nmessages_per_day = {messages}\n{rest}", zone(2, 300, ""))
}

fn sender(preset: &str, rest: &str) -> String {
    format!("[[senders]]\npreset = \"{preset}\"\n{rest}")
}

/// So many hosts behind a resolver that keeps their order, so that each message is simulated; the mail is what follows.
fn in_order(hosts: usize, ttl: u32, rest: &str) -> String {
    format!("{}{rest}\n{}", zone(hosts, ttl, ""), sender("order-preserving", ORDERED))
}

fn fails(nodes: &str, fault: &str, at: &str, span: &str) -> String {
    format!("[[events]]\nat = \"{at}\"\nfor = \"{span}\"\nnode = {nodes}\nfault = \"{fault}\"\n")
}

fn full(sessions: u32, rest: &str) -> String {
    format!("[nodes.\"*\"]\nsessions = {sessions}\nsession_time = \"30s\"\n{rest}")
}

fn many_senders(count: usize, preset: &str, rest: &str) -> String {
    (0..count).map(|i| sender(preset, &format!("name = \"s{i}\"\n{rest}"))).collect()
}

/// Many sites, hosts, senders and windows.
fn sizes() -> Vec<(&'static str, String)> {
    vec![
        ("one by one", day(5e5, &sender("order-preserving", ORDERED))),
        ("Postfix", day(3e5, &sender("postfix", "sites = 100\n"))),
        ("as counts", day(1e9, &sender("randomizing", ""))),
        ("a provider", day(1e6, &sender("gmail", ""))),
        ("connections used again", day(3e5, &sender("exchange_online", "reuse = \"always\"\n"))),
        ("many sites", day(1e5, &sender("postfix", "sites = 1000000\n"))),
        ("sites that send little", day(1e4, &sender("postfix", "sites = 3000000\n"))),
        (
            "sites with hosts",
            day(2e5, &sender("order-preserving", "sites = 1000\nhosts = 1000\nresolver = \"dnsmasq\"\n")),
        ),
        ("hosts that hold", day(2e5, &sender("cache-sticky", "hosts = 100000\nsticky = \"1h\"\n"))),
        ("hosts that hold briefly", day(2e5, &sender("cache-sticky", "hosts = 2000\nsticky = \"10s\"\n"))),
        ("300 senders", day(2e5, &many_senders(300, "exim", "sites = 20\n"))),
    ]
}

/// Many addresses, windows and kinds of senders.
fn shapes() -> Vec<(&'static str, String)> {
    vec![
        ("30 hosts", in_order(30, 300, "[traffic]\nmessages_per_day = 200000")),
        ("200 hosts", in_order(200, 300, "[traffic]\nmessages_per_day = 20000")),
        ("a TTL of a second", in_order(4, 1, "[traffic]\nmessages_per_day = 200000")),
        (
            "a year of hours",
            format!(
                "{}[run]\nrun_length = \"365d\"\nwindow = \"1h\"\n[traffic]\nmessages_per_day = 1000\n{}",
                zone(2, 300, ""),
                sender("exim", "")
            ),
        ),
        (
            "ten days of minutes",
            in_order(
                2,
                300,
                "[run]\nrun_length = \"10d\"\nwindow = \"1m\"\n[traffic]\nmessages_per_day = 20000",
            ),
        ),
        (
            "a small business",
            format!(
                "{}[traffic]\nmessages_per_day = 500000\npopulation = \"small-business\"\n",
                zone(3, 300, "")
            ),
        ),
        ("office hours", in_order(2, 300, "[traffic]\nmessages_per_day = 300000\nprofile = \"office\"")),
    ]
}

/// Mail that waits: for nodes, for the DNS, for a host that may be used.
fn waiting() -> Vec<(&'static str, String)> {
    let both = "[\"h0\", \"h1\"]";
    let away = |span: &str| format!("unreachable = [{{ at = \"01:00\", for = \"{span}\" }}]\n");
    let dns = |span: &str, messages: u32, preset: &str| {
        let run = "[run]\nwarm_up = \"0s\"\n";
        format!(
            "{}{run}[traffic]\nmessages_per_day = {messages}\n{}",
            zone(2, 300, &away(span)),
            sender(preset, "sites = 50\n")
        )
    };
    let policy = "mta_sts = { mode = \"enforce\", mx = [\"other.example\"] }\n";
    vec![
        (
            "both nodes fail for 6 h",
            day(2e5, &(sender("postfix", "sites = 100\n") + &fails(both, "refuse", "06:00", "6h"))),
        ),
        (
            "both nodes silent all day",
            day(5e4, &(sender("exim", "sites = 100\n") + &fails(both, "drop", "00:00", "1d"))),
        ),
        (
            "both nodes defer",
            day(
                1e5,
                &(sender("postfix", EACH_MINUTE)
                    + &fails(both, "defer", "06:00", "3h")
                    + "stage = \"recipient\"\n"),
            ),
        ),
        (
            "one node of a sender that stays",
            day(
                2e4,
                &(sender("order-preserving", "failover = \"same-host-later\"\n")
                    + EACH_MINUTE
                    + &fails("\"h0\"", "refuse", "00:00", "1d")),
            ),
        ),
        (
            "OpenSMTPD and silent hosts",
            day(5e3, &(sender("opensmtpd", "sites = 50\n") + &fails(both, "drop", "06:00", "6h"))),
        ),
        ("the DNS away for 12 h", dns("12h", 100_000, "postfix")),
        ("the DNS away for 1 h", dns("1h", 300_000, "exim")),
        (
            "no host by policy",
            format!(
                "{}[run]\nwarm_up = \"0s\"\n[traffic]\nmessages_per_day = 50000\n{}",
                zone(2, 300, policy),
                sender("postfix", &format!("policy = {{ mta_sts = \"opt\" }}\n{EACH_MINUTE}"))
            ),
        ),
    ]
}

/// Mail that waits because nodes are full.
fn overloaded() -> Vec<(&'static str, String)> {
    vec![
        ("full nodes, ten times over", day(6e4, &full(1, ""))),
        ("full nodes, a little over", day(6.5e4, &(full(11, "") + &sender("postfix", "sites = 500\n")))),
        (
            "full nodes that refuse",
            day(5e4, &(full(4, "when_full = \"refuse\"\n") + &sender("exim", "sites = 500\n"))),
        ),
        (
            "full nodes at noon",
            day(
                2e5,
                &(full(40, "").replace("[nodes", "profile = \"office\"\n[nodes")
                    + &sender("postfix", "sites = 500\n")),
            ),
        ),
        (
            "full nodes with a queue",
            day(
                1e5,
                &(full(10, "backlog = 100\n") + &sender("postfix", &format!("sites = 500\n{EACH_MINUTE}"))),
            ),
        ),
        (
            "one full node and one free",
            day(1e5, &(full(2, "").replace("\"*\"", "h0") + &sender("postfix", "sites = 500\n"))),
        ),
    ]
}

/// The scenarios that come with the project.
fn shipped() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let files = std::fs::read_dir(folder).expect("the scenarios").map(|file| file.expect("a file").path());
    let toml = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    toml.map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("a scenario")))
        .collect()
}

/// Estimated and counted work of the first replication (messages and events).
fn work(text: &str) -> (f64, f64) {
    let scenario = Scenario::from_toml(text).unwrap_or_else(|error| panic!("{error}"));
    let compiled = compile_for(&scenario, MethodChoice::default());
    let cost = Cost::of(&compiled);
    let estimated = cost.replication_s * super::MESSAGES_PER_SECOND;
    let counted = Cell::new(0);
    let count = |done: Done| {
        counted.set(done.work);
        false
    };
    let tally = replicate_watched(&compiled, 1, 0, &count);
    assert!(tally.is_some(), "nobody stops it");
    // What more addresses cost is the time of an event and not their number.
    (estimated, counted.get() as f64 + cost.messages * (super::message_work(&compiled.world) - 1.0))
}

#[test]
fn the_estimate_is_right_within_a_factor_of_three() {
    let all: Vec<(String, String)> = [sizes(), shapes(), waiting(), overloaded()]
        .into_iter()
        .flatten()
        .map(|(name, text)| (name.to_owned(), text))
        .chain(shipped())
        .collect();
    let mut wrong = Vec::new();
    for (name, text) in &all {
        let (estimated, counted) = work(text);
        let is_right =
            (estimated - counted).abs() < LITTLE || (1.0 / 3.0..=3.0).contains(&(estimated / counted));
        if !is_right {
            wrong.push(format!("{name}: {estimated:.0} estimated, {counted:.0} counted"));
        }
    }
    // One in twenty may be wrong.
    assert!(wrong.len() * 20 <= all.len(), "{wrong:#?}");
}
