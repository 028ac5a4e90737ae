//! What keeps a sender at an old host.

use super::document::HeldBy;
use crate::dns::{CachePolicy, EntryLifetime, Extend, RecordType, Stale};
use crate::numerals::literal_duration;
use crate::scenario::Sender;
use crate::sender::{OwnCache, ReuseLimits};
use crate::time::Span;

/// An answer that a change makes old.
#[derive(Debug, Clone, Copy)]
pub(super) struct OldAnswer<'a> {
    pub(super) ttl: Span,
    /// The types of its records.
    pub(super) types: &'a [RecordType],
    /// True if a host that it leads to offers no TLS: then those keep their connections, too, who keep none under TLS.
    pub(super) in_clear: bool,
}

/// What keeps mail of this sender at the old hosts for longest, and the same in words.
pub(super) fn held_by(sender: &Sender, answer: OldAnswer<'_>) -> (HeldBy, String) {
    let (own, ttl) = (own_cache(sender), answer.ttl);
    let layers = caches(sender, answer).flat_map(|cache| of_cache(cache, ttl));
    let open = connections(sender, answer);
    let longest = own.into_iter().chain(layers).chain(open).max_by_key(|(kind, _)| *kind);
    longest.unwrap_or_else(|| {
        (HeldBy::Ttl, format!("its cache keeps the old answer for its TTL, {}", long(ttl)))
    })
}

/// The caches between a sender and the authority that keep such an answer, nearest first.
fn caches<'a>(sender: &'a Sender, answer: OldAnswer<'a>) -> impl DoubleEndedIterator<Item = &'a CachePolicy> {
    let all = sender.resolver.iter().map(|layer| &layer.parameters.cache);
    all.filter(move |cache| answer.types.iter().any(|kind| cache.types.contains(*kind)))
}

/// The limits of connections that a sender keeps to the old hosts.
fn kept(sender: &Sender, answer: OldAnswer<'_>) -> Option<ReuseLimits> {
    let limits = sender.behaviour.parameters.reuse.waits_for_messages();
    limits.filter(|limits| limits.tls || answer.in_clear)
}

/// How long after the change a cache may still give this sender the old answer, and a connection that it led to may stay open. What has no
/// end of its own (a list that is kept while there is mail, a resolver that never asks again) is left out.
pub(super) fn runs_out(sender: &Sender, answer: OldAnswer<'_>) -> Span {
    let (ttl, mut keeping) = (answer.ttl, caches(sender, answer).rev());
    let first = keeping.next().map_or(Span::ZERO, |cache| match cache.keep {
        EntryLifetime::Ttl => ttl.max(cache.ttl_min).min(cache.ttl_max) + beyond(cache),
        EntryLifetime::For(span) => span + beyond(cache),
        EntryLifetime::Forever => ttl,
    });
    // A cache behind another may ask it at the last moment, and then keep for longer what is left of the TTL.
    let until = keeping.fold(first, |until, cache| match cache.keep {
        EntryLifetime::Ttl => until + cache.ttl_min + beyond(cache),
        EntryLifetime::For(span) => until + span + beyond(cache),
        EntryLifetime::Forever => until,
    });
    let cache = sender.behaviour.parameters.dns.cache;
    let own = if let OwnCache::Fixed(span) = cache { span } else { Span::ZERO };
    // A connection of any age goes on for as long as it is kept without work at least.
    let open = kept(sender, answer).map_or(Span::ZERO, |limits| limits.age.unwrap_or(limits.idle));
    until + own + open
}

/// How much longer than it says a cache may give an answer.
fn beyond(cache: &CachePolicy) -> Span {
    let longer = if let Extend::Some { by, .. } = cache.extend { by } else { Span::ZERO };
    let stale = if let Stale::Immediate { most, .. } = cache.stale { most } else { Span::ZERO };
    longer + stale
}

fn own_cache(sender: &Sender) -> Option<(HeldBy, String)> {
    match sender.behaviour.parameters.dns.cache {
        OwnCache::Pinned => Some((
            HeldBy::Pinned,
            "it keeps its list of hosts while it has mail or connections for you, whatever the TTL"
                .to_owned(),
        )),
        OwnCache::Fixed(span) => {
            Some((HeldBy::Fixed, format!("it keeps every answer itself for {}", long(span))))
        }
        OwnCache::Stub | OwnCache::OwnTtl => None,
    }
}

fn of_cache(cache: &CachePolicy, ttl: Span) -> Vec<(HeldBy, String)> {
    let mut found = Vec::new();
    match cache.keep {
        EntryLifetime::Forever => {
            return vec![(HeldBy::Never, "its resolver never asks again until it is restarted".to_owned())];
        }
        EntryLifetime::For(span) => {
            found.push((HeldBy::Fixed, format!("its resolver keeps every answer for {}", long(span))));
        }
        EntryLifetime::Ttl if cache.ttl_min > ttl => {
            found.push((
                HeldBy::Lifted,
                format!("its resolver lifts shorter TTLs to {}", long(cache.ttl_min)),
            ));
        }
        EntryLifetime::Ttl if cache.ttl_max < ttl => {
            found.push((HeldBy::Cut, format!("its resolver cuts longer TTLs to {}", long(cache.ttl_max))));
        }
        EntryLifetime::Ttl => {}
    }
    if let Extend::Some { per_ten_thousand, by } = cache.extend {
        let part = f64::from(per_ten_thousand) / 100.0;
        found.push((
            HeldBy::Lifted,
            format!("{part} % of its resolvers keep answers {} longer than they may", long(by)),
        ));
    }
    if let Stale::Immediate { most, .. } = cache.stale {
        found.push((HeldBy::Stale, format!("its resolver serves expired answers for up to {}", long(most))));
    }
    found
}

/// Connections that may outlive the answer.
fn connections(sender: &Sender, answer: OldAnswer<'_>) -> Option<(HeldBy, String)> {
    let limits = kept(sender, answer).filter(|limits| limits.age.is_none_or(|age| age > answer.ttl))?;
    let age = limits.age.map_or_else(String::new, |age| format!(", {} at most", long(age)));
    let text = format!("it keeps connections open until they are idle for {}{age}", long(limits.idle));
    Some((HeldBy::Connections, text))
}

fn long(span: Span) -> String {
    literal_duration(span.as_secs_f64())
}
