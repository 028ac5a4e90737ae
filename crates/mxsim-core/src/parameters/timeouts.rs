//! `timeouts`: how long a sender waits for a host that says nothing.

use super::keys::{parameter, worded};
use super::table::{ParameterGroup, Written};
use super::values::{chosen, or_word, quoted_word, set, span, span_at, unless};
use super::words::{Worded, Words};
use crate::sender::{Kernel, SenderParameters, Timeouts};
use crate::syntax::literal;
use crate::syntax::shape::{Key, SOME_TIME, Shape, word};
use crate::syntax::tree::Table;
use crate::time::Span;

pub(super) const GROUP: ParameterGroup<SenderParameters> = ParameterGroup {
    decides_where: false,
    ..ParameterGroup::new(
        parameter("timeouts", Shape::Table(KEYS), "how long a silent host is waited for"),
        |table, policy| read(table, &mut policy.timeouts),
        |policy| write(&policy.timeouts),
    )
};

pub(super) const BLANK: Timeouts =
    Timeouts { connect: None, kernel: Kernel::Linux, greeting: Span::from_secs(300) };

const KEYS: &[Key] = &[
    parameter(
        "connect",
        Shape::AnyOf(&[SOME_TIME, word(|| vec!["kernel"])]),
        "how long a silent host is waited for; the kernel's own limit counts if it is shorter",
    )
    .reads(|| vec![("kernel", "as long as the kernel does")]),
    worded::<Kernel>("kernel", "when the kernel repeats a SYN and gives up"),
    parameter(
        "greeting",
        SOME_TIME,
        "how long a host is waited for that takes the connection and says nothing",
    ),
];

impl Worded for Kernel {
    const WORDS: Words<Self> = &[
        ("linux", Self::Linux, "Linux since 6.5: gives up after 133 s"),
        ("linux-before-6.5", Self::LinuxBefore6_5, "Linux before 6.5: gives up after 127 s"),
    ];
}

fn read(table: &Table, policy: &mut Timeouts) {
    let Some(timeouts) = table.table("timeouts") else { return };
    set(&mut policy.connect, unless(timeouts, "connect", "kernel", span));
    set(&mut policy.kernel, chosen(timeouts, "kernel"));
    set(&mut policy.greeting, span_at(timeouts, "greeting"));
}

fn write(policy: &Timeouts) -> Vec<Written> {
    vec![
        ("timeouts.connect", or_word(policy.connect, "kernel")),
        ("timeouts.kernel", quoted_word(policy.kernel)),
        ("timeouts.greeting", literal::span(policy.greeting)),
    ]
}
