//! `mxsim-verify swarm`: scenarios of a seed, for some minutes or so many of them.

use mxsim_verify::swarm::{Fault, Report, Swarm};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// 10 to this power are the most messages of a replication.
const DECADES: f64 = 5.0;
/// Scenarios between two words on how far it is.
const SCENARIOS_PER_WORD: u64 = 100;

/// Options of `swarm`.
pub(crate) struct Options {
    seed: u64,
    /// Number of the first scenario.
    from: u64,
    /// Scenarios; any number with a time.
    count: u64,
    time: Option<Duration>,
    /// Prints the first scenario in place of simulating it.
    print: bool,
}

impl Options {
    pub(crate) fn of(arguments: &[&str]) -> Option<Self> {
        let mut options = Self { seed: 1, from: 0, count: 1_000, time: None, print: false };
        let mut left = arguments.iter();
        while let Some(argument) = left.next() {
            match *argument {
                "--seed" => options.seed = left.next()?.parse().ok()?,
                "--from" => options.from = left.next()?.parse().ok()?,
                "--count" => options.count = left.next()?.parse().ok()?,
                "--minutes" => {
                    let minutes: f64 = left.next()?.parse().ok()?;
                    options.time = Duration::try_from_secs_f64(minutes * 60.0).ok();
                    options.count = u64::MAX;
                }
                "--print" => options.print = true,
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Looks at scenarios until their number or the time is used up; true if all invariants hold.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    let swarm = Swarm::new(options.seed, DECADES);
    if options.print {
        return print(&swarm.text(options.from)).map(|()| true);
    }
    let (start, mut report) = (now(), Report::default());
    let last = options.from.saturating_add(options.count);
    for number in options.from..last {
        if options.time.is_some_and(|time| start.elapsed() > time) {
            break;
        }
        let known = report.faults.len();
        swarm.look_at(number, &mut report);
        for fault in &report.faults[known..] {
            print(&told(options.seed, fault))?;
        }
        if (number + 1).is_multiple_of(SCENARIOS_PER_WORD) {
            let _ =
                writeln!(io::stderr(), "{} scenarios, {} faults", report.scenarios(), report.faults.len());
        }
    }
    print(&summary(&report, swarm.paths().len()))?;
    Ok(report.faults.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "how long the swarm goes on is part of no result")]
fn now() -> Instant {
    Instant::now()
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// A fault with the scenario and the command that shows it again.
fn told(seed: u64, fault: &Fault) -> String {
    let Fault { number, invariant, why, toml } = fault;
    let why = why.replace('\n', "\n#   ");
    format!(
        "\n# {invariant}: {why}\n# again: cargo run --release -p mxsim-verify -- swarm --seed {seed} --from {number} --count 1\n{toml}\n"
    )
}

fn summary(report: &Report, paths: usize) -> String {
    let simulated = report.simulated;
    let methods: Vec<String> =
        report.methods.iter().map(|(name, count)| format!("{count} by {name}")).collect();
    let beyond: Vec<String> = report.beyond_estimate.iter().map(ToString::to_string).collect();
    let beyond = if beyond.is_empty() { String::new() } else { format!(" (numbers {})", beyond.join(", ")) };
    format!(
        "{} scenarios: {simulated} simulated ({} to a results document), {} refused as too large, {} too dear for a swarm, {} beyond their estimate{beyond}\n\
         senders: {}\nplaces of the schema: {} of {paths}\n\
         work counted to estimated: median {:.2}, 5 % below {:.2}, 5 % above {:.2}, 1 % above {:.2}, at most {:.1}; within a factor of 3: {:.1} %\n\
         {} faults\n",
        report.scenarios(),
        report.documents,
        report.too_large,
        report.dear,
        report.beyond_estimate.len(),
        methods.join(", "),
        report.planted.len(),
        report.cost_factor(0.5),
        report.cost_factor(0.05),
        report.cost_factor(0.95),
        report.cost_factor(0.99),
        report.cost_factor(1.0),
        100.0 * report.part_within(3.0),
        report.faults.len(),
    )
}
