//! Questions about a scenario or about counts, each answered by a typed document: one question is one file.
//!
//! ```text
//!   Scenario --compile--> World --replicate(seed, r)--> Tally   x R in parallel, kept in the order of r
//!                                                         |
//!                                                         +--estimate--> Results
//! ```
//!
//! [`simulate`] does all of it for one scenario. `cost` refuses what is too large before it runs, `sensitivity` simulates other plausible
//! worlds beside the run, and [`trace`] follows single messages. [`ask`] answers by a closed form where one holds, [`judge`] looks at counts of
//! real mail, and [`check`] says what a scenario means before it is simulated.

pub mod ask;
mod batch;
mod beside;
pub mod check;
pub mod compare;
#[doc(hidden)]
pub mod cost;
pub mod cutover;
mod drain;
mod error;
pub mod fail;
pub mod judge;
mod limit;
mod replications;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod sensitivity;
pub mod shard;
mod shelf;
pub mod size;
pub mod sweep;
mod together;
mod too_large;
pub mod trace;

pub use error::StudyError;
pub use limit::{Limit, Observer, Quiet, RunOptions, Stop};
#[doc(hidden)]
pub use run::{Run, run};
pub use run::{RunError, simulate, simulate_shard, simulate_with};
#[doc(hidden)]
pub use sensitivity::Twins;
pub use shard::Shard;
pub use shelf::{Place, Shelf, ShelfError};
pub use together::TogetherOptions;
