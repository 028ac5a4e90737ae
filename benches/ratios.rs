//! How fast mxsim is beside the straightforward reference, and how its cost grows with the mail: `cargo bench -p mxsim-benches --bench ratios`.
//!
//! A machine that does other work as well makes single timings worthless. So everything here is a ratio of processor times on one
//! thread: both sides take turns, and the median over five turns is printed with the smallest and the largest. A measurement repeats whole days
//! until it lasts long enough. With `-- --test` one turn of small days is run, to see that it works.

use cpu_time::ProcessTime;
use mxsim_benches::reference::Job;
use mxsim_core::engine::{Compiled, MethodChoice, compile_for, replicate};
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

/// One day of some simulation, with this number.
type Day<'a> = Box<dyn FnMut(u64) + 'a>;

/// How long to measure.
#[derive(Clone, Copy)]
struct Effort {
    turns: usize,
    /// Least processor time of one measurement (s).
    least: f64,
    /// What messages per day are multiplied by.
    scale: f64,
}

fn main() -> io::Result<()> {
    let has = |word: &str| std::env::args().any(|argument| argument == word);
    let effort = if has("--bench") && !has("--test") {
        Effort { turns: 5, least: 0.3, scale: 1.0 }
    } else {
        Effort { turns: 1, least: 0.0, scale: 0.01 }
    };
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
        let times = times(vec![reference(messages, sessions), ours(&world)], effort);
        writeln!(out, "\nbench-1, {messages} messages a day, {sessions} sessions a node")?;
        rates(out, messages, &["reference", "messages"], &times)?;
        line(out, "reference / messages", &ratios(&times, 0, 1))?;
    }
    Ok(())
}

fn against_counts(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let messages = 1e7 * effort.scale;
    let world = world(COUNTS, messages, None, MethodChoice::Fastest, "counts");
    let times = times(vec![reference(messages, ALWAYS_ROOM), ours(&world)], effort);
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
    let times = times(worlds.iter().map(ours).collect(), effort);
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

fn ours(world: &Compiled) -> Day<'_> {
    Box::new(move |number| {
        black_box(replicate(world, 1, number, &|| false).expect("nobody cancels a benchmark"));
    })
}

fn reference<'a>(messages_per_day: f64, sessions: u32) -> Day<'a> {
    Box::new(move |seed| {
        black_box(Job { messages_per_day, sessions, seed }.run());
    })
}

/// Processor seconds of one day: for each turn, and in it for each of `days`.
fn times(mut days: Vec<Day<'_>>, effort: Effort) -> Vec<Vec<f64>> {
    let mut turn =
        |number: usize| days.iter_mut().map(|day| time(day, number as u64, effort.least)).collect();
    if effort.turns > 1 {
        // Memory and caches are warm from here on.
        let _: Vec<f64> = turn(effort.turns);
    }
    (0..effort.turns).map(turn).collect()
}

/// Processor seconds of one day, over as many days as last `least` seconds together.
fn time(day: &mut Day<'_>, turn: u64, least: f64) -> f64 {
    let start = ProcessTime::now();
    for days in 1.. {
        day((turn << 32) + days);
        let spent = start.elapsed().as_secs_f64();
        if spent >= least {
            return spent / days as f64;
        }
    }
    unreachable!("time goes on")
}

fn ratios(times: &[Vec<f64>], above: usize, below: usize) -> Vec<f64> {
    times.iter().map(|turn| turn[above] / turn[below]).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Messages per second of each of `names`.
fn rates(out: &mut dyn Write, messages: f64, names: &[&str], times: &[Vec<f64>]) -> io::Result<()> {
    for (place, name) in names.iter().enumerate() {
        let seconds = median(&times.iter().map(|turn| turn[place]).collect::<Vec<_>>());
        writeln!(out, "  {name:22} {:10.2} million messages per second", messages / seconds / 1e6)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, name: &str, ratios: &[f64]) -> io::Result<()> {
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    writeln!(out, "  {name:22} {:10.2} x ({least:.2} to {most:.2})", median(ratios))
}
