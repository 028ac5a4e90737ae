//! Runs on several machines: each simulates a shard and writes a part; the parts together are the run.
//!
//! ```text
//!   scenario --simulate_shard(K/N)--> part     x N, anywhere, in any order
//!   parts    --simulate_with--------> Results  the bytes of one run
//! ```
//!
//! Shard K of N takes the K-th piece of the replications 0, 1, 2, ... and a piece of the worlds beside the run. A part (`part.rs`) is a text of lines of
//! JSON that says what it is a part of and, in its last line, that it is whole. [`Parts`] reads a set of them, says everything that is wrong with it at
//! once, and is a [`Shelf`](crate::study::Shelf) from which the run takes its tallies.

mod head;
mod kept;
mod lines;
mod number;
mod parts;
mod writer;
mod wrong;

pub use head::{Asked, CHECKPOINT_SCHEMA, Command, File, Head, MOST_REPLICATIONS, SCHEMA};
pub use kept::{KeptLines, Span};
pub use lines::MOST_LINE;
pub use number::Shard;
pub use parts::{PartSource, Parts, ReadSeek};
pub use writer::PartWriter;
pub use wrong::{PartsError, Wrong};
