//! `[edge.NAME]`: which addresses are an edge and not a node, which nodes stand behind it, and how it picks one.

use super::reading::{Reading, report_unknown, values};
use crate::dns::Host;
use crate::edge::{EdgePolicy, Forwarding, MOST_NODES, NextTry, Partner};
use crate::node::{Fault, Schedule, SessionTime};
use crate::parameters::edge::{NONE, read as read_policy, read_check, read_passive};
use crate::parameters::words::{Worded, value_of};
use crate::parameters::{EDGE, span_at};
use crate::scenario::keys::edge::DEFAULT_EDGE;
use crate::scenario::model::{Edge, Node, ZoneVersion};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::tree::{Entry, Table, Value, shortened};
use crate::time::Span;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Keys that count only where an edge is a proxy.
const OF_A_PROXY: [&str; 6] = ["connect_timeout", "tries", "tries_at", "retry_wait", "queue", "passive"];
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
        let (preset, policy) = policy(draft.table, reading);
        let places = draft.nodes.iter().filter_map(|name| nodes.iter().position(|node| node.name == *name));
        let edge = Edge {
            name: draft.entry.key.clone(),
            addresses: draft.addresses,
            nodes: places.collect(),
            preset,
            policy,
            partner: draft.table.table("partner").map(partner),
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

/// The preset of an edge, and what it is told to do: the keys over the preset.
fn policy(table: &Table, reading: &mut Reading) -> (String, EdgePolicy) {
    let preset = table.text("preset").unwrap_or(DEFAULT_EDGE).to_owned();
    let mut policy = EDGE.blank;
    if let Some(known) = reading.catalog.clone().edge(&preset) {
        reading.uses(known);
        policy = known.parameters;
    }
    read_policy(table, &mut policy);
    policy.check = laid_over(policy.check, table, "check", read_check);
    policy.passive = laid_over(policy.passive, table, "passive", read_passive);
    policy.sessions = count_at(table, "sessions");
    policy.sessions_per_node = count_at(table, "sessions_per_node");
    policy.queue = count_at(table, "queue").unwrap_or(0);
    policy.when_full = word_at(table, "when_full").unwrap_or(policy.when_full);
    if policy.forwarding == Forwarding::Packets {
        policy.passive = None;
    }
    (preset, policy)
}

/// A table of keys, or the word for none, over what the preset says.
fn laid_over<T>(
    preset: Option<T>,
    table: &Table,
    key: &str,
    read: fn(&Table, Option<T>) -> Option<T>,
) -> Option<T> {
    match table.table(key) {
        Some(keys) => read(keys, preset),
        None => preset.filter(|_| table.text(key) != Some(NONE)),
    }
}

fn partner(table: &Table) -> Partner {
    let mut partner = Partner::VRRP;
    partner.takeover = span_at(table, "takeover").unwrap_or(partner.takeover);
    partner.preempt = table.get("preempt").and_then(Value::as_boolean).unwrap_or(partner.preempt);
    partner
}

/// Keys that would do nothing are errors.
fn check_keys(table: &Table, edge: &Edge, nodes: &[Node], reading: &mut Reading) {
    let mut conflict = |key: &str, why: &str, help: &str| {
        let says_nothing =
            |entry: &&Entry| entry.value.as_integer() == Some(0) || entry.value.as_text() == Some(NONE);
        if let Some(entry) = table.entry(key).filter(|entry| !says_nothing(entry)) {
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
    if matches!(policy.forwarding, Forwarding::Proxy { next: NextTry::Another, .. }) {
        let why = "it waits only before it tries the same node again";
        conflict("retry_wait", why, "write `tries_at = \"same-node\"`, or leave it out");
    }
    if policy.balance.is_by_client() && policy.slow_start > Span::ZERO {
        let why = "where the client decides, a node has all of its clients at once";
        conflict("slow_start", why, "leave it out, or balance in another way");
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
    for item in values(table, "edge") {
        let Some(name) = item.as_text() else { continue };
        match edges.iter().position(|edge| edge.name == name) {
            Some(place) if !hit.contains(&place) => hit.push(place),
            Some(_) => {}
            None => {
                let known = edges.iter().map(|edge| edge.name.as_str()).collect();
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
