//! What a message costs where people are: every preset of the catalogue, every shipped scenario, questions about capacity and volume, each as
//! a multiple of a message of bench-1. `cargo bench -p mxsim-benches --bench population`, or with the name of one group after `--`:
//! `presets`, `scenarios`, `questions`, `counts`.
//!
//! Speed for one job is easily tuned. This population is here so that tuning for one job is seen.

use mxsim_benches::jobs::{BENCH_1, BENCH_1_MESSAGES, ZONE, growth, scenario, with_volume};
use mxsim_benches::measure::{Effort, day_of, line, median, ratios, times};
use mxsim_core::catalog::Catalog;
use mxsim_core::engine::{Compiled, MethodChoice};
use mxsim_core::scenario::Scenario;
use mxsim_core::time::Span;
use std::io::{self, Write};

/// A scenario with its name and its messages per day.
struct Job {
    name: String,
    scenario: Scenario,
}

fn main() -> io::Result<()> {
    let effort = Effort::of_command_line(3, 0.2);
    let asked = |group: &str| {
        let groups = ["presets", "scenarios", "questions", "counts"];
        let named: Vec<String> = std::env::args().filter(|word| groups.contains(&word.as_str())).collect();
        named.is_empty() || named.iter().any(|word| word == group)
    };
    let mut out = io::stdout();
    writeln!(out, "Processor time of one thread; {} turns: median (least to most).", effort.turns)?;
    for volume in [3e5, 1e6] {
        if asked("presets") {
            let jobs = presets(volume);
            table(&mut out, &format!("every preset, {volume} messages a day"), jobs, effort)?;
        }
    }
    if asked("scenarios") {
        table(&mut out, "the shipped scenarios", shipped(), effort)?;
    }
    if asked("questions") {
        days(&mut out, questions(), effort)?;
    }
    if asked("counts") {
        growth(&mut out, "counts, a cache for each of 1,000 sites: a day", &thousand_caches(), effort)?;
    }
    Ok(())
}

/// Each job's cost per message by *messages*, in messages of bench-1, and what *fastest* costs beside it.
fn table(out: &mut dyn Write, title: &str, jobs: Vec<Job>, effort: Effort) -> io::Result<()> {
    writeln!(out, "\n{title}: a message by messages, in messages of bench-1; fastest / messages")?;
    let mut costs = Vec::new();
    for job in jobs {
        let volume = job.scenario.messages_per_day * effort.scale;
        let of = |choice| with_volume(&job.scenario, volume, choice);
        let (messages, fastest, unit) = (of(MethodChoice::Messages), of(MethodChoice::Fastest), unit(effort));
        let times = times(vec![day_of(&messages), day_of(&fastest), day_of(&unit)], effort);
        // A scenario may be longer than a day.
        let days = job.scenario.run.run_length.as_secs_f64() / Span::DAY.as_secs_f64();
        let beside = BENCH_1_MESSAGES * effort.scale / (volume * days);
        let cost: Vec<f64> = ratios(&times, 0, 2).iter().map(|ratio| ratio * beside).collect();
        line(out, &job.name, &cost)?;
        line(out, "  fastest", &ratios(&times, 1, 0))?;
        costs.push(median(&cost));
    }
    let most = costs.iter().copied().fold(0.0, f64::max);
    writeln!(out, "  median {:.2}, most {most:.2}", median(&costs))
}

/// What one day of each job costs, in days of bench-1.
fn days(out: &mut dyn Write, jobs: Vec<Job>, effort: Effort) -> io::Result<()> {
    writeln!(out, "\nquestions: a day by the fastest method, in days of bench-1")?;
    for job in jobs {
        let volume = job.scenario.messages_per_day * effort.scale;
        let (world, unit) = (with_volume(&job.scenario, volume, MethodChoice::Fastest), unit(effort));
        line(out, &job.name, &ratios(&times(vec![day_of(&world), day_of(&unit)], effort), 0, 1))?;
    }
    Ok(())
}

/// A sender simulated by *counts*, with a cache for each of 1,000 sites.
fn thousand_caches() -> Scenario {
    scenario(&format!("{ZONE}\n[traffic]\nprofile = \"flat\"\n{}", sender("randomizing", "plain")))
}

fn presets(volume: f64) -> Vec<Job> {
    let job = |preset: &str| {
        let traffic = format!("[traffic]\nmessages_per_day = {volume}\nprofile = \"office\"\n");
        job(preset, &format!("{ZONE}\n{traffic}\n{}", sender(preset, "unbound")))
    };
    Catalog::builtin().senders().map(|preset| job(&preset.id)).collect()
}

fn sender(preset: &str, resolver: &str) -> String {
    format!("[[senders]]\nname = \"all\"\npreset = \"{preset}\"\nsites = 1000\nresolver = \"{resolver}\"\n")
}

/// Every scenario in `scenarios/`, in order.
fn shipped() -> Vec<Job> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    let files = std::fs::read_dir(folder).expect("the shipped scenarios");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let toml = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a text");
        job(&path.file_stem().expect("a name").to_string_lossy(), &text)
    };
    toml.map(read).collect()
}

/// What people with much mail ask.
fn questions() -> Vec<Job> {
    let readme = include_str!("../scenarios/three-equal-mx.toml");
    let at = |volume: f64| {
        let mut job = job(&format!("three-equal-mx, {volume} a day"), readme);
        job.scenario.messages_per_day = volume;
        job
    };
    let limits = "[nodes.\"*\"]\nsessions = 60\nsession_time = \"2s\"\n";
    let traffic = "[traffic]\nmessages_per_day = 400_000\nprofile = \"office\"\npopulation = \"business-to-business\"\n";
    let outage = "[[events]]\nat = \"10:00\"\nfor = \"1h\"\nnode = \"mx1\"\nfault = \"drop\"\n";
    let capacity = format!("{ZONE}\n{limits}\n{traffic}\n{outage}");
    vec![at(6e4), at(6e5), at(6e6), job("capacity, 400,000 a day", &capacity)]
}

fn job(name: &str, text: &str) -> Job {
    Job { name: name.into(), scenario: scenario(text) }
}

/// Bench-1.
fn unit(effort: Effort) -> Compiled {
    with_volume(&scenario(BENCH_1), BENCH_1_MESSAGES * effort.scale, MethodChoice::Messages)
}
