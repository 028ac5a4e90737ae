//! `mxsim compare`: which of several scenarios, or of several ways to publish the machines of one, is better.

use super::side_by_side::{deliver, exit, watched_study};
use crate::args::Compare;
use crate::exit::{Exit, Failure};
use crate::output::print;
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::study::compare::{Candidate, Design, compare as compare_candidates, designs, left_out};
use mxsim_import::Draft;
use mxsim_report::study::{Asked, plan};
use std::path::Path;

/// Compares them and says which is better.
pub(crate) fn compare(arguments: &Compare) -> Result<Exit, Failure> {
    let watch = Progress::start(&arguments.simulation.simulation())?;
    let catalog = arguments.presets.catalog()?;
    let (first, candidates, said) = candidates(arguments, &catalog)?;
    let options = arguments.simulation.options(&first.scenario);
    let mut comparison = watched_study(&first.scenario, &arguments.simulation, &watch, |watch| {
        compare_candidates(&candidates, options, watch)
    })?;
    comparison.said.assumed.extend(said);
    if arguments.plan {
        print(&plan(&comparison, &first.scenario.title))?;
    } else {
        let asked = Asked { input: &arguments.inputs.join(" "), full: arguments.output.full };
        let outputs = (&arguments.output, &arguments.figures);
        deliver(&comparison, &asked, outputs, arguments.simulation.quiet)?;
    }
    Ok(exit(comparison.said.answer, comparison.made.partial, &arguments.simulation))
}

/// The first input, what is compared, and what was left out to do so.
fn candidates(
    arguments: &Compare,
    catalog: &Catalog,
) -> Result<(Draft, Vec<Candidate>, Vec<String>), Failure> {
    let read = |path: &String| mxsim_import::draft(path, arguments.mail.domain.as_deref(), catalog);
    let mut drafts = arguments.inputs.iter().map(read).collect::<Result<Vec<_>, _>>()?;
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

fn all() -> Vec<String> {
    Design::ALL.map(|design| design.name().to_owned()).to_vec()
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
