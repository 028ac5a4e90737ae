//! `order`: in which order a sender tries candidates of equal preference, and how long it keeps an order once drawn.

use super::keys::{parameter, worded};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, quoted_word, set, span, span_at};
use super::words::{Worded, Words, english, value_of, word_of, words};
use crate::sender::{
    AddressOrder, Family, HostOrder, OrderPolicy, Preference, SenderParameters, Stickiness, Unit,
};
use crate::syntax::literal;
use crate::syntax::shape::{Key, SOME_TIME, Shape, optional, word};
use crate::syntax::tree::{Table, Value};
use serde_json::json;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    has_no_effect,
    ..ParameterGroup::new(
        parameter("order", Shape::Table(KEYS), "in which order candidates are tried"),
        |table, policy| read(table, &mut policy.order),
        |policy| write(&policy.order),
    )
};

pub(super) const BLANK: OrderPolicy = OrderPolicy {
    preference: Preference::Obey,
    unit: Unit::Host,
    hosts: HostOrder::Answer,
    addresses: AddressOrder::Answer,
    family: Family::Any,
    keep: Stickiness::Attempt,
};

const KEYS: &[Key] = &[
    worded::<Preference>("preference", "what is made of preferences"),
    worded::<Unit>("unit", "what is put in order: exchange hosts, or all addresses of all hosts"),
    worded::<HostOrder>("hosts", "how units of equal preference are ordered"),
    worded::<AddressOrder>("addresses", "how the addresses inside one host are ordered"),
    worded::<Family>("family", "which address family goes first"),
    parameter(
        "keep",
        Shape::AnyOf(&[word(words::<Stickiness>), KEEP_TIMES]),
        "how long one drawn order is kept",
    )
    .reads(english::<Stickiness>),
];

/// The two ways to keep an order for a time.
const KEEP_TIMES: Shape = Shape::Choice(&[
    optional("exponential", SOME_TIME, "", "an exponentially distributed time of this mean"),
    optional("fixed", SOME_TIME, "", "exactly this time"),
]);

/// What `sticky` of a sender may be: `keep`, as somebody says it who sees the sender from outside.
pub(super) const STICKY: Shape = Shape::AnyOf(&[SOME_TIME, word(words::<Sticky>), KEEP_TIMES]);

impl Worded for Preference {
    const WORDS: Words<Self> = &[
        ("obey", Self::Obey, "the lowest number first, as RFC 5321 asks"),
        ("ignore", Self::Ignore, "nothing: all hosts are of one preference"),
        ("reverse", Self::Reverse, "the highest number first, then the next below it"),
        ("worst-first", Self::WorstFirst, "the highest number first, then as published"),
    ];
}

impl Worded for Unit {
    const WORDS: Words<Self> = &[
        ("host", Self::Host, "exchange hosts; the addresses of one stay together"),
        ("address", Self::Address, "all addresses of all hosts: a host with more addresses gets more mail"),
    ];
}

impl Worded for HostOrder {
    const WORDS: Words<Self> = &[
        ("shuffle", Self::Shuffle, "at random, every order equally likely"),
        ("answer", Self::Answer, "as the resolver answered"),
        (
            "adjacent-swap",
            Self::AdjacentSwap,
            "one pass of coin flips over neighbours: the third record is never first",
        ),
        (
            "last-into-hole",
            Self::LastIntoHole,
            "the first of the answer; then the last record moves into its place",
        ),
        (
            "random-comparator",
            Self::RandomComparator,
            "a merge sort whose comparison flips a coin: 50 : 25 : 25 for three",
        ),
        ("name-hash", Self::NameHash, "by a hash of the name that starts from the clock"),
        (
            "least-connections",
            Self::LeastConnections,
            "the address with fewest open connections; on a tie the first of the answer, then the last to the second",
        ),
        ("attempt-index", Self::AttemptIndex, "round all records, one further with each attempt"),
        ("name", Self::Name, "in alphabetical order of their names"),
        (
            "round-robin",
            Self::RoundRobin,
            "in the order of the zone; each attempt of an outbound host starts one host further than its last",
        ),
        ("last-good", Self::LastGood, "the host that gave the last session, then as the resolver answered"),
    ];
}

impl Worded for AddressOrder {
    const WORDS: Words<Self> = &[
        ("shuffle", Self::Shuffle, "at random, every order equally likely"),
        ("answer", Self::Answer, "as the resolver answered"),
    ];
}

impl Worded for Family {
    const WORDS: Words<Self> = &[
        ("any", Self::Any, "neither"),
        ("ipv6-first", Self::Ipv6First, "IPv6 before IPv4 inside each host"),
        ("ipv4-first", Self::Ipv4First, "IPv4 before IPv6 inside each host"),
        (
            "ipv6-bubble-pass",
            Self::Ipv6BubblePass,
            "IPv6 first inside each host; then an IPv6 address moves over an IPv4 address before it",
        ),
        ("ipv6-first-in-class", Self::Ipv6FirstInClass, "IPv6 before IPv4 in the whole preference"),
        ("ipv4-first-in-class", Self::Ipv4FirstInClass, "IPv4 before IPv6 in the whole preference"),
        ("ipv4-only", Self::Ipv4Only, "IPv4 only; AAAA is not even asked for"),
    ];
}

/// Times are written as tables beside these words.
impl Worded for Stickiness {
    const WORDS: Words<Self> = &[
        ("attempt", Self::Attempt, "for one attempt: every attempt draws anew"),
        ("message", Self::Message, "for one message: its retries keep it"),
        ("process", Self::Process, "for one process: all messages of a queue run have the same"),
        (
            "second",
            Self::Second,
            "for one attempt; processes that began in the same second of the clock draw alike, at all outbound hosts",
        ),
        ("cache-entry", Self::CacheEntry, "until the resolver's MX answer is replaced"),
        ("forever", Self::Forever, "for ever"),
    ];
}

/// [`Stickiness`] as `sticky` says it; times are written as durations and tables beside these words.
#[derive(Clone, Copy, PartialEq)]
struct Sticky(Stickiness);

impl Worded for Sticky {
    const WORDS: Words<Self> = &[
        ("never", Self(Stickiness::Attempt), ""),
        ("cache-entry", Self(Stickiness::CacheEntry), ""),
        ("forever", Self(Stickiness::Forever), ""),
    ];
}

fn read(table: &Table, policy: &mut OrderPolicy) {
    let Some(order) = table.table("order") else { return };
    set(&mut policy.preference, chosen(order, "preference"));
    set(&mut policy.unit, chosen(order, "unit"));
    set(&mut policy.hosts, chosen(order, "hosts"));
    set(&mut policy.addresses, chosen(order, "addresses"));
    set(&mut policy.family, chosen(order, "family"));
    set(&mut policy.keep, chosen(order, "keep").or_else(|| order.table("keep").and_then(keep_time)));
}

/// Reads `{ exponential = "6h" }` or `{ fixed = "6h" }`.
fn keep_time(table: &Table) -> Option<Stickiness> {
    let exponential = span_at(table, "exponential").map(Stickiness::Exponential);
    exponential.or_else(|| span_at(table, "fixed").map(Stickiness::Fixed))
}

/// Reads `sticky` of a sender; a duration alone is the mean of an exponentially distributed time.
pub(crate) fn read_sticky(value: &Value) -> Option<Stickiness> {
    if let Some(table) = value.as_table() {
        return keep_time(table);
    }
    let word = value.as_text().and_then(value_of::<Sticky>).map(|sticky| sticky.0);
    word.or_else(|| span(value).map(Stickiness::Exponential))
}

fn write(policy: &OrderPolicy) -> Vec<Written> {
    vec![
        ("order.preference", quoted_word(policy.preference)),
        ("order.unit", quoted_word(policy.unit)),
        ("order.hosts", quoted_word(policy.hosts)),
        ("order.addresses", quoted_word(policy.addresses)),
        ("order.family", quoted_word(policy.family)),
        ("order.keep", written_keep(policy.keep)),
    ]
}

/// Writes a holding time as JSON, for scenarios made in Rust.
pub(crate) fn to_json(keep: Stickiness) -> serde_json::Value {
    match keep {
        Stickiness::Exponential(span) => json!({ "exponential": span.to_string() }),
        Stickiness::Fixed(span) => json!({ "fixed": span.to_string() }),
        word => json!(word_of(word)),
    }
}

fn written_keep(keep: Stickiness) -> String {
    match keep {
        Stickiness::Exponential(span) => format!("{{ exponential = {} }}", literal::span(span)),
        Stickiness::Fixed(span) => format!("{{ fixed = {} }}", literal::span(span)),
        word => quoted_word(word),
    }
}

fn has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    path == "order.addresses" && beside.is_word("order.unit", "address")
}

/// Says how candidates are put in order: "shuffles the hosts of a preference for each attempt; ...".
pub(crate) fn in_words(policy: &OrderPolicy) -> String {
    let mut parts =
        vec![format!("{} {}", hosts_in_words(policy.unit, policy.hosts), kept_order_in_words(policy.keep))];
    parts.extend(preference_in_words(policy.preference).map(str::to_owned));
    if policy.unit == Unit::Host {
        parts.push(addresses_in_words(policy.addresses).into());
    }
    parts.extend(family_in_words(policy.family).map(str::to_owned));
    parts.join("; ")
}

const fn hosts_in_words(unit: Unit, hosts: HostOrder) -> &'static str {
    match (unit, hosts) {
        (Unit::Address, HostOrder::Shuffle) => "pools all addresses of a preference and shuffles them",
        (Unit::Address, HostOrder::Answer) => "takes all addresses of a preference as they came,",
        (Unit::Address, HostOrder::AdjacentSwap) => {
            "flips a coin over each two neighbours among all addresses of a preference"
        }
        (Unit::Address, HostOrder::LastIntoHole) => {
            "takes the first address of a preference, then moves the last into its place,"
        }
        (_, HostOrder::RandomComparator) => {
            "sorts the hosts of a preference with a comparison that flips a coin,"
        }
        (_, HostOrder::NameHash) => {
            "sorts the hosts of a preference by a hash of their names that starts from the clock,"
        }
        (_, HostOrder::LeastConnections) => {
            "takes the address of a preference with fewest open connections, on a tie the one asked for first,"
        }
        (_, HostOrder::AttemptIndex) => "goes round all hosts, one further with each attempt,",
        (_, HostOrder::Name) => "takes the hosts of a preference in alphabetical order of their names,",
        (_, HostOrder::RoundRobin) => {
            "goes round the hosts of a preference in the order of the zone, one further with each attempt of its own,"
        }
        (_, HostOrder::LastGood) => {
            "stays with the host that gave it its last session, whatever its preference,"
        }
        (Unit::Host, HostOrder::Shuffle) => "shuffles the hosts of a preference",
        (Unit::Host, HostOrder::Answer) => "takes the hosts of a preference as the resolver answered,",
        (Unit::Host, HostOrder::AdjacentSwap) => {
            "flips a coin over each two neighbouring hosts of a preference, so that the third is never first,"
        }
        (Unit::Host, HostOrder::LastIntoHole) => {
            "takes the first host of the answer, then moves the last into its place,"
        }
    }
}

/// Says how long an order is kept, after what is done to it.
fn kept_order_in_words(keep: Stickiness) -> String {
    match keep {
        Stickiness::Attempt => "for each attempt".into(),
        Stickiness::Message => "once for each message".into(),
        Stickiness::Process => "once for each process, so all of a queue run alike".into(),
        Stickiness::Second => "by the second, so all of a second alike".into(),
        Stickiness::CacheEntry => "once, and keeps that until the resolver's MX answer is replaced".into(),
        Stickiness::Exponential(mean) => format!("once, and keeps that for {mean} on average"),
        Stickiness::Fixed(span) => format!("once, and keeps that for {span}"),
        Stickiness::Forever => "once and for all".into(),
    }
}

/// Says how long a sender keeps its choice, as a sentence of its own.
pub(crate) fn keep_in_words(keep: Stickiness) -> String {
    match keep {
        Stickiness::Attempt => "it draws for each attempt".into(),
        Stickiness::Message => "it draws for each message".into(),
        Stickiness::Second => "it draws anew each second".into(),
        Stickiness::Process => "it keeps its choice as long as its process lives".into(),
        Stickiness::CacheEntry => "it keeps its choice as long as the answer is cached".into(),
        Stickiness::Exponential(time) => format!("it keeps its choice for {time} on average"),
        Stickiness::Fixed(time) => format!("it keeps its choice for {time}"),
        Stickiness::Forever => "it keeps its choice for good".into(),
    }
}

const fn preference_in_words(preference: Preference) -> Option<&'static str> {
    match preference {
        Preference::Obey => None,
        Preference::Ignore => Some("takes all hosts for one preference"),
        Preference::Reverse => Some("begins with the highest preference number"),
        Preference::WorstFirst => {
            Some("begins with the highest preference number, then goes on as published")
        }
    }
}

const fn addresses_in_words(order: AddressOrder) -> &'static str {
    match order {
        AddressOrder::Shuffle => "shuffles the addresses inside a host",
        AddressOrder::Answer => "takes the addresses inside a host as they came",
    }
}

const fn family_in_words(family: Family) -> Option<&'static str> {
    match family {
        Family::Any => None,
        Family::Ipv6First => Some("puts IPv6 before IPv4 inside each host"),
        Family::Ipv4First => Some("puts IPv4 before IPv6 inside each host"),
        Family::Ipv6BubblePass => Some("lifts IPv6 over IPv4 by one place"),
        Family::Ipv6FirstInClass => Some("puts IPv6 before IPv4 in the whole preference"),
        Family::Ipv4FirstInClass => Some("puts IPv4 before IPv6 in the whole preference"),
        Family::Ipv4Only => Some("uses IPv4 only"),
    }
}
