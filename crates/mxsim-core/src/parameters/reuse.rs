//! `reuse`: when an open connection takes the next message.
//!
//! The limits of a kept connection are parameters only where connections are kept: a sender that never reuses one has no idle time, and a
//! table that names one all the same is an error.

use super::keys::{COUNT, parameter, unlimited, worded};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, number, or_unlimited, or_word, quoted_word, set, span, span_at, unless};
use super::words::{Worded, Words, english, word_of, words};
use crate::sender::{FiledUnder, Reuse, ReuseLimits, SenderParameters};
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, word};
use crate::syntax::tree::{Table, Value};
use crate::time::Span;
use serde_json::json;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    broken_rule: |table, policy| broken_rule(table, policy.reuse),
    has_no_effect,
    ..ParameterGroup::new(
        parameter(
            "reuse",
            Shape::AnyOf(&[word(words::<ReuseWhen>), Shape::Table(KEYS)]),
            "when an open connection takes the next message; a word alone sets `connections`",
        ),
        |table, policy| read(table, &mut policy.reuse),
        |policy| write(policy.reuse),
    )
};

pub(super) const BLANK: Reuse = Reuse::Never;

const KEYS: &[Key] = &[
    worded::<ReuseWhen>(
        "connections",
        "when an open connection takes the next message: never, on demand (once deliveries follow each other within a second), always, by child process (the first that is idle takes it), the last one only (others are closed when they run out of work), by batch (what waits after a delivery), or by queue run",
    ),
    parameter("idle", DURATION, "it is closed after so long without a message"),
    optional(
        "messages",
        Shape::AnyOf(&[COUNT, word(unlimited)]),
        "as the preset; unlimited if that reuses nothing",
        "it is closed after so many messages",
    )
    .reads(|| vec![("unlimited", "any number")]),
    optional(
        "age",
        Shape::AnyOf(&[SOME_TIME, word(unlimited)]),
        "as the preset; unlimited if that reuses nothing",
        "once it is so old it takes no message any more",
    )
    .reads(|| vec![("unlimited", "any age")]),
    optional(
        "tls",
        Shape::Boolean,
        "as the preset; true if that reuses nothing",
        "whether connections under TLS are kept too",
    ),
    optional(
        "filed_under",
        word(words::<FiledUnder>),
        "as the preset; domain if that reuses nothing",
        "which messages an open connection may take: all of the domain before anything is looked up, those with the same MX set, those that try a host of its preference first (it goes before the others), or those whose next host or address is its own",
    )
    .reads(english::<FiledUnder>),
];

/// Keys that limit a kept connection.
const LIMITS: [&str; 5] = ["idle", "messages", "age", "tls", "filed_under"];

/// The limits of a sender that kept nothing so far; without an idle time it still keeps nothing.
const UNSAID: ReuseLimits =
    ReuseLimits { idle: Span::ZERO, messages: None, age: None, tls: true, filed_under: FiledUnder::Domain };

/// A variant of [`Reuse`] without its limits.
#[derive(Clone, Copy, PartialEq)]
enum ReuseWhen {
    Never,
    Demand,
    Always,
    Child,
    Last,
    Batch,
    QueueRun,
}

impl Worded for ReuseWhen {
    const WORDS: Words<Self> = &[
        ("never", Self::Never, "never: each message opens its own"),
        ("demand", Self::Demand, "while deliveries follow each other closely"),
        ("always", Self::Always, "every connection is kept for the next message"),
        ("child", Self::Child, "by the first child process that is idle; each keeps its connection"),
        ("last", Self::Last, "the last connection is kept for the next message"),
        ("batch", Self::Batch, "for whatever waits when a delivery is done"),
        ("queue-run", Self::QueueRun, "for the messages of one queue run"),
    ];
}

impl Worded for FiledUnder {
    const WORDS: Words<Self> = &[
        ("domain", Self::Domain, "all mail of the domain"),
        ("mx-set", Self::MxSet, "all mail of the domain while its MX set is the same"),
        ("preference", Self::Preference, "mail that would try a host of the same preference first"),
        ("host", Self::Host, "mail that would try this host next"),
        ("address", Self::Address, "mail that would try this address next"),
    ];
}

const fn when(reuse: Reuse) -> ReuseWhen {
    match reuse {
        Reuse::Never => ReuseWhen::Never,
        Reuse::Demand(_) => ReuseWhen::Demand,
        Reuse::Always(_) => ReuseWhen::Always,
        Reuse::Child(_) => ReuseWhen::Child,
        Reuse::Last(_) => ReuseWhen::Last,
        Reuse::Batch(_) => ReuseWhen::Batch,
        Reuse::QueueRun(_) => ReuseWhen::QueueRun,
    }
}

const fn together(when: ReuseWhen, kept: ReuseLimits) -> Reuse {
    match when {
        ReuseWhen::Never => Reuse::Never,
        ReuseWhen::Demand => Reuse::Demand(kept),
        ReuseWhen::Always => Reuse::Always(kept),
        ReuseWhen::Child => Reuse::Child(kept),
        ReuseWhen::Last => Reuse::Last(kept),
        ReuseWhen::Batch => Reuse::Batch(kept),
        ReuseWhen::QueueRun => Reuse::QueueRun(kept),
    }
}

/// Reads a word alone, which says `connections`, or the table.
fn read(table: &Table, reuse: &mut Reuse) {
    let mut when = when(*reuse);
    let mut kept = reuse.kept().unwrap_or(UNSAID);
    set(&mut when, chosen(table, "reuse"));
    if let Some(own) = table.table("reuse") {
        set(&mut when, chosen(own, "connections"));
        set(&mut kept.idle, span_at(own, "idle"));
        set(&mut kept.messages, unless(own, "messages", "unlimited", number));
        set(&mut kept.age, unless(own, "age", "unlimited", span));
        set(&mut kept.tls, own.get("tls").and_then(Value::as_boolean));
        set(&mut kept.filed_under, chosen(own, "filed_under"));
    }
    *reuse = together(when, kept);
}

fn broken_rule(table: &Table, reuse: Reuse) -> Option<&'static str> {
    let says_limits =
        table.table("reuse").is_some_and(|own| LIMITS.iter().any(|limit| own.get(limit).is_some()));
    match reuse {
        Reuse::Never if says_limits => Some(
            "reuse: `connections = \"never\"` leaves nothing for `idle`, `messages`, `age`, `tls` and `filed_under` to say",
        ),
        Reuse::Demand(kept) | Reuse::Always(kept) | Reuse::Child(kept) | Reuse::Last(kept)
            if kept.idle == Span::ZERO =>
        {
            Some("reuse: a connection that waits for the next message needs an `idle` time above zero")
        }
        Reuse::Child(kept) if kept.filed_under != FiledUnder::Domain => Some(
            "reuse: a child process takes whatever comes for the domain, so `filed_under` can only be \"domain\"",
        ),
        Reuse::Batch(kept) if kept.filed_under != FiledUnder::Domain => Some(
            "reuse: a batch is all mail that waits for the domain, so `filed_under` can only be \"domain\"",
        ),
        _ => None,
    }
}

fn write(reuse: Reuse) -> Vec<Written> {
    let mut all = vec![("reuse.connections", quoted_word(when(reuse)))];
    if let Some(kept) = reuse.kept() {
        all.extend([
            ("reuse.idle", literal::span(kept.idle)),
            ("reuse.messages", or_unlimited(kept.messages)),
            ("reuse.age", or_word(kept.age, "unlimited")),
            ("reuse.tls", kept.tls.to_string()),
            ("reuse.filed_under", quoted_word(kept.filed_under)),
        ]);
    }
    all
}

/// Writes reuse as JSON, for scenarios made in Rust.
pub(crate) fn to_json(reuse: Reuse) -> serde_json::Value {
    let word = word_of(when(reuse));
    let Some(ReuseLimits { idle, messages, age, tls, filed_under }) = reuse.kept() else {
        return json!(word);
    };
    json!({
        "connections": word,
        "idle": idle.to_string(),
        "messages": messages.map_or_else(|| json!("unlimited"), |most| json!(most)),
        "age": age.map_or_else(|| "unlimited".to_owned(), |age| age.to_string()),
        "tls": tls,
        "filed_under": word_of(filed_under),
    })
}

fn has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    let connections = |word: &str| beside.is_word("reuse.connections", word);
    match path {
        "reuse.connections" => false,
        "reuse.idle" => connections("batch") || connections("never"),
        _ => connections("never"),
    }
}

/// Says when an open connection takes a message.
pub(crate) fn in_words(reuse: Reuse) -> String {
    match reuse {
        Reuse::Never => "opens a connection for each message".into(),
        Reuse::Demand(kept) => {
            format!("keeps connections while deliveries follow closely{}", limits_in_words(kept))
        }
        Reuse::Always(kept) => {
            format!("keeps every connection for the next message{}", limits_in_words(kept))
        }
        Reuse::Child(kept) => format!(
            "has child processes that keep their connections; the first that is idle takes a message{}",
            limits_in_words(kept)
        ),
        Reuse::Last(kept) => {
            format!("keeps its last connection for the next message{}", limits_in_words(kept))
        }
        Reuse::Batch(kept) => {
            format!("sends whatever waits down an open connection{}", limits_in_words(kept))
        }
        Reuse::QueueRun(kept) => format!("sends one queue run down one connection{}", limits_in_words(kept)),
    }
}

fn limits_in_words(kept: ReuseLimits) -> String {
    let idle = (kept.idle > Span::ZERO).then(|| format!("{} idle", kept.idle));
    let messages = kept.messages.map(|most| format!("{most} messages"));
    let age = kept.age.map(|most| format!("{most} of age"));
    let limits: Vec<String> = [idle, messages, age].into_iter().flatten().collect();
    if limits.is_empty() { String::new() } else { format!(", up to {}", limits.join(", ")) }
}
