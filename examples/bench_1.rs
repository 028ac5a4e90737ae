//! bench-1 as anybody would run it: reads a scenario file, simulates some days of it on one thread and prints one line of JSON.
//!
//! `cargo run --release --example bench_1 -- --days 20 [--sessions 5] [--method messages] [--messages-per-day N] [--scenario FILE]`.
//! `cpu_s` is the processor time from the text of the scenario to its results.

use cpu_time::ProcessTime;
use mxsim_core::engine::MethodChoice;
use mxsim_core::results::Results;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::{Limit, Quiet, RunOptions, simulate};
use serde_json::{Value, json};
use std::error::Error;
use std::io::Write as _;

/// What the command line says.
struct Arguments {
    scenario: String,
    days: u64,
    sessions: Option<u32>,
    method: MethodChoice,
    messages_per_day: Option<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let line = on_one_thread(|| measure(&arguments))?;
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/bench-1.toml").to_string();
        let mut read = Self {
            scenario,
            days: 1,
            sessions: None,
            method: MethodChoice::default(),
            messages_per_day: None,
        };
        while let Some(option) = words.next() {
            let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
            match (option.as_str(), value.as_str()) {
                ("--scenario", _) => read.scenario = value,
                ("--days", _) => read.days = value.parse()?,
                ("--sessions", _) => read.sessions = Some(value.parse()?),
                ("--method", "messages") => read.method = MethodChoice::Messages,
                ("--method", "fastest") => read.method = MethodChoice::Fastest,
                ("--messages-per-day", _) => read.messages_per_day = Some(value.parse()?),
                _ => return Err(format!("{option} {value} is not an option").into()),
            }
        }
        Ok(read)
    }
}

/// Runs `work` where parallel code finds a single thread, so that processor time is that of one core.
fn on_one_thread<T: Send>(
    work: impl FnOnce() -> Result<T, Box<dyn Error>> + Send,
) -> Result<T, Box<dyn Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| work().map_err(|error| error.to_string())).map_err(Into::into)
}

fn measure(arguments: &Arguments) -> Result<Value, Box<dyn Error>> {
    let start = ProcessTime::now();
    let results = run(arguments)?;
    let cpu_s = start.elapsed().as_secs_f64();
    Ok(line(&results, cpu_s))
}

fn run(arguments: &Arguments) -> Result<Results, Box<dyn Error>> {
    let mut scenario = Scenario::from_toml(&std::fs::read_to_string(&arguments.scenario)?)?;
    scenario.messages_per_day = arguments.messages_per_day.unwrap_or(scenario.messages_per_day);
    for node in &mut scenario.nodes {
        node.capacity.sessions = arguments.sessions.or(node.capacity.sessions);
    }
    let limit = Limit::Replications(arguments.days.max(1));
    let options = RunOptions::of(&scenario).limit(limit).method(arguments.method);
    Ok(simulate(&scenario, options, &Quiet)?)
}

/// The outputs of bench-1. Peak sessions are means over the days; counts are totals.
fn line(results: &Results, cpu_s: f64) -> Value {
    let totals = &results.delivery.totals;
    let delay = results.delivery.delay.as_ref();
    let per_message = |count: u64| count as f64 / totals.messages as f64;
    json!({
        "messages": totals.messages,
        "cpu_s": cpu_s,
        "messages_per_cpu_s": totals.messages as f64 / cpu_s,
        "delay_mean": delay.map(|delay| delay.mean),
        "delay_p50": delay.map(|delay| delay.p50),
        "delay_p95": delay.map(|delay| delay.p95),
        "delay_p99": delay.map(|delay| delay.p99),
        "delay_max": delay.map(|delay| delay.max),
        "lookups_per_1000": per_message(results.dns.mx_lookups - results.dns.mx_cache_hits) * 1_000.0,
        "retries_per_message": per_message(totals.retries),
        "attempts": totals.connections_tried,
        "bounced": totals.bounced,
        "waiting": totals.waiting,
        "peak_sessions": results.nodes.iter().map(|node| node.peak_sessions.map(|peak| peak.mean)).collect::<Vec<_>>(),
        "accepted": results.nodes.iter().map(|node| node.totals.accepted).collect::<Vec<_>>(),
        "accepted_by_hour": results.series.nodes.iter().map(|node| &node.accepted).collect::<Vec<_>>(),
        "methods": results.provenance.methods.iter().map(|used| &used.method).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(sessions: &str, days: &str) -> Value {
        let words = ["--days", days, "--sessions", sessions].map(String::from);
        measure(&Arguments::read(words.into_iter()).expect("options")).expect("a run")
    }

    fn assert_near(answers: &Value, field: &str, expected: f64, within: f64) {
        let value = answers[field].as_f64().expect("a number");
        assert!((value - expected).abs() <= within, "{field}: {value}, expected {expected} +/- {within}");
    }

    /// Theory as in the reference (benches/reference): 1 + 30/12 s on average; 30 s and the 40 % and 88 % quantile of a session; 167.07
    /// look-ups and at most 0.58 more because caches start empty. n = 8 days: five standard errors fit each tolerance.
    #[test]
    fn the_reference_answers() {
        let answers = answers("20", "8");
        assert_near(&answers, "delay_mean", 3.50, 0.02);
        assert_near(&answers, "delay_p95", 30.78, 0.05);
        assert_near(&answers, "delay_p99", 31.6, 0.05);
        assert_near(&answers, "lookups_per_1000", 167.0, 1.0);
        assert_eq!(answers["bounced"], 0);
    }

    /// The published answer of the stress variant; n = 4 days.
    #[test]
    fn the_stress_variant() {
        assert_near(&answers("5", "4"), "retries_per_message", 0.356, 0.01);
    }
}
