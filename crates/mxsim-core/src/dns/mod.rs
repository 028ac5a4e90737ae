//! The DNS between a zone and a sender.
//!
//! Every hop, authority or resolver, is the same machine: *stored base order -> transform -> hold*
//!
//! ```text
//!   zone --> authority: order --> resolver: cache, order --> (forwarder: the same again) --> sender
//! ```
//!
//! Main types: [`OrderPolicy`] (in which order a hop answers), [`CachePolicy`] (how long it keeps an answer), [`StubParameters`] (how the library of a
//! sender sorts addresses), [`Zone`] (what is published). Terms as in RFC 9499 and RFC 6724. What real products do is data, in
//! `catalog/resolver`, `catalog/authority` and `catalog/stub`.

pub mod cache;
mod health;
pub mod keep;
pub mod order;
mod order_policy;
pub mod policy;
mod record_type;
mod resolver;
pub(crate) mod special_use;
pub mod stub;
pub mod zone;
pub mod zone_text;

pub use health::{Answered, DnsChecks};
pub use keep::{CachePolicy, EntryLifetime, Extend, Prefetch, Stale, ZeroTtl};
pub use order_policy::{Base, Direction, Driver, OrderPolicy, OrderReuse, Transform};
pub use policy::{DaneZone, MtaSts, MtaStsMode};
pub use record_type::{RecordType, TypeSet};
pub use resolver::{Caches, Pick, ResolverParameters};
pub use stub::{Ipv4Rule9, Ipv6Rule9, SortedSets, StubParameters};
pub use zone::{AddressStatus, Host, MxRecord, Name, Zone};
