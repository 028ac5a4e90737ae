//! Going through all outcomes of a random procedure instead of drawing one.
//!
//! A procedure that asks for a choice among `n` gets the choices written in a *enumeration*; where the enumeration ends it gets the first one, and
//! the enumeration grows. Run again and again with the next enumeration, it takes every path once, and the path's probability is known. So
//! the orders of a sender and of a resolver are enumerated by the very code that draws them.

use crate::dns::order::Draws;
use crate::sender::Candidate;
use crate::sender::order::RankSource;

/// Values of the seed of a shuffle (BIND): 32 bits.
const SEEDS: u64 = 1 << 32;

/// One path through a random procedure.
#[derive(Debug, Default)]
pub(crate) struct Enumeration {
    /// The choice taken and how many there are, step by step.
    steps: Vec<(usize, usize)>,
    next: usize,
    probability: f64,
}

/// All outcomes of `procedure` with their probabilities; `None` if they are more than `most`.
pub(crate) fn outcomes<T>(
    most: usize,
    mut procedure: impl FnMut(&mut Enumeration) -> T,
) -> Option<Vec<(T, f64)>> {
    let mut all = Vec::new();
    let mut enumeration = Enumeration::default();
    loop {
        (enumeration.next, enumeration.probability) = (0, 1.0);
        let outcome = procedure(&mut enumeration);
        all.push((outcome, enumeration.probability));
        if !enumeration.advance() {
            return Some(all);
        }
        if all.len() >= most {
            return None;
        }
    }
}

impl Enumeration {
    /// One of `n` equally likely choices.
    pub(crate) fn choose(&mut self, n: usize) -> usize {
        self.probability /= n as f64;
        self.step(n)
    }

    fn step(&mut self, n: usize) -> usize {
        if self.next == self.steps.len() {
            self.steps.push((0, n));
        }
        self.next += 1;
        self.steps[self.next - 1].0
    }

    /// Goes on to the next path; false if this was the last.
    fn advance(&mut self) -> bool {
        while let Some((taken, n)) = self.steps.pop() {
            if taken + 1 < n {
                self.steps.push((taken + 1, n));
                return true;
            }
        }
        false
    }
}

impl Draws for &mut Enumeration {
    fn offset(&mut self, n: usize) -> usize {
        self.choose(n)
    }

    fn step(&mut self, _i: usize, n: usize) -> usize {
        self.choose(n)
    }

    /// Seeds with the same remainders by 1 to `n` give the same order: one stands for all of them.
    fn seed(&mut self, n: usize) -> usize {
        let kinds = (1..=n).fold(1, least_common_multiple);
        let seed = Enumeration::step(self, kinds);
        let alike = (SEEDS - 1 - seed as u64) / kinds as u64 + 1;
        self.probability *= alike as f64 / SEEDS as f64;
        seed
    }
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    // Beyond the cap on outcomes the exact number does not matter, only that it is large.
    (a / x).saturating_mul(b).min(1 << 31)
}

/// What a rank is for; ranks are compared only among those of one kind.
type Kind = (u8, u16, u16, u8);

/// Ranks out of an enumeration: each new rank falls into one of the gaps between those of its kind, all gaps alike.
#[derive(Debug)]
pub(crate) struct EnumeratedRanks<'s> {
    enumeration: &'s mut Enumeration,
    /// Kind, whose rank it is, and the rank.
    drawn: Vec<(Kind, u64, u64)>,
    /// True if a host or an address stands in several places: then its one rank is compared in all of them.
    repeated: bool,
}

impl<'s> EnumeratedRanks<'s> {
    pub(crate) fn new(enumeration: &'s mut Enumeration, candidates: &[Candidate]) -> Self {
        let repeated = candidates.iter().enumerate().any(|(i, candidate)| {
            candidates[..i].iter().any(|other| {
                let same_host = other.host == candidate.host;
                other.address == candidate.address || (same_host && other.preference != candidate.preference)
            })
        });
        Self { enumeration, drawn: Vec::new(), repeated }
    }

    fn rank(&mut self, kind: Kind, whose: u64) -> u64 {
        let kind = if self.repeated { (kind.0, 0, 0, 0) } else { kind };
        let known = self.drawn.iter().find(|(other, owner, _)| *other == kind && *owner == whose);
        if let Some(&(_, _, rank)) = known {
            return rank;
        }
        let mut ranks: Vec<u64> =
            self.drawn.iter().filter(|(other, ..)| *other == kind).map(|&(.., rank)| rank).collect();
        ranks.sort_unstable();
        let gap = self.enumeration.choose(ranks.len() + 1);
        let below = gap.checked_sub(1).map_or(0, |i| ranks[i]);
        let above = ranks.get(gap).copied().unwrap_or(u64::MAX);
        let rank = below + (above - below) / 2;
        self.drawn.push((kind, whose, rank));
        rank
    }
}

impl RankSource for EnumeratedRanks<'_> {
    fn host(&mut self, candidate: &Candidate) -> u64 {
        self.rank((0, candidate.preference, 0, 0), u64::from(candidate.host.0))
    }

    fn pooled(&mut self, candidate: &Candidate, occurrence: u64) -> u64 {
        self.rank((1, candidate.preference, 0, 0), u64::from(candidate.address.0) | occurrence << 16)
    }

    fn address(&mut self, candidate: &Candidate, family: u8) -> u64 {
        self.rank((2, candidate.preference, candidate.host.0, family), u64::from(candidate.address.0))
    }

    fn swaps(&mut self, _i: usize) -> bool {
        self.enumeration.choose(2) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AddressId, HostId};

    #[test]
    fn every_path_is_taken_once_and_probabilities_add_up_to_one() {
        // A coin; heads lead to a die, tails to another coin.
        let all = outcomes(100, |enumeration| match enumeration.choose(2) {
            0 => (0, enumeration.choose(6)),
            _ => (1, enumeration.choose(2)),
        });
        let all = all.unwrap_or_default();
        assert_eq!(all.len(), 8);
        assert!((all.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(all[7], ((1, 1), 0.25));
        assert!(outcomes(7, |enumeration| enumeration.choose(8)).is_none());
    }

    #[test]
    fn ranks_of_one_kind_fall_into_every_order_alike() {
        let candidate = |host| Candidate {
            preference: 10,
            host: HostId(host),
            address: AddressId(host),
            ..Candidate::NONE
        };
        let list = [candidate(0), candidate(1), candidate(2)];
        let orders = outcomes(100, |enumeration| {
            let mut ranks = EnumeratedRanks::new(enumeration, &list);
            let mut order = [0, 1, 2];
            order.sort_by_key(|&i| ranks.host(&list[i]));
            order
        });
        let orders = orders.unwrap_or_default();
        let distinct: std::collections::BTreeSet<_> = orders.iter().map(|(order, _)| *order).collect();
        assert_eq!((orders.len(), distinct.len()), (6, 6));
    }
}
