//! `failover`: where mail goes after a failed connection, and after a node that took the connection and not the mail.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, quoted_word, set, span_at};
use super::words::{Worded, Words, english, word_of, words};
use crate::sender::{Failover, Reaction, Reactions, SenderParameters, TlsFailure};
use crate::syntax::literal;
use crate::syntax::shape::{Key, SOME_TIME, Shape, optional, word};
use crate::syntax::tree::Table;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup::new(
    parameter(
        "failover",
        Shape::AnyOf(&[word(words::<Failover>), Shape::Table(KEYS)]),
        "where mail goes after a failed connection",
    ),
    read,
    write,
);

/// What a blank sender does after a failed connection, and after a greeting 4xx.
pub(super) const BLANK_FAILOVER: Failover = Failover::NextHost;

pub(super) const BLANK: Reactions = Reactions {
    silence: Failover::NextHost,
    rejecting_greeting: Reaction::Next,
    transient_reply: Failover::NextHost,
    lost_connection: Failover::NextHost,
    tls_failure: TlsFailure::NextHost,
};

const KEYS: &[Key] = &[
    worded::<Failover>("on_failure", "where mail goes after a failed connection"),
    worded::<OnBusy>("on_busy", "where it goes after a greeting `4xx`, such as `421`"),
    worded::<OnBusy>(
        "on_silence",
        "where it goes when the host took the connection and did not greet: within the time-out, or before it closed",
    ),
    worded::<Reaction>("on_rejecting_greeting", "where it goes after a greeting `5xx`"),
    worded::<OnBusy>(
        "on_transient_reply",
        "where it goes after a reply `4xx` at a recipient or after the data",
    ),
    worded::<OnBusy>(
        "on_lost_connection",
        "where it goes when the connection is lost at a recipient or during the data",
    ),
    parameter(
        "on_tls_failure",
        Shape::AnyOf(&[word(words::<TlsFailure>), THEN_PLAIN]),
        "where it goes when TLS is offered and fails; `no-tls` if the sender never tries",
    )
    .reads(english::<TlsFailure>),
];

const THEN_PLAIN: Shape = Shape::Choice(&[optional(
    "next_host_then_plain",
    SOME_TIME,
    "",
    "to the next host; for this long mail then goes in clear to the one where TLS failed",
)]);

const NEXT: &str = "to the next candidate, at once";
const LATER: &str = "nowhere: it comes back later";

impl Worded for Failover {
    const WORDS: Words<Self> = &[
        ("next-host", Self::NextHost, NEXT),
        ("same-host-later", Self::SameHostLater, "nowhere: it comes back to the same host later"),
    ];
}

/// [`Failover`] where the host is there and does not take the mail: a sender that gives the attempt up draws anew in the next.
#[derive(Clone, Copy, PartialEq)]
struct OnBusy(Failover);

impl Worded for OnBusy {
    const WORDS: Words<Self> =
        &[("next-host", Self(Failover::NextHost), NEXT), ("defer", Self(Failover::SameHostLater), LATER)];
}

/// The word of `on_busy`, for scenarios made in Rust.
pub(crate) fn busy_word(failover: Failover) -> Option<&'static str> {
    word_of(OnBusy(failover))
}

impl Worded for Reaction {
    const WORDS: Words<Self> = &[
        ("next-host", Self::Next, NEXT),
        ("defer", Self::Defer, LATER),
        ("bounce", Self::Bounce, "nowhere: it bounces"),
    ];
}

/// [`TlsFailure::NextHostThenPlain`] is written as a table beside these words.
impl Worded for TlsFailure {
    const WORDS: Words<Self> = &[
        ("no-tls", Self::NoTls, "it never tries TLS"),
        ("plain-same-host", Self::PlainSameHost, "in clear to the same address, over a new connection"),
        ("next-host", Self::NextHost, NEXT),
        ("defer", Self::Defer, LATER),
    ];
}

/// Reads a word alone, which says `on_failure`, or the table.
fn read(table: &Table, parameters: &mut SenderParameters) {
    set(&mut parameters.failover, chosen(table, "failover"));
    let Some(own) = table.table("failover") else { return };
    let on = |key: &str| chosen::<OnBusy>(own, key).map(|word| word.0);
    set(&mut parameters.failover, chosen(own, "on_failure"));
    set(&mut parameters.on_busy, on("on_busy"));
    let reactions = &mut parameters.reactions;
    set(&mut reactions.silence, on("on_silence"));
    set(&mut reactions.rejecting_greeting, chosen(own, "on_rejecting_greeting"));
    set(&mut reactions.transient_reply, on("on_transient_reply"));
    set(&mut reactions.lost_connection, on("on_lost_connection"));
    let then_plain = own.table("on_tls_failure").and_then(|then| span_at(then, "next_host_then_plain"));
    let on_tls_failure = chosen(own, "on_tls_failure").or(then_plain.map(TlsFailure::NextHostThenPlain));
    set(&mut reactions.tls_failure, on_tls_failure);
}

fn write(parameters: &SenderParameters) -> Vec<Written> {
    vec![
        ("failover.on_failure", quoted_word(parameters.failover)),
        ("failover.on_busy", quoted_word(OnBusy(parameters.on_busy))),
        ("failover.on_silence", quoted_word(OnBusy(parameters.reactions.silence))),
        ("failover.on_rejecting_greeting", quoted_word(parameters.reactions.rejecting_greeting)),
        ("failover.on_transient_reply", quoted_word(OnBusy(parameters.reactions.transient_reply))),
        ("failover.on_lost_connection", quoted_word(OnBusy(parameters.reactions.lost_connection))),
        ("failover.on_tls_failure", written_tls_failure(parameters.reactions.tls_failure)),
    ]
}

fn written_tls_failure(reaction: TlsFailure) -> String {
    match reaction {
        TlsFailure::NextHostThenPlain(long) => {
            format!("{{ next_host_then_plain = {} }}", literal::span(long))
        }
        word => quoted_word(word),
    }
}
