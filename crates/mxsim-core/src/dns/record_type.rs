//! Types of DNS records.

/// The record types a sender asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// Mail exchange.
    Mx,
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
}

/// A set of record types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeSet {
    /// MX records are in the set.
    pub mx: bool,
    /// A records are in the set.
    pub a: bool,
    /// AAAA records are in the set.
    pub aaaa: bool,
}

impl TypeSet {
    /// Every type.
    pub const ALL: Self = Self { mx: true, a: true, aaaa: true };
    /// Only addresses.
    pub const ADDRESSES: Self = Self { mx: false, a: true, aaaa: true };
    /// No type.
    pub const NONE: Self = Self { mx: false, a: false, aaaa: false };

    /// True if `record_type` is in the set.
    #[must_use]
    pub const fn contains(self, record_type: RecordType) -> bool {
        match record_type {
            RecordType::Mx => self.mx,
            RecordType::A => self.a,
            RecordType::Aaaa => self.aaaa,
        }
    }
}
