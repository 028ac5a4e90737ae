//! `mxsim run`: simulate scenarios and judge their goals.

use super::{exit_for, overrides, run_options, span, watched};
use crate::args::{Format, Run};
use crate::exit::{Exit, Failure};
use crate::figures::drawn;
use crate::files::write_file;
use crate::output::{Layout, document, format_for, print, screen_style};
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::RunOverrides;
use mxsim_core::study::simulate;
use mxsim_core::time::Span;
use mxsim_report::{Files, TextStyle};
use std::path::Path;

/// Runs every scenario in turn; the worst answer decides the exit code.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Failure> {
    let is_filed = arguments.output.output.is_some() || arguments.figures.figures.is_some();
    if arguments.scenarios.len() > 1 && is_filed {
        return Err(Failure::usage(
            "-o and --figures take the results of one scenario; run them one by one, or redirect",
        ));
    }
    let mut overrides = overrides(&arguments.simulation);
    overrides.window =
        arguments.window.as_deref().map(|text| at_least_a_minute("--window", text)).transpose()?;
    overrides.run_length =
        arguments.run_length.as_deref().map(|text| at_least_a_minute("--run-length", text)).transpose()?;
    overrides.domain.clone_from(&arguments.mail.domain);
    let catalog = arguments.presets.catalog()?;
    let mut worst = Exit::Met;
    let mut runs = Vec::new();
    let mut watch = None;
    for path in &arguments.scenarios {
        // The watch over the last one stays until all is written.
        let watch = watch.insert(Progress::start(&arguments.simulation)?);
        let results = match one(path, arguments, watch, &catalog, overrides.clone()) {
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
fn one(
    path: &str,
    arguments: &Run,
    watch: &Progress,
    catalog: &Catalog,
    overrides: RunOverrides,
) -> Result<Results, Failure> {
    let scenario = mxsim_import::scenario(path, catalog, overrides)?;
    let options = run_options(&scenario, &arguments.simulation);
    watched(&scenario, &arguments.simulation, watch, |watch| {
        simulate(&scenario, options, watch).inspect(|results| watch.tell_how_much_more(results))
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
fn deliver(runs: &[(String, Results)], arguments: &Run) -> Result<(), Failure> {
    match runs {
        [(path, results)] => deliver_one(path, results, arguments),
        [] => Ok(()),
        several => print(&on_screen(several, arguments)),
    }
}

/// Writes the files, and shows the answer on the screen as well: what cannot be written does not take it along.
fn deliver_one(path: &str, results: &Results, arguments: &Run) -> Result<(), Failure> {
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    let drawn = drawn(results, &arguments.figures);
    let layout = Layout {
        format,
        full: arguments.output.full,
        files: Files {
            scenario: named(path),
            run_length: arguments.run_length.as_deref(),
            ..Files::default()
        },
        figures: drawn.as_deref().unwrap_or_default(),
    };
    let written = file.map_or(Ok(()), |file| {
        let text = document(results, &layout, &TextStyle::default());
        write_file(file, text.as_bytes(), arguments.figures.force.force)
    });
    let kept =
        file.filter(|_| written.is_ok() && format == Format::Json).map(|file| file.display().to_string());
    let files = Files { results: kept.as_deref(), ..layout.files };
    let shown = match (file, arguments.simulation.quiet) {
        (Some(_), true) => Ok(()),
        (Some(_), false) => {
            print(&document(results, &Layout { format: Format::Text, files, ..layout }, &screen_style()))
        }
        (None, is_quiet) => {
            let format = if is_quiet && format == Format::Text { Format::Oneline } else { format };
            print(&document(results, &Layout { format, ..layout }, &screen_style()))
        }
    };
    written.and(drawn.map(drop)).and(shown)
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
