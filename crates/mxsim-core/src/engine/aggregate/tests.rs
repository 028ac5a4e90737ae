//! Fates against the connections they stand for, and listed orders against drawn ones.

use crate::engine::aggregate::outcome_tree::{Attempt, Disposition, Fate, OutcomeTree, Walker};
use crate::engine::aggregate::{enumerate, orders};
use crate::engine::compile_for;
use crate::engine::connect::{ConnectResult, connect};
use crate::engine::world::World;
use crate::engine::world::method::MethodChoice;
use crate::ids::{AddressId, HostId};
use crate::random::{Entropy, Purpose, StreamId};
use crate::scenario::Scenario;
use crate::sender::{Candidates, Outcome};
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// Three hosts, one of them with both families and two IPv4 addresses, and a backup.
const ZONE: &str = "[zone]\ntext = \"\"\"\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
    e.example. 300 MX 10 c.e.example.\ne.example. 300 MX 20 d.e.example.\n\
    a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\nb.e.example. 300 A 192.0.2.5\n\
    b.e.example. 300 AAAA 2001:db8::2\nc.e.example. 300 A 192.0.2.3\nd.e.example. 300 A 192.0.2.4\n\"\"\"\n";

fn world(rest: &str) -> World {
    match Scenario::from_toml(&format!("{ZONE}{rest}")) {
        Ok(scenario) => compile_for(&scenario, MethodChoice::Messages).world,
        Err(error) => panic!("{error}"),
    }
}

fn list(world: &World) -> Vec<(Candidates, f64)> {
    orders::of(world, &world.senders[0]).unwrap_or_default()
}

/// Theory: multinomial over the listed orders. n = 60,000 drawn orders, independent resolver answers drawn by the caches' own code; chi-square
/// with f degrees of freedom stays below f + 2 sqrt(11.6 f) + 23.2 but for exp(-11.6), less than 1 in 100,000 (Laurent and Massart
/// 2000, lemma 1).
#[test]
fn listed_orders_come_as_often_as_drawn_ones() {
    for (preset, resolver) in [
        ("postfix", "unbound"),
        ("exim", "unbound"),
        ("haraka", "unbound"),
        ("haraka", "bind_9_20"),
        ("qmail_lp64", "unbound"),
        ("order-preserving", "bind_9_20"),
        ("randomizing", "plain"),
    ] {
        let world =
            world(&format!("[[senders]]\npreset = \"{preset}\"\nresolver = \"{resolver}\"\nipv6 = true\n"));
        let mut listed: BTreeMap<Vec<u16>, f64> = BTreeMap::new();
        for (order, probability) in list(&world) {
            *listed.entry(order.iter().map(|candidate| candidate.address.0).collect()).or_default() +=
                probability;
        }
        assert!((listed.values().sum::<f64>() - 1.0).abs() < 1e-9, "{preset}: {listed:?}");
        let n = 60_000;
        let mut seen: BTreeMap<Vec<u16>, u64> = BTreeMap::new();
        for order in drawn(&world, n) {
            *seen.entry(order).or_default() += 1;
        }
        let unlisted: Vec<_> = seen.keys().filter(|order| !listed.contains_key(*order)).collect();
        assert!(unlisted.is_empty(), "{preset} with {resolver}: {unlisted:?}");
        let chi: f64 = listed
            .iter()
            .map(|(order, probability)| {
                let expected = probability * n as f64;
                (seen.get(order).copied().unwrap_or(0) as f64 - expected).powi(2) / expected
            })
            .sum();
        let freedom = listed.len() as f64 - 1.0;
        let most = freedom + 2.0 * (11.6 * freedom).sqrt() + 23.2;
        assert!(chi < most, "{preset} with {resolver}: {chi}, {freedom} degrees of freedom");
    }
}

/// Orders drawn as for single messages: a fresh resolver answer and a fresh decision each.
fn drawn(world: &World, n: u64) -> impl Iterator<Item = Vec<u16>> {
    use crate::dns::cache::{Layer, Network};
    use crate::engine::world::MX;
    let sender = &world.senders[0];
    let entropy = Entropy::new(17, 0);
    let layer = &world.topology.layers[0];
    let layers =
        vec![Layer { parameters: layer.parameters, caches: layer.caches, key: entropy.key(layer.stream) }];
    let authority = entropy.key(world.topology.authority_stream);
    let mut dns = Network::new(&world.topology.record_sets, world.topology.authority, authority, layers);
    let choice = entropy.key(StreamId::new("test", Purpose::Choice));
    (0..n).map(move |message| {
        let now = Time(message as i64 * 100_000);
        let mut list = Candidates::new();
        let hops = sender.hops(0);
        for place in dns.look_up(&hops, MX, now).order {
            let record = world.topology.record_sets[MX].versions[0].records[usize::from(place)];
            let sets = &world.topology.hosts[usize::from(record.target)];
            for set in [sets.aaaa.filter(|_| sender.ipv6), sets.a].into_iter().flatten() {
                for place in dns.look_up(&hops, set, now).order {
                    let address =
                        world.topology.record_sets[set].versions[0].records[usize::from(place)].target;
                    list.push(world.topology.candidate(
                        record.preference,
                        HostId(record.target),
                        AddressId(address),
                    ));
                }
            }
        }
        sender.behaviour.arrange(&mut list, choice.child(message));
        sender.behaviour.cut(&mut list);
        list.iter().map(|candidate| candidate.address.0).collect()
    })
}

/// What becomes of a message that arrives at `born` and tries `order`, connection by connection.
fn fate(world: &World, order: &Candidates, born: Time) -> (Vec<Attempt>, Disposition) {
    let timeouts = &world.senders[0].behaviour.parameters.timeouts;
    let (mut now, mut attempts) = (born, Vec::new());
    for candidate in order {
        if now >= world.end {
            return (attempts, Disposition::UnderWay);
        }
        let node = world.topology.first_node_of(candidate.address);
        let (at, outcome) = match connect(
            &world.topology.node(node).faults,
            (now, now),
            timeouts,
            &crate::node::Client::ANYBODY,
        ) {
            ConnectResult::Now(outcome) => (now, outcome),
            ConnectResult::Later(at, outcome) => (at, outcome),
        };
        let accepted = outcome == Outcome::Accepted;
        let failed = at < world.end && !accepted;
        attempts.push(Attempt { node, begun: now.since(born), failed });
        if at >= world.end {
            return (attempts, Disposition::UnderWay);
        }
        if accepted {
            let (host, address) = (candidate.host, candidate.address);
            return (attempts, Disposition::Accepted { host, address, node, delay: at.since(born) });
        }
        now = at;
    }
    (attempts, if now >= world.end { Disposition::UnderWay } else { Disposition::Nobody })
}

/// Silent and refusing nodes with edges at odd moments, so near each other that a walk meets several, and one across the end of the run.
const FAULTS: &str = "[run]\nrun_length = \"2h\"\nwindow = \"20m\"\n[[senders]]\npreset = \"exim\"\n\
    [[events]]\nat = \"00:10\"\nfor = \"7m 13s\"\nnode = \"a\"\nfault = \"drop\"\n\
    [[events]]\nat = \"00:12\"\nfor = \"1m 1s\"\nnode = \"c\"\nfault = \"refuse\"\n\
    [[events]]\nat = \"00:16\"\nfor = \"11m 59s\"\nnode = \"c\"\nfault = \"drop\"\n\
    [[events]]\nat = \"01:59\"\nfor = \"30m\"\nnode = \"a\"\nfault = \"drop\"\n";

/// Every piece: at its first moment, in its middle and at its last moment, each order has the fate that single connections give it, and
/// in the next piece something else.
#[test]
fn fates_are_those_of_single_connections() {
    let world = world(FAULTS);
    let orders = list(&world);
    assert!(orders.len() > 10);
    for one in orders.iter().map(|(order, _)| vec![(order.clone(), 1.0)]) {
        let tree = OutcomeTree::new(&world, &one);
        let walker = Walker { world: &world, behaviour: &world.senders[0].behaviour, by_bins: false };
        let (mut fates, mut at, mut pieces): (Vec<Fate>, _, _) = (Vec::new(), Time::ZERO, 0);
        while at < world.end {
            let slack = tree.fates(walker, at, &mut fates);
            let to = (at + slack).min(world.end);
            for born in [at, Time(at.0 + (to.0 - at.0) / 2), Time(to.0 - 1)] {
                let (attempts, end) = fate(&world, &one[0].0, born);
                let seen = (fates[0].attempts.to_vec(), fates[0].end);
                assert_eq!((fates.len(), seen), (1, (attempts, end)), "{born:?} in {at:?} to {to:?}");
            }
            (at, pieces) = (to, pieces + 1);
        }
        assert!(pieces < 200, "{pieces} pieces");
    }
}

#[test]
fn a_piece_ends_where_a_connection_would_fall_into_another_window() {
    let world = world(FAULTS);
    let tree = OutcomeTree::new(&world, &list(&world));
    let walker = Walker { world: &world, behaviour: &world.senders[0].behaviour, by_bins: true };
    let (mut fates, mut at) = (Vec::new(), Time::ZERO);
    let window = |at: Time| at.0 / world.window().0;
    while at < world.end {
        let to = (at + tree.fates(walker, at, &mut fates)).min(world.end);
        for fate in &fates {
            let delay = match fate.end {
                Disposition::Accepted { delay, .. } => delay,
                Disposition::UnderWay | Disposition::Nobody => Span::ZERO,
            };
            for offset in fate.attempts.iter().map(|attempt| attempt.begun).chain([delay]) {
                assert_eq!(window(at + offset), window(Time(to.0 - 1) + offset), "{at:?} + {offset}");
            }
        }
        at = to;
    }
}

#[test]
fn the_remainders_of_a_seed_have_their_exact_probabilities() {
    use crate::dns::order::Draws;
    let seeds =
        enumerate::outcomes(100, |enumeration| Draws::seed(&mut &mut *enumeration, 4)).unwrap_or_default();
    // 2^32 = 12 * 357,913,941 + 4: the remainders 0 to 3 by 12 come once more than the others.
    let alike = |count: u64| count as f64 / 4_294_967_296.0;
    assert_eq!(seeds.len(), 12);
    assert_eq!(seeds[3], (3, alike(357_913_942)));
    assert_eq!(seeds[4], (4, alike(357_913_941)));
}
