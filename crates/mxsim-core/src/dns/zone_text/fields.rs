//! The words of a record line: TTL and class in either order, type, data.

use super::fault::{TextRange, ZoneErrorKind, ZoneTextError};
use super::kind::RecordKind;
use super::lexer::Token;
use crate::time::Span;

/// A result with what is wrong with a word or a line.
pub(super) type Outcome<T> = Result<T, ZoneTextError>;

pub(super) fn error<T>(
    kind: ZoneErrorKind,
    range: TextRange,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Outcome<T> {
    Err(ZoneTextError { kind, message: message.into(), help: help.into(), range })
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
    "FLATTEN",
    "HTTPRED",
    "WINS",
    "WINSR",
    "WINS-R",
    "MB",
    "MG",
    "MINFO",
    "MR",
    "NULL",
    "WKS",
    "X25",
    "ISDN",
    "RT",
    "PX",
    "KX",
    "DLV",
    "EUI48",
    "EUI64",
    "NID",
    "L32",
    "L64",
    "LP",
    "TKEY",
    "TSIG",
    "IPSECKEY",
    "DHCID",
    "HIP",
    "CLOUDNS_WR",
    "REDIRECT",
    "FRAME",
    "LUA",
];

/// A type word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeWord {
    /// One the simulator looks at.
    Kind(RecordKind),
    /// One it passes over.
    Other,
}

/// A line with its owner taken off.
pub(super) struct Fields<'t, 'a> {
    pub(super) ttl: Option<Span>,
    pub(super) type_word: TypeWord,
    /// The type as it is written.
    pub(super) type_text: &'a str,
    /// True in the class IN, which no class stands for, too.
    pub(super) is_internet: bool,
    pub(super) data: &'t [Token<'a>],
}

/// TTL and class in either order, then the type. `[AGE:3737564]` is what Windows adds to records that grow old.
pub(super) fn fields<'t, 'a>(tokens: &'t [Token<'a>]) -> Outcome<Fields<'t, 'a>> {
    let (mut span, mut class, mut is_internet) = (None, false, true);
    for (i, token) in tokens.iter().enumerate() {
        if let Some(type_word) = type_word(token.text) {
            return Ok(Fields {
                ttl: span,
                type_word,
                type_text: token.text,
                is_internet,
                data: &tokens[i + 1..],
            });
        }
        if is_age(token.text) {
            continue;
        }
        if !class && is_class(token.text) {
            (class, is_internet) =
                (true, ["IN", "CLASS1"].iter().any(|name| name.eq_ignore_ascii_case(token.text)));
        } else if span.is_none()
            && token.text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit())
        {
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
pub(super) fn starts_with_owner(fields: &Fields<'_, '_>) -> bool {
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

/// The type a word names, by name or as RFC 3597 writes unknown ones (`TYPE15`).
pub(super) fn type_word(text: &str) -> Option<TypeWord> {
    let upper = text.to_ascii_uppercase();
    let by_name = RecordKind::ALL.into_iter().find(|kind| kind.name() == upper);
    let number = upper.strip_prefix("TYPE").and_then(|number| number.parse::<u16>().ok());
    let by_number =
        number.and_then(|number| RecordKind::ALL.into_iter().find(|kind| kind.number() == number));
    if let Some(kind) = by_name.or(by_number) {
        return Some(TypeWord::Kind(kind));
    }
    (number.is_some() || OTHER_TYPES.contains(&upper.as_str())).then_some(TypeWord::Other)
}

/// The type that a word names, if it is one the simulator looks at.
pub(super) fn known_type(text: &str) -> Option<RecordKind> {
    match type_word(text) {
        Some(TypeWord::Kind(kind)) => Some(kind),
        _ => None,
    }
}

/// True for what may stand between the owner and the type of a record.
pub(super) fn is_ttl_or_class(text: &str) -> bool {
    is_class(text) || ttl(text).is_some()
}

pub(super) fn is_class(text: &str) -> bool {
    let by_number = || {
        text.get(..5).is_some_and(|class| class.eq_ignore_ascii_case("CLASS"))
            && text[5..].parse::<u16>().is_ok()
    };
    ["IN", "CH", "HS", "CS", "ANY"].iter().any(|class| class.eq_ignore_ascii_case(text)) || by_number()
}

fn is_age(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("[AGE:")) && text.ends_with(']')
}

/// A TTL in seconds or with units (`1h30m`), at most 2^31 - 1 s (RFC 2181 section 8).
pub(super) fn ttl(text: &str) -> Option<Span> {
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

pub(super) fn bad_ttl<T>(token: &Token<'_>) -> Outcome<T> {
    let message =
        format!("`{}` is no TTL: expected seconds up to 2147483647, or units as in `1h30m`", token.text);
    error(ZoneErrorKind::Value, token.range, message, "write `300` or `5m`")
}

pub(super) fn bad_address<T>(token: &Token<'_>, family: &str, example: &str) -> Outcome<T> {
    let message = format!("`{}` is no {family} address", token.text);
    error(ZoneErrorKind::Value, token.range, message, format!("write an address such as `{example}`"))
}

/// The bytes of `\# 5 000a026d7831`, data of any type as RFC 3597 section 5 writes it.
pub(super) fn generic_data(data: &[Token<'_>]) -> Option<Vec<u8>> {
    let ([marker, length], digits) = data.split_first_chunk::<2>()?;
    let digits: String = digits.iter().map(|token| token.text).collect();
    let length: usize = length.text.parse().ok().filter(|_| marker.text == "\\#")?;
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Vec<u8> = digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?;
    (bytes.len() == length && digits.len() == 2 * length).then_some(bytes)
}

/// The name at the start of uncompressed wire format (RFC 1035 section 3.1), absolute.
pub(super) fn wire_name(mut bytes: &[u8]) -> Option<String> {
    let mut name = String::new();
    loop {
        let (&length, rest) = bytes.split_first()?;
        if length == 0 {
            return Some(if name.is_empty() { ".".into() } else { name });
        }
        let label = rest.get(..usize::from(length)).filter(|_| length < 64)?;
        name.push_str(std::str::from_utf8(label).ok()?);
        name.push('.');
        bytes = &rest[usize::from(length)..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let range = TextRange { text: 0, start: 0, end: 0 };
        text.split_whitespace().map(|text| Token { text, range }).collect()
    }

    #[test]
    fn data_of_any_type_can_be_written_in_digits() {
        assert_eq!(generic_data(&tokens("\\# 4 c0000201")), Some(vec![192, 0, 2, 1]));
        assert_eq!(generic_data(&tokens("\\# 4 c000 0201")), Some(vec![192, 0, 2, 1]));
        assert_eq!(generic_data(&tokens("\\# 5 c0000201")), None);
        assert_eq!(generic_data(&tokens("\\# 1 zz")), None);
        assert_eq!(wire_name(&[3, b'm', b'x', b'1', 1, b'e', 0]), Some("mx1.e.".into()));
        assert_eq!(wire_name(&[3, b'm']), None);
    }
}
