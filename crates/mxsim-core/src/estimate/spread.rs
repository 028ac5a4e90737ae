//! How a node's share spreads from window to window: by chance, and by plan.
//!
//! Replications live through the same plan (events, changes, profiles, days of the week) with other chance. So what the *same window* of several
//! replications differs by is chance, and what the means of *different windows* differ by is plan, less what chance leaves in these means:
//!
//! ```text
//!   E(share - mean)^2       = mean over windows of Var(share in the window)  + variance of the windows' mean shares
//!   spread over all windows = by chance                                      + by plan
//! ```
//!
//! The left side and the first term are estimated without bias, so their difference is, too, however the windows of a replication hang
//! together. Without a window that took mail in two replications neither is known.

use super::interval::{Blocks, jackknife};
use super::nodes::Moments;
use super::sample::Sample;
use super::window::Loads;
use crate::results::Interval;

/// A variance of shares below this is the rounding of a difference.
const ROUNDING: f64 = 1e-15;
/// No number between 0 and 1 has a larger standard deviation (Popoviciu 1935).
const MOST: f64 = 0.5;

/// The spread of one node's share.
#[derive(Debug)]
pub(super) struct Spread {
    blocks: Blocks,
    /// Of all replications, then without each jackknife block.
    parts: Vec<Part>,
    /// Whether windows can differ by plan: not where a replication is a single window; `None` if it cannot be told.
    has_places: Option<bool>,
}

/// Sums over windows of what replications say of each, weighted by the replications in which the window took mail.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    weight: f64,
    /// Variance that a single chooser would have: f (1 - f), f the window's mean share.
    single: f64,
    chance: f64,
    /// Variance over all windows.
    whole: Option<f64>,
}

/// Sums of the shares of one window over replications.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    total: f64,
    squares: f64,
}

impl Spread {
    /// That of the node.
    pub(super) fn new(loads: &Loads, node: usize) -> Self {
        let windows = loads.by_window(node);
        let blocks = Blocks::new(loads.replications());
        let repeated: Vec<_> = windows.iter().filter(|window| window.len() > 1).collect();
        let mut parts = vec![Part::default(); blocks.count + 1];
        repeated.iter().for_each(|window| add_window(&mut parts, blocks, window));
        let whole = Moments::by_block(&by_replication(&repeated, loads.replications()));
        for (place, part) in parts.iter_mut().enumerate() {
            part.whole = whole.without(place.checked_sub(1)).variance();
        }
        let has_places = match (repeated.len(), windows.len()) {
            (0, _) => None,
            (1, 1) => Some(false),
            (1, _) => None,
            _ => Some(true),
        };
        Self { blocks, parts, has_places }
    }

    fn part(&self, left_out: Option<usize>) -> &Part {
        &self.parts[left_out.map_or(0, |block| block + 1)]
    }

    /// Standard deviation by chance, with a log-jackknife interval; `None` where it cannot be told.
    pub(super) fn by_chance(&self) -> Option<Interval> {
        jackknife(self.blocks, true, |left_out| self.part(left_out).by_chance().map(f64::sqrt))
    }

    /// Standard deviation by plan, with a jackknife interval of its square; `None` where it cannot be told.
    pub(super) fn by_plan(&self) -> Option<Interval> {
        if !self.has_places? {
            return Some(Interval { value: 0.0, low: Some(0.0), high: Some(0.0) });
        }
        let variance = jackknife(self.blocks, false, |left_out| self.part(left_out).by_plan())?;
        let deviation = |variance: f64| variance.max(0.0).sqrt().min(MOST);
        Some(Interval {
            value: deviation(variance.value),
            low: variance.low.map(deviation),
            high: variance.high.map(deviation),
        })
    }
}

/// How many independent, equal choosers would scatter as much by chance: the sum over windows and nodes of f (1 - f) over that of
/// Var(share), with a log-jackknife interval; `None` without scatter. What is planned is in neither sum.
pub(super) fn effective_choosers(spreads: &[Spread]) -> Option<Interval> {
    jackknife(spreads.first()?.blocks, true, |left_out| {
        let sum = |of: fn(&Part) -> f64| spreads.iter().map(|spread| of(spread.part(left_out))).sum::<f64>();
        let (single, chance) = (sum(|part| part.single), sum(|part| part.chance));
        // Below this the variance is the rounding of shares that do not differ.
        (chance > 1e-24 * sum(|part| part.weight).max(1.0)).then(|| single / chance)
    })
}

impl Part {
    fn by_chance(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.chance / self.weight)
    }

    fn by_plan(&self) -> Option<f64> {
        let variance = self.whole? - self.by_chance()?;
        Some(if variance.abs() < ROUNDING { 0.0 } else { variance })
    }

    /// Adds a window whose shares were measured from `origin`; one that took mail once says nothing of chance.
    fn add(&mut self, window: &Sums, origin: f64) {
        if window.count < 1.5 {
            return;
        }
        let mean = window.total / window.count;
        let square = (window.squares / window.count - mean * mean).max(0.0);
        let variance = square * window.count / (window.count - 1.0);
        let share = origin + mean;
        // A mean from few replications has a square that is too large, by the variance of the mean.
        self.single += window.count * (share * (1.0 - share)) + variance;
        self.chance += window.count * variance;
        self.weight += window.count;
    }
}

/// Adds one window, given as replications and shares, to the whole and to all that is left without one block.
fn add_window(parts: &mut [Part], blocks: Blocks, window: &[(usize, f64)]) {
    // Measured from the first, so that equal shares have exactly no variance.
    let Some((_, origin)) = window.first().copied() else { return };
    let mut of_blocks = vec![Sums::default(); blocks.count];
    let mut all = Sums::default();
    for (replication, share) in window {
        let apart = share - origin;
        for sums in [&mut all, &mut of_blocks[blocks.block_of(*replication)]] {
            sums.count += 1.0;
            sums.total += apart;
            sums.squares += apart * apart;
        }
    }
    parts[0].add(&all, origin);
    for (part, block) in parts[1..].iter_mut().zip(of_blocks) {
        part.add(&all.without(block), origin);
    }
}

impl Sums {
    fn without(self, block: Self) -> Self {
        Self {
            count: self.count - block.count,
            total: self.total - block.total,
            squares: self.squares - block.squares,
        }
    }
}

/// The shares of these windows, replication by replication.
fn by_replication(windows: &[&Vec<(usize, f64)>], replications: usize) -> Sample {
    let mut shares = vec![Vec::with_capacity(windows.len()); replications];
    for (replication, share) in windows.iter().copied().flatten() {
        shares[*replication].push(*share);
    }
    let mut sample = Sample::default();
    for of_one in shares {
        of_one.into_iter().for_each(|share| sample.push(share));
        sample.end_replication();
    }
    sample
}
