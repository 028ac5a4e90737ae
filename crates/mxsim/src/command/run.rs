//! `mxsim run`: simulate scenarios and judge their goals.

use super::{exit_for, overrides, run_options, span, watched};
use crate::args::{Format, Run};
use crate::exit::{Exit, Failure};
use crate::output::{Layout, document, format_for, print, screen_style, write_file};
use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::RunOverrides;
use mxsim_core::study::simulate;
use mxsim_core::time::Span;
use mxsim_report::{Files, TextStyle};
use std::path::Path;

/// Runs every scenario in turn; the worst answer decides the exit code.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Failure> {
    if arguments.scenarios.len() > 1 && arguments.output.output.is_some() {
        return Err(Failure::usage("-o takes the results of one scenario; run them one by one, or redirect"));
    }
    let window = arguments.window.as_deref().map(window).transpose()?;
    let mut overrides = overrides(&arguments.simulation);
    overrides.window = window;
    overrides.domain.clone_from(&arguments.mail.domain);
    let catalog = arguments.presets.catalog()?;
    let mut worst = Exit::Met;
    let mut runs = Vec::new();
    for path in &arguments.scenarios {
        let results = match one(path, arguments, &catalog, overrides.clone()) {
            Ok(results) => results,
            Err(failure) => {
                // What has been simulated before is not lost.
                deliver(&runs, arguments)?;
                return Err(failure);
            }
        };
        worst = worst.worse(exit_for(&results, &arguments.simulation));
        let is_partial = results.provenance.partial;
        runs.push((path.clone(), results));
        if is_partial {
            break;
        }
    }
    deliver(&runs, arguments)?;
    Ok(worst)
}

/// The results of one scenario.
fn one(path: &str, arguments: &Run, catalog: &Catalog, overrides: RunOverrides) -> Result<Results, Failure> {
    let scenario = mxsim_import::scenario(path, catalog, overrides)?;
    let options = run_options(&scenario, &arguments.simulation);
    watched(&scenario, &arguments.simulation, |watch| simulate(&scenario, options, watch))
}

/// The length of a window; a scenario asks for a minute at least, too.
fn window(text: &str) -> Result<Span, Failure> {
    let window = span("--window", text)?;
    if window < Span::MINUTE {
        return Err(Failure::usage(format!("--window: expected a duration of at least 1m, found {text:?}")));
    }
    Ok(window)
}

/// Writes the documents where they were asked for; with a file, the screen still shows the answer.
fn deliver(runs: &[(String, Results)], arguments: &Run) -> Result<(), Failure> {
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    let screen = screen_style();
    let (Some(file), [(path, results)]) = (file, runs) else {
        return print(&on_screen(runs, format, arguments, &screen));
    };
    let written = file.display().to_string();
    let files =
        Files { scenario: named(path), results: (format == Format::Json).then_some(written.as_str()) };
    let layout = Layout { format, full: arguments.output.full, files, figures: &[] };
    write_file(file, document(results, &layout, &TextStyle::default()).as_bytes())?;
    if arguments.simulation.quiet {
        return Ok(());
    }
    print(&document(results, &Layout { format: Format::Text, ..layout }, &screen))
}

/// What goes to standard output: one document, or of several runs a row each in text.
fn on_screen(runs: &[(String, Results)], format: Format, arguments: &Run, style: &TextStyle) -> String {
    let format = if arguments.simulation.quiet && format == Format::Text { Format::Oneline } else { format };
    if runs.len() > 1 && format == Format::Text && !arguments.output.full {
        return mxsim_report::rows(runs, style);
    }
    let one = |(path, results): &(String, Results)| {
        let files = Files { scenario: named(path), results: None };
        document(results, &Layout { format, full: arguments.output.full, files, figures: &[] }, style)
    };
    let gap = if format == Format::Text { "\n" } else { "" };
    runs.iter().map(one).collect::<Vec<_>>().join(gap)
}

/// The name of a scenario's file; standard input has none.
fn named(path: &str) -> Option<&str> {
    (path != "-").then_some(path)
}
