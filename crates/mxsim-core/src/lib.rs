//! The MX distribution simulator as a library: from a zone and a sender mix to how mail spreads over MX hosts.
//!
//! ```text
//!   text --scenario--> Scenario --engine::compile--> World --engine::replicate--> Tally --estimate--> Results
//! ```
//!
//! It opens no file, looks at no clock, starts no thread without the feature `parallel` and prints nothing. The same scenario, seed and
//! model epoch give the same [`results::Results`] on any number of threads.

pub mod catalog;
pub mod dns;
pub mod engine;
pub mod estimate;
pub mod node;
pub mod random;
pub mod results;
pub mod scenario;
pub mod sender;
pub mod theory;
pub mod time;
pub mod traffic;
