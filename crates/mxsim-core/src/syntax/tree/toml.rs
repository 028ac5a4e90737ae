//! TOML into the tree, through the parser of the `toml` crate, which tells byte ranges and goes on after an error.

use super::value::{Entry, Kind, Table, Value, shortened};
use crate::syntax::diagnostic::{Place, Report, code};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads the text of `report`. Syntax errors, all of them, end up in `report`; the tree is then `None`, because what a parser recovers
/// from half a table would only bring errors that are none.
pub(crate) fn parse_toml(report: &mut Report) -> Option<Value> {
    let text = report.text().to_owned();
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        add_syntax_error(report, error, text.len());
    }
    let value = table_value(table.get_ref(), Place::File, report);
    report.is_clean().then_some(value)
}

fn add_syntax_error(report: &mut Report, error: &toml::de::Error, length: usize) {
    let place = error
        .span()
        .map_or(Place::File, |span| Place::Span { start: span.start.min(length), end: span.end.min(length) });
    let message = error.message();
    if message.contains("recurs") {
        report
            .error(code::TOO_DEEP, &place, "tables and lists are nested too deeply")
            .help("no key of a scenario lies deeper than six levels");
    } else if message.contains("duplicate key") {
        report
            .error(code::DUPLICATE_KEY, &place, "this key stands twice in the same table")
            .help("remove one of the two");
    } else {
        report
            .error(code::SYNTAX, &place, message)
            .label("not valid TOML here")
            .help("write `key = value`, one to a line; texts, durations and shares stand in quotes");
    }
}

fn table_value(table: &DeTable<'_>, place: Place, report: &mut Report) -> Value {
    let mut entries: Vec<Entry> = table.iter().map(|(key, value)| entry(key, value, report)).collect();
    // The parser sorts its keys; the order of the text is the one people know.
    entries.sort_by(|a, b| a.key_place.cmp(&b.key_place));
    Value { kind: Kind::Table(Table { entries }), place }
}

fn entry(key: &Spanned<toml::de::DeString<'_>>, value: &Spanned<DeValue<'_>>, report: &mut Report) -> Entry {
    Entry {
        key: key.get_ref().to_string(),
        key_place: Place::span(&key.span()),
        value: any_value(value, report),
    }
}

fn any_value(value: &Spanned<DeValue<'_>>, report: &mut Report) -> Value {
    let place = Place::span(&value.span());
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Boolean(value) => Kind::Boolean(*value),
        DeValue::Datetime(datetime) => Kind::Datetime(datetime.to_string()),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| any_value(item, report)).collect()),
        DeValue::Table(table) => return table_value(table, place, report),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Kind::Integer(number),
            Err(_) => too_large(number.as_str(), &place, report),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Kind::float(number),
            Err(_) => too_large(number.as_str(), &place, report),
        },
    };
    Value { kind, place }
}

fn too_large(text: &str, place: &Place, report: &mut Report) -> Kind {
    report
        .error(code::OUT_OF_RANGE, place, format!("{} is no number that can be read", shortened(text)))
        .help("write a smaller number");
    Kind::Null
}
