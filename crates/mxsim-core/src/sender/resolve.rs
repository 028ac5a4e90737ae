//! How a sender finds the hosts of a domain, and which of them its policies let it use.

use crate::time::Span;

/// What a sender does with the answers of its resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookups {
    /// How long it keeps them itself.
    pub cache: OwnCache,
    /// Whether the addresses of a host come sorted by the library it uses.
    pub address_sort: AddressSort,
}

/// A sender's own cache of answers, one to each outbound host. It keeps answers in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnCache {
    /// None: each attempt asks the resolver.
    Stub,
    /// For the TTL.
    OwnTtl,
    /// For a fixed time, whatever the TTL says.
    Fixed(Span),
    /// The list of the first message stays while the outbound host has mail or connections of the domain (OpenSMTPD, `mta.c`, the domain
    /// object); TTLs do not count.
    Pinned,
}

/// Whether the addresses of a host come sorted (RFC 6724).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSort {
    /// It reads the records itself, in the order of the answer.
    None,
    /// It asks `getaddrinfo` or its like; how that sorts is a matter of the library.
    Rfc6724,
}

/// Which hosts a sender may use, and what it does if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What the root as only exchange host means to it (RFC 7505).
    pub null_mx: NullMx,
    /// What an MX record with an address in the place of a name does to it (`MX 10 192.0.2.1.`).
    pub mx_to_address: MxToAddress,
    /// What it does with mail for a domain none of whose MX hosts has an address.
    pub no_address: NoAddress,
    /// Whether a domain without MX records is reached at its own address (RFC 5321 section 5.1).
    pub implicit_mx: bool,
    /// Whether it leaves out hosts that an enforced MTA-STS policy does not name (RFC 8461).
    pub mta_sts: Check,
    /// Whether it leaves out hosts that fail DANE (RFC 7672).
    pub dane: Check,
}

/// What the root as only exchange host means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullMx {
    /// The domain takes no mail: every message bounces at once.
    Bounce,
    /// The same, but only with the preference 0 that RFC 7505 asks for; else a host like any other.
    BounceStrict,
    /// A host like any other, whose address cannot be found: the message waits and is tried again.
    TreatAsHost,
}

impl NullMx {
    /// True if a null MX of `preference` bounces mail.
    #[must_use]
    pub const fn bounces(self, preference: u16) -> bool {
        match self {
            Self::Bounce => true,
            Self::BounceStrict => preference == 0,
            Self::TreatAsHost => false,
        }
    }
}

/// What an MX record with an address in the place of a name means to a sender. RFC 5321 section 5.1 wants a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MxToAddress {
    /// It connects to the address.
    Use,
    /// A host without an address: nothing in the DNS answers for such a name.
    Skip,
    /// One such record spoils the whole answer: mail for the domain bounces, whatever other hosts there are.
    Bounce,
}

/// What becomes of mail for a domain none of whose MX hosts has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAddress {
    /// It bounces at once (RFC 5321 section 5.1).
    Bounce,
    /// It waits and is tried again.
    Retry,
}

/// Whether a policy is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It cannot.
    No,
    /// It can, but does not unless it is told to, so here it does not.
    Opt,
    /// It does.
    Default,
}

impl Check {
    /// True if hosts are left out for it.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::Default)
    }
}
