//! Oracles 5 and 8 and what follows from them: sessions, backlogs, kept connections and busiest bins against queueing theory.
//!
//! Level: every comparison has a chance of a false alarm of one in a million (`mxsim_verify::agree`) and there are about a hundred of them;
//! numbers that are exact by theory are compared exactly. The mutants of this file stand in `mutants.toml`.

mod backlog;
mod busiest;
mod busy_and_idle;
mod clients;
mod dropped;
mod hold;
mod little;
mod loss;
mod queue;
mod reuse;
mod slow;
mod workers;

use mxsim_core::engine::{MethodChoice, compile_for, replicate};
use mxsim_core::results::{Interval, Results};
use mxsim_core::tally::Tally;
use mxsim_core::time::{Span, Time};
use mxsim_verify::agree::{assert_near, widening};
use mxsim_verify::experiment::{equal_hosts, run, scenario, text};

/// Replications of one experiment, as far as not said otherwise.
pub(crate) const REPLICATIONS: u64 = 40;

/// Runs 40 replications of `hours` hours of `per_second` messages a second from one outbound host to `nodes` hosts.
pub(crate) fn experiment(nodes: usize, per_second: f64, hours: f64, rest: &str) -> Results {
    let minutes = (hours * 60.0).ceil();
    run(&text(
        &format!(
            "replications = {REPLICATIONS}\nwindow = \"{minutes}m\"\nrun_length = \"{minutes}m\"\nwarm_up = \"1h\""
        ),
        &equal_hosts(nodes, 86_400),
        &format!(
            "[traffic]\nmessages_per_day = {}\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1\n{rest}\n",
            per_second * 86_400.0
        ),
    ))
}

/// What becomes of messages of one outbound host that come at these seconds; `keys` are of the sender, and `rest` of nodes and events.
pub(crate) fn at_seconds(keys: &str, rest: &str, seconds: impl IntoIterator<Item = i64>) -> Tally {
    let mut given = scenario(&text(
        "warm_up = \"1h\"",
        &equal_hosts(1, 300),
        &format!(
            "[traffic]\nmessages_per_day = 2\n[[senders]]\nname = \"all\"\npreset = \"randomizing\"\nsites = 1\n{keys}\n{rest}\n"
        ),
    ));
    let times = seconds.into_iter().map(|second| Time::ZERO + Span::from_secs(second)).collect();
    given.set_arrivals("all", times).expect("there is such a sender");
    replicate(&compile_for(&given, MethodChoice::Messages), 1, 0, &|| false).expect("nobody cancels it")
}

/// A sender that tries each message once.
pub(crate) const ONCE: &str = "retry = { max_attempts = 1 }";

/// A mean with its interval, made of a value and its bounds.
pub(crate) fn interval(value: f64, [low, high]: [Option<f64>; 2]) -> Interval {
    Interval { value, low, high }
}

/// The mean of 40 independent values agrees with theory.
pub(crate) fn near_mean(what: &str, values: &[f64], theory: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    // 2.023 turns a standard error into a 95 % half-width, as `widening` expects it (39 degrees of freedom).
    let half = (variance / n).sqrt() * 2.023;
    assert_near(what, mean, half * widening(values.len() as u64), theory);
}
