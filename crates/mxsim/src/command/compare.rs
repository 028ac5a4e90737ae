//! `mxsim compare`: which of several scenarios, or of several ways to publish the machines of one, is better.

use super::shard::shard;
use super::side_by_side::Begun;
use crate::args::Compare;
use crate::exit::{Exit, Failure};
use crate::output::print;
use mxsim_core::study::Shelf;
use mxsim_core::study::compare::{
    Candidate, Comparison, Design, compare as compare_candidates, compare_shard, compare_with, designs,
    left_out,
};
use mxsim_core::study::shard::Asked;
use mxsim_import::Draft;
use mxsim_report::study::plan;
use std::path::Path;

/// Compares them and says which is better.
pub(crate) fn compare(arguments: &Compare) -> Result<Exit, Failure> {
    let begun = Begun::new(&arguments.side_by_side)?;
    let Some(shard) = shard(&arguments.sharding, arguments.side_by_side.simulation.quiet)? else {
        return compared(arguments, &begun, None);
    };
    if arguments.plan {
        return Err(Failure::usage("a part has no plan; leave --plan out"));
    }
    let (first, candidates, _) = candidates(arguments, &begun)?;
    let options = begun.options(&first.scenario);
    let simulated = begun.simulated(asked(arguments), &[&first.scenario], options);
    begun.write_part((&arguments.sharding, shard), (simulated, &first.scenario), |watch, shelf| {
        compare_shard(&candidates, (options, shard), watch, shelf)
    })
}

/// The same for all replications, those on `kept` included.
pub(super) fn compared(
    arguments: &Compare,
    begun: &Begun<'_>,
    kept: Option<&dyn Shelf>,
) -> Result<Exit, Failure> {
    let (first, candidates, said) = candidates(arguments, begun)?;
    let options = begun.options(&first.scenario);
    let simulated = || begun.simulated(asked(arguments), &[&first.scenario], options);
    begun.with_checkpoint(
        (&arguments.sharding, simulated),
        &first.scenario,
        |watch, checkpoint| match kept.or(checkpoint) {
            Some(shelf) => compare_with(&candidates, options, watch, shelf),
            None => compare_candidates(&candidates, options, watch),
        },
        |mut comparison| {
            comparison.said.assumed.extend(said);
            deliver(arguments, begun, (&comparison, &first.scenario.title))
        },
    )
}

fn asked(arguments: &Compare) -> Asked {
    Asked::Compare {
        inputs: arguments.inputs.clone(),
        designs: arguments.designs.clone(),
        domain: arguments.side_by_side.mail.domain.clone(),
    }
}

fn deliver(
    arguments: &Compare,
    begun: &Begun<'_>,
    (comparison, title): (&Comparison, &str),
) -> Result<Exit, Failure> {
    if arguments.plan {
        print(&plan(comparison, title))?;
        return Ok(begun.exit(comparison));
    }
    let inputs: Vec<&str> = arguments.inputs.iter().map(String::as_str).collect();
    let designs = arguments.designs.join(",");
    let options = if designs.is_empty() { Vec::new() } else { vec!["--designs".into(), designs] };
    begun.deliver(comparison, &inputs, &options)
}

/// The first input, what is compared, and what was left out to do so.
fn candidates(
    arguments: &Compare,
    begun: &Begun<'_>,
) -> Result<(Draft, Vec<Candidate>, Vec<String>), Failure> {
    if let Some(twice) = twice(&arguments.designs) {
        return Err(Failure::usage(format!("--designs: {twice} is named twice; name each design once")));
    }
    if let Some(twice) = twice(&arguments.inputs) {
        return Err(Failure::usage(format!("{twice} is named twice; name each scenario once")));
    }
    let mut drafts =
        arguments.inputs.iter().map(|path| begun.draft(path)).collect::<Result<Vec<_>, Failure>>()?;
    if drafts.len() > 1 && !arguments.designs.is_empty() {
        return Err(Failure::usage(
            "--designs takes the machines of one scenario; name one, or leave it out",
        ));
    }
    if drafts.len() == 1 {
        let names = if arguments.designs.is_empty() { all() } else { arguments.designs.clone() };
        let asked = names.iter().map(|name| Design::named(name.trim())).collect::<Result<Vec<_>, _>>();
        let first = drafts.remove(0);
        let found = asked.and_then(|asked| designs(&first.builder, &asked)).map_err(Failure::usage)?;
        let said = left_out(&first.scenario).into_iter().map(|what| format!("left out: {what}")).collect();
        return Ok((first, found, said));
    }
    let names = names(&arguments.inputs);
    let candidate = |(draft, name): (&Draft, String)| Candidate {
        name,
        builder: draft.builder.clone(),
        is_design: false,
    };
    let found = drafts.iter().zip(names).map(candidate).collect();
    Ok((drafts.remove(0), found, Vec::new()))
}

/// An input that is named more than once; standard input can be read only once.
fn twice(inputs: &[String]) -> Option<&str> {
    let named = |(place, input): (usize, &String)| inputs[..place].contains(input).then_some(place);
    inputs.iter().enumerate().find_map(named).map(|place| inputs[place].as_str())
}

fn all() -> Vec<String> {
    Design::BY_RECORDS.map(|design| design.name().to_owned()).to_vec()
}

/// What the files are called: their names without folder and ending where that tells them apart.
fn names(inputs: &[String]) -> Vec<String> {
    let stem = |path: &String| {
        Path::new(path).file_stem().map_or(path.clone(), |stem| stem.to_string_lossy().into())
    };
    let stems: Vec<String> = inputs.iter().map(stem).collect();
    let mut apart = stems.clone();
    apart.sort_unstable();
    apart.dedup();
    if apart.len() == stems.len() { stems } else { inputs.to_vec() }
}
