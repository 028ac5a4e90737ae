//! One tree for TOML and JSON, in which every key and value knows where it stands.
//!
//! TOML values carry the bytes they were written in; JSON values carry a JSON pointer, because serde does not tell positions. Everything
//! after this module is the same for both.

mod json;
mod toml;
mod value;

pub(crate) use json::{from_json, parse_json};
pub(crate) use toml::parse_toml;
pub(crate) use value::{Entry, Kind, Table, Value, shortened};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::diagnostic::Report;

    #[test]
    fn zero_has_no_sign() {
        let toml = parse_toml(&mut Report::new("a.toml", "x = [-0.0, -0, -0e9]"));
        let json = parse_json(&mut Report::new("a.json", "{\"x\": [-0.0, -0, -0e9]}"));
        let built = from_json(
            &serde_json::json!({ "x": [-0.0, -0.0, -0.0] }),
            &crate::syntax::pointer::Pointer::default(),
        );
        for document in [toml, json, Some(built)].into_iter().flatten() {
            let list = document.as_table().and_then(|table| table.get("x")).and_then(Value::as_list);
            let numbers: Vec<f64> = list.unwrap_or_default().iter().filter_map(Value::as_number).collect();
            assert_eq!(numbers.len(), 3);
            assert!(numbers.iter().all(|number| number.is_sign_positive()), "{numbers:?}");
        }
    }
}
