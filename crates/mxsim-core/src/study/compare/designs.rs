//! Designs made of the machines and the senders of a scenario: what its zone would say.

use crate::dns::Zone;
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

    /// The records that publish the machines of `scenario` so.
    fn zone_text(self, scenario: &Scenario) -> String {
        let zone = &scenario.zones[0].zone;
        let nodes = || scenario.nodes.iter();
        let mut records = Records { zone, text: String::new() };
        match self {
            Self::EqualMx => {
                nodes().for_each(|node| records.host(10, &own_name(node, zone), &node.addresses))
            }
            Self::Backup => {
                let preference = |place: usize| if place == 0 { 10 } else { 20 };
                nodes().enumerate().for_each(|(place, node)| {
                    records.host(preference(place), &own_name(node, zone), &node.addresses);
                });
            }
            Self::ManyA => records.host(10, &shared_name(zone), &all_addresses(scenario)),
            Self::Hybrid => {
                records.host(10, &shared_name(zone), &all_addresses(scenario));
                nodes().for_each(|node| records.host(20, &own_name(node, zone), &node.addresses));
            }
        }
        records.text
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
        let old = ["zone.file", "zone.addresses", "zone.mta_sts", "zone.dane", "changes"];
        let published = old.into_iter().fold(builder.clone(), ScenarioBuilder::without);
        let zone = &scenario.zones[0].zone;
        let published =
            published.domain(&zone.domain.to_string()).set("zone.text", self.zone_text(&scenario));
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

/// Lines of a zone.
struct Records<'a> {
    zone: &'a Zone,
    text: String,
}

impl Records<'_> {
    /// Adds an MX host with its addresses. TTLs are those of the zone as it stands.
    fn host(&mut self, preference: u16, name: &str, addresses: &[IpAddr]) {
        use std::fmt::Write as _;
        let (domain, mx_ttl) = (&self.zone.domain, self.zone.mx_ttl.0 / 1_000_000);
        let ttl = self.zone.hosts.iter().map(|host| host.a_ttl.0 / 1_000_000).max().unwrap_or(mx_ttl);
        let _ = writeln!(self.text, "{domain}. {mx_ttl} IN MX {preference} {name}.");
        for address in addresses {
            let kind = if address.is_ipv4() { "A" } else { "AAAA" };
            let _ = writeln!(self.text, "{name}. {ttl} IN {kind} {address}");
        }
    }
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
