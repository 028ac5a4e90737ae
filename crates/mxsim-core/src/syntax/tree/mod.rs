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
