//! What people who run mail pasted into public reports, names and addresses replaced, with what really happened.

use mxsim_core::catalog::Catalog;
use mxsim_core::results::{Answer, Results};
use mxsim_core::scenario::Scenario;
use mxsim_core::study::ask::closed_form;
use mxsim_core::study::{Limit, Quiet, RunOptions, simulate};
use mxsim_import::{Question, equal_mx_scenario, zone_scenario};

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
        assert!(codes(&scenario).iter().all(|code| *code == "mx-no-dot"), "{:?}", codes(&scenario));
        let results = run(&scenario, 1);
        assert_eq!(results.verdict.answer, Answer::No);
        assert_eq!(results.delivery.totals.bounced, results.delivery.totals.messages);
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
    assert_eq!(run(&scenario, 1).verdict.answer, Answer::CannotTell);
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

/// Theory: the closed form of N equal hosts is that of the scenario which is simulated. 160 days; the quantile's own 95 % interval, half as wide
/// again, so that ten of them hold together in all but one of a few hundred tries.
#[test]
fn the_closed_form_agrees_with_the_simulation_of_the_same_scenario() {
    let designs = [
        (2, &[][..]),
        (3, &[]),
        (4, &[]),
        (5, &[]),
        (6, &[]),
        (2, &[30.0]),
        (3, &[38.0, 27.0]),
        (3, &[40.0, 20.0]),
    ];
    for (n, top) in designs {
        let scenario = equal_mx_scenario(n, top, Catalog::builtin()).expect("a scenario");
        let form = closed_form(&scenario).unwrap_or_else(|why| panic!("{why}"));
        let busiest = run(&scenario, 160).balance.busiest_share;
        let [Some(low), Some(high)] = busiest.p95_ci else { panic!("no interval: {busiest:?}") };
        let slack = (high - low) / 4.0;
        assert!(
            (low - slack..=high + slack).contains(&form.busiest_share_p95),
            "{n} {top:?}: {} is not in {low} to {high}",
            form.busiest_share_p95
        );
    }
}
