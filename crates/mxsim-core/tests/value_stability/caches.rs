//! Cache policies: what a cache that has long been in use makes of eleven questions about a record set of 300 s.
//!
//! Each answer is written as the version of the record set, its epoch in the cache and what is left of its TTL \[s\], with `!` where the cache had to
//! ask; `-` where nobody answered. The record set changes after 700 s, and the authority is away from 1,000 s to 1,700 s.

use crate::{key, stable};
use mxsim_core::dns::cache::{Hop, Layer, Network, Question, Record, RecordSet, RecordSetVersion};
use mxsim_core::dns::{
    CachePolicy, Caches, EntryLifetime, Extend, OrderPolicy, Pick, Prefetch, RecordType, ResolverParameters,
    Stale, TypeSet, ZeroTtl,
};
use mxsim_core::random::Purpose;
use mxsim_core::time::{Span, Time};

const TIMES: [f64; 11] = [0.0, 100.2, 250.0, 380.0, 390.0, 690.0, 730.0, 960.0, 1_250.0, 1_500.0, 1_710.0];

const fn seconds(seconds: i64) -> Span {
    Span::from_secs(seconds)
}

fn set(ttl: Span) -> RecordSet {
    let version = |from| RecordSetVersion {
        from,
        ttl,
        records: vec![Record { preference: 0, target: 0 }],
        canonical: std::iter::once(0).collect(),
        weights: Vec::new(),
    };
    let versions = [Time(i64::MIN), Time::ZERO + seconds(700)].map(version).into();
    RecordSet { record_type: RecordType::Mx, hash: 3, versions }
}

/// What cache number `cache` of five makes of the questions.
fn answers(set: RecordSet, cache: CachePolicy, pick: Pick, number: u32) -> String {
    let parameters =
        ResolverParameters { caches: Caches::Count(5), pick, cache, order: OrderPolicy::AS_RECEIVED };
    let layer = Layer { parameters, caches: 5, key: key(Purpose::Answer) };
    let (sets, away) = ([set], [(Time::ZERO + seconds(1_000), Time::ZERO + seconds(1_700))]);
    let mut network =
        Network::new(&sets, OrderPolicy::AS_RECEIVED, key(Purpose::Answer).child(9), vec![layer])
            .in_use_before(Time::ZERO)
            .authority_away(&away);
    let written = TIMES.map(|second| {
        let question = Question { set: 0, client: 0, now: Time::ZERO + Span::from_secs_f64(second) };
        let Some(answer) = network.ask(&[Hop { layer: 0, cache: number }], question) else {
            return "-".into();
        };
        let asked = if answer.from_cache { "" } else { "!" };
        let left = match answer.ttl.as_secs_f64() {
            left if left > 1e9 => "ever".to_owned(),
            left => left.to_string(),
        };
        format!("{}.{}:{left}{asked}", answer.version, answer.epoch)
    });
    written.join(" ")
}

#[track_caller]
fn check(cache: CachePolicy, in_this_epoch: &str) {
    stable(&format!("{cache:?}"), answers(set(seconds(300)), cache, Pick::Client, 2), in_this_epoch);
}

/// A policy without a test does not compile.
const _: fn(CachePolicy) -> [fn(); 5] = |policy| {
    [
        match policy.keep {
            EntryLifetime::Ttl => by_the_ttl,
            EntryLifetime::For(_) => for_a_fixed_time,
            EntryLifetime::Forever => for_ever,
        },
        match policy.zero_ttl {
            ZeroTtl::NoStore | ZeroTtl::SameSecond => a_ttl_of_zero,
        },
        match policy.prefetch {
            Prefetch::None => by_the_ttl,
            Prefetch::Last { .. } => prefetch_in_the_last_seconds,
            Prefetch::Part { .. } => prefetch_in_the_last_part,
        },
        match policy.stale {
            Stale::Off => by_the_ttl,
            Stale::OnFailure { .. } => stale_answers_where_nobody_gives_a_new_one,
            Stale::Immediate { .. } => stale_answers_at_once,
        },
        match policy.extend {
            Extend::Never => by_the_ttl,
            Extend::Some { .. } => caches_that_extend,
        },
    ]
};

#[test]
fn by_the_ttl() {
    check(
        CachePolicy::BY_TTL,
        "0.1:65.715965! 0.2:300! 0.2:150.2 0.2:20.2 0.2:10.2 0.3:300! 0.3:260 0.3:30 - - 1.4:300!",
    );
}

#[test]
fn ttls_that_are_lifted_or_cut() {
    check(
        CachePolicy { ttl_min: seconds(600), ..CachePolicy::BY_TTL },
        "0.1:131.43193! 0.1:31.23193 0.2:600! 0.2:470 0.2:460 0.2:160 0.2:120 1.3:600! 1.3:310 1.3:60 1.4:600!",
    );
    check(
        CachePolicy { ttl_max: seconds(100), ..CachePolicy::BY_TTL },
        "0.1:21.905322! 0.2:100! 0.3:100! 0.4:100! 0.4:90 0.5:100! 0.5:60 1.6:100! - - 1.7:100!",
    );
}

#[test]
fn for_a_fixed_time() {
    check(
        CachePolicy { keep: EntryLifetime::For(seconds(30)), ..CachePolicy::BY_TTL },
        "0.1:6.571597! 0.2:30! 0.3:30! 0.4:30! 0.4:20 0.5:30! 1.6:30! 1.7:30! - - 1.8:30!",
    );
}

#[test]
fn for_ever() {
    check(
        CachePolicy { keep: EntryLifetime::Forever, ..CachePolicy::BY_TTL },
        "0.1:ever! 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever 0.1:ever",
    );
}

#[test]
fn types_that_are_not_cached() {
    check(
        CachePolicy { types: TypeSet::ADDRESSES, ..CachePolicy::BY_TTL },
        "0.1:300! 0.2:300! 0.3:300! 0.4:300! 0.5:300! 0.6:300! 1.7:300! 1.8:300! - - 1.9:300!",
    );
}

#[test]
fn a_ttl_of_zero() {
    let of =
        |zero_ttl| answers(set(Span::ZERO), CachePolicy { zero_ttl, ..CachePolicy::BY_TTL }, Pick::Client, 2);
    stable(
        "not cached",
        of(ZeroTtl::NoStore),
        "0.1:0! 0.2:0! 0.3:0! 0.4:0! 0.5:0! 0.6:0! 1.7:0! 1.8:0! - - 1.9:0!",
    );
    stable(
        "cached for the rest of the second",
        of(ZeroTtl::SameSecond),
        "0.1:0.219054! 0.2:0.8! 0.3:1! 0.4:1! 0.5:1! 0.6:1! 1.7:1! 1.8:1! - - 1.9:1!",
    );
}

#[test]
fn empty_answers() {
    let mut empty = set(seconds(300));
    empty.versions.iter_mut().for_each(|version| version.records.clear());
    let of = |negative_min, negative_max| {
        let policy = CachePolicy { negative_min, negative_max, ..CachePolicy::BY_TTL };
        answers(empty.clone(), policy, Pick::Client, 2)
    };
    stable(
        "a minute at most",
        of(Span::ZERO, seconds(60)),
        "0.1:13.143193! 0.2:60! 0.3:60! 0.4:60! 0.4:50 0.5:60! 0.5:20 1.6:60! - - 1.7:60!",
    );
    stable(
        "400 s at least",
        of(seconds(400), seconds(3_600)),
        "0.1:87.621287! 0.2:400! 0.2:250.2 0.2:120.2 0.2:110.2 0.3:400! 0.3:360 0.3:130 - - 1.4:400!",
    );
}

#[test]
fn failures_that_are_remembered() {
    check(
        CachePolicy { failure: seconds(600), ..CachePolicy::BY_TTL },
        "0.1:65.715965! 0.2:300! 0.2:150.2 0.2:20.2 0.2:10.2 0.3:300! 0.3:260 0.3:30 - - -",
    );
}

#[test]
fn prefetch_in_the_last_seconds() {
    check(
        CachePolicy {
            prefetch: Prefetch::Last { last: seconds(15), of_at_least: seconds(9) },
            ..CachePolicy::BY_TTL
        },
        "0.1:65.715965! 0.2:300! 0.2:150.2 0.2:20.2 0.2:10.2 0.4:300! 0.4:260 0.4:30 - - 1.5:300!",
    );
}

#[test]
fn prefetch_in_the_last_part() {
    check(
        CachePolicy { prefetch: Prefetch::Part { per_ten_thousand: 1_000 }, ..CachePolicy::BY_TTL },
        "0.1:65.715965! 0.2:300! 0.2:150.2 0.2:20.2 0.3:290 0.4:300! 0.4:260 0.4:30 1.5:10 - 1.6:300!",
    );
}

#[test]
fn stale_answers_where_nobody_gives_a_new_one() {
    let stale = Stale::OnFailure { most: seconds(86_400), ttl: seconds(30) };
    check(
        CachePolicy { stale, ..CachePolicy::BY_TTL },
        "0.1:65.715965! 0.2:300! 0.2:150.2 0.2:20.2 0.2:10.2 0.3:300! 0.3:260 0.3:30 0.3:30 0.3:30 1.4:300!",
    );
}

#[test]
fn stale_answers_at_once() {
    let stale = Stale::Immediate { most: seconds(3_600), ttl: seconds(30) };
    check(
        CachePolicy { stale, ..CachePolicy::BY_TTL },
        "0.1:65.715965! 0.1:30 0.2:150.2 0.2:20.2 0.2:10.2 0.2:30 0.3:260 0.3:30 0.3:30 0.3:30 0.3:30",
    );
}

/// A quarter of the caches keep answers for an hour longer.
#[test]
fn caches_that_extend() {
    let extend = Extend::Some { per_ten_thousand: 2_500, by: Span::HOUR };
    let policy = CachePolicy { extend, ..CachePolicy::BY_TTL };
    let extended =
        [0, 1, 2, 3, 4, 5, 6, 7].map(|cache| policy.extended_by(key(Purpose::Answer).child(cache)).0 > 0);
    stable("caches that extend", extended, [false, false, true, true, true, true, false, false]);
}

/// A cache of the five for each question.
#[test]
fn caches_picked_by_the_question() {
    let seen = answers(set(seconds(300)), CachePolicy::BY_TTL, Pick::Question, 0);
    stable(
        "a cache for each question",
        seen,
        "0.1:99.882992! 0.1:62.341887! 0.2:300! 0.1:300! 0.2:300! 0.1:300! 1.3:300! 1.3:70 - - 1.1:300!",
    );
}
