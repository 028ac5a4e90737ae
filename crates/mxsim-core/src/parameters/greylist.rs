//! `greylist` of greylisting software: when a message is deferred, and when it passes.
//!
//! A scenario has the same keys in `[greylisting]`, beside what depends on the site and not on the software.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, number, number_at, quoted_word, set, span_at, unless};
use super::words::{Worded, Words};
use crate::node::greylisting::{GreyKey, GreyRules};
use crate::smtp::Stage;
use crate::syntax::literal;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, word};
use crate::syntax::tree::Table;
use crate::time::Span;

pub(super) const GROUP: ParameterGroup<GreyRules> = ParameterGroup {
    broken_rule: |_, rules| broken_rule(rules),
    ..ParameterGroup::new(
        parameter("greylist", Shape::Table(GREYLIST_KEYS), "when a message is deferred and when it passes"),
        |table, rules| {
            if let Some(greylist) = table.table("greylist") {
                read(greylist, rules);
            }
        },
        write,
    )
};

pub(super) const BLANK: GreyRules = GreyRules {
    key: GreyKey::Triplet,
    mask4: 32,
    mask6: 128,
    delay: Span::MINUTE,
    window: Span::DAY,
    expiry: Span::DAY,
    pass_after: None,
    pass_every: Span::ZERO,
    stage: Stage::Recipient,
};

/// The keys, which `[greylisting]` has too.
pub(crate) const GREYLIST_KEYS: &[Key] = &[
    worded::<GreyKey>("key", "what a table knows senders by"),
    parameter(
        "mask4",
        Shape::Integer { least: 0, most: 32 },
        "leading bits of an IPv4 address that tell clients apart",
    ),
    parameter(
        "mask6",
        Shape::Integer { least: 0, most: 128 },
        "leading bits of an IPv6 address that tell clients apart",
    ),
    parameter("delay", SOME_TIME, "a key passes this long after its first contact, and not before"),
    parameter(
        "window",
        SOME_TIME,
        "a key that has not passed this long after its first contact is forgotten",
    ),
    parameter(
        "expiry",
        SOME_TIME,
        "a key that has passed is forgotten when it has not been seen for this long",
    ),
    parameter(
        "pass_after",
        Shape::AnyOf(&[Shape::Integer { least: 0, most: 1_000_000 }, word(|| vec!["never"])]),
        "a client passes whatever it brings once so many of its keys have passed; counted by whole address; 0 is never",
    )
    .reads(|| vec![("never", "however often it has passed, a client is not trusted")]),
    parameter(
        "pass_every",
        DURATION,
        "of the keys of a client that pass within this time only the first counts",
    ),
    worded::<GreyStage>("stage", "where in the session the answer comes"),
];

impl Worded for GreyKey {
    const WORDS: Words<Self> = &[
        ("client", Self::Client, "the network of the client alone"),
        ("triplet", Self::Triplet, "the network of the client and both envelope addresses"),
        (
            "triplet-or-body",
            Self::TripletOrBody,
            "the network of the client and both envelope addresses, or the body of the message",
        ),
    ];
}

/// A [`Stage`] at which a greylist may answer.
#[derive(Clone, Copy, PartialEq)]
struct GreyStage(Stage);

impl Worded for GreyStage {
    const WORDS: Words<Self> = &[
        ("recipient", Self(Stage::Recipient), "at the recipient (RCPT)"),
        ("data", Self(Stage::Data), "after the data"),
    ];
}

/// Lays keys, as they stand in a table, over rules.
pub(crate) fn read(table: &Table, rules: &mut GreyRules) {
    set(&mut rules.key, chosen(table, "key"));
    set(&mut rules.mask4, number_at(table, "mask4"));
    set(&mut rules.mask6, number_at(table, "mask6"));
    set(&mut rules.delay, span_at(table, "delay"));
    set(&mut rules.window, span_at(table, "window"));
    set(&mut rules.expiry, span_at(table, "expiry"));
    let passes = unless(table, "pass_after", "never", number);
    set(&mut rules.pass_after, passes.map(|passes| passes.filter(|passes| *passes > 0)));
    set(&mut rules.pass_every, span_at(table, "pass_every"));
    set(&mut rules.stage, chosen(table, "stage").map(|stage: GreyStage| stage.0));
}

/// Returns the rule that keys break.
pub(crate) fn broken_rule(rules: &GreyRules) -> Option<&'static str> {
    (rules.window <= rules.delay)
        .then_some("greylist: `window` must be longer than `delay`, or no key ever passes")
}

/// Writes the keys; a scenario takes them without their section.
pub(crate) fn write(rules: &GreyRules) -> Vec<Written> {
    vec![
        ("greylist.key", quoted_word(rules.key)),
        ("greylist.mask4", rules.mask4.to_string()),
        ("greylist.mask6", rules.mask6.to_string()),
        ("greylist.delay", literal::span(rules.delay)),
        ("greylist.window", literal::span(rules.window)),
        ("greylist.expiry", literal::span(rules.expiry)),
        (
            "greylist.pass_after",
            rules.pass_after.map_or_else(|| literal::text("never"), |passes| passes.to_string()),
        ),
        ("greylist.pass_every", literal::span(rules.pass_every)),
        ("greylist.stage", quoted_word(GreyStage(rules.stage))),
    ]
}
