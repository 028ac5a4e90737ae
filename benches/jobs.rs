//! Scenarios that several benchmarks measure.

use crate::measure::{Effort, day_of, line, median, ratios, times};
use mxsim_core::engine::{Compiled, MethodChoice, compile_for};
use mxsim_core::scenario::Scenario;
use std::io::{self, Write};

/// The scenario bench-1.
pub const BENCH_1: &str = include_str!("../scenarios/bench-1.toml");

/// Messages of one day of bench-1.
pub const BENCH_1_MESSAGES: f64 = 864_000.0;

/// A zone with three equal hosts.
pub const ZONE: &str = r#"
[zone]
text = """
example.com.      300   IN MX 10 mx1.example.com.
example.com.      300   IN MX 10 mx2.example.com.
example.com.      300   IN MX 10 mx3.example.com.
mx1.example.com.  86400 IN A  203.0.113.10
mx2.example.com.  86400 IN A  203.0.113.11
mx3.example.com.  86400 IN A  203.0.113.12
"""
"#;

/// The scenario in `text`.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn scenario(text: &str) -> Scenario {
    Scenario::from_toml(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A scenario with so many messages a day, compiled.
#[must_use]
pub fn with_volume(scenario: &Scenario, messages_per_day: f64, choice: MethodChoice) -> Compiled {
    let mut scenario = scenario.clone();
    scenario.messages_per_day = messages_per_day;
    compile_for(&scenario, choice)
}

/// The same, all of it simulated by the method expected.
///
/// # Panics
/// If any of it is simulated by another.
#[must_use]
pub fn simulated_by(
    expected: &str,
    scenario: &Scenario,
    messages_per_day: f64,
    choice: MethodChoice,
) -> Compiled {
    let world = with_volume(scenario, messages_per_day, choice);
    assert!(world.labels.methods.iter().all(|used| used.method == expected), "{:?}", world.labels.methods);
    world
}

/// What a day of a scenario by *counts* costs at growing volumes, relative to one of a million messages.
///
/// # Errors
/// If `out` cannot be written.
pub fn growth(out: &mut dyn Write, what: &str, scenario: &Scenario, effort: Effort) -> io::Result<()> {
    let volumes = [1e6, 1e7, 1e8, 1e9].map(|volume| volume * effort.scale);
    let worlds = volumes.map(|volume| simulated_by("counts", scenario, volume, MethodChoice::Fastest));
    let times = times(worlds.iter().map(day_of).collect(), effort);
    let first = median(&times.iter().map(|turn| turn[0]).collect::<Vec<_>>());
    writeln!(out, "\n{what}, relative to {} messages a day ({:.0} us)", volumes[0], first * 1e6)?;
    for (place, volume) in volumes.iter().enumerate().skip(1) {
        line(out, &format!("{volume} messages"), &ratios(&times, place, 0))?;
    }
    Ok(())
}
