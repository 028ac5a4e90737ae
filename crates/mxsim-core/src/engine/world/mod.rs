//! A scenario as indices and tables, ready to be simulated any number of times.

pub mod compile;
pub mod fixed_candidates;
pub mod method;

use crate::dns::cache::{Hop, Record, RecordSet};
use crate::dns::stub::Home;
use crate::dns::{Caches, OrderLaw, RecordType, ResolverLaw, StubLaw};
use crate::engine::aggregate::Plan;
use crate::engine::world::fixed_candidates::Deck;
use crate::engine::world::method::LawDecision;
use crate::node::{Capacity, Schedule, SessionTimes};
use crate::random::{Key, StreamId};
use crate::sender::{AddressSort, Behaviour, Candidate, FiledUnder, Reuse};
use crate::tally::labels::Labels;
use crate::time::{Span, Time};
use crate::traffic::{AliasTable, Arrivals};
use smallvec::SmallVec;
use std::net::IpAddr;
use std::sync::Arc;

/// The record set of the domain's MX records is always the first.
pub const MX: usize = 0;
/// Target of the record of a null MX (RFC 7505).
pub const NOWHERE: u16 = u16::MAX;

/// A compiled scenario. Immutable; shared by all replications.
#[derive(Debug)]
pub struct World {
    /// What the statistics need.
    pub labels: Labels,
    /// Start of the warm-up.
    pub start: Time,
    /// End of the last window.
    pub end: Time,
    /// Length of a window.
    pub window: Span,
    /// The MX record set, then address record sets.
    pub record_sets: Vec<RecordSet>,
    /// Exchange hosts.
    pub hosts: Vec<HostTable>,
    /// The host that stands for the domain itself where it has no MX record (RFC 5321 section 5.1).
    pub implicit_host: Option<u16>,
    /// Addresses of all hosts.
    pub addresses: Vec<AddressTable>,
    /// True if an address belongs to several hosts.
    pub hosts_share_addresses: bool,
    /// Faults per node.
    pub nodes: Vec<Schedule>,
    /// Sessions per node.
    pub capacities: Vec<Capacity>,
    /// In which order the authority answers.
    pub authority: OrderLaw,
    /// The authority's decisions.
    pub authority_stream: StreamId,
    /// When the authority does not answer: from and to, in order of time and apart.
    pub authority_away: Vec<(Time, Time)>,
    /// Per record set: its only record, if no cache and no order can change the answer. Such a question is not simulated.
    pub certain: Vec<Option<Record>>,
    /// Resolver layers.
    pub layers: Vec<LayerTable>,
    /// Senders.
    pub senders: Vec<SenderTable>,
    /// Session times per node; nodes with the same law share them.
    pub session_times: Vec<Arc<SessionTimes>>,
    /// The session times, if the law is the same at every node and takes time.
    pub session_time: Option<Arc<SessionTimes>>,
    /// The delay limits of the delay goals, in order.
    pub delay_limits: Vec<Span>,
    /// How the senders are simulated whose messages are drawn as counts.
    pub(crate) bulk: Plan,
}

/// One exchange host.
#[derive(Debug)]
pub struct HostTable {
    /// Hash of its name.
    pub hash: u64,
    /// Its A record set, unless it is always empty.
    pub a: Option<usize>,
    /// Its AAAA record set, unless it is always empty.
    pub aaaa: Option<usize>,
}

/// One address.
#[derive(Debug)]
pub struct AddressTable {
    /// Hash of the address as text.
    pub hash: u64,
    /// The address itself.
    pub ip: IpAddr,
    /// The node behind it.
    pub node: usize,
    /// A host that has it.
    pub host: u16,
    /// True for IPv6.
    pub ipv6: bool,
}

/// One layer of resolver caches.
#[derive(Debug)]
pub struct LayerTable {
    /// Namespace of its caches.
    pub shared_as: String,
    /// How its caches keep and order.
    pub law: ResolverLaw,
    /// How many there are.
    pub caches: usize,
    /// Its decisions.
    pub stream: StreamId,
    /// True if nobody looks at the order of its answers and none changes: then only the times of its entries are simulated.
    pub plain: bool,
    /// When its caches are filled, where questions are drawn as counts.
    pub refills: StreamId,
}

/// One sender.
#[derive(Debug)]
pub struct SenderTable {
    /// The law it is simulated by.
    pub law: LawDecision,
    /// When its messages come.
    pub arrivals: Arrivals,
    /// When they come instead, if the embedding program says so: in order, and within the run.
    pub given: Option<Arc<[Time]>>,
    /// Which site a message comes from.
    pub site: AliasTable,
    /// How many sites there are.
    pub sites: usize,
    /// Outbound hosts per site.
    pub hosts: usize,
    /// True if AAAA addresses are of use to it.
    pub ipv6: bool,
    /// How the library it uses sorts addresses; the blank one for a sender that uses none.
    pub stub: StubLaw,
    /// The addresses it is known to send from.
    pub home: Vec<IpAddr>,
    /// Number of its first client: with the outbound host it tells who asks a resolver.
    pub client: u64,
    /// Per host: true if a policy keeps this sender from using it.
    pub barred: Vec<bool>,
    /// Its layers, nearest first, and which cache of each an outbound host meets.
    pub layers: SmallVec<[(u16, Caches); 2]>,
    /// How it orders, fails over, retries and remembers.
    pub behaviour: Behaviour,
    /// Its candidates, if no answer of the DNS makes a difference to them.
    pub deck: Option<Deck>,
    /// True if its connections have to be counted: it keeps some open, or it limits them and they take time.
    pub managed: bool,
    /// True if connections are opened for the destination and not for a message; see `relay/`.
    pub relays: bool,
    /// True if a walk over its deck is no more than an order and a place in it; see `light.rs`.
    pub walks_lightly: bool,
    /// Names its streams.
    pub streams: SenderStreams,
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
    /// Which connections a fault hits that hits only a part of them.
    pub fault: StreamId,
}

impl World {
    /// What the senders drawn as numbers cost in one replication, in messages simulated one by one.
    #[must_use]
    pub fn aggregate_work(&self) -> f64 {
        self.bulk.work(self)
    }

    /// True if sessions are limited or take time anywhere.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.capacities.iter().any(|capacity| capacity.is_timed())
    }

    /// True if every answer that `sender` gets has all records of the set, whenever it asks and whoever else does.
    #[must_use]
    pub fn answers_in_full(&self, sender: &SenderTable, set: usize) -> bool {
        let set = &self.record_sets[set];
        let most = set.versions.iter().map(|version| version.records.len()).max().unwrap_or(0);
        let layers = sender.layers.iter().map(|&(layer, _)| &self.layers[usize::from(layer)].law.order);
        let cuts = |law: &OrderLaw| law.cuts(set.record_type, most);
        self.authority_away.is_empty() && !cuts(&self.authority) && !layers.into_iter().any(cuts)
    }

    /// An address of a host as a candidate.
    #[must_use]
    pub fn candidate(&self, preference: u16, host: u16, address: u16) -> Candidate {
        let known = &self.addresses[usize::from(address)];
        let host_hash = self.hosts[usize::from(host)].hash;
        Candidate { preference, host, address, ipv6: known.ipv6, host_hash, address_hash: known.hash }
    }
}

impl SenderTable {
    /// Messages expected between `from` and `to`.
    #[must_use]
    pub fn expected(&self, from: Time, to: Time) -> f64 {
        match &self.given {
            Some(times) => times.iter().filter(|&&at| from <= at && at < to).count() as f64,
            None => self.arrivals.expected(from, to),
        }
    }

    /// The layer and the cache that outbound host `chooser` meets, where there is only one layer.
    #[must_use]
    #[inline]
    pub fn nearest(&self, chooser: u32) -> (usize, u32) {
        let (layer, caches) = self.layers[0];
        (usize::from(layer), self.cache_of(caches, chooser))
    }

    /// The cache that outbound host `chooser` meets.
    #[must_use]
    #[inline]
    pub const fn cache_of(&self, caches: Caches, chooser: u32) -> u32 {
        match caches {
            Caches::PerHost => chooser,
            Caches::PerSite if self.hosts == 1 => chooser,
            Caches::PerSite => chooser / self.hosts as u32,
            // Dealt out in turn, so that no cache is left out by chance.
            Caches::Count(n) => chooser % n as u32,
        }
    }

    /// The number by which resolvers know outbound host `chooser`.
    #[must_use]
    pub const fn client_of(&self, chooser: u32) -> u64 {
        self.client.wrapping_add(chooser as u64)
    }

    /// Over how many bits its library compares the addresses of a host, by type; zero if they stay as answered.
    #[must_use]
    pub fn compares(&self, record_type: RecordType, host: &HostTable) -> u32 {
        if self.behaviour.law.dns.address_sort == AddressSort::None {
            return 0;
        }
        self.stub.compares(record_type, self.ipv6 && host.aaaa.is_some())
    }

    /// Where outbound host `chooser` sends from; `site` decides what is not known.
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
        self.managed && matches!(self.behaviour.law.reuse, Reuse::Batch(_))
    }

    /// True if an open connection takes a message before anything is looked up.
    #[must_use]
    pub fn files_under_domain(&self) -> bool {
        self.behaviour.law.reuse.kept().is_none_or(|kept| kept.filed_under == FiledUnder::Domain)
    }

    /// True if an open connection is looked for when the candidates are known.
    #[must_use]
    #[inline]
    pub fn looks_for_kept(&self) -> bool {
        self.managed && (!self.files_under_domain() || matches!(self.behaviour.law.reuse, Reuse::Demand(_)))
    }

    /// The caches between outbound host `chooser` and the authority, nearest first.
    #[must_use]
    pub fn hops(&self, chooser: u32) -> SmallVec<[Hop; 2]> {
        self.layers
            .iter()
            .map(|&(layer, caches)| Hop { layer, cache: self.cache_of(caches, chooser) })
            .collect()
    }
}
