//! `mxsim check`: what is wrong or doubtful with a scenario or a zone, without simulating.

use crate::args::{Check, PlainFormat};
use crate::diagnostics::{WIDTH, wrap};
use crate::exit::{Exit, Failure};
use crate::output::print;
use mxsim_core::scenario::{Place, Scenario, ScenarioError};
use mxsim_core::syntax::diagnostic::line_and_column;
use mxsim_import::ImportError;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Reads the input and says what it means.
pub(crate) fn check(arguments: &Check) -> Result<Exit, Failure> {
    let catalog = arguments.presets.catalog()?;
    match (mxsim_import::scenario_or_zone(&arguments.input, &catalog), arguments.format) {
        (Ok(scenario), _) if arguments.resolved => print(&scenario.resolved())?,
        (Ok(scenario), PlainFormat::Text) => print(&summary(&scenario))?,
        (Ok(scenario), PlainFormat::Json) => print(&pretty(&valid(&scenario)))?,
        (Err(ImportError::Scenario(error)), PlainFormat::Json) => {
            print(&pretty(&invalid(&error)))?;
            return Ok(Exit::Invalid);
        }
        (Err(error), _) => return Err(error.into()),
    }
    Ok(Exit::Met)
}

fn summary(scenario: &Scenario) -> String {
    let zone = &scenario.zones[0].zone;
    let mut text = format!("valid: mail for {}, {} a day\n\n", zone.domain, count(scenario.messages_per_day));
    let _ = writeln!(text, "  {:<24} {:<32} {:>10}", "node", "host", "fair share");
    for node in &scenario.nodes {
        let (name, host) = (shortened(&node.name, 24), shortened(&node.host, 32));
        let _ = writeln!(text, "  {name:<24} {host:<32} {:>8.1} %", node.fair_share * 100.0);
    }
    let _ = writeln!(text, "\n  {:<32} {:>8}  behaves like (grade)", "sender", "share");
    for sender in &scenario.senders {
        let like = format!("{} ({})", sender.preset, sender.grade.name());
        let name = shortened(&sender.name, 32);
        let _ = writeln!(text, "  {name:<32} {:>6.1} %  {like}", sender.share * 100.0);
    }
    for goal in &scenario.goals {
        item(&mut text, &format!("goal: {}", goal.text));
    }
    for caution in &scenario.cautions {
        item(&mut text, &format!("caution[{}]: {}", caution.code, caution.text));
    }
    text.push_str("\nNext: mxsim run SCENARIO, or mxsim check SCENARIO --resolved for every default\n");
    text
}

/// A paragraph of its own, wrapped under its indent.
fn item(text: &mut String, sentence: &str) {
    let lines = wrap(sentence, WIDTH - 4).replace('\n', "\n    ");
    let _ = writeln!(text, "\n  {lines}");
}

/// A name that fits its column and cannot drive the terminal.
fn shortened(name: &str, most: usize) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if name.chars().count() <= most {
        return name;
    }
    let start: String = name.chars().take(most - 1).collect();
    format!("{start}~")
}

fn count(messages: f64) -> String {
    format!("{messages:.0} messages")
}

fn valid(scenario: &Scenario) -> Value {
    json!({
        "schema": "mxsim.check/1",
        "valid": true,
        "fingerprint": scenario.fingerprint,
        "errors": [],
        "cautions": scenario.cautions,
    })
}

fn invalid(error: &ScenarioError) -> Value {
    let errors: Vec<Value> = error.diagnostics.iter().map(|one| finding(error, one)).collect();
    json!({ "schema": "mxsim.check/1", "valid": false, "fingerprint": null, "errors": errors,
        "errors_left_out": error.left_out, "cautions": [] })
}

fn finding(error: &ScenarioError, one: &mxsim_core::scenario::Diagnostic) -> Value {
    let source = &error.sources[one.source];
    let (line, column, pointer) = match &one.place {
        Place::File => (None, None, None),
        Place::Pointer(pointer) => (None, None, Some(pointer)),
        Place::Span { start, .. } => {
            let (line, column) = line_and_column(&source.text, *start);
            (Some(line), Some(column), None)
        }
    };
    json!({
        "code": one.code, "message": one.message, "help": one.help,
        "file": source.name, "line": line, "column": column, "pointer": pointer,
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
