//! Oracle: whom a fault hits decides between a short delay and loss.

use mxsim_core::results::{Results, SenderResult};
use mxsim_verify::agree::assert_near;
use mxsim_verify::experiment::{equal_hosts, run, text};

/// A value of chance lies within so many standard errors of its mean but once in a million.
const LEVEL: f64 = 4.9;

/// A provider with twenty outbound hosts sends two fifths of the mail, and stays with a host for a message, or not.
fn provider(from: &str) -> String {
    format!(
        "[traffic]\nmessages_per_day = 5000\n
[[senders]]\nname = \"provider\"\npreset = \"postfix\"\nshare = \"40 %\"\nsites = 1\nhosts = 20\nsizes = \"equal\"
retry = {{ from = \"{from}\", lifetime = \"4h\" }}
[[senders]]\nname = \"others\"\npreset = \"postfix\"\nshare = \"rest\"\nsites = 1000\nretry = {{ lifetime = \"4h\" }}\n"
    )
}

fn results(senders: &str, events: &str, replications: u64) -> Results {
    let days = format!("run_length = \"1d\"\nwarm_up = \"0s\"\nreplications = {replications}");
    run(&text(&days, &equal_hosts(2, 300), &format!("{senders}{events}")))
}

fn sender<'r>(results: &'r Results, name: &str) -> &'r SenderResult {
    results.senders.iter().find(|sender| sender.name == name).expect("a sender of the scenario")
}

/// A part of a sender's messages that bounced, and the standard error of a part `theory` of them.
fn lost(sender: &SenderResult, theory: f64) -> (f64, f64) {
    let n = sender.totals.messages as f64;
    (sender.totals.bounced as f64 / n, (theory * (1.0 - theory) / n).sqrt())
}

const PATH: &str =
    "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nfault = \"drop\"\nfrom = \"provider\"\nshare = \"15 %\"\n";

/// Theory: three of twenty equal hosts cannot connect, whichever they are, and mail that stays with its host and came before 20:00 has used up its 4 h when
/// the run ends, give or take a retry of at most 4,000 s: a part between 0.15 x 19/24 and 0.15 x 20/24 of it bounces. n: 20 days of 2,000 messages.
#[test]
fn a_bad_path_of_some_hosts_loses_mail_that_stays_with_its_host() {
    let results = results(&provider("same"), &format!("{PATH}share_of = \"hosts\"\n"), 20);
    let (part, error) = lost(sender(&results, "provider"), 0.125);
    let (least, most) = (0.15 * 18.8 / 24.0, 0.15 * 20.0 / 24.0);
    assert!((least - LEVEL * error..most + LEVEL * error).contains(&part), "{part} of {least} to {most}");
    assert_eq!(sender(&results, "others").totals.bounced, 0, "nobody else is hit");
}

/// Theory: a retry from any of the hosts fails with chance 0.15 each, and Postfix tries at least 6 times in 4 h (300 s, 600 s, ... 4,000 s): at most 0.15^6 of the mail, 1 in
/// 88,000, bounces. n: 40,000 messages, of which more than 5 do with a chance of 1 in 10^7.
#[test]
fn who_tries_from_any_host_gets_round_a_bad_path() {
    let results = results(&provider("any"), &format!("{PATH}share_of = \"hosts\"\n"), 20);
    assert!(sender(&results, "provider").totals.bounced <= 5);
    assert!(sender(&results, "provider").totals.retries > 1_000, "it is hit, though");
}

/// Theory: where each connection is hit for itself, all attempts of a message have to be: at least 12 connections in 4 h, 0.15^12.
#[test]
fn a_part_of_the_connections_delays_and_loses_nothing() {
    let results = results(&provider("same"), PATH, 20);
    assert_eq!(sender(&results, "provider").totals.bounced, 0);
}

/// Theory: one of two equal nodes rejects a fifth of the recipients, and half of the mail goes there first: a tenth is lost. A rejected message never comes back.
#[test]
fn a_wrong_policy_of_one_node_loses_its_part_of_the_recipients() {
    let event = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"reject\"\nstage = \"recipient\"\nshare = \"20 %\"\nshare_of = \"recipients\"\n";
    let results = results(&provider("same"), event, 8);
    let n = results.delivery.totals.messages as f64;
    let part = results.delivery.totals.bounced as f64 / n;
    assert_near("rejected recipients", part, LEVEL * (0.1 * 0.9 / n).sqrt(), 0.1);
}

/// The same, but with 4xx: the message goes on to the other node at once, which takes it. Nothing is lost, and the node that defers a recipient defers it again.
#[test]
fn a_recipient_that_is_deferred_by_one_node_is_deferred_by_it_again() {
    let only = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nfault = \"defer\"\nstage = \"recipient\"\nshare = \"20 %\"\nshare_of = \"recipients\"\nnode = \"*\"\n";
    let results = results(&provider("same"), only, 8);
    let (messages, waits) = (results.delivery.totals.messages as f64, 0.2);
    // Both nodes defer the same fifth: it is never accepted.
    let part = results.delivery.totals.accepted as f64 / messages;
    assert_near("accepted recipients", part, LEVEL * (waits * (1.0 - waits) / messages).sqrt(), 1.0 - waits);
}

/// Theory: what a node accepts and then bounces is lost, and the sender never tries again: half of a fifth.
#[test]
fn what_is_accepted_and_bounced_is_a_part_of_what_is_accepted() {
    let event = "[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"accept-then-bounce\"\nshare = \"20 %\"\nshare_of = \"recipients\"\n";
    // A node bounces what it has accepted whether its sessions take time or not, and whether anybody waits for their end or not.
    let plain = "[traffic]\nmessages_per_day = 5000\n[[senders]]\nname = \"plain\"\npreset = \"randomizing\"\nsites = 100\n";
    let timed = "[nodes.mx1]\nsession_time = \"1s\"\n";
    let provider = provider("same");
    for (senders, node) in [(&*provider, ""), (&*provider, timed), (plain, ""), (plain, timed)] {
        let results = results(senders, &format!("{node}{event}"), 8);
        let totals = results.delivery.totals;
        let (n, bounced) = (totals.messages as f64, totals.accepted_then_bounced);
        assert_eq!((totals.bounced, totals.retries), (0, 0));
        assert_near("accepted and then bounced", bounced as f64 / n, LEVEL * (0.1 * 0.9 / n).sqrt(), 0.1);
        let nodes: Vec<u64> = results.nodes.iter().map(|node| node.totals.accepted_then_bounced).collect();
        assert_eq!(nodes, [bounced, 0]);
    }
}

/// Theory: both nodes of a group are down at the same moments, and so is nobody else; each is up for MTBF / (MTBF + MTTR) of the time. For exponential times the part of a window T that
/// is up has the variance 2 ab / ((a + b)^3 T) (1 - (1 - exp(-(a + b) T)) / ((a + b) T)), with the rates a = 1/MTBF and b = 1/MTTR. n: 2,000 days; a variance estimate scatters by
/// sqrt((k - 1) / n) of itself, with a kurtosis k below 6.
#[test]
fn nodes_of_a_group_fail_together_and_as_often_as_they_should() {
    let zone = equal_hosts(3, 300);
    let rest = "[traffic]\nmessages_per_day = 20\n[[senders]]\npreset = \"postfix\"\n
[nodes.mx1]\ngroup = \"rack\"\n[nodes.mx2]\ngroup = \"rack\"\n[nodes.mx3]\nmtbf = \"2h\"\nmttr = \"1h\"\n[groups.rack]\nmtbf = \"6h\"\nmttr = \"2h\"\n";
    let days = "run_length = \"1d\"
warm_up = \"0s\"
replications = 2000";
    let results = run(&text(days, &zone, rest));
    let up = |node: usize| results.nodes[node].availability.expect("it fails at random");
    assert_eq!(up(0), up(1), "one group");
    for (node, mtbf, mttr) in [(0, 6.0, 2.0), (2, 2.0, 1.0)] {
        let theory = mtbf / (mtbf + mttr);
        let half = up(node).half_width.expect("many days") / 1.96 * LEVEL;
        assert_near("availability", up(node).mean, half, theory);
        let (rate, window) = (1.0 / mtbf + 1.0 / mttr, 24.0);
        let variance = 2.0 / (mtbf * mttr) / (rate.powi(3) * window)
            * (1.0 - (1.0 - libm::exp(-rate * window)) / (rate * window));
        let found = (up(node).half_width.expect("many days") / 1.96).powi(2) * 2_000.0;
        assert_near("its variance by day", found, LEVEL * variance * (5.0_f64 / 2_000.0).sqrt(), variance);
    }
}

/// Two senders before two equal hosts whose domain enforces TLS: `checks` obeys the policy and `takes all` does not. Both would go on in clear where TLS
/// fails.
fn under_policy(events: &str) -> Results {
    let senders = [("checks", "default"), ("takes all", "no")].map(|(name, checks)| {
        format!(
            "[[senders]]\nname = \"{name}\"\npreset = \"postfix\"\nshare = \"50 %\"\nsites = 100
failover = {{ on_tls_failure = \"plain-same-host\" }}\nretry = {{ lifetime = \"4h\" }}\npolicy = {{ mta_sts = \"{checks}\" }}\n"
        )
    });
    let policy = "[zone.mta_sts]\nmode = \"enforce\"\nmx = [\"*.example.com\"]\n";
    results(&format!("{policy}[traffic]\nmessages_per_day = 5000\n{}", senders.concat()), events, 8)
}

fn all_day(nodes: &str, fault: &str) -> String {
    format!("[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = {nodes}\nfault = {fault}\n")
}

/// Theory (RFC 8461 section 5): a host whose certificate does not verify is not used by who obeys an enforced policy, and the others are. All of its mail
/// goes to the other node, without a bounce; the other sender's goes half and half. n: 20,000 messages of each. Without the policy nothing happens.
#[test]
fn a_bad_certificate_is_one_to_who_checks_it() {
    for fault in ["\"certificate\"", "\"disconnect\"\nstage = \"tls\""] {
        let results = under_policy(&all_day("\"mx1\"", fault));
        let part = |name: &str| sender(&results, name).by_node[0].share.value;
        assert_eq!(part("checks"), 0.0, "{fault}");
        let n = sender(&results, "takes all").totals.accepted as f64;
        assert_near("takes all", part("takes all"), LEVEL * (0.25 / n).sqrt(), 0.5);
        assert_eq!(results.delivery.totals.bounced, 0, "{fault}");
    }
}

/// Theory: with no host left the mail waits, and what came before 20:00, give or take a retry of at most 4,000 s, has used up its 4 h when the run ends.
#[test]
fn without_a_host_to_trust_mail_waits_and_bounces() {
    for fault in ["\"certificate\"", "\"disconnect\"\nstage = \"tls\""] {
        let results = under_policy(&all_day("\"*\"", fault));
        let (checks, others) = (sender(&results, "checks"), sender(&results, "takes all"));
        let (part, error) = lost(checks, 0.8);
        assert!(
            (18.8 / 24.0 - LEVEL * error..20.0 / 24.0 + LEVEL * error).contains(&part),
            "{fault}: {part}"
        );
        assert_eq!((checks.totals.accepted, others.totals.accepted), (0, others.totals.messages), "{fault}");
    }
}

/// Theory (RFC 8461 section 4.2): a host without STARTTLS cannot be authenticated, so who obeys an enforced policy does not deliver there.
#[test]
fn a_host_without_tls_is_not_used_under_a_policy() {
    let results = under_policy("[nodes.mx1]\ntls = false\n");
    assert_eq!(sender(&results, "checks").by_node[0].share.value, 0.0);
    let n = sender(&results, "takes all").totals.accepted as f64;
    assert_near(
        "takes all",
        sender(&results, "takes all").by_node[0].share.value,
        LEVEL * (0.25 / n).sqrt(),
        0.5,
    );
}

/// Theory: two events toss a coin each. Of connections of which one drops a half and another rejects 30 % at the greeting, 0.5 + 0.5 x 0.3 fail, and each message
/// is tried once. n: 8 days of 5,000.
#[test]
fn two_events_at_the_same_time_hit_independently() {
    let once = "[traffic]\nmessages_per_day = 5000\n[[senders]]\nname = \"once\"\npreset = \"randomizing\"\nsites = 100\nretry = { max_attempts = 1 }\n";
    let event = |fault: &str, share: &str| format!("{}share = \"{share}\"\n", all_day("\"*\"", fault));
    let days = "run_length = \"1d\"\nwarm_up = \"0s\"\nreplications = 8";
    let drop = event("\"drop\"", "50 %");
    let both = format!("{drop}{}", event("\"reject\"\nstage = \"greeting\"", "30 %"));
    for (events, theory) in [(&drop, 0.5), (&both, 0.65)] {
        let results = run(&text(days, &equal_hosts(1, 300), &format!("{once}{events}")));
        let (part, error) = lost(sender(&results, "once"), theory);
        assert_near("lost", part, LEVEL * error, theory);
    }
}
