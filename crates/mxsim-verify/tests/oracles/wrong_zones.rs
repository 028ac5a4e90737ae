//! Who still delivers to a zone that is wrong: an MX record with an address in the place of a host name, hosts without an address, aliases, a
//! CNAME beside MX records. What each sender does was read in its source; the catalogue names the places.

use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_core::engine::MethodChoice;
use mxsim_core::results::{Grade, Results};
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_verify::agree::assert_ratio;
use mxsim_verify::experiment::{conserved, equal_hosts, scenario, text};

/// Days of the shares that are held against theory.
const DAYS: u64 = 100;

/// Connect to an address in an MX record.
const USE: [&str; 12] = [
    "courier",
    "dma",
    "haraka",
    "hmailserver",
    "james",
    "opensmtpd",
    "postfix",
    "qmail_ilp32",
    "qmail_lp64",
    "sendmail",
    "slimta",
    "zonemta",
];
/// Look for a host of that name, which does not exist.
const SKIP: [&str; 5] = ["exim", "kumomta", "mox", "postal", "stalwart"];
/// Refuse the whole answer.
const BOUNCE: [&str; 1] = ["maddy"];
/// Keep mail for a domain none of whose MX hosts has an address; all others bounce it.
const RETRY: [&str; 9] =
    ["chasquid", "dma", "haraka", "hmailserver", "kumomta", "mox", "opensmtpd", "postal", "slimta"];

const TO_ADDRESS: &str = "example.com. 300 IN MX 10 192.0.2.1.\n";
const AND_A_HOST: &str = "example.com. 300 IN MX 10 mx2.example.com.\nmx2.example.com. 300 IN A 192.0.2.2\n";

fn sender(preset: &str) -> String {
    format!("[[senders]]\npreset = \"{preset}\"\nresolver = \"plain\"\nsites = 5\n")
}

/// Runs a scenario by a method; connections that are kept take many messages, so that only the sums are checked.
fn simulated(toml: &str, method: MethodChoice) -> Results {
    let scenario = scenario(toml);
    let results =
        simulate(&scenario, RunOptions::of(&scenario).method(method).worlds(0), &Quiet).expect("a run");
    conserved(&results).unwrap_or_else(|broken| panic!("{broken}\n{toml}"));
    results
}

/// A day of 200 messages of one sender.
fn day(zone: &str, preset: &str) -> Results {
    let run = "replications = 1\nwarm_up = \"1h\"";
    let rest = format!("[traffic]\nmessages_per_day = 200\n{}", sender(preset));
    simulated(&text(run, zone, &rest), MethodChoice::Messages)
}

/// What became of the mail of a day: all of it accepted, all bounced by its end, or none accepted while the last of it is tried again.
fn fate(results: &Results) -> &'static str {
    let totals = results.delivery.totals;
    match totals.messages {
        0 => "none",
        all if totals.accepted == all => "accepted",
        all if totals.bounced == all => "bounced",
        _ if totals.accepted == 0 && totals.waiting > 0 => "retried",
        _ => "several",
    }
}

fn without_an_address(preset: &str) -> &'static str {
    if RETRY.contains(&preset) { "retried" } else { "bounced" }
}

/// Theory: an MX record with an address and nothing beside it gets all mail of who uses such addresses, and none of who does not; the others
/// find no host, and their mail waits or bounces as for any domain without one. n: a day of 200 messages of each sender.
#[test]
fn an_address_alone_gets_the_mail_of_who_connects_to_it() {
    for preset in USE {
        assert_eq!(fate(&day(TO_ADDRESS, preset)), "accepted", "{preset}");
    }
    for preset in SKIP {
        assert_eq!(fate(&day(TO_ADDRESS, preset)), without_an_address(preset), "{preset}");
    }
    for preset in BOUNCE {
        assert_eq!(fate(&day(TO_ADDRESS, preset)), "bounced", "{preset}");
    }
}

/// Theory: beside a host, who skips the address delivers everything to the host, without a connection to the address; who refuses the answer
/// bounces it all. n: a day of 200 messages of each sender.
#[test]
fn who_skips_an_address_goes_to_the_host_beside_it() {
    let zone = format!("{TO_ADDRESS}{AND_A_HOST}");
    for preset in USE {
        assert_eq!(fate(&day(&zone, preset)), "accepted", "{preset}");
    }
    for preset in SKIP {
        let results = day(&zone, preset);
        assert_eq!(fate(&results), "accepted", "{preset}");
        assert_eq!(results.nodes[0].totals.connections_tried, 0, "{preset}");
    }
    for preset in BOUNCE {
        let results = day(&zone, preset);
        assert_eq!(fate(&results), "bounced", "{preset}");
        assert_eq!(results.delivery.totals.connections_tried, 0, "{preset}");
    }
}

/// 100 days of half a sender that shuffles, and half Exim, before an address and a host of one preference.
fn half_and_half(method: MethodChoice) -> Results {
    let half = |preset: &str| sender(preset).replace("sites", "share = \"50 %\"\nsites");
    let toml = text(
        &format!("replications = {DAYS}\nwarm_up = \"1h\""),
        &format!("{TO_ADDRESS}{AND_A_HOST}"),
        &format!(
            "[traffic]\nmessages_per_day = 20000\n{}{}",
            half("randomizing"),
            half("exim").replace("sites", "reuse = { connections = \"never\" }\nsites")
        ),
    );
    simulated(&toml, method)
}

/// Theory: half of the mail is split evenly, the other half goes to the host: 1/4 and 3/4, by every method. n: 100 days of 20,000 messages.
#[test]
fn the_split_is_of_those_who_use_the_address() {
    for method in [MethodChoice::Messages, MethodChoice::Fastest] {
        let results = half_and_half(method);
        for (host, theory) in results.hosts.iter().zip([0.25, 0.75]) {
            assert_ratio(&format!("{method:?}: {}", host.name), &host.share, DAYS, theory);
        }
    }
}

/// Theory: without any address, mail of some senders waits, and that of all others bounces at once. n: a day of 200 messages of each sender
/// whose source was read.
#[test]
fn mail_without_a_host_bounces_or_waits_as_each_sender_has_it() {
    let absent = "$ORIGIN example.com.\n@ 300 IN MX 10 mx1\n";
    for preset in USE.iter().chain(&SKIP).chain(&BOUNCE).chain(&["chasquid"]) {
        assert_eq!(fate(&day(absent, preset)), without_an_address(preset), "{preset}");
    }
}

/// Theory: an alias leads to the same addresses, so senders behave as with the name itself, to the byte. n: a day of 200 messages.
#[test]
fn an_alias_is_followed() {
    let alias = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN CNAME a.example.com.\na.example.com. 300 IN A 192.0.2.1\n";
    for preset in USE.iter().chain(&SKIP).chain(&BOUNCE) {
        let (named, aliased) = (day(&equal_hosts(1, 300), preset), day(alias, preset));
        assert_eq!(named.delivery.totals, aliased.delivery.totals, "{preset}");
        assert_eq!(fate(&aliased), "accepted", "{preset}");
    }
}

/// Theory: the records beside a CNAME are answered as if it were not there. n: a day of 200 messages.
#[test]
fn a_cname_beside_mx_records_is_passed_over() {
    let zone = equal_hosts(2, 300);
    let beside = format!("{zone}example.com. 300 IN CNAME www.example.net.\n");
    let (clean, wrong) = (day(&zone, "postfix"), day(&beside, "postfix"));
    assert_eq!((&clean.nodes, &clean.delivery), (&wrong.nodes, &wrong.delivery));
    assert!(wrong.findings.iter().any(|finding| finding.code == "cname-beside-others"));
}

/// The lists above are those of the catalogue: every sender whose source was read stands in one of them.
#[test]
fn the_catalogue_says_so() {
    for preset in Catalog::builtin().summaries() {
        let path = "policy.mx_to_address";
        let is_source = preset.evidence.get(path).is_some_and(|evidence| evidence.grade == Grade::Source);
        if preset.kind != PresetKind::Sender || !is_source {
            continue;
        }
        let value = preset.written.iter().find(|(name, _)| *name == path).map(|(_, value)| value.as_str());
        let lists: [(&str, &[&str]); 3] = [("\"use\"", &USE), ("\"skip\"", &SKIP), ("\"bounce\"", &BOUNCE)];
        let listed = lists.iter().find(|(_, list)| list.contains(&preset.id.trim_end_matches("_plaintext")));
        assert_eq!(value, listed.map(|(word, _)| *word), "{}", preset.id);
    }
}
