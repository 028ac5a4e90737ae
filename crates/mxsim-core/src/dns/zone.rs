//! What a zone publishes about the mail of one domain, as plain data.

use crate::time::Span;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A domain name in lower case, absolute, without the final dot (`mx1.example.com`); the root is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// A name from text that has been checked already; lower-cases it and drops a final dot.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase())
    }

    /// The name as text, without the final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first label: `mx1` of `mx1.example.com`; all of an address in the place of a name.
    #[must_use]
    pub fn first_label(&self) -> &str {
        if self.as_address().is_some() { &self.0 } else { self.0.split('.').next().unwrap_or("") }
    }

    /// The address that stands in the place of a name, as in `MX 10 192.0.2.1.`.
    #[must_use]
    pub fn as_address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// True for a wildcard: its leftmost label is `*` (RFC 4592 section 2.1.1).
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.first_label() == "*"
    }

    /// The name one label shorter; none above the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let above = || self.0.split_once('.').map_or("", |(_, above)| above);
        (!self.is_root()).then(|| Self(above().to_owned()))
    }

    /// True for `zone` itself and every name below it.
    #[must_use]
    pub fn is_within(&self, zone: &Self) -> bool {
        let above = self.0.strip_suffix(zone.as_str());
        zone.is_root() || above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// True for the root, as in a null MX (RFC 7505).
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

/// One MX record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MxRecord {
    /// Preference; the lowest is tried first.
    pub preference: u16,
    /// The exchange host.
    pub exchange: Name,
}

/// How the addresses of a host are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressStatus {
    /// They stand in the text.
    Published,
    /// No host of the text has one, as in the output of `dig MX`: one IPv4 address is assumed.
    Assumed,
    /// Other hosts of the text have one, or the host lies outside the zone that the text holds: one address is assumed, and there may be none.
    /// Of a host with IPv6 addresses only the IPv4 address is not known.
    Unknown,
    /// The text holds the whole zone, and it has none.
    Absent,
}

/// An exchange host with the addresses its name resolves to (through a CNAME if there is one).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name, as it stands in the MX record.
    pub name: Name,
    /// IPv4 addresses in zone order.
    pub a: Vec<Ipv4Addr>,
    /// TTL of the A record set.
    pub a_ttl: Span,
    /// IPv6 addresses in zone order.
    pub aaaa: Vec<Ipv6Addr>,
    /// TTL of the AAAA record set.
    pub aaaa_ttl: Span,
    /// How these are known.
    pub status: AddressStatus,
}

impl Host {
    /// The host of an MX record that has an address in the place of a name; nothing is looked up for it.
    #[must_use]
    pub(crate) fn of_address(name: Name, ip: IpAddr, ttl: Span) -> Self {
        let (a, aaaa) = match ip {
            IpAddr::V4(ip) => (vec![ip], Vec::new()),
            IpAddr::V6(ip) => (Vec::new(), vec![ip]),
        };
        Self { name, a, a_ttl: ttl, aaaa, aaaa_ttl: ttl, status: AddressStatus::Published }
    }

    /// All its addresses, IPv4 first, each family in zone order.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.a.iter().map(|&ip| IpAddr::V4(ip)).chain(self.aaaa.iter().map(|&ip| IpAddr::V6(ip)))
    }
}

/// All a sender can learn about the mail of one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// The mail domain.
    pub domain: Name,
    /// Its MX records in zone order. Empty means *implicit MX*: the domain's own addresses (RFC 5321 section 5.1), which then stand in
    /// `hosts` under the domain's name. A single record with the root as exchange is a *null MX* (RFC 7505): no mail at all.
    pub mx: Vec<MxRecord>,
    /// TTL of the MX record set.
    pub mx_ttl: Span,
    /// TTL of the answer that something does not exist: the SOA's (RFC 2308), or 3600 s, an *assumption*, where no SOA is known.
    pub negative_ttl: Span,
    /// Every host named by an MX record, once, in order of first mention; with implicit MX the domain itself. Then the hosts that MX records
    /// of an earlier version named: their addresses are still asked for by whoever holds the old answer.
    pub hosts: Vec<Host>,
}

impl Zone {
    /// True if the domain says that it takes no mail (RFC 7505).
    #[must_use]
    pub fn is_null_mx(&self) -> bool {
        self.mx.len() == 1 && self.mx[0].exchange.is_root()
    }

    /// The host of that name.
    #[must_use]
    pub fn host(&self, name: &Name) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == *name)
    }
}
