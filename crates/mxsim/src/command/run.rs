//! `mxsim run`: simulate scenarios and judge their goals.

use super::{exit_for, overrides, run_options, span, watched};
use crate::args::{Format, Run};
use crate::exit::{Exit, Failure};
use crate::output::{document, format_for, print, screen_style, write_file};
use mxsim_core::results::Results;
use mxsim_core::study::simulate;
use mxsim_core::time::Span;
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
    for (i, path) in arguments.scenarios.iter().enumerate() {
        let scenario = mxsim_import::scenario(path, &catalog, overrides.clone())?;
        let options = run_options(&scenario, &arguments.simulation);
        let results = watched(&scenario, &arguments.simulation, |watch| simulate(&scenario, options, watch))?;
        deliver(&results, arguments, i > 0)?;
        worst = worst.worse(exit_for(&results, &arguments.simulation));
        if results.provenance.partial {
            break;
        }
    }
    Ok(worst)
}

/// The length of a window; a scenario asks for a minute at least, too.
fn window(text: &str) -> Result<Span, Failure> {
    let window = span("--window", text)?;
    if window < Span::MINUTE {
        return Err(Failure::usage(format!("--window: expected a duration of at least 1m, found {text:?}")));
    }
    Ok(window)
}

/// Writes the document where it was asked for; with a file, the screen still shows the answer.
fn deliver(results: &Results, arguments: &Run, again: bool) -> Result<(), Failure> {
    let file = arguments.output.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = format_for(arguments.output.format, file);
    let screen = screen_style();
    let Some(file) = file else {
        let gap = if again && format == Format::Text { "\n" } else { "" };
        return print(&format!("{gap}{}", document(results, format, &screen, &[])));
    };
    write_file(file, document(results, format, &mxsim_report::TextStyle::default(), &[]).as_bytes())?;
    if arguments.simulation.quiet {
        return Ok(());
    }
    print(&document(results, Format::Text, &screen, &[]))
}
