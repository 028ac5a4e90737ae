//! What people who run mail pasted into public reports, names and addresses replaced, with what really happened.

use mxsim_core::catalog::Catalog;
use mxsim_core::results::{Answer, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Limit, Quiet, RunOptions, simulate};
use mxsim_import::{Question, zone_scenario};

fn asked(zone: &str) -> Scenario {
    match zone_scenario("paste", Question { zone, domain: None, top: &[] }, Catalog::builtin()) {
        Ok(scenario) => scenario,
        Err(error) => panic!("{error}"),
    }
}

fn run(scenario: &Scenario, replications: u64) -> Results {
    let limit = Limit::Replications(replications);
    let options = RunOptions::of(scenario).limit(limit).worlds(0);
    simulate(scenario, options, &Quiet).unwrap_or_else(|error| panic!("{error:?}"))
}

fn codes(scenario: &Scenario) -> Vec<&str> {
    scenario.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// Exchange hosts with their numbers of addresses.
fn hosts(scenario: &Scenario) -> Vec<(&str, usize, usize)> {
    let zone = &scenario.zones[0].zone;
    zone.hosts.iter().map(|host| (host.name.as_str(), host.a.len(), host.aaaa.len())).collect()
}

#[test]
fn nslookup_of_windows_shows_three_equal_hosts() {
    let paste = "C:\\>nslookup\nDefault Server:  ns.example.net\nAddress:  198.51.100.53\n\n> set q=mx\n> example.com\n\
        Server:  ns.example.net\nAddress:  198.51.100.53\n\n\
        example.com   MX preference = 10, mail exchanger = cool22.example.com\n\
        example.com   MX preference = 10, mail exchanger = cool23.example.com\n\
        example.com   MX preference = 10, mail exchanger = tilda1.example.com\n\
        cool22.example.com      internet address = 192.0.2.22\ncool23.example.com      internet address = 192.0.2.23\n\
        tilda1.example.com      internet address = 192.0.2.31\n>\n";
    let scenario = asked(paste);
    let expected = [("cool22.example.com", 1, 0), ("cool23.example.com", 1, 0), ("tilda1.example.com", 1, 0)];
    assert_eq!(hosts(&scenario), expected);
    assert_eq!(codes(&scenario), ["assumed-ttl"]);
}

#[test]
fn host_shows_two_equal_hosts_with_both_families() {
    let paste = "# host -t MX example.com\nexample.com mail is handled by 5 mx-vip-01.example.net.\n\
        example.com mail is handled by 5 mx-vip-02.example.net.\n\n# host mx-vip-01.example.net.\n\
        mx-vip-01.example.net has address 192.0.2.35\nmx-vip-01.example.net has IPv6 address 2001:db8::200:35\n\n\
        # host mx-vip-02.example.net\nmx-vip-02.example.net has address 192.0.2.36\n\
        mx-vip-02.example.net has IPv6 address 2001:db8::200:36\n";
    assert_eq!(hosts(&asked(paste)), [("mx-vip-01.example.net", 1, 1), ("mx-vip-02.example.net", 1, 1)]);
}

/// As exported, with an `$ORIGIN` and without final dots: read as a file, the hosts have no address, and everything bounces.
#[test]
fn a_zone_without_final_dots_has_no_host_that_takes_mail() {
    for records in [
        "@\t300\tIN\tMX\t10 mail.example.com\nmail\t300\tIN\tA\t192.0.2.25\n_sip._tcp.vc\t300\tIN\tSRV\t1 1 1720 vcs.example.com\n",
        "@\t300\tIN\tMX\t10 mx1.example.com\n@\t300\tIN\tMX\t10 mx2.example.com\nmx1\t300\tIN\tA\t192.0.2.25\nmx2\t300\tIN\tA\t192.0.2.26\n",
    ] {
        let scenario = asked(&format!("$ORIGIN example.com.\n{records}"));
        let expected = ["mx-no-dot", "no-address-at-all"];
        assert!(codes(&scenario).iter().all(|code| expected.contains(code)), "{:?}", codes(&scenario));
        let results = run(&scenario, 1);
        assert_eq!(results.verdict.answer, Answer::No);
        // Most senders bounce it, and some look again later.
        let totals = results.delivery.totals;
        assert!(totals.accepted == 0 && totals.bounced * 10 > totals.messages * 9, "{totals:?}");
    }
}

#[test]
fn a_prompt_above_the_answer_of_dig_is_no_zone_line() {
    let short = "$ dig example.com MX\n; ANSWER SECTION:\nexample.com.    5103  IN  MX  100 relay.example.net.\n\
        example.com.    5103  IN  MX  50 mail2.example.com.\nexample.com.    5103  IN  MX  10 mail.example.com.\n";
    let scenario = asked(short);
    assert_eq!(hosts(&scenario).len(), 3);
    assert_eq!(codes(&scenario), ["mixed-preferences", "addresses-assumed"]);
    let one_address = "user@host ~ $ dig MX example.com\n\n; <<>> DiG 9.7.1-P2 <<>> MX example.com\n;; ANSWER SECTION:\n\
        example.com.\t\t22879\tIN\tMX\t10 MX1.EXAMPLE.COM.\nexample.com.\t\t22879\tIN\tMX\t10 MX2.EXAMPLE.COM.\n\n\
        ;; ADDITIONAL SECTION:\nmx1.example.com.\t22879\tIN\tA\t192.0.2.114\n";
    let scenario = asked(one_address);
    assert_eq!((scenario.nodes.len(), codes(&scenario)), (2, vec!["mx-address-unknown"]));
    assert_eq!(run(&scenario, 1).verdict.answer, Answer::DependsOn);
}

fn scenario(zone: &str, rest: &str) -> Scenario {
    match Scenario::from_toml(&format!("[zone]\ntext = \"\"\"\n{zone}\"\"\"\n{rest}")) {
        Ok(scenario) => scenario,
        Err(error) => panic!("{error}"),
    }
}

/// ZoneMTA: the first host refuses, the second turns everything away at the recipient: all of it bounces there.
#[test]
fn a_rejecting_second_host_bounces_everything() {
    let zone = "example.com. 5103 IN MX 100 relay.example.net.\nexample.com. 5103 IN MX 50 mail2.example.com.\n\
        example.com. 5103 IN MX 10 mail.example.com.\nrelay.example.net. 300 IN A 192.0.2.100\n\
        mail2.example.com. 300 IN A 192.0.2.50\nmail.example.com. 300 IN A 192.0.2.10\n";
    let rest = "[traffic]\nmessages_per_day = 100\n[[senders]]\npreset = \"zonemta\"\n\
        [[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mail\"\nfault = \"refuse\"\n\
        [[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mail2\"\nfault = \"reject\"\nstage = \"recipient\"\n";
    let totals = run(&scenario(zone, rest), 4).delivery.totals;
    assert!(totals.messages > 0 && totals.accepted == 0, "{totals:?}");
    assert_eq!(totals.bounced, totals.messages);
}

/// OpenSMTPD with both first hosts silent for six hours never tries the third (two public reports).
#[test]
fn opensmtpd_never_reaches_the_third_preference() {
    let zone = "example.com. 60 IN MX 10 mx01.example.com.\nexample.com. 60 IN MX 20 mx02.example.com.\n\
        example.com. 60 IN MX 30 mx03.example.com.\nmx01.example.com. 60 IN A 192.0.2.1\n\
        mx02.example.com. 60 IN A 192.0.2.2\nmx03.example.com. 60 IN A 192.0.2.3\n";
    let rest = "[traffic]\nmessages_per_day = 500\n[[senders]]\npreset = \"opensmtpd\"\nsites = 50\n\
        [[events]]\nat = \"06:00\"\nfor = \"6h\"\nnode = [\"mx01\", \"mx02\"]\nfault = \"drop\"\n";
    let results = run(&scenario(zone, rest), 4);
    assert_eq!(results.nodes[2].totals.accepted, 0);
}

/// Exim, `450` at the recipient for five minutes: all of it is taken in the end. (That Exim keeps a retry time for sender and recipient, and so
/// comes back no sooner than 15 minutes later, is not simulated yet.)
#[test]
fn what_exim_is_told_to_send_later_arrives_in_the_end() {
    let zone = "example.com. 3600 IN MX 10 mail.example.com.\nmail.example.com. 3600 IN A 192.0.2.10\n";
    let rest = "[traffic]\nmessages_per_day = 5000\n[[senders]]\nname = \"cPanel\"\npreset = \"exim\"\nsites = 200\n\
        [[events]]\nat = \"10:00\"\nfor = \"5m\"\nnode = \"mail\"\nfault = \"defer\"\nstage = \"recipient\"\n";
    let results = run(&scenario(zone, rest), 4);
    let totals = &results.delivery.totals;
    assert_eq!((totals.accepted, totals.bounced), (totals.messages, 0), "{totals:?}");
    // 5000 a day are 17 in five minutes; n = 4 days: 69 +- 8.3, five standard errors.
    let deferred = results.nodes[0].totals.deferred;
    assert!((28..=111).contains(&deferred), "{deferred}");
    let max = results.delivery.delay.as_ref().expect("delays").max;
    // The message is not due for a quarter of an hour, and then waits for the next queue run, every half an hour.
    assert!((900.0..2_710.0).contains(&max), "{max}");
}

/// One host, 100 sessions of 20 s: what does not fit waits in the backlog, as the author of Postfix describes, and nothing is lost.
#[test]
fn a_surge_waits_in_the_backlog() {
    let zone = "example.com. 3600 IN MX 10 mail.example.com.\nmail.example.com. 3600 IN A 192.0.2.10\n";
    let rest = "[traffic]\nmessages_per_day = 200_000\nprofile = \"office\"\n[nodes.mail]\nsessions = 100\n\
        session_time = { lognormal = { mean = \"20s\", sigma = 1.0 } }\nbacklog = 128\nwhen_full = \"refuse\"\n\
        [[senders]]\npreset = \"postfix\"\nsites = 500\n";
    let results = run(&scenario(zone, rest), 2);
    let totals = &results.delivery.totals;
    assert_eq!((totals.bounced, totals.accepted + totals.waiting), (0, totals.messages), "{totals:?}");
    let delay = results.delivery.delay.as_ref().expect("delays");
    // A session alone takes 20 s; the busiest hours ask for 139 at once by Little's law, so some wait for more than a session.
    assert!(delay.mean > 20.0 && delay.p95 > 60.0, "{delay:?}");
    assert!(results.nodes[0].totals.full < totals.messages / 1_000, "{:?}", results.nodes[0].totals);
}

/// An MX with a TTL of a week is replaced, and the old host rejects from the second day: BIND's half of the caches keeps the old record for the
/// week, Unbound's for a day. 14.6 % of the mail bounces.
#[test]
fn an_old_record_lives_as_long_as_the_cache_lets_it() {
    let zone = "example.com. 604800 IN MX 10 old.example.com.\nold.example.com. 604800 IN A 203.0.113.10\n\
        new.example.com. 3600 IN A 198.51.100.20\n";
    let sender = |name: &str, resolver: &str| {
        format!(
            "[[senders]]\nname = \"{name}\"\npreset = \"postfix\"\nshare = \"50 %\"\nsites = 100\nresolver = \"{resolver}\"\n"
        )
    };
    let rest = format!(
        "[[changes]]\nat = \"00:00\"\nreplace = \"example.com. 3600 IN MX 10 new.example.com.\"\n\
         [run]\nrun_length = \"9d\"\nwindow = \"1d\"\n[traffic]\nmessages_per_day = 2000\n{}{}\
         [[events]]\nat = \"1d\"\nfor = \"8d\"\nnode = \"old\"\nfault = \"reject\"\nstage = \"recipient\"\n",
        sender("bind sites", "bind_9_20"),
        sender("unbound sites", "unbound"),
    );
    let results = run(&scenario(zone, &rest), 8);
    let totals = &results.delivery.totals;
    let bounced = totals.bounced as f64 / totals.messages as f64;
    assert!((bounced - 0.146).abs() < 0.02, "{bounced}");
    assert_eq!(results.nodes[0].totals.rejected, totals.bounced);
}

/// A newsletter goes to two equal relays in bursts, one of them ten times slower. Postfix that keeps connections open gives the faster one ten
/// elevenths of it; under TLS it opens a connection for each message, and both get the same.
#[test]
fn reuse_favours_the_fast_relay_and_tls_does_not() {
    let zone = "relay.example.com. 300 IN MX 10 relay1.example.com.\nrelay.example.com. 300 IN MX 10 relay2.example.com.\n\
        relay1.example.com. 300 IN A 192.0.2.1\nrelay2.example.com. 300 IN A 192.0.2.2\n";
    for (tls, preset, share, within) in
        [(false, "postfix_plaintext", 10.0 / 11.0, 0.02), (true, "postfix", 0.5, 0.005)]
    {
        let node = |name: &str, time: &str| {
            format!("[nodes.{name}]\nsessions = 200\nsession_time = \"{time}\"\ntls = {tls}\n")
        };
        let rest = format!(
            "[traffic]\nmessages_per_day = 500_000\nprofile = [0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0]\n{}{}\
             [[senders]]\nname = \"newsletter\"\npreset = \"{preset}\"\n",
            node("relay1", "0.2s"),
            node("relay2", "2s"),
        );
        let results = run(&scenario(zone, &rest), 1);
        let fast = results.nodes[0].share.mean;
        assert!((fast - share).abs() < within, "{preset}: {fast}");
        let reuses = results.delivery.totals.connections_tried * 10 < results.delivery.totals.messages;
        assert_eq!(reuses, !tls, "{:?}", results.delivery.totals);
    }
}
