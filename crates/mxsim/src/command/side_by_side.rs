//! What all commands have in common that simulate scenarios side by side.

use super::watched;
use crate::args::{Figures, Format, MethodName, Output, SideBySide, Simulation};
use crate::exit::{Exit, Failure};
use crate::figures::drawn_all;
use crate::files::write_file;
use crate::output::{error_style, format_for, print, screen_style};
use crate::progress::Progress;
use mxsim_core::engine::MethodChoice;
use mxsim_core::results::Answer;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{RunError, StudyError, TogetherOptions};
use mxsim_report::study::{Asked, StudyReport};
use mxsim_report::{TextStyle, diagnostics, pretty};
use std::path::Path;

impl SideBySide {
    /// The same as the options of a run without other worlds.
    pub(crate) fn simulation(&self) -> Simulation {
        Simulation {
            replications: self.replications,
            seed: self.seed,
            threads: self.threads,
            max_time: self.max_time.clone(),
            quiet: self.quiet,
            method: self.method,
            worlds: Some(0),
            exit_zero: self.exit_zero,
            accept_assumptions: false,
        }
    }

    /// Seed, length and method: those of the command line, else the scenario's.
    pub(crate) fn options(&self, scenario: &Scenario) -> TogetherOptions {
        let own = TogetherOptions::of(scenario);
        let method = match self.method {
            MethodName::Fastest => MethodChoice::Fastest,
            MethodName::Messages => MethodChoice::Messages,
        };
        let options = own.seed(self.seed.unwrap_or(own.seed)).method(method);
        self.replications.map_or(options, |replications| options.replications(replications))
    }
}

/// Does work that simulates scenarios made of `scenario`, with its progress on the terminal.
pub(crate) fn watched_study<T: Send>(
    scenario: &Scenario,
    arguments: &SideBySide,
    watch: &Progress,
    work: impl FnOnce(&Progress) -> Result<T, StudyError> + Send,
) -> Result<T, Failure> {
    let done = watched(scenario, &arguments.simulation(), watch, |watch| match work(watch) {
        Err(StudyError::Run(error)) => Err::<_, RunError>(error),
        done => Ok(done),
    })?;
    done.map_err(|error| match error {
        StudyError::Scenario(error) => {
            Failure::new(Exit::Invalid, diagnostics::screen(&error, &error_style()))
        }
        other => Failure::usage(other),
    })
}

/// Writes a document where it was asked for, and its figures.
pub(crate) fn deliver<R: StudyReport>(
    report: &R,
    asked: &Asked<'_>,
    (output, figures): (&Output, &Figures),
    is_quiet: bool,
) -> Result<(), Failure> {
    let file = output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(output.format, file);
    let drawn = drawn_all(&report.figures(), figures);
    let written = file.map_or(Ok(()), |file| {
        let text = document(report, format, asked, &TextStyle::default());
        write_file(file, text.as_bytes(), figures.force.force)
    });
    let shown = match (file, is_quiet) {
        (Some(_), true) => Ok(()),
        (Some(_), false) => print(&report.screen(asked, &screen_style())),
        (None, _) => {
            let format = if is_quiet && format == Format::Text { Format::Oneline } else { format };
            print(&document(report, format, asked, &screen_style()))
        }
    };
    written.and(drawn.map(drop)).and(shown)
}

fn document<R: StudyReport>(report: &R, format: Format, asked: &Asked<'_>, style: &TextStyle) -> String {
    match format {
        Format::Text => report.screen(asked, style),
        Format::Oneline => report.oneline(),
        Format::Json => pretty(report),
        Format::Csv => report.csv(),
        Format::Md => report.markdown(),
    }
}

/// The exit code of an answer, perhaps of a part of what was asked for.
pub(crate) fn exit(answer: Answer, is_partial: bool, arguments: &SideBySide) -> Exit {
    match answer {
        _ if is_partial => Exit::Interrupted,
        _ if arguments.exit_zero => Exit::Met,
        answer => Exit::of(answer),
    }
}
