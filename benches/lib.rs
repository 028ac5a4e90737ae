//! Benchmarks of mxsim: `cargo bench -p mxsim-benches`. See `pipeline.rs`, `bench_1.rs`, `ratios.rs` and `population.rs` beside this file.

pub mod jobs;
pub mod measure;
pub mod reference;
