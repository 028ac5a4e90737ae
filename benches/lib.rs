//! Benchmarks of mxsim: `cargo bench -p mxsim-benches`. See `pipeline.rs` and `bench_1.rs` beside this file.

pub mod reference;
