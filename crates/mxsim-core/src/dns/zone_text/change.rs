//! Changes of a zone: records taken away, added or put in the place of others.

use super::fault::{ZoneErrorKind, ZoneTextError};
use super::kind::RecordKind;
use super::read::{Data, Record};
use crate::dns::zone::Name;
use crate::syntax::diagnostic::MOST_HELPED;
use crate::time::Span;
use std::collections::{BTreeMap, BTreeSet};

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
            let new = with_ttl_of_sets(change, records);
            records.extend(new);
        }
        Edit::Remove => remove(change, records, errors),
        Edit::Replace => replace(change, records, errors),
    }
}

/// A set of records: its owner and its type.
type Set<'r> = (&'r Name, RecordKind);

const fn set_of(record: &Record) -> Set<'_> {
    (&record.owner, record.kind)
}

/// New records without a TTL join their sets with the TTL of these.
fn with_ttl_of_sets(new: &[Record], records: &[Record]) -> Vec<Record> {
    let wanted: BTreeSet<Set<'_>> = new.iter().map(set_of).collect();
    let mut inherited: BTreeMap<Set<'_>, Span> = BTreeMap::new();
    for old in records.iter().filter(|old| wanted.contains(&set_of(old))) {
        let ttl = old.ttl.into_iter().chain(inherited.get(&set_of(old)).copied()).min();
        inherited.extend(ttl.map(|ttl| (set_of(old), ttl)));
    }
    let joined =
        |new: &Record| Record { ttl: new.ttl.or(inherited.get(&set_of(new)).copied()), ..new.clone() };
    new.iter().map(joined).collect()
}

fn remove(patterns: &[Record], records: &mut Vec<Record>, errors: &mut Vec<ZoneTextError>) {
    let mut sets: BTreeMap<Set<'_>, BTreeMap<&Option<Data>, Vec<usize>>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        sets.entry(set_of(record)).or_default().entry(&record.data).or_default().push(at);
    }
    let mut gone = BTreeSet::new();
    for pattern in patterns {
        let hit: Vec<usize> = match (&pattern.data, sets.get_mut(&set_of(pattern))) {
            (_, None) => Vec::new(),
            (None, Some(set)) => std::mem::take(set).into_values().flatten().collect(),
            (data, Some(set)) => set.remove(data).unwrap_or_default(),
        };
        if hit.is_empty() {
            errors.push(nothing_there(pattern, "remove", records, errors.len()));
        }
        gone.extend(hit);
    }
    let mut at = 0..;
    records.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
}

fn replace(change: &[Record], records: &mut Vec<Record>, errors: &mut Vec<ZoneTextError>) {
    let there: BTreeSet<Set<'_>> = records.iter().map(set_of).collect();
    for new in change.iter().filter(|new| !there.contains(&set_of(new))) {
        errors.push(nothing_there(new, "replace", records, errors.len()));
    }
    let new = with_ttl_of_sets(change, records);
    let replaced: BTreeSet<Set<'_>> = new.iter().map(set_of).collect();
    records.retain(|old| !replaced.contains(&set_of(old)));
    records.extend(new);
}

/// After `so_many` errors like it, nobody looks for the record that was meant.
fn nothing_there(record: &Record, verb: &str, records: &[Record], so_many: usize) -> ZoneTextError {
    let looked_at = if so_many < MOST_HELPED { records } else { &[] };
    let same_kind = looked_at.iter().filter(|old| old.kind == record.kind);
    let owners: Vec<&str> = same_kind.map(|old| old.owner.as_str()).collect();
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
