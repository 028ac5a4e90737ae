//! `mxsim init`: a commented scenario to start from.

use crate::support::{Folder, mxsim, mxsim_in, mxsim_with_input};
use std::fs;

const DESIGNS: [&str; 5] = ["equal-mx", "many-a", "backup", "uneven", "migration"];

/// What `dig MX` prints, without addresses.
const DIG: &str = ";; ANSWER SECTION:\r\nexample.net. 300 IN MX 10 a.example.net.\r\nexample.net. 300 IN MX 10 b.example.net.\r\n";

#[test]
fn every_template_asks_a_question_and_runs() {
    for design in DESIGNS {
        let text = mxsim(&["init", design]).expect(0).stdout;
        let title = text.lines().find_map(|line| line.strip_prefix("title = \"")).expect("a title");
        assert!(title.ends_with("?\""), "{title}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{design}");
        assert!(text.ends_with("mxsim run site.toml\n"), "{text}");
        let run = mxsim_with_input(&["run", "-", "--replications", "3"], text.as_bytes());
        assert!([0, 1, 3].contains(&run.code()), "{design}: {}", run.stderr);
        assert!(run.stdout.contains(title.trim_end_matches('"')), "{}", run.stdout);
    }
}

/// Neighbouring lines that are a commented section or key: `# [nodes.mx1]`, `# hosts = 2`.
fn commented_blocks(text: &str) -> Vec<String> {
    let is_key = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    let said = |line: &str| {
        let line = line.strip_prefix("# ")?;
        (line.starts_with('[') || is_key(line)).then(|| format!("{line}\n"))
    };
    let lines: Vec<Option<String>> = text.lines().map(said).collect();
    lines
        .split(Option::is_none)
        .filter(|run| !run.is_empty())
        .map(|run| run.iter().flatten().cloned().collect())
        .collect()
}

/// The text with that block live.
fn uncommented(text: &str, block: &str) -> String {
    let commented: String = block.lines().map(|line| format!("# {line}\n")).collect();
    text.replacen(&commented, block, 1)
}

/// Every commented block of every template can be taken as it stands, and each template has those that people look for.
#[test]
fn what_is_commented_out_can_be_switched_on() {
    for design in DESIGNS {
        let text = mxsim(&["init", design]).expect(0).stdout;
        let blocks = commented_blocks(&text);
        for wanted in ["hosts = ", "sessions = ", "[[events]]"] {
            assert!(blocks.iter().any(|block| block.contains(wanted)), "{design} has no {wanted}");
        }
        for block in blocks {
            let live = uncommented(&text, &block);
            assert_ne!(live, text, "{design}: {block}");
            mxsim_with_input(&["check", "-"], live.as_bytes()).expect(0);
        }
        let line =
            text.lines().find(|line| line.starts_with("#  ") && line.contains(" IN AAAA ")).expect("IPv6");
        let live =
            text.replacen("\n\"\"\"\n", &format!("\n{}\n\"\"\"\n", line.trim_start_matches(['#', ' '])), 1);
        let checked = mxsim_with_input(&["check", "-", "--resolved"], live.as_bytes()).expect(0).stdout;
        assert!(checked.contains("2001:db8::10"), "{design}: {checked}");
    }
}

/// With a zone of one's own the examples name its hosts.
#[test]
fn commented_blocks_name_hosts_of_the_zone() {
    let zone = "example.net. 300 MX 10 a.example.net.\nexample.net. 300 MX 10 b.example.net.\n\
                a.example.net. 300 A 192.0.2.1\nb.example.net. 300 A 192.0.2.2\n";
    for design in ["equal-mx", "many-a", "backup", "uneven"] {
        let text = mxsim_with_input(&["init", design, "--zone", "-"], zone.as_bytes()).expect(0).stdout;
        for block in commented_blocks(&text) {
            mxsim_with_input(&["check", "-"], uncommented(&text, &block).as_bytes()).expect(0);
        }
        assert!(
            text.contains(".example.net.  300 IN AAAA") || text.contains(".example.net.    300 IN AAAA"),
            "{text}"
        );
    }
}

/// A zone with a mistake is written all the same, and the exit code says what `check` says.
#[test]
fn a_zone_that_gets_no_mail_ends_as_check_does() {
    let folder = Folder::new();
    for (zone, code) in [
        ("$ORIGIN e.example.\n@ 300 MX 10 a\n@ 300 MX 10 b\na 300 A 192.0.2.1\n", 1),
        ("e.example. 300 MX 0 .\ne.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n", 1),
        (
            "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.other.example.\na.e.example. 300 A 192.0.2.1\n",
            3,
        ),
        ("e.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n", 0),
    ] {
        let zone = folder.file("e.zone", zone);
        let site = folder.at("site.toml");
        mxsim(&["check", &zone]).expect(code);
        mxsim(&["init", "--zone", &zone, "-o", &site, "--force"]).expect(code);
        mxsim(&["check", &site]).expect(code);
        mxsim(&["init", "--zone", &zone, "--exit-zero"]).expect(0);
    }
}

#[test]
fn without_a_word_it_is_equal_mx() {
    assert_eq!(mxsim(&["init"]).expect(0).stdout, mxsim(&["init", "equal-mx"]).stdout);
    assert_eq!(mxsim(&["init"]).stdout, mxsim(&["init", "-o", "-"]).stdout);
}

#[test]
fn a_file_is_not_overwritten_unless_told() {
    let folder = Folder::new();
    let init =
        |more: &[&str]| mxsim_in(folder.path(), &[&["init", "backup", "-o", "site.toml"], more].concat());
    assert_eq!(init(&[]).expect(0).stdout, "wrote site.toml\n\nNext: mxsim run site.toml\n");
    mxsim_in(folder.path(), &["check", "site.toml"]).expect(0);
    folder.file("site.toml", "mine");
    init(&[]).expect_error(5, &["site.toml is there already", "--force"]);
    assert_eq!(fs::read_to_string(folder.at("site.toml")).expect("the file"), "mine");
    init(&["--force"]).expect(0);
    assert!(fs::read_to_string(folder.at("site.toml")).expect("the file").contains("[zone]"));
    mxsim_in(folder.path(), &["init", "-o", "missing/site.toml"])
        .expect_error(5, &["there is no folder missing"]);
    assert_eq!(folder.names(), ["site.toml"]);
}

#[test]
fn the_zone_can_be_your_own() {
    let folder = Folder::new();
    for design in ["equal-mx", "many-a", "backup", "uneven"] {
        let text = mxsim_with_input(&["init", design, "--zone", "-"], DIG.as_bytes()).expect(0).stdout;
        assert!(text.contains("MX 10 b.example.net.\n") && !text.contains("203.0.113."), "{text}");
        let run = mxsim_with_input(&["run", "-", "--replications", "2"], text.as_bytes());
        assert!([0, 1, 3].contains(&run.code()), "{design}: {}", run.stderr);
    }
    let odd = "example.net. 300 IN MX 5 a.example.net.\na.example.net. 300 IN A 192.0.2.9\n\
               example.net. 300 IN TXT \"a \\\\ \" \"\"\"b\"\n";
    let text = mxsim(&["init", "--zone", &folder.file("odd.zone", odd)]).expect(0).stdout;
    mxsim_with_input(&["check", "-"], text.as_bytes()).expect(0);
}

#[test]
fn a_wrong_zone_is_shown_where_it_is_wrong() {
    let folder = Folder::new();
    let zone = folder.file("bad.zone", "example.net. 300 IN MX ten a.example.net.\n");
    mxsim(&["init", "--zone", &zone]).expect_error(4, &["bad.zone:1:24", "no preference"]);
    mxsim(&["init", "--zone", &folder.at("none.zone")]).expect(5);
    mxsim(&["init", "migration", "--zone", &zone]).expect_error(2, &["cannot take a zone"]);
    let null = folder.file("null.zone", "example.net. 300 IN MX 0 .\n");
    mxsim(&["init", "uneven", "--zone", &null]).expect_error(4, &["no node can be named"]);
    assert_eq!(folder.names(), ["bad.zone", "null.zone"]);
}
