//! `[[events]]`: faults of nodes, once or again and again.

use super::nodes::report_unknown_node;
use super::planned::clock;
use super::reading::{Reading, share, tables};
use crate::node::{Fault, Outage, Schedule};
use crate::parameters::node::FaultKind;
use crate::parameters::span_at;
use crate::parameters::words::value_of;
use crate::results::EventKind;
use crate::scenario::model::{Node, PlannedEvent};
use crate::smtp::Stage;
use crate::syntax::diagnostic::code;
use crate::syntax::quantity;
use crate::syntax::shape::EVERY;
use crate::syntax::tree::{Table, Value};
use crate::time::{Span, Time};

/// Most single outages of a scenario; a repeated event counts as often as it comes. *Assumption*: more is a slip of the unit.
const MOST_OUTAGES: i64 = 1_000_000;

/// Puts the faults of `[[events]]` on the nodes; returns when each event goes on.
pub(super) fn read(
    document: &Table,
    run_length: Span,
    nodes: &mut [Node],
    reading: &mut Reading,
) -> Vec<PlannedEvent> {
    let mut planned = Vec::new();
    let mut outages: Vec<Vec<Outage>> = vec![Vec::new(); nodes.len()];
    let mut left = MOST_OUTAGES;
    for (value, table) in tables(document, "events") {
        let hit = hit_nodes(table, nodes, reading);
        let Some(event) = event(value, table, reading) else { continue };
        if event.at.0 >= run_length.0 {
            let text = format!(
                "an event at {} comes after the end of the run ({run_length}); lengthen run_length",
                Span(event.at.0)
            );
            reading.caution("event-after-run", text);
        }
        left = left.saturating_sub(event.times(run_length).saturating_mul(hit.len() as i64));
        if left < 0 {
            let message = format!("the events make more than {MOST_OUTAGES} single outages");
            reading
                .report
                .error(code::OUT_OF_RANGE, &value.place, message)
                .help("raise `every` or shorten the run");
            return Vec::new();
        }
        let during = event.outages(run_length).map(|outage| (outage.from, outage.to)).collect();
        for node in &hit {
            outages[*node].extend(event.outages(run_length));
        }
        let text = event.text(&hit, nodes);
        planned.push(PlannedEvent { text, kind: EventKind::Fault, nodes: hit, during });
    }
    for (node, outages) in nodes.iter_mut().zip(outages) {
        node.faults = Schedule::new(outages);
    }
    planned
}

/// An event without its nodes.
struct Event {
    at: Time,
    length: Span,
    every: Option<Span>,
    fault: Fault,
    share: f64,
}

fn event(value: &Value, table: &Table, reading: &mut Reading) -> Option<Event> {
    Some(Event {
        at: quantity::moment(&table.get("at")?.written()).ok()?,
        length: span_at(table, "for")?,
        every: span_at(table, "every").filter(|every| *every > Span::ZERO),
        fault: fault(value, table, reading)?,
        share: table.get("share").map_or(Some(1.0), share)?,
    })
}

/// The fault at its stage. That it needs one, none or another is reported.
fn fault(event: &Value, table: &Table, reading: &mut Reading) -> Option<Fault> {
    let word = table.text("fault")?;
    let kind: FaultKind = value_of(word)?;
    let stage = table.get("stage");
    if stage.is_some() && stage.and_then(Value::as_text).and_then(value_of::<Stage>).is_none() {
        // Not a stage at all: reported with the shapes.
        return None;
    }
    let fault = kind.at(stage.and_then(Value::as_text).and_then(value_of));
    if fault.is_none() {
        report_stage(kind, word, stage, event, reading);
    }
    fault
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

impl Event {
    /// What it is: `mx1, mx2: reject at data from 10:00 for 1h`.
    fn text(&self, hit: &[usize], nodes: &[Node]) -> String {
        let names: Vec<&str> = hit.iter().map(|&node| nodes[node].name.as_str()).collect();
        let who =
            if hit.len() == nodes.len() && hit.len() > 1 { "every node".into() } else { names.join(", ") };
        let stage = self.fault.stage().map(|stage| format!(" at {}", stage.name())).unwrap_or_default();
        let every = self.every.map(|every| format!(" every {every}")).unwrap_or_default();
        let share = if self.share < 1.0 {
            format!(", {} % of connections", self.share * 100.0)
        } else {
            String::new()
        };
        format!(
            "{who}: {}{stage} from {} for {}{every}{share}",
            self.fault.name(),
            clock(self.at),
            self.length
        )
    }

    /// How often it comes before the run is over.
    fn times(&self, run_length: Span) -> i64 {
        match self.every {
            Some(every) if self.at.0 < run_length.0 => (run_length.0 - self.at.0 - 1) / every.0 + 1,
            _ => 1,
        }
    }

    fn outages(&self, run_length: Span) -> impl Iterator<Item = Outage> {
        let step = self.every.unwrap_or(Span::ZERO);
        (0..self.times(run_length)).map(move |i| {
            let from = self.at + step.saturating_mul(i);
            Outage { from, to: quantity::end(from, self.length), fault: self.fault, share: self.share }
        })
    }
}

/// The nodes an event names, each once; unknown ones are reported.
fn hit_nodes(table: &Table, nodes: &[Node], reading: &mut Reading) -> Vec<usize> {
    let Some(value) = table.get("node") else { return Vec::new() };
    let names: Vec<&Value> = value.as_list().map_or_else(|| vec![value], |items| items.iter().collect());
    let mut hit = Vec::new();
    for item in names {
        let Some(name) = item.as_text() else { continue };
        if name == EVERY {
            return (0..nodes.len()).collect();
        }
        match nodes.iter().position(|node| node.name == name) {
            Some(at) if !hit.contains(&at) => hit.push(at),
            Some(_) => {}
            None => {
                let known: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
                report_unknown_node(name, &item.place, &known, reading);
            }
        }
    }
    hit
}
