//! JSON into the tree. A visitor of our own sees every key, so that a key that stands twice is an error and not the last one wins.

use super::value::{Entry, Kind, Table, Value};
use crate::syntax::diagnostic::{Place, Pointer, Report, code};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Reads the text of `report`; errors end up in `report`.
pub(crate) fn parse_json(report: &mut Report) -> Option<Value> {
    let text = report.text().to_owned();
    let twice = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(&text);
    let parsed = Seed { pointer: Pointer::default(), twice: &twice }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    for pointer in twice.into_inner() {
        report
            .error(code::DUPLICATE_KEY, &Place::Pointer(pointer), "this key stands twice in the same object")
            .help("remove one of the two");
    }
    match parsed {
        Ok(value) => report.is_clean().then_some(value),
        Err(error) => {
            add_syntax_error(report, &text, &error);
            None
        }
    }
}

fn add_syntax_error(report: &mut Report, text: &str, error: &serde_json::Error) {
    let message = error.to_string();
    // serde_json repeats the position in its message; ours stands in front of it.
    let message = message.split(" at line ").next().unwrap_or_default();
    let start = byte_offset(text, error.line(), error.column());
    let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    let place = Place::Span { start, end };
    if message.contains("recursion limit") {
        report
            .error(code::TOO_DEEP, &place, "objects and arrays are nested too deeply")
            .help("no key of a scenario lies deeper than six levels");
    } else {
        let (message, help) = match message {
            _ if text.trim().is_empty() => ("the text is empty", "write a scenario with at least a zone"),
            _ if message.starts_with("EOF") => {
                ("the text ends before its JSON does", "is the file cut short?")
            }
            _ => (
                message,
                "write JSON (RFC 8259): keys and texts in double quotes, no comma after the last item",
            ),
        };
        report.error(code::SYNTAX, &place, message).label("not valid JSON here").help(help);
    }
}

/// The byte at `line` and `column` (bytes, from 1), moved back to the start of a character.
fn byte_offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A JSON value already in memory, as the tree.
pub(crate) fn from_json(value: &serde_json::Value, pointer: &Pointer) -> Value {
    let kind = match value {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(value) => Kind::Boolean(*value),
        serde_json::Value::String(text) => Kind::Text(text.clone()),
        serde_json::Value::Number(number) => {
            number.as_i128().map_or_else(|| Kind::float(number.as_f64().unwrap_or(f64::NAN)), Kind::Integer)
        }
        serde_json::Value::Array(items) => {
            Kind::List(items.iter().enumerate().map(|(i, item)| from_json(item, &pointer.index(i))).collect())
        }
        serde_json::Value::Object(members) => Kind::Table(Table {
            entries: members.iter().map(|(key, value)| member(key, value, pointer)).collect(),
        }),
    };
    Value { kind, place: Place::Pointer(pointer.clone()) }
}

fn member(key: &str, value: &serde_json::Value, parent: &Pointer) -> Entry {
    let pointer = parent.key(key);
    Entry { key: key.into(), value: from_json(value, &pointer), key_place: Place::Pointer(pointer) }
}

/// Carries the pointer downwards.
struct Seed<'a> {
    pointer: Pointer,
    twice: &'a RefCell<Vec<Pointer>>,
}

impl Seed<'_> {
    fn value(self, kind: Kind) -> Value {
        Value { kind, place: Place::Pointer(self.pointer) }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.value(Kind::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(self.value(Kind::Boolean(value)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(self.value(Kind::Integer(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(self.value(Kind::Integer(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(self.value(Kind::float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(self.value(Kind::Text(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) =
            items.next_element_seed(Seed { pointer: self.pointer.index(list.len()), twice: self.twice })?
        {
            list.push(item);
        }
        Ok(self.value(Kind::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = std::collections::BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            let pointer = self.pointer.key(&key);
            let value = members.next_value_seed(Seed { pointer: pointer.clone(), twice: self.twice })?;
            if keys.insert(key.clone()) {
                entries.push(Entry { key, key_place: Place::Pointer(pointer), value });
            } else {
                self.twice.borrow_mut().push(pointer);
            }
        }
        Ok(self.value(Kind::Table(Table { entries })))
    }
}
