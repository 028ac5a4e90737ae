//! The order of one answer: base, then transform.
//!
//! A rotation keeps cyclic neighbours together, a shuffle does not; that alone decides who inherits the mail of a dead host from senders
//! that walk the list.

use super::order_policy::{Base, Direction, Driver, OrderPolicy, Transform};
use super::record_type::RecordType;
use crate::random::Key;
use smallvec::SmallVec;

/// Positions of records in the zone's own order, in the order of an answer.
pub type Order = SmallVec<[u8; 8]>;

/// Where the luck of an answer comes from: the [`Key`] of one decision, or something that goes through all decisions there are.
pub trait Draws {
    /// By how many of `n` places a rotation moves.
    fn offset(&mut self, n: usize) -> usize;
    /// Which of the `n` records still in the pot step `i` of a shuffle takes.
    fn step(&mut self, i: usize, n: usize) -> usize;
    /// The one seed of a shuffle of `n` records; only its remainders by numbers up to `n` are used.
    fn seed(&mut self, n: usize) -> usize;
}

impl Draws for Key {
    fn offset(&mut self, n: usize) -> usize {
        self.below(n)
    }

    fn step(&mut self, i: usize, n: usize) -> usize {
        self.child(i as u64).below(n)
    }

    fn seed(&mut self, _n: usize) -> usize {
        (self.word() >> 32) as usize
    }
}

/// What one rendering of an answer depends on besides its policy.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a, D = Key> {
    /// How far the counter of this policy's driver stands; not used by [`Driver::Random`].
    pub counter: u64,
    /// The decision for this rendering; for [`Transform::SortForClient`] that of the client.
    pub draw: D,
    /// Weights of the records by their position in the zone; empty if all are equal.
    pub weights: &'a [u32],
}

/// The order kept before the transform, from the order in which the records came and their canonical order.
#[must_use]
pub fn base_order(policy: &OrderPolicy, received: &Order, canonical: &Order) -> Order {
    match policy.base {
        Base::AsReceived => Order::from_slice(received),
        Base::Canonical if received.len() == canonical.len() => Order::from_slice(canonical),
        // Not every record came.
        Base::Canonical => canonical.iter().filter(|position| received.contains(position)).copied().collect(),
    }
}

/// Transforms a base order into the order of an answer.
pub fn render<D: Draws>(policy: &OrderPolicy, record_type: RecordType, order: &mut Order, turn: Turn<'_, D>) {
    if order.len() < 2 || !policy.types.contains(record_type) {
        return;
    }
    match policy.transform {
        Transform::None => {}
        Transform::Rotate => rotate(policy, order, turn),
        Transform::Shuffle | Transform::SortForClient => shuffle(order, turn.draw),
        Transform::ShuffleOneSeed => shuffle_one_seed(order, turn.draw),
        Transform::FirstByWeight => first_by_weight(order, turn),
    }
    if let Some(most) = policy.max_records {
        order.truncate(usize::from(most));
    }
}

/// Puts one record first, drawn by weight. Weights that are all zero are equal (Route 53).
fn first_by_weight<D: Draws>(order: &mut Order, mut turn: Turn<'_, D>) {
    let weight =
        |position: &u8| turn.weights.get(usize::from(*position)).map_or(1, |&weight| weight as usize);
    let total: usize = order.iter().map(weight).sum();
    let place = if total == 0 {
        turn.draw.offset(order.len())
    } else {
        let mut ticket = turn.draw.offset(total);
        order
            .iter()
            .map(weight)
            .position(|weight| {
                let drawn = ticket < weight;
                ticket = ticket.wrapping_sub(weight);
                drawn
            })
            .unwrap_or(0)
    };
    order[..=place].rotate_right(1);
}

fn rotate<D: Draws>(policy: &OrderPolicy, order: &mut Order, mut turn: Turn<'_, D>) {
    let n = order.len();
    let offset = match policy.driver {
        Driver::Random => turn.draw.offset(n),
        Driver::CounterFromZero
        | Driver::CounterSequential
        | Driver::CounterFromRandom
        | Driver::CounterOfProcess
        | Driver::CounterOfProcessFromRandom => (turn.counter % n as u64) as usize,
    };
    match policy.direction {
        Direction::Forward => order.rotate_left(offset),
        Direction::Backward => order.rotate_right(offset),
    }
}

/// Fisher-Yates with a fresh draw for each step.
fn shuffle(order: &mut Order, mut draw: impl Draws) {
    let n = order.len();
    for i in 0..n - 1 {
        let j = i + draw.step(i, n - i);
        order.swap(i, j);
    }
}

/// BIND 9.18 and 9.20, lib/dns/rdataset.c `towiresorted`: step i swaps with i + seed mod (n - i), the same 32-bit seed for all steps.
fn shuffle_one_seed(order: &mut Order, mut draw: impl Draws) {
    let n = order.len();
    let seed = draw.seed(n);
    for i in 0..n {
        order.swap(i, i + seed % (n - i));
    }
}

#[cfg(test)]
mod tests {
    use super::super::TypeSet;
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};
    use std::collections::BTreeMap;

    fn policy(transform: Transform, driver: Driver) -> OrderPolicy {
        OrderPolicy { transform, driver, types: TypeSet::ALL, ..OrderPolicy::AS_RECEIVED }
    }

    fn orders(policy: &OrderPolicy, n: u8, draws: u64) -> BTreeMap<Vec<u8>, u64> {
        let key = Entropy::new(2, 0).key(StreamId::new("resolver", Purpose::Answer));
        let mut seen = BTreeMap::new();
        for counter in 0..draws {
            let mut order: Order = (0..n).collect();
            render(
                policy,
                RecordType::Mx,
                &mut order,
                Turn { counter, draw: key.child(counter), weights: &[] },
            );
            *seen.entry(order.to_vec()).or_insert(0) += 1;
        }
        seen
    }

    #[test]
    fn a_rotation_reaches_only_rotations() {
        assert_eq!(orders(&policy(Transform::Rotate, Driver::Random), 3, 1_000).len(), 3);
        let cyclic = orders(&policy(Transform::Rotate, Driver::CounterFromZero), 3, 3);
        assert_eq!(cyclic.keys().cloned().collect::<Vec<_>>(), [vec![0, 1, 2], vec![1, 2, 0], vec![2, 0, 1]]);
    }

    /// Enumerated by hand: BIND's one seed reaches all 6 orders of 3 records, 12 of 24 of 4, 60 of 720 of 6.
    #[test]
    fn one_seed_reaches_as_many_orders_as_in_bind() {
        for (n, reached) in [(3, 6), (4, 12), (5, 60), (6, 60)] {
            assert_eq!(
                orders(&policy(Transform::ShuffleOneSeed, Driver::Random), n, 40_000).len(),
                reached,
                "n = {n}"
            );
        }
    }

    /// Theory: 24 equally likely orders. n = 240,000; chi-square with 23 degrees of freedom stays below 58.6 at 6 in 100,000.
    #[test]
    fn a_full_shuffle_is_uniform() {
        let seen = orders(&policy(Transform::Shuffle, Driver::Random), 4, 240_000);
        let chi: f64 = seen.values().map(|&count| (count as f64 - 10_000.0).powi(2) / 10_000.0).sum();
        assert_eq!(seen.len(), 24);
        assert!(chi < 58.6, "chi-square {chi}");
    }

    #[test]
    fn types_out_of_scope_keep_their_order() {
        let mut only_addresses = policy(Transform::Rotate, Driver::CounterFromZero);
        only_addresses.types = TypeSet::ADDRESSES;
        let mut order: Order = (0..3).collect();
        let draw = Entropy::new(1, 0).key(StreamId::new("x", Purpose::Answer));
        render(&only_addresses, RecordType::Mx, &mut order, Turn { counter: 1, draw, weights: &[] });
        assert_eq!(order.as_slice(), [0, 1, 2]);
        render(&only_addresses, RecordType::A, &mut order, Turn { counter: 1, draw, weights: &[] });
        assert_eq!(order.as_slice(), [1, 2, 0]);
    }

    /// Theory: weights 3, 1, 0 make the first record first in 3 of 4 answers. n = 40,000; 5 standard errors are 0.011, 6 in 10 million.
    #[test]
    fn one_record_is_drawn_by_weight() {
        let mut one = policy(Transform::FirstByWeight, Driver::Random);
        one.max_records = Some(1);
        let key = Entropy::new(6, 0).key(StreamId::new("authority", Purpose::Answer));
        let mut first = [0_u32; 3];
        for i in 0..40_000 {
            let mut order: Order = (0..3).collect();
            let turn = Turn { counter: 0, draw: key.child(i), weights: &[3, 1, 0] };
            render(&one, RecordType::A, &mut order, turn);
            assert_eq!(order.len(), 1);
            first[usize::from(order[0])] += 1;
        }
        assert_eq!(first[2], 0);
        assert!((f64::from(first[0]) / 40_000.0 - 0.75).abs() < 0.011, "{first:?}");
        one.max_records = None;
        let mut order: Order = (0..3).collect();
        render(&one, RecordType::A, &mut order, Turn { counter: 0, draw: key, weights: &[0, 0, 1] });
        assert_eq!(order.as_slice(), [2, 0, 1], "the others stay as they were");
    }
}
