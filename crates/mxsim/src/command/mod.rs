//! One file per question the command answers.

pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod cutover;
pub(crate) mod fail;
pub(crate) mod init;
pub(crate) mod judge;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod presets;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod shard;
mod shard_number;
pub(crate) mod side_by_side;
pub(crate) mod size;
pub(crate) mod sweep;
pub(crate) mod trace;

use crate::args::{Judged, PresetFolder, Simulation};
use crate::exit::{Exit, Failure};
use crate::memory;
use crate::output::error_style;
use crate::progress::Progress;
use crate::threads;
use mxsim_core::catalog::Catalog;
use mxsim_core::numerals::counted;
use mxsim_core::results::{Answer, Results};
use mxsim_core::scenario::{RunOverrides, Scenario, parse_duration};
use mxsim_core::study::shard::File;
use mxsim_core::study::{Limit, RunError, RunOptions};
use mxsim_core::time::Span;
use mxsim_import::{ImportError, catalog_of, preset_files};
use mxsim_report::diagnostics;

/// Seed, length and method of a run: those of the command line, else the scenario's.
pub(crate) fn run_options(scenario: &Scenario, simulation: &Simulation, judged: Judged) -> RunOptions {
    let own = RunOptions::of(scenario);
    let options = own
        .seed(simulation.seed.unwrap_or(own.seed))
        .limit(simulation.replications.map_or(own.limit, Limit::Replications))
        .method(simulation.method.into());
    judged.worlds.map_or(options, |worlds| options.worlds(worlds))
}

/// Does work that simulates, on as many threads as asked for, with its progress on the terminal.
pub(crate) fn watched<T: Send>(
    scenario: &Scenario,
    simulation: &Simulation,
    watch: &Progress,
    work: impl FnOnce(&Progress) -> Result<T, RunError> + Send,
) -> Result<T, Failure> {
    if let Some(why) = memory::too_little_for(scenario) {
        return Err(Failure::invalid(why));
    }
    watch.begin(scenario);
    let done = threads::with(simulation.threads, || work(watch));
    watch.finish();
    done.map_err(|error| match error {
        RunError::Interrupted => Failure::new(
            Exit::Interrupted,
            "interrupted before the first replication was done; nothing was kept",
        ),
        RunError::TimeUp { .. } => watch.nothing_finished(),
        RunError::TooLarge(cost) => Failure::invalid(cost),
        RunError::OpenEnded => {
            Failure::usage("--shard: say how many replications all shards have together, with --replications")
        }
        // The shelf knows more, and whoever has it says so.
        RunError::Shelf => Failure::file(error),
    })
}

/// The exit code of an answer.
pub(crate) fn exit_for(results: &Results, judged: Judged) -> Exit {
    if results.provenance.partial {
        return Exit::Interrupted;
    }
    exit_for_answer(results.verdict.answer, judged)
}

/// The same where only the answer word counts.
pub(crate) const fn exit_for_answer(answer: Answer, judged: Judged) -> Exit {
    match answer {
        _ if judged.exit_zero => Exit::Met,
        Answer::DependsOn if judged.accept_assumptions => Exit::Met,
        answer => Exit::of(answer),
    }
}

/// What the command line says instead of `[run]`.
pub(crate) fn overrides(simulation: &Simulation) -> RunOverrides {
    let mut overrides = RunOverrides::default();
    overrides.replications = simulation.replications;
    overrides.seed = simulation.seed;
    overrides
}

/// Reads a length of time from the command line.
pub(crate) fn span(flag: &str, text: &str) -> Result<Span, Failure> {
    parse_duration(text).map_err(|why| Failure::usage(format!("{flag}: {why}")))
}

impl PresetFolder {
    /// The built-in presets and those of the folder.
    pub(crate) fn catalog(&self) -> Result<Catalog, Failure> {
        Ok(mxsim_import::catalog(self.catalog.as_deref())?)
    }

    /// The same with the files of the folder, which a part keeps.
    pub(super) fn files_and_catalog(&self) -> Result<(Vec<File>, Catalog), Failure> {
        let files = self.catalog.as_deref().map_or(Ok(Vec::new()), preset_files)?;
        let catalog = catalog_of(&files)?;
        Ok((files, catalog))
    }
}

/// Wrong files of a catalogue that are shown; no one mends more at once.
const MOST_FILES: usize = 2;

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Scenario(error) => {
                Self::new(Exit::Invalid, diagnostics::screen(&error, &error_style()))
            }
            ImportError::Presets(errors) => {
                let screen = |error| diagnostics::screen(error, &error_style());
                let mut texts: Vec<String> = errors.iter().take(MOST_FILES).map(screen).collect();
                if let Some(more) = errors.len().checked_sub(MOST_FILES).filter(|more| *more > 0) {
                    texts.push(format!("... and {} more", counted(more as u64, "file", "files")));
                }
                Self::new(Exit::Invalid, texts.join("\n\n"))
            }
            ImportError::Text(why) => Self::invalid(why),
            ImportError::File(why) => Self::file(why),
        }
    }
}
