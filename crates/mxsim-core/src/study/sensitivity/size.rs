//! How many worlds are simulated beside a run, how many replications of each, and what they cost.

/// Replications of each end, before the promising ones go on.
pub(crate) const SCREENING: u64 = 32;
/// Replications of a promising end: as many as the first look at the goals takes.
pub(crate) const CONFIRMING: u64 = 160;
/// Replications that may say how many sessions a node needs. *Assumption*: enough to see a bad day of twenty.
pub(crate) const SIZING: u64 = 16;
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
    /// Worlds in which the zone or the nodes are otherwise.
    pub(crate) twins: u64,
    /// One replication of each of these (s).
    pub(crate) twins_s: f64,
    /// One replication of each world with nodes down (s); they go on as long as the run does, and leave no tally.
    pub(crate) down_s: f64,
    /// What making all of them costs (s).
    pub(crate) build_s: f64,
    /// Memory of their tables (bytes).
    pub(crate) table_bytes: f64,
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
        let twins = self.twins * replications.min(CONFIRMING);
        self.extremes * screening + self.extremes.min(CONFIRMED) * confirming + self.worlds * worlds + twins
    }

    /// What they cost (s of one core).
    pub(crate) fn seconds(self, replications: u64) -> f64 {
        let [screening, confirming, worlds] = self.parts(replications).map(|count| count as f64);
        let going_on = self.extremes.min(CONFIRMED) as f64 / self.extremes.max(1) as f64;
        let twins = self.twins_s * replications.min(CONFIRMING) as f64;
        let extremes = self.extremes_s * (screening + going_on * confirming);
        self.build_s + extremes + self.worlds_s * worlds + twins + self.down_s * replications as f64
    }
}
