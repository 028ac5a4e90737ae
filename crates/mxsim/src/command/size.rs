//! `mxsim size`: how many sessions and nodes the mail needs.

use super::side_by_side::{deliver, exit, watched_study};
use super::span;
use crate::args::Size;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use mxsim_core::study::size::{SizeOptions, size as size_nodes};
use mxsim_core::time::Span;
use mxsim_report::study::Asked;

/// Longest outage whose end is looked at.
const LONGEST_OUTAGE: Span = Span::WEEK;

/// Sizes the nodes.
pub(crate) fn size(arguments: &Size) -> Result<Exit, Failure> {
    let watch = Progress::start(&arguments.simulation.simulation())?;
    let catalog = arguments.presets.catalog()?;
    let options = options(arguments)?;
    let draft = mxsim_import::draft(&arguments.input, arguments.mail.domain.as_deref(), &catalog)?;
    let together = arguments.simulation.options(&draft.scenario);
    let sizing = watched_study(&draft.scenario, &arguments.simulation, &watch, |watch| {
        size_nodes(&draft.builder, &options, together, watch)
    })?;
    let asked = Asked { input: &arguments.input, full: arguments.output.full };
    let outputs = (&arguments.output, &arguments.figures);
    deliver(&sizing, &asked, outputs, arguments.simulation.quiet)?;
    Ok(exit(sizing.said.answer, sizing.made.partial, &arguments.simulation))
}

fn options(arguments: &Size) -> Result<SizeOptions, Failure> {
    let mut options = SizeOptions::default();
    options.survive = usize::from(arguments.survive);
    options.turned_away = arguments.turned_away / 100.0;
    options.busiest = arguments.busiest.map(|percent| percent / 100.0);
    options.growth = arguments.growth;
    options.sessions = arguments.sessions;
    options.session_time = arguments.session_time.as_deref().map(session_time).transpose()?;
    options.rate = arguments.rate;
    options.node_rate = arguments.node_rate;
    options.outage = outage(&arguments.outage)?;
    Ok(options)
}

fn session_time(text: &str) -> Result<Span, Failure> {
    let time = span("--session-time", text)?;
    if time == Span::ZERO {
        return Err(Failure::usage("--session-time: a session takes some time, such as 2s, found none"));
    }
    Ok(time)
}

fn outage(text: &str) -> Result<Span, Failure> {
    let outage = span("--outage", text)?;
    if outage == Span::ZERO || outage > LONGEST_OUTAGE {
        return Err(Failure::usage(format!(
            "--outage: expected a duration of up to {LONGEST_OUTAGE}, such as 1h, found {text:?}"
        )));
    }
    Ok(outage)
}
