//! `policy`: which hosts a sender may use, and what it does without any.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, quoted_word, set};
use super::words::{Worded, Words};
use crate::sender::{Check, MxToAddress, NoAddress, NullMx, Policy, SenderParameters};
use crate::syntax::shape::{Key, Shape};
use crate::syntax::tree::{Table, Value};

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    // A policy counts only where the zone has one.
    decides_where: false,
    ..ParameterGroup::new(
        parameter("policy", Shape::Table(KEYS), "which hosts it may use, and what it does without any"),
        |table, policy| read(table, &mut policy.policy),
        |policy| write(&policy.policy),
    )
};

pub(super) const BLANK: Policy = Policy {
    null_mx: NullMx::Bounce,
    mx_to_address: MxToAddress::Use,
    no_address: NoAddress::Bounce,
    implicit_mx: true,
    mta_sts: Check::No,
    dane: Check::No,
};

const KEYS: &[Key] = &[
    worded::<NullMx>("null_mx", "what the root as only exchange host means to it (RFC 7505)"),
    worded::<MxToAddress>(
        "mx_to_address",
        "what it does with an MX record that has an address in the place of a host name",
    ),
    worded::<NoAddress>(
        "no_address",
        "what it does with mail for a domain none of whose MX hosts has an address",
    ),
    parameter("implicit_mx", Shape::Boolean, "whether a domain without MX is reached at its own address")
        .reads(|| vec![("true", "yes"), ("false", "no")]),
    worded::<Check>("mta_sts", "whether it leaves out hosts that `zone.mta_sts` does not cover"),
    worded::<Check>("dane", "whether it leaves out the hosts in `zone.dane`"),
];

impl Worded for NullMx {
    const WORDS: Words<Self> = &[
        ("bounce", Self::Bounce, "the domain takes no mail: bounced at once"),
        ("bounce-strict", Self::BounceStrict, "the same with preference 0, else a host like any other"),
        ("treat-as-host", Self::TreatAsHost, "a host without an address: tried again later"),
    ];
}

impl Worded for MxToAddress {
    const WORDS: Words<Self> = &[
        ("use", Self::Use, "it connects to the address"),
        ("skip", Self::Skip, "a host without an address: it goes on to the others"),
        ("bounce", Self::Bounce, "mail for the domain bounces, whatever other MX hosts it has"),
    ];
}

impl Worded for NoAddress {
    const WORDS: Words<Self> = &[
        ("bounce", Self::Bounce, "it bounces at once"),
        ("retry", Self::Retry, "it waits and is tried again"),
    ];
}

impl Worded for Check {
    const WORDS: Words<Self> = &[
        ("no", Self::No, "it cannot"),
        ("opt", Self::Opt, "it can, but does not unless told to"),
        ("default", Self::Default, "it does"),
    ];
}

fn read(table: &Table, policy: &mut Policy) {
    let Some(own) = table.table("policy") else { return };
    set(&mut policy.null_mx, chosen(own, "null_mx"));
    set(&mut policy.mx_to_address, chosen(own, "mx_to_address"));
    set(&mut policy.no_address, chosen(own, "no_address"));
    set(&mut policy.implicit_mx, own.get("implicit_mx").and_then(Value::as_boolean));
    set(&mut policy.mta_sts, chosen(own, "mta_sts"));
    set(&mut policy.dane, chosen(own, "dane"));
}

fn write(policy: &Policy) -> Vec<Written> {
    vec![
        ("policy.null_mx", quoted_word(policy.null_mx)),
        ("policy.mx_to_address", quoted_word(policy.mx_to_address)),
        ("policy.no_address", quoted_word(policy.no_address)),
        ("policy.implicit_mx", policy.implicit_mx.to_string()),
        ("policy.mta_sts", quoted_word(policy.mta_sts)),
        ("policy.dane", quoted_word(policy.dane)),
    ]
}
