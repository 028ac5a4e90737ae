//! Designs that people publish: zones with their hosts, who sends to them and how much, before anything is planted into them.

use crate::fuzz::Dice;
use serde_json::{Value, json};
use std::fmt::Write;

/// The mail domain of every design.
pub(super) const DOMAIN: &str = "example.com";

/// Windows and run lengths: short and long, one window and many, windows that share no bin with an hour.
const RUNS: [(&str, &str, f64); 9] = [
    ("1d", "1d", 24.0),
    ("6h", "1d", 24.0),
    ("1h", "3h", 3.0),
    ("1m", "10m", 1.0 / 6.0),
    ("7h", "7h", 7.0),
    ("12h", "2d", 48.0),
    ("50m", "5h", 5.0),
    ("1m", "1h", 1.0),
    ("3h 20m", "10h", 10.0),
];

const WARM_UPS: [(&str, f64); 5] = [("0s", 0.0), ("1m", 1.0 / 60.0), ("1h", 1.0), ("5h", 5.0), ("1d", 24.0)];

/// A design: the zone, the length of a run and the traffic. The largest brings 10^`decades` messages in a replication.
pub(super) fn design(dice: &mut Dice, decades: f64) -> Value {
    let (window, length, hours) = RUNS[dice.below(RUNS.len())];
    let (warm_up, before) = WARM_UPS[dice.below(WARM_UPS.len())];
    let messages = libm::exp10(decades * dice.below(1_000) as f64 / 1_000.0);
    let per_day = (messages * 24.0 / (hours + before)).ceil();
    json!({
        "run": {
            "seed": dice.below(1 << 31),
            "replications": 3,
            "window": window,
            "run_length": length,
            "warm_up": warm_up,
        },
        "zone": { "text": zone(dice) },
        "traffic": { "messages_per_day": per_day, "profile": *dice.pick(&[&"flat", &"flat", &"office"]) },
    })
}

/// Senders of one calm scenario.
const CALM: [(&str, &str); 7] = [
    ("randomizing", "plain"),
    ("cache-sticky", "unbound"),
    ("postfix", "unbound"),
    ("exim", "unbound"),
    ("haraka", "unbound"),
    ("qmail_lp64", "plain"),
    ("order-preserving", "bind_9_20"),
];

/// A scenario that need not be simulated message by message: enough mail, nodes that always have room, and an outage at most.
pub(super) fn calm(dice: &mut Dice, document: &mut Value) {
    let (window, length, warm_up) =
        [("1h", "3h", "1h"), ("6h", "6h", "1h"), ("50m", "100m", "20m")][dice.below(3)];
    for (key, value) in [("window", window), ("run_length", length), ("warm_up", warm_up)] {
        document["run"][key] = json!(value);
    }
    let count = 1 + dice.below(2);
    let messages = count as f64 * (6_000.0 + dice.below(6_000) as f64);
    let hours = [("3h", 4.0), ("6h", 7.0), ("100m", 2.0)];
    let hours = hours.iter().find(|(of, _)| *of == length).map_or(1.0, |(_, hours)| *hours);
    document["traffic"] = json!({ "messages_per_day": (messages * 24.0 / hours).ceil() });
    let sender = |i: usize| {
        let (preset, resolver) = CALM[dice.below(CALM.len())];
        let sites = [1, 3, 30][dice.below(3)];
        let mut sender = json!({ "name": format!("s{i}"), "preset": preset, "resolver": resolver, "sites": sites, "reuse": "never", "grade": "measured" });
        if dice.below(3) == 0 {
            sender["sticky"] = json!(dice.pick(&["3m", "1h", "forever"]));
        }
        sender
    };
    document["senders"] = (0..count).map(sender).collect();
}

/// Zone lines of 1 to 12 exchange hosts.
fn zone(dice: &mut Dice) -> String {
    let count = [1, 2, 2, 2, 3, 3, 4, 5, 8, 12][dice.below(10)];
    let ttl = [0, 1, 30, 300, 300, 3_600, 86_400][dice.below(7)];
    let design = dice.below(9);
    let mut zone = String::new();
    for i in 1..=count {
        let preference = if matches!(design, 1 | 2) && i > 1 { 10 + 10 * dice.below(3) } else { 10 };
        let _ = writeln!(zone, "{DOMAIN}. {ttl} IN MX {preference} mx{i}.{DOMAIN}.");
        zone += &addresses(dice, design, i);
    }
    match dice.below(60) {
        0 => format!("{DOMAIN}. {ttl} IN MX 0 .\n"),
        1 => format!("{DOMAIN}. {ttl} IN A 192.0.2.1\n"),
        _ => zone,
    }
}

/// Addresses of one host: one, several on one machine or on several, with IPv6, with IPv6 alone, behind an alias, shared, or none.
fn addresses(dice: &mut Dice, design: usize, i: usize) -> String {
    let ttl = [0, 60, 300, 7_200][dice.below(4)];
    let host = format!("mx{i}.{DOMAIN}.");
    let ipv4 = |last: usize| format!("{host} {ttl} IN A 192.0.2.{last}\n");
    let ipv6 = format!("{host} {ttl} IN AAAA 2001:db8::{i}\n");
    match (design, dice.below(6)) {
        (3, _) => ipv4(i) + &ipv6,
        (4, 0..3) => ipv6,
        (5, 0..3) => ipv4(i) + &ipv4(100 + i) + &ipv4(200 + i),
        (6, 0) => format!("{host} {ttl} IN CNAME c{i}.{DOMAIN}.\nc{i}.{DOMAIN}. {ttl} IN A 192.0.2.{i}\n"),
        (6, 1) => ipv4(1),
        (6, 2) if i > 1 => String::new(),
        (6, 3) => format!("{host} {ttl} IN A 10.0.0.{i}\n"),
        _ => ipv4(i),
    }
}

/// A sender of any preset, or a mix, with any resolver.
pub(super) fn sender(dice: &mut Dice, number: usize, presets: &[Value], resolvers: &[String]) -> Value {
    let sites = [1, 1, 2, 5, 30, 200, 1_000][dice.below(7)];
    let resolver = &resolvers[dice.below(resolvers.len())];
    let mut sender = json!({ "name": format!("s{number}"), "sites": sites, "resolver": resolver });
    // Of what is known no plausible worlds are simulated beside the run, which takes longer than all the rest.
    if dice.below(6) > 0 {
        sender["grade"] = json!("measured");
    }
    match dice.below(8) {
        0 => sender["mix"] = json!({ "postfix": 55, "exim": 15, "exchange_online": 20 }),
        // Those of which closed forms and the counting methods know most.
        1 | 2 => {
            sender["preset"] = json!(*dice.pick(&[&"randomizing", &"order-preserving", &"cache-sticky"]))
        }
        _ => sender["preset"] = presets[dice.below(presets.len())].clone(),
    }
    for (key, value) in [
        ("hosts", json!([1, 1, 2, 40][dice.below(4)])),
        ("sizes", json!([json!("equal"), json!({ "zipf": 0.9 }), json!({ "zipf": 2 })][dice.below(3)])),
        ("ipv6", json!(dice.below(2) == 0)),
        ("reuse", json!("never")),
        ("sticky", json!(["3m", "1h", "6h", "forever", "never"][dice.below(5)])),
        ("concurrency", json!([json!(1), json!(3), json!("unlimited")][dice.below(3)].clone())),
        ("retry", retry(dice)),
    ] {
        let one_in = if key == "reuse" { 2 } else { 4 };
        if dice.below(one_in) == 0 {
            sender[key] = value;
        }
    }
    sender
}

fn retry(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => json!({ "max_attempts": 1 }),
        1 => {
            json!({ "wait": { "gaps": { "list": ["10s", "90s"], "then": "repeat-last" } }, "queue_run": "none", "lifetime": "20m" })
        }
        2 => json!({ "wait": "every-queue-run", "queue_run": "5m", "lifetime": "1h" }),
        _ => json!({ "wait": { "age": { "least": "1m", "most": "10m" } }, "queue_run": "1m" }),
    }
}

/// A fault of a node at some time of the first day, for a while or all the time.
pub(super) fn event(dice: &mut Dice, nodes: &[String]) -> Value {
    let faults = [
        "refuse",
        "drop",
        "silent",
        "defer",
        "reject",
        "disconnect",
        "accept-then-bounce",
        "certificate",
        "slow",
        "tarpit",
    ];
    let fault = faults[dice.below(faults.len())];
    let node = match dice.below(5) {
        0 => "*".into(),
        _ => nodes[dice.below(nodes.len())].clone(),
    };
    let at = dice.pick(&["0s", "30s", "00:07", "00:40", "02:00", "10:00"]);
    let length = dice.pick(&["1s", "20s", "3m", "47m", "2h", "1d"]);
    let mut event = json!({ "at": at, "for": length, "node": node, "fault": fault });
    if matches!(fault, "defer" | "reject" | "disconnect") {
        event["stage"] = json!(["greeting", "tls", "recipient", "data"][dice.below(4)]);
    }
    match fault {
        "slow" => event["factor"] = json!([1.5, 10.0][dice.below(2)]),
        "tarpit" => event["delay"] = json!(["5s", "20s", "10m"][dice.below(3)]),
        _ => {}
    }
    for (key, value) in
        [("every", ["5m", "1h", "1d"][dice.below(3)]), ("share", ["25 %", "50 %", "99 %"][dice.below(3)])]
    {
        if dice.below(3) == 0 {
            event[key] = json!(value);
        }
    }
    event
}

/// How much a node, or every node, can serve.
pub(super) fn capacity(dice: &mut Dice) -> Value {
    let times = [
        json!("1s"),
        json!("40s"),
        json!({ "exponential": "5s" }),
        json!({ "lognormal": { "mean": "3s", "sigma": 1.5 } }),
        json!("20m"),
    ];
    let mut capacity = json!({ "session_time": times[dice.below(times.len())] });
    if dice.below(2) == 0 {
        capacity["sessions"] = json!([1, 3, 20, 200][dice.below(4)]);
        if dice.below(3) == 0 {
            capacity["backlog"] = json!([1, 50][dice.below(2)]);
        }
        if dice.below(3) == 0 {
            capacity["when_full"] = json!(["refuse", "drop"][dice.below(2)]);
        }
    }
    if dice.below(4) == 0 {
        let queues = [json!({ "room": 1, "per_minute": 60 }), json!({ "room": 20, "per_minute": 1 })];
        capacity["queue"] = queues[dice.below(queues.len())].clone();
    }
    if dice.below(4) == 0 {
        capacity["sessions_per_client"] = json!([1, 5][dice.below(2)]);
    }
    if dice.below(4) == 0 {
        let limits = [json!({ "connections": 3 }), json!({ "messages": 5, "per": "10m" })];
        capacity["rates"] = limits[dice.below(limits.len())].clone();
    }
    capacity
}
