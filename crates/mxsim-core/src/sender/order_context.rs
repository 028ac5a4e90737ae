//! Orders that depend on what the outbound host is doing, or has done with the message, and not only on the answer and on drawn ranks.
//!
//! [`super::order::arrange`] comes first and takes hosts as they were answered; [`reorder_by_state`] then has the last word.

use super::candidate::{Candidate, Candidates};
use super::order::{hosts_of, sort_by_places};
use super::order_policy::HostOrder;
use crate::ids::{AddressId, HostId};
use smallvec::SmallVec;

/// What an outbound host knows when it puts candidates in order.
pub trait OrderContext {
    /// The name of a host.
    fn name(&self, host: HostId) -> &str;
    /// The second in which the process began, modulo 2^16, as its clock counts.
    fn second(&self) -> u16;
    /// Attempts that the message has behind it.
    fn attempts(&self) -> u32;
    /// Connections open to an address.
    fn open(&self, address: AddressId) -> u32;
    /// Attempts of this outbound host that went by a list before this one.
    fn turn(&self) -> u32;
    /// The host that gave this outbound host its last session.
    fn last_good(&self) -> Option<HostId>;
}

/// Finishes the order where it depends on more than the answer and drawn ranks. `candidates` have been through [`super::order::arrange`].
pub fn reorder_by_state(order: HostOrder, candidates: &mut Candidates, context: &impl OrderContext) {
    match order {
        HostOrder::NameHash => sort_by_name_hash(candidates, context),
        HostOrder::LeastConnections => {
            candidates.sort_by_key(|candidate| (candidate.preference, context.open(candidate.address)));
        }
        HostOrder::AttemptIndex => start_at_attempt(candidates, context.attempts()),
        HostOrder::Name => candidates.sort_by(|a, b| {
            let rank =
                |candidate: &Candidate| (candidate.preference, context.name(candidate.host).to_owned());
            rank(a).cmp(&rank(b))
        }),
        HostOrder::RoundRobin => take_turns(candidates, context.turn()),
        HostOrder::LastGood => put_first(candidates, context.last_good()),
        HostOrder::Shuffle
        | HostOrder::Answer
        | HostOrder::AdjacentSwap
        | HostOrder::LastIntoHole
        | HostOrder::RandomComparator => {}
    }
}

/// sendmail, domain.c `getmxrr`: an exchange sort by preference, then weight.
fn sort_by_name_hash(candidates: &mut Candidates, context: &impl OrderContext) {
    let mut hosts = hosts_of(candidates);
    let weight = |&(preference, host): &(u16, HostId)| {
        (preference, name_hash_weight(context.name(host), context.second()))
    };
    let mut weights: SmallVec<[(u16, u32); 8]> = hosts.iter().map(weight).collect();
    for i in 0..hosts.len() {
        for j in i + 1..hosts.len() {
            if weights[i] > weights[j] {
                hosts.swap(i, j);
                weights.swap(i, j);
            }
        }
    }
    sort_by_places(candidates, &hosts);
}

/// sendmail, domain.c `mxrand`: 1 to 256.
fn name_hash_weight(name: &str, second: u16) -> u32 {
    let bytes = name.bytes().map(|byte| u32::from(byte.to_ascii_lowercase()));
    let hash = bytes.fold(u32::from(second.max(1)), |hash, byte| ((hash << 1) ^ byte) % 2003);
    (hash & 0xff) + 1
}

/// slimta, relay/smtp/mx.py `choose_mx`: the record whose number is that of the attempt, modulo their number.
fn start_at_attempt(candidates: &mut Candidates, attempts: u32) {
    let begins = |i: &usize| *i == 0 || candidates[i - 1].host != candidates[*i].host;
    let starts: SmallVec<[usize; 8]> = (0..candidates.len()).filter(begins).collect();
    if !starts.is_empty() {
        candidates.rotate_left(starts[attempts as usize % starts.len()]);
    }
}

/// Hosts of each preference in the order of the zone, from the one on whose turn it is.
fn take_turns(candidates: &mut Candidates, turn: u32) {
    candidates.sort_by_key(|candidate| (candidate.preference, candidate.host));
    for class in candidates.chunk_by_mut(|a, b| a.preference == b.preference) {
        let begins = |i: &usize| *i == 0 || class[i - 1].host != class[*i].host;
        let starts: SmallVec<[usize; 8]> = (0..class.len()).filter(begins).collect();
        class.rotate_left(starts[turn as usize % starts.len()]);
    }
}

/// Puts a host before all others.
fn put_first(candidates: &mut Candidates, host: Option<HostId>) {
    candidates.sort_by_key(|candidate| Some(candidate.host) != host);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known {
        second: u16,
        attempts: u32,
        open: [u32; 4],
        turn: u32,
        last_good: Option<HostId>,
    }

    impl OrderContext for Known {
        fn name(&self, host: HostId) -> &str {
            ["mx1.example.com", "mx2.example.com", "mx3.example.com", "backup.example.com"][host.index()]
        }

        fn second(&self) -> u16 {
            self.second
        }

        fn attempts(&self) -> u32 {
            self.attempts
        }

        fn open(&self, address: AddressId) -> u32 {
            self.open[address.index()]
        }

        fn turn(&self) -> u32 {
            self.turn
        }

        fn last_good(&self) -> Option<HostId> {
            self.last_good
        }
    }

    const NOTHING_OPEN: Known = Known { second: 1, attempts: 0, open: [0; 4], turn: 0, last_good: None };

    /// Three hosts of preference 10 and a backup.
    fn candidates() -> Candidates {
        (0..4)
            .map(|host| Candidate {
                preference: if host == 3 { 20 } else { 10 },
                host: HostId(host),
                address: AddressId(host),
                ..Candidate::NONE
            })
            .collect()
    }

    fn order(policy: HostOrder, context: &Known) -> Vec<u16> {
        let mut list = candidates();
        reorder_by_state(policy, &mut list, context);
        list.iter().map(|candidate| candidate.host.0).collect()
    }

    /// Weights worked out apart from this code: `mxrand` of mx1, mx2 and mx3.example.com from seed 1 gives 50, 112 and 198.
    #[test]
    fn sendmail_hashes_names_from_the_second_it_began_in() {
        let weight = |host| name_hash_weight(NOTHING_OPEN.name(HostId(host)), 1);
        assert_eq!([weight(0), weight(1), weight(2)], [50, 112, 198]);
        assert_eq!(name_hash_weight("MX1.Example.COM", 0), weight(0), "case does not count, and seed 0 is 1");
        // Over all seconds there are: 0.3445, 0.3437 and 0.3118.
        let mut first = [0; 4];
        for second in 1..=u16::MAX {
            first[usize::from(order(HostOrder::NameHash, &Known { second, ..NOTHING_OPEN })[0])] += 1;
        }
        assert_eq!(first, [22575, 22526, 20434, 0]);
    }

    #[test]
    fn opensmtpd_takes_the_address_with_fewest_connections() {
        let order = |open| order(HostOrder::LeastConnections, &Known { open, ..NOTHING_OPEN });
        assert_eq!(order([0, 0, 0, 0]), [0, 1, 2, 3]);
        assert_eq!(order([1, 0, 0, 0]), [1, 2, 0, 3]);
        assert_eq!(order([2, 1, 3, 0]), [1, 0, 2, 3], "the backup has a preference of its own");
    }

    #[test]
    fn by_name_inside_each_preference() {
        let mut list = candidates();
        list.reverse();
        reorder_by_state(HostOrder::Name, &mut list, &NOTHING_OPEN);
        let hosts: Vec<u16> = list.iter().map(|candidate| candidate.host.0).collect();
        assert_eq!(hosts, [0, 1, 2, 3], "mx1, mx2 and mx3, then the backup");
    }

    #[test]
    fn a_strict_round_robin_stays_inside_each_preference() {
        let order = |turn| order(HostOrder::RoundRobin, &Known { turn, ..NOTHING_OPEN });
        assert_eq!([order(0), order(1)], [[0, 1, 2, 3], [1, 2, 0, 3]]);
        assert_eq!([order(2), order(3)], [[2, 0, 1, 3], [0, 1, 2, 3]]);
    }

    #[test]
    fn the_host_that_worked_last_goes_first_though_it_is_the_backup() {
        let order = |host| {
            let last_good = Some(HostId(host));
            order(HostOrder::LastGood, &Known { last_good, ..NOTHING_OPEN })
        };
        assert_eq!([order(3), order(1), order(0)], [[3, 0, 1, 2], [1, 0, 2, 3], [0, 1, 2, 3]]);
    }

    #[test]
    fn slimta_goes_round_all_records_attempt_by_attempt() {
        let first = |attempts| order(HostOrder::AttemptIndex, &Known { attempts, ..NOTHING_OPEN })[0];
        assert_eq!([first(0), first(1), first(2), first(3), first(4)], [0, 1, 2, 3, 0]);
    }
}
