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
mod json;
mod kind;
mod lexer;
mod message;
mod names;
mod nodes;
mod quote;
mod record;
mod remarks;
mod transcript;

pub(crate) use addresses::notes_on;
pub(crate) use build::build;
pub(crate) use change::{Edit, apply};
pub use fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
pub(crate) use record::{Context, Data, Read, Record, Wanted};

use super::zone::{Name, Zone};

/// Reads `text`, whatever it is: zone lines, what a tool printed, or JSON.
pub(crate) fn read(text: &str, text_id: usize, domain: Option<&Name>, wanted: Wanted) -> Read {
    if wanted == Wanted::Records && json::is_json(text) {
        return json::read(text.trim_start_matches('\u{feff}'), text_id);
    }
    let read = record::read_lines(text, text_id, domain, wanted);
    let is_empty = read.records.iter().all(|record| !matches!(record.data, Some(Data::Mx(..))));
    match foreign::recognise(text) {
        Some(what) if wanted == Wanted::Records && (is_empty || !read.errors.is_empty()) => {
            Read { errors: vec![foreign_text(text, text_id, domain, what)], ..Read::default() }
        }
        _ => read,
    }
}

/// Says what to paste instead of a text that is recognised and not read.
fn foreign_text(text: &str, text_id: usize, domain: Option<&Name>, what: &str) -> ZoneTextError {
    let domain = domain.map(Name::to_string).or_else(|| foreign::domain_in(text).map(str::to_owned));
    let domain = domain.unwrap_or_else(|| "example.com".into());
    ZoneTextError {
        kind: ZoneErrorKind::Foreign,
        message: format!("this is {what}, which mxsim does not read"),
        help: format!(
            "type `dig MX {domain}` and paste what it prints, and the same for the A and AAAA records of each host"
        ),
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
