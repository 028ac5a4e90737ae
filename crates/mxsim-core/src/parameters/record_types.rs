//! Lists of record types, which caches and answer orders both have.

use super::words::{Worded, Words, value_of, words};
use crate::dns::{RecordType, TypeSet};
use crate::syntax::literal;
use crate::syntax::shape::{Shape, word};
use crate::syntax::tree::Value;

/// A list of record types, perhaps an empty one.
pub(super) const TYPES: Shape = Shape::List { of: &word(words::<RecordType>), least: 0, only: &[] };

impl Worded for RecordType {
    const WORDS: Words<Self> = &[("MX", Self::Mx, ""), ("A", Self::A, ""), ("AAAA", Self::Aaaa, "")];
}

/// Reads a list of record types.
pub(super) fn types(value: &Value) -> Option<TypeSet> {
    let mut set = TypeSet::NONE;
    for item in value.as_list()? {
        match value_of(item.as_text()?)? {
            RecordType::Mx => set.mx = true,
            RecordType::A => set.a = true,
            RecordType::Aaaa => set.aaaa = true,
        }
    }
    Some(set)
}

/// Writes a list of record types.
pub(super) fn written_types(types: TypeSet) -> String {
    let names = RecordType::WORDS.iter().filter(|(_, record_type, _)| types.contains(*record_type));
    let names: Vec<String> = names.map(|(name, ..)| literal::text(name)).collect();
    format!("[{}]", names.join(", "))
}
