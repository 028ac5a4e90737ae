//! Keys and shapes that several groups share.

use super::words::{Worded, english, words};
use crate::results::Grade;
use crate::syntax::shape::{Key, Shape, optional, word};

/// The default of every parameter: a scenario lays its overrides over a preset.
pub(super) const AS_PRESET: &str = "as the preset";

/// Most sites times outbound hosts of one sender, and most caches of one resolver.
pub(crate) const MOST_CHOOSERS: i128 = 10_000_000;

/// A number of things, at least one.
pub(super) const COUNT: Shape = Shape::Integer { least: 1, most: 1_000_000 };

/// A parameter that a scenario may leave to the preset.
pub(super) const fn parameter(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    optional(name, shape, AS_PRESET, doc)
}

/// A parameter whose value is one of the words of `T`.
pub(super) const fn worded<T: Worded>(name: &'static str, doc: &'static str) -> Key {
    parameter(name, word(words::<T>), doc).reads(english::<T>)
}

/// The word for no limit.
pub(super) fn unlimited() -> Vec<&'static str> {
    vec!["unlimited"]
}

/// The words for how well something is known.
pub(crate) fn grades() -> Vec<&'static str> {
    Grade::ALL.map(Grade::name).to_vec()
}

/// Returns the keys inside a value, if it may be a table.
pub(super) fn inner(shape: &'static Shape) -> Option<&'static [Key]> {
    match shape {
        Shape::Table(keys) | Shape::Choice(keys) => Some(keys),
        Shape::AnyOf(shapes) => shapes.iter().find_map(inner),
        _ => None,
    }
}
