//! Zone text and `dig` output into a [`Zone`].
//!
//! A zone file (RFC 1035 section 5) is a list of records with much left out: owner, TTL and class may be inherited from lines above, names
//! may be relative to `$ORIGIN`, parentheses join lines. `dig` prints the same format with everything spelled out and comments around it.
//! This reader takes both. It wants MX, A, AAAA and CNAME, takes the negative TTL from the SOA (RFC 2308 section 4) and passes over every
//! other type.
//!
//! It forgives what people paste: lines that are indented as a whole; and, as long as no `$ORIGIN` is given, names with several labels but
//! without the final dot, which are taken as absolute.
//!
//! Main entry: [`parse`].

mod build;
mod change;
mod fault;
mod lexer;
mod record;

pub(crate) use build::build;
pub(crate) use change::{Edit, apply};
pub use fault::{TextRange, ZoneErrorKind, ZoneNote, ZoneTextError};
pub(crate) use record::{Data, Record, Wanted, read};

use super::zone::{Name, Zone};

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
    let (zone, notes) = build(&read.records, domain, &[])?;
    read.notes.extend(notes);
    Ok((zone, read.notes))
}

#[cfg(test)]
mod tests;
