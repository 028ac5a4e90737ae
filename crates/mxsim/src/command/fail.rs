//! `mxsim fail`: what happens when something fails, and what would help.

use super::side_by_side::Begun;
use super::span;
use crate::args::Fail;
use crate::exit::{Exit, Failure};
use mxsim_core::scenario::parse_moment;
use mxsim_core::study::TogetherOptions;
use mxsim_core::study::fail::{FailOptions, fail as fail_scenario, parse_how};
use mxsim_core::time::Time;

/// Simulates a scenario without and with the failure.
pub(crate) fn fail(arguments: &Fail) -> Result<Exit, Failure> {
    let begun = Begun::new(&arguments.side_by_side)?;
    let draft = begun.draft(&arguments.input)?;
    let options = options(arguments, begun.options(&draft.scenario))?;
    let study = begun.watched(&draft.scenario, |watch| fail_scenario(&draft.builder, &options, watch))?;
    begun.deliver(&study, &[&arguments.input], &[])
}

/// What was typed.
fn options(arguments: &Fail, together: TogetherOptions) -> Result<FailOptions, Failure> {
    let mut options = FailOptions::new(arguments.target.clone(), together);
    options.nodes = arguments.nodes.map(usize::from);
    options.how = arguments.how.as_deref().map(parse_how).transpose().map_err(Failure::usage)?;
    options.length = arguments.length.as_deref().map(|length| span("--for", length)).transpose()?;
    let moment = |text: &str| parse_moment(text).map_err(|why| Failure::usage(format!("--at: {why}")));
    let at = arguments.at.as_deref().map(moment).transpose()?;
    options.at = at.map(|at| at.since(Time::ZERO));
    Ok(options)
}
