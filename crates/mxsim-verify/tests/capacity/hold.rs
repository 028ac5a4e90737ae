//! Generated scenarios with sessions, and those of the project: nothing is lost, nobody is served twice, and nodes hold what is seen from outside.

use mxsim_core::engine::probe::{Probe, Step};
use mxsim_core::engine::replicate_with;
use mxsim_core::engine::{Compiled, MethodChoice, compile, compile_for, replicate};
use mxsim_core::ids::{AddressId, MessageId};
use mxsim_core::random::{Entropy, Key, Purpose, StreamId};
use mxsim_core::tally::{SessionTally, Tally};
use mxsim_core::time::Time;
use mxsim_verify::effort;
use mxsim_verify::experiment::{equal_hosts, scenario, text};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Generated scenarios.
const SCENARIOS: u64 = 150;

/// A random pick.
struct Dice(Key, u64);

impl Dice {
    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        self.1 += 1;
        choices[self.0.child(self.1).below(choices.len())]
    }
}

/// Nodes of every kind.
fn nodes(dice: &mut Dice) -> String {
    let mut nodes = String::new();
    for node in 1..=2 {
        let time = dice.of(&[
            "\"1s\"",
            "\"40s\"",
            "{ exponential = \"5s\" }",
            "{ lognormal = { mean = \"3s\", sigma = 1.5 } }",
            "\"20m\"",
        ]);
        let limit = dice.of(&["", "sessions = 1\n", "sessions = 3\n", "sessions = 200\n"]);
        let more = dice.of(&[
            "",
            "backlog = 1\n",
            "backlog = 50\n",
            "when_full = \"refuse\"\n",
            "when_full = \"drop\"\n",
            "tls = false\n",
        ]);
        // Only what is limited can be full.
        let more = if limit.is_empty() && more != "tls = false\n" { "" } else { more };
        let _ = write!(nodes, "[nodes.mx{node}]\nsession_time = {time}\n{limit}{more}");
    }
    nodes
}

/// A sender with any reuse, any limit and any retry schedule; `memory` may be any too.
fn sender(dice: &mut Dice, memories: &[&str]) -> String {
    let kind = dice.of(&["never", "demand", "always", "batch", "queue-run"]);
    let reuse = match kind {
        "never" => "reuse = \"never\"".to_string(),
        _ => {
            let idle = dice.of(&["2s", "10m"]);
            let worn =
                dice.of(&["messages = 3", "messages = 100, age = \"1m\"", "age = \"10m\"", "tls = false"]);
            format!("reuse = {{ connections = \"{kind}\", idle = \"{idle}\", {worn} }}")
        }
    };
    let concurrency = dice.of(&["1", "2", "{ initial = 2, most = 10 }", "\"unlimited\"", "20"]);
    let retry = dice.of(&[
        "{ max_attempts = 1 }",
        "{ wait = { gaps = { list = [\"10s\", \"90s\"], then = \"repeat-last\" } }, queue_run = \"none\", lifetime = \"20m\" }",
        "{ wait = \"every-queue-run\", queue_run = \"5m\", lifetime = \"1h\" }",
        "{ wait = { age = { least = \"1m\", most = \"10m\" } }, queue_run = \"1m\" }",
    ]);
    let busy = dice.of(&["next-host", "defer"]);
    let first = dice.of(&["next-host", "same-host-later"]);
    let greeting = dice.of(&["3s", "5m"]);
    let memory = dice.of(memories);
    let preset = dice.of(&["randomizing", "order-preserving"]);
    format!(
        "[[senders]]\npreset = \"{preset}\"\nsites = {}\nresolver = \"unbound\"\n{reuse}\nconcurrency = {concurrency}\nretry = {retry}
failover = {{ on_failure = \"{first}\", on_busy = \"{busy}\" }}\ntimeouts = {{ greeting = \"{greeting}\" }}\nmemory = {memory}\n",
        dice.of(&["1", "2", "30"])
    )
}

fn generate(number: u64, memories: &[&str]) -> String {
    let root = Entropy::new(2_026, number).key(StreamId::new("sessions", Purpose::Choice));
    let dice = &mut Dice(root, 0);
    let fault = dice.of(&["", "refuse", "drop"]);
    let events = match fault {
        "" => String::new(),
        fault => format!(
            "[[events]]\nat = \"00:40\"\nfor = \"{}\"\nnode = {}\nfault = \"{fault}\"\n",
            dice.of(&["7m", "1h"]),
            dice.of(&["\"mx1\"", "[\"mx1\", \"mx2\"]"])
        ),
    };
    let window = dice.of(&["3h", "90m", "1m", "45m"]);
    let messages = dice.of(&["2000", "20000", "60000"]);
    text(
        &format!("window = \"{window}\"\nrun_length = \"3h\"\nwarm_up = \"1h\""),
        &equal_hosts(2, 300),
        &format!(
            "[traffic]\nmessages_per_day = {messages}\nprofile = \"office\"\n{}{}{events}",
            sender(dice, memories),
            nodes(dice)
        ),
    )
}

/// Sessions of one address as they are seen from outside, in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// Time that all sessions together were open (µs).
    occupied_us: u64,
    /// Lengths of those that ended (µs), and how many these are.
    lasted_us: u64,
    ended: u64,
}

/// Sessions of single messages, as they are seen from outside.
#[derive(Default)]
struct OccupancyProbe {
    /// When the session of a message began, and at which address.
    open: BTreeMap<MessageId, (Time, AddressId)>,
    seen: BTreeMap<AddressId, Seen>,
    reused: u64,
    end: Time,
}

impl OccupancyProbe {
    /// Counts the part of a session that lies in the measured time.
    fn occupied(&mut self, address: AddressId, began: Time, until: Time) -> &mut Seen {
        let seen = self.seen.entry(address).or_default();
        seen.occupied_us += until.min(self.end).since(began.max(Time::ZERO)).0 as u64;
        seen
    }

    /// Sessions at each address; those still open are open until the end of the run.
    fn finish(mut self) -> BTreeMap<AddressId, Seen> {
        for (began, address) in std::mem::take(&mut self.open).into_values() {
            self.occupied(address, began, self.end);
        }
        self.seen
    }
}

impl Probe for OccupancyProbe {
    fn step(&mut self, message: MessageId, _failures: u32, now: Time, step: Step<'_>) {
        match step {
            Step::Tried { candidate, outcome: mxsim_core::sender::Outcome::Accepted, .. } => {
                self.open.insert(message, (now, candidate.address));
            }
            Step::Reused { .. } => self.reused += 1,
            Step::Accepted { .. } => {
                let Some((began, address)) = self.open.remove(&message) else { return };
                let measured = now >= Time::ZERO && now < self.end;
                let seen = self.occupied(address, began, now);
                seen.lasted_us += if measured { now.since(began).0 as u64 } else { 0 };
                seen.ended += u64::from(measured);
            }
            _ => {}
        }
    }
}

/// What has to hold in every tally.
fn check(world: &Compiled, tally: &Tally, what: &str) {
    let totals = tally.totals;
    assert_eq!(totals.messages, totals.accepted + totals.bounced + totals.waiting, "{what}");
    for (node, sessions) in tally.sessions.iter().enumerate() {
        let (counts, capacity) = (tally.nodes[node], world.world.topology.nodes[node].capacity);
        let run = world.world.end.since(Time::ZERO).0 as u64;
        assert!(counts.full <= counts.deferred && counts.deferred <= counts.connections_tried, "{what}");
        assert!(sessions.full <= sessions.connections && sessions.used <= sessions.ended, "{what}");
        assert!(sessions.used <= sessions.messages, "{what}");
        let window = world.world.window().0 as u64;
        let peaks = tally.windows.iter().map(|window| window.peak_sessions[node]);
        let most: u64 = peaks.clone().map(|peak| u64::from(peak) * window).sum();
        assert!(sessions.occupied_us <= most, "{what}: node {node} holds more sessions than at its peaks");
        let peak = peaks.max().unwrap_or(0);
        if let Some(limit) = capacity.sessions {
            assert!(peak <= limit && sessions.occupied_us <= u64::from(limit) * run, "{what}: {peak}");
        }
    }
}

/// Theory: a trace is the simulation itself, so with a probe, where every session ends by an event, and without one, where most ends are only noted,
/// the tallies are the same to the last count. Where connections are not kept the sessions seen from outside are those counted, and the time they were
/// open is the node's occupancy, to the microsecond: also that of sessions which an edge of the run cuts.
#[test]
fn watched_and_unwatched_sessions_are_the_same() {
    let mut exact = 0;
    for number in 0..SCENARIOS * effort::times() {
        let toml = generate(number, &["{ nothing = true }"]);
        let scenario = scenario(&toml);
        let world = compile_for(&scenario, MethodChoice::Messages);
        let plain = replicate(&world, 9, number, &|| false).expect("nobody cancels it");
        let mut watch = OccupancyProbe { end: world.world.end, ..OccupancyProbe::default() };
        let watched = replicate_with(&world, 9, number, &|| false, &mut watch).expect("nobody cancels it");
        assert!(plain == watched, "{plain:?}\n{watched:?}\n{toml}");
        check(&world, &plain, &toml);
        if watch.reused == 0 && toml.contains("reuse = \"never\"") {
            for (address, seen) in watch.finish() {
                let sessions = plain.sessions[world.world.topology.first_node_of(address).index()];
                let SessionTally { occupied_us, lasted_us, ended, .. } = sessions;
                assert_eq!(seen, Seen { occupied_us, lasted_us, ended }, "{toml}");
            }
            exact += 1;
        }
    }
    assert!(exact >= 20, "{exact} scenarios without reuse");
}

/// The same with every kind of memory; here a message in a session that nobody watches does not clear what others have learned meanwhile.
#[test]
fn every_generated_scenario_keeps_the_invariants() {
    let memories = [
        "{ domain = { failures = 3, hold = \"5m\" } }",
        "{ host_address = { rule = [{ until = \"1d\", gap = \"1m\", factor = 1.5 }], expire = \"7d\" } }",
        "{ address_timeouts = { count = 2, apart = \"1m\", hold_base = \"1h\", hold_step = \"1m\", hold_steps = 5 } }",
    ];
    for number in SCENARIOS * effort::times()..2 * SCENARIOS * effort::times() {
        let toml = generate(number, &memories);
        let world = compile(&scenario(&toml));
        check(&world, &replicate(&world, 9, number, &|| false).expect("nobody cancels it"), &toml);
    }
}

#[test]
fn the_scenarios_of_the_project_keep_the_invariants() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut with_sessions = 0;
    for entry in std::fs::read_dir(folder).expect("the project has scenarios").flatten() {
        let toml = std::fs::read_to_string(entry.path()).expect("a readable scenario");
        let world = compile(&scenario(&toml));
        let tally = replicate(&world, 1, 0, &|| false).expect("nobody cancels it");
        with_sessions += usize::from(!tally.sessions.is_empty());
        check(&world, &tally, &toml);
    }
    assert!(with_sessions > 0);
}
