//! A sender of a scenario written in Rust.

use super::values::{self, put};
use crate::parameters::words::word_of;
use crate::parameters::{concurrency, failover, order, reuse};
use crate::sender::{Concurrency, Failover, Reuse, Stickiness};
use crate::traffic::{Profile, Sizes};
use serde_json::{Map, Value, json};

/// One entry of `senders`.
#[derive(Debug, Clone)]
#[must_use = "a sender counts only once it is given to a ScenarioBuilder"]
pub struct SenderSpec {
    pub(super) table: Map<String, Value>,
}

impl SenderSpec {
    /// A sender with defaults everywhere.
    pub fn new(name: &str) -> Self {
        let mut table = Map::new();
        table.insert("name".into(), name.into());
        Self { table }
    }

    /// Sets any key of `[[senders]]` by its path, such as `order.hosts` or `retry.lifetime`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// Its part of all messages, 0..1.
    pub fn share(self, share: f64) -> Self {
        self.set("share", share)
    }

    /// Nobody waits for its mail: it counts in connections, sessions and its own row only. Its share is beside the 100 % of wanted mail.
    pub fn unwanted(self) -> Self {
        self.set("wanted", false)
    }

    /// It takes what the others leave.
    pub fn rest(self) -> Self {
        self.set("share", "rest")
    }

    /// What it behaves like: the id of a sender preset, such as `postfix`; [`catalog`](crate::catalog) lists them.
    pub fn preset(self, id: &str) -> Self {
        self.set("preset", id)
    }

    /// What its sites behave like, if that differs: weights of several presets.
    pub fn mix<'a>(self, parts: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let mix: Map<String, Value> =
            parts.into_iter().map(|(id, weight)| (id.to_owned(), json!(weight))).collect();
        self.set("mix", mix)
    }

    /// How many organisations it stands for, each with resolver caches and outbound hosts of its own: 1 with a preset, 1,000 with a mix, if it
    /// is not said.
    pub fn sites(self, sites: usize) -> Self {
        self.set("sites", sites)
    }

    /// How the mail is spread over them.
    pub fn sizes(self, sizes: Sizes) -> Self {
        match sizes {
            Sizes::Equal => self.set("sizes", "equal"),
            Sizes::Zipf(exponent) => self.set("sizes", json!({ "zipf": exponent })),
        }
    }

    /// Outbound hosts of each site, each of which chooses for itself: 1 if it is not said.
    pub fn hosts(self, hosts: usize) -> Self {
        self.set("hosts", hosts)
    }

    /// How long an outbound host keeps its choice, whatever its preset says.
    pub fn sticky(self, how_long: Stickiness) -> Self {
        self.set("order.keep", order::to_json(how_long))
    }

    /// A resolver preset, or a resolver of the scenario.
    pub fn resolver(self, name: &str) -> Self {
        self.set("resolver", name)
    }

    /// Senders of one pool share their per-host and per-site caches.
    pub fn pool(self, pool: &str) -> Self {
        self.set("pool", pool)
    }

    /// Whether it has an IPv6 route.
    pub fn ipv6(self, has_route: bool) -> Self {
        self.set("ipv6", has_route)
    }

    /// When it sends.
    pub fn profile(self, profile: &Profile) -> Self {
        self.set("profile", values::profile(profile))
    }

    /// Where mail goes after a failed connection.
    pub fn on_failure(self, failover: Failover) -> Self {
        self.set("failover.on_failure", word_of(failover))
    }

    /// Where mail goes after the greeting 421; [`Failover::SameHostLater`] defers it, and the next attempt chooses anew.
    pub fn on_busy(self, busy: Failover) -> Self {
        self.set("failover.on_busy", failover::busy_word(busy))
    }

    /// When an open connection takes the next message.
    pub fn reuse(self, reuse: Reuse) -> Self {
        self.set("reuse", reuse::to_json(reuse))
    }

    /// How many connections one outbound host has at the same time.
    pub fn concurrency(self, concurrency: Concurrency) -> Self {
        self.set("concurrency", concurrency::to_json(concurrency))
    }
}
