//! One replication of a world, and nothing else.
//!
//! ```text
//!   Scenario --compile--> Compiled --replicate(seed, r)--> Tally
//! ```
//!
//! | room | holds |
//! |---|---|
//! | [`world`] | what is the same in all replications, as tables |
//! | `messages` | messages simulated one by one |
//! | `aggregate` | senders whose messages are drawn as numbers |
//! | `count` | what happened, as a tally |
//! | `compile` | a scenario made ready |
//! | [`calendar`], [`probe`], `connect` | what happens next; who watches; how a connection to a node ends |
//! | `watch` | whether it is to go on |

mod aggregate;
pub mod calendar;
mod compile;
mod connect;
mod count;
mod messages;
pub mod probe;
pub(crate) mod watch;
pub mod world;

pub(crate) use compile::compile_beside;
pub use compile::{Compiled, compile, compile_for};
pub(crate) use connect::outcome_of;
pub use messages::{replicate, replicate_with};
pub(crate) use messages::{replicate_watched, replicate_watched_with};
pub use watch::Done;
pub use world::World;
pub use world::method::MethodChoice;
