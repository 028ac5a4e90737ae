//! `caches` of a resolver: how many independent caches it has, and which of them a question meets.

use super::keys::{MOST_CHOOSERS, parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, number, quoted_word, set};
use super::words::{Worded, Words, english, value_of, words};
use crate::dns::{Caches, Pick, ResolverParameters};
use crate::syntax::shape::{Key, Shape, word};
use crate::syntax::tree::{Table, Value};

pub(super) const GROUP: ParameterGroup<ResolverParameters> = ParameterGroup {
    broken_rule: |_, policy| broken_rule(policy),
    ..ParameterGroup::new(
        parameter(
            "caches",
            Shape::AnyOf(&[word(words::<CacheScope>), NUMBER, Shape::Table(KEYS)]),
            "how many independent caches there are; a word or a number alone sets `number`",
        ),
        read,
        write,
    )
};

pub(super) const BLANK: Caches = Caches::PerSite;
pub(super) const BLANK_PICK: Pick = Pick::Client;

const KEYS: &[Key] = &[
    parameter(
        "number",
        Shape::AnyOf(&[word(words::<CacheScope>), NUMBER]),
        "how many independent caches there are; with a number all senders that name this resolver share them",
    )
    .reads(english::<CacheScope>),
    worded::<Pick>("pick", "which of them a question meets"),
];

const NUMBER: Shape = Shape::Integer { least: 1, most: MOST_CHOOSERS };

/// [`Caches`] as far as they are a word; a number is written as such.
#[derive(Clone, Copy, PartialEq)]
struct CacheScope(Caches);

impl Worded for CacheScope {
    const WORDS: Words<Self> = &[
        ("per-host", Self(Caches::PerHost), "one for each outbound host"),
        ("per-site", Self(Caches::PerSite), "one for each site"),
    ];
}

impl Worded for Pick {
    const WORDS: Words<Self> = &[
        ("client", Self::Client, "always the same for a client"),
        ("question", Self::Question, "one drawn for each question"),
    ];
}

/// Reads a word or a number alone, which says `number`, or the table.
fn read(table: &Table, parameters: &mut ResolverParameters) {
    set(&mut parameters.caches, table.get("caches").and_then(caches));
    let Some(own) = table.table("caches") else { return };
    set(&mut parameters.caches, own.get("number").and_then(caches));
    set(&mut parameters.pick, chosen(own, "pick"));
}

fn caches(value: &Value) -> Option<Caches> {
    match value.as_text() {
        Some(word) => value_of::<CacheScope>(word).map(|scope| scope.0),
        None => number(value).map(Caches::Count),
    }
}

fn broken_rule(parameters: &ResolverParameters) -> Option<&'static str> {
    let many = matches!(parameters.caches, Caches::Count(_));
    (parameters.pick == Pick::Question && !many)
        .then_some("caches: `pick = \"question\"` deals questions out among a `number` of caches")
}

fn write(parameters: &ResolverParameters) -> Vec<Written> {
    let number = match parameters.caches {
        Caches::Count(count) => count.to_string(),
        word => quoted_word(CacheScope(word)),
    };
    vec![("caches.number", number), ("caches.pick", quoted_word(parameters.pick))]
}
