//! What the DNS does to the split: each effect of the skew ranking at its stated size, and the policies of caches behind them.
//!
//! Level: as in `oracles`, every comparison with theory has a chance of a false alarm of one in a million (`mxsim_verify::agree`), and there
//! are fewer than a hundred; numbers that are exact by theory are compared exactly.

mod caches;
mod policies;
mod ranking;
mod senders;
mod stubs;

use mxsim_core::results::Results;
use mxsim_verify::experiment::{run, text};

/// `replications` of a day of `messages` messages.
fn days(replications: u64, messages: u32, zone: &str, rest: &str) -> Results {
    run(&text(
        &format!("replications = {replications}"),
        zone,
        &format!("[traffic]\nmessages_per_day = {messages}\n{rest}"),
    ))
}

/// One site that takes records as they are answered.
fn list_walker(resolver: &str) -> String {
    format!("[[senders]]\nname = \"walker\"\npreset = \"order-preserving\"\nresolver = \"{resolver}\"\n")
}

/// A zone section whose authority is `authority`, then zone lines.
fn zone_by(authority: &str, run_keys: &str, zone: &str, rest: &str) -> String {
    format!("[run]\n{run_keys}\n\n[zone]\n{authority}\ntext = \"\"\"\n{zone}\"\"\"\n\n{rest}\n")
}

/// E[1/N | N > 0] of a Poisson number N of large mean `mean`: the first terms of its expansion.
fn mean_reciprocal(mean: f64) -> f64 {
    (1.0 + 1.0 / mean + 2.0 / (mean * mean)) / mean
}
