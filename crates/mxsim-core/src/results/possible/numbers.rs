//! What single numbers, intervals and quantiles can be.

use super::Possible;
use crate::results::{Delay, Estimate, Interval, Moment};

/// Numbers of a document are written with ten digits, so sums and orders may miss by this much, relative to their size.
const SLACK: f64 = 1e-6;

/// Largest amount there can be: beyond all seconds, messages and rates of any run.
const MOST: f64 = 1e30;

/// The shortest window or bin (s): no run has one below a minute.
const SHORTEST: f64 = 1.0;

/// The 95 % half-width of the mean of two numbers, one 0 and the other 1: t(0.975, 1 degree of freedom) / 2. No interval of a share is wider, and
/// none of a difference of two shares is more than twice as wide.
const WIDEST: f64 = 6.354;

/// What a number counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bounds {
    /// A part of a whole, 0..1.
    Share,
    /// A difference of two shares, -1..1.
    Difference,
    /// A standard deviation of shares: half a whole is the most that numbers between 0 and 1 have.
    Deviation,
    /// A time, a rate or a number of things, from 0.
    Amount,
    /// The length of something that is counted in: a window, a bin (s).
    Length,
    /// Anything that is a number.
    Any,
}

impl Bounds {
    const fn ends(self) -> (f64, f64) {
        match self {
            Self::Share => (0.0, 1.0),
            Self::Difference => (-1.0, 1.0),
            Self::Deviation => (0.0, 0.5),
            Self::Amount => (0.0, MOST),
            Self::Length => (SHORTEST, MOST),
            Self::Any => (f64::MIN, f64::MAX),
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Share => "between 0 and 1",
            Self::Difference => "between -1 and 1",
            Self::Deviation => "between 0 and 0.5",
            Self::Amount => "an amount from 0",
            Self::Length => "a length of time",
            Self::Any => "a number",
        }
    }
}

/// One number between two others. Written this way round, not-a-number is refused as well.
pub(super) fn inside_of(what: &str, value: f64, least: f64, most: f64) -> Possible {
    let slack = SLACK * most.abs().max(1.0);
    if value >= least - slack && value <= most + slack {
        return Ok(());
    }
    Err(format!("{what} is {value}, not between {least} and {most}"))
}

/// Bounds that no mean of a share can have, however few replications there are.
fn not_too_wide(what: &str, bounds: Bounds, value: f64, ends: [Option<f64>; 2]) -> Possible {
    match bounds {
        Bounds::Share | Bounds::Difference => ends.into_iter().flatten().try_for_each(|end| {
            inside_of(&format!("{what} (bound)"), end, value - 2.0 * WIDEST, value + 2.0 * WIDEST)
        }),
        _ => Ok(()),
    }
}

/// One number. Written this way round, not-a-number is refused as well.
pub(super) fn inside(what: &str, bounds: Bounds, value: f64) -> Possible {
    let (least, most) = bounds.ends();
    if value >= least - SLACK && value <= most + SLACK {
        return Ok(());
    }
    Err(format!("{what} is {value}, not {}", bounds.in_words()))
}

/// Numbers of which none is below the one before it.
pub(super) fn ordered(what: &str, values: &[f64]) -> Possible {
    values.iter().try_for_each(|value| inside(what, Bounds::Any, *value))?;
    let out_of_order = values.windows(2).find(|pair| pair[0] > pair[1] + SLACK * pair[0].abs().max(1.0));
    out_of_order
        .map_or(Ok(()), |pair| Err(format!("{what}: {} stands before {}, out of order", pair[0], pair[1])))
}

/// A number between the bounds of its interval.
fn between(what: &str, value: f64, [low, high]: [Option<f64>; 2]) -> Possible {
    range(what, [low, Some(value)])?;
    range(what, [Some(value), high])
}

/// The bounds of an interval.
pub(super) fn range(what: &str, [low, high]: [Option<f64>; 2]) -> Possible {
    let bounds: Vec<f64> = low.into_iter().chain(high).collect();
    ordered(what, &bounds)
}

/// A number with its interval.
pub(super) fn interval(what: &str, bounds: Bounds, interval: Option<&Interval>) -> Possible {
    let Some(interval) = interval else { return Ok(()) };
    let ends = [interval.low, interval.high];
    inside(what, bounds, interval.value)?;
    not_too_wide(what, bounds, interval.value, ends)?;
    between(what, interval.value, ends)
}

/// A standard deviation of shares, and how large it may be.
pub(super) fn deviation(what: &str, of: Option<&Interval>) -> Possible {
    let bounds = of.into_iter().flat_map(|of| [of.low, of.high]).flatten();
    bounds.into_iter().try_for_each(|bound| inside(what, Bounds::Deviation, bound))?;
    interval(what, Bounds::Deviation, of)
}

/// A quantity over windows.
pub(super) fn estimate(what: &str, bounds: Bounds, estimate: Option<&Estimate>) -> Possible {
    let Some(estimate) = estimate else { return Ok(()) };
    let quantiles = [estimate.p05, estimate.p50, estimate.p95];
    inside(&format!("{what} (mean)"), bounds, estimate.mean)?;
    quantiles.iter().try_for_each(|value| inside(&format!("{what} (quantile)"), bounds, *value))?;
    ordered(&format!("{what} (quantiles)"), &quantiles)?;
    if let Some(half) = estimate.half_width {
        inside(&format!("{what} (half_width)"), Bounds::Amount, half)?;
        not_too_wide(what, bounds, estimate.mean, [None, Some(estimate.mean + half)])?;
    }
    // Bounds of a quantile are windows that were seen.
    let ends = [estimate.p05_ci, estimate.p50_ci, estimate.p95_ci];
    let seen = || ends.iter().flatten().flatten();
    seen().try_for_each(|value| inside(&format!("{what} (bound of a quantile)"), bounds, *value))?;
    quantiles.into_iter().zip(ends).try_for_each(|(value, ci)| between(what, value, ci))
}

/// Times in a queue.
pub(super) fn delay(of: &str, delay: Option<&Delay>) -> Possible {
    let Some(delay) = delay else { return Ok(()) };
    let what = format!("{of}: delay");
    inside(&what, Bounds::Amount, delay.mean)?;
    inside(&what, Bounds::Amount, delay.p50)?;
    ordered(&format!("{what} (quantiles)"), &[delay.p50, delay.p95, delay.p99, delay.max])?;
    ordered(&format!("{what} (mean and max)"), &[delay.mean, delay.max])?;
    let values = [delay.mean, delay.p50, delay.p95, delay.p99, delay.max];
    let bounds = [delay.mean_ci, delay.p50_ci, delay.p95_ci, delay.p99_ci, delay.max_ci];
    values.into_iter().zip(bounds).try_for_each(|(value, ci)| between(&what, value, ci))
}

/// When a host took mail.
pub(super) fn moment(host: &str, moment: &Moment) -> Possible {
    let what = format!("host {host}: first or last message");
    ordered(&what, &[moment.earliest, moment.latest])?;
    estimate(&what, Bounds::Any, Some(&moment.estimate))
}

/// One number for each bin.
pub(super) fn list(of: &str, bins: usize, values: &[f64]) -> Possible {
    if values.len() != bins {
        return Err(format!("{of}: {} numbers for {bins} bins", values.len()));
    }
    values.iter().try_for_each(|value| inside(of, Bounds::Amount, *value))
}

/// Parts of a whole of which some may be left out.
pub(super) fn add_up_to_most(what: &str, parts: impl Iterator<Item = f64>) -> Possible {
    inside_of(&format!("the sum of the {what}"), parts.sum(), 0.0, 1.0)
}

/// Parts of one whole: they add up to 1, or there is nothing to share out.
pub(super) fn add_up(what: &str, parts: impl Iterator<Item = f64>) -> Possible {
    let sum: f64 = parts.sum();
    let fits = sum == 0.0 || (sum - 1.0).abs() <= SLACK;
    if fits { Ok(()) } else { Err(format!("{what} add up to {sum}, not to 1")) }
}
