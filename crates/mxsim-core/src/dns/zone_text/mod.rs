//! Zone text and `dig` output into a [`Zone`].
//!
//! A zone file (RFC 1035 section 5) is a list of records with much left out: owner, TTL and class may be inherited from lines above, names
//! may be relative to `$ORIGIN`, parentheses join lines. `dig` prints the same format with everything spelled out and comments around it.
//! This reader takes both. It wants MX, A, AAAA and CNAME, takes the negative TTL from the SOA (RFC 2308 section 4) and passes over every
//! other type. It also takes what people paste instead: screens of `host` and `nslookup`, output of `dig +short`, exports of hosting panels and
//! DNS providers, and the JSON of some of these.
//!
//! It forgives what people paste: lines that are indented as a whole; and, as long as no `$ORIGIN` is given, names with several labels but
//! without the final dot, which are taken as absolute.
//!
//! Main entry: [`parse`].

mod addresses;
mod build;
mod change;
mod fault;
mod fields;
mod foreign;
mod generate;
mod hint;
mod json;
mod json_shapes;
mod kind;
mod lexer;
mod message;
mod names;
mod nodes;
mod noise;
mod ornament;
mod places;
mod quote;
mod read;
mod record;
mod remarks;
mod skip;
mod table;
mod tidy;
mod transcript;

pub(crate) use addresses::notes_on;
pub(crate) use build::build;
pub(crate) use change::{Edit, apply};
pub use fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
pub(crate) use kind::RecordKind;
pub(crate) use read::{Context, Data, Read, Record, Wanted};

use super::zone::{Name, Zone};

/// Reads `text`, whatever it is: zone lines, what a tool printed, or JSON, with any decoration around it.
pub(crate) fn read(text: &str, text_id: usize, domain: Option<&Name>, wanted: Wanted) -> Read {
    let (plain, map) = tidy::tidy(text);
    let mut read = read_plain(&plain, text_id, domain, wanted);
    read.records.iter_mut().for_each(|record| record.range = map.range(record.range, text));
    read.errors.iter_mut().for_each(|error| error.range = map.range(error.range, text));
    read
}

fn read_plain(text: &str, text_id: usize, domain: Option<&Name>, wanted: Wanted) -> Read {
    if wanted == Wanted::Records
        && let Some(json) = json_shapes::json_in(text)
    {
        let mut read = json::read(json, text_id, domain);
        let is_bare = |record: &Record| matches!(record.kind, RecordKind::Soa | RecordKind::Cname);
        if read.errors.is_empty() && read.records.iter().all(is_bare) {
            read.errors.push(hint::nothing_read(text, text_id, domain));
        }
        let advice = hint::advice(text, domain);
        let last = read.errors.last_mut().filter(|error| !error.help.contains("dig MX"));
        last.into_iter().for_each(|error| {
            error.help = [&error.help, &*advice]
                .map(|part| part.trim())
                .join("; or ")
                .trim_start_matches("; or ")
                .to_owned()
        });
        return read;
    }
    let mut read = record::read_lines(text, text_id, domain, wanted);
    if wanted == Wanted::Patterns {
        return read;
    }
    let has = |kind: RecordKind| read.records.iter().any(|record| record.kind == kind);
    let fails = !has(RecordKind::Mx) || !read.errors.is_empty();
    let helps =
        read.errors.last().is_some_and(|error| {
            error.kind == ZoneErrorKind::Syntax || error.message.contains("is relative")
        }) && !skip::is_strict(text);
    match foreign::recognise(text) {
        Some(found) if fails => {
            return Read { errors: vec![foreign_text(text, text_id, domain, found)], ..Read::default() };
        }
        _ if has_elision(text, &read) => read.errors = vec![elided(text, text_id, domain)],
        // A change may well be of other records only.
        _ if text_id == 0
            && read.errors.is_empty()
            && !has(RecordKind::Mx)
            && !has(RecordKind::A)
            && !has(RecordKind::Aaaa) =>
        {
            read.errors.push(hint::nothing_read(text, text_id, domain));
        }
        _ if helps && text_id == 0 => {
            let advice = hint::advice(text, domain);
            read.errors
                .iter_mut()
                .next_back()
                .into_iter()
                .for_each(|error| error.help = format!("{}; or {advice}", error.help));
        }
        _ => {}
    }
    read
}

/// True if a line that could not be read stands for lines that were left out.
fn has_elision(text: &str, read: &Read) -> bool {
    !read.errors.is_empty()
        && text.lines().any(|line| skip::is_elision(line.trim()))
        && !skip::is_strict(text)
}

/// Records may have been left out of a text.
fn elided(text: &str, text_id: usize, domain: Option<&Name>) -> ZoneTextError {
    let line = text.lines().find(|line| skip::is_elision(line.trim())).unwrap_or_default();
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    ZoneTextError {
        kind: ZoneErrorKind::Syntax,
        message: format!(
            "`{}` stands for lines that were left out, and records may be among them",
            line.trim()
        ),
        help: format!("paste the whole text, or {}", hint::advice(text, domain)),
        range: TextRange { text: text_id, start, end: start + line.len() },
    }
}

/// Says what to paste instead of a text that is recognised and not read.
fn foreign_text(text: &str, text_id: usize, domain: Option<&Name>, found: foreign::Foreign) -> ZoneTextError {
    ZoneTextError {
        kind: ZoneErrorKind::Foreign,
        message: format!("this is {}; mxsim does not read it", found.what),
        help: match found.instead {
            Some(instead) => format!("{instead}, or {}", hint::advice(text, domain)),
            None => hint::advice(text, domain),
        },
        range: TextRange { text: text_id, start: 0, end: 0 },
    }
}

/// Reads what `text` publishes about the mail of `domain`; without one, of the only domain that has MX records.
///
/// ```
/// use mxsim_core::dns::zone_text::parse;
/// let (zone, _) = parse("example.com. 300 IN MX 10 mx1.example.com.\nmx1.example.com. 300 IN A 192.0.2.1", None).unwrap();
/// assert_eq!(zone.mx.len(), 1);
/// assert_eq!(zone.hosts[0].a[0].to_string(), "192.0.2.1");
/// ```
///
/// # Errors
/// Everything that is wrong with the text, not only the first thing.
pub fn parse(text: &str, domain: Option<&Name>) -> Result<(Zone, Vec<ZoneNote>), Vec<ZoneTextError>> {
    let mut read = read(text, 0, domain, Wanted::Records);
    if !read.errors.is_empty() {
        return Err(read.errors);
    }
    let (zone, notes) = build(&read.records, domain, &[], &read.context)?;
    read.notes.extend(notes);
    Ok((zone, read.notes))
}

#[cfg(test)]
mod tests;
