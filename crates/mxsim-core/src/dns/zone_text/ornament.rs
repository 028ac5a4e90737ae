//! What stands before and behind a record in its line: numbers, bullets, bars, backticks, times, the words of a tool.
//!
//! Only what says nothing is taken off, and only where a whole record is left. What may mean that a record is *not* there stays, and the line is
//! an error: `#` and `//` of a comment, `-`, `+`, `<` of a difference, `del` of a journal.

use super::fields::{is_ttl_or_class, type_word};
use super::places::{Copier, Map};
use std::ops::Range;

/// Takes ornaments off the lines of `text`.
pub(super) fn strip(text: &str) -> (String, Map) {
    let mut copier = Copier::new(text);
    let is_numbered = numbered(text);
    let has_differences = differences(text).is_some();
    let is_python = text.lines().any(is_python_prompt);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let kept = match content.trim() {
            // Python waits for the rest of a statement.
            "..." if is_python => 0..0,
            _ => kept(content, is_numbered, has_differences),
        };
        if kept != (0..content.len()) {
            copier.replace(start..start + kept.start, "");
            copier.replace(start + kept.end..start + content.len(), "");
        }
        start += line.len();
    }
    copier.finish()
}

/// True for a statement behind the prompt of Python, and not for a line that was quoted three times.
fn is_python_prompt(line: &str) -> bool {
    line.trim().strip_prefix(">>> ").is_some_and(|rest| rest.contains("import ") || rest.ends_with(')'))
}

/// The part of a line that says something.
fn kept(line: &str, is_numbered: bool, has_differences: bool) -> Range<usize> {
    let trimmed = line.trim_start();
    if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
        return 0..0;
    }
    let from = if is_numbered { line_number(line).map_or(0, |(_, from)| from) } else { 0 };
    let rest = &line[from..];
    let end = from + suffix(rest);
    if has_differences || is_record(rest) {
        return from..end;
    }
    match record_in(&line[from..end]) {
        Some(inner) => from + inner.start..from + inner.end,
        None => from..end,
    }
}

/// Where a line ends, without what a tool says about the record in it.
fn suffix(line: &str) -> usize {
    const MARKS: [&str; 2] = [" -- link: ", " from server "];
    let marked = MARKS.iter().find_map(|mark| line.find(mark)).map(|at| &line[..at]);
    let secured = || [" (insecure)", " (secure)"].iter().find_map(|end| line.trim_end().strip_suffix(end));
    marked.or_else(secured).map_or(line.len(), |kept| kept.trim_end().len())
}

/// Where a whole record stands in a line with ornaments around it.
fn record_in(line: &str) -> Option<Range<usize>> {
    let mut at = line.len() - line.trim_start().len();
    for _ in 0..4 {
        at += prefix(&line[at..])?;
        let rest = line[at..].trim_end_matches(['`', '\'', '"', '|', ' ', '\t', ',']);
        let is_text = rest.matches('"').count() % 2 == 1;
        let end = at + rest.len() + usize::from(is_text && line[at + rest.len()..].starts_with('"'));
        if is_record(&line[at..end]) {
            return Some(at..end);
        }
    }
    None
}

/// The length of an ornament at the start of `text`, with the blanks behind it.
fn prefix(text: &str) -> Option<usize> {
    let word_end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(word_end);
    let is_mark = ["-", "*", "•", "·", "–", "|", "||", "|||", "->", "=>", "local-data:", "add"]
        .contains(&word)
        || is_list_number(word)
        || is_time(word)
        || word.starts_with('[') && word.ends_with(']') && word.len() > 2;
    let length = if is_mark {
        word_end
    } else if let Some(open) = text.chars().next().filter(|c| "`'\"|".contains(*c)) {
        return Some(open.len_utf8());
    } else if let Some(end) = bracketed_time(text) {
        end
    } else if is_month(word) {
        date(text)?
    } else {
        return text.strip_prefix("update add ").map(|rest| text.len() - rest.trim_start().len());
    };
    let blanks = text[length..].len() - text[length..].trim_start().len();
    (blanks > 0 || rest.is_empty()).then_some(length + blanks)
}

/// `1.`, `2)`
fn is_list_number(word: &str) -> bool {
    let digits = word.trim_end_matches(['.', ')']);
    digits.len() + 1 == word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `10:12:00`, `2026-01-02`, `2026-01-02T03:04:05Z`, with any fraction.
fn is_time(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let fits = |byte: u8| byte.is_ascii_digit() || b":-./,+TZ".contains(&byte);
    digits >= 6
        && word.bytes().all(fits)
        && (word.matches(':').count() >= 2 || word.matches('-').count() == 2)
}

/// `[2026-01-02 03:04:05]`
fn bracketed_time(text: &str) -> Option<usize> {
    let end = text.strip_prefix('[')?.find(']')? + 1;
    text[1..end].split_whitespace().any(is_time).then_some(end + 1)
}

fn is_month(word: &str) -> bool {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].contains(&word)
}

/// `Nov 28 10:12:00`, as `ts` and syslog write it.
fn date(text: &str) -> Option<usize> {
    let mut words = text.split_whitespace().skip(1);
    let (_, time) = (words.next()?.parse::<u8>().ok()?, words.next().filter(|word| is_time(word))?);
    Some(time.as_ptr() as usize - text.as_ptr() as usize + time.len())
}

/// True if a line is a record that is written in full: a name with a dot, TTL and class in any order, a type, data.
pub(super) fn is_record(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let has_name = words.next().is_some_and(is_full_name);
    let has_type = words
        .by_ref()
        .take(4)
        .find(|word| !is_ttl_or_class(word))
        .is_some_and(|word| type_word(word).is_some());
    has_name && has_type && words.next().is_some()
}

/// A name of several labels that ends in letters, with or without its final dot.
pub(super) fn is_full_name(word: &str) -> bool {
    let name = word.strip_suffix('.').unwrap_or(word);
    let name = name.strip_prefix("*.").unwrap_or(name);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_\\".contains(&byte) || !byte.is_ascii();
    let last = name.rsplit('.').next().unwrap_or_default();
    let ends_in_letters =
        last.len() >= 2 && last.bytes().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let labels = || name.split('.');
    labels().count() >= 2
        && ends_in_letters
        && labels().all(|label| !label.is_empty() && label.bytes().all(fits))
}

/// True if every line of a text begins with its number, as `cat -n` and `grep -n` print it.
fn numbered(text: &str) -> bool {
    let lines: Vec<Option<(u64, usize)>> =
        text.lines().filter(|line| !line.trim().is_empty()).map(line_number).collect();
    let numbers: Option<Vec<u64>> = lines.iter().map(|line| line.map(|(number, _)| number)).collect();
    let says_more = text
        .lines()
        .any(|line| line_number(line).is_some_and(|(_, from)| line[from..].split_whitespace().count() > 2));
    numbers.is_some_and(|numbers| numbers.len() > 1 && numbers.is_sorted_by(|a, b| a < b)) && says_more
}

/// The number at the start of a line, and where the line itself begins.
fn line_number(line: &str) -> Option<(u64, usize)> {
    let blanks = line.len() - line.trim_start().len();
    let digits = line[blanks..].bytes().take_while(u8::is_ascii_digit).count();
    let number = line[blanks..blanks + digits].parse().ok()?;
    let rest = &line[blanks + digits..];
    let separator = rest.chars().next().filter(|c| "\t:| ".contains(*c));
    (separator.is_some() || rest.is_empty())
        .then(|| (number, line.len() - rest.len() + usize::from(separator.is_some())))
}

/// The first line that shows a text to be a difference between two zones.
pub(super) fn differences(text: &str) -> Option<&str> {
    let has = |mark: char| {
        text.lines().find(move |line| {
            line.strip_prefix(mark).is_some_and(|rest| is_record(rest.trim_start()) && !rest.starts_with('-'))
        })
    };
    let hunk = || text.lines().find(|line| line.starts_with("@@ -"));
    let sides = || has('<').filter(|_| text.lines().any(|line| line.starts_with("> ")));
    let signs = || {
        has('+').filter(|_| has('-').is_some()).or_else(|| has('+').filter(|line| !line.starts_with("+ ")))
    };
    hunk().or_else(sides).or_else(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        strip(text).0
    }

    #[test]
    fn ornaments_go_where_a_whole_record_is_left() {
        let record = "e.net. 300 IN MX 10 mx1.e.net.";
        for text in [
            "- e.net. 300 IN MX 10 mx1.e.net.",
            "* e.net. 300 IN MX 10 mx1.e.net.",
            "3. e.net. 300 IN MX 10 mx1.e.net.",
            "`e.net. 300 IN MX 10 mx1.e.net.`",
            "  - 'e.net. 300 IN MX 10 mx1.e.net.'",
            "| e.net. 300 IN MX 10 mx1.e.net. |",
            "Nov 28 10:12:00 e.net. 300 IN MX 10 mx1.e.net.",
            "2026-01-02T03:04:05Z e.net. 300 IN MX 10 mx1.e.net.",
            "[2026-01-02 03:04:05] e.net. 300 IN MX 10 mx1.e.net.",
            "[e.net.] e.net. 300 IN MX 10 mx1.e.net.",
            "local-data: \"e.net. 300 IN MX 10 mx1.e.net.\"",
            "update add e.net. 300 IN MX 10 mx1.e.net.",
            "e.net. 300 IN MX 10 mx1.e.net.  -- link: eth0",
            "e.net. 300 IN MX 10 mx1.e.net. (insecure)",
        ] {
            assert_eq!(stripped(text), record, "{text}");
        }
        assert_eq!(stripped("- e.net. 1 IN TXT \"a\""), "e.net. 1 IN TXT \"a\"");
        assert_eq!(stripped("     1\t$ORIGIN e.net.\n     2\t@ MX 10 a\n"), "$ORIGIN e.net.\n@ MX 10 a\n");
        assert_eq!(stripped("10 mx1.e.net. from server 192.0.2.53 in 0 ms."), "10 mx1.e.net.");
    }

    #[test]
    fn what_may_mean_no_record_stays() {
        for text in [
            "# e.net. 300 IN MX 10 mx1.e.net.",
            "// e.net. 300 IN MX 10 mx1.e.net.",
            "del e.net. 300 IN MX 10 mx1.e.net.",
            " e.net. 1 MX 1 a.e.net.\n-e.net. 1 MX 1 b.e.net.\n+e.net. 1 MX 1 c.e.net.",
            "- e.net. 1 MX 1 b.e.net.\n+ e.net. 1 MX 1 c.e.net.",
            "10 mx1.e.net.\n11 mx2.e.net.",
            "1 mx1.e.net.\n2 mx2.e.net.",
            "mx1 300 A 192.0.2.1",
        ] {
            assert_eq!(stripped(text), text);
        }
    }
}
