//! Lines into records: owners, TTLs and names filled in from what stands above.

use super::fault::{TextRange, ZoneErrorKind, ZoneNote};
use super::fields::{
    Fields, Outcome, TypeWord, bad_address, bad_ttl, error, fields, generic_data, starts_with_owner, ttl,
    type_word, wire_name,
};
use super::kind::RecordKind;
use super::lexer::{Comment, Lexed, Line, Token, lex};
use super::names::Roots;
use super::ornament::is_full_name;
use super::read::{Data, Denied, Read, Record, Wanted};
use super::skip::Skipped;
use super::transcript::{self, ToolRecord, Transcript};
use super::{generate, message, remarks};
use crate::dns::zone::Name;
use crate::time::Span;
use std::net::IpAddr;

/// Reads the zone lines of `text`, and what tools print around them; relative names hang below `$ORIGIN`, single labels without one below the
/// zone, or below `domain`.
///
/// Prose and messages between the records of a transcript are skipped and told.
pub(super) fn read_lines(text: &str, text_id: usize, domain: Option<&Name>, wanted: Wanted) -> Read {
    let mut skipped = Skipped::default();
    loop {
        let mut read = read_without(&skipped, text, text_id, domain, wanted);
        if wanted == Wanted::Patterns || !skipped.add_from(&read, text) {
            read.notes.extend(skipped.note(text));
            return read;
        }
    }
}

/// Reads all lines but those to be skipped.
fn read_without(
    skipped: &Skipped,
    text: &str,
    text_id: usize,
    domain: Option<&Name>,
    wanted: Wanted,
) -> Read {
    let mut transcript = match wanted {
        Wanted::Records => transcript::read(text, text_id),
        Wanted::Patterns => transcript::Transcript::default(),
    };
    skipped.take_from(&mut transcript.taken);
    let mut found = Read::default();
    let Lexed { lines, comments } = lex(text, text_id, &transcript.taken, &mut found.errors);
    let lines = unwrapped(lines);
    let mut reader = Reader::new(found, wanted, domain, &transcript);
    reader.roots.zone = soa_owner(&lines).or_else(|| zone_in_comment(&comments));
    reader.found.context.zone.clone_from(&reader.roots.zone);
    if reader.roots.base().is_none() {
        reader.roots.zone = transcript.records.iter().find_map(table_domain);
    }
    reader.is_cloudflare = comments.iter().any(|comment| is_cloudflare(comment.token.text));
    for line in &lines {
        if reader.found.errors.len() >= MOST_ERRORS {
            break;
        }
        reader.line(line);
    }
    transcript.records.iter().for_each(|record| reader.tool_record(record));
    if wanted == Wanted::Records {
        reader.found.notes.extend(comments.iter().filter_map(remarks::commented_out));
        reader.found.context.proxied = remarks::proxied(text, &comments, &reader.found.records);
        reader.settle(message::read(&comments, &lines), &transcript);
    }
    reader.finish()
}

/// Joins an MX record with its host where a mail program put that on the next line.
fn unwrapped(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut joined: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    for line in lines {
        let is_host = matches!(line.tokens[..], [only] if is_full_name(only.text));
        let waits = |last: &&mut Line<'_>| {
            let [.., kind, number] = &last.tokens[..] else { return false };
            kind.text.eq_ignore_ascii_case("MX") && number.text.parse::<u16>().is_ok()
        };
        match joined.last_mut().filter(waits).filter(|_| is_host) {
            Some(last) => last.tokens.extend(line.tokens),
            None => joined.push(line),
        }
    }
    joined
}

/// What relative names of a table hang below: the owner of its MX records.
fn table_domain(record: &ToolRecord<'_>) -> Option<Name> {
    let names_domain = record.is_relative && record.kind == RecordKind::Mx && record.owner.text.contains('.');
    names_domain.then(|| Roots::spelled_out(&record.owner).ok())?
}

/// Wrong lines after which the rest is not read: it is no zone, and megabytes of it would need gigabytes of errors.
const MOST_ERRORS: usize = 10_000;

/// The TTL that Cloudflare calls *Auto* and exports as 1.
const CLOUDFLARE_AUTO: Span = Span::from_secs(300);

/// The owner of the first SOA record: what relative names hang below in files of cPanel, which give no `$ORIGIN`, and the zone that a dump is
/// of, which may well write `$ORIGIN .` or that of its parent.
fn soa_owner(lines: &[Line<'_>]) -> Option<Name> {
    let is_soa = |line: &Line<'_>| {
        line.tokens.iter().take(5).any(|token| type_word(token.text) == Some(TypeWord::Kind(RecordKind::Soa)))
    };
    let at = lines.iter().position(is_soa)?;
    let owner = lines[at].tokens.first()?;
    let origin = lines[..at].iter().rev().find(|line| line.tokens[0].text.eq_ignore_ascii_case("$ORIGIN"));
    let origin = origin.and_then(|line| line.tokens.get(1)).map(|token| token.text.trim_end_matches('.'));
    let name = match (owner.text, origin) {
        (text, _) if text.ends_with('.') => text.to_owned(),
        ("@", origin) => origin?.to_owned(),
        (text, Some("")) => text.to_owned(),
        (text, Some(origin)) => format!("{text}.{origin}"),
        (text, None) => Some(text).filter(|text| text.contains('.'))?.to_owned(),
    };
    let name = Some(name.trim_end_matches('.')).filter(|name| !name.is_empty())?;
    Roots::spelled_out(&Token { text: name, range: owner.range }).ok()
}

/// Windows: `;  Database file example.com.dns for example.com zone.`, and of dnscmd `;  Zone: example.com`. cPanel: `; Zone file for example.com`.
fn zone_in_comment(comments: &[Comment<'_>]) -> Option<Name> {
    comments.iter().find_map(|comment| {
        let words: Vec<&str> = comment.token.text.split_whitespace().collect();
        let name = match words[..] {
            ["Database", "file", _, "for", name, "zone."] => name,
            ["Zone", "file", "for", name] | ["Domain:" | "Zone:", name, ..] => name,
            _ => return None,
        };
        let name = name.trim_matches(|c: char| ";.".contains(c));
        Roots::spelled_out(&Token { text: name, range: comment.token.range }).ok()
    })
}

fn is_cloudflare(comment: &str) -> bool {
    let lower = comment.to_ascii_lowercase();
    ["cf_tags", "cf-proxied", "cloudflare"].iter().any(|mark| lower.contains(mark))
}

struct Reader<'t> {
    found: Read,
    wanted: Wanted,
    roots: Roots,
    /// Names that were asked for, by where the command ends.
    asked: &'t [(usize, &'t str)],
    /// `$TTL`.
    ttl: Option<Span>,
    /// The last TTL a record spelled out; stands in for a missing one where there is no `$TTL` (RFC 1035 section 5.1).
    last_ttl: Option<Span>,
    /// The last owner.
    owner: Option<Name>,
    is_cloudflare: bool,
    /// Records that `$GENERATE` has stood for.
    generated: usize,
    /// Addresses that stand alone, as `dig +short` prints them, without the name they belong to.
    alone: Vec<(IpAddr, TextRange)>,
}

impl<'t> Reader<'t> {
    fn new(
        found: Read,
        wanted: Wanted,
        domain: Option<&Name>,
        transcript: &'t transcript::Transcript<'t>,
    ) -> Self {
        let roots = Roots { domain: domain.cloned(), ..Roots::default() };
        Self {
            found,
            wanted,
            roots,
            asked: &transcript.asked,
            ttl: None,
            last_ttl: None,
            owner: None,
            is_cloudflare: false,
            generated: 0,
            alone: Vec::new(),
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        let result = match line.tokens[0].text {
            directive if directive.starts_with('$') => self.directive(line),
            _ => self.record(line),
        };
        if let Err(error) = result {
            self.found.errors.push(error);
        }
    }

    fn note(&mut self, code: &'static str, text: String) {
        let note = ZoneNote { code, text };
        if !self.found.notes.contains(&note) {
            self.found.notes.push(note);
        }
    }

    fn name(&mut self, token: &Token<'_>) -> Outcome<Name> {
        if token.text == "@" || !token.text.contains('.') {
            self.found.context.is_whole_zone |= self.wanted == Wanted::Records;
        }
        self.roots.absolute(token, &mut self.found.notes)
    }

    fn directive(&mut self, line: &Line<'_>) -> Outcome<()> {
        let (word, argument) = (&line.tokens[0], line.tokens.get(1));
        match (word.text.to_ascii_uppercase().as_str(), argument) {
            ("$ORIGIN", Some(argument)) => {
                let origin = self.roots.absolute(argument, &mut self.found.notes)?;
                self.found.context.is_whole_zone = true;
                self.found.context.zone.get_or_insert_with(|| origin.clone());
                self.roots.origin = Some(origin);
            }
            ("$TTL", Some(argument)) => match ttl(argument.text) {
                Some(span) => self.ttl = Some(span),
                None => return bad_ttl(argument),
            },
            // When `rndc dumpdb` wrote its file.
            ("$DATE", Some(_)) => {}
            ("$GENERATE", _) => self.generate(line)?,
            ("$INCLUDE", _) => {
                self.found.context.has_holes = true;
                let file = argument.map_or_else(String::new, |file| format!(" {}", file.text));
                let text =
                    format!("$INCLUDE{file} is not read: write its records out if they have to do with mail");
                self.note("not-read", text);
            }
            _ => {
                let message = format!("cannot read the directive `{}`", word.text);
                return error(
                    ZoneErrorKind::Syntax,
                    word.range,
                    message,
                    "known are `$ORIGIN name.` and `$TTL 300`",
                );
            }
        }
        Ok(())
    }

    /// The records that `$GENERATE` stands for; each points at its line.
    fn generate(&mut self, line: &Line<'_>) -> Outcome<()> {
        let range = line.range();
        let records = generate::generate(line)?;
        self.generated += records.len();
        if self.generated > generate::MOST_IN_ALL {
            let message =
                format!("`$GENERATE` stands for more than {} records in all", generate::MOST_IN_ALL);
            return error(ZoneErrorKind::TooMany, range, message, "write the records of your MX hosts out");
        }
        for words in records {
            let tokens = words.iter().map(|text| Token { text, range }).collect();
            self.record(&Line { tokens, indented: false })?;
        }
        Ok(())
    }

    fn record(&mut self, line: &Line<'_>) -> Outcome<()> {
        if self.short_output(line)? {
            return Ok(());
        }
        let (owner_token, fields) = split_owner(line)?;
        if let Some(token) = owner_token {
            match self.name(token) {
                Ok(name) => self.owner = Some(name),
                // Owners of service records, and of whatever else has nothing to do with mail, need not be host names.
                Err(_) if fields.type_word != TypeWord::Kind(RecordKind::Mx) && !is_relative(token) => {
                    self.owner = None
                }
                Err(_) if fields.type_word == TypeWord::Other => self.owner = None,
                Err(error) => return Err(error),
            }
        }
        if fields.ttl.is_some() {
            self.last_ttl = fields.ttl;
        }
        if !fields.is_internet {
            let text = "records of another class than IN are no part of the mail system and are passed over";
            self.note("other-class", text.into());
            return Ok(());
        }
        let TypeWord::Kind(kind) = fields.type_word else {
            if let Some(owner) = &self.owner {
                self.found.context.other_type(owner, fields.type_text);
            }
            return Ok(());
        };
        let Some(owner) = self.owner.clone() else {
            if owner_token.is_some() {
                return Ok(());
            }
            let help = "start the line with the name the record belongs to";
            return error(ZoneErrorKind::Syntax, line.range(), "this record has no owner name", help);
        };
        let data = match (self.wanted, fields.data) {
            (Wanted::Patterns, []) => None,
            (_, data) => match self.data(kind, data, line.range()) {
                // An alias to a name that is no host name is none of a mail host.
                Err(_) if kind == RecordKind::Cname && self.wanted == Wanted::Records => return Ok(()),
                data => Some(data?),
            },
        };
        let ttl = self.ttl_of(fields.ttl.or(self.ttl).or(self.last_ttl));
        self.found.context.is_whole_zone |= kind == RecordKind::Soa;
        self.found.records.push(Record { owner, ttl, data, kind, range: line.range() });
        Ok(())
    }

    /// The TTL a record is served with.
    fn ttl_of(&self, written: Option<Span>) -> Option<Span> {
        match written {
            Some(span) if self.is_cloudflare && span == Span::from_secs(1) => Some(CLOUDFLARE_AUTO),
            ttl => ttl,
        }
    }

    fn data(&mut self, kind: RecordKind, data: &[Token<'_>], line: TextRange) -> Outcome<Data> {
        if data.first().is_some_and(|first| first.text == "\\#") {
            return generic(kind, data, line);
        }
        match (kind, data) {
            (RecordKind::Mx, [preference, exchange]) => self.mx(preference, exchange),
            (RecordKind::A, [address]) => match address.text.parse() {
                Ok(address) => Ok(Data::A(address)),
                Err(_) => bad_address(address, "IPv4", "192.0.2.1"),
            },
            (RecordKind::Aaaa, [address]) => match address.text.parse() {
                Ok(address) => Ok(Data::Aaaa(address)),
                Err(_) => bad_address(address, "IPv6", "2001:db8::1"),
            },
            (RecordKind::Cname, [target]) => self.name(target).map(Data::Cname),
            (RecordKind::Soa, [_, _, _, _, _, _, minimum]) => match ttl(minimum.text) {
                Some(span) => Ok(Data::Soa(span)),
                None => bad_ttl(minimum),
            },
            _ => {
                let form = match kind {
                    RecordKind::Mx => "MX 10 host.name.",
                    RecordKind::A => "A 192.0.2.1",
                    RecordKind::Aaaa => "AAAA 2001:db8::1",
                    RecordKind::Cname => "CNAME real.name.",
                    RecordKind::Soa => "SOA primary. contact. serial refresh retry expire minimum",
                };
                let message = format!("{} does not take {} words of data", kind.name(), data.len());
                error(ZoneErrorKind::Syntax, line, message, format!("write `{form}`"))
            }
        }
    }

    fn mx(&mut self, preference: &Token<'_>, exchange: &Token<'_>) -> Outcome<Data> {
        let number = preference_of(preference)?;
        if let Some(name) = address_in_place_of(exchange).filter(|_| !self.is_relative_to_origin(exchange)) {
            return Ok(Data::Mx(number, name));
        }
        let name = exchange_host(self.name(exchange)?, exchange)?;
        let is_written_out = exchange.text.ends_with('.') || !exchange.text.contains('.');
        if !is_written_out && name.as_str().len() > exchange.text.len() {
            self.found.context.undotted.insert(name.clone());
        }
        Ok(Data::Mx(number, name))
    }

    /// True if a name server puts the origin behind this name: it has no final dot.
    fn is_relative_to_origin(&self, name: &Token<'_>) -> bool {
        let has_origin = self.roots.origin.as_ref().is_some_and(|origin| !origin.is_root());
        has_origin && !name.text.ends_with('.') && !name.text.contains(':')
    }

    /// Takes `10 mx1.example.com.` and a bare address, as `dig +short` prints them; true if the line is one of these.
    fn short_output(&mut self, line: &Line<'_>) -> Outcome<bool> {
        if self.wanted == Wanted::Patterns {
            return Ok(false);
        }
        let about = self.asked.iter().rev().find(|(at, _)| *at <= line.range().start).map(|(_, name)| *name);
        let about =
            about.and_then(|name| Roots::spelled_out(&Token { text: name, range: line.range() }).ok());
        let (kind, data) = match line.tokens[..] {
            [preference, host]
                if preference.text.parse::<u16>().is_ok()
                    && host.text.contains('.')
                    && type_word(host.text).is_none() =>
            {
                (
                    RecordKind::Mx,
                    Data::Mx(preference_of(&preference)?, exchange_in(&host, Roots::spelled_out)?),
                )
            }
            [address] => match address.text.parse() {
                Ok(IpAddr::V4(ip)) => (RecordKind::A, Data::A(ip)),
                Ok(IpAddr::V6(ip)) => (RecordKind::Aaaa, Data::Aaaa(ip)),
                Err(_) => return Ok(false),
            },
            _ => return Ok(false),
        };
        self.note_short();
        let owner = match (kind, about) {
            (_, Some(name)) => name,
            (RecordKind::Mx, None) => self.roots.domain.clone().unwrap_or_else(|| Name::new(UNNAMED_DOMAIN)),
            _ => {
                self.alone.extend(line.tokens[0].text.parse().ok().map(|ip| (ip, line.range())));
                return Ok(true);
            }
        };
        self.found.records.push(Record { owner, ttl: None, data: Some(data), kind, range: line.range() });
        Ok(true)
    }

    fn note_short(&mut self) {
        let text = "this is output of `dig +short`, which leaves names and TTLs out: 3600 s are assumed; paste the output of `dig MX` \
                    and of `dig A` for each host, without `+short`";
        self.note("short-output", text.into());
    }

    /// A name in the words of a tool. In a table it may be relative.
    fn tool_name(&mut self, token: &Token<'_>, is_relative: bool) -> Outcome<Name> {
        match token.text {
            "" => Ok(self.roots.domain.clone().unwrap_or_else(|| Name::new(UNNAMED_DOMAIN))),
            text if is_relative && !text.contains('.') => self.roots.absolute(token, &mut self.found.notes),
            _ => Roots::spelled_out(token),
        }
    }

    /// A record in the words of a tool.
    fn tool_record(&mut self, record: &ToolRecord<'_>) {
        let is_relative = record.is_relative;
        let data = match (record.kind, &record.data[..]) {
            (RecordKind::Mx, [preference, host]) => preference_of(preference).and_then(|number| {
                Ok(Data::Mx(number, exchange_in(host, |host| self.tool_name(host, is_relative))?))
            }),
            (RecordKind::Cname, [target]) => self.tool_name(target, is_relative).map(Data::Cname),
            (kind, data) => self.data(kind, data, record.range),
        };
        let owner = self.tool_name(&record.owner, is_relative);
        match (owner, data) {
            (Ok(owner), Ok(data)) => {
                let (kind, range, ttl) = (record.kind, record.range, record.ttl);
                self.found.records.push(Record { owner, ttl, data: Some(data), kind, range });
            }
            (Err(error), _) | (_, Err(error)) => self.found.errors.push(error),
        }
    }

    /// Whether the text is a whole zone, and what it says does not exist.
    fn settle(&mut self, answers: message::Answers, transcript: &Transcript<'_>) {
        let soas = self.found.records.iter().filter(|record| record.kind == RecordKind::Soa).count();
        // A transfer ends with the SOA record it begins with (RFC 5936 section 2.2).
        let is_transfer = (answers.is_transfer || transcript.is_transfer) && soas >= 2;
        let is_answer = answers.is_answer || transcript.is_answer;
        let context = &mut self.found.context;
        context.is_answer = is_answer;
        context.is_whole_zone &= !context.has_holes && (is_transfer || !is_answer);
        context.denied = answers.denied;
        context.denied.extend(transcript.denied.iter().filter_map(|(name, kind)| {
            let name = Roots::spelled_out(name).ok()?;
            Some(Denied { name, kind: *kind })
        }));
        self.found.notes.extend(answers.notes);
    }

    fn finish(mut self) -> Read {
        self.place_addresses_alone();
        self.found.records.sort_by_key(|record| record.range.start);
        let asked = self.asked.iter().filter_map(|(_, name)| {
            let range = TextRange { text: 0, start: 0, end: 0 };
            Roots::spelled_out(&Token { text: name, range }).ok()
        });
        self.found.context.asked = asked.collect();
        self.found
    }

    /// Addresses that stand alone belong to the MX host, if there is only one; else nothing says whose they are.
    fn place_addresses_alone(&mut self) {
        if self.alone.is_empty() {
            return;
        }
        let exchange = |record: &Record| match &record.data {
            Some(Data::Mx(_, host)) => Some(host.clone()),
            _ => None,
        };
        let mut hosts: Vec<Name> = self.found.records.iter().filter_map(exchange).collect();
        hosts.dedup();
        let [only] = &hosts[..] else {
            let text = "addresses stand alone, and nothing says which host has them; paste the output of `dig A` without `+short`";
            return self.note("addresses-of-nobody", text.into());
        };
        for (ip, range) in std::mem::take(&mut self.alone) {
            let (kind, data) = match ip {
                IpAddr::V4(ip) => (RecordKind::A, Data::A(ip)),
                IpAddr::V6(ip) => (RecordKind::Aaaa, Data::Aaaa(ip)),
            };
            self.found.records.push(Record { owner: only.clone(), ttl: None, data: Some(data), kind, range });
        }
    }
}

/// Stands in for the mail domain where a text does not name it.
pub(super) const UNNAMED_DOMAIN: &str = "your-domain.invalid";

fn is_relative(token: &Token<'_>) -> bool {
    !token.text.contains('.')
}

fn preference_of(token: &Token<'_>) -> Outcome<u16> {
    match token.text.parse() {
        Ok(number) => Ok(number),
        Err(_) => {
            let message =
                format!("`{}` is no preference: expected a whole number from 0 to 65535", token.text);
            error(ZoneErrorKind::Value, token.range, message, "write `MX 10 host.name.`")
        }
    }
}

/// The exchange of an MX record in the words of a tool: an address, or a name that `read` makes of it.
fn exchange_in<'t>(exchange: &Token<'t>, read: impl FnOnce(&Token<'t>) -> Outcome<Name>) -> Outcome<Name> {
    match address_in_place_of(exchange) {
        Some(address) => Ok(address),
        None => exchange_host(read(exchange)?, exchange),
    }
}

/// The exchange host of an MX record, which is no wildcard, whatever tool printed it.
fn exchange_host(name: Name, exchange: &Token<'_>) -> Outcome<Name> {
    if name.is_wildcard() {
        let message = format!("an MX record names a host, not the wildcard `{}`", exchange.text);
        return error(ZoneErrorKind::Value, exchange.range, message, "write the name of one host");
    }
    Ok(name)
}

/// The address that stands where the name of an exchange host belongs (RFC 5321 section 5.1).
fn address_in_place_of(exchange: &Token<'_>) -> Option<Name> {
    let text = exchange.text.strip_suffix('.').unwrap_or(exchange.text);
    text.parse::<IpAddr>().ok().map(|ip| Name::new(&ip.to_string()))
}

/// Data as RFC 3597 writes it.
fn generic(kind: RecordKind, data: &[Token<'_>], line: TextRange) -> Outcome<Data> {
    let read = || {
        let bytes = generic_data(data)?;
        let name = |text: String| Roots::spelled_out(&Token { text: &text, range: line }).ok();
        match kind {
            RecordKind::Mx => {
                let (preference, exchange) = bytes.split_first_chunk::<2>()?;
                let host = name(wire_name(exchange)?).filter(|host| !host.is_wildcard())?;
                Some(Data::Mx(u16::from_be_bytes(*preference), host))
            }
            RecordKind::A => Some(Data::A(<[u8; 4]>::try_from(&bytes[..]).ok()?.into())),
            RecordKind::Aaaa => Some(Data::Aaaa(<[u8; 16]>::try_from(&bytes[..]).ok()?.into())),
            RecordKind::Cname => Some(Data::Cname(name(wire_name(&bytes)?)?)),
            RecordKind::Soa => {
                let minimum = bytes.last_chunk::<4>()?;
                Some(Data::Soa(Span::from_secs(i64::from(u32::from_be_bytes(*minimum)))))
            }
        }
    };
    match read() {
        Some(data) => Ok(data),
        None => {
            let message = format!("this is no data of {}, as RFC 3597 writes it", kind.name());
            error(
                ZoneErrorKind::Value,
                line,
                message,
                "write `\\# LENGTH` and as many bytes in hexadecimal digits",
            )
        }
    }
}

/// Tells whether the line starts with an owner, and reads TTL, class and type.
fn split_owner<'t, 'a>(line: &'t Line<'a>) -> Outcome<(Option<&'t Token<'a>>, Fields<'t, 'a>)> {
    // Windows puts the age of a record in front of its TTL, and of its type.
    let tokens = &line.tokens;
    if line.indented
        && let Ok(fields) = fields(tokens)
        && !starts_with_owner(&fields)
    {
        return Ok((None, fields));
    }
    if tokens.len() > 1 {
        return fields(&tokens[1..]).map(|fields| (Some(&tokens[0]), fields));
    }
    let help = "a record is written `name. 300 IN TYPE data`";
    error(ZoneErrorKind::Syntax, line.range(), format!("`{}` alone is no record", tokens[0].text), help)
}
