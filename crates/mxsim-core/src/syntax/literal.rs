//! Values as TOML literals that read back as exactly the same value.

use crate::outgoing::is_unseen;
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
            c => push(&mut written, c),
        }
    }
    written.push('"');
    written
}

/// What stands between the `"""` of a basic string of several lines: only what TOML does not allow there as it is gets escaped.
#[must_use]
pub fn lines(value: &str) -> String {
    let mut written = String::with_capacity(value.len());
    for c in value.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"").chars() {
        match c {
            '\n' | '\t' => written.push(c),
            c => push(&mut written, c),
        }
    }
    written
}

/// What is not seen is written as TOML escapes it, so that the text can be shown and still reads back as the same value.
fn push(written: &mut String, c: char) {
    match u32::from(c) {
        code if is_unseen(c) && code > 0xffff => written.push_str(&format!("\\U{code:08X}")),
        code if is_unseen(c) => written.push_str(&format!("\\u{code:04X}")),
        _ => written.push(c),
    }
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
    fn lines_read_back() {
        for value in ["a\nb", "\u{1b}[1m \0 \u{7f} \r \"\"\"\"\" \\n ü\u{9b}\u{200b}\u{e0041}\tx"] {
            let document = format!("x = \"\"\"\n{}\n\"\"\"\n", lines(value));
            let table = toml::de::DeTable::parse(&document)
                .map(|table| table.get_ref().get("x").and_then(|x| x.get_ref().as_str().map(str::to_owned)));
            assert_eq!(table.ok().flatten(), Some(format!("{value}\n")));
        }
    }

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
