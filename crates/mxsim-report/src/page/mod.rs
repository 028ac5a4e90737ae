//! A page of fixed width, on which every screen is written.
//!
//! Text out of a scenario is not trusted: control characters, which could drive the terminal, are written as blanks.

pub(crate) mod columns;
mod wrap;

pub(crate) use wrap::{cut, fit, printable, width_of};

use crate::words::Tone;
use wrap::{LongWord, wrap};

/// Columns of a page unless told otherwise, and of a message.
pub const WIDTH: usize = 80;
/// Narrower pages cannot hold a number with its range beside a name.
const NARROWEST: usize = 72;
/// Columns left blank at the left.
const INDENT: &str = "  ";
/// What the last line of a screen begins with.
const NEXT: &str = "Next: ";

/// How terminal text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextStyle {
    /// Colours the answer and the goals' signs by ANSI codes.
    pub color: bool,
    /// Columns of the page; fewer than 72 count as 72.
    pub width: usize,
    /// Writes ASCII only.
    pub ascii: bool,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { color: false, width: WIDTH, ascii: false }
    }
}

/// A message in lines of 80 columns, broken at blanks; a path or a command longer than that stays whole.
///
/// ```
/// assert_eq!(mxsim_report::message("a sentence\nin one line"), "a sentence in one line");
/// ```
#[must_use]
pub fn message(text: &str) -> String {
    wrapped(text, WIDTH)
}

/// The last line of a screen, a blank line before it: what is worth typing next.
///
/// ```
/// assert_eq!(mxsim_report::next("mxsim ask 2"), "\nNext: mxsim ask 2\n");
/// ```
#[must_use]
pub fn next(command: &str) -> String {
    format!("\n{}", next_line(command, WIDTH))
}

fn next_line(command: &str, width: usize) -> String {
    let hang = format!("\n{}", " ".repeat(NEXT.len()));
    format!("{NEXT}{}\n", wrapped(command, width - NEXT.len()).replace('\n', &hang))
}

/// `text` in lines of at most `width` columns, with words of any length kept whole.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    wrap(&printable(text), width, LongWord::Kept).join("\n")
}

/// Lines written so far, and how to write more.
pub(crate) struct Page {
    pub(crate) width: usize,
    color: bool,
    ascii: bool,
    out: String,
}

impl Page {
    pub(crate) fn new(style: &TextStyle) -> Self {
        Self { width: style.width.max(NARROWEST), color: style.color, ascii: style.ascii, out: String::new() }
    }

    pub(crate) fn into_text(self) -> String {
        self.out
    }

    /// The page with what is worth typing next at its end.
    pub(crate) fn with_next(mut self, command: &str) -> String {
        self.blank();
        let line = next_line(&self.clean(command), self.width);
        self.out.push_str(&line);
        self.out
    }

    /// True if `text` stands on the page.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.out.contains(text)
    }

    /// One of two spellings, by whether only ASCII may be written.
    pub(crate) fn pick<'a>(&self, rich: &'a str, plain: &'a str) -> &'a str {
        if self.ascii { plain } else { rich }
    }

    /// `text` without control characters, and in ASCII if asked.
    pub(crate) fn clean(&self, text: &str) -> String {
        let printable = printable(text);
        if self.ascii { printable.chars().map(ascii_of).collect() } else { printable }
    }

    pub(crate) fn sign(&self, tone: Tone) -> &'static str {
        match (self.ascii, tone) {
            (true, Tone::Good) => "+",
            (true, Tone::Bad) => "x",
            _ => tone.sign(),
        }
    }

    /// `text` in the colour of `tone`, if colours are wanted; its width stays.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Open => "1;33",
        };
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line that is known to fit; blanks at its end are dropped.
    pub(crate) fn raw(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// Wrapped text over the full width.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.hanging("", "", 0, text);
    }

    /// Wrapped text under the page's indent.
    pub(crate) fn note(&mut self, text: &str) {
        self.hanging(INDENT, "", 0, text);
    }

    /// Wrapped text under an indent of `columns`.
    pub(crate) fn indented(&mut self, columns: usize, text: &str) {
        self.hanging(&" ".repeat(columns), "", 0, text);
    }

    /// `label` at the left, wrapped text in a column of its own beside it.
    pub(crate) fn item(&mut self, label: &str, text: &str) {
        self.labelled(label, 11, text);
    }

    /// As [`Page::item`], for a page whose first label is an answer word.
    pub(crate) fn answer_item(&mut self, label: &str, text: &str) {
        self.labelled(label, 12, text);
    }

    /// As [`Page::item`], with a sign painted in `tone` as the label.
    pub(crate) fn signed(&mut self, tone: Tone, text: &str) {
        let sign = self.sign(tone);
        let start = self.out.len();
        self.hanging(INDENT, sign, 2, text);
        let at = start + INDENT.len();
        let painted = self.paint(tone, sign);
        self.out.replace_range(at..at + sign.len(), &painted);
    }

    /// As [`Page::item`], with room for a label of `label_width` columns; a longer label is cut.
    pub(crate) fn wide_item(&mut self, label: &str, label_width: usize, text: &str) {
        self.hanging("    ", label, label_width, text);
    }

    /// As [`Page::item`], with room for a label of `label_width` columns.
    pub(crate) fn labelled(&mut self, label: &str, label_width: usize, text: &str) {
        self.hanging(INDENT, label, label_width, text);
    }

    /// Wrapped text beside a time of day at the very left.
    pub(crate) fn at_time(&mut self, time: &str, text: &str) {
        self.hanging("", time, width_of(time).max(12), text);
    }

    fn hanging(&mut self, indent: &str, label: &str, label_width: usize, text: &str) {
        let label = fit(&self.clean(label), label_width);
        let gap = if label_width > 2 { "  " } else { "" };
        let first = format!("{indent}{label}{gap}");
        let hang = " ".repeat(width_of(&first));
        let room = self.width.saturating_sub(width_of(&first)).max(1);
        for (index, line) in wrap(&self.clean(text), room, LongWord::Broken).iter().enumerate() {
            let lead = if index == 0 { &first } else { &hang };
            self.raw(&format!("{lead}{line}"));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let page = Page::new(&TextStyle::default());
        assert_eq!(page.clean("mx\u{1b}[2J1\u{202e}"), "mx [2J1 ");
    }

    #[test]
    fn the_next_command_hangs_under_itself() {
        let long = format!("mxsim run {}", ["scenario.toml"; 8].join(" "));
        let lines = next(&long);
        assert!(lines.lines().skip(2).all(|line| line.starts_with("      s")), "{lines}");
        assert!(lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
    }
}
