//! How many worlds are simulated beside a run, how many replications of each, and what they cost.

/// Replications of each end, before the promising ones go on.
pub(crate) const SCREENING: u64 = 32;
/// Replications of a promising end: as many as the first look at the goals takes.
pub(crate) const CONFIRMING: u64 = 160;
/// Ends that go on.
pub(crate) const CONFIRMED: u64 = 3;
/// How many worlds beside the run, how many replications of each, and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Size {
    pub(crate) extremes: u64,
    /// One replication of each end (s).
    pub(crate) extremes_s: f64,
    pub(crate) worlds: u64,
    /// One replication of each world (s).
    pub(crate) worlds_s: f64,
    /// Replications of each drawn world.
    pub(crate) replications: u64,
    /// One replication of the world in which unknown addresses are none (s); zero if all are known.
    pub(crate) without_s: f64,
}

impl Size {
    /// Replications of each end, of extremes that go on, and of each world, beside `replications` of the run itself.
    fn parts(self, replications: u64) -> [u64; 3] {
        let confirming = replications.min(CONFIRMING).saturating_sub(SCREENING);
        [replications.min(SCREENING), confirming, replications.min(self.replications)]
    }

    /// Replications of other worlds beside `replications` of the run itself.
    pub(crate) fn replications(self, replications: u64) -> u64 {
        let [screening, confirming, worlds] = self.parts(replications);
        let without = if self.without_s > 0.0 { replications.min(CONFIRMING) } else { 0 };
        self.extremes * screening + self.extremes.min(CONFIRMED) * confirming + self.worlds * worlds + without
    }

    /// What they cost (s of one core).
    pub(crate) fn seconds(self, replications: u64) -> f64 {
        let [screening, confirming, worlds] = self.parts(replications).map(|count| count as f64);
        let going_on = self.extremes.min(CONFIRMED) as f64 / self.extremes.max(1) as f64;
        let without = self.without_s * replications.min(CONFIRMING) as f64;
        self.extremes_s * (screening + going_on * confirming) + self.worlds_s * worlds + without
    }
}
