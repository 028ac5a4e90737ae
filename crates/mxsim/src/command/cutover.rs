//! `mxsim cutover`: hosts are taken out of the zone; who still sends to them, and when can they be stopped.

use super::side_by_side::Begun;
use super::span;
use crate::args::Cutover;
use crate::exit::{Exit, Failure};
use crate::output::{is_no_input, print};
use mxsim_core::scenario::parse_moment;
use mxsim_core::study::TogetherOptions;
use mxsim_core::study::cutover::{CutoverOptions, LOWER_TTL, cutover as cut_over};
use mxsim_core::time::{Span, Time};
use mxsim_report::study::cutover_plan;

/// Cuts over and says what comes to the old hosts.
pub(crate) fn cutover(arguments: &Cutover) -> Result<Exit, Failure> {
    let begun = Begun::new(&arguments.side_by_side)?;
    if (arguments.old.as_str(), arguments.new.as_deref()) == ("-", Some("-")) {
        return Err(Failure::usage("only one of the two zones can come from standard input"));
    }
    let draft = begun.draft(&arguments.old)?;
    if let Some(new) = &arguments.new {
        is_no_input(&arguments.side_by_side.output, new)?;
    }
    let new = arguments.new.as_deref().map(|new| new_zone(new, begun.domain())).transpose()?;
    let options = options(arguments, begun.options(&draft.scenario))?;
    let document =
        begun.watched(&draft.scenario, |watch| cut_over(&draft.builder, new.as_deref(), options, watch))?;
    if arguments.plan {
        print(&cutover_plan(&document))?;
        return Ok(begun.exit(&document));
    }
    let inputs: Vec<&str> = std::iter::once(arguments.old.as_str()).chain(arguments.new.as_deref()).collect();
    let at = arguments.at.iter().flat_map(|at| ["--at".to_owned(), at.clone()]);
    begun.deliver(&document, &inputs, &at.collect::<Vec<String>>())
}

/// The text of the new zone, once it has been found to be one.
fn new_zone(path: &str, domain: Option<&str>) -> Result<String, Failure> {
    let text = mxsim_import::read_zone(path)?;
    let question = mxsim_import::Question { zone: &text, domain, top: &[] };
    mxsim_import::zone_scenario(path, question, mxsim_core::Catalog::builtin())?;
    Ok(text)
}

fn options(arguments: &Cutover, together: TogetherOptions) -> Result<CutoverOptions, Failure> {
    let named = |flag: &str, text: &Option<String>| text.as_deref().map(|text| span(flag, text)).transpose();
    let before = arguments.hours_before.map(|hours| Span::from_hours(i64::from(hours)));
    let lower = named("--lower-ttl", &arguments.lower_ttl)?;
    let mut options = CutoverOptions::new(together);
    if let Some(at) = &arguments.at {
        let at = parse_moment(at).map_err(|why| Failure::usage(format!("--at: {why}")))?;
        options = options.at(at.since(Time::ZERO));
    }
    if let Some(ttl) = lower.or(before.map(|_| LOWER_TTL)) {
        options = options.lower_ttl(ttl, before);
    }
    if let Some(watch) = named("--watch", &arguments.watch)? {
        options = options.watch(watch);
    }
    if let Some(stop) = named("--stop-after", &arguments.stop_after)? {
        options = options.stop_after(stop);
    }
    Ok(options)
}
