//! Null MX, implicit MX, MTA-STS and DANE. All of this is exact.

use crate::zone_by;
use mxsim_core::results::Results;
use mxsim_verify::experiment::{equal_hosts, run};

/// Two days of 500 messages; a message is given up after 2 h.
fn mail(zone_keys: &str, zone: &str, sender: &str) -> Results {
    run(&zone_by(
        zone_keys,
        "replications = 2\nrun_length = \"1d\"",
        zone,
        &format!(
            "[traffic]\nmessages_per_day = 500\n[[senders]]\nname = \"one\"\npreset = \"randomizing\"\nretry = {{ lifetime = \"2h\", queue_run = \"10m\" }}\n{sender}\n"
        ),
    ))
}

fn shares(results: &Results) -> Vec<bool> {
    results.nodes.iter().map(|node| node.totals.accepted > 0).collect()
}

const ENFORCED: &str = "mta_sts = { mode = \"enforce\", mx = [\"mx1.example.com\", \"mx2.example.com\"] }";

#[test]
fn hosts_outside_an_enforced_policy_get_nothing_from_who_checks() {
    let check = |word: &str| format!("policy = {{ mta_sts = \"{word}\" }}");
    for (zone, word, expected) in [
        (ENFORCED.to_owned(), "default", vec![true, true, false]),
        (ENFORCED.to_owned(), "opt", vec![true, true, true]),
        (ENFORCED.to_owned(), "no", vec![true, true, true]),
        (ENFORCED.replace("enforce", "testing"), "default", vec![true, true, true]),
        (ENFORCED.replace("mx1", "*"), "default", vec![true, true, true]),
    ] {
        let results = mail(&zone, &equal_hosts(3, 300), &check(word));
        assert_eq!(shares(&results), expected, "{zone} {word}");
        assert_eq!(results.delivery.totals.retries, 0);
    }
}

#[test]
fn hosts_that_fail_dane_get_nothing_from_who_checks() {
    let zone = "dane = { failing = [\"mx2\"] }";
    let results = mail(zone, &equal_hosts(3, 300), "policy = { dane = \"default\" }");
    assert_eq!(shares(&results), [true, false, true]);
    assert_eq!(shares(&mail(zone, &equal_hosts(3, 300), "policy = { dane = \"opt\" }")), [true; 3]);
}

/// RFC 8461 section 5.1, RFC 7672 section 2.2: no host left is a temporary failure. The message is tried again and bounces when its time is
/// over; no connection is ever made.
#[test]
fn with_no_host_left_mail_waits_and_then_bounces() {
    let zone = "mta_sts = { mode = \"enforce\", mx = [\"elsewhere.example.net\"] }";
    let results = mail(zone, &equal_hosts(2, 300), "policy = { mta_sts = \"default\" }");
    let totals = results.delivery.totals;
    assert_eq!((totals.accepted, totals.connections_tried), (0, 0));
    assert!(totals.bounced > 0 && totals.waiting > 0 && totals.bounced > 5 * totals.waiting, "{totals:?}");
}

const NULL: &str = "example.com. 300 IN MX 0 .\n";

#[test]
fn a_null_mx_bounces_at_once_or_waits_like_a_host_without_an_address() {
    let totals = |zone: &str, word: &str| {
        mail("", zone, &format!("policy = {{ null_mx = \"{word}\" }}")).delivery.totals
    };
    let ten = NULL.replace("MX 0", "MX 10");
    for (zone, word, at_once) in [
        (NULL, "bounce", true),
        (NULL, "bounce-strict", true),
        (NULL, "treat-as-host", false),
        (&ten, "bounce", true),
        (&ten, "bounce-strict", false),
    ] {
        let totals = totals(zone, word);
        assert_eq!(totals.accepted, 0);
        assert_eq!(totals.waiting == 0, at_once, "{zone} {word}: {totals:?}");
        assert!(totals.bounced > 0);
    }
}

#[test]
fn an_implicit_mx_is_the_domains_own_address() {
    let zone = "$ORIGIN example.com.\n@ 300 IN A 192.0.2.1\n";
    let totals = |word: bool| mail("", zone, &format!("policy = {{ implicit_mx = {word} }}")).delivery.totals;
    assert_eq!(totals(true).accepted, totals(true).messages);
    assert_eq!(totals(false).bounced, totals(false).messages);
}

/// RFC 5321 section 5.1: the alias is followed; a host without an address is passed over; with no address at all the domain can never take
/// the message.
#[test]
fn aliases_are_followed_and_hosts_without_address_passed_over() {
    let alias = "example.com. 300 IN MX 10 mail.example.com.\nmail.example.com. 300 IN CNAME real.example.com.\nreal.example.com. 300 IN A 192.0.2.1\n";
    let totals = mail("", alias, "").delivery.totals;
    assert_eq!(totals.accepted, totals.messages);
    let missing = equal_hosts(1, 300) + "example.com. 300 IN MX 5 gone.example.com.\n";
    let totals = mail("", &missing, "").delivery.totals;
    assert_eq!((totals.accepted, totals.retries), (totals.messages, 0));
    let totals =
        mail("", "example.com. 300 IN MX 5 gone.example.com.\nexample.com. 300 IN SOA . . 0 0 0 0 60\n", "")
            .delivery
            .totals;
    assert_eq!(totals.bounced, totals.messages);
}
