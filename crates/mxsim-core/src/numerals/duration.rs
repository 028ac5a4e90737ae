//! Lengths of time and times of day.

use super::number::{MISSING, significant, to_digits};
use crate::time::Span;

/// Seconds in a day, an hour and a minute.
const UNITS: [(f64, &str); 3] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "m")];
/// From this length on (s) days alone are written.
const LONG_S: f64 = 86_400.0 * 1_000.0;

/// A length of time in its two largest units: `0.25 s`, `31 s`, `5 m 10 s`, `2 h 5 m`, `1 d 3 h`.
///
/// ```
/// use mxsim_core::numerals::duration;
/// assert_eq!(duration(7_500.0), "2 h 5 m");
/// ```
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        _ if !seconds.is_finite() => MISSING.to_owned(),
        _ if seconds < 0.0 => format!("-{}", duration(-seconds)),
        _ if seconds < 9.95 => format!("{} s", short_seconds(seconds)),
        _ if seconds >= LONG_S => format!("{} d", significant(seconds / 86_400.0)),
        _ => whole_units(seconds.round()),
    }
}

/// A length of time as a scenario writes it: `0.25s`, `5m`, `1h 30m`. For screens that quote parameters beside it.
///
/// ```
/// use mxsim_core::numerals::literal_duration;
/// assert_eq!(literal_duration(7_500.0), "2h 5m");
/// ```
#[must_use]
pub fn literal_duration(seconds: f64) -> String {
    let rounded = if seconds < 10.0 { to_digits(seconds, 3) } else { seconds.round() };
    Span::from_secs_f64(rounded).to_string()
}

/// A point in time, given in seconds since the first measured midnight: `10:05:00`, `2d 00:00:01`.
///
/// ```
/// use mxsim_core::numerals::clock;
/// assert_eq!(clock(36_300.0), "10:05:00");
/// ```
#[must_use]
pub fn clock(seconds: f64) -> String {
    // `as` saturates, and no run is as long as that.
    let seconds = seconds.floor() as i64;
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let time = format!("{:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60);
    if days == 0 { time } else { format!("{days}d {time}") }
}

/// A time of day to the minute, for the ticks of an axis: `06:00`, `24:00`.
///
/// ```
/// use mxsim_core::numerals::clock_minutes;
/// assert_eq!(clock_minutes(21_600.0), "06:00");
/// ```
#[must_use]
pub fn clock_minutes(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    format!("{:02}:{:02}", (minutes / 60.0).floor(), minutes % 60.0)
}

/// Below ten seconds fractions are worth their digits.
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
    let Some(index) = UNITS.iter().position(|(size, _)| seconds >= *size) else {
        return format!("{seconds:.0} s");
    };
    let (size, name) = UNITS[index];
    let (smaller, smaller_name) = UNITS.get(index + 1).copied().unwrap_or((1.0, "s"));
    let steps = (seconds / smaller).round();
    if index > 0 && steps * smaller >= UNITS[index - 1].0 {
        // 23 h 59 m 50 s is a day, not 24 hours.
        return whole_units(steps * smaller);
    }
    let per_large = (size / smaller).round();
    match ((steps / per_large).floor(), steps % per_large) {
        (large, 0.0) => format!("{large:.0} {name}"),
        (large, small) => format!("{large:.0} {name} {small:.0} {smaller_name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_two_largest_units() {
        for (seconds, text) in [
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
            (-310.0, "-5 m 10 s"),
            (1e300, "1.16e295 d"),
            (f64::NAN, "?"),
        ] {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
        for (seconds, text) in [(0.0, "0s"), (3.536_017, "3.54s"), (133.4, "2m 13s"), (5_400.0, "1h 30m")] {
            assert_eq!(literal_duration(seconds), text);
        }
    }

    #[test]
    fn times_read_as_scenarios_write_them() {
        assert_eq!(clock(36_300.9), "10:05:00");
        assert_eq!(clock(2.0 * 86_400.0 + 1.0), "2d 00:00:01");
        assert_eq!(clock(-1.0), "-1d 23:59:59");
        assert_eq!((clock_minutes(21_600.0), clock_minutes(86_400.0)), ("06:00".into(), "24:00".into()));
    }
}
