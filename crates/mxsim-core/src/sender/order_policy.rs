//! In which order candidates are tried, as data; `order.rs` and `order_context.rs` obey it.

use crate::time::Span;

/// In which order candidates of one preference are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderPolicy {
    /// What is made of preferences.
    pub preference: Preference,
    /// What is put in order.
    pub unit: Unit,
    /// How hosts (or, with [`Unit::Address`], addresses) of equal preference are ordered.
    pub hosts: HostOrder,
    /// How the addresses inside one host are ordered; not used with [`Unit::Address`].
    pub addresses: AddressOrder,
    /// Which address family goes first.
    pub family: Family,
    /// How long one drawn order is kept.
    pub keep: Stickiness,
}

impl OrderPolicy {
    /// True if the order depends on chance at all.
    #[must_use]
    pub const fn draws(&self) -> bool {
        match self.unit {
            Unit::Address => matches!(self.hosts, HostOrder::Shuffle),
            Unit::Host => {
                matches!(
                    self.hosts,
                    HostOrder::Shuffle
                        | HostOrder::AdjacentSwap
                        | HostOrder::RandomComparator
                        | HostOrder::NameHash
                ) || matches!(self.addresses, AddressOrder::Shuffle)
            }
        }
    }
}

/// What a sender makes of preferences. RFC 5321 section 5.1 asks for the lowest number first; spam and programs with a bug do otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The lowest number first, then the next.
    Obey,
    /// All hosts are of one preference.
    Ignore,
    /// The highest number first, then the next below it.
    Reverse,
    /// The highest number first, then as published: a backup is tried before all others.
    WorstFirst,
}

/// What is put in order inside one preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Exchange hosts; the addresses of a host stay together.
    Host,
    /// Every address of every host: a host with more addresses gets more mail.
    Address,
}

/// How units of equal preference are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostOrder {
    /// Uniformly at random.
    Shuffle,
    /// As the resolver answered.
    Answer,
    /// One pass of coin-flip swaps of neighbours (Haraka): the third record is never first.
    AdjacentSwap,
    /// The first of the answer; then the last record moves into its place (64-bit qmail): A B C gives A C B.
    LastIntoHole,
    /// A merge sort whose comparison of equals is a coin flip (Postal): three hosts come first 50 : 25 : 25.
    RandomComparator,
    /// By a hash of the host's name that starts from the second in which the process began (sendmail before 8.12).
    NameHash,
    /// The address with the fewest open connections of this outbound host; on a tie the one whose look-up was sent first, which is the first
    /// record of the answer, then the last to the second (OpenSMTPD).
    LeastConnections,
    /// All records of all preferences in one circle; each attempt starts one further (slimta).
    AttemptIndex,
    /// In alphabetical order of their names (Postal before 2.0).
    Name,
    /// The hosts of a preference in the order of the zone, whatever the answer says; each attempt of an outbound host starts one further than
    /// its last, whatever the message.
    RoundRobin,
    /// The host that gave this outbound host its last session, whatever its preference; then the others as the resolver answered.
    LastGood,
}

impl HostOrder {
    /// True if what the outbound host is doing, or has done with the message, makes a difference to the order.
    #[must_use]
    pub const fn depends_on_state(self) -> bool {
        match self {
            Self::NameHash
            | Self::LeastConnections
            | Self::AttemptIndex
            | Self::Name
            | Self::RoundRobin
            | Self::LastGood => true,
            Self::Shuffle
            | Self::Answer
            | Self::AdjacentSwap
            | Self::LastIntoHole
            | Self::RandomComparator => false,
        }
    }
}

/// How the addresses of one host are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOrder {
    /// Uniformly at random.
    Shuffle,
    /// As the resolver answered.
    Answer,
}

/// Which address family goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// No preference; inside a host AAAA and A stay as drawn, or AAAA before A where the answer's order is kept.
    Any,
    /// IPv6 before IPv4 inside each host.
    Ipv6First,
    /// IPv4 before IPv6 inside each host.
    Ipv4First,
    /// Exim: IPv6 first inside each host, then one forward pass over the preference class lifts an IPv6 address over a preceding IPv4
    /// address by one place.
    Ipv6BubblePass,
    /// IPv6 before IPv4 in the whole preference class: a host without AAAA comes after all others (dma).
    Ipv6FirstInClass,
    /// IPv4 before IPv6 in the whole preference class.
    Ipv4FirstInClass,
    /// IPv4 only; AAAA is not even asked for.
    Ipv4Only,
}

/// How long one drawn order is kept by an outbound host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stickiness {
    /// Each attempt draws anew.
    Attempt,
    /// Each message draws once; its retries keep the order.
    Message,
    /// Each process draws once: a message that has just arrived has a process to itself, all that one queue run tries again share one.
    Process,
    /// Each process draws one list after the other, and the second in which it began is the seed: processes that began in the same second draw
    /// alike, at whichever outbound host. What is drawn belongs to places in the answer, not to names. Without [`Reuse::Child`](super::Reuse::Child) each
    /// attempt has a process to itself.
    Second,
    /// Until the MX answer in the resolver's cache is replaced.
    CacheEntry,
    /// For an exponentially distributed time of this mean.
    Exponential(Span),
    /// For exactly this time.
    Fixed(Span),
    /// For ever.
    Forever,
}
