//! Designs made of the machines and the senders of a scenario: what its zone would say.

use crate::dns::{AddressStatus, Host, MxRecord, Name, Zone};
use crate::scenario::{Node, NodeSpec, Scenario, ScenarioBuilder};
use crate::study::StudyError;
use crate::syntax::suggest::nearest;
use serde_json::json;
use std::net::IpAddr;

/// A way to publish several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Design {
    /// Each machine is an MX host of its own, all of equal preference.
    EqualMx,
    /// One MX host with the addresses of all machines.
    ManyA,
    /// The first machine is the primary; the others are backups of equal preference.
    Backup,
    /// One MX host with the addresses of all machines, and each machine as an MX host of its own behind it.
    Hybrid,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::EqualMx, Self::ManyA, Self::Backup, Self::Hybrid];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EqualMx => "equal-mx",
            Self::ManyA => "many-a",
            Self::Backup => "backup",
            Self::Hybrid => "hybrid",
        }
    }

    /// The design of that name.
    ///
    /// # Errors
    /// If there is none; the text names those there are.
    pub fn named(name: &str) -> Result<Self, StudyError> {
        Self::ALL.into_iter().find(|design| design.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            let meant = nearest(name, names).map(|near| format!("; did you mean {near}?"));
            let all = format!("; designs are {}", names.join(", "));
            StudyError::Question(format!("there is no design {name:?}{}", meant.unwrap_or(all)))
        })
    }

    /// The zone that publishes the machines of `scenario` so.
    fn zone(self, scenario: &Scenario) -> Zone {
        let old = &scenario.zones[0].zone;
        let mut zone = Zone { mx: Vec::new(), hosts: Vec::new(), ..old.clone() };
        let shared = |zone: &mut Zone| publish(zone, 10, (shared_name(old), old), &all_addresses(scenario));
        let each = |zone: &mut Zone, preference: &dyn Fn(usize) -> u16| {
            for (place, node) in scenario.nodes.iter().enumerate() {
                publish(zone, preference(place), (own_name(node, old), old), &node.addresses);
            }
        };
        match self {
            Self::EqualMx => each(&mut zone, &|_| 10),
            Self::Backup => each(&mut zone, &|place| if place == 0 { 10 } else { 20 }),
            Self::ManyA => shared(&mut zone),
            Self::Hybrid => {
                shared(&mut zone);
                each(&mut zone, &|_| 20);
            }
        }
        zone
    }

    /// The scenario with the same machines and senders, published so. What it says of its old zone, of events that name hosts that are gone, and of
    /// policies, does not come along; see [`left_out`].
    ///
    /// # Errors
    /// If the scenario has fewer than two machines, or what is made of it is wrong.
    pub fn of(self, builder: &ScenarioBuilder) -> Result<ScenarioBuilder, StudyError> {
        let scenario = builder.clone().build()?;
        if scenario.nodes.len() < 2 {
            let text = "there is one machine in this zone, so there is nothing to arrange; add MX hosts with addresses";
            return Err(StudyError::Question(text.into()));
        }
        if !scenario.edges.is_empty() {
            let text = "machines behind an edge have no addresses of their own to publish; compare two scenarios instead";
            return Err(StudyError::Question(text.into()));
        }
        let old = ["zone.mta_sts", "zone.dane", "changes"];
        let published = old.into_iter().fold(builder.clone(), ScenarioBuilder::without);
        let published = published.published(&self.zone(&scenario));
        Ok(scenario.nodes.iter().fold(published, |builder, node| {
            let addresses: Vec<String> = node.addresses.iter().map(IpAddr::to_string).collect();
            builder.node(NodeSpec::new(&node.name).set("addresses", json!(addresses)))
        }))
    }
}

/// What a design takes from nobody: the keys of the scenario that are about its own zone. Empty if there are none.
#[must_use]
pub fn left_out(scenario: &Scenario) -> Vec<&'static str> {
    let is_said = [
        (scenario.zones.len() > 1, "the changes of the zone"),
        (scenario.mta_sts.is_some(), "the MTA-STS policy"),
        (!scenario.dane.failing.is_empty(), "DANE"),
    ];
    is_said.into_iter().filter_map(|(is_said, what)| is_said.then_some(what)).collect()
}

/// Adds an MX host with its addresses. TTLs are those of the old zone.
fn publish(zone: &mut Zone, preference: u16, (name, old): (String, &Zone), addresses: &[IpAddr]) {
    let exchange = Name::new(&name);
    let ttl = old.hosts.iter().map(|host| host.a_ttl).max().unwrap_or(old.mx_ttl);
    let mut host = Host {
        name: exchange.clone(),
        a: Vec::new(),
        a_ttl: ttl,
        aaaa: Vec::new(),
        aaaa_ttl: ttl,
        status: AddressStatus::Published,
    };
    for address in addresses {
        match address {
            IpAddr::V4(ip) => host.a.push(*ip),
            IpAddr::V6(ip) => host.aaaa.push(*ip),
        }
    }
    zone.mx.push(MxRecord { preference, exchange });
    zone.hosts.push(host);
}

/// The host name of one machine: the one it has alone, else one made of its own name.
fn own_name(node: &Node, zone: &Zone) -> String {
    let alone = zone.hosts.iter().find(|host| {
        let mut addresses = host.addresses().peekable();
        addresses.peek().is_some() && addresses.all(|address| node.addresses.contains(&address))
    });
    match alone {
        Some(host) => host.name.to_string(),
        None => format!("{}.{}", node.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), zone.domain),
    }
}

/// A name for all machines that no host of the zone has.
fn shared_name(zone: &Zone) -> String {
    let names = ["mail", "mx", "smtp", "mx-all"].map(|label| format!("{label}.{}", zone.domain));
    let is_free = |name: &String| zone.hosts.iter().all(|host| host.name.to_string() != *name);
    names.into_iter().find(is_free).unwrap_or_else(|| format!("all-hosts.{}", zone.domain))
}

fn all_addresses(scenario: &Scenario) -> Vec<IpAddr> {
    scenario.nodes.iter().flat_map(|node| node.addresses.iter().copied()).collect()
}
