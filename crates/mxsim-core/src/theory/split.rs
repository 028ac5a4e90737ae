//! How evenly independent choices split mail over equal nodes.
//!
//! Throwing M messages on n nodes is the oldest problem of occupancy: each node's count is binomial, the counts together multinomial
//! (Feller 1968, *An Introduction to Probability Theory* vol. 1, section VI.9). Lumps - choosers that keep one node through the whole
//! window - make the same law coarser: as if there were fewer, equal choosers.

use super::sticky::lumped_variance;
use statrs::function::erf::{erfc, erfc_inv};

/// Variance of one node's share when `messages` independent messages choose among `nodes` equal nodes.
#[must_use]
pub fn split_variance(nodes: usize, messages: f64) -> f64 {
    lumped_variance(0.0, nodes, messages)
}

/// Chance that all `nodes` equal nodes lie within `tolerance` (relative, 0.25 for a quarter) of their fair share, when the share of one has
/// variance `variance`.
///
/// Normal approximation of the multinomial law with its exact correlation -1/(n - 1). With two nodes one decides for both. With more the
/// deviations of shares are those of n independent normal values from their own mean, which is integrated numerically. Good to about a
/// hundredth once a node's share has 30 or so equal choosers behind it, too optimistic for a few very unequal lumps.
#[must_use]
pub fn all_within(nodes: usize, variance: f64, tolerance: f64) -> f64 {
    if nodes < 2 || variance <= 0.0 {
        return 1.0;
    }
    let limit = tolerance / nodes as f64 / variance.sqrt();
    if nodes == 2 {
        return 1.0 - two_sided_tail(limit);
    }
    symmetric_box(nodes, limit)
}

/// 2 P(Z > z) of a standard normal Z; for z above zero P(|Z| > z).
fn two_sided_tail(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2)
}

/// P(all |X_i| <= limit) for n standard normal values of correlation -1/(n - 1), which add up to zero.
///
/// With independent standard normal Y_i, X_i = (Y_i - mean Y) sqrt(n / (n - 1)). Fourier's inversion for the sum being zero:
/// P = c * integral of phi(t)^n dt, where phi(t) is the characteristic function of Y cut to [-b, b] and c makes the whole 1
/// (b = limit sqrt((n - 1) / n)). Y is conditioned on its sum, so its density there is the ratio of two integrals.
fn symmetric_box(nodes: usize, limit: f64) -> f64 {
    let n = nodes as f64;
    let bound = limit * ((n - 1.0) / n).sqrt();
    // Beyond nine deviations the box is everything.
    if bound > 9.0 {
        return 1.0;
    }
    // The sum lies within n * bound, so equal steps of less than 2 pi over that give the integral without any error of theirs (Shannon);
    // half as long to be safe. The uncut transform falls as e^(-t^2/2), to the power n, and is nothing beyond 7; what is cut off adds at most
    // 4 density(bound) / t, so go on to 60 for a bound of one deviation and less far where less is cut off.
    let step = std::f64::consts::PI / (n * bound);
    let last = (60.0 * libm::exp(0.5 * (1.0 - bound * bound))).clamp(7.0, 60.0);
    let steps = (last / step).ceil() as u32;
    let density = weighted_density(bound);
    let inside: f64 = (0..steps)
        .map(|k| {
            let half = if k == 0 { 0.5 } else { 1.0 };
            half * cut_transform(f64::from(k) * step, bound, &density).powi(nodes.min(1 << 20) as i32)
        })
        .sum();
    // The integral of e^(-n t^2 / 2) over t > 0.
    let whole = (std::f64::consts::PI / (2.0 * n)).sqrt();
    (inside * step / whole).clamp(0.0, 1.0)
}

/// Cells of [0, bound] in Simpson's rule.
const CELLS: u32 = 400;

/// e^(-y^2 / 2) at the ends of the cells, each with its weight in Simpson's rule.
fn weighted_density(bound: f64) -> Vec<f64> {
    let weight = |i: u32| match i {
        0 | CELLS => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let width = bound / f64::from(CELLS);
    let value = |i: u32| {
        let y = f64::from(i) * width;
        weight(i) * libm::exp(-0.5 * y * y)
    };
    (0..=CELLS).map(value).collect()
}

/// Integral of cos(t y) times the standard normal density over [-bound, bound], from [`weighted_density`].
///
/// The cosines of equal steps follow from one by Chebyshev's recurrence, cos((i + 1) x) = 2 cos x cos(i x) - cos((i - 1) x), which loses
/// less than 1e-10 in 400 steps.
fn cut_transform(t: f64, bound: f64, density: &[f64]) -> f64 {
    let width = bound / f64::from(CELLS);
    let first = libm::cos(t * width);
    let (mut before, mut now, mut sum) = (first, 1.0, 0.0);
    for density in density {
        sum += now * density;
        (before, now) = (now, 2.0 * first * now - before);
    }
    2.0 / (2.0 * std::f64::consts::PI).sqrt() * width / 3.0 * sum
}

/// One group of senders that keep their choice through the whole window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StickyGroup {
    /// Its part of all mail, 0..1.
    pub share: f64,
    /// Equal choosers in it, each on its own.
    pub choosers: u32,
}

/// What can be said of a split without simulating.
///
/// Valid for equal MX hosts without outage, and senders of two kinds only: those that draw a host uniformly for each message, and those
/// whose outbound hosts draw one uniformly and keep it through the window. It says nothing about senders that follow the order of the
/// DNS answer, pool addresses of hosts with unequally many, or keep a host for only a part of the window (see [`super::sticky`]).
///
/// ```
/// use mxsim_core::theory::split::{SplitForecast, StickyGroup};
/// let top = [StickyGroup { share: 0.38, choosers: 40 }, StickyGroup { share: 0.27, choosers: 40 }];
/// let forecast = SplitForecast::new(3, &top, 4_000_000.0);
/// assert!((forecast.effective_choosers.unwrap() - 184.0).abs() < 1.0);
/// assert!(forecast.busiest_p95 > 0.40 && forecast.busiest_p95 < 0.42);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitForecast {
    /// Fair share of each node.
    pub fair_share: f64,
    /// Standard deviation of a node's share from window to window.
    pub deviation: f64,
    /// On 19 of 20 windows the busiest node carries at most this. Conservative: the tails of the nodes are added as if they never
    /// happened together (Bonferroni), and normal tails stand for binomial ones, which is close from 30 effective choosers on.
    pub busiest_p95: f64,
    /// How many independent, equal choosers would scatter as much; `None` without scatter.
    pub effective_choosers: Option<f64>,
    /// Chance that all nodes are within a quarter of their fair share.
    pub within_quarter: f64,
    /// Chance that all nodes are within a tenth of it.
    pub within_tenth: f64,
}

impl SplitForecast {
    /// The forecast for `nodes` equal nodes, some sticky groups, and the rest of `messages` choosing for each message.
    ///
    /// A group without choosers counts to the rest. Without nodes everything is zero.
    #[must_use]
    pub fn new(nodes: usize, sticky: &[StickyGroup], messages: f64) -> Self {
        let lumps: f64 = sticky
            .iter()
            .filter(|group| group.choosers > 0)
            .map(|group| group.share * group.share / f64::from(group.choosers))
            .sum();
        Self::of_lumps(nodes, lumps, messages)
    }

    /// The same for a sum of squared lumps: of each chooser the square of its part of the mail, less what averages out over the window
    /// (see [`super::sticky`]).
    #[must_use]
    pub fn of_lumps(nodes: usize, lumps: f64, messages: f64) -> Self {
        let fair_share = if nodes == 0 { 0.0 } else { 1.0 / nodes as f64 };
        let variance = lumped_variance(lumps, nodes, messages);
        let deviation = variance.sqrt();
        let effective = (variance > 0.0).then(|| fair_share * (1.0 - fair_share) / variance);
        Self {
            fair_share,
            deviation,
            busiest_p95: (fair_share + busiest_factor(nodes) * deviation).min(1.0),
            effective_choosers: effective,
            within_quarter: all_within(nodes, variance, 0.25),
            within_tenth: all_within(nodes, variance, 0.10),
        }
    }
}

/// What lumps of a given size do to a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LumpForecast {
    /// As in [`SplitForecast`].
    pub busiest_p95: f64,
    /// Whether all nodes are within the tolerance on 19 of 20 windows.
    pub within: bool,
}

/// The split of `messages` over `nodes` equal nodes for a sum of squared lumps `lumps`, in a moment: the tails of the nodes are added as
/// if they never happened together (Bonferroni), which is exact for two nodes and a little pessimistic for more.
#[must_use]
pub fn lump_forecast(nodes: usize, lumps: f64, messages: f64, tolerance: f64) -> LumpForecast {
    let fair = if nodes == 0 { 0.0 } else { 1.0 / nodes as f64 };
    let deviation = lumped_variance(lumps, nodes, messages).sqrt();
    // Both tails of each node count; of two nodes one has both whenever the other has.
    let tails = if nodes == 2 { 2.0 } else { 2.0 * nodes as f64 };
    let limit = std::f64::consts::SQRT_2 * erfc_inv(2.0 * 0.05 / tails);
    LumpForecast {
        busiest_p95: (fair + busiest_factor(nodes) * deviation).min(1.0),
        within: nodes < 2 || limit * deviation <= tolerance * fair,
    }
}

/// z with n P(Z > z) = 0.05; for two nodes this is exact, because then one is above as often as the other is below.
fn busiest_factor(nodes: usize) -> f64 {
    if nodes < 2 { 0.0 } else { std::f64::consts::SQRT_2 * erfc_inv(2.0 * 0.05 / nodes as f64) }
}

/// On 19 of 20 windows the busiest of nodes with the fair shares `fair` carries at most this if each of `messages` messages draws its node
/// anew. The tails of the nodes are added as if they never happened together, normal tails stand for binomial ones. `None` with fewer than
/// two nodes that are to get mail, and without messages.
///
/// ```
/// use mxsim_core::theory::split::busiest_by_message;
/// let busiest = busiest_by_message(&[1.0 / 3.0; 3], 60_000.0).unwrap();
/// assert!(busiest > 0.336 && busiest < 0.338);
/// ```
#[must_use]
pub fn busiest_by_message(fair: &[f64], messages: f64) -> Option<f64> {
    let meant = || fair.iter().copied().filter(|fair| *fair > 0.0);
    if meant().count() < 2 || messages <= 0.0 {
        return None;
    }
    let beyond = |share: f64| -> f64 {
        meant()
            .map(|fair| 0.5 * two_sided_tail((share - fair) / (fair * (1.0 - fair) / messages).sqrt()))
            .sum()
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if beyond(middle) > 0.05 { low = middle } else { high = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact multinomial by enumeration of all counts of 600 equal choosers over three nodes.
    fn exact(tolerance: f64) -> f64 {
        let total = 600u32;
        let fair = 200.0;
        let log_factorial = |k: u32| libm::lgamma(f64::from(k) + 1.0);
        let near = |k: u32| (f64::from(k) - fair).abs() <= tolerance * fair + 1e-9;
        let mut sum = 0.0;
        for a in (0..=total).filter(|k| near(*k)) {
            for b in (0..=total - a).filter(|k| near(*k)) {
                let c = total - a - b;
                if near(c) {
                    let log = log_factorial(total) - log_factorial(a) - log_factorial(b) - log_factorial(c);
                    sum += libm::exp(log - f64::from(total) * libm::log(3.0));
                }
            }
        }
        sum
    }

    /// The integral does not depend on where it ends: the whole chance grows with the limit, and without a limit it is one.
    #[test]
    fn the_joint_chance_grows_to_one() {
        for nodes in [3, 4, 12] {
            let chances: Vec<f64> =
                (1..=90).map(|tenths| symmetric_box(nodes, 0.1 * f64::from(tenths))).collect();
            assert!(chances.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6), "{nodes}: {chances:?}");
            assert!((chances[89] - 1.0).abs() < 1e-9, "{nodes}: {}", chances[89]);
        }
    }

    #[test]
    fn the_joint_chance_is_the_multinomials() {
        let variance = split_variance(3, 600.0);
        for tolerance in [0.105, 0.155, 0.255] {
            // The tolerances above are whole counts; half a count more is the usual correction.
            let (normal, whole) = (all_within(3, variance, tolerance + 0.0025), exact(tolerance));
            assert!((normal - whole).abs() < 0.01, "{tolerance}: {normal} {whole}");
        }
        assert!((all_within(2, 0.25 / 100.0, 0.196) - 0.95).abs() < 1e-3);
        assert_eq!(all_within(1, 0.1, 0.1), 1.0);
    }

    /// The quick forecast agrees with the slow one where it matters: Bonferroni misses the edge of 95 % by less than half a point.
    #[test]
    fn the_quick_forecast_knows_the_edge() {
        for nodes in [2, 3, 8] {
            for choosers in [20, 60, 150, 400, 1_200] {
                let slow = SplitForecast::new(nodes, &[StickyGroup { share: 1.0, choosers }], 1e9);
                let quick = lump_forecast(nodes, 1.0 / f64::from(choosers), 1e9, 0.25);
                assert_eq!(quick.busiest_p95, slow.busiest_p95);
                let clear = (slow.within_quarter - 0.95).abs() > 0.005;
                assert!(!clear || quick.within == (slow.within_quarter > 0.95), "{nodes} {choosers}");
            }
        }
    }

    #[test]
    fn a_draw_for_each_message_is_the_split_without_lumps() {
        for nodes in [2, 3, 8] {
            let fair = vec![1.0 / nodes as f64; nodes];
            let (direct, forecast) =
                (busiest_by_message(&fair, 9_000.0).unwrap(), SplitForecast::new(nodes, &[], 9_000.0));
            assert!((direct - forecast.busiest_p95).abs() < 1e-9, "{nodes}");
        }
        // One of two nodes with three quarters of the mail: z = 1.645 for it alone, because the other never comes near.
        let uneven = busiest_by_message(&[0.75, 0.25, 0.0], 1_000.0).unwrap();
        assert!((uneven - (0.75 + 1.645 * (0.1875f64 / 1_000.0).sqrt())).abs() < 1e-5, "{uneven}");
        assert_eq!(busiest_by_message(&[1.0, 0.0], 10.0), None);
        assert_eq!(busiest_by_message(&[0.5, 0.5], 0.0), None);
    }

    #[test]
    fn few_choosers_are_seldom_even() {
        let forecast = SplitForecast::new(3, &[StickyGroup { share: 1.0, choosers: 3 }], 1e6);
        assert!((forecast.effective_choosers.unwrap() - 3.0).abs() < 0.01);
        assert!(forecast.within_quarter < 0.4 && forecast.busiest_p95 > 0.8);
        assert_eq!(SplitForecast::new(0, &[], 1.0).busiest_p95, 0.0);
        let alone = SplitForecast::new(1, &[], 1.0);
        assert_eq!((alone.busiest_p95, alone.effective_choosers, alone.within_quarter), (1.0, None, 1.0));
    }

    /// Theory: Bonferroni never promises too little room. 20,000 days of 2,000 choosers over three nodes (xorshift); the fraction of days
    /// inside has a standard error of 0.0015, and whole counts move it by at most 0.003.
    #[test]
    fn the_busiest_node_stays_below_the_forecast_on_nineteen_days_of_twenty() {
        let forecast = SplitForecast::new(3, &[StickyGroup { share: 1.0, choosers: 2_000 }], 1e12);
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        let days = 20_000u32;
        let inside = (0..days)
            .filter(|_| {
                let mut counts = [0u32; 3];
                for _ in 0..2_000 {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    counts[((u128::from(state) * 3) >> 64) as usize] += 1;
                }
                f64::from(counts.into_iter().max().unwrap_or(0)) / 2_000.0 <= forecast.busiest_p95
            })
            .count();
        let fraction = inside as f64 / f64::from(days);
        assert!((0.943..0.965).contains(&fraction), "{fraction}");
    }
}
