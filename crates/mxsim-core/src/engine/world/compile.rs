//! Scenario to world: names become indices, defaults are long gone, and nothing can fail any more.

use crate::dns::cache::{Record, RecordSet, RecordSetVersion};
use crate::dns::order::Order;
use crate::dns::{
    CacheLaw, Caches, Driver, Host, Keeping, Name, OrderLaw, Pick, RecordType, ResolverLaw, Zone,
};
use crate::engine::aggregate::{self, Plan};
use crate::engine::world::fixed_candidates::Deck;
use crate::engine::world::method::{Engine, Law, LawDecision};
use crate::engine::world::{
    AddressTable, HostTable, LayerTable, MX, NOWHERE, SenderStreams, SenderTable, World,
};
use crate::node::{Fault, SessionTime, SessionTimes};
use crate::random::{Purpose, StreamId, name_hash};
use crate::scenario::{GoalKind, Node, ResolverLayer, RunPlan, Scenario, Sender, ZoneVersion};
use crate::sender::{AddressOrder, Concurrency, Family, HostOrder, OwnCache, SenderLaw, Unit};
use crate::tally::labels::{HostLabels, Labels, NodeLabels, SenderLabels};
use crate::time::{Span, Time};
use crate::traffic::{AliasTable, Arrivals};
use std::net::IpAddr;
use std::sync::Arc;

/// Compiles a checked scenario.
#[must_use]
pub fn compile(scenario: &Scenario) -> World {
    compile_for(scenario, Engine::default())
}

/// Compiles a checked scenario for an engine.
#[must_use]
pub fn compile_for(scenario: &Scenario, engine: Engine) -> World {
    let names = Names::new(scenario);
    let (record_sets, hosts) = record_sets(scenario, &names);
    let mut layers = Vec::new();
    let senders: Vec<SenderTable> = scenario
        .senders
        .iter()
        .map(|sender| {
            let barred = barred(scenario, &names, sender);
            sender_table(sender, scenario, barred, &mut layers)
        })
        .collect();
    let session_times = session_times(scenario);
    let mut world = World {
        labels: labels(scenario, &names),
        start: Time::ZERO - scenario.run.warm_up,
        end: Time::ZERO + scenario.run.run_length,
        window: scenario.run.window,
        certain: certain(&record_sets, scenario, &layers),
        record_sets,
        hosts,
        implicit_host: names.host_index(&scenario.zones[0].zone.domain),
        addresses: address_tables(scenario, &names),
        hosts_share_addresses: names.addresses.iter().any(|&ip| {
            let mut hosts = hosts_of(scenario, &names, ip);
            let first = hosts.next();
            hosts.any(|host| Some(host) != first)
        }),
        nodes: scenario.nodes.iter().map(|node| node.faults.clone()).collect(),
        capacities: scenario.nodes.iter().map(|node| node.capacity).collect(),
        authority: scenario.authority.order,
        authority_stream: StreamId::new("authority", Purpose::Answer),
        authority_away: scenario.authority.away.clone(),
        layers,
        senders,
        session_time: common_session_time(&session_times),
        session_times,
        delay_limits: delay_limits(scenario),
        bulk: Plan::default(),
    };
    for i in 0..world.senders.len() {
        let sender = &world.senders[i];
        let (deck, managed) = (Deck::of(&world, sender), is_managed(&world, &sender.behaviour.law));
        (world.senders[i].deck, world.senders[i].managed) = (deck, managed);
        world.senders[i].relays = world.senders[i].behaviour.law.concurrency.is_for_destination();
        world.senders[i].walks_lightly =
            crate::engine::messages::fast_path::walks_lightly(&world, &world.senders[i]);
    }
    mark_plain_layers(&mut world);
    let (laws, plan) = aggregate::plan(&world, scenario, engine);
    for ((law, table), sender) in laws.into_iter().zip(&mut world.senders).zip(&scenario.senders) {
        world.labels.laws.push(law.used_for(&sender.name));
        table.law = law;
    }
    world.bulk = plan;
    world
}

/// Marks the layers of which only the times of entries matter: all who ask them have decks, and ask nothing behind them.
fn mark_plain_layers(world: &mut World) {
    for layer in 0..world.layers.len() {
        let asks =
            |sender: &&SenderTable| sender.layers.iter().any(|&(asked, _)| usize::from(asked) == layer);
        let is_plain = |sender: &SenderTable| sender.deck.is_some() && sender.layers.len() == 1;
        let plain = world.senders.iter().filter(asks).all(is_plain);
        let law = &world.layers[layer].law;
        let only_times =
            law.cache.is_plain() && law.pick == Pick::Client && world.record_sets[MX].versions.len() == 1;
        world.layers[layer].plain = plain && only_times;
    }
}

/// The session times of each node.
fn session_times(scenario: &Scenario) -> Vec<Arc<SessionTimes>> {
    let mut times: Vec<Arc<SessionTimes>> = Vec::new();
    for node in &scenario.nodes {
        let law = node.capacity.session_time;
        let known = times.iter().find(|known| known.law() == law).cloned();
        times.push(known.unwrap_or_else(|| Arc::new(SessionTimes::new(law))));
    }
    times
}

fn common_session_time(times: &[Arc<SessionTimes>]) -> Option<Arc<SessionTimes>> {
    let first = times.first()?;
    let same = times.iter().all(|times| times.law() == first.law());
    (same && first.law() != SessionTime::Nothing).then(|| Arc::clone(first))
}

/// Whether connections of a sender have to be counted.
fn is_managed(world: &World, law: &SenderLaw) -> bool {
    let keeps =
        law.reuse.kept().is_some_and(|kept| world.capacities.iter().any(|node| kept.tls || !node.tls));
    // Where neither a session nor a failed connection takes time, there is never more than one connection.
    let takes_time = world.is_timed() || world.nodes.iter().any(|node| node.ever(Fault::takes_time));
    keeps || law.concurrency.is_for_destination() || (takes_time && law.concurrency != Concurrency::UNLIMITED)
}

/// Every host and address of the scenario, once, in order of first mention.
struct Names {
    hosts: Vec<Name>,
    addresses: Vec<IpAddr>,
}

impl Names {
    fn new(scenario: &Scenario) -> Self {
        let mut names = Self { hosts: Vec::new(), addresses: Vec::new() };
        for host in scenario.zones.iter().flat_map(|version| &version.zone.hosts) {
            if !names.hosts.contains(&host.name) {
                names.hosts.push(host.name.clone());
            }
            let all =
                host.a.iter().map(|&ip| IpAddr::from(ip)).chain(host.aaaa.iter().map(|&ip| IpAddr::from(ip)));
            for address in all {
                if !names.addresses.contains(&address) {
                    names.addresses.push(address);
                }
            }
        }
        names
    }

    fn host_index(&self, name: &Name) -> Option<u16> {
        self.hosts.iter().position(|host| host == name).map(|index| index as u16)
    }

    /// The addresses of a node that some version of the zone publishes.
    fn published<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a IpAddr> {
        node.addresses.iter().filter(|ip| self.addresses.contains(ip))
    }

    fn address_index(&self, address: IpAddr) -> u16 {
        self.addresses.iter().position(|&known| known == address).map_or(NOWHERE, |index| index as u16)
    }
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
        hosts.push(HostTable { hash: name_hash(name.as_str()), a, aaaa });
    }
    (sets, hosts)
}

/// The answers that are certain. The look-ups of MX are counted, so that record set never is.
fn certain(sets: &[RecordSet], scenario: &Scenario, layers: &[LayerTable]) -> Vec<Option<Record>> {
    let mut drivers =
        layers.iter().map(|layer| layer.law.order.driver).chain([scenario.authority.order.driver]);
    let coupled = drivers.any(Driver::couples_record_sets) || !scenario.authority.away.is_empty();
    let of = |(i, set): (usize, &RecordSet)| set.only_record().filter(|_| i != MX && !coupled);
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
    for (i, ZoneVersion { at, zone }) in scenario.zones.iter().enumerate() {
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

/// Which hosts a policy keeps `sender` from using.
fn barred(scenario: &Scenario, names: &Names, sender: &Sender) -> Vec<bool> {
    let policy = &sender.behaviour.law.policy;
    let by_mta_sts = |host: &Name| scenario.mta_sts.as_ref().is_some_and(|zone| !zone.allows(host));
    let by_dane = |host: &Name| scenario.dane.failing.contains(host);
    let is_barred =
        |host: &Name| (policy.mta_sts.is_on() && by_mta_sts(host)) || (policy.dane.is_on() && by_dane(host));
    names.hosts.iter().map(is_barred).collect()
}

fn mx_version(zone: &Zone, names: &Names) -> (Span, WireRecords) {
    let records: WireRecords = zone
        .mx
        .iter()
        .map(|mx| {
            let mut wire = mx.preference.to_be_bytes().to_vec();
            wire.extend(wire_name(&mx.exchange));
            let target = names.host_index(&mx.exchange).unwrap_or(NOWHERE);
            (Record { preference: mx.preference, target }, wire)
        })
        .collect();
    (if records.is_empty() { zone.negative_ttl } else { zone.mx_ttl }, records)
}

fn address_version(zone: &Zone, name: &Name, record_type: RecordType, names: &Names) -> (Span, WireRecords) {
    let record = |address: IpAddr, wire: &[u8]| {
        (Record { preference: 0, target: names.address_index(address) }, wire.to_vec())
    };
    let Some(host) = zone.host(name) else { return (zone.negative_ttl, Vec::new()) };
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

fn address_tables(scenario: &Scenario, names: &Names) -> Vec<AddressTable> {
    names
        .addresses
        .iter()
        .map(|address| AddressTable {
            hash: name_hash(&address.to_string()),
            ip: *address,
            node: node_of(scenario, *address),
            host: hosts_of(scenario, names, *address).next().unwrap_or(0),
            ipv6: address.is_ipv6(),
        })
        .collect()
}

/// The hosts that have an address in some version of the zone, perhaps repeatedly.
fn hosts_of<'a>(scenario: &'a Scenario, names: &'a Names, address: IpAddr) -> impl Iterator<Item = u16> + 'a {
    let hosts = scenario.zones.iter().flat_map(|version| &version.zone.hosts);
    let has = move |host: &&Host| {
        host.a.iter().any(|&ip| address == ip) || host.aaaa.iter().any(|&ip| address == ip)
    };
    hosts.filter(has).filter_map(|host| names.host_index(&host.name))
}

fn node_of(scenario: &Scenario, address: IpAddr) -> usize {
    let node = scenario.nodes.iter().position(|node| node.addresses.contains(&address));
    assert!(node.is_some(), "validation gives every address a node, but {address} has none");
    node.unwrap_or(0)
}

fn sender_table(
    sender: &Sender,
    scenario: &Scenario,
    barred: Vec<bool>,
    layers: &mut Vec<LayerTable>,
) -> SenderTable {
    let stream = |purpose| StreamId::new(&sender.name, purpose);
    SenderTable {
        law: LawDecision { law: Law::Messages, why: "not decided yet" },
        arrivals: Arrivals::new(scenario.messages_per_day * sender.share, &sender.profile),
        given: sender.given.as_ref().map(|times| within(times, &scenario.run)),
        site: AliasTable::new(&sender.sizes.weights(sender.sites)),
        sites: sender.sites,
        hosts: sender.hosts,
        ipv6: sender.ipv6 && sender.behaviour.law.order.family != Family::Ipv4Only,
        stub: sender.stub.law,
        home: sender.addresses.clone(),
        client: name_hash(&sender.name),
        barred,
        layers: own_cache(sender)
            .iter()
            .chain(&sender.resolver)
            .map(|layer| (layer_index(layer, sender, layers), layer.law.caches))
            .collect(),
        behaviour: sender.behaviour.clone(),
        deck: None,
        managed: false,
        relays: false,
        walks_lightly: false,
        streams: SenderStreams {
            arrival: stream(Purpose::Arrival),
            outbound_host: stream(Purpose::OutboundHost),
            choice: stream(Purpose::Choice),
            retry: stream(Purpose::Retry),
            holding: stream(Purpose::Holding),
            process: stream(Purpose::Process),
            session: stream(Purpose::Session),
            home: stream(Purpose::Home),
            fault: stream(Purpose::Fault),
        },
    }
}

/// The times that lie in the run.
fn within(times: &[Time], run: &RunPlan) -> Arc<[Time]> {
    let (start, end) = (Time::ZERO - run.warm_up, Time::ZERO + run.run_length);
    times.iter().copied().filter(|&at| start <= at && at < end).collect()
}

/// The cache that each outbound host of a sender keeps for itself, if it does; it keeps answers as they came.
///
/// Where nobody else asks the cache behind it, a cache that goes by the TTL makes a difference only to the order of answers; a sender that
/// draws its own order over hosts of one address has none to lose, and the layer is left out.
fn own_cache(sender: &Sender) -> Option<ResolverLayer> {
    let law = &sender.behaviour.law;
    let behind = &sender.resolver[0];
    let asks_alone = match behind.law.caches {
        Caches::PerHost => true,
        Caches::PerSite => sender.hosts == 1,
        Caches::Count(_) => false,
    } && behind.shared_as.contains("@sender ");
    let draws = law.order.hosts == HostOrder::Shuffle
        && (law.order.unit == Unit::Address || law.order.addresses == AddressOrder::Shuffle);
    let keep = match law.dns.cache {
        OwnCache::Stub | OwnCache::Pinned => return None,
        OwnCache::OwnTtl if asks_alone && draws && behind.law.cache.is_plain() => return None,
        OwnCache::OwnTtl => Keeping::Ttl,
        OwnCache::Fixed(span) => Keeping::For(span),
    };
    let cache = CacheLaw { keep, ..OWN_CACHE.cache };
    Some(ResolverLayer {
        name: "its own cache".into(),
        preset: String::new(),
        law: ResolverLaw { cache, ..OWN_CACHE },
        shared_as: format!("its own@sender {}", sender.name),
    })
}

/// A cache that keeps every answer for its TTL, in the order in which it came.
const OWN_CACHE: ResolverLaw = ResolverLaw {
    caches: Caches::PerHost,
    pick: Pick::Client,
    cache: CacheLaw::BY_TTL,
    order: OrderLaw::AS_RECEIVED,
};

/// The index of the layer in the world; senders that share one meet in the same caches.
fn layer_index(layer: &ResolverLayer, sender: &Sender, layers: &mut Vec<LayerTable>) -> u16 {
    let needed = match layer.law.caches {
        Caches::PerHost => sender.sites * sender.hosts,
        Caches::PerSite => sender.sites,
        Caches::Count(n) => n,
    };
    let known = layers.iter().position(|known| known.shared_as == layer.shared_as && known.law == layer.law);
    let index = known.unwrap_or_else(|| {
        // Layers of one name and different laws are different caches, with luck of their own.
        let namesakes = layers.iter().filter(|known| known.shared_as == layer.shared_as).count();
        let name = format!("{}{}", layer.shared_as, "'".repeat(namesakes));
        let stream = StreamId::new(&name, Purpose::Answer);
        let refills = StreamId::new(&name, Purpose::Refill);
        let (shared_as, law) = (layer.shared_as.clone(), layer.law);
        layers.push(LayerTable { shared_as, law, caches: 0, stream, refills, plain: false });
        layers.len() - 1
    });
    layers[index].caches = layers[index].caches.max(needed);
    index as u16
}

fn delay_limits(scenario: &Scenario) -> Vec<Span> {
    let limit = |kind| match kind {
        GoalKind::DelayP95 { at_most } => Some(at_most),
        GoalKind::BusiestShare { .. } | GoalKind::QuietestShare { .. } | GoalKind::NearFair { .. } => None,
    };
    scenario.goals.iter().filter_map(|goal| limit(goal.kind)).collect()
}

fn labels(scenario: &Scenario, names: &Names) -> Labels {
    let zone = zone_at_zero(scenario);
    let preference =
        |name: &Name| zone.mx.iter().filter(|mx| mx.exchange == *name).map(|mx| mx.preference).min();
    let node = |node: &Node| NodeLabels {
        name: node.name.clone(),
        host: node.host.clone(),
        addresses: names.published(node).map(IpAddr::to_string).collect(),
        address_indices: names.published(node).map(|&ip| usize::from(names.address_index(ip))).collect(),
        fair_share: node.fair_share,
        fails: !node.faults.is_empty(),
        session_limit: node.capacity.sessions,
        measured: scenario.run.run_length,
    };
    let sender = |sender: &Sender| SenderLabels {
        name: sender.name.clone(),
        behaves_like: sender.preset.clone(),
        grade: sender.grade,
        decisive_grade: scenario.decisive_grade(sender),
        share: sender.share,
    };
    Labels {
        title: scenario.title.clone(),
        run: scenario.run,
        nodes: scenario.nodes.iter().map(node).collect(),
        hosts: names
            .hosts
            .iter()
            .map(|name| HostLabels { name: name.to_string(), preference: preference(name) })
            .collect(),
        senders: scenario.senders.iter().map(sender).collect(),
        goals: scenario.goals.clone(),
        goals_are_default: scenario.goals_are_default,
        laws: Vec::new(),
        presets: scenario.presets.clone(),
        cautions: scenario.cautions.clone(),
        fingerprint: scenario.fingerprint.clone(),
    }
}

/// The zone as it stands when measuring starts.
fn zone_at_zero(scenario: &Scenario) -> &Zone {
    let latest = scenario.zones.iter().rev().find(|version| version.at <= Time::ZERO);
    &latest.unwrap_or(&scenario.zones[0]).zone
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
