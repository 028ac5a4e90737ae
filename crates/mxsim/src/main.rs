//! The command `mxsim`.

fn main() {}
