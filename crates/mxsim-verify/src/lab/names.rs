//! `lab.toml`: what the names of a lab folder stand for. One table, so that a new MTA, resolver or fault needs one entry.

use mxsim_core::catalog::{Catalog, PresetKind};
use mxsim_core::scenario::parse_duration;
use mxsim_core::time::Span;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The table of a folder that brings none.
const DEFAULT: &str = include_str!("../../data/lab/lab.toml");

/// What the names of a folder stand for.
#[derive(Debug, Clone, Deserialize)]
pub struct Names {
    mtas: BTreeMap<String, Map<String, Value>>,
    resolvers: BTreeMap<String, Map<String, Value>>,
    modes: BTreeMap<String, Mode>,
    faults: BTreeMap<String, Fault>,
}

/// How messages are submitted, and when a run stops.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Mode {
    /// In which way.
    pub how: How,
    /// Between two messages that are submitted one by one.
    #[serde(default, deserialize_with = "span")]
    pub gap: Span,
    /// It stops after so long without news.
    #[serde(deserialize_with = "span")]
    pub idle: Span,
    /// It stops then in any case.
    #[serde(deserialize_with = "span")]
    pub cap: Span,
}

/// Ways to submit messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// One after the other, with a gap.
    OneByOne,
    /// Over eight sessions, as fast as possible.
    EightSessions,
    /// All wait in the queue and are released at once.
    Released,
}

/// What is wrong with a node in a fault run.
#[derive(Debug, Clone, Deserialize)]
pub struct Fault {
    /// `fault` of `[[events]]`.
    pub fault: String,
    /// `stage` of `[[events]]`.
    pub stage: Option<String>,
    /// How many nodes have it, where the mode's name is that of the fault and has no digit.
    #[serde(default = "Fault::nodes")]
    pub nodes: usize,
    /// Messages that are submitted.
    #[serde(default = "Fault::messages")]
    pub messages: usize,
    /// Between two messages.
    #[serde(default = "Fault::gap", deserialize_with = "span")]
    pub gap: Span,
    /// How long the nodes have it; all the time if absent.
    #[serde(default, rename = "for", deserialize_with = "perhaps_span")]
    pub outage: Option<Span>,
    /// Only what is seen from then on is compared, and only in spans of 20 s.
    #[serde(default, deserialize_with = "perhaps_span")]
    pub compared_from: Option<Span>,
    /// It stops after so long without news.
    #[serde(default = "Fault::idle", deserialize_with = "span")]
    pub idle: Span,
    /// It stops then in any case.
    #[serde(default = "Fault::cap", deserialize_with = "span")]
    pub cap: Span,
}

impl Fault {
    const fn nodes() -> usize {
        1
    }

    const fn messages() -> usize {
        30
    }

    const fn gap() -> Span {
        Span(200_000)
    }

    const fn idle() -> Span {
        Span::from_secs(8)
    }

    const fn cap() -> Span {
        Span::MINUTE
    }
}

fn span<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    parse_duration(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn perhaps_span<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Span>, D::Error> {
    span(from).map(Some)
}

/// An MTA as a scenario has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mta {
    /// The software, of which this may be a configuration.
    pub software: String,
    /// True if in bursts it holds mail back for connections to spare, so that what nodes see does not say when mail came.
    pub held_back: bool,
    /// True if one by one, too, mail waits until a session looks for it, and sessions do not wait for mail in between.
    pub dozes: bool,
    /// True if in bursts its connections wait for mail, so that times between messages on one are longer than sessions.
    pub idles: bool,
    /// True if in bursts deliveries wait for processes to be started.
    pub processes: bool,
    /// Keys of `[[senders]]`, `preset` among them.
    pub keys: Map<String, Value>,
}

impl Names {
    /// `lab.toml` of `folder`, or that of the project.
    ///
    /// # Errors
    /// If it cannot be read or is malformed.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let path = folder.join("lab.toml");
        let text = match path.exists() {
            true => fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?,
            false => DEFAULT.to_owned(),
        };
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The MTA called `name`, as it is in runs of `mode`.
    #[must_use]
    pub fn mta(&self, name: &str, mode: &str) -> Option<Mta> {
        let mut keys = self.mtas.get(name).cloned().or_else(|| preset(PresetKind::Sender, name))?;
        let software = keys.remove("of").and_then(|of| of.as_str().map(str::to_owned));
        for other in self.modes.keys() {
            let own = keys.remove(other);
            if let Some(Value::Object(own)) = own.filter(|_| other == mode) {
                keys.extend(own);
            }
        }
        let mut flag = |name: &str| keys.remove(name).is_some_and(|value| value == true);
        let (held_back, dozes, idles, processes) =
            (flag("held_back"), flag("dozes"), flag("idles"), flag("processes"));
        let software = software.unwrap_or_else(|| name.to_owned());
        Some(Mta { held_back, dozes, idles, processes, software, keys })
    }

    /// Every MTA that is no configuration of another.
    pub fn software(&self) -> impl Iterator<Item = &str> {
        self.mtas.iter().filter(|(_, keys)| !keys.contains_key("of")).map(|(name, _)| name.as_str())
    }

    /// The resolver called `name`: keys of `[resolvers.NAME]`.
    #[must_use]
    pub fn resolver(&self, name: &str) -> Option<Map<String, Value>> {
        self.resolvers.get(name).cloned().or_else(|| preset(PresetKind::Resolver, name))
    }

    /// The mode without faults called `name`.
    #[must_use]
    pub fn mode(&self, name: &str) -> Option<Mode> {
        self.modes.get(name).copied()
    }

    /// The fault of the mode `F-<fault><digit>`, and how many nodes have it; one without a digit.
    #[must_use]
    pub fn fault(&self, mode: &str) -> Option<(&Fault, usize)> {
        let name = mode.strip_prefix("F-")?;
        if let Some(whole) = self.faults.get(name) {
            return Some((whole, whole.nodes));
        }
        let (name, digit) = name.split_at_checked(name.len().checked_sub(1)?)?;
        Some((self.faults.get(name)?, digit.parse().ok()?))
    }
}

/// A name that the table does not have may be that of a preset, with `-` for `_`.
fn preset(kind: PresetKind, name: &str) -> Option<Map<String, Value>> {
    let same = |id: &&str| id.replace('_', "-") == name.replace('_', "-");
    let id = Catalog::builtin().ids_of(kind).into_iter().find(same)?;
    Some(Map::from_iter([("preset".to_owned(), id.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::of(Path::new("there is no such folder")).expect("the table of the project")
    }

    #[test]
    fn modes_name_their_fault_and_how_many_nodes_have_it() {
        let (fault, nodes) =
            names().fault("F-4212").map(|(fault, nodes)| (fault.fault.clone(), nodes)).unwrap();
        assert_eq!((fault.as_str(), nodes), ("defer", 2));
        assert!(names().fault("F-frog1").is_none());
        assert!(names().fault("seq").is_none());
    }

    #[test]
    fn keys_of_a_mode_hold_for_that_mode_alone() {
        let keys = |mode| names().mta("exim4-qq", mode).map(|mta| mta.keys.contains_key("concurrency"));
        assert_eq!((keys("burst"), keys("burstq")), (Some(false), Some(true)));
        assert_eq!(names().mta("exim4-qq", "seq").map(|mta| mta.software), Some("exim4".into()));
        assert!(names().mta("frog", "seq").is_none());
    }

    #[test]
    fn what_the_table_does_not_have_may_be_a_preset() {
        let preset = |keys: Map<String, Value>| keys["preset"].as_str().map(str::to_owned);
        assert_eq!(names().mta("chasquid", "seq").and_then(|mta| preset(mta.keys)), Some("chasquid".into()));
        assert_eq!(names().resolver("systemd-resolved").and_then(preset), Some("systemd_resolved".into()));
        assert!(names().resolver("frog").is_none());
    }
}
