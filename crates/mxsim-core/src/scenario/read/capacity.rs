//! What each node can serve: its own keys, else those of `[nodes."*"]`.
//!
//! A limit of sessions only means something if sessions take time, and a backlog only where there is a limit: a key that would do nothing
//! is an error, unless it stands in `[nodes."*"]` and does something for another node.

use super::limits;
use super::reading::Reading;
use crate::node::{Capacity, HowLong, Queue, Server, SessionTime, WhenFull};
use crate::parameters::words::value_of;
use crate::parameters::{span, span_at};
use crate::scenario::model::Node;
use crate::syntax::diagnostic::{Place, code};
use crate::syntax::shape::EVERY;
use crate::syntax::tree::{Table, Value};
use crate::time::Span;

/// Keys that count only beside a limit of sessions.
const OF_A_LIMIT: [&str; 2] = ["backlog", "when_full"];

/// Keys that limit sessions, which have to take time for it.
const LIMITS_OF_SESSIONS: [&str; 5] =
    ["sessions", "sessions_per_client", "workers", "limits", "refusal_time"];

/// What stands for no limit.
const UNLIMITED: &str = "unlimited";

/// What is said of one node.
#[derive(Clone, Copy)]
pub(super) struct Settings<'t> {
    own: Option<&'t Table>,
    every: Option<&'t Table>,
}

impl<'t> Settings<'t> {
    /// The table that says `key`: the node's own before the one for all.
    fn saying(self, key: &str) -> Option<&'t Table> {
        [self.own, self.every].into_iter().flatten().find(|table| table.get(key).is_some())
    }

    pub(super) fn get(self, key: &str) -> Option<&'t Value> {
        self.saying(key).and_then(|table| table.get(key))
    }

    pub(super) fn count(self, key: &str) -> Option<u32> {
        self.get(key).and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok())
    }

    /// True if the value of a key limits something.
    fn is_limit(self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.as_text() != Some(UNLIMITED))
    }

    fn capacity(self) -> Capacity {
        let server: Option<Server> = self.get("limits").and_then(Value::as_text).and_then(value_of);
        let shipped = server.map_or(Capacity::UNLIMITED, Server::limits);
        let sessions = self.get("sessions").map_or(shipped.sessions, |_| self.count("sessions"));
        let when_full = self.get("when_full").and_then(Value::as_text).and_then(value_of);
        Capacity {
            sessions,
            session_time: self.get("session_time").map_or(SessionTime::Nothing, session_time),
            refusal_time: self.get("refusal_time").and_then(span),
            backlog: sessions.map_or(0, |_| self.count("backlog").unwrap_or(shipped.backlog)),
            when_full: sessions.map_or(WhenFull::Busy, |_| when_full.unwrap_or(shipped.when_full)),
            workers: self.count("workers"),
            queue: self.get("queue").and_then(Value::as_table).and_then(queue),
            clients: limits::of(self, shipped.clients),
            tls: self.get("tls").and_then(Value::as_boolean).unwrap_or(true),
        }
    }
}

/// Gives each node its capacity.
pub(super) fn read(table: &Table, nodes: &mut [Node], reading: &mut Reading) {
    let every = table.table(EVERY);
    limits::check(table, reading);
    let mut timeless: Vec<(&Place, &str)> = Vec::new();
    for node in nodes.iter_mut() {
        let settings = Settings { own: table.table(&node.name), every };
        node.capacity = settings.capacity();
        if node.capacity.sessions.is_none() {
            settings.own.into_iter().for_each(|own| refuse_limit_keys(own, &node.name, reading));
        }
        // One `sessions` for all is one slip, however many nodes it holds for.
        if node.capacity.session_time == SessionTime::Nothing {
            let limits = LIMITS_OF_SESSIONS.into_iter().filter(|key| settings.is_limit(key));
            timeless.extend(limits.filter_map(|key| Some((&settings.get(key)?.place, key))));
        }
    }
    timeless.sort_unstable();
    timeless.dedup();
    timeless.into_iter().for_each(|(place, key)| without_time(place, key, reading));
    if let Some(every) = every.filter(|_| nodes.iter().all(|node| node.capacity.sessions.is_none())) {
        refuse_limit_keys(every, &format!("{EVERY:?}"), reading);
    }
}

fn without_time(place: &Place, key: &str, reading: &mut Reading) {
    let message = format!("a limit of `{key}` never fills while sessions take no time");
    reading
        .report
        .error(code::MISSING, place, message)
        .label(format!("{key} without `session_time`"))
        .help("add `session_time = \"2s\"`: how long one message holds a session");
}

fn refuse_limit_keys(table: &Table, name: &str, reading: &mut Reading) {
    for entry in OF_A_LIMIT.iter().filter_map(|key| table.entry(key)) {
        // A backlog of nothing is what there is without the key.
        if entry.value.as_integer() == Some(0) {
            continue;
        }
        let message = format!("nodes.{name}.{}: a node without a limit of sessions is never full", entry.key);
        reading
            .report
            .error(code::CONFLICT, &entry.key_place, message)
            .help("add `sessions = 20` and a `session_time`, or leave it out");
    }
}

/// The law of a time up or down; a time alone is the mean of an exponential one.
pub(super) fn how_long(value: &Value) -> Option<HowLong> {
    if let Some(mean) = span(value) {
        return Some(HowLong::Exponential(mean));
    }
    match value.as_table().and_then(chosen)? {
        SessionTime::Nothing => None,
        SessionTime::Fixed(span) => Some(HowLong::Fixed(span)),
        SessionTime::Exponential(mean) => Some(HowLong::Exponential(mean)),
        SessionTime::Lognormal { mean, sigma } => Some(HowLong::Lognormal { mean, sigma }),
    }
}

/// The queue behind a node. It passes on at least one message in a minute.
fn queue(table: &Table) -> Option<Queue> {
    let room = u32::try_from(table.get("room")?.as_integer()?).ok()?;
    let per_minute = table.get("per_minute")?.as_number()?;
    Some(Queue { room, each: Span::from_secs_f64(60.0 / per_minute) })
}

fn session_time(value: &Value) -> SessionTime {
    if let Some(span) = span(value) {
        return if span == Span::ZERO { SessionTime::Nothing } else { SessionTime::Fixed(span) };
    }
    value.as_table().and_then(chosen).unwrap_or(SessionTime::Nothing)
}

fn chosen(table: &Table) -> Option<SessionTime> {
    if let Some(lognormal) = table.table("lognormal") {
        let sigma = lognormal.get("sigma")?.as_number()?;
        return Some(SessionTime::Lognormal { mean: span_at(lognormal, "mean")?, sigma });
    }
    let fixed = span_at(table, "fixed").map(SessionTime::Fixed);
    fixed.or_else(|| span_at(table, "exponential").map(SessionTime::Exponential))
}
