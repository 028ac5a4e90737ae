//! Senders that make something else of preferences than RFC 5321 asks, and those that stay with a host or go round a list.

use mxsim_core::results::Results;
use mxsim_verify::agree::assert_mean;
use mxsim_verify::experiment::{equal_hosts, run, text};

const REPLICATIONS: u64 = 200;

/// Two hosts of preference 10 and one each of 20 and 30.
const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
    example.com. 300 IN MX 20 c.example.com.\nexample.com. 300 IN MX 30 d.example.com.\n\
    a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\nc.example.com. 300 IN A 192.0.2.3\n\
    d.example.com. 300 IN A 192.0.2.4\n";

/// A day of a sender that shuffles, with this preference; `refusing` nodes are down all the time.
fn day(preference: &str, refusing: &str) -> Results {
    let events = if refusing.is_empty() {
        String::new()
    } else {
        format!("[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"{refusing}\"\nfault = \"refuse\"\n")
    };
    run(&text(
        &format!("replications = {REPLICATIONS}"),
        ZONE,
        &format!(
            "[traffic]\nmessages_per_day = 200\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\n\
             order = {{ preference = \"{preference}\" }}\n{events}"
        ),
    ))
}

fn assert_shares(results: &Results, theory: [f64; 4]) {
    for (name, share) in ["a", "b", "c", "d"].iter().zip(theory) {
        let node = results.nodes.iter().find(|node| node.name == *name).expect("a node");
        if share == 0.0 || share == 1.0 {
            assert!((node.share.mean - share).abs() < 1e-12, "{name}: {}", node.share.mean);
        } else {
            assert_mean(name, &node.share, REPLICATIONS, share);
        }
    }
}

/// Theory: a shuffle over all that counts as one preference. n: 200 days of about 200 messages; level one in a million each.
#[test]
fn each_way_to_take_preferences_has_its_hosts() {
    assert_shares(&day("obey", ""), [0.5, 0.5, 0.0, 0.0]);
    assert_shares(&day("ignore", ""), [0.25; 4]);
    assert_shares(&day("reverse", ""), [0.0, 0.0, 0.0, 1.0]);
    assert_shares(&day("worst-first", ""), [0.0, 0.0, 0.0, 1.0]);
}

/// Theory: with the worst host down, `reverse` goes to the one before it and `worst-first` begins with the best.
#[test]
fn they_differ_in_whom_they_turn_to_next() {
    assert_shares(&day("reverse", "d"), [0.0, 0.0, 1.0, 0.0]);
    assert_shares(&day("worst-first", "d"), [0.5, 0.5, 0.0, 0.0]);
}

/// Theory: m messages of one outbound host over n hosts in turn give each of them m/n, rounded up or down: nothing is left to chance. The resolver
/// rotates, which makes no difference.
#[test]
fn a_strict_round_robin_is_exact() {
    let results = run(&text(
        "replications = 1\nwarm_up = \"1h\"",
        &equal_hosts(3, 300),
        "[traffic]\nmessages_per_day = 3000\n[[senders]]\nname = \"all\"\npreset = \"order-preserving\"\nresolver = \"bind_9_20\"\n\
         order = { hosts = \"round-robin\" }\n",
    ));
    let accepted: Vec<u64> = results.nodes.iter().map(|node| node.totals.accepted).collect();
    let (least, most) = (accepted.iter().min().expect("nodes"), accepted.iter().max().expect("nodes"));
    assert!(most - least <= 1 && *least > 900, "{accepted:?}");
}

/// Theory: one outbound host goes to the first host until that is down, then to the second, and stays there: the second takes all mail from the
/// outage on, though the first is back after a minute.
#[test]
fn who_stays_with_the_host_that_worked_last_does_not_come_back() {
    let results = run(&text(
        "replications = 1\nwarm_up = \"1h\"",
        "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 20 b.example.com.\n\
         a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n",
        "[traffic]\nmessages_per_day = 24000\n[[senders]]\nname = \"all\"\npreset = \"order-preserving\"\norder = { hosts = \"last-good\" }\n\
         [[events]]\nat = \"12:00\"\nfor = \"10m\"\nnode = \"a\"\nfault = \"refuse\"\n",
    ));
    let of =
        |name: &str| &results.series.nodes.iter().find(|node| node.name == name).expect("a node").accepted;
    let bins = of("a").len();
    let sum = |name: &str, from: usize, to: usize| of(name)[from..to].iter().sum::<f64>();
    assert_eq!(sum("b", 0, bins / 2), 0.0, "nothing before noon");
    assert_eq!(sum("a", bins / 2, bins), 0.0, "nothing from noon on");
    assert!(sum("a", 0, bins / 2) > 11_000.0 && sum("b", bins / 2, bins) > 11_000.0);
}

/// Theory: arrivals see time averages, so a node of c sessions turns away the same part of a little wanted mail as of the spam that fills it: Erlang's B. Spam of
/// 40,000 messages a day in sessions of 10 s is an offered load of 4.6, of which 5 sessions turn away 0.25; retries of the wanted mail add a little. Were
/// what is turned away of the spam counted, too, it would be five times as much as comes. n: 16 days.
#[test]
fn a_full_node_is_judged_by_the_wanted_mail_it_turns_away() {
    let text = text(
        "run_length = \"1d\"\nreplications = 16",
        &equal_hosts(1, 300),
        "[traffic]\nmessages_per_day = 2000\nprofile = \"flat\"\n[nodes.\"*\"]\nsessions = 5\nsession_time = \"10s\"
[[senders]]\nname = \"us\"\nshare = \"100 %\"\npreset = \"randomizing\"
[[senders]]\nname = \"spam\"\nwanted = false\nshare = \"2000 %\"\npreset = \"spam\"",
    );
    let results = run(&text);
    let sessions = results.nodes[0].sessions.expect("sessions take time");
    let part = sessions.blocked_in_busiest_hour.expect("wanted mail comes").mean;
    assert!((0.15..0.4).contains(&part), "{part}");
}
