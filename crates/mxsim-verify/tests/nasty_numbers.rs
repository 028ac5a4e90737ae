//! Numbers that break what divides by them: whatever a scenario says, it is refused in words, or it is a scenario that can be written with all its
//! defaults and read again as the same.

use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use serde_json::{Value, json};

/// In the place of a number, a share or a duration. JSON writes none that is not finite; the texts try.
fn nasty() -> Vec<Value> {
    let numbers = [-0.0, 5e-324, -5e-324, 1e-300, 1e-12, 1e-9, 0.5, 1.000_000_1, -1.0, 1e9, 1e300, f64::MAX];
    let whole = [0_u64, 1, 255, 65_536, 4_294_967_296, u64::MAX];
    let texts = [
        "NaN",
        "inf",
        "-inf",
        "1e3",
        "-0 %",
        "0 %",
        "1 %",
        "100 %",
        "rest",
        "0s",
        "-0s",
        "1ms",
        "0.0000001s",
        "0.000001s",
        "0.001ms",
        "3650d",
        "99999999d",
        "1e-9s",
        "50.000001 %",
        "",
    ];
    let tiny = format!("0.{}1 %", "0".repeat(320));
    let numbers = numbers.into_iter().map(Value::from).chain(whole.into_iter().map(Value::from));
    numbers.chain(texts.into_iter().map(Value::from)).chain([Value::from(tiny)]).collect()
}

/// A scenario in which as much as possible is said.
fn base() -> Value {
    json!({
        "run": { "replications": 1, "seed": 1, "window": "1d", "run_length": "1d", "warm_up": "1h" },
        "zone": {
            "text": "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\na.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n",
            "unreachable": [{ "at": "3h", "for": "1m" }],
        },
        "traffic": { "messages_per_day": 300, "profile": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
        "senders": [
            { "name": "mixed", "mix": { "postfix": 55, "exim": 15.5 }, "share": 0.25, "sites": 3, "sizes": { "zipf": 1.5 } },
            { "name": "kept", "preset": "randomizing", "share": "25 %", "sticky": "5m", "hosts": 2, "resolver": "own" },
            { "name": "other", "preset": "exim", "share": "rest" },
        ],
        "resolvers": { "own": { "preset": "unbound", "caches": 2, "cache": { "ttl_min": "1s", "prefetch": { "part": "10 %" } } } },
        "nodes": {
            "a": { "weight": 2.5, "sessions": 100, "session_time": { "lognormal": { "mean": "2s", "sigma": 0.5 } }, "backlog": 5 },
            "b": { "weight": 1, "session_time": "1s" },
        },
        "events": [{ "at": "10:00", "for": "10m", "every": "6h", "node": "a", "fault": "drop", "share": 0.5 }],
        "goals": { "near_fair": { "within": 0.25, "on": "95 %" }, "busiest_share": "60 %", "delay_p95": "5m" },
    })
}

/// The base and the same with every default written out: together, every number a scenario can have.
fn documents() -> Vec<Value> {
    let scenario = Scenario::from_json(&base().to_string()).unwrap_or_else(|error| panic!("{error}"));
    let resolved: toml::Value = toml::from_str(&scenario.resolved()).expect("what is written is TOML");
    vec![base(), serde_json::to_value(resolved).expect("TOML fits into JSON")]
}

/// Pointers to every number, and to every text that begins with a digit or is short.
fn numbers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            // Hours of a profile are alike.
            items
                .iter()
                .enumerate()
                .take(12)
                .for_each(|(i, item)| numbers(item, &format!("{pointer}/{i}"), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| numbers(value, &format!("{pointer}/{key}"), found));
        }
        Value::Number(_) => found.push(pointer.to_owned()),
        Value::String(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            found.push(pointer.to_owned())
        }
        _ => {}
    }
}

/// A scenario that is accepted can be written and read again; returns it.
fn accepted(document: &Value, what: &str) -> Option<Scenario> {
    let scenario = Scenario::from_json(&document.to_string()).ok()?;
    let resolved = scenario.resolved();
    let again = Scenario::from_toml(&resolved)
        .unwrap_or_else(|error| panic!("{what} cannot be read again:\n{error}"));
    assert_eq!(
        scenario.fingerprint(),
        again.fingerprint(),
        "{what} is read as another scenario:\n{resolved}"
    );
    let sum: f64 = scenario.nodes.iter().map(|node| node.fair_share).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{what}: fair shares add up to {sum}");
    Some(scenario)
}

#[test]
fn every_number_is_refused_or_reads_back() {
    let (mut tried, mut taken) = (0, 0);
    for document in documents() {
        let mut pointers = Vec::new();
        numbers(&document, "", &mut pointers);
        for pointer in pointers {
            for value in nasty() {
                let mut changed = document.clone();
                let what = format!("{pointer} = {value}");
                *changed.pointer_mut(&pointer).expect("a pointer that was found") = value;
                tried += 1;
                taken += usize::from(accepted(&changed, &what).is_some());
            }
        }
    }
    assert!(tried > 3_000 && taken > tried / 20 && taken < tried, "{taken} of {tried} were accepted");
}

/// Small numbers only: how long a run of large ones takes is another question.
const RUN: [f64; 5] = [-0.0, 5e-324, 1e-12, 1e-9, 0.5];

#[test]
fn what_is_run_comes_to_a_possible_document() {
    let document = base();
    let mut pointers = Vec::new();
    numbers(&document, "", &mut pointers);
    let mut runs = 0;
    for pointer in pointers {
        for value in RUN {
            let mut changed = document.clone();
            let what = format!("{pointer} = {value}");
            *changed.pointer_mut(&pointer).expect("a pointer that was found") = value.into();
            let Some(scenario) = accepted(&changed, &what) else { continue };
            let mut options = RunOptions::of(&scenario);
            options.worlds = Some(0);
            let results =
                simulate(&scenario, options, &Quiet).unwrap_or_else(|error| panic!("{what}: {error}"));
            let text = serde_json::to_string(&results).expect("results have string keys only");
            let read: Results = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(read.check_possible(), Ok(()), "{what}");
            runs += 1;
        }
    }
    assert!(runs > 20, "{runs} runs");
}

#[test]
fn a_zone_that_gives_no_node_mail_leaves_fair_shares_as_they_were() {
    let mut document = base();
    document["nodes"] = json!({});
    document["events"] = json!([]);
    document["goals"] = json!({});
    let zone = format!(
        "$ORIGIN e.example.\n@ 300 SOA ns h 1 2 3 4 300\n{}",
        document["zone"]["text"].as_str().unwrap_or_default()
    );
    document["zone"]["text"] = zone.into();
    for replacement in ["e.example. 300 MX 10 gone.e.example.", "e.example. 300 MX 0 ."] {
        document["changes"] = json!([{ "at": "00:00", "replace": replacement }]);
        assert!(accepted(&document, replacement).is_some(), "{replacement} is refused");
    }
}

#[test]
fn impossible_documents_are_refused() {
    let scenario = Scenario::from_json(&base().to_string()).unwrap_or_else(|error| panic!("{error}"));
    let mut options = RunOptions::of(&scenario);
    options.worlds = Some(0);
    let results = simulate(&scenario, options, &Quiet).unwrap_or_else(|error| panic!("{error}"));
    let document = serde_json::to_value(&results).expect("results have string keys only");
    for (pointer, value) in [
        ("/nodes/0/share/mean", json!(37)),
        ("/nodes/0/share/mean", json!(0.999)),
        ("/nodes/0/share/p05", json!(0.9999)),
        ("/nodes/0/fair_share", json!(0.1)),
        ("/nodes/1/scatter/value", json!(-0.5)),
        ("/nodes/0/scatter_by_plan", json!({ "value": 0.7, "low": null, "high": null })),
        ("/nodes/0/scatter_by_plan", json!({ "value": 0.1, "low": null, "high": 0.7 })),
        ("/nodes/0/tilt/value", json!(1e300)),
        ("/nodes/0/totals/accepted", json!(1)),
        ("/delivery/totals/messages", json!(1)),
        ("/delivery/totals/bounced", json!(u64::MAX)),
        ("/delivery/delay/p50", json!(1e9)),
        ("/senders/0/totals/waiting", json!(12_345)),
        ("/senders/0/share_of_mail/value", json!(-1)),
        ("/hosts/0/share/value", json!(0.001)),
        ("/series/nodes/0/accepted", json!([1.0])),
        ("/dns/mx_cache_hits", json!(u64::MAX)),
        ("/goals/0/windows_met", json!(1_000)),
        ("/goals/0/windows", json!(9_000_000_000_000_000_u64)),
        ("/goals/0/met_fraction/value", json!(0.123)),
        ("/goals/0/met_fraction/high", json!(1e300)),
        ("/nodes/0/share/p95_ci", json!([-1, null])),
        ("/nodes/0/share/half_width", json!(1e6)),
        ("/hosts/0/share/high", json!(37)),
        ("/nodes/1/name", document["nodes"][0]["name"].clone()),
        ("/senders/0/by_node/0/node", json!("nobody")),
        ("/series/bin_s", json!(0)),
        ("/provenance/window_s", json!(1e-320)),
        ("/provenance/windows", json!(9_007_199_254_740_993_u64)),
        ("/balance/quietest_share/mean", json!(0.999)),
        ("/balance/jain/mean", json!(0.01)),
        ("/balance/max_over_fair/mean", json!(500)),
    ] {
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not there")) = value;
        let read: Results =
            serde_json::from_value(changed).unwrap_or_else(|error| panic!("{pointer}: {error}"));
        assert!(read.check_possible().is_err(), "{pointer}");
    }
}
