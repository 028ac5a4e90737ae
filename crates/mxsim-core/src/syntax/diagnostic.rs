//! What is wrong with a scenario, said so that it can be mended at once: where, what stands there, which rule it breaks, and what to write.
//!
//! Everything that is wrong is reported together. The command draws a [`Diagnostic`] the way rustc does; [`ScenarioError`] alone prints
//! one plain line per error and one per help.

use crate::outgoing::error_text;
use crate::syntax::ids::{KnownIds, NoIds};
pub use crate::syntax::pointer::Pointer;
use crate::syntax::suggest::nearest;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Stable codes of all errors, with what each stands for. The codes never change their meaning.
pub const CODES: &[(&str, &str)] = &[
    (code::SYNTAX, "the text is not valid TOML or JSON"),
    (code::DUPLICATE_KEY, "a key stands twice in one table"),
    (code::TOO_LARGE, "the text is larger than 16 MiB"),
    (code::TOO_DEEP, "tables or lists are nested too deeply"),
    (code::UNKNOWN_KEY, "a key that does not exist"),
    (code::NOT_YET, "a key or word that a later version will bring"),
    (code::WRONG_TYPE, "a value of the wrong type"),
    (code::SHARES, "sender shares do not add up to 100 %"),
    (code::OUT_OF_RANGE, "a number, time or list out of its range"),
    (code::MALFORMED, "text that is not the duration, time, share, address or name it has to be"),
    (code::UNKNOWN_WORD, "a word that is not among the choices"),
    (code::UNKNOWN_PRESET, "a preset that is not in the catalogue"),
    (code::UNKNOWN_RESOLVER, "a resolver that is neither in the scenario nor in the catalogue"),
    (code::MISSING, "something required is missing"),
    (code::UNKNOWN_NODE, "a node that does not exist"),
    (code::DUPLICATE_NAME, "a name or an address is used twice"),
    (code::CONFLICT, "two settings exclude each other"),
    (code::FILE, "a file of the scenario cannot be read"),
    (code::UNKNOWN_ADDRESS, "an address that no exchange host of the zone has"),
    (code::NO_CHANGE, "a change removes or replaces records that do not exist"),
    (code::ZONE_SYNTAX, "a zone line that cannot be read"),
    (code::ZONE_VALUE, "a name, address, TTL or preference in a zone line that is not one"),
    (code::ZONE_DOMAIN, "the mail domain is not clear or has no records"),
    (code::ZONE_CNAME, "a CNAME loop, or several CNAME records of one name"),
    (code::ZONE_FOREIGN, "records in a form that is recognised and not read"),
    (code::ZONE_TOO_MANY, "more MX records or addresses than the simulator takes"),
];

/// The codes, by name.
pub(crate) mod code {
    pub(crate) const SYNTAX: &str = "E001";
    pub(crate) const DUPLICATE_KEY: &str = "E002";
    pub(crate) const TOO_LARGE: &str = "E003";
    pub(crate) const TOO_DEEP: &str = "E004";
    pub(crate) const UNKNOWN_KEY: &str = "E101";
    pub(crate) const NOT_YET: &str = "E102";
    pub(crate) const WRONG_TYPE: &str = "E103";
    pub(crate) const SHARES: &str = "E104";
    pub(crate) const OUT_OF_RANGE: &str = "E105";
    pub(crate) const MALFORMED: &str = "E106";
    pub(crate) const UNKNOWN_WORD: &str = "E107";
    pub(crate) const UNKNOWN_PRESET: &str = "E108";
    pub(crate) const UNKNOWN_RESOLVER: &str = "E109";
    pub(crate) const MISSING: &str = "E110";
    pub(crate) const UNKNOWN_NODE: &str = "E111";
    pub(crate) const DUPLICATE_NAME: &str = "E112";
    pub(crate) const CONFLICT: &str = "E113";
    pub(crate) const FILE: &str = "E114";
    pub(crate) const UNKNOWN_ADDRESS: &str = "E115";
    pub(crate) const NO_CHANGE: &str = "E116";
    pub(crate) const ZONE_SYNTAX: &str = "E201";
    pub(crate) const ZONE_VALUE: &str = "E202";
    pub(crate) const ZONE_DOMAIN: &str = "E203";
    pub(crate) const ZONE_CNAME: &str = "E204";
    pub(crate) const ZONE_FOREIGN: &str = "E207";
    pub(crate) const ZONE_TOO_MANY: &str = "E206";
}

/// Where in a source something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The source as a whole.
    File,
    /// Bytes `start..end` of the source's text.
    Span {
        /// First byte.
        start: usize,
        /// First byte after it.
        end: usize,
    },
    /// A JSON pointer (RFC 6901), where the bytes are not known.
    Pointer(Pointer),
}

impl Place {
    /// The place of a byte range.
    pub(crate) const fn span(range: &std::ops::Range<usize>) -> Self {
        Self::Span { start: range.start, end: range.end }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable code such as `E104`; see [`CODES`].
    pub code: &'static str,
    /// The offending value and the rule it breaks.
    pub message: String,
    /// Index of the text it stands in, in [`ScenarioError::sources`].
    pub source: usize,
    /// Where it stands.
    pub place: Place,
    /// A few words to stand under the marked bytes; may be empty.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Adds a line of help.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(error_text(&help.into()));
        self
    }

    /// Adds the words under the marked bytes.
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = error_text(&label.into());
        self
    }
}

/// A text errors point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// File name, or what else it is called.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Everything that is wrong with a scenario; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The scenario's text first, then texts it brings along (a zone file).
    pub sources: Vec<NamedText>,
    /// All errors, in the order of their places; the first 1,000 if there are more.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are.
    pub left_out: usize,
}

/// Errors that are kept; nobody mends more in one go, and a megabyte of nonsense would need a gigabyte of them.
pub const MOST_KEPT: usize = 1_000;

impl Error for ScenarioError {}

/// One line per error, `file:line:column: error[E104]: message`, and one for its help.
impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let source = &self.sources[diagnostic.source];
            let name = error_text(&source.name);
            match &diagnostic.place {
                Place::File => write!(f, "{name}")?,
                Place::Pointer(pointer) => write!(f, "{name}#{}", error_text(&pointer.to_string()))?,
                Place::Span { start, .. } => {
                    let (line, column) = line_and_column(&source.text, *start);
                    write!(f, "{name}:{line}:{column}")?;
                }
            }
            write!(f, ": error[{}]: {}", diagnostic.code, error_text(&diagnostic.message))?;
            if let Some(help) = &diagnostic.help {
                write!(f, "\n  help: {}", error_text(help))?;
            }
        }
        Ok(())
    }
}

/// Line and column (in characters), both from 1, of byte `offset` of `text`.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    // Continuation bytes of UTF-8 do not start a character.
    let column = before[line_start..].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() + 1;
    (line, column)
}

/// Collects errors while a document is read, and knows the ids the document may name.
#[derive(Debug)]
pub(crate) struct Report {
    ids: Arc<dyn KnownIds>,
    sources: Vec<NamedText>,
    diagnostics: Vec<Diagnostic>,
    /// Errors beyond [`MOST_COLLECTED`].
    dropped: usize,
}

/// Errors that are held to be sorted; further ones are only counted.
const MOST_COLLECTED: usize = 10_000;

/// Errors for which the nearest word is looked for; those after them go without.
pub(crate) const MOST_HELPED: usize = 100;

impl Report {
    /// A report on the text `name`, which may name these ids.
    pub(crate) fn with_ids(name: &str, text: &str, ids: Arc<dyn KnownIds>) -> Self {
        Self { ids, ..Self::new(name, text) }
    }

    /// A report that takes errors nobody shall see, on a value of the same document.
    pub(crate) fn scratch(&self) -> Self {
        Self::with_ids("", "", Arc::clone(&self.ids))
    }

    /// The ids the document may name.
    pub(crate) fn ids(&self) -> Arc<dyn KnownIds> {
        Arc::clone(&self.ids)
    }

    /// A report on the text `name`, which names nothing by an id.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self {
            ids: Arc::new(NoIds),
            sources: vec![NamedText { name: name.into(), text: text.into() }],
            diagnostics: Vec::new(),
            dropped: 0,
        }
    }

    /// The main text.
    pub(crate) fn text(&self) -> &str {
        &self.sources[0].text
    }

    /// The name of the main text.
    pub(crate) fn name(&self) -> &str {
        &self.sources[0].name
    }

    /// Adds a text errors may point into; returns its index.
    pub(crate) fn add_source(&mut self, name: String, text: String) -> usize {
        self.sources.push(NamedText { name, text });
        self.sources.len() - 1
    }

    /// Adds an error in the main text.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.error_in(0, code, place.clone(), message)
    }

    /// Adds an error in the text number `source`.
    pub(crate) fn error_in(
        &mut self,
        source: usize,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let message = error_text(&message.into());
        if self.diagnostics.len() >= MOST_COLLECTED {
            self.diagnostics.pop();
            self.dropped += 1;
        }
        self.diagnostics.push(Diagnostic { code, message, source, place, label: String::new(), help: None });
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    /// True if nothing is wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The nearest known word, as long as errors are few: to look for it costs as much as there are words, and nobody reads a thousandth guess.
    pub(crate) fn nearest<'a>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if self.is_long() { None } else { nearest(word, candidates) }
    }

    /// True if there are so many errors that the next ones are said in short.
    pub(crate) fn is_long(&self) -> bool {
        self.diagnostics.len() >= MOST_HELPED
    }

    /// The errors so far.
    pub(crate) fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The same of a report that is known to hold an error.
    pub(crate) fn into_certain_error(mut self) -> ScenarioError {
        if self.is_clean() {
            self.error(code::SYNTAX, &Place::File, "the text cannot be read");
        }
        let empty = ScenarioError { sources: Vec::new(), diagnostics: Vec::new(), left_out: 0 };
        self.into_error().unwrap_or(empty)
    }

    /// All errors in the order of their places, each once; `None` if nothing is wrong.
    pub(crate) fn into_error(mut self) -> Option<ScenarioError> {
        if self.diagnostics.is_empty() {
            return None;
        }
        // A stable sort keeps the order of finding for errors at one place and for JSON pointers.
        self.diagnostics.sort_by_key(|diagnostic| {
            let start = match diagnostic.place {
                Place::Span { start, .. } => start,
                Place::File | Place::Pointer(_) => 0,
            };
            (diagnostic.source, start)
        });
        self.diagnostics.dedup();
        let left_out = self.diagnostics.len().saturating_sub(MOST_KEPT) + self.dropped;
        self.diagnostics.truncate(MOST_KEPT);
        Some(ScenarioError { sources: self.sources, diagnostics: self.diagnostics, left_out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\nüb = 2\n";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, text.find('b').unwrap_or(0)), (2, 2));
        assert_eq!(line_and_column(text, 10_000), (3, 1));
    }

    #[test]
    fn what_is_printed_steers_no_terminal() {
        let mut report = Report::new("a\u{1b}[2J.json", "");
        let place = Place::Pointer(Pointer::default().key("\u{9b}31m"));
        report.error(code::UNKNOWN_KEY, &place, "key `\u{7}`").help("\u{202e} or\nnothing");
        let text = report.into_error().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(
            text,
            "a\\u{1b}[2J.json#/\\u{9b}31m: error[E101]: key `\\u{7}`\n  help: \\u{202e} or\\nnothing"
        );
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = CODES.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), CODES.len());
    }

    #[test]
    fn errors_are_printed_in_the_order_of_the_text() {
        let mut report = Report::new("a.toml", "x = 1\ny = 2\n");
        report
            .error(code::UNKNOWN_KEY, &Place::Span { start: 6, end: 7 }, "unknown key `y`")
            .help("write `z`");
        report.error(code::UNKNOWN_KEY, &Place::Span { start: 0, end: 1 }, "unknown key `x`");
        let text = report.into_error().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(
            text,
            "a.toml:1:1: error[E101]: unknown key `x`\na.toml:2:1: error[E101]: unknown key `y`\n  help: write `z`"
        );
    }
}
