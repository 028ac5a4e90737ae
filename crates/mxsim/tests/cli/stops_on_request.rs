//! Ctrl-C and `--max-time`: what was finished is kept, as a prefix that can be had again.

#![cfg(unix)]

use crate::support::{Finished, Folder, SMALL, busy, finished, mxsim, piped};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(sent.success());
}

/// As [`busy`], with nothing that is not known: no other world is looked at beside it.
fn known() -> String {
    busy() + "[[senders]]\npreset = \"exim\"\n"
}

/// Starts a run, interrupts it after a while, and waits for its end.
fn interrupted_after(arguments: &[&str], wait: Duration) -> Finished {
    let child = piped(arguments);
    std::thread::sleep(wait);
    interrupt(&child);
    finished(child.wait_with_output().expect("the command ends"))
}

/// As above, waiting longer until at least one replication was finished: nobody knows how fast this machine is.
fn interrupted(arguments: &[&str]) -> Finished {
    let waits = [1, 2, 4, 8, 16, 32].map(Duration::from_secs);
    let mut runs = waits.into_iter().map(|wait| interrupted_after(arguments, wait).expect(130));
    runs.find(|run| !run.stdout.is_empty()).expect("a replication is finished within half a minute")
}

/// Takes the mark and the caution of a partial run away.
fn unmarked(mut document: serde_json::Value) -> serde_json::Value {
    document["provenance"]["partial"] = false.into();
    let cautions = document["cautions"].as_array_mut().expect("a list");
    cautions.retain(|caution| caution["code"] != "partial");
    document
}

#[test]
fn an_interrupted_run_keeps_its_finished_prefix() {
    let folder = Folder::new();
    let busy = folder.file("busy.toml", known());
    let one_by_one = ["run", &busy, "--method", "messages", "--format", "json"];
    for limit in [&["--replications", "100000"][..], &[]] {
        let stopped = interrupted(&[&one_by_one[..], limit].concat()).json();
        assert_eq!(stopped["provenance"]["partial"], true);
        let cautions = stopped["cautions"].to_string();
        assert!(cautions.contains("\"partial\""), "{cautions}");
        let replications = stopped["provenance"]["replications"].to_string();
        let whole = mxsim(&[&one_by_one[..], &["--exit-zero", "--replications", &replications]].concat());
        assert_eq!(unmarked(stopped).to_string(), whole.expect(0).json().to_string());
    }
}

#[test]
fn an_interrupted_run_writes_its_file_and_never_ends_with_zero() {
    let folder = Folder::new();
    let busy = folder.file("busy.toml", busy());
    let file = folder.at("results.json");
    let stopped = interrupted(&["run", &busy, "--replications", "100000", "--exit-zero", "-o", &file]);
    assert!(stopped.stdout.contains("PARTIAL"), "{}", stopped.stdout);
    mxsim(&["report", &file]).expect(0);
}

#[test]
fn an_interrupt_before_the_first_replication_says_so() {
    let folder = Folder::new();
    let slow = folder.file("slow.toml", busy().replace("100_000", "200_000_000"));
    let file = folder.at("results.json");
    let stopped =
        interrupted_after(&["run", &slow, "--method", "messages", "-o", &file], Duration::from_millis(1500));
    stopped.expect_error(130, &["interrupted before the first replication was done; nothing was kept"]);
    assert_eq!(folder.names(), ["slow.toml"]);
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let folder = Folder::new();
    let busy = folder.file("busy.toml", busy());
    let child = piped(&["run", &busy, "--replications", "100000"]);
    std::thread::sleep(Duration::from_millis(800));
    interrupt(&child);
    let again = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let output = child.wait_with_output().expect("the command ends");
    assert!(again.is_ok());
    finished(output).expect(130);
}

#[expect(clippy::disallowed_methods, reason = "the test is about wall-clock time")]
#[test]
fn the_time_allowed_ends_a_run_that_counts() {
    let folder = Folder::new();
    let busy = folder.file("busy.toml", known());
    let started = Instant::now();
    let run = mxsim(&["run", &busy, "--replications", "100000", "--max-time", "1s", "--format", "json"]);
    // Half a minute is for a machine that is busy with other things.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert!([0, 1, 3].contains(&run.code()), "{}", run.stderr);
    let document = run.json();
    assert_eq!(document["provenance"]["partial"], false);
    let replications = document["provenance"]["replications"].to_string();
    let whole = mxsim(&["run", &busy, "--format", "json", "--replications", &replications]);
    assert_eq!(whole.stdout, run.stdout);
}

/// The document of a run that can be asked for and that `stopped` has to be equal to: the same replications, and without other worlds where those
/// were left out.
fn asked_for(scenario: &str, stopped: &serde_json::Value) -> Finished {
    let replications = stopped["provenance"]["replications"].to_string();
    let run = ["run", scenario, "--format", "json", "--exit-zero", "--replications", &replications];
    let without = stopped["cautions"].to_string().contains("\"no-worlds\"");
    mxsim(&[&run[..], if without { &["--worlds", "0"] } else { &[] }].concat())
}

/// Other worlds take most of the time here, and begin soon.
fn unknown() -> String {
    SMALL.replace("2000", "20_000")
        + "[[senders]]\npreset = \"gmail\"\n[[senders]]\npreset = \"exchange_online\"\n"
}

#[test]
fn a_run_that_is_stopped_at_any_moment_is_one_that_can_be_had() {
    let folder = Folder::new();
    let scenario = folder.file("unknown.toml", unknown());
    let run = ["run", &scenario, "--format", "json", "--replications", "100000"];
    let mut documents = 0;
    for milliseconds in [100, 250, 500, 1_000, 2_000, 4_000, 7_000] {
        let time = format!("{milliseconds}ms");
        let late = mxsim(&[&run[..], &["--max-time", &time]].concat());
        if !late.stdout.is_empty() {
            assert_eq!(asked_for(&scenario, &late.json()).stdout, late.stdout, "after {time}");
            documents += 1;
        }
        let stopped = interrupted_after(&run, Duration::from_millis(milliseconds)).expect(130);
        if !stopped.stdout.is_empty() {
            let whole = asked_for(&scenario, &stopped.json()).json();
            assert_eq!(unmarked(stopped.json()).to_string(), whole.to_string(), "after {time}");
            documents += 1;
        }
    }
    assert!(documents > 0, "not one run was fast enough");
}

/// A run whose first replication takes far longer than any test.
fn endless() -> String {
    SMALL.replace("2000", "500_000_000")
        + "[[senders]]\npreset = \"order-preserving\"\nresolver = \"dnsmasq\"\n"
}

/// Half a minute is for a machine that is busy with other things.
#[expect(clippy::disallowed_methods, reason = "the tests are about wall-clock time")]
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    done
}

#[test]
fn where_not_one_day_was_finished_the_time_allowed_says_what_one_costs() {
    let folder = Folder::new();
    let endless = folder.file("endless.toml", endless());
    let file = folder.at("results.json");
    let run = soon(|| mxsim(&["run", &endless, "--max-time", "2s", "-o", &file]));
    run.expect_error(3, &["not one day was finished in 2 s; a day costs about 260 s"]);
    assert_eq!(folder.names(), ["endless.toml"]);
}

/// Ten million outbound hosts take seconds to make, in which nothing can be asked to stop.
#[test]
fn the_time_allowed_ends_while_a_world_is_made() {
    let folder = Folder::new();
    let wide = folder.file("wide.toml", wide());
    let run = soon(|| mxsim(&["run", &wide, "--max-time", "50ms"]));
    run.expect_error(3, &["not one day was finished in 0.050 s"]);
}

/// The run comes before the worlds beside it, which take ten times as long.
#[test]
fn with_little_time_the_question_is_answered_before_other_worlds() {
    let folder = Folder::new();
    let text = SMALL.replace("2000", "20_000") + "[[senders]]\npreset = \"randomizing\"\n";
    let scenario = folder.file("scenario.toml", text);
    let limits = ["--replications", "100000", "--worlds", "10000", "--max-time", "5s"];
    let run = soon(|| mxsim(&[&["run", &scenario, "--format", "json"][..], &limits].concat()));
    let replications = run.json()["provenance"]["replications"].as_u64();
    assert!(replications >= Some(32), "{replications:?}: {}", run.stderr);
}

#[test]
fn a_pipe_that_nobody_reads_ends_with_the_time_or_the_interruption() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let pipe = folder.at("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    let run = ["run", &small, "--replications", "2", "--worlds", "0", "-o", &pipe];
    let late = soon(|| mxsim(&[&run[..], &["--max-time", "1s"]].concat()));
    late.expect_error(5, &["the results were not written in 1 s"]);
    let interrupted = soon(|| interrupted_after(&run, Duration::from_secs(2)));
    interrupted.expect_error(130, &["interrupted before the results were written"]);
}

#[test]
fn a_scenario_that_does_not_come_is_not_waited_for() {
    let folder = Folder::new();
    let pipe = folder.at("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    let late = soon(|| mxsim(&["run", &pipe, "--max-time", "500ms"]));
    late.expect_error(3, &["the scenario was not read in 0.50 s"]);
    let interrupted = soon(|| interrupted_after(&["run", &pipe], Duration::from_secs(1)));
    interrupted.expect_error(130, &["interrupted before there were results"]);
}

fn wide() -> String {
    SMALL.to_owned() + "[[senders]]\nname = \"wide\"\nsites = 10000000\n"
}

#[test]
fn an_interruption_is_heard_while_a_world_is_made() {
    let folder = Folder::new();
    let wide = folder.file("wide.toml", wide());
    // Nobody knows how fast this machine is: sooner or later the world is made, and what is finished is kept. Who is slow to stop is stopped.
    let waits = [200, 400, 700].map(Duration::from_millis);
    let runs = waits.map(|wait| soon(|| interrupted_after(&["run", &wide], wait)).expect(130));
    let is_told = |run: &&Finished| {
        run.stderr.contains("interrupted before the first replication was done; nothing was kept")
            || run.stderr.contains("interrupted before there were results; nothing was kept")
    };
    assert!(runs.iter().all(|run| is_told(&run) || !run.stdout.is_empty()));
    assert!(runs.iter().any(|run| is_told(&run)));
}

/// Each of a hundred million messages is tried again each second for a day: no node fails, it is the DNS that is away.
#[test]
fn retries_without_dns_are_refused_before_they_are_made() {
    let folder = Folder::new();
    let text = SMALL
        .replace("2000", "1e8")
        .replace("[zone]", "[zone]\nunreachable = [{ at = \"00:00\", for = \"1d\" }]")
        + "[[senders]]\npreset = \"postfix\"\n\
           retry = { wait = { gaps = { list = [\"1s\"], then = \"repeat-last\" } }, queue_run = \"none\", lifetime = \"unlimited\" }\n";
    let scenario = folder.file("away.toml", text);
    let refused = soon(|| mxsim(&["run", &scenario]));
    refused.expect_error(4, &["this is too large to run", "longer waits between retries"]);
}

/// The command with so much memory (KiB), and with the traces that Rust would print.
#[cfg(target_os = "linux")]
fn with_memory(kib: u32, arguments: &[&str]) -> Finished {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_mxsim")]);
    let run = finished(shell.args(arguments).env("RUST_BACKTRACE", "1").output().expect("a shell"));
    assert!(!run.stderr.contains("backtrace") && !run.stderr.contains("allocation"), "{}", run.stderr);
    run
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_find_no_room_are_not_started() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let run = ["run", &small, "--replications", "4", "--worlds", "0", "--format", "json"];
    let plain = mxsim(&run);
    for (kib, threads) in [(100_000, "16"), (200_000, "200"), (300_000, "200"), (300_000, "1000")] {
        let limited = with_memory(kib, &[&run[..], &["--threads", threads]].concat());
        assert_eq!(limited.stdout, plain.stdout, "{kib} KiB, {threads} threads: {}", limited.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_needs_more_memory_than_is_allowed_is_a_sentence() {
    let folder = Folder::new();
    let wide = folder.file("wide.toml", wide());
    with_memory(300_000, &["run", &wide])
        .expect_error(4, &["this is too large for the memory that is allowed here"]);
    // Tables that are small and a million messages that wait.
    let fault = "[[events]]\nat = \"00:00\"\nfor = \"10m\"\nnode = [\"mx1\", \"mx2\"]\nfault = \"refuse\"\n";
    let queued = SMALL.replace("2000", "2e8")
        + "[run]\nwarm_up = \"0s\"\n[[senders]]\npreset = \"postfix\"\nsites = 1000\n"
        + fault;
    let queued = folder.file("queued.toml", queued);
    let run = soon(|| with_memory(300_000, &["run", &queued, "--replications", "1", "--worlds", "0"]));
    run.expect_error(4, &["the memory that is allowed here is used up"]);
}
