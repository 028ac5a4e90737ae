//! What people have, zone text, `dig` output and files, into scenarios for mxsim.
//!
//! The core library opens no file; this crate does. Main entries: [`read_text`], [`scenario`], and [`zone_scenario`] and
//! [`equal_mx_scenario`], which write the scenario behind a question asked without one.

mod ask;
mod file;

pub use ask::{AskError, equal_mx_scenario, zone_scenario};
pub use file::{ImportError, ImportErrorKind, MOST_BYTES, read_text, scenario, scenario_with};
