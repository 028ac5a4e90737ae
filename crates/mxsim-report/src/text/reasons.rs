//! Why nodes did not take what they did not take, and for how long they were up.

use mxsim_core::numerals::{Ranged, clock, duration, percent, percent_digits, rough};
use mxsim_core::results::{BehindEdgeResult, GoneResult, GroupResult, NodeResult, NodeTotals, Results};

use crate::page::Page;
use crate::page::columns::{self, Column};
use crate::words::WindowWord;

/// A count of a node, and its column.
type Reason = (&'static str, fn(&NodeTotals) -> u64);

/// What is counted by itself, in the order in which a message meets it.
const REASONS: [Reason; 8] = [
    ("full", |totals| totals.full),
    ("sessions of client", |totals| totals.over_client_sessions),
    ("connections of client", |totals| totals.over_connection_rate),
    ("messages of client", |totals| totals.over_message_rate),
    ("greylist", |totals| totals.greylisted),
    ("queue full", |totals| totals.queue_full),
    ("rejected 5xx", |totals| totals.rejected),
    ("bounced afterwards", |totals| totals.accepted_then_bounced),
];

/// The reasons that there were, one column each, and how long a node is up that fails at random.
pub(super) fn write(page: &mut Page, results: &Results, word: WindowWord) {
    let nodes = &results.nodes;
    let names: Vec<String> = nodes.iter().map(|node| page.clean(&node.name)).collect();
    let mut columns: Vec<Column> = Vec::new();
    if nodes.iter().any(|node| node.availability.is_some()) {
        columns.push(Column::new("up %", nodes.iter().map(up).collect()));
    }
    let windows = (results.provenance.windows as f64).max(1.0);
    for (title, count) in REASONS {
        if nodes.iter().any(|node| count(&node.totals) > 0) {
            let cell = |node: &NodeResult| rough(count(&node.totals) as f64 / windows);
            columns.push(Column::new(title, nodes.iter().map(cell).collect()));
        }
    }
    if columns.is_empty() {
        return;
    }
    page.note(&format!("connections and messages a {} that a node did not take, by reason", word.one));
    columns::write(page, "node", &names, columns);
    page.blank();
}

/// What the nodes of each group carried together.
pub(super) fn write_groups(page: &mut Page, results: &Results) {
    let groups = &results.groups;
    if groups.is_empty() {
        return;
    }
    let cells = |cell: &dyn Fn(&GroupResult) -> String| groups.iter().map(cell).collect::<Vec<_>>();
    let columns = vec![
        Column::new("share %", cells(&|group| Ranged::mean_share(&group.share).percent_bare())),
        Column::new("fair %", cells(&|group| percent_digits(group.fair_share))),
        Column::new("nodes", cells(&|group| group.nodes.join(", "))),
    ];
    let names: Vec<String> = groups.iter().map(|group| page.clean(&group.name)).collect();
    columns::write(page, "group", &names, columns);
    page.blank();
}

/// What each edge did: how its nodes shared what it passed on, how long it used them, and what got no further.
pub(super) fn write_edges(page: &mut Page, results: &Results, word: WindowWord) {
    let windows = (results.provenance.windows as f64).max(1.0);
    for edge in &results.edges {
        let each = |count: u64| rough(count as f64 / windows);
        let nodes = &edge.nodes;
        let cells = |cell: &dyn Fn(&BehindEdgeResult) -> String| nodes.iter().map(cell).collect::<Vec<_>>();
        let columns = vec![
            Column::new("share %", cells(&|node| Ranged::mean_share(&node.share).percent_bare())),
            Column::new("taken out", cells(&|node| each(node.taken_out))),
            Column::new("though alive", cells(&|node| each(node.taken_out_alive))),
            Column::new("out %", cells(&|node| percent_digits(node.out.mean))),
        ];
        let totals = &edge.totals;
        let name = page.clean(&edge.name);
        page.note(&format!(
            "edge {name}: connections a {} that got no further than it {}, found no node up {}, found it full {}, waited for a node {}; nodes passed over {}",
            word.one,
            each(totals.connections_ended),
            each(totals.without_node),
            each(totals.full),
            each(totals.queued),
            each(totals.passed_over)
        ));
        let names: Vec<String> = nodes.iter().map(|node| page.clean(&node.name)).collect();
        columns::write(page, "behind it", &names, columns);
        nodes.iter().for_each(|node| write_drains(page, node));
        page.blank();
    }
}

/// How long the connections of a node went on that was drained.
fn write_drains(page: &mut Page, node: &BehindEdgeResult) {
    for drain in &node.drains {
        let name = page.clean(&node.name);
        let gone: Vec<String> = drain.gone.iter().map(gone).collect();
        page.note(&format!(
            "{name} drained at {}: {} connections open; {}",
            clock(drain.at_s),
            Ranged::mean(&drain.open).plain(),
            gone.join(", ")
        ));
    }
}

fn gone(gone: &GoneResult) -> String {
    let part = percent(gone.part);
    match &gone.after_s {
        Some(after) => format!(
            "{part} gone after {} (at the latest {})",
            Ranged::mean(&after.estimate).duration(),
            duration(after.latest)
        ),
        None => format!("{part} not gone when it ends"),
    }
}

fn up(node: &NodeResult) -> String {
    node.availability.as_ref().map_or_else(|| percent_digits(1.0), |up| Ranged::mean_share(up).percent_bare())
}
