//! Nodes: which addresses are one machine, what it is called, and what its fair share is.
//!
//! By default one node per exchange host that has at most one A and one AAAA; a host with more addresses gives one node per address; two
//! names with one address are one node. All versions of the zone count, so a host that moves to another address has two nodes, the old
//! machine and the new one.

use super::capacity;
use super::edges::EdgeDraft;
use super::reading::{Reading, texts};
use crate::dns::{Name, Zone};
use crate::node::{Capacity, Schedule};
use crate::scenario::model::{Node, ZoneVersion};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::quantity::SMALLEST;
use crate::syntax::shape::EVERY;
use crate::syntax::suggest::some_of;
use crate::syntax::tree::{Entry, Table, Value, shortened};
use crate::time::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A host and every address it has at any time: A before AAAA, each in zone order.
struct HostAddresses<'z> {
    name: &'z Name,
    v4: Vec<IpAddr>,
    v6: Vec<IpAddr>,
    /// The version of the zone in which each address first stands.
    since: BTreeMap<IpAddr, usize>,
    /// True if no version of the zone gives it more than one A or more than one AAAA.
    is_one_machine: bool,
}

/// A node while it is put together.
#[derive(Debug)]
struct Draft {
    name: String,
    addresses: Vec<IpAddr>,
    /// The addresses of the edges before it.
    through: Vec<IpAddr>,
    /// Where the scenario names it.
    place: Option<Place>,
    weight: Option<f64>,
}

impl Draft {
    const fn of(name: String) -> Self {
        Self { name, addresses: Vec::new(), through: Vec::new(), place: None, weight: None }
    }
}

/// Reads `[nodes.NAME]` over the default nodes.
pub(super) fn read(
    table: &Table,
    zones: &[ZoneVersion],
    edges: &[EdgeDraft<'_>],
    reading: &mut Reading,
) -> Vec<Node> {
    let hosts = host_addresses(zones);
    let mut drafts = default_nodes(&hosts);
    give_to_edges(edges, &mut drafts);
    let named = named(table);
    claim_addresses(&named, &hosts, &mut drafts, reading);
    add_private_nodes(edges, &mut drafts);
    apply_weights(&named, &mut drafts, reading);
    let position = positions(&hosts);
    for draft in &mut drafts {
        draft.addresses.sort_by_key(|address| position[address]);
    }
    // Where a node is reached first; nodes behind one edge keep the order in which it names them.
    drafts.sort_by_key(|draft| {
        draft.addresses.iter().chain(&draft.through).map(|address| position[address]).min()
    });
    let mut nodes: Vec<Node> = drafts.iter().map(|draft| node(draft, &hosts)).collect();
    share_out(&drafts, &mut nodes, zones, reading);
    capacity::read(table, &mut nodes, reading);
    for node in &mut nodes {
        let own = table.table(&node.name);
        node.groups = own.map(|own| texts(own, "group")).unwrap_or_default();
    }
    nodes
}

/// Addresses of an edge are those of no node.
fn give_to_edges(edges: &[EdgeDraft<'_>], drafts: &mut Vec<Draft>) {
    let is_edge = |address: &IpAddr| edges.iter().any(|edge| edge.addresses.contains(address));
    drafts.iter_mut().for_each(|draft| draft.addresses.retain(|address| !is_edge(address)));
    drafts.retain(|draft| !draft.addresses.is_empty());
}

/// Adds the nodes that only edges name, and says of each node which edges stand before it.
fn add_private_nodes(edges: &[EdgeDraft<'_>], drafts: &mut Vec<Draft>) {
    for (edge, name) in edges.iter().flat_map(|edge| edge.nodes.iter().map(move |name| (edge, *name))) {
        let at = drafts.iter().position(|draft| draft.name == name).unwrap_or_else(|| {
            drafts.push(Draft::of(name.to_owned()));
            drafts.len() - 1
        });
        drafts[at].through.extend(&edge.addresses);
    }
}

/// The tables that stand for one node each.
fn named(table: &Table) -> Table {
    Table { entries: table.entries.iter().filter(|entry| entry.key != EVERY).cloned().collect() }
}

fn host_addresses(zones: &[ZoneVersion]) -> Vec<HostAddresses<'_>> {
    let mut hosts: Vec<HostAddresses<'_>> = Vec::new();
    let mut known: BTreeMap<&Name, usize> = BTreeMap::new();
    let versions = zones.iter().enumerate();
    for (version, host) in
        versions.flat_map(|(i, version)| version.zone.hosts.iter().map(move |host| (i, host)))
    {
        let at = *known.entry(&host.name).or_insert_with(|| {
            hosts.push(HostAddresses::new(&host.name));
            hosts.len() - 1
        });
        let known = &mut hosts[at];
        known.is_one_machine &= host.a.len() <= 1 && host.aaaa.len() <= 1;
        host.a.iter().for_each(|address| add(&mut known.v4, IpAddr::V4(*address)));
        host.aaaa.iter().for_each(|address| add(&mut known.v6, IpAddr::V6(*address)));
        for address in known.all().collect::<Vec<_>>() {
            known.since.entry(address).or_insert(version);
        }
    }
    hosts
}

fn add(list: &mut Vec<IpAddr>, address: IpAddr) {
    if !list.contains(&address) {
        list.push(address);
    }
}

impl<'z> HostAddresses<'z> {
    const fn new(name: &'z Name) -> Self {
        Self { name, v4: Vec::new(), v6: Vec::new(), since: BTreeMap::new(), is_one_machine: true }
    }

    fn all(&self) -> impl Iterator<Item = IpAddr> {
        self.v4.iter().chain(&self.v6).copied()
    }

    /// The addresses of each of its machines: all that come together if it is one machine at a time, else each for itself.
    fn machines(&self) -> Vec<Vec<IpAddr>> {
        if !self.is_one_machine {
            return self.all().map(|address| vec![address]).collect();
        }
        let mut machines: BTreeMap<usize, Vec<IpAddr>> = BTreeMap::new();
        for address in self.all() {
            machines.entry(self.since[&address]).or_default().push(address);
        }
        machines.into_values().collect()
    }
}

/// The place of each address in the order of hosts.
fn positions(hosts: &[HostAddresses<'_>]) -> BTreeMap<IpAddr, usize> {
    let mut positions = BTreeMap::new();
    for address in hosts.iter().flat_map(HostAddresses::all) {
        let next = positions.len();
        positions.entry(address).or_insert(next);
    }
    positions
}

fn default_nodes(hosts: &[HostAddresses<'_>]) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut owner: BTreeMap<IpAddr, usize> = BTreeMap::new();
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    hosts.iter().for_each(|host| *labels.entry(host.name.first_label()).or_default() += 1);
    for host in hosts {
        let label = host.name.first_label();
        let unique = labels[label] == 1;
        let name = if unique { label } else { host.name.as_str() };
        let machines = host.machines();
        for (i, addresses) in machines.iter().enumerate() {
            // Two names with one address are one node.
            let known = addresses.iter().find_map(|address| owner.get(address).copied());
            let at = known.unwrap_or_else(|| {
                let name = if machines.len() == 1 { name.to_owned() } else { format!("{name}/{}", i + 1) };
                drafts.push(Draft::of(name));
                drafts.len() - 1
            });
            for &address in addresses {
                if owner.insert(address, at).is_none() {
                    drafts[at].addresses.push(address);
                }
            }
        }
    }
    drafts
}

/// Takes the addresses of `[nodes.NAME] addresses` out of the default nodes.
fn claim_addresses(
    table: &Table,
    hosts: &[HostAddresses<'_>],
    drafts: &mut Vec<Draft>,
    reading: &mut Reading,
) {
    let known: BTreeSet<IpAddr> = hosts.iter().flat_map(HostAddresses::all).collect();
    let mut claimed: BTreeMap<IpAddr, &str> = BTreeMap::new();
    let mut explicit: Vec<Draft> = Vec::new();
    for entry in &table.entries {
        let Some(list) =
            entry.value.as_table().and_then(|node| node.get("addresses")).and_then(Value::as_list)
        else {
            continue;
        };
        let mut draft = Draft { place: Some(entry.key_place.clone()), ..Draft::of(entry.key.clone()) };
        for item in list {
            let Some(address) = item.as_text().and_then(|text| text.parse::<IpAddr>().ok()) else { continue };
            if !known.contains(&address) {
                unknown_address(address, &known, item, reading);
            } else if let Some(other) = claimed.insert(address, &entry.key) {
                let message = format!("{address} belongs to node {other} already");
                reading
                    .report
                    .error(code::DUPLICATE_NAME, &item.place, message)
                    .help("each address is in exactly one node");
            } else {
                draft.addresses.push(address);
            }
        }
        explicit.push(draft);
    }
    drafts.iter_mut().for_each(|draft| draft.addresses.retain(|address| !claimed.contains_key(address)));
    drafts.retain(|draft| !draft.addresses.is_empty());
    explicit.retain(|draft| !draft.addresses.is_empty());
    for own in &explicit {
        if let Some(rest) = drafts.iter().find(|draft| draft.name == own.name) {
            let left: Vec<String> = rest.addresses.iter().map(ToString::to_string).collect();
            let message = format!("nodes.{}: {} of the same host is in no node", own.name, left.join(", "));
            let place = own.place.clone().unwrap_or(Place::File);
            reading
                .report
                .error(code::CONFLICT, &place, message)
                .help("add it to `addresses`, or call the node something else");
        }
    }
    drafts.extend(explicit);
}

fn unknown_address(address: IpAddr, known: &BTreeSet<IpAddr>, item: &Value, reading: &mut Reading) {
    let texts: Vec<String> = known.iter().map(ToString::to_string).collect();
    let message = format!("no exchange host of the zone has the address {address}");
    let help = match reading.report.nearest(&address.to_string(), texts.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "add an A or AAAA record for it to the zone".into(),
    };
    reading.report.error(code::UNKNOWN_ADDRESS, &item.place, message).help(help);
}

fn apply_weights(table: &Table, drafts: &mut [Draft], reading: &mut Reading) {
    let names: Vec<String> = drafts.iter().map(|draft| draft.name.clone()).collect();
    let position: BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    for entry in &table.entries {
        let Some(settings) = entry.value.as_table() else { continue };
        match position.get(entry.key.as_str()).map(|&at| &mut drafts[at]) {
            Some(draft) => {
                draft.place = Some(entry.key_place.clone());
                draft.weight =
                    settings.get("weight").and_then(Value::as_number).filter(|weight| *weight >= 0.0);
            }
            None if settings.get("addresses").is_none() => unknown_node(entry, &names, reading),
            None => {}
        }
    }
}

fn unknown_node(entry: &Entry, names: &[String], reading: &mut Reading) {
    report_unknown_node(&entry.key, &entry.key_place, names, reading);
}

/// Reports a node that does not exist, with the nearest that does.
pub(super) fn report_unknown_node(name: &str, place: &Place, names: &[String], reading: &mut Reading) {
    let message = format!("there is no node {}", shortened(name));
    let help = match reading.report.nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if names.is_empty() => "the zone gives no node: no exchange host has an address".into(),
        None => format!("nodes are {}", some_of(names.iter().map(String::as_str))),
    };
    reading.report.error(code::UNKNOWN_NODE, place, message).label("unknown node").help(help);
}

fn node(draft: &Draft, hosts: &[HostAddresses<'_>]) -> Node {
    let leads_here = |address: IpAddr| draft.addresses.contains(&address) || draft.through.contains(&address);
    let behind = hosts.iter().filter(|host| host.all().any(leads_here));
    let names: Vec<&str> = behind.map(|host| host.name.as_str()).collect();
    Node {
        name: draft.name.clone(),
        host: names.join(", "),
        addresses: draft.addresses.clone(),
        through: draft.through.clone(),
        fair_share: 0.0,
        groups: Vec::new(),
        faults: Schedule::default(),
        capacity: Capacity::UNLIMITED,
        greylists: false,
    }
}

/// Whether each node has a fair share: it stands behind a host of the lowest preference that any node has when measuring starts. A zone that
/// gives no node any mail then does not say; the one before it does, or the next that comes.
pub(crate) fn fair_nodes(nodes: &[Node], zones: &[ZoneVersion]) -> Vec<bool> {
    let (begun, to_come): (Vec<&ZoneVersion>, Vec<&ZoneVersion>) =
        zones.iter().partition(|version| version.at <= Time::ZERO);
    let mut fair = begun.into_iter().rev().chain(to_come).map(|version| best_nodes(nodes, &version.zone));
    fair.find(|fair| fair.contains(&true)).unwrap_or_else(|| vec![false; nodes.len()])
}

/// Whether each node stands behind a host of the lowest preference that any node has.
fn best_nodes(nodes: &[Node], zone: &Zone) -> Vec<bool> {
    let preferences: Vec<Option<u16>> = nodes.iter().map(|node| best_preference(node, zone)).collect();
    let best = preferences.iter().flatten().min();
    preferences.iter().map(|preference| preference.is_some() && preference.as_ref() == best).collect()
}

fn best_preference(node: &Node, zone: &Zone) -> Option<u16> {
    let has = |name: &Name| {
        zone.host(name).is_some_and(|host| host.addresses().any(|address| node.is_reached_by(address)))
    };
    if zone.mx.is_empty() {
        return has(&zone.domain).then_some(0);
    }
    zone.mx.iter().filter(|record| has(&record.exchange)).map(|record| record.preference).min()
}

/// Gives the nodes of the best preference their fair shares.
fn share_out(drafts: &[Draft], nodes: &mut [Node], zones: &[ZoneVersion], reading: &mut Reading) {
    let fair = fair_nodes(nodes, zones);
    for (draft, _) in drafts.iter().zip(&fair).filter(|(draft, fair)| draft.weight.is_some() && !**fair) {
        let place = draft.place.clone().unwrap_or(Place::File);
        let message = format!(
            "nodes.{}: a weight for a node that has no fair share, because others are preferred to it",
            draft.name
        );
        reading.report.error(code::CONFLICT, &place, message).help("remove `weight`");
    }
    let weights: Vec<f64> = drafts
        .iter()
        .zip(&fair)
        .map(|(draft, fair)| if *fair { draft.weight.unwrap_or(1.0) } else { 0.0 })
        .collect();
    let sum: f64 = weights.iter().sum();
    if sum == 0.0 && fair.contains(&true) {
        let place = drafts.iter().find_map(|draft| draft.place.clone()).unwrap_or(Place::File);
        let message = "nodes: all weights of the best preference are zero";
        reading
            .report
            .error(code::OUT_OF_RANGE, &place, message)
            .help("give at least one node a weight above zero");
        return;
    }
    // Weights that are shares already stay as they are to the last bit, so that a resolved scenario reads back the same.
    let sum = if (sum - 1.0).abs() < 1e-12 || sum == 0.0 { 1.0 } else { sum };
    for ((node, draft), weight) in nodes.iter_mut().zip(drafts).zip(weights) {
        node.fair_share = weight / sum;
        refuse_next_to_nothing(node, draft, reading);
    }
}

/// A weight may be small beside others; the share it comes to has to be one that can be written.
fn refuse_next_to_nothing(node: &Node, draft: &Draft, reading: &mut Reading) {
    // A weight that is too small by itself has been reported.
    let is_written = draft.weight.is_none_or(|weight| weight >= SMALLEST);
    if is_written && node.fair_share > 0.0 && node.fair_share < SMALLEST {
        let place = draft.place.clone().unwrap_or(Place::File);
        let message =
            format!("nodes.{}: beside the other weights its fair share comes to nothing", node.name);
        reading.report.error(code::OUT_OF_RANGE, &place, message).help("write `weight = 0`, or a larger one");
    }
}
