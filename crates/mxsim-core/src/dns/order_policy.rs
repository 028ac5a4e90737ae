//! In which order a hop of the DNS answers, as data; `order.rs` obeys it.

use super::record_type::{RecordType, TypeSet};
use crate::time::Span;

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
    /// One record, drawn by weight, goes first; the others stay. With one record to an answer it is the whole answer.
    FirstByWeight,
    /// An order of its own for each client, drawn once: what a sort by the client's network comes to (Windows netmask ordering, BIND
    /// `sortlist`) for clients that are spread over the net.
    SortForClient,
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
    /// A counter per record set that starts anywhere with each refill.
    CounterFromRandom,
    /// One counter for the whole process, moved by every answer, that started at zero (NSD `round-robin`).
    CounterOfProcess,
    /// The same, started anywhere.
    CounterOfProcessFromRandom,
}

impl Driver {
    /// True if asking for one record set moves the order of another, so that no question may be left out.
    #[must_use]
    pub const fn couples_record_sets(self) -> bool {
        match self {
            Self::Random | Self::CounterFromZero | Self::CounterFromRandom => false,
            Self::CounterSequential | Self::CounterOfProcess | Self::CounterOfProcessFromRandom => true,
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
pub enum OrderReuse {
    /// Rendered anew for each answer.
    None,
    /// Until the record set expires.
    Ttl,
    /// For a fixed time, or until the record set expires if that is sooner.
    For(Span),
}

/// In which order a hop answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderPolicy {
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
    pub hold: OrderReuse,
    /// How many rendered orders are held beside each other, for questions that differ in their flags; a client always asks with the same.
    pub hold_variants: u8,
    /// Most records of one answer, of the types that are transformed; `None` for all.
    pub max_records: Option<u8>,
}

impl OrderPolicy {
    /// Records stay as they came.
    pub const AS_RECEIVED: Self = Self {
        base: Base::AsReceived,
        transform: Transform::None,
        driver: Driver::Random,
        direction: Direction::Forward,
        types: TypeSet::NONE,
        verbatim_on_miss: false,
        hold: OrderReuse::None,
        hold_variants: 1,
        max_records: None,
    };

    /// True if answers with `records` records of this type may lack some.
    #[must_use]
    pub fn cuts(&self, record_type: RecordType, records: usize) -> bool {
        self.types.contains(record_type) && self.max_records.is_some_and(|most| usize::from(most) < records)
    }
}
