//! The order in which candidates are tried.
//!
//! RFC 5321 section 5.1: sort by preference; equal preferences must be randomised; the addresses of one host are tried in the order
//! presented. Real MTAs differ in all three, and each way is a value here: see [`OrderPolicy`].
//!
//! Random orders come from keys looked up by host and address name, so that two designs which share a name share its luck.

use super::candidate::{Candidate, Candidates};
use super::order_policy::{AddressOrder, Family, HostOrder, OrderPolicy, Preference, Unit};
use crate::ids::HostId;
use crate::random::Key;
use smallvec::SmallVec;

/// Keeps the draws for addresses inside a host apart from those for hosts.
const ADDRESS_DRAW: u64 = 1;
/// Keeps coin flips apart from both.
const COIN_DRAW: u64 = 2;

/// Where a candidate goes inside its preference, smaller first: family of the class, host, family of the host, address.
type Rank = (u8, u64, u8, u64);

/// Hosts with their preferences.
pub(super) type Hosts = SmallVec<[(u16, HostId); 8]>;

/// Where the luck of an order comes from: the [`Key`] of one decision, or something that goes through all decisions there are.
pub trait RankSource {
    /// The rank of a host; the smallest goes first.
    fn host(&mut self, candidate: &Candidate) -> u64;
    /// The rank of an address among all of its preference; an address under two names has one for each `occurrence`.
    fn pooled(&mut self, candidate: &Candidate, occurrence: u64) -> u64;
    /// The rank of an address inside its host, among those of equal `family` rank.
    fn address(&mut self, candidate: &Candidate, family: u8) -> u64;
    /// Whether the host at place `i` changes places with the one before it.
    fn swaps(&mut self, i: usize) -> bool;
}

impl RankSource for Key {
    #[inline]
    fn host(&mut self, candidate: &Candidate) -> u64 {
        self.child(candidate.host_hash).word()
    }

    #[inline]
    fn pooled(&mut self, candidate: &Candidate, occurrence: u64) -> u64 {
        self.child(candidate.address_hash).child(occurrence).word()
    }

    fn address(&mut self, candidate: &Candidate, _family: u8) -> u64 {
        self.child(ADDRESS_DRAW).child(candidate.address_hash).word()
    }

    fn swaps(&mut self, i: usize) -> bool {
        self.child(COIN_DRAW).child(i as u64).coin()
    }
}

/// Turns the preferences of `candidates` into those that the sender goes by: before [`arrange`], and once for each answer.
pub fn take_preferences(preference: Preference, candidates: &mut [Candidate]) {
    let worst = candidates.iter().map(|candidate| candidate.preference).max().unwrap_or(0);
    let taken = |published: u16| match preference {
        Preference::Obey => published,
        Preference::Ignore => 0,
        Preference::Reverse => worst - published,
        Preference::WorstFirst if published == worst => 0,
        // It is below the worst, so there is a number above it.
        Preference::WorstFirst => published.saturating_add(1),
    };
    if preference != Preference::Obey {
        candidates.iter_mut().for_each(|candidate| candidate.preference = taken(candidate.preference));
    }
}

/// Puts `candidates`, given in answer order (host by host, AAAA before A), into the order in which they will be tried.
pub fn arrange(policy: &OrderPolicy, candidates: &mut Candidates, mut ranks: impl RankSource) {
    if policy.family == Family::Ipv4Only {
        candidates.retain(|candidate| !candidate.ipv6);
    }
    // Some work on the records as they were answered, so their order is taken before the sort.
    let works_on_records = matches!(
        policy.hosts,
        HostOrder::LastIntoHole | HostOrder::RandomComparator | HostOrder::LeastConnections
    );
    let sequence =
        if works_on_records { host_sequence(policy.hosts, candidates, &mut ranks) } else { SmallVec::new() };
    // Most answers have one preference; then there is nothing to sort.
    if !candidates.is_sorted_by_key(|candidate| candidate.preference) {
        candidates.sort_by_key(|candidate| candidate.preference);
    }
    if candidates.len() < 2 {
        return;
    }
    if is_one_pot(policy) {
        return shuffle(policy.unit, candidates, &mut ranks);
    }
    if is_one_address_each(candidates) {
        return arrange_hosts(policy, candidates, &mut ranks, sequence);
    }
    if stays_as_answered(policy, candidates) {
        return;
    }
    let mut ranks: SmallVec<[Rank; 8]> = match policy.unit {
        Unit::Address => address_ranks(policy, candidates, &mut ranks, &sequence),
        Unit::Host => host_ranks(policy, candidates, &mut ranks, &sequence),
    };
    sort_by_ranks(candidates, &mut ranks);
    if policy.family == Family::Ipv6BubblePass {
        lift_ipv6_once(candidates);
    }
}

/// True if every host has one address, and all are of one family: then an order of hosts is all there is to an order.
fn is_one_address_each(candidates: &[Candidate]) -> bool {
    (1..candidates.len()).all(|i| {
        let this = &candidates[i];
        this.ipv6 == candidates[0].ipv6 && candidates[..i].iter().all(|before| before.host != this.host)
    })
}

/// Puts candidates in order of which each is the only one of its host. What [`address_ranks`] and [`host_ranks`] come to then, in one number.
fn arrange_hosts(
    policy: &OrderPolicy,
    candidates: &mut Candidates,
    ranks: &mut impl RankSource,
    answered: Hosts,
) {
    let hosts = match (policy.unit, policy.hosts) {
        (Unit::Address, HostOrder::LeastConnections) => answered,
        (_, HostOrder::Shuffle) => return shuffle(policy.unit, candidates, ranks),
        // They are as they were answered.
        (Unit::Address, _) => return,
        (_, order) if is_as_answered(order) => return,
        (Unit::Host, _) if answered.is_empty() => host_sequence(policy.hosts, candidates, ranks),
        (Unit::Host, _) => answered,
    };
    sort_by_places(candidates, &hosts);
}

/// True if all addresses of a preference are drawn from one pot, of whatever host and family.
const fn is_one_pot(policy: &OrderPolicy) -> bool {
    matches!(
        (policy.unit, policy.hosts, policy.family),
        (Unit::Address, HostOrder::Shuffle, Family::Any | Family::Ipv4Only)
    )
}

/// True if hosts stay as they were answered here, whatever else is done to them later.
const fn is_as_answered(order: HostOrder) -> bool {
    matches!(
        order,
        HostOrder::Answer
            | HostOrder::NameHash
            | HostOrder::AttemptIndex
            | HostOrder::Name
            | HostOrder::RoundRobin
            | HostOrder::LastGood
    )
}

/// True if every rank goes up with the place in the answer.
fn stays_as_answered(policy: &OrderPolicy, candidates: &[Candidate]) -> bool {
    if !is_as_answered(policy.hosts)
        || policy.addresses != AddressOrder::Answer
        || policy.family == Family::Ipv6BubblePass
    {
        return false;
    }
    let class = |candidate: &Candidate| class_rank(policy.family, candidate.ipv6);
    let family = |candidate: &Candidate| family_rank(policy.family, candidate.ipv6);
    (1..candidates.len()).all(|i| {
        let (before, this) = (&candidates[i - 1], &candidates[i]);
        class(before) == class(this)
            && (policy.unit == Unit::Address
                || if before.host == this.host {
                    family(before) <= family(this)
                } else {
                    candidates[..i].iter().all(|other| other.host != this.host)
                })
    })
}

fn shuffle(unit: Unit, candidates: &mut Candidates, ranks: &mut impl RankSource) {
    let mut drawn = SmallVec::<[u64; 8]>::new();
    for (i, candidate) in candidates.iter().enumerate() {
        drawn.push(match unit {
            Unit::Address => ranks.pooled(candidate, occurrence(candidates, i)),
            Unit::Host => ranks.host(candidate),
        });
    }
    sort_by_ranks(candidates, &mut drawn);
}

/// Up to this many candidates are sorted by insertion, without memory of its own.
const FEW: usize = 16;

/// Puts candidates into the order of their hosts.
pub(super) fn sort_by_places(candidates: &mut Candidates, hosts: &[(u16, HostId)]) {
    let mut places = SmallVec::<[u64; 8]>::new();
    places.extend(candidates.iter().map(|candidate| place_of(hosts, candidate)));
    sort_by_ranks(candidates, &mut places);
}

/// Sorts candidates by preference and then by rank; those of equal rank stay as they stand.
pub(crate) fn sort_by_ranks<R: Ord + Copy>(candidates: &mut Candidates, ranks: &mut [R]) {
    if candidates.len() > FEW {
        let mut places: Vec<usize> = (0..candidates.len()).collect();
        places.sort_by_key(|&place| (candidates[place].preference, ranks[place]));
        *candidates = places.into_iter().map(|place| candidates[place]).collect();
        return;
    }
    let goes_before = |(a, rank_a): (&Candidate, R), (b, rank_b): (&Candidate, R)| {
        (a.preference, rank_a) < (b.preference, rank_b)
    };
    for i in 1..candidates.len().min(ranks.len()) {
        let (candidate, rank) = (candidates[i], ranks[i]);
        let mut place = i;
        while place > 0 && goes_before((&candidate, rank), (&candidates[place - 1], ranks[place - 1])) {
            (candidates[place], ranks[place]) = (candidates[place - 1], ranks[place - 1]);
            place -= 1;
        }
        (candidates[place], ranks[place]) = (candidate, rank);
    }
}

/// All addresses of a preference in one pot.
fn address_ranks(
    policy: &OrderPolicy,
    candidates: &[Candidate],
    ranks: &mut impl RankSource,
    answered: &[(u16, HostId)],
) -> SmallVec<[Rank; 8]> {
    let mut all = SmallVec::new();
    for (i, candidate) in candidates.iter().enumerate() {
        let (host, place) = match policy.hosts {
            HostOrder::Shuffle => (0, ranks.pooled(candidate, occurrence(candidates, i))),
            HostOrder::LeastConnections => (place_of(answered, candidate), i as u64),
            _ => (0, i as u64),
        };
        all.push((class_rank(policy.family, candidate.ipv6), host, 0, place));
    }
    all
}

pub(super) fn place_of(hosts: &[(u16, HostId)], candidate: &Candidate) -> u64 {
    let entry = (candidate.preference, candidate.host);
    hosts.iter().position(|&other| other == entry).unwrap_or(hosts.len()) as u64
}

/// How often the address of candidate `i` stands before it: an address under two names has two ranks, not one.
fn occurrence(candidates: &[Candidate], i: usize) -> u64 {
    candidates[..i].iter().filter(|other| other.address == candidates[i].address).count() as u64
}

/// Hosts first, then the addresses inside each.
fn host_ranks(
    policy: &OrderPolicy,
    candidates: &[Candidate],
    ranks: &mut impl RankSource,
    answered: &[(u16, HostId)],
) -> SmallVec<[Rank; 8]> {
    let own = if answered.is_empty() { host_sequence(policy.hosts, candidates, ranks) } else { Hosts::new() };
    let hosts = if answered.is_empty() { &own[..] } else { answered };
    let mut all = SmallVec::new();
    for (i, candidate) in candidates.iter().enumerate() {
        let host = match policy.hosts {
            HostOrder::Shuffle => ranks.host(candidate),
            _ => place_of(hosts, candidate),
        };
        let family = family_rank(policy.family, candidate.ipv6);
        let address = match policy.addresses {
            AddressOrder::Shuffle => ranks.address(candidate, family),
            AddressOrder::Answer => i as u64,
        };
        all.push((class_rank(policy.family, candidate.ipv6), host, family, address));
    }
    all
}

const fn family_rank(family: Family, ipv6: bool) -> u8 {
    match family {
        Family::Ipv6First | Family::Ipv6BubblePass => !ipv6 as u8,
        Family::Ipv4First => ipv6 as u8,
        Family::Any | Family::Ipv4Only | Family::Ipv6FirstInClass | Family::Ipv4FirstInClass => 0,
    }
}

const fn class_rank(family: Family, ipv6: bool) -> u8 {
    match family {
        Family::Ipv6FirstInClass => !ipv6 as u8,
        Family::Ipv4FirstInClass => ipv6 as u8,
        Family::Any | Family::Ipv4Only | Family::Ipv6First | Family::Ipv6BubblePass | Family::Ipv4First => 0,
    }
}

/// The hosts, with their preferences, in the order in which they will be tried; empty where keys decide.
fn host_sequence(order: HostOrder, candidates: &[Candidate], ranks: &mut impl RankSource) -> Hosts {
    if order == HostOrder::Shuffle {
        return Hosts::new();
    }
    let mut hosts = hosts_of(candidates);
    match order {
        HostOrder::AdjacentSwap => swap_neighbours(&mut hosts, ranks),
        HostOrder::LastIntoHole => last_into_hole(&mut hosts),
        HostOrder::RandomComparator => merge_by_coins(&mut hosts, ranks, &mut 0),
        HostOrder::LeastConnections => first_then_backwards(&mut hosts),
        HostOrder::Shuffle
        | HostOrder::Answer
        | HostOrder::NameHash
        | HostOrder::AttemptIndex
        | HostOrder::Name
        | HostOrder::RoundRobin
        | HostOrder::LastGood => {}
    }
    hosts
}

/// Postal, app/lib/dns_resolver.rb `mx`: Ruby sorts with qsort_r of the C library, which is a merge sort, and the comparison of two equal
/// preferences is a coin flip. `flipped` counts the coins.
fn merge_by_coins(hosts: &mut [(u16, HostId)], ranks: &mut impl RankSource, flipped: &mut usize) {
    if hosts.len() < 2 {
        return;
    }
    let middle = hosts.len() / 2;
    merge_by_coins(&mut hosts[..middle], ranks, flipped);
    merge_by_coins(&mut hosts[middle..], ranks, flipped);
    let left = Hosts::from_slice(&hosts[..middle]);
    let (mut from_left, mut from_right) = (0, middle);
    // What is written never overtakes what is still to be read on the right.
    for place in 0..hosts.len() {
        let takes_left = match (left.get(from_left), hosts.get(from_right)) {
            (Some(one), Some(other)) if one.0 == other.0 => {
                *flipped += 1;
                !ranks.swaps(*flipped)
            }
            (Some(one), Some(other)) => one.0 < other.0,
            (one, _) => one.is_some(),
        };
        if takes_left {
            hosts[place] = left[from_left];
            from_left += 1;
        } else {
            hosts[place] = hosts[from_right];
            from_right += 1;
        }
    }
}

/// OpenSMTPD, lka `dns.c`: the look-ups of all hosts are timers of one instant, and a heap with equal keys gives the first, then the last to
/// the second. Answers come in that order (seen in every run of the lab).
fn first_then_backwards(hosts: &mut Hosts) {
    if hosts.len() > 2 {
        hosts[1..].reverse();
    }
}

/// The hosts of candidates, in their order.
pub(super) fn hosts_of(candidates: &[Candidate]) -> Hosts {
    let mut hosts = Hosts::new();
    for candidate in candidates {
        let entry = (candidate.preference, candidate.host);
        if hosts.last() != Some(&entry) {
            hosts.push(entry);
        }
    }
    hosts
}

/// Haraka, outbound/hmail.js `sort_mx`: one pass that swaps neighbours of equal preference with probability 1/2.
fn swap_neighbours(hosts: &mut [(u16, HostId)], ranks: &mut impl RankSource) {
    for i in 1..hosts.len() {
        if hosts[i - 1].0 == hosts[i].0 && ranks.swaps(i) {
            hosts.swap(i - 1, i);
        }
    }
}

/// qmail, dns.c `dns_mxip`: takes the first record of the lowest preference and moves the last record into its hole, again and again.
fn last_into_hole(hosts: &mut Hosts) {
    let mut left = std::mem::take(hosts);
    while let Some(best) = left.iter().map(|&(preference, _)| preference).min() {
        let first = left.iter().position(|&(preference, _)| preference == best).unwrap_or(0);
        hosts.push(left.swap_remove(first));
    }
}

/// Ranks that belong to places in the answer: what a generator gives whose seed is all that differs.
#[derive(Debug)]
pub struct Places {
    key: Key,
    answer: Candidates,
}

impl Places {
    /// Ranks for `answer`, the candidates in answer order.
    #[must_use]
    pub fn new(key: Key, answer: &Candidates) -> Self {
        Self { key, answer: answer.clone() }
    }

    fn place(&self, same: impl Fn(&Candidate) -> bool) -> u64 {
        self.answer.iter().position(same).unwrap_or(self.answer.len()) as u64
    }
}

impl RankSource for Places {
    fn host(&mut self, candidate: &Candidate) -> u64 {
        self.key.child(self.place(|other| other.host == candidate.host)).word()
    }

    fn pooled(&mut self, candidate: &Candidate, occurrence: u64) -> u64 {
        let place = self.place(|other| other.address == candidate.address);
        self.key.child(ADDRESS_DRAW).child(place).child(occurrence).word()
    }

    fn address(&mut self, candidate: &Candidate, family: u8) -> u64 {
        self.pooled(candidate, u64::from(family))
    }

    fn swaps(&mut self, i: usize) -> bool {
        self.key.swaps(i)
    }
}

/// Exim, host.c `host_find_bydns`: one forward pass in which an IPv6 address changes places with an IPv4 address right before it.
fn lift_ipv6_once(candidates: &mut [Candidate]) {
    for i in 1..candidates.len() {
        let (before, here) = (candidates[i - 1], candidates[i]);
        if before.preference == here.preference && !before.ipv6 && here.ipv6 {
            candidates.swap(i - 1, i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stickiness;
    use super::*;
    use crate::ids::AddressId;
    use crate::random::{Entropy, Purpose, StreamId};

    fn key(n: u64) -> Key {
        Entropy::new(1, 0).key(StreamId::new("test", Purpose::Choice)).child(n)
    }

    /// Hosts `0, 1, ...` with the given (preference, families): `6` an IPv6 and `4` an IPv4 address.
    fn candidates(hosts: &[(u16, &str)]) -> Candidates {
        let mut list = Candidates::new();
        for (host, (preference, families)) in hosts.iter().enumerate() {
            for family in families.bytes() {
                let address = list.len() as u16;
                list.push(Candidate {
                    preference: *preference,
                    host: HostId(host as u16),
                    address: AddressId(address),
                    ipv6: family == b'6',
                    host_hash: crate::random::name_hash(&format!("mx{host}")),
                    address_hash: crate::random::name_hash(&format!("address{address}")),
                });
            }
        }
        list
    }

    fn policy(unit: Unit, hosts: HostOrder, addresses: AddressOrder, family: Family) -> OrderPolicy {
        OrderPolicy {
            preference: Preference::Obey,
            unit,
            hosts,
            addresses,
            family,
            keep: Stickiness::Attempt,
        }
    }

    const POSTFIX: OrderPolicy = OrderPolicy {
        preference: Preference::Obey,
        unit: Unit::Address,
        hosts: HostOrder::Shuffle,
        addresses: AddressOrder::Answer,
        family: Family::Any,
        keep: Stickiness::Attempt,
    };

    /// How often each host comes first in 60,000 draws; standard error of a share of 1/3 is 0.002.
    fn first_shares(policy: &OrderPolicy, list: &Candidates) -> Vec<f64> {
        let hosts = list.iter().map(|candidate| candidate.host.index()).max().unwrap_or(0) + 1;
        let mut first = vec![0f64; hosts];
        let n = 60_000;
        for message in 0..n {
            let mut drawn = list.clone();
            arrange(policy, &mut drawn, key(message));
            first[drawn[0].host.index()] += 1.0 / n as f64;
        }
        first
    }

    /// Theory as given, n = 60,000; 0.01 is at least 4.9 standard errors (level below 1 in 100,000 for each share).
    fn assert_shares(policy: &OrderPolicy, hosts: &[(u16, &str)], theory: &[f64]) {
        let seen = first_shares(policy, &candidates(hosts));
        for (seen, theory) in seen.iter().zip(theory) {
            assert!((seen - theory).abs() < 0.01, "saw {seen}, theory {theory} for {hosts:?}");
        }
    }

    #[test]
    fn postfix_weighs_hosts_by_their_addresses() {
        assert_shares(&POSTFIX, &[(10, "444"), (10, "4"), (10, "4")], &[0.6, 0.2, 0.2]);
        assert_shares(&POSTFIX, &[(10, "4"), (10, "4"), (20, "4")], &[0.5, 0.5, 0.0]);
    }

    #[test]
    fn an_address_under_two_names_has_two_ranks() {
        let mut list = candidates(&[(10, "4"), (10, "4"), (10, "4")]);
        list[1].address = list[0].address;
        list[1].address_hash = list[0].address_hash;
        let seen = first_shares(&POSTFIX, &list);
        assert!((seen[2] - 1.0 / 3.0).abs() < 0.01, "{seen:?}");
    }

    #[test]
    fn exim_gives_each_host_a_third_and_lifts_ipv6_by_one_place() {
        let exim = policy(Unit::Host, HostOrder::Shuffle, AddressOrder::Shuffle, Family::Ipv6BubblePass);
        assert_shares(&exim, &[(10, "444"), (10, "4"), (10, "4")], &[1.0 / 3.0; 3]);
        assert_shares(&exim, &[(10, "64"), (10, "4"), (10, "4")], &[2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]);
        assert_shares(
            &exim,
            &[(10, "64"), (10, "4"), (10, "4"), (10, "4")],
            &[0.5, 1.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0],
        );
    }

    #[test]
    fn the_ipv6_pass_moves_every_run_one_place() {
        // The examples of the source reading: [4a 4b 6a 6b] -> [4a 6a 6b 4b].
        let mut list = candidates(&[(10, "4"), (10, "4"), (10, "6"), (10, "6")]);
        lift_ipv6_once(&mut list);
        let hosts: Vec<u16> = list.iter().map(|candidate| candidate.host.0).collect();
        assert_eq!(hosts, [0, 2, 3, 1]);
    }

    #[test]
    fn haraka_never_starts_with_the_third_record() {
        let haraka = policy(Unit::Host, HostOrder::AdjacentSwap, AddressOrder::Answer, Family::Ipv6First);
        assert_shares(&haraka, &[(10, "4"), (10, "4"), (10, "4")], &[0.5, 0.5, 0.0]);
    }

    #[test]
    fn qmail_takes_the_first_record_and_fills_the_hole_with_the_last() {
        let qmail = policy(Unit::Host, HostOrder::LastIntoHole, AddressOrder::Answer, Family::Ipv4Only);
        for (preferences, expected) in [
            (&[10, 10, 10][..], &[0, 2, 1][..]),
            (&[1, 1, 2], &[0, 1, 2]),
            (&[1, 2, 1], &[0, 2, 1]),
            (&[1, 1, 2, 2], &[0, 1, 3, 2]),
            (&[1, 2, 1, 2], &[0, 2, 3, 1]),
            (&[2, 1, 1], &[1, 2, 0]),
            (&[2, 1, 1, 1], &[1, 3, 2, 0]),
        ] {
            let hosts: Vec<(u16, &str)> = preferences.iter().map(|&preference| (preference, "4")).collect();
            let mut list = candidates(&hosts);
            arrange(&qmail, &mut list, key(0));
            let order: Vec<u16> = list.iter().map(|candidate| candidate.host.0).collect();
            assert_eq!(order, expected, "{preferences:?}");
        }
    }

    /// A coin for each comparison of a merge sort.
    #[test]
    fn postal_halves_and_halves_again() {
        let postal = policy(Unit::Host, HostOrder::RandomComparator, AddressOrder::Answer, Family::Ipv6First);
        assert_shares(&postal, &[(10, "4"), (10, "4")], &[0.5, 0.5]);
        assert_shares(&postal, &[(10, "4"), (10, "4"), (10, "4")], &[0.5, 0.25, 0.25]);
        assert_shares(&postal, &[(10, "4"); 5], &[0.25, 0.25, 0.25, 0.125, 0.125]);
        assert_shares(&postal, &[(20, "4"), (10, "4"), (10, "4")], &[0.0, 0.5, 0.5]);
    }

    #[test]
    fn opensmtpd_lists_the_first_record_then_the_last_to_the_second() {
        let opensmtpd = policy(Unit::Address, HostOrder::LeastConnections, AddressOrder::Answer, Family::Any);
        for (preferences, expected) in [
            (&[10, 10, 10][..], &[0, 2, 1][..]),
            (&[10, 10, 10, 10], &[0, 3, 2, 1]),
            (&[20, 10, 10], &[2, 1, 0]),
        ] {
            let hosts: Vec<(u16, &str)> = preferences.iter().map(|&preference| (preference, "4")).collect();
            let mut list = candidates(&hosts);
            arrange(&opensmtpd, &mut list, key(0));
            let order: Vec<u16> = list.iter().map(|candidate| candidate.host.0).collect();
            assert_eq!(order, expected, "{preferences:?}");
        }
    }

    #[test]
    fn dma_puts_all_ipv6_of_a_preference_first() {
        let order = |unit, family| {
            let mut list = candidates(&[(10, "4"), (10, "64"), (20, "6")]);
            arrange(&policy(unit, HostOrder::Answer, AddressOrder::Answer, family), &mut list, key(0));
            list.iter().map(|candidate| candidate.address.0).collect::<Vec<_>>()
        };
        for unit in [Unit::Address, Unit::Host] {
            assert_eq!(order(unit, Family::Ipv6FirstInClass), [1, 0, 2, 3]);
            assert_eq!(order(unit, Family::Ipv4FirstInClass), [0, 2, 1, 3]);
        }
    }

    /// One seed deals the same ranks to the same places, whatever stands there.
    #[test]
    fn a_seed_knows_places_and_no_names() {
        let shuffle = policy(Unit::Host, HostOrder::Shuffle, AddressOrder::Shuffle, Family::Any);
        let place_of_first = |turned: usize, n: u64| {
            let mut answer = candidates(&[(10, "4"), (10, "4"), (10, "4")]);
            answer.rotate_left(turned);
            let mut list = answer.clone();
            arrange(&shuffle, &mut list, Places::new(key(n), &answer));
            answer.iter().position(|candidate| candidate.host == list[0].host)
        };
        for n in 0..100 {
            assert_eq!(place_of_first(0, n), place_of_first(1, n));
        }
        let first = (0..3000).filter(|&n| place_of_first(0, n) == Some(0)).count();
        // Binomial (3000, 1/3): mean 1000, standard deviation 26; 130 are five of them.
        assert!(first.abs_diff(1000) < 130, "{first}");
    }

    #[test]
    fn families_go_first_inside_a_host_only() {
        let list = candidates(&[(10, "64"), (10, "64")]);
        let mut v6 = list.clone();
        arrange(
            &policy(Unit::Host, HostOrder::Answer, AddressOrder::Answer, Family::Ipv6First),
            &mut v6,
            key(0),
        );
        assert_eq!(v6.iter().map(|c| c.ipv6).collect::<Vec<_>>(), [true, false, true, false]);
        let mut v4 = list;
        arrange(
            &policy(Unit::Host, HostOrder::Answer, AddressOrder::Answer, Family::Ipv4Only),
            &mut v4,
            key(0),
        );
        assert_eq!(v4.len(), 2);
    }
}
