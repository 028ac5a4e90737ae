//! How long a cache keeps an answer.
//!
//! RFC 1035 says: for its TTL. Real caches lift short TTLs and cut long ones, refresh busy entries before they expire, serve what has
//! expired while nobody answers (RFC 8767), remember that nobody answered (RFC 9520), or take no notice of TTLs at all.

use super::record_type::{RecordType, TypeSet};
use crate::random::Key;
use crate::time::{Span, Time};

/// Labels of decisions of a cache that are not about an answer; answers are numbered from zero.
const FIRST_PHASE: u64 = u64::MAX;
const EXTENDS: u64 = u64::MAX - 1;

/// How long a hop keeps an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CachePolicy {
    /// Shorter TTLs are lifted to this.
    pub ttl_min: Span,
    /// Longer TTLs are cut to this.
    pub ttl_max: Span,
    /// What happens to TTL 0 after lifting.
    pub zero_ttl: ZeroTtl,
    /// Record types that are cached; the others are forwarded each time.
    pub types: TypeSet,
    /// Longest time an empty answer is kept.
    pub negative_max: Span,
    /// Shortest time an empty answer is kept.
    pub negative_min: Span,
    /// How long it is remembered that nobody answered (RFC 9520).
    pub failure: Span,
    /// Whether the TTL counts at all.
    pub keep: EntryLifetime,
    /// When an entry is fetched anew before it expires.
    pub prefetch: Prefetch,
    /// What is served once an entry has expired (RFC 8767).
    pub stale: Stale,
    /// Caches that keep answers for longer than they may.
    pub extend: Extend,
}

impl CachePolicy {
    /// Every answer is kept for its TTL, and nothing else happens to it.
    pub const BY_TTL: Self = Self {
        ttl_min: Span::ZERO,
        ttl_max: Span::FOREVER,
        zero_ttl: ZeroTtl::NoStore,
        types: TypeSet::ALL,
        negative_max: Span::FOREVER,
        negative_min: Span::ZERO,
        failure: Span::ZERO,
        keep: EntryLifetime::Ttl,
        prefetch: Prefetch::None,
        stale: Stale::Off,
        extend: Extend::Never,
    };
}

/// What happens to a record set with TTL 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroTtl {
    /// Not cached.
    NoStore,
    /// Cached until the end of the wall-clock second (BIND).
    SameSecond,
}

/// Whether the TTL counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryLifetime {
    /// It does.
    Ttl,
    /// Every answer is kept for this long (Java, 30 s).
    For(Span),
    /// Every answer is kept until the process ends (Java with a security manager).
    Forever,
}

/// When an entry that is asked for is fetched anew although it is still valid. Who asks gets the old answer; the next gets the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefetch {
    /// Never.
    None,
    /// Within the last `last` of its time, if its time was at least `of_at_least` (BIND `prefetch 2 9`).
    Last {
        /// How long before expiry.
        last: Span,
        /// Shortest time of an entry that is fetched anew.
        of_at_least: Span,
    },
    /// Within the last part of its time (Unbound: a tenth).
    Part {
        /// Hundredths of a per cent of its time.
        per_ten_thousand: u16,
    },
}

/// What is served once an entry has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// Nothing.
    Off,
    /// The old answer if nobody gives a new one.
    OnFailure {
        /// Longest time after expiry.
        most: Span,
        /// The TTL it is served with, which is also how long nobody else is asked again.
        ttl: Span,
    },
    /// The old answer at once, while the new one is fetched for who asks next.
    Immediate {
        /// Longest time after expiry.
        most: Span,
        /// The TTL it is served with.
        ttl: Span,
    },
}

impl Stale {
    /// Longest time after expiry at which an entry is served.
    #[must_use]
    pub const fn most(self) -> Span {
        match self {
            Self::Off => Span::ZERO,
            Self::OnFailure { most, .. } | Self::Immediate { most, .. } => most,
        }
    }
}

/// Caches that keep answers for longer than they may: each does with a probability of its own luck, always or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extend {
    /// None does.
    Never,
    /// A part does (8.74 % of 8,524 resolvers: Bhowmick et al., PAM 2023).
    Some {
        /// Hundredths of a per cent.
        per_ten_thousand: u16,
        /// How much longer.
        by: Span,
    },
}

impl CachePolicy {
    /// True if an entry is filled at a first question, answers from then on and is asked for again once its time is over: whatever else a
    /// cache may do is switched off.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.prefetch == Prefetch::None && self.counts_alone()
    }

    /// True if the times at which an entry is fetched depend on nothing but the questions to this cache.
    #[must_use]
    pub fn counts_alone(&self) -> bool {
        self.stale == Stale::Off && self.extend == Extend::Never
    }

    /// How long an answer is kept; zero if it is not.
    #[must_use]
    pub fn kept_for(&self, record_type: RecordType, empty: bool, ttl: Span, now: Time) -> Span {
        if !self.types.contains(record_type) {
            return Span::ZERO;
        }
        let (least, most) = if empty {
            (self.ttl_min.max(self.negative_min), self.ttl_max.min(self.negative_max))
        } else {
            (self.ttl_min, self.ttl_max)
        };
        let ttl = match self.keep {
            EntryLifetime::Ttl => ttl.max(least).min(most),
            EntryLifetime::For(span) => span,
            EntryLifetime::Forever => Span::FOREVER,
        };
        if ttl > Span::ZERO {
            return ttl;
        }
        match self.zero_ttl {
            ZeroTtl::NoStore => Span::ZERO,
            ZeroTtl::SameSecond => Span(1_000_000 - now.0.rem_euclid(1_000_000)),
        }
    }

    /// How much longer than it may the cache with the decisions `cache` keeps an answer.
    #[must_use]
    pub fn extended_by(&self, cache: Key) -> Span {
        match self.extend {
            Extend::Some { per_ten_thousand, by }
                if cache.child(EXTENDS).below(10_000) < usize::from(per_ten_thousand) =>
            {
                by
            }
            Extend::Never | Extend::Some { .. } => Span::ZERO,
        }
    }

    /// How long before it expires an entry that was kept for `kept` is fetched anew; zero for never.
    #[must_use]
    pub fn prefetched(&self, kept: Span) -> Span {
        match self.prefetch {
            Prefetch::None => Span::ZERO,
            Prefetch::Last { last, of_at_least } if kept >= of_at_least => last,
            Prefetch::Last { .. } => Span::ZERO,
            Prefetch::Part { per_ten_thousand } => {
                Span((i128::from(kept.0) * i128::from(per_ten_thousand) / 10_000) as i64)
            }
        }
    }
}

/// The part of its TTL that the first entry of a cache still has, if the cache has been in use before.
pub(super) fn first_phase(cache: Key, set: u64) -> f64 {
    cache.child(set).child(FIRST_PHASE).unit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    const PLAIN: CachePolicy = CachePolicy { negative_max: Span::HOUR, ..CachePolicy::BY_TTL };

    const fn secs(n: i64) -> Span {
        Span::from_secs(n)
    }

    #[test]
    fn clamps_zero_ttl_and_uncached_types() {
        let zero = |policy: CachePolicy| policy.kept_for(RecordType::Mx, false, Span::ZERO, Time(250_000));
        assert_eq!(zero(PLAIN), Span::ZERO);
        assert_eq!(zero(CachePolicy { zero_ttl: ZeroTtl::SameSecond, ..PLAIN }), Span(750_000));
        assert_eq!(zero(CachePolicy { ttl_min: secs(5), ..PLAIN }), secs(5));
        let hour = |policy: CachePolicy, empty| policy.kept_for(RecordType::A, empty, Span::HOUR, Time(0));
        assert_eq!(hour(CachePolicy { ttl_max: secs(60), ..PLAIN }, false), secs(60));
        assert_eq!(hour(CachePolicy { types: TypeSet::NONE, ..PLAIN }, false), Span::ZERO);
        assert_eq!(hour(CachePolicy { negative_max: secs(7), ..PLAIN }, true), secs(7));
        assert_eq!(hour(CachePolicy { negative_max: secs(7), ..PLAIN }, false), Span::HOUR);
        assert_eq!(
            hour(CachePolicy { negative_min: Span::DAY, negative_max: Span::WEEK, ..PLAIN }, true),
            Span::DAY
        );
        assert_eq!(hour(CachePolicy { keep: EntryLifetime::For(secs(30)), ..PLAIN }, false), secs(30));
        assert_eq!(hour(CachePolicy { keep: EntryLifetime::Forever, ..PLAIN }, false), Span::FOREVER);
    }

    /// BIND 9: `prefetch 2 9`; Unbound: the last tenth.
    #[test]
    fn prefetch_begins_as_documented() {
        let bind = CachePolicy { prefetch: Prefetch::Last { last: secs(2), of_at_least: secs(9) }, ..PLAIN };
        assert_eq!((bind.prefetched(secs(9)), bind.prefetched(secs(8))), (secs(2), Span::ZERO));
        let unbound = CachePolicy { prefetch: Prefetch::Part { per_ten_thousand: 1_000 }, ..PLAIN };
        assert_eq!(unbound.prefetched(secs(300)), secs(30));
        assert_eq!(unbound.prefetched(Span::FOREVER).0, Span::FOREVER.0 / 10);
    }

    /// Theory: Binomial. n = 100,000 caches; 8.74 % within 5 standard errors of 0.089 points, 6 in 10 million.
    #[test]
    fn one_cache_in_eleven_extends() {
        let policy = CachePolicy { extend: Extend::Some { per_ten_thousand: 874, by: Span::HOUR }, ..PLAIN };
        let key = Entropy::new(5, 0).key(StreamId::new("caches", Purpose::Answer));
        let extending = (0..100_000).filter(|&i| policy.extended_by(key.child(i)) == Span::HOUR).count();
        assert!((extending as f64 / 100_000.0 - 0.0874).abs() < 0.00447, "{extending}");
    }
}
