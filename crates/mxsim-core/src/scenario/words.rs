//! Words of a scenario and the values they stand for: one table per choice, read forwards, written backwards.

use crate::dns::{
    Base, Caches, Direction, Driver, Extend, Hold, Ipv4Rule9, Ipv6Rule9, Keeping, MtaStsMode, Pick, Prefetch,
    RecordType, SortedSets, Stale, Transform, ZeroTtl,
};
use crate::node::{Fault, WhenFull};
use crate::sender::{
    AddressOrder, AfterGaps, Cut, Failover, Family, FiledUnder, Growth, HostOrder, Keep, Kernel, Reaction,
    TlsFailure, Unit,
};
use crate::sender::{AddressSort, Check, NullMx, OwnCache};
use crate::smtp::Stage;

/// A choice among words.
pub(crate) trait Worded: Copy + PartialEq + 'static {
    /// Each word and its value, in the order they are listed to people.
    const WORDS: &'static [(&'static str, Self)];
}

/// All words of a choice.
pub(crate) fn words<T: Worded>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

/// The value of a word.
pub(crate) fn value_of<T: Worded>(word: &str) -> Option<T> {
    T::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// The word of a value; `None` for values that are written in another way.
pub(crate) fn word_of<T: Worded>(value: T) -> Option<&'static str> {
    T::WORDS.iter().find(|(_, known)| *known == value).map(|(word, _)| *word)
}

impl Worded for Unit {
    const WORDS: &'static [(&'static str, Self)] = &[("host", Self::Host), ("address", Self::Address)];
}

impl Worded for HostOrder {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("shuffle", Self::Shuffle),
        ("answer", Self::Answer),
        ("adjacent-swap", Self::AdjacentSwap),
        ("last-into-hole", Self::LastIntoHole),
        ("random-comparator", Self::RandomComparator),
        ("name-hash", Self::NameHash),
        ("least-connections", Self::LeastConnections),
        ("attempt-index", Self::AttemptIndex),
    ];
}

impl Worded for AddressOrder {
    const WORDS: &'static [(&'static str, Self)] = &[("shuffle", Self::Shuffle), ("answer", Self::Answer)];
}

impl Worded for Family {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("any", Self::Any),
        ("ipv6-first", Self::Ipv6First),
        ("ipv4-first", Self::Ipv4First),
        ("ipv6-bubble-pass", Self::Ipv6BubblePass),
        ("ipv6-first-in-class", Self::Ipv6FirstInClass),
        ("ipv4-first-in-class", Self::Ipv4FirstInClass),
        ("ipv4-only", Self::Ipv4Only),
    ];
}

/// Times are written as tables beside these words.
impl Worded for Keep {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("attempt", Self::Attempt),
        ("message", Self::Message),
        ("process", Self::Process),
        ("second", Self::Second),
        ("cache-entry", Self::CacheEntry),
        ("forever", Self::Forever),
    ];
}

/// What `sticky` may say in a word: [`Keep`] in the language of somebody who looks at a sender from outside.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Sticky(pub(crate) Keep);

impl Worded for Sticky {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("never", Self(Keep::Attempt)),
        ("cache-entry", Self(Keep::CacheEntry)),
        ("forever", Self(Keep::Forever)),
    ];
}

impl Worded for Cut {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("plain", Self::Plain),
        ("family-balance", Self::FamilyBalance),
        ("reach-every-preference", Self::ReachEveryPreference),
    ];
}

impl Worded for Failover {
    const WORDS: &'static [(&'static str, Self)] =
        &[("next-host", Self::NextHost), ("same-host-later", Self::SameHostLater)];
}

/// What `on_busy` and its kin may say: [`Failover`] where the host is there but does not take the mail; who gives the attempt up draws anew in
/// the next.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct OnBusy(pub(crate) Failover);

impl Worded for OnBusy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("next-host", Self(Failover::NextHost)), ("defer", Self(Failover::SameHostLater))];
}

impl Worded for Reaction {
    const WORDS: &'static [(&'static str, Self)] =
        &[("next-host", Self::Next), ("defer", Self::Defer), ("bounce", Self::Bounce)];
}

/// [`TlsFailure::NextHostThenPlain`] is written as a table beside these words.
impl Worded for TlsFailure {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("no-tls", Self::NoTls),
        ("plain-same-host", Self::PlainSameHost),
        ("next-host", Self::NextHost),
        ("defer", Self::Defer),
    ];
}

/// Which of the laws of [`Reuse`](crate::sender::Reuse), without its limits.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ReuseWhen {
    Never,
    Demand,
    Always,
    Child,
    Last,
    Batch,
    QueueRun,
}

impl Worded for ReuseWhen {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("never", Self::Never),
        ("demand", Self::Demand),
        ("always", Self::Always),
        ("child", Self::Child),
        ("last", Self::Last),
        ("batch", Self::Batch),
        ("queue-run", Self::QueueRun),
    ];
}

impl Worded for FiledUnder {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("domain", Self::Domain),
        ("mx-set", Self::MxSet),
        ("preference", Self::Preference),
        ("host", Self::Host),
        ("address", Self::Address),
    ];
}

/// Laws with numbers of their own are written as tables beside this word.
impl Worded for Growth {
    const WORDS: &'static [(&'static str, Self)] = &[("by-one", Self::ByOne)];
}

impl Worded for Kernel {
    const WORDS: &'static [(&'static str, Self)] =
        &[("linux", Self::Linux), ("linux-before-6.5", Self::LinuxBefore6_5)];
}

/// A cycle is written as a table beside these words.
impl Worded for AfterGaps {
    const WORDS: &'static [(&'static str, Self)] =
        &[("repeat-last", Self::RepeatLast), ("double", Self::Double), ("give-up", Self::GiveUp)];
}

impl Worded for Base {
    const WORDS: &'static [(&'static str, Self)] =
        &[("as-received", Self::AsReceived), ("canonical", Self::Canonical)];
}

impl Worded for Transform {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("rotate", Self::Rotate),
        ("shuffle", Self::Shuffle),
        ("shuffle-one-seed", Self::ShuffleOneSeed),
        ("first-by-weight", Self::FirstByWeight),
        ("sort-for-client", Self::SortForClient),
    ];
}

impl Worded for Driver {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("random", Self::Random),
        ("counter-from-zero", Self::CounterFromZero),
        ("counter-sequential", Self::CounterSequential),
        ("counter-from-random", Self::CounterFromRandom),
        ("counter-of-process", Self::CounterOfProcess),
        ("counter-of-process-from-random", Self::CounterOfProcessFromRandom),
    ];
}

impl Worded for Direction {
    const WORDS: &'static [(&'static str, Self)] =
        &[("forward", Self::Forward), ("backward", Self::Backward)];
}

/// A fixed time is written as a duration beside these words.
impl Worded for Hold {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("ttl", Self::Ttl)];
}

impl Worded for ZeroTtl {
    const WORDS: &'static [(&'static str, Self)] =
        &[("no-store", Self::NoStore), ("same-second", Self::SameSecond)];
}

/// Which caches of a resolver there are, in words; a number is written as such.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct CacheScope(pub(crate) Caches);

impl Worded for CacheScope {
    const WORDS: &'static [(&'static str, Self)] =
        &[("per-host", Self(Caches::PerHost)), ("per-site", Self(Caches::PerSite))];
}

impl Worded for Pick {
    const WORDS: &'static [(&'static str, Self)] = &[("client", Self::Client), ("question", Self::Question)];
}

/// A fixed time is written as a duration beside these words.
impl Worded for Keeping {
    const WORDS: &'static [(&'static str, Self)] = &[("ttl", Self::Ttl), ("forever", Self::Forever)];
}

/// The rest is written as tables.
impl Worded for Prefetch {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None)];
}

/// The rest is written as tables.
impl Worded for Stale {
    const WORDS: &'static [(&'static str, Self)] = &[("off", Self::Off)];
}

/// What `extend` may say in a word; the rest is written as a table.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Extends(pub(crate) Extend);

impl Worded for Extends {
    const WORDS: &'static [(&'static str, Self)] = &[("never", Self(Extend::Never))];
}

impl Worded for SortedSets {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("with-ipv6", Self::WithIpv6), ("all", Self::All)];
}

impl Worded for Ipv6Rule9 {
    const WORDS: &'static [(&'static str, Self)] =
        &[("off", Self::Off), ("first-64-bits", Self::First64Bits), ("all-bits", Self::AllBits)];
}

impl Worded for Ipv4Rule9 {
    const WORDS: &'static [(&'static str, Self)] = &[("off", Self::Off), ("all-bits", Self::AllBits)];
}

impl Worded for MtaStsMode {
    const WORDS: &'static [(&'static str, Self)] =
        &[("enforce", Self::Enforce), ("testing", Self::Testing), ("none", Self::None)];
}

/// A fixed time is written as a table beside these words.
impl Worded for OwnCache {
    const WORDS: &'static [(&'static str, Self)] =
        &[("stub", Self::Stub), ("own-ttl", Self::OwnTtl), ("pinned", Self::Pinned)];
}

impl Worded for AddressSort {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("rfc6724", Self::Rfc6724)];
}

impl Worded for NullMx {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("bounce", Self::Bounce),
        ("bounce-strict", Self::BounceStrict),
        ("treat-as-host", Self::TreatAsHost),
    ];
}

impl Worded for Check {
    const WORDS: &'static [(&'static str, Self)] =
        &[("no", Self::No), ("opt", Self::Opt), ("default", Self::Default)];
}

impl Worded for RecordType {
    const WORDS: &'static [(&'static str, Self)] = &[("MX", Self::Mx), ("A", Self::A), ("AAAA", Self::Aaaa)];
}

/// [`Fault`] without its stage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Refuse,
    Drop,
    Silent,
    Defer,
    Reject,
    Disconnect,
}

impl Worded for FaultKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("refuse", Self::Refuse),
        ("drop", Self::Drop),
        ("silent", Self::Silent),
        ("defer", Self::Defer),
        ("reject", Self::Reject),
        ("disconnect", Self::Disconnect),
    ];
}

impl FaultKind {
    /// The stages at which it may show; none if it needs no stage.
    pub(crate) const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Refuse | Self::Drop | Self::Silent => &[],
            Self::Defer => &[Stage::Greeting, Stage::Recipient, Stage::Data],
            Self::Reject | Self::Disconnect => &[Stage::Greeting, Stage::Tls, Stage::Recipient, Stage::Data],
        }
    }

    /// The fault, if it may show at this stage.
    pub(crate) fn at(self, stage: Option<Stage>) -> Option<Fault> {
        match (self, stage) {
            (Self::Refuse, None) => Some(Fault::Refuse),
            (Self::Drop, None) => Some(Fault::Drop),
            (Self::Silent, None) => Some(Fault::Silent),
            (_, Some(stage)) if !self.stages().contains(&stage) => None,
            (Self::Defer, Some(stage)) => Some(Fault::Defer(stage)),
            (Self::Reject, Some(stage)) => Some(Fault::Reject(stage)),
            (Self::Disconnect, Some(stage)) => Some(Fault::Disconnect(stage)),
            _ => None,
        }
    }
}

impl Worded for Stage {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("greeting", Self::Greeting),
        ("tls", Self::Tls),
        ("recipient", Self::Recipient),
        ("data", Self::Data),
    ];
}

impl Worded for WhenFull {
    const WORDS: &'static [(&'static str, Self)] = &[("421", Self::Busy), ("refuse", Self::Refuse)];
}
