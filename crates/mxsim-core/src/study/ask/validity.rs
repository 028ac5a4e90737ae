//! For which scenarios the closed form is valid: equal MX without outages and changes, where every sender either chooses uniformly for each
//! message or keeps its choice for an exponential time.

use crate::dns::{Driver, Host, OrderReuse, Transform};
use crate::results::Finding;
use crate::scenario::{Reach, Scenario, Sender};
use crate::sender::{HostOrder, OwnCache, Stickiness};
use crate::theory::sticky::lump_factor_with_profile;
use crate::time::Span;
use serde::{Serialize, Serializer};
use std::fmt;

/// Why a scenario has no closed form. Serialised as its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoClosedForm {
    /// Records are added or removed during the run.
    ZoneChanges,
    /// The domain has no MX record.
    NoMx,
    /// The MX records differ in preference.
    Preferences,
    /// The MX hosts differ in how many addresses they have, or have none.
    Addresses,
    /// Hosts and nodes are not the same.
    HostsAreNotNodes,
    /// A node has a fault.
    NodeFails,
    /// Not every sender sees, or may use, every host.
    HostsLeftOut,
    /// A sender chooses in another way.
    Sender {
        /// Its name.
        name: String,
        /// How it chooses.
        why: Unsuitable,
    },
}

/// What a sender does that has no closed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsuitable {
    /// Its behaviour is code of the embedding program.
    OwnBehaviour,
    /// It keeps its choice, but not through the window.
    KeepsForPartOfWindow,
    /// It follows the order of the DNS answer.
    FollowsAnswer,
}

impl std::error::Error for NoClosedForm {}

impl fmt::Display for NoClosedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ZoneChanges => "the zone changes",
            Self::NoMx => "the domain has no MX record",
            Self::Preferences => "the MX records have different preferences",
            Self::Addresses => "the MX hosts have different numbers of addresses",
            Self::HostsAreNotNodes => "one host stands for several nodes, or several for one",
            Self::NodeFails => "a node fails",
            Self::HostsLeftOut => "some answers of the DNS lack hosts, or some hosts may not be used",
            Self::Sender { name, why } => {
                return match why {
                    Unsuitable::OwnBehaviour => write!(f, "{name} has a behaviour of its own"),
                    Unsuitable::KeepsForPartOfWindow => {
                        write!(f, "{name} keeps its choice for a part of the window")
                    }
                    Unsuitable::FollowsAnswer => write!(f, "{name} depends on the order of the DNS answer"),
                };
            }
        })
    }
}

impl Serialize for NoClosedForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A choice that the closed form covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Choice {
    /// Uniform, anew for each message.
    EachMessage,
    /// Uniform, and kept for a time: how much of a lump is left when it is averaged over the window, 0..1.
    Kept(f64),
}

/// Checks that the hosts are equal and all of them are always there.
pub(super) fn equal_hosts(scenario: &Scenario) -> Result<(), NoClosedForm> {
    let [version] = scenario.zones.as_slice() else { return Err(NoClosedForm::ZoneChanges) };
    let zone = &version.zone;
    let mut preferences = zone.mx.iter().map(|mx| mx.preference);
    let first = preferences.next().ok_or(NoClosedForm::NoMx)?;
    if preferences.any(|preference| preference != first) {
        return Err(NoClosedForm::Preferences);
    }
    let counts = |host: &Host| (host.a.len(), host.aaaa.len());
    if zone.hosts.iter().any(|host| counts(host) != counts(&zone.hosts[0]) || counts(host) == (0, 0)) {
        return Err(NoClosedForm::Addresses);
    }
    if scenario.nodes.len() != zone.hosts.len() || !scenario.edges.is_empty() {
        return Err(NoClosedForm::HostsAreNotNodes);
    }
    // What the Internet does not reach gives no answer, as a node that fails all the time.
    let is_lost = |host: &Host| {
        matches!(Reach::of(host, zone), Reach::Private | Reach::Special)
            || host.out_of_reach().next().is_some()
    };
    let is_private = Finding::is_among(&scenario.findings, "private-addresses");
    if is_private
        || zone.hosts.iter().any(is_lost)
        || scenario.nodes.iter().any(|node| !node.faults.is_empty())
    {
        return Err(NoClosedForm::NodeFails);
    }
    let has_policy = scenario.mta_sts.is_some() || !scenario.dane.failing.is_empty();
    if has_policy || !scenario.authority.away.is_empty() || cuts_answers(scenario) {
        return Err(NoClosedForm::HostsLeftOut);
    }
    Ok(())
}

/// True if some hop answers with a part of the records only.
fn cuts_answers(scenario: &Scenario) -> bool {
    let resolvers =
        scenario.wanted_senders().flat_map(|sender| &sender.resolver).map(|layer| &layer.parameters.order);
    resolvers.chain([&scenario.authority.order]).any(|policy| policy.max_records.is_some())
}

/// How a sender chooses, as far as the closed form covers it.
pub(super) fn choice(sender: &Sender, window: Span) -> Result<Choice, NoClosedForm> {
    let unsuitable = |why| Err(NoClosedForm::Sender { name: sender.name.clone(), why });
    if sender.behaviour.custom.is_some() {
        return unsuitable(Unsuitable::OwnBehaviour);
    }
    let order = &sender.behaviour.parameters.order;
    let uniform = order.hosts == HostOrder::Shuffle || answers_uniformly(sender);
    match (uniform, order.keep) {
        (true, Stickiness::Attempt | Stickiness::Message) => Ok(Choice::EachMessage),
        (true, Stickiness::Forever) if order.hosts == HostOrder::Shuffle => Ok(Choice::Kept(1.0)),
        (true, Stickiness::Exponential(held)) if sender.sites == 1 && held > Span::ZERO => {
            let times = window.as_secs_f64() / held.as_secs_f64();
            Ok(Choice::Kept(lump_factor_with_profile(&sender.profile.relative_rates(), times)))
        }
        (true, Stickiness::Fixed(held)) if held >= window.saturating_mul(100) => Ok(Choice::Kept(1.0)),
        (true, _) => unsuitable(Unsuitable::KeepsForPartOfWindow),
        (false, _) => unsuitable(Unsuitable::FollowsAnswer),
    }
}

/// True if each look-up gives every record the first place equally often and independently.
fn answers_uniformly(sender: &Sender) -> bool {
    let policy = &sender.resolver[0].parameters.order;
    let random = match policy.transform {
        Transform::None => false,
        Transform::Rotate => policy.driver == Driver::Random,
        Transform::Shuffle | Transform::ShuffleOneSeed => true,
        Transform::FirstByWeight | Transform::SortForClient => false,
    };
    let asks_each_time = sender.behaviour.parameters.dns.cache == OwnCache::Stub;
    random && policy.types.mx && policy.hold == OrderReuse::None && !policy.verbatim_on_miss && asks_each_time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(records: &str, rest: &str) -> Option<String> {
        let zone = format!("[zone]\ndomain = \"e.example\"\ntext = \"\"\"\n{records}\"\"\"\n{rest}");
        let scenario = match Scenario::from_toml(&zone) {
            Ok(scenario) => scenario,
            Err(error) => panic!("{error}"),
        };
        let window = scenario.run.window;
        let hosts = equal_hosts(&scenario);
        let senders = scenario.senders.iter().map(|sender| choice(sender, window).map(drop));
        std::iter::once(hosts).chain(senders).find_map(|checked| checked.err().map(|why| why.to_string()))
    }

    const TWO: &str = "e.example. 300 MX 10 a.e.example.\ne.example. 300 MX 10 b.e.example.\n\
        a.e.example. 300 A 192.0.2.1\nb.e.example. 300 A 192.0.2.2\n";
    const UNIFORM: &str = "[[senders]]\nname = \"us\"\npreset = \"randomizing\"\n";

    #[test]
    fn equal_hosts_and_uniform_senders_have_a_closed_form() {
        assert_eq!(reason(TWO, UNIFORM), None);
        assert_eq!(reason(TWO, &format!("{UNIFORM}sticky = \"forever\"\n")), None);
        assert_eq!(reason(TWO, &format!("{UNIFORM}sticky = \"6h\"\n")), None);
    }

    #[test]
    fn everything_else_says_why_it_has_none() {
        let backup = TWO.replace("MX 10 b", "MX 20 b");
        let private = TWO.replace("192.0.2.2", "10.0.0.1");
        let two_addresses = format!("{TWO}b.e.example. 300 A 192.0.2.3\n");
        let fixed = "order = { keep = { fixed = \"6h\" } }\n";
        let fault = "[[events]]\nat = \"10:00\"\nfor = \"1h\"\nnode = \"a\"\nfault = \"drop\"\n";
        for (records, rest, why) in [
            ("e.example. 300 A 192.0.2.1\n", UNIFORM.to_owned(), "no MX record"),
            (&backup, UNIFORM.to_owned(), "different preferences"),
            (&two_addresses, UNIFORM.to_owned(), "different numbers of addresses"),
            (TWO, format!("{UNIFORM}{fault}"), "a node fails"),
            (&private, UNIFORM.to_owned(), "a node fails"),
            (TWO, format!("{UNIFORM}{fixed}"), "us keeps its choice for a part of the window"),
            (
                TWO,
                "[[senders]]\nname = \"us\"\npreset = \"order-preserving\"\n".to_owned(),
                "us depends on the order",
            ),
        ] {
            let found = reason(records, &rest).unwrap_or_default();
            assert!(found.contains(why), "{found:?}, not {why:?}");
        }
    }
}
