//! Changes of a zone: records taken away, added or put in the place of others.

use super::fault::{ZoneErrorKind, ZoneTextError};
use super::read::Record;

/// What a change does with its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Takes records away: with data that record, without data the whole set of owner and type.
    Remove,
    /// Puts the records in the place of the sets with the same owner and type.
    Replace,
    /// Adds records.
    Add,
}

/// Applies one edit to `records`.
pub(crate) fn apply(
    edit: Edit,
    change: &[Record],
    records: &mut Vec<Record>,
    errors: &mut Vec<ZoneTextError>,
) {
    match edit {
        Edit::Add => {
            records.extend(change.iter().map(|new| with_ttl_of_set(new, records)).collect::<Vec<_>>())
        }
        Edit::Remove => change.iter().for_each(|pattern| remove(pattern, records, errors)),
        Edit::Replace => replace(change, records, errors),
    }
}

fn same_set(a: &Record, b: &Record) -> bool {
    a.owner == b.owner && a.kind == b.kind
}

/// A new record without a TTL joins its set with the set's TTL.
fn with_ttl_of_set(new: &Record, records: &[Record]) -> Record {
    let inherited = records.iter().filter(|old| same_set(old, new)).filter_map(|old| old.ttl).min();
    Record { ttl: new.ttl.or(inherited), ..new.clone() }
}

fn remove(pattern: &Record, records: &mut Vec<Record>, errors: &mut Vec<ZoneTextError>) {
    let before = records.len();
    records.retain(|old| !(same_set(old, pattern) && (pattern.data.is_none() || pattern.data == old.data)));
    if records.len() == before {
        errors.push(nothing_there(pattern, "remove", records));
    }
}

fn replace(change: &[Record], records: &mut Vec<Record>, errors: &mut Vec<ZoneTextError>) {
    for new in change {
        if !records.iter().any(|old| same_set(old, new)) {
            errors.push(nothing_there(new, "replace", records));
        }
    }
    let new: Vec<Record> = change.iter().map(|new| with_ttl_of_set(new, records)).collect();
    records.retain(|old| !new.iter().any(|new| same_set(old, new)));
    records.extend(new);
}

fn nothing_there(record: &Record, verb: &str, records: &[Record]) -> ZoneTextError {
    let owners: Vec<&str> =
        records.iter().filter(|old| old.kind == record.kind).map(|old| old.owner.as_str()).collect();
    let help = if record.data.is_some() && owners.contains(&record.owner.as_str()) {
        format!("leave the data out to {verb} all {} records of {}", record.kind.name(), record.owner)
    } else if let Some(near) = crate::syntax::suggest::nearest(record.owner.as_str(), owners) {
        format!("did you mean {near}?")
    } else {
        "use `add` for new records".into()
    };
    ZoneTextError {
        kind: ZoneErrorKind::NoChange,
        message: format!(
            "there is no such {} record of {} to {verb} at that time",
            record.kind.name(),
            record.owner
        ),
        help,
        range: record.range,
    }
}
