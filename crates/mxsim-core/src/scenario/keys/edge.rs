//! Keys of `[edge.NAME]`.

use super::node::MOST_SESSIONS;
use crate::edge::{Balance, Check, CheckBy, Source, Spacing, WithoutNode};
use crate::node::WhenFull;
use crate::parameters::words::{Worded, Words, words};
use crate::syntax::shape::{Key, SOME_TIME, Shape, later, optional, required, word};
use crate::time::Span;

/// How long a proxy waits for a node. *Assumption*: the `timeout connect 5s` of HAProxy's own example configurations; it has no default.
pub(crate) const DEFAULT_CONNECT_TIMEOUT: Span = Span::from_secs(5);
/// Connections that a proxy tries: HAProxy's `retries 3` and the first one (Configuration Manual, `retries`).
pub(crate) const DEFAULT_TRIES: u32 = 4;
/// Checks where a scenario does not say: HAProxy's `inter 2s`, `rise 2`, `fall 3`, and its time-out `inter` (Configuration Manual, section 5.2).
pub(crate) const DEFAULT_CHECK: Check =
    Check::new(CheckBy::Tcp, Span::from_secs(2), Span::from_secs(2), (2, 3));

/// Most checks in a row that a scenario may ask for.
const MOST_IN_A_ROW: Shape = Shape::Integer { least: 1, most: 1_000 };

/// The shortest time between two checks, so that a run does not drown in them.
const SHORTEST: Shape = Shape::Duration(Span(100_000));

const ADDRESSES: Shape = Shape::List { of: &Shape::Address, least: 1, only: &[] };
const CONNECTIONS: Shape =
    Shape::AnyOf(&[Shape::Integer { least: 1, most: MOST_SESSIONS }, word(|| vec!["unlimited"])]);

const CHECK: &[Key] = &[
    optional("by", word(words::<CheckBy>), "tcp", "how far a check goes"),
    optional("every", SHORTEST, "2s", "time between two checks of a node"),
    optional("timeout", SHORTEST, "as `every`", "how long a check waits for an answer"),
    optional("rise", MOST_IN_A_ROW, "2", "good checks in a row after which a node is used again"),
    optional("fall", MOST_IN_A_ROW, "3", "failed checks in a row after which a node is not used any more"),
    optional(
        "spacing",
        word(words::<Spacing>),
        "start",
        "from when `every` counts: from the start of one check to the start of the next, or from its end",
    ),
];

/// The keys of `[edge.NAME]`.
pub(super) const EDGE: &[Key] = &[
    later("preset", "the software whose behaviour the other keys are laid over"),
    optional(
        "addresses",
        ADDRESSES,
        "those of the exchange host whose first label is its name",
        "the addresses that the zone publishes for it",
    ),
    required(
        "nodes",
        Shape::List { of: &Shape::NodeName, least: 1, only: &[] },
        "the nodes behind it; one that the zone does not name is private, and `[nodes.NAME]` says what it can serve",
    ),
    optional(
        "balance",
        word(words::<Balance>),
        "round-robin",
        "how it picks a node; weights are those of the nodes",
    ),
    optional(
        "forwarding",
        word(|| vec![PROXY, PACKETS]),
        PROXY,
        "how it passes a connection on: as a proxy, which tries another node where one fails, or as packets, so that the sender sees what the node does",
    ),
    optional(
        "connect_timeout",
        SOME_TIME,
        "5s (an assumption)",
        "how long a proxy waits for a node to take a connection",
    ),
    optional(
        "tries",
        Shape::Integer { least: 1, most: 1_000 },
        "4",
        "connections to nodes that a proxy tries for one of a sender, each to another node than the last",
    ),
    optional("source", word(words::<Source>), "kept", "whose address the nodes see"),
    optional(
        "sessions",
        CONNECTIONS,
        "unlimited",
        "most connections open through it; needs a `session_time` of its nodes",
    ),
    optional(
        "sessions_per_node",
        CONNECTIONS,
        "unlimited",
        "most of them to one node; needs a `session_time` of its nodes",
    ),
    optional(
        "queue",
        Shape::Integer { least: 0, most: MOST_SESSIONS },
        "0",
        "connections beyond these limits that a proxy takes and keeps waiting for a node, first come first served",
    ),
    optional(
        "when_full",
        word(words::<WhenFull>),
        "refuse",
        "what a connection beyond limits and queue meets",
    ),
    optional(
        "without_node",
        word(words::<WithoutNode>),
        "close",
        "what a connection meets while no node is up",
    ),
    optional(
        "check",
        Shape::AnyOf(&[Shape::Table(CHECK), word(|| vec![NO_CHECK])]),
        "by TCP every 2 s, `rise` 2, `fall` 3",
        "how it finds out which nodes are up",
    ),
    later("partner", "a second edge that takes its addresses over"),
    later("drain", "nodes that get no new connections"),
];

/// The words of `forwarding`, and that for no checks.
pub(crate) const PROXY: &str = "proxy";
pub(crate) const PACKETS: &str = "packets";
pub(crate) const NO_CHECK: &str = "none";

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
    const WORDS: Words<Self> = &[("start", Self::Start, ""), ("end", Self::End, "")];
}
