//! Keys of tables: their names, what they are for, and what may stand there.

use super::Shape;

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// What its value may look like.
    pub(crate) shape: Shape,
    /// The default in words; empty if it is required.
    pub(crate) default: &'static str,
    /// What it is for.
    pub(crate) doc: &'static str,
    /// Whether it has to be, may be or cannot yet be written.
    pub(crate) need: Need,
    /// How single values, or the key itself, read in English; see [`Key::reads`].
    pub(crate) english: English,
}

/// What stands in the document, and how that reads in English.
pub(crate) type English = fn() -> Vec<(&'static str, &'static str)>;

/// Whether a key has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It may be left out.
    Optional,
    /// It must be there.
    Required,
    /// A later version will know it.
    Later,
}

/// A key that may be left out.
pub(crate) const fn optional(
    name: &'static str,
    shape: Shape,
    default: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, shape, default, doc, need: Need::Optional, english: Vec::new }
}

/// A key that must be there.
pub(crate) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { need: Need::Required, ..optional(name, shape, "", doc) }
}

/// A key of a later version, with what it will be for.
pub(crate) const fn later(name: &'static str, doc: &'static str) -> Key {
    Key { need: Need::Later, ..optional(name, Shape::Text, "", doc) }
}

impl Key {
    /// Adds the English for values that say little by themselves, such as `unlimited`; of a key inside a table also for its own name. What has
    /// none reads as it is written.
    pub(crate) const fn reads(self, english: English) -> Self {
        Self { english, ..self }
    }
}

/// Two lists of keys as one.
pub(crate) const fn joined<const N: usize>(first: &[Key], second: &[Key]) -> [Key; N] {
    assert!(first.len() + second.len() == N, "the length of the joined list is written wrong");
    let mut all = [first[0]; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < first.len() { first[i] } else { second[i - first.len()] };
        i += 1;
    }
    all
}

/// Names of the keys known today.
pub(crate) fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().filter(|key| key.need != Need::Later).map(|key| key.name).collect()
}
