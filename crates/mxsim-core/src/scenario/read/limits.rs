//! What each node lets a client have: `sessions_per_client` and `rates`.

use super::capacity::Settings;
use super::reading::Reading;
use crate::node::{ClientLimits, Rates};
use crate::parameters::span_at;
use crate::scenario::keys::DEFAULT_RATE_WINDOW;
use crate::syntax::diagnostic::code;
use crate::syntax::shape::EVERY;
use crate::syntax::tree::{Entry, Table, Value};

/// The limits of one node, whose server comes with `shipped`.
pub(super) fn of(settings: Settings<'_>, shipped: ClientLimits) -> ClientLimits {
    let sessions = settings
        .get("sessions_per_client")
        .map_or(shipped.sessions, |_| settings.count("sessions_per_client"));
    let rates = settings.get("rates").map_or(shipped.rates, |value| value.as_table().map(rates));
    ClientLimits { sessions, rates }
}

fn rates(table: &Table) -> Rates {
    let count = |key: &str| table.get(key).and_then(Value::as_integer);
    let most = |key: &str| count(key).and_then(|number| u32::try_from(number).ok());
    Rates {
        connections: most("connections"),
        messages: most("messages"),
        per: span_at(table, "per").unwrap_or(DEFAULT_RATE_WINDOW),
    }
}

/// Reports rates that limit nothing.
pub(super) fn check(table: &Table, reading: &mut Reading) {
    for entry in &table.entries {
        let own = entry.value.as_table().and_then(|own| own.entry("rates"));
        if let Some(given) = own.filter(|given| is_idle(given)) {
            report_idle(&entry.key, given, reading);
        }
    }
}

fn is_idle(given: &Entry) -> bool {
    let limits = |table: &Table| table.get("connections").or_else(|| table.get("messages")).is_some();
    given.value.as_table().is_some_and(|table| !limits(table))
}

fn report_idle(node: &str, given: &Entry, reading: &mut Reading) {
    let node = if node == EVERY { format!("{EVERY:?}") } else { node.to_owned() };
    let message = format!("nodes.{node}.rates: it limits neither connections nor messages");
    reading
        .report
        .error(code::MISSING, &given.key_place, message)
        .help("add `connections = 100` or `messages = 200`, or leave `rates` out");
}
