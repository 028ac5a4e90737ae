//! Addresses that are not in the text: assumed, unknown or absent.
//!
//! The output of `dig MX` often names hosts and no address at all; then each is taken to have one IPv4 address, and the split over hosts does
//! not depend on which. Where some hosts have addresses and others do not, or a host lies outside the zone that was pasted, it may have one or
//! none: both are looked at. In a whole zone, a host of that zone without an address has none.

use super::fault::ZoneNote;
use super::kind::RecordKind;
use super::read::Context;
use crate::dns::special_use::special_use;
use crate::dns::zone::{AddressStatus, Host, Name, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is missing of a host's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Ipv4,
    Ipv6,
}

/// Gives every host without an address its status, and those that may have one an address that stands for it. `owners` says whose addresses
/// a host has. Returns what there is to say.
pub(super) fn fill_in(
    zone: &mut Zone,
    earlier: &[Host],
    context: &Context,
    owners: &BTreeMap<Name, Name>,
) -> Vec<ZoneNote> {
    if zone.is_null_mx() || zone.mx.is_empty() {
        return Vec::new();
    }
    let gaps = gaps(zone, context, owners);
    let known: Vec<&Host> = zone.hosts.iter().chain(earlier).collect();
    let mut v4: BTreeSet<Ipv4Addr> = known.iter().flat_map(|host| host.a.iter().copied()).collect();
    let mut v6: BTreeSet<Ipv6Addr> = known.iter().flat_map(|host| host.aaaa.iter().copied()).collect();
    for (host, (status, gap)) in zone.hosts.iter_mut().zip(gaps) {
        host.status = status;
        let before = earlier.iter().find(|known| known.name == host.name && known.status == status);
        if gap == Gap::Ipv4 {
            let stand_in = before.and_then(|known| known.a.first().copied()).unwrap_or_else(|| free(&v4));
            v4.insert(stand_in);
            (host.a, host.a_ttl) = (vec![stand_in], zone.mx_ttl);
        } else if gap == Gap::Ipv6 {
            let stand_in =
                before.and_then(|known| known.aaaa.first().copied()).unwrap_or_else(|| free_v6(&v6));
            v6.insert(stand_in);
            (host.aaaa, host.aaaa_ttl) = (vec![stand_in], zone.mx_ttl);
        }
    }
    notes_on(zone, context)
}

fn gaps(zone: &Zone, context: &Context, owners: &BTreeMap<Name, Name>) -> Vec<(AddressStatus, Gap)> {
    let owner = |host: &Host| owners.get(&host.name).unwrap_or(&host.name).clone();
    let is_open = |host: &Host| {
        let owner = owner(host);
        let is_denied = [RecordKind::A, RecordKind::Aaaa].iter().any(|kind| context.denies(&owner, *kind));
        is_bare(host) && !is_denied
    };
    let mut named = zone.hosts.iter().filter(|host| host.name.as_address().is_none());
    let asked_for_none = !context.is_whole_zone && !context.has_holes && named.all(is_open);
    let gap = |host: &Host| gap(host, &owner(host), zone, context, asked_for_none);
    zone.hosts.iter().map(gap).collect()
}

/// True if no sender delivers to any of its IPv6 addresses: who publishes these has made a mistake, whatever else there is.
fn is_useless(host: &Host) -> bool {
    host.aaaa.iter().all(|ip| special_use(IpAddr::V6(*ip)).is_some())
}

fn is_bare(host: &Host) -> bool {
    host.a.is_empty() && host.aaaa.is_empty()
}

fn gap(
    host: &Host,
    owner: &Name,
    zone: &Zone,
    context: &Context,
    asked_for_none: bool,
) -> (AddressStatus, Gap) {
    let is_settled = |kind| context.is_complete_for(owner, &zone.domain) || context.denies(owner, kind);
    let (no_v4, no_v6) = (is_settled(RecordKind::A), is_settled(RecordKind::Aaaa));
    match () {
        () if host.name.as_address().is_some() => (AddressStatus::Published, Gap::None),
        // Who has an IPv4 address is reached by everybody.
        () if !host.a.is_empty() || (!host.aaaa.is_empty() && (no_v4 || is_useless(host))) => {
            (AddressStatus::Published, Gap::None)
        }
        () if no_v4 && no_v6 => (AddressStatus::Absent, Gap::None),
        () if no_v4 => (AddressStatus::Unknown, Gap::Ipv6),
        () if asked_for_none => (AddressStatus::Assumed, Gap::Ipv4),
        () => (AddressStatus::Unknown, Gap::Ipv4),
    }
}

/// An address for documentation (192.0.2.0/24, RFC 5737), or for benchmarks (198.18.0.0/15, RFC 2544), that no host has.
fn free(taken: &BTreeSet<Ipv4Addr>) -> Ipv4Addr {
    let documentation = (1..255).map(|last| Ipv4Addr::new(192, 0, 2, last));
    let benchmarks = (1..u16::MAX).map(|n| Ipv4Addr::new(198, 18, (n >> 8) as u8, n as u8));
    documentation.chain(benchmarks).find(|ip| !taken.contains(ip)).unwrap_or(Ipv4Addr::new(198, 18, 255, 255))
}

/// An IPv6 address for documentation (2001:db8::/32, RFC 3849) that no host has.
fn free_v6(taken: &BTreeSet<Ipv6Addr>) -> Ipv6Addr {
    let documentation = (1..=u16::MAX).map(|last| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
    documentation.into_iter().find(|ip| !taken.contains(ip)).unwrap_or(Ipv6Addr::UNSPECIFIED)
}

/// What there is to say about hosts whose addresses are not in the text.
pub(crate) fn notes_on(zone: &Zone, context: &Context) -> Vec<ZoneNote> {
    let of = |status: AddressStatus| zone.hosts.iter().filter(move |host| host.status == status);
    let mut notes: Vec<ZoneNote> =
        of(AddressStatus::Absent).map(|host| absent(host, zone, context)).collect();
    let unknown = |fits: fn(&Host) -> bool| -> Vec<&str> {
        of(AddressStatus::Unknown).filter(|host| fits(host)).map(|host| host.name.as_str()).collect()
    };
    notes.extend(nothing_known(&unknown(|host| host.aaaa.is_empty())));
    notes.extend(no_ipv4_known(&unknown(|host| !host.a.is_empty() && !host.aaaa.is_empty())));
    notes.extend(no_ipv6_known(&unknown(|host| host.a.is_empty())));
    if of(AddressStatus::Assumed).next().is_some() {
        let text = "the text holds no address, so each exchange host is taken to have one IPv4 address; add the A and AAAA records if a host has \
                    more"
            .into();
        notes.push(ZoneNote { code: "addresses-assumed", text });
    }
    notes
}

fn unknown(hosts: &[&str], text: impl Fn(&str, &str) -> String) -> Option<ZoneNote> {
    let first = hosts.first()?;
    Some(ZoneNote { code: "mx-address-unknown", text: text(&hosts.join(", "), first) })
}

fn nothing_known(hosts: &[&str]) -> Option<ZoneNote> {
    let (has, it) = if hosts.len() == 1 { ("has", "it") } else { ("have", "they") };
    unknown(hosts, |names, first| {
        format!(
            "the text does not say which addresses {names} {has}; {it} may have none, and then {it} would get no mail: paste what `dig A \
             {first}` prints, too"
        )
    })
}

fn no_ipv4_known(hosts: &[&str]) -> Option<ZoneNote> {
    unknown(hosts, |names, first| {
        format!(
            "the text shows IPv6 addresses and no IPv4 address of {names}; without one, senders that have no IPv6 cannot deliver: paste what \
             `dig A {first}` prints, too"
        )
    })
}

fn no_ipv6_known(hosts: &[&str]) -> Option<ZoneNote> {
    unknown(hosts, |names, first| {
        format!(
            "the text says that there is no IPv4 address of {names}, and nothing about IPv6: paste what `dig AAAA {first}` prints, too"
        )
    })
}

/// A host of the zone that has no address, and the missing dot that may be the reason.
fn absent(host: &Host, zone: &Zone, context: &Context) -> ZoneNote {
    let apex = context.zone.as_ref().unwrap_or(&zone.domain);
    let is_undotted = context.undotted.contains(&host.name);
    if let Some(ip) = behind(&host.name, apex).and_then(|name| name.as_address()).filter(|_| is_undotted) {
        let text = format!(
            "{} has no address: an MX record names a host, and {ip} was read as a name to which {apex} was appended; give the address a name with an \
             A or AAAA record and put that name into the MX record",
            host.name
        );
        return ZoneNote { code: "mx-no-dot", text };
    }
    let meant = without_apex(&host.name, apex).filter(|_| is_undotted);
    if let Some(meant) = meant {
        let text = format!(
            "{} has no address: its name was written without the final dot, so {apex} was put behind it; write `{meant}.`",
            host.name
        );
        return ZoneNote { code: "mx-no-dot", text };
    }
    let where_to = if context.is_complete_for(&host.name, &zone.domain) { " in its zone" } else { "" };
    let text = format!("{} has no A or AAAA record{where_to}, so no sender delivers to it", host.name);
    ZoneNote { code: "mx-no-address", text }
}

/// `mx3` of `mx3.example.com`.
fn behind(name: &Name, apex: &Name) -> Option<Name> {
    Some(Name::new(name.as_str().strip_suffix(apex.as_str())?.strip_suffix('.')?))
}

/// `mx3.example.com` of `mx3.example.com.example.com`: what was meant where the final dot is missing. `mx1.mail` may well be a host of the
/// zone.
fn without_apex(name: &Name, apex: &Name) -> Option<Name> {
    let written = behind(name, apex)?;
    let last = written.as_str().rsplit('.').next().unwrap_or_default();
    let is_whole = written.is_within(apex) || last.len() == 2 || TOP_LEVEL.contains(&last);
    (written.as_str().contains('.') && is_whole).then_some(written)
}

/// Ends of names that are whole, beside those of two letters.
const TOP_LEVEL: [&str; 16] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "cloud", "email", "example",
    "test", "arpa", "local",
];
