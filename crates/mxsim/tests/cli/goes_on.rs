//! `--checkpoint`: a run that is killed goes on where it was, and comes to the bytes of one that nobody killed.
//!
//! `MXSIM_KILLS=500` kills that often; 50 times otherwise.

use crate::support::{Folder, SMALL, mxsim_in, piped_in};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Senders of whom not everything is known, so that worlds follow the run.
fn scenario() -> String {
    let senders = "[[senders]]\npreset = \"gmail\"\nshare = \"60 %\"\n[[senders]]\npreset = \"postfix\"\nshare = \"rest\"\n";
    SMALL.replace("2000", "8000") + senders
}

fn kills() -> u64 {
    std::env::var("MXSIM_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50)
}

/// Numbers that look random and are the same each time.
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

/// The time: a kill has to fall into the run.
#[expect(clippy::disallowed_methods, reason = "a kill must fall into the run")]
fn now() -> Instant {
    Instant::now()
}

/// Starts a command again and again and kills it each time, at moments spread over `span`; returns how often it was killed before it ended by itself.
fn kill_often(folder: &Path, arguments: &[&str], (times, span): (u64, Duration)) -> u64 {
    let (mut state, mut killed) = (7, 0);
    for _ in 0..times {
        let mut child = piped_in(folder, arguments);
        let until = now() + span.mul_f64(draw(&mut state));
        while now() < until && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_micros(300));
        }
        if child.try_wait().expect("a child").is_some() {
            return killed;
        }
        child.kill().expect("a child to kill");
        child.wait().expect("its end");
        killed += 1;
    }
    killed
}

/// Kills a command until it has been killed often enough, though it would end between: then it begins anew.
fn is_the_same_after_kills(arguments: &[&str], output: &str) {
    let folder = Folder::new();
    folder.file("s.toml", scenario());
    let began = now();
    let whole = mxsim_in(folder.path(), arguments);
    let takes = began.elapsed();
    let code = whole.code();
    assert!([0, 1, 3].contains(&code), "{}", whole.stderr);
    let expected = fs::read(folder.path().join(output)).expect("a document");
    let going_on = [arguments, &["--checkpoint", "kept"]].concat();
    let mut killed = 0;
    while killed < kills() {
        fs::remove_file(folder.path().join(output)).expect("the document");
        // A few dozen steps from beginning to end.
        killed += kill_often(folder.path(), &going_on, (kills(), takes / 8));
        mxsim_in(folder.path(), &going_on).expect(code);
        assert!(
            fs::read(folder.path().join(output)).expect("a document") == expected,
            "after {killed} kills"
        );
        assert!(!folder.path().join("kept").exists(), "a finished run leaves nothing behind");
    }
}

#[test]
fn a_killed_run_goes_on() {
    is_the_same_after_kills(&["run", "s.toml", "--replications", "200", "-q", "-o", "run.json"], "run.json");
}

#[test]
fn a_killed_shard_goes_on() {
    is_the_same_after_kills(
        &["run", "s.toml", "--replications", "400", "--shard", "1/2", "-q", "-o", "part"],
        "part",
    );
}

#[test]
fn a_killed_sweep_goes_on() {
    is_the_same_after_kills(
        &["sweep", "s.toml", "ttl=60,3600", "--replications", "80", "-q", "-o", "sweep.json"],
        "sweep.json",
    );
}

/// Half a line, and a first line that was never finished.
#[test]
fn what_was_being_written_is_dropped() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let arguments = ["run", "s.toml", "--replications", "12", "-q", "-o", "run.json"];
    mxsim_in(folder.path(), &arguments).expect(3);
    let expected = fs::read(folder.path().join("run.json")).expect("a document");
    let stopped = [&arguments[..], &["--checkpoint", "kept", "--max-time", "1ms"]].concat();
    let going_on = [&arguments[..], &["--checkpoint", "kept"]].concat();
    mxsim_in(folder.path(), &stopped);
    let kept = folder.path().join("kept/checkpoint.jsonl");
    let mut text = fs::read_to_string(&kept).unwrap_or_default();
    if text.is_empty() {
        fs::create_dir_all(folder.path().join("kept")).expect("a folder");
    }
    text.truncate(text.len().saturating_sub(20));
    for torn in [text, "{\"schema\":\"mxsim.chec".into(), String::new()] {
        fs::create_dir_all(folder.path().join("kept")).expect("a folder");
        fs::write(&kept, torn).expect("a checkpoint");
        mxsim_in(folder.path(), &going_on).expect(3);
        assert!(fs::read(folder.path().join("run.json")).expect("a document") == expected);
    }
}

#[test]
fn the_checkpoint_of_another_run_is_refused() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    // A folder in the place of the document: the run comes to its end and cannot write.
    fs::create_dir(folder.path().join("run.json")).expect("a folder");
    let arguments = ["run", "s.toml", "--replications", "12", "-q", "-o", "run.json", "--checkpoint", "kept"];
    mxsim_in(folder.path(), &arguments).expect(5);
    assert!(folder.path().join("kept/checkpoint.jsonl").exists(), "what is not written is not lost");
    fs::remove_dir(folder.path().join("run.json")).expect("the folder");
    let with = |more: &[&str]| mxsim_in(folder.path(), &[&arguments[..], more].concat());
    with(&["--seed", "5"]).expect_error(4, &["is of another run", "it has the seed 1 and not 5"]);
    with(&["--window", "12h"]).expect_error(4, &["it is of another scenario"]);
    with(&["--method", "messages"]).expect_error(4, &["another choice of methods"]);
    with(&["--shard", "1/2"]).expect_error(4, &["it is of shard 1/1 and not of 1/2"]);
    let kept = folder.path().join("kept/checkpoint.jsonl");
    let text = fs::read_to_string(&kept).expect("a checkpoint");
    fs::write(&kept, text.replacen("checkpoint/1", "checkpoint/2", 1)).expect("a checkpoint");
    with(&[]).expect_error(4, &["which is newer than this mxsim"]);
    fs::write(&kept, "something else\n").expect("a file");
    with(&[]).expect_error(4, &["holds no checkpoint to go on with", "remove it to begin anew"]);
    fs::write(&kept, text).expect("a checkpoint");
    with(&[]).expect(3);
}

/// More replications of the same run go on from fewer.
#[test]
fn a_run_can_be_made_longer() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    fs::create_dir(folder.path().join("run.json")).expect("a folder");
    let run = |replications: &str| {
        let arguments =
            ["run", "s.toml", "--replications", replications, "-o", "run.json", "--checkpoint", "kept"];
        mxsim_in(folder.path(), &arguments)
    };
    run("12").expect(5);
    fs::remove_dir(folder.path().join("run.json")).expect("the folder");
    run("30").expect_error(3, &["Going on: 12 replications kept in kept."]);
    let longer = fs::read(folder.path().join("run.json")).expect("a document");
    mxsim_in(folder.path(), &["run", "s.toml", "--replications", "30", "-q", "-o", "run.json"]).expect(3);
    assert!(fs::read(folder.path().join("run.json")).expect("a document") == longer);
}

#[test]
fn a_checkpoint_needs_a_file_to_be_written() {
    let folder = Folder::new();
    folder.file("s.toml", SMALL);
    let arguments = ["run", "s.toml", "--checkpoint", "kept"];
    mxsim_in(folder.path(), &arguments).expect_error(2, &["--output"]);
}
