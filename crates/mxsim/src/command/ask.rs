//! `mxsim ask`: an answer without a scenario file, by closed form and by a short simulation side by side.

mod closed_form;

use super::{exit_for, overrides, simulate_watched};
use crate::args::{Ask, CheckFormat};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use closed_form::ClosedForm;
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use serde_json::{Value, json};
use std::path::Path;

/// The most equal MX a closed form and a screen are good for.
const MOST_MX: usize = 100;

/// Replications of the simulation that stands beside a closed form: it confirms, and need not decide.
const BESIDE: u64 = 160;

/// Answers for N equal MX or for a zone.
pub(crate) fn ask(arguments: &Ask) -> Result<Exit, Failure> {
    let top = shares(&arguments.top)?;
    let mut scenario = scenario(&arguments.design, &top)?;
    let closed = closed_form::of(&scenario);
    let asked = overrides(&arguments.simulation);
    scenario.run.replications = asked.replications.or(closed.is_ok().then_some(BESIDE));
    scenario.run.seed = asked.seed.unwrap_or(scenario.run.seed);
    let results = simulate_watched(&scenario, &arguments.simulation)?;
    match arguments.format {
        CheckFormat::Text => print(&screen(&closed, &results))?,
        CheckFormat::Json => print(&format!("{:#}\n", document(&closed, &results)))?,
    }
    let simulated = exit_for(&results, &arguments.simulation);
    Ok(match &closed {
        // What the closed form knows exactly the simulation need not have decided.
        Ok(form) if simulated == Exit::CannotTell => form.exit(arguments.simulation.exit_zero),
        _ => simulated,
    })
}

/// `--top` as fractions.
fn shares(percent: &[f64]) -> Result<Vec<f64>, Failure> {
    let wrong = percent.iter().find(|share| !share.is_finite() || **share <= 0.0 || **share > 100.0);
    if let Some(share) = wrong {
        return Err(Failure::usage(format!(
            "--top: expected percentages above 0 and at most 100, found {share}"
        )));
    }
    let total: f64 = percent.iter().sum();
    if total > 100.0 {
        return Err(Failure::usage(format!(
            "--top: your largest senders add up to {total} %, which is more than all mail"
        )));
    }
    Ok(percent.to_vec())
}

/// A number, zone text, a zone file, or standard input.
fn scenario(design: &str, top: &[f64]) -> Result<Scenario, Failure> {
    if let Ok(n) = design.trim().parse::<usize>() {
        if !(1..=MOST_MX).contains(&n) {
            return Err(Failure::usage(format!("ask: expected 1 to {MOST_MX} equal MX, found {n}")));
        }
        return Ok(mxsim_import::equal_mx_scenario(n, top)?);
    }
    let pasted = design.split_whitespace().count() > 1 && !Path::new(design).exists();
    let (name, text) =
        if pasted { ("zone", design.to_owned()) } else { (design, mxsim_import::read_text(design)?) };
    Ok(mxsim_import::zone_scenario(name, &text, top)?)
}

fn screen(closed: &Result<ClosedForm, String>, results: &Results) -> String {
    match closed {
        Ok(form) => form.screen(results),
        Err(why) => format!(
            "The closed form says nothing here: {why}. So this is simulated.\n\n{}",
            mxsim_report::text(results, &screen_style())
        ),
    }
}

fn document(closed: &Result<ClosedForm, String>, results: &Results) -> Value {
    json!({
        "schema": "mxsim.ask/1",
        "closed_form": closed.as_ref().ok().map(ClosedForm::json),
        "closed_form_not_valid_because": closed.as_ref().err(),
        "simulation": results,
    })
}
