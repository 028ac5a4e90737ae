//! Outages at random: times up and times down take turns, drawn anew in each replication.
//!
//! An alternating renewal process in equilibrium: a replication begins at a moment like any other, so a node may be down when it begins, and what
//! is left of the first time is drawn from the residual life of its law (Ross, Stochastic Processes, 1996, section 3.4). In the long run a node is up for
//! MTBF / (MTBF + MTTR) of the time, whatever the laws.

use super::fault::{Fault, Outage, Scope};
use crate::random::Key;
use crate::time::{Span, Time};

/// Nodes that fail at random, all of them together.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomOutages {
    /// Whose they are, `node mx1` or `group rack1`: they are drawn by this name.
    pub name: String,
    /// The nodes, as their places.
    pub nodes: Vec<usize>,
    /// Times between a recovery and the next failure; their mean is the MTBF.
    pub up: HowLong,
    /// Times between a failure and the recovery; their mean is the MTTR.
    pub down: HowLong,
    /// What is wrong with the nodes meanwhile.
    pub fault: Fault,
}

/// The law of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HowLong {
    /// Always the same.
    Fixed(Span),
    /// Exponentially distributed with this mean: it ends at any moment, however long it has lasted.
    Exponential(Span),
    /// Lognormal with this mean; `sigma` is the standard deviation of its logarithm.
    Lognormal {
        /// Its mean.
        mean: Span,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl HowLong {
    /// Its mean.
    #[must_use]
    pub const fn mean(self) -> Span {
        match self {
            Self::Fixed(mean) | Self::Exponential(mean) | Self::Lognormal { mean, .. } => mean,
        }
    }

    /// A time (µs).
    fn draw(self, key: Key) -> f64 {
        let mean = self.mean().0 as f64;
        match self {
            Self::Fixed(_) => mean,
            Self::Exponential(_) => mean * key.exponential(),
            Self::Lognormal { sigma, .. } => mean * libm::exp(sigma * key.normal() - 0.5 * sigma * sigma),
        }
    }

    /// What is left of it at a moment like any other (µs). Long times are met more often, in proportion to their length; such a lognormal time is one
    /// whose logarithm is larger by sigma^2. Any part of it may be left.
    fn residual(self, key: Key) -> f64 {
        let mean = self.mean().0 as f64;
        match self {
            Self::Fixed(_) => mean * key.unit(),
            Self::Exponential(_) => mean * key.exponential(),
            Self::Lognormal { sigma, .. } => {
                let met = mean * libm::exp(sigma * key.child(0).normal() + 0.5 * sigma * sigma);
                met * key.child(1).unit()
            }
        }
    }
}

impl RandomOutages {
    /// The part of the time in which its nodes are up.
    #[must_use]
    pub fn availability(&self) -> f64 {
        let (up, down) = (self.up.mean().0 as f64, self.down.mean().0 as f64);
        up / (up + down)
    }

    /// About how many there are in such a time.
    #[must_use]
    pub fn expected(&self, time: Span) -> f64 {
        time.0 as f64 / (self.up.mean().0 as f64 + self.down.mean().0 as f64)
    }

    /// The outages of a replication that begin before `to`, if it begins at `from`.
    #[must_use]
    pub fn draw(&self, key: Key, from: Time, to: Time) -> Vec<Outage> {
        let mut outages = Vec::new();
        let mut is_up = key.child(0).unit() <= self.availability();
        let (mut at, mut number) = (from, 1);
        while at < to {
            let (law, draw) = (if is_up { self.up } else { self.down }, key.child(number));
            let length = if number == 1 { law.residual(draw) } else { law.draw(draw) };
            // At least a microsecond, so that it gets to the end.
            let next = at + Span((length as i64).max(1));
            if !is_up {
                outages.push(Outage { from: at, to: next, fault: self.fault, scope: Scope::ALL });
            }
            (at, number, is_up) = (next, number + 1, !is_up);
        }
        outages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part_down(outages: &[Outage], from: Time, to: Time) -> f64 {
        let down: i64 = outages.iter().map(|outage| outage.to.min(to).since(outage.from).0).sum();
        down as f64 / to.since(from).0 as f64
    }

    /// Theory: in equilibrium each moment is down with probability MTTR / (MTBF + MTTR), whatever the law and however short the run. Here a run is a twentieth of the
    /// mean time up. 20,000 runs; by the central limit theorem the mean lies within 5 standard errors.
    #[test]
    fn a_run_begins_at_a_moment_like_any_other() {
        let (from, to) = (Time(-5_000), Time(45_000));
        let mean = Span(1_000_000);
        let laws =
            [HowLong::Fixed(mean), HowLong::Exponential(mean), HowLong::Lognormal { mean, sigma: 1.0 }];
        for (i, law) in laws.into_iter().enumerate() {
            let down = HowLong::Lognormal { mean: Span(250_000), sigma: 0.5 };
            let random =
                RandomOutages { name: String::new(), nodes: Vec::new(), up: law, down, fault: Fault::Drop };
            let runs: Vec<f64> = (0..20_000)
                .map(|run| part_down(&random.draw(Key::ROOT.child(i as u64).child(run), from, to), from, to))
                .collect();
            let mean = runs.iter().sum::<f64>() / runs.len() as f64;
            let variance = runs.iter().map(|part| (part - mean).powi(2)).sum::<f64>() / runs.len() as f64;
            let error = (variance / runs.len() as f64).sqrt();
            assert!((mean - 0.2).abs() < 5.0 * error, "{law:?}: {mean} +/- {error}");
        }
    }

    #[test]
    fn times_up_and_down_take_turns() {
        let random = RandomOutages {
            name: String::new(),
            nodes: Vec::new(),
            up: HowLong::Fixed(Span(70)),
            down: HowLong::Fixed(Span(30)),
            fault: Fault::Refuse,
        };
        let outages = random.draw(Key::ROOT, Time(0), Time(1_000));
        assert!(outages.windows(2).all(|pair| pair[1].from.since(pair[0].to) == Span(70)), "{outages:?}");
        assert!(outages[1..].iter().all(|outage| outage.to.since(outage.from) == Span(30)));
        assert!((9..=11).contains(&outages.len()));
    }
}
