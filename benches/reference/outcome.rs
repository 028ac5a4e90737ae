//! What a day of bench-1 comes to.

use super::{HOUR, NODES, SECOND};

/// Hours of the day, and one more for what is accepted while the system drains.
const HOURS: usize = 25;

/// The outputs of bench-1, all counted.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Messages that arrived.
    pub messages: u64,
    /// Messages accepted by each node.
    pub accepted: [u64; NODES],
    /// The same by hour of acceptance; the last hour is all that comes after the day.
    pub accepted_by_hour: [[u64; HOURS]; NODES],
    /// Most concurrent sessions of each node.
    pub peak_sessions: [u32; NODES],
    /// Time from arrival to the end of the session that accepted the message (s), in rising order.
    pub delays: Vec<f32>,
    /// Connections tried.
    pub attempts: u64,
    /// Cache entries that had expired.
    pub lookups: u64,
    /// Attempts of a message after its first one.
    pub retries: u64,
    /// Messages given up.
    pub bounced: u64,
}

impl Outcome {
    pub(super) fn accept(&mut self, node: usize, at: u64, delay: u64) {
        self.accepted[node] += 1;
        self.accepted_by_hour[node][((at / HOUR) as usize).min(HOURS - 1)] += 1;
        self.delays.push((delay as f64 / SECOND as f64) as f32);
    }

    pub(super) fn finish(mut self) -> Self {
        self.delays.sort_unstable_by(f32::total_cmp);
        self
    }

    /// Mean delay (s); NaN if nothing was accepted.
    #[must_use]
    pub fn mean_delay(&self) -> f64 {
        let total: f64 = self.delays.iter().map(|&delay| f64::from(delay)).sum();
        total / self.delays.len() as f64
    }

    /// The delay (s) that a fraction `p` of the accepted messages does not exceed.
    ///
    /// # Panics
    /// If nothing was accepted.
    #[must_use]
    pub fn delay_quantile(&self, p: f64) -> f64 {
        let rank = (p * self.delays.len() as f64) as usize;
        f64::from(self.delays[rank.min(self.delays.len() - 1)])
    }

    /// The largest delay (s).
    ///
    /// # Panics
    /// If nothing was accepted.
    #[must_use]
    pub fn longest_delay(&self) -> f64 {
        self.delay_quantile(1.0)
    }
}
