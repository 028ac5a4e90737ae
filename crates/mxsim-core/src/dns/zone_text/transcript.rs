//! What `host`, `nslookup` and a shell's prompt print around records, or instead of them.
//!
//! People paste whole screens: the prompt with the command, the server that answered, answers in sentences. Each line is looked at by itself;
//! what is no line of a transcript is left to the reader of zone lines.
//!
//! `host`: *example.com mail is handled by 10 mx1.example.com.* `nslookup` of Unix: *example.com mail exchanger = 10 mx1.example.com.*; of
//! Windows: *example.com MX preference = 10, mail exchanger = mx1.example.com*. Names are absolute, with or without the final dot.

use super::fault::TextRange;
use super::fields::{known_type, ttl, type_word};
use super::kind::RecordKind;
use super::lexer::Token;
use super::noise;
use super::ornament::{is_full_name, is_record};
use super::quote::Quotes;
use super::table::{self, Header, List};
use crate::time::Span;
use std::net::IpAddr;
use std::ops::Range;

/// Commands whose name in a line makes it a prompt.
const TOOLS: [&str; 10] = [
    "dig",
    "host",
    "nslookup",
    "drill",
    "kdig",
    "delv",
    "dog",
    "doggo",
    "Resolve-DnsName",
    "named-checkzone",
];

/// A record in the words of a tool.
#[derive(Debug, Clone)]
pub(super) struct ToolRecord<'a> {
    pub(super) owner: Token<'a>,
    pub(super) kind: RecordKind,
    /// The data, as a zone line would have it.
    pub(super) data: Vec<Token<'a>>,
    /// TTL, where the tool prints one.
    pub(super) ttl: Option<Span>,
    pub(super) range: TextRange,
    /// True if its names may be relative, or left out.
    pub(super) is_relative: bool,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Transcript<'a> {
    /// Lines that are no zone lines.
    pub(super) taken: Vec<Range<usize>>,
    pub(super) records: Vec<ToolRecord<'a>>,
    /// Names that a command asked for, by where the command ends: what follows is about them.
    pub(super) asked: Vec<(usize, &'a str)>,
    /// True if a tool printed answers: what was asked for, never all there is.
    pub(super) is_answer: bool,
    /// True if a command asked for a zone transfer.
    pub(super) is_transfer: bool,
    /// Names that do not exist (`None`), or have no records of a type.
    pub(super) denied: Vec<(Token<'a>, Option<RecordKind>)>,
}

/// Reads the lines of a transcript in `text`, whose number is `text_id`.
pub(super) fn read(text: &str, text_id: usize) -> Transcript<'_> {
    let mut reader = Reader::new(text_id);
    let quotes = Quotes::of(text);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let content = start + Quotes::prefix(line);
        let rest = &line[content - start..];
        let is_quoted = content > start;
        if (is_quoted && quotes.is_typed(rest)) || reader.takes(rest, content) {
            reader.found.taken.push(start..end);
        } else if is_quoted {
            reader.found.taken.push(start..content);
        }
        start = end;
    }
    let listed = reader.list.records();
    reader.found.records.extend(listed);
    reader.found
}

/// What the last lines of `nslookup` were about.
#[derive(Debug, Clone, Copy)]
enum State<'a> {
    Outside,
    /// The server that answers: its addresses follow.
    Server,
    /// A name: its addresses follow.
    Name(Token<'a>),
}

struct Reader<'a> {
    text_id: usize,
    found: Transcript<'a>,
    state: State<'a>,
    /// The table that the lines are rows of.
    table: Option<Header>,
    /// The list that the lines are fields of.
    list: List<'a>,
}

/// A part of `line`, which begins at `start`, with its place.
pub(super) fn token_of<'a>(line: &str, part: &'a str, start: usize, text_id: usize) -> Token<'a> {
    let part = part.trim_end();
    let at = start + (part.as_ptr() as usize - line.as_ptr() as usize);
    Token { text: part, range: TextRange { text: text_id, start: at, end: at + part.len() } }
}

/// The words of a line with their places.
fn words(line: &str, start: usize, text_id: usize) -> Vec<Token<'_>> {
    line.split_whitespace().map(|word| token_of(line, word, start, text_id)).collect()
}

impl<'a> Reader<'a> {
    fn new(text_id: usize) -> Self {
        Self {
            text_id,
            found: Transcript::default(),
            state: State::Outside,
            table: None,
            list: List::default(),
        }
    }

    /// Looks at a line; true if it is one of a transcript.
    fn takes(&mut self, line: &'a str, start: usize) -> bool {
        // Most lines are records, and most texts have no table.
        if self.table.is_none() && is_record(line) && !line.contains(['=', '>']) {
            return false;
        }
        let tokens = words(line, start, self.text_id);
        if tokens.is_empty() {
            let listed = self.list.records();
            self.found.records.extend(listed);
            return false;
        }
        if let Some(asked) = prompt(line) {
            self.state = State::Outside;
            self.found.is_answer |= !line.contains("named-checkzone");
            self.found.is_transfer |= tokens.iter().any(|word| word.text.eq_ignore_ascii_case("axfr"));
            self.found.asked.extend(asked.map(|name| (start + line.len(), name)));
            return true;
        }
        self.takes_denial(&tokens)
            || self.takes_table(line, start, &tokens)
            || self.takes_sentence(&tokens)
            || self.takes_debug(&tokens)
            || self.takes_block(&tokens)
            || self.takes_question(&tokens, start + line.len())
            || noise::is_noise(line, &tokens)
    }

    fn push(&mut self, owner: Token<'a>, kind: RecordKind, data: &[Token<'a>]) -> bool {
        let last = data.last().unwrap_or(&owner).range;
        let range = TextRange { end: last.end.max(owner.range.end), ..owner.range };
        self.found.is_answer = true;
        self.found.records.push(ToolRecord {
            owner,
            kind,
            data: data.to_vec(),
            ttl: None,
            range,
            is_relative: false,
        });
        true
    }

    /// A name that does not exist, or has no records of a type.
    fn takes_denial(&mut self, tokens: &[Token<'a>]) -> bool {
        let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        let denied = match texts[..] {
            ["Host", _, "not", "found:", why] if why.contains("NXDOMAIN") => (tokens[1], None),
            // nslookup writes `** server`, and the stars are gone like those of Markdown.
            ["server", "can't", "find", _, "NXDOMAIN"] => (without_last(tokens[3], ':'), None),
            [_, "has", "no", kind, "record"] => {
                let Some(kind) = known_type(kind) else { return false };
                (tokens[0], Some(kind))
            }
            _ => return false,
        };
        self.found.denied.push(denied);
        self.found.is_answer = true;
        true
    }

    /// A header, a row or a field.
    fn takes_table(&mut self, line: &'a str, start: usize, tokens: &[Token<'a>]) -> bool {
        if line.starts_with([';', '$', '@']) {
            return false;
        }
        if let Some(header) = Header::of(line) {
            self.table = Some(header);
            return true;
        }
        let is_rule = tokens.iter().all(|token| token.text.bytes().all(|byte| b"-=+|:".contains(&byte)));
        let row = || self.table.as_ref()?.row(line, start, self.text_id);
        let rows = row().or_else(|| table::headless(tokens).map(|record| vec![record]));
        let is_row = rows.is_some();
        self.found.is_answer |= is_row;
        self.found.records.extend(rows.unwrap_or_default());
        if is_row || (is_rule && self.table.is_some()) || self.list.takes(tokens) {
            return true;
        }
        let listed = self.list.records();
        self.found.records.extend(listed);
        self.list.takes(tokens)
    }

    /// A record in one sentence.
    fn takes_sentence(&mut self, tokens: &[Token<'a>]) -> bool {
        let (owner, rest) = (tokens[0], &tokens[1..]);
        let texts: Vec<&str> = rest.iter().map(|token| token.text).collect();
        match texts[..] {
            ["mail", "is", "handled", "by", ..] if rest.len() == 6 => {
                self.push(owner, RecordKind::Mx, &rest[4..])
            }
            // Before BIND 8.
            ["mail", "is", "handled", preference, "by", _] => {
                let number = preference.trim_matches(|c: char| !c.is_ascii_digit());
                self.push(owner, RecordKind::Mx, &[Token { text: number, ..rest[3] }, rest[5]])
            }
            ["mail", "exchanger", "=", ..] if rest.len() == 5 => self.push(owner, RecordKind::Mx, &rest[3..]),
            // Solaris.
            ["preference", "=", _, "mail", "exchanger", "=", _] => {
                self.push(owner, RecordKind::Mx, &[without_last(rest[2], ','), rest[6]])
            }
            ["MX", "preference", "=", _, "mail", "exchanger", "=", _] => {
                let preference = without_last(rest[3], ',');
                self.push(owner, RecordKind::Mx, &[preference, rest[7]])
            }
            ["has", "address", _] => self.push(owner, RecordKind::A, &rest[2..]),
            ["has", "IPv6" | "AAAA", "address", _] => self.push(owner, RecordKind::Aaaa, &rest[3..]),
            ["internet", "address", "=", _] => self.push(owner, RecordKind::A, &rest[3..]),
            ["AAAA", "IPv6", "address", "=", _] => self.push(owner, RecordKind::Aaaa, &rest[4..]),
            ["is", "an", "alias", "for", _] => self.push(owner, RecordKind::Cname, &rest[4..]),
            ["canonical", "name", "=", _] => self.push(owner, RecordKind::Cname, &rest[3..]),
            ["=", _, ..] if owner.text.eq_ignore_ascii_case("ttl") => {
                if let Some(last) = self.found.records.last_mut() {
                    last.ttl = ttl(rest[1].text);
                }
                true
            }
            _ => false,
        }
    }

    /// A line of a block such as `Name:` and `Address:`.
    fn takes_block(&mut self, tokens: &[Token<'a>]) -> bool {
        let (heading, values) = heading(tokens);
        let is_server = matches!(self.state, State::Server);
        match (heading, values) {
            (Some(Heading::Server), _) => self.state = State::Server,
            // `host` names the server it was told to ask in such a block.
            (Some(Heading::Name), [name])
                if is_server && self.found.records.is_empty() && name.text.parse::<IpAddr>().is_ok() => {}
            (Some(Heading::Name), [name]) => self.state = State::Name(*name),
            (Some(Heading::Address), addresses) => addresses.iter().for_each(|token| self.address(*token)),
            (Some(Heading::Aliases), _) => {}
            (None, [one]) if one.text.parse::<IpAddr>().is_ok() && !matches!(self.state, State::Outside) => {
                self.address(*one)
            }
            // The name that the lines below say something about, or that has an SOA record.
            (None, [name]) if is_server && is_full_name(name.text) => self.state = State::Name(*name),
            _ => return false,
        }
        true
    }

    /// A line of nslookup's debug mode: the name stands in a line above, behind an arrow.
    fn takes_debug(&mut self, tokens: &[Token<'a>]) -> bool {
        let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        if let ["->", _] = texts[..] {
            self.state = State::Name(tokens[1]);
            return true;
        }
        let State::Name(owner) = self.state else { return false };
        let is_data = matches!(
            texts[..],
            ["mail", "exchanger", ..]
                | ["MX", "preference", ..]
                | ["internet", "address", ..]
                | ["has", "AAAA", ..]
                | ["AAAA", "IPv6", ..]
                | ["canonical", "name", ..]
                | ["nameserver", ..]
        );
        is_data && self.takes_sentence(&[&[owner], tokens].concat())
            || matches!(texts[..], ["nameserver", "=", ..] | ["type", "=", ..])
    }

    /// The question that was asked, without the semicolon that `dig` puts before it.
    fn takes_question(&mut self, tokens: &[Token<'a>], end: usize) -> bool {
        let [name, class, kind] = tokens else { return false };
        let is_question = is_full_name(name.text) && class.text == "IN" && type_word(kind.text).is_some();
        self.found.asked.extend(is_question.then_some((end, name.text)));
        self.found.is_answer |= is_question;
        is_question
    }

    /// An address of the name whose block this is; that of a server has a port, or stands in the server's block.
    fn address(&mut self, token: Token<'a>) {
        let State::Name(owner) = self.state else { return };
        let token = without_last(token, ',');
        match token.text.parse() {
            Ok(IpAddr::V4(_)) => self.push(owner, RecordKind::A, &[token]),
            Ok(IpAddr::V6(_)) => self.push(owner, RecordKind::Aaaa, &[token]),
            Err(_) => false,
        };
    }
}

fn without_last(token: Token<'_>, last: char) -> Token<'_> {
    match token.text.strip_suffix(last) {
        Some(text) => Token { text, range: TextRange { end: token.range.end - 1, ..token.range } },
        None => token,
    }
}

/// What a line of a block is about.
#[derive(Debug, Clone, Copy)]
enum Heading {
    Server,
    Name,
    Address,
    Aliases,
}

/// The heading before a colon, in the languages of Windows, and what stands behind it.
fn heading<'t, 'a>(tokens: &'t [Token<'a>]) -> (Option<Heading>, &'t [Token<'a>]) {
    let Some(colon) = tokens.iter().take(4).position(|token| token.text.ends_with(':')) else {
        return (None, tokens);
    };
    let first = tokens[0].text.trim_end_matches(':').to_lowercase();
    let first = if first == "default" || first == "using" { "server" } else { &first };
    let heading = match first {
        "server" | "serveur" | "servidor" | "standardserver" => Heading::Server,
        "name" | "nom" | "nombre" | "nome" | "naam" => Heading::Name,
        "aliases" | "alias" => Heading::Aliases,
        word if ["addr", "adres", "direc", "indir", "ender"].iter().any(|start| word.starts_with(start)) => {
            Heading::Address
        }
        _ => return (None, tokens),
    };
    (Some(heading), &tokens[colon + 1..])
}

/// The name that a command asks for, if the line is a prompt with one of [`TOOLS`]; `Some(None)` if it names none.
fn prompt(line: &str) -> Option<Option<&str>> {
    let line = line.trim_end();
    let (at, tool) = TOOLS.iter().filter_map(|tool| tool_at(line, tool).map(|at| (at, *tool))).min()?;
    let before = line[..at].trim_end();
    let is_prompt = before.is_empty()
        || before.ends_with(['$', '#', '>', '%', '/', ']', '~', '❯', '➜'])
        || before == "sudo";
    // `watch` shows the command in its first line.
    let is_prompt = is_prompt || (before.starts_with("Every ") && before.ends_with(':'));
    let arguments: Vec<&str> =
        line[at + tool.len()..].trim_start_matches(".exe").split_whitespace().collect();
    // `host 300 IN A 192.0.2.1` is the record of a host called host.
    let is_record = before.is_empty()
        && arguments.iter().any(|word| ["IN", "A", "AAAA", "CNAME"].contains(word))
        && arguments.last().is_some_and(|last| last.parse::<IpAddr>().is_ok() || last.ends_with('.'))
        && tool == "host"
        && !arguments.contains(&"-t");
    (is_prompt && !is_record).then(|| arguments.into_iter().find(is_name))
}

/// Where the word `tool` stands in a line by itself.
fn tool_at(line: &str, tool: &str) -> Option<usize> {
    let fits = |at: &usize| {
        let after = &line[at + tool.len()..];
        let ends = after.is_empty() || after.starts_with([' ', '\t']) || after.starts_with(".exe");
        let begins = *at == 0 || line[..*at].ends_with([' ', '\t', '>', '$', '#', '/', '\\']);
        begins && ends
    };
    line.match_indices(tool).map(|(at, _)| at).find(fits)
}

/// True for an argument that can be the name asked for: no option, server, type or class.
fn is_name(word: &&str) -> bool {
    let is_option = word.starts_with(['-', '+', '@', '|', '>', '<']);
    let is_address = word.parse::<IpAddr>().is_ok();
    !is_option && !is_address && word.contains('.') && !word.contains(['/', '=', ':'])
}
