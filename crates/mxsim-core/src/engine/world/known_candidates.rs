//! The candidates of a sender whom no answer can surprise: the zone does not change, every answer is whole, and the sender draws its own order by the
//! names of hosts and addresses. It need not ask for addresses then; only when its MX entry was filled may still count.
//!
//! Wider than [`FixedCandidates`](super::fixed_candidates::FixedCandidates): hosts may have several addresses and both families, so the order is worked
//! out for each attempt.

use super::fixed_candidates::{every_pair, lasting, mx_set};
use super::senders::SenderTable;
use super::topology::Topology;
use crate::dns::{Pick, Transform};
use crate::sender::{AddressOrder, Behaviour, Candidate, Candidates, Unit};

/// All candidates of a sender, as it takes their preferences.
#[derive(Debug, Clone)]
pub struct KnownCandidates {
    candidates: Candidates,
    mx_set: u64,
}

impl KnownCandidates {
    /// The candidates of a sender, if no answer makes a difference to them or to their order.
    #[must_use]
    pub fn of(topology: &Topology, sender: &SenderTable) -> Option<Self> {
        let candidates = lasting(topology, sender)?;
        let is_settled = !candidates.is_empty() && is_settled(&sender.behaviour, &candidates);
        is_settled.then(|| Self { mx_set: mx_set(&candidates), candidates })
    }

    /// The candidates, in the order of the zone.
    #[must_use]
    pub fn all(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Tells their set of MX hosts from another.
    #[must_use]
    pub const fn mx_set(&self) -> u64 {
        self.mx_set
    }
}

/// True if no two candidates stay in the order in which they came.
fn is_settled(behaviour: &Behaviour, candidates: &[Candidate]) -> bool {
    let policy = &behaviour.parameters.order;
    match (policy.unit, policy.addresses) {
        // An address under two names of one preference has two draws, and the first name in the answer gets the first.
        (Unit::Address, _) => {
            every_pair(candidates, |a, b| a.address != b.address || a.preference != b.preference)
        }
        (Unit::Host, AddressOrder::Shuffle) => true,
        // What comes as answered is one address of each family, AAAA first.
        (Unit::Host, AddressOrder::Answer) => every_pair(candidates, |a, b| {
            a.host != b.host || a.preference != b.preference || a.ipv6 != b.ipv6
        }),
    }
}

/// The candidates of each sender, if it knows them and nobody notices that it does not ask: whoever asks a cache or an authority moves on what it serves
/// the next one.
#[must_use]
pub fn of_all(topology: &Topology, senders: &[SenderTable]) -> Vec<Option<KnownCandidates>> {
    let known: Vec<_> = senders.iter().map(|sender| KnownCandidates::of(topology, sender)).collect();
    let minds = |(sender, known): (&SenderTable, &Option<KnownCandidates>)| {
        sender.path.fixed_candidates().is_none() && known.is_none()
    };
    let minds: Vec<bool> = senders.iter().zip(&known).map(minds).collect();
    let by_authority = topology.authority.transform != Transform::None && minds.contains(&true);
    let by_question = topology.layers.iter().map(|table| table.parameters.pick != Pick::Client);
    let mut noticed: Vec<bool> = by_question.map(|noticed| noticed || by_authority).collect();
    for (sender, minds) in senders.iter().zip(minds) {
        sender.layers.iter().for_each(|&(layer, _)| noticed[usize::from(layer)] |= minds);
    }
    let asks_alone =
        |sender: &SenderTable| !sender.layers.iter().any(|&(layer, _)| noticed[usize::from(layer)]);
    senders.iter().zip(known).map(|(sender, known)| known.filter(|_| asks_alone(sender))).collect()
}
