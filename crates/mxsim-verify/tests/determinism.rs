//! The same scenario and seed give the same bytes; what is not touched by a change keeps its luck.

use mxsim_core::engine::probe::{Probe, Step};
use mxsim_core::engine::{MethodChoice, compile, compile_for, replicate, replicate_with};
use mxsim_core::ids::MessageId;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Limit, Quiet, RunOptions, Twins, run, simulate};
use mxsim_core::tally::Tally;
use mxsim_core::time::Time;
use mxsim_verify::experiment::{equal_hosts, scenario, text};
use std::fs;
use std::path::Path;

/// A scenario in which everything happens: sticky and listening senders, shared caches, holds, silent and refusing nodes, retries with
/// jitter, a change of the zone, several windows.
const EVERYTHING: &str = r#"
[run]
window = "12h"
run_length = "1d"
warm_up = "2h"

[zone]
authority = "route53_simple"
text = """
example.com. 300 IN MX 10 mx1.example.com.
example.com. 300 IN MX 10 mx2.example.com.
example.com. 300 IN MX 20 backup.example.com.
mx1.example.com. 60 IN A 192.0.2.1
mx1.example.com. 60 IN AAAA 2001:db8::1
mx2.example.com. 60 IN A 192.0.2.2
backup.example.com. 60 IN A 192.0.2.3
"""

[[changes]]
at = "14:00"
remove = "example.com. MX 10 mx2.example.com."

[traffic]
messages_per_day = 4000
profile = "office"

[resolvers.office]
preset = "pdns_recursor"
caches = 3

[[senders]]
name = "postfix sites"
preset = "postfix"
share = "30 %"
sites = 40
resolver = "office"

[[senders]]
name = "exim sites"
preset = "exim"
share = "20 %"
sites = 20
resolver = "bind_9_20"

[[senders]]
name = "qmail"
preset = "qmail_lp64"
share = "10 %"
sites = 5
resolver = "dnsmasq"

[[senders]]
name = "provider"
preset = "cache-sticky"
share = "20 %"
sites = 2
hosts = 3
sticky = "2h"
resolver = "unbound"

[[senders]]
name = "listener"
preset = "order-preserving"
share = "rest"
sites = 4
resolver = "office"
retry = { jitter = "5m" }

[[events]]
at = "09:00"
for = "90m"
node = "mx1"
fault = "drop"

[[events]]
at = "10:00"
for = "30m"
node = ["mx2", "backup"]
fault = "refuse"

[goals]
busiest_share = "60 %"
delay_p95 = "10m"
"#;

/// The results document of a run on a pool of `threads`.
fn bytes(scenario: &Scenario, limit: Limit, threads: usize) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
    // A few plausible worlds are as good as many to see a thread in them.
    let options = RunOptions::of(scenario).limit(limit).worlds(4);
    let results = pool.install(|| simulate(scenario, options, &Quiet)).expect("nobody interrupts it");
    serde_json::to_vec(&results).expect("results are JSON")
}

#[test]
fn the_same_bytes_at_one_two_and_seven_threads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    // Neither is a multiple of a number of threads; the scenarios of the project are large.
    let mut runs = vec![(EVERYTHING.to_string(), 37)];
    for entry in fs::read_dir(folder).expect("the project has scenarios").flatten() {
        runs.push((fs::read_to_string(entry.path()).expect("a readable scenario"), 8));
    }
    assert!(runs.len() > 1);
    for (text, replications) in runs {
        let (mut scenario, limit) = (scenario(&text), Limit::Replications(replications));
        // Bytes do not differ more often in a large scenario, they only take longer.
        scenario.messages_per_day = scenario.messages_per_day.min(30_000.0);
        let one = bytes(&scenario, limit, 1);
        for threads in [2, 7] {
            assert!(bytes(&scenario, limit, threads) == one, "{}: {threads} threads", scenario.title);
        }
    }
}

#[test]
fn the_same_bytes_where_the_goals_decide_when_to_stop() {
    let scenario = scenario(EVERYTHING);
    let limit = Limit::UntilDecided { at_most: 400 };
    let one = bytes(&scenario, limit, 1);
    assert!(bytes(&scenario, limit, 7) == one);
    assert!(bytes(&scenario, limit, 1) == one, "and the second time");
}

#[test]
fn forty_replications_are_the_first_forty_of_eighty() {
    let scenario = scenario(EVERYTHING);
    let world = compile(&scenario);
    let tallies = |replications| {
        let options = RunOptions::of(&scenario).replications(replications);
        run(&world, &Twins::default(), options, &Quiet).tallies
    };
    let (forty, eighty) = (tallies(40), tallies(80));
    assert_eq!((forty.len(), eighty.len()), (40, 80));
    assert!(forty[..] == eighty[..40]);
    assert!(eighty[0] != eighty[1], "replications differ");
}

/// What `sender` brought to each node, window by window.
fn brought(scenario: &Scenario, sender: &str, replication: u64) -> Vec<Vec<u64>> {
    let world = compile(scenario);
    let tally = replicate(&world, 11, replication, &|| false).expect("nobody cancels it");
    let place = world.labels.senders.iter().position(|labels| labels.name == sender).expect("it sends");
    let nodes = world.labels.nodes.len();
    tally.windows.iter().map(|window| window.accepted[place * nodes..(place + 1) * nodes].to_vec()).collect()
}

/// Theory: every draw of a sender hangs off its name, so one more sender changes nothing for it, not even a single message.
#[test]
fn another_sender_shifts_nobodys_draws() {
    for preset in ["postfix", "exim", "haraka", "cache-sticky", "order-preserving"] {
        let sender = |name: &str, preset: &str| {
            format!(
                "[[senders]]\nname = \"{name}\"\npreset = \"{preset}\"\nshare = SHARE\nsites = 7\nresolver = \"unbound\"\n"
            )
        };
        let outage = "[[events]]\nat = \"09:00\"\nfor = \"1h\"\nnode = \"mx2\"\nfault = \"drop\"\n";
        let with = |messages: u32, share: &str, senders: &str| {
            let senders = senders.replace("SHARE", share);
            let traffic = format!("[traffic]\nmessages_per_day = {messages}\n{senders}{outage}");
            scenario(&text(
                "window = \"6h\"\nrun_length = \"1d\"\nwarm_up = \"1h\"",
                &equal_hosts(3, 300),
                &traffic,
            ))
        };
        let (one, other) = (sender("one", preset), sender("another", "postfix"));
        let alone = with(2_000, "1.0", &one);
        for both in [with(4_000, "0.5", &(one.clone() + &other)), with(4_000, "0.5", &(other.clone() + &one))]
        {
            for replication in 0..3 {
                assert_eq!(
                    brought(&alone, "one", replication),
                    brought(&both, "one", replication),
                    "{preset}, replication {replication}"
                );
            }
        }
    }
}

fn first_tally(zone: &str, sender: &str, replication: u64) -> Tally {
    let rest =
        format!("[traffic]\nmessages_per_day = 2000\n[[senders]]\nname = \"all\"\nsites = 20\n{sender}");
    replicate(&compile(&scenario(&text("warm_up = \"1h\"", zone, &rest))), 5, replication, &|| false)
        .expect("nobody cancels it")
}

/// Theory: a shuffle goes by keys that hang off the message and the host's name, so a host that joins takes messages away from the others and
/// moves none between them: in every hour no old host has more than without it. Independent draws would break that in every second
/// comparison; here are 5 replications of 24 hours and 3 hosts.
#[test]
fn a_host_that_joins_moves_no_message_between_the_others() {
    let three = equal_hosts(3, 300);
    // The new host stands first, so positions in the list say nothing.
    let four = "example.com. 300 IN MX 10 mx4.example.com.\nmx4.example.com. 300 IN A 192.0.2.4\n"
        .to_string()
        + &three;
    for sender in [
        "preset = \"postfix\"",
        "preset = \"exim\"",
        "preset = \"randomizing\"",
        "preset = \"cache-sticky\"\nsticky = \"1h\"",
    ] {
        for replication in 0..5 {
            let (before, after) =
                (first_tally(&three, sender, replication), first_tally(&four, sender, replication));
            assert_eq!(before.totals.messages, after.totals.messages);
            let mut taken = 0;
            for (old, new) in before.series.chunks(3).zip(after.series.chunks(4)) {
                // The new host is the first node of the other world.
                let kept = &new[1..];
                assert!(
                    old.iter().zip(kept).all(|(old, kept)| kept <= old),
                    "{sender}: {old:?} became {new:?}"
                );
                taken += new[0];
            }
            assert!(taken > 0, "{sender}: the new host gets mail");
        }
    }
}

/// Looks at every step and does nothing with it.
struct Watcher;

impl Probe for Watcher {
    fn step(&mut self, _: MessageId, _: u32, _: Time, _: Step<'_>) {}
}

/// What a trace shows is what happened: a replication that is watched counts as one that is not. An authority that goes by how often it was asked must be
/// asked by everyone, also by senders to whom its order makes no difference, as soon as one sender goes by it.
#[test]
fn a_watched_replication_is_the_same() {
    let senders = "[traffic]\nmessages_per_day = 2000\n[[senders]]\nname = \"draws\"\npreset = \"postfix\"\nshare = \"50 %\"\nsites = 30\n\
                   [[senders]]\nname = \"follows\"\npreset = \"qmail_lp64\"\nshare = \"rest\"\nsites = 10\n";
    let one_preference = ADDRESSES_OF_ALL_KINDS.replace("MX 20", "MX 10");
    for zone in [&equal_hosts(3, 300), ADDRESSES_OF_ALL_KINDS, &one_preference] {
        for authority in ["bind_cyclic", "route53_simple", "knot_rotation", "bind_order_none"] {
            for resolver in ["", "resolver = \"google_8888\"\n", "resolver = \"bind_9_20\"\npool = \"one\"\n"]
            {
                let senders = senders.replace("sites =", &format!("{resolver}sites ="));
                for rest in [senders.clone(), senders.replace("qmail_lp64", "exim")] {
                    let head = format!("[zone]\nauthority = \"{authority}\"\n");
                    is_the_same_watched(&text("", zone, &rest).replacen("[zone]\n", &head, 1));
                }
            }
        }
    }
}

/// Several addresses of a host, of one family and of both, and one under two names.
const ADDRESSES_OF_ALL_KINDS: &str = "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\n\
     example.com. 300 MX 20 c.example.com.\na.example.com. 60 A 192.0.2.1\na.example.com. 60 A 192.0.2.2\n\
     b.example.com. 300 A 192.0.2.3\nb.example.com. 300 AAAA 2001:db8::3\nc.example.com. 90 A 192.0.2.1\n\
     c.example.com. 90 A 192.0.2.4\n";

fn is_the_same_watched(text: &str) {
    let world = compile_for(&scenario(text), MethodChoice::Messages);
    for r in 0..2 {
        let plain = replicate(&world, 1, r, &|| false).expect("nobody cancels it");
        let watched = replicate_with(&world, 1, r, &|| false, &mut Watcher).expect("nobody cancels it");
        assert!(plain == watched, "{text}");
    }
}
