//! `mxsim merge`: the parts of a run put together. It is the command that the parts were made with, which takes its files and its tallies from them.

use super::run::{deliver, run_overrides};
use super::side_by_side::Begun;
use super::{compare, exit_for, run_options, sweep, watched};
use crate::args::{
    Compare, Judged, MailDomain, Merge, MethodName, PresetFolder, Run, Sharding, SideBySide, Simulation,
    Sweep,
};
use crate::exit::{Exit, Failure, sentence};
use crate::output::is_no_input;
use crate::progress::{Progress, say};
use mxsim_core::engine::MethodChoice;
use mxsim_core::numerals::counted;
use mxsim_core::study::shard::{Asked, Command, PartSource, Parts, PartsError, ReadSeek, Wrong};
use mxsim_core::study::simulate_with;
use mxsim_import::{KeptFiles, catalog_of};
use mxsim_report::message;
use std::fs::File;
use std::io;
use std::path::Path;

/// Merges the parts and delivers what one run would have.
pub(crate) fn merge(arguments: &Merge) -> Result<Exit, Failure> {
    arguments.parts.iter().try_for_each(|path| is_no_input(&arguments.output, path))?;
    let files: Vec<PartFile<'_>> = arguments.parts.iter().map(|path| PartFile(path)).collect();
    let parts = Parts::read(files.iter().map(|file| file as &dyn PartSource).collect());
    let parts = parts.map_err(|error| all_that_is_wrong(&error))?;
    let Some(command) = parts.head().command.clone() else {
        return Err(Failure::invalid(
            "these parts come from a program that embeds mxsim, which has to merge them itself: they do not say what was read",
        ));
    };
    let done = merged(arguments, &parts, &command);
    if let Some(why) = parts.failed() {
        return Err(Failure::invalid(why));
    }
    let exit = done?;
    if !arguments.quiet {
        tell_what_was_simulated(&parts);
    }
    Ok(exit)
}

/// A part on the disk.
struct PartFile<'a>(&'a str);

impl PartSource for PartFile<'_> {
    fn name(&self) -> &str {
        self.0
    }

    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        let is_file = Path::new(self.0).metadata()?.is_file();
        if !is_file {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        Ok(Box::new(File::open(self.0)?))
    }
}

fn merged(arguments: &Merge, parts: &Parts<'_>, command: &Command) -> Result<Exit, Failure> {
    match command.asked.clone() {
        Asked::Run { scenario, window, run_length, domain, worlds } => {
            let run = Run {
                scenarios: vec![scenario],
                window,
                run_length,
                mail: MailDomain { domain },
                presets: PresetFolder { catalog: None },
                simulation: simulation(arguments, parts),
                sharding: Sharding::default(),
                judged: judged(arguments, worlds),
                figures: arguments.figures.clone(),
                output: arguments.output.clone(),
            };
            merged_run(&run, parts, command)
        }
        Asked::Sweep { input, keys, domain } => {
            let side_by_side = side_by_side(arguments, parts, domain);
            let sweep = Sweep { input, keys, csv: None, sharding: Sharding::default(), side_by_side };
            let begun = Begun::of_kept(&sweep.side_by_side, command)?;
            sweep::swept(&sweep, &begun, Some(parts))
        }
        Asked::Compare { inputs, designs, domain } => {
            let side_by_side = side_by_side(arguments, parts, domain);
            let compare =
                Compare { inputs, designs, plan: false, sharding: Sharding::default(), side_by_side };
            let begun = Begun::of_kept(&compare.side_by_side, command)?;
            compare::compared(&compare, &begun, Some(parts))
        }
        _ => Err(Failure::invalid("these parts come from a command that this mxsim does not merge")),
    }
}

fn merged_run(arguments: &Run, parts: &Parts<'_>, command: &Command) -> Result<Exit, Failure> {
    let watch = Progress::start(&arguments.simulation)?;
    let (catalog, path) = (catalog_of(&command.presets)?, &arguments.scenarios[0]);
    let overrides = run_overrides(arguments)?;
    let scenario = mxsim_import::scenario_of(&KeptFiles(&command.files), path, &catalog, overrides)?;
    if parts.head().fingerprints != [scenario.fingerprint()] {
        return Err(Failure::invalid("these parts speak of another scenario than they hold"));
    }
    let options = run_options(&scenario, &arguments.simulation, arguments.judged);
    let results = watched(&scenario, &arguments.simulation, &watch, |watch| {
        simulate_with(&scenario, options, watch, parts)
    })?;
    let exit = exit_for(&results, arguments.judged);
    deliver(&[(path.clone(), results)], arguments)?;
    Ok(exit)
}

fn simulation(arguments: &Merge, parts: &Parts<'_>) -> Simulation {
    let head = parts.head();
    Simulation {
        replications: Some(head.replications),
        seed: Some(head.seed),
        threads: arguments.threads,
        max_time: None,
        quiet: arguments.quiet,
        method: match head.method {
            MethodChoice::Fastest => MethodName::Fastest,
            MethodChoice::Messages => MethodName::Messages,
        },
    }
}

const fn judged(arguments: &Merge, worlds: Option<u64>) -> Judged {
    Judged { worlds, exit_zero: arguments.exit_zero, accept_assumptions: arguments.accept_assumptions }
}

fn side_by_side(arguments: &Merge, parts: &Parts<'_>, domain: Option<String>) -> SideBySide {
    SideBySide {
        mail: MailDomain { domain },
        presets: PresetFolder { catalog: None },
        simulation: simulation(arguments, parts),
        exit_zero: arguments.exit_zero,
        figures: arguments.figures.clone(),
        output: arguments.output.clone(),
    }
}

/// Everything that is wrong with the parts, and what to do about it.
fn all_that_is_wrong(error: &PartsError) -> Failure {
    let is_unreadable = |wrong: &Wrong| matches!(wrong, Wrong::Unreadable { .. });
    let exit = if error.wrong.iter().all(is_unreadable) { Exit::File } else { Exit::Invalid };
    if let [wrong] = &error.wrong[..] {
        return Failure::new(exit, format!("{}\n{}", sentence(wrong), help(&error.wrong)));
    }
    let count = counted(error.wrong.len() as u64, "thing is", "things are");
    let lines = error.wrong.iter().map(|wrong| message(&format!("  {wrong}")));
    let lines: Vec<String> = lines.collect();
    let head = sentence(format!("{count} wrong with these parts"));
    Failure::new(exit, format!("{head}\n{}\n{}", lines.join("\n"), help(&error.wrong)))
}

/// What to do, by what is wrong first.
fn help(wrong: &[Wrong]) -> String {
    let text = match wrong {
        [Wrong::Missing { .. }] => {
            "help: simulate the missing shards with the same command and --shard K/N, or name their parts too"
        }
        [Wrong::Double { .. }] => "help: name each part once",
        [Wrong::Foreign { .. }] => "help: merge only the parts of one command line",
        [Wrong::Version { .. }] => "help: one version has to simulate all shards and merge them",
        _ => {
            "help: parts that are damaged, double or foreign are left out and simulated again; all others can stay"
        }
    };
    message(text)
}

/// Says what no shard could know that it counts.
fn tell_what_was_simulated(parts: &Parts<'_>) {
    let (others, completed) = (parts.simulated_of_other_worlds(), parts.completed());
    if others > 0 {
        let replications = counted(others, "replication", "replications");
        say(&format!(
            "Simulated here: {replications} of other plausible worlds, which only all parts together ask for."
        ));
    }
    if completed > 0 {
        let replications = counted(completed, "replication", "replications");
        say(&format!("Completed here: {replications}."));
    }
}
