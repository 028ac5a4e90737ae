//! How long one message holds a session.

use crate::random::Key;
use crate::time::Span;

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
    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> Span {
        match *self {
            Self::Nothing => Span::ZERO,
            Self::Fixed(mean) | Self::Exponential(mean) | Self::Lognormal { mean, .. } => mean,
        }
    }
}

/// A law of session times made ready for drawing.
#[derive(Debug)]
pub struct SessionTimes {
    law: SessionTime,
    /// Of a lognormal law, else empty.
    quantiles: Vec<Strip>,
}

impl SessionTimes {
    /// Makes a law ready.
    #[must_use]
    pub fn new(law: SessionTime) -> Self {
        let quantiles = match law {
            SessionTime::Lognormal { mean, sigma } => lognormal(mean.0 as f64, sigma),
            _ => Vec::new(),
        };
        Self { law, quantiles }
    }

    /// The law.
    #[must_use]
    pub const fn distribution(&self) -> SessionTime {
        self.law
    }

    /// The time of the message whose decision is `draw`. One message has the same luck at every node.
    #[must_use]
    #[inline]
    pub fn draw(&self, draw: Key) -> Span {
        match self.law {
            SessionTime::Nothing => Span::ZERO,
            SessionTime::Fixed(span) => span,
            SessionTime::Exponential(mean) => at_least_one(draw.exponential() * mean.0 as f64),
            SessionTime::Lognormal { .. } => at_least_one(quantile(&self.quantiles, draw.word())),
        }
    }

    /// The times of several messages, added to a list: the same times, in less time, because the law is looked at once.
    pub fn draw_all(&self, draws: impl Iterator<Item = Key>, times: &mut Vec<Span>) {
        match self.law {
            SessionTime::Nothing => times.extend(draws.map(|_| Span::ZERO)),
            SessionTime::Fixed(span) => times.extend(draws.map(|_| span)),
            SessionTime::Exponential(mean) => {
                times.extend(draws.map(|draw| at_least_one(draw.exponential() * mean.0 as f64)));
            }
            SessionTime::Lognormal { .. } => {
                times.extend(draws.map(|draw| at_least_one(quantile(&self.quantiles, draw.word()))));
            }
        }
    }
}

/// A session that takes time takes a microsecond at least.
fn at_least_one(microseconds: f64) -> Span {
    Span((microseconds as i64).max(1))
}

/// A part of a quantile function: the coefficients of a polynomial, lowest power first, in the place from -1/2 to 1/2.
type Strip = [f64; 6];

/// Strips between a probability and half of it are 2^5. What polynomials of the fifth degree leave is then below 1 in 10^10.
const STRIP_BITS: u32 = 5;
/// Halvings that 53 bits tell apart.
const HALVINGS: usize = 53;
/// Strips of one half of a law.
const STRIPS: usize = HALVINGS << STRIP_BITS;
/// Bits of a number below those that name its strip.
const PLACE_BITS: u32 = 52 - STRIP_BITS;
/// The exponent bits of 1.0.
const ONE: u64 = 1.0f64.to_bits();

/// The quantile at a probability of 64 bits: the first says on which side of the median it lies, the others how far out. One look and one
/// polynomial, without branches; the probability is halved by the exponent of a floating-point number, so that strips get as narrow as the tails get steep.
#[inline]
fn quantile(strips: &[Strip], word: u64) -> f64 {
    // Odd, so that it is never zero; 53 bits are a float without rounding.
    let tail = ((word << 1) >> 11 | 1) as f64;
    let bits = tail.to_bits() - ONE;
    let strip = (bits >> PLACE_BITS) as usize + if word >> 63 == 1 { STRIPS } else { 0 };
    let within = bits & ((1 << PLACE_BITS) - 1);
    let place = f64::from_bits(within << STRIP_BITS | ONE) - 1.5;
    let [a, b, c, d, e, f] = strips[strip];
    ((((f * place + e) * place + d) * place + c) * place + b) * place + a
}

/// The quantile function of a lognormal law of this mean: exp(m + s Z) has the mean exp(m + s^2 / 2). First the half below the median.
fn lognormal(mean: f64, sigma: f64) -> Vec<Strip> {
    let median = mean * libm::exp(-0.5 * sigma * sigma);
    let mut strips = vec![[0.0; 6]; 2 * STRIPS];
    // From the median outwards, because the last quantile is near the next.
    let mut z = 0.0;
    for strip in (0..STRIPS).rev() {
        let start = f64::from_bits(ONE + ((strip as u64) << PLACE_BITS));
        let end = f64::from_bits(ONE + ((strip as u64 + 1) << PLACE_BITS));
        // Probabilities of a tail are below 1/2, which is 2^53 here.
        let unit = 0.5 / (1u64 << HALVINGS) as f64;
        z = normal_quantile(0.5 * (start + end) * unit, z);
        let width = (end - start) * unit;
        strips[strip] = strip_around(z, width, sigma, median);
        strips[STRIPS + strip] = strip_around(z, width, -sigma, median);
    }
    strips
}

/// The standard normal quantile of a probability below 1/2, from one that is near: Halley's method converges so fast that three steps do.
fn normal_quantile(p: f64, near: f64) -> f64 {
    (0..3).fold(near, |z, _| {
        let step = (0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) - p) * by_density(z);
        z - step / (1.0 + 0.5 * z * step)
    })
}

/// One divided by the standard normal density.
fn by_density(z: f64) -> f64 {
    libm::sqrt(2.0 * std::f64::consts::PI) * libm::exp(0.5 * z * z)
}

/// Taylor's polynomial of median * exp(sigma * z) as a function of the probability around that of `z`, in units of `width`.
///
/// Three series grow together: z' = r with r = 1 / density, r' = z r z', and the wanted w with w' = sigma w z'.
fn strip_around(z: f64, width: f64, sigma: f64, median: f64) -> Strip {
    let (mut zs, mut rs, mut ws) = (Strip::default(), Strip::default(), Strip::default());
    (zs[0], rs[0], ws[0]) = (z, by_density(z), median * libm::exp(sigma * z));
    for k in 0..5 {
        let slope = rs.map(|r| width * r);
        // Coefficient `k` of a product, of two series or of three.
        let two = |a: &Strip, b: &Strip, k: usize| (0..=k).map(|i| a[i] * b[k - i]).sum::<f64>();
        let three: f64 = (0..=k).map(|i| two(&zs, &rs, i) * slope[k - i]).sum();
        let next = (k + 1) as f64;
        let grown = [slope[k], three, sigma * two(&ws, &slope, k)].map(|coefficient| coefficient / next);
        [zs[k + 1], rs[k + 1], ws[k + 1]] = grown;
    }
    ws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Entropy, Purpose, StreamId};

    fn key(replication: u64) -> Key {
        Entropy::new(1, replication).key(StreamId::new("x", Purpose::Session))
    }

    /// Theory: the means are those asked for; standard deviations 1 and sqrt(e^0.25 - 1) = 0.533 s. n = 200,000: 4.5 standard errors are
    /// 0.0101 and 0.0054 s, each at 1 in 100,000. The median of a lognormal is its mean times exp(-sigma^2 / 2).
    #[test]
    fn session_times_have_their_mean() {
        let root = key(0);
        let n = 200_000u64;
        let second = Span::from_secs(1);
        let mean = |law: SessionTime| {
            let times = SessionTimes::new(law);
            (0..n).map(|i| times.draw(root.child(i)).as_secs_f64()).sum::<f64>() / n as f64
        };
        let lognormal = SessionTime::Lognormal { mean: second, sigma: 0.5 };
        assert!((mean(SessionTime::Exponential(second)) - 1.0).abs() < 0.0101);
        assert!((mean(lognormal) - 1.0).abs() < 0.0054, "{}", mean(lognormal));
        let times = SessionTimes::new(lognormal);
        let below = (0..n).filter(|i| times.draw(root.child(*i)).as_secs_f64() < libm::exp(-0.125)).count();
        assert!((below as f64 / n as f64 - 0.5).abs() < 0.0051, "{below}");
        assert_eq!(SessionTimes::new(SessionTime::Fixed(second)).draw(root), second);
        let mut together = Vec::new();
        times.draw_all((0..200).map(|i| root.child(i)), &mut together);
        let one_by_one: Vec<Span> = (0..200).map(|i| times.draw(root.child(i))).collect();
        assert_eq!(together, one_by_one);
    }

    /// The quantile of each probability has that probability: deep in the tails, at the edges of strips, and anywhere.
    #[test]
    fn lognormal_quantiles_have_their_probability() {
        for sigma in [0.1, 0.5, 2.0] {
            let strips = lognormal(1.0, sigma);
            let powers = (0..63).flat_map(|bit| [1 << bit, (1 << bit) - 1, u64::MAX >> bit, 3 << bit]);
            for word in powers.chain((0..2_000).map(|i| key(1).child(i).word())) {
                let p = ((word << 1) >> 11 | 1) as f64 / (1u64 << 54) as f64;
                let side = if word >> 63 == 1 { -1.0 } else { 1.0 };
                let z = side * (libm::log(quantile(&strips, word)) + 0.5 * sigma * sigma) / sigma;
                let seen = 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
                assert!((seen / p - 1.0).abs() < 1e-9, "{word:x} with sigma {sigma}: {seen} for {p}");
            }
        }
    }
}
