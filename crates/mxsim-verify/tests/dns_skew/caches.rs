//! Policies of caches: prefetch, serve-stale, holds and fragmentation.

use crate::{list_walker, mean_reciprocal, zone_by};
use mxsim_core::results::Results;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_core::theory::cache::cache_hit_ratio;
use mxsim_verify::agree::{assert_mean, assert_near, assert_positive, assert_ratio};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// Theory: an entry that is fetched anew by a question in its last p seconds is renewed with probability 1 - e^(-Lp), and each life has
/// L (T - p) questions before that. So a miss is followed by e^(Lp) lives, and hits to a miss are e^(Lp) L (T - p) + e^(Lp) - 1.
fn hits_to_a_miss(rate: f64, ttl: f64, early: f64) -> f64 {
    let lives = libm::exp(rate * early);
    lives * rate * (ttl - early) + lives - 1.0
}

/// BIND fetches in the last 2 s of at least 9, Unbound in the last tenth if told to. TTL 20 s, LT = 3; single messages, and the counts that the engine
/// draws by itself, agree with theory alike. n: 60 days of 12,960 look-ups; the ratio is known to 0.0005, and without prefetch it would be 0.75
/// instead of 0.79.
#[test]
fn prefetch_keeps_busy_entries_warm() {
    let (ttl, rate, replications) = (20.0, 0.15, 60);
    for (own, early) in [
        ("preset = \"bind_9_20\"", 2.0),
        ("preset = \"unbound\"\ncache = { prefetch = { part = \"10 %\" } }", 2.0),
        (
            "preset = \"plain\"\ncache = { prefetch = { last = { time = \"2s\", of_at_least = \"21s\" } } }",
            0.0,
        ),
    ] {
        let toml = text(
            &format!("replications = {replications}\nwarm_up = \"1h\""),
            &equal_hosts(2, 20),
            &format!(
                "[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 1\nresolver = \"r\"\n[resolvers.r]\n{own}\n",
                rate * 86_400.0
            ),
        );
        let to_a_miss = hits_to_a_miss(rate, ttl, early);
        let scenario = scenario(&toml);
        let counted =
            simulate(&scenario, RunOptions::of(&scenario), &Quiet).expect("a run that nobody interrupts");
        assert_eq!(counted.provenance.methods[0].method, "counts", "{own}");
        for results in [run(&toml), counted] {
            let ratio = results.dns.mx_hit_ratio.expect("there are look-ups");
            assert_ratio(own, &ratio, replications, to_a_miss / (1.0 + to_a_miss));
        }
    }
}

/// Theory: questions dealt out by chance among k caches come to each at rate L/k: hit ratio (L/k) T / (1 + (L/k) T). One client that always met
/// the same cache would have LT / (1 + LT). n: 60 days of 12,960 look-ups, by both engines.
#[test]
fn a_public_resolver_of_many_caches_knows_less() {
    let (ttl, rate, caches, replications) = (300.0, 0.15, 20.0, 60);
    for (pick, per_cache) in [("question", rate / caches), ("client", rate)] {
        let toml = text(
            &format!("replications = {replications}\nwarm_up = \"2h\""),
            &equal_hosts(2, 300),
            &format!(
                "[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 1\nresolver = \"r\"\n[resolvers.r]\ncaches = {{ number = {caches}, pick = \"{pick}\" }}\n",
                rate * 86_400.0
            ),
        );
        let scenario = scenario(&toml);
        let counted =
            simulate(&scenario, RunOptions::of(&scenario), &Quiet).expect("a run that nobody interrupts");
        for results in [run(&toml), counted] {
            let ratio = results.dns.mx_hit_ratio.expect("there are look-ups");
            assert_ratio(pick, &ratio, replications, cache_hit_ratio(per_cache, ttl));
        }
    }
}

/// Four hours in which the authority is away from 01:00 to 02:00, with records of 2 h.
fn authority_away(resolver: &str) -> Results {
    run(&zone_by(
        "unreachable = [{ at = \"01:00\", for = \"1h\" }]",
        "replications = 50\nwindow = \"4h\"\nrun_length = \"4h\"\nwarm_up = \"4h\"",
        // The address lives for a year, so that only MX expires.
        "example.com. 7200 IN MX 10 mx1.example.com.\nmx1.example.com. 31536000 IN A 192.0.2.1\n",
        &format!(
            "[traffic]\nmessages_per_day = 216000\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 300\nsizes = \"equal\"\nresolver = \"r\"
retry = {{ wait = {{ gaps = {{ list = [\"2h\"], then = \"repeat-last\" }} }}, queue_run = \"none\" }}\n[resolvers.r]\n{resolver}\n"
        ),
    ))
}

/// Theory: an authority is away for D = 1 h, records live T = 2 h and are asked for at L = 30 an hour. Of the caches LT / (1 + LT) are valid when it
/// goes, with a uniform rest, and the others expired: L (D^2 / (2T) LT / (1 + LT) + D / (1 + LT)) messages of each find no answer and are tried
/// once more, 7.87 of 30; the rest rides it out. A cache that serves what has expired lets none wait. n: 15,000 caches of standard deviation
/// 10.1 messages; 5 standard errors are 0.41.
#[test]
fn who_has_an_answer_rides_out_an_outage_of_the_authority() {
    let (d, t, rate, caches) = (1.0, 2.0, 30.0, 15_000.0);
    let (valid, expired) = (rate * t / (1.0 + rate * t), 1.0 / (1.0 + rate * t));
    let theory = rate * (d * d / (2.0 * t) * valid + d * expired);
    let strict = authority_away("preset = \"plain\"");
    assert_near("messages without an answer", strict.delivery.totals.retries as f64 / caches, 0.41, theory);
    let kind = authority_away(
        "preset = \"unbound\"\ncache = { stale = { on_failure = { most = \"1d\", ttl = \"30s\" } } }",
    );
    // Every site has asked in the four hours of the warm-up: e^-120.
    assert_eq!(kind.delivery.totals.retries, 0);
    assert_eq!(strict.delivery.totals.bounced + kind.delivery.totals.bounced, 0);
}

/// Theory: an expired answer that is served at once while a new one is fetched brings each site's first message after it to the old host, however long
/// ago the change was; an ordinary cache brings none once the TTL is over. Sites ask about once in 4 h, TTL 5 min.
/// n: 20 days of 200 sites; one site in 50 has a valid answer at noon, which moves the count by less than one part in 1,000.
#[test]
fn an_immediate_stale_answer_brings_one_late_message_each() {
    let late = |cache: &str| {
        let results = run(&text(
            "replications = 20\nwarm_up = \"2d\"",
            "example.com. 300 IN MX 10 old.example.com.\nold.example.com. 300 IN A 192.0.2.1\n",
            &format!(
                "[[changes]]\nat = \"12:00\"\nadd = \"new.example.com. 300 IN A 192.0.2.2\"\nreplace = \"example.com. 300 IN MX 10 new.example.com.\"
[traffic]\nmessages_per_day = 1200\n[[senders]]\nname = \"all\"\npreset = \"postfix\"\nsites = 200\nsizes = \"equal\"\nresolver = \"r\"\n[resolvers.r]\npreset = \"coredns_cache\"\n{cache}\n"
            ),
        ));
        results.series.nodes[0].accepted[13..].iter().sum::<f64>()
    };
    assert_eq!(late(""), 0.0);
    // From 13:00 on: sites whose first question after noon comes in the remaining 11 h.
    let theory = 200.0 * (libm::exp(-0.25) - libm::exp(-3.0));
    // Binomial of 4,000 sites: 5 standard errors, 6 in 10 million.
    let half = 5.0 * (200.0 * 0.73 * 0.27 / 20.0_f64).sqrt();
    assert_near(
        "late messages",
        late("cache = { stale = { immediate = { most = \"7d\", ttl = \"0s\" } } }"),
        half,
        theory,
    );
}

/// Theory: PowerDNS serves a rendered reply for 20 s. Two resolvers that store nothing and ask for each message get one order for 20 s: asked every
/// second on average, windows of 20 s have few orders. Over a window W = 10 min of 30 holds, begun anew by the next question: a share has the
/// variance of one chooser with f = E[sum of squares of the parts], and as each hold lasts 20 s + 1/L = 21 s, 600 s have 28.6 of them.
/// n: 800 windows; that scatter is known to 2.5 %, and 15 % are six standard errors.
#[test]
fn powerdns_holds_an_order_for_twenty_seconds() {
    let windows = 800;
    for (authority, holds) in [("pdns", true), ("bind_9_20", false)] {
        let results = run(&zone_by(
            &format!("authority = \"{authority}\""),
            &format!("replications = {windows}\nwindow = \"10m\"\nrun_length = \"10m\"\nwarm_up = \"10m\""),
            &equal_hosts(3, 300),
            &format!(
                "[traffic]\nmessages_per_day = 86400\n[resolvers.none]\ncache = {{ types = [] }}\n{}",
                list_walker("none")
            ),
        ));
        assert_mean(authority, &results.nodes[0].share, windows, 1.0 / 3.0);
        let (single, parts) = (mean_reciprocal(600.0), 600.0 / 21.0);
        if holds {
            // Messages of a hold: 1 + Poisson (20). Sum of their squares over the square of all: (1 + 1 / 21 - 1 / 441) / parts.
            let kept = (1.0 + 20.0 / 441.0) / parts;
            let scatter = results.nodes[0].scatter.value;
            let theory = (2.0_f64 / 9.0 * kept).sqrt();
            assert!((scatter / theory - 1.0).abs() < 0.15, "{scatter}, in theory about {theory}");
        } else {
            assert_positive(authority, &results.nodes[0].scatter, windows, (2.0 / 9.0 * single).sqrt());
        }
    }
}

/// Theory: a packet cache with two kinds of questions holds two orders at once. Of 40 outbound hosts every other one asks each way, so the
/// variance of a share is that of two choosers of half the mail each: a half of that of one. TTL a day, windows of 1 h: f = 1 - 1/72.
/// n: 400 windows of 1,000 messages; scatter is known to 4 %.
#[test]
fn two_kinds_of_questions_are_two_choosers() {
    for (variants, parts) in [(1, 1.0), (2, 0.5)] {
        let results = run(&text(
            "replications = 400\nwindow = \"1h\"\nrun_length = \"1h\"\nwarm_up = \"1h\"",
            &equal_hosts(2, 86_400),
            &format!(
                "[traffic]\nmessages_per_day = 24000\n[[senders]]\nname = \"walker\"\npreset = \"order-preserving\"\nhosts = 40\nresolver = \"r\"
[resolvers.r]\npreset = \"pdns_recursor\"\norder = {{ hold_variants = {variants} }}\n"
            ),
        ));
        let kept = parts * 71.0 / 72.0;
        let theory = (0.25 * (kept + (1.0 - kept) * mean_reciprocal(1_000.0))).sqrt();
        assert_mean("first", &results.nodes[0].share, 400, 0.5);
        assert_positive(&format!("{variants} variants"), &results.nodes[0].scatter, 400, theory);
    }
}
