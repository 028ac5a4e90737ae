//! Nodes and groups that fail at random: `mtbf`, `mttr` and `outage` of `[nodes.NAME]` and `[groups.NAME]`.

use super::capacity::how_long;
use super::reading::Reading;
use crate::node::{Fault, RandomOutages};
use crate::parameters::node::FaultKind;
use crate::parameters::words::value_of;
use crate::scenario::model::Node;
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::shape::EVERY;
use crate::syntax::suggest::some_of;
use crate::syntax::tree::Table;
use crate::time::Span;

/// Most outages of all nodes in a replication, about. *Assumption*: more is a slip of the unit.
const MOST: f64 = 100_000.0;
/// The longest warm-up.
const WARM_UP: Span = Span::from_hours(7 * 24);

/// Reads them, and tells the nodes that they fail.
pub(super) fn read(
    document: &Table,
    run_length: Span,
    nodes: &mut [Node],
    reading: &mut Reading,
) -> Vec<RandomOutages> {
    let mut all = Vec::new();
    let own: Vec<(String, Vec<usize>)> =
        nodes.iter().enumerate().map(|(place, node)| (node.name.clone(), vec![place])).collect();
    if let Some(table) = document.table("nodes") {
        for (name, places) in own {
            all.extend(one(&of_node(table, &name), format!("node {name}"), places, reading));
        }
    }
    for entry in document.table("groups").map_or(&[][..], |groups| &groups.entries) {
        let Some(of_group) = entry.value.as_table() else { continue };
        let is_in = |place: &usize| nodes[*place].groups.contains(&entry.key);
        let places: Vec<usize> = (0..nodes.len()).filter(is_in).collect();
        if places.is_empty() {
            report_empty(&entry.key, &entry.key_place, nodes, reading);
        }
        all.extend(one(of_group, format!("group {}", entry.key), places, reading));
    }
    report_too_many(&all, run_length, document, reading);
    for random in &all {
        for place in &random.nodes {
            let faults = std::mem::take(&mut nodes[*place].faults);
            nodes[*place].faults = faults.failing_at_random(random.fault);
        }
    }
    all
}

/// How a node fails at random: each key of its own, else that of every node.
fn of_node(nodes: &Table, name: &str) -> Table {
    let key = |key: &&str| {
        let has = |table: &&Table| table.get(key).is_some();
        let table = nodes.table(name).filter(has).or_else(|| nodes.table(EVERY))?;
        table.entries.iter().find(|entry| entry.key == **key).cloned()
    };
    Table { entries: ["mtbf", "mttr", "outage"].iter().filter_map(key).collect() }
}

/// Those of one node or group; one key without the other is reported.
fn one(table: &Table, name: String, nodes: Vec<usize>, reading: &mut Reading) -> Option<RandomOutages> {
    let keys = ["mtbf", "mttr"].map(|key| table.get(key));
    let fault = table.get("outage");
    match keys {
        [Some(up), Some(down)] => {
            let (up, down) = (how_long(up)?, how_long(down)?);
            let kind = fault.and_then(|word| value_of::<FaultKind>(word.as_text()?));
            let fault = kind.map_or(Some(Fault::Drop), |kind| kind.at(None))?;
            Some(RandomOutages { name, nodes, up, down, fault })
        }
        [None, None] => {
            let fault = fault?;
            let message = format!("{name} has an `outage`, but nothing says when");
            let error = reading.report.error(code::MISSING, &fault.place, message);
            error.help("add `mtbf = \"30d\"` and `mttr = \"2h\"`, say, or write an event");
            None
        }
        [Some(only), None] | [None, Some(only)] => {
            let message = format!("{name} has one of `mtbf` and `mttr`");
            let error = reading.report.error(code::MISSING, &only.place, message);
            error.help("write both: the mean time between failures, and the mean time to repair");
            None
        }
    }
}

/// Reports more outages than a replication can have, where there are most of them.
fn report_too_many(all: &[RandomOutages], run_length: Span, document: &Table, reading: &mut Reading) {
    let time = Span(run_length.0.saturating_add(WARM_UP.0));
    let of = |random: &RandomOutages| match random.up.mean() + random.down.mean() {
        // Reported with the shapes.
        never if never <= Span::ZERO => 0.0,
        _ => random.expected(time) * random.nodes.len() as f64,
    };
    let Some(worst) = all.iter().max_by(|a, b| of(a).total_cmp(&of(b))) else { return };
    if all.iter().map(of).sum::<f64>() <= MOST {
        return;
    }
    let (kind, name) = worst.name.split_once(' ').unwrap_or_default();
    let table = match kind {
        "node" => document.table("nodes").map(|nodes| of_node(nodes, name)),
        _ => document.table("groups").and_then(|groups| groups.table(name)).cloned(),
    };
    let mtbf = table.as_ref().and_then(|table| table.get("mtbf"));
    let place = mtbf.map_or(Place::File, |mtbf| mtbf.place.clone());
    let message = format!(
        "{} fails too often: nodes fail at random more than {MOST} times in a run and the week before it",
        worst.name
    );
    reading.report.error(code::OUT_OF_RANGE, &place, message).help("raise `mtbf` or shorten the run");
}

fn report_empty(name: &str, place: &Place, nodes: &[Node], reading: &mut Reading) {
    let mut known: Vec<&str> = nodes.iter().flat_map(|node| &node.groups).map(String::as_str).collect();
    known.sort_unstable();
    known.dedup();
    let help = match reading.report.nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => "add `group = ...` to the nodes that belong to it".to_owned(),
        None => format!("groups are {}", some_of(known)),
    };
    reading.report.error(code::UNKNOWN_NODE, place, format!("no node is in the group {name}")).help(help);
}
