//! Zones as people have them: `ask`, `run`, `check` and `init` read the same thing, say what is wrong first, and never say yes to a zone of
//! which a host gets no mail.

use crate::support::{Folder, mxsim, mxsim_in};

const QUICK: [&str; 4] = ["--replications", "1", "--worlds", "0"];

/// A zone: its text, what the first eight lines have to say, and how `ask`, `run` and `check` may end.
struct Case {
    text: &'static str,
    says: &'static str,
    ends: &'static [i32],
}

/// A host gets no mail.
const NO: &[i32] = &[1];
/// It depends on what the text does not say.
const OPEN: &[i32] = &[3];
/// Odd, and mail reaches every host.
const ANY: &[i32] = &[0, 1, 3];

const fn case(text: &'static str, says: &'static str, ends: &'static [i32]) -> Case {
    Case { text, says, ends }
}

const CASES: [Case; 60] = [
    // No address, no dot, no mail.
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 mx1\n@ 300 MX 10 mx2\nmx1 300 A 192.0.2.1\n",
        "mx-no-address",
        NO,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 mx1\n@ 300 MX 20 mx2\nmx1 300 A 192.0.2.1\n",
        "mx-no-address",
        NO,
    ),
    case("$ORIGIN example.com.\n@ 300 MX 10 mx1\nmx1 300 TXT \"no address\"\n", "mx-no-address", NO),
    case("$ORIGIN example.com.\n@ 300 MX 10 mx1.example.com\nmx1 300 A 192.0.2.1\n", "mx-no-dot", NO),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 mx1\n@ 300 MX 10 mx2.example.com\nmx1 300 A 192.0.2.1\nmx2 300 A 192.0.2.2\n",
        "mx-no-dot",
        NO,
    ),
    case(
        "example.com. 300 SOA ns.example.com. h.example.com. 1 2 3 4 300\nexample.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\n",
        "mx-no-address",
        NO,
    ),
    case("@ 300 SOA ns h 1 2 3 4 300\nexample.com. 300 MX 10 b.example.com.\n", "mx-no-address", NO),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 mx1\n@ 300 MX 10 mx2\n@ 300 MX 10 mx3\nmx1 A 192.0.2.1\nmx2 A 192.0.2.2\nmx-3 A 192.0.2.3\n",
        "mx3.example.com has no A",
        NO,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 a\n@ 300 MX 10 b\na 300 A 192.0.2.1\nb 300 CNAME c\n",
        "b.example.com",
        NO,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 a\n@ 300 MX 10 b\na 300 A 192.0.2.1\n;b 300 A 192.0.2.2\n",
        "mx-no-address",
        NO,
    ),
    // The null MX.
    case("example.com. 300 MX 0 .\n", "null-mx", NO),
    case("0 .\n", "null-mx", NO),
    case("$ORIGIN example.com.\n@ MX 0 .\nwww A 192.0.2.1\n", "null-mx", NO),
    case("example.com mail is handled by 0 .\n", "null-mx", NO),
    // Addresses that lead nowhere.
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 203.0.113.1\nb.example.com. 300 A 10.0.0.2\n",
        "mx-private-address",
        NO,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 20 b.example.com.\na.example.com. 300 A 203.0.113.1\nb.example.com. 300 A 127.0.0.1\n",
        "mx-special-address",
        NO,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 203.0.113.1\nb.example.com. 300 A 10.0.0.1\nb.example.com. 300 AAAA fd00::1\n",
        "mx-private-address",
        NO,
    ),
    // What the text does not say.
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 a\n@ 300 MX 10 mx.example.net.\na 300 A 192.0.2.1\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 1 aspmx.example.net.\n@ 300 MX 5 alt.example.net.\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "example.com. 300 SOA ns.example.com. h.example.com. 1 2 3 4 300\nexample.com. 300 MX 10 a.example.net.\nexample.com. 300 MX 10 b.example.net.\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\nb.example.com. 300 CNAME b.example.net.\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        ";; ANSWER SECTION:\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n;; ADDITIONAL SECTION:\nb.example.com. 300 IN AAAA 2001:db8::2\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "example.com mail is handled by 10 a.example.com.\nexample.com mail is handled by 10 b.example.com.\na.example.com has address 192.0.2.1\n",
        "mx-address-unknown",
        OPEN,
    ),
    // An answer is no zone, and says nothing of what was not asked for.
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\n;; QUESTION SECTION:\n;mx1.acme.net. IN AAAA\n;; AUTHORITY SECTION:\nacme.net. 300 IN SOA ns1.acme.net. h.acme.net. 1 2 3 4 5\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n;; QUESTION SECTION:\n;mx2.acme.net. IN A\n;; AUTHORITY SECTION:\nacme.net. 300 IN SOA ns1.acme.net. h.acme.net. 1 2 3 4 5\n",
        "dig AAAA mx2.acme.net",
        OPEN,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n;; QUESTION SECTION:\n;mx2.acme.net. IN A\n;; AUTHORITY SECTION:\nacme.net. 300 IN SOA ns1.acme.net. h.acme.net. 1 2 3 4 5\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n;; QUESTION SECTION:\n;mx2.acme.net. IN AAAA\n;; AUTHORITY SECTION:\nacme.net. 300 IN SOA ns1.acme.net. h.acme.net. 1 2 3 4 5\n",
        "mx-no-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN AAAA 2001:db8::1\nmx2.acme.net. 300 IN AAAA 2001:db8::2\n",
        "dig A mx1.acme.net",
        OPEN,
    ),
    case(
        "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx1\n@ MX 10 mx2\nmx1 A 203.0.113.10\n$INCLUDE hosts.inc\n",
        "not-read",
        OPEN,
    ),
    case(
        "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx1.mail\n@ MX 10 mx2\nmx2 A 203.0.113.1\nmail NS ns1.provider.com.\n",
        "mx-address-unknown",
        OPEN,
    ),
    case(
        "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx1\n@ MX 10 mx2\nmx1 A 203.0.113.1\nmx2 CNAME mail.provider.com.\n",
        "mx-address-unknown",
        OPEN,
    ),
    // Addresses at which nobody delivers.
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. A 224.0.0.1\n",
        "mx-special-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. AAAA ::ffff:203.0.113.10\n",
        "mx-special-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. A 240.0.0.1\nmx2.acme.net. A 255.255.255.255\n",
        "mx-special-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. A 198.18.0.1\n",
        "mx-special-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. AAAA fe80::1\n",
        "mx-special-address",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. 300 IN A 203.0.113.11\nacme.net. 3600 IN MX 0 .\n",
        "null-mx-beside-others",
        NO,
    ),
    // What stands elsewhere than in plain records.
    case(
        "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx1\n@ MX 10 mx2\n* A 203.0.113.99\n",
        "shared-address",
        ANY,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\n> acme.net. 3600 IN MX 20 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. 300 IN A 203.0.113.11\n",
        "mixed-preferences",
        ANY,
    ),
    case(
        "$ORIGIN acme.net.\n$TTL 1h\n$GENERATE 1-2 @ MX 10 mx$\n$GENERATE 1-1 mx$ A 203.0.113.$\n",
        "mx2.acme.net has no A",
        NO,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. 300 IN A 203.0.113.11\nmx2.acme.net. 0 CH A 1.2.3.4\n",
        "other-class",
        ANY,
    ),
    case(
        "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\nmx1.acme.net. 300 IN A 203.0.113.10\nmx2.acme.net. 300 IN A 203.0.113.11 ; cf_tags=cf-proxied:true\n",
        "mx-proxied",
        ANY,
    ),
    // Odd, and it works.
    case(
        "$ dig example.com MX\nexample.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n",
        "addresses-assumed",
        ANY,
    ),
    case("10 a.example.com.\n10 b.example.com.\n", "short-output", ANY),
    case("$ORIGIN example.com.\n@ 300 A 192.0.2.1\n", "implicit-mx", ANY),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 20 b.example.com.\na.example.com. 300 A 192.0.2.1\nb.example.com. 300 A 192.0.2.2\n",
        "mixed-preferences",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\na.example.com. 300 AAAA 2001:db8::1\nb.example.com. 300 A 192.0.2.2\n",
        "ipv6-on-some",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\na.example.com. 300 A 192.0.2.3\nb.example.com. 300 A 192.0.2.2\n",
        "unequal-addresses",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\nb.example.com. 300 A 192.0.2.1\n",
        "shared-address",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 CNAME c.example.com.\nc.example.com. 300 A 192.0.2.1\nb.example.com. 300 A 192.0.2.2\n",
        "mx-alias",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 b.example.com.\na.example.com. 300 A 10.0.0.1\nb.example.com. 300 A 10.0.0.2\n",
        "private-addresses",
        ANY,
    ),
    case(
        "example.com. 86400 MX 10 a.example.com.\nexample.com. 86400 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\nb.example.com. 300 A 192.0.2.2\n",
        "ttls-far-apart",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 600 MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\nb.example.com. 300 A 192.0.2.2\n",
        "mixed-ttl",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com. ; MX 10 b.example.com.\na.example.com. 300 A 192.0.2.1\n",
        "mx-after-semicolon",
        ANY,
    ),
    case(
        "example.com. 300 MX 0 .\nexample.com. 300 MX 10 a.example.com.\na.example.com. 300 A 192.0.2.1\n",
        "null-mx-beside-others",
        NO,
    ),
    case(
        "example.com. MX 10 a.example.com.\nexample.com. MX 10 b.example.com.\na.example.com. A 192.0.2.1\nb.example.com. A 192.0.2.2\n",
        "assumed-ttl",
        ANY,
    ),
    case(
        "example.com 300 MX 10 a.example.com\nexample.com 300 MX 10 b.example.com\na.example.com 300 A 192.0.2.1\nb.example.com 300 A 192.0.2.2\n",
        "no-final-dot",
        ANY,
    ),
    case(
        "example.com. 300 MX 10 a.example.com.\nexample.com. 300 MX 10 a.example.com.\na.example.com. 300 A 192.0.2.1\n",
        "duplicate-record",
        ANY,
    ),
    case(
        "example.com MX preference = 10, mail exchanger = a.example.com\nexample.com MX preference = 10, mail exchanger = b.example.com\na.example.com internet address = 192.0.2.1\nb.example.com internet address = 192.0.2.2\n",
        "assumed-ttl",
        ANY,
    ),
    case(
        "$ORIGIN example.com.\n@ 300 MX 10 a\n@ 300 MX 10 b\n$INCLUDE more.zone\na 300 A 192.0.2.1\nb 300 A 192.0.2.2\n",
        "not-read",
        ANY,
    ),
];

/// What `text` says in its first eight lines, in one line.
fn head(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(8).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page without the next command, which names the file.
fn page(text: &str) -> &str {
    text.split_once("\nNext: ").map_or(text, |(page, _)| page)
}

/// Why the four commands do not agree about a case, if they do not.
fn disagreement(case: &Case) -> Option<String> {
    let folder = Folder::new();
    folder.file("zone.txt", case.text);
    let domain = if case.text.starts_with('@') { &["--domain", "example.com"][..] } else { &[] };
    // Short names, as people have them: a long one takes a line of the page, and with it what is least worth a line.
    let mxsim =
        |arguments: &[&str], more: &[&str]| mxsim_in(folder.path(), &[arguments, domain, more].concat());
    let ask = mxsim(&["ask", "zone.txt"], &QUICK);
    let init = mxsim(&["init", "--zone", "zone.txt", "-o", "site.toml"], &[]);
    let run = mxsim_in(folder.path(), &[&["run", "site.toml"], &QUICK[..]].concat());
    let check = mxsim(&["check", "zone.txt"], &[]);
    let screens = [("ask", &ask), ("init", &init), ("run", &run), ("check", &check)];
    if let Some((name, finished)) =
        screens.iter().find(|(_, finished)| !head(&finished.stdout).contains(case.says))
    {
        return Some(format!("{name} does not say {}:\n{}{}", case.says, finished.stdout, finished.stderr));
    }
    if page(&ask.stdout) != page(&run.stdout) {
        return Some(format!("ask and run differ:\n{}\n{}", ask.stdout, run.stdout));
    }
    let is_settled = case.ends.len() == 1;
    let codes = [ask.code(), run.code(), if is_settled { check.code() } else { ask.code() }];
    if codes.iter().any(|code| !case.ends.contains(code) || *code != codes[0]) {
        return Some(format!("the commands end with {codes:?} instead of {:?}:\n{}", case.ends, ask.stdout));
    }
    // What stands in the records alone decides `check` and `init` alike.
    if init.code() != check.code() {
        return Some(format!("init ends with {} and check with {}", init.code(), check.code()));
    }
    (is_settled && ask.stdout.contains("YES")).then(|| format!("a yes:\n{}", ask.stdout))
}

#[test]
fn four_commands_agree_about_odd_and_broken_zones() {
    let complaints: Vec<String> = CASES
        .iter()
        .filter_map(|case| disagreement(case).map(|why| format!("{:?}\n{why}", case.text)))
        .collect();
    assert!(complaints.is_empty(), "{} of {}\n{}", complaints.len(), CASES.len(), complaints.join("\n\n"));
}

/// The same words and numbers for twenty sound zones: two to six equal hosts, with one or two addresses, with and without IPv6.
#[test]
fn a_question_and_a_run_print_the_same_numbers() {
    for n in 2..=6 {
        for (v4, v6) in [(1, 0), (1, 1), (2, 0), (2, 2)] {
            let folder = Folder::new();
            let mut zone = String::new();
            for host in 1..=n {
                zone += &format!("example.com. 300 IN MX 10 mx{host}.example.com.\n");
                (0..v4).for_each(|a| {
                    zone += &format!("mx{host}.example.com. 300 IN A 192.0.2.{}\n", host * 10 + a)
                });
                (0..v6).for_each(|a| {
                    zone += &format!("mx{host}.example.com. 300 IN AAAA 2001:db8::{host}:{a}\n")
                });
            }
            let (zone, site) = (folder.file("zone.txt", zone), folder.at("site.toml"));
            mxsim(&["init", "--zone", &zone, "-o", &site]).expect(0);
            let ask = mxsim(&[&["ask", &zone], &QUICK[..]].concat());
            let run = mxsim(&[&["run", &site], &QUICK[..]].concat());
            assert_eq!(page(&ask.stdout), page(&run.stdout), "{n} {v4} {v6}");
            assert_eq!(ask.code(), run.code());
        }
    }
}
