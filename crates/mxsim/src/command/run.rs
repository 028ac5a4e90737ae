//! `mxsim run`: simulate scenarios and judge their goals.

use super::shard::{Simulated, checkpoint, shard, why_failed, write_part};
use super::{exit_for, overrides, run_options, span, watched};
use crate::args::{Format, Run};
use crate::exit::{Exit, Failure};
use crate::figures::{drawn, figures_of};
use crate::files::Checkpoint;
use crate::output::{self, Layout, document, format_for, print, screen_style};
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::{RunOverrides, Scenario};
use mxsim_core::study::shard::{Asked, Command, File};
use mxsim_core::study::{Limit, Observer as _, RunOptions, Shard, simulate, simulate_shard, simulate_with};
use mxsim_core::time::Span;
use mxsim_import::Recorded;
use mxsim_report::{Files, TextStyle};

/// Runs every scenario in turn; the worst answer decides the exit code.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Failure> {
    check(arguments)?;
    if let Some(shard) = shard(&arguments.sharding, arguments.simulation.quiet)? {
        return one_shard(shard, arguments);
    }
    let read = Read::new(arguments)?;
    let mut worst = Exit::Met;
    let mut runs = Vec::new();
    let mut watch = None;
    for path in &arguments.scenarios {
        // The watch over the last one stays until all is written.
        let watch = watch.insert(Progress::start(&arguments.simulation)?);
        let (results, checkpoint) = match one(path, arguments, watch, &read) {
            Ok(done) => done,
            Err(failure) => {
                // What has been simulated before is not lost.
                deliver(&runs, arguments)?;
                return Err(failure);
            }
        };
        worst = worst.worse(exit_for(&results, arguments.judged));
        let is_partial = results.provenance.partial;
        runs.push((path.clone(), results));
        if let Some(checkpoint) = checkpoint {
            deliver(&runs, arguments)?;
            // What was stopped can be gone on with.
            if watch.stop().is_none() {
                checkpoint.remove();
            }
            return Ok(worst);
        }
        if is_partial {
            break;
        }
    }
    deliver(&runs, arguments)?;
    Ok(worst)
}

/// Checks what goes with one scenario alone.
fn check(arguments: &Run) -> Result<(), Failure> {
    let is_filed = arguments.output.output.is_some() || arguments.figures.figures.is_some();
    if arguments.scenarios.len() > 1 && is_filed {
        return Err(Failure::usage(
            "-o and --figures take the results of one scenario; run them one by one, or redirect",
        ));
    }
    let sharding = &arguments.sharding;
    if arguments.scenarios.len() > 1 && sharding.shard.is_some() {
        return Err(Failure::usage("--shard takes one scenario; simulate them one by one"));
    }
    if sharding.shard.is_some() && arguments.figures.figures.is_some() {
        return Err(Failure::usage("a part has no figures; give --figures to mxsim merge"));
    }
    arguments.scenarios.iter().try_for_each(|path| output::is_no_input(&arguments.output, path))?;
    if arguments.scenarios.iter().filter(|path| *path == "-").count() > 1 {
        return Err(Failure::usage("only one of the scenarios can come from standard input"));
    }
    Ok(())
}

/// What the command line says beside `[run]`, and where texts come from.
struct Read {
    overrides: RunOverrides,
    presets: Vec<File>,
    catalog: Catalog,
    files: Recorded,
}

impl Read {
    fn new(arguments: &Run) -> Result<Self, Failure> {
        let (presets, catalog) = arguments.presets.files_and_catalog()?;
        let overrides = run_overrides(arguments)?;
        Ok(Self { overrides, presets, catalog, files: Recorded::default() })
    }

    fn scenario(&self, path: &str) -> Result<Scenario, Failure> {
        Ok(mxsim_import::scenario_of(&self.files, path, &self.catalog, self.overrides.clone())?)
    }

    /// What a part says of it.
    fn simulated(&self, path: &str, scenario: &Scenario, arguments: &Run, options: RunOptions) -> Simulated {
        let asked = Asked::Run {
            scenario: path.into(),
            window: arguments.window.clone(),
            run_length: arguments.run_length.clone(),
            domain: arguments.mail.domain.clone(),
            worlds: arguments.judged.worlds,
        };
        let replications = match options.limit {
            Limit::Replications(replications) => Some(replications),
            Limit::UntilDecided { .. } => None,
        };
        let command = Command { asked, files: self.files.files(), presets: self.presets.clone() };
        let fingerprints = vec![scenario.fingerprint()];
        Simulated { fingerprints, seed: options.seed, replications, command }
    }
}

/// What the command line says instead of `[run]` and `[zone]`.
pub(super) fn run_overrides(arguments: &Run) -> Result<RunOverrides, Failure> {
    let mut overrides = overrides(&arguments.simulation);
    overrides.window =
        arguments.window.as_deref().map(|text| at_least_a_minute("--window", text)).transpose()?;
    overrides.run_length =
        arguments.run_length.as_deref().map(|text| at_least_a_minute("--run-length", text)).transpose()?;
    overrides.domain.clone_from(&arguments.mail.domain);
    Ok(overrides)
}

/// The results of one scenario, and the checkpoint that they leave behind.
fn one(
    path: &str,
    arguments: &Run,
    watch: &Progress,
    read: &Read,
) -> Result<(Results, Option<Checkpoint>), Failure> {
    let scenario = read.scenario(path)?;
    let options = run_options(&scenario, &arguments.simulation, arguments.judged);
    let simulated = || read.simulated(path, &scenario, arguments, options);
    let checkpoint = checkpoint(simulated, &arguments.sharding, &arguments.simulation)?;
    let results = watched(&scenario, &arguments.simulation, watch, |watch| {
        let done = match &checkpoint {
            Some(shelf) => simulate_with(&scenario, options, watch, shelf),
            None => simulate(&scenario, options, watch),
        };
        done.inspect(|results| watch.tell_how_much_more(results))
    });
    why_failed(checkpoint.as_ref())?;
    Ok((results?, checkpoint))
}

/// Simulates a shard of a run.
fn one_shard(shard: Shard, arguments: &Run) -> Result<Exit, Failure> {
    let (watch, read) = (Progress::start(&arguments.simulation)?, Read::new(arguments)?);
    let path = &arguments.scenarios[0];
    let scenario = read.scenario(path)?;
    let options = run_options(&scenario, &arguments.simulation, arguments.judged);
    let simulated = read.simulated(path, &scenario, arguments, options);
    let output = (&arguments.output, arguments.figures.force.force);
    write_part((shard, simulated), (&arguments.sharding, &arguments.simulation), output, |shelf| {
        watched(&scenario, &arguments.simulation, &watch, |watch| {
            simulate_shard(&scenario, (options, shard), watch, shelf)
        })
    })
}

/// A length of time that a scenario takes too: it asks for a minute at least.
fn at_least_a_minute(flag: &str, text: &str) -> Result<Span, Failure> {
    let span = span(flag, text)?;
    if span < Span::MINUTE {
        return Err(Failure::usage(format!("{flag}: expected a duration of at least 1m, found {text:?}")));
    }
    Ok(span)
}

/// Writes the documents where they were asked for.
pub(super) fn deliver(runs: &[(String, Results)], arguments: &Run) -> Result<(), Failure> {
    match runs {
        [(path, results)] => deliver_one(path, results, arguments),
        [] => Ok(()),
        several => print(&on_screen(several, arguments)),
    }
}

/// Writes the figures and the document of one run.
fn deliver_one(path: &str, results: &Results, arguments: &Run) -> Result<(), Failure> {
    let drawn = drawn(|| figures_of(results), &arguments.figures);
    let figures = drawn.as_deref().unwrap_or_default();
    let run_length = arguments.run_length.as_deref();
    let text = |format, style: &TextStyle, results_file: Option<&str>| {
        let files = Files { scenario: named(path), run_length, results: results_file, ..Files::default() };
        document(results, &Layout { format, full: arguments.output.full, files, figures }, style)
    };
    let delivered =
        output::deliver(&arguments.output, arguments.simulation.quiet, arguments.figures.force, text);
    delivered.and(drawn.map(drop))
}

/// What several runs have to say: a row each, or in other formats a document each.
fn on_screen(runs: &[(String, Results)], arguments: &Run) -> String {
    let (format, style) = (format_for(arguments.output.format, None), screen_style());
    let (is_quiet, full) = (arguments.simulation.quiet, arguments.output.full);
    let one = |(path, results): &(String, Results), format| {
        let files = Files { scenario: named(path), ..Files::default() };
        document(results, &Layout { format, full, files, figures: &[] }, &style)
    };
    let all = |format, gap| runs.iter().map(|run| one(run, format)).collect::<Vec<_>>().join(gap);
    match format {
        Format::Text if is_quiet => lines(runs),
        Format::Oneline => lines(runs),
        Format::Text if full => all(Format::Text, "\n"),
        Format::Text => mxsim_report::rows(runs, &style),
        other => all(other, ""),
    }
}

/// The answer to each scenario in a line that begins with its file.
fn lines(runs: &[(String, Results)]) -> String {
    runs.iter().map(|(path, results)| mxsim_report::oneline_of(path, results)).collect()
}

/// The name of a scenario's file; standard input has none.
fn named(path: &str) -> Option<&str> {
    (path != "-").then_some(path)
}
