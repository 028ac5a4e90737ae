//! The DNS as one replication sees it: an authority, and caches in front of it.
//!
//! A look-up asks the nearest hop; a hop that has no valid entry asks the next one, and the last asks the authority. Every hop keeps its
//! own clock for each record set, so MX and addresses expire apart. Terms as in RFC 9499; negative answers as in RFC 2308.
//!
//! Main types: [`RecordSet`], what is published over time; [`Network`], all hops of one replication; [`Answer`].

use super::order::{Order, Turn, base_order, render};
use super::{CacheLaw, Driver, Hold, OrderLaw, RecordType, ResolverLaw, ZeroTtl};
use crate::random::Key;
use crate::time::{Span, Time};

/// One record: an MX with its preference and the index of its host, or an address by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Preference of an MX record, 0 for an address.
    pub preference: u16,
    /// Index of the host or of the address.
    pub target: u16,
}

/// What a record set holds from `from` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSetVersion {
    /// When it replaces the version before.
    pub from: Time,
    /// Its TTL; for an empty set the negative TTL.
    pub ttl: Span,
    /// The records in zone order, at most 255.
    pub records: Vec<Record>,
    /// Their positions sorted by data.
    pub canonical: Order,
}

/// One record set of the zone over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its type.
    pub record_type: RecordType,
    /// Hash of its owner name and type, to key decisions by.
    pub hash: u64,
    /// Its versions in order of time; the first holds from the start of the simulation.
    pub versions: Vec<RecordSetVersion>,
}

impl RecordSet {
    /// The version published at `now`.
    #[must_use]
    pub fn version_at(&self, now: Time) -> usize {
        self.versions.partition_point(|version| version.from <= now).saturating_sub(1)
    }

    /// The one record it holds at all times, if it is so: then the answer does not depend on any cache.
    #[must_use]
    pub fn only_record(&self) -> Option<Record> {
        match self.versions.as_slice() {
            [version] if version.records.len() == 1 => Some(version.records[0]),
            _ => None,
        }
    }

    /// True if it never has a record, so that nobody needs to ask.
    #[must_use]
    pub fn is_always_empty(&self) -> bool {
        self.versions.iter().all(|version| version.records.is_empty())
    }
}

/// An answer as it leaves a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which version of the record set it holds.
    pub version: usize,
    /// In which order.
    pub order: Order,
    /// How long it may be kept.
    pub ttl: Span,
    /// True if the hop that was asked had it in its cache.
    pub from_cache: bool,
    /// How often the nearest caching hop has filled this entry: the number of the cache epoch.
    pub epoch: u32,
}

/// One cache of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Which layer.
    pub layer: u16,
    /// Which cache of it.
    pub cache: u32,
}

/// A layer of caches with the same law.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// How its caches keep and order.
    pub law: ResolverLaw,
    /// How many there are.
    pub caches: usize,
    /// The root of its decisions.
    pub key: Key,
}

/// Every hop of one replication, with its state.
#[derive(Debug)]
pub struct Network<'a> {
    sets: &'a [RecordSet],
    authority: OrderLaw,
    authority_state: HopState,
    authority_key: Key,
    layers: Vec<(Layer, Vec<Option<Box<HopState>>>)>,
    /// Caches are taken to have been in use long before this moment; `None` if they have just been started.
    in_use_before: Option<Time>,
}

/// What one hop keeps.
#[derive(Debug, Clone, Default)]
struct HopState {
    entries: Vec<Entry>,
    /// Answers rendered by the whole process.
    process_counter: u64,
    /// Entries filled so far, for counters whose start moves on.
    fills: u64,
}

/// When and where an answer is taken in.
#[derive(Debug, Clone, Copy)]
struct Filling {
    now: Time,
    key: Key,
    in_use_before: Option<Time>,
}

/// When an answer is rendered, until when its entry is valid, and the root of the hop's decisions.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: Time,
    expires: Time,
    key: Key,
}

/// One record set in one hop.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Valid until then; `None` if never filled.
    expires: Option<Time>,
    version: usize,
    stored: Order,
    counter: u64,
    held: Option<(Order, Time)>,
    epoch: u32,
    /// Answers given, to key their draws.
    asked: u64,
}

impl<'a> Network<'a> {
    /// All caches empty, all counters at their start.
    #[must_use]
    pub fn new(sets: &'a [RecordSet], authority: OrderLaw, authority_key: Key, layers: Vec<Layer>) -> Self {
        let layers = layers.into_iter().map(|layer| (layer, vec![None; layer.caches])).collect();
        let authority_state = HopState::new(sets.len());
        Self { sets, authority, authority_state, authority_key, layers, in_use_before: None }
    }

    /// The same caches in the midst of their life at `start`, instead of freshly started: what is fetched within the first TTL has a part of
    /// its time behind it, so that busy caches do not expire in step. Each cache and record set has a phase of its own.
    #[must_use]
    pub const fn in_use_before(mut self, start: Time) -> Self {
        self.in_use_before = Some(start);
        self
    }

    /// Asks for record set `set` at `now` through `hops`, nearest first; without hops the authority itself answers.
    pub fn look_up(&mut self, hops: &[Hop], set: usize, now: Time) -> Answer {
        let Some((hop, upstream)) = hops.split_first() else { return self.ask_authority(set, now) };
        let law = self.layers[usize::from(hop.layer)].0.law;
        if let Some(answer) = self.cached(*hop, &law, set, now) {
            return answer;
        }
        let fetched = self.look_up(upstream, set, now);
        let (sets, in_use_before) = (self.sets, self.in_use_before);
        let (key, state) = self.hop(*hop);
        state.fill(&law, &sets[set], set, fetched, Filling { now, key, in_use_before })
    }

    fn cached(&mut self, hop: Hop, law: &ResolverLaw, set: usize, now: Time) -> Option<Answer> {
        let records = &self.sets[set];
        let (key, state) = self.hop(hop);
        let expires = state.entries[set].expires.filter(|&expires| now < expires)?;
        let order = state.render(&law.order, records, set, Moment { now, expires, key });
        let entry = &state.entries[set];
        Some(Answer {
            version: entry.version,
            order,
            ttl: expires.since(now),
            from_cache: true,
            epoch: entry.epoch,
        })
    }

    fn hop(&mut self, hop: Hop) -> (Key, &mut HopState) {
        let sets = self.sets.len();
        let (layer, caches) = &mut self.layers[usize::from(hop.layer)];
        let state = caches[hop.cache as usize].get_or_insert_with(|| Box::new(HopState::new(sets)));
        (layer.key.child(u64::from(hop.cache)), state)
    }

    fn ask_authority(&mut self, set: usize, now: Time) -> Answer {
        let records = &self.sets[set];
        let version = records.version_at(now);
        let published = &records.versions[version];
        let state = &mut self.authority_state;
        let changed = state.entries[set].expires.is_none() || state.entries[set].version != version;
        if changed {
            let zone_order: Order = (0..published.records.len()).map(|i| i as u8).collect();
            state.store(
                &self.authority,
                set,
                version,
                base_order(&self.authority, &zone_order, &published.canonical),
            );
            state.entries[set].expires = Some(Time::NEVER);
        }
        let moment = Moment { now, expires: Time::NEVER, key: self.authority_key };
        let order = state.render(&self.authority, records, set, moment);
        Answer { version, order, ttl: published.ttl, from_cache: false, epoch: 0 }
    }
}

/// Caches of one record set that never changes and whose order makes no difference to anybody: only when entries expire counts.
#[derive(Debug)]
pub struct PlainCaches<'a> {
    set: &'a RecordSet,
    layer: Layer,
    /// How long an entry lives; `None` if it depends on the moment.
    ttl: Option<Span>,
    /// Per cache: when its entry expires, and how often it has been filled.
    entries: Vec<(Time, u32)>,
    in_use_before: Time,
}

impl<'a> PlainCaches<'a> {
    /// The caches of `layer`, in use since long before `start`.
    #[must_use]
    pub fn new(set: &'a RecordSet, layer: Layer, start: Time) -> Self {
        let published = &set.versions[0];
        let keep = |now| {
            kept_for(&layer.law.cache, set.record_type, published.records.is_empty(), published.ttl, now)
        };
        let ttl = keep(Time::ZERO);
        // Only a TTL of zero may be kept for the rest of a second.
        let ttl = (published.ttl > Span::ZERO || ttl == keep(Time(1))).then_some(ttl);
        Self { set, layer, ttl, entries: vec![(Time(i64::MIN), 0); layer.caches], in_use_before: start }
    }

    /// Asks a cache; gives the epoch of its entry and whether it had it.
    #[inline]
    pub fn ask(&mut self, cache: u32, now: Time) -> (u32, bool) {
        let (expires, epoch) = &mut self.entries[cache as usize];
        let had = now < *expires;
        match self.ttl {
            // Without a branch: whether it is over cannot be foreseen.
            Some(ttl) if *epoch > 0 => {
                *expires = if had { *expires } else { now + ttl };
                *epoch = epoch.wrapping_add(u32::from(!had));
                (*epoch, had)
            }
            _ if had => (*epoch, true),
            _ => (self.fill(cache, now), false),
        }
    }

    fn fill(&mut self, cache: u32, now: Time) -> u32 {
        let published = &self.set.versions[0];
        let law = &self.layer.law.cache;
        let empty = published.records.is_empty();
        let ttl = self.ttl.unwrap_or_else(|| kept_for(law, self.set.record_type, empty, published.ttl, now));
        let (expires, epoch) = &mut self.entries[cache as usize];
        let ttl = if *epoch == 0 && now.since(self.in_use_before) < ttl {
            let phase = first_phase(self.layer.key.child(u64::from(cache)), self.set);
            Span((ttl.0 as f64 * phase).ceil() as i64)
        } else {
            ttl
        };
        *expires = now + ttl;
        *epoch = epoch.wrapping_add(1);
        *epoch
    }
}

/// The part of its TTL that the first entry of a cache still has.
fn first_phase(cache: Key, set: &RecordSet) -> f64 {
    // The decision `u64::MAX` is never that of an answer, which are numbered from zero.
    cache.child(set.hash).child(u64::MAX).unit()
}

impl HopState {
    fn new(sets: usize) -> Self {
        Self { entries: vec![Entry::default(); sets], ..Self::default() }
    }

    /// Takes a fetched answer in and passes it on.
    fn fill(
        &mut self,
        law: &ResolverLaw,
        records: &RecordSet,
        set: usize,
        fetched: Answer,
        filling: Filling,
    ) -> Answer {
        let Filling { now, key, in_use_before } = filling;
        let published = &records.versions[fetched.version];
        let ttl = kept_for(&law.cache, records.record_type, published.records.is_empty(), fetched.ttl, now);
        let phase = first_phase(key, records);
        let is_first = self.entries[set].epoch == 0;
        let ttl = match in_use_before {
            Some(start) if is_first && now.since(start) < ttl => Span((ttl.0 as f64 * phase).ceil() as i64),
            _ => ttl,
        };
        self.store(
            &law.order,
            set,
            fetched.version,
            base_order(&law.order, &fetched.order, &published.canonical),
        );
        let expires = now + ttl;
        self.entries[set].expires = (ttl > Span::ZERO).then_some(expires);
        let order = if law.order.verbatim_on_miss {
            fetched.order
        } else {
            self.render(&law.order, records, set, Moment { now, expires, key })
        };
        let own_epoch = self.entries[set].epoch;
        // A hop that stores nothing passes on the TTL and the epoch of the hop behind it; where nobody stores, each answer is an epoch.
        let (ttl, epoch) = match (ttl > Span::ZERO, fetched.epoch) {
            (true, _) => (ttl, own_epoch),
            (false, 0) => (fetched.ttl, own_epoch),
            (false, behind) => (fetched.ttl, behind),
        };
        Answer { version: fetched.version, order, ttl, from_cache: false, epoch }
    }

    /// Starts a new entry: base order, counter at its start, nothing held.
    fn store(&mut self, law: &OrderLaw, set: usize, version: usize, base: Order) {
        let start = match law.driver {
            Driver::CounterSequential => self.fills,
            Driver::Random | Driver::CounterFromZero | Driver::CounterOfProcess => 0,
        };
        self.fills += 1;
        let entry = &mut self.entries[set];
        entry.version = version;
        entry.stored = base;
        entry.counter = start;
        entry.held = None;
        entry.epoch = entry.epoch.wrapping_add(1);
    }

    /// Renders one answer from an entry, or serves a held order again.
    fn render(&mut self, law: &OrderLaw, records: &RecordSet, set: usize, moment: Moment) -> Order {
        let entry = &mut self.entries[set];
        if let Some((order, until)) = &entry.held
            && moment.now < *until
        {
            return order.clone();
        }
        let counter = match law.driver {
            Driver::CounterOfProcess => self.process_counter,
            Driver::Random | Driver::CounterFromZero | Driver::CounterSequential => entry.counter,
        };
        let mut order = entry.stored.clone();
        let draw = moment.key.child(records.hash).child(entry.asked);
        render(law, records.record_type, &mut order, Turn { counter, draw });
        entry.counter += 1;
        entry.asked += 1;
        self.process_counter += 1;
        entry.held = match law.hold {
            Hold::None => None,
            Hold::Ttl => Some((order.clone(), moment.expires)),
            Hold::For(span) => Some((order.clone(), moment.expires.min(moment.now + span))),
        };
        order
    }
}

/// How long a cache keeps an answer; zero if it does not.
pub(crate) fn kept_for(law: &CacheLaw, record_type: RecordType, empty: bool, ttl: Span, now: Time) -> Span {
    if !law.types.contains(record_type) {
        return Span::ZERO;
    }
    let most = if empty { law.ttl_max.min(law.negative_max) } else { law.ttl_max };
    let ttl = ttl.max(law.ttl_min).min(most);
    if ttl > Span::ZERO {
        return ttl;
    }
    match law.zero_ttl {
        ZeroTtl::NoStore => Span::ZERO,
        ZeroTtl::SameSecond => Span(1_000_000 - now.0.rem_euclid(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Base, Direction, Transform, TypeSet};
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    fn key(name: &str) -> Key {
        Entropy::new(4, 0).key(StreamId::new(name, Purpose::Answer))
    }

    fn order_law(transform: Transform, hold: Hold) -> OrderLaw {
        OrderLaw {
            base: Base::AsReceived,
            transform,
            driver: Driver::Random,
            direction: Direction::Forward,
            types: TypeSet::ALL,
            verbatim_on_miss: false,
            hold,
        }
    }

    fn resolver(transform: Transform, hold: Hold) -> ResolverLaw {
        let cache = CacheLaw {
            ttl_min: Span::ZERO,
            ttl_max: Span::FOREVER,
            zero_ttl: ZeroTtl::NoStore,
            types: TypeSet::ALL,
            negative_max: Span::HOUR,
        };
        ResolverLaw { cache, order: order_law(transform, hold) }
    }

    fn mx_set(ttl: Span, changes: &[i64]) -> Vec<RecordSet> {
        let version = |from| RecordSetVersion {
            from,
            ttl,
            records: (0..3).map(|target| Record { preference: 10, target }).collect(),
            canonical: (0..3).collect(),
        };
        let versions =
            std::iter::once(Time(i64::MIN)).chain(changes.iter().map(|&s| at(s))).map(version).collect();
        vec![RecordSet { record_type: RecordType::Mx, hash: 1, versions }]
    }

    fn at(seconds: i64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    const HOPS: [Hop; 1] = [Hop { layer: 0, cache: 0 }];

    fn network<'a>(sets: &'a [RecordSet], law: ResolverLaw) -> Network<'a> {
        let layer = Layer { law, caches: 1, key: key("layer") };
        Network::new(sets, order_law(Transform::None, Hold::None), key("authority"), vec![layer])
    }

    #[test]
    fn an_entry_lives_for_its_ttl_and_not_a_microsecond_longer() {
        let sets = mx_set(Span::from_secs(300), &[100]);
        let mut dns = network(&sets, resolver(Transform::None, Hold::None));
        assert!(!dns.look_up(&HOPS, 0, at(0)).from_cache);
        let last = dns.look_up(&HOPS, 0, Time(at(300).0 - 1));
        assert!(last.from_cache && last.version == 0, "the old answer until the very end");
        let fresh = dns.look_up(&HOPS, 0, at(300));
        assert!(!fresh.from_cache && fresh.version == 1 && fresh.epoch == 2);
    }

    #[test]
    fn a_held_order_stays_for_the_ttl() {
        let sets = mx_set(Span::from_secs(300), &[]);
        let mut dns = network(&sets, resolver(Transform::Shuffle, Hold::Ttl));
        let mut epochs = std::collections::BTreeSet::new();
        for epoch in 0..200 {
            let first = dns.look_up(&HOPS, 0, at(epoch * 300)).order;
            for offset in [1, 150, 299] {
                assert_eq!(dns.look_up(&HOPS, 0, at(epoch * 300 + offset)).order, first);
            }
            epochs.insert(first.to_vec());
        }
        assert_eq!(epochs.len(), 6, "a new order with each refill");
    }

    #[test]
    fn an_answer_that_nobody_stores_is_an_epoch_of_its_own() {
        let sets = mx_set(Span::ZERO, &[]);
        let mut dns = network(&sets, resolver(Transform::None, Hold::None));
        let epochs: Vec<u32> = (0..3).map(|second| dns.look_up(&HOPS, 0, at(second)).epoch).collect();
        assert_eq!(epochs, [1, 2, 3]);
    }

    /// Theory: the first expiry of a busy cache in use is uniform over its TTL. n = 2,000 caches: the mean lies within 4.5 standard
    /// errors, 0.029 of the TTL, at 1 in 100,000.
    #[test]
    fn busy_caches_in_use_do_not_expire_in_step() {
        let ttl = Span::from_secs(1_000);
        let sets = mx_set(ttl, &[]);
        let law = resolver(Transform::None, Hold::None);
        let caches = 2_000;
        let layer = Layer { law, caches, key: key("phases") };
        let mut dns = Network::new(&sets, order_law(Transform::None, Hold::None), key("a"), vec![layer]);
        dns = dns.in_use_before(at(0));
        let first = (0..caches as u32)
            .map(|cache| dns.look_up(&[Hop { layer: 0, cache }], 0, at(0)).ttl.as_secs_f64());
        let mean = first.sum::<f64>() / caches as f64 / ttl.as_secs_f64();
        assert!((mean - 0.5).abs() < 0.029, "mean {mean}");
        let late = dns.look_up(&[Hop { layer: 0, cache: 0 }], 0, at(5_000)).ttl;
        assert_eq!(late, ttl, "after that a TTL is a TTL");
    }

    #[test]
    fn layers_add_no_age() {
        let sets = mx_set(Span::from_secs(300), &[]);
        let law = resolver(Transform::None, Hold::None);
        let layer = |name| Layer { law, caches: 1, key: key(name) };
        let mut dns = Network::new(
            &sets,
            order_law(Transform::None, Hold::None),
            key("a"),
            vec![layer("near"), layer("far")],
        );
        let chain = [Hop { layer: 0, cache: 0 }, Hop { layer: 1, cache: 0 }];
        dns.look_up(&chain[1..], 0, at(0));
        let through_both = dns.look_up(&chain, 0, at(200));
        assert_eq!(through_both.ttl, Span::from_secs(100));
        assert!(!dns.look_up(&chain, 0, at(300)).from_cache);
    }

    #[test]
    fn clamps_zero_ttl_and_uncached_types() {
        let zero = |law: CacheLaw| kept_for(&law, RecordType::Mx, false, Span::ZERO, Time(250_000));
        let law = resolver(Transform::None, Hold::None).cache;
        assert_eq!(zero(law), Span::ZERO);
        assert_eq!(zero(CacheLaw { zero_ttl: ZeroTtl::SameSecond, ..law }), Span(750_000));
        assert_eq!(zero(CacheLaw { ttl_min: Span::from_secs(5), ..law }), Span::from_secs(5));
        let clamped = CacheLaw { ttl_max: Span::from_secs(60), ..law };
        assert_eq!(kept_for(&clamped, RecordType::Mx, false, Span::HOUR, Time(0)), Span::from_secs(60));
        let no_mx = CacheLaw { types: TypeSet::ADDRESSES, ..law };
        assert_eq!(kept_for(&no_mx, RecordType::Mx, false, Span::HOUR, Time(0)), Span::ZERO);
        assert_eq!(kept_for(&law, RecordType::A, true, Span::DAY, Time(0)), Span::HOUR);
    }
}
