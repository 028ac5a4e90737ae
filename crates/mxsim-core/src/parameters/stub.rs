//! `sort` of a stub: how the library that a sender asks sorts the addresses of a host.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, quoted_word, set};
use super::words::{Worded, Words};
use crate::dns::{Ipv4Rule9, Ipv6Rule9, SortedSets, StubParameters};
use crate::syntax::shape::{Key, Shape};
use crate::syntax::tree::Table;

pub(super) const GROUP: ParameterGroup<StubParameters> = ParameterGroup::new(
    parameter("sort", Shape::Table(KEYS), "how it sorts the addresses of a host"),
    read,
    write,
);

/// A library that sorts nothing.
pub(super) const BLANK: StubParameters =
    StubParameters { sets: SortedSets::None, ipv6: Ipv6Rule9::Off, ipv4: Ipv4Rule9::Off };

const KEYS: &[Key] = &[
    worded::<SortedSets>("sets", "which answers it sorts (RFC 6724)"),
    worded::<Ipv6Rule9>("ipv6", "rule 9, the longest common prefix, among IPv6 addresses"),
    worded::<Ipv4Rule9>("ipv4", "rule 9 among IPv4 addresses of other networks"),
];

impl Worded for SortedSets {
    const WORDS: Words<Self> = &[
        ("none", Self::None, "none: addresses stay as they were answered"),
        ("with-ipv6", Self::WithIpv6, "those with an IPv6 address among them"),
        ("all", Self::All, "all of them"),
    ];
}

impl Worded for Ipv6Rule9 {
    const WORDS: Words<Self> = &[
        ("off", Self::Off, "not used"),
        ("first-64-bits", Self::First64Bits, "over the first 64 bits"),
        ("all-bits", Self::AllBits, "over all bits"),
    ];
}

impl Worded for Ipv4Rule9 {
    const WORDS: Words<Self> =
        &[("off", Self::Off, "not used"), ("all-bits", Self::AllBits, "over all bits")];
}

fn read(table: &Table, parameters: &mut StubParameters) {
    let Some(sort) = table.table("sort") else { return };
    set(&mut parameters.sets, chosen(sort, "sets"));
    set(&mut parameters.ipv6, chosen(sort, "ipv6"));
    set(&mut parameters.ipv4, chosen(sort, "ipv4"));
}

fn write(parameters: &StubParameters) -> Vec<Written> {
    vec![
        ("sort.sets", quoted_word(parameters.sets)),
        ("sort.ipv6", quoted_word(parameters.ipv6)),
        ("sort.ipv4", quoted_word(parameters.ipv4)),
    ]
}
