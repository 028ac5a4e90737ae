//! Processor times of whole days, measured in turns.
//!
//! A machine that does other work as well makes single timings worthless. So days that are compared take turns on one thread, after one warm-up
//! each, and what is printed are ratios: the median over the turns with the smallest and the largest. A measurement repeats a day until it lasts
//! long enough.

use cpu_time::ProcessTime;
use mxsim_core::engine::{Compiled, replicate};
use std::hint::black_box;
use std::io::{self, Write};

/// One day of some simulation, with this number.
pub type Day<'a> = Box<dyn FnMut(u64) + 'a>;

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often the days take turns.
    pub turns: usize,
    /// Least processor time of one measurement (s).
    pub least: f64,
    /// What messages per day are multiplied by.
    pub scale: f64,
}

impl Effort {
    /// `turns` of at least `least` seconds each under `cargo bench`; once with little mail where `-- --test` only asks whether it works.
    #[must_use]
    pub fn of_command_line(turns: usize, least: f64) -> Self {
        let has = |word: &str| std::env::args().any(|argument| argument == word);
        if has("--bench") && !has("--test") {
            return Self { turns, least, scale: 1.0 };
        }
        Self { turns: 1, least: 0.0, scale: 0.01 }
    }
}

/// One day of a compiled scenario.
///
/// # Panics
/// Never: nobody cancels a benchmark.
#[must_use]
pub fn day_of(world: &Compiled) -> Day<'_> {
    Box::new(move |number| {
        black_box(replicate(world, 1, number, &|| false).expect("nobody cancels a benchmark"));
    })
}

/// Processor seconds of one day: for each turn, and in it for each of `days`.
#[must_use]
pub fn times(mut days: Vec<Day<'_>>, effort: Effort) -> Vec<Vec<f64>> {
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

/// The cost of day `above` as a multiple of that of day `below`, for each turn.
#[must_use]
pub fn ratios(times: &[Vec<f64>], above: usize, below: usize) -> Vec<f64> {
    times.iter().map(|turn| turn[above] / turn[below]).collect()
}

/// The middle one of `values`.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// A line with the median, the smallest and the largest of `ratios`.
///
/// # Errors
/// If `out` cannot be written.
pub fn line(out: &mut dyn Write, name: &str, ratios: &[f64]) -> io::Result<()> {
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    writeln!(out, "  {name:32} {:8.2} x ({least:.2} to {most:.2})", median(ratios))
}
