//! What people paste, shape by shape, as the tools print it (names and addresses replaced).

use super::*;
use crate::dns::zone::AddressStatus;

/// The hosts of a text as `preference name address address ...`, and the TTL of its MX records (s).
fn read_as(text: &str) -> (Vec<String>, i64) {
    let zone = zone(text);
    let hosts = zone.mx.iter().map(|mx| {
        let host = zone.hosts.iter().find(|host| host.name == mx.exchange);
        let addresses: Vec<String> = host.map_or_else(Vec::new, |host| {
            let published = host.status == AddressStatus::Published;
            let v4 = host.a.iter().filter(|_| published).map(ToString::to_string);
            v4.chain(host.aaaa.iter().map(ToString::to_string)).collect()
        });
        [&[mx.preference.to_string(), mx.exchange.to_string()], &addresses[..]].concat().join(" ")
    });
    (hosts.collect(), zone.mx_ttl.0 / 1_000_000)
}

#[test]
fn nslookup_of_windows() {
    let text = "C:\\>nslookup\r\nDefault Server:  ns.example.net\r\nAddress:  198.51.100.53\r\n\r\n> set q=mx\r\n> example.com\r\n\
        Server:  ns.example.net\r\nAddress:  198.51.100.53\r\n\r\nNon-authoritative answer:\r\n\
        example.com\tMX preference = 10, mail exchanger = mx1.example.com\r\n\
        example.com\tMX preference = 20, mail exchanger = mx2.example.com\r\n\r\n\
        mx1.example.com\tinternet address = 192.0.2.1\r\nmx2.example.com\tAAAA IPv6 address = 2001:db8::2\r\n> \r\n";
    assert_eq!(read_as(text).0, ["10 mx1.example.com 192.0.2.1", "20 mx2.example.com 2001:db8::2"]);
}

#[test]
fn nslookup_of_unix_with_names_and_addresses() {
    let text = "$ nslookup -type=mx example.com 198.51.100.53\nServer:\t\t198.51.100.53\nAddress:\t198.51.100.53#53\n\n\
        Non-authoritative answer:\nexample.com\tmail exchanger = 10 mx1.example.com.\nexample.com\tmail exchanger = 10 mx2.example.com.\n\n\
        Authoritative answers can be found from:\nexample.com\tnameserver = ns1.example.net.\n\n$ nslookup mx1.example.com\n\
        Server:\t\t198.51.100.53\nAddress:\t198.51.100.53#53\n\nName:\tmx1.example.com\nAddress: 192.0.2.1\nName:\tmx1.example.com\nAddress: 2001:db8::1\n";
    assert_eq!(read_as(text).0, ["10 mx1.example.com 192.0.2.1 2001:db8::1", "10 mx2.example.com"]);
    let windows = "> mx1.example.com\nServer:  ns.example.net\nAddress:  198.51.100.53\n\nName:    mx1.example.com\nAddresses:  2001:db8::1\n\t  192.0.2.1\n\
        example.com\tMX preference = 10, mail exchanger = mx1.example.com\n";
    assert_eq!(read_as(windows).0, ["10 mx1.example.com 192.0.2.1 2001:db8::1"]);
}

#[test]
fn host_with_prompts() {
    let text = "# host -t MX example.com\nexample.com mail is handled by 5 mx-vip-01.example.net.\n\
        example.com mail is handled by 5 mx-vip-02.example.net.\n\n# host mx-vip-01.example.net.\n\
        mx-vip-01.example.net has address 192.0.2.35\nmx-vip-01.example.net has IPv6 address 2001:db8::200:35\n\n\
        root@box:~# host mx-vip-02.example.net 198.51.100.53\nUsing domain server:\nName: 198.51.100.53\nAddress: 198.51.100.53#53\nAliases: \n\n\
        mx-vip-02.example.net is an alias for b.example.net.\nb.example.net has address 192.0.2.36\n";
    assert_eq!(
        read_as(text).0,
        ["5 mx-vip-01.example.net 192.0.2.35 2001:db8::200:35", "5 mx-vip-02.example.net 192.0.2.36"]
    );
}

#[test]
fn dig_with_the_prompt_above_it() {
    for prompt in [
        "$ dig example.com MX",
        "user@host ~ $ dig MX example.com",
        "[root@mx ~]# dig +noall +answer example.com mx",
        "C:\\Users\\me>dig example.com mx",
        "~ % dig mx example.com",
        "dig example.com MX",
        "PS C:\\> dig example.com MX",
        "sudo dig example.com mx",
    ] {
        let text = format!(
            "{prompt}\n; ANSWER SECTION:\nexample.com.    5103  IN  MX  50 b.example.com.\nexample.com.    5103  IN  MX  10 a.example.com.\n"
        );
        assert_eq!(
            read_as(&text),
            (vec!["50 b.example.com".into(), "10 a.example.com".into()], 5_103),
            "{prompt}"
        );
    }
}

#[test]
fn dig_short_and_what_was_asked() {
    let alone = "10 mx1.example.com.\n20 mx2.example.com.\n";
    assert_eq!(read_as(alone), (vec!["10 mx1.example.com".into(), "20 mx2.example.com".into()], 3_600));
    assert_eq!(notes(alone), ["short-output", "domain-not-named", "assumed-ttl", "addresses-assumed"]);
    let asked = "$ dig +short mx example.com\n10 mx1.example.com.\n$ dig +short a mx1.example.com\n192.0.2.7\n192.0.2.8\n";
    assert_eq!(read_as(asked).0, ["10 mx1.example.com 192.0.2.7 192.0.2.8"]);
    assert_eq!(zone(asked).domain.as_str(), "example.com");
    assert_eq!(
        read_as("10 mx1.example.com.\n192.0.2.7\n").0,
        ["10 mx1.example.com 192.0.2.7"],
        "there is only one host"
    );
    assert!(notes("10 a.example.com.\n10 b.example.com.\n192.0.2.7\n").contains(&"addresses-of-nobody"));
}

#[test]
fn a_zone_file_of_cpanel() {
    let text = "; cPanel first:11.25.0-STABLE update_time:1301325041\n; Zone file for example.com\n$TTL 14400\n\
        example.com.\t86400\tIN\tSOA\tns1.example.net.\troot.example.net.\t(\n\t\t\t\t\t\t2026010101 ;Serial Number\n\t\t\t\t\t\t86400 ;refresh\n\
        \t\t\t\t\t\t7200 ;retry\n\t\t\t\t\t\t3600000 ;expire\n\t\t\t\t\t\t86400 ;minimum\n\t)\nexample.com.\t86400\tIN\tNS\tns1.example.net.\n\
        example.com.\t14400\tIN\tA\t192.0.2.10\nexample.com.\t14400\tIN\tMX\t0\tmail\nexample.com.\t14400\tIN\tMX\t10\tmx2.example.com.\n\
        mail\t14400\tIN\tA\t192.0.2.11\nmx2\t14400\tIN\tA\t192.0.2.12\nwww\t14400\tIN\tCNAME\texample.com.\n\
        default._domainkey\t14400\tIN\tTXT\t\"v=DKIM1; k=rsa; p=MIG\"\nlocalhost\t14400\tIN\tA\t127.0.0.1\n";
    assert_eq!(read_as(text).0, ["0 mail.example.com 192.0.2.11", "10 mx2.example.com 192.0.2.12"]);
}

#[test]
fn a_zone_file_of_windows() {
    let text = ";\r\n;  Database file example.com.dns for example.com zone.\r\n;      Zone version:  42\r\n;\r\n\r\n\
        @                       IN  SOA dc1.example.com. hostmaster.example.com. (\r\n                        \t\t42           ; serial number\r\n\
                        \t\t900          ; refresh\r\n                        \t\t600          ; retry\r\n                        \t\t86400        ; expire\r\n\
                        \t\t3600       ) ; default TTL\r\n\r\n;\r\n;  Zone NS records\r\n;\r\n\r\n@                       NS\tdc1.example.com.\r\n\
        @                       [AGE:3737564]\t600\tA\t192.0.2.1\r\n@                       MX\t10\tmx1.example.com.\r\n                        MX\t20\tmx2.example.com.\r\n\
        _kerberos._tcp          [AGE:3737560]\t600\tSRV\t0 100 88 dc1.example.com.\r\nmx1                     1200\tA\t192.0.2.2\r\nmx2                     A\t192.0.2.3\r\n";
    assert_eq!(read_as(text).0, ["10 mx1.example.com 192.0.2.2", "20 mx2.example.com 192.0.2.3"]);
}

#[test]
fn exports_of_cloudflare_and_godaddy() {
    let cloudflare = ";;\n;; Domain:     example.com.\n;; Exported:   2026-01-02 03:04:05\n;;\n;; This file is intended for use for informational and archival\n;; purposes ONLY\n;;\n\
        ;; SOA Record\nexample.com\t3600\tIN\tSOA\tada.ns.cloudflare.com. dns.cloudflare.com. 2050000000 10000 2400 604800 3600\n\n\
        ;; A Records\nmx1.example.com.\t1\tIN\tA\t192.0.2.1 ; cf_tags=cf-proxied:false\nmx2.example.com.\t1\tIN\tA\t192.0.2.2 ; cf_tags=cf-proxied:false\n\n\
        ;; MX Records\nexample.com.\t1\tIN\tMX\t10 mx1.example.com.\nexample.com.\t1\tIN\tMX\t10 mx2.example.com.\n";
    assert_eq!(
        read_as(cloudflare),
        (vec!["10 mx1.example.com 192.0.2.1".into(), "10 mx2.example.com 192.0.2.2".into()], 300)
    );
    let godaddy = "; Domain: example.com\n; Exported (y-m-d hh:mm:ss): 2026-01-02 03:04:05\n$ORIGIN example.com.\n\n; SOA Record\n\
        @\t3600\t IN \tSOA\tns01.domaincontrol.com.\tdns.jomax.net. (\n\t\t\t\t2026010100\n\t\t\t\t28800\n\t\t\t\t7200\n\t\t\t\t604800\n\t\t\t\t3600\n\t\t\t\t)\n\
        ; A Record\n@\t600\t IN \tA\t192.0.2.9\nmail\t600\t IN \tA\t192.0.2.1\n; MX Record\n@\t3600\t IN \tMX\t10\tmail.example.com.\n";
    assert_eq!(read_as(godaddy), (vec!["10 mail.example.com 192.0.2.1".into()], 3_600));
}

#[test]
fn zone_transfers_keys_and_unknown_types_are_passed_over() {
    let text = "; <<>> DiG 9.18 <<>> axfr example.com @198.51.100.53\n;; global options: +cmd\n\
        example.com.\t900\tIN\tSOA\tns1.example.net. h.example.com. 1 7200 900 1209600 86400\nexample.com.\t300\tIN\tMX\t10 mail.example.com.\n\
        _h323cs._tcp.vc.example.com. 300 IN SRV 1 1 1720 vcs1.example.com.\nodd+name.example.com. 300 IN A 192.0.2.77\n\\042.example.com. 300 IN A 192.0.2.78\n\
        a\\.b.example.com. 300 IN TXT \"x\"\nx.example.com. 300 CLASS1 TYPE65280 \\# 4 0a000001\nmail.example.com.\t300\tIN\tA\t192.0.2.25\n\
        example.com.\t900\tIN\tSOA\tns1.example.net. h.example.com. 1 7200 900 1209600 86400\n;; Query time: 1 msec\n";
    assert_eq!(read_as(text).0, ["10 mail.example.com 192.0.2.25"]);
    let generic =
        "example.com. 300 CLASS1 TYPE15 \\# 8 000a 036d7831 0000\nmx1. 300 IN TYPE1 \\# 4 c0000201\n";
    let generic = generic.replace("8 000a 036d7831 0000", "7 000a 036d783100");
    assert_eq!(read_as(&generic).0, ["10 mx1 192.0.2.1"]);
}

#[test]
fn json_of_route_53_and_of_dns_over_https() {
    let route53 = r#"{"ResourceRecordSets": [
        {"Name": "example.com.", "Type": "MX", "TTL": 300, "ResourceRecords": [{"Value": "10 mx1.example.com"}, {"Value": "10 mx2.example.com."}]},
        {"Name": "mx1.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]},
        {"Name": "mx2.example.com.", "Type": "A", "AliasTarget": {"DNSName": "lb.example.net."}},
        {"Name": "\\052.example.com.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": "\"x\""}]}]}"#;
    assert_eq!(
        read_as(route53),
        (vec!["10 mx1.example.com 192.0.2.1".into(), "10 mx2.example.com".into()], 300)
    );
    let doh = r#"{"Status":0,"Question":[{"name":"example.com.","type":15}],"Answer":[{"name":"example.com.","type":15,"TTL":77,"data":"10 mx1.example.com."}]}"#;
    assert_eq!(read_as(doh), (vec!["10 mx1.example.com".into()], 77));
}

#[test]
fn of_several_mail_domains_the_one_the_text_is_about() {
    let text = "$ORIGIN example.com.\n@ 300 IN SOA ns h 1 2 3 4 5\n@ 300 IN MX 10 mx1\nlists 300 IN MX 10 mx2\nmx1 300 IN A 192.0.2.1\nmx2 300 IN A 192.0.2.2\n";
    assert_eq!(read_as(text).0, ["10 mx1.example.com 192.0.2.1"]);
    assert!(notes(text).contains(&"other-domains"));
}

#[test]
fn addresses_that_are_not_there() {
    let status = |text: &str| zone(text).hosts.iter().map(|host| host.status).collect::<Vec<_>>();
    use AddressStatus::{Absent, Assumed, Published, Unknown};
    assert_eq!(
        status("e.example. 300 MX 1 a.e.example.\ne.example. 300 MX 1 b.e.example."),
        [Assumed, Assumed]
    );
    let partial =
        "e.example. 300 MX 1 a.e.example.\ne.example. 300 MX 1 b.e.example.\na.e.example. 300 A 192.0.2.1";
    assert_eq!(status(partial), [Published, Unknown]);
    assert!(notes(partial).contains(&"mx-address-unknown"));
    let whole =
        "$ORIGIN e.example.\n@ 300 MX 1 a\n@ 300 MX 1 b\n@ 300 MX 1 c.example.net.\na 300 A 192.0.2.1\n";
    assert_eq!(status(whole), [Published, Absent, Unknown], "a host elsewhere is in another zone");
    let undotted = "$ORIGIN example.com.\n@ 300 MX 10 mx1.example.com\n@ 300 MX 10 mx2\nmx1 300 A 192.0.2.1\nmx2 300 A 192.0.2.2\n";
    assert_eq!(status(undotted), [Absent, Published]);
    assert!(notes(undotted).contains(&"mx-no-dot"));
}

#[test]
fn an_mx_behind_a_semicolon_is_told() {
    let text = "example.com. 300 IN MX 10 mx1.example.com. ; example.com. 300 IN MX 20 mx2.example.com.\n";
    assert!(notes(text).contains(&"mx-after-semicolon"));
    assert!(
        !notes("example.com. 300 IN MX 10 mx1.example.com. ; the MX of 10 hosts\n")
            .contains(&"mx-after-semicolon")
    );
}

#[test]
fn what_is_recognised_and_not_read_is_told_by_name() {
    for (text, what) in [
        ("---\n'':\n  type: MX\n  values:\n  - exchange: mx1.example.com.\n    preference: 10\n", "octoDNS"),
        ("@example.com:192.0.2.1:a:10:300\n+www.example.com:192.0.2.9:300\n", "tinydns"),
        (
            "resource \"aws_route53_record\" \"mx\" {\n  name = \"example.com\"\n  type = \"MX\"\n}\n",
            "Terraform",
        ),
        (
            "D(\"example.com\", REG_NONE, DnsProvider(DSP),\n  MX(\"@\", 10, \"mx1.example.com.\"),\nEND);\n",
            "DNSControl",
        ),
    ] {
        let errors = parse(text, None).expect_err(what);
        assert_eq!((errors.len(), errors[0].kind), (1, ZoneErrorKind::Foreign), "{what}: {errors:?}");
        assert!(
            errors[0].message.contains(what) && errors[0].help.contains("dig MX example.com"),
            "{errors:?}"
        );
    }
}
