//! `cache` of a resolver: how long it keeps an answer.

use super::keys::{parameter, unlimited, worded};
use super::record_types::{TYPES, types, written_types};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, or_word, quoted_word, set, span, span_at, unless};
use super::words::{Worded, Words, english, words};
use crate::dns::{CachePolicy, EntryLifetime, Extend, Prefetch, ResolverParameters, Stale, ZeroTtl};
use crate::syntax::literal;
use crate::syntax::quantity;
use crate::syntax::shape::{DURATION, Key, SOME_TIME, Shape, optional, required, word};
use crate::syntax::tree::Table;
use crate::time::Span;

pub(super) const GROUP: ParameterGroup<ResolverParameters> = ParameterGroup {
    broken_rule: |_, policy| broken_rule(&policy.cache),
    ..ParameterGroup::new(
        parameter("cache", Shape::Table(KEYS), "how long it keeps an answer"),
        |table, policy| read(table, &mut policy.cache),
        |policy| write(&policy.cache),
    )
};

pub(super) const BLANK: CachePolicy = CachePolicy::BY_TTL;

const KEYS: &[Key] = &[
    parameter("ttl_min", DURATION, "shorter TTLs are lifted to this"),
    parameter("ttl_max", LIMIT, "longer TTLs are cut to this").reads(no_limit),
    worded::<ZeroTtl>("zero_ttl", "what happens to TTL 0"),
    parameter("types", TYPES, "record types that are cached")
        .reads(|| vec![("[]", "none: every question is forwarded")]),
    parameter("negative_max", LIMIT, "longest time an empty answer is kept").reads(no_limit),
    parameter("negative_min", DURATION, "shortest time an empty answer is kept"),
    parameter("failure", DURATION, "how long it is remembered that nobody answered"),
    parameter(
        "keep",
        Shape::AnyOf(&[SOME_TIME, word(words::<EntryLifetime>)]),
        "whether the TTL counts, or every answer is kept for a fixed time or for ever",
    )
    .reads(english::<EntryLifetime>),
    parameter(
        "prefetch",
        Shape::AnyOf(&[word(words::<Prefetch>), PREFETCH]),
        "when a question makes it fetch an entry anew that is still valid",
    )
    .reads(english::<Prefetch>),
    parameter(
        "stale",
        Shape::AnyOf(&[word(words::<Stale>), STALE]),
        "what is served once an entry has expired",
    )
    .reads(english::<Stale>),
    parameter(
        "extend",
        Shape::AnyOf(&[word(words::<Extends>), EXTEND]),
        "which part of the caches keeps answers for longer than it may",
    )
    .reads(english::<Extends>),
];

const LIMIT: Shape = Shape::AnyOf(&[DURATION, word(unlimited)]);

fn no_limit() -> Vec<(&'static str, &'static str)> {
    vec![("unlimited", "no limit")]
}

const PREFETCH: Shape = Shape::Choice(&[
    optional(
        "last",
        Shape::Table(&[
            required("time", SOME_TIME, "how long before it expires"),
            required("of_at_least", DURATION, "shortest time of an entry that is fetched anew"),
        ]),
        "",
        "within the last seconds of its time (BIND)",
    ),
    optional("part", Shape::Share, "", "within this last part of its time (Unbound)"),
]);

const STALE: Shape = Shape::Choice(&[
    optional("on_failure", STALE_FOR, "", "the old answer if nobody gives a new one (RFC 8767)"),
    optional(
        "immediate",
        STALE_FOR,
        "",
        "the old answer at once, while the new one is fetched for the next who asks",
    ),
]);

const STALE_FOR: Shape = Shape::Table(&[
    required("most", SOME_TIME, "longest time after it expired"),
    required("ttl", DURATION, "the TTL it is served with"),
]);

const EXTEND: Shape = Shape::Table(&[
    required("share", Shape::Share, "part of the caches that does, each always or never"),
    required("by", SOME_TIME, "how much longer"),
]);

impl Worded for ZeroTtl {
    const WORDS: Words<Self> = &[
        ("no-store", Self::NoStore, "it is not cached"),
        ("same-second", Self::SameSecond, "it is cached until the second ends"),
    ];
}

/// A fixed time is written as a duration beside these words.
impl Worded for EntryLifetime {
    const WORDS: Words<Self> =
        &[("ttl", Self::Ttl, "for its TTL"), ("forever", Self::Forever, "for ever, whatever its TTL")];
}

/// The rest is written as tables.
impl Worded for Prefetch {
    const WORDS: Words<Self> = &[("none", Self::None, "never")];
}

/// The rest is written as tables.
impl Worded for Stale {
    const WORDS: Words<Self> = &[("off", Self::Off, "nothing")];
}

/// [`Extend`] as far as it is a word; the rest is written as a table.
#[derive(Clone, Copy, PartialEq)]
struct Extends(Extend);

impl Worded for Extends {
    const WORDS: Words<Self> = &[("never", Self(Extend::Never), "none")];
}

fn read(table: &Table, policy: &mut CachePolicy) {
    let Some(cache) = table.table("cache") else { return };
    let most = |key| unless(cache, key, "unlimited", span).map(|most| most.unwrap_or(Span::FOREVER));
    set(&mut policy.ttl_min, span_at(cache, "ttl_min"));
    set(&mut policy.ttl_max, most("ttl_max"));
    set(&mut policy.zero_ttl, chosen(cache, "zero_ttl"));
    set(&mut policy.types, cache.get("types").and_then(types));
    set(&mut policy.negative_max, most("negative_max"));
    set(&mut policy.negative_min, span_at(cache, "negative_min"));
    set(&mut policy.failure, span_at(cache, "failure"));
    set(&mut policy.keep, chosen(cache, "keep").or_else(|| span_at(cache, "keep").map(EntryLifetime::For)));
    set(&mut policy.prefetch, chosen(cache, "prefetch").or_else(|| prefetch(cache.table("prefetch")?)));
    set(&mut policy.stale, chosen(cache, "stale").or_else(|| stale(cache.table("stale")?)));
    let never = chosen::<Extends>(cache, "extend").map(|word| word.0);
    set(&mut policy.extend, never.or_else(|| extend(cache.table("extend")?)));
}

fn prefetch(table: &Table) -> Option<Prefetch> {
    if let Some(last) = table.table("last") {
        return Some(Prefetch::Last {
            last: span_at(last, "time")?,
            of_at_least: span_at(last, "of_at_least")?,
        });
    }
    Some(Prefetch::Part { per_ten_thousand: per_ten_thousand(table, "part")? })
}

fn stale(table: &Table) -> Option<Stale> {
    let served = |key| {
        let own = table.table(key)?;
        Some((span_at(own, "most")?, span_at(own, "ttl")?))
    };
    let on_failure = served("on_failure").map(|(most, ttl)| Stale::OnFailure { most, ttl });
    on_failure.or_else(|| served("immediate").map(|(most, ttl)| Stale::Immediate { most, ttl }))
}

fn extend(table: &Table) -> Option<Extend> {
    Some(Extend::Some { per_ten_thousand: per_ten_thousand(table, "share")?, by: span_at(table, "by")? })
}

/// Reads a share in hundredths of a per cent. A share above zero stays one: that is what the word for none is there for.
fn per_ten_thousand(table: &Table, key: &str) -> Option<u16> {
    let value = table.get(key)?;
    let share = value.as_number().or_else(|| quantity::percent(value.as_text()?).ok())?;
    Some((share * 10_000.0).round().max(1.0) as u16)
}

fn broken_rule(policy: &CachePolicy) -> Option<&'static str> {
    if policy.ttl_min > policy.ttl_max {
        return Some("cache: `ttl_min` must not be longer than `ttl_max`");
    }
    (policy.negative_min > policy.negative_max)
        .then_some("cache: `negative_min` must not be longer than `negative_max`")
}

fn write(policy: &CachePolicy) -> Vec<Written> {
    let most = |span: Span| or_word((span != Span::FOREVER).then_some(span), "unlimited");
    vec![
        ("cache.ttl_min", literal::span(policy.ttl_min)),
        ("cache.ttl_max", most(policy.ttl_max)),
        ("cache.zero_ttl", quoted_word(policy.zero_ttl)),
        ("cache.types", written_types(policy.types)),
        ("cache.negative_max", most(policy.negative_max)),
        ("cache.negative_min", literal::span(policy.negative_min)),
        ("cache.failure", literal::span(policy.failure)),
        ("cache.keep", written_keeping(policy.keep)),
        ("cache.prefetch", written_prefetch(policy.prefetch)),
        ("cache.stale", written_stale(policy.stale)),
        ("cache.extend", written_extend(policy.extend)),
    ]
}

fn written_keeping(keep: EntryLifetime) -> String {
    match keep {
        EntryLifetime::For(span) => literal::span(span),
        word => quoted_word(word),
    }
}

fn written_prefetch(prefetch: Prefetch) -> String {
    match prefetch {
        Prefetch::None => quoted_word(prefetch),
        Prefetch::Last { last, of_at_least } => format!(
            "{{ last = {{ time = {}, of_at_least = {} }} }}",
            literal::span(last),
            literal::span(of_at_least)
        ),
        Prefetch::Part { per_ten_thousand } => format!("{{ part = {} }}", share(per_ten_thousand)),
    }
}

fn written_stale(stale: Stale) -> String {
    let (key, most, ttl) = match stale {
        Stale::Off => return quoted_word(stale),
        Stale::OnFailure { most, ttl } => ("on_failure", most, ttl),
        Stale::Immediate { most, ttl } => ("immediate", most, ttl),
    };
    format!("{{ {key} = {{ most = {}, ttl = {} }} }}", literal::span(most), literal::span(ttl))
}

fn written_extend(extend: Extend) -> String {
    match extend {
        Extend::Never => quoted_word(Extends(extend)),
        Extend::Some { per_ten_thousand, by } => {
            format!("{{ share = {}, by = {} }}", share(per_ten_thousand), literal::span(by))
        }
    }
}

fn share(per_ten_thousand: u16) -> String {
    literal::number(f64::from(per_ten_thousand) / 10_000.0)
}

/// Says what a resolver does with the answer to an MX question.
pub(crate) const fn in_words(policy: &CachePolicy) -> &'static str {
    if policy.types.mx { "caches" } else { "forwards each MX question" }
}
