//! Scenario `number` of a seed: a design, senders, capacities, faults and changes, and then keys of all kinds planted into it.
//!
//! What the reader refuses is taken back, so each scenario is valid and every key gets its turn: the paths of the schema are planted one after the
//! other, a few in each scenario.

use super::design;
use super::keys::{Draw, Names, Path, paths};
use super::toml_text;
use crate::fuzz::Dice;
use mxsim_core::random::{Entropy, Purpose, StreamId};
use mxsim_core::scenario::{Scenario, schema};
use serde_json::{Value, json};

/// One scenario in so many is calm: most of its senders are simulated in numbers.
const CALM_ONE_IN: u64 = 6;
/// Keys planted into a calm scenario.
const PLANTED_IN_CALM: u64 = 1;
/// Keys planted into a scenario.
const PLANTED: u64 = 6;

/// Draws scenarios of one seed.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    /// 10 to this power are the most messages of a replication.
    decades: f64,
    schema: Value,
    paths: Vec<Path>,
    presets: Vec<Value>,
    resolvers: Vec<String>,
}

/// A scenario that was drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Its document.
    pub document: Value,
    /// The paths that were planted into it and that the reader took.
    pub planted: Vec<String>,
}

impl Generator {
    /// Scenarios of this seed, with up to 10^`decades` messages in a replication.
    #[must_use]
    pub fn new(seed: u64, decades: f64) -> Self {
        let schema = schema();
        let of =
            |pointer: &str| schema.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let presets = of("/properties/senders/items/properties/preset/enum");
        let resolvers = of("/properties/resolvers/additionalProperties/properties/preset/enum");
        let resolvers = resolvers.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Self { seed, decades, paths: paths(&schema), schema, presets, resolvers }
    }

    /// All paths that may be planted.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.paths.iter().map(ToString::to_string).collect()
    }

    /// Draws scenario `number`.
    #[must_use]
    pub fn draw(&self, number: u64) -> Drawn {
        let key = Entropy::new(self.seed, number).key(StreamId::new("swarm", Purpose::Choice));
        let mut dice = Dice::new(key);
        let mut building =
            Building { document: design::design(&mut dice, self.decades), names: Names::default() };
        building.look_up_names(&self.resolvers);
        let is_calm = number % CALM_ONE_IN == CALM_ONE_IN - 1;
        if is_calm {
            self.calm_down(&mut building, &mut dice);
        } else {
            self.add_parts(&mut building, &mut dice);
        }
        let planted = (0..if is_calm { PLANTED_IN_CALM } else { PLANTED }).filter_map(|turn| {
            let path = &self.paths[((number * PLANTED + turn) % self.paths.len() as u64) as usize];
            self.plant(&mut building, &mut dice, path).then(|| path.to_string())
        });
        let planted = planted.collect();
        Drawn { document: building.document, planted }
    }

    /// Makes a scenario of it that need not be simulated message by message.
    fn calm_down(&self, building: &mut Building, dice: &mut Dice) {
        let mut fault = json!({ "at": "00:20", "for": "13m 7s", "fault": *dice.pick(&["refuse", "drop"]) });
        building.attempt(|document, _| design::calm(dice, document));
        if let Some(node) = building.names.nodes.last().filter(|_| dice.below(2) == 0) {
            fault["node"] = json!(node);
            building.push("events", fault);
        }
    }

    /// Adds resolvers, senders, capacities, faults and changes.
    fn add_parts(&self, building: &mut Building, dice: &mut Dice) {
        if dice.below(5) == 0 {
            self.add_edge(building, dice);
        }
        for name in ["site", "isp"].into_iter().take(dice.below(3)) {
            let preset = &self.resolvers[dice.below(self.resolvers.len())];
            if building.attempt(|document, _| document["resolvers"][name] = json!({ "preset": preset })) {
                building.names.resolvers.push(name.into());
            }
        }
        let have_shares = dice.below(3) == 0;
        for number in 0..1 + dice.below(4) {
            let resolvers = building.names.resolvers.clone();
            let mut sender = design::sender(dice, number, &self.presets, &resolvers);
            if have_shares {
                sender["share"] = json!(if number == 0 { "rest" } else { "20 %" });
            }
            if building.push("senders", sender) {
                building.names.senders.push(format!("s{number}"));
            }
        }
        let nodes = building.names.nodes.clone();
        if dice.below(2) == 0 {
            let capacity = design::capacity(dice);
            building.attempt(|document, _| document["nodes"]["*"] = capacity);
        }
        for node in &nodes {
            if dice.below(6) != 0 {
                continue;
            }
            let mut capacity = design::capacity(dice);
            capacity["weight"] = json!(dice.below(4));
            if dice.below(2) == 0 {
                capacity["group"] = json!(dice.pick(&["one", "two"]));
            }
            building.attempt(|document, _| document["nodes"][node] = capacity);
        }
        for _ in 0..dice.below(4) {
            if !nodes.is_empty() {
                building.push("events", design::event(dice, &nodes));
            }
        }
        for _ in 0..dice.below(5) / 2 {
            let what = ["add", "remove", "replace"][dice.below(3)];
            let records = Draw { dice, names: &building.names }.records();
            let at = ["1m", "00:30", "02:00", "12:00"][dice.below(4)];
            building.push("changes", json!({ "at": at, what: records }));
        }
        if dice.below(6) == 0 {
            let (at, length) = (dice.pick(&["0s", "01:00"]), dice.pick(&["30s", "20m", "2h"]));
            let away = json!({ "at": at, "for": length });
            building.attempt(|document, _| document["zone"]["unreachable"] = json!([away]));
        }
    }

    /// Puts an exchange host before nodes of their own.
    fn add_edge(&self, building: &mut Building, dice: &mut Dice) {
        let hosts = &building.names.hosts;
        let Some(host) = (!hosts.is_empty()).then(|| hosts[dice.below(hosts.len())].clone()) else { return };
        let label = host.split('.').next().unwrap_or_default().to_owned();
        let nodes: Vec<String> = (0..1 + dice.below(4)).map(|number| format!("behind{number}")).collect();
        let balance = ["round-robin", "least-connections", "random-of-two", "source-hash"][dice.below(4)];
        let edge = json!({ "nodes": nodes, "balance": balance, "check": { "by": "tcp", "every": "20s" } });
        if building.attempt(|document, _| document["edge"][&label] = edge) {
            building.look_up_names(&self.resolvers);
        }
    }

    /// Plants a value at `path`; false if the reader refuses what comes of it, three times.
    fn plant(&self, building: &mut Building, dice: &mut Dice, path: &Path) -> bool {
        let mut plant_once = || {
            let names = building.names.clone();
            building.attempt(|document, _| Draw { dice, names: &names }.plant(document, &self.schema, path))
        };
        (0..3).any(|_| plant_once())
    }
}

/// A scenario on its way.
struct Building {
    document: Value,
    names: Names,
}

impl Building {
    /// Changes the document; takes the change back, and returns false, if the reader refuses it.
    fn attempt(&mut self, change: impl FnOnce(&mut Value, &Names)) -> bool {
        let mut changed = self.document.clone();
        change(&mut changed, &self.names);
        let is_read = Scenario::from_toml(&toml_text::text(&changed)).is_ok();
        if is_read {
            self.document = changed;
        }
        is_read
    }

    /// Adds an item to a list of the document.
    fn push(&mut self, list: &str, item: Value) -> bool {
        self.attempt(|document, _| match document[list].as_array_mut() {
            Some(items) => items.push(item),
            None => document[list] = json!([item]),
        })
    }

    /// Takes the names from what the reader makes of the document.
    fn look_up_names(&mut self, resolvers: &[String]) {
        self.names =
            Names { domain: design::DOMAIN.into(), resolvers: resolvers.to_vec(), ..Names::default() };
        let Ok(scenario) = Scenario::from_toml(&toml_text::text(&self.document)) else { return };
        let zone = &scenario.zones[0].zone;
        self.names.hosts = zone.mx.iter().map(|mx| mx.exchange.as_str().to_owned()).collect();
        self.names.hosts.retain(|host| !host.is_empty());
        self.names.edges = scenario.edges.iter().map(|edge| edge.name.clone()).collect();
        self.names.nodes = scenario.nodes.iter().map(|node| node.name.clone()).collect();
        let addresses = scenario.nodes.iter().flat_map(|node| &node.addresses);
        self.names.addresses = addresses.map(ToString::to_string).collect();
    }
}
