//! How long the tests may take that try many inputs: as long as the gate allows, or as long as it takes.

/// Times as many inputs as usual: 1, or what the environment variable `MXSIM_EFFORT` says (`.ci/long` sets it).
#[must_use]
pub fn times() -> u64 {
    let told = std::env::var("MXSIM_EFFORT").ok().and_then(|text| text.parse().ok());
    told.filter(|times| (1..=1_000).contains(times)).unwrap_or(1)
}
