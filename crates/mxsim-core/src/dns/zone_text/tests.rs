mod meaning;
mod pastes;
mod shapes;

use super::*;
use crate::time::Span;

fn zone(text: &str) -> Zone {
    match parse(text, None) {
        Ok((zone, _)) => zone,
        Err(errors) => panic!("{errors:?}"),
    }
}

fn notes(text: &str) -> Vec<&'static str> {
    match parse(text, None) {
        Ok((_, notes)) => notes.into_iter().map(|note| note.code).collect(),
        Err(errors) => panic!("{errors:?}"),
    }
}

/// Kind of each error and the bytes it points at.
fn errors(text: &str) -> Vec<(ZoneErrorKind, &str)> {
    match parse(text, None) {
        Ok((zone, _)) => panic!("no error in {zone:?}"),
        Err(errors) => {
            errors.into_iter().map(|error| (error.kind, &text[error.range.start..error.range.end])).collect()
        }
    }
}

const DIG: &str = "
; <<>> DiG 9.18.1 <<>> MX example.com
;; global options: +cmd
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 51021
;; QUESTION SECTION:
;example.com.\t\t\tIN\tMX

;; ANSWER SECTION:
example.com.\t\t300\tIN\tMX\t10 MX1.example.com.
example.com.\t\t300\tIN\tMX\t20 mx2.example.com.

;; ADDITIONAL SECTION:
mx1.example.com.\t600\tIN\tA\t192.0.2.1
mx2.example.com.\t600\tIN\tAAAA\t2001:db8::2

;; Query time: 12 msec
";

/// One directive may stand for many records, and many directives for no more than a machine holds.
#[test]
fn generated_records_are_counted_in_all() {
    let line = |i: usize| format!("$GENERATE 1-4096 h$.g{i}.e.example. 300 IN A 192.0.2.1\n");
    let text = |lines: usize| {
        (0..lines).map(line).collect::<String>()
            + "e.example. 300 IN MX 10 a.e.example.\na.e.example. 300 IN A 192.0.2.1\n"
    };
    assert!(parse(&text(16), None).is_ok());
    let errors = parse(&text(17), None).expect_err("too many");
    assert!(
        errors.iter().any(|error| error.message.contains("more than 65536 records in all")),
        "{errors:?}"
    );
}

#[test]
fn full_dig_output() {
    let zone = zone(DIG);
    assert_eq!(zone.domain.as_str(), "example.com");
    assert_eq!(zone.mx.iter().map(|mx| mx.preference).collect::<Vec<_>>(), [10, 20]);
    assert_eq!(zone.mx[0].exchange.as_str(), "mx1.example.com");
    assert_eq!((zone.mx_ttl, zone.hosts[0].a_ttl), (Span::from_secs(300), Span::from_secs(600)));
    assert_eq!(zone.hosts[1].aaaa.len(), 1);
}

#[test]
fn a_zone_file_with_everything_left_out() {
    let text = "$ORIGIN example.com.\n$TTL 1h30m\n\
        @ IN SOA ns hostmaster ( 2026010101 ; serial\n 1d 2h\n 4w 5m )\n\
        \tMX 10 mx1\n\tIN 60 MX 10 mx2 ; a comment\n\t0 in mx 20 backup.example.net.\n\
        \tTXT \"v=spf1 ; not a comment ( \\\" -all\"\n\
        mx1 A 192.0.2.1\n    AAAA 2001:DB8::1\nmx2 CNAME mail\nmail 2m A 192.0.2.2\n_dmarc TXT hello\n";
    let zone = zone(text);
    assert_eq!(zone.mx.len(), 3);
    assert_eq!(zone.mx_ttl, Span::ZERO, "the shortest of the set");
    assert_eq!(zone.negative_ttl, Span::from_secs(300), "the SOA's MINIMUM");
    assert_eq!(zone.hosts[0].a_ttl, Span::from_secs(5_400));
    assert_eq!(zone.hosts[0].aaaa[0].to_string(), "2001:db8::1");
    assert_eq!(zone.hosts[1].name.as_str(), "mx2.example.com");
    assert_eq!(zone.hosts[1].a_ttl, Span::from_secs(120), "the shorter one of alias and address");
    assert_eq!(notes(text), ["mixed-ttl", "mx-alias", "mx-address-unknown"]);
}

#[test]
fn lines_may_be_indented_as_a_whole_and_miss_final_dots() {
    let text = "  example.com 300 IN MX 10 mx.example.com\r\n  mx.example.com 300 IN A 192.0.2.1\r\n";
    assert_eq!(zone(text).hosts[0].a.len(), 1);
    let relative = "  $ORIGIN example.com.\n  @ 300 MX 10 mx\n  mx IN A 192.0.2.1\n";
    assert_eq!(zone(relative).hosts[0].a.len(), 1, "an owner called mx is not the type MX");
}

#[test]
fn wildcards_own_records_and_are_no_domain() {
    let zone = zone("a.example. 1 MX 1 m.example.\n*.example. 1 MX 9 m.example.\nm.example. 1 A 192.0.2.1");
    assert_eq!((zone.domain.as_str(), zone.mx.len()), ("a.example", 1));
    let alone = "*.b.example. 1 MX 9 m.b.example.\nm.b.example. 1 A 192.0.2.1\n";
    assert_eq!(errors(alone)[0].0, ZoneErrorKind::Domain, "which name below is meant?");
    let whole = format!("$ORIGIN b.example.\n@ 1 SOA ns h 1 2 3 4 5\n@ 1 A 192.0.2.2\n{alone}");
    assert_eq!(notes(&whole), ["wildcard-mx", "implicit-mx"], "not the top of the zone");
}

#[test]
fn legal_oddities_become_notes() {
    assert_eq!(
        notes("a.example. 1 MX 0 .\na.example. 1 MX 1 m.a.example.\nm.a.example. 1 A 192.0.2.1"),
        ["null-mx-beside-others"]
    );
    assert_eq!(notes("example.com. 300 MX 0 ."), ["null-mx"]);
    assert_eq!(notes("$ORIGIN example.com.\n@ 300 A 192.0.2.1"), ["implicit-mx"]);
    assert_eq!(notes("example.com. 300 A 192.0.2.1"), ["implicit-mx"], "lines are taken at their word");
    assert_eq!(
        notes("example.com. 300 MX 1 a.example.org.\nexample.com. 300 MX 1 a.example.org."),
        ["duplicate-record", "addresses-assumed"]
    );
    assert_eq!(notes("example.com. MX 1 a.example.com.\na.example.com. 5 A 192.0.2.1"), ["assumed-ttl"]);
}

#[test]
fn every_error_is_reported_at_its_bytes() {
    use ZoneErrorKind::{Cname, Domain, Syntax, TooMany, Value};
    let text = "example.com. 300 IN MX 70000 mx1.example.com.\n\
        mx1.example.com. 300 IN A 192.0.2.300\nmx1.example.com. 300 IN AAA ::1\nmx1.example.com. 3x IN A 192.0.2.1\nexample.com. 300 MX 1 x$y.\n";
    assert_eq!(
        errors(text),
        [(Value, "70000"), (Value, "192.0.2.300"), (Syntax, "AAA"), (Value, "3x"), (Value, "x$y.")]
    );
    assert_eq!(errors("192.0.2.1")[0].0, Domain);
    assert_eq!(
        errors("a.example. 1 CNAME b.example.\nb.example. 1 CNAME a.example.\nexample. 1 MX 1 a.example.")[0]
            .0,
        Cname
    );
    assert_eq!(
        errors("a.example. 1 CNAME b.example.\na.example. 1 CNAME c.example.\nexample. 1 MX 1 a.example.")[0]
            .0,
        Cname
    );
    assert_eq!(
        errors("a.example. 1 MX 1 m.example.\nb.example. 1 MX 1 m.example.")[0],
        (Domain, "b.example. 1 MX 1 m.example.")
    );
    assert_eq!(errors("")[0].0, Domain);
    assert_eq!(errors(". 1 MX 1 a.example."), [(Domain, ". 1 MX 1 a.example.")], "a domain has a name");
    assert_eq!(errors("mx1 1 A 192.0.2.1")[0], (Value, "mx1"));
    assert_eq!(errors("a.example. 1 MX 1 *.example.")[0], (Value, "*.example."), "a wildcard is no host");
    assert_eq!(errors("*a.example. 1 MX 1 m.example.")[0], (Value, "*a.example."), "a `*` is a whole label");
    assert_eq!(errors("a.*.example. 1 MX 1 m.example.")[0], (Value, "a.*.example."), "the leftmost");
    assert_eq!(errors("a.example. 1 MX ( 1 m.example.")[0], (Syntax, "("));
    assert_eq!(errors("a.example. 1 TXT \"open\n")[0].0, Syntax);
    assert_eq!(errors("a.example. 1 MX 1")[0].0, Syntax);
    assert_eq!(errors("a.example.")[0].0, Syntax);
    assert_eq!(errors("$INCLUDE other.zone\n$TTL never\n")[0], (Value, "never"));
    let many: String = (0..256).map(|i| format!("e.example. 1 MX 1 m{i}.example.\n")).collect();
    assert_eq!(errors(&many)[0], (TooMany, "e.example. 1 MX 1 m255.example."));
    let many: String = (0..256).map(|i| format!("m.example. 1 A 10.0.{}.{}\n", i / 250, i % 250)).collect();
    assert_eq!(errors(&format!("e.example. 1 MX 1 m.example.\n{many}"))[0].0, TooMany);
}

#[test]
fn any_bytes_are_read_without_panic() {
    let mut state = 1u64;
    for _ in 0..20_000 {
        let text: String = (0..12)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                const PARTS: [&str; 20] = [
                    " ", "\n", "(", ")", "\"", ";", "\\", "@", ".", "$ORIGIN", "$TTL", "IN", "MX", "A",
                    "CNAME", "10", "a.b.", "ü", "\r", "SOA",
                ];
                let word = PARTS[(state >> 33) as usize % PARTS.len()];
                if state >> 62 == 0 { format!("{word} ") } else { word.to_owned() }
            })
            .collect();
        let _ = parse(&text, None);
    }
}
