//! Questions about a scenario or about counts, each answered by a typed document: one question is one file.
//!
//! ```text
//!   Scenario --compile--> World --replicate(seed, r)--> Tally   x R in parallel, kept in the order of r
//!                                                         |
//!                                                         +--estimate--> Results
//! ```
//!
//! [`simulate`] does all of it for one scenario. [`cost`] refuses what is too large before it runs, [`sensitivity`] simulates other plausible
//! worlds beside the run, and [`trace`] follows single messages. [`ask`] answers by a closed form where one holds, [`judge`] looks at counts of
//! real mail, and [`check`] says what a scenario means before it is simulated.

pub mod ask;
pub mod check;
pub mod cost;
pub mod judge;
pub mod limit;
pub mod run;
pub mod sensitivity;
pub mod trace;

pub use limit::{Limit, Observer, Quiet, RunOptions, Stop};
pub use run::{Run, RunError, run, simulate};
pub use sensitivity::Alternatives;
