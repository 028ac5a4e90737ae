//! How a list of candidates that is too long is cut.
//!
//! RFC 5321 section 5.1 lets a client limit the number of addresses it tries (it SHOULD try at least two). Where the cut falls decides
//! whether a backup is ever reached.

use super::candidate::{Candidate, Candidates};
use crate::ids::HostId;
use smallvec::SmallVec;

/// How many candidates one attempt may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Hosts tried per attempt; `None` for all.
    pub hosts: Option<u16>,
    /// Addresses tried per host; `None` for all.
    pub addresses_per_host: Option<u16>,
    /// Addresses tried per attempt; `None` for all.
    pub addresses: Option<u16>,
    /// Sessions per attempt: connections that got past the greeting and TLS; `None` for any number.
    pub sessions: Option<u16>,
    /// Exception to the cut.
    pub cut: Cut,
}

/// How a list that is too long is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The first ones stay.
    Plain,
    /// Postfix: up to half of the places are kept for each address family.
    FamilyBalance,
    /// Exim: once the limit is used up in one preference, it goes on with the next preference.
    ReachEveryPreference,
}

/// Cuts `candidates`, given in the order in which they will be tried.
pub fn cut(policy: &Limits, candidates: &mut Candidates) {
    if policy.hosts.is_some() || policy.addresses_per_host.is_some() {
        cut_hosts(policy, candidates);
    }
    let Some(most) = policy.addresses.map(usize::from) else { return };
    if candidates.len() <= most {
        return;
    }
    match policy.cut {
        Cut::Plain => candidates.truncate(most),
        Cut::FamilyBalance => balance_families(candidates, most),
        Cut::ReachEveryPreference => reach_every_preference(candidates, most),
    }
}

/// Keeps the first hosts, and the first addresses of each.
fn cut_hosts(policy: &Limits, candidates: &mut Candidates) {
    let mut hosts: SmallVec<[(u16, HostId, u16); 8]> = SmallVec::new();
    candidates.retain(|candidate: &mut Candidate| {
        let entry = (candidate.preference, candidate.host);
        let place = hosts.iter().position(|&(preference, host, _)| (preference, host) == entry);
        let place = place.unwrap_or_else(|| {
            hosts.push((entry.0, entry.1, 0));
            hosts.len() - 1
        });
        hosts[place].2 += 1;
        policy.hosts.is_none_or(|most| place < usize::from(most))
            && policy.addresses_per_host.is_none_or(|most| hosts[place].2 <= most)
    });
}

/// Postfix, smtp_addr.c `smtp_balance_inet_proto`: a scarce family keeps all its places, otherwise the family of the first entry gets the
/// odd place; preferences play no part.
fn balance_families(candidates: &mut Candidates, most: usize) {
    let ipv6 = candidates.iter().filter(|candidate| candidate.ipv6).count();
    let ipv4 = candidates.len() - ipv6;
    let half = most / 2;
    let mut room_v6 = if ipv6 <= half {
        ipv6
    } else if ipv4 <= half {
        most - ipv4
    } else {
        most - (most + usize::from(!candidates[0].ipv6)) / 2
    };
    let mut room_v4 = most - room_v6;
    candidates.retain(|candidate: &mut Candidate| {
        let room = if candidate.ipv6 { &mut room_v6 } else { &mut room_v4 };
        let stays = *room > 0;
        *room = room.saturating_sub(1);
        stays
    });
}

/// Exim, transports/smtp.c `smtp_transport_entry`: after the last permitted address it goes on with one address of each preference that
/// has not been reached.
fn reach_every_preference(candidates: &mut Candidates, most: usize) {
    let mut kept: Candidates = candidates[..most].into();
    for candidate in &candidates[most..] {
        if kept.last().is_none_or(|last| last.preference != candidate.preference) {
            kept.push(*candidate);
        }
    }
    *candidates = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AddressId;

    const ALL: Limits =
        Limits { hosts: None, addresses_per_host: None, addresses: None, sessions: None, cut: Cut::Plain };

    /// One candidate per letter: `6`/`4` the family, with its preference.
    fn list(entries: &[(u16, char)]) -> Candidates {
        entries
            .iter()
            .enumerate()
            .map(|(i, &(preference, family))| Candidate {
                preference,
                host: HostId(i as u16),
                address: AddressId(i as u16),
                ipv6: family == '6',
                host_hash: i as u64,
                address_hash: i as u64,
            })
            .collect()
    }

    fn kept(rule: Cut, entries: &[(u16, char)]) -> Vec<u16> {
        let mut candidates = list(entries);
        cut(&Limits { addresses: Some(5), cut: rule, ..ALL }, &mut candidates);
        candidates.iter().map(|candidate| candidate.host.0).collect()
    }

    #[test]
    fn postfix_hides_the_backup_behind_five_primary_addresses() {
        let mut entries = vec![(10, '4'); 5];
        entries.push((20, '4'));
        assert_eq!(kept(Cut::FamilyBalance, &entries), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn postfix_keeps_a_scarce_family() {
        let entries = [(10, '4'), (10, '4'), (10, '4'), (10, '4'), (10, '4'), (10, '4'), (20, '6')];
        assert_eq!(kept(Cut::FamilyBalance, &entries), [0, 1, 2, 3, 6]);
    }

    #[test]
    fn postfix_gives_the_odd_place_to_the_family_of_the_first_entry() {
        let entries = [(10, '6'), (10, '6'), (10, '6'), (10, '4'), (10, '4'), (10, '4')];
        assert_eq!(kept(Cut::FamilyBalance, &entries), [0, 1, 2, 3, 4]);
        let entries = [(10, '4'), (10, '4'), (10, '4'), (10, '6'), (10, '6'), (10, '6')];
        assert_eq!(kept(Cut::FamilyBalance, &entries), [0, 1, 2, 3, 4]);
    }

    /// Stalwart: two hosts of two addresses each, whatever their preference.
    #[test]
    fn hosts_and_their_addresses_have_limits_of_their_own() {
        let mut candidates = list(&[(10, '4'); 8]);
        for (i, candidate) in candidates.iter_mut().enumerate() {
            candidate.host = HostId(i as u16 / 3);
        }
        cut(&Limits { hosts: Some(2), addresses_per_host: Some(2), ..ALL }, &mut candidates);
        let kept: Vec<u16> = candidates.iter().map(|candidate| candidate.address.0).collect();
        assert_eq!(kept, [0, 1, 3, 4]);
    }

    #[test]
    fn exim_reaches_one_address_of_every_further_preference() {
        let mut entries = vec![(10, '4'); 8];
        entries.extend([(20, '4'), (20, '4'), (30, '4')]);
        assert_eq!(kept(Cut::ReachEveryPreference, &entries), [0, 1, 2, 3, 4, 8, 10]);
    }
}
