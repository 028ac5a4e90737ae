//! `mxsim ask`: an answer without a scenario file. Where a closed form is valid it answers at once; with `--replications` a simulation stands
//! beside it. Everything else is simulated.

mod closed_form;
mod plausible;

use super::{exit_for, overrides, simulate_watched};
use crate::args::{Ask, PlainFormat};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use closed_form::ClosedForm;
use mxsim_core::catalog::Catalog;
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use serde_json::{Value, json};
use std::path::Path;

/// The most equal MX a closed form and a screen are good for.
const MOST_MX: usize = 100;

/// Answers for N equal MX or for a zone.
pub(crate) fn ask(arguments: &Ask) -> Result<Exit, Failure> {
    check_total(&arguments.top)?;
    let mut scenario = scenario(&arguments.design, &arguments.top, &arguments.presets.catalog()?)?;
    let closed = closed_form::of(&scenario);
    let asked = overrides(&arguments.simulation);
    scenario.run.replications = asked.replications.or(scenario.run.replications);
    scenario.run.seed = asked.seed.unwrap_or(scenario.run.seed);
    let results = match (&closed, asked.replications) {
        (Ok(_), None) => None,
        _ => Some(simulate_watched(&scenario, &arguments.simulation)?),
    };
    match arguments.format {
        PlainFormat::Text => print(&screen(&closed, results.as_ref()))?,
        PlainFormat::Json => print(&format!("{:#}\n", document(&closed, results.as_ref())))?,
    }
    let simulated = results.map(|results| exit_for(&results, &arguments.simulation));
    Ok(match (&closed, simulated) {
        (Ok(form), None) => form.exit(arguments.simulation.exit_zero),
        // What the closed form knows exactly the simulation need not have decided.
        (Ok(form), Some(Exit::CannotTell)) => form.exit(arguments.simulation.exit_zero),
        (_, Some(simulated)) => simulated,
        (Err(_), None) => Exit::CannotTell,
    })
}

/// More than all mail cannot come from the largest senders.
fn check_total(percent: &[f64]) -> Result<(), Failure> {
    let total: f64 = percent.iter().sum();
    // Sums of decimals such as 33.3 may miss 100 by a hair.
    if total > 100.0 + 1e-9 {
        let total = (total * 100.0).round() / 100.0;
        return Err(Failure::usage(format!(
            "--top: your largest senders add up to {total} %, which is more than all mail; lower one of them"
        )));
    }
    Ok(())
}

/// A number, zone text, a zone file, or standard input.
fn scenario(design: &str, top: &[f64], catalog: &Catalog) -> Result<Scenario, Failure> {
    let design = design.trim();
    if design.is_empty() {
        return Err(Failure::usage("ask: expected a number of equal MX such as 3, or a zone, found nothing"));
    }
    if design.parse::<f64>().is_ok() && !Path::new(design).exists() {
        return match design.parse::<usize>() {
            Ok(n) if (1..=MOST_MX).contains(&n) => Ok(mxsim_import::equal_mx_scenario(n, top, catalog)?),
            _ => Err(Failure::usage(format!(
                "ask: expected a whole number from 1 to {MOST_MX} of equal MX, found {design}"
            ))),
        };
    }
    let pasted = design.split_whitespace().count() > 1 && !Path::new(design).exists();
    let (name, text) =
        if pasted { ("zone", design.to_owned()) } else { (design, mxsim_import::read_text(design)?) };
    Ok(mxsim_import::zone_scenario(name, &text, top, catalog)?)
}

fn screen(closed: &Result<ClosedForm, String>, results: Option<&Results>) -> String {
    match closed {
        Ok(form) => form.screen(results),
        Err(why) => {
            let why = format!("The closed form says nothing here: {why}. So this is simulated.");
            let report = results.map(|results| mxsim_report::text(results, &screen_style()));
            format!("{}\n\n{}", wrap(&why, WIDTH), report.unwrap_or_default())
        }
    }
}

fn document(closed: &Result<ClosedForm, String>, results: Option<&Results>) -> Value {
    json!({
        "schema": "mxsim.ask/1",
        "closed_form": closed.as_ref().ok().map(ClosedForm::json),
        "closed_form_not_valid_because": closed.as_ref().err(),
        "simulation": results,
    })
}
