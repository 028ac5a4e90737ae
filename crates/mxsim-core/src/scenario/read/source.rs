//! What a scenario is read from, and what the command line says beside it.

use crate::syntax::diagnostic::Place;
use crate::syntax::quantity;
use crate::syntax::tree::{Entry, Kind, Value, shortened};
use crate::time::{Span, Time};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML 1.0.
    Toml,
    /// JSON, with the same keys.
    Json,
}

impl Format {
    /// JSON if the file name ends in `.json` or, without a telling name, if the text starts with a brace; TOML otherwise.
    #[must_use]
    pub fn guess(name: &str, text: &str) -> Self {
        let ends_in = |end: &str| name.to_ascii_lowercase().ends_with(end);
        let starts_with_brace = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        if ends_in(".json") || (!ends_in(".toml") && starts_with_brace) { Self::Json } else { Self::Toml }
    }
}

/// The text of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// File name, or what else errors shall call it.
    pub name: String,
    /// The text.
    pub text: String,
    /// How it is written.
    pub format: Format,
}

/// What a command line says instead of `[run]` and `[zone]`; `None` leaves it to the scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunOverrides {
    /// Replications.
    pub replications: Option<u64>,
    /// Seed of all randomness.
    pub seed: Option<u64>,
    /// The span a share is measured over; at least a minute.
    pub window: Option<Span>,
    /// How long each replication measures; a whole number of windows.
    pub run_length: Option<Span>,
    /// The mail domain, where the zone has several.
    pub domain: Option<String>,
}

impl RunOverrides {
    /// Writes the mail domain into the document, so that it is read as one that stands there.
    pub(super) fn name_domain(&self, document: &mut Value) {
        let Kind::Table(table) = &mut document.kind else { return };
        let zone = table.entries.iter_mut().find(|entry| entry.key == "zone");
        let (Some(name), Some(Kind::Table(zone))) = (&self.domain, zone.map(|zone| &mut zone.value.kind))
        else {
            return;
        };
        let value = Value { kind: Kind::Text(name.clone()), place: Place::File };
        zone.entries.retain(|entry| entry.key != "domain");
        zone.entries.push(Entry { key: "domain".into(), key_place: Place::File, value });
    }
}

/// Reads a duration as scenarios write it: `5m`, `1h 30m`, `2 days`.
///
/// # Errors
/// The rule that `text` breaks and what to write instead.
pub fn parse_duration(text: &str) -> Result<Span, String> {
    quantity::duration(text)
        .map_err(|error| format!("expected {}, found {}; {}", error.rule, shortened(text), error.help))
}

/// Reads a point in time as scenarios write it: `10:00` of the first measured day, `2d 10:00` of the third, or a duration such as `36h`.
///
/// # Errors
/// The rule that `text` breaks and what to write instead.
pub fn parse_moment(text: &str) -> Result<Time, String> {
    quantity::moment(text)
        .map_err(|error| format!("expected {}, found {}; {}", error.rule, shortened(text), error.help))
}
