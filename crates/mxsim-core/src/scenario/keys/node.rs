//! Keys of `[nodes.NAME]` and `[nodes."*"]`.

use crate::node::{Server, WhenFull};
use crate::parameters::words::words;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, joined, later, optional, required, word};
use crate::time::Span;

const NODE_OWN: &[Key] = &[
    optional(
        "addresses",
        Shape::List { of: &Shape::Address, least: 1, only: &[] },
        "those of its exchange host",
        "the addresses that are this machine",
    ),
    optional(
        "weight",
        Shape::Number { least: 0.0, most: 1e6, above: false },
        "1",
        "its fair share relative to the other nodes of the best preference",
    ),
    later("site", "the place a node stands at"),
    optional(
        "group",
        Shape::AnyOf(&[Shape::Name, Shape::List { of: &Shape::Name, least: 1, only: &[] }]),
        "none",
        "a group, or a list of groups, whose nodes fail together: a rack, a site, a shared store, a certificate; named by `group` of an event",
    ),
];

/// The law of a time up or down.
const HOW_LONG: Shape = Shape::AnyOf(&[
    SOME_TIME,
    Shape::Choice(&[
        optional("fixed", SOME_TIME, "", "always this time"),
        optional(
            "exponential",
            SOME_TIME,
            "",
            "an exponentially distributed time of this mean, as `\"2h\"` alone",
        ),
        optional("lognormal", Shape::Table(LOGNORMAL), "", "a lognormally distributed time"),
    ]),
]);

/// Outages at random, of a node or of a group.
pub(super) const OUTAGES: &[Key] = &[
    optional(
        "mtbf",
        HOW_LONG,
        "never fails",
        "mean time between failures: from a recovery to the next failure",
    ),
    optional("mttr", HOW_LONG, "", "mean time to repair: from a failure to the recovery; needed with `mtbf`"),
    optional(
        "outage",
        word(|| vec!["drop", "refuse", "silent"]),
        "drop",
        "what is wrong meanwhile, as `fault` of an event",
    ),
];

/// Most concurrent sessions and longest backlog of one node: far above any machine, and small enough to hold in memory.
pub(super) const MOST_SESSIONS: i128 = 1_000_000;

/// Largest sigma of a lognormal law. At 5 the mean is 270,000 times the median; beyond, no run is long enough to come near the mean.
const MOST_SIGMA: f64 = 5.0;

const LOGNORMAL: &[Key] = &[
    required("mean", SOME_TIME, "its mean"),
    required(
        "sigma",
        Shape::Number { least: 0.0, most: MOST_SIGMA, above: true },
        "standard deviation of its logarithm; 0.5 is mild, 1.5 is wild",
    ),
];

const SESSION_TIME: Shape = Shape::AnyOf(&[
    DURATION,
    Shape::Choice(&[
        optional("fixed", SOME_TIME, "", "always this time, as `\"2s\"` alone"),
        optional("exponential", SOME_TIME, "", "an exponentially distributed time of this mean"),
        optional("lognormal", Shape::Table(LOGNORMAL), "", "a lognormally distributed time"),
    ]),
]);

/// How long a window of `rates` is unless it says so: Postfix' `anvil_rate_time_unit`.
pub(crate) const DEFAULT_RATE_WINDOW: Span = Span::MINUTE;

const MOST_IN_A_WINDOW: Shape = Shape::Integer { least: 1, most: 1_000_000_000 };

const RATES: &[Key] = &[
    optional(
        "connections",
        MOST_IN_A_WINDOW,
        "any number",
        "most connections; one beyond meets the greeting `421`",
    ),
    optional(
        "messages",
        MOST_IN_A_WINDOW,
        "any number",
        "most messages; one beyond is deferred with `450` at MAIL",
    ),
    optional(
        "per",
        SOME_TIME,
        "60s",
        "how long a window is; one begins with the first connection after the last",
    ),
];

/// The fastest queue: a message in a microsecond.
const FASTEST: f64 = 60e6;

const QUEUE: &[Key] = &[
    required("room", Shape::Integer { least: 1, most: 1_000_000_000 }, "most messages in it"),
    required(
        "per_minute",
        Shape::Number { least: 1.0, most: FASTEST, above: false },
        "how many it passes on in a minute, one after the other",
    ),
];

/// What a node can serve; these keys may stand in `[nodes."*"]` too.
pub(super) const CAPACITY: &[Key] = &[
    optional(
        "limits",
        word(words::<Server>),
        "none",
        "the limits this server comes with; each key below counts before them; needs a `session_time`",
    ),
    optional(
        "sessions",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: MOST_SESSIONS }, word(|| vec!["unlimited"])]),
        "unlimited",
        "most concurrent sessions; needs a `session_time`",
    ),
    optional(
        "session_time",
        SESSION_TIME,
        "0s",
        "how long one message holds a session, from the connection to its acceptance",
    ),
    optional(
        "refusal_time",
        DURATION,
        "as `session_time`",
        "how long a message holds its session that is turned away at the recipient, before its data; needs a `session_time`",
    ),
    optional(
        "backlog",
        Shape::Integer { least: 0, most: MOST_SESSIONS },
        "0",
        "connections beyond `sessions` that are taken and wait for the greeting, first come first served",
    ),
    optional(
        "when_full",
        word(words::<WhenFull>),
        "421",
        "what a connection beyond both meets: the greeting `421`, a reset, or nothing, as its SYN is dropped until one finds room",
    ),
    optional(
        "workers",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: MOST_SESSIONS }, word(|| vec!["unlimited"])]),
        "unlimited",
        "messages it works on at the same time; the others wait for their turn in their sessions; needs a `session_time`",
    ),
    optional(
        "queue",
        Shape::AnyOf(&[Shape::Table(QUEUE), word(|| vec!["unlimited"])]),
        "unlimited",
        "mail that it has taken and not passed on yet, to a store or a scanner; while it is full, mail is deferred with `452` at the recipient",
    ),
    optional(
        "sessions_per_client",
        Shape::AnyOf(&[Shape::Integer { least: 1, most: MOST_SESSIONS }, word(|| vec!["unlimited"])]),
        "unlimited",
        "most concurrent sessions of one client, an address of an outbound host; one beyond meets `421`; needs a `session_time`",
    ),
    optional(
        "rates",
        Shape::AnyOf(&[Shape::Table(RATES), word(|| vec!["unlimited"])]),
        "unlimited",
        "most connections and messages of one client in a window of time",
    ),
    optional("tls", Shape::Boolean, "true", "whether it offers STARTTLS; every sender uses it where offered"),
];

/// The keys of `[nodes.NAME]`.
pub(super) const NODE: [Key; 18] = joined(NODE_OWN, &EVERY_NODE);

/// Keys of `[nodes."*"]`.
pub(super) const EVERY_NODE: [Key; 14] = joined(OUTAGES, CAPACITY);
