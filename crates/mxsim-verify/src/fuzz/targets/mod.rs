//! Readers, one a file.

mod part;
mod scenario;
mod second_reader;
mod zone;

pub(crate) use scenario::reads_back;

use super::Target;

/// All of them.
#[must_use]
pub fn all() -> Vec<&'static dyn Target> {
    vec![&scenario::TOML, &scenario::JSON, &zone::ZoneText, &part::PartOfRun]
}

/// The bytes `start..end` stand in a text of `length` bytes, and between its characters.
///
/// # Errors
/// If they do not.
fn stands_in(text: &str, start: usize, end: usize) -> Result<(), String> {
    if start > end || end > text.len() {
        return Err(format!("an error at bytes {start} to {end} of {}", text.len()));
    }
    if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
        return Err(format!("an error at bytes {start} to {end}, inside a character"));
    }
    Ok(())
}

/// Two readings of one text are the same.
///
/// # Errors
/// If they are not.
fn same<T: PartialEq>(what: &str, one: &T, other: &T) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what} differ")) }
}
