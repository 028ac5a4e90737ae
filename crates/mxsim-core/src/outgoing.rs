//! Text that leaves. Titles, names, file names and pieces of input were written by somebody else: they are shown, and never obeyed.
//!
//! A terminal runs control characters, a mark of direction makes one name look like another, and tag characters hide a message in plain sight.
//! So every screen, document and error passes what it shows through here: [`visible()`] where columns count, [`spelled()`] where the reader must
//! find the character, [`in_json()`] where the value itself has to survive. What Markdown, CSV and SVG need beyond that is in
//! `mxsim-report/src/outgoing.rs`.

use std::fmt::Write as _;

/// Longest title (characters): without one a scenario is called after its mail domain.
pub const LONGEST_TITLE: usize = 255;
/// Longest text in one sentence or cell (characters).
pub const LONGEST_TEXT: usize = 4_000;
/// Longest message of an error (characters), and longest word in it: a path may be that long and still be shown whole.
pub const LONGEST_ERROR: usize = 2_000;
const LONGEST_WORD: usize = 400;
/// Longest piece of input that an error repeats (characters).
pub const LONGEST_QUOTE: usize = 40;

/// What stands for a character that cannot be seen.
const STAND_IN: char = '\u{fffd}';

/// True for a character that takes no ink or steers what shows it: control characters (C0, DEL, C1), line and paragraph separators, marks of
/// direction, everything of no width, fillers, variation selectors, tags, and code points that are no characters.
///
/// ```
/// use mxsim_core::outgoing::is_unseen;
/// assert!(['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{e0041}', '\u{fe0f}'].into_iter().all(is_unseen));
/// assert!(!"aü漢 \u{301}🙂".contains(is_unseen));
/// ```
#[must_use]
pub const fn is_unseen(c: char) -> bool {
    // Nearly everything is one of these.
    if matches!(c, ' '..='~') {
        return false;
    }
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        // The last two code points of each plane are no characters.
        || c as u32 & 0xfffe == 0xfffe
}

/// The character itself, a blank for what breaks or moves a line, and `�` for anything else that is not seen. The number of characters stays.
#[must_use]
pub const fn visible_char(c: char) -> char {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        _ if is_unseen(c) => STAND_IN,
        _ => c,
    }
}

/// `text` on one line, with everything in it to be seen and at most [`LONGEST_TEXT`] characters.
///
/// ```
/// assert_eq!(mxsim_core::outgoing::visible("mx\u{1b}[2J1\n\u{202e}"), "mx�[2J1 �");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    cut(text, LONGEST_TEXT).chars().map(visible_char).collect()
}

/// The same for a title.
#[must_use]
pub fn title(text: &str) -> String {
    visible(&cut(text, LONGEST_TITLE))
}

/// `text` with what is not seen written as `\u{1b}`, as in a string of a program.
#[must_use]
pub fn spelled(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) {
            written.extend(c.escape_default());
        } else {
            written.push(c);
        }
    }
    written
}

/// What an error says: spelled, long words and the whole cut in their middles. Both ends say where and what.
#[must_use]
pub fn error_text(text: &str) -> String {
    // What is cut away need not be spelled; a character takes ten at most.
    let words: Vec<String> = shortened(text, 10 * LONGEST_ERROR)
        .split(' ')
        .map(|word| shortened(&spelled(word), LONGEST_WORD))
        .collect();
    shortened(&words.join(" "), LONGEST_ERROR)
}

/// `text` in at most `most` characters, with `…` for its middle.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end = most / 3;
    let start = most - end - 1;
    let tail = text.char_indices().nth(count - end).map_or("", |(at, _)| &text[at..]);
    format!("{}…{tail}", text.chars().take(start).collect::<String>())
}

/// `text` in at most `most` characters, with `…` for its end.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{start}…")
}

/// A JSON document in which strings keep their values and nothing steers the terminal that shows it: what is not seen is written `\u001b`.
///
/// ```
/// assert_eq!(mxsim_core::outgoing::in_json("{\n  \"a\": \"\u{9b}\u{e0041}\"\n}\n"), "{\n  \"a\": \"\\u009b\\udb40\\udc41\"\n}\n");
/// ```
#[must_use]
pub fn in_json(document: &str) -> String {
    let mut written = String::with_capacity(document.len());
    for c in document.chars() {
        // A line end inside a string is `\n` already.
        if c != '\n' && is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(written, "\\u{unit:04x}");
            }
        } else {
            written.push(c);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left() {
        let every: String = (0..=0x0010_ffff).filter_map(char::from_u32).collect();
        assert!(!every.chars().map(visible_char).any(is_unseen));
        assert!(!spelled(&every).contains(is_unseen));
        assert!(!in_json(&every).contains(|c| c != '\n' && is_unseen(c)));
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "a": "\u{1b}\u{7f}\u{9b}\u{200b}\u{202e}\u{e0041}\u{ffff}\n\tü🙂" });
        let text = in_json(&format!("{value:#}"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(title(&"x".repeat(1_000_000)).chars().count(), LONGEST_TITLE);
        assert_eq!(shortened("abcdefghij", 7), "abcd…ij");
        let long = error_text(&format!("there is no key `{}` in it", "x".repeat(1_000_000)));
        assert!(long.starts_with("there is no key `xxx") && long.ends_with("xxx` in it"), "{long}");
        assert!(long.chars().count() < 450);
        assert_eq!(error_text(&"a ".repeat(1_000_000)).chars().count(), LONGEST_ERROR);
        assert_eq!(error_text("a  b\n"), "a  b\\n");
    }
}
