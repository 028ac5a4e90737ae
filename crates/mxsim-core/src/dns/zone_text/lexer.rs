//! Zone text into lines of words (RFC 1035 section 5.1).

use super::fault::{TextRange, ZoneErrorKind, ZoneTextError};
use super::quote::Quotes;
use std::ops::Range;

/// One word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    /// The word; a quoted string without its quotes.
    pub(super) text: &'a str,
    /// Where it stands.
    pub(super) range: TextRange,
}

/// A line after comments are dropped and parentheses have joined what belongs together; never empty.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Its words.
    pub(super) tokens: Vec<Token<'a>>,
    /// True if it starts with white space: the owner may have been left out.
    pub(super) indented: bool,
}

impl Line<'_> {
    /// From the first word to the last.
    pub(super) fn range(&self) -> TextRange {
        TextRange { end: self.tokens[self.tokens.len() - 1].range.end, ..self.tokens[0].range }
    }
}

/// A comment, from behind its semicolon to the end of the line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    /// Where and what it says.
    pub(super) token: Token<'a>,
    /// True if words stand before it in its line.
    pub(super) follows_words: bool,
}

/// A text as lines and comments.
#[derive(Debug, Default)]
pub(super) struct Lexed<'a> {
    pub(super) lines: Vec<Line<'a>>,
    pub(super) comments: Vec<Comment<'a>>,
}

/// Cuts `text` into lines, without those in `taken`, which are in order and apart.
pub(super) fn lex<'a>(
    text: &'a str,
    text_id: usize,
    taken: &[Range<usize>],
    errors: &mut Vec<ZoneTextError>,
) -> Lexed<'a> {
    let mut lexer = Lexer { text, text_id, at: 0, open: Vec::new(), comments: Vec::new(), errors };
    let (mut lines, mut taken) = (Vec::new(), taken.iter().peekable());
    while lexer.at < text.len() {
        if let Some(line) = taken.next_if(|line| line.start <= lexer.at) {
            lexer.at = lexer.at.max(line.end);
            continue;
        }
        let indented = matches!(text.as_bytes()[lexer.at], b' ' | b'\t');
        let tokens = lexer.line();
        if !tokens.is_empty() {
            lines.push(Line { tokens, indented });
        }
    }
    if let Some(&open) = lexer.open.first() {
        lexer.error(open, open + 1, "this parenthesis is never closed", "add `)` where the record ends");
    }
    Lexed { lines, comments: lexer.comments }
}

struct Lexer<'a, 'e> {
    text: &'a str,
    text_id: usize,
    at: usize,
    /// Parentheses that are open.
    open: Vec<usize>,
    comments: Vec<Comment<'a>>,
    errors: &'e mut Vec<ZoneTextError>,
}

impl<'a> Lexer<'a, '_> {
    fn error(&mut self, start: usize, end: usize, message: &str, help: &str) {
        self.errors.push(ZoneTextError {
            kind: ZoneErrorKind::Syntax,
            message: message.into(),
            help: help.into(),
            range: TextRange { text: self.text_id, start, end },
        });
    }

    /// The words up to the end of the logical line.
    fn line(&mut self) -> Vec<Token<'a>> {
        let mut tokens = Vec::new();
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            let start = self.at;
            self.at += 1;
            match byte {
                b'\n' if self.open.is_empty() => break,
                b'\n' => self.at += Quotes::prefix(&self.text[self.at..]),
                b'\r' | b' ' | b'\t' => {}
                b';' => self.comment(!tokens.is_empty()),
                b'(' => self.open.push(start),
                b')' => {
                    if self.open.pop().is_none() {
                        self.error(start, start + 1, "this parenthesis was never opened", "remove it");
                    }
                }
                b'"' => tokens.push(self.quoted(start)),
                _ => {
                    self.at = start;
                    tokens.push(self.word());
                }
            }
        }
        tokens
    }

    fn skip_until(&mut self, mut stop: impl FnMut(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|&byte| stop(byte)).unwrap_or(rest.len());
    }

    fn comment(&mut self, follows_words: bool) {
        let start = self.at;
        self.skip_until(|byte| byte == b'\n');
        let token = self.token(start, self.at);
        self.comments.push(Comment { token, follows_words });
    }

    fn token(&self, start: usize, end: usize) -> Token<'a> {
        Token { text: &self.text[start..end], range: TextRange { text: self.text_id, start, end } }
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        let mut escaped = false;
        // A backslash takes its special meaning from the next character (RFC 1035 section 5.1).
        self.skip_until(|byte| {
            let stops = !escaped && b" \t\r\n;()\"".contains(&byte);
            escaped = byte == b'\\' && !escaped;
            stops || byte == b'\n'
        });
        self.token(start, self.at)
    }

    /// A quoted string; its opening quote stands at `start`.
    fn quoted(&mut self, start: usize) -> Token<'a> {
        let mut escaped = false;
        for (i, byte) in self.text.as_bytes()[self.at..].iter().enumerate() {
            match byte {
                b'\n' => break,
                b'"' if !escaped => {
                    let token = self.token(start + 1, self.at + i);
                    self.at += i + 1;
                    return token;
                }
                _ => escaped = *byte == b'\\' && !escaped,
            }
        }
        self.error(
            start,
            start + 1,
            "this quoted string is never closed",
            "add the closing quote on the same line",
        );
        self.skip_until(|byte| byte == b'\n');
        self.token(start + 1, self.at)
    }
}
