//! A part may come from a stranger: whatever digit of it is changed and sealed anew, it is refused or it comes to results, and nothing panics.

use crate::runs::{Part, Run, shipped};
use mxsim_core::study::shard::{PartSource, Parts};
use mxsim_core::study::{Quiet, RunOptions, Shard, simulate_with};
use mxsim_verify::effort;

/// Changes a number or a bracket of a line to something else.
fn changed(line: &str, draw: &mut impl FnMut(usize) -> usize) -> String {
    let numbers: Vec<usize> = line
        .char_indices()
        .filter(|(at, c)| c.is_ascii_digit() && !line[..*at].ends_with(|c: char| c.is_ascii_digit()))
        .map(|(at, _)| at)
        .collect();
    let at = numbers[draw(numbers.len())];
    let end = line[at..].find(|c: char| !c.is_ascii_digit()).map_or(line.len(), |length| at + length);
    let with = [
        "0",
        "1",
        "7",
        "4294967296",
        "9007199254740993",
        "1152921504606846976",
        "9223372036854775807",
        "18446744073709551615",
        "-1",
        "0.5",
        "1e3",
        "[]",
        "null",
    ];
    format!("{}{}{}", &line[..at], with[draw(with.len())], &line[end..])
}

fn sealed(lines: &[String]) -> Vec<u8> {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let hash = blake3::hash(body.as_bytes()).to_hex();
    format!("{body}{{\"whole\":{{\"lines\":{},\"blake3\":\"{hash}\"}}}}\n", lines.len()).into_bytes()
}

#[test]
fn no_number_of_a_part_ends_in_a_panic() {
    let scenarios = shipped();
    for name in ["few-sessions", "edge-probe-trips-a-limit", "greylisting-open-backup", "two-nodes", "week"] {
        let (_, scenario) = scenarios.iter().find(|(own, _)| own == name).expect("it");
        let run = Run { scenario, replications: 2, worlds: Some(1) };
        let part = run.part(Shard::WHOLE, 2);
        let text = String::from_utf8(part.1).expect("a text");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.pop();
        let mut state = 11_u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut refused = 0;
        let inputs = 120 * effort::times();
        for _ in 0..inputs {
            let mut hostile = lines.clone();
            let which = 1 + draw(hostile.len() - 1);
            (0..=draw(2)).for_each(|_| hostile[which] = changed(&hostile[which], &mut draw));
            let part = Part("hostile".into(), sealed(&hostile));
            let options = RunOptions::of(scenario).replications(2).worlds(1);
            let read = Parts::read(vec![&part as &dyn PartSource]);
            let results = read.ok().and_then(|parts| simulate_with(scenario, options, &Quiet, &parts).ok());
            refused += u64::from(results.is_none());
        }
        // What is not refused is a number that nothing contradicts.
        assert!(refused > inputs / 3, "{name}: {refused} of {inputs}");
    }
}
