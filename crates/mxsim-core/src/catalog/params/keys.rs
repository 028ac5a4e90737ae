//! What the parameters of presets may look like.

use super::dns_keys::{SENDER_DNS, SENDER_POLICY};
use crate::scenario::words::{OnBusy, ReuseWhen, words};
use crate::sender::{
    AddressOrder, AfterGaps, Cut, Failover, Family, FiledUnder, Growth, HostOrder, Keep, Kernel, Reaction,
    TlsFailure, Unit,
};
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, required, word};

pub(super) fn unlimited() -> Vec<&'static str> {
    vec!["unlimited"]
}

fn none() -> Vec<&'static str> {
    vec!["none"]
}

fn kernel_decides() -> Vec<&'static str> {
    vec!["kernel"]
}

fn every_queue_run() -> Vec<&'static str> {
    vec!["every-queue-run"]
}

pub(super) const AS_PRESET: &str = "as the preset";
const COUNT: Shape = Shape::Integer { least: 1, most: 1_000_000 };

/// The two ways to keep an order for a time.
pub(crate) const KEEP_TIMES: Shape = Shape::Choice(&[
    optional("exponential", SOME_TIME, "", "an exponentially distributed time of this mean"),
    optional("fixed", SOME_TIME, "", "exactly this time"),
]);

/// What `order` of a sender holds.
const SENDER_ORDER: &[Key] = &[
    optional(
        "unit",
        word(words::<Unit>),
        AS_PRESET,
        "what is put in order: exchange hosts, or all addresses of all hosts",
    ),
    optional("hosts", word(words::<HostOrder>), AS_PRESET, "how units of equal preference are ordered"),
    optional(
        "addresses",
        word(words::<AddressOrder>),
        AS_PRESET,
        "how the addresses inside one host are ordered",
    ),
    optional("family", word(words::<Family>), AS_PRESET, "which address family goes first"),
    optional(
        "keep",
        Shape::AnyOf(&[word(words::<Keep>), KEEP_TIMES]),
        AS_PRESET,
        "how long one drawn order is kept",
    ),
];

const SHORT_COUNT: Shape = Shape::AnyOf(&[Shape::Integer { least: 1, most: 65_535 }, word(unlimited)]);

const LIMITS: &[Key] = &[
    optional("hosts", SHORT_COUNT, AS_PRESET, "exchange hosts tried per attempt"),
    optional("addresses_per_host", SHORT_COUNT, AS_PRESET, "addresses tried of each host"),
    optional("addresses", SHORT_COUNT, AS_PRESET, "addresses tried per attempt"),
    optional(
        "sessions",
        SHORT_COUNT,
        AS_PRESET,
        "sessions per attempt: connections that got past the greeting and TLS; a message turned away in the last of them is deferred",
    ),
    optional("cut", word(words::<Cut>), AS_PRESET, "how a list that is too long is cut"),
];

const FAILOVER: &[Key] = &[
    optional("on_failure", word(words::<Failover>), AS_PRESET, "where mail goes after a failed connection"),
    optional(
        "on_busy",
        word(words::<OnBusy>),
        AS_PRESET,
        "where it goes after a greeting `4xx`, such as `421`",
    ),
    optional(
        "on_silence",
        word(words::<OnBusy>),
        AS_PRESET,
        "where it goes when the host took the connection and did not greet: within the time-out, or before it closed",
    ),
    optional(
        "on_rejecting_greeting",
        word(words::<Reaction>),
        AS_PRESET,
        "where it goes after a greeting `5xx`",
    ),
    optional(
        "on_transient_reply",
        word(words::<OnBusy>),
        AS_PRESET,
        "where it goes after a reply `4xx` at a recipient or after the data",
    ),
    optional(
        "on_lost_connection",
        word(words::<OnBusy>),
        AS_PRESET,
        "where it goes when the connection is lost at a recipient or during the data",
    ),
    optional(
        "on_tls_failure",
        Shape::AnyOf(&[
            word(words::<TlsFailure>),
            Shape::Choice(&[optional(
                "next_host_then_plain",
                SOME_TIME,
                "",
                "to the next host; for this long mail then goes in clear to the one where TLS failed",
            )]),
        ]),
        AS_PRESET,
        "where it goes when TLS is offered and fails; `no-tls` if the sender never tries",
    ),
];

const TIMEOUTS: &[Key] = &[
    optional(
        "connect",
        Shape::AnyOf(&[SOME_TIME, word(kernel_decides)]),
        AS_PRESET,
        "how long a silent host is waited for; the kernel's own limit counts if it is shorter",
    ),
    optional("kernel", word(words::<Kernel>), AS_PRESET, "when the kernel repeats a SYN and gives up"),
    optional(
        "greeting",
        SOME_TIME,
        AS_PRESET,
        "how long a host is waited for that takes the connection and says nothing",
    ),
];

const REUSE: &[Key] = &[
    optional(
        "connections",
        word(words::<ReuseWhen>),
        AS_PRESET,
        "when an open connection takes the next message: never, on demand (once deliveries follow each other within a second), always, by child process (the first that is idle takes it), the last one only (others are closed when they run out of work), by batch (what waits after a delivery), or by queue run",
    ),
    optional("idle", DURATION, AS_PRESET, "it is closed after so long without a message"),
    optional(
        "messages",
        Shape::AnyOf(&[COUNT, word(unlimited)]),
        "as the preset; unlimited if that reuses nothing",
        "it is closed after so many messages",
    ),
    optional(
        "age",
        Shape::AnyOf(&[SOME_TIME, word(unlimited)]),
        "as the preset; unlimited if that reuses nothing",
        "once it is so old it takes no message any more",
    ),
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
    ),
];

const CONNECTIONS: Shape = Shape::AnyOf(&[COUNT, word(unlimited)]);

const CONCURRENCY: &[Key] = &[
    optional("initial", CONNECTIONS, AS_PRESET, "at first, and again after the queue has run empty"),
    optional("most", CONNECTIONS, AS_PRESET, "at most"),
    optional(
        "growth",
        Shape::AnyOf(&[word(words::<Growth>), GROWTH]),
        AS_PRESET,
        "how it gets from one to the other: by one with each delivery and back by one with each failure, or a law of what waits",
    ),
];

const GROWTH: Shape = Shape::Choice(&[
    optional(
        "processes",
        Shape::Table(&[
            required("start", DURATION, "mean time until a process that is started is there, one at a time"),
            required(
                "hand_over",
                DURATION,
                "time between two deliveries of a process, in which its connection is free",
            ),
        ]),
        "",
        "as `by-one`, and each delivery needs a process that is still to be started (Postfix on a slow machine)",
    ),
    optional(
        "half_queue",
        Shape::Table(&[
            required("pause", DURATION, "time between two new connections"),
            required("pause_per_address", DURATION, "time between two new connections to one address"),
        ]),
        "",
        "two whenever mail waits, more up to half of what waits, for the destination and not for a message (OpenSMTPD)",
    ),
    optional(
        "exponential",
        Shape::Table(&[required(
            "rate",
            Shape::Number { least: 0.0, most: 1000.0, above: true },
            "rate per waiting message",
        )]),
        "",
        "`most` times one minus the exponential of what waits (KumoMTA)",
    ),
]);

/// The last gaps again and again.
const CYCLE: Shape = Shape::Choice(&[optional(
    "cycle",
    Shape::Integer { least: 1, most: 255 },
    "",
    "so many of the last gaps come again and again",
)]);

const GROWTH_FACTOR: Shape = Shape::Number { least: 1.0, most: 1000.0, above: false };

const WAIT: Shape = Shape::AnyOf(&[
    word(every_queue_run),
    Shape::Choice(&[
        optional(
            "age",
            Shape::Table(&[
                required("least", SOME_TIME, "shortest wait"),
                required("most", SOME_TIME, "longest wait"),
            ]),
            "",
            "as long as the message is old, within bounds",
        ),
        optional(
            "random_growth",
            Shape::Table(&[
                required("first", SOME_TIME, "the first wait"),
                required(
                    "factor_least",
                    GROWTH_FACTOR,
                    "each wait is at least this many times the one before",
                ),
                required("factor_most", GROWTH_FACTOR, "and at most this many times"),
                required("most", SOME_TIME, "longest wait"),
                required("step", SOME_TIME, "each wait is rounded up to whole steps"),
            ]),
            "",
            "a random number of times the wait before, evenly between two factors (dma)",
        ),
        optional(
            "quadratic",
            Shape::Table(&[required("unit", SOME_TIME, "the wait before the first retry")]),
            "",
            "the k-th retry at k^2 times `unit` after arrival; attempts that take long put off what follows (qmail)",
        ),
        optional(
            "squares",
            Shape::Table(&[required("unit", SOME_TIME, "the wait before the first retry")]),
            "",
            "the same however long attempts take (OpenSMTPD)",
        ),
        optional(
            "gaps",
            Shape::Table(&[
                required("list", Shape::List { of: &SOME_TIME, least: 1, only: &[] }, "the waits"),
                required(
                    "then",
                    Shape::AnyOf(&[word(words::<AfterGaps>), CYCLE]),
                    "what follows the last one",
                ),
            ]),
            "",
            "fixed waits",
        ),
    ]),
]);

const RETRY: &[Key] = &[
    optional("wait", WAIT, AS_PRESET, "the wait after each failed attempt"),
    optional(
        "queue_run",
        Shape::AnyOf(&[SOME_TIME, word(none)]),
        AS_PRESET,
        "attempts happen only at queue runs this far apart",
    ),
    optional("jitter", DURATION, AS_PRESET, "width of a uniform addition to each wait"),
    optional(
        "lifetime",
        Shape::AnyOf(&[SOME_TIME, word(unlimited)]),
        AS_PRESET,
        "age at which a message bounces",
    ),
    optional(
        "max_attempts",
        Shape::AnyOf(&[COUNT, word(unlimited)]),
        AS_PRESET,
        "attempts after which it bounces",
    ),
];

const RETRY_STEP: Shape = Shape::Table(&[
    required("until", SOME_TIME, "age of the first failure up to which this step holds"),
    required("gap", SOME_TIME, "first (or only) gap"),
    required(
        "factor",
        Shape::Number { least: 1.0, most: 1000.0, above: false },
        "each gap is this many times the one before; 1 for a fixed gap",
    ),
]);

const MEMORY: &[Key] = &[
    optional("nothing", Shape::Boolean, "", "nothing is remembered (write `true`)"),
    optional(
        "domain",
        Shape::Table(&[
            required("failures", COUNT, "failed messages in a row that declare the domain dead"),
            required("hold", SOME_TIME, "how long it stays dead"),
        ]),
        "",
        "after failed messages in a row all mail of the domain waits (Postfix)",
    ),
    optional(
        "process",
        Shape::Table(&[required("hold", SOME_TIME, "how long it is skipped")]),
        "",
        "within one queue run a host that failed is skipped (sendmail)",
    ),
    optional(
        "child",
        Shape::Table(&[required("hold", SOME_TIME, "for how long")]),
        "",
        "a child process to which no host gave a session defers whatever else it gets (Courier)",
    ),
    optional(
        "route",
        Shape::Table(&[
            required("unit", SOME_TIME, "hold for a penalty of one"),
            required("most", SOME_TIME, "longest hold"),
        ]),
        "",
        "an address that failed is disabled for a time that grows with its penalty (OpenSMTPD)",
    ),
    optional(
        "host_address",
        Shape::Table(&[
            required("rule", Shape::List { of: &RETRY_STEP, least: 1, only: &[] }, "steps of the retry rule"),
            required("expire", SOME_TIME, "age after which a record is forgotten"),
        ]),
        "",
        "each host and address has retry times of its own (Exim)",
    ),
    optional(
        "address_timeouts",
        Shape::Table(&[
            required("count", COUNT, "time-outs needed"),
            required("apart", DURATION, "time-outs closer together count once"),
            required("hold_base", DURATION, "shortest hold"),
            required("hold_step", DURATION, "one step of the part that depends on the process id"),
            required("hold_steps", COUNT, "number of steps"),
        ]),
        "",
        "an address with connect time-outs is skipped for a while (qmail)",
    ),
];

/// The parameters of a sender.
pub(crate) const SENDER: &[Key] = &[
    optional("order", Shape::Table(SENDER_ORDER), AS_PRESET, "in which order candidates are tried"),
    optional("limits", Shape::Table(LIMITS), AS_PRESET, "how many are tried"),
    optional(
        "failover",
        Shape::AnyOf(&[word(words::<Failover>), Shape::Table(FAILOVER)]),
        AS_PRESET,
        "where mail goes after a failed connection",
    ),
    optional("timeouts", Shape::Table(TIMEOUTS), AS_PRESET, "how long a silent host is waited for"),
    optional(
        "retry",
        Shape::Table(RETRY),
        AS_PRESET,
        "when a deferred message is tried again and when it bounces",
    ),
    optional("memory", Shape::Choice(MEMORY), AS_PRESET, "what is remembered of bad hosts"),
    optional(
        "reuse",
        Shape::AnyOf(&[word(words::<ReuseWhen>), Shape::Table(REUSE)]),
        AS_PRESET,
        "when an open connection takes the next message; a word alone sets `connections`",
    ),
    optional(
        "concurrency",
        Shape::AnyOf(&[COUNT, word(unlimited), Shape::Table(CONCURRENCY)]),
        AS_PRESET,
        "how many connections one outbound host has at the same time; a number alone is a fixed limit",
    ),
    optional("dns", Shape::Table(SENDER_DNS), AS_PRESET, "what it does with the answers of its resolver"),
    optional(
        "policy",
        Shape::Table(SENDER_POLICY),
        AS_PRESET,
        "which hosts it may use, and what it does without any",
    ),
];

/// What the parameter `path`, such as `order.hosts`, is for.
pub(crate) fn meaning(keys: &'static [Key], path: &str) -> Option<&'static str> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let key = keys.iter().find(|key| key.name == first)?;
    if rest.is_empty() { Some(key.doc) } else { inner(&key.shape).and_then(|keys| meaning(keys, rest)) }
}

/// The keys inside a value, if it may be a table.
fn inner(shape: &'static Shape) -> Option<&'static [Key]> {
    match shape {
        Shape::Table(keys) | Shape::Choice(keys) => Some(keys),
        Shape::AnyOf(shapes) => shapes.iter().find_map(inner),
        _ => None,
    }
}
