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
