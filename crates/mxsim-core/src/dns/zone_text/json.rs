//! Records in the JSON of providers and resolvers: `aws route53 list-resource-record-sets` and its change batches, Google Cloud DNS,
//! Cloudflare's API, and DNS over HTTPS.

use super::fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
use super::fields::{known_type, ttl};
use super::json_shapes;
use super::kind::RecordKind;
use super::lexer::Token;
use super::names::Roots;
use super::read::{Data, Denied, Read, Record};
use crate::dns::zone::Name;
use crate::time::Span;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most levels of lists and objects that are looked into.
const MOST_DEEP: usize = 8;

/// The records of a JSON text; relative names hang below `domain`.
pub(super) fn read(text: &str, text_id: usize, domain: Option<&Name>) -> Read {
    let mut found = Found::default();
    let whole = TextRange { text: text_id, start: 0, end: 0 };
    match json_shapes::documents(text, domain) {
        Ok(value) if json_shapes::has_relative_names(&value) => found.read.errors.push(ZoneTextError {
            kind: ZoneErrorKind::Domain,
            message: "the names in this JSON are relative, and nothing says to which domain".into(),
            help: "add `--domain` and the name of the domain".into(),
            range: whole,
        }),
        Ok(value) => {
            collect(&value, whole, MOST_DEEP, &mut found);
            match &value {
                Value::Array(documents) => documents.iter().for_each(|one| found.settle(one, whole)),
                one => found.settle(one, whole),
            }
        }
        Err(why) => found.read.errors.push(ZoneTextError {
            kind: ZoneErrorKind::Syntax,
            message: format!("this begins like JSON and is none: {why}"),
            help: "paste the whole output, from the first brace to the last".into(),
            range: whole,
        }),
    }
    found.read
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    read: Read,
    /// How much of the sets of Route 53 that are given one at a time the one that was taken counts.
    taken: BTreeMap<(Name, RecordKind), u64>,
}

impl Found {
    fn note(&mut self, code: &'static str, text: String) {
        let note = ZoneNote { code, text };
        if !self.read.notes.contains(&note) {
            self.read.notes.push(note);
        }
    }

    /// What the text as a whole says: an answer of a resolver, a list that goes on, a change, or a whole zone.
    fn settle(&mut self, value: &Value, range: TextRange) {
        let Value::Object(object) = value else { return };
        let has = |name: &str| object.get(name) == Some(&Value::Bool(true));
        if has("TC") || has("IsTruncated") {
            self.note(
                "answer-cut",
                "the JSON says that the list is longer (TC, IsTruncated): paste all of it".into(),
            );
            self.read.context.has_holes = has("IsTruncated");
        }
        let is_answer = ["Status", "Question", "Changes"].iter().any(|name| object.contains_key(*name));
        self.read.context.is_answer |= is_answer;
        self.read.context.is_whole_zone &= !is_answer && !self.read.context.has_holes;
        self.read.context.denied.extend(denied(object, range));
    }

    /// True if the records of a set of Route 53 are wanted, which answers with one of several sets at a time: by weight, place or health.
    fn takes_alternative(&mut self, object: &Map<String, Value>, owner: &Name, kind: RecordKind) -> bool {
        let is_multivalue = object.get("MultiValueAnswer") == Some(&Value::Bool(true));
        if is_multivalue || !object.contains_key("SetIdentifier") {
            return true;
        }
        let is_primary = object.get("Failover").and_then(Value::as_str) == Some("PRIMARY");
        let rank = object.get("Weight").and_then(Value::as_u64).unwrap_or(u64::from(is_primary));
        let set = (owner.clone(), kind);
        let Some(&before) = self.taken.get(&set) else {
            self.taken.insert(set, rank);
            return true;
        };
        let text = format!(
            "{owner} {} has several sets, of which Route 53 gives one at a time; the one with the highest weight, the primary or the first was taken",
            kind.name()
        );
        self.note("alternative-sets", text);
        if rank > before {
            self.read.records.retain(|record| (&record.owner, record.kind) != (owner, kind));
            self.taken.insert(set, rank);
        }
        rank > before
    }
}

/// What an answer in JSON says does not exist: the name (status 3), or the type asked for.
fn denied(object: &Map<String, Value>, range: TextRange) -> Option<Denied> {
    let question = object.get("Question")?;
    let question = question.as_array().map_or(Some(question), |list| list.first())?;
    let name = Roots::spelled_out(&Token { text: question.get("name")?.as_str()?, range }).ok()?;
    let number = question.get("type").and_then(Value::as_u64);
    let kind = number.and_then(|number| known_type(&format!("TYPE{number}")));
    match object.get("Status").and_then(Value::as_u64)? {
        3 => Some(Denied { name, kind: None }),
        0 if !object.contains_key("Answer") => kind.map(|kind| Denied { name, kind: Some(kind) }),
        _ => None,
    }
}

/// True for a change of Route 53 that takes a record away.
fn is_deletion(object: &Map<String, Value>) -> bool {
    object.get("Action").and_then(Value::as_str).is_some_and(|action| action.eq_ignore_ascii_case("DELETE"))
}

fn collect(value: &Value, range: TextRange, deep: usize, found: &mut Found) {
    match value {
        _ if deep == 0 => {}
        Value::Object(object) if is_deletion(object) => {}
        Value::Array(items) => items.iter().for_each(|item| collect(item, range, deep - 1, found)),
        Value::Object(object) if !record_set(object, range, found) => {
            object.values().for_each(|inner| collect(inner, range, deep - 1, found));
        }
        _ => {}
    }
}

/// Reads an object as a record set, which has its one shape by now; false if it is none.
fn record_set(object: &Map<String, Value>, range: TextRange, found: &mut Found) -> bool {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let (Some(name), Some(type_text)) = (text("name"), text("type")) else { return false };
    // Route 53 writes escapes in octal digits, and has one for the wildcard.
    let Ok(owner) = Roots::spelled_out(&Token { text: &name.replace("\\052", "*"), range }) else {
        return true;
    };
    let Some(kind) = known_type(type_text) else {
        found.read.context.other_type(&owner, type_text);
        return true;
    };
    if !found.takes_alternative(object, &owner, kind) {
        return true;
    }
    if object.get("proxied") == Some(&Value::Bool(true)) {
        found.read.context.proxied.insert(owner.clone());
    }
    let ttl = object.get("TTL").and_then(|written| ttl(&written.to_string()));
    // Cloudflare calls a TTL of 1 automatic: 300 s.
    let ttl = ttl.map(|span| {
        if object.contains_key("proxied") && span == Span::from_secs(1) { Span::from_secs(300) } else { span }
    });
    found.read.context.is_whole_zone |= kind == RecordKind::Soa;
    if kind == RecordKind::Soa {
        found.read.context.zone.get_or_insert_with(|| owner.clone());
    }
    let values = values(object);
    if values.is_empty() && object.contains_key("AliasTarget") {
        let text = format!(
            "{owner} {} is an alias of another service, whose addresses are not in the text",
            kind.name()
        );
        found.note("alias-elsewhere", text);
    }
    for value in values {
        match data(kind, &value, range) {
            Some(data) => {
                found.read.records.push(Record { owner: owner.clone(), ttl, data: Some(data), kind, range })
            }
            None => found.read.errors.push(ZoneTextError {
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
    let list = |key: &str| object.get(key).and_then(Value::as_array);
    match (list("ResourceRecords"), list("rrdatas")) {
        (Some(records), _) => records.iter().filter_map(|record| text(record.get("Value")?)).collect(),
        (None, Some(records)) => records.iter().filter_map(text).collect(),
        (None, None) => Vec::new(),
    }
}

fn data(kind: RecordKind, value: &str, range: TextRange) -> Option<Data> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let name = |text: &str| Roots::spelled_out(&Token { text, range }).ok();
    match (kind, &words[..]) {
        (RecordKind::Mx, [preference, host]) => {
            let host = name(host).filter(|host| !host.is_wildcard())?;
            Some(Data::Mx(preference.parse().ok()?, host))
        }
        (RecordKind::A, [ip]) => Some(Data::A(ip.parse().ok()?)),
        (RecordKind::Aaaa, [ip]) => Some(Data::Aaaa(ip.parse().ok()?)),
        (RecordKind::Cname, [target]) => Some(Data::Cname(name(target)?)),
        (RecordKind::Soa, [.., minimum]) => Some(Data::Soa(ttl(minimum)?)),
        _ => None,
    }
}
