//! Sending MTAs: in which order they try the hosts of a domain, what they do after a failure, and when they come back.
//!
//! One attempt goes through the same steps for every MTA; a preset sets each of them:
//!
//! ```text
//!   candidates (answer order) -> order -> skip what memory says -> limits -> walk: connect, react -> retry or bounce
//! ```
//!
//! Main types: [`SenderParameters`], all parameters of one MTA; [`Candidate`], one address to try; [`SenderBehaviour`], the trait an embedding
//! program implements to bring its own way of ordering and reacting.

mod behaviour;
mod candidate;
mod concurrency;
mod failover;
#[doc(hidden)]
pub mod limits;
#[doc(hidden)]
pub mod memory;
mod memory_policy;
#[doc(hidden)]
pub mod message_times;
#[doc(hidden)]
pub mod order;
#[doc(hidden)]
pub mod order_context;
mod order_policy;
mod outcome;
#[doc(hidden)]
pub mod resolve;
#[doc(hidden)]
pub mod retry;
mod retry_record;
mod reuse;
mod timeouts;
mod unknown;

pub use crate::random::{Key, name_hash};
pub use behaviour::{Behaviour, SenderBehaviour, SenderParameters};
pub use candidate::{Candidate, Candidates};
pub use concurrency::{Concurrency, Growth};
pub use failover::{Failover, Reaction, Reactions, TlsFailure};
pub use limits::{Cut, Limits};
pub use memory_policy::{Memory, RetryStep};
pub use order_policy::{AddressOrder, Family, HostOrder, OrderPolicy, Preference, Stickiness, Unit};
pub use outcome::Outcome;
pub use resolve::{AddressSort, Check, Lookups, MxToAddress, NoAddress, NullMx, OwnCache, Policy};
pub use retry::{AfterGaps, RetryFrom, RetrySchedule, Wait};
pub use reuse::{FiledUnder, Reuse, ReuseLimits};
pub use timeouts::{Kernel, Timeouts};
pub use unknown::Unknowns;
