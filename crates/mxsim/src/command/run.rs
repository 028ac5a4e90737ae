//! `mxsim run`: simulate scenarios and judge their goals.

use super::{exit_for, overrides, run_options, span, watched};
use crate::args::{Format, Run};
use crate::exit::{Exit, Failure};
use crate::figures::{drawn, figures_of};
use crate::output::{self, Layout, document, format_for, print, screen_style};
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::RunOverrides;
use mxsim_core::study::simulate;
use mxsim_core::time::Span;
use mxsim_report::{Files, TextStyle};

/// Runs every scenario in turn; the worst answer decides the exit code.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Failure> {
    let is_filed = arguments.output.output.is_some() || arguments.figures.figures.is_some();
    if arguments.scenarios.len() > 1 && is_filed {
        return Err(Failure::usage(
            "-o and --figures take the results of one scenario; run them one by one, or redirect",
        ));
    }
    arguments.scenarios.iter().try_for_each(|path| output::is_no_input(&arguments.output, path))?;
    if arguments.scenarios.iter().filter(|path| *path == "-").count() > 1 {
        return Err(Failure::usage("only one of the scenarios can come from standard input"));
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
        worst = worst.worse(exit_for(&results, arguments.judged));
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
    let options = run_options(&scenario, &arguments.simulation, arguments.judged);
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
