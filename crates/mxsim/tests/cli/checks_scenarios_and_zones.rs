//! `mxsim check`: scenarios, zones and pasted `dig` output, for people and for programs.

use crate::support::{Folder, SMALL, mxsim, mxsim_with_input, too_wide};

const DIG: &str = "; <<>> DiG 9.18.28 <<>> MX example.com
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4711
;; ANSWER SECTION:
example.com.\t\t300\tIN\tMX\t10 mx1.example.com.
example.com.\t\t300\tIN\tMX\t20 mx2.example.com.
;; ADDITIONAL SECTION:
mx1.example.com.\t60\tIN\tA\t192.0.2.1
mx2.example.com.\t60\tIN\tA\t192.0.2.2
mx2.example.com.\t60\tIN\tAAAA\t2001:db8::2
";

#[test]
fn dig_output_is_a_zone() {
    let folder = Folder::new();
    let from_input = mxsim_with_input(&["check", "-"], DIG.as_bytes()).expect(0).stdout;
    assert!(from_input.contains("valid: mail for example.com"), "{from_input}");
    assert!(from_input.starts_with("  ? note: the MX records differ in preference"), "{from_input}");
    assert!(from_input.contains("\n  mx1   mx1.example.com  100\n"), "{from_input}");
    assert!(too_wide(&from_input).is_empty(), "{from_input}");
    let file = folder.file("dig.txt", DIG);
    let from_file = mxsim(&["check", &file]).expect(0).stdout;
    assert!(from_file.contains(&format!("Next: mxsim ask {file}")), "{from_file}");
    let all_but_next = |screen: &str| screen.split("\nNext: ").next().unwrap_or_default().to_owned();
    assert_eq!(all_but_next(&from_file), all_but_next(&from_input));
}

#[test]
fn a_wrong_zone_is_invalid_and_its_line_is_shown() {
    let folder = Folder::new();
    let zone = folder.file("my.zone", "example.com. 300 IN MX ten mx1.example.com.\n");
    mxsim(&["check", &zone]).expect_error(4, &["my.zone:1:24", "`ten` is no preference", "help: "]);
    let short = mxsim_with_input(&["check", "-"], b"10 mx1.example.com.\n20 mx2.example.com.\n").expect(0);
    assert!(short.stdout.contains("dig +short"), "{}", short.stdout);
}

#[test]
fn findings_for_programs() {
    let good = mxsim_with_input(&["check", "-", "--format", "json"], SMALL.as_bytes()).expect(0).json();
    assert_eq!((&good["schema"], &good["valid"]), (&"mxsim.check/1".into(), &true.into()));
    assert_eq!(good["fingerprint"].as_str().map(str::len), Some(16));
    assert_eq!(good["cautions"][0]["code"], "default-senders");
    let wrong = format!("{SMALL}profil = \"flat\"\n");
    let bad = mxsim_with_input(&["check", "-", "--format", "json"], wrong.as_bytes()).expect(4);
    assert!(bad.stderr.is_empty(), "{}", bad.stderr);
    let bad = bad.json();
    assert_eq!((&bad["valid"], &bad["fingerprint"]), (&false.into(), &serde_json::Value::Null));
    let error = &bad["errors"][0];
    assert_eq!((&error["code"], &error["line"], &error["column"]), (&"E101".into(), &11.into(), &1.into()));
    assert_eq!(error["help"], "did you mean `profile`?");
    let json = mxsim_with_input(&["check", "-", "--format", "json"], b"{\"zone\": {\"txt\": \"\"}}")
        .expect(4)
        .json();
    assert_eq!(json["errors"][0]["pointer"], "/zone/txt");
    // A file that cannot be read is no finding.
    assert!(mxsim(&["check", "missing.toml", "--format", "json"]).expect(5).stdout.is_empty());
}

#[test]
fn findings_are_shown_first_and_decide_the_exit_code() {
    let null = mxsim_with_input(&["check", "-"], b"example.com. 300 IN MX 0 .\n").expect(1);
    assert!(null.stdout.starts_with("  ✗ error: example.com has a null MX"), "{}", null.stdout);
    let json = mxsim_with_input(&["check", "-", "--format", "json"], b"example.com. 300 IN MX 0 .\n")
        .expect(1)
        .json();
    assert_eq!(
        (&json["findings"][0]["code"], &json["findings"][0]["severity"]),
        (&"null-mx".into(), &"error".into())
    );
    mxsim_with_input(&["check", "-", "--exit-zero"], b"example.com. 300 IN MX 0 .\n").expect(0);
    let implicit = b"[zone]\ndomain = \"example.com\"\ntext = \"@ 300 IN A 192.0.2.1\"\n";
    mxsim_with_input(&["check", "-"], implicit).expect(0);
}

#[test]
fn the_registry_is_listed() {
    let list = mxsim(&["check", "--list"]).expect(0).stdout;
    for code in ["mx-no-address", "mx-no-dot", "mx-alias", "null-mx", "ipv6-on-some", "mixed-preferences"] {
        assert!(list.contains(code), "{code} is not in\n{list}");
    }
    assert!(too_wide(&list).is_empty(), "{list}");
    mxsim(&["check"]).expect(2);
}

#[test]
fn one_of_several_mail_domains_is_chosen() {
    let zone =
        b"a.example. 300 MX 10 m.example.\nb.example. 300 MX 10 m.example.\nm.example. 300 A 192.0.2.1\n";
    mxsim_with_input(&["check", "-"], zone).expect_error(4, &["several domains", "--domain a.example"]);
    let chosen = mxsim_with_input(&["check", "-", "--domain", "b.example"], zone).expect(0);
    assert!(chosen.stdout.contains("mail for b.example"), "{}", chosen.stdout);
}

/// A zone inside a scenario is a zone: every command that reads it lets the domain be chosen.
#[test]
fn the_mail_domain_of_a_scenario_is_chosen_too() {
    let folder = Folder::new();
    let zone =
        "a.example. 300 MX 10 m.example.\nb.example. 300 MX 10 m.example.\nm.example. 300 A 192.0.2.1\n";
    folder.file("two.zone", zone);
    for (name, section) in [
        ("text.toml", format!("text = \"\"\"\n{zone}\"\"\"\n")),
        ("file.toml", "file = \"two.zone\"\n".into()),
    ] {
        let site = folder.file(name, format!("[zone]\n{section}[[senders]]\npreset = \"exim\"\n"));
        for command in [&["run", "--replications", "1", "--exit-zero"][..], &["trace"], &["check"]] {
            let typed = [command, &[site.as_str()]].concat();
            mxsim(&typed).expect_error(4, &["several domains", "--domain a.example"]);
            mxsim(&[&typed[..], &["--domain", "b.example"]].concat()).expect(0);
            mxsim(&[&typed[..], &["--domain", "c.example"]].concat()).expect_error(4, &["c.example"]);
            mxsim(&[&typed[..], &["--domain", "no name"]].concat()).expect_error(4, &["no domain name"]);
        }
        let chosen = mxsim(&["check", &site, "--domain", "b.example"]).expect(0).stdout;
        assert!(chosen.contains("mail for b.example"), "{chosen}");
    }
}
