//! Names of zone text: made absolute, unescaped and checked.

use super::fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
use super::lexer::Token;
use crate::dns::zone::Name;

/// What relative names hang below.
#[derive(Debug, Clone, Default)]
pub(super) struct Roots {
    /// `$ORIGIN`, once it was given.
    pub(super) origin: Option<Name>,
    /// The zone that a text says it is: the owner of its SOA record, or what a comment of its exporter says.
    pub(super) zone: Option<Name>,
    /// The mail domain, if it is known.
    pub(super) domain: Option<Name>,
}

impl Roots {
    /// What `@` and single labels hang below: `$ORIGIN`, else the zone, else the mail domain.
    pub(super) fn base(&self) -> Option<&Name> {
        self.origin.as_ref().or(self.zone.as_ref()).or(self.domain.as_ref())
    }

    /// A name made absolute. Without an `$ORIGIN`, names with several labels are taken as absolute, with a note.
    pub(super) fn absolute(
        &self,
        token: &Token<'_>,
        notes: &mut Vec<ZoneNote>,
    ) -> Result<Name, ZoneTextError> {
        let text = unescaped(token.text);
        let full = match (text.as_str(), self.base()) {
            (".", _) => String::new(),
            ("@", Some(base)) => base.as_str().to_owned(),
            (text, _) if text.ends_with('.') => text[..text.len() - 1].to_owned(),
            (text, Some(base)) if self.origin.is_some() && base.is_root() => text.to_owned(),
            (text, Some(base)) if self.origin.is_some() => format!("{text}.{base}"),
            (text, _) if text.contains('.') => {
                note_missing_dot(notes);
                text.to_owned()
            }
            (text, Some(base)) => format!("{text}.{base}"),
            (text, None) => return Err(relative(text, token.range)),
        };
        checked(token, &full)
    }

    /// A name in the words of a tool, which are absolute.
    pub(super) fn spelled_out(token: &Token<'_>) -> Result<Name, ZoneTextError> {
        let text = unescaped(token.text);
        checked(token, text.strip_suffix('.').unwrap_or(&text))
    }
}

fn relative(text: &str, range: TextRange) -> ZoneTextError {
    ZoneTextError {
        kind: ZoneErrorKind::Value,
        message: format!("`{text}` is relative, and nothing says to which name"),
        help: "write the whole name with its final dot, start with a line `$ORIGIN example.com.`, or add `--domain example.com`".into(),
        range,
    }
}

fn checked(token: &Token<'_>, full: &str) -> Result<Name, ZoneTextError> {
    let Some(problem) = name_problem(full) else { return Ok(Name::new(full)) };
    if let Some(odd) = full.chars().find(|c| !c.is_ascii()) {
        return Err(odd_character(token, odd));
    }
    Err(ZoneTextError {
        kind: ZoneErrorKind::Value,
        message: format!("`{}` is no usable name: {problem}", token.text),
        help: "labels have 1 to 63 letters, digits, `-` or `_`; write international names as `xn--...`"
            .into(),
        range: token.range,
    })
}

/// A character that was set by a word processor, looks like another one, or belongs to an international name.
fn odd_character(token: &Token<'_>, odd: char) -> ZoneTextError {
    let help = match odd {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "type `-` in its place",
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => "remove it",
        '\u{370}'..='\u{52f}' => {
            "it may only look like a Latin letter: type the name again; write international names as `xn--...`, as `dig +noidnout` prints them"
        }
        _ => "write international names as `xn--...`, as `dig +noidnout` prints them",
    };
    ZoneTextError {
        kind: ZoneErrorKind::Value,
        message: format!(
            "`{}` is no usable name: it has the character `{odd}` (U+{:04X})",
            token.text,
            u32::from(odd)
        ),
        help: help.into(),
        range: token.range,
    }
}

fn note_missing_dot(notes: &mut Vec<ZoneNote>) {
    let text = "names without their final dot are taken as whole names; a name server would append the zone";
    let note = ZoneNote { code: "no-final-dot", text: text.into() };
    if !notes.contains(&note) {
        notes.push(note);
    }
}

/// Replaces `\DDD` and `\X` (RFC 1035 section 5.1) by the characters they stand for, where these are printable.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.get(..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match digits.and_then(|digits| digits.parse::<u8>().ok()).filter(u8::is_ascii_graphic) {
            // An escaped dot is part of its label, and no host name has one; it stays as it is written.
            Some(b'.') => out.push_str("\\046"),
            Some(byte) => out.push(char::from(byte)),
            None => out.push('\\'),
        }
        rest = if digits.is_some() { &after[3..] } else { after };
    }
    out.push_str(rest);
    out
}

/// What makes `name` (without its final dot) no name, if anything; lengths as in RFC 1035 section 2.3.4. A `*` is a whole label, the leftmost
/// (RFC 4592 section 2.1.1).
fn name_problem(name: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let below_wildcard = if name == "*" { "" } else { name.strip_prefix("*.").unwrap_or(name) };
    if name.is_empty() {
        None
    } else if name.len() > 253 {
        Some("it is longer than 253 characters")
    } else if name.split('.').any(|label| label.is_empty() || label.len() > 63) {
        Some("a label is empty or longer than 63 characters")
    } else if !below_wildcard.bytes().all(fits) {
        Some("it has a character that host names do not have")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_characters() {
        assert_eq!(unescaped("mx\\049.example.com."), "mx1.example.com.");
        assert_eq!(unescaped("host\\.master.example."), "host\\.master.example.");
        assert_eq!(unescaped("a\\046b."), "a\\046b.");
        assert_eq!(unescaped("\\042.example.com."), "*.example.com.");
        assert_eq!(unescaped("end\\"), "end\\");
    }
}
