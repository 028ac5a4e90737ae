//! `mxsim check`: what is wrong or doubtful with a scenario or a zone, without simulating.

use crate::args::{Check, CheckFormat};
use crate::exit::{Exit, Failure};
use crate::output::print;
use mxsim_core::scenario::diagnostic::line_and_column;
use mxsim_core::scenario::{Place, Scenario, ScenarioError};
use mxsim_import::ImportError;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Reads the input and says what it means.
pub(crate) fn check(arguments: &Check) -> Result<Exit, Failure> {
    match (mxsim_import::scenario_or_zone(&arguments.input), arguments.format) {
        (Ok(scenario), _) if arguments.resolved => print(&scenario.resolved())?,
        (Ok(scenario), CheckFormat::Text) => print(&summary(&scenario))?,
        (Ok(scenario), CheckFormat::Json) => print(&pretty(&valid(&scenario)))?,
        (Err(ImportError::Scenario(error)), CheckFormat::Json) => {
            print(&pretty(&invalid(&error)))?;
            return Ok(Exit::Invalid);
        }
        (Err(error), _) => return Err(error.into()),
    }
    Ok(Exit::Met)
}

fn summary(scenario: &Scenario) -> String {
    let zone = &scenario.zones[0].zone;
    let mut text = format!(
        "{}: valid. {} of {} a day.\n\n",
        zone.domain,
        scenario.title,
        count(scenario.messages_per_day)
    );
    let _ = writeln!(text, "  {:<24} {:<24} {:>10}", "node", "host", "fair share");
    for node in &scenario.nodes {
        let _ = writeln!(text, "  {:<24} {:<24} {:>8.1} %", node.name, node.host, node.fair_share * 100.0);
    }
    let _ = writeln!(text, "\n  {:<40} {:>8}  behaves like (grade)", "sender", "share");
    for sender in &scenario.senders {
        let like = format!("{} ({})", sender.preset, sender.grade.name());
        let _ = writeln!(text, "  {:<40} {:>6.1} %  {like}", sender.name, sender.share * 100.0);
    }
    for goal in &scenario.goals {
        let _ = writeln!(text, "\n  goal: {}", goal.text);
    }
    for caution in &scenario.cautions {
        let _ = writeln!(text, "\n  caution[{}]: {}", caution.code, caution.text);
    }
    text.push_str("\nNext: mxsim run SCENARIO, or mxsim check SCENARIO --resolved for every default\n");
    text
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
    json!({ "schema": "mxsim.check/1", "valid": false, "fingerprint": null, "errors": errors, "cautions": [] })
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
