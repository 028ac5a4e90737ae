//! What the comments of `dig`, `drill` and `kdig` say about the answer they stand around.
//!
//! They tell that a text is an answer and no zone; which names and types do not exist; and that an answer was longer than what was pasted.

use super::fault::ZoneNote;
use super::fields::known_type;
use super::kind::RecordKind;
use super::lexer::{Comment, Line};
use super::names::Roots;
use super::read::Denied;

/// What was found in the comments of a text.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// True if the text is an answer: it shows what was asked for, never all there is.
    pub(super) is_answer: bool,
    /// True if a zone transfer was asked for.
    pub(super) is_transfer: bool,
    /// Names and types that do not exist.
    pub(super) denied: Vec<Denied>,
    /// Answers of which a part is missing.
    pub(super) notes: Vec<ZoneNote>,
}

/// Reads `comments`, which stand between `lines`.
pub(super) fn read(comments: &[Comment<'_>], lines: &[Line<'_>]) -> Answers {
    let mut reader = Reader { lines, found: Answers::default(), message: Message::default() };
    comments.iter().filter(|comment| !comment.follows_words).for_each(|comment| reader.comment(comment));
    reader.finish(usize::MAX);
    reader.found
}

/// One answer, as far as it has been read.
#[derive(Debug, Default)]
struct Message {
    start: usize,
    is_nxdomain: bool,
    is_noerror: bool,
    is_truncated: bool,
    /// How many records the header says the answer has.
    answers: Option<usize>,
    question: Option<Denied>,
    is_in_question: bool,
    /// Where the answer section begins and the next one does.
    section: Option<(usize, Option<usize>)>,
}

struct Reader<'l, 'a> {
    lines: &'l [Line<'a>],
    found: Answers,
    message: Message,
}

impl Reader<'_, '_> {
    fn comment(&mut self, comment: &Comment<'_>) {
        let text = comment.token.text.trim_start_matches(';').trim();
        let (upper, at) = (text.to_ascii_uppercase(), comment.token.range.start);
        let has = |word: &str| upper.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
        match () {
            () if text.starts_with("<<>>") => {
                self.finish(at);
                self.found.is_transfer |= has("AXFR");
            }
            () if upper.starts_with("->>HEADER<<-") => {
                self.finish(at);
                self.message.is_nxdomain = has("NXDOMAIN");
                self.message.is_noerror = has("NOERROR");
            }
            () if upper.starts_with("FLAGS:") => {
                let flags = upper.split(';').next().unwrap_or_default();
                self.message.is_truncated = flags.split_whitespace().any(|flag| flag == "TC");
                self.message.answers = number_after(&upper, "ANSWER:");
            }
            () if is_section(&upper) || upper.starts_with("AXFR FOR") => {
                self.section(&upper, at);
                self.found.is_transfer |= has("AXFR");
            }
            () if self.message.is_in_question => return self.question(comment, text),
            () => return,
        }
        self.found.is_answer = true;
    }

    fn section(&mut self, upper: &str, at: usize) {
        self.message.is_in_question = upper.starts_with("QUESTION");
        match &mut self.message.section {
            None if upper.starts_with("ANSWER") => self.message.section = Some((at, None)),
            Some((_, end @ None)) => *end = Some(at),
            _ => {}
        }
    }

    /// `acme.net. IN MX`, in the question section.
    fn question(&mut self, comment: &Comment<'_>, text: &str) {
        self.message.is_in_question = false;
        let words: Vec<&str> = text.split_whitespace().collect();
        let ([name, kind] | [name, _, kind]) = words[..] else { return };
        let name = super::lexer::Token { text: name, range: comment.token.range };
        let Ok(name) = Roots::spelled_out(&name) else { return };
        self.found.is_transfer |= kind.eq_ignore_ascii_case("AXFR");
        self.message.question = Some(Denied { name, kind: known_type(kind) });
    }

    /// Ends the answer before byte `end`.
    fn finish(&mut self, end: usize) {
        let message = std::mem::replace(&mut self.message, Message { start: end, ..Message::default() });
        if message.is_truncated {
            self.cut("the answer has the flag `tc`: the server cut it off".into());
        } else if let (Some(said), Some((from, to))) = (message.answers, message.section) {
            self.count(said, from, to.unwrap_or(end));
        }
        let Some(question) = message.question.as_ref() else { return };
        let is_empty = message.is_noerror && message.answers == Some(0);
        if message.is_nxdomain {
            self.found.denied.push(Denied { kind: None, ..question.clone() });
        } else if is_empty && question.kind.is_some() && !self.is_referral(message.start, end) {
            self.found.denied.push(question.clone());
        }
    }

    fn within(&self, from: usize, to: usize) -> impl Iterator<Item = &Line<'_>> {
        self.lines.iter().filter(move |line| (from..to).contains(&line.range().start))
    }

    /// A server that names other servers denies nothing.
    fn is_referral(&self, from: usize, to: usize) -> bool {
        let has = |kind: &str| {
            self.within(from, to)
                .any(|line| line.tokens.iter().any(|token| token.text.eq_ignore_ascii_case(kind)))
        };
        has("NS") && !has(RecordKind::Soa.name())
    }

    /// Compares what the header says with what is there. Lines of other answers may have been pasted below, so the first owner's count, too.
    fn count(&mut self, said: usize, from: usize, to: usize) {
        let owners: Vec<&str> = self.within(from, to).map(|line| line.tokens[0].text).collect();
        let of_first = owners.iter().filter(|owner| Some(*owner) == owners.first()).count();
        if owners.len() != said && of_first < said {
            self.cut(format!("the answer had {said} records, and {of_first} of them are in the text"));
        }
    }

    fn cut(&mut self, what: String) {
        let text = format!("{what}; records may be missing: paste the whole output of `dig +tcp`");
        let note = ZoneNote { code: "answer-cut", text };
        if !self.found.notes.contains(&note) {
            self.found.notes.push(note);
        }
    }
}

/// `;; ANSWER SECTION:`; `;ANSWER`, as dnspython writes it.
fn is_section(upper: &str) -> bool {
    let name = upper.trim_end_matches(':').trim_end_matches(" SECTION");
    ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"].contains(&name)
}

fn number_after(text: &str, word: &str) -> Option<usize> {
    let rest = text.split_once(word)?.1.trim_start();
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
