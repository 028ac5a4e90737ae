//! A page of fixed width, on which every screen is written.
//!
//! Text out of a scenario is not trusted: whatever is written passes [`crate::outgoing`].

pub(crate) mod columns;
mod wrap;

pub(crate) use wrap::{cut, distinct, fit, width_of};

use crate::outgoing::visible;
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

/// What stands where a text was cut.
const IN_FULL: &str = " ... (--full)";

/// The colours of a page (ECMA-48, SGR).
const GOOD: &str = "\u{1b}[1;32m";
const BAD: &str = "\u{1b}[1;31m";
const OPEN: &str = "\u{1b}[1;33m";
const PLAIN: &str = "\u{1b}[0m";
const COLOURS: [&str; 4] = [GOOD, BAD, OPEN, PLAIN];

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

/// A title in at most 30 columns, for a line that shows progress.
///
/// ```
/// assert_eq!(mxsim_report::short("mx\u{1b}[2J"), "mx\u{fffd}[2J");
/// ```
#[must_use]
pub fn short(title: &str) -> String {
    cut(&visible(title), 30)
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

fn next_line(text: &str, width: usize) -> String {
    let hang = format!("\n{}", " ".repeat(NEXT.len()));
    format!("{NEXT}{}\n", continued(&visible(text), width - NEXT.len()).join(&hang))
}

/// A command and what follows it after a comma, in lines: where the command goes on in the next line, a backslash says so to a shell.
fn continued(text: &str, width: usize) -> Vec<String> {
    const GOES_ON: &str = " \\";
    let command = text.split([',', ';']).next().unwrap_or_default().trim_end().len();
    let mut lines = wrap(text, width, LongWord::Kept);
    if lines.len() > 1 && lines[0].len() < command {
        lines = wrap(text, width - GOES_ON.len(), LongWord::Kept);
    }
    let mut shown = 0;
    for line in &mut lines {
        shown += line.len() + 1;
        if shown < command {
            line.push_str(GOES_ON);
        }
    }
    lines
}

/// `text` in lines of at most `width` columns, with words of any length kept whole.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    wrap(&visible(text), width, LongWord::Kept).join("\n")
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

    /// Lines written so far.
    pub(crate) fn lines(&self) -> usize {
        self.out.lines().count()
    }

    /// Lines that a command would take at the end of the page.
    pub(crate) fn lines_of_next(&self, command: &str) -> usize {
        next_line(command, self.width).lines().count()
    }

    /// Lines that `text` would take beside a label, see [`Page::labelled`].
    pub(crate) fn lines_of(&self, label_width: usize, text: &str) -> usize {
        let style = TextStyle { color: false, width: self.width, ascii: self.ascii };
        let mut page = Self::new(&style);
        page.labelled("", label_width, text);
        page.lines()
    }

    /// `text` cut to so many lines beside `columns` that are taken; what is cut stands on the long page.
    pub(crate) fn clipped(&self, columns: usize, text: &str, lines: usize) -> String {
        let room = self.width.saturating_sub(columns).max(1);
        let height = |text: &str| wrap(&self.clean(text), room, LongWord::Broken).len();
        if height(text) <= lines {
            return text.to_owned();
        }
        let fits = |end: &usize| height(&format!("{}{IN_FULL}", text[..*end].trim_end())) <= lines;
        let ends: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let words = ends.iter().rev().filter(|end| text[**end..].starts_with(' ')).chain(ends.iter().rev());
        let end = words.copied().find(fits).unwrap_or(0);
        format!("{}{IN_FULL}", text[..end].trim_end())
    }

    /// The first lines of the page, and that the rest of it stands on the long one.
    pub(crate) fn shortened(mut self, lines: usize) -> Self {
        let kept: Vec<&str> = self.out.lines().take(lines.saturating_sub(1)).collect();
        self.out = format!("{}\n{INDENT}... the rest: --full\n", kept.join("\n"));
        self
    }

    /// True if `text` stands on the page.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.out.contains(text)
    }

    /// One of two spellings, by whether only ASCII may be written.
    pub(crate) fn pick<'a>(&self, rich: &'a str, plain: &'a str) -> &'a str {
        if self.ascii { plain } else { rich }
    }

    /// `text` as it may be shown, and in ASCII if asked.
    pub(crate) fn clean(&self, text: &str) -> String {
        let text = visible(text);
        if self.ascii { text.chars().map(ascii_of).collect() } else { text }
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
            Tone::Good => GOOD,
            Tone::Bad => BAD,
            Tone::Open => OPEN,
        };
        if self.color { format!("{code}{text}{PLAIN}") } else { text.to_owned() }
    }

    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line that is known to fit; blanks at its end are dropped. Of what steers a terminal, only the page's own colours pass.
    pub(crate) fn raw(&mut self, line: &str) {
        let mut rest = line.trim_end();
        while let Some(at) = rest.find('\u{1b}') {
            let code = COLOURS.iter().find(|code| self.color && rest[at..].starts_with(**code));
            self.out.push_str(&visible(&rest[..at]));
            self.out.push_str(code.unwrap_or(&"\u{fffd}"));
            rest = &rest[at + code.map_or(1, |code| code.len())..];
        }
        self.out.push_str(&visible(rest));
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
        assert_eq!(page.clean("mx\u{1b}[2J1\u{202e}"), "mx�[2J1�");
    }

    #[test]
    fn only_its_own_colours_pass() {
        let mut page = Page::new(&TextStyle { color: true, ..TextStyle::default() });
        let painted = page.paint(Tone::Bad, "NO");
        page.raw(&format!("{painted} \u{1b}]0;title\u{7}"));
        assert_eq!(page.into_text(), "\u{1b}[1;31mNO\u{1b}[0m �]0;title�\n");
    }

    #[test]
    fn the_next_command_hangs_under_itself() {
        let long = format!("mxsim run {}", ["scenario.toml"; 8].join(" "));
        let lines = next(&long);
        assert!(lines.lines().nth(1).is_some_and(|line| line.ends_with(" \\")), "a shell goes on: {lines}");
        assert!(lines.lines().skip(2).all(|line| line.starts_with("      s")), "{lines}");
        assert!(lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
    }
}
