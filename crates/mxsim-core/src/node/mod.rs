//! Nodes: the machines that receive mail, how much they can serve, and the faults they show by schedule.
//!
//! A node that *refuses* answers a connection with a reset at once; one that *drops* says nothing, and the sender waits for its own
//! connect time-out or the kernel's, whichever is shorter; a *silent* one takes the connection and never greets. The other faults are
//! answers: a transient or permanent failure, or a lost connection, at a [`Stage`](crate::smtp::Stage) of the session.

mod fault;

pub use fault::{Fault, Outage, Schedule};

use crate::random::Key;
use crate::time::Span;

/// How many sessions a node serves at the same time, and how long they take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Most concurrent sessions; `None` for any number.
    pub sessions: Option<u32>,
    /// How long one message holds a session, from the connection to its acceptance.
    pub session_time: SessionTime,
    /// Connections that are taken beyond `sessions` and wait for the greeting until a session ends, first come first served.
    pub backlog: u32,
    /// What a connection beyond both meets.
    pub when_full: WhenFull,
    /// Whether it offers STARTTLS; all senders use it where offered.
    pub tls: bool,
}

impl Capacity {
    /// Sessions that take no time, and any number of them.
    pub const UNLIMITED: Self = Self {
        sessions: None,
        session_time: SessionTime::Nothing,
        backlog: 0,
        when_full: WhenFull::Busy,
        tls: true,
    };

    /// True if its sessions take time or are limited.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.sessions.is_some() || self.session_time != SessionTime::Nothing
    }
}

/// The law of the time one message holds a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionTime {
    /// No time at all.
    Nothing,
    /// Always the same.
    Fixed(Span),
    /// Exponentially distributed with this mean.
    Exponential(Span),
    /// Lognormal with this mean; `sigma` is the standard deviation of its logarithm.
    Lognormal {
        /// Its mean.
        mean: Span,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl SessionTime {
    /// The time of the message whose decision is `draw`. One message has the same luck at every node.
    #[must_use]
    #[inline]
    pub fn draw(&self, draw: Key) -> Span {
        match *self {
            Self::Nothing => Span::ZERO,
            Self::Fixed(span) => span,
            Self::Exponential(mean) => at_least_one(draw.exponential() * mean.0 as f64),
            Self::Lognormal { mean, sigma } => {
                at_least_one(mean.0 as f64 * exp(exponent(sigma, draw.normal())))
            }
        }
    }

    /// The times of `count` messages at once, added to a list. The same times, in a fraction of the time.
    pub fn draw_all(&self, count: usize, draw: impl Fn(usize) -> Key, times: &mut Vec<Span>) {
        let Self::Lognormal { mean, sigma } = *self else {
            return times.extend((0..count).map(|i| self.draw(draw(i))));
        };
        let mut values = [0.0; 64];
        for first in (0..count).step_by(values.len()) {
            let values = &mut values[..(count - first).min(64)];
            for (i, value) in values.iter_mut().enumerate() {
                *value = draw(first + i).normal();
            }
            // A loop of its own, without branches: the compiler works on several at a time.
            for value in values.iter_mut() {
                *value = mean.0 as f64 * exp(exponent(sigma, *value));
            }
            times.extend(values.iter().map(|value| at_least_one(*value)));
        }
    }

    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> Span {
        match *self {
            Self::Nothing => Span::ZERO,
            Self::Fixed(mean) | Self::Exponential(mean) | Self::Lognormal { mean, .. } => mean,
        }
    }
}

/// The exponential function to a few parts in 10^15. The one of the library takes as long as all else a message needs; this one
/// uses nothing but sums and products either, so it gives the same bits on every platform.
#[inline]
fn exp(x: f64) -> f64 {
    /// 1.5 * 2^52: adding it rounds to a whole number.
    const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
    /// The natural logarithm of 2 in two parts; the first has so few digits that its multiples are exact.
    const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    /// Taylor, highest power first. What is left is at most half of ln 2, so the next term is below 2e-16.
    const COEFFICIENTS: [f64; 13] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * std::f64::consts::LOG2_E + TO_WHOLE;
    let whole = shifted - TO_WHOLE;
    let left = (x - whole * LN_2[0]) - whole * LN_2[1];
    let mantissa = COEFFICIENTS.into_iter().fold(0.0, |sum, coefficient| sum * left + coefficient);
    // The low bits of `shifted` are the whole number; it becomes the exponent.
    mantissa * f64::from_bits(shifted.to_bits().wrapping_add(1_023) << 52)
}

/// The exponent of a lognormal variate of mean 1: the mean of exp(m + s Z) is exp(m + s^2 / 2).
#[inline]
fn exponent(sigma: f64, normal: f64) -> f64 {
    sigma * (normal - 0.5 * sigma)
}

/// A session that takes time takes a microsecond at least.
fn at_least_one(microseconds: f64) -> Span {
    Span((microseconds as i64).max(1))
}

/// What a connection to a full node meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// The greeting `421`: the sender knows at once that the node is busy.
    Busy,
    /// A reset, as if the port were closed.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    #[test]
    fn the_exponential_function_is_one() {
        for step in -20_000..20_000 {
            let x = f64::from(step) * 0.001;
            let (seen, theory) = (exp(x), libm::exp(x));
            assert!((seen / theory - 1.0).abs() < 1e-14, "exp({x}) = {seen}, {theory}");
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) > 0.0);
    }

    /// Theory: the means are those asked for; standard deviations 1 and sqrt(e^0.25 - 1) = 0.533 s. n = 200,000: 4.5 standard errors are
    /// 0.0101 and 0.0054 s, each at 1 in 100,000. The median of a lognormal is its mean times exp(-sigma^2 / 2).
    #[test]
    fn session_times_have_their_mean() {
        let root = Entropy::new(1, 0).key(StreamId::new("x", Purpose::Session));
        let n = 200_000u64;
        let second = Span::from_secs(1);
        let mean =
            |law: SessionTime| (0..n).map(|i| law.draw(root.child(i)).as_secs_f64()).sum::<f64>() / n as f64;
        let lognormal = SessionTime::Lognormal { mean: second, sigma: 0.5 };
        assert!((mean(SessionTime::Exponential(second)) - 1.0).abs() < 0.0101);
        assert!((mean(lognormal) - 1.0).abs() < 0.0054, "{}", mean(lognormal));
        let below =
            (0..n).filter(|i| lognormal.draw(root.child(*i)).as_secs_f64() < libm::exp(-0.125)).count();
        assert!((below as f64 / n as f64 - 0.5).abs() < 0.0051, "{below}");
        assert_eq!(SessionTime::Fixed(second).draw(root), second);
        let mut together = Vec::new();
        lognormal.draw_all(200, |i| root.child(i as u64), &mut together);
        let one_by_one: Vec<Span> = (0..200).map(|i| lognormal.draw(root.child(i))).collect();
        assert_eq!(together, one_by_one);
    }
}
