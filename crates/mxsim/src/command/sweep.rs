//! `mxsim sweep`: what a key of a scenario does.

use super::side_by_side::Begun;
use crate::args::Sweep;
use crate::exit::{Exit, Failure};
use crate::files::write_file;
use mxsim_core::results::GoalStatus;
use mxsim_core::study::StudyError;
use mxsim_core::study::sweep::{Sweep as Document, SweptKey, sweep as sweep_keys};
use mxsim_report::study::StudyReport as _;
use std::path::PathBuf;

/// Sweeps the keys and says what they do.
pub(crate) fn sweep(arguments: &Sweep) -> Result<Exit, Failure> {
    let (asked, begun) = (&arguments.side_by_side, Begun::new(&arguments.side_by_side)?);
    let keys =
        arguments.keys.iter().map(|typed| SweptKey::parse(typed)).collect::<Result<Vec<_>, StudyError>>();
    let keys = keys.map_err(Failure::usage)?;
    let draft = begun.draft(&arguments.input)?;
    let options = begun.options(&draft.scenario);
    let swept = begun.watched(&draft.scenario, |watch| sweep_keys(&draft.builder, &keys, options, watch))?;
    let write = |file: &PathBuf| write_file(file, swept.csv().as_bytes(), asked.figures.force.force);
    let table = arguments.csv.as_ref().map_or(Ok(()), write);
    let exit = begun.deliver(&swept, &[&arguments.input], &[])?;
    table?;
    Ok(match exit {
        // A goal that is missed somewhere is a miss, whatever it is elsewhere.
        Exit::CannotTell if is_missed_somewhere(&swept) => Exit::Missed,
        exit => exit,
    })
}

fn is_missed_somewhere(swept: &Document) -> bool {
    swept.points.iter().any(|point| point.status == GoalStatus::Missed)
}
