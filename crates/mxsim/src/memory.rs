//! How much memory this process may take, where the system limits it and says so (`ulimit -v`, read from `/proc`).
//!
//! An allocation that fails ends a process at once and without a word of ours. So what needs too much is not begun, and the watchdog ends the command
//! a little before its limit.

use mxsim_core::numerals::bytes;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::cost::Cost;

/// This part of the limit is left alone: what is allocated between two looks has to fit.
const RESERVE: f64 = 1.0 / 16.0;

/// The most address space (bytes); `None` if it is not limited, or nobody says.
pub(crate) fn limit() -> Option<f64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    soft.split_whitespace().next()?.parse().ok()
}

/// The address space in use (bytes).
fn used() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    size.split_whitespace().next()?.parse().ok().map(|kib: f64| kib * 1_024.0)
}

/// True if hardly any is left below `limit`.
pub(crate) fn is_used_up(limit: f64) -> bool {
    used().is_some_and(|used| used > limit * (1.0 - RESERVE))
}

/// Why the tables of `scenario` do not fit, if they do not.
pub(crate) fn too_little_for(scenario: &Scenario) -> Option<String> {
    let (limit, needed) = (limit()?, Cost::table_bytes(scenario));
    let left = limit * (1.0 - RESERVE) - used()?;
    (needed > left).then(|| {
        format!(
            "this is too large for the memory that is allowed here: its sites and hosts need {}, and {} are left; use fewer sites or \
             hosts, or raise the limit (ulimit -v)",
            bytes(needed),
            bytes(left.max(0.0))
        )
    })
}

/// Starts this command anew without the traces of Rust, where memory is limited: a failed allocation would print one.
#[cfg(unix)]
pub(crate) fn without_traces() {
    use std::os::unix::process::CommandExt as _;
    const TRACES: &str = "RUST_BACKTRACE";
    let wants_traces = std::env::var_os(TRACES).is_some_and(|value| value != "0");
    if !wants_traces || limit().is_none() {
        return;
    }
    if let Ok(own) = std::env::current_exe() {
        // It comes back only if it failed; then this process goes on as it is.
        let _ = std::process::Command::new(own).args(std::env::args_os().skip(1)).env(TRACES, "0").exec();
    }
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) const fn without_traces() {}
