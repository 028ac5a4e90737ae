//! `mxsim ask`: an answer without a scenario file. Where a closed form is valid it answers at once; with `--replications` a simulation stands
//! beside it. Everything else is simulated.

use super::{exit_for, exit_for_answer, run_options, watched};
use crate::args::{Ask, Judged, PlainFormat};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use crate::progress::Progress;
use mxsim_core::catalog::Catalog;
use mxsim_core::numerals::to_digits;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::ask::{AskOptions, Asked, Simulate, ask as ask_scenario, ask_at_once};
use mxsim_import::Question;
use mxsim_report::ask::{oneline, screen};
use mxsim_report::pretty;
use std::path::Path;

/// The most equal MX a closed form and a screen are good for.
const MOST_MX: usize = 100;

/// Answers for N equal MX or for a zone.
pub(crate) fn ask(arguments: &Ask) -> Result<Exit, Failure> {
    check_total(&arguments.top)?;
    let simulation = &arguments.simulation;
    // A closed form is there before anybody could watch it.
    let reads_file = !is_number(&arguments.design);
    let mut watch = reads_file.then(|| Progress::start(simulation)).transpose()?;
    let scenario = scenario(arguments, &arguments.presets.catalog()?)?;
    let options = options(arguments, &scenario);
    let asked = match ask_at_once(&scenario, options.simulate) {
        Some(asked) => asked,
        None => {
            let watch = match &mut watch {
                Some(watch) => watch,
                none => none.insert(Progress::start(simulation)?),
            };
            watched(&scenario, simulation, watch, |watch| ask_scenario(&scenario, options, watch))?
        }
    };
    match arguments.format {
        PlainFormat::Text if simulation.quiet => print(&oneline(&asked))?,
        PlainFormat::Text => {
            print(&screen(&asked, file(&arguments.design), arguments.full, &screen_style()))?
        }
        PlainFormat::Json => print(&pretty(&asked))?,
    }
    Ok(exit(&asked, arguments.judged))
}

/// The file that was asked about; a text that was typed has none, like standard input.
fn file(design: &str) -> &str {
    if Path::new(design).is_file() { design } else { "-" }
}

/// A zone is simulated as `run` does it; N equal MX have a closed form.
fn options(arguments: &Ask, scenario: &Scenario) -> AskOptions {
    let simulate = match (is_number(&arguments.design), arguments.simulation.replications) {
        (false, _) => Simulate::Only,
        (true, Some(_)) => Simulate::Always,
        (true, None) => Simulate::WhereNeeded,
    };
    AskOptions::new(run_options(scenario, &arguments.simulation, arguments.judged), simulate)
}

/// What the closed form knows exactly the simulation need not have decided.
fn exit(asked: &Asked, judged: Judged) -> Exit {
    let closed = asked.closed_form.as_ref().map(|form| exit_for_answer(form.answer, judged));
    let simulated = asked.simulation.as_ref().map(|results| exit_for(results, judged));
    match (closed, simulated) {
        (Some(closed), None | Some(Exit::CannotTell)) => closed,
        (_, Some(simulated)) => simulated,
        (None, None) => Exit::CannotTell,
    }
}

/// More than all mail cannot come from the largest senders.
fn check_total(percent: &[f64]) -> Result<(), Failure> {
    let total: f64 = percent.iter().sum();
    // Sums of decimals such as 33.3 may miss 100 by a hair.
    if total > 100.0 + 1e-9 {
        // As they were typed, and without that hair.
        let total = to_digits(total, 8);
        return Err(Failure::usage(format!(
            "--top: your largest senders add up to {total} %, which is more than all mail; lower one of them"
        )));
    }
    Ok(())
}

/// A number, zone text, a zone file, or standard input.
fn scenario(arguments: &Ask, catalog: &Catalog) -> Result<Scenario, Failure> {
    let (design, top) = (arguments.design.trim(), &arguments.top);
    if design.is_empty() {
        return Err(Failure::usage("ask: expected a number of equal MX such as 3, or a zone, found nothing"));
    }
    if is_number(design) {
        return match design.parse::<usize>() {
            Ok(n) if (1..=MOST_MX).contains(&n) => Ok(mxsim_import::equal_mx_scenario(n, top, catalog)?),
            _ => Err(Failure::usage(format!(
                "ask: expected a whole number from 1 to {MOST_MX} of equal MX, found {design}"
            ))),
        };
    }
    let is_file = Path::new(design).exists();
    // Of an address of mail, the domain.
    let domain =
        design.rsplit_once('@').filter(|(user, _)| !user.is_empty()).map_or(design, |(_, domain)| domain);
    if !is_file && is_domain(domain) {
        return Err(Failure::file(format!(
            "{design} is no file; if {domain} is your domain, type: dig +noall +answer MX {domain} | mxsim ask -"
        )));
    }
    let pasted = design.split_whitespace().count() > 1 && !is_file;
    let (name, zone) =
        if pasted { ("zone", design.to_owned()) } else { (design, mxsim_import::read_zone(design)?) };
    let question = Question { zone: &zone, domain: arguments.mail.domain.as_deref(), top };
    Ok(mxsim_import::zone_scenario(name, question, catalog)?)
}

fn is_number(design: &str) -> bool {
    let design = design.trim();
    design.parse::<f64>().is_ok() && !Path::new(design).exists()
}

/// True for what may be the name of a mail domain and of no file.
fn is_domain(text: &str) -> bool {
    let last = text.trim_end_matches('.').rsplit_once('.').map(|(_, last)| last);
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let ends = ["txt", "zone", "dns", "db", "toml", "json", "log"];
    is_name && last.is_some_and(|last| last.len() > 1 && !ends.contains(&last))
}
