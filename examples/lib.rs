//! Examples of embedding mxsim; see the files beside this one: `cargo run --example embed`, `cargo run --example compare_zones`.

/// The code in the README is compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
