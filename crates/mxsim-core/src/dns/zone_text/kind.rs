//! The record types that are read; all others are passed over.

/// The types the simulator looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordKind {
    /// Mail exchange.
    Mx,
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Alias.
    Cname,
    /// Start of authority.
    Soa,
}

impl RecordKind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Mx, Self::A, Self::Aaaa, Self::Cname, Self::Soa];

    /// The type's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mx => "MX",
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Soa => "SOA",
        }
    }

    /// The type's number (IANA registry of resource record types).
    pub(crate) const fn number(self) -> u16 {
        match self {
            Self::Mx => 15,
            Self::A => 1,
            Self::Aaaa => 28,
            Self::Cname => 5,
            Self::Soa => 6,
        }
    }
}
