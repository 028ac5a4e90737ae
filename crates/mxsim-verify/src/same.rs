//! Two builds of the command on the same scenarios: do they give the same results documents?
//!
//! A change that only moves or renames code must not move a number. [`RENAMED`] maps the keys of an older document to those of today, so that a
//! renamed key is no difference; [`ADDED`] lists keys that are new.

use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Keys of older documents, and what they are called today.
pub const RENAMED: &[(&str, &str)] = &[
    ("attempts", "connections_tried"),
    ("share_of_attempts", "share_of_connections"),
    ("laws", "methods"),
    ("law", "method"),
];

/// Keys of today's documents that older builds did not write.
pub const ADDED: &[&str] = &[
    "findings",
    "senders",
    "bounced_share",
    "late",
    "first",
    "last",
    "blocked_in_busiest_hour",
    "busy",
    "idle",
    "peak_busy",
    "peak_idle",
    "events",
];

/// Replications of each scenario: enough to pass the first looks of the sequential rule and the first folding of worlds.
const REPLICATIONS: &str = "40";

/// Older documents hold rounding errors below this where those of today hold zero.
const NOISE: f64 = 1e-12;

/// What of two documents is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    All,
    /// Everything but sentences: a change of wording is no difference.
    Numbers,
}

/// Keys whose values are sentences.
const SENTENCES: &[&str] = &["text", "sentence", "why", "flips", "do", "assumed", "instead", "title"];

/// The scenario files in `folder`, by name.
///
/// # Errors
/// If the folder cannot be read.
pub fn scenarios(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}

/// Runs `scenario` with both commands; returns the first difference, or `None` if there is none.
///
/// # Errors
/// If a command cannot be run or prints no document.
pub fn difference(old: &Path, new: &Path, scenario: &Path, depth: Depth) -> Result<Option<String>, String> {
    let mut before = results(old, scenario)?;
    rename(&mut before);
    Ok(first_difference("", &before, &results(new, scenario)?, depth))
}

fn results(program: &Path, scenario: &Path) -> Result<Value, String> {
    let mut command = Command::new(program);
    command.arg("run").arg(scenario).args([
        "--replications",
        REPLICATIONS,
        "--format",
        "json",
        "--exit-zero",
    ]);
    let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{} on {}: {error}", program.display(), scenario.display()))
}

/// Gives every key its name of today.
fn rename(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let renamed = std::mem::take(object).into_iter().map(|(key, mut value)| {
                rename(&mut value);
                let today =
                    RENAMED.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| (*new).to_owned());
                (today, value)
            });
            *object = renamed.collect::<Map<String, Value>>();
        }
        Value::Array(list) => list.iter_mut().for_each(rename),
        _ => {}
    }
}

/// The JSON pointer of the first difference and both values. The fingerprint is a hash of the resolved scenario, not of the results.
fn first_difference(at: &str, old: &Value, new: &Value, depth: Depth) -> Option<String> {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let added = |key: &&String| !a.contains_key(*key) && !ADDED.contains(&key.as_str());
            if let Some(key) = a.keys().find(|key| !b.contains_key(*key)).or_else(|| b.keys().find(added)) {
                return Some(format!("{at}/{key} stands in one of them only"));
            }
            let passed_over =
                |key: &str| key == "fingerprint" || (depth == Depth::Numbers && SENTENCES.contains(&key));
            let differs = |(key, value): (&String, &Value)| {
                first_difference(&format!("{at}/{key}"), value, &b[key], depth)
            };
            a.iter().filter(|(key, _)| !passed_over(key)).find_map(differs)
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let differs =
                |(i, (a, b)): (usize, (&Value, &Value))| first_difference(&format!("{at}/{i}"), a, b, depth);
            a.iter().zip(b).enumerate().find_map(differs)
        }
        _ => (old != new && !(is_noise(old) && is_noise(new))).then(|| format!("{at}: {old} became {new}")),
    }
}

fn is_noise(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.abs() < NOISE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_pointer() {
        let (old, new) = (json!({"a": [1, {"b": 2.5}]}), json!({"a": [1, {"b": 2.6}]}));
        assert_eq!(first_difference("", &old, &old, Depth::All), None);
        assert_eq!(first_difference("", &old, &new, Depth::All), Some("/a/1/b: 2.5 became 2.6".into()));
        assert_eq!(
            first_difference("", &old, &json!({}), Depth::All),
            Some("/a stands in one of them only".into())
        );
    }

    #[test]
    fn a_key_that_older_builds_lack_is_no_difference_and_one_that_is_lost_is() {
        let (old, new) = (json!({"n": 1}), json!({"n": 1, "findings": []}));
        assert_eq!(first_difference("", &old, &new, Depth::All), None);
        assert!(first_difference("", &new, &old, Depth::All).is_some());
        assert!(first_difference("", &old, &json!({"n": 1, "m": 2}), Depth::All).is_some());
    }

    #[test]
    fn rounding_noise_that_became_zero_is_no_difference() {
        assert_eq!(first_difference("", &json!(-2.7e-17), &json!(0.0), Depth::All), None);
        assert!(first_difference("", &json!(1e-11), &json!(0.0), Depth::All).is_some());
    }

    #[test]
    fn wording_is_no_difference_where_numbers_are_compared() {
        let (old, new) = (json!({"why": "so", "n": 1}), json!({"why": "because", "n": 1}));
        assert_eq!(first_difference("", &old, &new, Depth::Numbers), None);
        assert!(first_difference("", &old, &new, Depth::All).is_some());
    }
}
