//! The many shapes of records in JSON, brought into one: objects with `name`, `type`, `TTL` and `rrdatas`.
//!
//! kdig, doggo, PowerShell, PowerDNS, Azure, Gandi, Hetzner and DigitalOcean name the same few fields differently and nest them differently. A
//! field is found by what its name says; what is no record is passed through, so that the reader looks inside.

use super::fields::{ttl, type_word};
use super::ornament::is_full_name;
use super::skip::looks_like_record;
use crate::dns::zone::Name;
use serde_json::{Map, Value};

/// Most levels that are looked into.
const MOST_DEEP: usize = 16;

/// The part of a text that is JSON, if there is one: all of it, or what stands below a prompt.
pub(super) fn json_in(text: &str) -> Option<&str> {
    if begins(text) {
        return Some(text);
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if begins(line)
            && serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>().next()?.is_ok()
        {
            return Some(&text[at..]);
        }
        if looks_like_record(line) || line.starts_with(';') {
            return None;
        }
        at += line.len();
    }
    None
}

/// True if a text begins like JSON; a prompt may begin with a bracket too.
fn begins(text: &str) -> bool {
    let mut first = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}');
    match first.next() {
        Some('{') => first.next().is_none_or(|second| "\"}".contains(second)),
        Some('[') => first.next().is_none_or(|second| "{[]\"".contains(second)),
        _ => false,
    }
}

/// The documents of a text, one or several after another, in one shape.
pub(super) fn documents(text: &str, domain: Option<&Name>) -> serde_json::Result<Value> {
    let mut documents: Vec<Value> = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    while let Some(document) = stream.next() {
        match document {
            Ok(value) => documents.push(value),
            // A prompt below the last one.
            Err(_) if !documents.is_empty() && !text[stream.byte_offset()..].contains(['{', '[']) => break,
            Err(why) => return Err(why),
        }
    }
    let known = domain.map(|domain| domain.as_str().to_owned());
    let domain = known.or_else(|| documents.iter().find_map(|value| domain_in(value, MOST_DEEP)));
    documents.iter_mut().for_each(|value| shape(value, domain.as_deref(), MOST_DEEP));
    Ok(if documents.len() == 1 { documents.remove(0) } else { Value::Array(documents) })
}

/// True if a record set in shaped documents is named relative to a domain that nothing names.
pub(super) fn has_relative_names(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_relative_names),
        Value::Object(object) => {
            let is_relative = |name: &str| !name.contains('.');
            let is_set = object.contains_key("type") && object.contains_key("rrdatas");
            is_set && object.get("name").and_then(Value::as_str).is_some_and(is_relative)
                || object.values().any(has_relative_names)
        }
        _ => false,
    }
}

/// The domain that relative names belong to, as APIs name it.
fn domain_in(value: &Value, deep: usize) -> Option<String> {
    match value {
        _ if deep == 0 => None,
        Value::Array(items) => items.iter().find_map(|item| domain_in(item, deep - 1)),
        Value::Object(object) => {
            let named =
                ["zone_name", "zoneName", "zone", "domain"].iter().find_map(|key| object.get(*key)?.as_str());
            let named =
                named.filter(|name| is_full_name(name)).map(|name| name.trim_end_matches('.').to_owned());
            named.or_else(|| object.values().find_map(|inner| domain_in(inner, deep - 1)))
        }
        _ => None,
    }
}

/// Gives every record set below `value` the fields that are looked for.
fn shape(value: &mut Value, domain: Option<&str>, deep: usize) {
    match value {
        _ if deep == 0 => {}
        Value::Array(items) => items.iter_mut().for_each(|item| shape(item, domain, deep - 1)),
        Value::Object(object) => shape_object(object, domain, deep),
        _ => {}
    }
}

fn shape_object(object: &mut Map<String, Value>, domain: Option<&str>, deep: usize) {
    if !shape_set(object, domain) {
        object.values_mut().for_each(|inner| shape(inner, domain, deep - 1));
    }
}

/// A field by any of its names, written in any way.
fn field<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    let plain = |key: &str| key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    names
        .iter()
        .find_map(|name| object.iter().find(|(key, value)| plain(key) == *name && !value.is_null()))
        .map(|(_, value)| value)
}

/// Shapes an object that is a record set; false if it is none.
fn shape_set(object: &mut Map<String, Value>, domain: Option<&str>) -> bool {
    let Some(kind) =
        field(object, &["typename", "type", "rrtype", "recordtype", "querytype", "rrsettype", "fieldtype"])
            .and_then(kind)
    else {
        // A zone has a name and a type, too, and its records below.
        object.remove("type");
        object.remove("Type");
        return false;
    };
    let name = field(
        object,
        &["fqdn", "name", "owner", "dnsname", "rrsetname", "recordname", "hostname", "host", "subdomain"],
    );
    let Some(name) = name.and_then(Value::as_str).map(|name| absolute(name, domain)) else { return false };
    let seconds = field(object, &["ttl", "rrsetttl", "recordttl", "timetolive"]).and_then(seconds);
    let values: Vec<String> =
        values(object).into_iter().map(|value| absolute_data(&kind, &value, domain)).collect();
    for key in ["name", "Name", "type", "Type", "TTL", "Ttl", "ttl"] {
        object.remove(key);
    }
    object.insert("name".into(), name.into());
    object.insert("type".into(), kind.into());
    object.extend(seconds.map(|seconds| ("TTL".to_owned(), seconds.into())));
    if !object.contains_key("ResourceRecords") && !values.is_empty() {
        object.insert("rrdatas".into(), values.into());
    }
    true
}

/// The type by name or number; Azure writes `Microsoft.Network/dnszones/MX`.
fn kind(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => format!("TYPE{number}"),
        _ => value.as_str()?.rsplit('/').next()?.to_owned(),
    };
    type_word(&text).is_some().then_some(text)
}

fn seconds(value: &Value) -> Option<u64> {
    let text = match value {
        Value::Object(object) => field(object, &["totalseconds"])?.to_string(),
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    u64::try_from(ttl(&text)?.0 / 1_000_000).ok()
}

/// The data of a set: one value, or a list of values or of objects.
fn values(object: &Map<String, Value>) -> Vec<String> {
    const LISTS: [&str; 9] = [
        "rrdatas",
        "rrsetvalues",
        "records",
        "values",
        "mxrecords",
        "arecords",
        "aaaarecords",
        "targets",
        "answers",
    ];
    if let Some(Value::Array(items)) = field(object, &LISTS) {
        return items.iter().filter_map(value_of).collect();
    }
    value_in(object).into_iter().collect()
}

fn value_of(item: &Value) -> Option<String> {
    match item {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) if object.get("disabled") != Some(&Value::Bool(true)) => value_in(object),
        _ => None,
    }
}

/// The data in an object, with the preference that may stand beside it.
fn value_in(object: &Map<String, Value>) -> Option<String> {
    const NAMES: [&str; 20] = [
        "rdatamx",
        "rdataa",
        "rdataaaaa",
        "rdatacname",
        "data",
        "content",
        "value",
        "address",
        "nameexchange",
        "exchange",
        "mailexchange",
        "ip4address",
        "ip6address",
        "ipv4address",
        "ipv6address",
        "ipaddress",
        "namehost",
        "answer",
        "target",
        "rdata",
    ];
    let data = field(object, &NAMES)?;
    if let Value::Object(inner) = data {
        return value_in(inner);
    }
    let text = data.as_str()?.trim_matches('"');
    let preference = field(object, &["preference", "priority", "prio"]).and_then(Value::as_u64);
    Some(match preference {
        Some(preference) if !text.contains(' ') && is_name(text) => format!("{preference} {text}"),
        _ => text.to_owned(),
    })
}

fn is_name(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_err()
}

fn absolute(name: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) if name == "@" || name.is_empty() => domain.to_owned(),
        Some(domain) if !name.contains('.') => format!("{name}.{domain}"),
        _ => name.to_owned(),
    }
}

/// The data with the name of an MX host made absolute, and without the preference 0 that DigitalOcean gives to all types.
fn absolute_data(kind: &str, value: &str, domain: Option<&str>) -> String {
    let is_mx = kind.eq_ignore_ascii_case("MX") || kind == "TYPE15";
    match value.split_once(' ') {
        Some((preference, host)) if is_mx => format!("{preference} {}", absolute(host.trim(), domain)),
        Some(("0", data)) => data.to_owned(),
        _ => value.to_owned(),
    }
}
