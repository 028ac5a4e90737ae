//! What the library brings as text and reads when it is first asked for: a command that needs three presets of a hundred reads three.

use crate::syntax::diagnostic::ScenarioError;
use std::sync::OnceLock;

/// A file of the catalogue, read or not yet.
#[derive(Debug, Clone)]
pub(super) struct Lazy<T> {
    read: OnceLock<T>,
    file: &'static str,
    text: &'static str,
}

impl<T> Lazy<T> {
    /// An embedded file that nobody has asked for yet: its name and text.
    pub(super) const fn embedded(file: &'static str, text: &'static str) -> Self {
        Self { read: OnceLock::new(), file, text }
    }

    /// Something that has been read.
    pub(super) fn read(value: T) -> Self {
        Self { read: OnceLock::from(value), file: "", text: "" }
    }

    /// What stands in the file; `read` is called with its name and text the first time.
    ///
    /// # Panics
    /// If an embedded file is wrong, which a test rules out.
    pub(super) fn get(
        &self,
        read: impl FnOnce(&'static str, &'static str) -> Result<T, ScenarioError>,
    ) -> &T {
        self.read.get_or_init(|| match read(self.file, self.text) {
            Ok(value) => value,
            Err(error) => panic!("an embedded file is wrong:\n{error}"),
        })
    }
}
