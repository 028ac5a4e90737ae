//! How much memory this process may take, where the system limits it and says so (`ulimit -v`, read from `/proc`).
//!
//! An allocation that fails ends a process at once and without a word of ours. So what needs too much is not begun, and the watchdog ends the command
//! a little before its limit.

use mxsim_core::numerals::bytes;
use mxsim_core::scenario::Scenario;
use mxsim_core::study::cost::Cost;
use std::sync::OnceLock;

/// This part of the limit may be filled: a list that is full doubles.
const FILLED: f64 = 0.5;
/// This part may go into the stacks of threads.
const FOR_STACKS: f64 = 0.125;
/// Bytes of the stack of a thread.
const STACK_BYTES: f64 = 2_097_152.0;

/// The most address space (bytes); `None` if it is not limited, or nobody says.
pub(crate) fn limit() -> Option<f64> {
    // It is asked for when the command begins, by the watchdog and for the threads, and stays as it is.
    static LIMIT: OnceLock<Option<f64>> = OnceLock::new();
    *LIMIT.get_or_init(read_limit)
}

fn read_limit() -> Option<f64> {
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

/// How many threads have room.
pub(crate) fn most_threads() -> usize {
    limit().map_or(usize::MAX, |limit| (limit * FOR_STACKS / STACK_BYTES) as usize).max(1)
}

/// True if hardly any is left below `limit`.
pub(crate) fn is_used_up(limit: f64) -> bool {
    used().is_some_and(|used| used > limit * FILLED)
}

/// Why the tables of `scenario` do not fit, if they do not.
pub(crate) fn too_little_for(scenario: &Scenario) -> Option<String> {
    let (limit, needed) = (limit()?, Cost::table_bytes(scenario));
    let left = limit * FILLED - used()?;
    (needed > left).then(|| {
        format!(
            "this is too large for the memory that is allowed here: its sites and hosts need {}, and {} are left; use fewer sites or \
             hosts, or raise the limit (ulimit -v)",
            bytes(needed),
            bytes(left.max(0.0))
        )
    })
}

/// Where memory is limited, starts this command anew with what can only be said to a process before it begins: that the GNU library keeps one place for all
/// threads to allocate from, instead of reserving 64 MiB of the limit for each, and that Rust prints no trace for an allocation that failed.
#[cfg(unix)]
pub(crate) fn make_room() {
    use std::os::unix::process::CommandExt as _;
    const PLACES: &str = "MALLOC_ARENA_MAX";
    if std::env::var_os(PLACES).is_some() || limit().is_none() {
        return;
    }
    if let Ok(own) = std::env::current_exe() {
        let mut anew = std::process::Command::new(own);
        // It comes back only if it failed; then this process goes on as it is.
        let _ = anew.args(std::env::args_os().skip(1)).env(PLACES, "1").env("RUST_BACKTRACE", "0").exec();
    }
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) const fn make_room() {}
