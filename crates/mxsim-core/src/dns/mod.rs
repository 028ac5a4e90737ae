//! The DNS between a zone and a sender.
//!
//! Every hop, authority or resolver, is the same machine: *stored base order -> transform -> hold*
//!
//! ```text
//!   zone --> authority: order law --> resolver: cache law, order law --> (forwarder: the same again) --> sender
//! ```
//!
//! Main types: [`OrderLaw`] (in which order a hop answers), [`CacheLaw`] (how long it keeps an answer), [`StubLaw`] (how the library of a
//! sender sorts addresses), [`Zone`] (what is published). Terms as in RFC 9499 and RFC 6724. What real products do is data, in
//! `catalog/resolver`, `catalog/authority` and `catalog/stub`.

pub mod cache;
pub mod keep;
pub mod order;
mod order_policy;
pub mod policy;
mod record_type;
mod resolver;
pub mod stub;
pub mod zone;
pub mod zone_text;

pub use keep::{CacheLaw, Extend, Keeping, Prefetch, Stale, ZeroTtl};
pub use order_policy::{Base, Direction, Driver, Hold, OrderLaw, Transform};
pub use policy::{DaneZone, MtaSts, MtaStsMode};
pub use record_type::{RecordType, TypeSet};
pub use resolver::{Caches, Pick, ResolverLaw};
pub use stub::{Ipv4Rule9, Ipv6Rule9, SortedSets, StubLaw};
pub use zone::{Host, MxRecord, Name, Zone};
