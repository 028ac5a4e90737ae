//! How documents are written: trees with places, shapes of values, quantities, and what is said about a value that does not fit.
//!
//! Scenarios, presets and populations are all read with these. Nothing here knows what a document is about.
//!
//! Main types: `tree::Value`, a TOML or JSON document that remembers where everything stands; `shape::Shape`, what a value may look like;
//! [`diagnostic::ScenarioError`], everything that is wrong with a document.

pub mod diagnostic;
pub(crate) mod hints;
pub(crate) mod ids;
pub mod literal;
pub(crate) mod pointer;
pub(crate) mod quantity;
pub(crate) mod shape;
pub(crate) mod suggest;
pub(crate) mod tree;
