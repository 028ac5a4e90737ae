//! The parameters of presets: what each is called, what its value may be, how it is read and written, and how it reads in English.
//!
//! One file holds one group of parameters and everything about them apart from what they do: keys, words, reading, writing, the rules between
//! them, and the sentences. Catalogue files, overrides in a scenario, resolved scenarios, the JSON Schema, the reference, `mxsim presets` and
//! traces all go through here. What a parameter *does* is code in [`crate::sender`], [`crate::dns`] and [`crate::node`].
//!
//! | kind | groups, by file |
//! |---|---|
//! | sender | `order`, `limits`, `failover`, `timeouts`, `retry`, `memory`, `reuse`, `concurrency`, `lookups` (section `dns`), `policy` |
//! | resolver | `cache`, `answer_order` (section `order`), `caches` |
//! | authority | `answer_order` (section `order`) |
//! | stub | `stub` (section `sort`) |
//! | greylisting | `greylist` |
//! | edge | `edge`, `check`, `passive`, all in `edge` |
//!
//! A new parameter is a field of a type in [`crate::sender`] or [`crate::dns`] and, in the file of its group, a key, a blank value, a line that
//! reads and a line that writes. A new group is a file of its own and a line in a table below.

pub(crate) mod answer_order;
pub(crate) mod cache;
mod caches;
pub(crate) mod concurrency;
pub(crate) mod edge;
mod english;
pub(crate) mod failover;
pub(crate) mod greylist;
mod keys;
mod kind;
pub(crate) mod limits;
mod lookups;
pub(crate) mod memory;
pub(crate) mod node;
pub(crate) mod order;
mod parameter;
mod policy;
mod record_types;
pub(crate) mod retry;
pub(crate) mod reuse;
pub(crate) mod sender_entry;
mod stub;
mod table;
mod timeouts;
mod values;
pub(crate) mod words;

pub use kind::PresetKind;
pub use parameter::Parameter;

pub(crate) use keys::{MOST_CHOOSERS, grades};
pub(crate) use table::{Literals, ParameterTable, Written};
pub(crate) use values::{span, span_at};

use crate::dns::{OrderPolicy, ResolverParameters, StubParameters};
use crate::edge::EdgePolicy;
use crate::node::greylisting::GreyRules;
use crate::sender::SenderParameters;
use crate::syntax::shape::Key;
use table::{ParameterGroup, sections};

/// The parameters of a sender.
pub(crate) static SENDER: ParameterTable<SenderParameters> = ParameterTable {
    blank: SenderParameters {
        order: order::BLANK,
        limits: limits::BLANK,
        failover: failover::BLANK_FAILOVER,
        on_busy: failover::BLANK_FAILOVER,
        reactions: failover::BLANK,
        timeouts: timeouts::BLANK,
        retry: retry::BLANK,
        memory: memory::BLANK,
        reuse: reuse::BLANK,
        concurrency: concurrency::BLANK,
        dns: lookups::BLANK,
        policy: policy::BLANK,
    },
    groups: &SENDER_GROUPS,
    written: &SENDER_GROUPS,
};

const SENDER_GROUPS: [ParameterGroup<SenderParameters>; 10] = [
    order::GROUP,
    limits::GROUP,
    failover::GROUP,
    timeouts::GROUP,
    retry::GROUP,
    memory::GROUP,
    reuse::GROUP,
    concurrency::GROUP,
    lookups::GROUP,
    policy::GROUP,
];

/// The sections of a sender.
pub(crate) const SENDER_KEYS: &[Key] = &sections(&SENDER_GROUPS);

/// The parameters of a resolver. Documents are written with `caches` first.
pub(crate) static RESOLVER: ParameterTable<ResolverParameters> = ParameterTable {
    blank: ResolverParameters {
        caches: caches::BLANK,
        pick: caches::BLANK_PICK,
        cache: cache::BLANK,
        order: answer_order::BLANK,
    },
    groups: &RESOLVER_GROUPS,
    written: &[caches::GROUP, cache::GROUP, answer_order::OF_RESOLVER],
};

const RESOLVER_GROUPS: [ParameterGroup<ResolverParameters>; 3] =
    [cache::GROUP, answer_order::OF_RESOLVER, caches::GROUP];

/// The sections of a resolver.
pub(crate) const RESOLVER_KEYS: &[Key] = &sections(&RESOLVER_GROUPS);

/// The parameters of an authority.
pub(crate) static AUTHORITY: ParameterTable<OrderPolicy> =
    ParameterTable { blank: answer_order::BLANK, groups: &AUTHORITY_GROUPS, written: &AUTHORITY_GROUPS };

const AUTHORITY_GROUPS: [ParameterGroup<OrderPolicy>; 1] = [answer_order::OF_AUTHORITY];

/// The sections of an authority.
pub(crate) const AUTHORITY_KEYS: &[Key] = &sections(&AUTHORITY_GROUPS);

/// The parameters of a stub.
pub(crate) static STUB: ParameterTable<StubParameters> =
    ParameterTable { blank: stub::BLANK, groups: &STUB_GROUPS, written: &STUB_GROUPS };

const STUB_GROUPS: [ParameterGroup<StubParameters>; 1] = [stub::GROUP];

/// The sections of a stub.
pub(crate) const STUB_KEYS: &[Key] = &sections(&STUB_GROUPS);

/// The parameters of greylisting software.
pub(crate) static GREYLISTING: ParameterTable<GreyRules> =
    ParameterTable { blank: greylist::BLANK, groups: &GREYLISTING_GROUPS, written: &GREYLISTING_GROUPS };

const GREYLISTING_GROUPS: [ParameterGroup<GreyRules>; 1] = [greylist::GROUP];

/// The sections of greylisting software.
const GREYLISTING_KEYS: &[Key] = &sections(&GREYLISTING_GROUPS);

/// The parameters of an edge.
pub(crate) static EDGE: ParameterTable<EdgePolicy> =
    ParameterTable { blank: EdgePolicy::BLANK, groups: &EDGE_GROUPS, written: &EDGE_GROUPS };

const EDGE_GROUPS: [ParameterGroup<EdgePolicy>; 3] = [edge::EDGE, edge::CHECK, edge::PASSIVE];

/// The sections of an edge.
const EDGE_KEYS: &[Key] = &sections(&EDGE_GROUPS);

impl PresetKind {
    /// Returns the sections of its parameters.
    pub(crate) const fn keys(self) -> &'static [Key] {
        match self {
            Self::Sender => SENDER_KEYS,
            Self::Resolver => RESOLVER_KEYS,
            Self::Authority => AUTHORITY_KEYS,
            Self::Stub => STUB_KEYS,
            Self::Greylisting => GREYLISTING_KEYS,
            Self::Edge => EDGE_KEYS,
        }
    }

    /// Returns all parameters its presets may have, in the order in which files name them.
    #[must_use]
    pub fn parameters(self) -> Vec<Parameter> {
        self.keys().iter().flat_map(parameter::of_section).collect()
    }

    /// Returns what a parameter of this kind, such as `order.hosts`, is for; `None` if there is no such parameter.
    #[must_use]
    pub fn meaning(self, parameter: &str) -> Option<&'static str> {
        parameter::meaning(self.keys(), parameter)
    }

    /// Says the value of a parameter of this kind, given as a TOML literal, in English. What is no parameter is said as it is written, without
    /// punctuation.
    #[must_use]
    pub fn value_in_words(self, parameter: &str, literal: &str) -> String {
        english::value_in_words(self.keys(), parameter, literal)
    }

    /// Returns true if a parameter of this kind changes nothing beside the others.
    pub(crate) fn has_no_effect(self, parameter: &str, beside: &Literals<'_>) -> bool {
        match self {
            Self::Sender => SENDER.has_no_effect(parameter, beside),
            Self::Resolver => RESOLVER.has_no_effect(parameter, beside),
            Self::Authority => AUTHORITY.has_no_effect(parameter, beside),
            Self::Stub => STUB.has_no_effect(parameter, beside),
            Self::Greylisting => GREYLISTING.has_no_effect(parameter, beside),
            Self::Edge => EDGE.has_no_effect(parameter, beside),
        }
    }

    /// Returns true if a parameter of this kind decides *where* mail goes, and not only when.
    pub(crate) fn decides_where(self, parameter: &str) -> bool {
        match self {
            Self::Sender => SENDER.decides_where(parameter),
            Self::Resolver => RESOLVER.decides_where(parameter),
            Self::Authority => AUTHORITY.decides_where(parameter),
            Self::Stub => STUB.decides_where(parameter),
            Self::Greylisting => GREYLISTING.decides_where(parameter),
            Self::Edge => EDGE.decides_where(parameter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_that_is_written_has_a_key() {
        let check = |kind: PresetKind, written: Vec<Written>| {
            assert!(!written.is_empty(), "{}", kind.name());
            for (path, _) in written {
                assert!(kind.meaning(path).is_some(), "{} {path}", kind.name());
            }
        };
        check(PresetKind::Sender, SENDER.write(&SENDER.blank));
        check(PresetKind::Resolver, RESOLVER.write(&RESOLVER.blank));
        check(PresetKind::Authority, AUTHORITY.write(&AUTHORITY.blank));
        check(PresetKind::Stub, STUB.write(&STUB.blank));
        check(PresetKind::Greylisting, GREYLISTING.write(&GREYLISTING.blank));
        check(PresetKind::Edge, EDGE.write(&EDGE.blank));
    }

    /// A group that is read must be written too, whatever the two orders are.
    #[test]
    fn groups_are_written_as_often_as_they_are_read() {
        let names = |groups: &[ParameterGroup<ResolverParameters>]| {
            let mut names: Vec<&str> = groups.iter().map(|group| group.key.name).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(RESOLVER.groups), names(RESOLVER.written));
    }
}
