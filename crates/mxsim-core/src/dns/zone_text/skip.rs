//! Lines between the records of a transcript that are no records: prose, status, prompts, log.
//!
//! A text with MX records in the words of a tool need not be understood to the last line. A line that cannot be read is skipped, with a note,
//! unless it looks like a record that was damaged: an MX record must never get lost. In a zone file every line counts, and nothing is skipped.

use super::fault::ZoneNote;
use super::fields::{is_ttl_or_class, known_type};
use super::kind::RecordKind;
use super::ornament::{differences, is_full_name};
use super::read::{Data, Read};
use std::net::IpAddr;
use std::ops::Range;

/// Times that a text is read again without the lines that could not be read: skipping one may show the next.
const MOST_ROUNDS: usize = 8;

/// Words of a record behind its owner and the first field.
const LONGEST_RECORD: usize = 8;

/// Wrong lines from which on a text is no transcript, whatever else stands in it.
const MOST_WRONG: usize = 5_000;

/// What is skipped.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    /// Lines, in order and apart.
    lines: Vec<Range<usize>>,
    rounds: usize,
}

impl Skipped {
    /// Adds the lines that `read` could not read; false if there is nothing more to skip.
    pub(super) fn add_from(&mut self, read: &Read, text: &str) -> bool {
        let has_mx = read.records.iter().any(|record| matches!(record.data, Some(Data::Mx(..))));
        let is_hopeless = read.errors.is_empty() || read.errors.len() > MOST_WRONG;
        if is_hopeless || !has_mx || self.rounds == MOST_ROUNDS || is_strict(text) {
            return false;
        }
        self.rounds += 1;
        let before = self.lines.len();
        let wrong = read.errors.iter().map(|error| line_at(text, error.range.start));
        self.lines.extend(wrong.filter(|line| !looks_like_record(&text[line.clone()])));
        // A parenthesis in prose swallows the lines below, and hides the next one.
        if read.errors.iter().any(|error| text[error.range.start..error.range.end] == *"(") {
            self.lines.extend(lines(text).filter(|line| is_open(&text[line.clone()])));
        }
        self.lines.sort_by_key(|line| line.start);
        self.lines.dedup();
        self.lines.len() > before
    }

    /// Marks them as taken.
    pub(super) fn take_from(&self, taken: &mut Vec<Range<usize>>) {
        taken.extend(self.lines.iter().cloned());
        taken.sort_by_key(|line| line.start);
    }

    /// What there is to say about them.
    pub(super) fn note(&self, text: &str) -> Option<ZoneNote> {
        let says = |line: &&Range<usize>| !is_prompt(text[(*line).clone()].trim());
        let told: Vec<&Range<usize>> = self.lines.iter().filter(says).collect();
        let first: String = text[(*told.first()?).clone()].trim().chars().take(60).collect();
        let text = match told.len() {
            1 => format!("a line that is no record was skipped: `{first}`"),
            count => format!("{count} lines that are no records were skipped, the first is `{first}`"),
        };
        Some(ZoneNote { code: "lines-skipped", text })
    }
}

/// True where no line may be skipped: in a zone file, and in a difference between two.
pub(super) fn is_strict(text: &str) -> bool {
    let is_directive = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        ["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE", "@"].contains(&word.as_str())
    };
    text.lines().any(is_directive) || differences(text).is_some()
}

/// The places of all lines.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let place = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    text.split_inclusive('\n').map(move |line| place(line)..place(line) + line.len())
}

/// True for prose with a parenthesis that the line does not close.
fn is_open(line: &str) -> bool {
    line.matches('(').count() != line.matches(')').count()
        && !line.starts_with(';')
        && !looks_like_record(line)
}

/// The line that holds byte `at`, with its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    start..end
}

/// A prompt without a command.
fn is_prompt(line: &str) -> bool {
    line.ends_with(['$', '#', '%', '>', '~', '❯', '➜']) || line.starts_with(['$', '❯', '➜'])
}

/// True for a line that may be, or stand for, a record.
pub(super) fn looks_like_record(line: &str) -> bool {
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| "\"'`[]()<>|,;".contains(c)))
        .collect();
    is_elision(line.trim())
        || is_lone_name(&words)
        || is_relative_record(&words)
        || (0..words.len()).any(|at| begins_record(&words[at..]))
}

/// A record whose owner is a label, `mx1 300 A 192.0.2.1`: nothing is wrong with it but that the domain is not known.
fn is_relative_record(words: &[&str]) -> bool {
    // The label may be called `mx` or `a` itself.
    let Some(at) = (1..words.len()).find(|&at| is_type(words[at])) else { return false };
    let is_data = match (known_type(words[at]), &words[at + 1..]) {
        (Some(RecordKind::A | RecordKind::Aaaa), [address]) => address.parse::<IpAddr>().is_ok(),
        (Some(RecordKind::Cname), [name]) => is_full_name(name),
        (Some(RecordKind::Mx), [preference, _]) => is_number(preference),
        _ => false,
    };
    is_data && words[1..at].iter().all(|word| is_ttl_or_class(word))
}

/// True if a record may begin with these words, whatever its state.
fn begins_record(words: &[&str]) -> bool {
    let [first, second, rest @ ..] = words else { return false };
    // Whatever else stands in a long line, a record is not longer.
    let near = &rest[..rest.len().min(LONGEST_RECORD)];
    let is_data = |word: &&str| is_full_name(word) || is_number(word) || is_like_address(word);
    let is_field = |word: &str| is_ttl_or_class(word) || is_type(word) || is_number(word);
    let is_owner = is_full_name(first) || *first == "@";
    // A type says that a record was meant, however wrong its data is.
    let is_before_data = |(at, word): (usize, &&str)| at + 1 < rest.len() && is_type(word);
    let has_type = || (is_type(second) && !rest.is_empty()) || near.iter().enumerate().any(is_before_data);
    let is_meant = || near.iter().any(is_data) || has_type();
    (is_owner && is_field(second) && is_meant())
        || (first.eq_ignore_ascii_case("MX") && is_number(second))
        || (["A", "AAAA", "CNAME"].contains(first) && is_data(second))
        || (is_number(first) && is_full_name(second) && rest.len() < 8)
}

/// An address, or what may have been one.
fn is_like_address(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    word.parse::<IpAddr>().is_ok() || (word.matches('.').count() == 3 && word.bytes().all(fits))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_type(word: &str) -> bool {
    ["MX", "A", "AAAA", "CNAME"].iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// A name alone in its line may be the end of a record that was wrapped.
fn is_lone_name(words: &[&str]) -> bool {
    matches!(words, [only] if is_full_name(only))
}

/// A mark that something was left out: records, perhaps.
pub(super) fn is_elision(line: &str) -> bool {
    let inner = line.trim_matches(|c: char| "[](){}<>-*;# ".contains(c)).to_ascii_lowercase();
    let is_dots = !inner.is_empty() && inner.chars().all(|c| c == '.' || c == '…') && inner != ".";
    is_dots
        || ["snip", "snipped", "cut", "more", "truncated", "output truncated", "omitted"]
            .contains(&inner.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_records_are_told_from_prose() {
        for line in [
            "e.net. 300 IN MXX 10 mx1.e.net.",
            "e.net. 3x MX 10 mx1.e.net.",
            "# e.net. 300 IN MX 10 mx1.e.net.",
            "MX 10 mx1",
            "10 mx1.e.net. trailing",
            "mx1.e.net A 192.0.2.300",
            "mx2.e.net.",
            "[...]",
            "--More--",
            "-e.net. 300 IN MX 10 a.e.net.",
            "del e.net. 300 IN MX 10 a.e.net.",
            "3 a 192.0.2.1",
            "mx1 5m IN aaaa 2001:db8::1",
            "mail mx 10 mx1",
            "mx1 cname a.e.net",
            "mx in a 192.0.2.1",
        ] {
            assert!(looks_like_record(line), "{line}");
        }
        for line in [
            "Our MX records for e.net:",
            "Received 222 bytes from 127.0.0.1#53 in 0 ms",
            "Nicht autorisierende Antwort:",
            "e.net. IN MX",
            "$",
            "Joe (see below",
            "+49 30 1234",
            "e.net has no IPv6 address",
            "take a break",
            "the mx is down",
        ] {
            assert!(!looks_like_record(line), "{line}");
        }
    }
}
