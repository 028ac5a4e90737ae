//! Records in the JSON of providers and resolvers: `aws route53 list-resource-record-sets` and its change batches, Google Cloud DNS,
//! Cloudflare's API, and DNS over HTTPS.

use super::fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
use super::fields::{TypeWord, ttl, type_word};
use super::json_shapes;
use super::kind::RecordKind;
use super::lexer::Token;
use super::names::Roots;
use super::record::{Data, Read, Record};
use crate::dns::zone::Name;
use crate::time::Span;
use serde_json::{Map, Value};

/// Most levels of lists and objects that are looked into.
const MOST_DEEP: usize = 8;

/// The records of a JSON text; relative names hang below `domain`.
pub(super) fn read(text: &str, text_id: usize, domain: Option<&Name>) -> Read {
    let mut found = Read::default();
    let whole = TextRange { text: text_id, start: 0, end: 0 };
    match json_shapes::documents(text, domain) {
        Ok(value) if json_shapes::has_relative_names(&value) => found.errors.push(ZoneTextError {
            kind: ZoneErrorKind::Domain,
            message: "the names in this JSON are relative, and nothing says to which domain".into(),
            help: "add `--domain` and the name of the domain".into(),
            range: whole,
        }),
        Ok(value) => collect(&value, whole, MOST_DEEP, &mut found),
        Err(why) => found.errors.push(ZoneTextError {
            kind: ZoneErrorKind::Syntax,
            message: format!("this begins like JSON and is none: {why}"),
            help: "paste the whole output, from the first brace to the last".into(),
            range: whole,
        }),
    }
    found
}

fn collect(value: &Value, range: TextRange, deep: usize, found: &mut Read) {
    match value {
        _ if deep == 0 => {}
        Value::Array(items) => items.iter().for_each(|item| collect(item, range, deep - 1, found)),
        Value::Object(object) if !record_set(object, range, found) => {
            object.values().for_each(|inner| collect(inner, range, deep - 1, found));
        }
        _ => {}
    }
}

/// A field by any of its names.
fn field<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| object.get(*name))
}

/// Reads an object as a record set; false if it is none.
fn record_set(object: &Map<String, Value>, range: TextRange, found: &mut Read) -> bool {
    let Some(name) = field(object, &["Name", "name"]).and_then(Value::as_str) else { return false };
    let type_text = match field(object, &["Type", "type"]) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => format!("TYPE{number}"),
        _ => return false,
    };
    let Some(TypeWord::Kind(kind)) = type_word(&type_text) else { return true };
    // Route 53 writes escapes in octal digits, and has one for the wildcard.
    let Ok(owner) = Roots::spelled_out(&Token { text: &name.replace("\\052", "*"), range }) else {
        return true;
    };
    let ttl = field(object, &["TTL", "ttl", "Ttl"]).and_then(|written| ttl(&written.to_string()));
    // Cloudflare calls a TTL of 1 automatic: 300 s.
    let ttl = ttl.map(|span| {
        if object.contains_key("proxied") && span == Span::from_secs(1) { Span::from_secs(300) } else { span }
    });
    found.context.is_whole_zone |= kind == RecordKind::Soa;
    if kind == RecordKind::Soa {
        found.context.zone.get_or_insert_with(|| owner.clone());
    }
    let values = values(object);
    if values.is_empty() && object.contains_key("AliasTarget") {
        let text = format!(
            "{owner} {} is an alias of another service, whose addresses are not in the text",
            kind.name()
        );
        found.notes.push(ZoneNote { code: "alias-elsewhere", text });
    }
    for value in values {
        match data(kind, &value, range) {
            Some(data) => {
                found.records.push(Record { owner: owner.clone(), ttl, data: Some(data), kind, range })
            }
            None => found.errors.push(ZoneTextError {
                kind: ZoneErrorKind::Value,
                message: format!("`{value}` is no data of {} record {name}", kind.name()),
                help: "an MX value is written `10 mx1.example.com`".into(),
                range,
            }),
        }
    }
    true
}

/// The values of a record set, each as it stands behind the type in a zone line.
fn values(object: &Map<String, Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(Value::Array(records)) = field(object, &["ResourceRecords"]) {
        return records.iter().filter_map(|record| text(record.get("Value")?)).collect();
    }
    if let Some(Value::Array(records)) = field(object, &["rrdatas"]) {
        return records.iter().filter_map(text).collect();
    }
    let Some(content) = field(object, &["data", "content"]).and_then(Value::as_str) else {
        return Vec::new();
    };
    match field(object, &["priority"]).and_then(Value::as_u64) {
        Some(preference) => vec![format!("{preference} {content}")],
        None => vec![content.to_owned()],
    }
}

fn data(kind: RecordKind, value: &str, range: TextRange) -> Option<Data> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let name = |text: &str| Roots::spelled_out(&Token { text, range }).ok();
    match (kind, &words[..]) {
        (RecordKind::Mx, [preference, host]) => Some(Data::Mx(preference.parse().ok()?, name(host)?)),
        (RecordKind::A, [ip]) => Some(Data::A(ip.parse().ok()?)),
        (RecordKind::Aaaa, [ip]) => Some(Data::Aaaa(ip.parse().ok()?)),
        (RecordKind::Cname, [target]) => Some(Data::Cname(name(target)?)),
        (RecordKind::Soa, [.., minimum]) => Some(Data::Soa(ttl(minimum)?)),
        _ => None,
    }
}
