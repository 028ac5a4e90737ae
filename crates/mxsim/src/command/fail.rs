//! `mxsim fail`: what happens when something fails, and what would help.

use super::side_by_side::{deliver, exit, watched_study};
use super::span;
use crate::args::Fail;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use mxsim_core::scenario::{Scenario, parse_moment};
use mxsim_core::study::fail::{FailOptions, fail as fail_scenario, parse_how};
use mxsim_core::time::Time;
use mxsim_report::study::Asked;

/// Simulates a scenario without and with the failure.
pub(crate) fn fail(arguments: &Fail) -> Result<Exit, Failure> {
    let watch = Progress::start(&arguments.simulation.simulation())?;
    let catalog = arguments.presets.catalog()?;
    let draft = mxsim_import::draft(&arguments.input, arguments.mail.domain.as_deref(), &catalog)?;
    let options = options(arguments, &draft.scenario)?;
    let study = watched_study(&draft.scenario, &arguments.simulation, &watch, |watch| {
        fail_scenario(&draft.builder, &options, watch)
    })?;
    let asked = Asked { input: &arguments.input, full: arguments.output.full };
    deliver(&study, &asked, (&arguments.output, &arguments.figures), arguments.simulation.quiet)?;
    Ok(exit(study.said.answer, study.made.partial, &arguments.simulation))
}

/// What was typed.
fn options(arguments: &Fail, scenario: &Scenario) -> Result<FailOptions, Failure> {
    let together = arguments.simulation.options(scenario);
    let mut options = FailOptions::new(arguments.target.clone(), together);
    options.nodes = arguments.nodes.map(usize::from);
    options.how = arguments.how.as_deref().map(parse_how).transpose().map_err(Failure::usage)?;
    options.length = arguments.length.as_deref().map(|length| span("--for", length)).transpose()?;
    let moment = |text: &str| parse_moment(text).map_err(|why| Failure::usage(format!("--at: {why}")));
    let at = arguments.at.as_deref().map(moment).transpose()?;
    options.at = at.map(|at| at.since(Time::ZERO));
    Ok(options)
}
