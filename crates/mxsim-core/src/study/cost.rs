//! What a world costs to simulate, so that one which is too large is refused before it runs.
//!
//! Messages that are simulated one by one cost time (those drawn as counts do not, however many they are), and so do their retries: while every
//! node a sender can use fails, all that arrives is tried again and again (`waiting.rs`). Memory goes into tables, caches, queued messages and
//! tallies.

#[cfg(test)]
mod population;
mod waiting;

use crate::engine::Compiled;
use crate::engine::Done;
use crate::engine::world::method::SimulationMethod;
use crate::engine::world::topology::EdgeTable;
use crate::engine::world::{SenderTable, World};
use crate::ids::NodeId;
use crate::scenario::Scenario;
use crate::study::limit::{Limit, MESSAGES_PER_SECOND};
use crate::study::sensitivity::size::{TwinCost, WORLDS, WORLDS_BYTES, most_tallies};
pub use crate::study::too_large::TooLarge;
use crate::study::too_large::{LONGEST_REPLICATION_S, LONGEST_RUN_S, MOST_MEMORY};
use crate::tally::{DURATION_PARTS, PEAK_BINS, SERIES_BIN};
use crate::time::Span;
use waiting::retries;

/// Addresses up to which a message costs the same, and from which on so many more cost as much as a message. Measured: 1.8 µs with 30, 27 µs with
/// 200.
const ADDRESSES: [f64; 2] = [8.0, 10.0];
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
/// Bytes of an outbound host whose connections are counted, or of another entry of a table, with its place. *Assumption*: its size and as much again.
const OUTBOUND_BYTES: f64 = 256.0;
/// Bytes of a queued message in the calendar. *Assumption*: twice the size of an event, because lists grow by doubling.
const QUEUED_BYTES: f64 = 128.0;

/// Bytes of a key of a greylist with its row, or of a client. *Assumption*: their size and as much again.
const KEY_BYTES: f64 = 224.0;
/// What a message costs more that a greylist defers, in messages: two retries and what they try. *Assumption*.
const GREYLISTED_WORK: f64 = 3.0;
/// What a health check costs, in messages. *Assumption*: an event, as a message that is taken at once.
const CHECK_WORK: f64 = 1.0;

/// Retries that are counted one by one; what follows goes on at the pace of the last two. No retry law has so many different waits.
const MOST_COUNTED: usize = 10_000;
/// Bytes of an outbound host in the tables of a world: its place among the sites, its caches and what it holds. Measured: 10 million take 1.6 GB.
const TABLE_BYTES: f64 = 160.0;
/// What a site and an outbound host cost when a world is made, in messages. Measured: 1 million sites take 1.0 s, 3 million hosts of one site
/// 0.3 s.
const SITE_WORK: f64 = 1.8;
const HOST_WORK: f64 = 0.2;
/// Bytes of what an event that lies ahead holds: its place in the calendar and its message. *Assumption*, as for queued messages.
const AHEAD_BYTES: f64 = QUEUED_BYTES;

/// What greylisting adds to a message, in messages.
fn greylisted(world: &World) -> f64 {
    world.greylisting.as_ref().map_or(0.0, |plan| plan.part_deferred() * GREYLISTED_WORK)
}

/// What health checks cost in one replication, in messages: an event each, though most of them are passed over. An upper bound.
fn checks(world: &World) -> f64 {
    let run = world.end.since(world.start).0 as f64;
    let of = |edge: &EdgeTable| {
        let each = edge.policy.check.map_or(0.0, |check| run / check.every.0 as f64);
        let looked_at = |node: &&NodeId| {
            let table = world.topology.node(**node);
            // A node that may be too busy for a check, or whose faults are drawn anew for each, is asked each time.
            let may_be_busy = table.capacity.sessions.is_some() || table.capacity.clients.is_limiting();
            may_be_busy || table.faults.is_partial()
        };
        each * edge.nodes.iter().filter(looked_at).count() as f64
    };
    world.topology.edges.iter().map(of).sum::<f64>() * CHECK_WORK
}

/// The estimated cost of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Messages of one replication that are simulated one by one, warm-up included; those drawn as counts cost nothing each.
    pub messages: f64,
    /// Retries of one replication, warm-up included.
    pub retries: f64,
    /// Worlds simulated along with it and after it.
    pub(super) beside: OtherWorlds,
    /// Processor time to make the world (s).
    pub build_s: f64,
    /// Processor time of one replication (s).
    pub replication_s: f64,
    /// Memory of one replication at work (bytes).
    pub working_bytes: f64,
    /// Memory of one finished tally (bytes).
    pub tally_bytes: f64,
    /// Whether a greylist is among what fills the memory.
    pub(super) has_greylist: bool,
}

/// What is simulated along with a run and after it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct OtherWorlds {
    twins: TwinCost,
    /// Other worlds that are asked for.
    asked: Option<u64>,
    /// Whether there are any.
    has_worlds: bool,
    /// Memory of the tables of those that are asked for (bytes).
    table_bytes: f64,
}

impl OtherWorlds {
    /// Other worlds follow where something is not known, so many of them if they are asked for.
    pub(super) fn new(scenario: &Scenario, twins: TwinCost, asked: Option<u64>, has_worlds: bool) -> Self {
        let table_bytes = asked.unwrap_or(0) as f64 * Cost::table_bytes(scenario);
        Self { twins, asked, has_worlds: has_worlds && asked != Some(0), table_bytes }
    }

    fn table_bytes(self) -> f64 {
        self.twins.table_bytes + self.table_bytes
    }

    /// The most tallies of so many bytes beside so many replications of the run. Worlds that nobody asked for take no more than they may.
    fn tallies(self, replications: u64, bytes: f64) -> u64 {
        let worlds = match self.asked {
            _ if !self.has_worlds => 0,
            Some(worlds) => most_tallies(worlds, replications),
            None => most_tallies(WORLDS[0], replications).min((WORLDS_BYTES / bytes) as u64),
        };
        self.twins.tallies(replications) + worlds
    }

    /// Processor time beside so many replications of the run, each of so many seconds.
    fn seconds(self, replications: u64, replication_s: f64) -> f64 {
        let worlds = match self.asked {
            _ if !self.has_worlds => 0,
            Some(worlds) => most_tallies(worlds, replications),
            None => replications,
        };
        self.twins.seconds(replications) + worlds as f64 * replication_s
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
        let outbound: f64 = world.senders.iter().map(|sender| sender.outbound_hosts() as f64).sum();
        Self {
            messages,
            retries: retries.count,
            beside: OtherWorlds::default(),
            build_s: build_s(world.senders.iter().map(|sender| (sender.sites, sender.hosts))),
            replication_s: (messages * message_work(world) * session_work(world)
                + retries.work
                + messages * greylisted(world)
                + checks(world)
                + compiled.aggregate_work())
                / MESSAGES_PER_SECOND,
            working_bytes: outbound * TABLE_BYTES
                + used * topology.record_sets.len() as f64 * ENTRY_BYTES
                + caches * CACHE_BYTES
                + queued * QUEUED_BYTES
                + managed_hosts(world) * OUTBOUND_BYTES
                + world.greylisting.as_ref().map_or(0.0, |plan| plan.most_entries() * KEY_BYTES)
                + load_bytes(world),
            tally_bytes: tally_bytes(world),
            has_greylist: world.greylisting.is_some(),
        }
    }

    /// Memory of the tables of a world that is made of `scenario` (bytes).
    #[must_use]
    pub fn table_bytes(scenario: &Scenario) -> f64 {
        let hosts = scenario.senders.iter().map(|sender| sender.sites as f64 * sender.hosts as f64);
        hosts.sum::<f64>() * TABLE_BYTES
    }

    /// Refuses a scenario whose tables alone are too large, before they are made.
    ///
    /// # Errors
    /// If outbound hosts, or windows of one replication, need too much memory.
    pub fn check_tables(scenario: &Scenario) -> Result<(), TooLarge> {
        let bytes = Self::table_bytes(scenario);
        if bytes <= MOST_MEMORY {
            return Ok(());
        }
        let messages = scenario.messages_per_day * scenario.run.run_length.0 as f64 / Span::DAY.0 as f64;
        let cost = Self {
            messages,
            retries: 0.0,
            beside: OtherWorlds::default(),
            build_s: build_s(scenario.senders.iter().map(|sender| (sender.sites, sender.hosts))),
            replication_s: 0.0,
            working_bytes: bytes,
            tally_bytes: 0.0,
            has_greylist: scenario.greylisting.is_some(),
        };
        Err(cost.too_large(1))
    }

    /// Holds what a replication has done against what is allowed: where the estimate was too low by so much that the replication would have been
    /// refused, it is too large after all. The same on every machine, because only work, events and entries are counted.
    #[must_use]
    pub fn outgrown(self, done: Done) -> Option<TooLarge> {
        let work = done.work as f64;
        let bytes = done.ahead as f64 * AHEAD_BYTES + done.entries as f64 * OUTBOUND_BYTES;
        if work <= LONGEST_REPLICATION_S * MESSAGES_PER_SECOND && bytes <= MOST_MEMORY {
            return None;
        }
        let cost = Self {
            retries: self.retries.max(work - self.messages),
            replication_s: self.replication_s.max(work / MESSAGES_PER_SECOND),
            working_bytes: self.working_bytes.max(bytes),
            ..self
        };
        Some(cost.too_large(1))
    }

    /// Refuses a run that is too large.
    ///
    /// # Errors
    /// If one replication, or the replications asked for, need too much time or memory.
    pub fn check(self, limit: Limit) -> Result<(), TooLarge> {
        self.check_part(limit, None)
    }

    /// The same where no more than `own` of the replications are simulated here, though the tallies of all come together.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_part(self, limit: Limit, own: Option<u64>) -> Result<(), TooLarge> {
        let replications = match limit {
            Limit::Replications(replications) => replications,
            Limit::UntilDecided { .. } => 1,
        };
        let tallies = self.tallies(replications);
        let fits = self.seconds(1) <= LONGEST_REPLICATION_S
            && self.seconds(own.unwrap_or(replications)) <= LONGEST_RUN_S
            && self.working_bytes + self.beside.table_bytes() <= MOST_MEMORY
            && self.tally_bytes * tallies <= MOST_MEMORY;
        if fits { Ok(()) } else { Err(self.too_large(replications)) }
    }

    fn too_large(self, replications: u64) -> TooLarge {
        TooLarge {
            replications,
            seconds: self.seconds(replications),
            messages: self.messages,
            retries: self.retries,
            working_bytes: self.working_bytes + self.beside.table_bytes(),
            tallies_bytes: self.tally_bytes * self.tallies(replications),
            has_worlds: self.beside.asked.is_some_and(|worlds| worlds > 0),
            has_greylist: self.has_greylist,
        }
    }

    /// How many tallies of the world itself fit into memory, beside those of the other worlds.
    #[must_use]
    pub fn most_replications(self) -> u64 {
        let tallies = (MOST_MEMORY / self.tally_bytes) as u64;
        let beside = self.beside.tallies(u64::MAX, self.tally_bytes);
        if tallies > 2 * beside {
            return tallies - beside;
        }
        (1..tallies).rev().find(|most| self.tallies(*most) <= tallies as f64).unwrap_or(0)
    }

    /// Processor time of so many replications and of the worlds beside them, from making them on.
    fn seconds(self, replications: u64) -> f64 {
        self.build_s
            + self.replication_s * replications as f64
            + self.beside.seconds(replications, self.replication_s)
    }

    /// Tallies of so many replications, those of other worlds included.
    fn tallies(self, replications: u64) -> f64 {
        replications as f64 + self.beside.tallies(replications, self.tally_bytes) as f64
    }
}

/// What a message costs that finds so many addresses, in messages that find few.
fn message_work(world: &World) -> f64 {
    let [few, more] = ADDRESSES;
    1.0 + (world.topology.addresses.len() as f64 - few).max(0.0) / more
}

/// What a message costs where sessions take time, in messages that are taken at once: its session ends, and who waits for that goes on.
fn session_work(world: &World) -> f64 {
    if world.topology.is_timed() { 2.0 } else { 1.0 }
}

/// Processor time to make a world of senders with so many sites and hosts at each (s).
fn build_s(senders: impl Iterator<Item = (usize, usize)>) -> f64 {
    let of = |(sites, hosts)| sites as f64 * (SITE_WORK + hosts as f64 * HOST_WORK);
    senders.map(of).sum::<f64>() / MESSAGES_PER_SECOND
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile;
    use crate::engine::world::method::MethodChoice;
    use crate::scenario::Scenario;
    use crate::study::sensitivity::Twins;

    /// The cost of two hosts and what follows them.
    fn cost(rest: &str) -> Cost {
        let zone = "[zone]\ntext = \"\"\"\ne.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
                    a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n\"\"\"\n";
        match Scenario::from_toml(&format!("{zone}{rest}")) {
            Ok(scenario) => {
                let cost = Cost::of(&compile(&scenario));
                let twins = Twins::new(&scenario, MethodChoice::default(), &|| false);
                let twins = twins.expect("nobody stops it").cost;
                Cost { beside: OtherWorlds { twins, ..OtherWorlds::default() }, ..cost }
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
        let traffic = "[traffic]\nmessages_per_day = 40000\n";
        let all_day = failing("a", "1d") + &failing("b", "1d");
        let busy = cost(&format!("{traffic}{EACH_SECOND}{all_day}"));
        let theory = 40_000.0 * 43_200.0;
        assert!((busy.retries / theory - 1.0).abs() < 0.01, "{busy:?}");
        assert!(busy.check(ONE).is_err(), "{busy:?}");
        // One node is left, or the outage is short, or the waits are long.
        assert_eq!(cost(&format!("{traffic}{EACH_SECOND}{}", failing("a", "1d"))).retries, 0.0);
        let short = failing("a", "1m") + &failing("b", "1m");
        assert!(cost(&format!("{traffic}{EACH_SECOND}{short}")).check(ONE).is_ok());
        let postfix = cost(&format!("{traffic}{all_day}"));
        assert!(postfix.retries > 40_000.0 && postfix.check(ONE).is_ok(), "{postfix:?}");
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
        let known = Cost { build_s: 0.0, replication_s: 1.0, ..cost("[[senders]]\npreset = \"postfix\"\n") };
        let beside = |asked| OtherWorlds { asked, has_worlds: true, ..OtherWorlds::default() };
        // Ten worlds for 48 replications, 16 extremes for 32 and three of them for 128 more.
        let other = Cost { beside: beside(Some(10)), ..known };
        assert_eq!((known.tallies(200), other.tallies(200)), (200.0, 200.0 + 480.0 + 896.0));
        assert_eq!(other.seconds(200), other.tallies(200));
        // Who does not ask pays the price of the run again.
        assert_eq!(Cost { beside: beside(None), ..known }.seconds(200), 400.0);
        // Below 160 of the run these go on for as many less: 4 R + 896 are to be at most 1,500.
        let tight = Cost { tally_bytes: MOST_MEMORY / 1_500.0, ..other };
        assert_eq!(tight.most_replications(), 151);
        assert!(tight.check(Limit::Replications(151)).is_ok());
        assert!(tight.check(Limit::Replications(152)).is_err());
    }

    /// Theory as above, for trouble that no node has.
    #[test]
    fn mail_that_finds_nobody_to_ask_waits_as_through_an_outage() {
        let traffic = "[traffic]\nmessages_per_day = 20000\n";
        let theory = 20_000.0 * 43_200.0;
        let cost_of = |text: String| {
            let scenario = Scenario::from_toml(&text).expect("a scenario");
            Cost::of(&compile(&scenario))
        };
        let zone = |rest: &str| {
            format!(
                "[zone]\n{rest}text = \"\"\"\ne.example. 300 MX 10 a.e.example.\na.e.example. 300 A 192.0.2.1\n\"\"\"\n\
                 [run]\nwarm_up = \"0s\"\n{traffic}{EACH_SECOND}"
            )
        };
        let away = cost_of(zone("unreachable = [{ at = \"00:00\", for = \"1d\" }]\n"));
        assert!((away.retries / theory - 1.0).abs() < 0.01, "{away:?}");
        assert_eq!(cost_of(zone("")).retries, 0.0);
    }

    /// By hand: two sessions of 30 s take 5,760 messages a day, and the other half of twice as many waits for half a day on average.
    #[test]
    fn what_full_nodes_do_not_take_waits() {
        let nodes = "[nodes.\"*\"]\nsessions = 1\nsession_time = \"30s\"\n[run]\nwarm_up = \"0s\"\n";
        let with =
            |messages: u32| cost(&format!("{nodes}[traffic]\nmessages_per_day = {messages}\n{EACH_SECOND}"));
        let theory = 5_760.0 * 43_200.0;
        assert!((with(11_520).retries / theory - 1.0).abs() < 0.02, "{:?}", with(11_520));
        assert_eq!(with(5_000).retries, 0.0);
    }

    #[test]
    fn what_is_counted_is_held_against_the_limits() {
        let cost = cost("[traffic]\nmessages_per_day = 20000\n");
        assert_eq!(cost.outgrown(Done { work: 1_000_000_000, ahead: 1_000_000, entries: 1_000_000 }), None);
        let few = Done { work: 1, ahead: 0, entries: 0 };
        for done in [
            Done { work: 2_000_000_000, ..few },
            Done { ahead: 40_000_000, ..few },
            Done { entries: 20_000_000, ..few },
        ] {
            let why = cost.outgrown(done).map(|why| why.to_string()).unwrap_or_default();
            assert!(why.starts_with("this is too large to run: 1 replication needs"), "{why}");
        }
    }

    #[test]
    fn tables_are_refused_before_they_are_made() {
        let text = |senders: usize| {
            let one = |i| format!("[[senders]]\nname = \"s{i}\"\nshare = 0.25\nsites = 10000000\n");
            let senders: String = (0..senders).map(one).collect();
            "[zone]\ntext = \"e.example. 300 MX 10 a.e.example.\\na.e.example. 300 A 192.0.2.1\"\n".to_owned()
                + &senders
        };
        let check = |n| Scenario::from_toml(&text(n)).map(|scenario| Cost::check_tables(&scenario).is_ok());
        assert!(matches!(check(4), Ok(false)), "{:?}", check(4).map_err(|error| error.to_string()));
    }
}
