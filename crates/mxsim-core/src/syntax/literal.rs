//! Values as TOML literals that read back as exactly the same value.

use crate::time::Span;

/// A basic string.
#[must_use]
pub fn text(value: &str) -> String {
    let mut written = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                written.push('\\');
                written.push(c);
            }
            c if c.is_control() => written.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A duration.
pub(crate) fn span(value: Span) -> String {
    text(&value.to_string())
}

/// A number; Rust writes the shortest digits that read back as the same number.
pub(crate) fn number(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back() {
        for value in ["plain", "with \"quotes\" and \\", "line\nbreak\ttab\u{7f}", "ünïcode"] {
            let document = format!("x = {}", text(value));
            let table = toml::de::DeTable::parse(&document)
                .map(|table| table.get_ref().get("x").and_then(|x| x.get_ref().as_str().map(str::to_owned)));
            assert_eq!(table.ok().flatten().as_deref(), Some(value));
        }
    }
}
