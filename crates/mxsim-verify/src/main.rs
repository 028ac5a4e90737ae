//! `mxsim-verify mutants`: every oracle has to notice the fault that is made for it.

use mxsim_verify::mutant::{Copy, Ending, list};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: mxsim-verify mutants [PART OF A NAME]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["mutants"] => mutants(""),
        ["mutants", part] => mutants(part),
        _ => {
            let _ = writeln!(io::stderr(), "{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "mxsim-verify: {error}");
            ExitCode::from(70)
        }
    }
}

/// Runs the mutants whose name contains `part`; true if all oracles are green without and red with their fault.
fn mutants(part: &str) -> Result<bool, String> {
    let mutants: Vec<_> = list()?.into_iter().filter(|mutant| mutant.name.contains(part)).collect();
    if mutants.is_empty() {
        return Err(format!("no mutant has \"{part}\" in its name"));
    }
    let copy = Copy::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let mut all_well = true;
    let oracles: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.oracle.as_str()).collect();
    for oracle in oracles {
        let ending = copy.test(oracle)?;
        all_well &= ending == Ending::Green;
        line(verdict(ending, Ending::Green), "no fault", oracle)?;
    }
    for mutant in &mutants {
        let ending = copy.test_with(mutant)?;
        all_well &= ending == Ending::Red;
        line(verdict(ending, Ending::Red), &mutant.name, &mutant.oracle)?;
    }
    Ok(all_well)
}

/// How it ended, marked if it should not have.
fn verdict(ending: Ending, wanted: Ending) -> String {
    let word = match ending {
        Ending::Green => "green",
        Ending::Red => "red",
        Ending::NoTest => "no such test",
        Ending::DoesNotCompile => "does not compile",
        Ending::TookTooLong => "took too long",
    };
    if ending == wanted { word.into() } else { format!("{word} (!)") }
}

fn line(ending: String, name: &str, oracle: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    writeln!(out, "{ending:<20} {name:<64} {oracle}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}
