//! One file per question the command answers.

pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod init;
pub(crate) mod judge;
pub(crate) mod man;
pub(crate) mod presets;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod trace;

use crate::args::{EngineName, PresetFolder, Simulation};
use crate::diagnostics;
use crate::exit::{Exit, Failure};
use crate::watch::Watch;
use mxsim_core::catalog::Catalog;
use mxsim_core::engine::Engine;
use mxsim_core::results::{Answer, Results};
use mxsim_core::scenario::{RunOverrides, Scenario, parse_duration};
use mxsim_core::study::{RunError, RunOptions, simulate};
use mxsim_core::time::Span;
use mxsim_import::ImportError;

/// Simulates a scenario under the eyes of whoever waits.
pub(crate) fn simulate_watched(scenario: &Scenario, simulation: &Simulation) -> Result<Results, Failure> {
    let watch = Watch::start(simulation, &scenario.title)?;
    let engine = match simulation.engine {
        EngineName::Fastest => Engine::Fastest,
        EngineName::Messages => Engine::Messages,
    };
    let options = RunOptions { engine, worlds: simulation.worlds, ..RunOptions::of(scenario) };
    let results = with_threads(simulation, || simulate(scenario, options, &watch))?;
    watch.finish();
    results.map_err(|error| match error {
        RunError::Interrupted => Failure::new(
            Exit::Interrupted,
            "interrupted before the first replication was done; nothing was kept",
        ),
        RunError::TooLarge(cost) => Failure::invalid(cost),
    })
}

/// Runs `work` on as many threads as asked for.
fn with_threads<T: Send>(simulation: &Simulation, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let Some(threads) = simulation.threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build();
    let pool = pool.map_err(|error| Failure::usage(format!("cannot start {threads} threads: {error}")))?;
    Ok(pool.install(work))
}

/// The exit code of an answer.
pub(crate) fn exit_for(results: &Results, simulation: &Simulation) -> Exit {
    if results.provenance.partial {
        return Exit::Interrupted;
    }
    let exit = match results.verdict.answer {
        Answer::Yes | Answer::YesRoughly => Exit::Met,
        Answer::YesIf if simulation.strict => Exit::CannotTell,
        Answer::YesIf => Exit::Met,
        Answer::No => Exit::Missed,
        Answer::CannotTell => Exit::CannotTell,
    };
    if simulation.exit_zero { Exit::Met } else { exit }
}

/// What the command line says instead of `[run]`.
pub(crate) fn overrides(simulation: &Simulation) -> RunOverrides {
    RunOverrides { replications: simulation.replications, seed: simulation.seed, window: None }
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
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Scenario(error) => Self::new(Exit::Invalid, diagnostics::render(&error)),
            ImportError::Presets(errors) => {
                let texts: Vec<String> = errors.iter().map(diagnostics::render).collect();
                Self::new(Exit::Invalid, texts.join("\n\n"))
            }
            ImportError::Text(why) => Self::invalid(why),
            ImportError::File(why) => Self::file(why),
        }
    }
}
