//! Typed values as the scenario document holds them.

use crate::node::{Rates, SessionTime};
use crate::scenario::goal::Limit;
use crate::time::Span;
use crate::traffic::Profile;
use serde_json::{Map, Value, json};

/// The table `name` inside `table`; what stands there and is no table is replaced.
pub(super) fn table<'a>(table: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let inner = table.entry(name).or_insert_with(|| json!({}));
    if !inner.is_object() {
        *inner = json!({});
    }
    let Value::Object(inner) = inner else { unreachable!("it was made one") };
    inner
}

/// Sets the key at the end of a path such as `failover.on_busy`.
pub(super) fn put(document: &mut Map<String, Value>, path: &str, value: Value) {
    let (sections, last) = path.rsplit_once('.').map_or(("", path), |(sections, last)| (sections, last));
    let inner = sections.split('.').filter(|section| !section.is_empty()).fold(document, table);
    inner.insert(last.into(), value);
}

/// Takes away the key at the end of a path.
pub(super) fn take(document: &mut Map<String, Value>, path: &str) {
    let (sections, last) = path.rsplit_once('.').map_or(("", path), |(sections, last)| (sections, last));
    let sections = sections.split('.').filter(|section| !section.is_empty());
    let inner =
        sections.into_iter().try_fold(document, |table, section| table.get_mut(section)?.as_object_mut());
    if let Some(inner) = inner {
        inner.remove(last);
    }
}

pub(super) fn session_time(time: SessionTime) -> Value {
    match time {
        SessionTime::Nothing => json!(Span::ZERO.to_string()),
        SessionTime::Fixed(time) => json!(time.to_string()),
        SessionTime::Exponential(mean) => json!({ "exponential": mean.to_string() }),
        SessionTime::Lognormal { mean, sigma } => {
            json!({ "lognormal": { "mean": mean.to_string(), "sigma": sigma } })
        }
    }
}

pub(super) fn rates(rates: Rates) -> Value {
    let mut table = Map::new();
    table.insert("per".into(), json!(rates.per.to_string()));
    for (key, most) in [("connections", rates.connections), ("messages", rates.messages)] {
        table.extend(most.map(|most| (key.to_owned(), json!(most))));
    }
    Value::Object(table)
}

pub(super) fn limit(limit: Limit) -> Value {
    match limit {
        Limit::Number(number) => json!(number),
        Limit::Count(count) => json!(count),
        Limit::Time(time) => json!(time.to_string()),
    }
}

pub(super) fn profile(profile: &Profile) -> Value {
    match profile {
        Profile::Flat => json!("flat"),
        Profile::Daily(weights) => json!(weights.to_vec()),
        Profile::Weekly(weights) => json!(weights.to_vec()),
    }
}
