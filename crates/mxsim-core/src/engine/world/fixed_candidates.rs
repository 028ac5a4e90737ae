//! The candidates of a sender for whom no answer of the DNS makes a difference.
//!
//! Where the zone does not change, every host has one address and the sender shuffles for itself, the candidates are always the same and only
//! their order is drawn. Then the first candidate is found without building a list; the whole order is worked out only if it fails.

use super::senders::SenderTable;
use super::topology::{MX, NOWHERE, Topology};
use crate::ids::{AddressId, HostId, NodeId};
use crate::random::{Key, Label};
use crate::sender::order::{sort_by_ranks, take_preferences};
use crate::sender::{Behaviour, Candidate, Candidates, Family, HostOrder, OwnCache, Stickiness, Unit};
use smallvec::SmallVec;

/// The candidates in the order of the zone, and what their ranks are keyed by.
#[derive(Debug, Clone)]
pub struct FixedCandidates {
    /// All of them.
    candidates: Candidates,
    /// How many have the lowest preference; they come first.
    best: usize,
    unit: Unit,
    /// What the rank of each is keyed by.
    labels: Vec<Label>,
    /// Where each of the candidates leads.
    stops: Vec<Stop>,
    mx_set: u64,
}

/// Where a candidate leads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) host: HostId,
    pub(crate) address: AddressId,
    pub(crate) node: NodeId,
}

/// Tells one set of MX hosts from another, whatever their order.
pub(crate) fn mx_set(candidates: &[Candidate]) -> u64 {
    let begins = |i: &usize| *i == 0 || candidates[i - 1].host != candidates[*i].host;
    (0..candidates.len()).filter(begins).fold(0, |sum: u64, i| sum.wrapping_add(candidates[i].host_hash))
}

/// The place of the label with the least rank.
#[inline]
fn least(labels: &[Label], rank: impl Fn(Label) -> u64) -> u8 {
    let (mut least, mut first) = (u64::MAX, 0);
    for (place, &label) in labels.iter().enumerate() {
        let rank = rank(label);
        // Without a branch: which one is least cannot be foreseen.
        let is_less = rank < least;
        least = if is_less { rank } else { least };
        first = if is_less { place } else { first };
    }
    first as u8
}

impl FixedCandidates {
    /// The candidates of a sender, if no answer makes a difference to them.
    #[must_use]
    pub fn of(topology: &Topology, sender: &SenderTable) -> Option<Self> {
        let policy = &sender.behaviour.parameters.order;
        let mut candidates = lasting(topology, sender)?;
        // Addresses inside a host have an order of their own, and so have address families.
        let is_pooled = policy.unit == Unit::Address && policy.family == Family::Any;
        let are_apart = |a: &Candidate, b: &Candidate| {
            let is_of_other_record = a.host != b.host || a.preference != b.preference;
            a.address != b.address && (is_of_other_record || is_pooled && a.ipv6 != b.ipv6)
        };
        if candidates.is_empty() || !every_pair(&candidates, are_apart) {
            return None;
        }
        if candidates.iter().any(|candidate| candidate.ipv6) && policy.family != Family::Any {
            return None;
        }
        // Which node an edge picks is decided with each connection.
        if candidates.iter().any(|candidate| topology.is_edge(candidate.address)) {
            return None;
        }
        candidates.sort_by_key(|candidate| candidate.preference);
        let best = candidates.partition_point(|candidate| candidate.preference == candidates[0].preference);
        let label = |candidate: &Candidate| match policy.unit {
            Unit::Host => Label::new(candidate.host_hash),
            Unit::Address => Label::new(candidate.address_hash),
        };
        let labels = candidates.iter().map(label).collect();
        let stop = |&Candidate { host, address, .. }: &Candidate| Stop {
            host,
            address,
            node: topology.first_node_of(address),
        };
        let stops = candidates.iter().map(stop).collect();
        Some(Self { mx_set: mx_set(&candidates), candidates, best, unit: policy.unit, labels, stops })
    }

    /// Tells their set of MX hosts from another.
    #[must_use]
    pub const fn mx_set(&self) -> u64 {
        self.mx_set
    }

    /// Up to this many candidates an attempt can be compact: a bit in a byte says which have been tried.
    pub const SHORT: usize = 8;

    /// True if one attempt tries all of them.
    #[must_use]
    pub fn tries_all(&self, behaviour: &Behaviour) -> bool {
        let mut candidates = self.candidates.clone();
        behaviour.cut(&mut candidates);
        candidates.len() == self.count()
    }

    /// The rank that [`crate::sender::order::arrange`] would give a candidate.
    #[inline]
    fn rank(&self, choice: Key, label: Label) -> u64 {
        match self.unit {
            Unit::Host => choice.at(label).word(),
            // The first and only occurrence of the address.
            Unit::Address => choice.at(label).child(0).word(),
        }
    }

    /// The place of the candidate that [`crate::sender::order::arrange`] would put first.
    #[must_use]
    #[inline]
    pub fn first(&self, choice: Key) -> u8 {
        if self.best == 1 { 0 } else { least(&self.labels[..self.best], |label| self.rank(choice, label)) }
    }

    /// The candidate at a place.
    #[must_use]
    pub fn candidate(&self, place: u8) -> Candidate {
        self.candidates[usize::from(place)]
    }

    /// Where the candidate at a place leads.
    #[inline]
    pub(crate) fn stop(&self, place: u8) -> Stop {
        self.stops[usize::from(place)]
    }

    /// How many candidates there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.candidates.len()
    }

    /// The place of the candidate that comes next, in the order of `choice`, after those whose bits are set in `tried`. For at most
    /// [`FixedCandidates::SHORT`] candidates.
    #[must_use]
    pub fn next(&self, choice: Key, tried: u8) -> Option<u8> {
        let count = self.count().min(Self::SHORT);
        let first = (!tried).trailing_zeros() as usize;
        let preference = self.candidates.get(first)?.preference;
        let (mut least, mut next) = (u64::MAX, first);
        for place in first..count {
            if self.candidates[place].preference != preference {
                break;
            }
            let was_tried = tried >> place & 1 == 1;
            let rank = self.rank(choice, self.labels[place]);
            let is_less = !was_tried & (rank < least);
            least = if is_less { rank } else { least };
            next = if is_less { place } else { next };
        }
        Some(next as u8)
    }

    /// Puts all candidates, in the order of `choice`, into a list that is empty: as [`crate::sender::order::arrange`] would, whose questions about
    /// families and addresses are answered already.
    pub fn arrange(&self, choice: Key, list: &mut Candidates) {
        list.extend_from_slice(&self.candidates);
        let mut ranks = SmallVec::<[u64; 8]>::new();
        for &label in &self.labels {
            ranks.push(self.rank(choice, label));
        }
        sort_by_ranks(list, &mut ranks);
    }
}

/// The candidates of a sender in the order of the zone, as it takes their preferences, if every answer has all of them at all times and their order is
/// drawn by the names of hosts and addresses, and not by places in the answer.
pub(super) fn lasting(topology: &Topology, sender: &SenderTable) -> Option<Candidates> {
    let lasting_set = |set: usize| match topology.record_sets[set].versions.as_slice() {
        [version] if sender.gets_full_answers(topology, set) => Some(&version.records),
        _ => None,
    };
    if !draws_by_name(&sender.behaviour) {
        return None;
    }
    let mut candidates = Candidates::new();
    for record in lasting_set(MX)?.iter().filter(|record| record.target != NOWHERE) {
        let host = HostId(record.target);
        if sender.bounces_for(host) {
            return None;
        }
        let sets = topology.host(host);
        let asked = sets.aaaa.filter(|_| sender.ipv6).into_iter().chain(sets.a);
        for set in asked.filter(|_| !sender.passes_over(host)) {
            let addresses = lasting_set(set)?.iter().map(|record| AddressId(record.target));
            let candidate = |address| topology.candidate(record.preference, host, address);
            candidates.extend(addresses.map(candidate));
        }
    }
    take_preferences(sender.behaviour.preference(), &mut candidates);
    Some(candidates)
}

/// True if it orders hosts by draws that go by names, and works on the answer to this message.
fn draws_by_name(behaviour: &Behaviour) -> bool {
    let parameters = &behaviour.parameters;
    behaviour.custom.is_none()
        && parameters.order.hosts == HostOrder::Shuffle
        && parameters.order.keep != Stickiness::Second
        && parameters.dns.cache != OwnCache::Pinned
}

/// True if something holds of every two candidates.
pub(super) fn every_pair(candidates: &[Candidate], holds: impl Fn(&Candidate, &Candidate) -> bool) -> bool {
    (1..candidates.len()).all(|i| candidates[..i].iter().all(|other| holds(other, &candidates[i])))
}
