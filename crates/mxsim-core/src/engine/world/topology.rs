//! The zone, its resolvers and its nodes as indices and tables.

use super::out_of_reach::OutOfReach;
use crate::dns::cache::{Record, RecordSet, RecordSetVersion};
use crate::dns::order::Order;
use crate::dns::{Host, Name, OrderPolicy, RecordType, ResolverParameters, Zone};
use crate::edge::{EdgePolicy, Pool};
use crate::ids::{AddressId, EdgeId, HostId, NodeId};
use crate::node::{Capacity, Fault, Schedule, SessionTime, SessionTimes};
use crate::random::{Purpose, StreamId, name_hash};
use crate::scenario::{Edge, Node, Scenario, ZoneVersion};
use crate::sender::Candidate;
use crate::time::{Span, Time};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// The record set of the domain's MX records is always the first.
pub const MX: usize = 0;
/// Target of the record of a null MX (RFC 7505).
pub const NOWHERE: u16 = u16::MAX;

/// What is published, who resolves it, and what receives the mail.
#[derive(Debug)]
pub struct Topology {
    /// The MX record set, then address record sets.
    pub record_sets: Vec<RecordSet>,
    /// Exchange hosts.
    pub hosts: Vec<HostTable>,
    /// The host that stands for the domain itself where it has no MX record (RFC 5321 section 5.1).
    pub implicit_host: Option<HostId>,
    /// Addresses of all hosts.
    pub addresses: Vec<AddressTable>,
    /// True if an address belongs to several hosts.
    pub hosts_share_addresses: bool,
    /// Nodes.
    pub nodes: Vec<NodeTable>,
    /// Edges.
    pub edges: Vec<EdgeTable>,
    /// Where mail may land: first one of each address, in their order, then the other nodes behind edges.
    pub landings: Vec<Landing>,
    /// The session times, if they follow the same distribution at every node and sessions take time.
    pub session_times: Option<Arc<SessionTimes>>,
    /// In which order the authority answers.
    pub authority: OrderPolicy,
    /// The authority's decisions.
    pub authority_stream: StreamId,
    /// When the authority does not answer: from and to, in order of time and apart.
    pub authority_away: Vec<(Time, Time)>,
    /// Per record set: its only record, if no cache and no order can change the answer. Such a question is not simulated.
    pub fixed_answers: Vec<Option<Record>>,
    /// Resolver layers.
    pub layers: Vec<LayerTable>,
}

/// One exchange host.
#[derive(Debug)]
pub struct HostTable {
    /// Its name.
    pub name: Name,
    /// Hash of its name.
    pub hash: u64,
    /// Its A record set, unless it is always empty.
    pub a: Option<usize>,
    /// Its AAAA record set, unless it is always empty.
    pub aaaa: Option<usize>,
    /// The nodes behind its addresses, each once.
    pub nodes: Vec<NodeId>,
}

/// One address.
#[derive(Debug)]
pub struct AddressTable {
    /// Hash of the address as text.
    pub hash: u64,
    /// The address itself.
    pub ip: IpAddr,
    /// What stands there.
    pub target: Target,
    /// True if faults there, or behind an edge there, tell clients apart.
    pub tells_clients_apart: bool,
    /// The place of the first of its nodes in [`Topology::landings`].
    pub landing: usize,
    /// A host that has it.
    pub host: HostId,
    /// True for IPv6.
    pub ipv6: bool,
}

/// What stands at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A node.
    Node(NodeId),
    /// An edge, which picks a node.
    Edge(EdgeId),
}

/// Where mail may land that is sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    /// The address.
    pub address: AddressId,
    /// The node.
    pub node: NodeId,
}

/// One edge.
#[derive(Debug)]
pub struct EdgeTable {
    /// What it is told to do.
    pub policy: EdgePolicy,
    /// Its own faults.
    pub faults: Schedule,
    /// The nodes behind it.
    pub nodes: Vec<NodeId>,
    /// The same as it picks them, all up and without a connection; each replication begins with a copy.
    pub pool: Pool,
    /// Its decisions.
    pub stream: StreamId,
}

/// One node.
#[derive(Debug)]
pub struct NodeTable {
    /// Its faults.
    pub faults: Schedule,
    /// How many sessions it serves.
    pub capacity: Capacity,
    /// True if it greylists.
    pub greylists: bool,
    /// True if it stands behind an edge, which may count its connections.
    pub is_behind_edge: bool,
    /// True if it ever bounces what it has accepted.
    pub bounces: bool,
    /// True if it is ever slow, or a tarpit.
    pub delays: bool,
    /// How long they take; nodes with the same distribution share the table.
    pub session_times: Arc<SessionTimes>,
}

/// One layer of resolver caches.
#[derive(Debug)]
pub struct LayerTable {
    /// Namespace of its caches.
    pub shared_as: String,
    /// How its caches keep and order.
    pub parameters: ResolverParameters,
    /// How many there are.
    pub caches: usize,
    /// Its decisions.
    pub stream: StreamId,
    /// When its caches are filled, where questions are drawn as counts.
    pub refills: StreamId,
}

impl Topology {
    /// The tables of a scenario whose senders ask through `layers`.
    #[must_use]
    pub fn new(scenario: &Scenario, names: &Names, layers: Vec<LayerTable>) -> Self {
        let (record_sets, hosts) = record_sets(scenario, names);
        let nodes = node_tables(scenario);
        let (addresses, landings) = address_tables(scenario, names, &nodes);
        Self {
            fixed_answers: fixed_answers(&record_sets, &hosts, scenario),
            record_sets,
            hosts,
            implicit_host: names.host(&scenario.zones[0].zone.domain),
            addresses,
            edges: scenario.edges.iter().map(|edge| edge_table(scenario, edge)).collect(),
            landings,
            hosts_share_addresses: names.addresses.iter().any(|&ip| {
                let mut hosts = hosts_of(scenario, names, ip);
                let first = hosts.next();
                hosts.any(|host| Some(host) != first)
            }),
            session_times: common_session_times(&nodes),
            nodes,
            authority: scenario.authority.order,
            authority_stream: StreamId::new("authority", Purpose::Answer),
            authority_away: scenario.authority.away.clone(),
            layers,
        }
    }

    /// A host.
    #[must_use]
    pub fn host(&self, host: HostId) -> &HostTable {
        &self.hosts[host.index()]
    }

    /// An address.
    #[must_use]
    #[inline]
    pub fn address(&self, address: AddressId) -> &AddressTable {
        &self.addresses[address.index()]
    }

    /// A node.
    #[must_use]
    #[inline]
    pub fn node(&self, node: NodeId) -> &NodeTable {
        &self.nodes[node.index()]
    }

    /// The node behind an address; of an edge the first of its nodes, before it has picked one.
    #[must_use]
    #[inline]
    pub fn first_node_of(&self, address: AddressId) -> NodeId {
        self.landings[address.index()].node
    }

    /// True if an edge stands at an address.
    #[must_use]
    pub fn is_edge(&self, address: AddressId) -> bool {
        matches!(self.address(address).target, Target::Edge(_))
    }

    /// The place among [`Topology::landings`] of mail that is sent to an address and taken by a node.
    #[must_use]
    #[inline]
    pub fn landing(&self, address: AddressId, node: NodeId) -> usize {
        let table = self.address(address);
        match table.target {
            Target::Node(_) => address.index(),
            Target::Edge(edge) => {
                let nodes = &self.edges[edge.index()].nodes;
                match nodes.iter().position(|behind| *behind == node).unwrap_or(0) {
                    0 => address.index(),
                    place => table.landing + place - 1,
                }
            }
        }
    }

    /// The faults of a node and of the edges before it.
    #[must_use]
    pub fn faults_on_the_way(&self, node: NodeId) -> Cow<'_, Schedule> {
        let own = &self.node(node).faults;
        let before = self.edges.iter().filter(|edge| edge.nodes.contains(&node));
        let outages: Vec<_> = before.flat_map(|edge| edge.faults.outages()).copied().collect();
        if outages.is_empty() { Cow::Borrowed(own) } else { Cow::Owned(own.with(outages)) }
    }

    /// An address of a host as a candidate.
    #[must_use]
    pub fn candidate(&self, preference: u16, host: HostId, address: AddressId) -> Candidate {
        let known = self.address(address);
        let host_hash = self.host(host).hash;
        Candidate { preference, host, address, ipv6: known.ipv6, host_hash, address_hash: known.hash }
    }

    /// True if sessions are limited or take time anywhere.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.nodes.iter().any(|node| node.capacity.is_timed())
    }
}

/// Every host and address of a scenario, once, in order of first mention.
#[derive(Debug)]
pub struct Names<'s> {
    /// The versions of the zone as the authority answers them.
    pub answered: Cow<'s, [ZoneVersion]>,
    /// The hosts.
    pub hosts: Vec<Name>,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
}

impl<'s> Names<'s> {
    /// The names of a scenario.
    #[must_use]
    pub fn of(scenario: &'s Scenario) -> Self {
        let mut names =
            Self { answered: scenario.answered_zones(), hosts: Vec::new(), addresses: Vec::new() };
        for host in scenario.zones.iter().flat_map(|version| &version.zone.hosts) {
            if !names.hosts.contains(&host.name) {
                names.hosts.push(host.name.clone());
            }
            for address in host.addresses() {
                if !names.addresses.contains(&address) {
                    names.addresses.push(address);
                }
            }
        }
        names
    }

    fn host(&self, name: &Name) -> Option<HostId> {
        self.hosts.iter().position(|host| host == name).map(HostId::new)
    }

    /// The id of an address, if some version of the zone publishes it.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> Option<AddressId> {
        self.addresses.iter().position(|&known| known == address).map(AddressId::new)
    }
}

fn node_tables(scenario: &Scenario) -> Vec<NodeTable> {
    let mut nodes: Vec<NodeTable> = Vec::new();
    let out_of_reach = OutOfReach::of(scenario);
    for node in &scenario.nodes {
        let delays = node.faults.ever(Fault::is_delay);
        let capacity = capacity(node);
        let policy = capacity.session_time;
        let known = nodes
            .iter()
            .map(|node| &node.session_times)
            .find(|known| known.distribution() == policy)
            .cloned();
        nodes.push(NodeTable {
            faults: out_of_reach.faults_of(node),
            capacity,
            greylists: node.greylists,
            is_behind_edge: !node.through.is_empty(),
            bounces: node.faults.ever(|fault| fault == Fault::AcceptThenBounce),
            delays,
            session_times: known.unwrap_or_else(|| Arc::new(SessionTimes::new(policy))),
        });
    }
    nodes
}

/// What a node can serve. The sessions of a tarpit take time, even where they take none otherwise.
fn capacity(node: &Node) -> Capacity {
    let session_time = match node.capacity.session_time {
        SessionTime::Nothing if node.faults.ever(|fault| matches!(fault, Fault::Tarpit(_))) => {
            SessionTime::Fixed(Span::ZERO)
        }
        own => own,
    };
    Capacity { session_time, ..node.capacity }
}

fn common_session_times(nodes: &[NodeTable]) -> Option<Arc<SessionTimes>> {
    let first = &nodes.first()?.session_times;
    let same = nodes.iter().all(|node| node.session_times.distribution() == first.distribution());
    (same && first.distribution() != SessionTime::Nothing).then(|| Arc::clone(first))
}

fn record_sets(scenario: &Scenario, names: &Names) -> (Vec<RecordSet>, Vec<HostTable>) {
    let domain = &scenario.zones[0].zone.domain;
    let mut sets =
        vec![record_set(scenario, (domain, names), RecordType::Mx, |zone| mx_version(zone, names))];
    let mut hosts = Vec::new();
    for name in &names.hosts {
        let mut add = |record_type| {
            let set = record_set(scenario, (name, names), record_type, |zone| {
                address_version(zone, name, record_type, names)
            });
            (!set.is_always_empty()).then(|| {
                sets.push(set);
                sets.len() - 1
            })
        };
        let (a, aaaa) = (add(RecordType::A), add(RecordType::Aaaa));
        let nodes = nodes_of(scenario, names, name);
        hosts.push(HostTable { name: name.clone(), hash: name_hash(name.as_str()), a, aaaa, nodes });
    }
    (sets, hosts)
}

/// The answers that are fixed. The look-ups of MX are counted, so that record set never is. An address in the place of a name needs no look-up.
fn fixed_answers(sets: &[RecordSet], hosts: &[HostTable], scenario: &Scenario) -> Vec<Option<Record>> {
    let coupled = Scenario::couples_record_sets(&scenario.senders, &scenario.authority);
    let addresses = hosts.iter().filter(|host| host.name.as_address().is_some());
    let not_asked: Vec<usize> = addresses.flat_map(|host| host.a.into_iter().chain(host.aaaa)).collect();
    let is_fixed = |i: usize| i != MX && (!coupled || not_asked.contains(&i));
    let of = |(i, set): (usize, &RecordSet)| set.only_record().filter(|_| is_fixed(i));
    sets.iter().enumerate().map(of).collect()
}

/// Records with their data in wire form, to sort by.
type WireRecords = Vec<(Record, Vec<u8>)>;

fn record_set(
    scenario: &Scenario,
    (owner, names): (&Name, &Names),
    record_type: RecordType,
    content: impl Fn(&Zone) -> (Span, WireRecords),
) -> RecordSet {
    let mut versions: Vec<RecordSetVersion> = Vec::new();
    for (i, ZoneVersion { at, zone }) in names.answered.iter().enumerate() {
        let (ttl, records) = content(zone);
        let weights = weights(scenario, names, record_type, &records);
        let mut canonical: Order = (0..records.len()).map(|i| i as u8).collect();
        canonical.sort_by(|&a, &b| records[usize::from(a)].1.cmp(&records[usize::from(b)].1));
        let records: Vec<Record> = records.into_iter().map(|(record, _)| record).collect();
        let from = if i == 0 { Time(i64::MIN) } else { *at };
        let version = RecordSetVersion { from, ttl, records, canonical, weights };
        // A change elsewhere in the zone leaves this record set as it is.
        let unchanged =
            versions.last().is_some_and(|last| last.ttl == version.ttl && last.records == version.records);
        if !unchanged {
            versions.push(version);
        }
    }
    RecordSet { record_type, hash: name_hash(&format!("{owner} {record_type:?}")), versions }
}

/// The weights of the records; none if the authority knows none.
fn weights(scenario: &Scenario, names: &Names, record_type: RecordType, records: &WireRecords) -> Vec<u32> {
    if scenario.authority.weights.is_empty() {
        return Vec::new();
    }
    let name = |record: &Record| match record_type {
        RecordType::Mx => names.hosts.get(usize::from(record.target)).map(Name::to_string),
        RecordType::A | RecordType::Aaaa => {
            names.addresses.get(usize::from(record.target)).map(IpAddr::to_string)
        }
    };
    records
        .iter()
        .map(|(record, _)| name(record).map_or(1, |name| scenario.authority.weight(&name)))
        .collect()
}

fn mx_version(zone: &Zone, names: &Names) -> (Span, WireRecords) {
    let records: WireRecords = zone
        .mx
        .iter()
        .map(|mx| {
            let mut wire = mx.preference.to_be_bytes().to_vec();
            wire.extend(wire_name(&mx.exchange));
            let target = names.host(&mx.exchange).map_or(NOWHERE, |host| host.0);
            (Record { preference: mx.preference, target }, wire)
        })
        .collect();
    (if records.is_empty() { zone.negative_ttl } else { zone.mx_ttl }, records)
}

fn address_version(zone: &Zone, name: &Name, record_type: RecordType, names: &Names) -> (Span, WireRecords) {
    let record = |address: IpAddr, wire: &[u8]| {
        let target = names.address(address).map_or(NOWHERE, |address| address.0);
        (Record { preference: 0, target }, wire.to_vec())
    };
    // An address in the place of a name is no record, so that no change of the zone takes it away.
    let of_address = name.as_address().map(|ip| Host::of_address(name.clone(), ip, Span::HOUR));
    let Some(host) = of_address.as_ref().or_else(|| zone.host(name)) else {
        return (zone.negative_ttl, Vec::new());
    };
    let (ttl, records): (Span, WireRecords) = match record_type {
        RecordType::Aaaa => {
            (host.aaaa_ttl, host.aaaa.iter().map(|&ip| record(ip.into(), &ip.octets())).collect())
        }
        RecordType::A | RecordType::Mx => {
            (host.a_ttl, host.a.iter().map(|&ip| record(ip.into(), &ip.octets())).collect())
        }
    };
    (if records.is_empty() { zone.negative_ttl } else { ttl }, records)
}

/// A name as it goes over the wire, for the canonical order of RFC 4034 section 6.3.
fn wire_name(name: &Name) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.as_str().split('.').filter(|label| !label.is_empty()) {
        wire.push(label.len() as u8);
        wire.extend(label.as_bytes());
    }
    wire.push(0);
    wire
}

fn edge_table(scenario: &Scenario, edge: &Edge) -> EdgeTable {
    let weight = |place: &usize| {
        let node = &scenario.nodes[*place];
        (node.name.as_str(), node.fair_share)
    };
    let weights: Vec<(&str, f64)> = edge.nodes.iter().map(weight).collect();
    EdgeTable {
        policy: edge.policy,
        faults: edge.faults.clone(),
        nodes: edge.nodes.iter().map(|place| NodeId::new(*place)).collect(),
        pool: Pool::new(&edge.policy, &weights),
        stream: StreamId::new(&edge.name, Purpose::Edge),
    }
}

/// The addresses, and where mail to each may land.
fn address_tables(
    scenario: &Scenario,
    names: &Names,
    tables_of_nodes: &[NodeTable],
) -> (Vec<AddressTable>, Vec<Landing>) {
    let mut landings: Vec<Landing> = Vec::new();
    let mut behind: Vec<Landing> = Vec::new();
    let mut tables = Vec::new();
    for (place, address) in names.addresses.iter().enumerate() {
        let target = target_of(scenario, *address);
        let nodes = nodes_behind(scenario, target);
        let landing = |node: &NodeId| Landing { address: AddressId::new(place), node: *node };
        let is_partial = |node: &NodeId| tables_of_nodes[node.index()].faults.is_partial();
        let edge_is_partial = match target {
            Target::Edge(edge) => scenario.edges[edge.index()].faults.is_partial(),
            Target::Node(_) => false,
        };
        tables.push(AddressTable {
            hash: name_hash(&address.to_string()),
            ip: *address,
            target,
            tells_clients_apart: edge_is_partial || nodes.iter().any(is_partial),
            landing: names.addresses.len() + behind.len(),
            host: hosts_of(scenario, names, *address).next().unwrap_or(HostId(0)),
            ipv6: address.is_ipv6(),
        });
        landings.extend(nodes.first().map(landing));
        behind.extend(nodes.iter().skip(1).map(landing));
    }
    landings.extend(behind);
    (tables, landings)
}

fn nodes_behind(scenario: &Scenario, target: Target) -> Vec<NodeId> {
    match target {
        Target::Node(node) => vec![node],
        Target::Edge(edge) => {
            scenario.edges[edge.index()].nodes.iter().map(|place| NodeId::new(*place)).collect()
        }
    }
}

/// The hosts that have an address in some version of the zone, perhaps repeatedly.
fn hosts_of<'a>(
    scenario: &'a Scenario,
    names: &'a Names,
    address: IpAddr,
) -> impl Iterator<Item = HostId> + 'a {
    let hosts = scenario.zones.iter().flat_map(|version| &version.zone.hosts);
    let has = move |host: &&Host| host.addresses().any(|ip| ip == address);
    hosts.filter(has).filter_map(|host| names.host(&host.name))
}

/// The nodes behind all addresses a host ever has.
fn nodes_of(scenario: &Scenario, names: &Names, host: &Name) -> Vec<NodeId> {
    let has =
        |address: &&IpAddr| hosts_of(scenario, names, **address).any(|id| names.hosts[id.index()] == *host);
    let mut nodes: Vec<NodeId> = names
        .addresses
        .iter()
        .filter(has)
        .flat_map(|&ip| nodes_behind(scenario, target_of(scenario, ip)))
        .collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn target_of(scenario: &Scenario, address: IpAddr) -> Target {
    if let Some(edge) = scenario.edges.iter().position(|edge| edge.addresses.contains(&address)) {
        return Target::Edge(EdgeId::new(edge));
    }
    let node = scenario.nodes.iter().position(|node| node.addresses.contains(&address));
    assert!(node.is_some(), "validation gives every address a node or an edge, but {address} has none");
    Target::Node(NodeId::new(node.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4034 section 6.3 sorts data as bytes; a name starts with the length of its first label.
    #[test]
    fn canonical_names_sort_by_label_length_first() {
        assert!(wire_name(&Name::new("mx2.example")) < wire_name(&Name::new("mx10.example")));
        assert_eq!(wire_name(&Name::new(".")), [0]);
    }
}
