//! Real sending MTAs behind real resolvers, replayed.
//!
//! A lab folder holds what three nodes saw of real software (`data/lab/README.md`). Each run is simulated many times as it was: the same zone,
//! resolver, sender version, submission and fault, with empty caches and no memory at the start. What was recorded is then held against what
//! the simulations give.
//!
//! - [`names`]: what the names of a folder stand for;
//! - [`recordings`], [`event`]: what was recorded;
//! - [`submission`], [`processes`], `session_fit`: how messages were submitted, and how long a node took for one;
//! - [`greylist`]: runs against nodes that greylist;
//! - [`zone`], [`model`], [`recorder`]: the run as a scenario, and what the simulated nodes see;
//! - [`statistic`]: what is compared;
//! - [`judge`]: how unusual a recording is;
//! - [`replay`]: all runs of a folder, the naive model and other MTAs beside them;
//! - [`retry_waves`]: retries and recoveries, of which other files of the folder tell;
//! - [`report`], [`page`]: the three judgements, as text, JSON and `docs/validation.md`.

pub mod event;
pub mod greylist;
pub mod judge;
pub mod known;
pub mod model;
pub mod names;
pub mod page;
pub mod processes;
pub mod recorder;
pub mod recordings;
pub mod replay;
pub mod report;
pub mod retry_waves;
mod session_fit;
pub mod statistic;
pub mod submission;
pub mod zone;
