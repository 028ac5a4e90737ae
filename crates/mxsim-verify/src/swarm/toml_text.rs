//! A document as the text of a scenario: one section a table, everything below in one line.

use mxsim_core::syntax::literal;
use serde_json::{Map, Value};
use std::fmt::Write;

/// Writes a document as TOML.
#[must_use]
pub(super) fn text(document: &Value) -> String {
    let empty = Map::new();
    let document = document.as_object().unwrap_or(&empty);
    let mut out = String::new();
    let is_section = |value: &Value| value.is_object() || is_list_of_tables(value);
    for (name, value) in document.iter().filter(|(_, value)| !is_section(value)) {
        let _ = writeln!(out, "{} = {}", key(name), inline(value));
    }
    for (name, value) in document.iter().filter(|(_, value)| is_section(value)) {
        match value {
            Value::Array(tables) => {
                tables.iter().for_each(|table| section(&format!("[[{name}]]"), table, &mut out))
            }
            table => section(&format!("[{name}]"), table, &mut out),
        }
    }
    out
}

fn is_list_of_tables(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
}

fn section(head: &str, table: &Value, out: &mut String) {
    let _ = writeln!(out, "\n{head}");
    for (name, value) in table.as_object().into_iter().flatten() {
        let written = match value.as_str().filter(|text| text.contains('\n')) {
            Some(lines) => format!("\"\"\"\n{}\"\"\"", literal::lines(lines)),
            None => inline(value),
        };
        let _ = writeln!(out, "{} = {written}", key(name));
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => literal::text(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let entry = |(name, value): (&String, &Value)| format!("{} = {}", key(name), inline(value));
            format!("{{ {} }}", table.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { name.to_owned() } else { literal::text(name) }
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::json;

    #[test]
    fn what_is_written_reads_back() {
        let document = json!({
            "title": "a \"b\" \\ c",
            "zone": { "text": "example.com. 300 IN MX 10 a\\\"\n", "unreachable": [{ "at": "0s", "for": "1m" }] },
            "senders": [{ "name": "x", "mix": { "a b": 1.5 } }, { "profile": [1, 2] }],
            "nodes": { "*": { "tls": true } },
            "changes": [],
        });
        let read: toml::Table =
            text(&document).parse().unwrap_or_else(|error| panic!("{error}\n{}", text(&document)));
        assert_eq!(serde_json::to_value(read).expect("JSON"), document);
    }
}
