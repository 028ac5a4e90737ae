//! Every key of a scenario: the reader, the JSON Schema and `docs/scenario.md` all come from these tables. The keys that a preset has too
//! stand in [`crate::parameters`].

pub(crate) mod edge;
pub(crate) mod greylisting;
mod node;

use crate::dns::{AddressStatus, Answered, MtaStsMode};
use crate::node::{ShareOf, Slowdown};
use crate::parameters::edge::IN_A_ROW;
use crate::parameters::node::{Family, FaultKind};
use crate::parameters::sender_entry::{PROFILE, SENDER_ENTRY};
use crate::parameters::words::{Worded, Words, words};
use crate::parameters::{AUTHORITY_KEYS, PresetKind, RESOLVER_KEYS};
use crate::smtp::Stage;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, joined, optional, required, word};
use crate::time::Span;
use edge::EDGE;
use greylisting::GREYLISTING;
pub(crate) use node::DEFAULT_RATE_WINDOW;
use node::{CAPACITY, EVERY_NODE, MOST_SESSIONS, NODE, OUTAGES};

/// Messages per day where the scenario says nothing. *Assumption*: a mid-sized organisation.
pub(crate) const DEFAULT_MESSAGES_PER_DAY: f64 = 100_000.0;

/// Sites of an entry with a mix. *Assumption*.
pub(crate) const DEFAULT_SITES: usize = 1_000;

const ON: Key = optional("on", Shape::Share, "95 %", "part of the windows it has to hold on");

const SESSIONS: Shape = Shape::Integer { least: 1, most: MOST_SESSIONS };
const NODES_DOWN: Shape = Shape::Integer { least: 1, most: 1_000 };

const RUN: &[Key] = &[
    optional(
        "replications",
        Shape::Integer { least: 1, most: 10_000_000 },
        "as many as decide the goals",
        "independent repetitions",
    ),
    optional("seed", Shape::Integer { least: 0, most: u64::MAX as i128 }, "1", "seed of all randomness"),
    optional("window", Shape::Duration(Span::MINUTE), "1d", "the span a share is measured over"),
    optional(
        "run_length",
        Shape::Duration(Span::MINUTE),
        "a day, or one window if that is longer",
        "measured length of one replication; a whole number of windows",
    ),
    optional(
        "warm_up",
        DURATION,
        "the longest TTL (of answers that can differ), hold, holding time and age of a kept connection in play, from 1 h to 1 week",
        "simulated before measuring starts",
    ),
];

const ZONE: &[Key] = &[
    optional("text", Shape::Text, "", "zone lines or `dig` output; this or `file`"),
    optional("file", Shape::Text, "", "a file with zone lines, relative to the scenario; this or `text`"),
    optional("domain", Shape::HostName, "the only domain with MX records", "the mail domain"),
    optional(
        "authority",
        Shape::AnyOf(&[Shape::Preset(PresetKind::Authority.name()), Shape::Table(&AUTHORITY)]),
        "nsd",
        "in which order the authoritative servers answer: a preset, or `{ preset = \"nsd\", order = {...} }`",
    ),
    optional(
        "unreachable",
        Shape::List {
            of: &Shape::Table(&[
                required("at", Shape::Moment, "when it begins"),
                required("for", SOME_TIME, "how long it lasts"),
            ]),
            least: 0,
            only: &[],
        },
        "never",
        "when the authoritative servers do not answer",
    ),
    optional(
        "checks",
        Shape::Table(CHECKS),
        "none",
        "health checks of the authority, which leaves out the records of nodes and edges that refuse, drop packets or stay silent for everybody, as long as something is left",
    ),
    optional(
        "addresses",
        Shape::Map(&word(words::<AddressStatus>)),
        "as the text says",
        "what is known of the addresses of a host, by its full name",
    ),
    optional("mta_sts", Shape::Table(MTA_STS), "no policy", "the MTA-STS policy of the domain (RFC 8461)"),
    optional("dane", Shape::Table(DANE), "no host fails", "what DANE says about the hosts (RFC 7672)"),
];

const CHECKS: &[Key] = &[
    optional("every", Shape::Duration(Span::from_secs(1)), "30s, as Route 53", "time between two checks"),
    optional("rise", IN_A_ROW, "3", "good checks in a row after which records come back"),
    optional("fall", IN_A_ROW, "3", "failed checks in a row after which they are left out"),
    optional("records", word(words::<Answered>), "both", "which records are left out"),
];

impl Worded for Answered {
    const WORDS: Words<Self> = &[
        ("addresses", Self::Addresses, "addresses"),
        ("mx", Self::Mx, "MX records of hosts without another address"),
        ("both", Self::Both, ""),
    ];
}

const MTA_STS: &[Key] = &[
    required("mode", word(words::<MtaStsMode>), "whether it is to be obeyed"),
    required(
        "mx",
        Shape::List { of: &Shape::HostName, least: 1, only: &[] },
        "hosts that may be used: names, or `*.` and a name for any one label before it",
    ),
];

impl Worded for AddressStatus {
    const WORDS: Words<Self> = &[
        ("published", Self::Published, "they stand in the text"),
        ("assumed", Self::Assumed, "the one in the text stands in for one that is not known"),
        ("unknown", Self::Unknown, "the same, and it may have none"),
        ("none", Self::Absent, "it has none"),
    ];
}

impl Worded for MtaStsMode {
    const WORDS: Words<Self> =
        &[("enforce", Self::Enforce, ""), ("testing", Self::Testing, ""), ("none", Self::None, "")];
}

const DANE: &[Key] = &[required(
    "failing",
    Shape::List { of: &Shape::HostName, least: 1, only: &[] },
    "hosts, by name or first label, whose certificate does not match their TLSA records",
)];

const AUTHORITY: [Key; 3] = joined(
    &[
        optional(
            "preset",
            Shape::Preset(PresetKind::Authority.name()),
            "nsd",
            "the preset the parameters are laid over",
        ),
        optional(
            "weights",
            Shape::Map(&Shape::Integer { least: 0, most: 1_000_000 }),
            "all 1",
            "weights for `first-by-weight`, by host (or its first label) and by IPv4 address",
        ),
    ],
    AUTHORITY_KEYS,
);

const CHANGE: &[Key] = &[
    required("at", Shape::Moment, "when the change is published"),
    optional(
        "remove",
        Shape::Text,
        "",
        "record lines to take away; a line without data takes the whole set of owner and type",
    ),
    optional(
        "replace",
        Shape::Text,
        "",
        "record lines that take the place of the sets of the same owner and type",
    ),
    optional("add", Shape::Text, "", "record lines to add"),
];

const TRAFFIC: &[Key] = &[
    optional(
        "messages_per_day",
        Shape::Number { least: 0.0, most: 1e12, above: true },
        "100000 (an assumption)",
        "messages per day over all senders",
    ),
    optional(
        "profile",
        PROFILE,
        "flat",
        "how the day goes: `\"flat\"`, `\"office\"`, or 24 weights (a day) or 168 (a week), midnight first",
    ),
    optional(
        "population",
        Shape::Population,
        "none",
        "who sends: a population of the catalogue; entries of `[[senders]]` change its senders of the same name or come on top",
    ),
];

const RESOLVER: [Key; 5] = joined(
    &[
        optional(
            "preset",
            Shape::Preset(PresetKind::Resolver.name()),
            "plain",
            "the preset the parameters are laid over",
        ),
        optional(
            "chain",
            Shape::List { of: &Shape::Name, least: 1, only: &[] },
            "asks the authority itself",
            "resolvers between this one and the authority, nearest first; the whole way",
        ),
    ],
    RESOLVER_KEYS,
);

const EVENT: &[Key] = &[
    required(
        "at",
        Shape::Moment,
        "when it starts: a time of the first measured day, `\"2d 10:00\"`, `\"Tue 10:00\"` (the first day is a Monday), or a duration",
    ),
    required("for", SOME_TIME, "how long it lasts"),
    optional("every", SOME_TIME, "once", "how often it comes back, until the end of the run"),
    optional(
        "node",
        Shape::AnyOf(&[Shape::HostName, Shape::List { of: &Shape::HostName, least: 1, only: &[] }]),
        "every node, if `group`, `family` or `from` is given",
        "the node, a list of nodes, or `\"*\"` for all of them",
    ),
    optional(
        "group",
        NAMES,
        "",
        "all nodes of a group, or of a list of groups, see `nodes.NAME`; in place of `node`",
    ),
    optional(
        "edge",
        Shape::AnyOf(&[Shape::HostName, Shape::List { of: &Shape::HostName, least: 1, only: &[] }]),
        "none",
        "the edge that fails, or a list of edges; the nodes behind it stay well",
    ),
    optional(
        "family",
        word(words::<Family>),
        "both",
        "only connections to addresses of this family, as where IPv6 is not routed",
    ),
    optional(
        "from",
        NAMES,
        "all",
        "only connections of this sender, or of a list of senders; a sender with a `mix` means all of it",
    ),
    required(
        "fault",
        word(words::<FaultKind>),
        "what is wrong with it: it refuses connections, drops packets, or takes connections and stays silent; takes the message and bounces it afterwards; has a certificate that does not verify; works slowly, or holds its greeting back; is drained, so that the edge before it sends it no new connection and open ones go on; or at a `stage` it defers (4xx), rejects (5xx) or disconnects",
    ),
    optional(
        "stage",
        word(words::<Stage>),
        "needed for, and only for, `defer`, `reject` and `disconnect`",
        "where in the session it shows: instead of the greeting, when TLS is set up (where the node offers it; not with `defer`), at a recipient, or after the data",
    ),
    optional(
        "factor",
        Shape::Number { least: 1.0, most: Slowdown::MOST, above: false },
        "needed for, and only for, `slow`",
        "how many times as long a message holds its session",
    ),
    optional("delay", SOME_TIME, "needed for, and only for, `tarpit`", "how long the greeting is held back"),
    optional("share", Shape::Share, "all", "the part that it hits"),
    optional(
        "share_of",
        word(words::<ShareOf>),
        "connections",
        "what is hit or not as a whole: each of the `connections`, so that a retry may get through; the outbound `hosts` or the `sites` of a sender, the same ones at each retry; or the `recipients`",
    ),
    optional(
        "name",
        Shape::Name,
        "event 1, event 2, ...",
        "tells which hosts, sites or recipients are hit: events with the same name hit the same ones",
    ),
];

const NAMES: Shape = Shape::AnyOf(&[Shape::Name, Shape::List { of: &Shape::Name, least: 1, only: &[] }]);

const GOALS: &[Key] = &[
    optional(
        "busiest_share",
        Shape::AnyOf(&[
            Shape::Share,
            Shape::Table(&[required("at_most", Shape::Share, "largest share allowed"), ON]),
        ]),
        "",
        "no node carries more than this share",
    ),
    optional(
        "quietest_share",
        Shape::AnyOf(&[
            Shape::Share,
            Shape::Table(&[required("at_least", Shape::Share, "least share allowed"), ON]),
        ]),
        "",
        "no node with a fair share carries less than this share",
    ),
    optional(
        "delay_p95",
        Shape::AnyOf(&[
            SOME_TIME,
            Shape::Table(&[required("at_most", SOME_TIME, "longest delay allowed"), ON]),
        ]),
        "",
        "95 % of the messages of a window are accepted within this time",
    ),
    optional(
        "near_fair",
        Shape::AnyOf(&[
            Shape::Share,
            Shape::Table(&[required("within", Shape::Share, "largest deviation allowed"), ON]),
        ]),
        "within a quarter on 95 % of the windows, if there is no goal at all",
        "every node with a fair share is within this fraction of it",
    ),
    optional(
        "share",
        Shape::Map(&Shape::AnyOf(&[
            Shape::Share,
            Shape::Table(&[
                optional("target", Shape::Share, "", "the share to be near"),
                optional(
                    "at_least",
                    Shape::Share,
                    "no lower bound",
                    "least share allowed, if there is no target",
                ),
                optional(
                    "at_most",
                    Shape::Share,
                    "no upper bound",
                    "largest share allowed, if there is no target",
                ),
                ON,
            ]),
        ])),
        "",
        "by node: the share that it is meant to carry, to within a quarter of it. A `weight` only says what a fair share is; this says what has to come of it",
    ),
    optional(
        "bounced",
        Shape::AnyOf(&[
            Shape::ShareOrNone,
            Shape::Table(&[required("at_most", Shape::ShareOrNone, "largest part allowed"), ON]),
        ]),
        "",
        "no more than this part of the messages of a window bounces",
    ),
    optional(
        "turned_away",
        Shape::AnyOf(&[
            Shape::ShareOrNone,
            Shape::Table(&[required("at_most", Shape::ShareOrNone, "largest part allowed"), ON]),
        ]),
        "",
        "no node turns away more than this part of its connections in the hour of a window in which most come to it; needs a node with a limit of sessions",
    ),
    optional(
        "sessions",
        Shape::AnyOf(&[
            SESSIONS,
            Shape::Table(&[required("at_most", SESSIONS, "most sessions allowed"), ON]),
        ]),
        "",
        "no node has more sessions than this at the same time; needs a node with a `session_time`",
    ),
    optional(
        "headroom",
        Shape::AnyOf(&[
            Shape::Share,
            Shape::Table(&[required("at_least", Shape::Share, "least part that is free"), ON]),
        ]),
        "",
        "at its peak in a window every node with a limit of sessions has this part of the limit free",
    ),
    optional(
        "survive",
        Shape::AnyOf(&[
            NODES_DOWN,
            Shape::Table(&[required("nodes", NODES_DOWN, "nodes that are down at the same time"), ON]),
        ]),
        "",
        "with any so many nodes down all the time, the others take the mail: in a window at most 0.01 % of it bounces, 95 % of it is accepted within 5m, and no node turns away more than 1 % of its connections in its busiest hour",
    ),
];

/// True for a key of `[nodes.NAME]` that may stand in `[nodes."*"]`, too.
pub(super) fn is_node_capacity(key: &str) -> bool {
    CAPACITY.iter().any(|known| known.name == key)
}

/// True for a key that a scenario may have at its top level.
///
/// ```
/// assert!(mxsim_core::scenario::is_scenario_key("senders") && !mxsim_core::scenario::is_scenario_key("ResourceRecordSets"));
/// ```
#[must_use]
pub fn is_scenario_key(key: &str) -> bool {
    DOCUMENT.iter().any(|known| known.name == key)
}

/// The whole document.
pub(crate) const DOCUMENT: &[Key] = &[
    optional("schema", Shape::Integer { least: 1, most: 1 }, "1", "version of this format"),
    optional("title", Shape::Title, "the mail domain", "title, for reports"),
    optional("run", Shape::Table(RUN), "all defaults", "how long and how often to simulate"),
    required("zone", Shape::Table(ZONE), "what is published about the mail domain"),
    optional(
        "changes",
        Shape::List { of: &Shape::Table(CHANGE), least: 0, only: &[] },
        "none",
        "changes of the zone; each is published at its time",
    ),
    optional("traffic", Shape::Table(TRAFFIC), "all defaults", "how much mail and when"),
    optional(
        "senders",
        Shape::List { of: &Shape::Table(&SENDER_ENTRY), least: 0, only: &[] },
        "those of the population `small-business` (an assumption)",
        "who sends; beside its own keys an entry may override any parameter of its preset",
    ),
    optional("resolvers", Shape::Map(&Shape::Table(&RESOLVER)), "none", "resolvers of your own, by name"),
    optional(
        "nodes",
        Shape::MapWithEvery { of: &Shape::Table(&NODE), every: &Shape::Table(&EVERY_NODE) },
        "one node per exchange host; a host with several addresses gives one node per address",
        "which addresses are one machine, what its fair share is and how much it can serve",
    ),
    optional(
        "groups",
        Shape::Map(&Shape::Table(OUTAGES)),
        "none",
        "groups of nodes that fail together at random, by name; `group` of a node says to which it belongs",
    ),
    optional(
        "events",
        Shape::List { of: &Shape::Table(EVENT), least: 0, only: &[] },
        "none",
        "what goes wrong, and when",
    ),
    optional(
        "goals",
        Shape::Table(GOALS),
        "rough even: near_fair within 25 % on 95 % of the windows",
        "what has to hold",
    ),
    optional(
        "greylisting",
        Shape::Table(&GREYLISTING),
        "no node greylists",
        "what nodes do about senders that they have not seen before: 4xx, until they come back after a while",
    ),
    optional(
        "edge",
        Shape::Map(&Shape::Table(&EDGE)),
        "none",
        "SMTP load balancers, by name: the zone publishes their addresses, and not those of the nodes behind them",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Visits every table of the document.
    fn each_table(keys: &[Key], visit: &mut dyn FnMut(&[Key])) {
        visit(keys);
        keys.iter().for_each(|key| each_shape(&key.shape, visit));
    }

    fn each_shape(shape: &Shape, visit: &mut dyn FnMut(&[Key])) {
        match shape {
            Shape::Table(keys) | Shape::Choice(keys) => each_table(keys, visit),
            Shape::Map(of) | Shape::List { of, .. } => each_shape(of, visit),
            Shape::MapWithEvery { of, every } => {
                [of, every].into_iter().for_each(|shape| each_shape(shape, visit))
            }
            Shape::AnyOf(shapes) => shapes.iter().for_each(|shape| each_shape(shape, visit)),
            _ => {}
        }
    }

    #[test]
    fn no_table_has_a_key_twice_and_every_key_is_explained() {
        each_table(DOCUMENT, &mut |keys| {
            let mut names: Vec<_> = keys.iter().map(|key| key.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), keys.len(), "{names:?}");
            for key in keys {
                assert!(!key.doc.is_empty(), "{}", key.name);
            }
        });
    }
}
