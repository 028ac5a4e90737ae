//! The keys of one `[[senders]]`: who sends, how much and from how many hosts, beside any parameter of its preset.
//!
//! A scenario lists such entries, and a population is made of them.

use super::keys::{MOST_CHOOSERS, grades};
use super::kind::PresetKind;
use super::order::STICKY;
use super::{SENDER_KEYS, STUB_KEYS};
use crate::syntax::shape::{Key, Shape, joined, later, optional, word};

/// Keys of one entry.
pub(crate) const SENDER_ENTRY: [Key; 26] = joined(OWN, SENDER_KEYS);

const OWN: &[Key] = &[
    optional("name", Shape::Name, "the preset's id, or `mix`", "its name, unique"),
    optional(
        "share",
        Shape::AnyOf(&[Shape::ShareBeside, word(|| vec!["rest"])]),
        "equal parts if no sender has one",
        "its part of all messages; `\"rest\"` takes what the others leave; of a sender that is not wanted, how much it sends beside 100 % of wanted mail, which may be more, up to 2,000 %",
    ),
    optional(
        "wanted",
        Shape::Boolean,
        "true",
        "false for mail that nobody waits for, such as spam: it counts in connections, sessions and its own row, and in no share, delay, loss or goal",
    ),
    optional(
        "preset",
        Shape::Preset(PresetKind::Sender.name()),
        "postfix (an assumption)",
        "what it behaves like; this or `mix`",
    ),
    optional(
        "mix",
        Shape::Map(&WEIGHT),
        "",
        "weights of several presets, `{ postfix = 55, exim = 15 }`: share and sites are split in proportion",
    ),
    optional(
        "sites",
        Shape::Integer { least: 1, most: MOST_CHOOSERS },
        "1; with `mix` 1000 (an assumption)",
        "organisations this entry stands for",
    ),
    optional("sizes", SIZES, "{ zipf = 1.0 } (an assumption)", "how the mail is spread over the sites"),
    optional(
        "hosts",
        Shape::Integer { least: 1, most: MOST_CHOOSERS },
        "1; of a provider's preset 40 (an assumption)",
        "outbound hosts of each site, choosing independently",
    ),
    optional(
        "sticky",
        STICKY,
        "as the preset",
        "how long an outbound host keeps its choice; `\"6h\"` is exponential with that mean",
    ),
    optional("resolver", Shape::Name, "plain", "a preset, or the name of a `[resolvers.NAME]`"),
    optional(
        "pool",
        Shape::Name,
        "its own",
        "senders with the same pool share their per-host and per-site caches",
    ),
    optional(
        "ipv6",
        Shape::Boolean,
        "true, unless the preset speaks IPv4 only",
        "whether it has an IPv6 route",
    ),
    optional(
        "stub",
        Shape::AnyOf(&[Shape::Preset(PresetKind::Stub.name()), Shape::Table(&STUB)]),
        "glibc (an assumption)",
        "the library that sorts addresses, if the preset asks one (`dns.address_sort`)",
    ),
    optional(
        "addresses",
        Shape::List { of: &Shape::Address, least: 1, only: &[1, 2] },
        "drawn for each site",
        "the IPv4 and the IPv6 address it sends from, for the longest common prefix with those of your hosts",
    ),
    optional("profile", PROFILE, "that of `[traffic]`", "when it sends"),
    optional(
        "grade",
        word(grades),
        "the weakest grade among the preset's parameters; `assumed` with overrides",
        "how well you know that it behaves like this; say `measured` once your own logs show it",
    ),
];

const SIZES: Shape = Shape::AnyOf(&[
    word(|| vec!["equal"]),
    Shape::Choice(&[optional(
        "zipf",
        Shape::Number { least: 0.0, most: 10.0, above: false },
        "",
        "site k sends in proportion to k^-s",
    )]),
]);

const STUB: [Key; 2] = joined(
    &[optional(
        "preset",
        Shape::Preset(PresetKind::Stub.name()),
        "glibc",
        "the preset the parameters are laid over",
    )],
    STUB_KEYS,
);

const WEIGHT: Shape = Shape::Number { least: 0.0, most: 1e9, above: false };

/// How traffic rises and falls over a day or a week.
pub(crate) const PROFILE: Shape = Shape::AnyOf(&[
    word(|| vec!["flat", "office"]),
    Shape::List { of: &WEIGHT, least: 1, only: &[24, 168] },
    Shape::Table(&[later("bursts", "traffic in bursts")]),
]);

/// Says how many outbound hosts a sender has.
pub(crate) fn hosts_in_words(hosts: usize) -> String {
    if hosts == 1 {
        "one outbound host".into()
    } else {
        format!("{hosts} outbound hosts that choose independently")
    }
}
