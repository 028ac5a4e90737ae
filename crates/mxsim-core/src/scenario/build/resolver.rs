//! A resolver of a scenario written in Rust.

use super::values::put;
use serde_json::{Map, Value};

/// A resolver of your own: an entry of `resolvers`. Senders name it with [`SenderSpec::resolver`](super::SenderSpec::resolver).
#[derive(Debug, Clone)]
#[must_use = "a resolver counts only once it is given to a ScenarioBuilder"]
pub struct ResolverSpec {
    pub(super) name: String,
    pub(super) table: Map<String, Value>,
}

impl ResolverSpec {
    /// A resolver that behaves like the preset `plain` until it is told otherwise.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), table: Map::new() }
    }

    /// Sets any key of `[resolvers.NAME]` by its path, such as `caches.number` or `cache.ttl_max`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// The preset its parameters are laid over.
    pub fn preset(self, id: &str) -> Self {
        self.set("preset", id)
    }

    /// The resolvers between this one and the authority, nearest first.
    pub fn chain<'a>(self, resolvers: impl IntoIterator<Item = &'a str>) -> Self {
        self.set("chain", resolvers.into_iter().collect::<Vec<_>>())
    }
}
