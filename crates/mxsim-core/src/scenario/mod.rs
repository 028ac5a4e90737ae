//! A scenario, checked and complete: after this point nothing can be invalid and no default is missing.
//!
//! ```text
//!   text --tree--> ScenarioDoc (spans kept) --validate--> Scenario
//! ```
//!
//! Main types: [`Scenario`], [`Sender`], [`Goal`]; [`ScenarioError`] for what is wrong with a text; [`ScenarioBuilder`] to write one in Rust.

mod answered;
mod build;
mod findings;
mod goal;
pub(crate) mod keys;
mod model;
mod read;
mod reference;
mod resolved;
mod variants;

pub use crate::dns::Caches;
pub use crate::node::greylisting::{GreyTable, Greylisting};
pub use crate::node::{Fault, Slowdown};
pub use crate::syntax::diagnostic::{Diagnostic, Place, Pointer, ScenarioError};
pub use build::{
    ChangeSpec, EdgeSpec, EventSpec, GreylistingSpec, NoSuchKey, NodeSpec, ResolverSpec, ScenarioBuilder,
    SenderSpec, ZoneChange,
};
pub use findings::{FINDINGS, FindingKind, Reach};
pub use goal::{Goal, GoalKind, LATE_PART, LOST, OFF_TARGET, SLOW, SLOW_PART, ShareRange, TURNED_AWAY};
pub use keys::is_scenario_key;
pub(crate) use model::LEAST_SHARE;
pub use model::{
    Authority, Edge, Mix, Node, PlannedEvent, PlannedFault, ResolverLayer, RunPlan, Scenario, Sender, Stub,
    ZoneVersion,
};
pub use read::{Format, RunOverrides, SourceText, parse_duration, parse_moment};
pub use reference::{reference, schema};
