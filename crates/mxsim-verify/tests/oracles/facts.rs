//! What single MTAs and resolvers are known to do, seen in the results of whole scenarios.

use crate::shuffle::mean_reciprocal;
use mxsim_core::results::Results;
use mxsim_verify::agree::{assert_mean, assert_positive, assert_ratio};
use mxsim_verify::experiment::{equal_hosts, run, text};

const DAYS: u64 = 300;

/// 300 days of 500 messages from `senders` to `zone`.
fn days(zone: &str, rest: &str) -> Results {
    run(&text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        zone,
        &format!("[traffic]\nmessages_per_day = 500\n{rest}"),
    ))
}

fn sender(preset: &str, resolver: &str) -> String {
    format!(
        "[[senders]]\nname = \"{preset}\"\npreset = \"{preset}\"\nsites = 20\nresolver = \"{resolver}\"\n"
    )
}

/// `host` with preference and last octet of its IPv4 address.
fn host(name: &str, preference: u16, octet: u8) -> String {
    format!(
        "example.com. 300 IN MX {preference} {name}.example.com.\n{name}.example.com. 300 IN A 192.0.2.{octet}\n"
    )
}

/// The share of the named host.
fn share_of(results: &Results, name: &str) -> f64 {
    let full = format!("{name}.example.com");
    results.hosts.iter().find(|host| host.name == full).map_or(0.0, |host| host.share.value)
}

/// Theory: its shuffle is dead, so behind a fixed order the first record gets all, every day: scatter 0, tilt 1 - 1/3, all its own.
#[test]
fn qmail_on_64_bits_takes_the_first_record_only() {
    let results = days(&equal_hosts(3, 300), &sender("qmail_lp64", "plain"));
    let first = &results.nodes[0];
    assert_eq!((first.share.mean, first.share.p05, first.share.p95), (1.0, 1.0, 1.0));
    assert_eq!(first.scatter.value, 0.0);
    assert!((first.tilt.value - 2.0 / 3.0).abs() < 1e-9 && results.balance.effective_choosers.is_none());
}

/// Theory: 30 % from qmail tilt the first node by 0.3 (1 - 1/3) = 0.2; without qmail's tilt nothing is left. n: 300 days of 500 messages.
#[test]
fn all_of_the_tilt_is_qmails_own() {
    let mix = sender("qmail_lp64", "plain").replace("sites", "share = \"30 %\"\nsites")
        + &sender("postfix", "plain").replace("sites", "share = \"70 %\"\nsites");
    let results = days(&equal_hosts(3, 300), &mix);
    let cause = |name: &str| results.causes.iter().find(|cause| cause.sender == name);
    let (qmail, postfix) = (cause("qmail_lp64"), cause("postfix"));
    let (qmail, postfix) = (qmail.expect("it sends"), postfix.expect("it sends"));
    assert_ratio("tilt of the first node", &results.nodes[0].tilt, DAYS, 0.2);
    assert!((qmail.tilt_points.value - results.nodes[0].tilt.value).abs() < 0.01, "{:?}", qmail.tilt_points);
    assert!(postfix.tilt_points.value.abs() < 0.01, "{:?}", postfix.tilt_points);
}

/// Theory: Exim lifts an IPv6 address over one IPv4 neighbour: of three hosts the dual-stack one comes first from the first and second place,
/// 2/3; the others have 1/6 each. n: 300 days of 500 messages.
#[test]
fn exim_gives_two_thirds_to_the_one_dual_stack_host_of_three() {
    let zone = equal_hosts(3, 300) + "mx2.example.com. 300 IN AAAA 2001:db8::2\n";
    let results = days(&zone, &sender("exim", "unbound"));
    for (host, theory) in results.hosts.iter().zip([1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0]) {
        assert_ratio(&format!("exim: {}", host.name), &host.share, DAYS, theory);
    }
}

/// Theory: one pass of coin-flip swaps leaves the third record at best second: 1/2, 1/2, 0 behind a fixed order.
#[test]
fn haraka_never_starts_with_the_third_record() {
    let results = days(&equal_hosts(3, 300), &sender("haraka", "plain"));
    assert_mean("haraka: first record", &results.nodes[0].share, DAYS, 0.5);
    assert_eq!(results.nodes[2].totals.connections_tried, 0);
}

/// Theory: one outbound host that follows the order of its resolver. PowerDNS Recursor holds one order until the TTL ends. With a TTL as
/// long as the window and a resolver long in use, the order changes once in the window, at a uniform moment u: the share has the variance of
/// one chooser with f = E[u^2 + (1 - u)^2] = 2/3. Unbound orders each answer anew: f = 0, binomial. (The entry lives on until the next
/// look-up, 12 s on average; that changes the variance by less than one part in 500.)
/// n: 1,000 windows of 600 messages.
#[test]
fn powerdns_recursor_holds_one_order_for_a_ttl() {
    let (windows, single) = (1_000, mean_reciprocal(600.0));
    for (resolver, kept) in [("pdns_recursor", 2.0 / 3.0), ("unbound", 0.0)] {
        let results = run(&text(
            &format!("replications = {windows}\nwindow = \"2h\"\nrun_length = \"2h\""),
            &equal_hosts(3, 7_200),
            &format!(
                "[traffic]\nmessages_per_day = 7200\n{}",
                sender("order-preserving", resolver).replace("20", "1")
            ),
        ));
        let theory = (2.0 / 9.0 * (single + (1.0 - single) * kept)).sqrt();
        assert_mean(&format!("{resolver}: first record"), &results.nodes[0].share, windows, 1.0 / 3.0);
        assert_positive(&format!("{resolver}: scatter"), &results.nodes[0].scatter, windows, theory);
    }
}

/// Five dead hosts of preference 10 before a backup of preference 20.
fn five_dead_and_a_backup(preset: &str) -> Results {
    let zone: String =
        (1..=5).map(|i| host(&format!("mx{i}"), 10, i)).collect::<String>() + &host("backup", 20, 20);
    let dead = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = [\"mx1\", \"mx2\", \"mx3\", \"mx4\", \"mx5\"]\nfault = \"refuse\"\n";
    days(&zone, &(sender(preset, "unbound") + dead))
}

/// Theory: Postfix tries five addresses, so it never comes to the sixth, and all mail waits; a sender without a limit gives it all.
#[test]
fn five_primary_addresses_hide_the_backup_from_postfix() {
    let hidden = five_dead_and_a_backup("postfix");
    assert_eq!((hidden.delivery.totals.accepted, hidden.delivery.totals.bounced), (0, 0));
    let reached = five_dead_and_a_backup("order-preserving");
    assert_eq!(reached.delivery.totals.accepted, reached.delivery.totals.messages);
    assert_eq!(share_of(&reached, "backup"), 1.0);
}

/// Theory: Exim's limit of five addresses lets it go on with one address of each further preference: preference 20 takes all with eight dead
/// hosts at 10, and preference 30 takes all with that one dead as well. Messages that all hosts are remembered bad for wait.
#[test]
fn exim_reaches_every_preference() {
    let zone: String = (1..=8).map(|i| host(&format!("mx{i}"), 10, i)).collect::<String>()
        + &host("second", 20, 20)
        + &host("third", 30, 30);
    let dead = |nodes: &str| {
        format!("[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = [{nodes}]\nfault = \"refuse\"\n")
    };
    let primaries: String = (1..=8).map(|i| format!("\"mx{i}\", ")).collect();
    let results = days(&zone, &(sender("exim", "unbound") + &dead(&primaries)));
    assert_eq!(share_of(&results, "second"), 1.0);
    assert_eq!(results.delivery.totals.accepted, results.delivery.totals.messages);
    let results = days(&zone, &(sender("exim", "unbound") + &dead(&(primaries + "\"second\""))));
    assert_eq!(share_of(&results, "third"), 1.0);
    assert_eq!(results.delivery.totals.accepted, results.delivery.totals.messages);
}
