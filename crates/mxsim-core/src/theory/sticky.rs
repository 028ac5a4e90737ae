//! Senders that keep the host they chose: the lumps that make a day uneven.
//!
//! Many large senders do not choose per message: an outbound host keeps a connection, or a cached order, and all its mail goes to one
//! node until it chooses anew. Let choosers of weights w (sum 1) each keep a choice for exponential times of rate l and then choose one of
//! n hosts uniformly, perhaps the same again. Two messages of one chooser at times s and t then share their choice with chance
//! exp(-l |s - t|), and messages of different choosers never do. So over a window of length T with M messages
//!
//! ```text
//!   Var(share) = (1/n) (1 - 1/n) (S f + (1 - S f) / M),   S = sum of w^2,   f = E exp(-l |s - t|)
//! ```
//!
//! where s and t are the times of two messages. The first term is the variance of the mean of correlated indicators (Cochran 1977,
//! section 8.3); the second is the chance left to single messages, exact to order 1/M^2 for Poisson arrivals.

/// How much of one chooser's lumps survives averaging over a window under flat traffic: 2 (x - 1 + e^-x) / x^2 for x = rate times window.
/// 1 if it never chooses anew, 0 in the limit of choosing for each message.
#[must_use]
pub fn lump_factor(x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    // Below 0.01 the difference loses digits; four terms of the series are exact to 1e-11 there.
    if x < 0.01 {
        return 1.0 - x / 3.0 + x * x / 12.0 - x * x * x / 60.0;
    }
    2.0 * (x + libm::expm1(-x)) / (x * x)
}

/// The same under a rhythm: `rates` are relative loads of equally long cells that make up the window, and `x` is the rate of choosing anew
/// times the length of the whole window. Exact for rates that are constant in each cell.
#[must_use]
pub fn lump_factor_with_profile(rates: &[f64], x: f64) -> f64 {
    let total: f64 = rates.iter().sum();
    if rates.is_empty() || total <= 0.0 {
        return 0.0;
    }
    let cell = x / rates.len() as f64;
    // Within a cell the flat law holds. Between cells k apart, the double integral of e^-|s-t| over both is (e^((1-k) c) (1-e^-c)^2) / c^2.
    let within = lump_factor(cell);
    let one_side = if cell > 0.0 { -libm::expm1(-cell) / cell } else { 1.0 };
    let decay = libm::exp(-cell);
    // `reached` is the sum of the rates of the cells before this one, each decayed by the whole cells that lie between.
    let (mut reached, mut sum) = (0.0, 0.0);
    for rate in rates {
        sum += rate * rate * within + 2.0 * rate * reached * one_side * one_side;
        reached = reached * decay + rate;
    }
    sum / (total * total)
}

/// Variance of a node's share over a window: `weights` are the choosers' parts of all mail (they need not add up to 1; the rest chooses for
/// each message), `lump` their [`lump_factor`], `messages` the messages of the window, all of `nodes` equal.
#[must_use]
pub fn sticky_share_variance(weights: &[f64], nodes: usize, lump: f64, messages: f64) -> f64 {
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    lumped_variance(squares * lump, nodes, messages)
}

/// (1/n) (1 - 1/n) (L + (1 - L) / M) for a sum of squared lumps L.
pub(super) fn lumped_variance(lumps: f64, nodes: usize, messages: f64) -> f64 {
    if nodes == 0 {
        return 0.0;
    }
    let fair = 1.0 / nodes as f64;
    let single = if messages > 0.0 { (1.0 - lumps) / messages } else { 0.0 };
    fair * (1.0 - fair) * (lumps + single)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brute force: midpoint rule over a grid of 1,200 x 1,200 points; its error is of order 1/1200.
    fn by_grid(rates: &[f64], x: f64) -> f64 {
        let points = 1_200;
        let rate = |i: usize| rates[i * rates.len() / points];
        let (mut sum, mut total) = (0.0, 0.0);
        for i in 0..points {
            total += rate(i);
            for j in 0..points {
                sum += rate(i) * rate(j) * libm::exp(-x * (i as f64 - j as f64).abs() / points as f64);
            }
        }
        sum / (total * total)
    }

    #[test]
    fn the_profile_integral_agrees_with_a_fine_grid() {
        let office = [0.1, 0.2, 1.0, 2.0, 1.5, 0.2];
        for x in [0.0, 0.3, 4.0, 24.0] {
            let (exact, grid) = (lump_factor_with_profile(&office, x), by_grid(&office, x));
            assert!((exact - grid).abs() < 2e-3, "{x}: {exact} {grid}");
            let (flat, cells) = (lump_factor(x), lump_factor_with_profile(&[1.0; 24], x));
            assert!((flat - cells).abs() < 1e-10, "{x}: {flat} {cells}");
        }
    }

    #[test]
    fn the_series_meets_the_formula_and_the_limits_hold() {
        assert!((lump_factor(0.009_999_999) - lump_factor(0.01)).abs() < 1e-8);
        assert_eq!(lump_factor(0.0), 1.0);
        assert_eq!(lump_factor(f64::INFINITY), 0.0);
        assert_eq!(lump_factor_with_profile(&[], 1.0), 0.0);
    }

    /// Brute force: three choosers of weights 1/2, 1/4, 1/4 and two nodes, all eight choices.
    #[test]
    fn never_choosing_anew_is_the_variance_over_all_choices() {
        let weights = [0.5, 0.25, 0.25];
        let squares: f64 = (0..8u32)
            .map(|choice| {
                let share: f64 =
                    (0..3).filter(|chooser| choice >> chooser & 1 == 1).map(|chooser| weights[chooser]).sum();
                (share - 0.5) * (share - 0.5)
            })
            .sum();
        assert!((sticky_share_variance(&weights, 2, 1.0, f64::INFINITY) - squares / 8.0).abs() < 1e-15);
        // With no lumps at all it is the binomial variance.
        assert!((sticky_share_variance(&[], 3, 1.0, 600.0) - 2.0 / 9.0 / 600.0).abs() < 1e-15);
    }
}
