//! `[edge.NAME]`: which addresses are an edge and not a node, which nodes stand behind it, and how it picks one.

use super::reading::{Reading, report_unknown, values};
use crate::dns::Host;
use crate::edge::{Check, EdgePolicy, Forwarding, MOST_NODES, Source, WithoutNode};
use crate::node::{Fault, Schedule, SessionTime, WhenFull};
use crate::parameters::span_at;
use crate::parameters::words::{Worded, value_of};
use crate::scenario::keys::edge::{DEFAULT_CHECK, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TRIES, NO_CHECK, PACKETS};
use crate::scenario::model::{Edge, Node, ZoneVersion};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::tree::{Entry, Table, Value, shortened};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Keys that count only where an edge is a proxy.
const OF_A_PROXY: [&str; 3] = ["connect_timeout", "tries", "queue"];
/// Keys that count only where sessions of its nodes take time.
const LIMITS: [&str; 2] = ["sessions", "sessions_per_node"];

/// An edge before its nodes are known.
#[derive(Debug)]
pub(super) struct EdgeDraft<'t> {
    entry: &'t Entry,
    table: &'t Table,
    pub(super) addresses: Vec<IpAddr>,
    /// The names of its nodes, each once.
    pub(super) nodes: Vec<&'t str>,
}

/// Reads which addresses are edges, and the names of the nodes behind them.
pub(super) fn drafts<'t>(
    document: &'t Table,
    zones: &[ZoneVersion],
    reading: &mut Reading,
) -> Vec<EdgeDraft<'t>> {
    let mut owners: BTreeMap<IpAddr, &str> = BTreeMap::new();
    let mut drafts = Vec::new();
    for entry in document.table("edge").map_or(&[][..], |edges| &edges.entries) {
        let Some(table) = entry.value.as_table() else { continue };
        let addresses = addresses(entry, table, zones, reading);
        for (address, place) in &addresses {
            if let Some(other) = owners.insert(*address, &entry.key) {
                let message = format!("{address} belongs to edge {other} already");
                let error = reading.report.error(code::DUPLICATE_NAME, place, message);
                error.help("each address is of exactly one edge");
            }
        }
        let nodes = node_names(table, reading);
        if !addresses.is_empty() && !nodes.is_empty() {
            let addresses = addresses.into_iter().map(|(address, _)| address).collect();
            drafts.push(EdgeDraft { entry, table, addresses, nodes });
        }
    }
    drafts
}

fn hosts(zones: &[ZoneVersion]) -> impl Iterator<Item = &Host> {
    zones.iter().flat_map(|version| &version.zone.hosts)
}

/// The addresses of an edge, each with the place that names it: those it says, or those of the host of its name.
fn addresses(
    entry: &Entry,
    table: &Table,
    zones: &[ZoneVersion],
    reading: &mut Reading,
) -> Vec<(IpAddr, Place)> {
    let known: Vec<IpAddr> = hosts(zones).flat_map(Host::addresses).collect();
    let mut own: Vec<(IpAddr, Place)> = Vec::new();
    let Some(list) = table.get("addresses").and_then(Value::as_list) else {
        let of_name = hosts(zones).filter(|host| host.name.first_label() == entry.key);
        for address in of_name.flat_map(Host::addresses) {
            add(&mut own, address, &entry.key_place);
        }
        if own.is_empty() {
            let message = format!("edge.{}: no exchange host of the zone is called so", entry.key);
            let error = reading.report.error(code::MISSING, &entry.key_place, message);
            error.help("add `addresses`, or name it after the first label of an exchange host");
        }
        return own;
    };
    for item in list {
        match item.as_text().and_then(|text| text.parse().ok()) {
            Some(address) if known.contains(&address) => add(&mut own, address, &item.place),
            Some(address) => {
                let message = format!("{address} is no address of an exchange host");
                let error = reading.report.error(code::UNKNOWN_ADDRESS, &item.place, message);
                error.help("an edge has addresses that the zone publishes");
            }
            None => {}
        }
    }
    own
}

fn add(own: &mut Vec<(IpAddr, Place)>, address: IpAddr, place: &Place) {
    if !own.iter().any(|(known, _)| *known == address) {
        own.push((address, place.clone()));
    }
}

fn node_names<'t>(table: &'t Table, reading: &mut Reading) -> Vec<&'t str> {
    let mut names: Vec<&str> = Vec::new();
    let Some(list) = table.get("nodes").and_then(Value::as_list) else { return names };
    for item in list {
        let Some(name) = item.as_text() else { continue };
        if names.contains(&name) {
            let message = format!("node {} stands behind it already", shortened(name));
            reading.report.error(code::DUPLICATE_NAME, &item.place, message).help("name each node once");
        } else {
            names.push(name);
        }
    }
    if names.len() > MOST_NODES {
        let message = format!("{} nodes stand behind one edge, of at most {MOST_NODES}", names.len());
        let place = table.get("nodes").map_or(Place::File, |nodes| nodes.place.clone());
        reading.report.error(code::TOO_LARGE, &place, message).help("name fewer nodes");
    }
    names
}

/// The edges, once the nodes are known.
pub(super) fn finish(drafts: Vec<EdgeDraft<'_>>, nodes: &[Node], reading: &mut Reading) -> Vec<Edge> {
    let mut edges = Vec::new();
    for draft in drafts {
        if let Some(node) = nodes.iter().find(|node| node.name == draft.entry.key) {
            let message = format!("edge.{0}: there is a node {0}, too", node.name);
            let error = reading.report.error(code::DUPLICATE_NAME, &draft.entry.key_place, message);
            error.help("give the edge another name, and say its `addresses`");
        }
        let policy = policy(draft.table);
        let places = draft.nodes.iter().filter_map(|name| nodes.iter().position(|node| node.name == *name));
        let edge = Edge {
            name: draft.entry.key.clone(),
            addresses: draft.addresses,
            nodes: places.collect(),
            policy,
            faults: Schedule::default(),
        };
        check_keys(draft.table, &edge, nodes, reading);
        edges.push(edge);
    }
    edges
}

fn word_at<T: Worded>(table: &Table, key: &str) -> Option<T> {
    table.text(key).and_then(value_of)
}

fn count_at(table: &Table, key: &str) -> Option<u32> {
    table.get(key).and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok())
}

fn policy(table: &Table) -> EdgePolicy {
    let forwarding = if table.text("forwarding") == Some(PACKETS) {
        Forwarding::Packets
    } else {
        Forwarding::Proxy {
            connect_timeout: span_at(table, "connect_timeout").unwrap_or(DEFAULT_CONNECT_TIMEOUT),
            tries: count_at(table, "tries").unwrap_or(DEFAULT_TRIES),
        }
    };
    EdgePolicy {
        balance: word_at(table, "balance").unwrap_or(crate::edge::Balance::RoundRobin),
        forwarding,
        source: word_at(table, "source").unwrap_or(Source::Kept),
        sessions: count_at(table, "sessions"),
        sessions_per_node: count_at(table, "sessions_per_node"),
        queue: count_at(table, "queue").unwrap_or(0),
        when_full: word_at(table, "when_full").unwrap_or(WhenFull::Refuse),
        without_node: word_at(table, "without_node").unwrap_or(WithoutNode::Close),
        check: (table.text("check") != Some(NO_CHECK)).then(|| check(table.table("check"))),
    }
}

fn check(table: Option<&Table>) -> Check {
    let Some(table) = table else { return DEFAULT_CHECK };
    let every = span_at(table, "every").unwrap_or(DEFAULT_CHECK.every);
    Check {
        by: word_at(table, "by").unwrap_or(DEFAULT_CHECK.by),
        every,
        timeout: span_at(table, "timeout").unwrap_or(every),
        rise: count_at(table, "rise").unwrap_or(DEFAULT_CHECK.rise),
        fall: count_at(table, "fall").unwrap_or(DEFAULT_CHECK.fall),
        spacing: word_at(table, "spacing").unwrap_or(DEFAULT_CHECK.spacing),
    }
}

/// Keys that would do nothing are errors.
fn check_keys(table: &Table, edge: &Edge, nodes: &[Node], reading: &mut Reading) {
    let mut conflict = |key: &str, why: &str, help: &str| {
        if let Some(entry) = table.entry(key).filter(|entry| entry.value.as_integer() != Some(0)) {
            let message = format!("edge.{}.{key}: {why}", edge.name);
            reading.report.error(code::CONFLICT, &entry.key_place, message).help(help);
        }
    };
    let policy = &edge.policy;
    if policy.forwarding == Forwarding::Packets {
        let why = "an edge that forwards packets takes no connection itself";
        OF_A_PROXY
            .iter()
            .for_each(|key| conflict(key, why, "write `forwarding = \"proxy\"`, or leave it out"));
    }
    if !policy.limits_connections() {
        let why = "without a limit it is never full";
        let help = "add `sessions_per_node = 20`, say, or leave it out";
        ["queue", "when_full"].iter().for_each(|key| conflict(key, why, help));
    } else if policy.balance.is_by_client() {
        let why = "where the client decides, each node would have a queue of its own";
        conflict("queue", why, "leave it out, or balance in another way");
    }
    let timeless = edge
        .nodes
        .iter()
        .map(|place| &nodes[*place])
        .find(|node| node.capacity.session_time == SessionTime::Nothing);
    if let Some(node) = timeless.filter(|_| policy.limits_connections()) {
        let why = format!("it never fills while sessions of node {} take no time", node.name);
        let help = "add `session_time = \"2s\"` to `[nodes.\"*\"]`: how long one message holds a session";
        LIMITS.iter().for_each(|key| conflict(key, &why, help));
    }
}

/// The edges that an event hits, each once; what an edge cannot do is reported.
pub(super) fn hit(table: &Table, fault: Option<Fault>, edges: &[Edge], reading: &mut Reading) -> Vec<usize> {
    let mut hit = Vec::new();
    let names: Vec<String> = edges.iter().map(|edge| edge.name.clone()).collect();
    for item in values(table, "edge") {
        let Some(name) = item.as_text() else { continue };
        match names.iter().position(|known| known == name) {
            Some(place) if !hit.contains(&place) => hit.push(place),
            Some(_) => {}
            None => {
                let known = names.iter().map(String::as_str).collect();
                report_unknown("edge", item, known, "the scenario has no edge: add `[edge.NAME]`", reading);
            }
        }
    }
    let is_later = |fault: &Fault| fault.is_past_greeting() || *fault == Fault::AcceptThenBounce;
    let fault = fault.filter(|fault| !hit.is_empty() && is_later(fault));
    if let (Some(fault), Some(value)) = (fault, table.get("fault")) {
        let message = format!("events: an edge does not show `fault = \"{}\"`", fault.name());
        let error = reading.report.error(code::CONFLICT, &value.place, message);
        error.help(
            "an edge refuses, drops packets, stays silent, or answers in the place of the greeting; name a `node` for what comes later",
        );
    }
    hit
}
