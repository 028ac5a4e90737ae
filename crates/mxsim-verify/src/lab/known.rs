//! `known.toml`: runs that disagree with the model, each with the cause and the evidence for it.

use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// A run that is known to disagree.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Its name: that of its file without ending.
    pub run: String,
    /// Why it disagrees.
    pub cause: String,
    /// How that is known.
    pub evidence: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Known>,
}

/// The runs named in `known.toml` of `folder`, if there is one.
///
/// # Errors
/// If it cannot be read, is malformed or leaves something empty.
pub fn read(folder: &Path) -> Result<Vec<Known>, String> {
    let path = folder.join("known.toml");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let is_empty = |known: &&Known| known.cause.trim().is_empty() || known.evidence.trim().is_empty();
    match file.known.iter().find(is_empty) {
        Some(known) => Err(format!("{}: {} needs a cause and evidence", path.display(), known.run)),
        None => Ok(file.known),
    }
}
