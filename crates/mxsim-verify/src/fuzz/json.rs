//! TOML in the words of JSON, key by key in the order of the text.

use toml::de::{DeArray, DeTable, DeValue};

/// A TOML document as JSON; `None` if it is no TOML, or has a number or date that JSON has not.
pub(super) fn as_json(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    table(DeTable::parse(text).ok()?.get_ref())
}

fn table(table: &DeTable<'_>) -> Option<String> {
    let mut entries: Vec<_> = table.iter().collect();
    // The parser sorts keys; a mix of senders is in the order of the text.
    entries.sort_by_key(|(key, _)| key.span().start);
    let member = |(key, entry): &(&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        Some(format!("{}:{}", string(key)?, value(entry.get_ref())?))
    };
    let members: Option<Vec<String>> = entries.iter().map(member).collect();
    Some(format!("{{{}}}", members?.join(",\n")))
}

fn list(items: &DeArray<'_>) -> Option<String> {
    let items: Option<Vec<String>> = items.iter().map(|item| value(item.get_ref())).collect();
    Some(format!("[{}]", items?.join(",")))
}

fn value(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => string(text),
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().ok()?;
            serde_json::Number::from_f64(number).map(|number| number.to_string())
        }
        DeValue::Datetime(_) => None,
        DeValue::Array(items) => list(items),
        DeValue::Table(inner) => table(inner),
    }
}

fn string(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

#[cfg(test)]
mod tests {
    use super::as_json;

    #[test]
    fn keys_stay_in_order() {
        let json = as_json("b = 1\na = [1.5, true, \"x\\ny\"]\n[t]\nz = 0x10\ny = { k = 1e3 }\n");
        let expected = "{\"b\":1,\n\"a\":[1.5,true,\"x\\ny\"],\n\"t\":{\"z\":16,\n\"y\":{\"k\":1000.0}}}";
        assert_eq!(json.as_deref(), Some(expected));
        assert_eq!(as_json("x = nan"), None);
        assert_eq!(as_json("x ="), None);
    }
}
