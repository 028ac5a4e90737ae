//! Records in tables, whatever tool drew them: a header that names the columns, and rows; or a list with one field in each line.
//!
//! Columns are told by their headings, in the words of doggo, gcloud, PowerShell, doctl, MXToolbox, hosting panels, Markdown and CSV. Cells are
//! parted by bars, tabs, commas, semicolons, or by standing below their heading.

use super::fields::{TypeWord, known_type, ttl, type_word};
use super::kind::RecordKind;
use super::lexer::Token;
use super::ornament::is_full_name;
use super::transcript::{ToolRecord, token_of};
use crate::time::Span;
use std::net::IpAddr;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Owner,
    Type,
    Ttl,
    Preference,
    Data,
    Other,
}

/// The role of a column or field with this heading.
fn role(heading: &str) -> Role {
    let heading: String = heading.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    match heading.as_str() {
        "name" | "host" | "hostname" | "domain" | "domainname" | "recordname" | "dnsname" | "owner"
        | "fqdn" => Role::Owner,
        "type" | "recordtype" | "querytype" | "rrtype" => Role::Type,
        "ttl" | "timetolive" | "ttls" | "ttlsec" | "ttlseconds" => Role::Ttl,
        "preference" | "priority" | "prio" | "pref" | "distance" | "mxpriority" | "mxpref" => {
            Role::Preference
        }
        "data" | "value" | "values" | "content" | "rrdatas" | "rdata" | "address" | "record"
        | "recorddata" | "nameexchange" | "exchange" | "mailexchange" | "mailserver" | "mxhost"
        | "target" | "pointsto" | "destination" | "answer" | "ipaddress" | "ip4address" | "ip6address"
        | "ip" | "ips" | "namehost" | "result" => Role::Data,
        _ => Role::Other,
    }
}

/// How cells are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parted {
    By(char),
    Blanks,
}

/// The header of a table.
#[derive(Debug, Clone)]
pub(super) struct Header {
    parted: Parted,
    roles: Vec<Role>,
    /// Where the headings stand in their line.
    spans: Vec<(usize, usize)>,
}

impl Header {
    /// The header in a line, if it is one: it names a type or a preference, and what stands beside it.
    pub(super) fn of(line: &str) -> Option<Self> {
        // Headings have few digits (`IP4Address`), and records many.
        if line.bytes().filter(u8::is_ascii_digit).count() > 3 {
            return None;
        }
        let parted = match line {
            _ if line.contains('|') => Parted::By('|'),
            _ if line.contains('\t') => Parted::By('\t'),
            _ if line.matches(',').count() >= 2 => Parted::By(','),
            // A spreadsheet where the comma stands in numbers.
            _ if line.matches(';').count() >= 2 && !line.trim_start().starts_with(';') => Parted::By(';'),
            _ => Parted::Blanks,
        };
        let mut cells = parted.cells(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        let known = |cells: &[&str]| cells.iter().filter(|cell| role(cell) != Role::Other).count();
        if parted == Parted::Blanks && known(&words) > known(&cells) {
            cells = words;
        }
        let roles: Vec<Role> = cells.iter().map(|cell| role(cell)).collect();
        let has = |wanted: Role| roles.contains(&wanted);
        let is_header = (has(Role::Type) && has(Role::Data)
            || has(Role::Preference) && (has(Role::Data) || has(Role::Owner)))
            && roles.iter().filter(|role| **role != Role::Other).count() >= 3
            && cells
                .iter()
                .all(|cell| !cell.contains(|c: char| c.is_ascii_digit()) || role(cell) != Role::Other);
        let place = |cell: &&str| (cell.as_ptr() as usize - line.as_ptr() as usize, cell.len());
        let spans = cells.iter().map(place).map(|(start, length)| (start, start + length)).collect();
        is_header.then_some(Self { parted, roles, spans })
    }

    /// The records of a row; `None` if the line is no row.
    pub(super) fn row<'a>(&self, line: &'a str, start: usize, text_id: usize) -> Option<Vec<ToolRecord<'a>>> {
        let cells = self.cells_of(line);
        let fields = self.roles.iter().copied().zip(cells).filter(|(_, cell)| !cell.is_empty()).collect();
        Fields {
            line: token_of(line, line, start, text_id),
            has_type: self.roles.contains(&Role::Type),
            fields,
        }
        .records()
    }

    /// The cells of a row, one for each column.
    fn cells_of<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let cells = self.parted.cells(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        match self.parted {
            _ if cells.len() == self.roles.len() => cells,
            Parted::By(_) => cells,
            Parted::Blanks if words.len() == self.roles.len() => words,
            Parted::Blanks => {
                let mut placed = vec![""; self.roles.len()];
                let parts = if cells.len() > 1 { cells } else { words };
                parts.into_iter().for_each(|part| placed[self.column_of(line, part)] = part);
                placed
            }
        }
    }

    /// The column whose heading stands above a part of a line.
    fn column_of(&self, line: &str, part: &str) -> usize {
        let start = part.as_ptr() as usize - line.as_ptr() as usize;
        let overlap =
            |(from, to): (usize, usize)| (start + part.len()).min(to).saturating_sub(start.max(from));
        let above = (0..self.spans.len())
            .filter(|&i| overlap(self.spans[i]) > 0)
            .max_by_key(|&i| overlap(self.spans[i]));
        above.unwrap_or_else(|| self.spans.partition_point(|(from, _)| *from <= start).saturating_sub(1))
    }
}

impl Parted {
    fn cells(self, line: &str) -> Vec<&str> {
        let trim = |cell: &'_ str| -> (usize, usize) {
            let from = cell.len() - cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"').len();
            (from, cell.trim_end_matches(|c: char| c.is_whitespace() || c == '"').len().max(from))
        };
        match self {
            // A header of Confluence and Jira.
            Self::By('|') if line.starts_with("||") => {
                line.trim().trim_matches('|').split("||").map(str::trim).collect()
            }
            Self::By(mark) => {
                let line = if mark == '|' {
                    line.trim().trim_matches('|')
                } else {
                    line.trim_end_matches(['\n', '\r'])
                };
                line.split(mark).map(|cell| &cell[trim(cell).0..trim(cell).1]).collect()
            }
            Self::Blanks => line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect(),
        }
    }
}

/// A list with one field in each line, as PowerShell's `Format-List` writes it.
#[derive(Debug, Clone, Default)]
pub(super) struct List<'a>(Vec<(Role, Token<'a>)>);

impl<'a> List<'a> {
    /// Takes `Name : value`; false if the line is no field, or one that the list has.
    pub(super) fn takes(&mut self, tokens: &[Token<'a>]) -> bool {
        let [key, colon, value] = tokens else {
            // What has no value, or several words of it, is none of the fields that are looked at.
            return !self.0.is_empty() && tokens.get(1).is_some_and(|second| second.text == ":");
        };
        let is_field = colon.text == ":" && key.text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let role = role(key.text);
        let begins = matches!(role, Role::Owner | Role::Type) || !self.0.is_empty();
        let is_new = role == Role::Other || self.0.iter().all(|(known, _)| *known != role);
        let takes = is_field && begins && is_new;
        if takes && role != Role::Other {
            self.0.push((role, *value));
        }
        takes
    }

    /// The records of the list, which is empty then.
    pub(super) fn records(&mut self) -> Vec<ToolRecord<'a>> {
        let fields = std::mem::take(&mut self.0);
        let Some((_, first)) = fields.first() else { return Vec::new() };
        let line = *first;
        let fields = Fields {
            line,
            has_type: true,
            fields: fields.into_iter().map(|(role, token)| (role, token.text)).collect(),
        };
        fields.records().unwrap_or_default()
    }
}

/// The fields of a record by what they are.
struct Fields<'a> {
    /// The line, or another place that errors point at.
    line: Token<'a>,
    has_type: bool,
    fields: Vec<(Role, &'a str)>,
}

impl<'a> Fields<'a> {
    fn all(&self, wanted: Role) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(role, _)| *role == wanted).map(|(_, cell)| *cell)
    }

    fn kind(&self) -> Option<TypeWord> {
        match self.has_type {
            true => self.all(Role::Type).find_map(|cell| type_word(cell.split_whitespace().next()?)),
            false => {
                self.all(Role::Preference).next()?.parse::<u16>().ok().map(|_| TypeWord::Kind(RecordKind::Mx))
            }
        }
    }

    fn records(&self) -> Option<Vec<ToolRecord<'a>>> {
        let TypeWord::Kind(kind) = self.kind()? else { return Some(Vec::new()) };
        if kind == RecordKind::Soa {
            return Some(Vec::new());
        }
        if !self.has_type {
            return Some(self.exchange());
        }
        let owner = self.token(self.all(Role::Owner).next().unwrap_or(""));
        let values = self.all(Role::Data).find(|cell| !cell.is_empty())?;
        // gcloud puts a whole set into one cell.
        let record = |value: &'a str| self.record(owner, kind, self.data(kind, value));
        Some(values.split(',').map(str::trim).filter(|value| !value.is_empty()).map(record).collect())
    }

    /// An MX host in a table of MX hosts, with its address; the domain is named elsewhere.
    fn exchange(&self) -> Vec<ToolRecord<'a>> {
        let hosts = || self.all(Role::Owner).chain(self.all(Role::Data)).filter(|cell| is_full_name(cell));
        let Some(host) = hosts().next() else { return Vec::new() };
        let preference = self.all(Role::Preference).next().map(|cell| self.token(cell));
        let data = preference.into_iter().chain([self.token(host)]).collect();
        let mut records = vec![self.record(self.token(""), RecordKind::Mx, data)];
        for cell in self.all(Role::Data) {
            let kind = match cell.parse() {
                Ok(IpAddr::V4(_)) => RecordKind::A,
                Ok(IpAddr::V6(_)) => RecordKind::Aaaa,
                Err(_) => continue,
            };
            records.push(self.record(self.token(host), kind, vec![self.token(cell)]));
        }
        records
    }

    fn data(&self, kind: RecordKind, value: &'a str) -> Vec<Token<'a>> {
        let marks = |c: char| c.is_whitespace() || "[]\"'".contains(c);
        let words = value.split(marks).filter(|word| !word.is_empty());
        let data: Vec<Token<'a>> = words.map(|word| self.token(word)).collect();
        let preference = self.all(Role::Preference).chain(self.beside_type()).next();
        let preference = preference.filter(|_| kind == RecordKind::Mx && data.len() == 1);
        preference.map(|cell| self.token(cell)).into_iter().chain(data).collect()
    }

    /// The preference in `MX (10)`, as Plesk shows the type.
    fn beside_type(&self) -> impl Iterator<Item = &'a str> {
        self.all(Role::Type).filter_map(|cell| cell.split_once('(')?.1.strip_suffix(')'))
    }

    /// Errors point at the line, wherever the word stands in it.
    fn token(&self, text: &'a str) -> Token<'a> {
        Token { text, range: self.line.range }
    }

    fn record(&self, owner: Token<'a>, kind: RecordKind, data: Vec<Token<'a>>) -> ToolRecord<'a> {
        let ttl = self.all(Role::Ttl).next().and_then(time);
        ToolRecord { owner, kind, data, ttl, range: self.line.range, is_relative: true }
    }
}

/// A TTL in the words of a table: `3600`, `3600s`, `1h00m00s`, `01:00:00`, `60 min`.
fn time(cell: &str) -> Option<Span> {
    let clock = |parts: &[&str]| -> Option<Span> {
        let [hours, minutes, seconds] = parts else { return None };
        ttl(&format!("{hours}h{minutes}m{seconds}s"))
    };
    let short = |cell: &str| -> Option<Span> {
        let (number, unit) = cell.split_once(' ')?;
        ttl(&format!("{number}{}", unit.chars().next()?))
    };
    ttl(cell).or_else(|| clock(&cell.split(':').collect::<Vec<_>>())).or_else(|| short(cell))
}

/// A row of dog, which has no header: type, name, time, data.
pub(super) fn headless<'a>(tokens: &[Token<'a>]) -> Option<ToolRecord<'a>> {
    let [kind, owner, time, data @ ..] = tokens else { return None };
    let kind = known_type(kind.text)?;
    let ttl = ttl(time.text).filter(|_| is_full_name(owner.text) && !data.is_empty())?;
    let bare = |token: &Token<'a>| Token { text: token.text.trim_matches('"'), range: token.range };
    let range = super::fault::TextRange { end: data[data.len() - 1].range.end, ..tokens[0].range };
    Some(ToolRecord {
        owner: *owner,
        kind,
        data: data.iter().map(bare).collect(),
        ttl: Some(ttl),
        range,
        is_relative: false,
    })
}
