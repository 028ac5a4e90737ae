//! Values and tables, each with its place.

use crate::outgoing::{LONGEST_QUOTE, spelled};
use crate::syntax::diagnostic::Place;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands.
    pub(crate) place: Place,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// JSON's null.
    Null,
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A TOML date or time, as it was written.
    Datetime(String),
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// Keys and values in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// The entries; no key twice.
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_place: Place,
    /// The value.
    pub(crate) value: Value,
}

impl Kind {
    /// A number that is not whole. Zero has no sign here: `-0.0` passes every test for `>= 0` and then divides to minus infinity.
    pub(crate) fn float(number: f64) -> Self {
        Self::Float(number + 0.0)
    }
}

impl Table {
    /// All entries as if they stood at `place`.
    pub(crate) fn placed(&self, place: &Place) -> Self {
        let placed = |entry: &Entry| Entry {
            key: entry.key.clone(),
            key_place: place.clone(),
            value: entry.value.placed(place),
        };
        Self { entries: self.entries.iter().map(placed).collect() }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of `key`.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The sub-table `key`, if it is a table.
    pub(crate) fn table(&self, key: &str) -> Option<&Self> {
        self.get(key).and_then(Value::as_table)
    }

    /// The text of `key`, if it is a string.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_text)
    }
}

impl Value {
    /// The value as if it stood at `place`: for values out of a text that the reader of this one does not show.
    pub(crate) fn placed(&self, place: &Place) -> Self {
        let kind = match &self.kind {
            Kind::List(items) => Kind::List(items.iter().map(|item| item.placed(place)).collect()),
            Kind::Table(table) => Kind::Table(table.placed(place)),
            other => other.clone(),
        };
        Self { kind, place: place.clone() }
    }

    /// The same without its places.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Text(text) | Kind::Datetime(text) => text.clone().into(),
            Kind::Integer(number) => {
                serde_json::Number::from_i128(*number).map_or_else(|| (*number as f64).into(), Into::into)
            }
            Kind::Float(number) => (*number).into(),
            Kind::Boolean(value) => (*value).into(),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Table(table) => {
                table.entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// The text, if it is a string.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, whole or not.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self.kind {
            Kind::Integer(number) => Some(number as f64),
            Kind::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The whole number; a float without fraction counts as one, as in JSON Schema.
    pub(crate) fn as_integer(&self) -> Option<i128> {
        match self.kind {
            Kind::Integer(number) => Some(number),
            // Beyond 2^53 a float no longer says which whole number was meant.
            Kind::Float(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
                Some(number as i128)
            }
            _ => None,
        }
    }

    /// The truth value.
    pub(crate) fn as_boolean(&self) -> Option<bool> {
        match self.kind {
            Kind::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table itself, if it is one.
    pub(crate) fn into_table(self) -> Option<Table> {
        match self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value as it is quoted in a message.
    pub(crate) fn quoted(&self) -> String {
        match &self.kind {
            Kind::Null => "null".into(),
            Kind::Text(text) => shortened(text),
            Kind::Integer(number) => number.to_string(),
            Kind::Float(number) => format!("{number:?}"),
            Kind::Boolean(value) => value.to_string(),
            Kind::Datetime(text) => text.clone(),
            Kind::List(_) => "a list".into(),
            Kind::Table(_) => "a table".into(),
        }
    }
}

/// A quoted string that fits a line of a message.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().nth(LONGEST_QUOTE).is_none() {
        return spelled(&format!("{text:?}"));
    }
    let start: String = text.chars().take(LONGEST_QUOTE).collect();
    spelled(&format!("{start:?}..."))
}
