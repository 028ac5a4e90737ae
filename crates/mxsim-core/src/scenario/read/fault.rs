//! What is wrong in an event: `fault`, and the key that it needs beside it.

use super::reading::Reading;
use crate::node::{Fault, Slowdown};
use crate::parameters::node::FaultKind;
use crate::parameters::span_at;
use crate::parameters::words::value_of;
use crate::smtp::Stage;
use crate::syntax::diagnostic::code;
use crate::syntax::tree::{Table, Value};

/// Keys that say how bad a fault is.
const MEASURES: [&str; 2] = ["factor", "delay"];

/// The fault at its stage, or in its measure. That it needs one, none or another is reported.
pub(super) fn read(event: &Value, table: &Table, reading: &mut Reading) -> Option<Fault> {
    let word = table.text("fault")?;
    let kind: FaultKind = value_of(word)?;
    let stage = table.get("stage");
    if stage.is_some() && stage.and_then(Value::as_text).and_then(value_of::<Stage>).is_none() {
        // Not a stage at all: reported with the shapes.
        return None;
    }
    if !has_its_measure(kind, word, (event, table), reading) {
        return None;
    }
    let fault = match (kind, stage) {
        (FaultKind::Slow, None) => Some(Fault::Slow(Slowdown::times(table.get("factor")?.as_number()?))),
        (FaultKind::Tarpit, None) => Some(Fault::Tarpit(span_at(table, "delay")?)),
        _ => kind.at(stage.and_then(Value::as_text).and_then(value_of)),
    };
    if fault.is_none() {
        report_stage(kind, word, stage, event, reading);
    }
    fault
}

/// True if an event has the key that says how bad its fault is, and no such key of another; else that is reported.
fn has_its_measure(
    kind: FaultKind,
    word: &str,
    (event, table): (&Value, &Table),
    reading: &mut Reading,
) -> bool {
    let own = kind.measure();
    if let Some(key) = own.filter(|key| table.get(key).is_none()) {
        let message = format!("events: `fault = \"{word}\"` needs a `{key}`");
        let example = if key == "delay" { "\"20s\"" } else { "10" };
        reading
            .report
            .error(code::MISSING, &event.place, message)
            .help(format!("add `{key} = {example}`, say"));
        return false;
    }
    let stray = MEASURES.iter().filter(|key| Some(**key) != own).find_map(|key| table.entry(key));
    if let Some(entry) = stray {
        let message = format!("events: `fault = \"{word}\"` has no `{}`", entry.key);
        reading
            .report
            .error(code::CONFLICT, &entry.key_place, message)
            .help(format!("remove `{}`", entry.key));
    }
    stray.is_none()
}

fn report_stage(kind: FaultKind, word: &str, stage: Option<&Value>, event: &Value, reading: &mut Reading) {
    let stages: Vec<String> = kind.stages().iter().map(|stage| format!("\"{}\"", stage.name())).collect();
    let Some(stage) = stage else {
        let message = format!("events: `fault = \"{word}\"` needs a `stage`");
        let help = format!("add `stage = ...`, one of {}", stages.join(", "));
        reading.report.error(code::MISSING, &event.place, message).help(help);
        return;
    };
    let written = stage.as_text().unwrap_or_default();
    let message = format!("events: `fault = \"{word}\"` does not show at the stage \"{written}\"");
    let help = if stages.is_empty() {
        format!(
            "remove `stage`; for an answer at the stage \"{written}\" write `fault = \"reject\"` or `\"disconnect\"`"
        )
    } else {
        format!("it may show at {}; a node whose TLS fails has `fault = \"disconnect\"`", stages.join(", "))
    };
    reading.report.error(code::CONFLICT, &stage.place, message).help(help);
}
