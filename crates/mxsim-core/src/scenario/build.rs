//! Scenarios written in Rust. The builder makes the same document a file would hold, and the same code reads it, so there is no second
//! set of rules.

use crate::catalog::Catalog;
use crate::node::{SessionTime, WhenFull};
use crate::parameters::words::word_of;
use crate::parameters::{concurrency, reuse};
use crate::scenario::goal::GoalKind;
use crate::scenario::model::Scenario;
use crate::scenario::read::{RunOverrides, read_tree};
use crate::sender::{Concurrency, Reuse};
use crate::syntax::diagnostic::{Report, ScenarioError};
use crate::syntax::tree::from_json;
use crate::time::Span;
use crate::traffic::{Profile, Sizes};
use serde_json::{Map, Value, json};

/// Builds a [`Scenario`] in Rust.
///
/// ```
/// use mxsim_core::scenario::{GoalKind, ScenarioBuilder, SenderSpec};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .title("two equal MX")
///     .sender(SenderSpec::new("provider").share(0.38).preset("postfix").hosts(40))
///     .sender(SenderSpec::new("others").rest().preset("postfix").sites(500))
///     .goal(GoalKind::BusiestShare { at_most: 0.6 }, 0.95)
///     .build()
///     .unwrap();
/// assert_eq!(scenario.senders.len(), 2);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ScenarioBuilder {
    document: Map<String, Value>,
    catalog: Catalog,
}

impl ScenarioBuilder {
    /// Starts from zone lines or `dig` output.
    pub fn new(zone_text: &str) -> Self {
        let mut document = Map::new();
        document.insert("zone".into(), json!({ "text": zone_text }));
        Self { document, catalog: Catalog::builtin().clone() }
    }

    /// Looks presets up in `catalog` instead of the built-in one.
    pub fn catalog(mut self, catalog: &Catalog) -> Self {
        self.catalog = catalog.clone();
        self
    }

    /// Sets any key by its path in the scenario, such as `run.window` or `zone.authority`; keys are explained in the scenario reference.
    /// What stands on the way and is no table is replaced.
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        let (last, sections) = match path.rsplit_once('.') {
            Some((sections, last)) => (last, sections.split('.').collect()),
            None => (path, Vec::new()),
        };
        let mut table = &mut self.document;
        for section in sections {
            let next = table.entry(section).or_insert_with(|| json!({}));
            if !next.is_object() {
                *next = json!({});
            }
            let Value::Object(inner) = next else { return self };
            table = inner;
        }
        table.insert(last.into(), value.into());
        self
    }

    /// The mail domain, where the zone text leaves it open.
    pub fn domain(self, domain: &str) -> Self {
        self.set("zone.domain", domain)
    }

    /// The preset of the authoritative servers.
    pub fn authority(self, preset: &str) -> Self {
        self.set("zone.authority", preset)
    }

    /// The title, for reports.
    pub fn title(self, title: &str) -> Self {
        self.set("title", title)
    }

    /// Messages per day over all senders.
    pub fn messages_per_day(self, messages: f64) -> Self {
        self.set("traffic.messages_per_day", messages)
    }

    /// How the day goes.
    pub fn profile(self, profile: &Profile) -> Self {
        self.set("traffic.profile", profile_value(profile))
    }

    /// The seed of all randomness.
    pub fn seed(self, seed: u64) -> Self {
        self.set("run.seed", seed)
    }

    /// A fixed number of replications.
    pub fn replications(self, replications: u64) -> Self {
        self.set("run.replications", replications)
    }

    /// The span a share is measured over.
    pub fn window(self, window: Span) -> Self {
        self.set("run.window", window.to_string())
    }

    /// Measured length of one replication.
    pub fn run_length(self, length: Span) -> Self {
        self.set("run.run_length", length.to_string())
    }

    /// Simulated before measuring starts.
    pub fn warm_up(self, length: Span) -> Self {
        self.set("run.warm_up", length.to_string())
    }

    /// Adds a sender.
    pub fn sender(self, sender: SenderSpec) -> Self {
        self.push("senders", Value::Object(sender.table))
    }

    /// Defines a resolver; `settings` has the keys of `[resolvers.NAME]`.
    pub fn resolver(mut self, name: &str, settings: impl Into<Value>) -> Self {
        // The name may hold dots, so it is no path.
        let resolvers = self.document.entry("resolvers").or_insert_with(|| json!({}));
        if let Value::Object(resolvers) = resolvers {
            resolvers.insert(name.into(), settings.into());
        }
        self
    }

    /// Says something of a node; `settings` has the keys of `[nodes.NAME]` and takes the place of what was said of it before. The name
    /// `*` stands for every node that does not say otherwise.
    pub fn node(mut self, name: &str, settings: impl Into<Value>) -> Self {
        let nodes = self.document.entry("nodes").or_insert_with(|| json!({}));
        if let Value::Object(nodes) = nodes {
            nodes.insert(name.into(), settings.into());
        }
        self
    }

    /// Limits a node (`*` for every node) to `limit` concurrent sessions, each message holding one for a draw of `time`.
    ///
    /// ```
    /// use mxsim_core::node::{SessionTime, WhenFull};
    /// use mxsim_core::scenario::ScenarioBuilder;
    /// use mxsim_core::time::Span;
    /// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
    ///             example.com. 300 IN MX 10 mx2.example.com.\n\
    ///             mx1.example.com. 300 IN A 192.0.2.1\n\
    ///             mx2.example.com. 300 IN A 192.0.2.2\n";
    /// let scenario = ScenarioBuilder::new(zone)
    ///     .sessions("*", 20, SessionTime::Exponential(Span::from_secs(2)))
    ///     .backlog("mx2", 100)
    ///     .when_full("mx2", WhenFull::Refuse)
    ///     .build()
    ///     .unwrap();
    /// assert_eq!(scenario.nodes[0].capacity.sessions, Some(20));
    /// assert_eq!((scenario.nodes[0].capacity.backlog, scenario.nodes[1].capacity.backlog), (0, 100));
    /// ```
    pub fn sessions(self, node: &str, limit: u32, time: SessionTime) -> Self {
        self.node_key(node, "sessions", limit).session_time(node, time)
    }

    /// How long one message holds a session at a node (`*` for every node).
    pub fn session_time(self, node: &str, time: SessionTime) -> Self {
        self.node_key(node, "session_time", session_time_value(time))
    }

    /// Connections beyond the limit of sessions that a node takes and lets wait for the greeting.
    pub fn backlog(self, node: &str, connections: u32) -> Self {
        self.node_key(node, "backlog", connections)
    }

    /// What a connection meets that finds no session and no place in the backlog.
    pub fn when_full(self, node: &str, says: WhenFull) -> Self {
        self.node_key(node, "when_full", word_of(says))
    }

    /// Whether a node offers STARTTLS.
    pub fn tls(self, node: &str, offered: bool) -> Self {
        self.node_key(node, "tls", offered)
    }

    /// Sets one key of a node; its name may hold dots, so it is no path.
    fn node_key(mut self, node: &str, key: &str, value: impl Into<Value>) -> Self {
        let nodes = self.document.entry("nodes").or_insert_with(|| json!({}));
        if let Value::Object(nodes) = nodes {
            let settings = nodes.entry(node).or_insert_with(|| json!({}));
            if let Value::Object(settings) = settings {
                settings.insert(key.into(), value.into());
            }
        }
        self
    }

    /// Adds a change of the zone; `settings` has the keys of `[[changes]]`.
    pub fn change(self, settings: impl Into<Value>) -> Self {
        self.push("changes", settings.into())
    }

    /// Adds a fault: `node` shows `fault` (`refuse`, `drop` or `silent`) from `at` (`"10:00"`) on for `length`.
    pub fn event(self, node: &str, fault: &str, at: &str, length: Span) -> Self {
        let event = json!({ "node": node, "fault": fault, "at": at, "for": length.to_string() });
        self.push("events", event)
    }

    /// Adds a fault with all that can be said of one; `settings` has the keys of `[[events]]`.
    pub fn event_with(self, settings: impl Into<Value>) -> Self {
        self.push("events", settings.into())
    }

    /// Adds a goal that has to hold on the part `on` of the windows; one of each kind.
    pub fn goal(self, kind: GoalKind, on: f64) -> Self {
        match kind {
            GoalKind::BusiestShare { at_most } => {
                self.set("goals.busiest_share", json!({ "at_most": at_most, "on": on }))
            }
            GoalKind::QuietestShare { at_least } => {
                self.set("goals.quietest_share", json!({ "at_least": at_least, "on": on }))
            }
            GoalKind::DelayP95 { at_most } => {
                self.set("goals.delay_p95", json!({ "at_most": at_most.to_string(), "on": on }))
            }
            GoalKind::NearFair { within } => {
                self.set("goals.near_fair", json!({ "within": within, "on": on }))
            }
        }
    }

    fn push(mut self, list: &str, item: Value) -> Self {
        let items = self.document.entry(list).or_insert_with(|| json!([]));
        if let Value::Array(items) = items {
            items.push(item);
        }
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    /// Everything that is wrong, placed by JSON pointers into the document that was built.
    pub fn build(self) -> Result<Scenario, ScenarioError> {
        let document = Value::Object(self.document);
        let report = Report::with_ids("scenario built in Rust", "", self.catalog.known_ids());
        let no_files = |_: &str| Err("a scenario built in Rust has no files".to_owned());
        read_tree(&from_json(&document, ""), report, &self.catalog, &no_files, RunOverrides::default())
    }
}

/// One entry of `senders`.
#[derive(Debug, Clone)]
#[must_use = "a sender counts only once it is given to a ScenarioBuilder"]
pub struct SenderSpec {
    table: Map<String, Value>,
}

impl SenderSpec {
    /// A sender with defaults everywhere.
    pub fn new(name: &str) -> Self {
        let mut table = Map::new();
        table.insert("name".into(), name.into());
        Self { table }
    }

    /// Sets any key of `[[senders]]`; parameters of the preset are tables, `set("retry", json!({ "lifetime": "1d" }))`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.table.insert(key.into(), value.into());
        self
    }

    /// Its part of all messages, 0..1.
    pub fn share(self, share: f64) -> Self {
        self.set("share", share)
    }

    /// It takes what the others leave.
    pub fn rest(self) -> Self {
        self.set("share", "rest")
    }

    /// What it behaves like.
    pub fn preset(self, id: &str) -> Self {
        self.set("preset", id)
    }

    /// Weights of several presets.
    pub fn mix<'a>(self, parts: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let mix: Map<String, Value> =
            parts.into_iter().map(|(id, weight)| (id.to_owned(), json!(weight))).collect();
        self.set("mix", mix)
    }

    /// Organisations it stands for.
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

    /// Outbound hosts of each site.
    pub fn hosts(self, hosts: usize) -> Self {
        self.set("hosts", hosts)
    }

    /// How long an outbound host keeps its choice, as in a scenario: `"6h"`, `"cache-entry"`, `"forever"`, `"never"`.
    pub fn sticky(self, how_long: &str) -> Self {
        self.set("sticky", how_long)
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
        self.set("profile", profile_value(profile))
    }

    /// After a failed connection: `next-host` or `same-host-later`.
    pub fn failover(self, word: &str) -> Self {
        self.in_table("failover", "on_failure", word)
    }

    /// After the greeting 421: `next-host` or `defer`.
    pub fn on_busy(self, word: &str) -> Self {
        self.in_table("failover", "on_busy", word)
    }

    /// When an open connection takes the next message.
    pub fn reuse(self, reuse: Reuse) -> Self {
        self.set("reuse", reuse::to_json(reuse))
    }

    /// How many connections one outbound host has at the same time.
    pub fn concurrency(self, concurrency: Concurrency) -> Self {
        self.set("concurrency", concurrency::to_json(concurrency))
    }

    /// Sets one key of a parameter's table and leaves the others.
    fn in_table(mut self, section: &str, key: &str, value: &str) -> Self {
        let table = self.table.entry(section).or_insert_with(|| json!({}));
        if let Value::Object(table) = table {
            table.insert(key.into(), value.into());
        }
        self
    }
}

fn session_time_value(time: SessionTime) -> Value {
    match time {
        SessionTime::Nothing => json!(Span::ZERO.to_string()),
        SessionTime::Fixed(time) => json!(time.to_string()),
        SessionTime::Exponential(mean) => json!({ "exponential": mean.to_string() }),
        SessionTime::Lognormal { mean, sigma } => {
            json!({ "lognormal": { "mean": mean.to_string(), "sigma": sigma } })
        }
    }
}

fn profile_value(profile: &Profile) -> Value {
    match profile {
        Profile::Flat => json!("flat"),
        Profile::Daily(weights) => json!(weights.to_vec()),
        Profile::Weekly(weights) => json!(weights.to_vec()),
    }
}
