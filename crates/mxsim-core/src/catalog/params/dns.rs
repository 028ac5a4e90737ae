//! Resolvers and stubs, read and written, and the parameters of senders that are about the DNS.

use super::read::{chosen, read_answer_order, set, span, span_at, types, unless};
use super::write::{Written, or_word, quoted_word, write_order, written_types};
use crate::dns::{
    CacheLaw, Caches, Extend, Ipv4Rule9, Ipv6Rule9, Keeping, OrderLaw, Pick, Prefetch, ResolverLaw,
    SortedSets, Stale, StubLaw,
};
use crate::scenario::words::{CacheScope, Extends};
use crate::sender::{OwnCache, SenderLaw};
use crate::syntax::literal;
use crate::syntax::quantity;
use crate::syntax::tree::{Table, Value};
use crate::time::Span;

/// The resolver every preset file starts from.
pub(crate) const BLANK_RESOLVER: ResolverLaw = ResolverLaw {
    caches: Caches::PerSite,
    pick: Pick::Client,
    cache: CacheLaw::BY_TTL,
    order: OrderLaw::AS_RECEIVED,
};

/// The stub every preset file starts from: it sorts nothing.
pub(crate) const BLANK_STUB: StubLaw =
    StubLaw { sets: SortedSets::None, ipv6: Ipv6Rule9::Off, ipv4: Ipv4Rule9::Off };

/// Lays the parameters of `table` over `law`.
pub(crate) fn read_resolver(table: &Table, law: &mut ResolverLaw) {
    set(&mut law.caches, table.get("caches").and_then(caches));
    if let Some(own) = table.table("caches") {
        set(&mut law.caches, own.get("number").and_then(caches));
        set(&mut law.pick, chosen(own, "pick"));
    }
    if let Some(cache) = table.table("cache") {
        read_cache(cache, &mut law.cache);
    }
    read_answer_order(table, &mut law.order);
}

fn caches(value: &Value) -> Option<Caches> {
    if let Some(word) = value.as_text() {
        return crate::scenario::words::value_of::<CacheScope>(word).map(|scope| scope.0);
    }
    value.as_integer().and_then(|number| usize::try_from(number).ok()).map(Caches::Count)
}

fn read_cache(table: &Table, law: &mut CacheLaw) {
    let most = |key| unless(table, key, "unlimited", span).map(|most| most.unwrap_or(Span::FOREVER));
    set(&mut law.ttl_min, span_at(table, "ttl_min"));
    set(&mut law.ttl_max, most("ttl_max"));
    set(&mut law.zero_ttl, chosen(table, "zero_ttl"));
    set(&mut law.types, table.get("types").and_then(types));
    set(&mut law.negative_max, most("negative_max"));
    set(&mut law.negative_min, span_at(table, "negative_min"));
    set(&mut law.failure, span_at(table, "failure"));
    set(&mut law.keep, chosen(table, "keep").or_else(|| span_at(table, "keep").map(Keeping::For)));
    set(&mut law.prefetch, chosen(table, "prefetch").or_else(|| prefetch(table.table("prefetch")?)));
    set(&mut law.stale, chosen(table, "stale").or_else(|| stale(table.table("stale")?)));
    let never = chosen::<Extends>(table, "extend").map(|word| word.0);
    set(&mut law.extend, never.or_else(|| extend(table.table("extend")?)));
}

/// A share in hundredths of a per cent.
fn per_ten_thousand(table: &Table, key: &str) -> Option<u16> {
    let value = table.get(key)?;
    let share = value.as_number().or_else(|| quantity::percent(value.as_text()?).ok())?;
    Some((share * 10_000.0).round() as u16)
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

/// Lays the parameters of `table` over `law`.
pub(crate) fn read_stub(table: &Table, law: &mut StubLaw) {
    let Some(sort) = table.table("sort") else { return };
    set(&mut law.sets, chosen(sort, "sets"));
    set(&mut law.ipv6, chosen(sort, "ipv6"));
    set(&mut law.ipv4, chosen(sort, "ipv4"));
}

/// Lays `dns` and `policy` of `table` over a sender's law.
pub(super) fn read_lookups(table: &Table, law: &mut SenderLaw) {
    if let Some(dns) = table.table("dns") {
        let fixed = dns.table("cache").and_then(|cache| span_at(cache, "fixed")).map(OwnCache::Fixed);
        set(&mut law.dns.cache, chosen(dns, "cache").or(fixed));
        set(&mut law.dns.address_sort, chosen(dns, "address_sort"));
    }
    if let Some(policy) = table.table("policy") {
        set(&mut law.policy.null_mx, chosen(policy, "null_mx"));
        set(&mut law.policy.implicit_mx, policy.get("implicit_mx").and_then(Value::as_boolean));
        set(&mut law.policy.mta_sts, chosen(policy, "mta_sts"));
        set(&mut law.policy.dane, chosen(policy, "dane"));
    }
}

/// A rule that spans two parameters of a resolver and is broken: the path to look at, and the rule.
pub(crate) fn broken_resolver_rule(_: &Table, law: &ResolverLaw) -> Option<(&'static str, &'static str)> {
    let cache = &law.cache;
    if cache.ttl_min > cache.ttl_max {
        return Some(("cache", "cache: `ttl_min` must not be longer than `ttl_max`"));
    }
    if cache.negative_min > cache.negative_max {
        return Some(("cache", "cache: `negative_min` must not be longer than `negative_max`"));
    }
    let many = matches!(law.caches, Caches::Count(_));
    (law.pick == Pick::Question && !many)
        .then_some(("caches", "caches: `pick = \"question\"` deals questions out among a `number` of caches"))
}

/// All parameters of a resolver.
pub(crate) fn write_resolver(law: &ResolverLaw) -> Vec<Written> {
    let most = |span: Span| or_word((span != Span::FOREVER).then_some(span), "unlimited");
    let mut all = vec![
        ("caches.number", written_caches(law.caches)),
        ("caches.pick", quoted_word(law.pick)),
        ("cache.ttl_min", literal::span(law.cache.ttl_min)),
        ("cache.ttl_max", most(law.cache.ttl_max)),
        ("cache.zero_ttl", quoted_word(law.cache.zero_ttl)),
        ("cache.types", written_types(law.cache.types)),
        ("cache.negative_max", most(law.cache.negative_max)),
        ("cache.negative_min", literal::span(law.cache.negative_min)),
        ("cache.failure", literal::span(law.cache.failure)),
        ("cache.keep", written_keeping(law.cache.keep)),
        ("cache.prefetch", written_prefetch(law.cache.prefetch)),
        ("cache.stale", written_stale(law.cache.stale)),
        ("cache.extend", written_extend(law.cache.extend)),
    ];
    all.extend(write_order(&law.order));
    all
}

fn written_caches(caches: Caches) -> String {
    match caches {
        Caches::Count(count) => count.to_string(),
        word => quoted_word(CacheScope(word)),
    }
}

fn written_keeping(keep: Keeping) -> String {
    match keep {
        Keeping::For(span) => literal::span(span),
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

fn share(per_ten_thousand: u16) -> String {
    literal::number(f64::from(per_ten_thousand) / 10_000.0)
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

/// All parameters of a stub.
pub(crate) fn write_stub(law: &StubLaw) -> Vec<Written> {
    vec![
        ("sort.sets", quoted_word(law.sets)),
        ("sort.ipv6", quoted_word(law.ipv6)),
        ("sort.ipv4", quoted_word(law.ipv4)),
    ]
}

/// The parameters of a sender that are about the DNS.
pub(super) fn write_lookups(law: &SenderLaw) -> Vec<Written> {
    let cache = match law.dns.cache {
        OwnCache::Fixed(span) => format!("{{ fixed = {} }}", literal::span(span)),
        word => quoted_word(word),
    };
    vec![
        ("dns.cache", cache),
        ("dns.address_sort", quoted_word(law.dns.address_sort)),
        ("policy.null_mx", quoted_word(law.policy.null_mx)),
        ("policy.implicit_mx", law.policy.implicit_mx.to_string()),
        ("policy.mta_sts", quoted_word(law.policy.mta_sts)),
        ("policy.dane", quoted_word(law.policy.dane)),
    ]
}
