//! Benchmarks of mxsim: `cargo bench -p mxsim-benches`. See `pipeline.rs`, `bench_1.rs` and `ratios.rs` beside this file.

pub mod reference;
