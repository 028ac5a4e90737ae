//! What is wrong or surprising with a zone or a scenario that can be read all the same.
//!
//! Every such finding has an entry in [`FINDINGS`], and every command shows the same ones: a stable code, how bad it is, and a sentence. The
//! reader of zone text reports what it met; `zone` looks at the records it read, `senders` at those who send to them.

mod answers;
mod events;
mod policy;
mod senders;
mod zone;

pub use zone::Reach;

use super::model::Scenario;
use crate::results::{Finding, Severity};

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingKind {
    /// Stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it means.
    pub meaning: &'static str,
}

const fn kind(code: &'static str, severity: Severity, meaning: &'static str) -> FindingKind {
    FindingKind { code, severity, meaning }
}

use Severity::{Error, Note, Warning};

/// Every kind of finding, the worst first.
pub const FINDINGS: &[FindingKind] = &[
    kind("mx-no-address", Error, "an MX host has no A or AAAA record in its own zone, so it gets no mail"),
    kind("mx-no-dot", Error, "the name of an MX host lacks its final dot, so the zone's name was appended"),
    kind(
        "mx-to-address",
        Error,
        "an MX record has an address in the place of a host name (RFC 5321 section 5.1), which some senders do not use",
    ),
    kind(
        "no-address-at-all",
        Error,
        "no MX host has an address: some senders bounce mail at once, others keep it for days",
    ),
    kind(
        "cname-beside-others",
        Error,
        "a CNAME stands beside other records, which RFC 2181 section 10.1 forbids and many name servers refuse to load",
    ),
    kind("mx-private-address", Error, "the Internet cannot reach an MX host beside others that it can reach"),
    kind("private-addresses", Error, "no MX host can be reached from the Internet"),
    kind(
        "mx-special-address",
        Error,
        "no sender delivers to the address of an MX host (loopback, link-local, multicast, reserved ...)",
    ),
    kind("null-mx", Error, "the domain takes no mail (null MX, RFC 7505)"),
    kind("null-mx-beside-others", Error, "a null MX stands beside other MX records, which RFC 7505 forbids"),
    kind(
        "unreachable-address",
        Error,
        "an MX host has an address that the Internet cannot reach beside one that it can",
    ),
    kind("mx-address-unknown", Warning, "the text does not say which addresses an MX host has"),
    kind("addresses-of-nobody", Warning, "addresses stand alone, and nothing says which host has them"),
    kind("answer-cut", Warning, "the answer that was pasted had more records than the text"),
    kind(
        "mx-proxied",
        Warning,
        "an MX host is behind a proxy for web requests, and the world gets another name for it with the same address",
    ),
    kind(
        "alternative-sets",
        Warning,
        "the service answers with one of several record sets, and one was taken",
    ),
    kind("alias-elsewhere", Warning, "a record is an alias of a service whose addresses are not in the text"),
    kind("mx-alias", Warning, "an MX record names an alias (CNAME), which RFC 2181 section 10.3 forbids"),
    kind("mx-after-semicolon", Warning, "an MX record stands behind a semicolon, so it is a comment"),
    kind("shared-address", Warning, "two MX hosts have the same address, so they are one machine"),
    kind("unequal-addresses", Warning, "equal MX hosts have different numbers of addresses"),
    kind("ipv6-on-some", Warning, "some of the equal MX hosts have IPv6 addresses and others have none"),
    kind("more-addresses-than-tried", Warning, "senders try fewer hosts or addresses than there are"),
    kind("mixed-ttl", Warning, "the records of one set have different TTLs"),
    kind("not-read", Warning, "a directive of the zone file is not read"),
    kind("number-with-dot", Warning, "a number may be read in two ways"),
    kind("event-after-run", Warning, "an event begins when the run is over, so nothing of it is simulated"),
    kind("event-outlives-run", Warning, "an event is not over, or its mail still waits, when the run ends"),
    kind("mta-sts-unlisted", Warning, "the MTA-STS policy forbids an MX host"),
    kind("mta-sts-no-tls", Warning, "an MX host offers no TLS, and the MTA-STS policy asks for it"),
    kind("dane-failing", Warning, "the TLSA records of an MX host do not match its certificate"),
    kind("transform-of-nothing", Warning, "an `order` has a transform but no record types to put it on"),
    kind("sender-like-preset", Warning, "a sender without a preset is named like one"),
    kind("spam-is-wanted", Warning, "a sender that behaves like spam counts as wanted mail"),
    kind(
        "wildcard-mx",
        Warning,
        "the only MX records are those of a wildcard, which the domain itself does not match",
    ),
    kind("lines-skipped", Note, "lines that are no records were skipped"),
    kind("mixed-preferences", Note, "the MX records differ in preference"),
    kind("implicit-mx", Note, "the domain has no MX record, so senders use its own addresses"),
    kind("addresses-assumed", Note, "the text holds no address, so each MX host is taken to have one"),
    kind(
        "ttls-far-apart",
        Note,
        "TTLs of the MX records and of the addresses differ by a factor of 24 or more",
    ),
    kind("domain-not-named", Note, "nothing in the text names the mail domain"),
    kind("domain-from-file-name", Note, "the mail domain is taken from the name of the file"),
    kind("other-domains", Note, "the text has MX records of several domains, and one was chosen"),
    kind("short-output", Note, "output of `dig +short`, which leaves names and TTLs out"),
    kind("assumed-ttl", Note, "records have no TTL, so an hour is assumed"),
    kind("no-final-dot", Note, "a name without its final dot is taken as a whole name"),
    kind("other-class", Note, "records of another class than IN are passed over"),
    kind("duplicate-record", Note, "a record stands twice"),
];

/// The finding of that code. A code without an entry is a mistake of ours; it is shown as a warning.
#[must_use]
pub(crate) fn finding(code: &str, text: String) -> Finding {
    let known = FINDINGS.iter().find(|kind| kind.code == code);
    debug_assert!(known.is_some(), "{code} has no entry");
    Finding { code: code.into(), severity: known.map_or(Warning, |kind| kind.severity), text }
}

/// What there is to say about a scenario beside what its reader said: `said`. The worst first.
pub(super) fn all(scenario: &Scenario, mut said: Vec<Finding>) -> Vec<Finding> {
    let first = &scenario.zones[0].zone;
    let found = zone::findings(first).into_iter().chain(senders::findings(first, scenario));
    let found = found
        .chain(events::findings(scenario))
        .chain(answers::findings(scenario))
        .chain(policy::findings(scenario));
    said.extend(found.map(|(code, text)| finding(code, text)));
    let place = |found: &Finding| FINDINGS.iter().position(|kind| kind.code == found.code);
    said.sort_by_key(place);
    said.dedup();
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted_by_severity_and_has_each_code_once() {
        assert!(FINDINGS.is_sorted_by_key(|kind| kind.severity));
        for (i, kind) in FINDINGS.iter().enumerate() {
            assert!(FINDINGS[..i].iter().all(|other| other.code != kind.code), "{}", kind.code);
        }
    }

    fn codes(zone: &str) -> Vec<String> {
        let text = format!("[zone]\ntext = '''\n{zone}'''\n");
        match Scenario::from_toml(&text) {
            Ok(scenario) => scenario.findings.into_iter().map(|finding| finding.code).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    const EQUAL: &str = "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
        a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n";

    #[test]
    fn a_zone_alone_shows_what_is_odd_about_it() {
        assert_eq!(codes(EQUAL), [""; 0]);
        for (records, code) in [
            (EQUAL.replace("MX 10 b", "MX 20 b"), "mixed-preferences"),
            (EQUAL.replace("192.0.2.2", "192.0.2.1"), "shared-address"),
            (format!("{EQUAL}b.e.example. 300 A 192.0.2.3\n"), "unequal-addresses"),
            (format!("{EQUAL}b.e.example. 300 AAAA 2001:db8::2\n"), "ipv6-on-some"),
            (EQUAL.replace("192.0.2.2", "10.0.0.2"), "mx-private-address"),
            (EQUAL.replace("192.0.2.2", "224.0.0.1"), "mx-special-address"),
            (format!("{EQUAL}b.e.example. 300 A 10.0.0.2\n"), "unreachable-address"),
            (format!("{EQUAL}b.e.example. 300 AAAA fe80::1\n"), "unreachable-address"),
            (EQUAL.replace("192.0.2.", "192.168.1."), "private-addresses"),
            (EQUAL.replace("300 MX", "604800 MX"), "ttls-far-apart"),
            (format!("$ORIGIN e.example.\n{EQUAL}@ 300 MX 10 c\n"), "mx-no-address"),
            (format!("{EQUAL}e.example. 300 MX 10 c.e.example.\n"), "mx-address-unknown"),
            (format!("{EQUAL}e.example. 300 MX 0 .\n"), "null-mx-beside-others"),
            (format!("{EQUAL}e.example. 300 MX 10 192.0.2.9.\n"), "mx-to-address"),
            (format!("{EQUAL}e.example. 300 MX 10 2001:db8::9\n"), "mx-to-address"),
            (format!("$ORIGIN e.example.\n{EQUAL}@ 300 MX 10 192.0.2.9\n"), "mx-no-dot"),
            ("$ORIGIN e.example.\n@ 300 MX 10 a\n".into(), "no-address-at-all"),
            (format!("{EQUAL}e.example. 300 CNAME www.example.net.\n"), "cname-beside-others"),
            (format!("{EQUAL}a.e.example. 300 CNAME www.example.net.\n"), "cname-beside-others"),
        ] {
            assert!(codes(&records).iter().any(|found| found == code), "{code}: {:?}", codes(&records));
        }
    }

    #[test]
    fn who_does_not_use_an_address_is_named() {
        let zone = format!("{EQUAL}e.example. 300 MX 10 192.0.2.9.\n");
        let senders = "[[senders]]\npreset = \"exim\"\n[[senders]]\npreset = \"maddy\"\n[[senders]]\npreset = \"mox\"\n[[senders]]\npreset = \"postfix\"\n";
        let text = format!("[zone]\ntext = '''\n{zone}'''\n{senders}");
        let findings = Scenario::from_toml(&text).expect("a scenario").findings;
        let found = findings.iter().find(|finding| finding.code == "mx-to-address").expect("a finding");
        let who = "exim and mox do not connect to it, maddy bounces every message for the domain, the others connect to it";
        assert!(
            found.text.starts_with("MX 10 192.0.2.9 names an address") && found.text.contains(who),
            "{}",
            found.text
        );
    }

    #[test]
    fn mail_without_a_host_waits_for_some_and_bounces_for_others() {
        let senders = "[[senders]]\npreset = \"exim\"\n[[senders]]\npreset = \"haraka\"\n";
        let text = format!("[zone]\ntext = '''\n$ORIGIN e.example.\n@ 300 MX 10 a\n'''\n{senders}");
        let findings = Scenario::from_toml(&text).expect("a scenario").findings;
        let found = findings.iter().find(|finding| finding.code == "no-address-at-all").expect("a finding");
        let who = "mail from exim bounces at once, mail from haraka waits and bounces in the end";
        assert!(found.text.contains(who), "{}", found.text);
    }

    #[test]
    fn six_addresses_are_more_than_postfix_tries() {
        let addresses: String = (3..7).map(|i| format!("b.e.example. 300 A 192.0.2.{i}\n")).collect();
        assert!(codes(&format!("{EQUAL}{addresses}")).contains(&"more-addresses-than-tried".to_owned()));
    }
}
