//! Senders as tables, each complete when it is made.

use super::fixed_candidates::FixedCandidates;
use super::topology::{HostTable, LayerTable, MX, Names, Topology};
use crate::dns::cache::Hop;
use crate::dns::stub::Home;
use crate::dns::{
    CachePolicy, Caches, EntryLifetime, Name, OrderPolicy, Pick, RecordType, ResolverParameters,
    StubParameters, Transform,
};
use crate::ids::{AddressId, HostId};
use crate::node::{Capacity, Fault, WhenFull};
use crate::random::{Key, Purpose, StreamId, name_hash};
use crate::scenario::{ResolverLayer, RunPlan, Scenario, Sender};
use crate::sender::{
    AddressOrder, AddressSort, Behaviour, Candidate, Concurrency, Failover, Family, FiledUnder, HostOrder,
    Memory, MxToAddress, OwnCache, Reuse, SenderParameters, Unit,
};
use crate::time::Time;
use crate::traffic::{AliasTable, Arrivals};
use smallvec::SmallVec;
use std::net::IpAddr;
use std::sync::Arc;

/// One sender.
#[derive(Debug)]
pub struct SenderTable {
    /// False for mail that nobody waits for.
    pub wanted: bool,
    /// When its messages come.
    pub arrivals: Arrivals,
    /// When they come instead, if the embedding program says so: in order, and within the run.
    pub given: Option<Arc<[Time]>>,
    /// Which site a message comes from.
    pub site: AliasTable,
    /// How many sites there are.
    pub sites: usize,
    /// Hash of its name.
    pub name_hash: u64,
    /// Outbound hosts per site.
    pub hosts: usize,
    /// True if AAAA addresses are of use to it.
    pub ipv6: bool,
    /// How the library it uses sorts addresses; the blank one for a sender that uses none.
    pub stub: StubParameters,
    /// The addresses it is known to send from.
    pub home: Vec<IpAddr>,
    /// Number of its first client: with the outbound host it tells who asks a resolver.
    pub client: u64,
    /// Per host: true if a policy keeps this sender from using it.
    pub barred: Vec<bool>,
    /// True if it delivers over TLS or not at all, as an MTA-STS policy wants it.
    pub needs_tls: bool,
    /// Per host: true if it is an address in the place of a name, and the sender does not use those.
    pub skipped: Vec<bool>,
    /// Per host: its addresses as candidates of preference 0, where the sender always gets these; none where answers differ or it does not use
    /// the host.
    pub fixed_addresses: Vec<SmallVec<[Candidate; 2]>>,
    /// Its layers, nearest first, and which cache of each an outbound host meets.
    pub layers: SenderLayers,
    /// How it orders, fails over, retries and remembers.
    pub behaviour: Behaviour,
    /// What a message goes through from its queue to a node.
    pub path: DeliveryPath,
    /// Names its streams.
    pub streams: SenderStreams,
}

/// Resolver layers of a sender, by their index in [`Topology::layers`], nearest first.
pub type SenderLayers = SmallVec<[(u16, Caches); 2]>;

/// What a message of a sender goes through from its queue to a node.
///
/// Where the DNS answer makes no difference to the candidates, they come with it ([`FixedCandidates`]).
#[derive(Debug, Clone)]
pub enum DeliveryPath {
    /// An attempt is no more than an order of fixed candidates and a place in it: nothing is remembered, no connection is kept or counted,
    /// every failure leads to the next host, and no session goes wrong or waits.
    Compact(FixedCandidates),
    /// Each message opens its own connections, and they need not be counted.
    PerMessage(Option<FixedCandidates>),
    /// Connections are counted, because some are kept open, or they are limited and take time.
    CountedConnections(Option<FixedCandidates>),
    /// Connections are opened for the destination and not for a message (OpenSMTPD).
    ForDestination(Option<FixedCandidates>),
}

impl DeliveryPath {
    /// The path of a sender that behaves so.
    fn of(topology: &Topology, behaviour: &Behaviour, fixed: Option<FixedCandidates>) -> Self {
        match fixed {
            fixed if behaviour.parameters.concurrency.is_for_destination() => Self::ForDestination(fixed),
            fixed if counts_connections(topology, &behaviour.parameters) => Self::CountedConnections(fixed),
            Some(fixed) if is_compact(topology, behaviour, &fixed) => Self::Compact(fixed),
            fixed => Self::PerMessage(fixed),
        }
    }

    /// The same without the shorter way of compact attempts, which counts wanted mail only.
    fn not_compact(self) -> Self {
        match self {
            Self::Compact(fixed) => Self::PerMessage(Some(fixed)),
            other => other,
        }
    }

    /// The candidates, if no answer of the DNS makes a difference to them.
    #[must_use]
    #[inline]
    pub const fn fixed_candidates(&self) -> Option<&FixedCandidates> {
        match self {
            Self::Compact(fixed) => Some(fixed),
            Self::PerMessage(fixed) | Self::CountedConnections(fixed) | Self::ForDestination(fixed) => {
                fixed.as_ref()
            }
        }
    }

    /// The candidates of a sender whose attempts are compact.
    #[must_use]
    #[inline]
    pub const fn compact(&self) -> Option<&FixedCandidates> {
        match self {
            Self::Compact(fixed) => Some(fixed),
            _ => None,
        }
    }

    /// True if connections of an outbound host are counted.
    #[must_use]
    #[inline]
    pub const fn counts_connections(&self) -> bool {
        matches!(self, Self::CountedConnections(_) | Self::ForDestination(_))
    }

    /// True if connections are opened for the destination and not for a message.
    #[must_use]
    #[inline]
    pub const fn is_for_destination(&self) -> bool {
        matches!(self, Self::ForDestination(_))
    }
}

/// Whether connections of a sender have to be counted.
fn counts_connections(topology: &Topology, parameters: &SenderParameters) -> bool {
    let keeps = parameters
        .reuse
        .kept()
        .is_some_and(|kept| topology.nodes.iter().any(|node| kept.tls || !node.capacity.tls));
    // Where neither a session nor a failed connection takes time, there is never more than one connection.
    let is_slow = || {
        topology.is_timed() || topology.nodes.iter().any(|node| node.faults.ever(Fault::keeps_sender_waiting))
    };
    keeps || (parameters.concurrency != Concurrency::UNLIMITED && is_slow())
}

/// Whether every attempt is an order of `fixed` and a place in it.
fn is_compact(topology: &Topology, behaviour: &Behaviour, fixed: &FixedCandidates) -> bool {
    let parameters = &behaviour.parameters;
    let in_session = |fault: Fault| !matches!(fault, Fault::Refuse | Fault::Drop);
    let never_goes_wrong = |faults: &crate::node::Schedule| !faults.is_partial() && !faults.ever(in_session);
    let answers_at_once = |capacity: &Capacity| {
        let takes_turns =
            capacity.workers.is_some() || capacity.clients.is_limiting() || capacity.queue.is_some();
        capacity.backlog == 0 && capacity.when_full != WhenFull::Drop && !takes_turns
    };
    behaviour.custom.is_none()
        && fixed.count() <= FixedCandidates::SHORT
        && fixed.tries_all(behaviour)
        && parameters.failover == Failover::NextHost
        && parameters.on_busy == Failover::NextHost
        && parameters.limits.sessions.is_none()
        && parameters.memory == Memory::Nothing
        && topology
            .nodes
            .iter()
            .all(|node| answers_at_once(&node.capacity) && !node.greylists && never_goes_wrong(&node.faults))
}

/// The streams of one sender, by purpose.
#[derive(Debug, Clone, Copy)]
pub struct SenderStreams {
    /// Times of messages.
    pub arrival: StreamId,
    /// Outbound hosts of messages.
    pub outbound_host: StreamId,
    /// Orders of candidates.
    pub choice: StreamId,
    /// Retry jitter and phases.
    pub retry: StreamId,
    /// Holding times.
    pub holding: StreamId,
    /// Numbers of sending processes.
    pub process: StreamId,
    /// How long messages hold a session.
    pub session: StreamId,
    /// Addresses its sites send from.
    pub home: StreamId,
    /// How old connections are when the run begins.
    pub age: StreamId,
    /// Which connections a fault hits that hits only a part of them.
    pub fault: StreamId,
    /// Which outbound hosts, sites and recipients it hits.
    pub hit: StreamId,
}

impl SenderStreams {
    fn of(name: &str) -> Self {
        let stream = |purpose| StreamId::new(name, purpose);
        Self {
            arrival: stream(Purpose::Arrival),
            outbound_host: stream(Purpose::OutboundHost),
            choice: stream(Purpose::Choice),
            retry: stream(Purpose::Retry),
            holding: stream(Purpose::Holding),
            process: stream(Purpose::Process),
            session: stream(Purpose::Session),
            home: stream(Purpose::Home),
            age: stream(Purpose::Age),
            fault: stream(Purpose::Fault),
            hit: stream(Purpose::Hit),
        }
    }
}

impl SenderTable {
    /// The table of a sender that asks through `layers` of this topology.
    #[must_use]
    pub fn new(
        sender: &Sender,
        scenario: &Scenario,
        names: &Names,
        topology: &Topology,
        layers: SenderLayers,
    ) -> Self {
        let mut table = Self {
            wanted: sender.wanted,
            arrivals: Arrivals::new(scenario.messages_per_day * sender.share, &sender.profile),
            given: sender.given.as_ref().map(|times| within(times, &scenario.run)),
            site: AliasTable::new(&sender.sizes.weights(sender.sites)),
            sites: sender.sites,
            name_hash: name_hash(&sender.name),
            hosts: sender.hosts,
            ipv6: sender.ipv6 && sender.behaviour.parameters.order.family != Family::Ipv4Only,
            stub: sender.stub.parameters,
            home: sender.addresses.clone(),
            client: name_hash(&sender.name),
            barred: barred(scenario, names, sender),
            needs_tls: needs_tls(scenario, sender),
            skipped: skipped(names, sender),
            fixed_addresses: Vec::new(),
            layers,
            behaviour: sender.behaviour.clone(),
            path: DeliveryPath::PerMessage(None),
            streams: SenderStreams::of(&sender.name),
        };
        let fixed = FixedCandidates::of(topology, &table);
        let asks = fixed.is_none();
        let hosts = (0..topology.hosts.len()).map(HostId::new);
        table.fixed_addresses = hosts.map(|host| fixed_addresses(topology, &table, (host, asks))).collect();
        table.path = DeliveryPath::of(topology, &table.behaviour, fixed);
        if !table.wanted {
            table.path = table.path.not_compact();
        }
        table
    }

    /// True if every answer that it gets for `set` has all records, whenever it asks and whoever else does.
    #[must_use]
    pub fn gets_full_answers(&self, topology: &Topology, set: usize) -> bool {
        let set = &topology.record_sets[set];
        let most = set.versions.iter().map(|version| version.records.len()).max().unwrap_or(0);
        let layers =
            self.layers.iter().map(|&(layer, _)| &topology.layers[usize::from(layer)].parameters.order);
        let cuts = |parameters: &OrderPolicy| parameters.cuts(set.record_type, most);
        topology.authority_away.is_empty() && !cuts(&topology.authority) && !layers.into_iter().any(cuts)
    }

    /// Messages expected between `from` and `to`.
    #[must_use]
    pub fn expected(&self, from: Time, to: Time) -> f64 {
        match &self.given {
            Some(times) => times.iter().filter(|&&at| from <= at && at < to).count() as f64,
            None => self.arrivals.expected(from, to),
        }
    }

    /// Outbound hosts at all sites together.
    #[must_use]
    pub const fn outbound_hosts(&self) -> usize {
        self.sites * self.hosts
    }

    /// True if a policy keeps it from using a host.
    #[must_use]
    pub fn is_barred(&self, host: HostId) -> bool {
        self.barred[host.index()]
    }

    /// True if it does not connect to a host, whatever addresses that has.
    #[must_use]
    pub fn passes_over(&self, host: HostId) -> bool {
        self.barred[host.index()] || self.skipped[host.index()]
    }

    /// True if an answer with this host makes it bounce all mail for the domain.
    #[must_use]
    pub fn bounces_for(&self, host: HostId) -> bool {
        self.skipped[host.index()] && self.behaviour.parameters.policy.mx_to_address == MxToAddress::Bounce
    }

    /// The layer and the cache that an outbound host meets, where there is only one layer.
    #[must_use]
    #[inline]
    pub fn nearest(&self, outbound_host: u32) -> (usize, u32) {
        let (layer, caches) = self.layers[0];
        (usize::from(layer), self.cache_of(caches, outbound_host))
    }

    /// The cache that an outbound host meets.
    #[must_use]
    #[inline]
    pub const fn cache_of(&self, caches: Caches, outbound_host: u32) -> u32 {
        match caches {
            Caches::PerHost => outbound_host,
            Caches::PerSite if self.hosts == 1 => outbound_host,
            Caches::PerSite => outbound_host / self.hosts as u32,
            // Dealt out in turn, so that no cache is left out by chance.
            Caches::Count(n) => outbound_host % n as u32,
        }
    }

    /// The number by which resolvers know an outbound host.
    #[must_use]
    pub const fn client_of(&self, outbound_host: u32) -> u64 {
        self.client.wrapping_add(outbound_host as u64)
    }

    /// Over how many bits its library compares the addresses of a host, by type; zero if they stay as answered.
    #[must_use]
    pub fn compares(&self, record_type: RecordType, host: &HostTable) -> u32 {
        if self.behaviour.parameters.dns.address_sort == AddressSort::None {
            return 0;
        }
        self.stub.compares(record_type, self.ipv6 && host.aaaa.is_some())
    }

    /// Where an outbound host sends from; `site` decides what is not known.
    #[must_use]
    pub fn home_of(&self, site: Key) -> Home {
        let mut home = Home::drawn(site);
        for address in &self.home {
            match address {
                IpAddr::V4(ip) => home.v4 = *ip,
                IpAddr::V6(ip) => home.v6 = *ip,
            }
        }
        home
    }

    /// True if a delivery may fetch deferred mail before its time.
    #[must_use]
    pub const fn fetches_deferred(&self) -> bool {
        self.path.counts_connections() && matches!(self.behaviour.parameters.reuse, Reuse::Batch(_))
    }

    /// True if an open connection takes a message before anything is looked up.
    #[must_use]
    pub fn files_under_domain(&self) -> bool {
        self.behaviour.parameters.reuse.kept().is_none_or(|kept| kept.filed_under == FiledUnder::Domain)
    }

    /// True if an open connection takes only messages for the same MX set.
    #[must_use]
    pub fn files_under_mx_set(&self) -> bool {
        self.behaviour.parameters.reuse.kept().is_some_and(|kept| kept.filed_under == FiledUnder::MxSet)
    }

    /// True if an open connection is looked for when the candidates are known.
    #[must_use]
    #[inline]
    pub fn looks_for_idle(&self) -> bool {
        self.path.counts_connections()
            && (!self.files_under_domain() || matches!(self.behaviour.parameters.reuse, Reuse::Demand(_)))
    }

    /// The caches between an outbound host and the authority, nearest first.
    #[must_use]
    pub fn hops(&self, outbound_host: u32) -> SmallVec<[Hop; 2]> {
        self.layers
            .iter()
            .map(|&(layer, caches)| Hop { layer, cache: self.cache_of(caches, outbound_host) })
            .collect()
    }
}

/// The addresses of a host as candidates of preference 0, AAAA before A, if the sender always gets these; none otherwise.
/// A sender with fixed candidates never asks for an address, watched or not, even where an authority counts its questions.
fn fixed_addresses(
    topology: &Topology,
    sender: &SenderTable,
    (host, asks): (HostId, bool),
) -> SmallVec<[Candidate; 2]> {
    let sets = topology.host(host);
    let wanted = sets.aaaa.filter(|_| sender.ipv6).into_iter().chain(sets.a);
    let known = |set: usize| match asks {
        true => topology.fixed_answers[set],
        false => topology.record_sets[set].only_record(),
    };
    let fixed = |set: usize| known(set).filter(|_| !sender.passes_over(host));
    let candidate = |set: usize| Some(topology.candidate(0, host, AddressId(fixed(set)?.target)));
    wanted.map(candidate).collect::<Option<_>>().unwrap_or_default()
}

/// Which hosts a policy keeps `sender` from using.
fn barred(scenario: &Scenario, names: &Names, sender: &Sender) -> Vec<bool> {
    let policy = &sender.behaviour.parameters.policy;
    let by_mta_sts = |host: &Name| scenario.mta_sts.as_ref().is_some_and(|zone| !zone.allows(host));
    let by_dane = |host: &Name| scenario.dane.failing.contains(host);
    let in_clear = |host: &Name| needs_tls(scenario, sender) && scenario.offers_no_tls(host);
    let is_barred = |host: &Name| {
        (policy.mta_sts.is_on() && by_mta_sts(host))
            || (policy.dane.is_on() && by_dane(host))
            || in_clear(host)
    };
    names.hosts.iter().map(is_barred).collect()
}

/// Whether an MTA-STS policy keeps `sender` from delivering in clear.
fn needs_tls(scenario: &Scenario, sender: &Sender) -> bool {
    scenario.enforces_tls() && sender.behaviour.parameters.policy.mta_sts.is_on()
}

/// Which hosts are addresses that `sender` does not use.
fn skipped(names: &Names, sender: &Sender) -> Vec<bool> {
    let uses = sender.behaviour.parameters.policy.mx_to_address == MxToAddress::Use;
    names.hosts.iter().map(|host| !uses && host.as_address().is_some()).collect()
}

/// The times that lie in the run.
fn within(times: &[Time], run: &RunPlan) -> Arc<[Time]> {
    let (start, end) = (Time::ZERO - run.warm_up, Time::ZERO + run.run_length);
    times.iter().copied().filter(|&at| start <= at && at < end).collect()
}

/// The layers of all senders: as tables, and by sender.
#[must_use]
pub fn layers(scenario: &Scenario) -> (Vec<LayerTable>, Vec<SenderLayers>) {
    let mut tables = Vec::new();
    let of_sender = |sender: &Sender| {
        own_cache(sender)
            .iter()
            .chain(&sender.resolver)
            .map(|layer| (layer_index(layer, sender, &mut tables), layer.parameters.caches))
            .collect()
    };
    let by_sender = scenario.senders.iter().map(of_sender).collect();
    (tables, by_sender)
}

/// Per layer: true if only the times of its entries matter, because all senders that ask it know their candidates (`knows`) and ask nothing behind it.
/// An authority whose answers go by how often it was asked is asked by everyone, as soon as its order makes a difference to anyone.
#[must_use]
pub fn times_only(topology: &Topology, senders: &[SenderTable], knows: &[bool]) -> Vec<bool> {
    let is_indifferent = |(sender, knows): (&SenderTable, &bool)| *knows && sender.layers.len() == 1;
    let authority = &topology.authority;
    let others_mind = authority.transform != Transform::None
        && authority.types.contains(RecordType::Mx)
        && !senders.iter().zip(knows).all(is_indifferent);
    let of_layer = |(layer, table): (usize, &LayerTable)| {
        let asks = |sender: &SenderTable| sender.layers.iter().any(|&(asked, _)| usize::from(asked) == layer);
        let parameters = &table.parameters;
        let is_plain = parameters.cache.is_plain()
            && parameters.pick == Pick::Client
            && topology.record_sets[MX].versions.len() == 1;
        let asking = senders.iter().zip(knows).filter(|(sender, _)| asks(sender));
        is_plain && !others_mind && asking.into_iter().all(is_indifferent)
    };
    topology.layers.iter().enumerate().map(of_layer).collect()
}

/// The cache that each outbound host of a sender keeps for itself, if it does; it keeps answers as they came.
///
/// Where nobody else asks the cache behind it, a cache that goes by the TTL makes a difference only to the order of answers; a sender that
/// draws its own order over hosts of one address has none to lose, and the layer is left out.
fn own_cache(sender: &Sender) -> Option<ResolverLayer> {
    let parameters = &sender.behaviour.parameters;
    let behind = &sender.resolver[0];
    let asks_alone = match behind.parameters.caches {
        Caches::PerHost => true,
        Caches::PerSite => sender.hosts == 1,
        Caches::Count(_) => false,
    } && behind.shared_as.contains("@sender ");
    let draws = parameters.order.hosts == HostOrder::Shuffle
        && (parameters.order.unit == Unit::Address || parameters.order.addresses == AddressOrder::Shuffle);
    let keep = match parameters.dns.cache {
        OwnCache::Stub | OwnCache::Pinned => return None,
        OwnCache::OwnTtl if asks_alone && draws && behind.parameters.cache.is_plain() => return None,
        OwnCache::OwnTtl => EntryLifetime::Ttl,
        OwnCache::Fixed(span) => EntryLifetime::For(span),
    };
    let cache = CachePolicy { keep, ..OWN_CACHE.cache };
    Some(ResolverLayer {
        name: "its own cache".into(),
        preset: String::new(),
        parameters: ResolverParameters { cache, ..OWN_CACHE },
        shared_as: format!("its own@sender {}", sender.name),
    })
}

/// A cache that keeps every answer for its TTL, in the order in which it came.
const OWN_CACHE: ResolverParameters = ResolverParameters {
    caches: Caches::PerHost,
    pick: Pick::Client,
    cache: CachePolicy::BY_TTL,
    order: OrderPolicy::AS_RECEIVED,
};

/// The index of the layer in the world; senders that share one meet in the same caches.
fn layer_index(layer: &ResolverLayer, sender: &Sender, layers: &mut Vec<LayerTable>) -> u16 {
    let needed = match layer.parameters.caches {
        Caches::PerHost => sender.sites * sender.hosts,
        Caches::PerSite => sender.sites,
        Caches::Count(n) => n,
    };
    let known = layers
        .iter()
        .position(|known| known.shared_as == layer.shared_as && known.parameters == layer.parameters);
    let index = known.unwrap_or_else(|| {
        // Layers of one name and different parameters are different caches, with draws of their own.
        let namesakes = layers.iter().filter(|known| known.shared_as == layer.shared_as).count();
        let name = format!("{}{}", layer.shared_as, "'".repeat(namesakes));
        let stream = StreamId::new(&name, Purpose::Answer);
        let refills = StreamId::new(&name, Purpose::Refill);
        let (shared_as, parameters) = (layer.shared_as.clone(), layer.parameters);
        layers.push(LayerTable { shared_as, parameters, caches: 0, stream, refills });
        layers.len() - 1
    });
    layers[index].caches = layers[index].caches.max(needed);
    index as u16
}
