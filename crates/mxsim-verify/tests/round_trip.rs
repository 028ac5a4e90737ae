//! A results document that is read back is the document that was written, by any reader of JSON.
//!
//! mxsim itself reads with `serde_json/float_roundtrip`, which finds the nearest double for any number of digits. Readers elsewhere often do what
//! `serde_json` does without that feature: read the digits as one whole number and multiply or divide it once by a power of ten. That is exact
//! if both fit into a double (Clinger 1990, *How to Read Floating Point Numbers Accurately*). Cargo unifies features, so nothing built in this
//! workspace has that reader; [`plainly`] is its arithmetic.

use mxsim_core::results::Results;
use mxsim_core::study::{Quiet, RunOptions, simulate};
use mxsim_verify::experiment::scenario;
use mxsim_verify::same::scenarios;
use std::fs;
use std::path::Path;

/// Enough for half-widths, the first worlds and what-ifs.
const REPLICATIONS: u64 = 3;

/// Powers of ten up to this one are doubles.
const EXACT_POWER: i32 = 22;

/// The number that `token` stands for as a plain reader finds it: digits as a whole number, then one multiplication or division.
fn plainly(token: &str) -> f64 {
    let (digits, exponent) = parts(token);
    let power: f64 = format!("1e{}", exponent.abs()).parse().expect("a power of ten");
    let size = if exponent < 0 { digits as f64 / power } else { digits as f64 * power };
    if token.starts_with('-') { -size } else { size }
}

/// All digits of a number as one whole number, and the power of ten that it is to be multiplied by.
fn parts(token: &str) -> (u64, i32) {
    let (number, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let (whole, fraction) =
        number.trim_start_matches('-').split_once('.').unwrap_or((number.trim_start_matches('-'), ""));
    let exponent: i32 = exponent.parse().expect("an exponent");
    let digits = format!("{whole}{fraction}").parse().expect("at most 19 digits");
    (digits, exponent - fraction.len() as i32)
}

/// The numbers of a JSON text, as they stand there.
fn numbers(json: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = json;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[start..];
        let is_text = rest.starts_with('"');
        let end = if is_text { end_of_text(rest) } else { end_of_number(rest) };
        if !is_text {
            found.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    found
}

fn end_of_number(json: &str) -> usize {
    json.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(json.len())
}

fn end_of_text(json: &str) -> usize {
    let mut escaped = false;
    let end = json.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |(end, _)| end + 1)
}

fn assert_plain(scenario: &str, token: &str) {
    let exact: f64 = token.parse().expect("a number");
    let (digits, exponent) = parts(token);
    assert_eq!(plainly(token).to_bits(), exact.to_bits(), "{scenario}: {token} is read as another number");
    assert_ne!(exact.to_bits(), (-0.0_f64).to_bits(), "{scenario}: a zero with a sign");
    if token.contains(['.', 'e']) {
        assert!(exponent.abs() <= EXACT_POWER, "{scenario}: {token} needs a power of ten that is no double");
        assert!(digits as f64 as u64 == digits, "{scenario}: {token} has more digits than a double");
    }
}

#[test]
fn every_scenario_gives_results_that_survive_json() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut seen = 0;
    for file in scenarios(&folder).expect("scenarios") {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let scenario = scenario(&fs::read_to_string(&file).expect("a scenario"));
        let options = RunOptions::of(&scenario).replications(REPLICATIONS);
        let results = simulate(&scenario, options, &Quiet).expect("nobody interrupts it");
        let json = serde_json::to_string(&results).expect("JSON");
        assert_eq!(serde_json::from_str::<Results>(&json).expect("results"), results, "{name}");
        let numbers = numbers(&json);
        numbers.iter().for_each(|token| assert_plain(&name, token));
        seen += numbers.len();
    }
    assert!(seen > 10_000, "only {seen} numbers were seen");
}

/// The arithmetic above is that of a plain reader: it errs where one errs.
#[test]
fn a_plain_reader_errs_on_long_numbers() {
    for token in ["7778213901e-28", "7.925430606e-28"] {
        assert_ne!(plainly(token), token.parse::<f64>().expect("a number"), "{token}");
    }
    assert_eq!(numbers(r#"{"a-1":"2\"3","b":[-0.5,1e-7,12]}"#), ["-0.5", "1e-7", "12"]);
}
