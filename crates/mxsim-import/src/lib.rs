//! From files to scenarios: the one place, besides the command itself, that opens files.
//!
//! The zone text inside a scenario is read by the core, because a scenario may hold it in full; what is here finds the texts, makes
//! sure they are texts, and wraps a bare zone in the scenario that `mxsim ask` and `mxsim check` run.
//!
//! Whatever reads a scenario is handed the catalogue whose presets it may name: that of [`catalog`].
//!
//! Main functions: [`scenario`], [`scenario_or_zone`], [`zone_scenario`], [`equal_mx_scenario`], [`catalog`], [`read_text`].

mod catalog;
mod question;
mod text;

pub use catalog::catalog;
pub use question::{equal_mx_scenario, zone_scenario};
pub use text::{MOST_BYTES, read_text, read_text_up_to};

use mxsim_core::catalog::Catalog;
use mxsim_core::scenario::{Format, RunOverrides, Scenario, ScenarioError, SourceText};
use std::fmt;
use std::path::Path;

/// Why something could not be brought in.
#[derive(Debug)]
pub enum ImportError {
    /// A file could not be read.
    File(String),
    /// What was read is not a text.
    Text(String),
    /// The scenario or zone in it is wrong.
    Scenario(Box<ScenarioError>),
    /// Presets are wrong; one error per file.
    Presets(Vec<ScenarioError>),
}

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(why) | Self::Text(why) => f.write_str(why),
            Self::Scenario(error) => error.fmt(f),
            Self::Presets(errors) => {
                let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join("\n"))
            }
        }
    }
}

impl From<ScenarioError> for ImportError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(Box::new(error))
    }
}

/// Reads the scenario at `path` (`-` is standard input), with the zone file it may name beside it.
///
/// # Errors
/// If a file cannot be read, is no text, or the scenario is wrong.
pub fn scenario(path: &str, catalog: &Catalog, overrides: RunOverrides) -> Result<Scenario, ImportError> {
    read_scenario(path, read_text(path)?, catalog, overrides)
}

/// The same for a text that may be a bare zone instead of a scenario.
///
/// # Errors
/// If a file cannot be read, is no text, or the scenario or zone is wrong.
pub fn scenario_or_zone(path: &str, catalog: &Catalog) -> Result<Scenario, ImportError> {
    let text = read_text(path)?;
    if looks_like_zone(path, &text) {
        return question::bare_zone(path, &text, catalog);
    }
    read_scenario(path, text, catalog, RunOverrides::default())
}

fn read_scenario(
    path: &str,
    text: String,
    catalog: &Catalog,
    overrides: RunOverrides,
) -> Result<Scenario, ImportError> {
    let name = if path == "-" { "standard input" } else { path };
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let beside = |file: &str| match file {
        "-" => Err("a scenario cannot take its zone from standard input".to_owned()),
        _ => read_text(&folder.join(file).to_string_lossy()).map_err(|error| error.to_string()),
    };
    let source = SourceText { name: name.into(), format: Format::guess(path, &text), text };
    Ok(Scenario::read_with(&source, catalog, &beside, overrides)?)
}

/// A scenario is named `.toml` or `.json` or starts with a table, a key or a brace; anything else is taken for a zone.
fn looks_like_zone(path: &str, text: &str) -> bool {
    let named = [".toml", ".json"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let first = lines.next().unwrap_or("");
    !named && !first.is_empty() && !first.starts_with(['[', '{']) && !first.contains('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_scenarios_are_told_apart() {
        assert!(looks_like_zone(
            "-",
            "; <<>> DiG 9.18 <<>> MX example.com\nexample.com. 300 IN MX 10 mx1.example.com.\n"
        ));
        assert!(looks_like_zone("zone.txt", "$ORIGIN example.com.\n"));
        assert!(!looks_like_zone("-", "# a scenario\n[zone]\n"));
        assert!(!looks_like_zone("-", "title = \"x\"\n"));
        assert!(!looks_like_zone("a.json", "broken"));
        assert!(!looks_like_zone("-", "  {\"zone\": {}}"));
    }
}
