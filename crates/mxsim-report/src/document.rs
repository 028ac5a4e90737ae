//! The results document as JSON: what `--format json` writes and `mxsim report` reads.
//!
//! Keys keep the order of the document's definition, so that two files can be compared by line. A field this version does not know is
//! passed over, because adding a field keeps the schema's number; any other schema is refused by name.

use mxsim_core::results::{Results, SCHEMA};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;

use crate::ReportError;
use crate::outgoing::{LONGEST_QUOTE, cut, in_json, visible};

/// Longest reason against a document (characters): the names in it are of whoever wrote it.
const LONGEST_REASON: usize = 300;

/// The results document as indented JSON with a newline at its end.
///
/// # Panics
///
/// Never: the document has string keys only and is written to memory.
#[must_use]
pub fn json(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results).expect("results have string keys only");
    text.push('\n');
    in_json(&text)
}

/// Any other document as indented JSON with a newline at its end. Keys are in alphabetical order.
///
/// ```
/// use mxsim_core::study::judge::{CountedSplit, judge};
/// let judgement = judge(&CountedSplit::new([340, 330, 330]))?;
/// assert!(mxsim_report::pretty(&judgement).starts_with("{\n  \"answer\": \"luck\",\n"));
/// # Ok::<(), mxsim_core::study::judge::JudgeError>(())
/// ```
///
/// # Panics
///
/// If the document has keys that are no strings; none of mxsim has.
#[must_use]
pub fn pretty(document: &impl Serialize) -> String {
    let value = serde_json::to_value(document).expect("documents have string keys only");
    in_json(&format!("{value:#}\n"))
}

/// Reads a results document.
///
/// ```
/// let error = mxsim_report::from_json(r#"{"schema": "mxsim.results/2"}"#).unwrap_err();
/// assert!(error.to_string().contains("this mxsim reads `mxsim.results/1`"));
/// ```
///
/// # Errors
///
/// Text that is not JSON, ends too early, is another document than `mxsim.results/1`, or lacks a field.
pub fn from_json(text: &str) -> Result<Results, ReportError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ReportError::document("it is empty; was the run that writes it stopped?"));
    }
    match serde_json::from_str::<Results>(text) {
        Ok(results) => possible(results),
        Err(error) => Err(why_not(text, &error)),
    }
}

/// The document, unless it is one that no run writes.
fn possible(results: Results) -> Result<Results, ReportError> {
    check_schema(Some(&results.schema))?;
    match results.check_possible() {
        Ok(()) => Ok(results),
        Err(why) => {
            let why = visible(&cut(&why, LONGEST_REASON));
            Err(ReportError::document(format!("{why}; no run comes to that: was it edited?")))
        }
    }
}

/// What stands in the place of a schema's name.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    schema: Option<Value>,
}

/// Why a text that is no results document is none: the first of what its reader needs that it lacks.
fn why_not(text: &str, error: &serde_json::Error) -> ReportError {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return not_json(&error);
    }
    let named = serde_json::from_str::<Named>(text).ok().and_then(|named| named.schema);
    check_schema(named.as_ref().and_then(Value::as_str)).err().unwrap_or_else(|| {
        ReportError::document(format!(
            "{error}; it says `{SCHEMA}` but does not hold what that promises: was it edited, or written by an older mxsim?"
        ))
    })
}

fn not_json(error: &serde_json::Error) -> ReportError {
    let place = format!("line {}, column {}", error.line(), error.column());
    ReportError::document(match error.classify() {
        Category::Eof => format!("it ends too early ({place}); the copy is cut short or the disk was full"),
        _ => format!(
            "it is not JSON ({place}: {error}); give a file written by `mxsim run SCENARIO --format json -o FILE`"
        ),
    })
}

fn check_schema(schema: Option<&str>) -> Result<(), ReportError> {
    let Some(schema) = schema else {
        return Err(ReportError::document(format!(
            "it has no `schema` of its own, so it is no results document; expected `\"schema\": \"{SCHEMA}\"`"
        )));
    };
    if schema == SCHEMA {
        return Ok(());
    }
    let shown = cut(schema, LONGEST_QUOTE);
    let kind = SCHEMA.split('/').next().unwrap_or(SCHEMA);
    let same_kind = schema.split('/').next() == Some(kind);
    Err(ReportError::document(if same_kind {
        format!(
            "it is written as `{shown}`, this mxsim reads `{SCHEMA}`; use the version of mxsim that wrote it"
        )
    } else {
        format!("it is a `{shown}` document, expected `{SCHEMA}`, which `mxsim run` writes")
    }))
}
