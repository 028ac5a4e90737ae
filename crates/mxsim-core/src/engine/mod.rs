//! The simulation itself.
//!
//! ```text
//!   Scenario --compile--> World --replicate(seed, r)--> Tally   x R in parallel, kept in the order of r
//! ```
//!
//! Lifecycle: [`compile()`] once; [`replicate()`] for each replication, each single-threaded and independent; [`run()`] for many of
//! them; [`simulate()`] for everything from a scenario to [`Results`](crate::results::Results).

mod around;
mod block;
mod bulk;
pub mod calendar;
mod children;
pub mod compile;
mod connect;
pub mod deck;
mod deliver;
pub mod law;
mod light;
mod load;
mod look_up;
mod meet;
mod node_state;
mod outbound;
pub mod probe;
mod processes;
mod recorder;
mod relay;
pub mod replicate;
mod sender_state;

pub mod world;

pub use compile::{compile, compile_for};
pub(crate) use connect::outcome_of;
pub use law::Engine;
pub use replicate::replicate;
pub use world::World;
