//! `mxsim trace`: what happens to a message of one sender, and why.

use crate::args::{StoryFormat, Trace as Arguments};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use mxsim_core::scenario::{Scenario, parse_moment};
use mxsim_core::study::trace::{TraceError, TraceOptions, trace as follow};
use mxsim_core::time::Time;
use mxsim_report::{pretty, trace as story};

/// Follows the messages and tells their story.
pub(crate) fn trace(arguments: &Arguments) -> Result<Exit, Failure> {
    let (scenario, _) = mxsim_import::scenario_or_zone(
        &arguments.input,
        arguments.mail.domain.as_deref(),
        &arguments.presets.catalog()?,
    )?;
    let trace = follow(&scenario, &options(arguments, &scenario)?).map_err(failure)?;
    print(&match arguments.format {
        StoryFormat::Text => story::screen(&trace, &arguments.input, &screen_style()),
        StoryFormat::Md => story::markdown(&trace, &arguments.input),
        StoryFormat::Json => pretty(&trace),
    })?;
    Ok(Exit::Met)
}

fn failure(error: TraceError) -> Failure {
    match error {
        TraceError::TooLarge(_) => Failure::invalid(error),
        TraceError::UnknownSender { .. } | TraceError::WhichSender(_) => {
            Failure::usage(format!("--sender: {error}"))
        }
    }
}

fn options(arguments: &Arguments, scenario: &Scenario) -> Result<TraceOptions, Failure> {
    let at = parse_moment(&arguments.at).map_err(|why| Failure::usage(format!("--at: {why}")))?;
    if at >= Time::ZERO + scenario.run.run_length {
        let text = format!("--at: the run ends after {}; choose an earlier time", scenario.run.run_length);
        return Err(Failure::usage(text));
    }
    let options = TraceOptions::first(usize::from(arguments.messages))
        .at(at)
        .only_deferred(arguments.deferred)
        .seed(arguments.seed.unwrap_or(scenario.run.seed));
    Ok(match &arguments.sender {
        Some(name) => options.sender(name),
        None => options,
    })
}
