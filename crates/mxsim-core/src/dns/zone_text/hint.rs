//! What to type where a text cannot be read: the `dig` line, with the domain that the text is about, and what the text says went wrong.

use super::fault::{TextRange, ZoneErrorKind, ZoneTextError};
use super::ornament::is_full_name;
use crate::dns::zone::Name;

/// The `dig` line to type, and what to do with it.
pub(super) fn advice(text: &str, domain: Option<&Name>) -> String {
    let domain =
        domain.map(Name::to_string).or_else(|| domain_in(text)).unwrap_or_else(|| "example.com".into());
    format!(
        "type `dig MX {domain}` and paste what it prints, and the same for the A and AAAA records of each host"
    )
}

/// The error of a text without any record.
pub(super) fn nothing_read(text: &str, text_id: usize, domain: Option<&Name>) -> ZoneTextError {
    let message = failure(text).unwrap_or_else(|| "there is no MX, A or AAAA record".into());
    let range = TextRange { text: text_id, start: 0, end: 0 };
    let help = if says_no_mx(text) { advice_without_mx(text, domain) } else { advice(text, domain) };
    ZoneTextError { kind: ZoneErrorKind::Domain, message, help, range }
}

/// True for the answer of a server that knows the domain and has no MX record of it. A referral names other servers instead of the SOA.
fn says_no_mx(text: &str) -> bool {
    let is_dig = text.contains("NOERROR") && text.contains("ANSWER: 0") && text.contains("SOA");
    let asks_mx = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("MX"));
    is_dig && asks_mx || text.contains("has no MX record")
}

/// What to type where the domain has no MX record: senders turn to its own addresses then.
fn advice_without_mx(text: &str, domain: Option<&Name>) -> String {
    let domain =
        domain.map(Name::to_string).or_else(|| domain_in(text)).unwrap_or_else(|| "example.com".into());
    format!(
        "{domain} has no MX record, so senders use its own addresses (RFC 5321 section 5.1): type `dig A {domain}` and `dig AAAA {domain}`, and paste what they \
         print together with this"
    )
}

/// What a tool says went wrong, in the words of DNS.
fn failure(text: &str) -> Option<String> {
    const SIGNS: [(&[&str], &str); 9] = [
        (
            &["NXDOMAIN", "Non-existent domain"],
            "the answer is NXDOMAIN: there is no such domain; check how its name is spelled",
        ),
        (
            &["\"Status\":3", "\"Status\": 3"],
            "the answer is NXDOMAIN (status 3): there is no such domain; check how its name is spelled",
        ),
        (
            &["SERVFAIL"],
            "the answer is SERVFAIL: the resolver could not find out; try again, or ask another one (`@9.9.9.9`)",
        ),
        (
            &["\"Status\":2"],
            "the answer is SERVFAIL (status 2): the resolver could not find out; try again, or ask another one",
        ),
        (
            &["REFUSED"],
            "the answer is REFUSED: this server does not answer you; ask another one (`@9.9.9.9`)",
        ),
        (&["timed out"], "no server answered in time; try again, or ask another one (`@9.9.9.9`)"),
        (&["no servers could be reached"], "no server answered; try again, or ask another one (`@9.9.9.9`)"),
        (&["RFC8482"], "the server does not answer ANY (RFC 8482); ask for MX"),
        (&["No answer", "has no MX record", "has no mail", "ANSWER: 0"], "the answer holds no MX record"),
    ];
    let is_there = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    SIGNS.iter().find(|(signs, _)| is_there(signs)).map(|(_, says)| (*says).to_owned())
}

/// Ends of names that are domains, beside those of two letters.
const TOP_LEVEL: [&str; 17] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "cloud", "email", "example",
    "test", "dev", "app", "local",
];

/// Words behind which configuration and tools name the domain.
const KEYS: [&str; 12] =
    ["name", "zone", "host", "domain", "record", "dnsname", "fqdn", "mx-host", "d", "find", "qname", "mx"];

/// Names of services, which stand in texts about any domain.
const SERVICES: [&str; 14] = [
    "terraform.io",
    "dnscontrol.org",
    "k8s.io",
    "dns.google",
    "google.com",
    "googledomains.com",
    "cloudflare.com",
    "amazonaws.com",
    "mxtoolbox.com",
    "cloudflare-dns.com",
    "domaincontrol.com",
    "corp.local",
    "fritz.box",
    "github.com",
];

/// The domain that a text is about, as far as one can tell: the one that most speaks for.
pub(super) fn domain_in(text: &str) -> Option<String> {
    const MOST_WORDS: usize = 5_000;
    let separators = |c: char| !(c.is_alphanumeric() || "-_.@".contains(c));
    let words: Vec<&str> = text
        .split(separators)
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .collect();
    let mut scores: Vec<(String, i32)> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let before = i.checked_sub(1).map_or("", |before| words[before]);
        let after = words.get(i + 1).copied().unwrap_or_default();
        let Some((name, score)) = candidate(word, before, after) else { continue };
        match scores.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += score,
            None => scores.push((name, score)),
        }
    }
    // Of those with equal scores, the first.
    scores.into_iter().rev().max_by_key(|(_, score)| *score).map(|(name, _)| name)
}

/// A domain that a word between two others speaks for, and how much.
fn candidate(word: &str, before: &str, after: &str) -> Option<(String, i32)> {
    let (user, name) = word.split_once('@').map_or((None, word), |(user, name)| (Some(user), name));
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('.').next()?;
    let ends_well = last.len() == 2 || TOP_LEVEL.contains(&last) || before == "find";
    let is_domain = is_full_name(&name) && name.is_ascii() && !name.contains('_') && ends_well;
    let is_service =
        SERVICES.iter().any(|service| name == *service || name.ends_with(&format!(".{service}")));
    let first = name.split('.').next()?.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    if !is_domain || is_service || ["ns", "dns"].contains(&first) {
        return None;
    }
    let is_owner = after.eq_ignore_ascii_case("MX") || after.eq_ignore_ascii_case("IN");
    let is_number = |word: &str| word.parse::<u16>().is_ok();
    let is_like_host = ["mx", "mail", "smtp"].contains(&first) || is_number(before);
    if is_like_host && !is_owner && name.matches('.').count() >= 2 {
        return Some((name.split_once('.')?.1.to_owned(), 2));
    }
    let is_key = KEYS.iter().any(|key| key.eq_ignore_ascii_case(before));
    let is_named = is_key || user.is_some_and(|user| !user.is_empty());
    let score = match (is_named, is_owner) {
        (true, _) => 5,
        (false, true) => 4,
        (false, false) => 1,
    };
    Some((name, score))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_not_that_of_a_tool() {
        for text in [
            "acme.net",
            "postmaster@acme.net",
            "- name: MX\n  community.general.nsupdate:\n    zone: acme.net\n    server: ns1.acme.net",
            "Resolve-DnsName -Name acme.net -Type MX -Server dns.google.com",
            "data.cloudflare_zones.acme.zones registry.terraform.io name = \"acme.net\"",
            "10 aspmx.l.google.com.\n10 mx1.acme.net",
            "mx-host=acme.net,mx1.acme.net,10",
            "{\"host\":\"acme.net\",\"resolver\":[\"1.1.1.1:53\"],\"mx\":[\"mx1.acme.net\"]}",
            "mx1.acme.net\nmx2.acme.net",
            "// docs.dnscontrol.org\nD(\"acme.net\", REG_NONE)",
        ] {
            assert_eq!(domain_in(text).as_deref(), Some("acme.net"), "{text}");
        }
    }
}
