//! How fast mxsim is beside the straightforward reference, and how its cost grows with the mail: `cargo bench -p mxsim-benches --bench ratios`.
//!
//! With `-- --test` one turn of small days is run, to see that it works.

use mxsim_benches::measure::{Day, Effort, day_of, line, median, ratios, times};
use mxsim_benches::reference::Job;
use mxsim_core::engine::{Compiled, MethodChoice, compile_for};
use mxsim_core::scenario::Scenario;
use std::hint::black_box;
use std::io::{self, Write};

const BENCH_1: &str = include_str!("../scenarios/bench-1.toml");

/// As bench-1, but nodes always have room and a session takes no time; and 20 caches instead of one per site, so that not the caches
/// but the messages are measured.
const COUNTS: &str = r#"
title = "Does the cost of a day depend on its messages?"

[zone]
text = """
example.com.      300   IN MX 10 mx1.example.com.
example.com.      300   IN MX 10 mx2.example.com.
example.com.      300   IN MX 10 mx3.example.com.
mx1.example.com.  86400 IN A  203.0.113.10
mx2.example.com.  86400 IN A  203.0.113.11
mx3.example.com.  86400 IN A  203.0.113.12
"""

[traffic]
profile = "flat"

[[senders]]
name = "everyone"
preset = "randomizing"
sites = 1000
sizes = { zipf = 1.0 }
resolver = "shared"

[resolvers.shared]
preset = "plain"
caches = 20

[[events]]
at = "06:00"
for = "6h"
node = "mx1"
fault = "drop"
"#;

/// Sessions of a node that never fills up.
const ALWAYS_ROOM: u32 = u32::MAX;

fn main() -> io::Result<()> {
    let effort = Effort::of_command_line(5, 0.3);
    let mut out = io::stdout();
    writeln!(out, "Processor time of one thread; {} turns: median (least to most).", effort.turns)?;
    against_messages(effort, &mut out)?;
    against_counts(effort, &mut out)?;
    growth(effort, &mut out)
}

fn against_messages(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let messages = 864_000.0 * effort.scale;
    for sessions in [20, 5] {
        let world = world(BENCH_1, messages, Some(sessions), MethodChoice::Messages, "messages");
        let times = times(vec![reference(messages, sessions), day_of(&world)], effort);
        writeln!(out, "\nbench-1, {messages} messages a day, {sessions} sessions a node")?;
        rates(out, messages, &["reference", "messages"], &times)?;
        line(out, "reference / messages", &ratios(&times, 0, 1))?;
    }
    Ok(())
}

fn against_counts(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let messages = 1e7 * effort.scale;
    let world = world(COUNTS, messages, None, MethodChoice::Fastest, "counts");
    let times = times(vec![reference(messages, ALWAYS_ROOM), day_of(&world)], effort);
    writeln!(out, "\n{messages} messages a day, nodes that always have room")?;
    writeln!(
        out,
        "(reference: bench-1 without a limit, sessions of 1 s, 1000 caches; counts: no sessions, 20 caches)"
    )?;
    rates(out, messages, &["reference", "counts"], &times)?;
    line(out, "reference / counts", &ratios(&times, 0, 1))
}

fn growth(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let volumes = [1e6, 1e7, 1e8, 1e9].map(|messages| messages * effort.scale);
    let worlds = volumes.map(|messages| world(COUNTS, messages, None, MethodChoice::Fastest, "counts"));
    let times = times(worlds.iter().map(day_of).collect(), effort);
    let first = median(&times.iter().map(|turn| turn[0]).collect::<Vec<_>>());
    writeln!(out, "\nA day by counts, relative to {} messages a day ({:.0} us)", volumes[0], first * 1e6)?;
    for (place, messages) in volumes.iter().enumerate().skip(1) {
        line(out, &format!("{messages} messages"), &ratios(&times, place, 0))?;
    }
    Ok(())
}

/// A world with so much mail, and with so many sessions if they are given; all of it is simulated by the method expected.
fn world(text: &str, messages: f64, sessions: Option<u32>, choice: MethodChoice, expected: &str) -> Compiled {
    let mut scenario = Scenario::from_toml(text).expect("a valid scenario");
    scenario.messages_per_day = messages;
    for node in &mut scenario.nodes {
        node.capacity.sessions = sessions;
    }
    let world = compile_for(&scenario, choice);
    assert!(world.labels.methods.iter().all(|used| used.method == expected), "{:?}", world.labels.methods);
    world
}

fn reference<'a>(messages_per_day: f64, sessions: u32) -> Day<'a> {
    Box::new(move |seed| {
        black_box(Job { messages_per_day, sessions, seed }.run());
    })
}

/// Messages per second of each of `names`.
fn rates(out: &mut dyn Write, messages: f64, names: &[&str], times: &[Vec<f64>]) -> io::Result<()> {
    for (place, name) in names.iter().enumerate() {
        let seconds = median(&times.iter().map(|turn| turn[place]).collect::<Vec<_>>());
        writeln!(out, "  {name:22} {:10.2} million messages per second", messages / seconds / 1e6)?;
    }
    Ok(())
}
