//! What tools, programs and people do to a text, and the MX set that is read from it all the same.

use super::*;

/// `preference host address` of each MX record.
fn mx_set(text: &str) -> Vec<String> {
    let zone = zone(text);
    let host = |mx: &crate::dns::MxRecord| {
        let host = zone.hosts.iter().find(|host| host.name == mx.exchange);
        let known = host.filter(|host| host.status == crate::dns::AddressStatus::Published);
        let addresses =
            known.map_or_else(String::new, |host| host.a.iter().map(|ip| format!(" {ip}")).collect());
        format!("{} {}{addresses}", mx.preference, mx.exchange)
    };
    zone.mx.iter().map(host).collect()
}

/// Texts between lines `=== what it is`, each of the same two MX hosts.
const SHAPES: &str = include_str!("shapes.txt");

#[test]
fn every_shape_gives_the_same_mx_set() {
    let mut count = 0;
    for shape in SHAPES.split("=== ").skip(1) {
        let (name, text) = shape.split_once('\n').unwrap_or((shape, ""));
        let text = text.replace("<ESC>", "\u{1b}").replace("<NBSP>", "\u{a0}").replace("<ZW>", "\u{200b}");
        let mut set = mx_set(&text);
        set.sort_unstable();
        let has_addresses = text.contains("192.0.2.1");
        let expected = match has_addresses {
            true => ["10 mx1.e.net 192.0.2.1", "10 mx2.e.net 192.0.2.2"],
            false => ["10 mx1.e.net", "10 mx2.e.net"],
        };
        assert_eq!(set, expected, "{name}");
        count += 1;
    }
    assert!(count > 25, "{count}");
}

#[test]
fn a_damaged_record_is_never_skipped() {
    let good = "e.net. 300 IN MX 10 mx1.e.net.\n";
    for line in [
        "e.net. 300 IN MXX 10 mx2.e.net.",
        "# e.net. 300 IN MX 10 mx2.e.net.",
        "e.net. 300 IN MX mx2.e.net.",
        "10 mx2.e.net. and more",
        "[...]",
        "$ e.net. 300 IN MX 10 mx2.e.net.",
        "mx2.e.net.",
    ] {
        assert!(parse(&format!("{good}{line}\n"), None).is_err(), "{line}");
    }
    assert!(
        parse("$ORIGIN e.net.\n@ 300 MX 10 a\nwhat is this\n", None).is_err(),
        "nothing is skipped in a zone file"
    );
    assert_eq!(
        notes(&format!("Here it is:\n{good}Joe (see below\n")),
        ["lines-skipped", "addresses-assumed"]
    );
}

#[test]
fn a_refusal_says_what_went_wrong_and_what_to_type() {
    for (text, says, types) in [
        (
            "RESOURCERECORDSETS\te.net.\t300\tMX\nRESOURCERECORDS\t10 mx1.e.net\n",
            "aws route53",
            "--output json",
        ),
        (
            "kind: dns#resourceRecordSet\nname: e.net.\nrrdatas:\n- 10 mx1.e.net.\nttl: 300\ntype: MX\n",
            "gcloud",
            "--format",
        ),
        ("MXRecords:\n- exchange: mx1.e.net.\n  preference: 10\nTTL: 3600\n", "YAML of `az`", "-o json"),
        (
            "Fqdn    Name  ResourceGroup  Ttl   Type  AutoRegistered\n------  ----  -------------  ----  ----  -----\ne.net.  @     rg  3600  MX  False\n",
            "leaves out",
            "-o json",
        ),
        (
            ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n;nope.e.net. IN MX\n",
            "NXDOMAIN",
            "dig MX nope.e.net",
        ),
        ("** server can't find e.nett: NXDOMAIN\n", "NXDOMAIN", "dig MX e.nett"),
        (
            ";; connection timed out; no servers could be reached\n; <<>> DiG 9.18 <<>> mx e.net\n",
            "no server answered",
            "dig MX e.net",
        ),
        ("{\"Status\":3,\"Question\":[{\"name\":\"e.net.\",\"type\":15}]}", "NXDOMAIN", "dig MX e.net"),
        ("e.net. 3789 IN HINFO \"RFC8482\" \"\"\n", "RFC 8482", "dig MX e.net"),
        ("postmaster@e.net", "no record", "dig MX e.net"),
        ("mx-host=e.net,mx1.e.net,10\n", "dnsmasq", "dig MX e.net"),
        (
            " e.net. 1 MX 1 a.e.net.\n-e.net. 1 MX 1 b.e.net.\n+e.net. 1 MX 1 c.e.net.\n",
            "difference",
            "dig MX e.net",
        ),
        ("{\"host\":\"e.net\",\"mx\":[\"mx1.e.net\"]}", "no MX", "dig MX e.net"),
        (
            "[{\"rrset_name\": \"@\", \"rrset_type\": \"MX\", \"rrset_values\": [\"10 a\"]}]",
            "relative",
            "--domain",
        ),
        ("ac\u{2011}me.net. 300 IN MX 10 mx1.e.net.", "U+2011", "`-`"),
    ] {
        let errors = parse(text, None).expect_err(text);
        let last = &errors[errors.len() - 1];
        assert!(last.message.contains(says) && last.help.contains(types), "{text}: {last:?}");
    }
}
