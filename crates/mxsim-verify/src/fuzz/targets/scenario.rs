//! The reader of scenarios, as TOML and as JSON.
//!
//! What is accepted can be written with every default (`check --resolved`), that text is read back as the same scenario, and writing it again gives
//! the same text. What is refused has errors at places that exist, and they can be printed.

use super::{same, stands_in};
use crate::fuzz::json::as_json;
use crate::fuzz::{Target, Verdict, corpus};
use mxsim_core::scenario::{Diagnostic, Format, Place, Scenario, ScenarioError, schema};
use mxsim_core::syntax::diagnostic::{CODES, MOST_KEPT};
use serde_json::Value;
use std::collections::BTreeSet;

/// Scenarios in one language.
#[derive(Debug)]
pub(super) struct Language(Format);

pub(super) const TOML: Language = Language(Format::Toml);
pub(super) const JSON: Language = Language(Format::Json);

impl Target for Language {
    fn name(&self) -> &'static str {
        match self.0 {
            Format::Toml => "scenario-toml",
            Format::Json => "scenario-json",
        }
    }

    fn corpus(&self) -> Vec<Vec<u8>> {
        let toml = corpus::scenarios("toml");
        let texts = match self.0 {
            Format::Toml => toml,
            Format::Json => {
                let translated = toml.iter().filter_map(|text| as_json(text));
                corpus::scenarios("json").into_iter().chain(translated).collect()
            }
        };
        texts.into_iter().map(String::into_bytes).collect()
    }

    /// Keys and words of the JSON Schema, and values of each kind that some key takes.
    fn words(&self) -> Vec<String> {
        let mut words = BTreeSet::new();
        if let Ok(schema) = serde_json::to_value(schema()) {
            collect(&schema, &mut words);
        }
        let values = [
            "\"5m\"",
            "\"1h 30m\"",
            "\"0s\"",
            "\"3650d\"",
            "\"10:00\"",
            "\"2d 10:00\"",
            "\"38 %\"",
            "\"rest\"",
            "\"unlimited\"",
            "\"none\"",
            "true",
            "false",
            "null",
            "[]",
            "{}",
            "\"\"",
            "postfix",
            "exim",
            "unbound",
            "192.0.2.1",
            "2001:db8::1",
            "mx1",
            "*",
        ];
        let long = [97, 100, 101, 261].map(|length| format!("\"{}\"", "n".repeat(length)));
        words.into_iter().chain(values.map(str::to_owned)).chain(long).collect()
    }

    fn run(&self, input: &[u8]) -> Result<Verdict, String> {
        let text = String::from_utf8_lossy(input);
        match (read(&text, self.0), read(&text, self.0)) {
            (Ok(scenario), Ok(again)) => {
                same("fingerprints of two readings", &scenario.fingerprint(), &again.fingerprint())?;
                same("cautions of two readings", &scenario.cautions, &again.cautions)?;
                if let (Format::Toml, Some(twin)) = (self.0, as_json(&text)) {
                    is_twin(&scenario, &twin)?;
                }
                reads_back(&scenario).map(|()| Verdict::Accepted)
            }
            (Err(error), Err(again)) => {
                same("errors of two readings", &error, &again)?;
                can_be_mended(&error).map(|()| Verdict::Refused)
            }
            _ => Err("one reading accepts and another refuses".into()),
        }
    }
}

fn read(text: &str, format: Format) -> Result<Scenario, ScenarioError> {
    match format {
        Format::Toml => Scenario::from_toml(text),
        Format::Json => Scenario::from_json(text),
    }
}

/// The same document in JSON is the same scenario.
fn is_twin(scenario: &Scenario, twin: &str) -> Result<(), String> {
    match Scenario::from_json(twin) {
        Ok(twin) => same("fingerprints of TOML and JSON", &scenario.fingerprint(), &twin.fingerprint()),
        Err(error) => Err(format!("what is accepted as TOML is refused as JSON\n{error}\n{twin}")),
    }
}

/// The resolved text is the same scenario.
pub(crate) fn reads_back(scenario: &Scenario) -> Result<(), String> {
    let resolved = scenario.resolved();
    let again = Scenario::from_toml(&resolved).map_err(|error| {
        let first = &error.diagnostics[0];
        format!("its resolved text is refused with {}\n{}\n{resolved}", first.code, first.message)
    })?;
    let differ = |what: &str, other: &str| {
        format!("the {what} of its resolved text differs\n{resolved}\n---\n{other}")
    };
    if again.resolved() != resolved {
        return Err(differ("resolved text", &again.resolved()));
    }
    if again.fingerprint() != scenario.fingerprint() {
        return Err(differ("fingerprint", &again.fingerprint()));
    }
    let total: f64 = scenario.senders.iter().filter(|sender| sender.wanted).map(|sender| sender.share).sum();
    if (total - 1.0).abs() > 1e-9 { Err(format!("shares add up to {total}")) } else { Ok(()) }
}

/// Every error has a code, something to say and a place that exists, and all can be printed.
fn can_be_mended(error: &ScenarioError) -> Result<(), String> {
    if error.diagnostics.is_empty() || error.diagnostics.len() > MOST_KEPT {
        return Err(format!("it is refused with {} errors", error.diagnostics.len()));
    }
    error.diagnostics.iter().try_for_each(|diagnostic| has_a_place(diagnostic, error))?;
    let starts: Vec<_> = error.diagnostics.iter().map(start).collect();
    if !starts.is_sorted() {
        return Err("errors are not in the order of their places".into());
    }
    is_printed(error)
}

/// Every error has a line, and none steers the terminal.
fn is_printed(error: &ScenarioError) -> Result<(), String> {
    let printed = error.to_string();
    if printed.lines().count() < error.diagnostics.len() {
        return Err("not every error is printed".into());
    }
    match printed.chars().find(|c| c.is_control() && *c != '\n') {
        Some(c) => Err(format!("an error is printed with a control character\n{c:?}")),
        None => Ok(()),
    }
}

fn has_a_place(diagnostic: &Diagnostic, error: &ScenarioError) -> Result<(), String> {
    if diagnostic.message.is_empty() || !CODES.iter().any(|(code, _)| *code == diagnostic.code) {
        return Err(format!("an error without words or a code\n{diagnostic:?}"));
    }
    let Some(source) = error.sources.get(diagnostic.source) else {
        return Err(format!("an error in source {} of {}", diagnostic.source, error.sources.len()));
    };
    match &diagnostic.place {
        Place::Span { start, end } => stands_in(&source.text, *start, *end)
            .map_err(|why| format!("{why}\n{}: {}", diagnostic.code, diagnostic.message)),
        Place::Pointer(pointer) if pointer.to_string().chars().any(char::is_control) => {
            Err(format!("an error at a pointer with a control character\n{pointer:?}"))
        }
        Place::Pointer(pointer)
            if !pointer.to_string().is_empty() && !pointer.to_string().starts_with('/') =>
        {
            Err(format!("an error at a pointer that is none\n{pointer}"))
        }
        Place::Pointer(_) | Place::File => Ok(()),
    }
}

fn start(diagnostic: &Diagnostic) -> (usize, usize) {
    match diagnostic.place {
        Place::Span { start, .. } => (diagnostic.source, start),
        Place::File | Place::Pointer(_) => (diagnostic.source, 0),
    }
}

/// The keys and words of a JSON Schema.
fn collect(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                if key == "properties"
                    && let Value::Object(keys) = value
                {
                    words.extend(keys.keys().cloned());
                }
                collect(value, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::String(word) if word.len() < 30 && !word.contains(' ') => drop(words.insert(word.clone())),
        _ => {}
    }
}
