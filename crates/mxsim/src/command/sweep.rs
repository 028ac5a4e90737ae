//! `mxsim sweep`: what a key of a scenario does.

use super::shard::shard;
use super::side_by_side::Begun;
use crate::args::Sweep;
use crate::exit::{Exit, Failure};
use crate::files::write_file;
use mxsim_core::results::GoalStatus;
use mxsim_core::study::shard::Asked;
use mxsim_core::study::sweep::{Sweep as Document, SweptKey, sweep as sweep_keys, sweep_shard, sweep_with};
use mxsim_core::study::{Shelf, StudyError};
use mxsim_report::study::StudyReport as _;
use std::path::PathBuf;

/// Sweeps the keys and says what they do.
pub(crate) fn sweep(arguments: &Sweep) -> Result<Exit, Failure> {
    let begun = Begun::new(&arguments.side_by_side)?;
    let Some(shard) = shard(&arguments.sharding, arguments.side_by_side.simulation.quiet)? else {
        return swept(arguments, &begun, None);
    };
    if arguments.csv.is_some() {
        return Err(Failure::usage("a part has no table; give --format csv to mxsim merge"));
    }
    let (keys, draft) = (keys(arguments)?, begun.draft(&arguments.input)?);
    let options = begun.options(&draft.scenario);
    let simulated = begun.simulated(asked(arguments), &[&draft.scenario], options);
    begun.write_part((&arguments.sharding, shard), (simulated, &draft.scenario), |watch, shelf| {
        sweep_shard((&draft.builder, &keys), (options, shard), watch, shelf)
    })
}

/// The same for all replications, those on `kept` included.
pub(super) fn swept(arguments: &Sweep, begun: &Begun<'_>, kept: Option<&dyn Shelf>) -> Result<Exit, Failure> {
    let (keys, draft) = (keys(arguments)?, begun.draft(&arguments.input)?);
    let options = begun.options(&draft.scenario);
    let simulated = || begun.simulated(asked(arguments), &[&draft.scenario], options);
    begun.with_checkpoint(
        (&arguments.sharding, simulated),
        &draft.scenario,
        |watch, checkpoint| match kept.or(checkpoint) {
            Some(shelf) => sweep_with((&draft.builder, &keys), options, watch, shelf),
            None => sweep_keys(&draft.builder, &keys, options, watch),
        },
        |swept| deliver(arguments, begun, &swept),
    )
}

fn keys(arguments: &Sweep) -> Result<Vec<SweptKey>, Failure> {
    let keys = arguments.keys.iter().map(|typed| SweptKey::parse(typed));
    keys.collect::<Result<Vec<_>, StudyError>>().map_err(Failure::usage)
}

fn asked(arguments: &Sweep) -> Asked {
    Asked::Sweep {
        input: arguments.input.clone(),
        keys: arguments.keys.clone(),
        domain: arguments.side_by_side.mail.domain.clone(),
    }
}

fn deliver(arguments: &Sweep, begun: &Begun<'_>, swept: &Document) -> Result<Exit, Failure> {
    let force = arguments.side_by_side.figures.force.force;
    let write = |file: &PathBuf| write_file(file, swept.csv().as_bytes(), force);
    let table = arguments.csv.as_ref().map_or(Ok(()), write);
    let exit = begun.deliver(swept, &[&arguments.input], &[])?;
    table?;
    Ok(match exit {
        // A goal that is missed somewhere is a miss, whatever it is elsewhere.
        Exit::CannotTell if is_missed_somewhere(swept) => Exit::Missed,
        exit => exit,
    })
}

fn is_missed_somewhere(swept: &Document) -> bool {
    swept.points.iter().any(|point| point.status == GoalStatus::Missed)
}
