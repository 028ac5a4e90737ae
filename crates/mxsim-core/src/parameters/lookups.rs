//! `dns` of a sender: what it does with the answers of its resolver.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, quoted_word, set, span_at};
use super::words::{Worded, Words, english, words};
use crate::sender::{AddressSort, Lookups, OwnCache, SenderParameters};
use crate::syntax::literal;
use crate::syntax::shape::{Key, SOME_TIME, Shape, optional, word};
use crate::syntax::tree::Table;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup::new(
    parameter("dns", Shape::Table(KEYS), "what it does with the answers of its resolver"),
    |table, policy| read(table, &mut policy.dns),
    |policy| write(&policy.dns),
);

pub(super) const BLANK: Lookups = Lookups { cache: OwnCache::Stub, address_sort: AddressSort::None };

const KEYS: &[Key] = &[
    parameter(
        "cache",
        Shape::AnyOf(&[word(words::<OwnCache>), FIXED]),
        "how long an outbound host keeps answers itself, in the order in which they came",
    )
    .reads(english::<OwnCache>),
    worded::<AddressSort>(
        "address_sort",
        "whether the addresses of a host come sorted by the sender's `stub`",
    ),
];

const FIXED: Shape = Shape::Choice(&[optional(
    "fixed",
    SOME_TIME,
    "",
    "a cache of its own that keeps answers for exactly this time",
)]);

/// A fixed time is written as a table beside these words.
impl Worded for OwnCache {
    const WORDS: Words<Self> = &[
        ("stub", Self::Stub, "not at all: each attempt asks the resolver"),
        ("own-ttl", Self::OwnTtl, "for the TTL"),
        ("pinned", Self::Pinned, "while it has mail or connections of the domain, whatever the TTL"),
    ];
}

impl Worded for AddressSort {
    const WORDS: Words<Self> = &[
        ("none", Self::None, "no: as they were answered"),
        ("rfc6724", Self::Rfc6724, "yes, as RFC 6724 says"),
    ];
}

fn read(table: &Table, policy: &mut Lookups) {
    let Some(dns) = table.table("dns") else { return };
    let fixed = dns.table("cache").and_then(|cache| span_at(cache, "fixed")).map(OwnCache::Fixed);
    set(&mut policy.cache, chosen(dns, "cache").or(fixed));
    set(&mut policy.address_sort, chosen(dns, "address_sort"));
}

fn write(policy: &Lookups) -> Vec<Written> {
    let cache = match policy.cache {
        OwnCache::Fixed(span) => format!("{{ fixed = {} }}", literal::span(span)),
        word => quoted_word(word),
    };
    vec![("dns.cache", cache), ("dns.address_sort", quoted_word(policy.address_sort))]
}
