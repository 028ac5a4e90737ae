//! Greylisting of a scenario written in Rust.

use super::values::put;
use crate::node::greylisting::{FirstContacts, GreyTable};
use crate::parameters::words::word_of;
use crate::time::Span;
use serde_json::{Map, Value, json};

/// What nodes do about senders that they do not know: the section `greylisting`.
///
/// ```
/// use mxsim_core::node::greylisting::{FirstContacts, GreyTable};
/// use mxsim_core::{GreylistingSpec, ScenarioBuilder, Span};
/// let zone = "example.com. 300 IN MX 10 mx1.example.com.\n\
///             example.com. 300 IN MX 20 mx2.example.com.\n\
///             mx1.example.com. 300 IN A 192.0.2.1\n\
///             mx2.example.com. 300 IN A 192.0.2.2\n";
/// let scenario = ScenarioBuilder::new(zone)
///     .greylisting(GreylistingSpec::new("postgrey").delay(Span::from_secs(60)).nodes(["mx1"]).new_mail(FirstContacts::Share(0.08)))
///     .build()?;
/// let greylisting = scenario.greylisting.as_ref().expect("it was asked for");
/// assert_eq!((greylisting.rules.mask4, greylisting.table), (24, GreyTable::PerNode));
/// assert!(scenario.nodes[0].greylists && !scenario.nodes[1].greylists);
/// # Ok::<(), mxsim_core::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "greylisting counts only once it is given to a ScenarioBuilder"]
pub struct GreylistingSpec {
    pub(super) table: Map<String, Value>,
}

impl GreylistingSpec {
    /// All nodes greylist by the rules of this preset, each with a table of its own.
    pub fn new(preset: &str) -> Self {
        Self { table: Map::new() }.set("preset", preset)
    }

    /// Sets any key of `[greylisting]`.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        put(&mut self.table, key, value.into());
        self
    }

    /// Whose table it is.
    pub fn table(self, table: GreyTable) -> Self {
        let lag = table.lag().unwrap_or_default().to_string();
        self.set("table", word_of(table).map_or_else(|| json!({ "lag": lag }), |word| json!(word)))
    }

    /// How long after its first contact a key passes.
    pub fn delay(self, delay: Span) -> Self {
        self.set("delay", delay.to_string())
    }

    /// The nodes that greylist.
    pub fn nodes<'a>(self, nodes: impl IntoIterator<Item = &'a str>) -> Self {
        self.set("nodes", nodes.into_iter().collect::<Vec<&str>>())
    }

    /// How much mail is a first contact: the key `new`.
    pub fn new_mail(self, first_contacts: FirstContacts) -> Self {
        self.set(
            "new",
            match first_contacts {
                FirstContacts::Share(share) => json!(share),
                FirstContacts::Correspondents { number, zipf } => {
                    json!({ "correspondents": number, "zipf": zipf })
                }
            },
        )
    }
}
