//! The DNS between a zone and a sender.
//!
//! Every hop, authority or resolver, is the same machine: *stored base order -> transform -> hold*
//!
//! ```text
//!   zone --> authority: order law --> resolver: cache law, order law --> (forwarder: the same again) --> sender
//! ```
//!
//! Main types: [`OrderLaw`] (in which order a hop answers), [`CacheLaw`] (how long it keeps an answer), [`Zone`] (what is published).
//! Terms as in RFC 9499. What real products do is data, in `catalog/resolver` and `catalog/authority`.

pub mod cache;
pub mod order;
pub mod zone;
pub mod zone_text;

pub use zone::{Host, MxRecord, Name, Zone};

use crate::time::Span;

/// The record types a sender asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// Mail exchange.
    Mx,
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
}

/// A set of record types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeSet {
    /// MX records are in the set.
    pub mx: bool,
    /// A records are in the set.
    pub a: bool,
    /// AAAA records are in the set.
    pub aaaa: bool,
}

impl TypeSet {
    /// Every type.
    pub const ALL: Self = Self { mx: true, a: true, aaaa: true };
    /// Only addresses.
    pub const ADDRESSES: Self = Self { mx: false, a: true, aaaa: true };
    /// No type.
    pub const NONE: Self = Self { mx: false, a: false, aaaa: false };

    /// True if `record_type` is in the set.
    #[must_use]
    pub const fn contains(self, record_type: RecordType) -> bool {
        match record_type {
            RecordType::Mx => self.mx,
            RecordType::A => self.a,
            RecordType::Aaaa => self.aaaa,
        }
    }
}

/// The order a hop keeps records in before it transforms them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// As they came from upstream; at an authority, as they stand in the zone.
    AsReceived,
    /// Sorted by their data (RFC 4034 section 6.3), the same worldwide; the order of arrival is lost.
    Canonical,
}

/// What a hop does to the base order of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Nothing.
    None,
    /// Rotates it: cyclic neighbours stay neighbours.
    Rotate,
    /// A full shuffle, every order equally likely.
    Shuffle,
    /// BIND up to 9.20: Fisher-Yates with one 32-bit seed for all steps. First entry and ordered first pair are uniform, later places
    /// depend on them from four records on.
    ShuffleOneSeed,
}

/// Where a rotation's offset comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// Drawn for each answer (a query id is as good as random).
    Random,
    /// A counter per record set that starts at zero with each refill.
    CounterFromZero,
    /// A counter per record set; each refill starts one further than the last (BIND `cyclic` up to 9.20).
    CounterSequential,
    /// One counter for the whole process, moved by every answer (NSD `round-robin`).
    CounterOfProcess,
}

impl Driver {
    /// True if asking for one record set moves the order of another, so that no question may be left out.
    #[must_use]
    pub const fn couples_record_sets(self) -> bool {
        match self {
            Self::Random | Self::CounterFromZero => false,
            Self::CounterSequential | Self::CounterOfProcess => true,
        }
    }
}

/// Which way a rotation moves from one answer to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// 1 2 3, then 2 3 1.
    Forward,
    /// 1 2 3, then 3 1 2 (dnsmasq).
    Backward,
}

/// How long a rendered order is served again, to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Rendered anew for each answer.
    None,
    /// Until the record set expires.
    Ttl,
    /// For a fixed time, or until the record set expires if that is sooner.
    For(Span),
}

/// In which order a hop answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLaw {
    /// Order before the transform.
    pub base: Base,
    /// What is done to it.
    pub transform: Transform,
    /// Where a rotation's offset comes from.
    pub driver: Driver,
    /// Which way a rotation moves.
    pub direction: Direction,
    /// Record types that are transformed; the others keep their base order.
    pub types: TypeSet,
    /// True if the answer that fills the cache is passed on as it came, untransformed.
    pub verbatim_on_miss: bool,
    /// How long a rendered order is served again.
    pub hold: Hold,
}

/// What happens to a record set with TTL 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroTtl {
    /// Not cached.
    NoStore,
    /// Cached until the end of the wall-clock second (BIND).
    SameSecond,
}

/// How long a hop keeps an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLaw {
    /// Shorter TTLs are lifted to this.
    pub ttl_min: Span,
    /// Longer TTLs are cut to this.
    pub ttl_max: Span,
    /// What happens to TTL 0 after lifting.
    pub zero_ttl: ZeroTtl,
    /// Record types that are cached; the others are forwarded each time.
    pub types: TypeSet,
    /// Longest time an empty answer is kept.
    pub negative_max: Span,
}

/// A resolver or forwarder: how it caches and how it orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolverLaw {
    /// How long it keeps an answer.
    pub cache: CacheLaw,
    /// In which order it answers.
    pub order: OrderLaw,
}
