//! What a world costs to simulate, so that one which is too large is refused before it runs.

use super::run::Limit;
use super::tally::SERIES_BIN;
use super::world::World;
use std::fmt;

/// Simulated messages per second of one core: the low end of what `benches/pipeline.rs` shows, rounded down.
/// *Assumption* about the machine; only the order of size matters here.
const MESSAGES_PER_SECOND: f64 = 1e6;
/// The longest single replication that is not refused (s of one core).
const LONGEST_REPLICATION_S: f64 = 1_800.0;
/// The longest run with a fixed number of replications that is not refused (s of one core): two days.
const LONGEST_RUN_S: f64 = 172_800.0;
/// The most memory for one replication, and for all tallies together (bytes): 4 GiB.
const MOST_MEMORY: f64 = 4_294_967_296.0;
/// Bytes of a cache entry with its order, and of a cached record set that nobody has asked for.
const ENTRY_BYTES: f64 = 160.0;

/// The estimated cost of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Messages of one replication, warm-up included.
    pub messages: f64,
    /// Processor time of one replication (s).
    pub replication_s: f64,
    /// Memory of one replication at work (bytes).
    pub working_bytes: f64,
    /// Memory of one finished tally (bytes).
    pub tally_bytes: f64,
}

/// A run that would take too long or too much memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TooLarge {
    cost: Cost,
    replications: u64,
}

impl std::error::Error for TooLarge {}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cost = &self.cost;
        let gib = |bytes: f64| bytes / 1_073_741_824.0;
        let what = if self.replications == 1 { "replication needs" } else { "replications need" };
        write!(
            f,
            "this is too large to run: {} {what} about {} h of one core for {} messages each, {} GiB at work \
             and {} GiB to keep the counts; use fewer messages_per_day, sites or hosts, a shorter run_length or warm_up, \
             or fewer replications",
            self.replications,
            rounded(cost.replication_s * self.replications as f64 / 3_600.0),
            rounded(cost.messages),
            rounded(gib(cost.working_bytes)),
            rounded(gib(cost.tally_bytes * self.replications as f64)),
        )
    }
}

/// Three digits are more than an estimate deserves; beyond a million a power of ten reads better than zeros.
fn rounded(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{v:.1e}"),
        v if v >= 10.0 => format!("{v:.0}"),
        v => format!("{v:.1}"),
    }
}

impl Cost {
    /// What one replication of `world` is expected to cost.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let messages: f64 =
            world.senders.iter().map(|sender| sender.arrivals.expected(world.start, world.end)).sum();
        let caches: f64 = world.layers.iter().map(|layer| layer.caches as f64).sum();
        // A cache exists once it is asked, and nobody asks more often than there are messages.
        let used = caches.min(messages * world.layers.len() as f64);
        let (nodes, run) = (world.nodes.len() as f64, &world.frame.run);
        let cells = run.windows() as f64 * nodes * (world.senders.len() as f64 + 2.0);
        let bins = run.run_length.0 as f64 / SERIES_BIN.0 as f64 * nodes;
        Self {
            messages,
            replication_s: messages / MESSAGES_PER_SECOND,
            working_bytes: used * world.record_sets.len() as f64 * ENTRY_BYTES + caches * 8.0,
            tally_bytes: (cells + bins) * 4.0 + 4_096.0,
        }
    }

    /// Refuses a run that is too large.
    ///
    /// # Errors
    /// If one replication, or the replications asked for, need too much time or memory.
    pub fn check(self, limit: Limit) -> Result<(), TooLarge> {
        let replications = match limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { .. } => 1,
        };
        let all = replications as f64;
        let fits = self.replication_s <= LONGEST_REPLICATION_S
            && self.replication_s * all <= LONGEST_RUN_S
            && self.working_bytes <= MOST_MEMORY
            && self.tally_bytes * all <= MOST_MEMORY;
        if fits { Ok(()) } else { Err(TooLarge { cost: self, replications }) }
    }

    /// How many tallies fit into memory.
    #[must_use]
    pub fn most_replications(self) -> u64 {
        (MOST_MEMORY / self.tally_bytes) as u64
    }
}
