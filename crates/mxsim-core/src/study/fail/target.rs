//! What fails: nodes by name or group, the connections of a sender, an address family, or what several of these have in common.

use super::how::question;
use crate::dns::{Host, Name};
use crate::scenario::{EventSpec, Fault, Node, Scenario, ZoneVersion};
use crate::study::StudyError;
use crate::syntax::suggest::{nearest, some_of};
use crate::time::{Span, Time};
use serde_json::json;

/// What a word on the command line begins with that names a group, or a sender whose path fails.
const GROUP: &str = "group:";
const FROM: &str = "from:";
/// Every node.
const ALL: [&str; 2] = ["*", "all"];

/// What fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The nodes, as their places.
    pub(super) nodes: Vec<usize>,
    /// Their names.
    pub(super) names: Vec<String>,
    /// The senders whose connections fail; none for all.
    pub(super) from: Vec<String>,
    /// The family whose connections fail, `ipv4` or `ipv6`; `None` for both.
    pub(super) family: Option<&'static str>,
    /// True if the words named nodes or groups.
    is_named: bool,
}

impl Target {
    /// What these words mean in a scenario. With `how_many` nodes the first that is named fails and so many less one after it, in the order of the zone.
    pub(super) fn find(
        words: &[String],
        how_many: Option<usize>,
        scenario: &Scenario,
    ) -> Result<Self, StudyError> {
        let mut target =
            Self { nodes: Vec::new(), names: Vec::new(), from: Vec::new(), family: None, is_named: false };
        for word in
            words.iter().flat_map(|word| word.split(',')).map(str::trim).filter(|word| !word.is_empty())
        {
            target.add(word, scenario)?;
        }
        target.is_named = !target.nodes.is_empty();
        if words.iter().all(|word| word.trim().is_empty()) {
            return Err(question(format!("say what fails: {}", forms(scenario))));
        }
        if let Some(how_many) = how_many {
            target.widen(how_many, scenario.nodes.len())?;
        }
        if target.nodes.is_empty() {
            target.nodes = (0..scenario.nodes.len()).collect();
        }
        target.nodes.sort_unstable();
        target.nodes.dedup();
        target.has_addresses(scenario)?;
        target.names = target.nodes.iter().map(|node| scenario.nodes[*node].name.clone()).collect();
        Ok(target)
    }

    fn add(&mut self, word: &str, scenario: &Scenario) -> Result<(), StudyError> {
        if let Some(group) = word.strip_prefix(GROUP) {
            self.nodes.extend(group_of(group, scenario)?);
        } else if let Some(sender) = word.strip_prefix(FROM) {
            self.from.push(sender_of(sender, scenario)?);
        } else if ALL.contains(&word) {
            self.nodes.extend(0..scenario.nodes.len());
        } else {
            match word {
                "ipv4" => self.family = Some("ipv4"),
                "ipv6" => self.family = Some("ipv6"),
                name => self.nodes.push(node_of(name, scenario)?),
            }
        }
        Ok(())
    }

    /// A family that none of the nodes has is refused: nothing would fail.
    fn has_addresses(&self, scenario: &Scenario) -> Result<(), StudyError> {
        let Some(family) = self.family else { return Ok(()) };
        let has = |node: &usize| {
            let node = &scenario.nodes[*node];
            let mut addresses = node.addresses.iter().chain(&node.through);
            addresses.any(|address| address.is_ipv6() == (family == "ipv6"))
        };
        if self.nodes.iter().any(has) {
            return Ok(());
        }
        let family = if family == "ipv6" { "IPv6" } else { "IPv4" };
        Err(question(format!("no node that is named has an {family} address, so nothing would fail")))
    }

    fn widen(&mut self, how_many: usize, all: usize) -> Result<(), StudyError> {
        let Some(first) = self.nodes.first().copied() else {
            return Err(question("--nodes says how many nodes fail together: name the first of them".into()));
        };
        if !(self.nodes.len()..=all).contains(&how_many) {
            return Err(question(format!(
                "--nodes: expected {} to {all}, found {how_many}",
                self.nodes.len()
            )));
        }
        let others = (0..all).map(|step| (first + step) % all);
        let more: Vec<usize> = others.filter(|node| !self.nodes.contains(node)).collect();
        self.nodes.extend(more.into_iter().take(how_many - self.nodes.len()));
        Ok(())
    }

    /// True if it is a path and no node that fails: then nobody can make it fail in a better way.
    pub(super) fn is_path(&self) -> bool {
        !self.from.is_empty() || self.family.is_some()
    }

    /// True if another node would be in it, too: it is a path, or all of several nodes.
    pub(super) fn is_everywhere(&self, nodes: usize) -> bool {
        self.is_path() || (nodes > 1 && self.nodes.len() == nodes)
    }

    /// The event that makes it fail.
    pub(super) fn event(&self, fault: Fault, (at, length): (Time, Span)) -> EventSpec {
        let event = EventSpec::all(self.names.iter().map(String::as_str), fault);
        let event = event.at(at.since(Time::ZERO)).lasting(length);
        let event = if self.from.is_empty() { event } else { event.set("from", json!(self.from)) };
        self.family.map_or(event.clone(), |family| event.set("family", family))
    }

    /// What fails, in words.
    pub(super) fn text(&self, scenario: &Scenario) -> String {
        let is_all = self.nodes.len() == scenario.nodes.len() && self.nodes.len() > 1;
        let nodes = match is_all {
            true => "every node".to_owned(),
            false => some_of(self.names.iter().map(String::as_str)),
        };
        let from = (!self.from.is_empty())
            .then(|| format!("from {}", some_of(self.from.iter().map(String::as_str))));
        let over =
            self.family.map(|family| format!("over {}", if family == "ipv6" { "IPv6" } else { "IPv4" }));
        if !self.is_path() {
            return nodes;
        }
        let to = self.is_named.then(|| format!("to {nodes}"));
        let parts: Vec<String> = [from, to, over].into_iter().flatten().collect();
        format!("the path {}", parts.join(" "))
    }

    /// The nodes that the zone does not name at that time.
    pub(super) fn unpublished(&self, scenario: &Scenario, at: Time) -> Vec<String> {
        let Some(version) = scenario.zones.iter().rev().find(|version| version.at <= at) else {
            return Vec::new();
        };
        let is_gone = |node: &&usize| !is_named(version, &scenario.nodes[**node]);
        self.nodes.iter().filter(is_gone).map(|node| scenario.nodes[*node].name.clone()).collect()
    }
}

/// True if an MX record of this version leads to the node.
fn is_named(version: &ZoneVersion, node: &Node) -> bool {
    let zone = &version.zone;
    let is_mx = |host: &&Host| zone.mx.is_empty() || zone.mx.iter().any(|mx| mx.exchange == host.name);
    zone.hosts.iter().filter(is_mx).flat_map(Host::addresses).any(|ip| node.is_reached_by(ip))
}

fn forms(scenario: &Scenario) -> String {
    let first = scenario.nodes.first().map_or("mx1", |node| node.name.as_str());
    format!("a node such as {first}, group:NAME, from:SENDER, ipv4 or ipv6")
}

fn node_of(name: &str, scenario: &Scenario) -> Result<usize, StudyError> {
    let full = Name::new(name);
    let is_meant = |node: &crate::scenario::Node| {
        node.name == name || node.host.split(", ").any(|host| host == full.as_str())
    };
    scenario.nodes.iter().position(is_meant).ok_or_else(|| {
        let known = || scenario.nodes.iter().map(|node| node.name.as_str());
        unknown("node", name, known().collect(), "the zone has no host with an address")
    })
}

fn group_of(name: &str, scenario: &Scenario) -> Result<Vec<usize>, StudyError> {
    let among = |node: &usize| scenario.nodes[*node].groups.iter().any(|group| group == name);
    let found: Vec<usize> = (0..scenario.nodes.len()).filter(among).collect();
    if found.is_empty() {
        let known = scenario.nodes.iter().flat_map(|node| &node.groups).map(String::as_str);
        return Err(unknown("group", name, known.collect(), "add `group = \"rack1\"` to [nodes.NAME]"));
    }
    Ok(found)
}

/// The name of a sender as events know it: of a mix, the name of all of it.
fn sender_of(name: &str, scenario: &Scenario) -> Result<String, StudyError> {
    let is_meant =
        |known: &str| known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let known = || scenario.senders.iter().map(|sender| sender.name.as_str());
    if known().any(is_meant) {
        return Ok(name.to_owned());
    }
    let entries = known().flat_map(|known| [known, known.split('/').next().unwrap_or(known)]);
    Err(unknown("sender", name, entries.collect(), "add it to [[senders]]"))
}

fn unknown(what: &str, name: &str, mut known: Vec<&str>, add: &str) -> StudyError {
    known.sort_unstable();
    known.dedup();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if known.is_empty() => add.to_owned(),
        None => format!("{what}s are {}", some_of(known)),
    };
    let shown: String = name.chars().take(60).collect();
    question(format!("there is no {what} {shown:?}; {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NodeSpec, ScenarioBuilder, SenderSpec};

    fn scenario() -> Scenario {
        let host =
            |n: u8| format!("e.example. 300 MX 10 mx{n}.e.example.\nmx{n}.e.example. 300 A 192.0.2.{n}\n");
        let zone: String = (1..=3).map(host).collect();
        let builder = ScenarioBuilder::new(&zone).sender(SenderSpec::new("google").preset("postfix"));
        let in_rack =
            |builder: ScenarioBuilder, name| builder.node(NodeSpec::new(name).set("group", "rack1"));
        in_rack(in_rack(builder, "mx1"), "mx3").build().expect("a scenario")
    }

    fn found(words: &str, how_many: Option<usize>) -> Result<Target, String> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        Target::find(&words, how_many, &scenario()).map_err(|error| error.to_string())
    }

    #[test]
    fn nodes_groups_paths_and_families_are_found() {
        let names = |words: &str, how_many| found(words, how_many).expect("a target").names.join(" ");
        assert_eq!(names("mx2", None), "mx2");
        assert_eq!(names("mx2.e.example.", None), "mx2");
        assert_eq!(names("mx3", Some(2)), "mx1 mx3");
        assert_eq!(names("group:rack1", None), "mx1 mx3");
        assert_eq!(names("ipv4", None), "mx1 mx2 mx3");
        let path = found("mx1 from:google ipv4", None).expect("a path");
        assert_eq!(path.text(&scenario()), "the path from google to mx1 over IPv4");
        assert!(path.is_path() && !found("all", None).expect("all").is_path());
    }

    #[test]
    fn what_is_not_there_says_what_is() {
        let why = |words: &str| found(words, None).expect_err("nothing");
        assert_eq!(why("mx22"), "there is no node \"mx22\"; did you mean mx2?");
        assert!(why("group:rack2").contains("did you mean rack1?"));
        assert!(why("from:gogle").contains("did you mean google?"));
        assert!(why("zzzzzzzz").contains("nodes are mx1, mx2, mx3"));
        assert!(why("ipv6").contains("no node that is named has an IPv6 address"));
        assert!(found("mx1", Some(4)).expect_err("too many").contains("expected 1 to 3, found 4"));
    }
}
