//! The model of an edge against a recorded HAProxy (`data/edges`).

use mxsim_core::edge::{Balance, Pool};
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use mxsim_core::scenario::{EdgeSpec, ScenarioBuilder};
use mxsim_verify::experiment::equal_hosts;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn recorded() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/edges/haproxy_2_6_12.json");
    serde_json::from_str(&fs::read_to_string(path).expect("a recording")).expect("JSON")
}

fn text(recorded: &Value, key: &str) -> String {
    recorded[key].as_str().unwrap_or_else(|| panic!("no {key}")).to_owned()
}

fn seconds(recorded: &Value, key: &str) -> Vec<f64> {
    recorded[key].as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

fn pool(balance: Balance, weights: [f64; 3]) -> Pool {
    let edge = EdgeSpec::new("mx1", ["n1", "n2", "n3"]).balance(balance);
    let scenario = ScenarioBuilder::new(&equal_hosts(1, 300)).edge(edge).build().expect("a scenario");
    let nodes: Vec<(&str, f64)> = ["n1", "n2", "n3"].into_iter().zip(weights).collect();
    Pool::new(&scenario.edges[0].policy, &nodes)
}

/// Picks a node, as the recording names it.
fn pick(pool: &mut Pool) -> usize {
    pool.pick(0, draws(), None).expect("there is room") + 1
}

/// Draws of which these ways to balance need none.
fn draws() -> Key {
    Entropy::new(1, 0).key(StreamId::new("edge", Purpose::Edge))
}

/// Equal servers take turns in the same order. With weights HAProxy and nginx interleave them in another order, and each has its part of every round.
#[test]
fn round_robin_takes_turns_as_recorded() {
    let recorded = recorded();
    let mut turns = pool(Balance::RoundRobin, [1.0; 3]);
    let simulated: String = (0..30).map(|_| pick(&mut turns).to_string()).collect();
    assert_eq!(simulated, text(&recorded, "round_robin"));
    let mut turns = pool(Balance::RoundRobin, [2.0, 1.0, 1.0]);
    let weighted = text(&recorded, "round_robin_2_1_1");
    for round in weighted.as_bytes().chunks(4) {
        let mut own: Vec<String> = (0..4).map(|_| pick(&mut turns).to_string()).collect();
        let mut other: Vec<String> = round.iter().map(|node| char::from(*node).to_string()).collect();
        own.sort_unstable();
        other.sort_unstable();
        assert_eq!(own, other, "a round of four");
    }
}

/// Each of 80 steps: connections are opened and closed as recorded, and each new one goes where it went.
#[test]
fn least_connections_go_where_they_went() {
    let mut open = pool(Balance::LeastConnections, [1.0; 3]);
    let steps = text(&recorded(), "least_connections");
    let (mut same, mut opened) = (0, 0);
    for (number, step) in steps.split(' ').enumerate() {
        let (what, node) = step.split_at(1);
        let node: usize = node.parse().expect("a server");
        if what == "-" {
            open.release(node - 1);
            continue;
        }
        opened += 1;
        let own = pick(&mut open);
        same += usize::from(own == node);
        assert_eq!(own, node, "step {number} of {steps}");
    }
    assert!(same == opened && opened > 40, "{same} of {opened}");
}

/// A client keeps its server; when one leaves, only its own clients move with a consistent hash, and others with them without.
#[test]
fn clients_move_as_the_hash_says() {
    let recorded = recorded();
    let moved = |key: &str| {
        let of = |when: &str| text(&recorded[key], when);
        let pairs: Vec<(char, char)> = of("before").chars().zip(of("without_n3").chars()).collect();
        assert!(pairs.len() == 60 && pairs.iter().all(|(_, after)| *after != '3'));
        pairs.into_iter().filter(|(before, after)| *before != '3' && before != after).count()
    };
    assert_eq!(text(&recorded["source"], "before"), text(&recorded["source"], "again"));
    // Of those that were elsewhere, h mod 3 and h mod 2 differ for one in two.
    assert!((10..=30).contains(&moved("source")), "{}", moved("source"));
    assert_eq!(moved("consistent"), 0);
}

/// What the preset says and its oracles hold the simulator to is what was recorded: three failed checks two seconds apart find a server, two good ones bring it back;
/// four connections a second apart end without a greeting, and `option redispatch` goes to another server at once. 0.1 s is allowed for the machine.
#[test]
fn the_preset_says_what_was_recorded() {
    let recorded = recorded();
    let within = |key: &str, (above, most): (f64, f64)| {
        for after in seconds(&recorded, key) {
            assert!(after > above && after <= most + 0.1, "{key}: {after} s, not in ({above}, {most}]");
        }
    };
    within("refusing_found_after_s", (4.0, 6.0));
    within("back_after_s", (2.0, 4.0));
    let ends = |key: &str| -> Vec<(Option<String>, f64)> {
        let list = recorded[key].as_array().expect("a list").iter();
        list.map(|end| (end[0].as_str().map(str::to_owned), end[1].as_f64().expect("a time"))).collect()
    };
    let (failed, taken): (Vec<_>, Vec<_>) =
        ends("refusing_without_checks").into_iter().partition(|(node, _)| node.is_none());
    assert!(failed.len() == 3 && failed.iter().all(|(_, after)| (3.0..3.1).contains(after)), "{failed:?}");
    assert!(taken.iter().all(|(_, after)| *after < 0.1));
    assert!(ends("refusing_with_redispatch").iter().all(|(node, after)| node.is_some() && *after < 0.1));
    assert!(recorded["without_node"][0].is_null(), "taken, and closed");
}
