//! `mxsim-verify mutants`: every oracle has to notice the fault that is made for it. `mxsim-verify replay FOLDER`: what was recorded of real
//! servers is held against the simulator. `mxsim-verify same OLD NEW`: two builds of the command are held against each other. `mxsim-verify fuzz`:
//! readers get inputs that nobody would write. `mxsim-verify swarm`: random scenarios, and what has to hold in every one of them.

mod swarm_command;

use mxsim_verify::fuzz::{Clock, Fault, Fuzzer, Report as Fuzzed, Target, targets};
use mxsim_verify::lab::page::page;
use mxsim_verify::lab::replay::replay as replay_runs;
use mxsim_verify::lab::report::Report;
use mxsim_verify::mutant::{Broken, Ending, list};
use mxsim_verify::same::{self, Depth};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: mxsim-verify mutants [PART OF A NAME]\n       mxsim-verify replay FOLDER [--json | --page] [--only PART OF A NAME]\n       mxsim-verify same OLD NEW [--numbers]\n       mxsim-verify fuzz [TARGET] [--seed N] [--inputs N]\n       mxsim-verify swarm [--seed N] [--minutes M | --count K] [--from K] [--print]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["mutants"] => mutants(""),
        ["mutants", part] => mutants(part),
        ["replay", folder, ref options @ ..] => match Options::of(options) {
            Some(options) => replay(Path::new(folder), &options),
            None => return usage(),
        },
        ["same", old, new] => same_results(Path::new(old), Path::new(new), Depth::All),
        ["fuzz", ref options @ ..] => match FuzzOptions::of(options) {
            Some(options) => fuzz(&options),
            None => return usage(),
        },
        ["swarm", ref options @ ..] => match swarm_command::Options::of(options) {
            Some(options) => swarm_command::run(&options),
            None => return usage(),
        },
        ["same", old, new, "--numbers"] => same_results(Path::new(old), Path::new(new), Depth::Numbers),
        _ => return usage(),
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

fn usage() -> ExitCode {
    let _ = writeln!(io::stderr(), "{USAGE}");
    ExitCode::from(2)
}

/// Options of `replay`.
#[derive(Default)]
struct Options {
    json: bool,
    page: bool,
    /// Part of the names of the runs that are wanted.
    only: String,
}

impl Options {
    fn of(arguments: &[&str]) -> Option<Self> {
        let mut options = Self::default();
        let mut left = arguments.iter();
        while let Some(argument) = left.next() {
            match *argument {
                "--json" => options.json = true,
                "--page" => options.page = true,
                "--only" => options.only = (*left.next()?).to_owned(),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Replays the runs of a folder; true if all judgements hold.
fn replay(folder: &Path, options: &Options) -> Result<bool, String> {
    let replay = replay_runs(folder, |name| name.contains(&options.only))?;
    let report = Report::of(&replay);
    let text = match options.json {
        true => serde_json::to_string_pretty(&report).map_err(|error| error.to_string())? + "\n",
        false if options.page => page(&report),
        false => report.text(),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    Ok(report.holds())
}

/// Runs the mutants whose name contains `part`; true if all oracles are green without and red with their fault.
fn mutants(part: &str) -> Result<bool, String> {
    let all = list()?;
    let wanted = || all.iter().enumerate().filter(|(_, mutant)| mutant.name.contains(part));
    if wanted().next().is_none() {
        return Err(format!("no mutant has \"{part}\" in its name"));
    }
    let broken = Broken::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &all)?;
    let oracles: BTreeSet<&str> = wanted().map(|(_, mutant)| mutant.oracle.as_str()).collect();
    let without = oracles.into_iter().map(|oracle| ("no fault", oracle, 0, Ending::Green));
    let with = wanted().map(|(index, mutant)| (&*mutant.name, &*mutant.oracle, index + 1, Ending::Red));
    let tests: Vec<(&str, &str, usize, Ending)> = without.chain(with).collect();
    // As many at the same time as there are processors; most oracles use one. Each is told of when it is over.
    let are_well = tests.into_par_iter().with_max_len(1).map(|(name, oracle, number, expected)| {
        let ending = broken.test(oracle, number)?;
        line(verdict(ending, expected), name, oracle)?;
        Ok(ending == expected)
    });
    let are_well: Vec<bool> = are_well.collect::<Result<_, String>>()?;
    Ok(are_well.into_iter().all(|is_well| is_well))
}

/// Options of `fuzz`.
struct FuzzOptions {
    /// Name of the target; all without one.
    target: Option<String>,
    seed: u64,
    inputs: u64,
}

impl FuzzOptions {
    fn of(arguments: &[&str]) -> Option<Self> {
        let mut options = Self { target: None, seed: 1, inputs: 100_000 };
        let mut left = arguments.iter();
        while let Some(argument) = left.next() {
            match *argument {
                "--seed" => options.seed = left.next()?.parse().ok()?,
                "--inputs" => options.inputs = left.next()?.parse().ok()?,
                name if !name.starts_with('-') && options.target.is_none() => {
                    options.target = Some(name.into())
                }
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Inputs read between two words on how far it is: a stack that runs over ends the process, and the last word says where to look.
const INPUTS_PER_WORD: u64 = 10_000;

/// Time after which an input has taken too long: a thousand times what most take.
const LONGEST_INPUT: Duration = Duration::from_secs(2);

/// Looks at the clock of the wall.
struct WallClock(Instant);

impl WallClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "time is a property of a reader here and part of no result"
    )]
    fn now() -> Instant {
        Instant::now()
    }
}

impl Clock for WallClock {
    fn start(&mut self) {
        self.0 = Self::now();
    }

    fn too_long(&mut self) -> Option<String> {
        let took = Self::now() - self.0;
        (took > LONGEST_INPUT).then(|| format!("it took {} ms", took.as_millis()))
    }
}

/// Gives one reader, or all, inputs that nobody would write; true if every property holds.
fn fuzz(options: &FuzzOptions) -> Result<bool, String> {
    let is_wanted =
        |target: &&'static dyn Target| options.target.as_ref().is_none_or(|name| name == target.name());
    let wanted: Vec<&dyn Target> = targets::all().into_iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = targets::all().iter().map(|target| target.name()).collect();
        return Err(format!("there is no such target; targets are {}", names.join(", ")));
    }
    let mut all_well = true;
    for target in wanted {
        all_well &= fuzz_target(target, options)?;
    }
    Ok(all_well)
}

fn fuzz_target(target: &dyn Target, options: &FuzzOptions) -> Result<bool, String> {
    let fuzzer = Fuzzer::new(target, options.seed);
    let mut all = Fuzzed::default();
    let mut clock = WallClock(WallClock::now());
    for from in (0..options.inputs).step_by(INPUTS_PER_WORD as usize) {
        let _ = writeln!(io::stderr(), "{} from input {from}", target.name());
        fuzzer.run(from..(from + INPUTS_PER_WORD).min(options.inputs), &mut clock, &mut all);
    }
    let text = fuzz_text(target.name(), options.seed, &all);
    io::stdout().lock().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(all.faults.is_empty())
}

fn fuzz_text(name: &str, seed: u64, report: &Fuzzed) -> String {
    let Fuzzed { accepted, refused, faults } = report;
    let mut text = format!("{name:<16} {accepted} accepted, {refused} refused, {} faults\n", faults.len());
    for Fault { number, input, why, .. } in faults {
        let input = String::from_utf8_lossy(input);
        text += &format!(
            "\n=== {name}, seed {seed}, input {number}: {why}\n--- smallest input:\n{input}\n--- {input:?}\n"
        );
    }
    text
}

/// Runs every shipped scenario with two builds of the command; true if all results are the same.
fn same_results(old: &Path, new: &Path, depth: Depth) -> Result<bool, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut all_same = true;
    for scenario in same::scenarios(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let difference = same::difference(old, new, &scenario, depth)?;
        all_same &= difference.is_none();
        let name = scenario.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut out = io::stdout().lock();
        writeln!(out, "{name:<28} {}", difference.as_deref().unwrap_or("same"))
            .map_err(|error| error.to_string())?;
    }
    Ok(all_same)
}

/// How it ended, marked if it should not have.
fn verdict(ending: Ending, wanted: Ending) -> String {
    let word = match ending {
        Ending::Green => "green",
        Ending::Red => "red",
        Ending::NoTest => "no such test",
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
