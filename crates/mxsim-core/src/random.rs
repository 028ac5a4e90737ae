//! Randomness as a tree of names: nothing in the simulator draws from anywhere else.
//!
//! Two kinds of draw, because two designs must see the same luck when they are compared:
//!
//! - a [`Stream`] is a ChaCha8 generator for one purpose of one entity, read in order (arrival times, for example);
//! - a [`Key`] is the start of a *decision* that is looked up by what it is about (message number, address name) instead of by its
//!   position in a stream, so two worlds stay coupled after their first difference.
//!
//! Both hang off (seed, replication, entity name, purpose). Adding an entity therefore never shifts another's draws.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng, TryRng};
use rand_distr::{Distribution, StandardNormal};
use std::convert::Infallible;

/// A sequential generator for one purpose of one entity.
pub type Stream = ChaCha8Rng;

/// The next words of a stream, together: faster than one by one, and the same.
#[must_use]
pub fn words<const N: usize>(stream: &mut Stream) -> [u64; N] {
    let mut bytes = [[0; 8]; N];
    stream.fill_bytes(bytes.as_flattened_mut());
    bytes.map(u64::from_le_bytes)
}

/// What a draw is for. The numbers are part of the model epoch: never reuse or reorder them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Times between messages.
    Arrival = 1,
    /// Which outbound host a message leaves by.
    OutboundHost = 2,
    /// Order of hosts and addresses at a sender.
    Choice = 3,
    /// Retry jitter and the phase of queue runs.
    Retry = 4,
    /// Holding times of sticky senders.
    Holding = 5,
    /// Order of answers at a resolver or authority.
    Answer = 6,
    /// Numbers of sending processes (qmail holds by them).
    Process = 7,
    /// How many messages come at once, where they are drawn as counts.
    Counts = 8,
    /// In which second each of a count of messages is accepted.
    Placement = 9,
    /// How long messages hold a session.
    Session = 10,
    /// When caches are filled, where questions are drawn as counts.
    Refill = 11,
    /// Which connections a fault hits that hits only a part of them.
    Fault = 12,
    /// Which messages, of those drawn as numbers, belong before, into and after an event.
    Phase = 13,
    /// Which messages are first contacts for a greylist, and what it knew before the run.
    Greylisting = 14,
    /// When nodes fail at random.
    Outage = 15,
    /// Which node an edge picks, and when it checks its nodes.
    Edge = 16,
    /// Addresses that sites send from.
    Home = 20,
    /// Which outbound hosts, sites and recipients a fault hits.
    Hit = 21,
    /// How old connections are when a run begins.
    Age = 22,
    /// Which plausible world is looked at: sender mixes, and behaviours that nobody knows.
    World = 30,
}

/// Identifies one (entity, purpose) pair; worked out once, when the world is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamId(u64);

impl StreamId {
    /// The stream of `entity` (its name, not its index) for `purpose`.
    #[must_use]
    pub fn new(entity: &str, purpose: Purpose) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[purpose as u8]);
        hasher.update(entity.as_bytes());
        Self(first_word(&hasher.finalize()))
    }
}

/// A stable 64-bit number for a name, used to key decisions by name.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    first_word(&blake3::hash(name.as_bytes()))
}

fn first_word(hash: &blake3::Hash) -> u64 {
    let bytes = hash.as_bytes();
    u64::from_le_bytes(std::array::from_fn(|i| bytes[i]))
}

/// The root of all randomness of one replication.
#[derive(Debug, Clone, Copy)]
pub struct Entropy {
    key: [u8; 32],
}

impl Entropy {
    /// The root for replication `replication` of seed `seed`.
    #[must_use]
    pub fn new(seed: u64, replication: u64) -> Self {
        let mut key = *b"mxsim/1.________.________.chacha";
        key[8..16].copy_from_slice(&seed.to_le_bytes());
        key[17..25].copy_from_slice(&replication.to_le_bytes());
        Self { key }
    }

    /// A sequential generator; the same arguments always give the same numbers.
    #[must_use]
    pub fn stream(&self, id: StreamId) -> Stream {
        let mut stream = ChaCha8Rng::from_seed(self.key);
        stream.set_stream(id.0);
        stream
    }

    /// The start of a tree of decisions.
    #[must_use]
    pub fn key(&self, id: StreamId) -> Key {
        Key(self.stream(id).next_u64())
    }
}

/// A label below a [`Key`], made ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label(u64);

impl Label {
    /// Makes a label ready.
    #[must_use]
    #[inline]
    pub const fn new(label: u64) -> Self {
        // One step more than the label, so that child(0) is not the identity.
        Self(label.wrapping_add(1).wrapping_mul(STEP))
    }
}

/// A node in a tree of decisions: `child` goes down, the rest reads a number off.
///
/// The root comes from ChaCha8. Going down is a step of SplitMix64 (Steele, Lea and Flood 2014, finaliser with the constants of Stafford's
/// variant 13): the children of a key are the outputs of that generator from state `key`, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// A root that is no secret: the same in every replication.
    pub(crate) const ROOT: Self = Self(0);

    /// The decision below this one that is about `label`.
    #[must_use]
    #[inline]
    pub const fn child(self, label: u64) -> Self {
        self.at(Label::new(label))
    }

    /// The same for a label that is used again and again.
    #[must_use]
    #[inline]
    pub const fn at(self, label: Label) -> Self {
        Self(mix(self.0.wrapping_add(label.0)))
    }

    /// 64 uniform bits.
    #[must_use]
    #[inline]
    pub const fn word(self) -> u64 {
        // Mixed on the way down.
        self.0
    }

    /// A uniform index below `n` (multiply and shift; its bias is below n / 2^64).
    ///
    /// # Panics
    /// If `n` is zero.
    #[must_use]
    pub const fn below(self, n: usize) -> usize {
        assert!(n > 0, "an index below zero does not exist");
        ((self.word() as u128 * n as u128) >> 64) as usize
    }

    /// The place of `number` in a random order of the numbers below `of`: a Feistel network over the next power of four, whose places beyond `of` are passed
    /// over (Black and Rogaway 2002, cycle walking).
    #[must_use]
    pub fn shuffled(self, number: u32, of: u32) -> u32 {
        let half = (u32::BITS - of.saturating_sub(1).leading_zeros()).div_ceil(2).max(1);
        let mask = (1u64 << half) - 1;
        let mut place = u64::from(number);
        loop {
            for round in 0..8 {
                let (left, right) = (place >> half, place & mask);
                place = (right << half) | ((left ^ self.child(round).child(right).word()) & mask);
            }
            if place < u64::from(of.max(1)) || number >= of {
                return place as u32;
            }
        }
    }

    /// A uniform number in (0, 1], so that its logarithm is finite.
    #[must_use]
    #[inline]
    pub fn unit(self) -> f64 {
        ((self.word() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A fair coin.
    #[must_use]
    pub const fn coin(self) -> bool {
        self.word() >> 63 == 1
    }

    /// An exponential variate of mean 1.
    #[must_use]
    #[inline]
    pub fn exponential(self) -> f64 {
        -ln(self.unit())
    }

    /// A standard normal variate.
    #[must_use]
    #[inline]
    pub fn normal(self) -> f64 {
        StandardNormal.sample(&mut Draws(self.0))
    }
}

impl Key {
    /// A gamma variate of this shape and scale 1 (Marsaglia and Tsang 2000; shapes below 1 by their section 6).
    #[must_use]
    pub fn gamma(self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.child(0).gamma(shape + 1.0) * libm::pow(self.child(1).unit(), 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        // Each round accepts with a chance above 0.95, so the end is never reached.
        for round in 0..1_000 {
            let key = self.child(round);
            let x = key.child(0).normal();
            let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
            let bound = 0.5 * x * x + d - d * v + d * libm::log(v.max(f64::MIN_POSITIVE));
            if v > 0.0 && libm::log(key.child(1).unit()) < bound {
                return d * v;
            }
        }
        d
    }
}

/// An exponential variate of mean 1, from the next word of a stream.
#[must_use]
#[inline]
pub fn exponential(stream: &mut Stream) -> f64 {
    Key(stream.next_u64()).exponential()
}

/// Exponential variates of mean 1, one from each of the next words of a stream: faster than one by one, and the same.
#[must_use]
pub fn exponentials<const N: usize>(stream: &mut Stream) -> [f64; N] {
    words(stream).map(|word| Key(word).exponential())
}

/// The natural logarithm of a normal number from 2^-53 to 1, to a few parts in 10^16. The one of the library takes as long as all else a message
/// needs; this one uses nothing but sums, products and a quotient either, so it gives the same bits on every platform, and it has no
/// branches, so that the compiler works on several at a time.
#[inline]
fn ln(x: f64) -> f64 {
    /// The powers of the square in atanh(s) / s, highest first: s is at most 0.1716, so the next would add less than 3e-17.
    const COEFFICIENTS: [f64; 10] = [
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        0.2,
        1.0 / 3.0,
        1.0,
    ];
    /// Bits that a float of this exponent shows as its value, from 2^52 on.
    const WHOLE: f64 = (1u64 << 52) as f64;
    // x = mantissa * 2^exponent, with a mantissa between the square root of 1/2 and that of 2.
    let shifted = x.to_bits() + (1.0f64.to_bits() - std::f64::consts::FRAC_1_SQRT_2.to_bits());
    let biased = shifted >> 52;
    let exponent = f64::from_bits(WHOLE.to_bits() | biased) - (WHOLE + 1_023.0);
    let mantissa = f64::from_bits(x.to_bits() + (1.0f64.to_bits()) - (biased << 52));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let series = COEFFICIENTS.into_iter().fold(0.0, |sum, coefficient| sum * (s * s) + coefficient);
    exponent * std::f64::consts::LN_2 + 2.0 * s * series
}

/// The step of SplitMix64: odd, so that no two labels meet.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A key and those below it, one after the other, for samplers that need a varying number of words.
struct Draws(u64);

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = self.0;
        self.0 = mix(word.wrapping_add(STEP));
        Ok(word)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_again_and_another_by_any_other_name() {
        let entropy = Entropy::new(1, 0);
        let id = StreamId::new("google", Purpose::Arrival);
        let mut stream = entropy.stream(id);
        let first = [stream.next_u64(), stream.next_u64()];
        let mut again = entropy.stream(id);
        assert_eq!(first, [again.next_u64(), again.next_u64()]);
        assert_ne!(first[0], Entropy::new(1, 1).stream(id).next_u64(), "replications differ");
        assert_ne!(first[0], entropy.stream(StreamId::new("google", Purpose::Choice)).next_u64());
    }

    /// Theory: uniform over n cells. n = 600,000 draws over 6 cells; chi-square with 5 degrees of freedom stays below 25.7 at 1 in 10,000.
    #[test]
    fn sorting_by_name_keys_gives_every_permutation_equally_often() {
        let names = [name_hash("mx1"), name_hash("mx2"), name_hash("mx3")];
        let root = Entropy::new(7, 0).key(StreamId::new("sender", Purpose::Choice));
        let mut seen = std::collections::BTreeMap::new();
        let draws = 600_000u64;
        for message in 0..draws {
            let key = root.child(message);
            let mut order = [0usize, 1, 2];
            order.sort_by_key(|&i| key.child(names[i]).word());
            *seen.entry(order).or_insert(0u64) += 1;
        }
        let expected = draws as f64 / 6.0;
        let chi: f64 = seen.values().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
        assert_eq!(seen.len(), 6);
        assert!(chi < 25.7, "chi-square {chi}");
    }

    #[test]
    fn the_logarithm_is_one() {
        let root = Entropy::new(3, 9).key(StreamId::new("x", Purpose::Holding));
        let powers = (0..53).map(|k| 1.0 / (1u64 << k) as f64);
        let near_one = (0..53).map(|k| 1.0 - 1.0 / (1u64 << (53 - k)) as f64).filter(|x| *x > 0.0);
        for x in powers.chain(near_one).chain((0..10_000).map(|i| root.child(i).unit())) {
            let (seen, theory) = (ln(x), libm::log(x));
            assert!((seen - theory).abs() <= 1e-15 * theory.abs(), "ln({x}) = {seen}, {theory}");
        }
    }

    /// Theory: mean 0, variance 1. n = 200,000: the mean lies within 4.5 standard errors (0.0101), the mean square within 4.5 times sqrt(2/n)
    /// (0.0143), each at 1 in 100,000.
    #[test]
    fn normal_keys_have_mean_zero_and_variance_one() {
        let root = Entropy::new(3, 9).key(StreamId::new("x", Purpose::Session));
        let n = 200_000u64;
        let draws = || (0..n).map(|i| root.child(i).normal());
        let mean = draws().sum::<f64>() / n as f64;
        let square = draws().map(|z| z * z).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.0101 && (square - 1.0).abs() < 0.0143, "mean {mean}, mean square {square}");
    }

    /// Theory: mean and variance are the shape. n = 200,000: the mean lies within 4.9 standard errors, 4.9 sqrt(shape / n), and the mean of
    /// (x - shape)^2 within 4.9 sqrt((2 shape^2 + 6 shape) / n), each at 1 in 1,000,000.
    #[test]
    fn gamma_keys_have_their_shape_as_mean_and_variance() {
        let n = 200_000u64;
        for shape in [0.3, 1.0, 7.5] {
            let root = Entropy::new(4, 2).key(StreamId::new("x", Purpose::World));
            let draws = || (0..n).map(|i| root.child(i).gamma(shape));
            let mean = draws().sum::<f64>() / n as f64;
            let spread = draws().map(|x| (x - shape) * (x - shape)).sum::<f64>() / n as f64;
            assert!((mean - shape).abs() < 4.9 * (shape / n as f64).sqrt(), "{shape}: mean {mean}");
            let error = 4.9 * ((2.0 * shape * shape + 6.0 * shape) / n as f64).sqrt();
            assert!((spread - shape).abs() < error, "{shape}: variance {spread}");
        }
    }

    /// Theory: mean 1, variance 1. n = 200,000: the mean lies within 4.5 standard errors (0.01) at 1 in 100,000.
    #[test]
    fn exponential_keys_have_mean_one() {
        let root = Entropy::new(3, 9).key(StreamId::new("x", Purpose::Holding));
        let n = 200_000u64;
        let mean = (0..n).map(|i| root.child(i).exponential()).sum::<f64>() / n as f64;
        assert!((mean - 1.0).abs() < 0.01, "mean {mean}");
    }
}
