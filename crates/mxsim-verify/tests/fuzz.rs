//! Each reader on a few thousand inputs that nobody would write; `mxsim-verify fuzz` goes on from there.
//!
//! The seed is fixed, so a test is red or green, never sometimes. Not every input may be refused: what is accepted has most to lose.

use mxsim_verify::effort;
use mxsim_verify::fuzz::{Fuzzer, NoClock, Report, targets};

/// Inputs of each target.
const INPUTS: u64 = 3_000;

/// Runs one target; at least one input in `one_in` has to be accepted.
fn fuzz(name: &str, one_in: u64) {
    let all = targets::all();
    let target = all.iter().find(|target| target.name() == name).expect("a target");
    let (inputs, mut report) = (INPUTS * effort::times(), Report::default());
    Fuzzer::new(*target, 1).run(0..inputs, &mut NoClock, &mut report);
    if let Some(fault) = report.faults.first() {
        let input = String::from_utf8_lossy(&fault.input);
        panic!("input {} of {name}: {}\nsmallest input: {input:?}\n{input}", fault.number, fault.why);
    }
    assert!(report.accepted * one_in >= inputs, "{} of {inputs} inputs are accepted", report.accepted);
}

#[test]
fn scenarios_in_toml() {
    fuzz("scenario-toml", 8);
}

#[test]
fn scenarios_in_json() {
    fuzz("scenario-json", 12);
}

#[test]
fn zone_text() {
    fuzz("zone", 4);
}

#[test]
fn parts() {
    fuzz("part", 30);
}

/// A target without a test here does not come through.
#[test]
fn every_target_has_a_test() {
    let names: Vec<&str> = targets::all().iter().map(|target| target.name()).collect();
    assert_eq!(names, ["scenario-toml", "scenario-json", "zone", "part"]);
}
