//! Designs made of the machines and the senders of a scenario: what its zone would say.

use crate::dns::{AddressStatus, Host, MxRecord, Name, Zone};
use crate::scenario::{EdgeSpec, Node, NodeSpec, Scenario, ScenarioBuilder};
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
    /// One MX host with one address: a load balancer, and all machines behind it.
    Edge,
    /// The same with a second load balancer that takes the address over.
    EdgePair,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::EqualMx, Self::ManyA, Self::Backup, Self::Hybrid, Self::Edge, Self::EdgePair];
    /// Those that are made of records alone.
    pub const BY_RECORDS: [Self; 4] = [Self::EqualMx, Self::ManyA, Self::Backup, Self::Hybrid];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EqualMx => "equal-mx",
            Self::ManyA => "many-a",
            Self::Backup => "backup",
            Self::Hybrid => "hybrid",
            Self::Edge => "edge",
            Self::EdgePair => "edge-pair",
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

    /// True if it has a load balancer.
    const fn has_edge(self) -> bool {
        matches!(self, Self::Edge | Self::EdgePair)
    }

    /// The zone that publishes `machines` so.
    fn zone(self, old: &Zone, machines: &[Node]) -> Zone {
        let mut zone = Zone { mx: Vec::new(), hosts: Vec::new(), ..old.clone() };
        let all: Vec<IpAddr> = machines.iter().flat_map(|node| node.addresses.iter().copied()).collect();
        let shared = |zone: &mut Zone, addresses: &[IpAddr]| {
            publish(zone, 10, (shared_name(old), old), addresses);
        };
        let each = |zone: &mut Zone, preference: &dyn Fn(usize) -> u16| {
            for (place, node) in machines.iter().enumerate() {
                publish(zone, preference(place), (own_name(node, old), old), &node.addresses);
            }
        };
        match self {
            Self::EqualMx => each(&mut zone, &|_| 10),
            Self::Backup => each(&mut zone, &|place| if place == 0 { 10 } else { 20 }),
            Self::ManyA => shared(&mut zone, &all),
            Self::Edge | Self::EdgePair => shared(&mut zone, &one_of_each_family(&machines[0])),
            Self::Hybrid => {
                shared(&mut zone, &all);
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
        if self.has_edge() && !scenario.edges.is_empty() {
            return Ok(self.of_edges(builder, &scenario));
        }
        let old = &scenario.zones[0].zone;
        let machines = with_addresses(&scenario);
        let gone = ["zone.mta_sts", "zone.dane", "changes"];
        let published = gone.into_iter().fold(builder.clone().without_edges(), ScenarioBuilder::without);
        let published = published.published(&self.zone(old, &machines));
        Ok(if self.has_edge() {
            self.with_edge(published, old, &machines)
        } else {
            machines.iter().fold(published, |builder, node| {
                let addresses: Vec<String> = node.addresses.iter().map(IpAddr::to_string).collect();
                builder.node(NodeSpec::new(&node.name).set("addresses", json!(addresses)))
            })
        })
    }

    /// The load balancers that the scenario has already.
    fn of_edges(self, builder: &ScenarioBuilder, scenario: &Scenario) -> ScenarioBuilder {
        let alone = scenario.edges.iter().filter(|edge| self == Self::EdgePair && edge.partner.is_none());
        alone.fold(builder.clone(), |builder, edge| builder.with_partner(&edge.name))
    }

    /// Puts a load balancer at the shared name before all machines.
    fn with_edge(self, builder: ScenarioBuilder, old: &Zone, machines: &[Node]) -> ScenarioBuilder {
        let addresses = one_of_each_family(&machines[0]);
        let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
        let name = edge_name(old, machines);
        let edge = EdgeSpec::new(&name, machines.iter().map(|node| node.name.as_str()));
        let private = machines
            .iter()
            .fold(builder, |builder, node| builder.node_without(&node.name, "addresses"))
            .edge(edge.set("addresses", json!(addresses)));
        if self == Self::EdgePair { private.with_partner(&name) } else { private }
    }
}

/// The machines, each with an address of its own. One behind a load balancer that has none gets one of 198.18.0.0/15 (RFC 2544), which stands for yours.
fn with_addresses(scenario: &Scenario) -> Vec<Node> {
    let made_up = |place: usize| IpAddr::from([198, 18, (place / 250) as u8, (place % 250 + 1) as u8]);
    let mut machines = scenario.nodes.clone();
    for (place, node) in machines.iter_mut().enumerate().filter(|(_, node)| node.addresses.is_empty()) {
        node.addresses.push(made_up(place));
    }
    machines
}

/// The first address of each family that a machine has.
fn one_of_each_family(node: &Node) -> Vec<IpAddr> {
    let first = |ipv6: bool| node.addresses.iter().find(move |address| address.is_ipv6() == ipv6).copied();
    [first(false), first(true)].into_iter().flatten().collect()
}

/// A name that no machine has.
fn edge_name(zone: &Zone, machines: &[Node]) -> String {
    let shared = shared_name(zone);
    let label = shared.split('.').next().unwrap_or("mail").to_owned();
    let is_free = |name: &String| machines.iter().all(|node| node.name != *name);
    [label, "edge".into(), "load-balancer".into()]
        .into_iter()
        .find(is_free)
        .unwrap_or_else(|| "the-edge".into())
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
