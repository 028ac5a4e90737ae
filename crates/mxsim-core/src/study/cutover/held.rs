//! What keeps a sender at an old host.

use super::document::HeldBy;
use crate::dns::{CachePolicy, EntryLifetime, Extend, RecordType, Stale};
use crate::numerals::literal_duration;
use crate::scenario::Sender;
use crate::sender::OwnCache;
use crate::time::Span;

/// What keeps mail of this sender at the old hosts for longest once answers of these types and with this TTL are old, and the same in words.
pub(super) fn held_by(sender: &Sender, ttl: Span, types: &[RecordType]) -> (HeldBy, String) {
    let own = own_cache(sender);
    let caches = sender.resolver.iter().map(|layer| &layer.parameters.cache);
    let keeping = caches.filter(|cache| types.iter().any(|kind| cache.types.contains(*kind)));
    let layers = keeping.flat_map(|cache| of_cache(cache, ttl));
    let longest = own.into_iter().chain(layers).chain(connections(sender, ttl)).max_by_key(|(kind, _)| *kind);
    longest.unwrap_or_else(|| {
        (HeldBy::Ttl, format!("its cache keeps the old answer for its TTL, {}", long(ttl)))
    })
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
fn connections(sender: &Sender, ttl: Span) -> Option<(HeldBy, String)> {
    let limits = sender.behaviour.parameters.reuse.waits_for_messages();
    let limits = limits.filter(|limits| limits.age.is_none_or(|age| age > ttl))?;
    let age = limits.age.map_or_else(String::new, |age| format!(", {} at most", long(age)));
    let text = format!("it keeps connections open until they are idle for {}{age}", long(limits.idle));
    Some((HeldBy::Connections, text))
}

fn long(span: Span) -> String {
    literal_duration(span.as_secs_f64())
}
