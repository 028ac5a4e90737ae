//! Edges: SMTP load balancers. The zone publishes the addresses of an edge, and not those of the nodes behind it.
//!
//! A sender connects to an address of the edge. The edge picks a node and passes the connection on, either as a *proxy*, which accepts the
//! connection itself and opens another one to the node, or as a forwarder of *packets*, which the sender cannot tell from the node. Health checks
//! tell it which nodes to pick from; between two checks it does not know better.
//!
//! Main types: [`EdgePolicy`] is what an edge is told to do, [`Pool`] picks, [`Health`] counts the checks of one node.

pub mod health;
mod partner;
mod policy;
pub mod pool;
mod ring;

pub use health::{Check, CheckBy, Health, Spacing};
pub use partner::Partner;
pub use policy::{Balance, EdgePolicy, Forwarding, NextTry, Passive, Source, WithoutNode};
pub use pool::{MOST_NODES, NoMember, Pool};
