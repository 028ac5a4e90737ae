//! What is read from a text: its records, what it says of itself, and what is wrong with it.

use super::fault::{TextRange, ZoneNote, ZoneTextError};
use super::kind::RecordKind;
use crate::dns::zone::Name;
use crate::time::Span;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

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

/// The data of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// A name that does not exist, or has no records of a type: an answer said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    /// The name.
    pub(crate) name: Name,
    /// The type it has no records of; `None` for all of them.
    pub(crate) kind: Option<RecordKind>,
}

/// A name whose records, or those below it, stand in another zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The name.
    pub(crate) name: Name,
    /// True for a DNAME, which sends only the names below it elsewhere (RFC 6672).
    pub(crate) only_below: bool,
}

/// What a text says of itself, beside its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// True if it holds a whole zone: a zone file (an SOA record, `$ORIGIN`, or names that only a zone file writes) or a whole transfer. An
    /// answer shows only what was asked for, whatever records stand in it.
    pub(crate) is_whole_zone: bool,
    /// True if a tool printed it: it holds what was asked for.
    pub(crate) is_answer: bool,
    /// True if it is a zone file of which a part stands in other files (`$INCLUDE`).
    pub(crate) has_holes: bool,
    /// True if its records have been changed by now, so that those which are not there are gone.
    pub(crate) is_edited: bool,
    /// What it says does not exist.
    pub(crate) denied: Vec<Denied>,
    /// Delegations and DNAMEs.
    pub(crate) cuts: Vec<Cut>,
    /// Owners of records of other types.
    pub(crate) names: BTreeSet<Name>,
    /// Exchange hosts that were written without the final dot, so that the origin was put behind them.
    pub(crate) undotted: BTreeSet<Name>,
    /// Names whose addresses are those of Cloudflare's proxy.
    pub(crate) proxied: BTreeSet<Name>,
    /// The zone it says it is: the owner of its SOA record, its first `$ORIGIN`, or what its exporter says in a comment.
    pub(crate) zone: Option<Name>,
    /// Names that were asked for by a command in it.
    pub(crate) asked: Vec<Name>,
}

/// True for a name such as hosts have that take mail.
pub(super) fn is_host(name: &Name) -> bool {
    ["mx", "mail", "smtp", "*"].iter().any(|start| name.first_label().starts_with(start))
}

impl Context {
    /// Takes in that `name` has a record of another type: a delegation, a DNAME, or what does not matter.
    pub(super) fn other_type(&mut self, name: &Name, kind: &str) {
        let only_below = kind.eq_ignore_ascii_case("DNAME");
        if only_below || kind.eq_ignore_ascii_case("NS") {
            self.cuts.push(Cut { name: name.clone(), only_below });
        }
        self.names.insert(name.clone());
    }

    /// True if the text says that `name` has no records of `kind`.
    pub(super) fn denies(&self, name: &Name, kind: RecordKind) -> bool {
        self.denied
            .iter()
            .any(|denied| denied.name == *name && denied.kind.is_none_or(|denied| denied == kind))
    }

    /// True if the records of `name` stand in another zone.
    pub(super) fn is_cut_off(&self, name: &Name) -> bool {
        let apex =
            |cut: &Cut| self.zone.as_ref().is_none_or(|zone| cut.name != *zone && cut.name.is_within(zone));
        let below = |cut: &Cut| name.is_within(&cut.name) && !(cut.only_below && *name == cut.name);
        self.cuts.iter().any(|cut| below(cut) && (cut.only_below || apex(cut)))
    }

    /// True if the text would show the MX records of `domain`, if it had any. Lines that nobody asked for are taken at their word, unless
    /// the name is that of a host.
    pub(super) fn shows_mx_of(&self, domain: &Name) -> bool {
        let is_at_its_word = !self.is_answer && !self.has_holes && self.zone.is_none();
        self.is_edited
            || self.denies(domain, RecordKind::Mx)
            || self.is_complete_for(domain, domain)
            || (is_at_its_word && !is_host(domain) && !self.is_cut_off(domain))
    }

    /// True if a record of `name` that is not in the text does not exist.
    pub(crate) fn is_complete_for(&self, name: &Name, domain: &Name) -> bool {
        self.is_whole_zone && name.is_within(self.zone.as_ref().unwrap_or(domain)) && !self.is_cut_off(name)
    }
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
    /// What the text says of itself.
    pub(crate) context: Context,
}
