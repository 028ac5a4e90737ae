//! Why a path names no key of a scenario.

use std::fmt;

/// Why a path names no key; one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchKey(pub(super) String);

impl std::error::Error for NoSuchKey {}

impl fmt::Display for NoSuchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
