//! `edge`, `check` and `passive` of a load balancer: how it picks a node, passes connections on and finds out which nodes are up.
//!
//! A scenario has the same keys in `[edge.NAME]`, beside what depends on the site and not on the software.

use super::keys::{COUNT, parameter, worded};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, number, number_at, or_word, quoted_word, set, span, span_at, unless};
use super::words::{Worded, Words, english, words};
use crate::edge::{
    Balance, Check, CheckBy, EdgePolicy, Forwarding, NextTry, Passive, Source, Spacing, WithoutNode,
};
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, word};
use crate::syntax::tree::Table;
use crate::time::Span;

/// The word for none: no check, no failures that count.
pub(crate) const NONE: &str = "none";
/// The word for a time that is the same as that between two checks.
const EVERY: &str = "every";
/// The word for one try at each node.
const EACH_NODE: &str = "each-node";

pub(super) const EDGE: ParameterGroup<EdgePolicy> = ParameterGroup::new(
    parameter("edge", Shape::Table(EDGE_KEYS), "how it picks a node and passes a connection on"),
    |table, policy| {
        if let Some(edge) = table.table("edge") {
            read(edge, policy);
        }
    },
    write,
);

pub(super) const CHECK: ParameterGroup<EdgePolicy> = ParameterGroup {
    has_no_effect: check_has_no_effect,
    ..ParameterGroup::new(
        parameter("check", Shape::Table(CHECK_KEYS), "how it asks a node whether it is up"),
        |table, policy| {
            if let Some(check) = table.table("check") {
                policy.check = read_check(check, policy.check);
            }
        },
        |policy| write_check(policy.check),
    )
};

pub(super) const PASSIVE: ParameterGroup<EdgePolicy> = ParameterGroup::new(
    parameter(
        "passive",
        Shape::Table(PASSIVE_KEYS),
        "how connections of senders tell it that a node is dead",
    ),
    |table, policy| {
        if let Some(passive) = table.table("passive") {
            policy.passive = read_passive(passive, policy.passive);
        }
    },
    |policy| write_passive(policy.passive),
);

/// What a check is laid over that no preset has.
const BLANK_CHECK: Check =
    Check { timeout: None, ..Check::new(CheckBy::Tcp, Span::from_secs(2), Span::from_secs(2), (2, 3)) };

const BLANK_PASSIVE: Passive = Passive { fails: 1, time: Span::from_secs(10) };

/// What a proxy is laid over.
const BLANK_PROXY: (Span, Option<u32>, NextTry) = (Span::from_secs(5), Some(4), NextTry::Another);

/// The shortest time between two checks, so that a run does not drown in them.
const SHORTEST: Shape = Shape::Duration(Span(100_000));
const AS_EVERY: Shape = Shape::AnyOf(&[SHORTEST, word(|| vec![EVERY])]);

/// Most checks in a row that a scenario may ask for.
pub(crate) const IN_A_ROW: Shape = Shape::Integer { least: 1, most: 1_000 };

/// The keys, which `[edge.NAME]` has too.
pub(crate) const EDGE_KEYS: &[Key] = &[
    worded::<Balance>("balance", "how it picks a node; weights are those of the nodes"),
    parameter(
        "forwarding",
        word(|| vec![PROXY, PACKETS]),
        "how it passes a connection on: as a proxy, which tries again where a node fails, or as packets, so that the sender sees what the node does",
    )
    .reads(|| {
        vec![
            (PROXY, "as a proxy, which takes the connection and opens one to the node"),
            (PACKETS, "as packets: the sender sees what the node does"),
        ]
    }),
    parameter("connect_timeout", SOME_TIME, "how long a proxy waits for a node to take a connection"),
    parameter(
        "tries",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: 1_000 }, word(|| vec![EACH_NODE])]),
        "connections to nodes that a proxy tries for one of a sender",
    )
    .reads(|| vec![(EACH_NODE, "one to each node")]),
    parameter(
        "tries_at",
        word(|| vec![ANOTHER, SAME]),
        "where a proxy tries again after a node refused or did not answer",
    )
    .reads(|| vec![(ANOTHER, "at another node, at once"), (SAME, "at the same node")]),
    parameter("retry_wait", DURATION, "how long a proxy that tries the same node again waits after a refusal"),
    worded::<Source>("source", "whose address the nodes see"),
    worded::<WithoutNode>("without_node", "what a connection meets while no node is up"),
    parameter(
        "slow_start",
        DURATION,
        "a node that comes back is given its weight in sixteen steps over this time",
    ),
];

/// The keys of `check`.
pub(crate) const CHECK_KEYS: &[Key] = &[
    parameter("by", Shape::AnyOf(&[word(words::<CheckBy>), word(|| vec![NONE])]), "how far a check goes")
        .reads(|| english::<CheckBy>().into_iter().chain([(NONE, "it does not check")]).collect()),
    parameter("every", SHORTEST, "time between two checks of a node"),
    parameter(
        "changing",
        AS_EVERY,
        "the same while checks speak against what it holds of the node, so that the node is about to leave or to come back",
    )
    .reads(the_same),
    parameter("down", AS_EVERY, "the same of a node that is out").reads(the_same),
    parameter("timeout", AS_EVERY, "how long a check waits for an answer").reads(|| vec![(EVERY, "as long as `every`")]),
    parameter("rise", IN_A_ROW, "good checks in a row after which a node is used again"),
    parameter("fall", IN_A_ROW, "failed checks in a row after which a node is not used any more"),
    worded::<Spacing>("spacing", "from when the time between two checks counts"),
];

fn the_same() -> Vec<(&'static str, &'static str)> {
    vec![(EVERY, "no different")]
}

/// The keys of `passive`.
pub(crate) const PASSIVE_KEYS: &[Key] = &[
    parameter(
        "fails",
        Shape::AnyOf(&[COUNT, word(|| vec![NONE])]),
        "connections that a node has to refuse, or leave without an answer, before it is left out",
    )
    .reads(|| vec![(NONE, "they do not: it is never left out")]),
    parameter(
        "time",
        SOME_TIME,
        "how long it is left out; then one connection is tried there, and the next once that has been taken",
    ),
];

/// The words of `forwarding` and of `tries_at`.
pub(crate) const PROXY: &str = "proxy";
pub(crate) const PACKETS: &str = "packets";
const ANOTHER: &str = "another-node";
const SAME: &str = "same-node";

impl Worded for Balance {
    const WORDS: Words<Self> = &[
        ("round-robin", Self::RoundRobin, "one node after the other"),
        ("least-connections", Self::LeastConnections, "the node with the fewest open connections"),
        ("random", Self::Random, "a random node"),
        ("random-of-two", Self::RandomOfTwo, "the less busy of two random nodes"),
        ("source-hash", Self::SourceHash, "by the client's address, modulo the nodes that are up"),
        ("consistent-hash", Self::ConsistentHash, "by the client's address, on a ring"),
    ];
}

impl Worded for Source {
    const WORDS: Words<Self> = &[
        ("kept", Self::Kept, "that of the sender"),
        ("edge", Self::Edge, "that of the edge, for all senders"),
    ];
}

impl Worded for WithoutNode {
    const WORDS: Words<Self> = &[
        ("close", Self::Close, "it is taken, and closed before a greeting"),
        ("refuse", Self::Refuse, "it is reset"),
        ("drop", Self::Drop, "its packets vanish"),
    ];
}

impl Worded for CheckBy {
    const WORDS: Words<Self> = &[
        ("tcp", Self::Tcp, "the node takes a connection"),
        ("banner", Self::Banner, "it greets with 220"),
        ("rcpt", Self::Recipient, "it takes a recipient"),
    ];
}

impl Worded for Spacing {
    const WORDS: Words<Self> = &[
        ("start", Self::Start, "from the start of one to the start of the next"),
        ("end", Self::End, "from the end of one to the start of the next"),
    ];
}

/// Lays keys, as they stand in a table, over what an edge is told to do.
pub(crate) fn read(table: &Table, policy: &mut EdgePolicy) {
    set(&mut policy.balance, chosen(table, "balance"));
    set(&mut policy.source, chosen(table, "source"));
    set(&mut policy.without_node, chosen(table, "without_node"));
    set(&mut policy.slow_start, span_at(table, "slow_start"));
    let is_proxy = match table.text("forwarding") {
        Some(word) => word == PROXY,
        None => matches!(policy.forwarding, Forwarding::Proxy { .. }),
    };
    policy.forwarding = if is_proxy { proxy(table, policy.forwarding) } else { Forwarding::Packets };
}

fn proxy(table: &Table, base: Forwarding) -> Forwarding {
    let (mut connect_timeout, mut tries, mut next) = match base {
        Forwarding::Proxy { connect_timeout, tries, next } => (connect_timeout, tries, next),
        Forwarding::Packets => BLANK_PROXY,
    };
    set(&mut connect_timeout, span_at(table, "connect_timeout"));
    set(&mut tries, unless(table, "tries", EACH_NODE, number));
    let known = if let NextTry::Same { wait } = next { wait } else { Span::from_secs(1) };
    match table.text("tries_at") {
        Some(SAME) => next = NextTry::Same { wait: known },
        Some(_) => next = NextTry::Another,
        None => {}
    }
    if let NextTry::Same { wait } = &mut next {
        set(wait, span_at(table, "retry_wait"));
    }
    Forwarding::Proxy { connect_timeout, tries, next }
}

/// Lays the keys of `check` over a check, or over that of nobody.
pub(crate) fn read_check(table: &Table, base: Option<Check>) -> Option<Check> {
    if table.text("by") == Some(NONE) {
        return None;
    }
    let mut check = base.unwrap_or(BLANK_CHECK);
    set(&mut check.by, chosen(table, "by"));
    set(&mut check.every, span_at(table, "every"));
    set(&mut check.changing, unless(table, "changing", EVERY, span));
    set(&mut check.down, unless(table, "down", EVERY, span));
    set(&mut check.timeout, unless(table, "timeout", EVERY, span));
    set(&mut check.rise, number_at(table, "rise"));
    set(&mut check.fall, number_at(table, "fall"));
    set(&mut check.spacing, chosen(table, "spacing"));
    Some(check)
}

/// The same of `passive`.
pub(crate) fn read_passive(table: &Table, base: Option<Passive>) -> Option<Passive> {
    if table.text("fails") == Some(NONE) {
        return None;
    }
    let mut passive = base.unwrap_or(BLANK_PASSIVE);
    set(&mut passive.fails, number_at(table, "fails"));
    set(&mut passive.time, span_at(table, "time"));
    Some(passive)
}

/// Writes the keys of an edge; a scenario takes them without their section. Those of a proxy are not written where there is none.
pub(crate) fn write(policy: &EdgePolicy) -> Vec<Written> {
    let mut written = vec![("edge.balance", quoted_word(policy.balance))];
    match policy.forwarding {
        Forwarding::Packets => written.push(("edge.forwarding", literal::text(PACKETS))),
        Forwarding::Proxy { connect_timeout, tries, next } => {
            let tries = tries.map_or_else(|| literal::text(EACH_NODE), |tries| tries.to_string());
            written.push(("edge.forwarding", literal::text(PROXY)));
            written.push(("edge.connect_timeout", literal::span(connect_timeout)));
            written.push(("edge.tries", tries));
            match next {
                NextTry::Another => written.push(("edge.tries_at", literal::text(ANOTHER))),
                NextTry::Same { wait } => {
                    written.push(("edge.tries_at", literal::text(SAME)));
                    written.push(("edge.retry_wait", literal::span(wait)));
                }
            }
        }
    }
    written.push(("edge.source", quoted_word(policy.source)));
    written.push(("edge.without_node", quoted_word(policy.without_node)));
    written.push(("edge.slow_start", literal::span(policy.slow_start)));
    written
}

/// Writes the keys of `check`.
pub(crate) fn write_check(check: Option<Check>) -> Vec<Written> {
    let Some(check) = check else { return vec![("check.by", literal::text(NONE))] };
    vec![
        ("check.by", quoted_word(check.by)),
        ("check.every", literal::span(check.every)),
        ("check.changing", or_word(check.changing, EVERY)),
        ("check.down", or_word(check.down, EVERY)),
        ("check.timeout", or_word(check.timeout, EVERY)),
        ("check.rise", check.rise.to_string()),
        ("check.fall", check.fall.to_string()),
        ("check.spacing", quoted_word(check.spacing)),
    ]
}

/// Writes the keys of `passive`.
pub(crate) fn write_passive(passive: Option<Passive>) -> Vec<Written> {
    let Some(passive) = passive else { return vec![("passive.fails", literal::text(NONE))] };
    vec![("passive.fails", passive.fails.to_string()), ("passive.time", literal::span(passive.time))]
}

fn check_has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    path == "check.changing" && beside.is("check.fall", "1") && beside.is("check.rise", "1")
}
