//! A page of fixed width: cleaning, measuring, cutting and wrapping what is written on it.
//!
//! Text out of a scenario is not trusted: control characters, which could drive the terminal, are written as blanks.

use unicode_width::UnicodeWidthStr as _;

use super::TextStyle;
use crate::words::Tone;

/// Narrower pages cannot hold a number with its range beside a name.
const NARROWEST: usize = 72;
/// Columns left blank at the left.
const INDENT: &str = "  ";

/// Lines written so far, and how to write more.
pub(super) struct Page {
    pub(super) width: usize,
    color: bool,
    ascii: bool,
    out: String,
}

impl Page {
    pub(super) fn new(style: &TextStyle) -> Self {
        Self { width: style.width.max(NARROWEST), color: style.color, ascii: style.ascii, out: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// True if `text` stands on the page.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.out.contains(text)
    }

    /// One of two spellings, by whether only ASCII may be written.
    pub(super) fn pick<'a>(&self, rich: &'a str, plain: &'a str) -> &'a str {
        if self.ascii { plain } else { rich }
    }

    /// `text` without control characters, and in ASCII if asked.
    pub(super) fn clean(&self, text: &str) -> String {
        let printable = text.chars().map(|letter| if is_unprintable(letter) { ' ' } else { letter });
        if self.ascii { printable.map(ascii_of).collect() } else { printable.collect() }
    }

    pub(super) fn sign(&self, tone: Tone) -> &'static str {
        match (self.ascii, tone) {
            (true, Tone::Good) => "+",
            (true, Tone::Bad) => "x",
            _ => tone.sign(),
        }
    }

    /// `text` in the colour of `tone`, if colours are wanted; its width stays.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Open => "1;33",
        };
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line that is known to fit; blanks at its end are dropped.
    pub(super) fn raw(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// Wrapped text over the full width.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.hanging("", "", 0, text);
    }

    /// Wrapped text under the page's indent.
    pub(super) fn note(&mut self, text: &str) {
        self.hanging(INDENT, "", 0, text);
    }

    /// `label` at the left, wrapped text in a column of its own beside it.
    pub(super) fn item(&mut self, label: &str, text: &str) {
        self.hanging(INDENT, label, 11, text);
    }

    /// As [`Page::item`], with a sign painted in `tone` as the label.
    pub(super) fn signed(&mut self, tone: Tone, text: &str) {
        let sign = self.sign(tone);
        let start = self.out.len();
        self.hanging(INDENT, sign, 2, text);
        let at = start + INDENT.len();
        let painted = self.paint(tone, sign);
        self.out.replace_range(at..at + sign.len(), &painted);
    }

    /// As [`Page::item`], with room for a label of `label_width` columns; a longer label is cut.
    pub(super) fn wide_item(&mut self, label: &str, label_width: usize, text: &str) {
        self.hanging("    ", label, label_width, text);
    }

    fn hanging(&mut self, indent: &str, label: &str, label_width: usize, text: &str) {
        let label = fit(&self.clean(label), label_width);
        let gap = if label_width > 2 { "  " } else { "" };
        let first = format!("{indent}{label}{gap}");
        let hang = " ".repeat(width_of(&first));
        let room = self.width.saturating_sub(width_of(&first)).max(1);
        for (index, line) in wrap(&self.clean(text), room).iter().enumerate() {
            let lead = if index == 0 { &first } else { &hang };
            self.raw(&format!("{lead}{line}"));
        }
    }
}

/// Control characters, and the marks that turn the direction of writing, which can make one name look like another.
fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn ascii_of(letter: char) -> char {
    match letter {
        '–' | '—' | '−' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '×' => 'x',
        '±' => '~',
        '\u{a0}' | '\u{2009}' => ' ',
        _ if letter.is_ascii() => letter,
        _ => '?',
    }
}

/// Columns that `text` takes on a terminal.
pub(super) fn width_of(text: &str) -> usize {
    text.width()
}

/// `text` in exactly `width` columns: cut with an ellipsis, or filled with blanks.
pub(super) fn fit(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let blanks = width.saturating_sub(width_of(&cut));
    format!("{cut}{}", " ".repeat(blanks))
}

/// `text` in at most `width` columns; what is lost is marked by `~`, which every terminal can show.
pub(super) fn cut(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let (mut kept, _) = split_at_width(text, width.saturating_sub(1));
    if width > 0 {
        kept.push('~');
    }
    kept
}

/// The longest start of `text` that takes at most `width` columns, and the rest.
fn split_at_width(text: &str, width: usize) -> (String, &str) {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if width_of(&text[..next]) > width {
            break;
        }
        end = next;
    }
    (text[..end].to_owned(), &text[end..])
}

/// Breaks `text` at blanks into lines of at most `width` columns; a word that is longer is broken anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let mut word = word.as_str();
        if !line.is_empty() && width_of(&line) + 1 + width_of(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        while width_of(word) > width {
            let (start, rest) = split_at_width(word, width);
            if start.is_empty() {
                break;
            }
            lines.push(start);
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The words of `text`; a unit stays with its number, so that no line starts with one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last)
                if is_unit(word) && last.ends_with(|end: char| end.is_ascii_digit()) && last.len() < 12 =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `%`, or `s`, `m`, `h`, `d` with no letter or digit behind it.
fn is_unit(word: &str) -> bool {
    word.strip_prefix(['%', 's', 'm', 'h', 'd'])
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let text = "the busiest node carries 33.4 % of averyveryverylongwordwithoutanybreak at all";
        let lines = wrap(text, 16);
        assert!(lines.iter().all(|line| width_of(line) <= 16), "{lines:?}");
        let kept: String = lines.concat().split_whitespace().collect();
        assert_eq!(kept, text.split_whitespace().collect::<String>());
        assert!(lines.iter().all(|line| !line.starts_with('%')), "{lines:?}");
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(width_of(&fit("邮件服务器", 6)), 6);
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(cut("abcdef", 4), "abc~");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let page = Page::new(&TextStyle::default());
        assert_eq!(page.clean("mx\u{1b}[2J1\u{202e}"), "mx [2J1 ");
    }
}
