//! A preset: parameters with their name, their evidence and where they came from.

use super::evidence::Evidence;
use super::unknown::{NotKnown, OutboundHosts};
use crate::parameters::PresetKind;
use crate::results::{Grade, PresetUsed, Status};
use crate::sender::{SenderParameters, Unknowns};
use std::collections::BTreeMap;

/// Parameters with their name and its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset<P> {
    /// What it is a preset of.
    pub kind: PresetKind,
    /// The name scenarios use.
    pub id: String,
    /// One line on what it does.
    pub title: String,
    /// The software it models.
    pub software: String,
    /// Versions it holds for.
    pub versions: String,
    /// Whether a second reading of its sources agrees.
    pub status: Status,
    /// What else is good to know; may be empty.
    pub notes: String,
    /// Its parameters.
    pub parameters: P,
    /// Evidence by parameter, such as `order.hosts`.
    pub evidence: BTreeMap<String, Evidence>,
    /// Parameters as the file spells them, in order: path and TOML literal.
    pub written: Vec<(&'static str, String)>,
    /// From where to where it may plausibly lie, if its file says so; only of senders.
    pub unknowns: Option<Unknowns>,
    /// The same in words, with evidence.
    pub not_known: Vec<NotKnown>,
    /// How many outbound hosts a sender has that says nothing of it; `None` is one.
    pub outbound_hosts: Option<OutboundHosts>,
    /// Hash of its file (hexadecimal) if it does not come with the library.
    pub outside: Option<String>,
    /// True if it stands in the place of a preset that was there before.
    pub replaces: bool,
}

/// A preset of any kind, its parameters only as its file spells them.
#[derive(Debug, Clone, Copy)]
pub struct PresetSummary<'a> {
    /// What it is a preset of.
    pub kind: PresetKind,
    /// The name scenarios use.
    pub id: &'a str,
    /// One line on what it does.
    pub title: &'a str,
    /// The software it models.
    pub software: &'a str,
    /// Versions it holds for.
    pub versions: &'a str,
    /// Whether a second reading of its sources agrees.
    pub status: Status,
    /// What else is good to know; may be empty.
    pub notes: &'a str,
    /// Evidence by parameter.
    pub evidence: &'a BTreeMap<String, Evidence>,
    /// Parameters as the file spells them, in order: path and TOML literal.
    pub written: &'a [(&'static str, String)],
    /// What is not known of it, and from where to where it may plausibly lie.
    pub not_known: &'a [NotKnown],
    /// How many outbound hosts a sender has that says nothing of it; `None` is one.
    pub outbound_hosts: Option<&'a OutboundHosts>,
    /// Hash of its file (hexadecimal) if it does not come with the library.
    pub outside: Option<&'a str>,
    /// The weakest grade among all parameters.
    pub weakest_grade: Grade,
    /// The weakest grade among the parameters that decide where mail goes.
    pub decisive_grade: Grade,
}

impl<P> Preset<P> {
    /// The weakest grade among all parameters.
    #[must_use]
    pub fn weakest_grade(&self) -> Grade {
        self.weakest_of(|_| true)
    }

    /// The weakest grade among the parameters that decide where mail goes. Of a sender those are order, limits, failover, memory,
    /// reuse and DNS, of all other kinds each parameter.
    #[must_use]
    pub fn decisive_grade(&self) -> Grade {
        self.weakest_of(|path| self.kind.decides_where(path))
    }

    fn weakest_of(&self, counts: impl Fn(&str) -> bool) -> Grade {
        let grades =
            self.evidence.iter().filter(|(path, _)| counts(path)).map(|(_, evidence)| evidence.grade);
        grades.max().unwrap_or(Grade::Assumed)
    }

    /// What results say of it.
    #[must_use]
    pub fn used(&self) -> PresetUsed {
        PresetUsed {
            kind: self.kind.name().into(),
            id: self.id.clone(),
            grade: self.weakest_grade(),
            status: self.status,
            outside: self.outside.clone(),
        }
    }

    /// The preset without its typed parameters.
    #[must_use]
    pub fn summary(&self) -> PresetSummary<'_> {
        PresetSummary {
            kind: self.kind,
            id: &self.id,
            title: &self.title,
            software: &self.software,
            versions: &self.versions,
            status: self.status,
            notes: &self.notes,
            evidence: &self.evidence,
            written: &self.written,
            not_known: &self.not_known,
            outbound_hosts: self.outbound_hosts.as_ref(),
            outside: self.outside.as_deref(),
            weakest_grade: self.weakest_grade(),
            decisive_grade: self.decisive_grade(),
        }
    }
}

impl Preset<SenderParameters> {
    /// The weakest grade among the parameters that decide where mail goes.
    #[must_use]
    pub fn grade(&self) -> Grade {
        self.decisive_grade()
    }
}
