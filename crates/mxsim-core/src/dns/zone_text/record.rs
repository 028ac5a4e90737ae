//! Lines into records: owners, TTLs and names filled in from what stands above.

use super::fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
use super::lexer::{Line, Token, lines};
use crate::dns::zone::Name;
use crate::time::Span;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A record the simulator looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its owner.
    pub(crate) owner: Name,
    /// Its TTL, if the text says one.
    pub(crate) ttl: Option<Span>,
    /// Type and data; `None` only in a removal that names the type alone.
    pub(crate) data: Option<Data>,
    /// Its type.
    pub(crate) kind: RecordKind,
    /// Where it stands.
    pub(crate) range: TextRange,
}

/// The types the simulator looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordKind {
    /// Mail exchange.
    Mx,
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Alias.
    Cname,
    /// Start of authority.
    Soa,
}

impl RecordKind {
    const ALL: [Self; 5] = [Self::Mx, Self::A, Self::Aaaa, Self::Cname, Self::Soa];

    /// The type's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mx => "MX",
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Soa => "SOA",
        }
    }
}

/// The data of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    /// Preference and exchange host.
    Mx(u16, Name),
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The real name.
    Cname(Name),
    /// The MINIMUM field, which bounds the negative TTL (RFC 2308 section 4).
    Soa(Span),
}

/// What to read lines as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Whole records.
    Records,
    /// Records, or only owner and type.
    Patterns,
}

/// All that was read from a text.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Records in the order of the text.
    pub(crate) records: Vec<Record>,
    /// Things legal but surprising.
    pub(crate) notes: Vec<ZoneNote>,
    /// Everything that is wrong.
    pub(crate) errors: Vec<ZoneTextError>,
}

/// Types that are known and passed over (IANA registry of resource record types, those met in zones of mail domains).
const OTHER_TYPES: &[&str] = &[
    "NS",
    "PTR",
    "HINFO",
    "TXT",
    "RP",
    "AFSDB",
    "SIG",
    "KEY",
    "LOC",
    "SRV",
    "NAPTR",
    "CERT",
    "DNAME",
    "OPT",
    "APL",
    "DS",
    "SSHFP",
    "RRSIG",
    "NSEC",
    "DNSKEY",
    "NSEC3",
    "NSEC3PARAM",
    "TLSA",
    "SMIMEA",
    "CDS",
    "CDNSKEY",
    "OPENPGPKEY",
    "CSYNC",
    "ZONEMD",
    "SVCB",
    "HTTPS",
    "SPF",
    "URI",
    "CAA",
    "ANAME",
    "ALIAS",
    "TYPE65534",
];

/// Reads `text`; relative names hang below `$ORIGIN`, single labels without one below `domain`.
pub(crate) fn read(text: &str, text_id: usize, domain: Option<&Name>, wanted: Wanted) -> Read {
    let mut found = Read::default();
    let lines = lines(text, text_id, &mut found.errors);
    let mut reader = Reader { found, wanted, domain, origin: None, ttl: None, last_ttl: None, owner: None };
    for line in &lines {
        if reader.found.errors.len() >= MOST_ERRORS {
            break;
        }
        reader.line(line);
    }
    reader.found
}

/// Wrong lines after which the rest is not read: it is no zone, and megabytes of it would need gigabytes of errors.
const MOST_ERRORS: usize = 10_000;

struct Reader<'d> {
    found: Read,
    wanted: Wanted,
    domain: Option<&'d Name>,
    /// `$ORIGIN`.
    origin: Option<Name>,
    /// `$TTL`.
    ttl: Option<Span>,
    /// The last TTL a record spelled out; stands in for a missing one where there is no `$TTL` (RFC 1035 section 5.1).
    last_ttl: Option<Span>,
    /// The last owner.
    owner: Option<Name>,
}

/// A type word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypeWord {
    Kind(RecordKind),
    Other,
}

/// A line with its owner taken off.
struct Fields<'t, 'a> {
    ttl: Option<Span>,
    type_word: TypeWord,
    data: &'t [Token<'a>],
}

type Outcome<T> = Result<T, ZoneTextError>;

fn error<T>(
    kind: ZoneErrorKind,
    range: TextRange,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Outcome<T> {
    Err(ZoneTextError { kind, message: message.into(), help: help.into(), range })
}

impl Reader<'_> {
    fn line(&mut self, line: &Line<'_>) {
        let result = match line.tokens[0].text {
            directive if directive.starts_with('$') => self.directive(line),
            _ => self.record(line),
        };
        if let Err(error) = result {
            self.found.errors.push(error);
        }
    }

    fn directive(&mut self, line: &Line<'_>) -> Outcome<()> {
        let (word, argument) = (&line.tokens[0], line.tokens.get(1));
        match (word.text.to_ascii_uppercase().as_str(), argument) {
            ("$ORIGIN", Some(argument)) => self.origin = Some(self.name(argument)?),
            ("$TTL", Some(argument)) => match ttl(argument.text) {
                Some(span) => self.ttl = Some(span),
                None => return bad_ttl(argument),
            },
            ("$INCLUDE" | "$GENERATE", _) => {
                let message = format!("{} is not read", word.text);
                return error(ZoneErrorKind::Syntax, word.range, message, "write the records out");
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

    fn record(&mut self, line: &Line<'_>) -> Outcome<()> {
        let (owner_token, fields) = self.split_owner(line)?;
        if let Some(token) = owner_token {
            match self.name(token) {
                Ok(name) => self.owner = Some(name),
                // Service records have owners that are no host names; they are none of our business.
                Err(_) if fields.type_word == TypeWord::Other => self.owner = None,
                Err(error) => return Err(error),
            }
        }
        if fields.ttl.is_some() {
            self.last_ttl = fields.ttl;
        }
        let TypeWord::Kind(kind) = fields.type_word else { return Ok(()) };
        let Some(owner) = self.owner.clone() else {
            let help = "start the line with the name the record belongs to";
            return error(ZoneErrorKind::Syntax, line.range(), "this record has no owner name", help);
        };
        let data = match (self.wanted, fields.data) {
            (Wanted::Patterns, []) => None,
            (_, data) => Some(self.data(kind, data, line.range())?),
        };
        let ttl = fields.ttl.or(self.ttl).or(self.last_ttl);
        self.found.records.push(Record { owner, ttl, data, kind, range: line.range() });
        Ok(())
    }

    /// Tells whether the line starts with an owner, and reads TTL, class and type.
    fn split_owner<'t, 'a>(&self, line: &'t Line<'a>) -> Outcome<(Option<&'t Token<'a>>, Fields<'t, 'a>)> {
        let tokens = &line.tokens;
        if let Some(error) = short_output(line) {
            return Err(error);
        }
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

    fn data(&mut self, kind: RecordKind, data: &[Token<'_>], line: TextRange) -> Outcome<Data> {
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
        let Ok(number) = preference.text.parse() else {
            let message =
                format!("`{}` is no preference: expected a whole number from 0 to 65535", preference.text);
            return error(ZoneErrorKind::Value, preference.range, message, "write `MX 10 host.name.`");
        };
        let undotted = exchange.text.strip_suffix('.').unwrap_or(exchange.text);
        if undotted.parse::<IpAddr>().is_ok() {
            let message = format!("an MX record names a host, not the address `{}`", exchange.text);
            let help = "give the address a name with an A or AAAA record and put that name here (RFC 5321 section 5.1)";
            return error(ZoneErrorKind::Value, exchange.range, message, help);
        }
        let name = self.name(exchange)?;
        if name.is_wildcard() {
            let message = format!("an MX record names a host, not the wildcard `{}`", exchange.text);
            return error(ZoneErrorKind::Value, exchange.range, message, "write the name of one host");
        }
        Ok(Data::Mx(number, name))
    }

    /// A name, made absolute.
    fn name(&mut self, token: &Token<'_>) -> Outcome<Name> {
        let text = token.text;
        let full = match (text, &self.origin, self.domain) {
            (".", ..) => String::new(),
            ("@", Some(origin), _) => origin.as_str().to_owned(),
            ("@", None, Some(domain)) => domain.as_str().to_owned(),
            (text, ..) if text.ends_with('.') => text[..text.len() - 1].to_owned(),
            (text, Some(origin), _) if origin.is_root() => text.to_owned(),
            (text, Some(origin), _) => format!("{text}.{origin}"),
            (text, None, _) if text.contains('.') => {
                self.note_missing_dot(text);
                text.to_owned()
            }
            (text, None, Some(domain)) => format!("{text}.{domain}"),
            (text, None, None) => {
                let message = format!("`{text}` is relative, and nothing says to which name");
                let help =
                    "write the whole name with its final dot, or start with a line `$ORIGIN example.com.`";
                return error(ZoneErrorKind::Value, token.range, message, help);
            }
        };
        match name_problem(&full) {
            None => Ok(Name::new(&full)),
            Some(problem) => {
                let message = format!("`{text}` is no usable name: {problem}");
                let help =
                    "labels have 1 to 63 letters, digits, `-` or `_`; write international names as `xn--...`";
                error(ZoneErrorKind::Value, token.range, message, help)
            }
        }
    }

    fn note_missing_dot(&mut self, text: &str) {
        let text = format!("{text} is taken as a whole name; a name server would want a final dot");
        let note = ZoneNote { code: "no-final-dot", text };
        if !self.found.notes.contains(&note) {
            self.found.notes.push(note);
        }
    }
}

/// What makes `name` (without its final dot) no name, if anything; lengths as in RFC 1035 section 2.3.4. A `*` is a whole label, the leftmost
/// (RFC 4592 section 2.1.1).
fn name_problem(name: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let below_wildcard = if name == "*" { "" } else { name.strip_prefix("*.").unwrap_or(name) };
    if name.is_empty() {
        None
    } else if name.len() > 253 {
        Some("it is longer than 253 characters")
    } else if name.split('.').any(|label| label.is_empty() || label.len() > 63) {
        Some("a label is empty or longer than 63 characters")
    } else if !below_wildcard.bytes().all(fits) {
        Some("it has a character that host names do not have")
    } else {
        None
    }
}

/// TTL and class in either order, then the type.
fn fields<'t, 'a>(tokens: &'t [Token<'a>]) -> Outcome<Fields<'t, 'a>> {
    let (mut span, mut class) = (None, false);
    for (i, token) in tokens.iter().enumerate() {
        if let Some(type_word) = type_word(token.text) {
            return Ok(Fields { ttl: span, type_word, data: &tokens[i + 1..] });
        }
        if !class && is_class(token.text) {
            class = true;
        } else if span.is_none() && token.text.starts_with(|c: char| c.is_ascii_digit()) {
            span = Some(ttl(token.text).map_or_else(|| bad_ttl(token), Ok)?);
        } else {
            return unknown_type(token);
        }
    }
    let last = tokens[tokens.len() - 1].range;
    error(
        ZoneErrorKind::Syntax,
        last,
        "the record type is missing",
        "a record is written `name. 300 IN TYPE data`",
    )
}

/// `  mx 300 IN A 192.0.2.1`, an indented line with its owner, would otherwise be an MX record with the data `300 IN A ...`.
fn starts_with_owner(fields: &Fields<'_, '_>) -> bool {
    let looked_at = match fields.data {
        [first, _] => std::slice::from_ref(first),
        [first_two @ .., _] if first_two.len() >= 2 => &fields.data[..3.min(fields.data.len() - 1)],
        _ => return false,
    };
    let is_record = matches!(fields.type_word, TypeWord::Kind(kind) if kind != RecordKind::Soa);
    is_record && looked_at.iter().any(|token| is_class(token.text) || type_word(token.text).is_some())
}

fn unknown_type<T>(token: &Token<'_>) -> Outcome<T> {
    let known: Vec<&str> = RecordKind::ALL.iter().map(|kind| kind.name()).collect();
    let help = match crate::syntax::suggest::nearest(token.text, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a record is written `name. 300 IN TYPE data`".into(),
    };
    error(ZoneErrorKind::Syntax, token.range, format!("`{}` is no record type", token.text), help)
}

fn type_word(text: &str) -> Option<TypeWord> {
    let upper = text.to_ascii_uppercase();
    if let Some(kind) = RecordKind::ALL.into_iter().find(|kind| kind.name() == upper) {
        return Some(TypeWord::Kind(kind));
    }
    let generic = upper.strip_prefix("TYPE").is_some_and(|number| number.parse::<u16>().is_ok());
    (generic || OTHER_TYPES.contains(&upper.as_str())).then_some(TypeWord::Other)
}

fn is_class(text: &str) -> bool {
    ["IN", "CH", "HS", "CS", "ANY"].iter().any(|class| class.eq_ignore_ascii_case(text))
}

/// A TTL in seconds or with units (`1h30m`), at most 2^31 - 1 s (RFC 2181 section 8).
fn ttl(text: &str) -> Option<Span> {
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next();
        let seconds = match unit.map(|c| c.to_ascii_lowercase()) {
            None | Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            Some(_) => return None,
        };
        total = total.checked_add(number.checked_mul(seconds)?)?;
        rest = &rest[end + unit.map_or(0, char::len_utf8)..];
    }
    (!text.is_empty() && total <= i64::from(i32::MAX)).then(|| Span::from_secs(total))
}

fn bad_ttl<T>(token: &Token<'_>) -> Outcome<T> {
    let message =
        format!("`{}` is no TTL: expected seconds up to 2147483647, or units as in `1h30m`", token.text);
    error(ZoneErrorKind::Value, token.range, message, "write `300` or `5m`")
}

fn bad_address<T>(token: &Token<'_>, family: &str, example: &str) -> Outcome<T> {
    let message = format!("`{}` is no {family} address", token.text);
    error(ZoneErrorKind::Value, token.range, message, format!("write an address such as `{example}`"))
}

/// Recognises `10 mx1.example.com.` and a bare address, as `dig +short` prints them.
fn short_output(line: &Line<'_>) -> Option<ZoneTextError> {
    let looks_short = match line.tokens[..] {
        [preference, host] => preference.text.parse::<u16>().is_ok() && type_word(host.text).is_none(),
        [address] => address.text.parse::<IpAddr>().is_ok(),
        _ => false,
    };
    looks_short.then(|| ZoneTextError {
        kind: ZoneErrorKind::Short,
        message: "this looks like output of `dig +short`, which leaves names and TTLs out".into(),
        help: "paste the output of `dig MX example.com` and `dig A` of each host, without `+short`".into(),
        range: line.range(),
    })
}
