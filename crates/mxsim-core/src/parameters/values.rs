//! Values of parameters, out of a table and back into TOML literals.
//!
//! All shapes have been checked before: a value that does not fit has been reported, and is skipped here.

use super::words::{Worded, value_of, word_of};
use crate::syntax::literal;
use crate::syntax::quantity;
use crate::syntax::tree::{Table, Value};
use crate::time::Span;

/// Overwrites `target` if there is a value.
pub(super) fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// Returns the value of the word at `key`.
pub(super) fn chosen<T: Worded>(table: &Table, key: &str) -> Option<T> {
    table.text(key).and_then(value_of)
}

/// Returns the duration a value holds.
pub(crate) fn span(value: &Value) -> Option<Span> {
    quantity::duration(value.as_text()?).ok()
}

/// Returns the duration at `key`.
pub(crate) fn span_at(table: &Table, key: &str) -> Option<Span> {
    table.get(key).and_then(span)
}

/// Returns the whole number a value holds, if it fits into `T`.
pub(super) fn number<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    value.as_integer().and_then(|number| T::try_from(number).ok())
}

/// Returns the whole number at `key`, if it fits into `T`.
pub(super) fn number_at<T: TryFrom<i128>>(table: &Table, key: &str) -> Option<T> {
    table.get(key).and_then(number)
}

/// Reads the value at `key`, where the word `absent` stands for none.
pub(super) fn unless<T>(
    table: &Table,
    key: &str,
    absent: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<Option<T>> {
    let value = table.get(key)?;
    if value.as_text() == Some(absent) { Some(None) } else { read(value).map(Some) }
}

/// Writes the word of a value.
pub(super) fn quoted_word<T: Worded>(value: T) -> String {
    literal::text(word_of(value).unwrap_or_default())
}

/// Writes a duration, or `word` if there is none.
pub(super) fn or_word(span: Option<Span>, word: &str) -> String {
    span.map_or_else(|| literal::text(word), literal::span)
}

/// Writes a number, or `unlimited` if there is none.
pub(super) fn or_unlimited(number: Option<impl ToString>) -> String {
    number.map_or_else(|| literal::text("unlimited"), |number| number.to_string())
}
