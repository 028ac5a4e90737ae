//! What the records of a text mean: which are missing, which are only not shown, and which count.

use super::*;
use crate::dns::zone::AddressStatus::{self, Absent, Assumed, Published, Unknown};

const MX: &str = "acme.net. 3600 IN MX 10 mx1.acme.net.\nacme.net. 3600 IN MX 10 mx2.acme.net.\n";
const A1: &str = "mx1.acme.net. 300 IN A 203.0.113.10\n";
const SOA: &str = "acme.net. 300 IN SOA ns1.acme.net. h.acme.net. 1 2 3 4 5\n";
const ZONE: &str = "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx1\n@ MX 10 mx2\n";

fn status(text: &str) -> Vec<AddressStatus> {
    zone(text).hosts.iter().map(|host| host.status).collect()
}

/// The sentence of the finding with that code.
fn says(text: &str, code: &str) -> String {
    let notes = parse(text, None).map(|(_, notes)| notes).unwrap_or_default();
    notes.into_iter().find(|note| note.code == code).map_or_else(String::new, |note| note.text)
}

/// The addresses of each host, in order.
fn addresses(text: &str) -> Vec<String> {
    let of = |host: &crate::dns::zone::Host| {
        let v4 = host.a.iter().map(ToString::to_string);
        v4.chain(host.aaaa.iter().map(ToString::to_string)).collect::<Vec<_>>().join(" ")
    };
    zone(text).hosts.iter().map(of).collect()
}

/// A question of `dig` with an answer of nothing.
fn nothing(kind: &str, name: &str, status: &str) -> String {
    format!(
        "; <<>> DiG 9.18 <<>> {kind} {name}\n;; ->>HEADER<<- opcode: QUERY, status: {status}, id: 1\n\
        ;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;{name}. IN {kind}\n\n\
        ;; AUTHORITY SECTION:\n{SOA}\n"
    )
}

#[test]
fn an_soa_record_in_an_answer_makes_no_zone() {
    let aaaa = nothing("AAAA", "mx1.acme.net", "NOERROR");
    assert_eq!(status(&format!("{MX}{A1}{aaaa}")), [Published, Unknown]);
    assert_eq!(
        status(&format!(";; ANSWER SECTION:\n{MX}{A1}\n;; AUTHORITY SECTION:\n{SOA}")),
        [Published, Unknown]
    );
    assert_eq!(
        status(&format!("$ dig +noall +answer acme.net soa acme.net mx\n{SOA}{MX}{A1}")),
        [Published, Unknown]
    );
    assert_eq!(status(&format!("$ host -t mx acme.net\n{SOA}{MX}")), [Assumed, Assumed]);
    assert_eq!(status(&format!("{SOA}{MX}{A1}")), [Published, Absent], "a zone file");
    assert_eq!(status(&format!("$ named-checkzone -D acme.net db\n{SOA}{MX}{A1}")), [Published, Absent]);
}

#[test]
fn a_transfer_is_a_zone_if_it_is_whole() {
    let asked = "; <<>> DiG 9.18 <<>> axfr acme.net @ns1.acme.net\n";
    assert_eq!(status(&format!("{asked}{SOA}{MX}{A1}{SOA}")), [Published, Absent]);
    assert_eq!(status(&format!("{asked}{SOA}{MX}{A1}")), [Published, Unknown], "its end is missing");
    assert_eq!(status(&format!("$ dig axfr acme.net\n{SOA}{MX}{A1}{SOA}")), [Published, Absent]);
}

#[test]
fn what_an_answer_denies_is_not_there() {
    let no_v4 = nothing("A", "mx2.acme.net", "NOERROR");
    assert_eq!(status(&format!("{MX}{A1}{no_v4}")), [Published, Unknown]);
    assert!(says(&format!("{MX}{A1}{no_v4}"), "mx-address-unknown").contains("`dig AAAA mx2.acme.net`"));
    let no_v6 = nothing("AAAA", "mx2.acme.net", "NOERROR");
    assert_eq!(status(&format!("{MX}{A1}{no_v4}{no_v6}")), [Published, Absent]);
    assert_eq!(status(&format!("{MX}{no_v6}")), [Unknown, Unknown], "the others were not asked for");
    assert_eq!(status(&format!("{MX}{A1}{}", nothing("A", "mx2.acme.net", "NXDOMAIN"))), [Published, Absent]);
    assert_eq!(
        status(&format!("{MX}{A1}{}", nothing("A", "mx2.acme.net", "SERVFAIL"))),
        [Published, Unknown]
    );
    let referral = no_v4.replace(SOA, "acme.net. 300 IN NS ns1.acme.net.\n");
    assert!(says(&format!("{MX}{A1}{referral}"), "mx-address-unknown").contains("`dig A mx2.acme.net`"));
    for gone in
        ["Host mx2.acme.net not found: 3(NXDOMAIN)\n", "** server can't find mx2.acme.net: NXDOMAIN\n"]
    {
        assert_eq!(status(&format!("{MX}{A1}{gone}")), [Published, Absent], "{gone}");
    }
    let host = "mx2.acme.net has no A record\nmx2.acme.net has no AAAA record\n";
    assert_eq!(status(&format!("{MX}{A1}{host}")), [Published, Absent]);
    let doh = r#"{"Status":3,"Question":[{"name":"mx2.acme.net.","type":1}],"Answer":[{"name":"acme.net.","type":15,"data":"1 mx2.acme.net."}]}"#;
    assert_eq!(status(doh), [Absent]);
}

#[test]
fn only_an_ipv6_address_leaves_the_other_open() {
    let text = format!("{MX}mx1.acme.net. 300 IN AAAA 2001:db8::1\nmx2.acme.net. 300 IN AAAA 2001:db8::2\n");
    assert_eq!(status(&text), [Unknown, Unknown]);
    assert!(
        says(&text, "mx-address-unknown").contains("`dig A mx1.acme.net`"),
        "{}",
        says(&text, "mx-address-unknown")
    );
    assert_eq!(status(&format!("{ZONE}mx1 AAAA 2001:db8::1\nmx2 A 203.0.113.1\n")), [Published, Published]);
    let useless = format!("{MX}{A1}mx2.acme.net. 300 IN AAAA ::ffff:203.0.113.10\n");
    assert_eq!(status(&useless), [Published, Published], "a finding says that nobody delivers there");
}

#[test]
fn without_a_question_for_mx_nothing_says_that_there_is_none() {
    for text in [
        "; <<>> DiG 9.18 <<>> acme.net\n;; QUESTION SECTION:\n;acme.net. IN A\n\n;; ANSWER SECTION:\nacme.net. 300 IN A 192.0.2.1\n",
        "mx1.acme.net. 300 IN A 192.0.2.1\nmx1.acme.net. 300 IN A 192.0.2.2\n",
        "mx1.acme.net. 300 IN A 192.0.2.1\nmx2.acme.net. 300 IN A 192.0.2.2\n",
        "acme.net has address 192.0.2.1\nacme.net has address 192.0.2.2\n",
        "$ORIGIN acme.net.\n@ 60 A 192.0.2.1\n$INCLUDE mx.inc\n",
    ] {
        for domain in [None, Some(Name::new("acme.net"))] {
            let errors = parse(text, domain.as_ref()).expect_err(text);
            assert!(errors[0].help.contains("`dig MX acme.net`"), "{text}: {errors:?}");
        }
    }
    let asked = format!("{}acme.net. 300 IN A 192.0.2.1\n", nothing("MX", "acme.net", "NOERROR"));
    assert!(notes(&asked).contains(&"implicit-mx"));
    assert!(notes("acme.net has no MX record\nacme.net has address 192.0.2.1\n").contains(&"implicit-mx"));
    assert!(notes("$ORIGIN acme.net.\n@ 60 A 192.0.2.1\n").contains(&"implicit-mx"));
}

#[test]
fn quoted_lines_are_content() {
    let last = "acme.net. 3600 IN MX 10 mx3.acme.net.\nmx3.acme.net. 300 IN A 203.0.113.30";
    for mark in [">", "> ", ">> ", "> > ", ">>"] {
        let quoted: String = last.lines().map(|line| format!("{mark}{line}\n")).collect();
        assert_eq!(zone(&format!("{MX}{A1}{quoted}")).mx.len(), 3, "{mark}");
        let all: String =
            format!("{ZONE}mx1 A 192.0.2.1\n").lines().map(|line| format!("{mark}{line}\n")).collect();
        assert_eq!(status(&all), [Published, Absent], "{mark}");
    }
    let soa = "> @ 60 SOA a b (\n>   1 ; serial\n>   2 3 4 5 )\n> \tMX 10 mx1.acme.net.\n";
    assert_eq!(zone(&format!("> $ORIGIN acme.net.\n{soa}")).mx.len(), 1);
    let typed = "$ nslookup\n> set q=mx\n> acme.net\nServer:\t\t192.0.2.53\nacme.net\tmail exchanger = 10 mx1.acme.net.\n> mx1.acme.net 192.0.2.53\n> exit\n";
    assert_eq!(zone(typed).mx.len(), 1);
    let mail: String = "Server: 192.0.2.53\nAddress: 192.0.2.53#53\nName: mx1.acme.net\nAddress: 203.0.113.7\nacme.net mail exchanger = 10 mx1.acme.net.\n"
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect();
    assert_eq!(addresses(&mail), ["203.0.113.7"]);
}

#[test]
fn a_wildcard_answers_for_names_that_do_not_exist() {
    assert_eq!(addresses(&format!("{MX}*.acme.net. 300 IN A 203.0.113.9\n")), ["203.0.113.9", "203.0.113.9"]);
    assert_eq!(
        addresses(&format!("{ZONE}mx1 A 203.0.113.1\n* A 203.0.113.9\n")),
        ["203.0.113.1", "203.0.113.9"]
    );
    let blocked = format!("{ZONE}mx1 A 203.0.113.1\n* A 203.0.113.9\nmx2 TXT \"exists\"\n");
    assert_eq!(status(&blocked), [Published, Absent], "the name exists");
    let above = format!("{ZONE}mx1 A 203.0.113.1\n* A 203.0.113.9\n_25._tcp.mx2 TXT \"x\"\n");
    assert_eq!(status(&above), [Published, Absent], "a name below it exists, so it does");
    let deep = "$ORIGIN acme.net.\n@ 60 MX 1 a.b\n@ 60 MX 1 a.c\nx.c 60 A 203.0.113.1\n* 60 A 203.0.113.9\n";
    assert_eq!(addresses(deep), ["203.0.113.9", ""], "c exists, and has no wildcard below it");
    let alias = format!("{ZONE}mx1 A 203.0.113.1\n* CNAME mx1\n");
    assert_eq!(addresses(&alias), ["203.0.113.1", "203.0.113.1"]);
    let text = "*.acme.net. 60 MX 1 mx.acme.org.\nmx.acme.org. 60 A 203.0.113.9\n";
    assert_eq!(parse(text, Some(&Name::new("sub.acme.net"))).map(|(zone, _)| zone.mx.len()), Ok(1));
}

#[test]
fn generated_records_are_read() {
    let text = "$ORIGIN acme.net.\n$TTL 1h\n$GENERATE 1-3 @ MX 10 mx$\n$GENERATE 1-3 mx$ 300 IN A 203.0.113.${10,1,d}\n";
    assert_eq!(addresses(text), ["203.0.113.11", "203.0.113.12", "203.0.113.13"]);
    assert_eq!(
        zone("$ORIGIN acme.net.\n$GENERATE 0-4/2 @ 60 MX \"10 mx${0,2}\"\nmx00 60 A 192.0.2.1\n").mx.len(),
        3
    );
    for (text, part) in [
        ("$GENERATE 1-2 @ MX 10\n", ZoneErrorKind::Syntax),
        ("$GENERATE 4-2 @ MX 10 mx$\n", ZoneErrorKind::Value),
        ("$GENERATE 1-9999 @ MX 10 mx$\n", ZoneErrorKind::TooMany),
        ("$GENERATE\n", ZoneErrorKind::Syntax),
        ("$GENERATE 1-2 @ MX 10 mx${z}\n", ZoneErrorKind::Syntax),
    ] {
        assert_eq!(errors(&format!("$ORIGIN acme.net.\n$TTL 60\n{text}"))[0].0, part, "{text}");
    }
}

#[test]
fn what_stands_in_other_files_or_zones_is_not_known() {
    assert_eq!(status(&format!("{ZONE}$INCLUDE hosts.inc\n")), [Unknown, Unknown]);
    assert_eq!(status(&format!("{ZONE}mx1 A 203.0.113.1\n$INCLUDE hosts.inc\n")), [Published, Unknown]);
    let delegated = "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ NS ns1\n@ MX 10 mx1.mail\n@ MX 10 mx2\nmail NS ns1.provider.com.\n";
    assert_eq!(status(delegated), [Unknown, Absent]);
    assert_eq!(status(&format!("{delegated}* A 203.0.113.9\n")), [Unknown, Published]);
    assert_eq!(status(&format!("{delegated}mx1.mail A 203.0.113.9\n")), [Published, Absent], "glue");
    let dname = format!("{ZONE}@ MX 10 mx2.old\nmx1 A 203.0.113.1\nold DNAME new.acme.net.\n");
    assert_eq!(status(&dname), [Published, Absent, Unknown]);
    let alias = format!("{ZONE}mx1 A 203.0.113.1\nmx2 CNAME mail.provider.com.\n");
    assert_eq!(status(&alias), [Published, Unknown], "an alias of a name in another zone");
}

#[test]
fn a_missing_dot_is_told_only_where_it_is_missing() {
    let of = |exchange: &str| {
        notes(&format!("$ORIGIN acme.net.\n@ 60 SOA a b 1 2 3 4 5\n@ 60 MX 10 {exchange}\n"))
    };
    for undotted in ["mx1.acme.net", "mx1.provider.com", "mx1.provider.de"] {
        assert!(of(undotted).contains(&"mx-no-dot"), "{undotted}");
    }
    for right in ["mx1.mail.acme.net.", "mx1.mail", "mx1.acme.net.", "mx1"] {
        assert!(of(right).contains(&"mx-no-address") && !of(right).contains(&"mx-no-dot"), "{right}");
    }
}

#[test]
fn only_the_class_of_the_internet_counts() {
    let text = format!(
        "{MX}{A1}mx2.acme.net. 300 IN A 203.0.113.11\nmx2.acme.net. 0 CH A 1.2.3.4\nmx1.acme.net. 300 HS A 203.0.113.44\n"
    );
    assert_eq!(addresses(&text), ["203.0.113.10", "203.0.113.11"]);
    assert!(notes(&text).contains(&"other-class"));
}

#[test]
fn an_answer_that_was_cut_is_told() {
    let header = |flags: &str, n: u32| {
        format!(
            ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: {flags}; QUERY: 1, ANSWER: {n}, AUTHORITY: 0\n\n;; ANSWER SECTION:\n{MX}"
        )
    };
    assert!(notes(&header("qr rd ra", 3)).contains(&"answer-cut"));
    assert!(
        notes(&format!("{}{A1}mx2.acme.net. 60 A 192.0.2.2\n", header("qr rd ra", 3)))
            .contains(&"answer-cut")
    );
    assert!(notes(&header("qr tc rd ra", 2)).contains(&"answer-cut"));
    for whole in [header("qr rd ra", 2), format!("{}{A1}", header("qr rd ra", 2))] {
        assert!(!notes(&whole).contains(&"answer-cut"), "{whole}");
    }
    let signed =
        format!("{}acme.net. 60 IN RRSIG MX 8 2 60 20260101 20250101 1 acme.net. abc=\n", header("qr ad", 3));
    assert!(!notes(&signed).contains(&"answer-cut"));
}

#[test]
fn comments_may_say_something_about_mail() {
    let proxied = "mx1.acme.net. 1 IN A 203.0.113.10 ; cf_tags=cf-proxied:true\nmx2.acme.net. 1 IN CNAME mx1.acme.net. ; cf_tags=cf-proxied:false\n";
    assert!(says(&format!("{MX}{proxied}"), "mx-proxied").contains("mx1.acme.net"));
    assert!(!notes(&format!("{MX}{}", proxied.replace("true", "false"))).contains(&"mx-proxied"));
    for line in [
        ";acme.net. 3600 IN MX 10 mx3.acme.net.",
        "; @ MX 10 mx3",
        ";;acme.net. MX 10 mx3.acme.net.",
        "; MX 20 mx3",
    ] {
        assert!(notes(&format!("{MX}{A1}{line}\n")).contains(&"mx-after-semicolon"), "{line}");
    }
    for line in [
        ";acme.net. IN MX",
        "; we have an MX 10 record",
        "; the backup host MX 10 mx3",
        ";; MSG SIZE rcvd: 90",
    ] {
        assert!(!notes(&format!("{MX}{A1}{line}\n")).contains(&"mx-after-semicolon"), "{line}");
    }
}

#[test]
fn route_53_takes_records_away_and_gives_one_of_several() {
    let set = |name: &str, kind: &str, more: &str, value: &str| {
        format!(
            r#"{{"Name":"{name}","Type":"{kind}","TTL":300,{more}"ResourceRecords":[{{"Value":"{value}"}}]}}"#
        )
    };
    let mx = set("acme.net.", "MX", "", "10 mx1.acme.net.");
    let old = set("acme.net.", "MX", "", "10 old.acme.net.");
    let batch = format!(
        r#"{{"Changes":[{{"Action":"DELETE","ResourceRecordSet":{old}}},{{"Action":"UPSERT","ResourceRecordSet":{mx}}}]}}"#
    );
    assert_eq!(zone(&batch).mx.len(), 1);
    let weighted = |weight: u32, ip: &str| {
        set("mx1.acme.net.", "A", &format!(r#""SetIdentifier":"{ip}","Weight":{weight},"#), ip)
    };
    let sets = |list: &[String]| format!(r#"{{"ResourceRecordSets":[{}]}}"#, list.join(","));
    let text = sets(&[
        mx.clone(),
        weighted(10, "203.0.113.1"),
        weighted(90, "203.0.113.2"),
        weighted(90, "203.0.113.3"),
    ]);
    assert_eq!(addresses(&text), ["203.0.113.2"]);
    assert!(notes(&text).contains(&"alternative-sets"));
    let primary = |role: &str, ip: &str| {
        set("mx1.acme.net.", "A", &format!(r#""SetIdentifier":"{ip}","Failover":"{role}","#), ip)
    };
    let text = sets(&[mx.clone(), primary("SECONDARY", "203.0.113.1"), primary("PRIMARY", "203.0.113.2")]);
    assert_eq!(addresses(&text), ["203.0.113.2"]);
    let many = |ip: &str| {
        set("mx1.acme.net.", "A", &format!(r#""SetIdentifier":"{ip}","MultiValueAnswer":true,"#), ip)
    };
    assert_eq!(
        addresses(&sets(&[mx, many("203.0.113.1"), many("203.0.113.2")])),
        ["203.0.113.1 203.0.113.2"]
    );
}

#[test]
fn a_name_that_is_nearly_another_is_asked_about() {
    let zone = "$ORIGIN acme.net.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ MX 10 mx-berlin1\n@ MX 10 mx-belrin2\n\
                mx-berlin1 A 192.0.2.1\nmx-berlin2 A 192.0.2.2\nwww A 192.0.2.3\n";
    let twin = "did you mean mx-berlin2.acme.net, which has an address and no MX record?";
    assert!(says(zone, "mx-no-address").ends_with(twin), "{}", says(zone, "mx-no-address"));
    let answer = "acme.net 300 MX 10 mx1.acme.net\nacme.net 300 MX 10 mx2.acem.net\n\
                  mx1.acme.net 300 A 192.0.2.1\nmx2.acme.net 300 A 192.0.2.2\n";
    assert!(says(answer, "mx-address-unknown").contains("did you mean mx2.acme.net"));
    let none = zone.replace("mx-berlin2", "ns1");
    assert!(!says(&none, "mx-no-address").contains("did you mean"));
}

#[test]
fn the_soa_that_ends_a_transfer_is_no_finding() {
    let transfer = format!("; <<>> DiG 9.18 <<>> axfr acme.net @ns1.acme.net\n{SOA}{MX}{A1}{SOA}");
    assert_eq!(says(&transfer, "duplicate-record"), "");
    assert_ne!(says(&format!("{transfer}{A1}"), "duplicate-record"), "");
}

#[test]
fn a_domain_without_mx_is_told_what_senders_use_then() {
    let help = |text: &str| match parse(text, None) {
        Ok(_) => String::new(),
        Err(errors) => errors.into_iter().map(|error| error.help).collect(),
    };
    let said = help(&nothing("MX", "acme.net", "NOERROR"));
    assert!(said.starts_with("acme.net has no MX record, so senders use its own addresses"), "{said}");
    assert!(said.contains("`dig A acme.net`") && !said.contains("dig MX"), "{said}");
    // A referral says nothing of the domain itself.
    let referral = nothing("MX", "acme.net", "NOERROR").replace(SOA, "acme.net. 300 IN NS ns1.acme.net.\n");
    assert!(help(&referral).contains("dig MX acme.net"), "{}", help(&referral));
}

#[test]
fn an_address_in_the_place_of_a_host_name_is_a_host_of_that_address() {
    let beside = format!("{MX}acme.net. 3600 IN MX 10 192.0.2.9.\n");
    assert_eq!(
        status(&beside),
        [Assumed, Assumed, Published],
        "it says nothing of the addresses of the others"
    );
    assert_eq!(addresses(&beside)[2], "192.0.2.9");
    for text in [
        "acme.net. 60 IN MX 5 192.0.2.9",
        "acme.net. 60 IN MX 5 192.0.2.9.",
        "acme.net. 60 IN MX 5 2001:DB8::9",
    ] {
        let zone = zone(text);
        assert!(zone.hosts.len() == 1 && zone.hosts[0].name.as_address().is_some(), "{text}");
        assert_eq!(zone.hosts[0].addresses().collect::<Vec<_>>(), zone.hosts[0].name.as_address().as_slice());
    }
}

#[test]
fn an_address_without_its_final_dot_gets_the_origin_in_a_zone_file() {
    let text = format!("{ZONE}@ MX 10 192.0.2.9\nmx1 A 203.0.113.1\nmx2 A 203.0.113.2\n");
    assert_eq!(status(&text), [Published, Published, Absent]);
    assert!(says(&text, "mx-no-dot").contains("192.0.2.9 was read as a name to which acme.net was appended"));
}

#[test]
fn records_beside_a_cname_count() {
    let beside = format!("{ZONE}mx1 A 203.0.113.1\nmx2 A 203.0.113.2\nmx2 CNAME elsewhere.example.\n");
    assert_eq!(addresses(&beside), ["203.0.113.1", "203.0.113.2"]);
    assert!(says(&beside, "cname-beside-others").starts_with("mx2.acme.net has a CNAME beside A records"));
}
