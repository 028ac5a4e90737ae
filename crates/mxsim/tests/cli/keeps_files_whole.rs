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

/// What is read is not replaced by what comes of it, under whatever name.
#[test]
fn an_input_is_no_output() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let results = folder.at("results.json");
    mxsim(&[&["run", &small, "-q", "-o", &results], &FEW[..]].concat()).expect(3);
    let other_name = format!("{}/../{}/small.toml", folder.path().display(), {
        let name = folder.path().file_name().expect("a folder");
        name.to_string_lossy()
    });
    for arguments in [
        ["run", &small, "-o", &small],
        ["run", &small, "-o", &other_name],
        ["report", &results, "-o", &results],
        ["compare", &small, "-o", &small],
        ["sweep", &small, "-o", &small],
    ] {
        let run =
            mxsim(&[&arguments[..], if arguments[0] == "sweep" { &["nodes=1,2"] } else { &[] }].concat());
        run.expect_error(2, &["that is what is read"]);
    }
    assert_eq!(fs::read_to_string(&small).expect("the scenario"), SMALL);
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

/// A results file, from which `report` writes in no time.
fn results(folder: &Folder) -> String {
    let small = folder.file("small.toml", SMALL);
    let file = folder.at("results.json");
    mxsim(&[&["run", &small, "-q", "-o", &file], &FEW[..]].concat()).expect(3);
    fs::remove_file(small).expect("the scenario");
    file
}

#[cfg(unix)]
#[test]
fn rights_are_kept_and_read_only_files_too() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = Folder::new();
    let results = results(&folder);
    let old = folder.file("old.md", "old");
    let mode = |mode: u32| fs::set_permissions(&old, fs::Permissions::from_mode(mode)).expect("rights");
    let report = |more: &[&str]| mxsim(&[&["report", &results, "-o", &old], more].concat());
    mode(0o640);
    // Only the superuser may give files away; then the owner is kept, too.
    let given = std::os::unix::fs::chown(&old, Some(4711), Some(4712)).is_ok();
    report(&[]).expect(0);
    let found = fs::metadata(&old).expect("the file");
    assert_eq!(found.mode() & 0o7777, 0o640);
    assert!(!given || (found.uid(), found.gid()) == (4711, 4712), "{found:?}");
    mode(0o444);
    fs::write(folder.at("kept"), fs::read(&old).expect("the file")).expect("a copy");
    report(&["--format", "csv"])
        .expect_error(5, &["cannot write", "old.md", "it is read-only; --force replaces it"]);
    assert_eq!(fs::read(&old).expect("the file"), fs::read(folder.at("kept")).expect("the copy"));
    report(&["--format", "csv", "--force"]).expect(0);
    assert!(fs::read_to_string(&old).expect("the file").starts_with("section,"));
    assert_eq!(fs::metadata(&old).expect("the file").mode() & 0o7777, 0o444, "it stays read-only");
    assert_eq!(folder.names(), ["kept", "old.md", "results.json"]);
}

#[cfg(unix)]
#[test]
fn force_means_the_same_wherever_files_are_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let results = results(&folder);
    let small = folder.file("small.toml", SMALL);
    let (figures, pages) = (folder.at("figures"), folder.at("pages"));
    let file = folder.file("file.toml", "old");
    let commands: [(&[&str], String); 5] = [
        (&["report", &results, "-o", &file], file.clone()),
        (&["run", &small, "-q", "--exit-zero", "--replications", "2", "-o", &file], file.clone()),
        (&["init", "-o", &file], file.clone()),
        (&["report", &results, "--figures", &figures], folder.at("figures/load.svg")),
        (&["man", "--dir", &pages], folder.at("pages/mxsim-run.1")),
    ];
    for name in [&figures, &pages] {
        fs::create_dir(name).expect("a folder");
    }
    for (arguments, written) in commands {
        fs::write(&written, "old").expect("a file");
        fs::set_permissions(&written, fs::Permissions::from_mode(0o444)).expect("rights");
        let before = folder.names();
        mxsim(arguments).expect_error(5, &["--force"]);
        assert_eq!(fs::read_to_string(&written).expect("the file"), "old", "{arguments:?}");
        assert_eq!(folder.names(), before);
        mxsim(&[arguments, &["--force"]].concat()).expect(0);
        assert_ne!(fs::read_to_string(&written).expect("the file"), "old", "{arguments:?}");
        fs::set_permissions(&written, fs::Permissions::from_mode(0o644)).expect("rights");
    }
    // Of the refused sets no file was written, of the others all.
    assert_eq!(fs::read_dir(&figures).expect("the folder").count(), 4);
}

#[cfg(unix)]
#[test]
fn links_are_followed() {
    let folder = Folder::new();
    let results = results(&folder);
    let link = |from: &str, to: &str| std::os::unix::fs::symlink(to, folder.at(from)).expect("a link");
    let report = |to: &str| mxsim_in(folder.path(), &["report", &results, "-o", to]);
    link("to-nothing.md", "new.md");
    link("twice.md", "to-nothing.md");
    report("twice.md").expect(0);
    assert!(fs::read_to_string(folder.at("new.md")).expect("the file").starts_with("# "));
    assert!(["twice.md", "to-nothing.md"].iter().all(|name| folder.path().join(name).is_symlink()));
    link("nowhere.md", "missing/new.md");
    report("nowhere.md")
        .expect_error(5, &["nowhere.md", "it is a link to nothing", "there is no folder", "missing"]);
    link("round.md", "round.md");
    report("round.md").expect_error(5, &["round.md", "its links lead in a circle"]);
    // Figures: the folder may be a link, and each file in it.
    fs::create_dir(folder.at("figures")).expect("a folder");
    link("linked", "figures");
    link("figures/split.svg", "../elsewhere.svg");
    mxsim_in(folder.path(), &["report", &results, "--figures", "linked"]).expect(0);
    assert!(
        folder.path().join("figures/split.svg").is_symlink() && folder.path().join("elsewhere.svg").is_file()
    );
    assert_eq!(fs::read_dir(folder.at("figures")).expect("the folder").count(), 4);
    link("lost", "gone");
    mxsim_in(folder.path(), &["report", &results, "--figures", "lost"])
        .expect_error(5, &["cannot make lost", "it is a link to nothing"]);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_pipes_and_odd_names() {
    let folder = Folder::new();
    let results = results(&folder);
    let report = |to: &str| mxsim_in(folder.path(), &["report", &results, "--format", "csv", "-o", to]);
    assert!(report("/dev/stdout").expect(0).stdout.starts_with("section,"));
    report("/dev/null").expect(0);
    let longest = format!("{}.csv", "n".repeat(251));
    report(&longest).expect(0);
    assert!(folder.names().contains(&longest));
    report(&format!("n{longest}")).expect_error(5, &["its name is too long"]);
    report("").expect(2);
    report("new/").expect_error(5, &["cannot write new/", "this names no file"]);
    report("results.json/a").expect_error(5, &["a part of its path is a file"]);
    let pipe = folder.at("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("what was written")
    });
    report("pipe").expect(0);
    assert!(reader.join().expect("the reader").starts_with("section,"));
    assert_eq!(folder.names(), [longest.as_str(), "pipe", "results.json"]);
}

#[test]
fn figures_appear_together_or_not_at_all() {
    let folder = Folder::new();
    let results = results(&folder);
    fs::create_dir_all(folder.at("figures/load.svg")).expect("a folder in the place of a figure");
    let figures = folder.at("figures");
    let run = mxsim(&["report", &results, "--figures", &figures]);
    run.expect_error(5, &["load.svg", "it is a directory"]);
    let left: Vec<_> = fs::read_dir(&figures).expect("the folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    mxsim(&["report", &results, "--figures", &folder.at("a/b/c/.")]).expect(0);
    assert_eq!(fs::read_dir(folder.at("a/b/c")).expect("the folder").count(), 4);
}
