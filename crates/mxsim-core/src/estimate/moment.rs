//! When something happened.

use super::sample::Sample;
use crate::results::Moment;

/// When something happened (s), replication by replication, in those in which it did; `None` if in none.
#[must_use]
pub fn moment(seconds: impl Iterator<Item = Option<f64>>) -> Option<Moment> {
    let mut sample = Sample::default();
    let mut seen: Vec<f64> = Vec::new();
    for second in seconds {
        if let Some(at) = second {
            sample.push(at);
            seen.push(at);
        }
        sample.end_replication();
    }
    Some(Moment {
        replications: seen.len() as u64,
        earliest: seen.iter().copied().reduce(f64::min)?,
        latest: seen.iter().copied().reduce(f64::max)?,
        estimate: sample.estimate(),
    })
}
