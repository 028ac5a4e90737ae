//! How long a message takes on connections that also wait for mail.
//!
//! From one message to the next on a connection there is a session and, before it, the time until there was mail for that connection. The two
//! are told apart by playing the burst: messages come as they were seen, the first connection that is free takes each, and the law sought
//! is the lognormal one under which the lower quartile and the median of the times between messages come out as recorded. Only times are used,
//! not which connection had how many messages.

use super::event::What;
use super::recordings::Recorded;
use super::submission::{ENOUGH, SessionTime, steps};
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeSet;

/// How often the law is put right.
const ROUNDS: usize = 20;
/// Plays of the burst each time.
const PLAYS: u64 = 40;
/// The part of what it is off by which it is put right, so that it settles.
const GENTLY: f64 = 0.6;
/// Standard deviations of the logarithm that are believed.
const SIGMAS: (f64, f64) = (0.05, 2.0);

/// The law of the sessions of a burst; `None` if there are too few times to tell.
pub(super) fn session(run: &Recorded) -> Option<SessionTime> {
    let accepted = run.events.iter().filter_map(|event| match event.what {
        What::Accepted { connection, .. } => Some((event.at.0 as f64, connection)),
        _ => None,
    });
    let (seen, connections): (Vec<f64>, BTreeSet<u64>) = accepted.unzip();
    let recorded = Quartiles::of(steps(run))?;
    let lots = Entropy::new(0, 0).key(StreamId::new(&run.name, Purpose::Session));
    Some(settle(&seen, connections.len(), recorded, lots))
}

/// The law under which `recorded` comes out.
fn settle(seen: &[f64], connections: usize, recorded: Quartiles, lots: Key) -> SessionTime {
    let (mut middle, mut sigma) = (recorded.lower, 0.5);
    for _ in 0..ROUNDS {
        let one = |n| Quartiles::of(play(seen, connections, (middle, sigma), lots.child(n)));
        let played = Quartiles::mean((0..PLAYS).filter_map(one));
        let off = (recorded.lower - played.lower + recorded.median - played.median) / 2.0;
        middle += GENTLY * off;
        let wider = (recorded.median - recorded.lower) / (played.median - played.lower).max(0.01);
        sigma = (sigma * libm::pow(wider, GENTLY)).clamp(SIGMAS.0, SIGMAS.1);
    }
    SessionTime { mean: libm::exp(middle + sigma * sigma / 2.0), sigma }
}

/// Times from one message to the next on each of the connections if sessions are lognormal with this middle and width of the logarithm.
fn play(seen: &[f64], connections: usize, (middle, sigma): (f64, f64), lots: Key) -> Vec<f64> {
    let normal = Normal::standard();
    // Until when each has work, and whether it has had any.
    let mut busy = vec![(f64::NEG_INFINITY, false); connections];
    let mut steps = Vec::with_capacity(seen.len());
    for (message, &came) in (0..).zip(seen) {
        let soonest = busy.iter().fold(f64::INFINITY, |soonest, one| soonest.min(one.0));
        let begins = came.max(soonest);
        let Some(first) = busy.iter_mut().find(|one| one.0 <= begins) else { continue };
        let draw = normal.inverse_cdf(lots.child(message).unit().clamp(1e-9, 1.0 - 1e-9));
        let ends = begins + libm::exp(middle + sigma * draw);
        if first.1 {
            steps.push(ends - first.0);
        }
        *first = (ends, true);
    }
    steps
}

/// Logarithms of quartiles.
#[derive(Debug, Clone, Copy)]
struct Quartiles {
    lower: f64,
    median: f64,
}

impl Quartiles {
    fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let at = |place: usize| libm::log(times[place].max(1.0));
        (times.len() >= ENOUGH).then(|| Self { lower: at(times.len() / 4), median: at(times.len() / 2) })
    }

    fn mean(all: impl Iterator<Item = Self>) -> Self {
        let (n, lower, median) =
            all.fold((0.0, 0.0, 0.0), |sum, one| (sum.0 + 1.0, sum.1 + one.lower, sum.2 + one.median));
        Self { lower: lower / f64::max(n, 1.0), median: median / f64::max(n, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 messages at random times 12 ms apart on average, with sessions of 10 ms (the half of them; standard deviation of the logarithm 0.6) on
    /// four connections: the law comes out again. Theory: the lower quartile of 296 times is known to 6 % (its standard error in rank is
    /// 7.4, the density there 1.1 per unit of the logarithm), and what is shared out between middle and width is known half as well; 35 %
    /// are five standard errors of the mean of four bursts. The times between messages are more than half as long again.
    #[test]
    fn sessions_are_told_from_waits() {
        let key = Entropy::new(3, 0).key(StreamId::new("idle", Purpose::Session));
        let (law, mut middles) = ((libm::log(10_000.0), 0.6), 0.0);
        for burst in 0..4 {
            let lots = key.child(burst);
            let mut came = 0.0;
            let seen: Vec<f64> = (0..300)
                .map(|message| {
                    came += 12_000.0 * lots.child(1_000 + message).exponential();
                    came
                })
                .collect();
            let recorded = Quartiles::of(play(&seen, 4, law, lots)).expect("enough");
            assert!(recorded.median > law.0 + 0.4, "{recorded:?}");
            let found = settle(&seen, 4, recorded, key.child(100 + burst));
            middles += (libm::log(found.mean) - found.sigma * found.sigma / 2.0) / 4.0;
        }
        assert!((middles - law.0).abs() < 0.3, "{}", libm::exp(middles));
    }
}
