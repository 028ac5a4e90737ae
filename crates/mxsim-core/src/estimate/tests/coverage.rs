//! Do 95 % intervals cover 95 times in 100?
//!
//! Theory: the interval contains the true value in 95 of 100 experiments. 300 experiments per distribution and design with fixed seeds; a coverage
//! of 95 % is then seen as 92 to 98 % (2.4 standard errors). The means of skewed laws cover a little less, as theory says they must.

use super::super::interval::fraction;
use super::super::sample::Sample;
use super::super::special::normal_quantile;
use crate::random::{Entropy, Purpose, Stream, StreamId};
use rand_distr::{Distribution, StandardNormal};

const EXPERIMENTS: u32 = 300;

/// The fractions of windows whose intervals are looked at.
const FRACTIONS: [f64; 4] = [0.8, 0.9, 0.95, 0.97];

#[derive(Debug, Clone, Copy)]
enum Shape {
    Normal,
    Exponential,
    /// Beta(1, 5): a share that is often small.
    Beta,
}

impl Shape {
    fn quantile(self, u: f64) -> f64 {
        match self {
            Self::Normal => normal_quantile(u),
            Self::Exponential => -libm::log1p(-u),
            Self::Beta => 1.0 - libm::pow(1.0 - u, 0.2),
        }
    }

    const fn mean(self) -> f64 {
        match self {
            Self::Normal => 0.0,
            Self::Exponential => 1.0,
            Self::Beta => 1.0 / 6.0,
        }
    }
}

/// Replications of some windows each, which share the part `common` of their variance (a Gaussian copula).
#[derive(Debug, Clone, Copy)]
struct Design {
    replications: usize,
    windows: usize,
    common: f64,
}

impl Design {
    fn draw(self, shape: Shape, stream: &mut Stream) -> Sample {
        let mut sample = Sample::default();
        for _ in 0..self.replications {
            let shared: f64 = StandardNormal.sample(stream);
            for _ in 0..self.windows {
                let own: f64 = StandardNormal.sample(stream);
                let z = self.common.sqrt() * shared + (1.0 - self.common).sqrt() * own;
                sample.push(shape.quantile(0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)));
            }
            sample.end_replication();
        }
        sample
    }
}

fn holds(truth: f64, bounds: [Option<f64>; 2]) -> u32 {
    let [low, high] = bounds;
    u32::from(low.is_none_or(|low| low <= truth) && high.is_none_or(|high| truth <= high))
}

/// How often the intervals of mean, p05, p50, p95 and the fractions hold the truth.
fn hits(shape: Shape, design: Design) -> [u32; 8] {
    let mut stream = Entropy::new(20, 0).stream(StreamId::new("coverage", Purpose::Choice));
    let mut hits = [0; 8];
    for _ in 0..EXPERIMENTS {
        let sample = design.draw(shape, &mut stream);
        let seen = sample.estimate();
        let half = seen.half_width.unwrap_or(f64::NAN);
        hits[0] += holds(shape.mean(), [Some(seen.mean - half), Some(seen.mean + half)]);
        for (place, (p, bounds)) in
            [(0.05, seen.p05_ci), (0.5, seen.p50_ci), (0.95, seen.p95_ci)].into_iter().enumerate()
        {
            hits[1 + place] += holds(shape.quantile(p), bounds);
        }
        for (place, met) in FRACTIONS.into_iter().enumerate() {
            let limit = shape.quantile(met);
            let count = |windows: &[f64]| windows.iter().filter(|value| **value <= limit).count() as f64;
            let counts: Vec<_> =
                sample.replications().map(|windows| (count(windows), windows.len() as f64)).collect();
            let interval = fraction(&counts);
            hits[4 + place] += holds(met, [interval.low, interval.high]);
        }
    }
    hits
}

fn check(shape: Shape, design: Design) {
    let hits = hits(shape, design);
    let percent = hits.map(|hit| f64::from(hit) * 100.0 / f64::from(EXPERIMENTS));
    assert!(
        percent.iter().all(|covered| (92.0..=98.0).contains(covered)),
        "{shape:?} {design:?}: mean, p05, p50, p95, fractions {FRACTIONS:?} cover {percent:?}"
    );
}

#[test]
fn single_windows_cover() {
    for shape in [Shape::Normal, Shape::Exponential, Shape::Beta] {
        for replications in [40, 100, 400] {
            check(shape, Design { replications, windows: 1, common: 0.0 });
        }
    }
}

#[test]
fn dependent_windows_cover() {
    for shape in [Shape::Normal, Shape::Exponential, Shape::Beta] {
        for replications in [40, 100, 400] {
            check(shape, Design { replications, windows: 7, common: 0.5 });
        }
    }
}
