//! Addresses that are not in the text: assumed, unknown or absent.
//!
//! The output of `dig MX` often names hosts and no address at all; then each is taken to have one IPv4 address, and the split over hosts does
//! not depend on which. Where some hosts have addresses and others do not, or a host lies outside the zone that was pasted, it may have one or
//! none: both are looked at. In a whole zone, a host of that zone without an address has none.

use super::fault::ZoneNote;
use super::record::Context;
use crate::dns::zone::{AddressStatus, Host, Name, Zone};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Gives every host without an address its status, and those that may have one an address that stands for it. Returns what there is to say.
pub(super) fn fill_in(zone: &mut Zone, earlier: &[Host], context: &Context) -> Vec<ZoneNote> {
    if zone.is_null_mx() || zone.mx.is_empty() {
        return Vec::new();
    }
    let is_bare = |host: &Host| host.a.is_empty() && host.aaaa.is_empty();
    let none_known = zone.hosts.iter().all(is_bare);
    let statuses: Vec<AddressStatus> =
        zone.hosts
            .iter()
            .map(|host| {
                if is_bare(host) { status(host, zone, context, none_known) } else { AddressStatus::Published }
            })
            .collect();
    let mut taken: BTreeSet<Ipv4Addr> =
        zone.hosts.iter().chain(earlier).flat_map(|host| host.a.iter().copied()).collect();
    let mut notes = Vec::new();
    for (host, status) in zone.hosts.iter_mut().zip(statuses) {
        host.status = status;
        if matches!(status, AddressStatus::Assumed | AddressStatus::Unknown) {
            let before = earlier.iter().find(|known| known.name == host.name && known.status == status);
            let stand_in = before.and_then(|known| known.a.first().copied()).unwrap_or_else(|| free(&taken));
            taken.insert(stand_in);
            (host.a, host.a_ttl) = (vec![stand_in], zone.mx_ttl);
        }
    }
    notes.extend(notes_on(zone, context));
    notes
}

fn status(host: &Host, zone: &Zone, context: &Context, none_known: bool) -> AddressStatus {
    let apex = context.zone.as_ref().unwrap_or(&zone.domain);
    match context.is_whole_zone {
        true if host.name.is_within(apex) => AddressStatus::Absent,
        false if none_known => AddressStatus::Assumed,
        _ => AddressStatus::Unknown,
    }
}

/// An address for documentation (192.0.2.0/24, RFC 5737), or for benchmarks (198.18.0.0/15, RFC 2544), that no host has.
fn free(taken: &BTreeSet<Ipv4Addr>) -> Ipv4Addr {
    let documentation = (1..255).map(|last| Ipv4Addr::new(192, 0, 2, last));
    let benchmarks = (1..u16::MAX).map(|n| Ipv4Addr::new(198, 18, (n >> 8) as u8, n as u8));
    documentation.chain(benchmarks).find(|ip| !taken.contains(ip)).unwrap_or(Ipv4Addr::new(198, 18, 255, 255))
}

/// What there is to say about hosts whose addresses are not in the text.
pub(crate) fn notes_on(zone: &Zone, context: &Context) -> Vec<ZoneNote> {
    let of = |status: AddressStatus| zone.hosts.iter().filter(move |host| host.status == status);
    let mut notes: Vec<ZoneNote> =
        of(AddressStatus::Absent).map(|host| absent(host, zone, context)).collect();
    let unknown: Vec<&str> = of(AddressStatus::Unknown).map(|host| host.name.as_str()).collect();
    if !unknown.is_empty() {
        let (has, it) = if unknown.len() == 1 { ("has", "it") } else { ("have", "they") };
        let text = format!(
            "the text does not say which addresses {} {has}; {it} may have none, and then {it} would get no mail: paste what `dig A {}` prints, too",
            unknown.join(", "),
            unknown[0]
        );
        notes.push(ZoneNote { code: "mx-address-unknown", text });
    }
    if of(AddressStatus::Assumed).next().is_some() {
        let text = "the text holds no address, so each exchange host is taken to have one IPv4 address; add the A and AAAA records if a host has \
                    more"
            .into();
        notes.push(ZoneNote { code: "addresses-assumed", text });
    }
    notes
}

/// A host of the zone that has no address, and the missing dot that may be the reason.
fn absent(host: &Host, zone: &Zone, context: &Context) -> ZoneNote {
    let apex = context.zone.as_ref().unwrap_or(&zone.domain);
    if let Some(meant) = without_apex(&host.name, apex) {
        let text = format!(
            "{} has no address: its name was written without the final dot, so {apex} was put behind it; write `{meant}.`",
            host.name
        );
        return ZoneNote { code: "mx-no-dot", text };
    }
    let text = format!("{} has no A or AAAA record in its zone, so no sender delivers to it", host.name);
    ZoneNote { code: "mx-no-address", text }
}

/// `mx3.example.com` of `mx3.example.com.example.com`: what was meant where the final dot is missing.
pub(super) fn without_apex(name: &Name, apex: &Name) -> Option<Name> {
    let written = Name::new(name.as_str().strip_suffix(apex.as_str())?.strip_suffix('.')?);
    let has_labels = written.as_str().contains('.');
    (has_labels && (written.is_within(apex) || !apex.is_within(&written))).then_some(written)
}
