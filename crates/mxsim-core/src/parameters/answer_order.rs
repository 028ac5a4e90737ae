//! `order` of a resolver or an authority: in which order it answers.

use super::keys::{parameter, unlimited, worded};
use super::record_types::{TYPES, types, written_types};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, number, number_at, or_unlimited, quoted_word, set, span_at, unless};
use super::words::{Worded, Words, english, words};
use crate::dns::{Base, Direction, Driver, OrderPolicy, OrderReuse, ResolverParameters, Transform};
use crate::syntax::literal;
use crate::syntax::shape::{Key, SOME_TIME, Shape, word};
use crate::syntax::tree::{Table, Value};

pub(super) const OF_RESOLVER: ParameterGroup<ResolverParameters> = ParameterGroup {
    has_no_effect,
    ..ParameterGroup::new(KEY, |table, policy| read(table, &mut policy.order), |policy| write(&policy.order))
};

pub(super) const OF_AUTHORITY: ParameterGroup<OrderPolicy> = ParameterGroup {
    // An authority has no cache that an answer could fill.
    has_no_effect: |path, beside| path == "order.verbatim_on_miss" || has_no_effect(path, beside),
    ..ParameterGroup::new(KEY, read, write)
};

pub(super) const BLANK: OrderPolicy = OrderPolicy::AS_RECEIVED;

const KEY: Key = parameter("order", Shape::Table(KEYS), "in which order it answers");

const KEYS: &[Key] = &[
    worded::<Base>("base", "order before the transform"),
    worded::<Transform>("transform", "what is done to it"),
    worded::<Driver>("driver", "where a rotation's offset comes from"),
    worded::<Direction>("direction", "which way a rotation moves"),
    parameter("types", TYPES, "record types that are transformed").reads(|| vec![("[]", "none")]),
    parameter("verbatim_on_miss", Shape::Boolean, "the answer that fills the cache is passed on as it came")
        .reads(|| vec![("true", "yes"), ("false", "no")]),
    parameter(
        "hold",
        Shape::AnyOf(&[SOME_TIME, word(words::<OrderReuse>)]),
        "how long a rendered order is served again",
    )
    .reads(english::<OrderReuse>),
    parameter(
        "hold_variants",
        Shape::Integer { least: 1, most: 255 },
        "how many rendered orders are held beside each other, for questions that differ in their flags",
    ),
    parameter(
        "max_records",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: 255 }, word(unlimited)]),
        "most records in one answer, of the types that are transformed",
    )
    .reads(|| vec![("unlimited", "all of them")]),
];

impl Worded for Base {
    const WORDS: Words<Self> = &[
        ("as-received", Self::AsReceived, "as the records came"),
        ("canonical", Self::Canonical, "sorted by their data, the same worldwide"),
    ];
}

impl Worded for Transform {
    const WORDS: Words<Self> = &[
        ("none", Self::None, "nothing"),
        ("rotate", Self::Rotate, "rotated: neighbours stay neighbours"),
        ("shuffle", Self::Shuffle, "shuffled, every order equally likely"),
        (
            "shuffle-one-seed",
            Self::ShuffleOneSeed,
            "shuffled with one seed for all steps: first place and first pair are uniform, later places depend on them",
        ),
        ("first-by-weight", Self::FirstByWeight, "one record, drawn by weight, goes first; the others stay"),
        ("sort-for-client", Self::SortForClient, "an order of its own for each client, drawn once"),
    ];
}

impl Worded for Driver {
    const WORDS: Words<Self> = &[
        ("random", Self::Random, "drawn for each answer"),
        (
            "counter-from-zero",
            Self::CounterFromZero,
            "a counter for each record set that starts at zero with each refill",
        ),
        (
            "counter-sequential",
            Self::CounterSequential,
            "a counter for each record set; each refill starts one further",
        ),
        (
            "counter-from-random",
            Self::CounterFromRandom,
            "a counter for each record set that starts anywhere with each refill",
        ),
        (
            "counter-of-process",
            Self::CounterOfProcess,
            "one counter for the whole process, moved by every answer",
        ),
        (
            "counter-of-process-from-random",
            Self::CounterOfProcessFromRandom,
            "one counter for the whole process, started anywhere, moved by every answer",
        ),
    ];
}

impl Worded for Direction {
    const WORDS: Words<Self> =
        &[("forward", Self::Forward, "1 2 3, then 2 3 1"), ("backward", Self::Backward, "1 2 3, then 3 1 2")];
}

/// A fixed time is written as a duration beside these words.
impl Worded for OrderReuse {
    const WORDS: Words<Self> = &[
        ("none", Self::None, "not at all: ordered anew for each answer"),
        ("ttl", Self::Ttl, "until the record set expires, to everybody"),
    ];
}

fn read(table: &Table, policy: &mut OrderPolicy) {
    let Some(order) = table.table("order") else { return };
    set(&mut policy.base, chosen(order, "base"));
    set(&mut policy.transform, chosen(order, "transform"));
    set(&mut policy.driver, chosen(order, "driver"));
    set(&mut policy.direction, chosen(order, "direction"));
    set(&mut policy.types, order.get("types").and_then(types));
    set(&mut policy.verbatim_on_miss, order.get("verbatim_on_miss").and_then(Value::as_boolean));
    set(&mut policy.hold, chosen(order, "hold").or_else(|| span_at(order, "hold").map(OrderReuse::For)));
    set(&mut policy.hold_variants, number_at(order, "hold_variants"));
    set(&mut policy.max_records, unless(order, "max_records", "unlimited", number));
}

fn write(policy: &OrderPolicy) -> Vec<Written> {
    let hold = match policy.hold {
        OrderReuse::For(span) => literal::span(span),
        word => quoted_word(word),
    };
    vec![
        ("order.base", quoted_word(policy.base)),
        ("order.transform", quoted_word(policy.transform)),
        ("order.driver", quoted_word(policy.driver)),
        ("order.direction", quoted_word(policy.direction)),
        ("order.types", written_types(policy.types)),
        ("order.verbatim_on_miss", policy.verbatim_on_miss.to_string()),
        ("order.hold", hold),
        ("order.hold_variants", policy.hold_variants.to_string()),
        ("order.max_records", or_unlimited(policy.max_records)),
    ]
}

fn has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    let stays = beside.is_word("order.transform", "none");
    match path {
        "order.driver" | "order.direction" => {
            beside.get("order.transform").is_some() && !beside.is_word("order.transform", "rotate")
        }
        "order.hold" => stays,
        "order.hold_variants" => stays || beside.is_word("order.hold", "none"),
        "order.types" => stays && beside.is_word("order.max_records", "unlimited"),
        "order.max_records" => beside.is("order.types", "[]"),
        "order.verbatim_on_miss" => stays && beside.is_word("order.base", "as-received"),
        _ => false,
    }
}

/// Says what a hop does to the order of MX records.
pub(crate) fn in_words(policy: &OrderPolicy) -> String {
    if !policy.types.mx {
        return stays_in_words(policy.base);
    }
    let hold = match policy.hold {
        OrderReuse::None => String::new(),
        OrderReuse::Ttl => ", and serves that order until the TTL ends".into(),
        OrderReuse::For(span) => format!(", and serves that order for {span}"),
    };
    let cut = policy
        .max_records
        .map_or_else(String::new, |most| format!(", and answers with {most} of them at most"));
    let miss =
        if policy.verbatim_on_miss { "; the answer that fills its cache goes out as it came" } else { "" };
    format!("{}{cut}{hold}{miss}", transform_in_words(policy))
}

fn transform_in_words(policy: &OrderPolicy) -> String {
    match policy.transform {
        Transform::None => stays_in_words(policy.base),
        Transform::Rotate => format!("rotates MX records {}", rotation_in_words(policy)),
        Transform::Shuffle => "shuffles MX records, every order equally likely".into(),
        Transform::ShuffleOneSeed => "shuffles MX records with one seed for all steps".into(),
        Transform::FirstByWeight => "puts one MX record first, drawn by weight".into(),
        Transform::SortForClient => "sorts MX records by where the client is".into(),
    }
}

fn rotation_in_words(policy: &OrderPolicy) -> String {
    let way = match policy.direction {
        Direction::Forward => "forwards",
        Direction::Backward => "backwards",
    };
    let driver = match policy.driver {
        Driver::Random => "by an offset drawn for each answer",
        Driver::CounterFromZero => "one further with each answer, from the start with each refill",
        Driver::CounterSequential => "one further with each answer and with each refill",
        Driver::CounterFromRandom => "one further with each answer, from anywhere with each refill",
        Driver::CounterOfProcess | Driver::CounterOfProcessFromRandom => {
            "one further with each answer to whatever question"
        }
    };
    format!("{way}, {driver}")
}

fn stays_in_words(base: Base) -> String {
    let base = match base {
        Base::AsReceived => "in the order they came",
        Base::Canonical => "sorted by their data",
    };
    format!("leaves MX records {base}")
}
