//! `mxsim size`: how many sessions and nodes the mail needs.

use super::side_by_side::Begun;
use super::span;
use crate::args::Size;
use crate::exit::{Exit, Failure};
use mxsim_core::study::size::{SizeOptions, size as size_nodes};
use mxsim_core::time::Span;

/// Longest outage whose end is looked at.
const LONGEST_OUTAGE: Span = Span::WEEK;

/// Sizes the nodes.
pub(crate) fn size(arguments: &Size) -> Result<Exit, Failure> {
    let begun = Begun::new(&arguments.side_by_side)?;
    let options = options(arguments)?;
    let draft = begun.draft(&arguments.input)?;
    let together = begun.options(&draft.scenario);
    let sizing =
        begun.watched(&draft.scenario, |watch| size_nodes(&draft.builder, &options, together, watch))?;
    begun.deliver(&sizing, &[&arguments.input])
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
