//! Quantities as people write them: durations `"1h 30m"`, moments `"2d 10:00"`, shares `"38 %"`.

use crate::time::{Span, Time};

/// Longest duration and latest moment a scenario may name: ten years of 365 days.
pub(crate) const LONGEST: Span = Span::from_secs(10 * 365 * 86_400);

/// When something ends that begins at `from` and lasts `length`: no later than the latest moment that can be written, beyond which no run goes.
pub(crate) fn end(from: Time, length: Span) -> Time {
    (from + length).min(Time(LONGEST.0).max(from + Span(1)))
}

/// Smallest number above zero that a text from outside may hold, a share among them. What is smaller makes no difference to any mail, and the
/// simulator multiplies and divides such numbers: of those that are smaller still, nothing would be left.
pub(crate) const SMALLEST: f64 = 1e-9;

/// The units of a duration, their spellings and lengths [µs].
const UNITS: &[(&[&str], i64)] = &[
    (&["ms"], 1_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000_000),
    (&["m", "min", "mins", "minute", "minutes"], Span::MINUTE.0),
    (&["h", "hr", "hrs", "hour", "hours"], Span::HOUR.0),
    (&["d", "day", "days"], Span::DAY.0),
    (&["w", "week", "weeks"], Span::WEEK.0),
];

/// Regular expression of a duration, for the JSON Schema.
pub(crate) const DURATION_PATTERN: &str =
    r"^\s*(\d+(\.\d+)?\s*(ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*)+$";
/// A time of day, of 24 hours or of twelve.
const CLOCK: &str = r"([01]?\d|2[0-3])(:[0-5]?\d){1,2}";
const TWELVE: &str = r"(0?[1-9]|1[0-2])(:[0-5]?\d)?\s*[AaPp][Mm]";
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Regular expression of a time of day, perhaps of a later day or a weekday, for the JSON Schema. That the days before it are whole is beyond it.
pub(crate) fn moment_pattern() -> String {
    let days = DURATION_PATTERN.trim_start_matches(r"^\s*").trim_end_matches('$');
    let weekdays = WEEKDAYS.map(weekday_pattern).join("|");
    format!(r"^\s*(({days}\s+)?{CLOCK}|(({weekdays}),*\s+)?({CLOCK}|{TWELVE})|({weekdays}),*)\s*$")
}

/// Three letters at least of the name of a day, in any case, which regular expressions of the JSON Schema cannot say shorter.
fn weekday_pattern(day: &str) -> String {
    let letters: Vec<String> = day.chars().map(|c| format!("[{}{c}]", c.to_ascii_uppercase())).collect();
    let (first, rest) = letters.split_at(3);
    let rest = rest.iter().rev().fold(String::new(), |rest, letter| format!("({letter}{rest})?"));
    first.concat() + &rest
}

/// Regular expression of a share in percent.
pub(crate) const SHARE_PATTERN: &str = r"^\s*\d+(\.\d+)?\s*%\s*$";

/// Why a text is no quantity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The rule.
    pub(crate) rule: String,
    /// What to write.
    pub(crate) help: String,
    /// True if it could be read but is too large.
    pub(crate) out_of_range: bool,
}

fn malformed(rule: &str, help: impl Into<String>) -> Malformed {
    Malformed { rule: rule.into(), help: help.into(), out_of_range: false }
}

/// Reads `"5m"`, `"1h 30m"`, `"1.5s"`, `"2 days"`.
pub(crate) fn duration(text: &str) -> Result<Span, Malformed> {
    const RULE: &str = "a duration with units";
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(malformed(RULE, "write a duration such as \"5m\", \"1h 30m\" or \"2 days\""));
    }
    if rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(malformed(
            RULE,
            format!("add a unit: \"{rest}s\", \"{rest}m\", \"{rest}h\" or \"{rest}d\""),
        ));
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)
            .ok_or_else(|| malformed(RULE, "write a duration such as \"5m\", \"1h 30m\" or \"2 days\""))?;
        let word_end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(word_end);
        let length = unit_length(unit).ok_or_else(|| {
            malformed(RULE, "units are ms, s, m (minutes), h, d and w: \"90s\", \"5m\", \"1h 30m\"")
        })?;
        total += number * length as f64;
        rest = next.trim_start();
    }
    if total > LONGEST.0 as f64 {
        return Err(Malformed {
            rule: "a duration of at most ten years".into(),
            help: "shorten it to at most \"3650d\"".into(),
            out_of_range: true,
        });
    }
    let span = Span(total.round() as i64);
    if span == Span::ZERO && total > 0.0 {
        return Err(Malformed {
            rule: "a duration of zero, or of at least a microsecond".into(),
            help: "write \"0s\", or a longer one such as \"1ms\"".into(),
            out_of_range: true,
        });
    }
    Ok(span)
}

fn unit_length(word: &str) -> Option<i64> {
    UNITS.iter().find(|(names, _)| names.contains(&word)).map(|&(_, length)| length)
}

/// A decimal number without sign or exponent at the start of `text`, and what follows it and its spaces.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let plain = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
    let value = number.parse().ok().filter(|_| plain)?;
    Some((value, rest.trim_start()))
}

/// Reads `"10:00"` (of the first measured day), `"2d 10:00"` (of the third), or a duration since the start of measuring.
pub(crate) fn moment(text: &str) -> Result<Time, Malformed> {
    if let Some(time) = spoken(text) {
        return Ok(time);
    }
    if !text.contains(':') {
        return duration(text).map(|span| Time(span.0)).map_err(|error| Malformed {
            rule: if error.out_of_range { error.rule } else { MOMENT_RULE.into() },
            help: if error.out_of_range { error.help } else { MOMENT_HELP.into() },
            out_of_range: error.out_of_range,
        });
    }
    let trimmed = text.trim();
    let (days, clock) = match trimmed.rsplit_once(char::is_whitespace) {
        Some((days, clock)) => (whole_days(days)?, clock),
        None => (Span::ZERO, trimmed),
    };
    let time = clock_time(clock).ok_or_else(|| malformed(MOMENT_RULE, MOMENT_HELP))?;
    Ok(Time(days.0 + time.0))
}

/// `Tue 10:00`, `10am`, `Tuesday 10:30 pm`: a weekday of the first measured week, which begins on a Monday, and a clock of twelve hours.
fn spoken(text: &str) -> Option<Time> {
    let lower = text.trim().to_ascii_lowercase();
    let first = lower.split_whitespace().next()?;
    let is_day = |day: &str| first.len() >= 3 && day.starts_with(first.trim_end_matches(','));
    let day = WEEKDAYS.iter().position(|day| is_day(day));
    let clock = if day.is_some() { lower[first.len()..].trim() } else { &lower };
    let half = clock
        .strip_suffix("am")
        .map(|hours| (hours, 0))
        .or(clock.strip_suffix("pm").map(|hours| (hours, 12)));
    let time = match half {
        Some((hours, shift)) => twelve_hours(hours.trim_end(), shift)?,
        None if day.is_some() && clock.is_empty() => Span::ZERO,
        None if day.is_some() => clock_time(clock)?,
        None => return None,
    };
    Some(Time(day.unwrap_or(0) as i64 * Span::DAY.0 + time.0))
}

/// `10` or `10:30` before or after noon; twelve is the hour after midnight, or after noon.
fn twelve_hours(text: &str, shift: i64) -> Option<Span> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let valid = (1..=12).contains(&hours) && minutes < 60;
    valid.then(|| Span::from_secs((hours % 12 + shift) * 3_600 + minutes * 60))
}

const MOMENT_RULE: &str = "a time of day, a later day and its time, or a duration";
const MOMENT_HELP: &str =
    "write \"10:00\" (first measured day), \"2d 10:00\" (third measured day) or \"36h\"";

/// The days before the time of day: a duration that is a whole number of them.
fn whole_days(text: &str) -> Result<Span, Malformed> {
    let days = duration(text).map_err(|error| Malformed { help: MOMENT_HELP.into(), ..error })?;
    if days.0 % Span::DAY.0 == 0 { Ok(days) } else { Err(malformed(MOMENT_RULE, MOMENT_HELP)) }
}

/// `HH:MM` or `HH:MM:SS`.
fn clock_time(text: &str) -> Option<Span> {
    let mut parts = text.split(':');
    let (hours, minutes) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), two_digits)?;
    let valid = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
    valid.then(|| Span::from_secs(hours * 3_600 + minutes * 60 + seconds))
}

fn two_digits(text: &str) -> Option<i64> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Reads `"38 %"` as 0.38. How large it may be depends on what it is a share of.
pub(crate) fn percent(text: &str) -> Result<f64, Malformed> {
    const RULE: &str = "a share such as \"38 %\" or 0.38";
    let number = text.trim().strip_suffix('%').map(str::trim_end);
    let value = number.and_then(split_number).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value);
    let share = value.map(|value| value / 100.0).filter(|share| share.is_finite());
    share.ok_or_else(|| malformed(RULE, "write a share as \"38 %\" or 0.38"))
}

/// A share as people read it: `40 %`, `33.3 %`.
pub(crate) fn percent_text(share: f64) -> String {
    let rounded = (share * 1000.0).round() / 10.0;
    format!("{rounded} %")
}

/// The same with as many digits as tell it from a round number: `100.00001 %`.
pub(crate) fn percent_in_full(share: f64) -> String {
    format!("{} %", (share * 1e9).round() / 1e7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("5m", 300.0),
            ("1h 30m", 5_400.0),
            ("90s", 90.0),
            ("2 days", 172_800.0),
            ("1.5s", 1.5),
            ("1h30m", 5_400.0),
            ("250ms", 0.25),
            ("0s", 0.0),
        ] {
            assert_eq!(duration(text), Ok(Span::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "5", "5 lightyears", "-5m", "m", "1.m", "5m!", "1e3s", "NaN", "inf s", "5µs"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("11 years").is_err());
        for text in ["4000d", "0.0000001s", "0.000000000000000000000001 ms"] {
            assert!(duration(text).is_err_and(|error| error.out_of_range), "{text}");
        }
        assert_eq!((duration("0.0s"), duration("0.000001s")), (Ok(Span::ZERO), Ok(Span(1))));
    }

    #[test]
    fn durations_survive_being_written() {
        for micros in
            [1, 999_999, 1_500_000, 59_999_999, 86_399_999_999, 604_800_000_000, 315_359_999_999_999]
        {
            let span = Span(micros);
            assert_eq!(duration(&span.to_string()), Ok(span), "{span}");
        }
    }

    #[test]
    fn moments() {
        for (text, seconds) in [
            ("Tue 10:00", 122_400),
            ("10am", 36_000),
            ("12 am", 0),
            ("mon 10:30 pm", 81_000),
            ("10:00", 36_000),
            ("2d 10:00", 208_800),
            ("36h", 129_600),
            ("0s", 0),
            ("23:59:59", 86_399),
        ] {
            assert_eq!(moment(text), Ok(Time(seconds * 1_000_000)), "{text}");
        }
        for text in ["24:00", "10:60", "10:0x", "1h 10:00", "10:00:00:00", "-1:00", "noon", ":"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares() {
        assert_eq!(percent("38 %"), Ok(0.38));
        assert_eq!(percent("12.5%"), Ok(0.125));
        assert_eq!(percent("150 %"), Ok(1.5));
        for text in ["38", "-1 %", "NaN %", "%", "3 8 %"] {
            assert!(percent(text).is_err(), "{text}");
        }
        assert_eq!(percent_text(1.0 / 3.0), "33.3 %");
    }
}
