//! A file appears whole or not at all, and a failed write is told.

use crate::support::{Folder, SMALL, busy, command, finished, mxsim, mxsim_in, piped};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

const FEW: [&str; 2] = ["--replications", "3"];

#[test]
fn the_file_name_says_the_format() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    for (name, start) in [
        ("a.json", "{"),
        ("a.csv", "section,name,quantity,"),
        ("a.md", "# example.com"),
        ("a.txt", "example.com\n"),
    ] {
        let file = folder.at(name);
        let run = mxsim(&[&["run", &small, "-q", "-o", &file], &FEW[..]].concat());
        assert!(run.code() == 3 && run.stdout.is_empty(), "{}", run.stderr);
        let text = fs::read_to_string(&file).expect("the file");
        assert!(text.starts_with(start), "{name}: {}", &text[..text.len().min(60)]);
    }
    // A format that is asked for wins; without --quiet the screen still shows the answer.
    let file = folder.at("b.csv");
    let run = mxsim(&[&["run", &small, "--format", "json", "-o", &file], &FEW[..]].concat()).expect(3);
    assert!(run.stdout.contains("  sure  "), "{}", run.stdout);
    assert!(fs::read_to_string(&file).expect("the file").starts_with('{'));
    let dash = mxsim(&[&["run", &small, "--format", "json", "-o", "-"], &FEW[..]].concat()).expect(3);
    assert_eq!(dash.stdout, fs::read_to_string(&file).expect("the file"));
    assert_eq!(folder.names(), ["a.csv", "a.json", "a.md", "a.txt", "b.csv", "small.toml"]);
}

#[test]
fn a_place_that_cannot_be_written_is_a_file_error() {
    let folder = Folder::new();
    folder.file("small.toml", SMALL);
    let run =
        |output: &str| mxsim_in(folder.path(), &[&["run", "small.toml", "-o", output], &FEW[..]].concat());
    run("missing/a.json")
        .expect_error(5, &["cannot write missing/a.json", "there is no folder missing", "make it first"]);
    run("small.toml/a.json").expect(5);
    run(".").expect_error(5, &["it is a directory"]);
    assert_eq!(folder.names(), ["small.toml"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_file_error() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let results = folder.at("results.json");
    mxsim(&[&["run", &small, "-q", "-o", &results], &FEW[..]].concat()).expect(3);
    let lost = mxsim(&[&["run", &small, "-o", "/dev/full"], &FEW[..]].concat());
    assert!(lost.stdout.contains("CAN'T TELL YET"), "the answer is shown all the same: {}", lost.stdout);
    lost.expect_error(5, &["cannot write /dev/full", "No space left"]);
    let commands: [&[&str]; 14] = [
        &["run", &small, "--replications", "3"],
        &["check", &small],
        &["check", &small, "--resolved"],
        &["ask", "1", "--replications", "3"],
        &["report", &results],
        &["judge", "41", "29", "30"],
        &["init"],
        &["presets"],
        &["presets", "postfix"],
        &["schema"],
        &["completions", "zsh"],
        &["man"],
        &["--help"],
        &["run", "--help"],
    ];
    for arguments in commands {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
        let output =
            command(arguments).stdout(full).stderr(Stdio::piped()).output().expect("the command starts");
        finished(output).expect_error(5, &["cannot write to standard output", "No space left"]);
    }
}

#[cfg(unix)]
#[test]
fn a_failed_write_keeps_the_file_that_was_there() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let file = folder.file("old.json", "what was there before");
    // No file may grow beyond 1 KiB: the same error a disk quota gives.
    let script = format!(
        "ulimit -f 1; trap '' XFSZ; exec {} run {small} --replications 3 -q -o {file}",
        env!("CARGO_BIN_EXE_mxsim")
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().expect("a shell");
    finished(output).expect_error(5, &["cannot write", "old.json"]);
    assert_eq!(fs::read_to_string(&file).expect("the file"), "what was there before");
    assert_eq!(folder.names(), ["old.json", "small.toml"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_is_a_file_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    fs::create_dir(folder.at("locked")).expect("a folder");
    fs::set_permissions(folder.at("locked"), fs::Permissions::from_mode(0o555)).expect("permissions");
    // The superuser may write anywhere, so there is nothing to see then.
    let writable = fs::write(folder.at("locked/probe"), "").is_ok();
    if !writable {
        mxsim(&[&["run", &small, "-o", &folder.at("locked/a.json")], &FEW[..]].concat())
            .expect_error(5, &["permission denied"]);
    }
    fs::set_permissions(folder.at("locked"), fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[test]
fn a_run_that_is_killed_leaves_no_file() {
    let folder = Folder::new();
    let busy = folder.file("busy.toml", busy());
    let file = folder.at("results.json");
    let mut child = piped(&["run", &busy, "--replications", "1000", "-o", &file]);
    std::thread::sleep(Duration::from_millis(300));
    child.kill().expect("it still runs");
    child.wait().expect("it ends");
    assert_eq!(folder.names(), ["busy.toml"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    // So many windows that the document does not fit into a pipe's buffer.
    let long = format!("{SMALL}[run]\nrun_length = \"90d\"\nreplications = 1\n").replace("2000", "100");
    let long = folder.file("long.toml", long);
    let mut child = piped(&["run", &long, "--format", "json"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    assert_eq!(first, "{\n");
    let output = child.wait_with_output().expect("the command ends");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{:?}", output.status);
    for arguments in
        [&["check", long.as_str(), "--resolved"][..], &["--help"], &["ask", "1", "--replications", "2"]]
    {
        let mut child = piped(arguments);
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert!(output.stderr.is_empty() && output.status.success(), "{arguments:?} {output:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let real = folder.file("real.json", "old");
    let link = folder.at("latest.json");
    std::os::unix::fs::symlink(&real, &link).expect("a link");
    mxsim(&[&["run", &small, "-q", "-o", &link], &FEW[..]].concat()).expect(3);
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert!(fs::read_to_string(&real).expect("the file").starts_with('{'));
}
