//! What leaves in a format that has rules of its own: Markdown, CSV and JSON. See [`mxsim_core::outgoing`] for what is shown of a text at all.
//!
//! | format | what is taken from a text of somebody else |
//! |---|---|
//! | all | characters that are not seen: a blank or `�` in their place; in JSON `\u001b`, which reads back as the same value |
//! | Markdown | the meaning of marks: tables, code, headings, HTML, links and addresses that would become links |
//! | CSV | the beginning of a formula: `'` before a cell that starts with `=`, `+`, `-` or `@` and is no number |
//! | SVG, PNG | what XML forbids |

pub(crate) use mxsim_core::outgoing::{
    LONGEST_QUOTE, cut, error_text, in_json, title, visible, visible_char,
};

/// Takes the meaning Markdown gives to characters off them, and keeps the text on one line.
pub(crate) fn in_markdown(text: &str) -> String {
    let letters: Vec<char> = visible(text).chars().collect();
    let is_word = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_alphanumeric());
    let mut escaped = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        let marks = match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '&' | '#' | '~' | '$' => true,
            // Inside a word an underscore means nothing.
            '_' => !(is_word(at.checked_sub(1)) && is_word(Some(at + 1))),
            // GitHub makes links of `http://` and `www.`, whatever stands before.
            '/' => letters[..at].ends_with(&[':', '/']) || letters[..at].ends_with(&[':']),
            '.' => letters[..at].iter().rev().take(3).all(|c| matches!(c, 'w' | 'W')) && at >= 3,
            _ => false,
        };
        if marks {
            escaped.push('\\');
        }
        escaped.push(*letter);
    }
    escaped
}

/// A name as code, in a table as well; a mark that would end it becomes an apostrophe.
pub(crate) fn code_in_markdown(text: &str) -> String {
    format!("`{}`", visible(text).replace('`', "'").replace('|', "\\|"))
}

/// A path between angle brackets, where blanks are allowed. What could end it, or is not seen, is percent-encoded.
pub(crate) fn link_in_markdown(path: &str) -> String {
    let mut link = String::with_capacity(path.len());
    for letter in path.chars() {
        if matches!(letter, '<' | '>' | '\\' | '%') || visible_char(letter) != letter {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                link.push_str(&format!("%{byte:02X}"));
            }
        } else {
            link.push(letter);
        }
    }
    link
}

/// A block of plain text, behind a fence that nothing in it can close.
pub(crate) fn block_in_markdown(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// A cell of text. A spreadsheet takes what starts with `=`, `+`, `-` or `@` for a formula, behind blanks as well and in full width; an
/// apostrophe makes it text. A number stays a number. Where `;` parts cells, a formula may start behind one.
pub(crate) fn in_csv(text: &str) -> String {
    let text = visible(text);
    if is_number(&text) {
        return text;
    }
    let mut cell = String::with_capacity(text.len());
    let mut is_start = true;
    for letter in text.chars() {
        if is_start && matches!(letter, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            cell.push('\'');
        }
        is_start = letter == ';' || is_start && (letter.is_whitespace() || letter == '"');
        cell.push(letter);
    }
    cell
}

/// A decimal number and nothing else: no name, no infinity, no calculation.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(in_markdown("a|b"), "a\\|b");
        assert_eq!(in_markdown("cache_sticky _x_"), "cache_sticky \\_x\\_");
        assert_eq!(in_markdown("<script>\n# x"), "\\<script\\> \\# x");
        assert_eq!(in_markdown("![x](http://y) www.z"), "!\\[x\\](http:\\/\\/y) www\\.z");
        assert_eq!(in_markdown("\u{1b}[31m 3/4 a.b"), "�\\[31m 3/4 a.b");
        assert_eq!(link_in_markdown("a b>\\\u{202e}.svg"), "a b%3E%5C%E2%80%AE.svg");
        assert_eq!(block_in_markdown("```\n"), "````text\n```\n````\n");
    }

    #[test]
    fn cells_cannot_become_formulas() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("\t=1", " '=1"),
            ("＝1", "'＝1"),
            ("a;=1", "a;'=1"),
            ("-inf", "'-inf"),
            ("-1.5e-3", "-1.5e-3"),
            ("mx-1: a=b", "mx-1: a=b"),
        ] {
            assert_eq!(in_csv(text), cell);
        }
    }
}
