//! Single numbers: counts, significant digits, percentages and points.

/// Written for a number that is missing or not finite.
pub(super) const MISSING: &str = "?";

/// Whole numbers with thousands parted: `4,000,000`.
///
/// ```
/// use mxsim_core::numerals::count;
/// assert_eq!(count(4_000_000), "4,000,000");
/// ```
#[must_use]
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A count and its noun: `1 message`, `4,000 messages`.
///
/// ```
/// use mxsim_core::numerals::counted;
/// assert_eq!(counted(1, "retry", "retries"), "1 retry");
/// ```
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Three significant digits at most: `0.0012`, `0.012`, `61.2`, `61,200`, `1.23e12`.
///
/// ```
/// use mxsim_core::numerals::significant;
/// assert_eq!(significant(61_234.0), "61,200");
/// ```
#[must_use]
pub fn significant(value: f64) -> String {
    with_digits(value, 3)
}

/// Two significant digits, for estimates that deserve no more: `4.4`, `560`, `600,000`, `1.0e12`.
///
/// ```
/// use mxsim_core::numerals::rough;
/// assert_eq!(rough(555.5), "560");
/// ```
#[must_use]
pub fn rough(value: f64) -> String {
    with_digits(value, 2)
}

/// As [`significant`], without zeros behind the point: `1`, `1.5`. For numbers that are round, such as ticks of an axis.
///
/// ```
/// use mxsim_core::numerals::tidy;
/// assert_eq!(tidy(1.50), "1.5");
/// ```
#[must_use]
pub fn tidy(value: f64) -> String {
    let text = significant(value);
    if text.contains('.') && !text.contains('e') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// A share of 0..1 in percent: `33.4 %`. Not quite all of it is `>99.9 %`, not quite nothing `<0.1 %`.
///
/// ```
/// use mxsim_core::numerals::percent;
/// assert_eq!(percent(0.334), "33.4 %");
/// ```
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{} %", with_edges(fraction))
}

/// The digits of a percentage, for a column that is headed with the unit: `33.4`, `100`.
///
/// ```
/// use mxsim_core::numerals::percent_digits;
/// assert_eq!(percent_digits(0.334), "33.4");
/// ```
#[must_use]
pub fn percent_digits(fraction: f64) -> String {
    let hundredfold = fraction * 100.0;
    if !hundredfold.is_finite() {
        return MISSING.to_owned();
    }
    if hundredfold.abs() >= 99.95 {
        return significant(hundredfold);
    }
    plus_zero(format!("{hundredfold:.1}"))
}

/// A percentage with exactly so many decimals, for the ticks of an axis: `40 %`, `0.5 %`.
///
/// ```
/// use mxsim_core::numerals::percent_with_decimals;
/// assert_eq!(percent_with_decimals(0.4, 0), "40 %");
/// ```
#[must_use]
pub fn percent_with_decimals(fraction: f64, decimals: usize) -> String {
    if !fraction.is_finite() {
        return format!("{MISSING} %");
    }
    format!("{} %", plus_zero(format!("{:.decimals$}", fraction * 100.0)))
}

/// A difference of shares, given as a fraction: `3.5 points`; `<0.1 points` for what is not quite none.
///
/// ```
/// use mxsim_core::numerals::points;
/// assert_eq!(points(0.035), "3.5 points");
/// ```
#[must_use]
pub fn points(fraction: f64) -> String {
    let small = fraction > 0.0 && fraction < 0.0005;
    format!("{} points", if small { "<0.1".to_owned() } else { percent_digits(fraction) })
}

/// The digits of a difference of shares with their sign: `+3.5`, `-3.5`, `0.0`.
///
/// ```
/// use mxsim_core::numerals::signed_points;
/// assert_eq!(signed_points(0.035), "+3.5");
/// ```
#[must_use]
pub fn signed_points(fraction: f64) -> String {
    let digits = percent_digits(fraction);
    let is_zero = digits.chars().all(|digit| !digit.is_ascii_digit() || digit == '0');
    if is_zero || digits.starts_with('-') { digits } else { format!("+{digits}") }
}

/// An amount of memory or the size of a file \[bytes\], in binary units: `512 B`, `16 MiB`, `1.23 GiB`.
///
/// ```
/// use mxsim_core::numerals::bytes;
/// assert_eq!(bytes(16_777_216.0), "16 MiB");
/// ```
#[must_use]
pub fn bytes(bytes: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1_024.0, "KiB")];
    let unit = UNITS.iter().find(|(size, _)| bytes >= *size);
    let (size, name) = unit.copied().unwrap_or((1.0, "B"));
    format!("{} {name}", tidy(bytes / size))
}

/// `value` rounded to so many significant digits (1 at least). The nearest decimal, so the same on every platform; never `-0`.
///
/// ```
/// assert_eq!(mxsim_core::numerals::to_digits(2.0 / 3.0, 3), 0.667);
/// ```
#[must_use]
pub fn to_digits(value: f64, digits: usize) -> f64 {
    let decimals = digits.saturating_sub(1);
    let rounded = format!("{value:.decimals$e}").parse().ok();
    // The largest numbers would round up to infinity.
    rounded.filter(|rounded: &f64| rounded.is_finite()).unwrap_or(value) + 0.0
}

/// The edges of the scale are written only for shares that reach them.
fn with_edges(fraction: f64) -> String {
    if fraction > 0.9995 && fraction < 1.0 {
        return ">99.9".to_owned();
    }
    if fraction > 0.0 && fraction < 0.0005 {
        return "<0.1".to_owned();
    }
    percent_digits(fraction)
}

fn with_digits(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let rounded = to_digits(value, digits);
    let size = rounded.abs();
    if rounded != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.decimals$e}", decimals = digits.saturating_sub(1));
    }
    match decimals_of(size, digits) {
        0 => grouped(&format!("{rounded:.0}")),
        decimals => format!("{rounded:.decimals$}"),
    }
}

/// Decimals that show `digits` significant digits of `size`, three at most, or four below a hundredth.
fn decimals_of(size: f64, digits: usize) -> usize {
    if size == 0.0 {
        return 0;
    }
    let most = if size < 0.01 { 4 } else { 3 };
    let (mut decimals, mut shown) = (digits.saturating_sub(1), size);
    while decimals > 0 && shown >= 10.0 {
        shown /= 10.0;
        decimals -= 1;
    }
    while decimals < most && shown < 1.0 {
        shown *= 10.0;
        decimals += 1;
    }
    decimals.min(most)
}

/// Parts the integer digits of `number` by commas.
pub(super) fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_says_the_edges_only_when_reached() {
        for (fraction, text) in [
            (0.334, "33.4 %"),
            (1.0, "100 %"),
            (0.99999, ">99.9 %"),
            (0.00001, "<0.1 %"),
            (0.0, "0.0 %"),
            (-0.00001, "0.0 %"),
            (1.2, "120 %"),
            (f64::NAN, "? %"),
        ] {
            assert_eq!(percent(fraction), text, "{fraction}");
        }
        assert_eq!(percent_with_decimals(0.4, 0), "40 %");
        assert_eq!(percent_with_decimals(0.0005, 2), "0.05 %");
    }

    #[test]
    fn points_keep_their_sign_where_asked() {
        assert_eq!((points(0.0349), points(0.0001)), ("3.5 points".into(), "<0.1 points".into()));
        assert_eq!(points(0.0), "0.0 points");
        for (fraction, text) in [(0.0767, "+7.7"), (-0.0433, "-4.3"), (-0.0001, "0.0"), (f64::NAN, "?")] {
            assert_eq!(signed_points(fraction), text, "{fraction}");
        }
    }

    #[test]
    fn three_significant_digits_at_most() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.012_34, "0.012"),
            (0.001_234, "0.0012"),
            (0.25, "0.250"),
            (1.234, "1.23"),
            (9.999, "10.0"),
            (61.24, "61.2"),
            (99.96, "100"),
            (181.3, "181"),
            (999.6, "1,000"),
            (61_234.0, "61,200"),
            (-61_234.0, "-61,200"),
            (1.5e300, "1.50e300"),
            (f64::MAX, "1.80e308"),
            (0.000_05, "5.00e-5"),
            (f64::INFINITY, "?"),
        ] {
            assert_eq!(significant(value), text, "{value}");
        }
    }

    #[test]
    fn two_digits_are_enough_for_an_estimate() {
        for (value, text) in [
            (0.0, "0"),
            (0.52, "0.52"),
            (4.44, "4.4"),
            (555.5, "560"),
            (2.7e6, "2,700,000"),
            (1e12, "1.0e12"),
        ] {
            assert_eq!(rough(value), text, "{value}");
        }
    }

    #[test]
    fn round_numbers_lose_their_zeros() {
        for (value, text) in [(1.0, "1"), (1.5, "1.5"), (0.05, "0.05"), (100.0, "100"), (2e-5, "2.00e-5")] {
            assert_eq!(tidy(value), text, "{value}");
        }
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(4_000_000), "4,000,000");
        assert_eq!(count(400), "400");
        assert_eq!(counted(1, "message", "messages"), "1 message");
    }

    #[test]
    fn sizes_use_binary_units() {
        for (size, text) in [
            (0.0, "0 B"),
            (2_048.0, "2 KiB"),
            (16_777_216.0, "16 MiB"),
            (1.32e9, "1.23 GiB"),
            (f64::NAN, "? B"),
        ] {
            assert_eq!(bytes(size), text, "{size}");
        }
    }

    #[test]
    fn rounding_leaves_no_negative_zero() {
        assert_eq!(to_digits(1.0 / 3.0, 6), 0.333_333);
        assert!(to_digits(-0.0, 6).is_sign_positive());
        assert!(to_digits(f64::NAN, 6).is_nan());
    }
}
