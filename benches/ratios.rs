//! How fast mxsim is beside the straightforward reference, and how its cost grows with the mail: `cargo bench -p mxsim-benches --bench ratios`.
//!
//! With `-- --test` one turn of small days is run, to see that it works.

use mxsim_benches::jobs::{BENCH_1, BENCH_1_MESSAGES, ZONE, growth, scenario, simulated_by};
use mxsim_benches::measure::{Day, Effort, day_of, line, median, ratios, times};
use mxsim_benches::reference::Job;
use mxsim_core::engine::MethodChoice;
use mxsim_core::scenario::Scenario;
use std::hint::black_box;
use std::io::{self, Write};

/// As bench-1, but nodes always have room and a session takes no time; and 20 caches instead of one per site, so that not the caches
/// but the messages are measured.
const COUNTS: &str = r#"
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
    growth(&mut out, "A day by counts", &counts(), effort)
}

fn against_messages(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let messages = BENCH_1_MESSAGES * effort.scale;
    for sessions in [20, 5] {
        let mut job = scenario(BENCH_1);
        job.nodes.iter_mut().for_each(|node| node.capacity.sessions = Some(sessions));
        let world = simulated_by("messages", &job, messages, MethodChoice::Messages);
        let times = times(vec![reference(messages, sessions), day_of(&world)], effort);
        writeln!(out, "\nbench-1, {messages} messages a day, {sessions} sessions a node")?;
        rates(out, messages, &["reference", "messages"], &times)?;
        line(out, "reference / messages", &ratios(&times, 0, 1))?;
    }
    Ok(())
}

fn against_counts(effort: Effort, out: &mut dyn Write) -> io::Result<()> {
    let messages = 1e7 * effort.scale;
    let world = simulated_by("counts", &counts(), messages, MethodChoice::Fastest);
    let times = times(vec![reference(messages, ALWAYS_ROOM), day_of(&world)], effort);
    writeln!(out, "\n{messages} messages a day, nodes that always have room")?;
    writeln!(
        out,
        "(reference: bench-1 without a limit, sessions of 1 s, 1000 caches; counts: no sessions, 20 caches)"
    )?;
    rates(out, messages, &["reference", "counts"], &times)?;
    line(out, "reference / counts", &ratios(&times, 0, 1))
}

fn counts() -> Scenario {
    scenario(&format!("{ZONE}{COUNTS}"))
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
