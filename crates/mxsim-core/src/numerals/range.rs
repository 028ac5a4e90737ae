//! Ranges, and numbers with their 95 % range.

use super::duration::duration;
use super::number::{MISSING, percent, percent_digits, points, signed_points, significant};
use crate::results::{Estimate, Interval};

/// How one kind of number is written.
struct Style {
    /// The number by itself, with its unit.
    number: fn(f64) -> String,
    /// The number without its unit; a duration has no form without.
    digits: fn(f64) -> String,
    /// The unit of a range.
    unit: &'static str,
}

const PERCENT: Style = Style { number: percent, digits: percent_digits, unit: " %" };
/// The word *points* is not repeated in the brackets.
const POINTS: Style = Style { number: points, digits: percent_digits, unit: "" };
const SIGNED_POINTS: Style = Style { number: signed_points, digits: signed_points, unit: "" };
const RATE: Style = Style { number: rate, digits: significant, unit: "/s" };
const PLAIN: Style = Style { number: significant, digits: significant, unit: "" };
const DURATION: Style = Style { number: duration, digits: duration, unit: "" };

fn rate(per_second: f64) -> String {
    format!("{}/s", significant(per_second))
}

/// A number with the bounds of its 95 % interval, whatever kind of estimate it came from.
///
/// ```
/// use mxsim_core::numerals::Ranged;
/// let delay = Ranged::new(31.0, [Some(29.0), Some(33.0)]);
/// assert_eq!(delay.duration(), "31 s (29-33 s)");
/// ```
///
/// Methods that end in `bare` are for columns headed with the unit. Where no range can be given they all write `(?)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranged {
    /// The number.
    pub value: f64,
    /// Its lower bound; `None` where it cannot be given.
    pub low: Option<f64>,
    /// Its upper bound.
    pub high: Option<f64>,
}

impl Ranged {
    /// `value` with `[low, high]`.
    #[must_use]
    pub const fn new(value: f64, [low, high]: [Option<f64>; 2]) -> Self {
        Self { value, low, high }
    }

    /// The mean over windows, its range cut off at zero: for quantities that cannot be negative.
    #[must_use]
    pub fn mean(estimate: &Estimate) -> Self {
        let low = estimate.half_width.map(|half| (estimate.mean - half).max(0.0));
        let high = estimate.half_width.map(|half| estimate.mean + half);
        Self { value: estimate.mean, low, high }
    }

    /// The mean over windows of a share: its range ends at 0 % and 100 %.
    #[must_use]
    pub fn mean_share(estimate: &Estimate) -> Self {
        let ranged = Self::mean(estimate);
        Self { high: ranged.high.map(|high| high.min(1.0)), ..ranged }
    }

    /// The 5 % quantile over windows.
    #[must_use]
    pub const fn p05(estimate: &Estimate) -> Self {
        Self::new(estimate.p05, estimate.p05_ci)
    }

    /// The median over windows.
    #[must_use]
    pub const fn p50(estimate: &Estimate) -> Self {
        Self::new(estimate.p50, estimate.p50_ci)
    }

    /// The 95 % quantile over windows.
    #[must_use]
    pub const fn p95(estimate: &Estimate) -> Self {
        Self::new(estimate.p95, estimate.p95_ci)
    }

    /// A share: `33.4 % (32.9-33.9 %)`.
    #[must_use]
    pub fn percent(&self) -> String {
        self.of_share().with_unit(&PERCENT)
    }

    /// A share in a column of percentages: `33.4 (32.9-33.9)`.
    #[must_use]
    pub fn percent_bare(&self) -> String {
        self.of_share().bare(&PERCENT)
    }

    /// A difference of shares: `3.5 points (3.2-3.8)`.
    #[must_use]
    pub fn points(&self) -> String {
        self.with_unit(&POINTS)
    }

    /// A difference of shares in a column of points: `3.5 (3.2-3.8)`.
    #[must_use]
    pub fn points_bare(&self) -> String {
        self.bare(&POINTS)
    }

    /// The same with its sign: `+0.1 (-0.4 to +0.6)`.
    #[must_use]
    pub fn signed_points_bare(&self) -> String {
        self.bare(&SIGNED_POINTS)
    }

    /// A rate \[1/s\]: `61.2/s (58.0-64.1/s)`.
    #[must_use]
    pub fn rate(&self) -> String {
        self.with_unit(&RATE)
    }

    /// A number without a unit: `181 (150-220)`.
    #[must_use]
    pub fn plain(&self) -> String {
        self.with_unit(&PLAIN)
    }

    /// A duration \[s\]: `31 s (29-33 s)`.
    #[must_use]
    pub fn duration(&self) -> String {
        self.with_unit(&DURATION)
    }

    fn with_unit(&self, style: &Style) -> String {
        self.followed((style.number)(self.value), style, style.unit)
    }

    fn bare(&self, style: &Style) -> String {
        self.followed((style.digits)(self.value), style, "")
    }

    /// `number` with the range in brackets, unless both ends print as the number itself.
    fn followed(&self, number: String, style: &Style, unit: &str) -> String {
        let digits = (style.digits)(self.value);
        let ends = [self.low, self.high].map(|bound| bound.map(style.digits));
        if ends.iter().all(|end| end.as_ref() == Some(&digits)) {
            return number;
        }
        match ends {
            [Some(bound), None] | [None, Some(bound)] if bound == digits => format!("about {number}"),
            ends => format!("{number} ({})", joined(ends, unit)),
        }
    }

    /// The range of a share ends at 0 % and 100 %: a lower bound of 100 % leaves nothing open, and an upper one says nothing.
    fn of_share(self) -> Self {
        match (self.low, self.high) {
            (Some(low), None) if low >= 1.0 => Self { high: Some(low), ..self },
            (None, Some(high)) if high <= 0.0 => Self { low: Some(high), ..self },
            (Some(low), None) if low <= 0.0 => Self { low: None, ..self },
            (None, Some(high)) if high >= 1.0 => Self { high: None, ..self },
            _ => self,
        }
    }
}

impl From<Interval> for Ranged {
    fn from(interval: Interval) -> Self {
        Self { value: interval.value, low: interval.low, high: interval.high }
    }
}

impl From<Ranged> for Interval {
    fn from(Ranged { value, low, high }: Ranged) -> Self {
        Self { value, low, high }
    }
}

/// A range of shares: `32.9-33.9 %`.
///
/// ```
/// use mxsim_core::numerals::percent_range;
/// assert_eq!(percent_range(0.329, 0.339), "32.9-33.9 %");
/// ```
#[must_use]
pub fn percent_range(low: f64, high: f64) -> String {
    closed(low, high, &PERCENT)
}

/// A range of numbers without a unit: `150-220`.
///
/// ```
/// use mxsim_core::numerals::plain_range;
/// assert_eq!(plain_range(150.0, 220.0), "150-220");
/// ```
#[must_use]
pub fn plain_range(low: f64, high: f64) -> String {
    closed(low, high, &PLAIN)
}

/// A range of durations \[s\]: `29-33 s`, `1 h to 2 h 30 m`.
///
/// ```
/// use mxsim_core::numerals::duration_range;
/// assert_eq!(duration_range(3_600.0, 9_000.0), "1 h to 2 h 30 m");
/// ```
#[must_use]
pub fn duration_range(low: f64, high: f64) -> String {
    closed(low, high, &DURATION)
}

fn closed(low: f64, high: f64, style: &Style) -> String {
    let bounds = [low, high].map(|bound| Some((style.digits)(bound)));
    joined(bounds, style.unit)
}

/// A range from the text of its ends; `?` if neither is known.
pub(super) fn joined(bounds: [Option<String>; 2], unit: &str) -> String {
    match bounds {
        [Some(low), Some(high)] if low == high => format!("{low}{unit}"),
        [Some(low), Some(high)] => between(&low, &high, unit),
        [Some(low), None] => format!("from {low}{unit}"),
        [None, Some(high)] => format!("up to {high}{unit}"),
        [None, None] => MISSING.to_owned(),
    }
}

/// Joined by a hyphen, unless an end has a sign or a unit of its own.
fn between(low: &str, high: &str, unit: &str) -> String {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    if is_plain(low) && is_plain(high) {
        return format!("{low}-{high}{unit}");
    }
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((low, of_low)), Some((high, of_high)))
            if of_low == of_high && is_plain(low) && is_plain(high) && !of_low.contains(' ') =>
        {
            format!("{low}-{high} {of_high}")
        }
        _ => format!("{low} to {high}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ranged(value: f64, low: f64, high: f64) -> Ranged {
        Ranged::new(value, [Some(low), Some(high)])
    }

    #[test]
    fn a_range_follows_its_value() {
        assert_eq!(ranged(0.334, 0.329, 0.339).percent(), "33.4 % (32.9-33.9 %)");
        assert_eq!(ranged(0.334, 0.329, 0.339).percent_bare(), "33.4 (32.9-33.9)");
        assert_eq!(ranged(0.035, 0.031, 0.038).points(), "3.5 points (3.1-3.8)");
        assert_eq!(ranged(61.2, 58.0, 64.1).rate(), "61.2/s (58.0-64.1/s)");
        assert_eq!(ranged(181.0, 1.0, 22_000.0).plain(), "181 (1.00-22,000)");
    }

    #[test]
    fn a_sign_keeps_away_from_the_hyphen() {
        assert_eq!(ranged(0.001, -0.004, 0.006).signed_points_bare(), "+0.1 (-0.4 to +0.6)");
        assert_eq!(ranged(0.667, 0.663, 0.671).signed_points_bare(), "+66.7 (+66.3 to +67.1)");
        assert_eq!(ranged(0.0, -0.001, 0.001).points(), "0.0 points (-0.1 to 0.1)");
        assert_eq!(ranged(0.0, 0.000_01, 0.000_02).plain(), "0 (1.00e-5 to 2.00e-5)");
    }

    #[test]
    fn durations_share_a_unit_where_they_have_one() {
        assert_eq!(ranged(31.0, 29.0, 33.0).duration(), "31 s (29-33 s)");
        assert_eq!(ranged(7_500.0, 3_600.0, 9_000.0).duration(), "2 h 5 m (1 h to 2 h 30 m)");
        assert_eq!(duration_range(0.0, 30.0), "0-30 s");
        assert_eq!(duration_range(30.0, 70.0), "30 s to 1 m 10 s");
        assert_eq!(duration_range(0.000_1, 0.25), "<0.001 s to 0.25 s");
    }

    #[test]
    fn equal_ends_are_one_number() {
        assert_eq!(ranged(30.0, 30.0, 30.1).duration(), "30 s");
        assert_eq!(ranged(0.3334, 0.3333, 0.3334).percent_bare(), "33.3");
        assert_eq!(ranged(0.99999, 1.0, 1.0).percent(), ">99.9 %");
        assert_eq!(ranged(0.32, 0.3333, 0.3334).percent(), "32.0 % (33.3 %)");
        assert_eq!(
            (percent_range(0.3, 0.3), duration_range(3_660.0, 3_660.0)),
            ("30.0 %".into(), "1 h 1 m".into())
        );
    }

    #[test]
    fn open_ends_and_missing_ranges_are_said() {
        let open = |low, high| Ranged::new(0.334, [low, high]);
        assert_eq!(open(Some(0.329), None).percent(), "33.4 % (from 32.9 %)");
        assert_eq!(open(None, Some(0.339)).percent_bare(), "33.4 (up to 33.9)");
        assert_eq!(open(None, None).percent(), "33.4 % (?)");
        assert_eq!(open(None, None).percent_bare(), "33.4 (?)");
        assert_eq!(Ranged::new(1.0, [Some(1.0), None]).percent(), "100 %");
        assert_eq!(Ranged::new(1.0, [None, Some(1.0)]).percent(), "100 % (?)");
        assert_eq!(Ranged::new(0.0, [Some(0.0), None]).percent_bare(), "0.0 (?)");
        assert_eq!(Ranged::new(-0.0001, [None, None]).signed_points_bare(), "0.0 (?)");
    }
}
