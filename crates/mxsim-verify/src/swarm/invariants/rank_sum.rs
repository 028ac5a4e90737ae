//! The rank sum test of Wilcoxon (1945), exact: whatever the distribution, two samples of it are mixed in every order alike.

use mxsim_core::random::Key;

/// The largest count of pairs, in which a value of the first sample is above one of the second, that two samples of `n` values of one distribution
/// stay at or below with a chance of at most `level` (one side).
#[must_use]
pub(super) fn critical(n: usize, level: f64) -> usize {
    let orders = orders(n);
    let all: f64 = orders.iter().sum();
    let mut below = 0.0;
    let rare = orders.iter().take_while(|count| {
        below += *count / all;
        below <= level
    });
    rare.count().saturating_sub(1)
}

/// How many of the orders of n and n values have each count of pairs: N(i, j, u) = N(i - 1, j, u - j) + N(i, j - 1, u), after which value is the largest.
fn orders(n: usize) -> Vec<f64> {
    let most = n * n;
    let mut of_one_less = vec![vec![0.0; most + 1]; n + 1];
    of_one_less.iter_mut().for_each(|orders| orders[0] = 1.0);
    for _ in 1..=n {
        let mut of_this = vec![vec![0.0; most + 1]; n + 1];
        of_this[0][0] = 1.0;
        for j in 1..=n {
            for u in 0..=most {
                let first_is_largest = if u >= j { of_one_less[j][u - j] } else { 0.0 };
                of_this[j][u] = first_is_largest + of_this[j - 1][u];
            }
        }
        of_one_less = of_this;
    }
    of_one_less.swap_remove(n)
}

/// In how many pairs the value of `a` is above that of `b`. Equal values are put in order by coins, which keeps the law exact.
#[must_use]
pub(super) fn pairs_above(a: &[u64], b: &[u64], coins: Key) -> usize {
    let marked = |values: &[u64], label: u64| -> Vec<(u64, u64)> {
        let own = coins.child(label);
        values.iter().enumerate().map(|(place, value)| (*value, own.child(place as u64).word())).collect()
    };
    let (a, b) = (marked(a, 0), marked(b, 1));
    a.iter().map(|first| b.iter().filter(|second| first > second).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mxsim_core::random::{Entropy, Purpose, StreamId};

    /// Two of two: the six orders have 0, 1, 2, 2, 3 and 4 pairs. Three of three, from tables: P(U = 0) = 1/20.
    #[test]
    fn the_law_is_that_of_tables() {
        assert_eq!(orders(2), [1.0, 1.0, 2.0, 1.0, 1.0]);
        assert_eq!(orders(3).iter().sum::<f64>(), 20.0);
        // Mann and Whitney (1947): of 8 and 8 at 2.5 % on one side, 13.
        assert_eq!(critical(8, 0.025), 13);
    }

    #[test]
    fn pairs_are_counted_and_ties_are_fair() {
        let coins = |seed| Entropy::new(seed, 0).key(StreamId::new("coins", Purpose::Choice));
        assert_eq!(pairs_above(&[3, 4], &[1, 2], coins(1)), 4);
        assert_eq!(pairs_above(&[1, 2], &[3, 4], coins(1)), 0);
        let ties: usize = (0..1_000).map(|seed| pairs_above(&[7], &[7], coins(seed))).sum();
        assert!((400..600).contains(&ties), "{ties}");
    }
}
