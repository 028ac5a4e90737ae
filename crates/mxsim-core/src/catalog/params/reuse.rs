//! Connection reuse and concurrency, read and written.
//!
//! The limits of a kept connection are parameters only where connections are kept: a sender that never reuses one has no idle time, and a
//! table that says one all the same is an error.

use super::read::{chosen, count_at, set, span_at, unless};
use super::write::{Written, or_word, quoted_word};
use crate::scenario::words::ReuseWhen;
use crate::sender::{Concurrency, FiledUnder, Growth, Kept, Reuse, SenderLaw};
use crate::syntax::literal;
use crate::syntax::tree::{Table, Value};
use crate::time::Span;

/// The limits of a sender that kept nothing so far; without an idle time it still keeps nothing.
const UNSAID: Kept =
    Kept { idle: Span::ZERO, messages: None, age: None, tls: true, filed_under: FiledUnder::Domain };

/// Keys of the limits.
const LIMITS: [&str; 5] = ["idle", "messages", "age", "tls", "filed_under"];

/// Which law, and the limits of the connections it keeps.
pub(crate) const fn reuse_parts(reuse: Reuse) -> (ReuseWhen, Option<Kept>) {
    match reuse {
        Reuse::Never => (ReuseWhen::Never, None),
        Reuse::Demand(kept) => (ReuseWhen::Demand, Some(kept)),
        Reuse::Always(kept) => (ReuseWhen::Always, Some(kept)),
        Reuse::Child(kept) => (ReuseWhen::Child, Some(kept)),
        Reuse::Last(kept) => (ReuseWhen::Last, Some(kept)),
        Reuse::Batch(kept) => (ReuseWhen::Batch, Some(kept)),
        Reuse::QueueRun(kept) => (ReuseWhen::QueueRun, Some(kept)),
    }
}

const fn together(when: ReuseWhen, kept: Kept) -> Reuse {
    match when {
        ReuseWhen::Never => Reuse::Never,
        ReuseWhen::Demand => Reuse::Demand(kept),
        ReuseWhen::Always => Reuse::Always(kept),
        ReuseWhen::Child => Reuse::Child(kept),
        ReuseWhen::Last => Reuse::Last(kept),
        ReuseWhen::Batch => Reuse::Batch(kept),
        ReuseWhen::QueueRun => Reuse::QueueRun(kept),
    }
}

/// Lays `reuse` of `table` over a law: a word alone, or a table.
pub(super) fn read(table: &Table, reuse: &mut Reuse) {
    let (mut when, kept) = reuse_parts(*reuse);
    let mut kept = kept.unwrap_or(UNSAID);
    set(&mut when, chosen(table, "reuse"));
    if let Some(own) = table.table("reuse") {
        set(&mut when, chosen(own, "connections"));
        set(&mut kept.idle, span_at(own, "idle"));
        set(&mut kept.messages, unless(own, "messages", "unlimited", count));
        set(&mut kept.age, unless(own, "age", "unlimited", super::span));
        set(&mut kept.tls, own.get("tls").and_then(Value::as_boolean));
        set(&mut kept.filed_under, chosen(own, "filed_under"));
    }
    *reuse = together(when, kept);
}

fn count(value: &Value) -> Option<u32> {
    value.as_integer().and_then(|number| u32::try_from(number).ok())
}

/// Lays `concurrency` of `table` over a law: a number or `unlimited` alone is a fixed limit.
pub(super) fn read_concurrency(table: &Table, concurrency: &mut Concurrency) {
    if let Some(fixed) = connections(table, "concurrency") {
        *concurrency = Concurrency { initial: fixed, most: fixed, growth: Growth::ByOne };
    }
    if let Some(own) = table.table("concurrency") {
        set(&mut concurrency.initial, connections(own, "initial"));
        set(&mut concurrency.most, connections(own, "most"));
        set(&mut concurrency.growth, chosen(own, "growth").or_else(|| own.table("growth").and_then(growth)));
    }
}

fn growth(table: &Table) -> Option<Growth> {
    if let Some(own) = table.table("half_queue") {
        let (pause, pause_per_address) = (span_at(own, "pause")?, span_at(own, "pause_per_address")?);
        return Some(Growth::HalfQueue { pause, pause_per_address });
    }
    if let Some(own) = table.table("processes") {
        let (start, hand_over) = (span_at(own, "start")?, span_at(own, "hand_over")?);
        return Some(Growth::Processes { start, hand_over });
    }
    let own = table.table("exponential")?;
    Some(Growth::Exponential { rate: own.get("rate")?.as_number()? })
}

fn connections(table: &Table, key: &str) -> Option<u32> {
    if table.text(key) == Some("unlimited") { Some(u32::MAX) } else { count_at(table, key) }
}

/// The rule that reuse or concurrency of `law` breaks, and the path to look at.
pub(super) fn broken_rule(table: &Table, law: &SenderLaw) -> Option<(&'static str, &'static str)> {
    let says_limits =
        table.table("reuse").is_some_and(|own| LIMITS.iter().any(|limit| own.get(limit).is_some()));
    match law.reuse {
        Reuse::Never if says_limits => Some((
            "reuse",
            "reuse: `connections = \"never\"` leaves nothing for `idle`, `messages`, `age`, `tls` and `filed_under` to say",
        )),
        Reuse::Demand(kept) | Reuse::Always(kept) | Reuse::Child(kept) | Reuse::Last(kept)
            if kept.idle == Span::ZERO =>
        {
            Some((
                "reuse",
                "reuse: a connection that waits for the next message needs an `idle` time above zero",
            ))
        }
        Reuse::Child(kept) if kept.filed_under != FiledUnder::Domain => Some((
            "reuse",
            "reuse: a child process takes whatever comes for the domain, so `filed_under` can only be \"domain\"",
        )),
        Reuse::Batch(kept) if kept.filed_under != FiledUnder::Domain => Some((
            "reuse",
            "reuse: a batch is all mail that waits for the domain, so `filed_under` can only be \"domain\"",
        )),
        Reuse::Always(_) | Reuse::Child(_) | Reuse::Last(_) | Reuse::Batch(_) | Reuse::QueueRun(_)
            if matches!(law.concurrency.growth, Growth::Processes { .. }) =>
        {
            Some((
                "concurrency",
                "concurrency: with `processes` a connection is kept on demand or not at all, so `reuse` can only be \"demand\" or \"never\"",
            ))
        }
        _ if law.concurrency.initial > law.concurrency.most => {
            Some(("concurrency", "concurrency: `initial` must not be larger than `most`"))
        }
        _ => None,
    }
}

/// The parameters of both.
pub(super) fn write(law: &SenderLaw) -> Vec<Written> {
    let (when, kept) = reuse_parts(law.reuse);
    let mut all = vec![("reuse.connections", quoted_word(when))];
    if let Some(kept) = kept {
        let messages = kept.messages.map_or_else(|| literal::text("unlimited"), |most| most.to_string());
        all.extend([
            ("reuse.idle", literal::span(kept.idle)),
            ("reuse.messages", messages),
            ("reuse.age", or_word(kept.age, "unlimited")),
            ("reuse.tls", kept.tls.to_string()),
            ("reuse.filed_under", quoted_word(kept.filed_under)),
        ]);
    }
    all.push(("concurrency.initial", written_connections(law.concurrency.initial)));
    all.push(("concurrency.most", written_connections(law.concurrency.most)));
    all.push(("concurrency.growth", written_growth(law.concurrency.growth)));
    all
}

fn written_growth(growth: Growth) -> String {
    match growth {
        Growth::ByOne => quoted_word(growth),
        Growth::HalfQueue { pause, pause_per_address } => format!(
            "{{ half_queue = {{ pause = {}, pause_per_address = {} }} }}",
            literal::span(pause),
            literal::span(pause_per_address)
        ),
        Growth::Processes { start, hand_over } => format!(
            "{{ processes = {{ start = {}, hand_over = {} }} }}",
            literal::span(start),
            literal::span(hand_over)
        ),
        Growth::Exponential { rate } => {
            format!("{{ exponential = {{ rate = {} }} }}", literal::number(rate))
        }
    }
}

fn written_connections(number: u32) -> String {
    if number == u32::MAX { literal::text("unlimited") } else { number.to_string() }
}
