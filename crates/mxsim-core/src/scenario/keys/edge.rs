//! Keys of `[edge.NAME]`: those of the software, and what depends on the site.

use super::node::MOST_SESSIONS;
use crate::node::WhenFull;
use crate::parameters::PresetKind;
use crate::parameters::edge::{CHECK_KEYS, EDGE_KEYS, NONE, PASSIVE_KEYS};
use crate::parameters::words::words;
use crate::syntax::shape::{Key, SOME_TIME, Shape, joined, optional, required, word};

/// The preset of an edge that names none.
pub(crate) const DEFAULT_EDGE: &str = "plain";

const ADDRESSES: Shape = Shape::List { of: &Shape::Address, least: 1, only: &[] };
const CONNECTIONS: Shape =
    Shape::AnyOf(&[Shape::Integer { least: 1, most: MOST_SESSIONS }, word(|| vec!["unlimited"])]);

const PARTNER: &[Key] = &[
    optional(
        "takeover",
        SOME_TIME,
        "3.609375s (VRRP: three advertisements of 1 s and the skew of priority 100)",
        "how long nobody has the addresses",
    ),
    optional(
        "preempt",
        Shape::Boolean,
        "true",
        "true if the edge takes its addresses back when it is well again, which breaks what is open",
    ),
];

const OWN: &[Key] = &[
    optional(
        "preset",
        Shape::Preset(PresetKind::Edge.name()),
        "plain (an assumption)",
        "the software whose behaviour the keys below are laid over",
    ),
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
        "check",
        Shape::AnyOf(&[Shape::Table(CHECK_KEYS), word(|| vec![NONE])]),
        "as the preset",
        "how it asks a node whether it is up, or `\"none\"`; keys that are left out are those of the preset",
    ),
    optional(
        "passive",
        Shape::AnyOf(&[Shape::Table(PASSIVE_KEYS), word(|| vec![NONE])]),
        "as the preset",
        "how connections of senders tell a proxy that a node is dead, or `\"none\"`",
    ),
    optional(
        "partner",
        Shape::Table(PARTNER),
        "none",
        "a second edge before the same nodes, which takes its addresses over when it refuses connections or drops packets",
    ),
];

/// The keys of `[edge.NAME]`.
pub(super) const EDGE: [Key; 19] = joined(OWN, EDGE_KEYS);
