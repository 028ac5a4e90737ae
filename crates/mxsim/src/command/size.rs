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
    begun.deliver(&sizing, &[&arguments.input], &typed(arguments))
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

/// The options that say what is asked for.
fn typed(arguments: &Size) -> Vec<String> {
    let percent = |percent: f64| format!("{percent}%");
    let per_second = |rate: f64| format!("{rate}/s");
    let options = [
        ("--survive", (arguments.survive != 1).then(|| arguments.survive.to_string())),
        ("--busiest", arguments.busiest.map(percent)),
        ("--turned-away", (arguments.turned_away != 1.0).then(|| percent(arguments.turned_away))),
        ("--growth", (arguments.growth != 1.0).then(|| format!("{}x", arguments.growth))),
        ("--sessions", arguments.sessions.map(|sessions| sessions.to_string())),
        ("--session-time", arguments.session_time.clone()),
        ("--rate", arguments.rate.map(per_second)),
        ("--node-rate", arguments.node_rate.map(per_second)),
        ("--outage", (arguments.outage != "1h").then(|| arguments.outage.clone())),
    ];
    let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
    given.flatten().collect()
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
