//! What the records of a zone show by themselves.

use crate::dns::special_use::{self, special_use};
use crate::dns::{AddressStatus, Host, MxRecord, Zone};
use crate::time::Span;
use std::net::IpAddr;

/// A code and its sentence.
pub(super) type Said = (&'static str, String);

/// TTLs this many times as long as others are far apart. *Assumption*: what changes within the hour beside what stays for a day.
const FAR_APART: i64 = 24;

/// Whether a sender on the Internet can deliver to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It can.
    Reachable,
    /// It can if the host has an address, which the text does not say.
    Unknown,
    /// It can over IPv6; the text does not say whether the host has an IPv4 address, too.
    UnknownIpv4,
    /// It can if the host has an IPv6 address, which the text does not say; it has no IPv4 address.
    UnknownIpv6,
    /// It cannot: all its addresses are private, and other hosts have public ones.
    Private,
    /// It cannot: nobody can, for its addresses are for something else (loopback, multicast, reserved ...).
    Special,
    /// It cannot: the host has no address.
    Never,
}

impl Reach {
    /// True if the text leaves open whether every sender can deliver to the host.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Unknown | Self::UnknownIpv4 | Self::UnknownIpv6)
    }

    /// How far `host` of `zone` can be reached.
    #[must_use]
    pub fn of(host: &Host, zone: &Zone) -> Self {
        match host.status {
            AddressStatus::Absent => Self::Never,
            AddressStatus::Unknown if host.a.is_empty() => Self::UnknownIpv6,
            AddressStatus::Unknown if !host.aaaa.is_empty() => Self::UnknownIpv4,
            AddressStatus::Unknown => Self::Unknown,
            AddressStatus::Assumed => Self::Reachable,
            AddressStatus::Published if is_special(host) => Self::Special,
            AddressStatus::Published if is_private(host) && !is_out_of_reach(zone) => Self::Private,
            AddressStatus::Published => Self::Reachable,
        }
    }
}

/// What is odd about the zone.
pub(super) fn findings(zone: &Zone) -> Vec<Said> {
    if zone.is_null_mx() {
        return Vec::new();
    }
    let equal = equal_hosts(zone);
    let found = [
        special(zone),
        private(zone),
        unreachable(zone),
        preferences(zone),
        shared(zone),
        counts(&equal),
        families(&equal),
        ttls(zone),
    ];
    found.into_iter().flatten().collect()
}

/// The hosts of the best preference with an address of their own in the text.
fn equal_hosts(zone: &Zone) -> Vec<&Host> {
    let best = zone.mx.iter().filter(|mx| !mx.exchange.is_root()).map(|mx| mx.preference).min();
    let is_best = |host: &&Host| {
        zone.mx.is_empty() || zone.mx.iter().any(|mx| Some(mx.preference) == best && mx.exchange == host.name)
    };
    zone.hosts.iter().filter(is_best).filter(|host| host.status == AddressStatus::Published).collect()
}

fn names<'z>(hosts: impl IntoIterator<Item = &'z Host>) -> String {
    let names: Vec<&str> = hosts.into_iter().map(|host| host.name.as_str()).collect();
    match &names[..] {
        [.., _, _, _, _] => format!("{} and {} more", names[..3].join(", "), names.len() - 3),
        _ => names.join(", "),
    }
}

/// True if it has addresses and all of them are of that kind.
fn has_only(host: &Host, fits: impl Fn(IpAddr) -> bool) -> bool {
    host.status == AddressStatus::Published && host.addresses().count() > 0 && host.addresses().all(fits)
}

/// True if senders on the Internet reach none of its addresses.
fn is_private(host: &Host) -> bool {
    has_only(host, |ip| special_use::is_private(ip) || special_use(ip).is_some())
}

/// True if no sender reaches any of its addresses, wherever it is.
fn is_special(host: &Host) -> bool {
    has_only(host, |ip| special_use(ip).is_some())
}

/// True if senders on the Internet reach none of its hosts.
fn is_out_of_reach(zone: &Zone) -> bool {
    zone.hosts.iter().all(|host| is_private(host) || host.status == AddressStatus::Absent)
}

/// Hosts at which no sender delivers, with the reason of each.
fn special(zone: &Zone) -> Option<Said> {
    let reason = |host: &Host| {
        let address = host.addresses().next()?;
        Some(format!("{} ({address}: {})", host.name, special_use(address)?))
    };
    let hosts: Vec<String> = zone.hosts.iter().filter(|host| is_special(host)).filter_map(reason).collect();
    let text =
        format!("no sender delivers to the address of {}; publish the address of the host", hosts.join(", "));
    (!hosts.is_empty()).then_some(("mx-special-address", text))
}

fn private(zone: &Zone) -> Option<Said> {
    let private: Vec<&Host> =
        zone.hosts.iter().filter(|host| is_private(host) && !is_special(host)).collect();
    let first = private.first()?.addresses().next()?;
    if is_out_of_reach(zone) {
        let text = format!(
            "no MX host has a public address, only private ones such as {first}: senders on the Internet reach none, those on your network do"
        );
        return Some(("private-addresses", text));
    }
    let text = format!(
        "{} has only a private address ({first}), so senders on the Internet cannot deliver to it; publish a public one",
        names(private)
    );
    Some(("mx-private-address", text))
}

/// Addresses that nobody on the Internet reaches, of hosts that have others.
fn unreachable(zone: &Zone) -> Option<Said> {
    let of =
        |host: &Host| host.out_of_reach().map(|ip| format!("{} has {ip}", host.name)).collect::<Vec<_>>();
    let found: Vec<String> = zone.hosts.iter().flat_map(of).collect();
    let text = format!(
        "{} beside a public address: senders on the Internet that choose it lose time or wait for another try; take it out of the public zone",
        found.join(", ")
    );
    (!found.is_empty()).then_some(("unreachable-address", text))
}

fn preferences(zone: &Zone) -> Option<Said> {
    let mut records: Vec<&MxRecord> = zone.mx.iter().filter(|mx| !mx.exchange.is_root()).collect();
    records.sort_by_key(|mx| mx.preference);
    let (first, last) = (records.first()?, records.last()?);
    (first.preference != last.preference).then(|| {
        let text = format!(
            "the MX records differ in preference: {} ({}) is tried first, {} ({}) only when the hosts before it fail; hosts share the mail if \
             their preferences are equal",
            first.exchange, first.preference, last.exchange, last.preference
        );
        ("mixed-preferences", text)
    })
}

fn shared(zone: &Zone) -> Option<Said> {
    let with = |ip: IpAddr| zone.hosts.iter().filter(move |host| host.addresses().any(|known| known == ip));
    let address = zone.hosts.iter().flat_map(Host::addresses).find(|ip| with(*ip).count() > 1)?;
    let names: Vec<&str> = with(address).map(|host| host.name.as_str()).collect();
    let times = if names.len() == 2 { "twice".to_owned() } else { format!("{} times", names.len()) };
    let (last, others) = names.split_last()?;
    let chance = if names.len() == zone.hosts.len() {
        ", and there is no other to share the mail or to take over".to_owned()
    } else {
        format!(", with {times} the chance to be chosen")
    };
    let text = format!(
        "{} and {last} have the same address {address}: they are one machine{chance}",
        others.join(", ")
    );
    Some(("shared-address", text))
}

fn counts(equal: &[&Host]) -> Option<Said> {
    let count = |host: &&&Host| host.a.len();
    let (most, least) = (equal.iter().max_by_key(count)?, equal.iter().min_by_key(count)?);
    (most.a.len() != least.a.len() && !least.a.is_empty()).then(|| {
        let text = format!(
            "{} has {} IPv4 addresses and {} has {}: senders that choose among addresses, such as Postfix, prefer the host with more",
            most.name,
            most.a.len(),
            least.name,
            least.a.len()
        );
        ("unequal-addresses", text)
    })
}

fn families(equal: &[&Host]) -> Option<Said> {
    let (with, without): (Vec<&Host>, Vec<&Host>) = equal.iter().partition(|host| !host.aaaa.is_empty());
    (!with.is_empty() && !without.is_empty()).then(|| {
        let text = format!(
            "of the equal hosts only {} can be reached over IPv6, not {}, and senders that have IPv6 prefer IPv6; give all of them an IPv6 \
             address, or none",
            names(with),
            names(without)
        );
        ("ipv6-on-some", text)
    })
}

fn ttls(zone: &Zone) -> Option<Said> {
    let hosts = zone.hosts.iter().filter(|host| host.status == AddressStatus::Published);
    let of_host = hosts.flat_map(|host| {
        let v4 = (!host.a.is_empty()).then_some((host.a_ttl, host.name.as_str()));
        v4.into_iter().chain((!host.aaaa.is_empty()).then_some((host.aaaa_ttl, host.name.as_str())))
    });
    let of_mx = (!zone.mx.is_empty()).then_some((zone.mx_ttl, "the MX records"));
    let all: Vec<(Span, &str)> =
        of_mx.into_iter().chain(of_host).filter(|(ttl, _)| *ttl > Span::ZERO).collect();
    let (short, long) = (all.iter().min()?, all.iter().max()?);
    (long.0.0 >= short.0.0.saturating_mul(FAR_APART)).then(|| {
        let text = format!(
            "TTLs are far apart: {} has {}, {} has {}; after a change, caches hold one long after they have renewed the other",
            short.1, short.0, long.1, long.0
        );
        ("ttls-far-apart", text)
    })
}
