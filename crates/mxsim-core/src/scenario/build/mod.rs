//! Scenarios written in Rust. The builder makes the same document a file would hold, and the same code reads it, so there is no second
//! set of rules.
//!
//! What a scenario holds several of has a type each: [`SenderSpec`], [`ResolverSpec`], [`NodeSpec`], [`EventSpec`], [`ChangeSpec`],
//! [`GreylistingSpec`], [`EdgeSpec`], and [`Goal`](super::Goal). Each has a method for what is said often and `set` for every other key of the scenario reference.

mod designs;
mod edge;
mod event;
mod greylisting;
mod hosts;
mod no_such_key;
mod node;
mod path;
mod read;
mod resolver;
mod sender;
mod values;
mod zone;
mod zone_change;

pub use edge::EdgeSpec;
pub use event::{ChangeSpec, EventSpec};
pub use greylisting::GreylistingSpec;
pub use no_such_key::NoSuchKey;
pub use node::NodeSpec;
pub use resolver::ResolverSpec;
pub use sender::SenderSpec;
pub use zone_change::ZoneChange;

use crate::catalog::Catalog;
use crate::scenario::goal::{Goal, GoalKind};
use crate::scenario::model::Scenario;
use crate::scenario::read::{RunOverrides, read_tree};
use crate::syntax::diagnostic::{Pointer, Report, ScenarioError};
use crate::syntax::tree::from_json;
use crate::time::Span;
use crate::traffic::Profile;
use serde_json::{Map, Value, json};
use values::put;

/// Builds a [`Scenario`] in Rust.
///
/// ```
/// use mxsim_core::{
///     EventSpec, Fault, Goal, GoalKind, NodeSpec, ScenarioBuilder, SenderSpec, SessionTime, Span,
/// };
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 10 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .title("two equal MX")
///     .messages_per_day(200_000.0)
///     .sender(SenderSpec::new("provider").share(0.38).preset("postfix").hosts(40))
///     .sender(SenderSpec::new("others").rest().preset("exim").sites(500))
///     .node(NodeSpec::every().sessions(20).session_time(SessionTime::Exponential(Span::from_secs(2))))
///     .event(EventSpec::new("mx2", Fault::Refuse).at(Span::from_hours(10)).lasting(Span::HOUR))
///     .goal(Goal::new(GoalKind::BusiestShare { at_most: 0.6 }, 0.95))
///     .build()?;
/// assert_eq!((scenario.senders.len(), scenario.nodes.len()), (2, 2));
/// # Ok::<(), mxsim_core::ScenarioError>(())
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

    /// Sets any key by its path in the scenario, such as `run.window` or `zone.authority`; keys are explained in the
    /// scenario reference, docs/scenario.md, which [`reference`](crate::scenario::reference()) returns.
    /// What stands on the way and is no table is replaced.
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        put(&mut self.document, path, value.into());
        self
    }

    /// True if the scenario says something at this path itself, and does not leave it to a default.
    #[must_use]
    pub fn says(&self, path: &str) -> bool {
        let mut keys = path.split('.');
        let first = keys.next().and_then(|key| self.document.get(key));
        keys.fold(first, |value, key| value.and_then(|value| value.get(key))).is_some()
    }

    /// Takes away a key by its path, and all that stands in it.
    pub fn without(mut self, path: &str) -> Self {
        values::take(&mut self.document, path);
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

    /// Messages per day over all senders; 100,000 if it is not said.
    pub fn messages_per_day(self, messages: f64) -> Self {
        self.set("traffic.messages_per_day", messages)
    }

    /// How the day goes; flat if it is not said.
    pub fn profile(self, profile: &Profile) -> Self {
        self.set("traffic.profile", values::profile(profile))
    }

    /// The seed of all randomness, 1 if it is not said. [`RunOptions`](crate::RunOptions) may say otherwise for one run.
    pub fn seed(self, seed: u64) -> Self {
        self.set("run.seed", seed)
    }

    /// A fixed number of replications; as many as decide the goals if it is not said. [`RunOptions`](crate::RunOptions) may say otherwise
    /// for one run.
    pub fn replications(self, replications: u64) -> Self {
        self.set("run.replications", replications)
    }

    /// The span a share is measured over; a day if it is not said.
    pub fn window(self, window: Span) -> Self {
        self.set("run.window", window.to_string())
    }

    /// Measured length of one replication, a whole number of windows; a day, or one window if that is longer, if it is not said.
    pub fn run_length(self, length: Span) -> Self {
        self.set("run.run_length", length.to_string())
    }

    /// Simulated before measuring starts; if it is not said, the longest time in play for which anything is kept, from an hour to a week.
    pub fn warm_up(self, length: Span) -> Self {
        self.set("run.warm_up", length.to_string())
    }

    /// Adds a sender.
    pub fn sender(self, sender: SenderSpec) -> Self {
        self.push("senders", Value::Object(sender.table))
    }

    /// Defines a resolver; of two with the same name the later one counts.
    pub fn resolver(mut self, resolver: ResolverSpec) -> Self {
        self.named("resolvers", &resolver.name).clone_from(&resolver.table);
        self
    }

    /// Says something of a node, beside what was said of it before.
    pub fn node(mut self, node: NodeSpec) -> Self {
        self.named("nodes", &node.name).extend(node.table);
        self
    }

    /// Puts a load balancer before nodes; of two with the same name the later one counts.
    pub fn edge(mut self, edge: EdgeSpec) -> Self {
        self.named("edge", &edge.name).clone_from(&edge.table);
        self
    }

    /// Adds a change of the zone.
    pub fn change(self, change: ChangeSpec) -> Self {
        self.push("changes", Value::Object(change.table))
    }

    /// Adds a fault.
    pub fn event(self, event: EventSpec) -> Self {
        self.push("events", Value::Object(event.table))
    }

    /// Lets nodes greylist; of two the later one counts.
    pub fn greylisting(self, greylisting: GreylistingSpec) -> Self {
        self.set("greylisting", Value::Object(greylisting.table))
    }

    /// Adds a goal; a second one of the same kind (of the same node) takes the place of the first.
    pub fn goal(mut self, goal: Goal) -> Self {
        let goals = values::table(&mut self.document, "goals");
        let own = match &goal.kind {
            GoalKind::Share { node, .. } => values::table(values::table(goals, goal.kind.key()), node),
            kind => values::table(goals, kind.key()),
        };
        own.clear();
        own.extend(goal.kind.limits().into_iter().map(|(key, limit)| (key.into(), values::limit(limit))));
        own.insert("on".into(), json!(goal.on));
        self
    }

    /// The table of a name, which may hold dots and so is no path.
    fn named(&mut self, section: &str, name: &str) -> &mut Map<String, Value> {
        values::table(values::table(&mut self.document, section), name)
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
        read_tree(
            from_json(&document, &Pointer::default()),
            report,
            &self.catalog,
            &no_files,
            RunOverrides::default(),
        )
    }
}
