//! What a sender may try.

use crate::ids::{AddressId, HostId};
use smallvec::SmallVec;

/// One address a sender may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Preference of the MX record it came from.
    pub preference: u16,
    /// Index of its exchange host.
    pub host: HostId,
    /// Index of its address.
    pub address: AddressId,
    /// True for an IPv6 address.
    pub ipv6: bool,
    /// Hash of the host's name, to key decisions by.
    pub host_hash: u64,
    /// Hash of the address as text, to key decisions by.
    pub address_hash: u64,
}

impl Candidate {
    /// What stands in for a candidate where there is none.
    pub(crate) const NONE: Self = Self {
        preference: 0,
        host: HostId(0),
        address: AddressId(0),
        ipv6: false,
        host_hash: 0,
        address_hash: 0,
    };
}

/// The candidates of one attempt.
pub type Candidates = SmallVec<[Candidate; 8]>;
