//! What a document may refer to by its id: presets and populations, as a catalogue knows them.

use std::fmt;

/// The ids that a document may name.
pub(crate) trait KnownIds: fmt::Debug + Send + Sync {
    /// True if there is a preset of this kind, such as `sender`, with this id.
    fn has_preset(&self, kind: &str, id: &str) -> bool;

    /// The ids of the presets of a kind, in alphabetical order.
    fn preset_ids(&self, kind: &str) -> Vec<String>;

    /// The ids of the populations, in alphabetical order.
    fn population_ids(&self) -> Vec<String>;
}

/// Nothing can be named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoIds;

impl KnownIds for NoIds {
    fn has_preset(&self, _kind: &str, _id: &str) -> bool {
        false
    }

    fn preset_ids(&self, _kind: &str) -> Vec<String> {
        Vec::new()
    }

    fn population_ids(&self) -> Vec<String> {
        Vec::new()
    }
}
