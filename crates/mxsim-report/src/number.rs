//! Numbers as people read them: no more than three digits, always with their range, never `NaN`.
//!
//! A number that is missing or not finite is written `?`. Thousands are parted by a comma.

use mxsim_core::results::{Estimate, Interval};

/// Written for a number that is missing or not finite.
const MISSING: &str = "?";

/// Seconds in a minute, an hour and a day.
const UNITS: [(f64, &str); 3] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "m")];

/// A number with the bounds of its 95 % interval, whatever kind of estimate it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranged {
    pub(crate) value: f64,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Ranged {
    pub(crate) fn new(value: f64, bounds: [Option<f64>; 2]) -> Self {
        Self { value, low: bounds[0], high: bounds[1] }
    }

    /// Writes the value and its range with `format`, such as `33.4 (32.9-33.9)`; `unit` follows the value.
    fn write(&self, unit: &str, format: fn(f64) -> String) -> String {
        format!("{}{unit} {}", format(self.value), self.range(format))
    }

    /// The range alone: `(32.9-33.9)`, or `(?)` where none can be given.
    fn range(&self, format: fn(f64) -> String) -> String {
        let bound = |bound: Option<f64>| bound.map_or_else(|| MISSING.to_owned(), format);
        if self.low.is_none() && self.high.is_none() {
            return format!("({MISSING})");
        }
        let [low, high] = [bound(self.low), bound(self.high)];
        // A sign next to a hyphen cannot be read.
        let is_signed = [&low, &high].iter().any(|bound| bound.starts_with(['+', '-']));
        let joint = if is_signed { " to " } else { "-" };
        format!("({low}{joint}{high})")
    }

    /// `33.4 % (32.9-33.9)` from a fraction.
    pub(crate) fn percent(&self) -> String {
        // The edges of the scale are said only for values that reach them.
        format!("{} {}", percent(self.value), self.range(percent_digits))
    }

    /// `33.4 (32.9-33.9)` from a fraction, for a column that is headed with the unit.
    pub(crate) fn percent_bare(&self) -> String {
        self.write("", percent_digits)
    }

    /// `3.5 (3.2-3.8)`: points, from a difference of fractions.
    pub(crate) fn points_bare(&self) -> String {
        self.write("", percent_digits)
    }

    /// `+0.1 (-0.4 to +0.6)`: points with their sign.
    pub(crate) fn signed_points_bare(&self) -> String {
        self.write("", signed_digits)
    }

    /// `61.2/s (58.0-64.1)`.
    pub(crate) fn rate(&self) -> String {
        self.write("/s", significant)
    }

    /// `181 (150-220)`.
    pub(crate) fn plain(&self) -> String {
        self.write("", significant)
    }

    /// `31 s (29 s-33 s)`.
    pub(crate) fn duration(&self) -> String {
        self.write("", duration)
    }
}

impl From<Interval> for Ranged {
    fn from(interval: Interval) -> Self {
        Self { value: interval.value, low: interval.low, high: interval.high }
    }
}

/// The mean of an estimate over windows, cut off at zero where the quantity cannot be negative.
pub(crate) fn mean(estimate: &Estimate) -> Ranged {
    let low = estimate.half_width.map(|half| (estimate.mean - half).max(0.0));
    let high = estimate.half_width.map(|half| estimate.mean + half);
    Ranged { value: estimate.mean, low, high }
}

/// The mean of an estimate that is a share: its range ends at 0 % and 100 %.
pub(crate) fn mean_share(estimate: &Estimate) -> Ranged {
    let ranged = mean(estimate);
    Ranged { high: ranged.high.map(|high| high.min(1.0)), ..ranged }
}

/// The 5 % quantile over windows.
pub(crate) fn p05(estimate: &Estimate) -> Ranged {
    Ranged::new(estimate.p05, estimate.p05_ci)
}

/// The 95 % quantile over windows.
pub(crate) fn p95(estimate: &Estimate) -> Ranged {
    Ranged::new(estimate.p95, estimate.p95_ci)
}

/// `33.4 %` from a fraction. What is not quite all is `>99.9 %`, what is not quite nothing `<0.1 %`.
pub(crate) fn percent(fraction: f64) -> String {
    let digits = if fraction > 0.9995 && fraction < 1.0 {
        ">99.9".to_owned()
    } else if fraction > 0.0 && fraction < 0.0005 {
        "<0.1".to_owned()
    } else {
        percent_digits(fraction)
    };
    format!("{digits} %")
}

/// `33.4` from a fraction: percent, or points where the fraction is a difference of shares.
pub(crate) fn percent_digits(fraction: f64) -> String {
    let hundredfold = fraction * 100.0;
    if !hundredfold.is_finite() {
        return MISSING.to_owned();
    }
    if hundredfold.abs() >= 99.95 { significant(hundredfold) } else { plus_zero(format!("{hundredfold:.1}")) }
}

/// `+3.5` or `-3.5` from a difference of fractions.
fn signed_digits(fraction: f64) -> String {
    let digits = percent_digits(fraction);
    let is_zero = digits.chars().all(|digit| !digit.is_ascii_digit() || digit == '0');
    if is_zero || digits.starts_with('-') { digits } else { format!("+{digits}") }
}

/// Three significant digits: `0.0123`, `61.2`, `1,230`, `1.23e12`.
pub(crate) fn significant(value: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let size = value.abs();
    let text = match size {
        0.0 => "0".to_owned(),
        _ if !(1e-4..1e9).contains(&size) => format!("{value:.2e}"),
        _ if size < 0.00995 => format!("{value:.4}"),
        _ if size < 0.9995 => format!("{value:.3}"),
        _ if size < 9.995 => format!("{value:.2}"),
        _ if size < 99.95 => format!("{value:.1}"),
        _ => grouped(&format!("{:.0}", three_digits(value))),
    };
    plus_zero(text)
}

/// Rounds to three significant digits; `value` is at least 99.95 in size and below 1e9.
fn three_digits(value: f64) -> f64 {
    let mut step = 1.0;
    while value.abs() / step >= 999.5 {
        step *= 10.0;
    }
    (value / step).round() * step
}

/// `4,000,000`.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// `1 message`, `4,000 messages`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `0.25 s`, `31 s`, `5 m 10 s`, `2 h 5 m`, `1 d 3 h`: the two largest units.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return MISSING.to_owned();
    }
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds));
    }
    if seconds < 9.95 {
        return format!("{} s", short_seconds(seconds));
    }
    if seconds >= 86_400.0 * 1_000.0 {
        return format!("{} d", significant(seconds / 86_400.0));
    }
    whole_units(seconds.round())
}

fn short_seconds(seconds: f64) -> String {
    match seconds {
        0.0 => "0".to_owned(),
        _ if seconds < 0.001 => "<0.001".to_owned(),
        _ if seconds < 0.0995 => format!("{seconds:.3}"),
        _ if seconds < 0.995 => format!("{seconds:.2}"),
        _ => {
            let text = format!("{seconds:.1}");
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
    }
}

fn whole_units(seconds: f64) -> String {
    for (index, (size, name)) in UNITS.iter().enumerate() {
        if seconds < *size {
            continue;
        }
        let (smaller, smaller_name) = UNITS.get(index + 1).copied().unwrap_or((1.0, "s"));
        let steps = (seconds / smaller).round();
        let fills_larger = index > 0 && steps * smaller >= UNITS[index - 1].0;
        if fills_larger {
            // 23 h 59 m 50 s is a day, not 24 hours.
            return whole_units(steps * smaller);
        }
        let per_large = (size / smaller).round();
        let (large, small) = ((steps / per_large).floor(), steps % per_large);
        return if small == 0.0 {
            format!("{large:.0} {name}")
        } else {
            format!("{large:.0} {name} {small:.0} {smaller_name}")
        };
    }
    format!("{seconds:.0} s")
}

/// Parts the integer digits of `number` by commas.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Takes the sign off a number that was rounded to zero.
fn plus_zero(text: String) -> String {
    let is_zero = text.starts_with('-') && !text.chars().any(|digit| ('1'..='9').contains(&digit));
    if is_zero { text[1..].to_owned() } else { text }
}

/// `19 of 20`: a fraction as a frequency that can be repeated, as `(times, of)`.
///
/// The denominator is the smallest of 20, 100 and 1000 that is right to half a percent of the scale and not more than were `looked_at`;
/// a fraction that is neither 0 nor 1 is never rounded to either.
pub(crate) fn frequency(fraction: f64, looked_at: u64) -> Option<(u64, u64)> {
    if !(0.0..=1.0).contains(&fraction) {
        return None;
    }
    for of in [20_u32, 100, 1000].into_iter().filter(|of| u64::from(*of) <= looked_at) {
        let times = (fraction * f64::from(of)).round();
        let close = (times / f64::from(of) - fraction).abs() <= 0.005 + 1e-9;
        let extreme = times == 0.0 || times == f64::from(of);
        if close && (!extreme || fraction == 0.0 || fraction == 1.0) {
            // `times` is a whole number between 0 and 1000.
            return Some((times as u64, u64::from(of)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_says_the_edges_only_when_reached() {
        assert_eq!(percent(0.334), "33.4 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.99999), ">99.9 %");
        assert_eq!(percent(0.00001), "<0.1 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(f64::NAN), "? %");
    }

    #[test]
    fn range_follows_the_value() {
        let ranged = Ranged::new(0.334, [Some(0.329), Some(0.339)]);
        assert_eq!(ranged.percent(), "33.4 % (32.9-33.9)");
        assert_eq!(Ranged::new(0.334, [None, None]).percent(), "33.4 % (?)");
        assert_eq!(Ranged::new(0.334, [Some(0.329), None]).percent(), "33.4 % (32.9-?)");
        let tilt = Ranged::new(0.001, [Some(-0.004), Some(0.006)]);
        assert_eq!(tilt.signed_points_bare(), "+0.1 (-0.4 to +0.6)");
        let first_only = Ranged::new(0.667, [Some(0.663), Some(0.671)]);
        assert_eq!(first_only.signed_points_bare(), "+66.7 (+66.3 to +67.1)");
        assert_eq!(Ranged::new(-0.0001, [None, None]).signed_points_bare(), "0.0 (?)");
    }

    #[test]
    fn three_significant_digits_at_most() {
        let cases = [
            (0.0, "0"),
            (0.012_34, "0.012"),
            (0.001_234, "0.0012"),
            (1.234, "1.23"),
            (61.24, "61.2"),
            (181.3, "181"),
            (999.6, "1,000"),
            (61_234.0, "61,200"),
            (1.5e300, "1.50e300"),
            (f64::INFINITY, "?"),
        ];
        for (value, expected) in cases {
            assert_eq!(significant(value), expected, "{value}");
        }
    }

    #[test]
    fn durations_use_the_two_largest_units() {
        let cases = [
            (0.0, "0 s"),
            (0.000_1, "<0.001 s"),
            (0.25, "0.25 s"),
            (2.0, "2 s"),
            (31.0, "31 s"),
            (59.7, "1 m"),
            (310.0, "5 m 10 s"),
            (7_500.0, "2 h 5 m"),
            (86_390.0, "1 d"),
            (97_200.0, "1 d 3 h"),
            (1e300, "1.16e295 d"),
            (f64::NAN, "?"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn frequencies_never_round_to_always_or_never() {
        assert_eq!(frequency(0.95, 5_000), Some((19, 20)));
        assert_eq!(frequency(0.91, 5_000), Some((91, 100)));
        assert_eq!(frequency(0.998, 5_000), Some((998, 1000)));
        assert_eq!(frequency(1.0, 5_000), Some((20, 20)));
        assert_eq!(frequency(0.999_99, 5_000), None);
        assert_eq!(frequency(f64::NAN, 5_000), None);
        assert_eq!(frequency(0.998, 500), None);
        assert_eq!(frequency(0.955, 200), Some((19, 20)));
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(4_000_000), "4,000,000");
        assert_eq!(count(400), "400");
        assert_eq!(counted(1, "message", "messages"), "1 message");
    }
}
