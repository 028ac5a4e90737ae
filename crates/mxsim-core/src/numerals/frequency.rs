//! Chances and parts as frequencies, which are easier to repeat than percentages.

use super::number::{count, rough};
use super::range::joined;

/// A fraction as a frequency, `(times, of)`: 0.95 is `(19, 20)`.
///
/// The denominator is the smallest of 20, 100 and 1000 that is right to half a percent of the scale and not more than were `looked_at`;
/// a fraction that is neither 0 nor 1 is never rounded to either.
///
/// ```
/// assert_eq!(mxsim_core::numerals::frequency(0.95, 5_000), Some((19, 20)));
/// ```
#[must_use]
pub fn frequency(fraction: f64, looked_at: u64) -> Option<(u64, u64)> {
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

/// A fraction of `many` (a plural) with its range: `91 of 100 days (88-94)`; by thousandths near one.
///
/// ```
/// use mxsim_core::numerals::frequency_with_range;
/// assert_eq!(frequency_with_range(0.91, [Some(0.88), Some(0.94)], "days"), "91 of 100 days (88-94)");
/// ```
#[must_use]
pub fn frequency_with_range(fraction: f64, bounds: [Option<f64>; 2], many: &str) -> String {
    let of: u32 = if fraction > 0.99 && fraction < 1.0 { 1_000 } else { 100 };
    // A fraction of 1,000 is a small whole number.
    let times = |fraction: f64| count((fraction * f64::from(of)).round() as u64);
    let range = joined(bounds.map(|bound| bound.map(times)), "");
    if fraction >= 1.0 || fraction <= 0.0 {
        let all = if fraction >= 1.0 { "all" } else { "none of the" };
        let of_all = if bounds == [None, None] { String::new() } else { format!(" of {of}") };
        return format!("{all} {many} looked at ({range}{of_all})");
    }
    let found = times(fraction);
    let in_brackets = if range == found { String::new() } else { format!(" ({range})") };
    format!("{found} of {} {many}{in_brackets}", count(of.into()))
}

/// A chance as a frequency: `37 times in 100`, `once in 2,900`.
///
/// ```
/// use mxsim_core::numerals::often;
/// assert_eq!(often(0.000_35), "once in 2,900");
/// ```
#[must_use]
pub fn often(chance: f64) -> String {
    match chance {
        _ if chance >= 0.995 => "every time".into(),
        _ if chance >= 0.1 => format!("{:.0} times in 100", 100.0 * chance),
        _ if chance > 1e-9 => format!("once in {}", rough(1.0 / chance)),
        _ => "less than once in a billion times".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn frequencies_carry_their_range() {
        let days = |value, low, high| frequency_with_range(value, [low, high], "days");
        assert_eq!(days(0.912, Some(0.88), Some(0.94)), "91 of 100 days (88-94)");
        assert_eq!(days(0.912, Some(0.911), Some(0.913)), "91 of 100 days");
        assert_eq!(days(0.912, Some(0.88), None), "91 of 100 days (from 88)");
        assert_eq!(days(0.912, None, None), "91 of 100 days (?)");
        assert_eq!(days(1.0, Some(0.94), Some(1.0)), "all days looked at (94-100 of 100)");
        assert_eq!(days(0.0, None, None), "none of the days looked at (?)");
        assert_eq!(days(0.998, Some(0.99), Some(1.0)), "998 of 1,000 days (990-1,000)");
    }

    #[test]
    fn chances_are_told_as_frequencies() {
        for (chance, text) in [
            (1.0, "every time"),
            (0.37, "37 times in 100"),
            (1.0 / 2_881.0, "once in 2,900"),
            (1e-12, "less than once in a billion times"),
        ] {
            assert_eq!(often(chance), text);
        }
    }
}
