//! The ranking of skews, row by row. Row 2 is in `stubs.rs`.

use crate::{days, list_walker, mean_reciprocal, zone_by};
use mxsim_core::results::Results;
use mxsim_core::theory::cache::stale_probability;
use mxsim_verify::agree::{assert_mean, assert_near, assert_positive, widening};
use mxsim_verify::experiment::{equal_hosts, run, text};

/// Three equal hosts, the third named first.
fn third_first() -> String {
    let line = |i: u8| {
        format!("example.com. 300 IN MX 10 mx{i}.example.com.\nmx{i}.example.com. 300 IN A 192.0.2.{i}\n")
    };
    [3, 1, 2].map(line).concat()
}

fn share(results: &Results, name: &str) -> f64 {
    results.nodes.iter().find(|node| node.name == name).map_or(0.0, |node| node.share.mean)
}

/// Row 1. Theory: an authority and a resolver that move nothing give the list-walker one record, always: 100 %. NSD, CoreDNS and gdnsd
/// answer MX in zone order, Knot and BIND sort by data, so it is another host there.
#[test]
fn row_1_a_fixed_order_sends_everything_to_one_host() {
    for (authority, first) in
        [("nsd", "mx3"), ("coredns", "mx3"), ("gdnsd", "mx3"), ("knot", "mx1"), ("bind_order_none", "mx1")]
    {
        for resolver in ["plain", "unbound_fixed", "coredns_cache", "dnsmasq", "adguard_home", "hickory"] {
            let results = run(&zone_by(
                &format!("authority = \"{authority}\""),
                "replications = 3",
                &third_first(),
                &format!("[traffic]\nmessages_per_day = 500\n{}", list_walker(resolver)),
            ));
            assert_eq!(share(&results, first), 1.0, "{authority} before {resolver}");
        }
    }
}

/// Row 3. Theory: one counter for all answers, moved by q of them from one delivery to the next, comes back to the same of n = 2 hosts if q
/// is even. A delivery asks NSD for MX and for three addresses (q = 4): 100/0. Without the IPv6 address q = 3: a strict alternation.
#[test]
fn row_3_a_counter_resonates_with_the_questions_of_a_delivery() {
    let zone = equal_hosts(2, 300);
    for (extra, expected) in [("mx1.example.com. 300 IN AAAA 2001:db8::1\n", 1.0), ("", 0.5)] {
        let results = run(&zone_by(
            "authority = \"nsd_roundrobin\"",
            "replications = 5\nwarm_up = \"0s\"",
            &format!("{zone}{extra}"),
            &format!(
                "[traffic]\nmessages_per_day = 1000\n[resolvers.none]\ncache = {{ types = [] }}\n{}",
                list_walker("none")
            ),
        ));
        let [one, other] = [0, 1].map(|node| results.nodes[node].totals.accepted);
        if expected == 1.0 {
            assert_eq!(other, 0, "{one} at the first");
        } else {
            assert!(one.abs_diff(other) <= 5, "{one} and {other}: they take turns in each of five days");
        }
    }
}

/// Row 3. Theory: dnsmasq turns its list by one with each look-up it answers itself. A host that two MX records name is looked up twice for each
/// delivery, so after the first one of a TTL the same of its two addresses always comes first. With one look-up they take turns.
/// n: 5 days of 1,000 messages; a TTL is a day, so no more than two in a day begin one.
#[test]
fn row_3_two_look_ups_of_one_name_hide_every_other_address() {
    let (again, rest) = (
        "example.com. 86400 IN MX 20 mx.example.com.\n",
        "example.com. 86400 IN MX 10 mx.example.com.
mx.example.com. 86400 IN A 192.0.2.1\nmx.example.com. 86400 IN A 192.0.2.2\n",
    );
    let split = |zone: &str| {
        let results = days(5, 1_000, zone, &list_walker("dnsmasq"));
        [0, 1].map(|node| results.nodes[node].totals.accepted)
    };
    let twice = split(&format!("{rest}{again}"));
    assert!(twice[0] <= 10 && twice[1] > 4_500, "{twice:?}");
    let once = split(rest);
    assert!(once[0].abs_diff(once[1]) <= 15, "{once:?}: they take turns");
}

/// Shares of mail of the ten largest senders, taken from SPF records (reported, 2026): the sum of their squares is 0.065.
const LARGEST: [f64; 10] = [19.6, 13.6, 6.6, 2.5, 2.5, 2.3, 2.2, 2.2, 1.9, 1.7];

/// The ten largest with `hosts` caches each that hold one order for a TTL, and everybody else, who chooses for each message.
fn concentrated(hosts: u32) -> String {
    let large = |(i, share): (usize, &f64)| {
        format!(
            "[[senders]]\nname = \"large {i}\"\npreset = \"order-preserving\"\nshare = \"{share} %\"\nhosts = {hosts}\nresolver = \"frozen\"\n"
        )
    };
    LARGEST.iter().enumerate().map(large).collect::<String>()
        + "[[senders]]\nname = \"the others\"\npreset = \"randomizing\"\nshare = \"rest\"\n[resolvers.frozen]\npreset = \"pdns_recursor\"\ncaches = \"per-host\"\n"
}

/// Row 4. Theory: with H = sum of squares of the shares of the caches, one epoch of three equal hosts has sd sqrt(H (1/3)(2/3)) = 12 points;
/// a window of many epochs leaves the part f of H, f = (W/T - 1 + 2/3) / (W/T)^2 for a uniform phase, that is 2.4 points for 24; 16 caches to a
/// sender leave H/16, 3 points. Single messages add (1 - H f) / N. One epoch: a TTL of a day and a window of 1 h, in which one
/// cache in 24 changes, f = 1 - 1/72. n: 400 windows of 1 h, 100 of a day; scatter is known to 4 % and 7 %.
#[test]
fn row_4_frozen_orders_of_large_senders() {
    let h: f64 = LARGEST.iter().map(|share| (share / 100.0) * (share / 100.0)).sum();
    for (hosts, ttl, window, messages, kept, stated) in [
        (1, 86_400, "1h", 3_000.0, 71.0 / 72.0, 12.0),
        (16, 86_400, "1h", 3_000.0, 71.0 / 72.0, 3.0),
        (1, 3_600, "1d", 100_000.0, (23.0 + 2.0 / 3.0) / 576.0, 2.4),
    ] {
        let windows = if window == "1h" { 400 } else { 100 };
        let per_day = if window == "1h" { messages * 24.0 } else { messages };
        let results = run(&text(
            &format!(
                "replications = {windows}\nwindow = \"{window}\"\nrun_length = \"{window}\"\nwarm_up = \"1h\""
            ),
            &equal_hosts(3, ttl),
            &format!("[traffic]\nmessages_per_day = {per_day}\n{}", concentrated(hosts)),
        ));
        let of_caches = h * kept / f64::from(hosts);
        let theory = (2.0 / 9.0 * (of_caches + (1.0 - of_caches) * mean_reciprocal(messages))).sqrt();
        let node = &results.nodes[0];
        assert_positive(&format!("{hosts} caches each, {window}"), &node.scatter, windows, theory);
        assert!(
            (node.scatter.value * 100.0 - stated).abs() < 0.2 * stated,
            "{} points",
            node.scatter.value * 100.0
        );
    }
}

/// Row 5. Theory: a rotation keeps neighbours, so a list-walker takes a dead host's mail to its successor, 2/n: 67:33 of three. A shuffle
/// spreads it, 50:50. BIND's one seed makes the ordered first pair uniform, so it is no different from a shuffle here.
/// n: 300 days of 1,000 messages; a share is known to 0.001.
#[test]
fn row_5_a_rotation_gives_a_dead_hosts_mail_to_its_successor() {
    let dead = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"refuse\"\n";
    for (resolver, successor) in [
        ("unbound", 2.0 / 3.0),
        ("bind_9_22", 2.0 / 3.0),
        ("knot_resolver", 2.0 / 3.0),
        ("google_8888", 2.0 / 3.0),
        ("bind_9_20", 0.5),
        ("naive", 0.5),
        ("coredns_loadbalance", 0.5),
    ] {
        let results = days(300, 1_000, &equal_hosts(3, 300), &format!("{}{dead}", list_walker(resolver)));
        assert_mean(&format!("successor behind {resolver}"), &results.nodes[1].share, 300, successor);
    }
}

/// A fifth of the mail from one Postfix with one cache, the rest from a thousand others with caches of their own.
const ONE_LARGE: &str = "[[senders]]\nname = \"large\"\npreset = \"postfix\"\nshare = \"20 %\"
[[senders]]\nname = \"others\"\npreset = \"postfix\"\nshare = \"80 %\"\nsites = 1000\nsizes = \"equal\"\n";

/// Row 6. Theory: an answer of one record is what every message behind that cache gets until it expires, however the sender shuffles. With a
/// TTL of 5 days and windows of 1 h a fifth of the mail is at one node: sd 0.2 / 2 = 10 points, to which the others add 1/4 of 0.64/1000. With
/// both records in the answer only the luck of messages is left. n: 400 windows of 3,000 messages; scatter is known to 4 %.
#[test]
fn row_6_an_answer_of_one_record_flips_a_fifth_of_the_traffic() {
    let (windows, messages) = (400, 3_000.0);
    let kept = 0.04 + 0.64 / 1_000.0;
    for (authority, of_caches) in [("route53_weighted", kept), ("gcp_wrr", kept), ("route53_simple", 0.0)] {
        let results = run(&zone_by(
            &format!("authority = \"{authority}\""),
            &format!("replications = {windows}\nwindow = \"1h\"\nrun_length = \"1h\"\nwarm_up = \"1h\""),
            &equal_hosts(2, 432_000),
            &format!("[traffic]\nmessages_per_day = {}\n{ONE_LARGE}", messages * 24.0),
        ));
        let theory = (0.25 * (of_caches + (1.0 - of_caches) * mean_reciprocal(messages))).sqrt();
        assert_positive(authority, &results.nodes[0].scatter, windows, theory);
    }
}

/// Row 6. Theory: weights 3 : 1 give mx1 three quarters of the epochs. n: 300 days of 24 epochs at each of 50 sites.
#[test]
fn row_6_weights_are_kept_over_many_epochs() {
    let results = run(&zone_by(
        "authority = { preset = \"route53_weighted\", weights = { mx1 = 3 } }",
        "replications = 300",
        &equal_hosts(2, 3_600),
        "[traffic]\nmessages_per_day = 5000\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 50\n",
    ));
    assert_mean("mx1 of weight 3", &results.nodes[0].share, 300, 0.75);
}

/// Row 6. Theory: with one record to an answer a sender knows no other host. While mx1 refuses, what met an answer of mx1 waits; with both
/// records nothing does.
#[test]
fn row_6_one_record_leaves_nobody_to_go_on_to() {
    let retries = |authority: &str| {
        let results = run(&zone_by(
            &format!("authority = \"{authority}\""),
            "replications = 5",
            &equal_hosts(2, 3_600),
            &format!(
                "[traffic]\nmessages_per_day = 2000\n{ONE_LARGE}[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"refuse\"\n"
            ),
        ));
        results.delivery.totals.retries
    };
    assert_eq!(retries("route53_simple"), 0);
    assert!(retries("route53_weighted") > 1_000, "about half of 10,000 messages met mx1");
}

/// Row 7. Theory: Postfix pools addresses, so three addresses against one each get 3:1:1; senders that choose hosts give a third each.
/// n: 300 days of 1,000 messages; a share is known to 0.001.
#[test]
fn row_7_addresses_weigh_hosts_where_addresses_are_pooled() {
    let zone =
        equal_hosts(3, 300) + "mx1.example.com. 300 IN A 192.0.2.11\nmx1.example.com. 300 IN A 192.0.2.12\n";
    for (preset, of_mx1) in [("postfix", 0.6), ("randomizing", 1.0 / 3.0)] {
        let sender = format!("[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nresolver = \"unbound\"\n");
        let results = days(300, 1_000, &zone, &sender);
        let share: f64 = results
            .nodes
            .iter()
            .filter(|node| node.host.starts_with("mx1."))
            .map(|node| node.share.mean)
            .sum();
        let each = results.nodes[0].share.half_width.expect("many days") * widening(300);
        assert_near(preset, share, 3.0 * each, of_mx1);
    }
}

/// The zone before and after noon.
const CHANGE: &str = "[[changes]]\nat = \"12:00\"\nadd = \"new.example.com. 300 IN A 192.0.2.2\"\nreplace = \"example.com. 3600 IN MX 10 new.example.com.\"\n";
const OLD: &str = "example.com. 3600 IN MX 10 old.example.com.\nold.example.com. 300 IN A 192.0.2.1\n";

/// Row 8. Theory: caches of TTL T that are asked at rate L hold the old answer t after the change with probability L (T - t) / (1 + LT): half of the
/// busy traffic at T/2. The 8.74 % of caches that extend TTLs by 6 h go on for 7 h in all. 300 sites, 10 look-ups an hour each.
/// n: 100 days; an hour of the tail holds about 130 messages and is known to 3 %. After 7 h there is exactly nothing.
#[test]
fn row_8_the_stale_tail_and_those_who_extend_it() {
    let (sites, per_hour, replications) = (300.0, 10.0, 100);
    let results = run(&text(
        &format!("replications = {replications}\nwarm_up = \"1d\""),
        OLD,
        &format!(
            "{CHANGE}[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = {sites}\nsizes = \"equal\"\nresolver = \"some\"
[resolvers.some]\ncache = {{ extend = {{ share = \"8.74 %\", by = \"6h\" }} }}\n",
            sites * per_hour * 24.0
        ),
    ));
    let old = &results.series.nodes[0];
    let half = old.half_width.as_ref().expect("several replications");
    let mean_stale = |ttl: f64, hour: f64| {
        // Linear in t, and zero from T on.
        if hour + 0.5 < ttl { stale_probability(per_hour, ttl, hour + 0.5) } else { 0.0 }
    };
    for hour in 0..7_u32 {
        let t = f64::from(hour);
        let theory = sites * per_hour * (0.9126 * mean_stale(1.0, t) + 0.0874 * mean_stale(7.0, t));
        let bin = 12 + hour as usize;
        assert_near(
            &format!("old host in hour {hour}"),
            old.accepted[bin],
            half[bin] * widening(replications),
            theory,
        );
    }
    assert!(old.accepted[19..].iter().all(|&count| count == 0.0), "after TTL and extension nobody is late");
}

/// Row 8. Theory: a cache that lifts TTLs to 2,400 s brings mail to the old host for so long after a change of a record of TTL 300, and one that
/// does not for 300 s; busy caches long in use hold it half of that time on average. n: 200 days of 20 sites, 60 look-ups an hour each.
#[test]
fn row_8_a_clamp_stretches_the_tail() {
    let (sites, per_hour, replications) = (20.0, 60.0, 200);
    for (resolver, ttl_s) in [("dnscrypt_proxy", 2_400.0), ("plain", 300.0), ("java_inetaddress_mx", 30.0)] {
        let own = "[resolvers.java_inetaddress_mx]\npreset = \"java_inetaddress\"\ncache = { types = [\"MX\", \"A\"] }\n";
        let results = run(&text(
            &format!("replications = {replications}"),
            &OLD.replace("3600", "300"),
            &format!(
                "{}[traffic]\nmessages_per_day = {}\n{own}[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = {sites}\nsizes = \"equal\"\nresolver = \"{resolver}\"\n",
                CHANGE.replace("3600", "300"),
                sites * per_hour * 24.0
            ),
        ));
        let old = &results.series.nodes[0];
        let half = old.half_width.as_ref().expect("several replications");
        let (ttl, rate) = (ttl_s / 3_600.0, per_hour);
        // The integral of L (T - t) / (1 + LT) over the tail.
        let theory = sites * per_hour * rate * ttl * ttl / 2.0 / (1.0 + rate * ttl);
        assert_near(resolver, old.accepted[12], half[12] * widening(replications), theory);
        assert!(
            old.accepted[13..].iter().all(|&count| count == 0.0),
            "{resolver}: the tail ends within the hour"
        );
    }
}

/// Row 9. Theory: BIND's one seed is uniform over first entry and ordered first pair. Of four equal hosts each list-walker's first gets 1/4; with
/// one dead the others get 1/3 each. Only with two dead does it show: the seed modulo 12 decides everything, and of its 12 orders not half lead
/// to each of the two that are left.
/// n: 300 days of 1,000 messages; a share is known to 0.001.
#[test]
fn row_9_one_seed_shows_in_the_third_choice_only() {
    let dead = |nodes: &str| {
        format!("[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = [{nodes}]\nfault = \"refuse\"\n")
    };
    let day =
        |dead: &str| days(300, 1_000, &equal_hosts(4, 300), &format!("{}{dead}", list_walker("bind_9_20")));
    for node in &day("").nodes {
        assert_mean("first", &node.share, 300, 0.25);
    }
    for node in &day(&dead("\"mx1\"")).nodes[1..] {
        assert_mean("second", &node.share, 300, 1.0 / 3.0);
    }
    // Step i swaps place i with place i + seed mod (4 - i).
    let by_seed = |seed: usize| {
        let mut order = [0, 1, 2, 3];
        (0..4).for_each(|i| order.swap(i, i + seed % (4 - i)));
        order.into_iter().find(|&host| host > 1)
    };
    let to_mx3 = (0..12).filter(|&seed| by_seed(seed) == Some(2)).count() as f64 / 12.0;
    assert_mean("third", &day(&dead("\"mx1\", \"mx2\"")).nodes[2].share, 300, to_mx3);
}
