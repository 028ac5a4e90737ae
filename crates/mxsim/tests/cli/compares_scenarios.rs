//! `mxsim compare`, `fail`, `size` and `cutover`: the formats, the exit codes, and what they say of a slip.

use crate::support::{Folder, SMALL, mxsim, too_wide};

const ONE: &str = "example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1\n";
const TWO: &str = "example.com. 300 IN MX 10 mx1.example.com.\nexample.com. 300 IN MX 10 mx2.example.com.\n\
                   mx1.example.com. 300 IN A 192.0.2.1\nmx2.example.com. 300 IN A 192.0.2.2\n";
const OTHER: &str = "example.com. 300 IN MX 10 new.example.com.\nnew.example.com. 300 IN A 192.0.2.9\n";
const FEW: [&str; 2] = ["--replications", "4"];

/// Each command with what it takes.
fn commands(folder: &Folder) -> [(&'static str, Vec<String>); 4] {
    let (two, one, other) =
        (folder.file("two.zone", TWO), folder.file("one.zone", ONE), folder.file("new.zone", OTHER));
    [
        ("compare", vec![two.clone()]),
        ("fail", vec![two.clone(), "mx2".into(), "--how".into(), "refuse".into()]),
        ("size", vec![two]),
        ("cutover", vec![one, other]),
    ]
}

#[test]
fn every_format_of_every_command_is_written() {
    let folder = Folder::new();
    for (command, arguments) in commands(&folder) {
        let typed = |format: &str| {
            let arguments = arguments.iter().map(String::as_str);
            let all: Vec<&str> = [command]
                .into_iter()
                .chain(arguments)
                .chain(FEW)
                .chain(["--exit-zero", "--format", format])
                .collect();
            mxsim(&all).expect(0)
        };
        let page = typed("text").stdout;
        assert!(too_wide(&page).is_empty(), "{command}: {:?}", too_wide(&page));
        assert!(page.contains("\nNext: mxsim "), "{command}: {page}");
        assert_eq!(typed("json").json()["schema"], format!("mxsim.{command}/1"));
        assert_eq!(typed("oneline").stdout.lines().count(), 1, "{command}");
        assert!(typed("md").stdout.starts_with("# "), "{command}");
        assert!(typed("csv").stdout.lines().count() > 2, "{command}");
    }
}

#[test]
fn a_slip_is_one_sentence() {
    let folder = Folder::new();
    let (one, two) = (folder.file("one.zone", ONE), folder.file("two.zone", TWO));
    let small = folder.file("small.toml", SMALL);
    for (typed, words) in [
        (vec!["compare", &one], "there is one machine in this zone"),
        (vec!["compare", &two, "--designs", "equal-mz"], "did you mean equal-mx?"),
        (
            vec!["compare", &two, &small, "--designs", "backup"],
            "--designs takes the machines of one scenario",
        ),
        (vec!["fail", &two, "mx3"], "there is no node \"mx3\""),
        (vec!["fail", &two, "mx2", "--how", "refues"], "did you mean refuse?"),
        (vec!["cutover", &two, &two], "the two zones say the same"),
    ] {
        let told = mxsim(&typed);
        assert_eq!(told.stdout, "", "{typed:?}");
        told.expect_error(2, &[words]);
    }
}

/// A day with a node that refuses connections all day against the day without it: nothing is lost, so no goal and no limit sets them apart but the
/// share of the node that is left.
#[test]
fn two_files_are_compared_by_their_names() {
    let folder = Folder::new();
    let plain = folder.file("plain.toml", SMALL);
    let event = "\n[[events]]\nat = \"00:00\"\nfor = \"1d\"\nnode = \"mx1\"\nfault = \"refuse\"\n";
    let down = folder.file("down.toml", format!("{SMALL}{event}"));
    let document =
        mxsim(&["compare", &plain, &down, "--replications", "20", "--format", "json"]).expect(0).json();
    assert_eq!(document["winner"], "plain");
    assert_eq!(document["pairs"][0]["decided_by"].as_str().map(str::is_empty), Some(false));
    assert_eq!(
        document["designs"][0]["node_down"].as_array().map(Vec::len),
        Some(0),
        "files are compared as they stand"
    );
}
