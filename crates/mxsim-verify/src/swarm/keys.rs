//! Values of any key a scenario may have, drawn from the reader's own list of keys.
//!
//! The JSON Schema of a scenario is written from the tables of the reader, so a key that is added there is drawn here the next time. What a key is
//! about the schema does not say: names of nodes, hosts and resolvers are taken from the scenario that the key is put into.

use crate::fuzz::Dice;
use serde_json::{Map, Value, json};

/// Keys that no scenario of a swarm has, by their paths: a swarm reads no file, and bursts are not simulated yet.
pub const LEFT_OUT: [&str; 3] = ["zone.file", "traffic.profile|2", "senders[].profile|2"];

/// Durations, from nothing to ten years.
const DURATIONS: [&str; 14] =
    ["0s", "1ms", "900ms", "1s", "7s", "30s", "1m", "5m", "17m", "1h", "6h", "1d", "5d", "3650d"];
const MOMENTS: [&str; 9] =
    ["0s", "00:00", "00:05", "01:13", "10:00", "23:59", "1d 06:00", "Tue 10:00", "30s"];
const SHARES: [&str; 8] = ["0.001 %", "1 %", "5 %", "25 %", "50 %", "75 %", "95 %", "100 %"];

/// Names that values of a scenario may refer to.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) domain: String,
    /// Exchange hosts, by their full names.
    pub(super) hosts: Vec<String>,
    pub(super) nodes: Vec<String>,
    pub(super) edges: Vec<String>,
    pub(super) addresses: Vec<String>,
    /// Resolvers of the scenario's own, and presets.
    pub(super) resolvers: Vec<String>,
    pub(super) senders: Vec<String>,
}

/// A step from the whole document to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A key of a table.
    Key(String),
    /// Any entry of a table whose keys are names.
    Entry,
    /// Any item of a list.
    Item,
    /// One of the ways in which the value may be written.
    Way(usize),
}

/// A place where a value may stand.
#[derive(Debug, Clone)]
pub struct Path(Vec<Step>);

impl std::fmt::Display for Path {
    /// Writes it as `senders[].retry.wait|1.gaps`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if place == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Entry => f.write_str(".NAME")?,
                Step::Item => f.write_str("[]")?,
                Step::Way(way) => write!(f, "|{way}")?,
            }
        }
        Ok(())
    }
}

/// All places of a schema, each way to write a value by itself.
#[must_use]
pub fn paths(schema: &Value) -> Vec<Path> {
    let mut all = Vec::new();
    collect(schema, &mut Vec::new(), &mut all);
    all
}

fn collect(schema: &Value, steps: &mut Vec<Step>, all: &mut Vec<Path>) {
    let mut below = |step: Step, schema: &Value| {
        steps.push(step);
        collect(schema, steps, all);
        steps.pop();
    };
    if let Some(ways) = ways(schema) {
        return ways.iter().enumerate().for_each(|(way, schema)| below(Step::Way(way), schema));
    }
    if let Some(properties) = schema["properties"].as_object() {
        properties.iter().for_each(|(key, schema)| below(Step::Key(key.clone()), schema));
    }
    if schema["additionalProperties"].is_object() {
        below(Step::Entry, &schema["additionalProperties"]);
    }
    if schema["items"].is_object() {
        below(Step::Item, &schema["items"]);
    }
    if !steps.is_empty() {
        all.push(Path(steps.clone()));
    }
}

/// The ways in which a value may be written, if the schema leaves a choice between types.
fn ways(schema: &Value) -> Option<&Vec<Value>> {
    schema["anyOf"].as_array().filter(|_| schema["type"].is_null())
}

/// Draws values.
pub(super) struct Draw<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) names: &'a Names,
}

impl Draw<'_> {
    /// Puts a value at `path` of a document, with what has to stand around it.
    pub(super) fn plant(&mut self, document: &mut Value, schema: &Value, path: &Path) {
        self.plant_below(document, schema, &path.0, "");
    }

    fn plant_below(&mut self, value: &mut Value, schema: &Value, steps: &[Step], key: &str) {
        let Some((step, rest)) = steps.split_first() else {
            *value = self.value(schema, key);
            return;
        };
        match step {
            Step::Way(way) => self.plant_below(value, &schema["anyOf"][*way], rest, key),
            Step::Key(name) => {
                let table = self.table(value, schema, Some(name));
                let known = table.entry(name.clone()).or_insert(Value::Null);
                self.plant_below(known, &schema["properties"][name], rest, name);
                self.accompany(value, schema, name);
            }
            Step::Entry => {
                let name = self.name(key);
                let table = self.table(value, schema, None);
                let known = table.entry(name).or_insert(Value::Null);
                self.plant_below(known, &schema["additionalProperties"], rest, key);
            }
            Step::Item => {
                let has_fixed_length = schema["anyOf"].is_array();
                if has_fixed_length && !value.is_array() {
                    *value = self.list(schema, key);
                }
                let list = list(value);
                let place = self.dice.below(list.len() + usize::from(!has_fixed_length));
                if place == list.len() {
                    list.push(Value::Null);
                }
                self.plant_below(&mut list[place], &schema["items"], rest, key);
            }
        }
    }

    /// Puts those keys beside a planted one without which it means nothing, and takes away those that it excludes.
    fn accompany(&mut self, value: &mut Value, schema: &Value, planted: &str) {
        let Some(table) = value.as_object_mut() else { return };
        let needed: &[&str] = match planted {
            "mtbf" => &["mttr"],
            "mttr" => &["mtbf"],
            "outage" => &["mtbf", "mttr"],
            "when_full" | "queue" if !schema["properties"]["balance"].is_null() => &["sessions"],
            _ => &[],
        };
        for key in needed.iter().filter(|key| !schema["properties"][**key].is_null()) {
            table.entry(*key).or_insert_with(|| self.value(&schema["properties"][*key], key));
        }
        if planted == "retry_wait" {
            table.insert("tries_at".into(), json!("same-node"));
            table.insert("forwarding".into(), json!("proxy"));
        }
        if !table.contains_key("fault") {
            return;
        }
        match planted {
            "group" => {
                table.remove("node");
            }
            "edge" => ["node", "group", "stage"].into_iter().for_each(|key| drop(table.remove(key))),
            "factor" | "delay" => {
                let (fault, other) =
                    if planted == "factor" { ("slow", "delay") } else { ("tarpit", "factor") };
                table.insert("fault".into(), json!(fault));
                ["stage", "share_of", other].into_iter().for_each(|key| drop(table.remove(key)));
            }
            _ => {}
        }
    }

    /// Makes a table of `value`, with what it needs; of a choice only `wanted` stays.
    fn table<'v>(
        &mut self,
        value: &'v mut Value,
        schema: &Value,
        wanted: Option<&str>,
    ) -> &'v mut Map<String, Value> {
        if !value.is_object() {
            *value = json!({});
        }
        let table = value.as_object_mut().expect("it was made one");
        if !schema["maxProperties"].is_null() {
            table.retain(|key, _| Some(key.as_str()) == wanted);
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !table.contains_key(key) && Some(key) != wanted {
                table.insert(key.into(), self.value(&schema["properties"][key], key));
            }
        }
        table
    }

    /// Any value of a schema, for this key.
    pub(super) fn value(&mut self, schema: &Value, key: &str) -> Value {
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        if let Some(known) = schema["enum"].as_array() {
            return known[self.dice.below(known.len())].clone();
        }
        if let Some(ways) = ways(schema) {
            let way = self.dice.below(ways.len());
            return self.value(&ways[way], key);
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(self.dice.below(2) == 0),
            Some("integer") => self.integer(schema),
            Some("number") => self.number(schema),
            Some("array") => self.list(schema, key),
            Some("object") => self.object(schema, key),
            _ => self.text(schema, key),
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let (least, most) =
            (schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_u64().unwrap_or(1));
        let drawn = least + [0, 1, 2, 3, 7, 20, 100, 1_000][self.dice.below(8)];
        json!(drawn.min(i64::try_from(most).unwrap_or(i64::MAX)))
    }

    fn number(&mut self, schema: &Value) -> Value {
        // The smallest number that can be read stands for "above zero".
        let smallest = schema["minimum"].as_f64().filter(|least| *least > 0.0 && *least < 1e-6);
        let above = schema["exclusiveMinimum"].as_f64().or(smallest);
        let least = above.or(schema["minimum"].as_f64()).unwrap_or(0.0);
        let most = schema["maximum"].as_f64().unwrap_or(1.0);
        let steps = [if above.is_some() { 1e-3 } else { 0.0 }, 0.1, 0.5, 1.0, 1.5, 3.0, 50.0];
        json!((least + steps[self.dice.below(steps.len())]).min(most))
    }

    fn list(&mut self, schema: &Value, key: &str) -> Value {
        let lengths = schema["anyOf"].as_array();
        let length = match lengths {
            Some(lengths) => {
                lengths[self.dice.below(lengths.len())]["minItems"].as_u64().unwrap_or(1) as usize
            }
            None => schema["minItems"].as_u64().unwrap_or(0) as usize + self.dice.below(3),
        };
        (0..length).map(|_| self.value(&schema["items"], key)).collect()
    }

    /// A table with what it needs and a few of its other keys; a choice has exactly one.
    fn object(&mut self, schema: &Value, key: &str) -> Value {
        let mut table = Map::new();
        if schema["additionalProperties"].is_object() {
            for _ in 0..1 + self.dice.below(3) {
                let name = self.name(key);
                table.insert(name, self.value(&schema["additionalProperties"], key));
            }
        }
        let properties = schema["properties"].as_object();
        let keys: Vec<&String> = properties.into_iter().flat_map(Map::keys).collect();
        let is_choice = !schema["maxProperties"].is_null();
        let chosen = self.dice.below(keys.len().max(1));
        let needed =
            |key: &str| schema["required"].as_array().is_some_and(|needed| needed.contains(&json!(key)));
        let mut drawn = Vec::new();
        for (place, &key) in keys.iter().enumerate() {
            let is_in = if is_choice { place == chosen } else { needed(key) || self.dice.below(3) == 0 };
            if is_in {
                table.insert(key.clone(), self.value(&schema["properties"][key], key));
                drawn.push(key);
            }
        }
        let mut object = Value::Object(table);
        drawn.into_iter().for_each(|key| self.accompany(&mut object, schema, key));
        object
    }

    fn text(&mut self, schema: &Value, key: &str) -> Value {
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        if schema["anyOf"].is_array() {
            return json!(self.dice.pick(&MOMENTS));
        }
        if pattern.contains('%') {
            return json!(self.dice.pick(&SHARES));
        }
        if !pattern.is_empty() {
            return json!(self.dice.pick(&DURATIONS));
        }
        json!(self.name(key))
    }

    /// A name that means something at this key.
    fn name(&mut self, key: &str) -> String {
        let of = |names: &[String], dice: &mut Dice| match names.len() {
            0 => "mx1".to_owned(),
            length => names[dice.below(length)].clone(),
        };
        match key {
            "node" if self.dice.below(4) == 0 => "*".into(),
            "nodes" | "node" | "share" => of(&self.names.nodes, self.dice),
            "edge" => of(&self.names.edges, self.dice),
            "from" => of(&self.names.senders, self.dice),
            "mx" | "failing" | "weights" => of(&self.names.hosts, self.dice),
            "addresses" if self.dice.below(2) == 0 => of(&self.names.hosts, self.dice),
            "addresses" => of(&self.names.addresses, self.dice),
            "chain" | "resolver" | "resolvers" => of(&self.names.resolvers, self.dice),
            "mix" => ["postfix", "exim", "qmail", "haraka"][self.dice.below(4)].into(),
            "domain" => self.names.domain.clone(),
            "name" => format!("s{}", self.dice.below(100)),
            "add" | "remove" | "replace" => self.records(),
            "text" => format!("{} 300 IN MX 10 {}", self.names.domain, of(&self.names.hosts, self.dice)),
            _ => ["one", "two"][self.dice.below(2)].into(),
        }
    }

    /// Lines of records that may be added to the zone, or taken from it.
    pub(super) fn records(&mut self) -> String {
        let host = match self.names.hosts.len() {
            0 => "mx1.example.com".into(),
            length => self.names.hosts[self.dice.below(length)].clone(),
        };
        let (domain, ttl) = (&self.names.domain, [0, 60, 3_600][self.dice.below(3)]);
        match self.dice.below(5) {
            0 => format!("{domain}. {ttl} IN MX 10 {host}."),
            1 => format!("{host}. A"),
            2 => format!("{host}. {ttl} IN A 192.0.2.{}", 100 + self.dice.below(3)),
            3 => format!("{domain}. {ttl} IN MX 5 new.{domain}.\nnew.{domain}. {ttl} IN A 192.0.2.200"),
            _ => format!("{host}. {ttl} IN AAAA 2001:db8::{}", 100 + self.dice.below(3)),
        }
    }
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    if !value.is_array() {
        *value = json!([]);
    }
    value.as_array_mut().expect("it was made one")
}
