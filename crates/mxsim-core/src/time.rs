//! Simulated time: whole microseconds, so that the same scenario gives the same bytes everywhere.
//!
//! Zero is the start of the first measured window, at midnight; the warm-up lies before it and has negative times.
//! Main types: [`Time`], a point; [`Span`], a length.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// A point in simulated time (µs since the first measured midnight).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Time(pub i64);

/// A length of simulated time (µs), never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Time {
    /// The start of the first measured window.
    pub const ZERO: Self = Self(0);
    /// Later than anything a simulation reaches.
    pub const NEVER: Self = Self(i64::MAX);

    /// The point `self + span`, stopping at [`Time::NEVER`] instead of overflowing.
    #[must_use]
    pub const fn saturating_add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The length from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        let length = self.0.saturating_sub(earlier.0);
        Span(if length < 0 { 0 } else { length })
    }

    /// Seconds since the first measured midnight.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One minute.
    pub const MINUTE: Self = Self::from_secs(60);
    /// One hour.
    pub const HOUR: Self = Self::from_secs(3_600);
    /// One day of 24 hours.
    pub const DAY: Self = Self::from_secs(86_400);
    /// Seven days.
    pub const WEEK: Self = Self::from_secs(604_800);
    /// Longer than any simulation.
    pub const FOREVER: Self = Self(i64::MAX);

    /// A length of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds * SECOND)
    }

    /// A length of whole minutes.
    #[must_use]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::from_secs(minutes * 60)
    }

    /// A length of whole hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_secs(hours * 3_600)
    }

    /// A length of `seconds`, rounded to the microsecond; negative and not-a-number give zero, too much gives [`Span::FOREVER`].
    #[must_use]
    pub fn from_secs_f64(seconds: f64) -> Self {
        // `as` saturates and turns NaN into 0, which is what the contract above says.
        Self(((seconds * SECOND as f64).round() as i64).max(0))
    }

    /// The length in seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// The shortest whole number of `step`s that is not shorter.
    #[must_use]
    pub const fn up_to_whole(self, step: Self) -> Self {
        step.saturating_mul(self.0 / step.0 + (self.0 % step.0 > 0) as i64)
    }

    /// `self` repeated `times` times, stopping at [`Span::FOREVER`].
    #[must_use]
    pub const fn saturating_mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Add<Span> for Time {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        self.saturating_add(span)
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Time {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Written as people write it: `30s`, `5m`, `1h 30m`, `2d`, `0s`, `1.5s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::FOREVER {
            return f.write_str("forever");
        }
        let mut rest = self.0;
        let mut written = false;
        for (unit, length) in [("d", Self::DAY.0), ("h", Self::HOUR.0), ("m", Self::MINUTE.0)] {
            if rest >= length {
                let gap = if written { " " } else { "" };
                write!(f, "{gap}{}{unit}", rest / length)?;
                rest %= length;
                written = true;
            }
        }
        match (rest, written) {
            (0, true) => Ok(()),
            (_, true) => write!(f, " {}s", rest as f64 / SECOND as f64),
            (_, false) => write!(f, "{}s", rest as f64 / SECOND as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        for (span, text) in [
            (Span::from_secs(0), "0s"),
            (Span::from_secs(30), "30s"),
            (Span::from_secs(5_400), "1h 30m"),
            (Span::from_secs(86_401), "1d 1s"),
            (Span::from_secs_f64(1.5), "1.5s"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        assert_eq!(Time::NEVER + Span::DAY, Time::NEVER);
        assert_eq!(Span::from_secs_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_secs_f64(-1.0), Span::ZERO);
        assert_eq!(Time::ZERO.since(Time(5)), Span::ZERO);
    }
}
