//! A share that fades away after a change: the part of the mail that still goes the old way, bin by bin, and when it has fallen below a limit.
//!
//! Replications are added up, because the last thousandth of the mail is too little to be seen in a single one. The share is taken to fall and never to
//! rise again (isotonic regression, Barlow et al. 1972), which takes out the noise of bins with little mail. How sure the moments are is told by a
//! jackknife over blocks of replications, as everywhere.

use super::interval::{Blocks, Ratio, jackknife};
use crate::results::Interval;

/// What went the old way in each bin of each replication, and what went at all.
#[derive(Debug, Clone, Default)]
pub struct Fading {
    /// Where bins begin and end (s), rising; one more than there are bins.
    pub edges: Vec<f64>,
    /// By replication and bin.
    pub old: Vec<Vec<f64>>,
    /// The same of all.
    pub all: Vec<Vec<f64>>,
}

impl Fading {
    /// The share in each bin with its 95 % interval; a bin without anything has the value 0 and no bounds.
    #[must_use]
    pub fn shares(&self) -> Vec<Interval> {
        let none = Interval::alone(0.0);
        let share = |bin: usize| {
            let pairs = self.old.iter().zip(&self.all).map(move |(old, all)| (old[bin], all[bin]));
            Ratio::of(pairs).map_or(none, |ratio| ratio.share_interval())
        };
        (0..self.edges.len().saturating_sub(1)).map(share).collect()
    }

    /// When the share falls below `limit` for good (s), with its 95 % interval. `None` if it does not before the last edge; a bound is missing where
    /// it cannot be given.
    #[must_use]
    pub fn falls_below(&self, limit: f64) -> Option<Interval> {
        let blocks = Blocks::new(self.old.len());
        let crossing =
            |left_out| self.crossing(limit, |replication| left_out == Some(blocks.block_of(replication)));
        let Interval { value, low, high } = jackknife(blocks, false, crossing)?;
        // Where in its bin it falls nobody can tell.
        let half = self.width_at(value) / 2.0;
        let end = self.edges.last().copied().unwrap_or(0.0);
        let wider = |bound: Option<f64>, by: f64| bound.map(|bound| (bound + by).clamp(0.0, end));
        Some(Interval { value, low: wider(low, -half), high: wider(high, half) })
    }

    /// The width of the bin around a moment.
    fn width_at(&self, at: f64) -> f64 {
        let bin = self.edges.partition_point(|edge| *edge <= at).clamp(1, self.edges.len() - 1);
        self.edges[bin] - self.edges[bin - 1]
    }

    /// The same without an interval, and without the replications that are left out.
    fn crossing(&self, limit: f64, is_left_out: impl Fn(usize) -> bool) -> Option<f64> {
        let bins = self.edges.len().saturating_sub(1);
        let kept: Vec<usize> = (0..self.old.len()).filter(|replication| !is_left_out(*replication)).collect();
        let sum =
            |of: &[Vec<f64>], bin: usize| kept.iter().map(|replication| of[*replication][bin]).sum::<f64>();
        let counts = (0..bins).map(|bin| (bin, sum(&self.old, bin), sum(&self.all, bin)));
        let filled: Vec<(usize, f64, f64)> = counts.filter(|(_, _, all)| *all > 0.0).collect();
        let falling = non_increasing(filled.iter().map(|(_, old, all)| (*old, *all)));
        let Some(last) = falling.iter().rposition(|share| *share > limit) else { return Some(0.0) };
        let middle = |place: usize| (self.edges[filled[place].0] + self.edges[filled[place].0 + 1]) / 2.0;
        let (above, below) = (falling[last], *falling.get(last + 1)?);
        let part = (above - limit) / (above - below);
        Some(middle(last) + part * (middle(last + 1) - middle(last)))
    }
}

/// The shares that never rise and are nearest to these, weighted by the wholes: neighbours that rise are put together (pool adjacent violators).
fn non_increasing(parts: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (part, whole) in parts {
        let mut pool = (part, whole, 1);
        while let Some(before) = pools.pop_if(|before| before.0 * pool.1 < pool.0 * before.1) {
            pool = (before.0 + pool.0, before.1 + pool.1, before.2 + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(part, whole, bins)| std::iter::repeat_n(part / whole, bins)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rises_is_pooled() {
        let shares = non_increasing([(4.0, 4.0), (1.0, 4.0), (3.0, 4.0), (0.0, 4.0)].into_iter());
        assert_eq!(shares, [1.0, 0.5, 0.5, 0.0]);
    }

    /// A share that falls from 1 to 0 in a straight line is at one twentieth after 19 twentieths of the time, in every replication.
    #[test]
    fn a_straight_line_crosses_where_it_should() {
        let edges: Vec<f64> = (0..=120).map(f64::from).collect();
        let old: Vec<f64> = (0..120).map(|bin| (1_000.0 - 10.0 * (f64::from(bin) + 0.5)).max(0.0)).collect();
        let fading = Fading { edges, old: vec![old; 5], all: vec![vec![1_000.0; 120]; 5] };
        let crossed = fading.falls_below(0.05).expect("it falls");
        assert!((crossed.value - 95.0).abs() < 1e-9, "{crossed:?}");
        assert_eq!((crossed.low, crossed.high), (Some(crossed.value - 0.5), Some(crossed.value + 0.5)));
        assert_eq!(fading.falls_below(1.0).map(|at| at.value), Some(0.0));
        let stays = Fading { old: fading.all.clone(), ..fading };
        assert_eq!(stays.falls_below(0.5), None);
    }
}
