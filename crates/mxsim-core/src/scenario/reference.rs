//! What the key tables say, for machines (JSON Schema) and for people (Markdown).

use crate::catalog::Catalog;
use crate::outgoing::LONGEST_TITLE;
use crate::scenario::keys::DOCUMENT;
use crate::syntax::diagnostic::CODES;
use crate::syntax::ids::KnownIds;
use crate::syntax::quantity::{DURATION_PATTERN, SHARE_PATTERN, SMALLEST, moment_pattern};
use crate::syntax::shape::{
    EVERY, Key, LONGEST_HOST_NAME, LONGEST_NAME, MOST_BESIDE, NAME_OR_EVERY_PATTERN, Need,
    PLAIN_NAME_PATTERN, Shape, names,
};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The JSON Schema (draft 2020-12) of a scenario. It refuses unknown keys and wrong types; what only shows when values are put together,
/// such as shares above 100 %, is left to the reader.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table_schema(DOCUMENT);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".into(), json!("mxsim scenario"));
    }
    schema
}

fn known(keys: &[Key]) -> impl Iterator<Item = &Key> {
    keys.iter().filter(|key| key.need != Need::Later)
}

fn table_schema(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in known(keys) {
        let mut schema = shape_schema(&key.shape);
        if let Value::Object(members) = &mut schema {
            members.insert("description".into(), json!(key.doc));
        }
        properties.insert(key.name.into(), schema);
    }
    let required: Vec<&str> =
        keys.iter().filter(|key| key.need == Need::Required).map(|key| key.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn population_ids() -> Vec<&'static str> {
    Catalog::builtin().populations().map(|population| population.id.as_str()).collect()
}

fn shape_schema(shape: &Shape) -> Value {
    match shape {
        Shape::Text | Shape::Address => json!({ "type": "string" }),
        Shape::Title => json!({ "type": "string", "maxLength": LONGEST_TITLE }),
        Shape::Name => json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_NAME }),
        Shape::HostName => json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_HOST_NAME }),
        Shape::NodeName => json!({ "type": "string", "pattern": PLAIN_NAME_PATTERN }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Integer { least, most } => integer_schema(*least, *most),
        Shape::Number { least, most, above } => {
            // Next to zero there is nothing that can be read.
            let least = if *above && *least == 0.0 { SMALLEST } else { *least };
            let lower = if *above && least != SMALLEST { "exclusiveMinimum" } else { "minimum" };
            json!({ "type": "number", lower: least, "maximum": most })
        }
        Shape::Duration(_) => json!({ "type": "string", "pattern": DURATION_PATTERN }),
        Shape::Moment => {
            json!({ "type": "string", "anyOf": [{ "pattern": DURATION_PATTERN }, { "pattern": moment_pattern() }] })
        }
        Shape::Share => share_schema(1.0),
        Shape::ShareBeside => share_schema(MOST_BESIDE),
        Shape::ShareOrNone => json!({ "anyOf": [shape_schema(&Shape::Share), { "enum": [0] }] }),
        Shape::Word { now, .. } => json!({ "enum": now() }),
        Shape::Preset(kind) => json!({ "enum": Catalog::builtin().preset_ids(kind) }),
        Shape::Population => json!({ "enum": population_ids() }),
        Shape::List { of, least, only } => list_schema(of, *least, only),
        Shape::Table(keys) => table_schema(keys),
        Shape::Choice(keys) => {
            let mut schema = table_schema(keys);
            if let Value::Object(members) = &mut schema {
                members.extend([("minProperties".into(), json!(1)), ("maxProperties".into(), json!(1))]);
            }
            schema
        }
        Shape::Map(of) => json!({
            "type": "object",
            "propertyNames": { "pattern": PLAIN_NAME_PATTERN },
            "additionalProperties": shape_schema(of),
        }),
        Shape::MapWithEvery { of, every } => json!({
            "type": "object",
            "propertyNames": { "pattern": NAME_OR_EVERY_PATTERN },
            "properties": { EVERY: shape_schema(every) },
            "additionalProperties": shape_schema(of),
        }),
        Shape::AnyOf(shapes) => json!({ "anyOf": shapes.iter().map(shape_schema).collect::<Vec<_>>() }),
    }
}

fn share_schema(most: f64) -> Value {
    json!({ "anyOf": [
        { "type": "string", "pattern": SHARE_PATTERN },
        { "type": "number", "minimum": SMALLEST, "maximum": most },
    ] })
}

fn integer_schema(least: i128, most: i128) -> Value {
    // All limits fit 64 bits; the reader tests the exact ones.
    let (least, most) = (i64::try_from(least).unwrap_or(0), u64::try_from(most).unwrap_or(u64::MAX));
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn list_schema(of: &Shape, least: usize, only: &[usize]) -> Value {
    let items = shape_schema(of);
    if only.is_empty() {
        return json!({ "type": "array", "items": items, "minItems": least });
    }
    let lengths: Vec<Value> =
        only.iter().map(|length| json!({ "minItems": length, "maxItems": length })).collect();
    json!({ "type": "array", "items": items, "anyOf": lengths })
}

/// The scenario reference, as Markdown; `docs/scenario.md` holds it.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Top level\n\n");
    write_keys(DOCUMENT, &mut page);
    write_sections(DOCUMENT, "", &mut page);
    write_errors(&mut page);
    page
}

const INTRODUCTION: &str = "# Scenario reference

<!-- Written by the tables in crates/mxsim-core/src/scenario/keys.rs; the test `docs_are_fresh` renews it with MXSIM_BLESS=1. -->

A scenario is TOML or JSON with the same keys. Only `[zone]` is required:

```toml
[zone]
text = \"\"\"
example.com.      300 IN MX 10 mx1.example.com.
example.com.      300 IN MX 10 mx2.example.com.
mx1.example.com.  300 IN A  192.0.2.1
mx2.example.com.  300 IN A  192.0.2.2
\"\"\"
```

`mxsim check S --resolved` prints a scenario with every default written out; a preset that does not exist is answered with the list of those that do.

- A *duration* has units: `\"90s\"`, `\"5m\"`, `\"1h 30m\"`, `\"2 days\"`; at most ten years.
- A *time* is `\"10:00\"` of the first measured day, `\"2d 10:00\"` of the third, `\"Tue 10:00\"` of the first Tuesday (the first day is a Monday), or a duration since the start of measuring.
- A *share* is `\"38 %\"` or `0.38`.
- A *choice* with settings of its own is a table with one key: `{ zipf = 1.0 }`.
";

fn write_keys(keys: &[Key], page: &mut String) {
    page.push_str("| key | value | default | what it is |\n|---|---|---|---|\n");
    for key in known(keys) {
        let default = match key.need {
            Need::Required => "**required**",
            _ if key.default.is_empty() => "–",
            _ => key.default,
        };
        let value = short(&key.shape);
        // Writing to a String cannot fail.
        let _ =
            writeln!(page, "| `{}` | {} | {} | {} |", key.name, cell(&value), cell(default), cell(key.doc));
    }
    let later: Vec<String> = keys
        .iter()
        .filter(|key| key.need == Need::Later)
        .map(|key| format!("`{}` ({})", key.name, key.doc))
        .collect();
    if !later.is_empty() {
        let _ = writeln!(page, "\nNot available yet: {}.", later.join(", "));
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The value in a table cell; tables of their own are only named.
fn short(shape: &Shape) -> String {
    match shape {
        Shape::Table(_) => "a table, see below".into(),
        Shape::Map(Shape::Table(_)) | Shape::MapWithEvery { .. } => "tables by name, see below".into(),
        Shape::List { of: Shape::Table(_), .. } => "a list of tables, see below".into(),
        Shape::Choice(keys) => {
            keys.iter().map(|key| format!("`{{ {} = … }}`", key.name)).collect::<Vec<_>>().join(" or ")
        }
        Shape::AnyOf(shapes) => shapes.iter().map(short).collect::<Vec<_>>().join(", or "),
        Shape::Word { now, .. } => words(&now()),
        Shape::Population => words(&population_ids()),
        other => other.describe(),
    }
}

fn words(words: &[&str]) -> String {
    words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ")
}

/// One heading per table below `keys`, however deep.
fn write_sections(keys: &[Key], path: &str, page: &mut String) {
    for key in known(keys) {
        let below = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        write_shape(&key.shape, &below, key.doc, page);
    }
}

fn write_shape(shape: &Shape, path: &str, doc: &str, page: &mut String) {
    match shape {
        Shape::Table(keys) | Shape::Choice(keys) if keys.iter().any(|key| key.need != Need::Later) => {
            let level = if path.contains('.') { "###" } else { "##" };
            let _ = writeln!(page, "\n{level} `{path}`\n\n{}{}.\n", doc[..1].to_uppercase(), &doc[1..]);
            write_keys(keys, page);
            write_sections(keys, path, page);
        }
        Shape::Map(of) => write_shape(of, &format!("{path}.NAME"), doc, page),
        Shape::MapWithEvery { of, every } => {
            write_shape(of, &format!("{path}.NAME"), doc, page);
            write_every(every, path, page);
        }
        Shape::List { of, .. } => write_shape(of, path, doc, page),
        Shape::AnyOf(shapes) => shapes.iter().for_each(|shape| write_shape(shape, path, doc, page)),
        _ => {}
    }
}

/// The keys of the entry for all have been explained with those of one.
fn write_every(every: &Shape, path: &str, page: &mut String) {
    let Shape::Table(keys) = every else { return };
    let keys: Vec<String> = names(keys).into_iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(
        page,
        "\n### `{path}.\"{EVERY}\"`\n\nWhat holds for all of them, with the keys {}; what stands in one's own table wins.",
        keys.join(", ")
    );
}

fn write_errors(page: &mut String) {
    page.push_str("\n## Errors\n\n| code | what is wrong |\n|---|---|\n");
    for (code, meaning) in CODES {
        let _ = writeln!(page, "| {code} | {meaning} |");
    }
}
