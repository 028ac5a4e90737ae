//! Keys of a scenario by their path, with entries of lists and maps by their names: `senders.google.share`, `nodes.*.sessions`.
//!
//! The path is followed through the shapes that the reader checks against, so a key that does not exist is found before anything is built.

use super::ScenarioBuilder;
use super::no_such_key::NoSuchKey;
use super::values::table;
use crate::catalog::DEFAULT_POPULATION;
use crate::scenario::keys::DOCUMENT;
use crate::scenario::read::{Format, SourceText, tree_of};
use crate::syntax::shape::{EVERY, Key, Shape, names};
use crate::syntax::suggest::{nearest, some_of};
use serde_json::{Map, Value, json};

impl ScenarioBuilder {
    /// Sets every key that `path` names, and no other. Entries of a list go by their `name` or by their number, those of `nodes` by the name of the
    /// node, whether the document speaks of it or not; `*` is all of them. A name may hold dots, or stand in quotes.
    ///
    /// ```
    /// use mxsim_core::{NodeSpec, ScenarioBuilder};
    /// let zone = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
    ///             a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n";
    /// let builder = ScenarioBuilder::new(zone).set("nodes.a.sessions", 5).set("nodes.*.session_time", "1s");
    /// let scenario = builder.clone().set_at("nodes.*.sessions", 20.into())?.build()?;
    /// assert!(scenario.nodes.iter().all(|node| node.capacity.sessions == Some(20)));
    /// let error = builder.set_at("nodes.*.sesions", 20.into()).expect_err("a slip");
    /// assert!(error.to_string().contains("did you mean `sessions`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such key, or nobody of that name.
    pub fn set_at(mut self, path: &str, value: Value) -> Result<Self, NoSuchKey> {
        let setting = Setting { path, value, known: Known::of(&self) };
        let mut document = Value::Object(std::mem::take(&mut self.document));
        setting.set(&Shape::Table(DOCUMENT), &mut document, path)?;
        let Value::Object(mut document) = document else { unreachable!("a table stays one") };
        setting.known.name_population(path, &mut document);
        Ok(Self { document, ..self })
    }

    /// A value as a command line writes it: TOML, or else a text, so that `20`, `20 %`, `"20 %"`, `5m`, `true` and `{ exponential = "2s" }` are what
    /// they look like.
    #[must_use]
    pub fn value(text: &str) -> Value {
        let text = text.trim();
        let source =
            SourceText { name: "value".into(), text: format!("value = {text}"), format: Format::Toml };
        let document = tree_of(&source).map(|tree| tree.to_json());
        let entries = document.as_ref().and_then(Value::as_object).filter(|entries| entries.len() == 1);
        let value = entries.and_then(|entries| entries.get("value")).filter(|value| !value.is_null());
        value.cloned().unwrap_or_else(|| text.into())
    }
}

/// Whom a path may name that the document does not speak of.
struct Known {
    nodes: Vec<String>,
    /// Senders of the population.
    senders: Vec<String>,
    /// True if nothing but the lack of senders says that the population sends.
    is_default: bool,
}

impl Known {
    fn of(builder: &ScenarioBuilder) -> Self {
        let nodes = builder.clone().build().map(|scenario| scenario.nodes).unwrap_or_default();
        let population = builder.document.get("traffic").and_then(|traffic| traffic.get("population"));
        let named = population.and_then(Value::as_str);
        let is_default = named.is_none() && builder.document.get("senders").is_none_or(is_nothing);
        let id = named.or(is_default.then_some(DEFAULT_POPULATION));
        let senders = id.and_then(|id| builder.catalog.population(id));
        let name = |sender: &crate::syntax::tree::Table| sender.text("name").map(str::to_owned);
        Self {
            nodes: nodes.into_iter().map(|node| node.name).collect(),
            senders: senders
                .iter()
                .flat_map(|population| population.senders.iter().filter_map(name))
                .collect(),
            is_default,
        }
    }

    /// Once a sender of the default population is spoken of, the population has to be named, or that sender would be the only one.
    fn name_population(&self, path: &str, document: &mut Map<String, Value>) {
        if self.is_default && first_part(path).0 == "senders" {
            table(document, "traffic").insert("population".into(), DEFAULT_POPULATION.into());
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.as_array().is_none_or(Vec::is_empty)
}

struct Setting<'a> {
    path: &'a str,
    value: Value,
    known: Known,
}

impl Setting<'_> {
    /// Sets what `rest` names inside `at`.
    fn set(&self, shape: &Shape, at: &mut Value, rest: &str) -> Result<(), NoSuchKey> {
        if rest.is_empty() {
            at.clone_from(&self.value);
            return Ok(());
        }
        match shape {
            Shape::Table(keys) => self.set_key(keys, object(at), rest),
            Shape::Choice(keys) => {
                // Only one of the keys may be written.
                let (key, _) = first_part(rest);
                let object = object(at);
                object.retain(|other, _| *other == key);
                self.set_key(keys, object, rest)
            }
            Shape::Map(of) => self.set_in_map(of, object(at), rest),
            Shape::MapWithEvery { of, every } => self.set_in_nodes(of, every, object(at), rest),
            Shape::List { of, .. } => self.set_in_list(of, array(at), rest),
            Shape::AnyOf(shapes) => self.set_in_any(shapes, at, rest),
            _ => Err(self.error(format!("what stands before `{rest}` is a single value and has no keys"))),
        }
    }

    /// The first of the shapes that has such a key.
    fn set_in_any(&self, shapes: &[Shape], at: &mut Value, rest: &str) -> Result<(), NoSuchKey> {
        let has_keys = |shape: &&Shape| {
            matches!(shape, Shape::Table(_) | Shape::Choice(_) | Shape::Map(_) | Shape::List { .. })
        };
        let mut failed = None;
        for shape in shapes.iter().filter(has_keys) {
            let mut tried = at.clone();
            match self.set(shape, &mut tried, rest) {
                Ok(()) => {
                    *at = tried;
                    return Ok(());
                }
                Err(error) => failed = Some(error),
            }
        }
        let single = || self.error(format!("what stands before `{rest}` is a single value and has no keys"));
        Err(failed.unwrap_or_else(single))
    }

    fn set_key(&self, keys: &[Key], at: &mut Map<String, Value>, rest: &str) -> Result<(), NoSuchKey> {
        let (key, rest) = first_part(rest);
        let names = names(keys);
        let Some(known) = keys.iter().find(|known| known.name == key && names.contains(&known.name)) else {
            return Err(self.unknown("key", key, &names));
        };
        self.set(&known.shape, at.entry(key).or_insert(Value::Null), rest)
    }

    fn set_in_map(&self, of: &Shape, at: &mut Map<String, Value>, rest: &str) -> Result<(), NoSuchKey> {
        let own: Vec<String> = at.keys().cloned().collect();
        let (name, rest) = named(rest, &own);
        if name == EVERY {
            return self.set_all(of, at, &own, rest);
        }
        // What is new is a slip, but for a number beside others, such as a weight.
        if matches!(of, Shape::Table(_)) && !own.iter().any(|known| known == name) {
            return Err(self.unknown("entry", name, &own));
        }
        self.set(of, at.entry(name).or_insert(Value::Null), rest)
    }

    fn set_all(
        &self,
        of: &Shape,
        at: &mut Map<String, Value>,
        names: &[String],
        rest: &str,
    ) -> Result<(), NoSuchKey> {
        if names.is_empty() {
            return Err(self.error("the scenario has no such entry".into()));
        }
        names.iter().try_for_each(|name| self.set(of, at.entry(name).or_insert(Value::Null), rest))
    }

    /// All nodes are those that say nothing of their own, and those that do.
    fn set_in_nodes(
        &self,
        of: &Shape,
        every: &Shape,
        at: &mut Map<String, Value>,
        rest: &str,
    ) -> Result<(), NoSuchKey> {
        let mut known = self.known.nodes.clone();
        known.extend(at.keys().filter(|name| *name != EVERY).cloned());
        let (name, rest) = named(rest, &known);
        if name != EVERY {
            if !known.iter().any(|known| known == name) {
                return Err(self.unknown("node", name, &self.known.nodes));
            }
            return self.set(of, at.entry(name).or_insert(Value::Null), rest);
        }
        let mut of_all = at.get(EVERY).cloned().unwrap_or(Value::Null);
        if self.set(every, &mut of_all, rest).is_err() {
            return self.set_all(of, at, &self.known.nodes, rest);
        }
        let key = first_part(rest).0;
        let own = at.iter_mut().filter(|(name, entry)| *name != EVERY && entry.get(key).is_some());
        own.map(|(_, entry)| entry).try_for_each(|entry| self.set(of, entry, rest))?;
        at.insert(EVERY.into(), of_all);
        Ok(())
    }

    fn set_in_list(&self, of: &Shape, at: &mut Vec<Value>, rest: &str) -> Result<(), NoSuchKey> {
        let is_of_senders = first_part(self.path).0 == "senders";
        let mut known: Vec<String> = at.iter().map(item_name).collect();
        if is_of_senders {
            let silent = self.known.senders.iter().filter(|name| !known.contains(name));
            let silent: Vec<String> = silent.cloned().collect();
            known.extend(silent);
        }
        let (name, rest) = named(rest, &known);
        let places: Vec<usize> = match name.parse::<usize>() {
            Ok(number) if (1..=at.len()).contains(&number) => vec![number - 1],
            _ if name == EVERY => (0..known.len()).collect(),
            _ => (0..known.len()).filter(|place| known[*place] == name).collect(),
        };
        if places.is_empty() {
            let what = if is_of_senders { "sender" } else { "entry" };
            // What has no name has a number.
            let called = |(i, name): (usize, &String)| {
                if name.is_empty() { (i + 1).to_string() } else { name.clone() }
            };
            let known: Vec<String> = known.iter().enumerate().map(called).collect();
            return Err(self.unknown(what, name, &known));
        }
        let listed = at.len();
        let mut place_in = vec![usize::MAX; known.len()];
        for place in places {
            // A sender of the population that is spoken of for the first time gets an entry.
            if place >= listed && place_in[place] == usize::MAX {
                place_in[place] = at.len();
                at.push(json!({ "name": known[place] }));
            }
            let place = if place < listed { place } else { place_in[place] };
            self.set(of, &mut at[place], rest)?;
        }
        Ok(())
    }

    fn unknown(&self, what: &str, word: &str, known: &[impl AsRef<str>]) -> NoSuchKey {
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "the scenario has none".to_owned(),
            None => format!("known here: {}", some_of(known)),
        };
        self.error(format!("there is no {what} `{word}`; {help}"))
    }

    fn error(&self, why: String) -> NoSuchKey {
        NoSuchKey(if why.contains(self.path) { why } else { format!("{}: {why}", self.path) })
    }
}

/// The name of an item of a list; a sender without one has that of its preset.
fn item_name(item: &Value) -> String {
    let own = ["name", "preset"].iter().find_map(|key| item.get(key)?.as_str());
    own.or(item.get("mix").map(|_| "mix")).unwrap_or_default().to_owned()
}

/// The first part of a path, which may stand in quotes, and what follows its dot.
fn first_part(path: &str) -> (&str, &str) {
    if let Some((part, rest)) = path.strip_prefix('"').and_then(|path| path.split_once('"')) {
        return (part, rest.strip_prefix('.').unwrap_or(rest));
    }
    path.split_once('.').unwrap_or((path, ""))
}

/// The same where the first part may be one of these names, which may hold dots.
fn named<'p>(path: &'p str, known: &[String]) -> (&'p str, &'p str) {
    let begins = |name: &&String| {
        let rest = path.strip_prefix(name.as_str());
        !name.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match known.iter().filter(begins).map(String::len).max() {
        Some(length) => (&path[..length], path[length..].strip_prefix('.').unwrap_or_default()),
        None => first_part(path),
    }
}

/// The table that stands there; what is no table is replaced.
fn object(at: &mut Value) -> &mut Map<String, Value> {
    if !at.is_object() {
        *at = json!({});
    }
    let Value::Object(object) = at else { unreachable!("it was made one") };
    object
}

/// The list that stands there; what is no list is replaced.
fn array(at: &mut Value) -> &mut Vec<Value> {
    if !at.is_array() {
        *at = json!([]);
    }
    let Value::Array(array) = at else { unreachable!("it was made one") };
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "example.com. 300 IN MX 10 a.example.com.\nexample.com. 300 IN MX 10 b.example.com.\n\
                        a.example.com. 300 IN A 192.0.2.1\nb.example.com. 300 IN A 192.0.2.2\n";

    fn builder() -> ScenarioBuilder {
        ScenarioBuilder::new(ZONE).set("nodes.a.sessions", 5).set("nodes.*.session_time", "1s").set(
            "senders",
            json!([{ "name": "big.one", "share": "40 %" }, { "name": "rest", "share": "rest" }]),
        )
    }

    /// The document with what is set at the pointers in `changes`, and nothing else.
    fn changes(path: &str, value: Value, changes: &[&str]) {
        let before = Value::Object(builder().document);
        let set = builder().set_at(path, value.clone()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut wanted = before;
        for pointer in changes {
            let (table, key) = pointer.rsplit_once('/').expect("a pointer");
            let table = wanted.pointer_mut(table).unwrap_or_else(|| panic!("{table} is not there"));
            object(table).insert(key.into(), value.clone());
        }
        assert_eq!(Value::Object(set.document), wanted, "{path}");
    }

    #[test]
    fn paths_change_the_keys_they_name_and_no_other() {
        changes("nodes.*.sessions", json!(9), &["/nodes/*/sessions", "/nodes/a/sessions"]);
        changes("nodes.a.sessions", json!(9), &["/nodes/a/sessions"]);
        changes("nodes.*.session_time", json!("3s"), &["/nodes/*/session_time"]);
        changes("senders.big.one.share", json!("50 %"), &["/senders/0/share"]);
        changes("senders.\"big.one\".share", json!("50 %"), &["/senders/0/share"]);
        changes("senders.2.sites", json!(7), &["/senders/1/sites"]);
        changes("senders.*.sites", json!(7), &["/senders/0/sites", "/senders/1/sites"]);
    }

    #[test]
    fn what_is_not_there_is_named_with_what_was_meant() {
        for (path, says) in [
            ("trafic.profile", "there is no key `trafic`; did you mean `traffic`?"),
            ("nodes.c.sessions", "there is no node `c`; known here: a, b"),
            ("senders.bigone.share", "there is no sender `bigone`; did you mean `big.one`?"),
            ("resolvers.x.caches", "there is no entry `x`; the scenario has none"),
            ("traffic.messages_per_day.x", "is a single value"),
            ("events.0.for", "there is no entry `0`; known here: 1"),
        ] {
            let builder =
                builder().set("events", json!([{ "at": "1h", "for": "1h", "node": "a", "fault": "drop" }]));
            let error = builder.set_at(path, json!(1)).expect_err(path).to_string();
            assert!(error.contains(says), "{path}: {error}");
        }
    }

    #[test]
    fn a_sender_of_the_default_population_leaves_the_others_where_they_are() {
        let bare = ScenarioBuilder::new(ZONE);
        let population = bare.catalog.population(DEFAULT_POPULATION).expect("the default");
        let name = population.senders[0].text("name").expect("a name").to_owned();
        let before = bare.clone().build().expect("a scenario");
        let set = bare.set_at(&format!("senders.{name}.sites"), json!(3)).map(ScenarioBuilder::build);
        let after = set.expect("a key").expect("a scenario");
        assert_eq!(before.senders.len(), after.senders.len());
    }

    #[test]
    fn values_are_what_they_look_like() {
        for (text, value) in [
            ("20", json!(20)),
            ("20 %", json!("20 %")),
            ("\"20 %\"", json!("20 %")),
            ("5m", json!("5m")),
            ("true", json!(true)),
            ("{ exponential = \"2s\" }", json!({ "exponential": "2s" })),
            ("1\nother = 2", json!("1\nother = 2")),
            ("", json!("")),
        ] {
            assert_eq!(ScenarioBuilder::value(text), value, "{text}");
        }
    }
}
