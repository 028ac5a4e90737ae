//! Recorded runs of real senders against the simulator, the fast part of it: `mxsim-verify replay` does all of it.

use mxsim_verify::lab::replay::{Replay, replay};
use mxsim_verify::lab::report::Report;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs that are quick and of every kind: one by one, in bursts, and with faults at each stage.
const FAST: [&str; 15] = [
    "courier-unbound-a-F-4211",
    "dma-unbound-a-F-450rcpt1",
    "dma-unbound-a-F-alldown",
    "exim4-unbound-a-F-4211",
    "exim4-unbound-d-F-blackhole1",
    "haraka-dnsmasq-a-seq",
    "haraka-unbound-a-F-5541",
    "notqmail-unbound-a-F-450data1",
    "notqmail-unbound-a-F-alldown",
    "opensmtpd-unbound-d-F-5541",
    "opensmtpd-unbound-f-G-grey300",
    "postfix-bind9-c-seq",
    "postfix-unbound-a-F-450rcpt2",
    "postfix-unbound-e-F-refuse2",
    "sendmail-unbound-b-F-refuse1",
];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lab")
}

fn fast() -> Replay {
    replay(&data(), |name| FAST.contains(&name)).expect("the project's own recordings")
}

/// Theory: the catalogue's presets are what the recorded software does. n: 1,500 simulations of each of thirteen runs, 300 of the waves of two; level 1 in 1,000 for all
/// runs of the folder together.
#[test]
fn fast_runs_are_inside() {
    let replay = fast();
    let report = Report::of(&replay);
    assert_eq!(report.runs.len() + 2, FAST.len(), "left out: {:?}", report.left_out);
    assert!(report.judgements[0].holds, "{}", report.text());
}

/// A folder with one row of the index changed.
fn changed(name: &str, from: &str, to: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mxsim-lab-{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("runs")).expect("a folder");
    let index = fs::read_to_string(data().join("INDEX.csv")).expect("an index");
    let kept = |(i, line): &(usize, &str)| *i == 0 || line.starts_with(&format!("{name}.csv"));
    let lines: Vec<String> =
        index.lines().enumerate().filter(kept).map(|(_, line)| line.replacen(from, to, 1)).collect();
    fs::write(folder.join("INDEX.csv"), lines.join("\n") + "\n").expect("an index");
    let file = format!("runs/{name}.csv");
    fs::copy(data().join(&file), folder.join(&file)).expect("a run");
    folder
}

#[test]
fn unknown_software_is_said_to_have_no_preset() {
    for (what, from, to) in [("MTA", ",haraka,", ",frogmail,"), ("resolver", ",dnsmasq,", ",frogdns,")] {
        let folder = changed("haraka-dnsmasq-a-seq", from, to);
        let replay = replay(&folder, |_| true).expect("a folder of the right form");
        fs::remove_dir_all(&folder).expect("tidied up");
        assert!(replay.runs.is_empty());
        assert!(
            replay.left_out[0].why.starts_with(&format!("no preset for {what}")),
            "{:?}",
            replay.left_out
        );
        assert!(!Report::of(&replay).holds(), "nothing was shown");
    }
}

/// Theory: a run of one MTA is not one of another: Haraka never tries the last of three records first, Exim does in one of three messages. 300
/// messages without one have a chance of (2/3)^300.
#[test]
fn a_run_under_a_wrong_name_is_outside() {
    let folder = changed("haraka-dnsmasq-a-seq", ",haraka,", ",exim4,");
    let replay = replay(&folder, |_| true).expect("a folder of the right form");
    fs::remove_dir_all(&folder).expect("tidied up");
    assert!(replay.runs[0].outside && !Report::of(&replay).holds());
}
