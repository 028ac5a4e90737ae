//! Benchmarks of mxsim; see the files beside this one.
