//! The simulation itself: `compile` turns a scenario into a world of indices and tables, `replicate` runs it once, `run` many times.

pub mod frame;
pub mod tally;
