//! What a world costs to simulate, so that one which is too large is refused before it runs.
//!
//! Messages that are simulated one by one cost time (those drawn as counts do not, however many they are), and so do their retries: while every node a sender can use fails, all that arrives is tried again and again. How
//! often is counted with the sender's own retry law, for a message that arrives at any moment of the outage alike. Memory goes into
//! caches, queued messages and tallies.

use crate::engine::Compiled;
use crate::engine::outcome_of;
use crate::engine::world::method::SimulationMethod;
use crate::engine::world::{SenderTable, World};
use crate::ids::NodeId;
use crate::numerals::{bytes, count, rough};
use crate::random::{Entropy, Purpose, StreamId};
use crate::sender::retry::{FailedAttempt, next_attempt};
use crate::sender::{Failover, Outcome, Reaction, RetrySchedule};
use crate::study::limit::Limit;
use crate::study::sensitivity::size::{CONFIRMING, Size};
use crate::tally::{DURATION_PARTS, PEAK_BINS, SERIES_BIN};
use crate::time::{Span, Time};
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
/// Bytes of a finished window without its counts: the structure and what the allocator adds to its lists. 3,650 days of one-minute windows on
/// two nodes took 1.70 GB; this gives 1.66.
const WINDOW_BYTES: f64 = 220.0;
/// Bytes of a count in a tally.
const COUNT_BYTES: f64 = 8.0;
/// Counts of a sender, or of a phase of an event, those of its delays included. *Assumption*: a dozen lengths of delay occur.
const SENDER_COUNTS: f64 = 60.0;
/// Bytes of a cache that nobody has asked yet: a pointer, or when its entry expires and how often it was filled.
const CACHE_BYTES: f64 = 16.0;
/// Bytes of an outbound host whose connections are counted, with its place in the map. *Assumption*: its size and as much again.
const OUTBOUND_BYTES: f64 = 256.0;
/// Bytes of a queued message in the calendar. *Assumption*: twice the size of an event, because lists grow by doubling.
const QUEUED_BYTES: f64 = 128.0;
/// Retries that are counted one by one; what follows goes on at the pace of the last two. No retry law has so many different waits.
const MOST_COUNTED: usize = 10_000;

/// The estimated cost of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Messages of one replication that are simulated one by one, warm-up included; those drawn as counts cost nothing each.
    pub messages: f64,
    /// Retries of one replication, warm-up included.
    pub retries: f64,
    /// Worlds simulated beside it in the first replications.
    pub(super) beside: Size,
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
        let worlds = cost.worlds(self.replications);
        let what = if self.replications == 1 { "replication needs" } else { "replications need" };
        write!(
            f,
            "this is too large to run: {} {what} about {} h of one core for {} messages each with {} retries, {} at work \
             and {} to keep the counts; use fewer messages_per_day, sites or hosts, a shorter run_length, warm_up or \
             outage, longer windows, longer waits between retries, or fewer replications",
            count(self.replications),
            rough(cost.seconds(self.replications) / 3_600.0),
            rough(cost.messages),
            rough(cost.retries),
            bytes(cost.working_bytes),
            bytes(cost.tally_bytes * worlds),
        )
    }
}

impl Cost {
    /// What one replication of `world` is expected to cost.
    #[must_use]
    pub fn of(compiled: &Compiled) -> Self {
        let (world, topology) = (&compiled.world, &compiled.world.topology);
        let messages: f64 = one_by_one(compiled).map(|sender| sender.expected(world.start, world.end)).sum();
        let caches: f64 = topology.layers.iter().map(|layer| layer.caches as f64).sum();
        // A cache exists once it is asked, and nobody asks more often than there are messages.
        let used = caches.min(messages * topology.layers.len() as f64);
        let (retries, queued) = retries(compiled);
        Self {
            messages,
            retries: retries.count,
            beside: Size::default(),
            replication_s: (messages + retries.work + compiled.aggregate_work()) / MESSAGES_PER_SECOND,
            working_bytes: used * topology.record_sets.len() as f64 * ENTRY_BYTES
                + caches * CACHE_BYTES
                + queued * QUEUED_BYTES
                + managed_hosts(world) * OUTBOUND_BYTES
                + load_bytes(world),
            tally_bytes: tally_bytes(world),
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
        let worlds = self.worlds(replications);
        let fits = self.seconds(1) <= LONGEST_REPLICATION_S
            && self.seconds(replications) <= LONGEST_RUN_S
            && self.working_bytes <= MOST_MEMORY
            && self.tally_bytes * worlds <= MOST_MEMORY;
        if fits { Ok(()) } else { Err(TooLarge { cost: self, replications }) }
    }

    /// How many tallies of the world itself fit into memory, beside those of the other worlds.
    #[must_use]
    pub fn most_replications(self) -> u64 {
        let tallies = (MOST_MEMORY / self.tally_bytes) as u64;
        let beside = self.beside.replications(CONFIRMING);
        if tallies >= beside + CONFIRMING {
            return tallies - beside;
        }
        (1..CONFIRMING).rev().find(|most| self.worlds(*most) <= tallies as f64).unwrap_or(0)
    }

    /// Processor time of so many replications and of the worlds beside them.
    fn seconds(self, replications: u64) -> f64 {
        self.replication_s * replications as f64 + self.beside.seconds(replications)
    }

    /// Worlds simulated in so many replications, those beside it included.
    fn worlds(self, replications: u64) -> f64 {
        (replications + self.beside.replications(replications)) as f64
    }
}

fn tally_bytes(world: &World) -> f64 {
    let (nodes, run) = (world.topology.nodes.len() as f64, &world.run);
    let peaks = PEAK_BINS.len() as f64;
    let counts = nodes * (world.senders.len() as f64 + 2.0 + peaks) + world.delay_limits.len() as f64;
    // Two more peaks of sessions, and the connections of the busiest hour.
    let timed = if world.topology.is_timed() { nodes * 3.0 } else { 0.0 };
    let bins = run.run_length.0 as f64 / SERIES_BIN.0 as f64 + DURATION_PARTS.len() as f64;
    let details = (world.senders.len() as f64 * (nodes + SENDER_COUNTS)
        + world.phases.lengths.len() as f64 * (nodes * 4.0 + SENDER_COUNTS))
        * COUNT_BYTES;
    let windows = run.windows() as f64 * (WINDOW_BYTES + (counts + timed) * COUNT_BYTES);
    windows + bins * nodes * COUNT_BYTES + details + 4_096.0
}

/// Load by second of an hour and by minute of the run, while a replication is at work.
fn load_bytes(world: &World) -> f64 {
    let minutes = world.run.run_length.0 as f64 / Span::MINUTE.0 as f64;
    world.topology.nodes.len() as f64 * (3_600.0 + minutes) * 4.0
}

/// Outbound hosts whose connections are counted; each exists once it has sent something.
fn managed_hosts(world: &World) -> f64 {
    let hosts = |sender: &SenderTable| {
        let sent = sender.expected(world.start, world.end);
        (sender.outbound_hosts() as f64).min(sent)
    };
    world.senders.iter().filter(|sender| sender.path.counts_connections()).map(hosts).sum()
}

/// The senders whose messages are simulated one by one.
fn one_by_one(compiled: &Compiled) -> impl Iterator<Item = &SenderTable> {
    let senders = compiled.world.senders.iter().zip(&compiled.methods);
    senders.filter(|(_, method)| method.method == SimulationMethod::Messages).map(|(sender, _)| sender)
}

/// The retries of one replication.
#[derive(Debug, Clone, Copy, Default)]
struct Retries {
    count: f64,
    /// What they cost, in messages that are taken at the first connection.
    work: f64,
}

/// The retries of all senders, and the most messages that wait at the same time.
fn retries(compiled: &Compiled) -> (Retries, f64) {
    let world = &compiled.world;
    let (mut all, mut queued) = (Retries::default(), 0.0);
    // Who is simulated in numbers never has to try again.
    for sender in one_by_one(compiled) {
        let nodes = usable_nodes(world, sender);
        // A message costs a look-up and a connection; a retry that fails costs a look-up and a connection to each node. *Assumption*: both
        // cost the same.
        let work = match sender.behaviour.parameters.failover {
            Failover::NextHost => (1.0 + nodes.len() as f64) / 2.0,
            Failover::SameHostLater => 1.0,
        };
        let mut waits = None;
        for (outages, part) in outages(compiled, sender, &nodes) {
            if outages.is_empty() {
                continue;
            }
            let waits = waits.get_or_insert_with(|| {
                Waits::new(&sender.behaviour.parameters.retry, world.end.since(world.start))
            });
            for (from, to) in waits.joined(&outages) {
                let messages = sender.expected(from, to) * part;
                let retries = messages * waits.retries_in(to.since(from));
                all.count += retries;
                all.work += retries * work;
                queued += messages;
            }
        }
    }
    (all, queued)
}

/// The nodes with an address that is of use to the sender.
fn usable_nodes(world: &World, sender: &SenderTable) -> Vec<NodeId> {
    let usable = |node: &NodeId| {
        let mut addresses = world.topology.addresses.iter().filter(|address| address.node == *node);
        addresses.any(|address| sender.ipv6 || !address.ipv6)
    };
    (0..world.topology.nodes.len()).map(NodeId::new).filter(usable).collect()
}

/// From when to when.
type Times = Vec<(Time, Time)>;

/// When a sender's mail waits, and which part of it: what is meant for a node while that shows a fault after which the sender does not go on,
/// and all of it while all nodes fail otherwise. Final answers make nobody wait, but are taken to do so: this is an upper bound.
fn outages(compiled: &Compiled, sender: &SenderTable, nodes: &[NodeId]) -> Vec<(Times, f64)> {
    let (world, behaviour) = (&compiled.world, &sender.behaviour);
    // Where the sessions of an attempt are limited, mail may stay behind though the sender would go on.
    let goes_on = |outcome: Outcome| {
        behaviour.react(outcome) == Reaction::Next
            && !(outcome.is_in_session() && behaviour.parameters.limits.sessions.is_some())
    };
    let of = |node: &NodeId, going_on: bool| -> Times {
        let outages = world.topology.node(*node).faults.outages().iter();
        let such = outages.filter(|outage| goes_on(outcome_of(outage.fault)) == going_on);
        let within = such.map(|outage| (outage.from.max(world.start), outage.to.min(world.end)));
        within.filter(|(from, to)| from < to).collect()
    };
    let part = |node: &NodeId| (of(node, false), compiled.labels.nodes[node.index()].fair_share);
    let common = nodes.iter().map(|node| of(node, true)).reduce(|a, b| intersection(&a, &b));
    nodes.iter().map(part).chain(common.map(|times| (times, 1.0))).collect()
}

/// The times in both lists, which are in order and without overlap.
fn intersection(a: &[(Time, Time)], b: &[(Time, Time)]) -> Times {
    let (mut i, mut j, mut both) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let (from, to) = (a[i].0.max(b[j].0), a[i].1.min(b[j].1));
        if from < to {
            both.push((from, to));
        }
        if a[i].1 < b[j].1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

/// The attempts of a message that fails all the time.
#[derive(Debug)]
struct Waits {
    /// Age of the message at each failure that another attempt follows.
    failures: Vec<Span>,
    /// Sums of the first 0, 1, 2, ... of them (µs).
    sums: Vec<f64>,
    /// The last wait, if it goes on like that; `None` if the message bounces.
    pace: Option<Span>,
}

impl Waits {
    /// The attempts until the message is `longest` old.
    fn new(policy: &RetrySchedule, longest: Span) -> Self {
        let mut waits = Self { failures: Vec::new(), sums: vec![0.0], pace: None };
        let (mut now, mut sum) = (Time::ZERO, 0.0);
        // Lots may fall as they like: an estimate does not depend on them.
        let lots = Entropy::new(0, 0).key(StreamId::new("cost", Purpose::Retry));
        while waits.failures.len() < MOST_COUNTED {
            let failures = waits.failures.len() as u32 + 1;
            let message = FailedAttempt { born: Time::ZERO, failures, now, phase: Span::ZERO };
            let Some(next) = next_attempt(policy, message, lots) else {
                waits.pace = None;
                break;
            };
            sum += now.0 as f64;
            waits.failures.push(now.since(Time::ZERO));
            waits.sums.push(sum);
            waits.pace = Some(next.since(now));
            now = next;
            if now.since(Time::ZERO) > longest {
                break;
            }
        }
        waits
    }

    /// Mean number of retries of messages that arrive at any moment of an outage of this length alike.
    fn retries_in(&self, outage: Span) -> f64 {
        let length = outage.0 as f64;
        // A retry follows each failure before the end of the outage, and the time of arrival that leaves room for it is a part of it.
        let counted = self.failures.partition_point(|age| *age < outage);
        let retries = counted as f64 - self.sums[counted] / length;
        retries + self.uncounted(outage)
    }

    /// Those after the last one counted.
    fn uncounted(&self, outage: Span) -> f64 {
        match (self.pace, self.failures.last()) {
            (Some(pace), Some(last)) if *last < outage => {
                let left = (outage.0 - last.0) as f64;
                (left / pace.0.max(1) as f64 - 1.0).max(0.0) * left / outage.0 as f64 / 2.0
            }
            _ => 0.0,
        }
    }

    /// The wait in force at the end of an outage for a message from its start.
    fn wait_after(&self, outage: Span) -> Span {
        let next = self.failures.partition_point(|age| *age < outage);
        match (next.checked_sub(1).map(|last| self.failures[last]), self.failures.get(next)) {
            (Some(last), Some(next)) => Span(next.0 - last.0),
            _ => self.pace.unwrap_or(Span::ZERO),
        }
    }

    /// Outages with those joined between which a waiting message may not be tried; it then waits through both.
    fn joined(&self, outages: &[(Time, Time)]) -> Times {
        let mut joined: Times = Vec::new();
        for &(from, to) in outages {
            match joined.last_mut() {
                Some(last) if from.since(last.1) < self.wait_after(last.1.since(last.0)) => last.1 = to,
                _ => joined.push((from, to)),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile;
    use crate::engine::world::method::MethodChoice;
    use crate::scenario::Scenario;
    use crate::study::sensitivity::Alternatives;

    /// The cost of two hosts and what follows them.
    fn cost(rest: &str) -> Cost {
        let zone = "[zone]\ntext = \"\"\"\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
                    a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n\"\"\"\n";
        match Scenario::from_toml(&format!("{zone}{rest}")) {
            Ok(scenario) => {
                let cost = Cost::of(&compile(&scenario));
                let beside = Alternatives::new(&scenario, (1, MethodChoice::default()), Some(0), &cost);
                Cost { beside: beside.size, ..cost }
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn failing(node: &str, span: &str) -> String {
        format!("[[events]]\nat = \"00:00\"\nfor = \"{span}\"\nnode = \"{node}\"\nfault = \"refuse\"\n")
    }

    const EACH_SECOND: &str = "[[senders]]\npreset = \"postfix\"\n\
        retry = { wait = { gaps = { list = [\"1s\"], then = \"repeat-last\" } }, queue_run = \"none\" }\n";

    const ONE: Limit = Limit::UntilDecided { at_most: 1 };

    #[test]
    fn windows_cost_memory() {
        let one_sender = "[[senders]]\npreset = \"postfix\"\nsites = 1000\n";
        let cost = cost(&format!("[run]\nrun_length = \"3650d\"\nwindow = \"1m\"\n{one_sender}"));
        // Measured: 1.70 GB.
        assert!((1.4e9..1.9e9).contains(&cost.tally_bytes), "{cost:?}");
        assert!(cost.check(Limit::Replications(4)).is_err());
        assert!(cost.check(ONE).is_ok());
        assert!(cost.most_replications() < 4);
    }

    /// Theory: a message that arrives t before the end of the day is tried t / 1 s times more, half a day on average.
    #[test]
    fn retries_through_an_outage_cost_time() {
        let traffic = "[traffic]\nmessages_per_day = 20000\n";
        let all_day = failing("a", "1d") + &failing("b", "1d");
        let busy = cost(&format!("{traffic}{EACH_SECOND}{all_day}"));
        let theory = 20_000.0 * 43_200.0;
        assert!((busy.retries / theory - 1.0).abs() < 0.01, "{busy:?}");
        assert!(busy.check(ONE).is_err(), "{busy:?}");
        // One node is left, or the outage is short, or the waits are long.
        assert_eq!(cost(&format!("{traffic}{EACH_SECOND}{}", failing("a", "1d"))).retries, 0.0);
        let short = failing("a", "1m") + &failing("b", "1m");
        assert!(cost(&format!("{traffic}{EACH_SECOND}{short}")).check(ONE).is_ok());
        let postfix = cost(&format!("{traffic}{all_day}"));
        assert!(postfix.retries > 20_000.0 && postfix.check(ONE).is_ok(), "{postfix:?}");
    }

    #[test]
    fn who_stays_with_a_host_waits_for_that_host() {
        let later = EACH_SECOND.replace("retry =", "failover = \"same-host-later\"\nretry =");
        let traffic = "[traffic]\nmessages_per_day = 20000\n";
        let one = cost(&format!("{traffic}{later}{}", failing("a", "1d")));
        let theory = 10_000.0 * 43_200.0;
        assert!((one.retries / theory - 1.0).abs() < 0.01, "{one:?}");
    }

    #[test]
    fn counts_cost_the_same_whatever_they_are() {
        let many = "[traffic]\nmessages_per_day = 1e12\n";
        let counts = cost(&format!("{many}[[senders]]\npreset = \"randomizing\"\n"));
        assert_eq!(counts.messages, 0.0);
        assert!(counts.check(ONE).is_ok(), "{counts:?}");
        let single =
            cost(&format!("{many}[[senders]]\npreset = \"order-preserving\"\nresolver = \"dnsmasq\"\n"));
        assert!(single.messages > 1e12 && single.check(ONE).is_err(), "{single:?}");
    }

    #[test]
    fn worlds_beside_the_run_count() {
        let known = cost("[[senders]]\npreset = \"postfix\"\n");
        let beside = Size {
            extremes: 2,
            extremes_s: 2.0,
            worlds: 10,
            worlds_s: 30.0,
            replications: 20,
            ..Size::default()
        };
        let other = Cost { beside, ..known };
        // Two extremes for 160 replications, ten worlds for 20.
        assert_eq!((known.worlds(200), other.worlds(200)), (200.0, 720.0));
        assert_eq!(beside.seconds(200), 2.0 * 160.0 + 30.0 * 20.0);
        let tight = Cost { tally_bytes: MOST_MEMORY / 700.0, ..other };
        assert_eq!(tight.most_replications(), 180);
        assert!(tight.check(Limit::Replications(180)).is_ok());
        assert!(tight.check(Limit::Replications(181)).is_err());
        // One of the world itself costs thirteen.
        let tiny = Cost { tally_bytes: MOST_MEMORY / 130.5, ..other };
        assert_eq!(tiny.most_replications(), 10);
    }

    /// Outages of 59 s in each minute: a message that waits for a minute may miss every gap between them.
    #[test]
    fn short_gaps_between_outages_do_not_hide_them() {
        let waits = |seconds| {
            let wait = crate::sender::Wait::Gaps {
                list: vec![Span::from_secs(seconds)],
                then: crate::sender::AfterGaps::RepeatLast,
            };
            let policy = RetrySchedule {
                wait,
                queue_run: None,
                jitter: Span::ZERO,
                lifetime: None,
                max_attempts: None,
            };
            Waits::new(&policy, Span::DAY)
        };
        let at = |seconds: i64| Time::ZERO + Span::from_secs(seconds);
        let outages: Times = (0..60).map(|minute| (at(minute * 60), at(minute * 60 + 59))).collect();
        assert_eq!(waits(60).joined(&outages), [(at(0), at(59 * 60 + 59))]);
        assert_eq!(waits(1).joined(&outages).len(), 60);
    }
}
