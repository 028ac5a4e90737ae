//! `[run]`: how long, how often, and how long to warm up.

use super::reading::Reading;
use super::source::RunOverrides;
use crate::dns::{CachePolicy, EntryLifetime, Extend, OrderPolicy, OrderReuse, RecordType, TypeSet};
use crate::parameters::span_at;
use crate::scenario::model::{Authority, RunPlan, Scenario, Sender, ZoneVersion};
use crate::sender::{OwnCache, ReuseLimits, Stickiness};
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::tree::{Table, Value};
use crate::time::{Span, Time};

/// Reads everything but the warm-up, which depends on the other sections.
pub(super) fn read(table: &Table, overrides: &RunOverrides, reading: &mut Reading) -> RunPlan {
    let whole =
        |key: &str| table.get(key).and_then(Value::as_integer).and_then(|number| u64::try_from(number).ok());
    let window =
        overrides.window.or_else(|| span_at(table, "window")).filter(|window| *window >= Span::MINUTE);
    let window = window.unwrap_or(Span::DAY);
    let written = overrides.run_length.or_else(|| span_at(table, "run_length"));
    let run_length = written.unwrap_or_else(|| whole_day(window));
    if run_length.0 % window.0 != 0 {
        let place = table.get("run_length").map_or(Place::File, |value| value.place.clone());
        let windows = run_length.0 / window.0 + 1;
        reading
            .report
            .error(
                code::OUT_OF_RANGE,
                &place,
                format!("run.run_length: expected a whole number of windows of {window}, found {run_length}"),
            )
            .help(format!("write \"{}\" ({windows} windows)", window.saturating_mul(windows)));
    }
    RunPlan {
        replications: overrides.replications.or_else(|| whole("replications")),
        seed: overrides.seed.or_else(|| whole("seed")).unwrap_or(1),
        window,
        run_length,
        warm_up: Span::ZERO,
    }
}

/// The least whole number of windows that covers a day: windows of an hour are meant to show the whole day, not the hour after midnight.
const fn whole_day(window: Span) -> Span {
    window.saturating_mul((Span::DAY.0 + window.0 - 1) / window.0)
}

/// The warm-up: as written, or the longest memory in play, at least an hour and at most a week.
///
/// Host memory is not in play: no fault can lie before the first measured moment, so there is nothing to remember then.
pub(super) fn warm_up(
    table: &Table,
    zones: &[ZoneVersion],
    senders: &[Sender],
    authority: &Authority,
) -> Span {
    if let Some(written) = span_at(table, "warm_up") {
        return written;
    }
    let ttls = ttls_in_play(zones, senders, authority);
    let mut longest = hold(&authority.order);
    for sender in senders.iter().filter(|sender| sender.wanted) {
        longest = longest.max(match sender.behaviour.parameters.order.keep {
            Stickiness::Exponential(span) | Stickiness::Fixed(span) => span,
            // What is drawn once is as it will stay from the first moment on; the rest lasts no longer than an answer.
            Stickiness::Attempt
            | Stickiness::Message
            | Stickiness::Process
            | Stickiness::Second
            | Stickiness::CacheEntry
            | Stickiness::Forever => Span::ZERO,
        });
        longest = longest.max(sender.behaviour.parameters.reuse.kept().map_or(Span::ZERO, lasts));
        if let OwnCache::Fixed(span) = sender.behaviour.parameters.dns.cache {
            longest = longest.max(span);
        }
        for layer in &sender.resolver {
            let cache = &layer.parameters.cache;
            longest = longest.max(lasts_in(cache, &ttls)).max(hold(&layer.parameters.order));
        }
    }
    longest.clamp(Span::HOUR, Span::WEEK)
}

/// How long a cache keeps one of these answers, at most.
fn lasts_in(cache: &CachePolicy, ttls: &[Span]) -> Span {
    if cache.keep == EntryLifetime::Forever {
        // What is never fetched again is as it will stay from the first moment on.
        return Span::ZERO;
    }
    let any_type = CachePolicy { types: TypeSet::ALL, ..*cache };
    let kept = ttls.iter().map(|ttl| any_type.kept_for(RecordType::Mx, false, *ttl, Time::ZERO)).max();
    let longer = match cache.extend {
        Extend::Some { by, .. } => by,
        Extend::Never => Span::ZERO,
    };
    kept.unwrap_or(Span::ZERO) + longer
}

/// How long a connection is there for messages to come: to its greatest age, or until it has been idle for too long.
fn lasts(kept: ReuseLimits) -> Span {
    kept.age.map_or(kept.idle, |age| age.max(kept.idle))
}

/// The TTLs of all answers that depend on when they were fetched. A host that has one address at all times has the same in every cache
/// (`Topology::fixed_answers`), however long its TTL is.
fn ttls_in_play(zones: &[ZoneVersion], senders: &[Sender], authority: &Authority) -> Vec<Span> {
    let wanted = senders.iter().filter(|sender| sender.wanted);
    let may_vary = zones.len() > 1 || Scenario::couples_record_sets(wanted, authority);
    let of_version = |version: &ZoneVersion| {
        let hosts = version.zone.hosts.iter();
        let sets = hosts.flat_map(|host| [(host.a.len(), host.a_ttl), (host.aaaa.len(), host.aaaa_ttl)]);
        let varying = sets.filter(|&(addresses, _)| may_vary || addresses > 1).map(|(_, ttl)| ttl);
        varying.chain([version.zone.mx_ttl]).collect::<Vec<Span>>()
    };
    zones.iter().flat_map(of_version).collect()
}

const fn hold(order: &OrderPolicy) -> Span {
    match order.hold {
        OrderReuse::For(span) => span,
        // Held no longer than the record set, whose TTL is counted on its own.
        OrderReuse::None | OrderReuse::Ttl => Span::ZERO,
    }
}
