//! What the parameters of resolvers, authorities and stubs may look like, and those of senders that are about the DNS.

use super::keys::{AS_PRESET, unlimited};
use crate::dns::{
    Base, Direction, Driver, Hold, Ipv4Rule9, Ipv6Rule9, Keeping, Pick, Prefetch, RecordType, SortedSets,
    Stale, Transform, ZeroTtl,
};
use crate::scenario::keys::MOST_CHOOSERS;
use crate::scenario::words::{CacheScope, Extends, words};
use crate::sender::{AddressSort, Check, NullMx, OwnCache};
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, required, word};

const TYPES: Shape = Shape::List { of: &word(words::<RecordType>), least: 0, only: &[] };

const PREFETCH: Shape = Shape::Choice(&[
    optional(
        "last",
        Shape::Table(&[
            required("time", SOME_TIME, "how long before it expires"),
            required("of_at_least", DURATION, "shortest time of an entry that is fetched anew"),
        ]),
        "",
        "within the last seconds of its time (BIND)",
    ),
    optional("part", Shape::Share, "", "within this last part of its time (Unbound)"),
]);

const STALE_FOR: Shape = Shape::Table(&[
    required("most", SOME_TIME, "longest time after it expired"),
    required("ttl", DURATION, "the TTL it is served with"),
]);

const STALE: Shape = Shape::Choice(&[
    optional("on_failure", STALE_FOR, "", "the old answer if nobody gives a new one (RFC 8767)"),
    optional(
        "immediate",
        STALE_FOR,
        "",
        "the old answer at once, while the new one is fetched for the next who asks",
    ),
]);

const EXTEND: Shape = Shape::Table(&[
    required("share", Shape::Share, "part of the caches that does, each always or never"),
    required("by", SOME_TIME, "how much longer"),
]);

const CACHE: &[Key] = &[
    optional("ttl_min", DURATION, AS_PRESET, "shorter TTLs are lifted to this"),
    optional("ttl_max", Shape::AnyOf(&[DURATION, word(unlimited)]), AS_PRESET, "longer TTLs are cut to this"),
    optional("zero_ttl", word(words::<ZeroTtl>), AS_PRESET, "what happens to TTL 0"),
    optional("types", TYPES, AS_PRESET, "record types that are cached"),
    optional(
        "negative_max",
        Shape::AnyOf(&[DURATION, word(unlimited)]),
        AS_PRESET,
        "longest time an empty answer is kept",
    ),
    optional("negative_min", DURATION, AS_PRESET, "shortest time an empty answer is kept"),
    optional("failure", DURATION, AS_PRESET, "how long it is remembered that nobody answered"),
    optional(
        "keep",
        Shape::AnyOf(&[SOME_TIME, word(words::<Keeping>)]),
        AS_PRESET,
        "whether the TTL counts, or every answer is kept for a fixed time or for ever",
    ),
    optional(
        "prefetch",
        Shape::AnyOf(&[word(words::<Prefetch>), PREFETCH]),
        AS_PRESET,
        "when a question makes it fetch an entry anew that is still valid",
    ),
    optional(
        "stale",
        Shape::AnyOf(&[word(words::<Stale>), STALE]),
        AS_PRESET,
        "what is served once an entry has expired",
    ),
    optional(
        "extend",
        Shape::AnyOf(&[word(words::<Extends>), EXTEND]),
        AS_PRESET,
        "which part of the caches keeps answers for longer than it may",
    ),
];

const ANSWER_ORDER: &[Key] = &[
    optional("base", word(words::<Base>), AS_PRESET, "order before the transform"),
    optional("transform", word(words::<Transform>), AS_PRESET, "what is done to it"),
    optional("driver", word(words::<Driver>), AS_PRESET, "where a rotation's offset comes from"),
    optional("direction", word(words::<Direction>), AS_PRESET, "which way a rotation moves"),
    optional("types", TYPES, AS_PRESET, "record types that are transformed"),
    optional(
        "verbatim_on_miss",
        Shape::Boolean,
        AS_PRESET,
        "the answer that fills the cache is passed on as it came",
    ),
    optional(
        "hold",
        Shape::AnyOf(&[SOME_TIME, word(words::<Hold>)]),
        AS_PRESET,
        "how long a rendered order is served again",
    ),
    optional(
        "hold_variants",
        Shape::Integer { least: 1, most: 255 },
        AS_PRESET,
        "how many rendered orders are held beside each other, for questions that differ in their flags",
    ),
    optional(
        "max_records",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: 255 }, word(unlimited)]),
        AS_PRESET,
        "most records in one answer, of the types that are transformed",
    ),
];

/// The parameters of an authority.
pub(crate) const AUTHORITY: &[Key] =
    &[optional("order", Shape::Table(ANSWER_ORDER), AS_PRESET, "in which order it answers")];

/// The parameters of a resolver.
pub(crate) const RESOLVER: &[Key] = &[
    optional("cache", Shape::Table(CACHE), AS_PRESET, "how long it keeps an answer"),
    optional("order", Shape::Table(ANSWER_ORDER), AS_PRESET, "in which order it answers"),
    optional(
        "caches",
        Shape::AnyOf(&[word(words::<CacheScope>), NUMBER_OF_CACHES, Shape::Table(CACHES)]),
        AS_PRESET,
        "how many independent caches there are; a word or a number alone sets `number`",
    ),
];

const NUMBER_OF_CACHES: Shape = Shape::Integer { least: 1, most: MOST_CHOOSERS };

const CACHES: &[Key] = &[
    optional(
        "number",
        Shape::AnyOf(&[word(words::<CacheScope>), NUMBER_OF_CACHES]),
        AS_PRESET,
        "how many independent caches there are; with a number all senders that name this resolver share them",
    ),
    optional("pick", word(words::<Pick>), AS_PRESET, "which of them a question meets"),
];

/// The parameters of a stub.
pub(crate) const STUB: &[Key] = &[optional(
    "sort",
    Shape::Table(&[
        optional("sets", word(words::<SortedSets>), AS_PRESET, "which answers it sorts (RFC 6724)"),
        optional(
            "ipv6",
            word(words::<Ipv6Rule9>),
            AS_PRESET,
            "rule 9, the longest common prefix, among IPv6 addresses",
        ),
        optional(
            "ipv4",
            word(words::<Ipv4Rule9>),
            AS_PRESET,
            "rule 9 among IPv4 addresses of other networks",
        ),
    ]),
    AS_PRESET,
    "how it sorts the addresses of a host",
)];

/// What `dns` of a sender holds.
pub(super) const SENDER_DNS: &[Key] = &[
    optional(
        "cache",
        Shape::AnyOf(&[
            word(words::<OwnCache>),
            Shape::Choice(&[optional(
                "fixed",
                SOME_TIME,
                "",
                "a cache of its own that keeps answers for exactly this time",
            )]),
        ]),
        AS_PRESET,
        "how long an outbound host keeps answers itself, in the order in which they came",
    ),
    optional(
        "address_sort",
        word(words::<AddressSort>),
        AS_PRESET,
        "whether the addresses of a host come sorted by the sender's `stub`",
    ),
];

/// What `policy` of a sender holds.
pub(super) const SENDER_POLICY: &[Key] = &[
    optional(
        "null_mx",
        word(words::<NullMx>),
        AS_PRESET,
        "what the root as only exchange host means to it (RFC 7505)",
    ),
    optional(
        "implicit_mx",
        Shape::Boolean,
        AS_PRESET,
        "whether a domain without MX is reached at its own address",
    ),
    optional(
        "mta_sts",
        word(words::<Check>),
        AS_PRESET,
        "whether it leaves out hosts that `zone.mta_sts` does not cover",
    ),
    optional("dane", word(words::<Check>), AS_PRESET, "whether it leaves out the hosts in `zone.dane`"),
];
