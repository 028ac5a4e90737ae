//! Keys of `[greylisting]`: those of the software, and what depends on the site.

use crate::node::greylisting::GreyTable;
use crate::parameters::PresetKind;
use crate::parameters::greylist::GREYLIST_KEYS;
use crate::parameters::words::{Worded, Words, words};
use crate::syntax::shape::{Key, SOME_TIME, Shape, joined, optional, required, word};

/// The preset of greylisting that names none.
pub(crate) const DEFAULT_GREYLISTING: &str = "plain";

/// Part of the messages that are a first contact, where a scenario does not say. *Assumption*.
pub(crate) const DEFAULT_NEW: f64 = 0.1;

/// Exponent of the frequencies of correspondents. *Assumption*, as that of sizes of sites.
pub(crate) const DEFAULT_ZIPF: f64 = 1.0;

/// Most pairs of correspondents: their frequencies take 80 MB then.
const MOST_CORRESPONDENTS: i128 = 10_000_000;

const CORRESPONDENTS: &[Key] = &[
    required(
        "correspondents",
        Shape::Integer { least: 1, most: MOST_CORRESPONDENTS },
        "pairs of envelope addresses that write, over all senders in proportion to their mail",
    ),
    optional(
        "zipf",
        Shape::Number { least: 0.0, most: 10.0, above: false },
        "1.0 (an assumption)",
        "pair k of a site writes in proportion to k^-s",
    ),
];

const OWN: &[Key] = &[
    optional(
        "preset",
        Shape::Preset(PresetKind::Greylisting.name()),
        "plain (an assumption)",
        "the software whose rules the keys below are laid over",
    ),
    optional(
        "table",
        Shape::AnyOf(&[
            word(words::<GreyTable>),
            Shape::Choice(&[optional(
                "lag",
                SOME_TIME,
                "",
                "each node has its own, and the others learn of what it notes after this time",
            )]),
        ]),
        "node",
        "whose table it is: each node has its own, or all share one",
    ),
    optional(
        "nodes",
        Shape::AnyOf(&[Shape::HostName, Shape::List { of: &Shape::HostName, least: 1, only: &[] }]),
        "all of them",
        "the node that greylists, a list of nodes, or `\"*\"` for all of them",
    ),
    optional(
        "new",
        Shape::AnyOf(&[Shape::Share, Shape::Table(CORRESPONDENTS)]),
        "10 % (an assumption)",
        "how much mail is a first contact: the part of the messages whose key nobody has seen before (with `key = \"client\"` the part of the clients), \
         or the correspondents from which that follows",
    ),
];

/// The keys of `[greylisting]`.
pub(crate) const GREYLISTING: [Key; 13] = joined(OWN, GREYLIST_KEYS);

impl Worded for GreyTable {
    const WORDS: Words<Self> = &[
        ("node", Self::PerNode, "each node has its own"),
        ("shared", Self::Shared, "all nodes use the same one"),
    ];
}
