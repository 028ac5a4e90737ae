//! Numbers as people say them: at most three digits, frequencies before percentiles, never a point without its range.

use crate::time::Span;

/// `0.4123` as `41.2 %`.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{} %", digits(fraction * 100.0))
}

/// A share difference: `0.0123` as `1.23 points`.
pub(super) fn points(fraction: f64) -> String {
    let number = digits(fraction * 100.0);
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} point{plural}")
}

/// At most three digits of `value`, large numbers with thousands apart.
pub(super) fn digits(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.005 => 2,
        _ => return "0".into(),
    };
    if size >= 999.5 {
        let magnitude = libm::pow(10.0, libm::floor(libm::log10(size)) - 2.0);
        return grouped(((value / magnitude).round() * magnitude) as i64);
    }
    let text = format!("{value:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(value: i64) -> String {
    let plain = value.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0 { format!("-{text}") } else { text }
}

/// The range of a share, to stand in brackets.
pub(super) fn percent_range(bounds: [Option<f64>; 2]) -> String {
    // No share is more than everything, so a lower bound of 100 % leaves nothing open.
    if bounds == [Some(1.0), None] {
        return "100 %".into();
    }
    range(bounds.map(|bound| bound.map(|fraction| digits(fraction * 100.0))), " %")
}

/// The range of a share difference, to stand in brackets.
pub(super) fn points_range(bounds: [Option<f64>; 2]) -> String {
    range(bounds.map(|bound| bound.map(|fraction| digits(fraction * 100.0))), "")
}

/// The range of a time, to stand in brackets.
pub(super) fn seconds_range(bounds: [Option<f64>; 2]) -> String {
    range(bounds.map(|bound| bound.map(digits)), " s")
}

/// The range of any number, to stand in brackets.
pub(super) fn number_range(bounds: [Option<f64>; 2]) -> String {
    range(bounds.map(|bound| bound.map(digits)), "")
}

fn range(bounds: [Option<String>; 2], unit: &str) -> String {
    match bounds {
        [Some(low), Some(high)] if low == high => "range below the digits shown".into(),
        [Some(low), Some(high)] => format!("{low} to {high}{unit}"),
        [Some(low), None] => format!("{low}{unit} or more"),
        [None, Some(high)] => format!("{high}{unit} or less"),
        [None, None] => "range not known from so few replications".into(),
    }
}

/// What a window is called when there are several.
pub(super) fn windows(window: Span) -> &'static str {
    match window {
        Span::DAY => "days",
        Span::HOUR => "hours",
        Span::WEEK => "weeks",
        _ => "windows",
    }
}

/// A fraction of windows as a frequency with its range: `91 of 100 days (88 to 94)`. Near one by thousandths.
pub(super) fn frequency(value: f64, bounds: [Option<f64>; 2], unit: &str) -> String {
    let of: f64 = if value > 0.99 && value < 1.0 { 1_000.0 } else { 100.0 };
    let count = |fraction: f64| grouped((fraction * of).round() as i64);
    let [low, high] = bounds.map(|bound| bound.map(count));
    let range = range([low, high], "");
    if value >= 1.0 || value <= 0.0 {
        let all = if value >= 1.0 { "all" } else { "none of the" };
        return format!("{all} {unit} looked at ({range} of {of})");
    }
    format!("{} of {} {unit} ({range})", count(value), grouped(of as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.0123, "0.01"),
            (1.234, "1.23"),
            (9.999, "10"),
            (41.25, "41.2"),
            (99.96, "100"),
            (181.4, "181"),
            (12_345.0, "12,300"),
            (999.6, "1,000"),
            (-3.5, "-3.5"),
        ] {
            assert_eq!(digits(value), text);
        }
    }

    #[test]
    fn ranges_say_what_is_missing() {
        assert_eq!(percent_range([Some(0.391), Some(0.419)]), "39.1 to 41.9 %");
        assert_eq!(percent_range([Some(0.391), None]), "39.1 % or more");
        assert_eq!(number_range([None, None]), "range not known from so few replications");
        assert_eq!(frequency(0.912, [Some(0.88), Some(0.94)], "days"), "91 of 100 days (88 to 94)");
        assert_eq!(frequency(1.0, [Some(0.94), Some(1.0)], "days"), "all days looked at (94 to 100 of 100)");
        assert_eq!(frequency(0.998, [Some(0.99), Some(1.0)], "days"), "998 of 1,000 days (990 to 1,000)");
    }
}
