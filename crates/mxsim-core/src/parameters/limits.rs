//! `limits`: how many hosts, addresses and sessions one attempt may use.

use super::keys::{parameter, unlimited, worded};
use super::table::{Literals, ParameterGroup, Written};
use super::values::{chosen, number, or_unlimited, quoted_word, set, unless};
use super::words::{Worded, Words};
use crate::sender::{Cut, Limits, SenderParameters};
use crate::syntax::shape::{Key, Shape, word};
use crate::syntax::tree::Table;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    has_no_effect,
    ..ParameterGroup::new(
        parameter("limits", Shape::Table(KEYS), "how many are tried"),
        |table, policy| read(table, &mut policy.limits),
        |policy| write(&policy.limits),
    )
};

pub(super) const BLANK: Limits =
    Limits { hosts: None, addresses_per_host: None, addresses: None, sessions: None, cut: Cut::Plain };

const KEYS: &[Key] = &[
    parameter("hosts", LIMIT, "exchange hosts tried per attempt").reads(all_of_them),
    parameter("addresses_per_host", LIMIT, "addresses tried of each host").reads(all_of_them),
    parameter("addresses", LIMIT, "addresses tried per attempt").reads(all_of_them),
    parameter(
        "sessions",
        LIMIT,
        "sessions per attempt: connections that got past the greeting and TLS; a message turned away in the last of them is deferred",
    )
    .reads(|| vec![("unlimited", "any number")]),
    worded::<Cut>("cut", "how a list that is too long is cut"),
];

const LIMIT: Shape = Shape::AnyOf(&[Shape::Integer { least: 1, most: 65_535 }, word(unlimited)]);

fn all_of_them() -> Vec<(&'static str, &'static str)> {
    vec![("unlimited", "all of them")]
}

impl Worded for Cut {
    const WORDS: Words<Self> = &[
        ("plain", Self::Plain, "the first ones stay"),
        (
            "family-balance",
            Self::FamilyBalance,
            "the first ones stay, half of the places kept for each address family",
        ),
        (
            "reach-every-preference",
            Self::ReachEveryPreference,
            "once the limit is used up in one preference, one address of each further preference is still tried",
        ),
    ];
}

fn read(table: &Table, policy: &mut Limits) {
    let Some(limits) = table.table("limits") else { return };
    let limit = |key: &str| unless(limits, key, "unlimited", number);
    set(&mut policy.hosts, limit("hosts"));
    set(&mut policy.addresses_per_host, limit("addresses_per_host"));
    set(&mut policy.addresses, limit("addresses"));
    set(&mut policy.sessions, limit("sessions"));
    set(&mut policy.cut, chosen(limits, "cut"));
}

fn write(policy: &Limits) -> Vec<Written> {
    vec![
        ("limits.hosts", or_unlimited(policy.hosts)),
        ("limits.addresses_per_host", or_unlimited(policy.addresses_per_host)),
        ("limits.addresses", or_unlimited(policy.addresses)),
        ("limits.sessions", or_unlimited(policy.sessions)),
        ("limits.cut", quoted_word(policy.cut)),
    ]
}

fn has_no_effect(path: &str, beside: &Literals<'_>) -> bool {
    match path {
        "limits.cut" => beside.is_word("limits.addresses", "unlimited"),
        // A second session needs a sender that goes on to the next host after the first.
        "limits.sessions" => {
            beside.is_word("failover.on_transient_reply", "defer")
                && beside.is_word("failover.on_lost_connection", "defer")
        }
        _ => false,
    }
}

/// Says what limits an attempt.
pub(crate) fn in_words(limits: &Limits) -> String {
    let most = limits.addresses.map_or_else(|| "any number of".into(), |most| most.to_string());
    let cut = match limits.cut {
        Cut::Plain => "the first ones stay",
        Cut::FamilyBalance => "up to half of the places are kept for each address family",
        Cut::ReachEveryPreference => "beyond them one of each further preference stays",
    };
    let hosts = limits.hosts.map_or_else(String::new, |most| format!("at most {most} hosts, "));
    let each = limits
        .addresses_per_host
        .map_or_else(String::new, |most| format!("at most {most} addresses of each host, "));
    format!("{hosts}{each}tries {most} addresses in one attempt; {cut}")
}
