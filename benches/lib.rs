//! Benchmarks of mxsim: `cargo bench -p mxsim-benches`. See `pipeline.rs` beside this file.
