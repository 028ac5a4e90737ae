//! Texts of the project as inputs to start from.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders with scenarios.
const SCENARIOS: [&str; 6] = [
    "scenarios",
    "crates/mxsim-import/templates",
    "crates/mxsim/templates",
    "crates/mxsim-core/tests/fixtures/good",
    "crates/mxsim-core/tests/fixtures/bad",
    "crates/mxsim-verify/data/fuzz/scenario",
];

/// Folders with zone texts.
const ZONES: [&str; 2] = ["crates/mxsim-core/tests/fixtures/good", "crates/mxsim-verify/data/fuzz/zone"];

/// Texts of scenarios in files that end like this, in the order of their names.
#[must_use]
pub fn scenarios(ending: &str) -> Vec<String> {
    SCENARIOS.iter().flat_map(|folder| texts(folder, &[ending])).collect()
}

/// Zone texts: those in files of their own, and those in scenarios.
#[must_use]
pub fn zones() -> Vec<String> {
    let files = ZONES.iter().flat_map(|folder| texts(folder, &["zone", "txt"]));
    let embedded = scenarios("toml").into_iter().filter_map(|scenario| {
        let document: toml::Table = scenario.parse().ok()?;
        Some(document.get("zone")?.get("text")?.as_str()?.to_owned())
    });
    files.chain(embedded).collect()
}

/// Texts of the files in a folder of the project that have one of these endings.
fn texts(folder: &str, endings: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let wanted = |path: &PathBuf| {
        path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(wanted).collect();
    files.sort();
    files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_has_something() {
        for folder in SCENARIOS {
            assert!(!texts(folder, &["toml", "json"]).is_empty(), "{folder}");
        }
        for folder in ZONES {
            assert!(!texts(folder, &["zone", "txt"]).is_empty(), "{folder}");
        }
        assert!(zones().len() > 20);
    }
}
