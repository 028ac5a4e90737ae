//! Statistical verification of mxsim: what the simulator says is held against theory and against recordings of real servers.
//!
//! - [`recording`] and [`replay`]: the DNS model is asked at the times at which real resolvers were asked, and has to answer alike;
//! - [`lab`]: runs of real sending MTAs behind real resolvers, each simulated as it was and held against the simulations;
//! - [`band`]: how unlike two sequences of answers may be by luck alone;
//! - [`experiment`]: a scenario text through the public path, with the invariants every result has to keep;
//! - [`agree`]: theory against an interval, at a level that leaves a whole run of this crate almost no false alarm;
//! - [`effort`]: how many inputs the tests try that could try any number;
//! - [`fuzz`]: readers on inputs that nobody would write;
//! - [`same`]: two builds of the command give the same results documents;
//! - [`mutant`]: one textual fault at a time is put into a copy of the simulator, and its oracle has to notice.
//!
//! A test here states the theory, how much was simulated and its level. The seeds are fixed, so a test is red or green, never sometimes.

pub mod agree;
pub mod band;
pub mod effort;
pub mod experiment;
pub mod fuzz;
pub mod lab;
pub mod mutant;
pub mod recording;
pub mod replay;
pub mod same;
pub mod swarm;
